"""A viewer that cannot keep up jumps forward, and what it got still decodes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir.comparison import (
    assert_decodes, assert_starts_with_keyframe, assert_subsequence, assert_tail,
)
from weir.http2 import Http2Connection
from weir.packets import packets, probe
from weir.publisher import Publisher, paced
from weir.recordings import Recording, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S

BOTH_PROTOCOLS = True

_SECONDS = 16
_RATE = "3000k"
_BEGINNING = 100_000


@pytest.mark.slow
def test_a_viewer_at_a_tenth_of_the_bitrate_jumps_forward_and_decodes(
    start_server: Callable[..., Server],
    publish: Callable[..., Publisher],
    watch: Callable[..., Viewer],
    name: str,
    tmp_path: Path,
) -> None:
    # Long enough for a viewer that keeps up, on a machine that stands still for a moment.
    server = start_server("--max-lag", "6")
    recording = record(seconds=_SECONDS, size="640x360", rate=_RATE)
    bytes_per_s = len(recording.data) / _SECONDS / 10
    are_there = threading.Event()
    publisher = publish(server, name).feed(going_on_when(are_there, recording))
    server.wait_for_stream(name)
    healthy = watch(server, name).wait_for_bytes()
    received = read_slowly(server, name, bytes_per_s, are_there, until=publisher)
    healthy.wait_for_end()
    slow = tmp_path / "slow.webm"
    slow.write_bytes(received)

    seen = probe(slow)
    assert not seen.errors
    assert_starts_with_keyframe(seen)
    assert_decodes(slow)
    sent = [p.hash for p in packets(recording.path) if p.stream == 0]
    got = seen.of_kind("video")
    assert_subsequence([p.hash for p in got], sent)
    assert got[-1].hash == sent[-1], "the slow viewer did not reach the end"
    assert len(got) < len(sent) * 2 / 3, "nothing was skipped, so nothing was tested"
    assert_each_gap_ends_at_a_keyframe([p.hash for p in got], [p.key for p in got], sent)
    assert_tail(healthy.file, recording.path)


def going_on_when(are_there: threading.Event, recording: Recording) -> Iterator[bytes]:
    """A recording at the pace it would be recorded; but of its beginning it waits for those who watch."""
    yield recording.data[:_BEGINNING]
    are_there.wait(PATIENCE_S)
    sent = 0
    for piece in paced(recording, 1, threading.Event()):
        yield piece[max(0, _BEGINNING - sent):]
        sent += len(piece)


def read_slowly(
    server: Server, name: str, bytes_per_s: float, is_there: threading.Event, until: Publisher
) -> bytes:
    """Watch with a window that opens at this rate, until the publisher is done and the stream over.

    Small windows and a small kernel buffer, so that the slowness reaches the server.
    """
    with Http2Connection(server, window=16_384, credit=False, receive_buffer=16_384) as connection:
        stream = connection.open("GET", f"/{name}/live")
        answer = connection.responses[stream]
        connection.wait_for(lambda: answer.body, "the slow viewer to be let in")
        is_there.set()
        granted, began = 0, time.monotonic()
        while until.process.poll() is None:
            connection.pump(0.1)
            due = min(int((time.monotonic() - began) * bytes_per_s), len(answer.body))
            if due - granted > 1000:
                connection.credit(stream, due - granted)
                granted = due
        server.request("DELETE", f"/{name}/live")
        while not answer.is_over:
            if len(answer.body) > granted:
                connection.credit(stream, len(answer.body) - granted)
                granted = len(answer.body)
            connection.pump(0.1)
            assert not connection.closed, "the slow viewer was thrown out"
        assert answer.ended, f"reset with {answer.reset} instead of an end"
        return bytes(answer.body)


def assert_each_gap_ends_at_a_keyframe(got: list[str], keys: list[bool], sent: list[str]) -> None:
    """Frames may be missing, but the first one after a hole can be decoded on its own."""
    positions, position = [], -1
    for item in got:
        position = sent.index(item, position + 1)
        positions.append(position)
    holes = [i for i in range(1, len(positions)) if positions[i] != positions[i - 1] + 1]
    assert holes, "no hole"
    assert all(keys[i] for i in holes), "a hole that does not end at a key frame"
