"""Signing up, in and out, and what an owner does with an account: as JSON and as plain forms."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from weir import accounts
from weir.accounts import (
    COOKIE, DEVICE_COOKIE, PASSWORD, Session, cookie_of, fresh_address, is_deleted, log_in, post_json,
    session_of, sign_up, when_not_too_busy,
)
from weir.admin import Metrics
from weir.curl import Answer
from weir.http2 import Http2Connection
from weir.limits import limit
from weir.reports import write_report
from weir.server import Server
from weir.users import Users
from weir.waiting import wait_until

BOTH_PROTOCOLS = True

Start = Callable[..., Server]

_MONTH_S = "2592000"
_YEAR_S = "31536000"


# On a busy machine some are asked to come again, and do.


def try_to_sign_up(*arguments: Any, **options: Any) -> Answer:
    return when_not_too_busy(lambda: accounts.try_to_sign_up(*arguments, **options))


def try_to_log_in(*arguments: Any, **options: Any) -> Answer:
    return when_not_too_busy(lambda: accounts.try_to_log_in(*arguments, **options))


def post_form(*arguments: Any, **options: Any) -> Answer:
    return when_not_too_busy(lambda: accounts.post_form(*arguments, **options))


def assert_problem(answer: Answer, status: int, slug: str, field: str | None = None) -> None:
    assert (answer.status, answer.problem) == (status, slug), answer
    assert answer.json().get("field") == field
    assert answer.headers["cache-control"] == "no-store"
    assert cookie_of(answer) is None


@pytest.fixture
def anna(server: Server, name: str) -> Session:
    """Somebody who has just signed up."""
    return sign_up(server, name)


# Signing up


@pytest.mark.smoke
def test_who_signs_up_is_signed_in(server: Server, name: str) -> None:
    answer = try_to_sign_up(server, name)
    assert answer.status == 201
    assert answer.json() == {"username": name}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert session_of(answer, server, name).me()["username"] == name


def test_the_cookie_is_for_this_host_and_for_no_script(server: Server, name: str) -> None:
    answer = try_to_sign_up(server, name)
    cookie, device = cookie_of(answer), cookie_of(answer, DEVICE_COOKIE)
    assert cookie is not None and len(cookie.value) == 43
    fields = {"path": "/", "secure": "", "httponly": "", "samesite": "Lax"}
    assert cookie.attributes == fields | {"max-age": _MONTH_S}
    # The one that tells the browser from strangers, and signs nobody in.
    assert device is not None and device.attributes == fields | {"max-age": _YEAR_S}
    for name in (COOKIE, DEVICE_COOKIE):
        nobody = server.get("/api/me", headers={"cookie": f"{name}={device.value}"})
        assert_problem(nobody, 401, "not-signed-in")


def test_a_name_is_taken_however_it_is_written(server: Server, anna: Session) -> None:
    for name in (anna.name, anna.name.upper(), anna.name.capitalize()):
        assert_problem(try_to_sign_up(server, name), 409, "name-taken", "username")


def test_capital_letters_of_a_name_are_folded(server: Server, name: str) -> None:
    answer = try_to_sign_up(server, name.upper())
    assert (answer.status, answer.json()) == (201, {"username": name})
    assert log_in(server, name.capitalize()).me()["username"] == name


BAD_NAMES = {
    "": "name-malformed", "ab": "name-malformed", "a" * 33: "name-malformed",
    "-anna": "name-malformed", "_anna": "name-malformed", "an na": "name-malformed",
    "änna": "name-malformed", "anna\n": "name-malformed", "../anna": "name-malformed",
    "anna\0": "name-malformed", "api": "name-reserved", "Login": "name-reserved",
    "live": "name-reserved", "assets": "name-reserved", "admin": "name-reserved",
}


@pytest.mark.parametrize("bad", BAD_NAMES)
def test_a_name_that_breaks_a_rule_is_refused_with_the_rule(server: Server, bad: str) -> None:
    assert_problem(try_to_sign_up(server, bad), 422, BAD_NAMES[bad], "username")


def test_a_password_that_breaks_a_rule_is_refused_with_the_rule(server: Server, name: str) -> None:
    refused = {
        "": "password-too-short", "1234567": "password-too-short", "äöüäöüä": "password-too-short",
        "p" * 257: "password-too-long", "password": "password-too-common",
        "PassWord": "password-too-common", "12345678": "password-too-common",
        name: "password-same-as-name", name.upper(): "password-same-as-name",
    }
    for password, slug in refused.items():
        assert_problem(try_to_sign_up(server, name, password), 422, slug, "password")
    assert_problem(try_to_log_in(server, name), 401, "wrong-credentials")


@pytest.mark.parametrize("password", [
    "ninechars", "p" * 255 + "q", "ä" * 255 + "ö", "a b\tc d e", "🚣🛶🚤🛥🚢⛵️🌊🐟🐠", "' OR 1=1 --",
    '{"$ne": null}', "a\0bcdefghi",
])
def test_any_other_password_is_taken_and_is_exact(
    server: Server, name: str, password: str
) -> None:
    sign_up(server, name, password)
    log_in(server, name, password)
    for other in (password + " ", password[:-1], password.swapcase() + "x"):
        assert_problem(try_to_log_in(server, name, other), 401, "wrong-credentials")


@pytest.mark.parametrize("path", ["/signup", "/login"])
def test_a_field_that_is_missing_or_no_text_is_named(server: Server, path: str, name: str) -> None:
    for value, field in (
        ({"username": name}, "password"), ({"password": PASSWORD}, "username"), ({}, "username"),
        ({"username": 7, "password": PASSWORD}, "username"),
        ({"username": None, "password": PASSWORD}, "username"),
        ({"username": {"$ne": ""}, "password": PASSWORD}, "username"),
        ({"username": name, "password": [PASSWORD]}, "password"),
    ):
        assert_problem(post_json(server, path, value), 422, "missing-field", field)


MALFORMED = {
    "not JSON": b"username=anna", "half": b'{"username": "anna", "pass',
    "a list": b'["username", "password"]', "a text": b'"anna"',
    "more behind it": b'{"username": "anna", "password": "seven boats"} {}',
    "very deep": b"[" * 4000,
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_body_that_is_no_json_object_is_malformed(server: Server, kind: str) -> None:
    answer = server.request(
        "POST", "/signup", headers={"content-type": "application/json"}, body=MALFORMED[kind])
    assert_problem(answer, 400, "malformed-body")


@pytest.mark.parametrize("body", [
    b"", b'{"username": "\xff\xfe", "password": "\xff"}', rb'{"username": "\ud800", "password": "\ud800"}',
])
def test_what_is_no_text_is_no_name(server: Server, body: bytes) -> None:
    answer = server.request(
        "POST", "/signup", headers={"content-type": "application/json"}, body=body)
    assert_problem(answer, 422, "missing-field", "username")


@pytest.mark.parametrize("path", ["/signup", "/login", "/logout", "/api/me/password"])
def test_bodies_of_other_kinds_and_sizes_are_refused(
    server: Server, path: str, anna: Session
) -> None:
    if path != "/logout":
        for kind in ("text/plain", "multipart/form-data; boundary=x", "video/webm"):
            answer = anna.request("POST", path, headers={"content-type": kind}, body=b"{}")
            assert answer.status == 415, (kind, answer)
    answer = anna.json(path, {"username": "x" * limit("accountBodyBytes"), "password": PASSWORD})
    assert answer.status == 413, answer


def test_where_sign_up_is_closed_only_those_who_have_an_account_come_in(
    start_server: Start, name: str
) -> None:
    server = start_server("--signup", "closed")
    assert_problem(try_to_sign_up(server, name), 403, "signup-closed")
    Users(data=server.data).add(name, PASSWORD)
    assert log_in(server, name).me()["username"] == name


# Signing in and out


def test_who_signs_in_gets_a_session_of_its_own(server: Server, anna: Session) -> None:
    answer = try_to_log_in(server, anna.name)
    assert (answer.status, answer.json()) == (200, {"username": anna.name})
    assert answer.headers["cache-control"] == "no-store"
    again = session_of(answer, server, anna.name)
    assert again.token != anna.token
    assert again.is_valid and anna.is_valid


def test_wrong_passwords_unknown_and_impossible_names_are_told_the_same(
    server: Server, anna: Session
) -> None:
    answers = [
        try_to_log_in(server, name, "another password", source=fresh_address())
        for name in (anna.name, "nobody-of-that-name", "no name at all!", "api", "")
    ]
    for answer in answers:
        assert_problem(answer, 401, "wrong-credentials")
    bodies = [answer.json() for answer in answers]
    for body in bodies:
        # The one thing that no two answers have in common.
        del body["requestId"]
    assert bodies == [bodies[0]] * len(bodies)


def test_how_long_a_refusal_takes_is_reported(server: Server, anna: Session) -> None:
    """Asserted is nothing: what else runs on the machine says more than the server could."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    # A name of its own: the attempts at one name are limited, and a refusal for that is quick.
    unknown = f"no-{anna.name}"[:32]
    for _ in range(8):
        for kind, name in (("known", anna.name), ("unknown", unknown)):
            began = time.monotonic()
            answer = try_to_log_in(server, name, "another password", source=fresh_address())
            assert answer.status == 401, answer
            times[kind].append(time.monotonic() - began)
    write_report("login-times", {
        f"{kind}MedianMs": round(statistics.median(seconds) * 1000, 1)
        for kind, seconds in times.items()
    })


