"""Peers that are slow on purpose. Each says in the end whether the server was done with it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from hyperframe.frame import HeadersFrame, WindowUpdateFrame

from weir.connections import has_peer
from weir.http2 import Http2Connection, Response
from weir.raw_frames import RawConnection
from weir.recordings import record
from weir.server import Server

# Far over the longest limit that any of them meets (an idle connection: two minutes).
PATIENCE_S = 300.0


def silent_tcp(server: Server, _: threading.Event) -> bool:
    """Connects and never says anything, not even a TLS hello."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.settimeout(PATIENCE_S)
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
        return connection.response(stream, PATIENCE_S)


def stopped_body(server: Server, _: threading.Event) -> Response:
    """Sends half of a recording and then keeps the request open without another byte."""
    with Http2Connection(server) as connection:
        stream = connection.open("POST", "/stopped-body/live", end=False)
        connection.send(stream, record().data[:40_000])
        return connection.response(stream, PATIENCE_S)


def endless_headers(server: Server, stop: threading.Event) -> bool:
    """Begins a header section and never ends it."""
    with RawConnection(server) as connection:
        connection.send(HeadersFrame(1, connection.block("GET", "/")))
        connection.wait_for_close(PATIENCE_S)
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


def trickled_window(server: Server, stop: threading.Event) -> bool:
    """Watches a live stream byte by byte, one every second."""
    with RawConnection(server, settings={4: 0}) as connection:
        connection.send(connection.headers(1, "GET", "/bystander/live"))
        for _ in range(int(PATIENCE_S)):
            connection.read(0.05)
            if connection.closed or any(f.type == 3 for f in connection.frames):
                return True
            connection.send(WindowUpdateFrame(1, window_increment=1))
            if stop.wait(1):
                break
    return False


def trickled_account_body(server: Server, stop: threading.Event) -> Response:
    """Sends the body of a sign-in byte by byte, one every second."""
    with Http2Connection(server) as connection:
        stream = connection.open("POST", "/login", [("content-type", "application/json")], end=False)
        for _ in range(int(PATIENCE_S)):
            connection.send(stream, b" ")
            connection.pump(1)
            if connection.responses[stream].is_over or stop.is_set():
                break
        return connection.responses[stream]


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
        closed_window, trickled_window, trickled_account_body, deaf,
    )
}


def _ends(connection: RawConnection) -> bool:
    """Whether the stream is reset or the connection closed."""
    for _ in range(int(PATIENCE_S * 5)):
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
