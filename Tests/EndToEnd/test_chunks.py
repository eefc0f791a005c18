"""A broadcast as many POSTs, cut at any byte, each over a connection of its own.

Consecutive chunks reach different workers, so this is where the hand-over of a half-read element
from worker to worker is judged.
"""

from __future__ import annotations

import json
import subprocess
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from weir.comparison import assert_decodes, assert_tail, assert_whole
from weir.curl import Answer
from weir.http2 import Http2Connection
from weir.places import REPOSITORY
from weir.publisher import cut_at_random, post_chunk
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

BOTH_PROTOCOLS = True

EVERYTHING = "?start=-3600"
BROWSER_RECORDINGS = sorted((REPOSITORY / "Tests/Media/Recordings").glob("*.chunks.json"))

Watch = Callable[..., Viewer]


def post(server: Server, name: str, data: bytes, **options) -> Answer:
    url = server.url(f"/{name}/live")
    return post_chunk(url, server.certificate.certificate, data, **options)


def end_and_compare(server: Server, name: str, viewer: Viewer, source: Path) -> None:
    """End the broadcast; the viewer (who asked for everything) must have all of it, once it is there."""
    viewer.wait_for_bytes()
    assert server.request("DELETE", f"/{name}/live").status == 204
    viewer.wait_for_end()
    assert_whole(viewer.file, source)
    assert_decodes(viewer.file)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("video", ["vp8", "h264"])
def test_chunks_cut_at_random_bytes_arrive_exactly(
    server: Server, watch: Watch, name: str, video: str, seed: int
) -> None:
    recording = record(video)
    viewer = None
    for chunk in cut_at_random(recording.data, pieces=12, seed=seed):
        assert post(server, name, chunk).status == 204
        viewer = viewer or watch(server, name, EVERYTHING)
    assert viewer is not None
    end_and_compare(server, name, viewer, recording.path)


def test_a_finished_file_with_seek_head_and_cues_arrives_exactly(
    server: Server, watch: Watch, name: str
) -> None:
    recording = record(seekable=True)
    for chunk in cut_at_random(recording.data, pieces=8, seed=1):
        assert post(server, name, chunk).status == 204
    end_and_compare(server, name, watch(server, name, EVERYTHING).wait_for_bytes(), recording.path)


def test_a_live_viewer_sees_chunks_from_many_workers_without_a_gap(
    server: Server, watch: Watch, name: str
) -> None:
    recording = record()
    first, *rest = cut_at_random(recording.data, pieces=30, seed=11)
    post(server, name, first)
    viewer = watch(server, name).wait_for_status(200)
    for chunk in rest:
        assert post(server, name, chunk).status == 204
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_tail(viewer.file, recording.path)


@pytest.mark.smoke
@pytest.mark.parametrize("seed", range(3))
def test_numbered_chunks_out_of_order_and_repeated_arrive_exactly(
    server: Server, watch: Watch, name: str, seed: int
) -> None:
    recording = record()
    chunks = list(enumerate(cut_at_random(recording.data, pieces=12, seed=seed)))
    order = random.Random(seed)
    # In groups of four, each group shuffled, with one of the group sent twice: what several
    # requests on the way at once can do to an order.
    with ThreadPoolExecutor(5) as pool:
        for start in range(0, len(chunks), 4):
            group = chunks[start:start + 4]
            group.append(order.choice(group))
            order.shuffle(group)
            sent = [pool.submit(_insist, server, name, data, number) for number, data in group]
            assert [answer.result().status for answer in sent] == [204] * len(group)
    end_and_compare(server, name, watch(server, name, EVERYTHING).wait_for_bytes(), recording.path)


def _insist(server: Server, name: str, data: bytes, number: int) -> Answer:
    """As pages do: a chunk that has waited for the one before it for too long is sent again. On a busy
    machine that one may be on its way for longer."""
    def answer() -> Answer | None:
        found = post(server, name, data, session="s1", number=number)
        return None if found.problem == "chunk-gap" else found
    return wait_until(answer, f"chunk {number} to be taken")


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_first_chunk_that_comes_twice_at_once_starts_one_broadcast(
    server: Server, watch: Watch, name: str, pieces: int
) -> None:
    """Both requests are there before either has brought the header: on two workers, as a rule."""
    recording = record()
    path, headers = f"/{name}/live", [("weir-chunk", "twice/0")]
    with Http2Connection(server) as one, Http2Connection(server) as other:
        tries = [(tab, tab.open("POST", path, headers, end=False)) for tab in (one, other)]
        for tab, _ in tries:
            assert tab.request("GET", "/api/streams").status == 200
        cuts = cut_at_random(recording.data, pieces, seed=7)
        for number, piece in enumerate(cuts):
            for tab, request in tries:
                tab.send(request, piece, end=number == len(cuts) - 1)
        assert [tab.response(request).status for tab, request in tries] == [204, 204]
    end_and_compare(server, name, watch(server, name, EVERYTHING).wait_for_bytes(), recording.path)


