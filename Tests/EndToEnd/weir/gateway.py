"""A gateway between a browser and the server, as owners put them there: it ends TLS, reads requests
over HTTP/1.1, and passes them on, or answers in the server's place.

What it refuses it refuses from the head alone, as proxies do with a body that they find too large.
Each connection carries one request, so that everything that is passed on is a plain copy of bytes.
Threads of its own, so that a test's own loop may stand still.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from .certificate import Certificate

_PIECE_BYTES = 64 * 1024
_HEAD_BYTES_MAX = 64 * 1024
# Afterwards a connection is looked at for bytes that are still coming, and then forgotten.
_LINGER_S = 2.0


@dataclass(frozen=True)
class Reply:
    """What the gateway says in the server's place."""

    status: int
    body: str = "<html><body><h1>Refused</h1></body></html>"
    content_type: str = "text/html"
    location: str = ""

    @staticmethod
    def problem(status: int, slug: str, **members: object) -> "Reply":
        """As the server itself would say it."""
        body = {"type": f"/problems/{slug}", "title": slug, "status": status, **members}
        return Reply(status, json.dumps(body), "application/problem+json")

    @property
    def data(self) -> bytes:
        body = self.body.encode()
        head = [
            f"HTTP/1.1 {self.status} Said by the gateway", f"content-type: {self.content_type}",
            f"content-length: {len(body)}", "connection: close"]
        if self.location:
            head.append(f"location: {self.location}")
        return "\r\n".join([*head, "", ""]).encode() + body


@dataclass
class Gateway:
    """Listens on a port of its own and forwards to `target_port`, both on loopback."""

    target_port: int
    port: int = 0
    body_bytes_max: int | None = None
    """A request that declares more is answered 413."""
    reply: Reply | None = None
    """What parcels of a broadcast are answered, instead of passing them on."""
    replies_left: int | None = None
    """How many more times; None is always."""
    replied_session: str | None = None
    """Only parcels of this session are answered so; None is all of them."""
    viewer_reply: Reply | None = None
    """What those are answered who ask for media."""
    api_reply: Reply | None = None
    """What requests about streams, and for events, are answered."""
    refused_bytes: list[int] = field(default_factory=list)
    """The declared lengths of parcels that were not passed on."""
    said: list[Reply] = field(default_factory=list)
    """All replies, once somebody has them."""
    passed_bytes: list[int] = field(default_factory=list)
    """The declared lengths of parcels that were."""
    open_sockets: set[socket.socket] = field(default_factory=set)
    """To the server. What nobody reads any more, events for example, would stay open."""

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    def reply_once(self, reply: Reply) -> None:
        self.reply, self.replies_left = reply, 1

    def reply_to_session(self, session: str, reply: Reply) -> None:
        """Several of its parcels may be under way."""
        self.reply, self.replies_left, self.replied_session = reply, None, session

    def judge(self, method: str, path: str, length: int, session: str) -> Reply | None:
        """What to answer; None to pass it on."""
        if path.startswith("/api/"):
            return self.api_reply
        if method == "GET" and path.split("?")[0].endswith("/live"):
            return self.viewer_reply
        if method != "POST" or not path.endswith("/live"):
            return None
        reply = self.reply if self.replies_left is None or self.replies_left > 0 else None
        if self.replied_session not in (None, session):
            reply = None
        if reply is not None and self.replies_left is not None:
            self.replies_left -= 1
        if reply is None and self.body_bytes_max is not None and length > self.body_bytes_max:
            reply = Reply(413)
        (self.passed_bytes if reply is None else self.refused_bytes).append(length)
        return reply


@contextmanager
def gateway(target_port: int, certificate: Certificate) -> Iterator[Gateway]:
    """A gateway to the server on `target_port` that lets all through until told otherwise."""
    outer = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    outer.load_cert_chain(certificate.certificate, certificate.key)
    made = Gateway(target_port)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    made.port = listener.getsockname()[1]

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_serve, args=(made, client, outer), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        # Closing alone does not wake a thread that accepts.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for each in list(made.open_sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def _serve(settings: Gateway, plain: socket.socket, outer: ssl.SSLContext) -> None:
    try:
        with plain, outer.wrap_socket(plain, server_side=True) as client:
            head, rest = _read_head(client)
            if not head:
                return
            request, *fields = head.decode("latin-1").split("\r\n")
            method, path, _ = request.split(" ", 2)
            length = next(
                (int(each.split(":", 1)[1]) for each in fields
                 if each.lower().startswith("content-length:")), 0)
            session = next(
                (each.split(":", 1)[1].strip().rsplit("/", 1)[0] for each in fields
                 if each.lower().startswith("weir-chunk:")), "")
            reply = settings.judge(method, path, length, session)
            if reply is None:
                _pass_on(settings, client, [request, *fields], rest, length)
            else:
                client.sendall(reply.data)
                settings.said.append(reply)
                _take_the_rest(client)
    except (OSError, ValueError):
        pass  # A browser that hangs up is no news.


def _read_head(client: ssl.SSLSocket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data and len(data) < _HEAD_BYTES_MAX:
        piece = client.recv(_PIECE_BYTES)
        if not piece:
            return b"", b""
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _pass_on(
    settings: Gateway, client: ssl.SSLSocket, lines: list[str], rest: bytes, length: int
) -> None:
    inner = ssl.create_default_context()
    inner.check_hostname = False
    inner.verify_mode = ssl.CERT_NONE
    kept = [line for line in lines if not line.lower().startswith("connection:")]
    head = "\r\n".join([*kept, "connection: close", "", ""]).encode("latin-1")
    with socket.create_connection(("127.0.0.1", settings.target_port)) as plain, \
            inner.wrap_socket(plain, server_hostname="localhost") as server:
        settings.open_sockets.add(server)
        try:
            server.sendall(head + rest)
            if _copy(client, server, length - len(rest)):
                _copy(server, client, None)
        finally:
            settings.open_sockets.discard(server)


def _copy(source: ssl.SSLSocket, sink: ssl.SSLSocket, count: int | None) -> bool:
    """So many bytes, or all that come; whether they came."""
    left = count
    while left is None or left > 0:
        piece = source.recv(_PIECE_BYTES if left is None else min(_PIECE_BYTES, left))
        if not piece:
            return left is None
        sink.sendall(piece)
        left = None if left is None else left - len(piece)
    return True


def _take_the_rest(client: ssl.SSLSocket) -> None:
    """An answer that is followed by a reset would be lost."""
    client.settimeout(_LINGER_S)
    while client.recv(_PIECE_BYTES):
        pass
