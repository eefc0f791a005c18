"""A client that says HTTP/1.1 (or what looks like it) byte by byte, over TLS or without."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from . import tls
from .server import Server
from .waiting import PATIENCE_S


@dataclass
class Reply:
    """One response, its body free of framing."""

    status: int
    headers: dict[str, str]
    body: bytes


class RawHttp1:
    """One connection. Nothing that is sent is checked."""

    def __init__(self, server: Server, *, port: int | None = None, secure: bool = True) -> None:
        """To the server's TLS port, or in plain text to another of its ports."""
        if secure:
            self.socket: socket.socket = tls.connect(
                port or server.port, server.certificate.certificate, alpn=("http/1.1",),
            )
        else:
            self.socket = socket.create_connection(("127.0.0.1", port or server.port), PATIENCE_S)
        self._received = b""

    def __enter__(self) -> "RawHttp1":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes | str) -> "RawHttp1":
        """Send all of it; a server that has hung up meanwhile will be found out by reading."""
        try:
            self.socket.sendall(data.encode() if isinstance(data, str) else data)
        except OSError:
            pass
        return self

    def request(self, method: str, path: str, *fields: str, version: str = "1.1") -> "RawHttp1":
        return self.send("\r\n".join(
            [f"{method} {path} HTTP/{version}", "Host: localhost", *fields, "", ""]))

    def reply(self, *, to_head: bool = False) -> Reply:
        """The next response that is not an interim one."""
        while True:
            reply = self._reply(to_head)
            if reply.status >= 200:
                return reply

    def any_status(self) -> int:
        """The status of the next response, an interim one, too; of its body nothing is read."""
        return self._reply(to_head=True).status

    def rest(self) -> bytes:
        """Everything up to the end of the connection, which has to come."""
        while self._more():
            pass
        rest, self._received = self._received, b""
        return rest

    def assert_closed(self) -> None:
        """The connection ends, and not one byte comes before that."""
        rest = self.rest()
        assert rest == b"", f"after the last answer came {rest!r}"

    def _reply(self, to_head: bool) -> Reply:
        first = self._line().split(" ", 2)
        assert first[0] == "HTTP/1.1", first
        status, headers = int(first[1]), {}
        while line := self._line():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if to_head or status < 200 or status in (204, 304):
            return Reply(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Reply(status, headers, self._chunks())
        if "content-length" in headers:
            return Reply(status, headers, self._take(int(headers["content-length"])))
        return Reply(status, headers, self.rest())

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._line(), 16):
            body += self._take(size)
            assert self._take(2) == b"\r\n"
        assert self._line() == ""
        return body

    def _line(self) -> str:
        while b"\r\n" not in self._received:
            assert self._more(), f"the connection ended after {self._received!r}"
        line, _, self._received = self._received.partition(b"\r\n")
        return line.decode()

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            assert self._more(), f"the connection ended after {self._received!r}"
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _more(self) -> bool:
        try:
            received = self.socket.recv(65_536)
        except (ssl.SSLError, ConnectionError):
            return False
        self._received += received
        return bool(received)
