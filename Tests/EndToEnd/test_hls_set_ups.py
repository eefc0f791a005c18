"""Pictures that change their size within a broadcast: every stretch of the list decodes with its own init,
and viewers of WebM see the change as well.

ffmpeg 5.1 reads only the first init of a list, so each stretch is decoded on its own.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

from weir.checker import boxes, lists
from weir.checker.finding import Findings
from weir.http2 import Http2Connection
from weir.in_step import Shape
from weir.odd_sources import ODDITIES, SECONDS
from weir.publisher import Publisher, packet_marks
from weir.recordings import Recording
from weir.server import Server
from weir.shapes import put_together, take_apart
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow

_NAMES = [name for name in ODDITIES if name.startswith("another-size")]
_SPEED = 4
_SIZES = [(320, 180), (480, 270), (320, 180)]


@dataclass
class Stretch:
    """All segments of one init in a row."""

    init: boxes.Init
    file: Path
    samples: int


@dataclass
class Read:
    stretches: list[Stretch]
    live: Path


def _once_watched(recording: Recording, is_watched: threading.Event) -> Shape:
    """Stop after two seconds until somebody watches, so that they see all changes."""
    most = next(position for position, time_ms in packet_marks(recording.path) if time_ms > 2_000)

    def shape(packets: Iterator[bytes], stop: threading.Event) -> Iterator[bytes]:
        sent = 0
        for packet in packets:
            if sent >= most:
                wait_until(lambda: stop.is_set() or is_watched.is_set(), "somebody to watch")
            sent += len(packet)
            yield packet

    return shape


def _stretches(server: Server, name: str, folder: Path) -> list[Stretch]:
    found = []
    with Http2Connection(server, window=4 << 20) as connection:
        connection.open_window(64 << 20)

        def get(uri: str) -> bytes:
            answer = connection.request("GET", f"/{name}/hls/{uri}")
            assert answer.status == 200, (uri, answer.status)
            return bytes(answer.body)

        listed = lists.read(get("v1.m3u8").decode(), name, Findings())
        for number, (uri, segments) in enumerate(groupby(listed.segments, lambda each: each.map_uri)):
            data, init = b"".join(get(each.uri) for each in segments), get(uri or "")
            made = boxes.read_init(init)
            samples = sum(len(each.samples) for each in boxes.read_fragments(data, made.defaults))
            file = folder / f"{name}-{number}.mp4"
            file.write_bytes(init + data)
            found.append(Stretch(made, file, samples))
    return found


@pytest.fixture(scope="module")
def read(
    tmp_path_factory: pytest.TempPathFactory,
    lasting_server: Callable[..., AbstractContextManager[Server]],
) -> dict[str, Read]:
    folder = tmp_path_factory.mktemp("set-ups")
    recordings = {name: ODDITIES[name].source.recording(SECONDS) for name in _NAMES}
    for recording in recordings.values():
        packet_marks(recording.path)
    is_watched = threading.Event()
    with lasting_server("set-ups") as server:
        publishers, viewers = [], {}
        for name, recording in recordings.items():
            publishers.append(Publisher(
                server.url(f"/{name}/live"), server.certificate.certificate, folder,
                headers={"content-type": recording.content_type}).play(
                    recording, speed=_SPEED, through=_once_watched(recording, is_watched)))
        for name in _NAMES:
            wait_until(lambda: server.stream(name) is not None, "the broadcast")
            viewers[name] = Viewer(
                server.url(f"/{name}/live"), server.certificate.certificate, folder / f"{name}.live")
        for viewer in viewers.values():
            viewer.wait_for_bytes()
        is_watched.set()
        for publisher in publishers:
            assert publisher.finish().status == 204
        found = {}
        # One that has ended is there for a minute, so each ends when it is read.
        for name in _NAMES:
            assert server.request("DELETE", f"/{name}/live").status == 204
            found[name] = Read(_stretches(server, name, folder), viewers[name].wait_for_end().file)
        return found


def _frames(path: Path) -> list[tuple[int, int]]:
    """The size of every picture, as a decoder puts it out. It must have nothing to complain about."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=width,height", "-of",
               "csv=p=0", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=4 * PATIENCE_S)
    assert done.returncode == 0 and not done.stderr, done.stderr[-2000:]
    return [(int(w), int(h)) for w, h, *_ in (line.split(",") for line in done.stdout.splitlines() if line)]


@pytest.mark.parametrize("name", _NAMES)
def test_each_stretch_decodes_with_its_own_init(read: dict[str, Read], name: str) -> None:
    stretches = read[name].stretches
    assert [(each.init.width, each.init.height) for each in stretches] == _SIZES
    for each in stretches:
        assert _frames(each.file) == [(each.init.width, each.init.height)] * each.samples


@pytest.mark.parametrize("name", _NAMES)
def test_viewers_of_webm_see_the_change(read: dict[str, Read], name: str) -> None:
    assert [size for size, _ in groupby(_frames(read[name].live))] == _SIZES


def test_a_body_that_breaks_off_after_the_change_can_be_continued(server: Server, name: str) -> None:
    head, blocks = take_apart(ODDITIES["another-size-vp9"].source.recording(SECONDS).data)
    before = put_together(head, [block for block in blocks if block.time_ms < 17_000])
    after = put_together(b"", [block for block in blocks if 18_000 <= block.time_ms < 22_000])
    with Http2Connection(server) as connection:
        body = connection.open("POST", f"/{name}/live", [("content-type", "video/webm")], end=False)
        connection.send(body, before)
        wait_until(
            lambda: server.get(f"/{name}/hls/v1.m3u8").body.count(b"#EXT-X-MAP") > 1, "the larger pictures")
        connection.reset(body)
        wait_until(lambda: server.stream(name)["publisher"] != "sending", "the server to notice")
    answer = server.request("POST", f"/{name}/live", body=after)
    assert answer.status == 204, answer.body
