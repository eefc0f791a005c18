"""What is kept for lists: for each request that is held until a part is there, and for each stream whose
lists are asked for."""

from __future__ import annotations

import selectors
import ssl
import time
from contextlib import ExitStack

from bench_setting import Figure, Bench, memory, tree
from weir.hls import fetch, playlist
from weir.http2 import Http2Connection
from weir.publisher import Publisher
from weir.raw_frames import RawConnection
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

_REQUESTS = 2000
_CONNECTIONS = 40
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

    def answers(self, timeout_s: float) -> bool:
        """Whether all were answered in time."""
        count, deadline = 0, time.monotonic() + timeout_s
        while count < self._each * len(self._connections):
            if time.monotonic() > deadline:
                return False
            for key, _ in self._selector.select(0.5):
                count += key.data.read()
        return True


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

    def read(self) -> int:
        """How many responses have begun."""
        found = 0
        try:
            while True:
                data = self.raw.socket.recv(262_144)
                assert data, "the server closed a connection"
                data = self._rest + data
                position = 0
                while position + 9 <= len(data):
                    length = int.from_bytes(data[position:position + 3], "big")
                    if position + 9 + length > len(data):
                        break
                    if data[position + 3] == _HEADERS:
                        found += 1
                    position += 9 + length
                self._rest = data[position:]
        except ssl.SSLWantReadError:
            return found


def held_memory(bench: Bench) -> list[Figure]:
    """What a request takes that waits for a list."""
    recording = record("vp9", seconds=120)
    with bench.weir() as server, ExitStack() as clients:
        folder = bench.fresh_folder("publisher")
        publisher = clients.enter_context(
            Publisher(server.url("/held/live"), bench.certificate.certificate, folder))
        publisher.play(recording)
        server.wait_for_state("held", "live")
        reader = clients.enter_context(Http2Connection(server))
        playlist(reader, "held", "v1.m3u8?_HLS_msn=1")
        players = Players(server, _CONNECTIONS, clients)
        players.ask("/api/time")
        assert players.answers(30), "not all connections are there"
        time.sleep(2)
        before = memory(tree(server), "private")
        now = playlist(reader, "held", "v1.m3u8")
        players.ask(f"{_LIST}?_HLS_msn={now.next[0] + 1}")
        time.sleep(0.5)
        held = memory(tree(server), "private") - before
        assert players.answers(30), "a segment was not there in time"
    return [Figure("memory of a held list", held / _REQUESTS / 1024, "KiB")]


def indexed_streams(bench: Bench) -> list[Figure]:
    """What a worker keeps of a minute of a stream whose lists are asked for."""
    recording = record("vp9", seconds=60)
    with bench.weir("--grace", "600", workers=1) as server, ExitStack() as clients:
        reader = clients.enter_context(Http2Connection(server))
        names = [f"indexed{number}" for number in range(_INDEXED + 1)]
        for name in names:
            folder = bench.fresh_folder("publisher")
            publisher = clients.enter_context(Publisher(
                server.url(f"/{name}/live"), bench.certificate.certificate, folder))
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
