"""Past broadcasts: one entry for each, however it ended and whoever died meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from weir.accounts import Session, sign_up
from weir.http2 import Http2Connection
from weir.mongodb import DATABASE
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.stores import KINDS, Store
from weir.viewer import Viewer
from weir.waiting import wait_until

Start = Callable[..., Server]
Publish = Callable[..., Publisher]

# Short, for broadcasts that are to end when their publisher is gone. What is to go on meanwhile may come late
# on a slow machine: where a broadcast is ended by its owner, the servers of tests have the usual one.
_GRACE = ("--grace", "5")


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, make_store: Callable[[str], Store]) -> Store:
    return make_store(request.param)


@pytest.fixture
def server(store: Store, start_server: Start) -> Server:
    return start_server(publish="account", accounts=store.location)


@pytest.fixture
def hasty(store: Store, start_server: Start, name: str) -> Session:
    """Somebody who has signed up where broadcasts end soon after their publisher is gone."""
    server = start_server(*_GRACE, publish="account", accounts=store.location)
    return sign_up(server, name)


@pytest.fixture
def anna(server: Server, name: str) -> Session:
    return sign_up(server, name)


def go_live(session: Session, publish: Publish, seconds: int = LASTING_S) -> Publisher:
    publisher = publish(session.server, session.name, headers=session.headers)
    publisher.play(record(seconds=seconds))
    session.server.wait_for_state(session.name, "live")
    # A broadcast of which nothing has come yet is none.
    wait_until(
        lambda: session.server.stream(session.name)["rewindMs"] > 0, "the first media", every_s=0.02
    )
    return publisher


def entries(session: Session, count: int) -> list[dict[str, Any]]:
    """The broadcasts, as soon as there are so many; and then on every worker the same ones."""
    wait_until(lambda: len(session.me()["broadcasts"]) >= count, f"{count} broadcasts", every_s=0.1)
    looks = [session.me()["broadcasts"] for _ in range(6)]
    assert all(look == looks[0] for look in looks)
    assert len(looks[0]) == count, looks[0]
    return looks[0]


def stop_and_start(server: Server, start_server: Start, store: Store) -> Server:
    """The next server on the same data."""
    server.stop()
    return start_server(
        *_GRACE, publish="account", accounts=store.location, data=server.data)


def test_a_broadcast_that_ended_is_remembered_with_its_figures(
    anna: Session, publish: Publish, watch: Callable[..., Viewer], start_server: Start,
    store: Store,
) -> None:
    recording = record(seconds=8)
    publisher = go_live(anna, publish, seconds=8)
    viewers = [watch(anna.server, anna.name).wait_for_bytes(1000) for _ in range(2)]
    anna.server.wait_for_viewers(anna.name, 2)
    started = anna.server.stream(anna.name)
    assert started is not None and anna.me()["broadcasts"] == []
    assert publisher.answer().status == 204
    assert anna.request("DELETE", f"/{anna.name}/live").status == 204
    for viewer in viewers:
        viewer.wait_for_end()
    [entry] = entries(anna, 1)
    assert set(entry) == {
        "id", "startedAt", "endedAt", "durationMs", "bytes", "peakViewers", "title"}
    assert entry["startedAt"] == started["startedAt"]
    assert entry["startedAt"] < entry["endedAt"]
    begin, end = (datetime.fromisoformat(entry[at]) for at in ("startedAt", "endedAt"))
    assert 7_000 < entry["durationMs"] <= (end - begin).total_seconds() * 1_000 + 1_000
    assert len(recording.data) * 0.9 < entry["bytes"] < len(recording.data) * 1.2
    assert entry["peakViewers"] == 2
    # A server that finds the ended stream on its disk has nothing to add.
    again = replace(anna, server=stop_and_start(anna.server, start_server, store))
    assert entries(again, 1) == [entry]


def test_each_broadcast_is_an_entry_and_the_newest_comes_first(
    store: Store, start_server: Start, name: str, publish: Publish
) -> None:
    # One of them ends by itself, and no other may, however late its publisher is.
    server = start_server("--grace", "10", publish="account", accounts=store.location)
    anna = sign_up(server, name)
    for vanishes in (False, True, False):
        publisher = go_live(anna, publish)
        if vanishes:
            publisher.abort()
            anna.server.wait_for_state(anna.name, "ended")
        else:
            assert anna.request("DELETE", f"/{anna.name}/live").status == 204
        # The next one begins at once, in the place of this one.
    known = entries(anna, 3)
    assert len({entry["id"] for entry in known}) == 3
    begins = [entry["startedAt"] for entry in known]
    assert begins == sorted(begins, reverse=True)


def test_a_pause_within_a_broadcast_makes_no_second_entry(
    store: Store, start_server: Start, name: str, publish: Publish
) -> None:
    server = start_server(publish="account", accounts=store.location)
    anna = sign_up(server, name)
    go_live(anna, publish).abort()
    server.wait_for_state(name, "paused")
    go_live(anna, publish)
    assert anna.request("DELETE", f"/{name}/live").status == 204
    entries(anna, 1)


@pytest.mark.parametrize("who", ["the worker that takes the broadcast", "every worker"])
def test_a_broadcast_whose_worker_was_killed_is_one_entry(
    hasty: Session, publish: Publish, who: str
) -> None:
    anna, server = hasty, hasty.server
    publisher = go_live(anna, publish)
    started = wait_until(
        lambda: [line for line in server.log_records() if line["message"] == "stream started"], "its log")
    writer = int(started[0]["process"].removeprefix("worker-"))
    killed = [server.kill_worker(slot) for slot in ((writer,) if "that" in who else (0, 1))]
    for pid in killed:
        server.wait_for_all_workers(without=pid)
    publisher.abort()
    server.wait_for_state(anna.name, "ended")
    entries(anna, 1)


def test_a_broadcast_cut_off_by_the_servers_death_is_one_entry(
    hasty: Session, publish: Publish, start_server: Start, store: Store
) -> None:
    anna, server = hasty, hasty.server
    publisher = go_live(anna, publish)
    server.kill_supervisor()
    server.assert_no_process_stays()
    publisher.abort()
    server.start()
    server.wait_for_state(anna.name, "ended")
    [entry] = entries(anna, 1)
    assert entry["bytes"] > 0
    again = replace(anna, server=stop_and_start(server, start_server, store))
    assert entries(again, 1) == [entry]


def test_a_broadcast_that_ends_with_the_server_is_one_entry(
    publish: Publish, start_server: Start, store: Store, name: str
) -> None:
    # The pause lasts until somebody has seen it; the next server is less patient.
    server = start_server(publish="account", accounts=store.location)
    anna = sign_up(server, name)
    publisher = go_live(anna, publish)
    publisher.abort()
    server.wait_for_state(name, "paused")
    again = replace(anna, server=stop_and_start(server, start_server, store))
    again.server.wait_for_state(name, "ended")
    entries(again, 1)


def test_a_broadcast_that_ends_while_the_store_is_away_is_told_later(
    make_store: Callable[[str], Store], start_server: Start, name: str, publish: Publish
) -> None:
    store = make_store("mongodb")
    assert store.mongodb is not None
    server = start_server(publish="account", accounts=store.location)
    anna = sign_up(server, name)
    # On one connection, whose worker knows her.
    with Http2Connection(server) as connection:
        fields = list(anna.headers.items())
        path = f"/{name}/live"
        # It may be told to come again.
        wait_until(
            lambda: connection.request("POST", path, fields, record().data).status == 204, "the broadcast")
        store.mongodb.kill()
        assert connection.request("DELETE", path, fields).status == 204
    server.wait_for_state(name, "ended")
    # Whoever was to tell it is dead as well.
    for slot in (0, 1):
        server.wait_for_all_workers(without=server.kill_worker(slot))
    store.mongodb.start()
    wait_until(lambda: anna.get("/api/me").status == 200, "the accounts to be back")
    entries(anna, 1)


def test_in_mongodb_a_user_is_the_document_of_the_first_server_and_more(
    make_store: Callable[[str], Store], start_server: Start, name: str
) -> None:
    store = make_store("mongodb")
    assert store.mongodb is not None
    server = start_server(publish="account", accounts=store.location)
    anna = sign_up(server, name)
    anna.request("POST", f"/{name}/live", body=record().data)
    anna.request("DELETE", f"/{name}/live")
    [entry] = entries(anna, 1)
    with store.mongodb.client() as client:
        document = client[DATABASE]["users"].find_one({"username": name})
    assert document is not None
    assert document["username"] == name and document["files"] == []
    assert document["password"].startswith("$argon2id$")
    [stream] = document["streams"]
    assert {"id", "start", "end", "durationMs", "bytes", "peakViewers"} <= set(stream)
    assert stream["id"] == entry["id"] and stream["bytes"] == entry["bytes"]


def test_without_accounts_nothing_is_remembered(start_server: Start, name: str) -> None:
    server = start_server(publish="open")
    anna = sign_up(server, name)
    assert server.request("POST", f"/{name}/live", body=record().data).status == 204
    assert server.request("DELETE", f"/{name}/live").status == 204
    server.wait_for_state(name, "ended")
    assert anna.me()["broadcasts"] == []
