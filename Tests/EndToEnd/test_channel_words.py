"""What channels say of themselves: set by session or stream key, kept, and shown to everybody at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from weir.accounts import Session, post_json, sign_up, when_not_too_busy
from weir.curl import Answer
from weir.events import Subscriber
from weir.limits import limit_s
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]
Publish = Callable[..., Publisher]

_WORDS = {
    "title": "Bread, live & \"warm\" 🍞", "description": "We bake.\nThen we eat.", "language": "de-AT",
    "tags": ["baking", "Brot"], "unlisted": False,
}
_NOTHING = {"title": "", "description": "", "language": None, "tags": [], "unlisted": False}


@pytest.fixture(scope="module")
def strict(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    with lasting_server("words", publish="account") as server:
        yield server


@pytest.fixture
def anna(strict: Server, name: str) -> Session:
    return sign_up(strict, name)


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def say(owner: Session, value: Any, path: str = "/api/me/broadcast") -> Answer:
    return owner.json(path, value, method="PUT")


def stream(server: Server, name: str) -> dict[str, Any]:
    """What the server says of the stream; nothing while no worker answers."""
    return server.stream(name) or {}


def said(server: Server, name: str) -> dict[str, Any]:
    """What the stream says, of the members of `_WORDS`."""
    return {member: stream(server, name).get(member) for member in _WORDS}


def listed(server: Server) -> list[str]:
    return [each["name"] for each in server.get("/api/streams").json()["streams"]]


def on_air(publish: Publish, owner: Session, key: str) -> Publisher:
    publisher = publish(owner.server, owner.name, headers=bearer(key)).play(record(seconds=LASTING_S))
    owner.server.wait_for_state(owner.name, "live")
    return publisher


def test_a_channel_says_nothing_until_its_owner_does(anna: Session) -> None:
    assert anna.get("/api/me/broadcast").json() == _NOTHING
    assert anna.get("/api/me/profile").json() == {
        "displayName": "", "line": "", "links": [], "pictureUrl": None}


def test_words_are_set_before_a_broadcast_and_changed_while_it_is_live(
    anna: Session, publish: Publish
) -> None:
    server = anna.server
    assert say(anna, _WORDS).json() == _WORDS
    on_air(publish, anna, anna.make_key())
    wait_until(lambda: said(server, anna.name) == _WORDS, "the words")
    with Subscriber(server, f"?stream={anna.name}") as page:
        page.wait_for_state(anna.name, "live")
        changed = _WORDS | {"title": "Cake"}
        assert say(anna, changed).status == 200
        page.wait_for(lambda: page.streams()[anna.name]["title"] == "Cake", "the title")
    # Whichever worker is asked.
    wait_until(lambda: all(said(server, anna.name) == changed for _ in range(8)), "all to say so")
    assert anna.get("/api/me/broadcast").json() == changed


def test_a_stream_key_does_it_too(anna: Session) -> None:
    key = anna.make_key()
    done = when_not_too_busy(lambda: post_json(
        anna.server, "/api/me/broadcast", {"title": "From a script"}, method="PUT",
        headers=bearer(key)))
    assert done.status == 200
    assert anna.get("/api/me/broadcast").json() == _NOTHING | {"title": "From a script"}
    read = when_not_too_busy(lambda: anna.server.get("/api/me/broadcast", headers=bearer(key)))
    assert read.json()["title"] == "From a script"


def test_words_outlive_the_worker_and_the_broadcast(
    start_server: Start, publish: Publish, name: str
) -> None:
    server = start_server(publish="account")
    owner = sign_up(server, name)
    key = owner.make_key()
    say(owner, _WORDS)
    say(owner, {"displayName": "Anna's Bakery"}, "/api/me/profile")
    publisher = on_air(publish, owner, key)
    for pid in server.workers().values():
        server.expected_deaths.add(pid)
        os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: said(server, name) == _WORDS and stream(server, name).get("displayName") == "Anna's Bakery",
        "the words after all workers have died")
    publisher.abort()
    wait_until(lambda: owner.request("DELETE", f"/{name}/live").status in (204, 404), "its end")
    wait_until(
        lambda: [each["title"] for each in owner.me()["broadcasts"]] == [_WORDS["title"]],
        "the broadcast in the list of its owner")
    wait_until(
        lambda: not (server.data / "live" / name).exists(), "the stream to be removed",
        limit_s("endedRetentionMs") + 2 * PATIENCE_S)
    on_air(publish, owner, key)
    wait_until(lambda: said(server, name) == _WORDS, "the words in the next broadcast")


def test_what_is_unlisted_is_there_for_those_who_know_its_name(
    anna: Session, publish: Publish
) -> None:
    server = anna.server
    say(anna, {"title": "Rehearsal", "unlisted": True})
    on_air(publish, anna, anna.make_key())
    with Subscriber(server) as everybody, Subscriber(server, f"?stream={anna.name}") as friend:
        everybody.wait_for_first_event()
        friend.wait_for_state(anna.name, "live")
        assert anna.name not in everybody.streams()
        assert anna.name not in listed(server)
        assert anna.name.encode() not in server.get("/").body
        wait_until(lambda: stream(server, anna.name).get("title") == "Rehearsal", "its title")
        # Changing figures are told to those who know the name, and in no way to others.
        friend.wait_for(lambda: len(friend.events) > 3, "changes of figures")
        say(anna, {"title": "Premiere"})
        everybody.wait_for(lambda: anna.name in everybody.streams(), "the stream on the list")
        assert everybody.states(anna.name)[0] != "gone", "it was named before it was on the list"
        # Each worker makes its list anew when it has heard of it.
        wait_until(lambda: all(anna.name in listed(server) for _ in range(4)), "it on every list")
        say(anna, {"title": "Rehearsal", "unlisted": True})
        everybody.wait_for(lambda: anna.name not in everybody.streams(), "it to leave the list")
        assert friend.streams()[anna.name]["state"] in ("live", "paused")


def test_what_is_live_is_taken_off_all_lists_while_nobody_sends(anna: Session, publish: Publish) -> None:
    server = anna.server
    publisher = on_air(publish, anna, anna.make_key())
    publisher.abort()
    server.wait_for_state(anna.name, "paused")
    assert say(anna, {"unlisted": True}).status == 200
    wait_until(lambda: all(anna.name not in listed(server) for _ in range(4)), "it to be on no list")
    wait_until(lambda: stream(server, anna.name).get("unlisted") is True, "every worker to know")
    assert stream(server, anna.name)["state"] == "paused"


def test_what_was_unlisted_stays_so_when_it_is_over_whatever_comes_next(
    anna: Session, publish: Publish
) -> None:
    server = anna.server
    say(anna, {"title": "Rehearsal", "unlisted": True})
    publisher = on_air(publish, anna, anna.make_key())
    wait_until(lambda: server.get(f"/{anna.name}/still").status == 200, "a still")
    publisher.abort()
    anna.request("DELETE", f"/{anna.name}/live")
    say(anna, {"title": "Premiere"})
    wait_until(
        lambda: [each["title"] for each in anna.me()["broadcasts"]] == ["Rehearsal"],
        "the broadcast in the list of its owner")
    assert b"<entry>" not in server.get(f"/{anna.name}/feed.xml").body
    wait_until(lambda: server.get(f"/{anna.name}/still").status == 404, "its still to be gone")


_REFUSED = {
    "title-long": ({"title": "x" * 121}, "title"),
    "title-lines": ({"title": "a\nb"}, "title"),
    "title-turns": ({"title": "a\u202eb"}, "title"),
    "title-number": ({"title": 1}, "title"),
    "description-long": ({"description": "x" * 2_001}, "description"),
    "tags-many": ({"tags": [str(number) for number in range(9)]}, "tags"),
    "tags-twice": ({"tags": ["a", "A"]}, "tags"),
    "language": ({"language": "my own language"}, "language"),
    "unlisted": ({"unlisted": 1}, "unlisted"),
}


@pytest.mark.parametrize("case", list(_REFUSED))
def test_what_is_not_taken_is_named_and_changes_nothing(anna: Session, case: str) -> None:
    value, field = _REFUSED[case]
    answer = say(anna, value)
    assert (answer.status, answer.json()["field"]) == (422, field)
    assert anna.get("/api/me/broadcast").json() == _NOTHING


@pytest.mark.parametrize("address", [
    "http://a.example", "javascript:alert(1)", "https://u@a.example", "", "https://1.2.3.999/",
    "https://a.example:99999/", "https://a.example:x/", "https://a.b%zz/",
])
def test_links_lead_nowhere_else_than_to_servers(anna: Session, address: str) -> None:
    answer = say(anna, {"links": [{"label": "x", "address": address}]}, "/api/me/profile")
    assert (answer.status, answer.json()["field"]) == (422, "links")


def test_only_the_owner_sets_it_and_no_other_site_makes_them(anna: Session) -> None:
    server = anna.server
    put = {"method": "PUT"}
    assert post_json(server, "/api/me/broadcast", _WORDS, **put).status == 401
    wrong = bearer("weir_" + "x" * 43)
    refused = when_not_too_busy(
        lambda: post_json(server, "/api/me/broadcast", _WORDS, headers=wrong, **put))
    assert refused.status == 401
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert anna.json("/api/me/broadcast", _WORDS, method="PUT", headers=foreign).status == 403
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert anna.request("PUT", "/api/me/broadcast", headers=form, body=b"title=x").status == 415
    assert say(anna, []).problem == "malformed-body"
    assert anna.get("/api/me/broadcast").json() == _NOTHING


def test_longest_words_in_any_script_are_taken(anna: Session) -> None:
    words = _WORDS | {"title": "語" * 120, "description": "👩🏽‍🚀" * 300 + "語" * 1_000}
    assert say(anna, words).status == 200
    assert anna.get("/api/me/broadcast").json() == words
