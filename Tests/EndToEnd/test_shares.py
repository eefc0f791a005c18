"""What one client may have of the server's connections, and that others are served all the while."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from weir.admin import ask, Metrics
from weir.in_time import Pace, in_time
from weir.limits import limit, limit_s
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]

# With 460 open files, a worker may have 300 connections; two of them 600, and one client a quarter.
_LAUNCHER = ["prlimit", "--nofile=460:460"]
_ALL = 600
_PART = _ALL // limit("connectionsPerClientPart")


@dataclass(frozen=True)
class Filled:
    """A server with connections that say nothing: how many of each address it has `kept`, and what was `seen`
    while they were there. `come` makes more, `leave` closes all."""

    server: Server
    come: Callable[..., int]
    leave: Callable[[], None]
    kept: list[int]
    seen: list[int]


@contextmanager
def crowd() -> Iterator[Callable[..., int]]:
    """Makes connections that say nothing; they are closed at the end."""
    made: list[socket.socket] = []

    def come(server: Server, source: str, count: int) -> int:
        """So many from an address; says how many of them the server has kept."""
        # With a worker that is still starting, there is less to share.
        wait_until(lambda: ask(server, "/readyz").status == 200, "all workers to serve")
        new = [
            socket.create_connection(("127.0.0.1", server.port), PATIENCE_S, (source, 0))
            for _ in range(count)
        ]
        made.extend(new)
        # Refused ones are closed at once, and in the order in which they come: when the server has
        # been asked something from elsewhere, all of these are decided. It may have to close others
        # first when it is full.
        wait_until(
            lambda: server.get("/", source="127.0.0.99").status == 200, "room for somebody else")
        return sum(not is_closed(connection) for connection in new)

    try:
        yield come
    finally:
        for connection in made:
            connection.close()


def is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@pytest.fixture
def fill(start_server: Start) -> Iterator[Callable[..., Filled]]:
    """Starts a server and lets so many come from each address, in this order."""
    with ExitStack() as stack:
        def begin(
            counts: dict[str, int], *arguments: str,
            look: Callable[[Server], list[int]] = lambda server: [],
        ) -> Filled:
            def attempt(number: int, pace: Pace) -> Filled:
                server = start_server(*arguments, launcher=_LAUNCHER)
                inside = stack.enter_context(ExitStack())
                come = inside.enter_context(crowd())
                pace.begin()
                kept = [come(server, source, count) for source, count in counts.items()]
                return Filled(server, come, inside.close, kept, look(server))

            # The server closes them when there was no handshake for so long.
            return in_time(limit_s("handshakeMs") - 1, attempt)

        yield begin


def statuses(server: Server, *sources: str) -> list[int]:
    return [server.get("/", source=source).status for source in sources]


def test_one_client_gets_a_quarter_and_others_are_served(fill: Callable[..., Filled]) -> None:
    def look(server: Server) -> list[int]:
        for counter in ("over_share", "refused"):
            wait_until(
                lambda: Metrics(server).total(f"weir_connections_{counter}_total") == 30,
                "those too many to be counted")
        return statuses(server, "127.0.0.50", "127.0.0.51")

    filled = fill({"127.0.0.50": _PART + 30}, look=look)
    assert (filled.kept, filled.seen) == ([_PART], [0, 200])
    filled.leave()
    server = filled.server
    lines = wait_until(
        lambda: [r for r in server.log_records() if "client" in r.get("metadata", {})], "a line about it")
    assert [r["metadata"]["client"] for r in lines] == ["127.0.0.50"]
    wait_until(
        lambda: server.get("/", source="127.0.0.50").status == 200,
        "the client to have room again")


def test_a_worker_that_dies_takes_what_its_clients_had_along(fill: Callable[..., Filled]) -> None:
    filled = fill({"127.0.0.50": _PART + 1})
    assert filled.kept == [_PART]
    server = filled.server
    server.wait_for_all_workers(without=server.kill_worker(0))
    wait_until(
        lambda: server.get("/", source="127.0.0.50").status == 200,
        "the client to have room again")


def test_when_it_is_nearly_full_those_who_have_most_are_refused_first(
    fill: Callable[..., Filled]
) -> None:
    sources = [f"127.0.0.{50 + k}" for k in range(4)]
    filled = fill(dict.fromkeys(sources, _PART), look=lambda server: statuses(server, *sources[:3]))
    # Three can have a whole quarter. The fourth ends where little is left.
    assert filled.kept[:3] == [_PART] * 3
    assert 0 < filled.kept[3] < _PART
    left = _ALL - sum(filled.kept)
    assert left > 20
    assert filled.seen == [0] * 3
    # Whoever has none gets some, down to the last of them (some are just being closed).
    for k in range(left - 10):
        assert filled.come(filled.server, f"127.0.1.{k + 1}", 1) == 1
    wait_until(
        lambda: filled.server.get("/", source="127.0.2.1").status == 200,
        "room for somebody who has none")


@pytest.mark.parametrize("network", ["127.0.0.50", "127.0.0.48/30"])
def test_an_exempt_network_has_no_part_of_its_own(fill: Callable[..., Filled], network: str) -> None:
    filled = fill({"127.0.0.50": 2 * _PART, "127.0.0.60": _PART + 1}, "--exempt-network", network)
    assert filled.kept == [2 * _PART, _PART]
