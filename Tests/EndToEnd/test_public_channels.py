"""What anybody may know of a channel, live or not: who it is, its words, and its last broadcast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from weir.accounts import Session, is_deleted, sign_up, when_not_too_busy
from weir.outages import frozen
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.stores import Store
from weir.waiting import wait_until

Start = Callable[..., Server]
Publish = Callable[..., Publisher]

_WORDS = {
    "title": "Bread & <butter>", "description": "We bake.", "language": "de", "tags": ["Brot"],
    "unlisted": False,
}
_NOTHING = {"title": "", "description": "", "language": None, "tags": [], "unlisted": False}


@pytest.fixture(scope="module")
def strict(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    with lasting_server("channels", publish="account") as server:
        yield server


@pytest.fixture
def anna(strict: Server, name: str) -> Session:
    return sign_up(strict, name)


def channel(server: Server, name: str) -> dict[str, Any]:
    answer = when_not_too_busy(lambda: server.get(f"/api/channels/{name}"))
    assert answer.status == 200, answer
    told: dict[str, Any] = answer.json()
    return told


def say(owner: Session, value: Any, path: str = "/api/me/broadcast") -> None:
    assert owner.json(path, value, method="PUT").status == 200


def broadcast(publish: Publish, owner: Session, key: str) -> None:
    """From its beginning until it is among the channel's broadcasts."""
    before = len(owner.me()["broadcasts"])
    publisher = publish(owner.server, owner.name, headers={"authorization": f"Bearer {key}"})
    publisher.play(record(seconds=LASTING_S))
    owner.server.wait_for_state(owner.name, "live")
    wait_until(lambda: channel(owner.server, owner.name)["isLive"] is True, "the channel to be live")
    publisher.abort()
    assert owner.request("DELETE", f"/{owner.name}/live").status == 204
    wait_until(lambda: len(owner.me()["broadcasts"]) > before, "the broadcast to be noted")


def test_a_channel_is_who_it_says_and_changes_show_at_once_in_every_worker(anna: Session) -> None:
    server = anna.server
    assert channel(server, anna.name) == {
        "name": anna.name, "displayName": "", "line": "", "links": [], "pictureUrl": None,
        "isLive": False, "words": _NOTHING, "lastBroadcast": None}
    profile = {
        "displayName": "Anna's Bakery", "line": "Every day",
        "links": [{"label": "Shop", "address": "https://shop.example.org/"}]}
    say(anna, profile, "/api/me/profile")
    say(anna, _WORDS)
    for _ in range(8):
        told = channel(server, anna.name)
        assert {member: told[member] for member in profile} == profile
        assert told["words"] == _WORDS
    kept = server.get(f"/api/channels/{anna.name}")
    again = server.get(
        f"/api/channels/{anna.name}", headers={"if-none-match": kept.headers["etag"]})
    assert again.status == 304
    assert kept.headers["access-control-allow-origin"] == "*"


def test_the_last_broadcast_stays_and_unlisted_ones_are_not_told(
    anna: Session, publish: Publish
) -> None:
    server = anna.server
    key = anna.make_key()
    say(anna, _WORDS)
    broadcast(publish, anna, key)
    # A change has every worker look again; without one, they would within ten seconds.
    say(anna, _WORDS)
    last = channel(server, anna.name)["lastBroadcast"]
    assert last["title"] == _WORDS["title"] and last["startedAt"] < last["endedAt"]
    secret = _WORDS | {"title": "Rehearsal", "unlisted": True}
    say(anna, secret)
    assert channel(server, anna.name)["words"] == _NOTHING
    broadcast(publish, anna, key)
    say(anna, _WORDS)
    told = channel(server, anna.name)
    assert told["lastBroadcast"] == last
    assert "Rehearsal" not in str(told)


@pytest.mark.parametrize("kind", ["nobody", "no-name", "open"])
def test_what_is_no_channel_is_not_found(strict: Server, server: Server, kind: str) -> None:
    asked, name = {
        "nobody": (strict, "nobody-has-this"), "no-name": (strict, "-x"),
        "open": (server, "anything"),
    }[kind]
    answer = asked.get(f"/api/channels/{name}")
    assert (answer.status, answer.problem) == (404, "unknown-channel")


def test_a_channel_goes_with_its_account(anna: Session) -> None:
    assert channel(anna.server, anna.name)["name"] == anna.name
    assert is_deleted(anna.delete_once)
    for _ in range(8):
        assert anna.server.get(f"/api/channels/{anna.name}").status == 404


def test_who_asks_while_the_accounts_do_not_answer_is_told_so(
    start_server: Start, make_store: Callable[[str], Store]
) -> None:
    store = make_store("mongodb")
    server = start_server(publish="account", accounts=store.location)
    with frozen(store):
        answer = server.get("/api/channels/somebody")
        assert (answer.status, answer.problem) == (503, "accounts-unavailable")
        assert "retry-after" in answer.headers
