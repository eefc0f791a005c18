"""Streams that nobody can join, because no key frame is within reach: that is said, not kept silent."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir.comparison import assert_decodes, assert_starts_with_keyframe
from weir.exclusive import one_at_a_time
from weir.http2 import Http2Connection, Response
from weir.in_time import Pace, in_time
from weir.limits import limit_s
from weir.packets import probe
from weir.places import RECORDINGS
from weir.publisher import Publisher
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

StartServer = Callable[..., Server]
Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]


#: Of it, what fits into a small ring.
_BEGINNING = 400_000
#: Who waits for a beginning is told after so long that there is none.
_HELD_S = limit_s("startAwaitedMs")


@pytest.fixture(scope="session")
def one_key_frame() -> bytes:
    """Some 3 MB of picture and sound in 6 s, with a key frame at the start and never again."""
    noise = "noise=alls=60:allf=t"
    path = RECORDINGS / "vp8-opus-320x240-4M-6s-one-key-frame.webm"
    with one_at_a_time(path):
        if not path.exists():
            unfinished = path.with_name("unfinished-" + path.name)
            with unfinished.open("wb") as out:
                subprocess.run(
                    [
                        "ffmpeg", "-nostdin", "-v", "error",
                        "-f", "lavfi", "-i", f"testsrc2=size=320x240:rate=25:duration=6,{noise}",
                        "-f", "lavfi", "-i", "sine=frequency=440:duration=6",
                        "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "10000",
                        "-b:v", "4M", "-minrate", "4M", "-maxrate", "4M", "-pix_fmt", "yuv420p",
                        "-c:a", "libopus", "-b:a", "32k", "-ar", "48000", "-f", "webm", "-",
                    ],
                    check=True, stdout=out,
                )
            unfinished.rename(path)
    return path.read_bytes()


@pytest.fixture
def small(start_server: StartServer) -> Server:
    return start_server("--ring-size", "1M", "--grace", "120")


def lose_the_start(server: Server, publish: Publish, name: str, data: bytes) -> Publisher:
    """Publish until the ring has gone past its only key frame; the body stays open."""
    was_joinable = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield data[:_BEGINNING]
        if was_joinable.wait(PATIENCE_S):
            yield data[_BEGINNING:]

    publisher = publish(server, name).feed(pieces(), finish=False)
    wait_until(lambda: (server.stream(name) or {}).get("joinable"), "a stream that can be joined")
    was_joinable.set()
    wait_until(lambda: server.stream(name)["joinable"] is False, "the key frame to be gone")
    return publisher


def test_a_stream_without_a_key_frame_within_reach_says_so_in_the_api_and_in_the_log(
    small: Server, publish: Publish, name: str, one_key_frame: bytes
) -> None:
    lose_the_start(small, publish, name, one_key_frame)
    listed = {s["name"]: s for s in small.get("/api/streams").json()["streams"]}
    assert listed[name]["joinable"] is False

    def warnings() -> list[dict]:
        return [r for r in small.log_records() if "nobody can join" in r["message"]]
    wait_until(warnings, "a warning in the log")
    assert warnings()[0]["level"] == "warning"
    assert warnings()[0]["metadata"]["stream"] == name


@pytest.mark.slow
@pytest.mark.parametrize("query", ["", "?start=-3600"])
def test_who_wants_to_join_it_is_told_why_that_cannot_be(
    small: Server, publish: Publish, name: str, one_key_frame: bytes, query: str
) -> None:
    lose_the_start(small, publish, name, one_key_frame)
    answer = small.get(f"/{name}/live{query}")
    assert (answer.status, answer.problem) == (503, "no-place-to-begin")
    assert int(answer.headers["retry-after"]) > 0
    small.wait_for_viewers(name, 0)


def test_who_waits_for_it_gets_in_with_the_next_key_frame(
    small: Server, publish: Publish, name: str, one_key_frame: bytes, tmp_path: Path
) -> None:
    def wait(number: int, pace: Pace) -> Response:
        each = f"{name[:25]}-{number}"
        publisher = lose_the_start(small, publish, each, one_key_frame)
        publisher.end_body()
        assert publisher.answer().status == 204
        # Over connections that are there already: nobody waits for longer than some seconds.
        with Http2Connection(small) as viewer, Http2Connection(small) as broadcaster:
            pace.begin()
            stream = wait_in_vain(viewer, each)
            again = broadcaster.open("POST", f"/{each}/live", end=False)
            broadcaster.send(again, one_key_frame[:_BEGINNING])
            answer = viewer.responses[stream]
            viewer.wait_for(lambda: len(answer.body) > 100_000 or answer.is_over, "media")
            pace.end()
            assert broadcaster.request("DELETE", f"/{each}/live").status == 204
            return viewer.response(stream)

    answer = in_time(_HELD_S, wait)
    assert answer.status == 200 and answer.ended
    file = tmp_path / "had.webm"
    file.write_bytes(answer.body)
    assert_starts_with_keyframe(probe(file))
    assert_decodes(file)


def wait_in_vain(viewer: Http2Connection, name: str) -> int:
    """A request that is held, because there is nothing to begin with."""
    stream = viewer.open("GET", f"/{name}/live")
    # Answered behind it, so it has been taken in.
    assert viewer.request("GET", "/api/streams").status == 200
    assert viewer.responses[stream].status == 0
    return stream


def test_who_waits_for_it_when_it_ends_is_told_that(
    small: Server, publish: Publish, name: str, one_key_frame: bytes
) -> None:
    def wait(number: int, pace: Pace) -> int:
        each = f"{name[:25]}-{number}"
        lose_the_start(small, publish, each, one_key_frame)
        with Http2Connection(small) as viewer:
            pace.begin()
            stream = wait_in_vain(viewer, each)
            assert viewer.request("DELETE", f"/{each}/live").status == 204
            return viewer.response(stream).status

    assert in_time(_HELD_S, wait) == 404


def test_viewers_who_are_there_see_the_rest_of_it(
    start_server: StartServer, publish: Publish, watch: Watch, name: str, one_key_frame: bytes,
    tmp_path: Path,
) -> None:
    """With a ring that holds all of it, the same broadcast can be joined to its end."""
    server = start_server("--ring-size", "32M", "--grace", "120")
    publish(server, name).feed([one_key_frame], finish=False)
    wait_until(lambda: (server.stream(name) or {}).get("joinable"), "a stream that can be joined")
    viewer = watch(server, name).wait_for_bytes(len(one_key_frame) * 9 // 10)
    assert server.stream(name)["joinable"] is True
    late = watch(server, name).wait_for_bytes(len(one_key_frame) * 9 // 10)
    server.request("DELETE", f"/{name}/live")
    for one in (viewer, late):
        one.wait_for_end()
        assert_starts_with_keyframe(probe(one.file))
        assert_decodes(one.file)
