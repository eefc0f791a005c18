"""Peers that are slow on purpose: each is closed when its time is over, and costs nobody anything.

The timeouts are fixed limits of 10 to 60 seconds, so all of these peers start together and the
tests then wait for one each.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hyperframe.frame import DataFrame, HeadersFrame, SettingsFrame, WindowUpdateFrame

from weir import processes
from weir.bystander import Bystander
from weir.connections import has_peer
from weir.http2 import Http2Connection, Response
from weir.raw_frames import RawConnection
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

Besieged = tuple[Server, Bystander]
_PATIENCE_S = 100.0


def silent_tcp(server: Server, _: threading.Event) -> bool:
    """Connects and never says anything, not even a TLS hello."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.settimeout(_PATIENCE_S)
        return connection.recv(1) == b""


def trickled_hello(server: Server, stop: threading.Event) -> bool:
    """Sends its TLS hello one byte a second."""
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        for byte in hello:
            try:
                connection.send(bytes([byte]))
            except OSError:
                return True
            connection.settimeout(1)
            try:
                if connection.recv(1) == b"":
                    return True
            except TimeoutError:
                pass
            except OSError:
                return True
            if stop.is_set():
                break
    return False


def silent_body(server: Server, _: threading.Event) -> Response:
    """Announces a body and never sends a byte of it."""
    with Http2Connection(server) as connection:
        stream = connection.open("POST", "/silent-body/live", end=False)
        return connection.response(stream, _PATIENCE_S)


def stopped_body(server: Server, _: threading.Event) -> Response:
    """Sends half of a recording and then keeps the request open without another byte."""
    with Http2Connection(server) as connection:
        stream = connection.open("POST", "/stopped-body/live", end=False)
        connection.send(stream, record().data[:40_000])
        return connection.response(stream, _PATIENCE_S)


def endless_headers(server: Server, stop: threading.Event) -> bool:
    """Begins a header section and never ends it."""
    with RawConnection(server) as connection:
        connection.send(HeadersFrame(1, connection.block("GET", "/")))
        connection.wait_for_close(_PATIENCE_S + 60)
        return True


def zero_window(server: Server, _: threading.Event) -> bool:
    """Watches a live stream with a window of zero, for ever."""
    with RawConnection(server, settings={4: 0}) as connection:
        connection.send(connection.headers(1, "GET", "/bystander/live"))
        return _ends(connection)


def closed_window(server: Server, _: threading.Event) -> bool:
    """Takes 64 KiB of a live stream and never opens the window again."""
    with RawConnection(server) as connection:
        connection.send(connection.headers(1, "GET", "/bystander/live"))
        return _ends(connection)


def deaf(server: Server, stop: threading.Event) -> bool:
    """Opens its windows wide and reads nothing from the socket."""
    with RawConnection(server, settings={4: 0x7FFFFFFF}, receive_buffer=4096) as connection:
        connection.send(WindowUpdateFrame(0, window_increment=0x7FFF0000))
        for stream in range(1, 100, 2):
            connection.send(connection.headers(stream, "GET", "/bystander/live"))
        port = connection.socket.getsockname()[1]
        return _server_side_goes(server, port, stop)


PEERS: dict[str, Callable[[Server, threading.Event], object]] = {
    peer.__name__: peer
    for peer in (
        silent_tcp, trickled_hello, silent_body, stopped_body, endless_headers, zero_window,
        closed_window, deaf,
    )
}


def _ends(connection: RawConnection) -> bool:
    """Whether the stream is reset or the connection closed."""
    for _ in range(int(_PATIENCE_S * 5)):
        connection.read(0.2)
        if connection.closed or any(f.type == 3 for f in connection.frames):
            return True
    return False


def _server_side_goes(server: Server, port: int, stop: threading.Event) -> bool:
    """Until no worker holds the other end of our connection from this port."""
    while has_peer(server, port):
        if stop.wait(0.5):
            return False
    return True


