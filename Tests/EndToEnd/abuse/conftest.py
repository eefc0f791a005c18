"""The besieged server of the abuse tests: one for all of them, judged at their end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from weir.bystander import Bystander
from weir.recordings import record
from weir.server import Server

from .peers import PEERS


@pytest.fixture(scope="package")
def besieged(
    lasting_server: Callable[..., AbstractContextManager[Server]],
) -> Iterator[tuple[Server, Bystander]]:
    """A server with a broadcast and bystanders who watch it."""
    # One of the peers waits for the end of its stream.
    with lasting_server("besieged", "--grace", "60") as server:
        bystander = Bystander(server, server.folder)
        try:
            yield server, bystander
            bystander.finish()
        finally:
            bystander.stop()


@pytest.fixture(scope="package")
def slow_peers(besieged: tuple[Server, Bystander]) -> Iterator[dict[str, Future]]:
    """All slow peers at work while the other abuse goes on, and a broadcast that ended before.

    The limits they run into are 10 seconds to two minutes, so they start first and are asked last.
    """
    server, _ = besieged
    server.request("POST", "/ended-early/live", body=record().data)
    server.request("DELETE", "/ended-early/live")
    stop = threading.Event()
    with ThreadPoolExecutor(len(PEERS)) as pool:
        yield {name: pool.submit(peer, server, stop) for name, peer in PEERS.items()}
        stop.set()


@pytest.fixture(scope="package", autouse=True)
def _slow_peers_first(request: pytest.FixtureRequest) -> None:
    """Start the slow peers before all other abuse, if a selected test is going to ask for them."""
    if any("slow_peers" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("slow_peers")
