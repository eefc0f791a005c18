"""Counting viewers exactly, and starting back in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from weir.comparison import assert_contiguous, assert_starts_with_keyframe, assert_tail
from weir.connections import slot_serving
from weir.http2 import Http2Connection
from weir.in_time import Pace, in_time
from weir.packets import probe
from weir.publisher import Publisher, paced
from weir.recordings import LASTING_S, Recording, record
from weir.server import Server
from weir.viewer import Viewer

BOTH_PROTOCOLS = True

Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]


@pytest.mark.smoke
def test_viewers_are_counted_exactly_across_workers(
    server: Server, watch: Watch, publish: Publish, name: str
) -> None:
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewers = []
    for count in range(1, 13):
        viewers.append(watch(server, name).wait_for_status(200))
        server.wait_for_viewers(name, count)
    assert {slot_serving(server, v.process.pid) for v in viewers} == {0, 1}
    for left, viewer in zip(range(11, -1, -1), viewers):
        viewer.stop()
        server.wait_for_viewers(name, left)


def test_viewers_who_come_and_go_at_once_leave_no_trace(
    server: Server, publish: Publish, name: str
) -> None:
    publish(server, name).write(record().data).finish()
    for _ in range(10):
        with Http2Connection(server) as connection:
            streams = [connection.open("GET", f"/{name}/live") for _ in range(20)]
            for stream in streams[::2]:
                connection.reset(stream)
            connection.pump(0)
    server.wait_for_viewers(name, 0)


def play_evenly(server: Server, publish: Publish, name: str, recording: Recording) -> str:
    """Play to the end without a pause, and give the name of the broadcast, which stands still then. Viewers
    count back by when each part came: so it is played again when the machine stood still on the way."""
    def play(number: int, pace: Pace) -> str:
        def pieces() -> Iterator[bytes]:
            pace.begin()
            for piece in paced(recording, 1, threading.Event()):
                pace.beat()
                yield piece
            pace.end()

        mine = f"{name[:25]}-{number}"
        publish(server, mine).feed(pieces(), finish=False)
        server.wait_for_state(mine, "paused")
        return mine

    return in_time(1, play)


@pytest.mark.slow
def test_starting_back_in_time_reaches_as_far_as_asked(
    server: Server, watch: Watch, publish: Publish, name: str
) -> None:
    # The broadcast stands still when they join, so that they count back from the same moment. (How far
    # back they can is no sign of that: on a busy machine the beginning comes late and all at once.)
    recording = record(seconds=8)
    name = play_evenly(server, publish, name, recording)
    asked = {seconds: watch(server, name, f"?start=-{seconds}") for seconds in (0, 2, 5, 3600)}
    for viewer in asked.values():
        viewer.wait_for_status(200).wait_for_bytes(1000)
    server.request("DELETE", f"/{name}/live")
    for viewer in asked.values():
        viewer.wait_for_end()
        assert_contiguous(viewer.file, recording.path)
        assert_starts_with_keyframe(probe(viewer.file))
    received = {s: len(probe(v.file).of_kind("video")) for s, v in asked.items()}
    # 25 frames a second; a start is never later than asked, and less than one key frame distance
    # (and a little for the clock of the publisher) earlier.
    assert received[0] < received[2] < received[5] < received[3600]
    assert 25 <= received[2] - received[0] <= 75 + 15
    assert 100 <= received[5] - received[0] <= 150 + 15


@pytest.mark.slow
def test_a_query_says_where_playback_begins_and_whatever_else_is_in_it_is_passed_over(
    server: Server, watch: Watch, publish: Publish, name: str
) -> None:
    # The broadcast stands still, so that all of them count back from the same moment.
    name = play_evenly(server, publish, name, record(seconds=8))
    same = {
        "newest": ["", "?start=0", "?other=1", "?"],
        "three seconds back": [
            "?start=-3", "?start=-3&x=y", "?x&start=-3.0", "?x=start%3D-1&start=-3"],
        "everything": ["?start=-3600", "?start=-999999"],
    }
    viewers = {
        query: watch(server, name, query).wait_for_status(200).wait_for_bytes(1000)
        for queries in same.values() for query in queries
    }
    server.request("DELETE", f"/{name}/live")
    for viewer in viewers.values():
        viewer.wait_for_end()
    received = {
        start: {len(probe(viewers[query].file).of_kind("video")) for query in queries}
        for start, queries in same.items()
    }
    assert all(len(counts) == 1 for counts in received.values()), received
    newest, back, everything = (counts.pop() for counts in received.values())
    assert newest < back < everything, (newest, back, everything)


def test_a_viewer_of_a_paused_stream_waits_for_what_comes(
    start_server: Callable[..., Server], watch: Watch, publish: Publish, name: str
) -> None:
    server = start_server("--grace", "120")
    first = publish(server, name).write(record().data)
    server.wait_for_stream(name)
    first.abort()
    server.wait_for_state(name, "paused")
    viewer = watch(server, name).wait_for_status(200).wait_for_bytes(1000)
    before = viewer.size
    publish(server, name).write(record().data).finish()
    viewer.wait_for_bytes(before + 100_000)
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert not probe(viewer.file).errors


def test_a_viewer_on_each_of_four_workers_gets_the_same(
    start_server: Callable[..., Server], watch: Watch, publish: Publish, name: str
) -> None:
    server = start_server(workers=4)
    recording = record(seconds=6)
    publisher = publish(server, name).play(recording)
    server.wait_for_stream(name)
    viewers, slots = [], set()
    while slots != {0, 1, 2, 3}:
        assert len(viewers) < 40, f"40 viewers, and they are at {slots}"
        viewers.append(watch(server, name, "?start=-3600").wait_for_bytes(1))
        slots.add(slot_serving(server, viewers[-1].process.pid))
    assert publisher.answer().status == 204
    server.request("DELETE", f"/{name}/live")
    for viewer in viewers:
        viewer.wait_for_end()
        assert assert_tail(viewer.file, recording.path) == 0
