"""Requests for playlists that are held until a part is there: how late they are answered, what they take.

Thousands wait for the same part on both workers. The clients are this one process, on the same processors
as the server, so it is late itself: what it reports is an upper bound.
"""

from __future__ import annotations

import selectors
import ssl
import statistics
import time
from contextlib import ExitStack

from bench_setting import Figure, Setting, memory, tree
from weir.hls import Playlist, fetch, playlist
from weir.http2 import Http2Connection
from weir.publisher import Publisher
from weir.raw_frames import RawConnection
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

_REQUESTS = 2000
_ROUNDS = 20
_INDEXED = 10
_LIST = "/held/hls/v1.m3u8"
_HEADERS = 1
_WINDOW = (1 << 31) - 65_536


class Players:
    """Players that share connections, each with one request at a time."""

    def __init__(self, server: Server, connections: int, clients: ExitStack) -> None:
        self._connections: list[_Connection] = []
        self._each = _REQUESTS // connections
        self._selector = clients.enter_context(selectors.DefaultSelector())
        for _ in range(connections):
            raw = clients.enter_context(RawConnection(server, settings={4: 1 << 30}))
            connection = _Connection(raw)
            self._selector.register(raw.socket, selectors.EVENT_READ, connection)
            self._connections.append(connection)

    def ask(self, path: str) -> None:
        block = self._connections[0].raw.block("GET", path, ("accept-encoding", "gzip"))
        for connection in self._connections:
            connection.ask(block, self._each)

    def answers(self, timeout_s: float) -> list[tuple[float, int]]:
        """When each was answered, and how long its first frame is; empty when not all were."""
        found: list[tuple[float, int]] = []
        deadline = time.monotonic() + timeout_s
        while len(found) < self._each * len(self._connections):
            if time.monotonic() > deadline:
                return []
            for key, _ in self._selector.select(0.5):
                found += key.data.read()
        return found


class _Connection:
    def __init__(self, raw: RawConnection) -> None:
        self.raw = raw
        raw.send_bytes(b"\0\0\4\x08\0\0\0\0\0" + _WINDOW.to_bytes(4, "big"))
        raw.socket.setblocking(False)
        self._next = 1
        self._rest = b""

    def ask(self, block: bytes, count: int) -> None:
        head = len(block).to_bytes(3, "big") + b"\x01\x05"
        frames = []
        for _ in range(count):
            frames.append(head + self._next.to_bytes(4, "big") + block)
            self._next += 2
        self.raw.send_bytes(b"".join(frames))
        self.raw.socket.setblocking(False)

    def read(self) -> list[tuple[float, int]]:
        """The responses that have begun."""
        found = []
        try:
            while True:
                data = self.raw.socket.recv(262_144)
                assert data, "the server closed a connection"
                now = time.monotonic()
                data = self._rest + data
                position = 0
                while position + 9 <= len(data):
                    length = int.from_bytes(data[position:position + 3], "big")
                    if position + 9 + length > len(data):
                        break
                    if data[position + 3] == _HEADERS:
                        found.append((now, length))
                    position += 9 + length
                self._rest = data[position:]
        except ssl.SSLWantReadError:
            return found


def held_playlists(setting: Setting) -> list[Figure]:
    """2,000 requests for the next part but one, again and again."""
    return [figure for count in (40, 400) for figure in _measure(setting, count)]


def _measure(setting: Setting, connections: int) -> list[Figure]:
    recording = record("vp9", seconds=120)
    with setting.weir() as server, ExitStack() as clients:
        url = server.url("/held/live")
        folder = setting.fresh_folder("publisher")
        publisher = clients.enter_context(
            Publisher(url, setting.certificate.certificate, folder)
        )
        publisher.play(recording)
        server.wait_for_state("held", "live")
        reader = clients.enter_context(Http2Connection(server))
        now = playlist(reader, "held", "v1.m3u8?_HLS_msn=1")
        players = Players(server, connections, clients)
        players.ask("/api/time")
        assert players.answers(30), "not all connections are there"
        time.sleep(2)
        before = memory(tree(server), "private")
        players.ask(f"{_LIST}?_HLS_msn={_now(reader).next[0] + 1}")
        time.sleep(0.5)
        held = memory(tree(server), "private") - before
        assert players.answers(30), "a segment was not there in time"
        late: list[float] = []
        for _ in range(_ROUNDS):
            now = _now(reader)
            segment, parts = now.next
            players.ask(f"{_LIST}?_HLS_msn={segment}&_HLS_part={parts + 1}")
            answers = players.answers(30)
            assert answers, "a part was not there in time"
            first = min(at for at, _ in answers)
            late += [(at - first) * 1000 for at, _ in answers]
    late.sort()
    who = f"{_REQUESTS} held lists on {connections} connections"
    return [
        Figure(f"{who}: after the first answer, p50", statistics.median(late), "ms"),
        Figure(f"{who}: after the first answer, p99", late[len(late) * 99 // 100], "ms", "<= 50"),
        Figure(f"{who}: private memory of each", held / _REQUESTS / 1024, "KiB"),
    ]


def _now(reader: Http2Connection) -> Playlist:
    return playlist(reader, "held", "v1.m3u8")


def indexed_streams(setting: Setting) -> list[Figure]:
    """What a worker keeps of a minute of a stream whose lists are asked for."""
    recording = record("vp9", seconds=60)
    with setting.weir("--grace", "600", workers=1) as server, ExitStack() as clients:
        reader = clients.enter_context(Http2Connection(server))
        names = [f"indexed{number}" for number in range(_INDEXED + 1)]
        for name in names:
            folder = setting.fresh_folder("publisher")
            publisher = clients.enter_context(Publisher(
                server.url(f"/{name}/live"), setting.certificate.certificate, folder))
            publisher.play(recording, speed=20)
        for name in names:
            wait_until(lambda: _is_paused(server, name), "all of it", timeout_s=60)
        # What all indexes share is there after the first one.
        _ask_for_lists(reader, names[-1])
        before = memory(tree(server), "anonymous")
        for name in names[:-1]:
            _ask_for_lists(reader, name)
        taken = memory(tree(server), "anonymous") - before
    return [Figure("memory of a minute of an indexed stream", taken / _INDEXED / 1024, "KiB")]


def _is_paused(server: Server, name: str) -> bool:
    stream = server.stream(name)
    return stream is not None and stream["state"] == "paused"


def _ask_for_lists(reader: Http2Connection, name: str) -> None:
    for path in ("index.m3u8", "v1.m3u8", "a2.m3u8"):
        assert fetch(reader, name, path).status == 200
