"""Bodies that turn out to be no HTTP while somebody is still being looked up: one request has one answer."""

from __future__ import annotations

import contextlib
import secrets
import socket
import ssl
from collections.abc import Callable

import pytest

from weir.server import Server

CONNECTIONS = 100
ROUNDS = 5


def unknown_key(_: int) -> str:
    return f"authorization: Bearer weir_{secrets.token_urlsafe(32)}"


def unknown_session(_: int) -> str:
    return f"cookie: __Host-weir={secrets.token_urlsafe(32)}"


@pytest.mark.parametrize(
    ("request_line", "credential"),
    [
        ("POST /somebody/live", unknown_key),
        ("DELETE /somebody/live", unknown_key),
        ("GET /", unknown_session),
        ("GET /api/me", unknown_session),
    ],
)
def test_a_bad_body_beside_a_pending_look_into_the_store_kills_no_worker(
    start_server: Callable[..., Server], request_line: str, credential: Callable[[int], str]
) -> None:
    server = start_server("--publish", "account", workers=1)
    before = server.workers()
    context = ssl._create_unverified_context()
    for _ in range(ROUNDS):
        with contextlib.ExitStack() as stack:
            connections = []
            for _ in range(CONNECTIONS):
                raw = socket.create_connection(("127.0.0.1", server.port))
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connections.append(stack.enter_context(context.wrap_socket(raw)))
            # What follows the header section comes about when the store has answered.
            for first in range(0, CONNECTIONS, 2):
                pair = connections[first : first + 2]
                for number, connection in enumerate(pair):
                    connection.sendall(
                        f"{request_line} HTTP/1.1\r\nhost: localhost\r\n{credential(number)}\r\n"
                        "transfer-encoding: chunked\r\n\r\n".encode()
                    )
                for connection in pair:
                    with contextlib.suppress(OSError):
                        connection.sendall(b"zz\r\n")
    assert server.request("GET", "/api/streams").status == 200
    assert server.workers() == before