@pytest.fixture(scope="module")
def results(besieged: Besieged) -> Iterator[dict[str, Future]]:
    """All slow peers at work, and a broadcast that has ended just now."""
    server, _ = besieged
    server.request("POST", "/ended-early/live", body=record().data)
    server.request("DELETE", "/ended-early/live")
    stop = threading.Event()
    with ThreadPoolExecutor(len(PEERS)) as pool:
        yield {name: pool.submit(peer, server, stop) for name, peer in PEERS.items()}
        stop.set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "peer",
    ["silent_tcp", "trickled_hello", "endless_headers", "zero_window", "closed_window", "deaf"],
)
def test_a_peer_that_is_slow_on_purpose_is_closed(
    besieged: Besieged, results: dict[str, Future], peer: str
) -> None:
    assert results[peer].result(_PATIENCE_S + 80)
    besieged[1].assert_undisturbed()


@pytest.mark.slow
@pytest.mark.parametrize("peer", ["silent_body", "stopped_body"])
def test_a_body_that_does_not_come_is_answered_408(
    besieged: Besieged, results: dict[str, Future], peer: str
) -> None:
    answer: Response = results[peer].result(_PATIENCE_S + 80)
    assert answer.status == 408
    besieged[1].assert_undisturbed()


def test_a_body_that_trickles_is_taken_as_it_comes(besieged: Besieged) -> None:
    """Slow but moving is no abuse: a bad mobile network does that."""
    server, bystander = besieged
    data = record().data[:3000]
    with RawConnection(server) as connection:
        connection.send(connection.headers(1, "POST", "/trickled-body/live", end=False))
        for byte in data[:-1]:
            connection.send(DataFrame(1, bytes([byte])))
        wait_until(lambda: server.state("trickled-body") == "live", "the trickle to be live")
        connection.send(DataFrame(1, data[-1:], flags=["END_STREAM"]))
        connection.wait_for_frame(HeadersFrame, 1)
    server.request("DELETE", "/trickled-body/live")
    bystander.assert_undisturbed()


def test_one_byte_windows_are_served_one_byte_at_a_time(besieged: Besieged) -> None:
    """A client may ask for little. It gets little, exactly, while its budget of updates lasts."""
    server, bystander = besieged
    with RawConnection(server, settings={4: 1}) as connection:
        connection.send(connection.headers(1, "GET", "/bystander/live"))
        received = b""
        while len(received) < 200 and not connection.closed:
            for frame in connection.read(0.2):
                if isinstance(frame, DataFrame) and frame.data:
                    assert len(frame.data) == 1
                    received += frame.data
                    connection.send(WindowUpdateFrame(1, window_increment=1))
    assert received.startswith(b"\x1a\x45\xdf\xa3")
    bystander.assert_undisturbed()


def test_a_window_that_shrinks_below_zero_stops_and_goes_on(besieged: Besieged) -> None:
    server, bystander = besieged
    with RawConnection(server) as connection:
        connection.send(connection.headers(1, "GET", "/bystander/live"))
        connection.wait_for_frame(DataFrame, 1)
        connection.send(SettingsFrame(0, settings={4: 0}))
        connection.wait_for_frame(SettingsFrame)
        connection.send(SettingsFrame(0, settings={4: 1 << 20}))
        seen = len([f for f in connection.frames if isinstance(f, DataFrame)])
        wait_until(
            lambda: (connection.read(0.1), sum(
                isinstance(f, DataFrame) for f in connection.frames
            ) > seen)[1],
            "media after the window opened again",
        )
    bystander.assert_undisturbed()


@pytest.mark.slow
def test_an_ended_stream_stays_listed_and_then_goes_with_its_ring(
    besieged: Besieged, results: dict[str, Future]
) -> None:
    server, _ = besieged
    wait_until(lambda: server.state("ended-early") is None, "the stream to be forgotten", 100, 0.5)
    wait_until(lambda: not server.ring("ended-early").exists(), "its ring to be removed")


@pytest.mark.slow
def test_slow_peers_leave_nothing_behind(besieged: Besieged, results: dict[str, Future]) -> None:
    server, bystander = besieged
    for future in results.values():
        future.result(_PATIENCE_S + 80)
    bystander.assert_undisturbed()
    # Four viewers, one publisher and a control channel for each of two workers.
    wait_until(
        lambda: sum(processes.open_sockets(pid) for pid in server.workers().values()) <= 7,
        "the slow peers' sockets to be closed",
    )
