"""Pages of other sites cannot do anything with the cookie of somebody who is signed in here.

SameSite=Lax keeps browsers from sending it along with most of what other sites ask; this is about the
server, which does not rely on that: it looks at what browsers say about where a request comes from.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from weir.accounts import (
    PASSWORD, Session, cookie_of, log_in, post_form, post_json, sign_up, when_not_too_busy,
)
from weir.curl import Answer
from weir.recordings import record
from weir.server import Server

Start = Callable[..., Server]
Fields = Callable[[Server], dict[str, str]]


def own(server: Server) -> str:
    return f"https://localhost:{server.port}"


FOREIGN: dict[str, Fields] = {
    "another site": lambda _: {"sec-fetch-site": "cross-site"},
    "the same site": lambda _: {"sec-fetch-site": "same-site"},
    "a word nobody knows": lambda _: {"sec-fetch-site": "cross-planet"},
    "another site that names our origin": lambda s: {
        "sec-fetch-site": "cross-site", "origin": own(s)},
    "another origin": lambda _: {"origin": "https://elsewhere.example"},
    "no origin": lambda _: {"origin": "null"},
    "our origin without TLS": lambda s: {"origin": f"http://localhost:{s.port}"},
    "another port": lambda _: {"origin": "https://localhost"},
    "a longer host": lambda s: {"origin": own(s) + ".elsewhere.example"},
    "a longer port": lambda s: {"origin": own(s) + "0"},
    "a user in front": lambda s: {"origin": f"https://elsewhere.example@localhost:{s.port}"},
    "a path behind": lambda s: {"origin": own(s) + "/"},
    "the host that the cookie's server allows for media": lambda _: {
        "origin": "https://localhost:8080"},
}

OURS: dict[str, Fields] = {
    "no browser": lambda _: {},
    "our page": lambda s: {"sec-fetch-site": "same-origin", "origin": own(s)},
    "the person": lambda _: {"sec-fetch-site": "none"},
    "our page in an older browser": lambda s: {"origin": own(s)},
}


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.problem) == (403, "cross-site"), answer
    assert cookie_of(answer) is None


@pytest.fixture
def anna(server: Server, name: str) -> Session:
    return sign_up(server, name)


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_another_site_asks_for_is_not_done(
    server: Server, anna: Session, kind: str, name: str
) -> None:
    fields = FOREIGN[kind](server)
    typed = {"username": name, "password": PASSWORD}
    change = {"currentPassword": PASSWORD, "newPassword": "eight boats on it"}
    other = log_in(server, name)
    new = typed | {"username": f"{name[:26]}-new"}
    for answer in (
        post_json(server, "/login", typed, headers=fields),
        post_json(server, "/signup", new, headers=fields),
        anna.json("/api/me/password", change, headers=fields),
        anna.request("POST", "/logout", headers=fields),
        anna.request("POST", "/api/me/stream-key", headers=fields),
        anna.request("DELETE", "/api/me/stream-key", headers=fields),
        anna.request("DELETE", "/api/me/sessions", headers=fields),
        anna.delete(headers=fields),
    ):
        assert_refused(answer)
    for path, form in (
        ("/login", typed), ("/signup", new), ("/logout", {}), ("/api/me/password", change),
        ("/api/me/stream-key", {}), ("/account/stream-key/remove", {}),
        ("/account/sessions/end-others", {}), ("/account/delete", {"password": PASSWORD}),
    ):
        answer = anna.form(path, form, headers=fields)
        assert answer.status == 403 and cookie_of(answer) is None, (path, answer)
    assert anna.me()["streamKey"] is None and other.is_valid
    log_in(server, name)
    answer = when_not_too_busy(lambda: post_json(server, "/login", new))
    assert answer.status == 401, "somebody was signed up"


@pytest.mark.parametrize("kind", OURS)
def test_what_our_own_pages_and_programs_ask_for_is_done(
    server: Server, anna: Session, kind: str, name: str
) -> None:
    fields = OURS[kind](server)
    typed = {"username": name, "password": PASSWORD}
    for ask, status in (
        (lambda: post_json(server, "/login", typed, headers=fields), 200),
        (lambda: post_form(server, "/login", typed, headers=fields), 303),
        (lambda: anna.request("POST", "/api/me/stream-key", headers=fields), 201),
        (lambda: anna.request("POST", "/logout", headers=fields), 204),
    ):
        assert when_not_too_busy(ask).status == status


def test_the_standard_port_is_left_out_by_browsers(server: Server, name: str) -> None:
    sign_up(server, name)
    typed = {"username": name, "password": PASSWORD}
    for host, origin in (
        ("weir.example", "https://weir.example"), ("weir.example:443", "https://weir.example"),
    ):
        fields = {"host": host, "origin": origin}
        answer = when_not_too_busy(lambda: post_json(server, "/login", typed, headers=fields))
        assert answer.status == 200, (host, origin)
    fields = {"host": "weir.example", "origin": "https://weir.example:8443"}
    assert_refused(post_json(server, "/login", typed, headers=fields))


def test_looking_is_free_from_everywhere(server: Server, anna: Session) -> None:
    """A link on another site leads to one's own account, as to any page."""
    fields = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert anna.get("/account", headers=fields).status == 200
    # Nothing of it can be read by the other site.
    answer = anna.get("/api/me", headers={"origin": "https://localhost:8080"})
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_cookie_publishes_for_our_own_pages_only(
    start_server: Start, method: str, name: str
) -> None:
    server = start_server(publish="account")
    anna = sign_up(server, name)
    path = f"/{name}/live"
    for kind in FOREIGN:
        answer = anna.request(method, path, headers=FOREIGN[kind](server), body=record().data)
        assert_refused(answer)
        assert server.stream(name) is None, kind
    fields = OURS["our page"](server)
    assert anna.request(method, path, headers=fields, body=record().data).status == 204
    for kind in FOREIGN:
        assert_refused(anna.request("DELETE", path, headers=FOREIGN[kind](server)))
    assert server.state(name) in ("live", "paused")
    assert anna.request("DELETE", path, headers=fields).status == 204


def test_a_key_publishes_from_pages_of_other_sites_as_well(
    start_server: Start, name: str
) -> None:
    """Whoever has the key may use it anywhere: no browser sends it by itself."""
    server = start_server(publish="account")
    key = sign_up(server, name).make_key()
    fields = {
        "authorization": f"Bearer {key}", "origin": "https://localhost:8080",
        "sec-fetch-site": "same-site", "sec-fetch-mode": "cors",
    }
    answer = when_not_too_busy(
        lambda: server.request("POST", f"/{name}/live", headers=fields, body=record().data))
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "https://localhost:8080"