def test_sessions_that_nobody_has_are_nobodys(server: Server, anna: Session) -> None:
    for token in ("", "x", "A" * 43, anna.token[:-1], anna.token + "A", anna.token.swapcase()):
        nobody = Session(server, anna.name, token)
        assert_problem(nobody.get("/api/me"), 401, "not-signed-in")


def test_the_cookie_is_found_among_others(server: Server, anna: Session) -> None:
    for cookies in (
        f"a=b; {COOKIE}={anna.token}", f"{COOKIE}={anna.token}; a=b", f"x{COOKIE}=1;  {COOKIE}={anna.token}",
    ):
        assert server.get("/api/me", headers={"cookie": cookies}).status == 200, cookies
    for cookies in (f"x{COOKIE}={anna.token}", f"weir={anna.token}", f"{COOKIE.lower()}={anna.token}"):
        assert server.get("/api/me", headers={"cookie": cookies}).status == 401, cookies


def test_who_signs_out_is_out_and_may_do_it_again(server: Server, anna: Session) -> None:
    other = log_in(server, anna.name)
    answer = anna.request("POST", "/logout")
    assert answer.status == 204
    cookie = cookie_of(answer)
    assert cookie is not None and (cookie.name, cookie.value) == (COOKIE, "")
    assert cookie.attributes["max-age"] == "0" and cookie.attributes["path"] == "/"
    assert "secure" in cookie.attributes  # or a browser would not take it for this name
    assert not anna.is_valid and other.is_valid
    assert anna.request("POST", "/logout").status == 204
    assert server.request("POST", "/logout").status == 204


