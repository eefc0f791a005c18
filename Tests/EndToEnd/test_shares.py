"""What one client may have of the server's connections, and that others are served all the while."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from weir.admin import ask, Metrics
from weir.limits import limit
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]

# With 460 open files, a worker may have 300 connections; two of them 600, and one client a quarter.
_LAUNCHER = ["prlimit", "--nofile=460:460"]
_ALL = 600
_PART = _ALL // limit("connectionsPerClientPart")


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


def test_one_client_gets_a_quarter_and_others_are_served(start_server: Start) -> None:
    server = start_server(launcher=_LAUNCHER)
    with crowd() as come:
        assert come(server, "127.0.0.50", _PART + 30) == _PART
        for counter in ("over_share", "refused"):
            wait_until(
                lambda counter=counter: Metrics(server).total(f"weir_connections_{counter}_total") == 30,
                "those too many to be counted")
        assert server.get("/", source="127.0.0.50").status == 0
        assert server.get("/", source="127.0.0.51").status == 200
    lines = wait_until(
        lambda: [r for r in server.log_records() if "client" in r.get("metadata", {})], "a line about it")
    assert [r["metadata"]["client"] for r in lines] == ["127.0.0.50"]
    wait_until(
        lambda: server.get("/", source="127.0.0.50").status == 200,
        "the client to have room again")


def test_a_worker_that_dies_takes_what_its_clients_had_along(start_server: Start) -> None:
    server = start_server(launcher=_LAUNCHER)
    with crowd() as come:
        assert come(server, "127.0.0.50", _PART + 1) == _PART
        server.wait_for_all_workers(without=server.kill_worker(0))
        wait_until(
            lambda: server.get("/", source="127.0.0.50").status == 200,
            "the client to have room again")


def test_when_it_is_nearly_full_those_who_have_most_are_refused_first(
    start_server: Start
) -> None:
    server = start_server(launcher=_LAUNCHER)
    with crowd() as come:
        kept = [come(server, f"127.0.0.{50 + k}", _PART) for k in range(4)]
        # Three can have a whole quarter. The fourth ends where little is left.
        assert kept[:3] == [_PART] * 3
        assert 0 < kept[3] < _PART
        left = _ALL - sum(kept)
        assert left > 20
        for k in range(3):
            assert server.get("/", source=f"127.0.0.{50 + k}").status == 0
        # Whoever has none gets some, down to the last of them (some are just being closed).
        for k in range(left - 10):
            assert come(server, f"127.0.1.{k + 1}", 1) == 1
        wait_until(
            lambda: server.get("/", source="127.0.2.1").status == 200,
            "room for somebody who has none")


@pytest.mark.parametrize("network", ["127.0.0.50", "127.0.0.48/30"])
def test_an_exempt_network_has_no_part_of_its_own(start_server: Start, network: str) -> None:
    server = start_server("--exempt-network", network, launcher=_LAUNCHER)
    with crowd() as come:
        assert come(server, "127.0.0.50", 2 * _PART) == 2 * _PART
        assert come(server, "127.0.0.60", _PART + 1) == _PART
