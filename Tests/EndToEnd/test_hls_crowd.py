"""The load of low-latency players that `make bench` measures with: a few of them, so that it goes on working,
and that it finds what it is to find."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from weir import crowd
from weir.admin import Metrics
from weir.blocks import VIDEO, blocks_of, clusters, paced
from weir.clocked_publisher import ClockedPublisher
from weir.crowd import Crowd
from weir.hls import Playlist
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import PATIENCE_S, NotYet, wait_until

_TRIES = 4


def _has_returned(text: str) -> bool:
    """Whether a whole segment stands behind two gaps."""
    segments = [before.rsplit("\n", 2)[-2] for before in text.split("#EXTINF")[:-1]]
    return segments.count("#EXT-X-GAP") > 1 and segments[-1] != "#EXT-X-GAP"


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crowd.build(tmp_path_factory.mktemp("tool"))


@dataclass(frozen=True)
class Broadcast:
    publisher: ClockedPublisher
    #: Where its lists are.
    root: str


@pytest.fixture
def broadcast(server: Server, name: str) -> Iterator[Broadcast]:
    """With parts. A machine that is too busy to send in time at the beginning gets lists without them; then
    it begins anew, under another name."""
    for turn in range(_TRIES):
        each = f"{name[:28]}-{turn}"
        path = f"/{each}/hls/v1.m3u8"
        with ClockedPublisher(server, each, record("vp9", seconds=LASTING_S)) as publisher:
            wait_until(lambda path=path: server.get(path).status == 200, "the first list")
            if b"#EXT-X-PART-INF" in server.get(path).body:
                yield Broadcast(publisher, f"/{each}/hls/")
                return
    raise AssertionError("this machine is too busy for a broadcast with parts")


def _answered(server: Server) -> float:
    return Metrics(server).total("weir_responses_total", status="2xx")


def test_each_player_has_all_parts_whole_and_in_their_order(
    server: Server, tool: Path, broadcast: Broadcast
) -> None:
    before = _answered(server)
    with Crowd(tool, server.port, broadcast.root, 0, 20, 20).begin() as players:
        # Each of them asks for some lists and parts; on a busy machine that takes as long as it takes.
        wait_until(lambda: _answered(server) > before + 20 * 30, "the players to be answered", every_s=0.5)
        seen = players.report()
    assert not seen.failures, seen.failures
    assert all(had > 0 for each in seen.had for had, _ in each), seen.had
    assert [track["scale"] > 0 for track in seen.tracks] == [True, True]
    # Nobody can have a part before its last byte was sent.
    assert seen.behind_publisher("media", broadcast.publisher).values[0] >= 0
    assert seen.behind_first("lists").values[0] == 0


def test_players_pass_over_what_has_no_sound(
    server: Server, tool: Path, publish: Callable[..., Publisher], name: str
) -> None:
    head, blocks = blocks_of(record("vp9", seconds=LASTING_S))
    # It stops for so long that some segments have none; then it is there again, and so on.
    heard = [block for block in blocks if block.track == VIDEO or block.due_ms % 20_000 < 10_000]
    publish(server, name).feed(paced(head, clusters(heard)), finish=False)
    sound = f"/{name}/hls/a2.m3u8"
    wait_until(lambda: server.get(sound).status == 200, "the list of sound")
    before = _answered(server)
    with Crowd(tool, server.port, f"/{name}/hls/", 0, 12, 12, "mixed").begin() as players:
        # It is away and there for ten seconds each.
        wait_until(
            lambda: _has_returned(server.get(sound).body.decode()), "sound after its absence",
            20 + PATIENCE_S, every_s=0.5)
        wait_until(lambda: _answered(server) > before + 12 * 30, "the players to be answered", every_s=0.5)
        seen = players.report()
    # Who asks for the part that is hinted at, and which then has no sound, is told that there is none.
    assert not set(seen.failures) - {"404 for a part"}, seen.failures
    # Every third knows no parts.
    assert all(had > 3 for had, _ in seen.had[2]), seen.had


def test_players_of_what_is_not_there_say_so(server: Server, tool: Path, name: str) -> None:
    def told() -> bool | NotYet:
        """Each of them, if the machine let it: they have little time."""
        with Crowd(tool, server.port, f"/{name}/hls/", 1.5, 3, 1).begin() as players:
            seen = players.report()
        assert seen.failures.keys() <= {"404 for a list"}, seen.failures
        assert [had for each in seen.had for had, _ in each] == [0] * 6
        return seen.failures == {"404 for a list": 3} or NotYet(str(seen.failures))

    wait_until(told, "all players to say so")


def test_a_part_that_is_not_whole_is_found(
    server: Server, broadcast: Broadcast, tmp_path: Path
) -> None:
    library = ctypes.CDLL(str(crowd.build_readers(tmp_path)))

    def read(body: bytes) -> tuple[int, int] | None:
        """Start and end of a part, if it is whole."""
        found = (ctypes.c_uint64 * 2)()
        is_whole = library.read_part(body, ctypes.c_size_t(len(body)), found)
        return (found[0], found[1]) if is_whole & 0xFF else None

    listed = Playlist(server.get(f"{broadcast.root}v1.m3u8").body.decode()).parts
    first, second = (server.get(f"{broadcast.root}{part}").body for part in listed[-2:])
    one, other = read(first), read(second)
    assert one and other and one[0] < one[1] == other[0] < other[1]
    assert read(first + second) == (one[0], other[1])
    assert read(first + first) is None, "it does not go on where it ended"
    for length in (0, 7, len(first) // 2, len(first) - 1):
        assert read(first[:length]) is None, length
    assert read(first + b"\0") is None
    # A sample that is longer than what is there.
    at = first.index(b"mdat") - 4
    assert read(first[:at] + (9).to_bytes(4, "big") + b"mdat" + first[at + 8:at + 9]) is None
