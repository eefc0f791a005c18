"""What connections take that come and go, and nobody's."""

from __future__ import annotations

import socket
import ssl
import statistics
import time

from counter import Counter
from weir import tls
from weir.server import Server

HANDSHAKES, IDLE_S = 60, 4


def per_handshake(counter: Counter, server: Server) -> float:
    """What is done beside the library's own work for a connection that comes and goes."""
    def shake(times: int) -> None:
        for _ in range(times):
            tls.connect(server.port, server.certificate.certificate, alpn=("h2",)).close()
    shake(HANDSHAKES // 4)
    return counter.during(lambda: shake(HANDSHAKES)) / HANDSHAKES


def per_resumed_handshake(counter: Counter, server: Server) -> float:
    """The same for one that shows the newest ticket of the connection before it."""
    context = ssl.create_default_context(cafile=str(server.certificate.certificate))
    context.set_alpn_protocols(["h2"])
    session: ssl.SSLSession | None = None

    def shake(times: int) -> None:
        nonlocal session
        for _ in range(times):
            with socket.create_connection(("127.0.0.1", server.port)) as plain, context.wrap_socket(
                plain, server_hostname="localhost", session=session
            ) as line:
                assert session is None or line.session_reused
                # The server's SETTINGS come behind the ticket.
                assert line.recv(1)
                session = line.session
    shake(HANDSHAKES // 4)
    return counter.during(lambda: shake(HANDSHAKES)) / HANDSHAKES


def per_idle_second(counter: Counter) -> float:
    """What a worker does when it wakes up and nobody wants anything. How many of its timers share a
    wake-up is chance; what they do in a second is less so, and the middle one of several times least."""
    return statistics.median(counter.during(lambda: time.sleep(IDLE_S)) for _ in range(5)) / IDLE_S