def test_an_address_that_tries_many_names_is_told_to_wait(start_server: Start, name: str) -> None:
    server = start_server()
    sign_up(server, name)
    with Http2Connection(server, source="127.0.0.1") as connection:
        for number in range(100):
            body = json.dumps({"username": f"{name[:20]}-{number}", "password": PASSWORD}).encode()

            def status(body: bytes = body) -> int | None:
                # What finds no time on a busy machine is no attempt.
                found = connection.request(
                    "POST", "/login", [("content-type", "application/json")], body).status
                return None if found == 503 else found

            assert wait_until(status, "an answer that is not 503", every_s=1) == 401
    refused = try_to_log_in(server, name, source="127.0.0.1")
    assert_problem(refused, 429, "too-many-attempts")
    log_in(server, name, source=fresh_address())


def _refusals(server: Server) -> float:
    return Metrics(server).total("weir_sign_ins_refused_total")


def _refusals_at_rest(server: Server) -> float:
    """Their number when all workers have told theirs, which they do once a second."""
    seen = [-1.0]

    def is_at_rest() -> bool:
        seen.append(_refusals(server))
        return seen[-1] == seen[-2]

    wait_until(is_at_rest, "what was refused to be counted", every_s=2)
    return seen[-1]


def _sign_up_until_refused(server: Server, name: str, source: str) -> tuple[int, int]:
    """Ask for a name that is taken. How often the answer said so, and how often the server gave up."""
    taken = given_up = 0
    while True:
        answer = accounts.try_to_sign_up(server, name, source=source)
        if answer.status == 503:
            given_up += 1
        elif answer.status == 429:
            assert_problem(answer, 429, "too-many-sign-ups")
            return taken, given_up
        else:
            assert_problem(answer, 409, "name-taken", "username")
            taken += 1
        assert taken + given_up < 200, (taken, given_up)


