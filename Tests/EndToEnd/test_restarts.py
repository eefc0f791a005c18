"""Publishers that go and come back: pauses, the grace period, other tracks, take-overs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from weir.comparison import assert_contiguous, assert_decodes, assert_starts_with_keyframe
from weir.http2 import Http2Connection
from weir.in_time import Pace, in_time
from weir.limits import limit_s
from weir.packets import packets, probe
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer

Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]

#: Until silence is noticed, with some room for what the server does.
_SILENCE_S = limit_s("publisherSilenceMs") - 1


@pytest.fixture
def patient(start_server: Callable[..., Server]) -> Server:
    """A grace period that no test outlasts by accident."""
    return start_server("--grace", "120")


@pytest.fixture
def hasty(start_server: Callable[..., Server]) -> Server:
    """A grace period that is soon over."""
    return start_server("--grace", "2")


def go_ahead(publisher: Publisher) -> Publisher:
    """Ahead of the clock, so that it is held back: it is never late, whoever gets the processor."""
    return publisher.feed([record(seconds=LASTING_S).data], finish=False)


def test_a_broken_connection_pauses_the_stream_at_once_and_keeps_its_viewers(
    patient: Server, watch: Watch, publish: Publish, name: str
) -> None:
    publisher = publish(patient, name).play(record(seconds=LASTING_S))
    patient.wait_for_state(name, "live")
    viewer = watch(patient, name).wait_for_bytes(20_000)
    publisher.abort()
    patient.wait_for_state(name, "paused")
    assert viewer.is_connected


@pytest.mark.slow
def test_a_body_that_ended_leaves_the_stream_live_until_silence_pauses_it(
    patient: Server, name: str
) -> None:
    body = record().data

    def look(number: int, pace: Pace) -> str:
        # Over one connection, so that the look is not later than the silence.
        with Http2Connection(patient) as client:
            assert client.request("POST", f"/{name}/live", body=body).status == 204
            shown = client.request("GET", f"/api/streams/{name}")
        return str(json.loads(shown.body)["state"])

    assert in_time(_SILENCE_S, look) == "live"
    patient.wait_for_state(name, "paused")


def test_a_publisher_back_with_the_same_tracks_continues_for_the_same_viewers(
    patient: Server, watch: Watch, publish: Publish, name: str
) -> None:
    recording = record()
    publish(patient, name).write(recording.data).finish()
    viewer = watch(patient, name, "?start=-3600").wait_for_bytes(len(recording.data) * 9 // 10)
    publish(patient, name).write(recording.data).finish()
    viewer.wait_for_bytes(len(recording.data) * 18 // 10)
    patient.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    sent, got = packets(recording.path), packets(viewer.file)
    for stream in (0, 1):
        once = [p.hash for p in sent if p.stream == stream]
        twice = [p for p in got if p.stream == stream]
        assert [p.hash for p in twice] == once * 2, f"stream {stream} is not the broadcast, twice"
        times = [p.pts_ms for p in twice]
        assert times == sorted(times), f"time goes back in stream {stream}"
    assert_decodes(viewer.file)


def test_a_publisher_back_after_a_broken_connection_continues_for_the_same_viewers(
    patient: Server, watch: Watch, publish: Publish, name: str
) -> None:
    recording = record(seconds=LASTING_S)
    first = publish(patient, name).play(recording)
    patient.wait_for_state(name, "live")
    viewer = watch(patient, name).wait_for_bytes(30_000)
    first.abort()
    patient.wait_for_state(name, "paused")
    publish(patient, name).play(recording)
    patient.wait_for_state(name, "live")
    viewer.wait_for_more(60_000)
    patient.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    seen = probe(viewer.file)
    assert not seen.errors
    assert_starts_with_keyframe(seen)
    assert_decodes(viewer.file)


def test_a_publisher_back_with_other_tracks_ends_the_responses(
    patient: Server, watch: Watch, publish: Publish, name: str
) -> None:
    small, large = record(), record(size="320x240")
    publish(patient, name).write(small.data).finish()
    viewer = watch(patient, name, "?start=-3600").wait_for_bytes(len(small.data) * 9 // 10)
    publish(patient, name).write(large.data).finish()
    viewer.wait_for_end()
    assert_contiguous(viewer.file, small.path)
    again = watch(patient, name, "?start=-3600").wait_for_bytes(len(large.data) * 9 // 10)
    patient.request("DELETE", f"/{name}/live")
    again.wait_for_end()
    assert_contiguous(again.file, large.path)
    shown = patient.stream(name)
    assert shown is not None and shown["tracks"][0]["width"] == 320


def test_a_publisher_who_stays_away_longer_than_the_grace_period_ends_the_stream(
    hasty: Server, watch: Watch, publish: Publish, name: str
) -> None:
    publisher = go_ahead(publish(hasty, name))
    hasty.wait_for_state(name, "live")
    viewer = watch(hasty, name).wait_for_bytes(20_000)
    publisher.abort()
    viewer.wait_for_end()
    hasty.wait_for_state(name, "ended")
    answer = hasty.get(f"/{name}/live")
    assert (answer.status, answer.problem) == (404, "not-live")


def test_a_publisher_back_after_the_end_starts_a_new_broadcast(
    hasty: Server, watch: Watch, publish: Publish, name: str
) -> None:
    publisher = go_ahead(publish(hasty, name))
    hasty.wait_for_state(name, "live")
    publisher.abort()
    hasty.wait_for_state(name, "ended")
    go_ahead(publish(hasty, name))
    hasty.wait_for_state(name, "live")
    viewer = watch(hasty, name).wait_for_bytes(50_000)
    hasty.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_contiguous(viewer.file, record(seconds=LASTING_S).path)


def test_a_deleted_stream_ends_at_once_for_viewers_and_publisher(
    server: Server, watch: Watch, publish: Publish, name: str
) -> None:
    publisher = publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    assert server.request("DELETE", f"/{name}/live").status == 204
    viewer.wait_for_end()
    publisher.answer()
    server.wait_for_state(name, "ended")
    assert server.request("DELETE", f"/{name}/live").status == 404
    assert_decodes(viewer.file)


def test_a_second_live_publisher_is_refused_and_the_first_goes_on(
    server: Server, watch: Watch, publish: Publish, name: str
) -> None:
    recording = record(seconds=LASTING_S)
    go_ahead(publish(server, name))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    with Http2Connection(server) as second:
        answer = second.request("POST", f"/{name}/live", body=record().data)
    assert answer.status == 409 and b"/problems/already-live" in answer.body
    viewer.wait_for_more(20_000)
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_contiguous(viewer.file, recording.path)


def test_a_take_over_from_the_same_address_ends_the_first_publisher(
    server: Server, watch: Watch, publish: Publish, name: str
) -> None:
    first = publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    second = publish(server, name, headers={"weir-take-over": "1"}).play(record(seconds=LASTING_S))
    first.answer()
    viewer.wait_for_more(40_000)
    assert second.process.poll() is None, "the one who took over must go on"
    server.wait_for_state(name, "live")
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_decodes(viewer.file)
