"""A TLS connection that speaks h2, with knobs for the kernel's buffers."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from .waiting import PATIENCE_S


def connect(
    port: int,
    authority: Path,
    *,
    receive_buffer: int | None = None,
    source: str | None = None,
    alpn: tuple[str, ...] = ("h2",),
    timeout_s: float = PATIENCE_S,
) -> ssl.SSLSocket:
    """Connect to localhost, from an address of its own if given. A small `receive_buffer` lets the
    server feel a slow reader."""
    context = ssl.create_default_context(cafile=str(authority))
    if alpn:
        context.set_alpn_protocols(list(alpn))
    plain = socket.socket()
    if receive_buffer is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.settimeout(timeout_s)
    if source is not None:
        plain.bind((source, 0))
    plain.connect(("127.0.0.1", port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain, server_hostname="localhost")


def read_available(connection: ssl.SSLSocket, wait_s: float) -> bytes | None:
    """Bytes that arrive within the wait; b"" when none did, None when the peer closed."""
    connection.settimeout(max(wait_s, 0.001))
    try:
        return connection.recv(262_144) or None
    except (TimeoutError, ssl.SSLWantReadError):
        return b""
    except OSError:
        return None