def test_an_address_that_signs_up_again_and_again_is_told_to_wait(
    start_server: Start, name: str
) -> None:
    server, source = start_server(), fresh_address()
    sign_up(server, name)

    def ask_for(username: str, password: str = PASSWORD) -> Answer:
        return try_to_sign_up(server, username, password, source=source)

    # What cannot be an account costs nothing.
    for _ in range(70):
        assert ask_for(name, "short").status == 422
    taken, given_up = _sign_up_until_refused(server, name, source)
    # What a busy server gave up on may count or not.
    assert limit("signUpsPerAddress") - given_up <= taken <= limit("signUpsPerAddress")
    refusals = _refusals_at_rest(server)
    refused = ask_for(f"{name[:25]}-new")
    assert_problem(refused, 429, "too-many-sign-ups")
    wait_until(lambda: _refusals(server) > refusals, "it to be counted")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    typed = {"username": f"{name[:25]}-new", "password": PASSWORD}
    page = assert_is_page(
        post_form(server, "/signup", typed, source=source), 429, f"{name[:25]}-new")
    assert PASSWORD not in page and "from your network" in page
    # Others may, and whoever has an account signs in.
    sign_up(server, f"{name[:25]}-new")
    log_in(server, name, source=source)


# The own account


@pytest.mark.smoke
def test_an_owner_sees_the_account_and_nothing_secret(server: Server, anna: Session) -> None:
    other = log_in(server, anna.name, source="127.0.0.77")
    key = anna.make_key()
    answer = anna.get("/api/me")
    assert answer.headers["cache-control"] == "no-store"
    me = answer.json()
    assert set(me) == {"username", "createdAt", "streamKey", "sessions", "broadcasts"}
    assert me["streamKey"].keys() == {"createdAt"}
    assert me["broadcasts"] == []
    assert len(me["sessions"]) == 2
    for session in me["sessions"]:
        assert set(session) == {
            "id", "createdAt", "lastSeenAt", "expiresAt", "address", "userAgent", "current"}
        assert session["userAgent"].startswith("curl/")
        assert (session["address"] == "127.0.0.77") is not session["current"]
        assert len(session["id"]) == 64
    assert [session["current"] for session in me["sessions"]].count(True) == 1
    for secret in (anna.token, other.token, key, PASSWORD, "argon2"):
        assert secret.encode() not in answer.body


def test_without_a_session_there_is_no_account_to_see(server: Server) -> None:
    for method, path in (
        ("GET", "/api/me"), ("DELETE", "/api/me"), ("POST", "/api/me/stream-key"),
        ("DELETE", "/api/me/stream-key"), ("DELETE", "/api/me/sessions"),
        ("DELETE", "/api/me/sessions/" + "0" * 64),
    ):
        assert_problem(server.request(method, path), 401, "not-signed-in")
    body = {"currentPassword": PASSWORD, "newPassword": "other boats on it"}
    assert_problem(post_json(server, "/api/me/password", body), 401, "not-signed-in")


def test_sessions_are_ended_one_by_one_or_all_but_this(server: Server, anna: Session) -> None:
    others = [log_in(server, anna.name) for _ in range(3)]
    [mine] = [s["id"] for s in others[0].me()["sessions"] if s["current"]]
    assert anna.request("DELETE", f"/api/me/sessions/{mine}").status == 204
    assert [other.is_valid for other in others] == [False, True, True]
    for unknown in (mine, "0" * 64, "x", mine.upper()):
        answer = anna.request("DELETE", f"/api/me/sessions/{unknown}")
        assert_problem(answer, 404, "unknown-session")
    answer = anna.request("DELETE", "/api/me/sessions")
    assert (answer.status, answer.json()) == (200, {"ended": 2})
    assert not any(other.is_valid for other in others) and anna.is_valid


def test_nobody_ends_the_session_of_somebody_else(
    server: Server, anna: Session, name: str
) -> None:
    bert = sign_up(server, f"{name[:25]}-bert")
    [theirs] = [s["id"] for s in anna.me()["sessions"]]
    answer = bert.request("DELETE", f"/api/me/sessions/{theirs}")
    assert_problem(answer, 404, "unknown-session")
    assert anna.is_valid


