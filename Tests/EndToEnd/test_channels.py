"""Names that nobody has: where publishing needs an account, nobody is left to wait for them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from weir.accounts import COOKIE, is_deleted, sign_up
from weir.admin import ask
from weir.outages import frozen
from weir.server import Server
from weir.stores import KINDS, Store
from weir.waiting import wait_until

BOTH_PROTOCOLS = True
pytestmark = pytest.mark.smoke

Start = Callable[..., Server]
NAVIGATION = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}
FRAMED = {"sec-fetch-dest": "iframe", "sec-fetch-mode": "navigate"}
PAGES = [("watchLive", NAVIGATION), ("live", NAVIGATION), ("embed", FRAMED)]


def assert_there_is_none(server: Server, name: str) -> None:
    for path, headers in PAGES:
        answer = server.get(f"/{name}/{path}", headers=headers)
        assert answer.status == 404, path
        assert answer.headers["content-type"].startswith("text/html"), path
        assert "There is no such channel" in answer.body.decode(), path
    for path in ("watchLive", "live"):
        answer = server.get(f"/{name}/{path}")
        assert (answer.status, answer.problem) == (404, "unknown-channel"), path
    assert server.request("HEAD", f"/{name}/live").status == 404


def assert_there_is_one(server: Server, name: str) -> None:
    for path, headers in PAGES:
        answer = server.get(f"/{name}/{path}", headers=headers)
        assert answer.status == 200, path
        assert "data-name" in answer.body.decode(), path
    answer = server.get(f"/{name}/live")
    assert (answer.status, answer.problem) == (404, "unknown-stream")


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_is_a_channel_for_as_long_as_somebody_has_it(
    start_server: Start, make_store: Callable[[str], Store], kind: str, name: str
) -> None:
    server = start_server(publish="account", accounts=make_store(kind).location)
    assert_there_is_none(server, name)
    # At once, and in every worker: whoever has just signed up looks at the page next.
    owner = sign_up(server, name)
    assert_there_is_one(server, name)
    assert is_deleted(owner.delete_once)
    assert_there_is_none(server, name)


def test_when_the_accounts_do_not_answer_the_player_waits(
    start_server: Start, make_store: Callable[[str], Store], name: str
) -> None:
    store = make_store("mongodb")
    server = start_server(publish="account", accounts=store.location, workers=1)
    assert_there_is_none(server, name)
    with frozen(store):
        wait_until(lambda: ask(server, "/readyz").status == 503, "the server to notice")
        assert_there_is_one(server, name)
    wait_until(
        lambda: server.get(f"/{name}/watchLive", headers=NAVIGATION).status == 404,
        "the store to be asked again")
    assert_there_is_none(server, name)


def test_where_anybody_may_publish_any_name_may_yet_go_live(server: Server, name: str) -> None:
    assert_there_is_one(server, name)


def test_a_name_that_nobody_has_says_who_looks(start_server: Start, name: str) -> None:
    """The page has the header of every page; the frame has none."""
    server = start_server(publish="account")
    owner = sign_up(server, name)
    signed_in = {"cookie": f"{COOKIE}={owner.token}"}
    page = server.get("/nobody-at-all/watchLive", headers=NAVIGATION | signed_in)
    assert page.status == 404 and f">{name}</span>" in page.body.decode()
    frame = server.get("/nobody-at-all/embed", headers=FRAMED | signed_in)
    assert frame.status == 404 and name not in frame.body.decode()


def test_very_many_names_at_once_are_answered_all_the_same(start_server: Start, name: str) -> None:
    """More than one client may ask about at a time: those wait as players do, and nobody fails."""
    server = start_server(publish="account")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(
            lambda number: server.get(f"/nobody-{number}/watchLive", headers=NAVIGATION),
            range(200)))
    assert {answer.status for answer in answers} <= {200, 404}
    assert server.state(name) is None
