"""The windows of an HTTP/2 connection: what its live responses do not take, and what they skip.

Chromium gives a connection 15 MiB and a response 6 of them, Firefox both 12 MiB, simple clients both 65,535
bytes. A player that is paused opens no window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from weir import ebml
from weir.admin import Metrics
from weir.http2 import Http2Connection
from weir.publisher import Publisher
from weir.server import Server
from weir.waiting import Patience, wait_until

_MIB = 1024 * 1024
#: The window of the connection, and of a response.
WINDOWS = {
    "the least": (65_535, 65_535),
    "the least, and responses without one": (65_535, 2**31 - 1),
    "1 MiB": (_MIB, _MIB),
    "Firefox": (12 * _MIB, 12 * _MIB),
    "Chromium": (15 * _MIB, 6 * _MIB),
}
_ATTEMPTS = 5
_FRAME_BYTES = 128 * 1024
_FRAME_MS = 40
_FRAMES_PER_CLUSTER = 10
_BYTES_PER_S = _FRAME_BYTES * 1000 // _FRAME_MS


def _frame(key: bool) -> bytes:
    """What begins like VP8: a key frame with its start code and size, or another one."""
    begin = b"\x10\x00\x00\x9d\x01\x2a\xa0\x00\x78\x00" if key else b"\x11\x00\x00"
    return begin + b"\x00" * (_FRAME_BYTES - len(begin))


def _clusters() -> Iterator[bytes]:
    """25 Mbit/s, as fast as they are taken: five seconds at once, and then by the clock."""
    yield ebml.start()
    for number in range(100_000):
        blocks = [
            ebml.simple_block(_frame(index == 0), time=index * _FRAME_MS, key=index == 0)
            for index in range(_FRAMES_PER_CLUSTER)
        ]
        yield ebml.cluster(number * _FRAMES_PER_CLUSTER * _FRAME_MS, *blocks)


class Broadcast:
    """A server of its own and a publisher who always has more."""

    def __init__(self, server: Server, publisher: Publisher, name: str) -> None:
        self.server, self.publisher, self.name = server, publisher, name
        self.path = f"/{name}/live"

    @property
    def bytes(self) -> float:
        """What the server has of it: much more may be on its way."""
        return Metrics(self.server).total("weir_ingest_bytes_total")


@pytest.fixture
def broadcast(
    start_server: Callable[..., Server], publish: Callable[..., Publisher], name: str
) -> Iterator[Broadcast]:
    server = start_server("--ring-seconds", "10", "--ring-size", "64M")
    publisher = publish(server, name).feed(_clusters(), finish=False)
    wait_until(lambda: publisher.sent > 20 * _MIB, "20 MiB to be published")
    yield Broadcast(server, publisher, name)
    publisher.abort()


class Client(Http2Connection):
    """Opens the window of the connection as wide as a browser does, and no other by itself."""

    def __init__(self, broadcast: Broadcast, connection: int, stream: int) -> None:
        super().__init__(broadcast.server, window=stream, credit=False)
        self._broadcast = broadcast
        if connection > 65_535:
            self._h2.increment_flow_control_window(connection - 65_535)
            self._flush()

    def ask(self, path: str) -> bytes:
        """A short answer, whose windows are opened again."""
        stream = self.open("GET", path)
        answer = self.response(stream)
        assert answer.status == 200 and answer.ended
        self._h2.increment_flow_control_window(len(answer.body))
        self._flush()
        return bytes(answer.body)

    def taken(self, streams: list[int]) -> int:
        return sum(len(self.responses[stream].body) for stream in streams)

    def wait_until_full(self, streams: list[int], seconds: float = 0.5) -> int:
        """Until so much has been published since the last that came of them; how much came in all."""
        taken, mark, patience = -1, self._broadcast.bytes, Patience()
        while self._broadcast.bytes < mark + seconds * _BYTES_PER_S:
            assert self._broadcast.publisher.process.poll() is None, "the publisher has ended"
            assert not patience.is_over, "the server takes nothing more"
            self.ask("/api/streams")
            patience.waited()
            if self.taken(streams) != taken:
                taken, mark, patience = self.taken(streams), self._broadcast.bytes, Patience()
        return taken


@pytest.mark.parametrize("windows", WINDOWS)
def test_players_that_are_paused_leave_something_to_everything_else(
    broadcast: Broadcast, windows: str
) -> None:
    connection, stream = WINDOWS[windows]
    mine = min(connection // 8, _MIB)
    with Client(broadcast, connection, stream) as client:
        paused = [client.open("GET", f"{broadcast.path}?start=-10") for _ in range(3)]
        client.wait_for(lambda: client.taken(paused) > connection // 2 - 16_384, "media")
        assert client.wait_until_full(paused) <= connection - mine
        for _ in range(20):
            assert b'"streams"' in client.ask("/api/streams")
        events = client.open("GET", "/api/events")
        client.wait_for(lambda: client.responses[events].body, "an event beside paused players")
        assert client.taken(paused) <= connection - mine


@pytest.mark.slow
@pytest.mark.parametrize(("windows", "count", "at_once"), [
    ("Firefox", 1, 4 * _MIB), ("Chromium", 3, 3 * _MIB)])
def test_a_player_that_plays_goes_on_beside_others_that_are_paused(
    broadcast: Broadcast, windows: str, count: int, at_once: int
) -> None:
    """`at_once`: what the browser takes before it opens a window again."""
    connection, stream = WINDOWS[windows]
    for _ in range(_ATTEMPTS):
        with Client(broadcast, connection, stream) as client:
            paused = [client.open("GET", broadcast.path) for _ in range(count)]
            taken = client.wait_until_full(paused)
            assert taken >= connection // 2 - 16_384, f"{taken}: nothing is scarce, so nothing is tested"
            # Where a machine stands still between two requests, the first player has taken all of its window
            # before anything was scarce. Then there is less left than the browser takes at once.
            if taken <= connection - _MIB - at_once:
                _play(client, broadcast, connection, at_once)
                assert client.taken(paused) < connection - 2 * _MIB
                return
    pytest.fail("paused players leave too little, however they begin")


def _play(client: Client, broadcast: Broadcast, connection: int, at_once: int) -> None:
    playing = client.open("GET", broadcast.path)
    body, opened = client.responses[playing].body, 0
    while len(body) < connection + 4 * _MIB:
        client.wait_for(lambda: len(body) >= opened + at_once, "media for the player that plays")
        client.credit(playing, len(body) - opened)
        opened = len(body)


@pytest.mark.slow
@pytest.mark.parametrize("windows", ["the least", "1 MiB", "Chromium"])
def test_a_player_that_is_not_paused_any_more_goes_on_at_the_live_edge(
    broadcast: Broadcast, windows: str
) -> None:
    connection, stream = WINDOWS[windows]
    with Client(broadcast, connection, stream) as client:
        paused = client.open("GET", broadcast.path)
        client.wait_until_full([paused], seconds=3)
        answer, opened = client.responses[paused], 0

        def has_skipped() -> bool:
            nonlocal opened
            if len(answer.body) > opened:
                client.credit(paused, len(answer.body) - opened)
                opened = len(answer.body)
            client.pump(0.01)
            assert not answer.is_over
            return Metrics(broadcast.server).total("weir_viewer_jumps_total") > 0

        wait_until(has_skipped, "the viewer to skip")