def test_a_new_password_ends_all_other_sessions(server: Server, anna: Session) -> None:
    other = log_in(server, anna.name)
    change = {"currentPassword": PASSWORD, "newPassword": "eight boats on it"}
    wrong = anna.json("/api/me/password", change | {"currentPassword": "not this one"})
    assert_problem(wrong, 403, "wrong-password", "currentPassword")
    for bad, slug in (
        ("short", "password-too-short"), ("password1", "password-too-common"),
        (anna.name.upper(), "password-same-as-name"), ("p" * 257, "password-too-long"),
    ):
        refused = anna.json("/api/me/password", change | {"newPassword": bad})
        assert_problem(refused, 422, slug, "newPassword")
    missing = anna.json("/api/me/password", {"newPassword": "eight boats on it"})
    assert_problem(missing, 422, "missing-field", "currentPassword")
    assert other.is_valid
    assert anna.json("/api/me/password", change).status == 204
    assert anna.is_valid and not other.is_valid
    assert_problem(try_to_log_in(server, anna.name), 401, "wrong-credentials")
    log_in(server, anna.name, "eight boats on it")


def test_a_deleted_account_is_gone_and_its_name_is_free(server: Server, anna: Session) -> None:
    other = log_in(server, anna.name)
    missing = anna.request("DELETE", "/api/me")
    assert_problem(missing, 422, "missing-field", "password")
    assert_problem(anna.delete("not this one"), 403, "wrong-password", "password")
    assert anna.is_valid and other.is_valid
    assert is_deleted(anna.delete_once)
    assert not anna.is_valid and not other.is_valid
    assert_problem(try_to_log_in(server, anna.name), 401, "wrong-credentials")
    again = sign_up(server, anna.name)
    assert again.me()["streamKey"] is None and not anna.is_valid


def test_a_disabled_account_is_told_so_when_its_password_is_right(
    server: Server, anna: Session
) -> None:
    users = Users(data=server.data)
    users.do("disable", anna.name)
    assert not anna.is_valid
    assert_problem(try_to_log_in(server, anna.name), 403, "account-disabled")
    assert_problem(try_to_log_in(server, anna.name, "wrong one"), 401, "wrong-credentials")
    users.do("enable", anna.name)
    log_in(server, anna.name)


@pytest.mark.parametrize(("path", "allowed"), [
    ("/logout", {"POST"}), ("/api/me", {"GET", "HEAD", "DELETE"}),
    ("/api/me/stream-key", {"POST", "DELETE"}), ("/api/me/password", {"POST"}),
    ("/api/me/sessions", {"DELETE"}), ("/login", {"GET", "HEAD", "POST"}),
])
def test_other_methods_are_refused(server: Server, path: str, allowed: set[str]) -> None:
    answer = server.request("PATCH", path)
    assert_problem(answer, 405, "method-not-allowed")
    said = {method.strip() for method in answer.headers["allow"].split(",")}
    assert allowed <= said and "PATCH" not in said


# Forms, as a page without scripts sends them


def assert_goes_to(answer: Answer, path: str) -> None:
    assert (answer.status, answer.headers.get("location")) == (303, path), answer
    assert answer.headers["cache-control"] == "no-store"


def assert_returns_to_account(answer: Answer) -> None:
    """To the account's page, which may be told what has been done."""
    assert answer.headers.get("location", "").partition("?")[0] == "/account"
    assert_goes_to(answer, answer.headers["location"])


