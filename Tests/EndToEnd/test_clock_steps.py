"""A machine's clock is set while streams are live, paused or over: nobody watching can tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from weir.admin import Metrics
from weir.http2 import Http2Connection
from weir.limits import limit_s
from weir.packets import packets, probe
from weir.publisher import Publisher, cut_at_random, post_chunk
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until
from weir.wall_clock import WallClock, wait_for_housekeeping

StartServer = Callable[..., Server]
Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]

#: A second or two as NTP does it, a wrong time zone, a machine without a battery.
STEPS_S = [pytest.param(step, id=f"{step:+}s") for step in (3600, 86_400, 45, -45, -3600, -86_400)]
EACH_STEP = pytest.mark.parametrize("step_s", STEPS_S)


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    return WallClock(tmp_path)


@EACH_STEP
def test_a_paused_stream_and_its_viewers_stay(
    start_server: StartServer, clock: WallClock, publish: Publish, watch: Watch, name: str,
    step_s: int,
) -> None:
    # Less than the clock is set by, and otherwise as long as the test may take.
    grace_s = min(abs(step_s) - 5, 600)
    server = start_server("--grace", str(grace_s), environment=clock.environment)
    publisher = publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    publisher.abort()
    server.wait_for_state(name, "paused")
    clock.set(server, step_s)
    wait_for_housekeeping(server)
    assert server.state(name) == "paused"
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer.wait_for_more(10_000)


@EACH_STEP
def test_the_next_chunk_is_taken_as_the_one_before_was(
    start_server: StartServer, clock: WallClock, watch: Watch, name: str, step_s: int
) -> None:
    server = start_server(environment=clock.environment)
    chunks = cut_at_random(record().data, pieces=4, seed=1)
    sent = 0.0
    for number, chunk in enumerate(chunks):
        if number == 2:
            clock.set(server, step_s)
            wait_for_housekeeping(server)
            _assert_goes_on(server, name, sent)
        sent = time.monotonic()
        answer = post_chunk(
            server.url(f"/{name}/live"), server.certificate.certificate, chunk, session="s",
            number=number,
        )
        assert answer.status == 204, answer.body
    _assert_goes_on(server, name, sent)


def _assert_goes_on(server: Server, name: str, sent: float) -> None:
    """It is live, but for one that is silent by a clock that nobody has set."""
    state = server.state(name)
    is_silent = time.monotonic() - sent > limit_s("publisherSilenceMs")
    assert state == "live" or (state == "paused" and is_silent), state


@EACH_STEP
def test_a_stream_whose_publisher_is_gone_ends_when_its_grace_is_over(
    start_server: StartServer, clock: WallClock, publish: Publish, name: str, step_s: int
) -> None:
    server = start_server("--grace", "3", environment=clock.environment)
    # Held back, because it is ahead of the clock: it is not over before its publisher is gone.
    publisher = publish(server, name).feed([record(seconds=LASTING_S).data], finish=False)
    server.wait_for_state(name, "live")
    publisher.abort()
    clock.set(server, step_s)
    server.wait_for_state(name, "ended")


@pytest.mark.slow
@EACH_STEP
def test_starting_back_the_bitrate_and_skipping_go_by_time_that_has_passed(
    start_server: StartServer, clock: WallClock, publish: Publish, watch: Watch, name: str,
    step_s: int,
) -> None:
    server = start_server("--max-lag", "2", environment=clock.environment)
    recording = record(seconds=60, size="320x240", rate="1500k")
    order = {p.hash: p.pts_ms or 0 for p in packets(recording.path) if p.stream == 0}
    began = time.monotonic()
    publish(server, name).play(recording, finish=False)
    server.wait_for_state(name, "live")
    healthy = watch(server, name).wait_for_bytes(10_000)
    with Http2Connection(server, window=65_535, credit=False, receive_buffer=16_384) as slow:
        stream = slow.open("GET", f"/{name}/live")
        # Live media leaves a part of the connection's window to others.
        wait_until(lambda: slow.pump(0.1) or len(slow.responses[stream].body) > 32_000,
                   "a window with no more room for media")
        clock.set(server, step_s)

        def times_ms(file: Path) -> list[int]:
            return [order[p.hash] for p in probe(file).of_stream(0) if p.hash in order]

        def has_gone_on() -> bool:
            seen = times_ms(healthy.file)
            return len(seen) > 0 and seen[-1] > seen[0] + 8_000
        wait_until(has_gone_on, "eight more seconds of media", every_s=0.5)
        # Soon: one that takes nothing at all is dropped.
        slow.credit(stream, 1_000_000)
        wait_until(lambda: slow.pump(0.1) or Metrics(server).total("weir_viewer_jumps_total") > 0,
                   "the slow viewer to skip")
        # Of a publisher who has just come late there is too little to tell.
        wait_until(lambda: (server.stream(name) or {}).get("bitrateBps", 0) > 100_000, "its bitrate")
        shown = server.stream(name)
        assert shown is not None
        assert 5_000 < shown["rewindMs"] < (time.monotonic() - began + 5) * 1_000, shown

        back = watch(server, name, "?start=-2").wait_for_bytes(60_000)
        wait_until(lambda: times_ms(back.file), "a picture")
        assert times_ms(back.file)[0] > times_ms(healthy.file)[0]
