"""Clients that do it badly: they tear connections off in every state, talk nonsense, or do not read."""

from __future__ import annotations

import os
import socket
import struct

from .. import tls
from ..http2 import Http2Connection
from .actor import Actor
from .crowd import NAMES

_RESET = struct.pack("ii", 1, 0)


class Rough(Actor):
    """One way in each turn."""

    def turn(self) -> None:
        way = self.random.choice([
            self._tears_a_handshake, self._talks_nonsense, self._tears_a_request, self._floods,
            self._does_not_read])
        try:
            way()
        except OSError:
            pass  # the server was faster, or its worker was killed
        self.tally.note(f"a client that {way.__name__.strip('_').replace('_', ' ')}")

    def _tears_a_handshake(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as connection:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01")
            self.stay(0, 0.3)
            _will_reset(connection)

    def _talks_nonsense(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as connection:
            connection.sendall(os.urandom(self.random.randrange(1, 4000)))
            self.stay(0, 0.3)

    def _tears_a_request(self) -> None:
        with self._connect("http/1.1") as connection:
            whole = (
                f"PUT /{self.random.choice(NAMES)}/live HTTP/1.1\r\nHost: localhost:{self.server.port}\r\n"
                "Transfer-Encoding: chunked\r\nContent-Type: video/webm\r\n\r\n400\r\n").encode()
            connection.sendall(whole[:self.random.randrange(1, len(whole))])
            self.stay(0, 0.5)
            _will_reset(connection)

    def _floods(self) -> None:
        with Http2Connection(self.server) as connection:
            for _ in range(30):
                connection.open("GET", f"/{self.random.choice(NAMES)}/live")
            for stream in list(connection.responses)[::2]:
                connection.reset(stream)
            self.stay(0, 0.5)

    def _does_not_read(self) -> None:
        with self._connect("http/1.1", receive_buffer=4096) as connection:
            path, host = f"/{self.random.choice(NAMES)}/live", f"localhost:{self.server.port}"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            self.stay(1, 6)

    def _connect(self, protocol: str, receive_buffer: int | None = None) -> socket.socket:
        return tls.connect(
            self.server.port, self.server.certificate.certificate, alpn=(protocol,),
            receive_buffer=receive_buffer)


def _will_reset(connection: socket.socket) -> None:
    """When it is closed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