def assert_is_page(answer: Answer, status: int, *parts: str) -> str:
    """Gives the page's text, free of character references."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answer.headers, "on a port of its own"
    assert "frame-ancestors" in answer.headers["content-security-policy"]
    text = unescape(answer.body.decode())
    for part in parts:
        assert part in text, f"{part!r} is not on the page"
    return text


def test_a_form_signs_up_and_goes_on(server: Server, name: str) -> None:
    fields = {"username": name, "password": PASSWORD}
    answer = post_form(server, "/signup", fields)
    assert_goes_to(answer, "/live")
    assert session_of(answer, server, name).is_valid
    answer = post_form(server, "/login", fields)
    assert_goes_to(answer, "/account")
    assert session_of(answer, server, name).is_valid
    assert_goes_to(post_form(server, "/login", fields | {"next": "/live"}), "/live")


@pytest.mark.parametrize("elsewhere", [
    "//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)",
    "\\\\elsewhere.example", "/\t/elsewhere.example", "live", "/live\r\nset-cookie: a=b",
])
def test_nobody_is_sent_elsewhere_after_signing_in(
    server: Server, anna: Session, elsewhere: str
) -> None:
    fields = {"username": anna.name, "password": PASSWORD, "next": elsewhere}
    assert_goes_to(post_form(server, "/login", fields), "/account")


def test_a_form_that_is_refused_comes_back_with_what_was_typed_but_no_password(
    server: Server, name: str
) -> None:
    typed = {"username": name, "password": "s3cret!"}
    page = assert_is_page(post_form(server, "/signup", typed), 422, name)
    assert "s3cret!" not in page
    page = assert_is_page(post_form(server, "/login", typed | {"next": "/live"}), 401, name, "/live")
    assert "s3cret!" not in page
    sign_up(server, name)
    assert_is_page(post_form(server, "/signup", typed | {"password": PASSWORD}), 409, name)
    strange = '"><script>alert(1)</script>'
    answer = post_form(server, "/signup", typed | {"username": strange})
    assert_is_page(answer, 422)
    assert b"<script>alert" not in answer.body


@pytest.mark.smoke
def test_an_account_can_be_used_with_forms_alone(server: Server, anna: Session) -> None:
    page = assert_is_page(anna.get("/account"), 200, anna.name)
    assert anna.token not in page and "weir_" not in page
    # The key is on the page that answers, and never again.
    answer = anna.form("/api/me/stream-key")
    page = assert_is_page(answer, 201, "weir_", "ffmpeg ", f"/{anna.name}/live")
    assert "weir_" not in assert_is_page(anna.get("/account"), 200)
    assert anna.me()["streamKey"] is not None
    assert_returns_to_account(anna.form("/account/stream-key/remove"))
    assert anna.me()["streamKey"] is None
    # Sessions.
    first, second = log_in(server, anna.name), log_in(server, anna.name)
    [id] = [s["id"] for s in first.me()["sessions"] if s["current"]]
    assert_returns_to_account(anna.form("/account/sessions/end", {"session": id}))
    assert not first.is_valid and second.is_valid
    assert_returns_to_account(anna.form("/account/sessions/end-others"))
    assert not second.is_valid and anna.is_valid
    # Password.
    change = {"currentPassword": "not this one", "newPassword": "eight boats on it"}
    assert_is_page(anna.form("/api/me/password", change), 403)
    assert_is_page(
        anna.form("/api/me/password", {"currentPassword": PASSWORD, "newPassword": "short"}), 422)
    assert_returns_to_account(anna.form("/api/me/password", change | {"currentPassword": PASSWORD}))
    # Out, and the end.
    assert_goes_to(anna.form("/logout"), "/")
    assert not anna.is_valid
    again = log_in(server, anna.name, "eight boats on it")
    assert_is_page(again.form("/account/delete", {"password": PASSWORD}), 403)
    assert again.is_valid
    assert_goes_to(again.form("/account/delete", {"password": "eight boats on it"}), "/")
    assert not again.is_valid


def test_pages_send_people_where_they_belong(server: Server, anna: Session) -> None:
    assert_goes_to(server.get("/account"), "/login?next=/account")
    for path in ("/login", "/signup"):
        assert_is_page(server.get(path), 200)
        assert anna.get(path).status == 303
    assert_goes_to(anna.get("/login?next=/live"), "/live")
    assert_goes_to(anna.get("/login?next=//elsewhere.example"), "/account")


@pytest.mark.parametrize("path", ["/", "/live", "/nobody-here/watchLive"])
def test_every_page_says_who_is_signed_in(server: Server, anna: Session, path: str) -> None:
    stranger, owner = server.get(path), anna.get(path)
    assert "/login" in stranger.body.decode() and anna.name not in stranger.body.decode()
    assert anna.name in owner.body.decode() and "/logout" in owner.body.decode()
    for answer in (stranger, owner):
        assert "public" not in answer.headers["cache-control"]
        assert "cookie" in answer.headers.get("vary", "").lower()


# What is kept


def test_nothing_secret_is_in_the_log_or_readable_in_the_store(
    start_server: Start, name: str
) -> None:
    server = start_server("--log-level", "debug")
    anna = sign_up(server, name)
    key = anna.make_key()
    try_to_log_in(server, name, "a wrong password")
    anna.form("/api/me/password", {"currentPassword": PASSWORD, "newPassword": "eight boats on it"})
    secrets = (PASSWORD, "a wrong password", "eight boats on it", anna.token, key)
    log = server.log()
    stored = b"".join(file.read_bytes() for file in server.data.glob("accounts.sqlite*"))
    assert name.encode() in stored
    for secret in secrets:
        assert secret not in log
        assert secret.encode() not in stored
    for file in server.data.glob("accounts.sqlite*"):
        assert file.stat().st_mode & 0o077 == 0, f"others can read {file.name}"
