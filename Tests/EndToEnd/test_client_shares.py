"""What one address may have of a server: it fills its share, and others are served all the while."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from weir.curl import header_arguments
from weir.http2 import Http2Connection
from weir.limits import limit
from weir.raw_frames import RawConnection
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

pytestmark = [pytest.mark.alone, pytest.mark.slow]

Start = Callable[..., Server]
_STREAMS = limit("streamsPerConnection")
_OTHER_ADDRESS = "127.0.0.66"


@contextmanager
def crowd(
    server: Server, path: str, count: int, *more: tuple[str, str], window: int
) -> Iterator[list[RawConnection]]:
    """So many open requests from 127.0.0.1, all connections full."""
    with ExitStack() as stack:
        connections = []
        for first in range(0, count, _STREAMS):
            connection = stack.enter_context(RawConnection(server, settings={4: window}))
            streams = range(1, 2 * min(_STREAMS, count - first), 2)
            connection.send(*(connection.headers(stream, "GET", path, *more) for stream in streams))
            connections.append(connection)
        yield connections


def ask_as(
    server: Server, address: str, path: str, headers: dict[str, str] | None = None
) -> tuple[int, str | None]:
    """Status and problem of one request from that address; 0 when it is reset. One without an end is hung up
    on as soon as its status is known."""
    with Http2Connection(server, source=address) as connection:
        stream = connection.open("GET", path, list((headers or {}).items()))
        answer = connection.responses[stream]
        connection.wait_for(lambda: answer.status or answer.is_over or connection.closed, "a status")
        if answer.status < 400 or not answer.headers["content-type"].startswith("application/problem"):
            return answer.status, None
        connection.response(stream)
        return answer.status, str(json.loads(answer.body)["type"]).rsplit("/", 1)[-1]


def ask_over_http1(server: Server, path: str, headers: dict[str, str]) -> int:
    """The status of one request from 127.0.0.1."""
    answer = subprocess.run(
        [
            "curl", "--silent", "--http1.1", "--cacert", str(server.certificate.certificate),
            "--interface", "127.0.0.1", "--output", "/dev/null", "--write-out", "%{http_code}",
            *header_arguments(headers), server.url(path),
        ], capture_output=True, text=True, check=False)
    return int(answer.stdout)


# path, how much one client may have, what it is told then
SHARES = {
    "viewers": ("/shared/live", limit("viewersPerClient"), "too-many-viewers-of-client"),
    "event subscribers": (
        "/api/events", limit("eventSubscribersPerClient"), "too-many-subscribers-of-client"),
}


@pytest.mark.parametrize("kind", SHARES)
def test_one_address_fills_its_share_and_another_is_served(start_server: Start, kind: str) -> None:
    path, most, slug = SHARES[kind]
    server = start_server(workers=1)
    server.request("POST", "/shared/live", body=record().data[:60_000],
                   headers={"content-type": "video/webm"})
    with crowd(server, path, most, window=65_535):
        wait_until(lambda: ask_as(server, "127.0.0.1", path) == (429, slug), "the share to be full")
        assert ask_as(server, _OTHER_ADDRESS, path)[0] == 200
        assert ask_as(server, "127.0.0.1", "/api/streams")[0] == 200
    wait_until(lambda: ask_as(server, "127.0.0.1", path)[0] == 200, "room again")


def test_pages_that_one_address_does_not_take_are_bounded_and_another_gets_them(
    start_server: Start
) -> None:
    """A page that is made for each request, and a window of 0: some of them may wait."""
    server = start_server(workers=1)
    navigation = {"sec-fetch-dest": "document"}
    page = server.get("/nowhere", headers=navigation)
    cost = len(page.body) + limit("heldBytesPerRequest")
    count = limit("heldBytesPerClient") // cost + _STREAMS
    # Told while there is room for that, or reset.
    refusals = ((503, "too-many-unread-bytes"), (0, None))
    with crowd(server, "/nowhere", count, ("sec-fetch-dest", "document"), window=0):
        wait_until(
            lambda: ask_as(server, "127.0.0.1", "/nowhere", navigation) in refusals,
            "the share to be full")
        # Over HTTP/1.1 a request cannot be refused before it is one; it is answered.
        assert ask_over_http1(server, "/nowhere", navigation) == 503
        assert ask_over_http1(server, "/healthz", {}) == 404
        assert ask_as(server, _OTHER_ADDRESS, "/nowhere", navigation)[0] == 404
        assert ask_as(server, _OTHER_ADDRESS, "/api/streams")[0] == 200
    wait_until(
        lambda: ask_as(server, "127.0.0.1", "/nowhere", navigation)[0] == 404, "room again")


def test_an_exempt_network_has_no_share_of_its_own(start_server: Start) -> None:
    path, most, _ = SHARES["event subscribers"]
    server = start_server("--exempt-network", "127.0.0.0/24", workers=1)
    with crowd(server, path, most + 1_000, window=65_535):
        assert ask_as(server, "127.0.0.1", path)[0] == 200