def test_a_repeated_chunk_is_answered_as_the_first_time_and_stored_once(
    server: Server, watch: Watch, name: str
) -> None:
    recording = record()
    chunks = cut_at_random(recording.data, pieces=5, seed=3)
    for number, data in enumerate(chunks):
        for _ in range(2):
            assert post(server, name, data, session="retry", number=number).status == 204
    assert post(server, name, chunks[1], session="retry", number=1).status == 204
    end_and_compare(server, name, watch(server, name, EVERYTHING).wait_for_bytes(), recording.path)


def test_chunks_that_overtake_each_other_on_one_connection_arrive_exactly(
    server: Server, watch: Watch, name: str
) -> None:
    recording = record()
    chunks = cut_at_random(recording.data, pieces=9, seed=5)
    with Http2Connection(server) as connection:
        def send(number: int) -> int:
            headers = [("content-type", "video/webm"), ("weir-chunk", f"one/{number}")]
            stream = connection.open("POST", f"/{name}/live", headers, end=False)
            connection.send(stream, chunks[number], end=True)
            return stream

        def status(number: int, stream: int) -> int:
            """Of the last try: see `_insist`."""
            def answered() -> int | None:
                nonlocal stream
                answer = connection.response(stream)
                if b"/chunk-gap" not in answer.body:
                    return answer.status
                stream = send(number)
                return None
            return wait_until(answered, f"chunk {number} to be taken")

        for start in range(0, len(chunks), 3):
            sent = [(number, send(number)) for number in reversed(range(start, start + 3))]
            assert [status(number, stream) for number, stream in sent] == [204] * 3
    end_and_compare(server, name, watch(server, name, EVERYTHING).wait_for_bytes(), recording.path)


@pytest.mark.smoke
@pytest.mark.slow
def test_a_chunk_whose_predecessor_never_comes_is_a_gap(server: Server, name: str) -> None:
    chunks = cut_at_random(record().data, pieces=6, seed=4)
    assert post(server, name, chunks[0], session="gap", number=0).status == 204
    answer = post(server, name, chunks[3], session="gap", number=3)
    assert (answer.status, answer.problem) == (409, "chunk-gap"), answer
    assert answer.json()["expectedChunk"] == 1
    assert post(server, name, chunks[1], session="gap", number=1).status == 204


@pytest.mark.parametrize(
    "value", ["", "x", "x/", "/1", "x/-1", "x/1.5", "x/99999999999999999999", "a b/1"]
)
def test_a_chunk_number_that_is_none_is_refused(server: Server, name: str, value: str) -> None:
    with Http2Connection(server) as connection:
        headers = [("content-type", "video/webm"), ("weir-chunk", value)]
        answer = connection.request("POST", f"/{name}/live", headers, record().data)
    assert answer.status == 400


def test_media_is_visible_while_its_body_is_still_arriving(
    server: Server, watch: Watch, name: str, publish
) -> None:
    recording = record()
    half = len(recording.data) // 2
    publisher = publish(server, name).write(recording.data[:half])
    server.wait_for_stream(name)
    viewer = watch(server, name, EVERYTHING)
    viewer.wait_for_bytes(half * 9 // 10)
    publisher.write(recording.data[half:])
    assert publisher.finish().status == 204
    end_and_compare(server, name, viewer, recording.path)


@pytest.mark.parametrize("index", BROWSER_RECORDINGS, ids=lambda path: path.name.split(".")[0])
def test_the_chunks_a_browser_made_arrive_exactly(
    server: Server, watch: Watch, name: str, index: Path
) -> None:
    file = index.with_name(index.name.removesuffix(".chunks.json"))
    data, position, viewer = file.read_bytes(), 0, None
    for length in json.loads(index.read_text()):
        if length:
            assert post(server, name, data[position:position + length]).status == 204
            viewer = viewer or watch(server, name, EVERYTHING)
        position += length
    assert viewer is not None and position == len(data)
    if "h264" in file.name:
        file = with_lengths(file, viewer.file.with_name("lengths.mkv"))
    end_and_compare(server, name, viewer, file)


def with_lengths(file: Path, out: Path) -> Path:
    """A browser's H.264 with lengths in the place of start codes, as players want it, by ffmpeg."""
    quiet = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    subprocess.run([*quiet, "-i", str(file), "-c", "copy", str(out)], check=True)
    return out
