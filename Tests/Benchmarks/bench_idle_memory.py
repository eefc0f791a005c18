"""Memory per viewer on whom nothing happens."""

from __future__ import annotations

import selectors
import ssl
from collections.abc import Callable
from contextlib import ExitStack

from bench_setting import Figure, Bench, memory, tree
from weir.http1 import RawHttp1
from weir.publisher import Publisher
from weir.raw_frames import RawConnection
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

Viewer = RawConnection | RawHttp1

_COUNTS = (1000, 2000)
_KINDS = ("pss", "private")


def idle_viewers(bench: Bench) -> list[Figure]:
    """1,000 and 2,000 viewers of a paused stream."""
    return [figure for make in (_viewer, _http1_viewer) for figure in _weir(bench, make)]


def _weir(bench: Bench, make: Callable[[Server], Viewer]) -> list[Figure]:
    who = "weir, http/1.1" if make is _http1_viewer else "weir"
    figures = []
    with bench.weir("--grace", "600") as server, ExitStack() as clients:
        folder = bench.fresh_folder("publisher")
        url = server.url("/idle/live")
        with Publisher(url, bench.certificate.certificate, folder) as publisher:
            publisher.write(record().data)
            server.wait_for_state("idle", "live")
        server.wait_for_state("idle", "paused")
        before = {kind: memory(tree(server), kind) for kind in _KINDS}
        opened: list[Viewer] = []
        for count in _COUNTS:
            while len(opened) < count:
                opened.append(clients.enter_context(make(server)))
            server.wait_for_viewers("idle", count)
            wait_until(lambda: _all_quiet(opened), "what is in the ring to be delivered")
            figures += _figures(who, count, before, tree(server))
    return figures


def _figures(who: str, count: int, before: dict[str, int], pids: list[int]) -> list[Figure]:
    aim = "<= 32" if who.startswith("weir") else None
    return [
        Figure(
            f"{who}: {kind} per idle connection of {count}",
            (memory(pids, kind) - before[kind]) / count / 1024, "KiB", aim,
        )
        for kind in _KINDS
    ]


def _viewer(server: Server) -> RawConnection:
    """A viewer with windows wide enough for all that the ring holds."""
    connection = RawConnection(server, settings={4: 1 << 24})
    connection.send_bytes(b"\0\0\4\x08\0\0\0\0\0" + (1 << 24).to_bytes(4, "big"))
    connection.send(connection.headers(1, "GET", "/idle/live"))
    connection.read(0.5)
    connection.frames.clear()
    return connection


def _http1_viewer(server: Server) -> RawHttp1:
    viewer = RawHttp1(server).request("GET", "/idle/live")
    viewer.socket.settimeout(0.5)
    viewer.socket.recv(262_144)
    return viewer


def _all_quiet(connections: list[Viewer]) -> bool:
    """Read away whatever has come; true when nothing had."""
    quiet = True
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            connection.socket.setblocking(False)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        for key, _ in selector.select(0.5):
            try:
                quiet = not key.data.socket.recv(262_144) and quiet
            except ssl.SSLWantReadError:
                continue
    return quiet
