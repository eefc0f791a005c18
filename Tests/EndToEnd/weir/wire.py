"""HTTP/1.1 from the client's side for players.py: one request at a time, answers with a length or in chunks.

Small, because it runs thousands of times a second. What it does not understand is a fault of the test.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


class Answer:
    __slots__ = ("at", "body", "head", "status")

    def __init__(self, status: int, head: bytes, body: bytes) -> None:
        self.status, self.head, self.body, self.at = status, head, body, time.monotonic()


class Wire(asyncio.Protocol):
    """HTTP/1.1 from the client's side: one request at a time, answers with a length or in chunks."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.waiting: asyncio.Future[Answer] | None = None
        self.transport: Any = None
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.is_open = transport, True

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionError("the connection ended"))

    def data_received(self, data: bytes) -> None:
        self.data += data
        if self.waiting is None or self.waiting.done():
            return
        answer = _parse(self.data)
        if answer is not None:
            self.data.clear()
            self.waiting.set_result(answer)


def _parse(data: bytearray) -> Answer | None:
    """An answer that is complete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head, start = bytes(data[:end]), end + 4
    status = int(head[9:12])
    if status == 304:
        return Answer(status, head, b"")
    if found := _LENGTH.search(head):
        length = int(found[1])
        return Answer(status, head, bytes(data[start:start + length])) \
            if len(data) >= start + length else None
    assert _CHUNKED.search(head), head
    if not data.endswith(b"0\r\n\r\n"):
        return None
    body = bytearray()
    while True:
        line = data.index(b"\r\n", start)
        length = int(data[start:line].split(b";")[0], 16)
        if length == 0:
            return Answer(status, head, bytes(body))
        if len(data) < line + 4 + length:
            return None
        body += data[line + 2:line + 2 + length]
        start = line + 4 + length
