"""Requests over HTTP/1.1 that send parts of one broadcast at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable

from .admin import Metrics
from .http1 import RawHttp1
from .in_time import Pace
from .publisher import cut_at_random
from .recordings import record
from .server import Server
from .waiting import wait_until


def open_body(connection: RawHttp1, name: str, length: int | None = None) -> RawHttp1:
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return connection.request("POST", f"/{name}/live", framing, "Content-Type: video/webm")


def _piece(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_LAST = b"0\r\n\r\n"


class Overlap:
    """One recording in several bodies, each over a connection of its own. The first one never stops: from one
    that brings nothing for two seconds, others take over."""

    def __init__(self, server: Server, connections: list[RawHttp1], name: str, pace: Pace) -> None:
        self._server, self._connections, self._name, self._pace = server, connections, name, pace
        self._first, *self._rest = cut_at_random(record().data, pieces=len(connections), seed=2)
        self._sent = 2_000
        open_body(connections[0], name).send(_piece(self._first[:self._sent]))
        pace.beat()

    def drip(self) -> None:
        """One more byte of the first."""
        assert self._sent < len(self._first) // 2, "it has little left"
        self._send(1)

    def _send(self, count: int) -> None:
        self._connections[0].send(_piece(self._first[self._sent:self._sent + count]))
        self._sent += count
        self._pace.beat()

    def wait_until(self, condition: Callable[[], object], what: str) -> None:
        wait_until(lambda: self.drip() or condition(), what)

    def send_the_others(self) -> None:
        """One after the other, so that it is known which came first. A body of which nothing has come does
        not keep its place, so its bytes have to be there as well."""
        before = self._total("weir_publishers")
        for count, (connection, data) in enumerate(zip(self._connections[1:], self._rest), 1):
            open_body(connection, self._name, len(data))
            self._wait_for("weir_publishers", before + count)
            there = self._total("weir_received_bytes_total") + len(data)
            connection.send(data)
            self._wait_for("weir_received_bytes_total", there)

    def _wait_for(self, name: str, least: float) -> None:
        self.wait_until(lambda: self._total(name) >= least, f"{name} to be {least}")

    def _total(self, name: str) -> float:
        return Metrics(self._server).total(name)

    def end(self, steps: int) -> list[int]:
        """The rest of the first, half a second from step to step; the statuses of all answers."""
        length = -(-(len(self._first) - self._sent) // steps)
        while self._sent < len(self._first):
            if steps > 1:
                time.sleep(0.5)
            self._send(length)
        self._connections[0].send(_LAST)
        statuses = [connection.reply().status for connection in self._connections]
        self._pace.end()
        return statuses
