"""HLS: how soon a broadcast can be watched, and that its promises outlive what is sent."""

from __future__ import annotations

import math
import re
import threading
import uuid
from collections.abc import Callable, Iterator

import pytest

from weir.hls import Playlist, connections_to_all_workers, end, fetch, playlist
from weir.http2 import Http2Connection, Response
from weir.in_step import in_step
from weir.packets import probe
from weir.publisher import Publisher, cut_at_random, post_chunk
from weir.recordings import Recording, record
from weir.server import Server
from weir.shapes import SOUND, VIDEO, Block, put_together, take_apart
from weir.waiting import wait_until

Publish = Callable[..., Publisher]
_PROMISES = ("#EXT-X-TARGETDURATION", "#EXT-X-SERVER-CONTROL", "#EXT-X-PART-INF")


@pytest.fixture
def connection(server: Server) -> Iterator[Http2Connection]:
    connections = connections_to_all_workers(server)
    yield connections[0]
    for each in connections:
        each.close()


def _play(server: Server, publish: Publish, name: str, recording: Recording) -> Publisher:
    """As fast as it was recorded and in small pieces, because what is promised depends on that."""
    publisher = publish(server, name, headers={"content-type": recording.content_type})
    publisher.play(recording, finish=False, through=in_step(server, name))
    wait_until(lambda: server.stream(name), "the stream")
    return publisher


def _begins_at_s(segment: bytes) -> float:
    """When a picture's segment begins: `tfdt` of version 1, in 90,000 ticks a second."""
    place = segment.index(b"tfdt")
    return int.from_bytes(segment[place + 8:place + 16]) / 90_000


def _durations(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"^#EXTINF:([0-9.]+)", text, re.M)]


@pytest.mark.parametrize("key_every", [25, 50, 125])
def test_the_first_segment_begins_with_the_second_key_frame(
    server: Server, publish: Publish, name: str, connection: Http2Connection, key_every: int
) -> None:
    recording = record("vp9", "opus", seconds=30, key_every=key_every)
    _play(server, publish, name, recording)
    # Held until it can be answered, however seldom key frames come.
    assert "#EXT-X-STREAM-INF" in playlist(connection, name, "index.m3u8").text
    listed = playlist(connection, name, "v1.m3u8")
    assert listed.first == 1 and listed.parts and listed.hint
    first = fetch(connection, name, listed.segments[0])
    # Or with the first one that is as late as a segment is long.
    assert _begins_at_s(bytes(first.body)) == pytest.approx(max(key_every / 25, 2), abs=0.1)


def test_a_broadcast_in_step_has_parts_although_its_sender_stands_still_at_the_beginning(
    server: Server, publish: Publish, name: str, connection: Http2Connection
) -> None:
    """What the tests of parts count on."""
    def held_up(packets: Iterator[bytes], stop: threading.Event) -> Iterator[bytes]:
        for number, packet in enumerate(packets):
            if number == 30:
                stop.wait(2)
            yield packet

    publish(server, name).play(
        record("vp9", "opus", seconds=30), finish=False,
        through=lambda packets, stop: in_step(server, name)(held_up(packets, stop), stop))
    wait_until(lambda: server.stream(name), "the stream")
    assert playlist(connection, name, "v1.m3u8").parts


def test_a_clip_in_chunks_that_is_shorter_than_any_plan_can_be_watched_when_it_is_over(
    server: Server, name: str, connection: Http2Connection
) -> None:
    # Without a second key frame nothing is promised for the first twelve seconds.
    recording = record("vp9", "opus", seconds=4, key_every=200)
    session = uuid.uuid4().hex
    for number, chunk in enumerate(cut_at_random(recording.data, 8, seed=1)):
        answer = post_chunk(
            server.url(f"/{name}/live"), server.certificate.certificate, chunk, session=session,
            number=number, headers={"content-type": recording.content_type})
        assert answer.status == 204, answer
    end(server, name)
    assert "#EXT-X-STREAM-INF" in playlist(connection, name, "index.m3u8").text
    listed = playlist(connection, name, "v1.m3u8")
    assert listed.lines[-1] == "#EXT-X-ENDLIST" and len(listed.segments) == 1
    got, sent = probe(server.url(f"/{name}/hls/index.m3u8")), probe(recording.path)
    assert not got.errors
    for kind in ("video", "audio"):
        hashes = [packet.hash for packet in sent.of_kind(kind)]
        # The last frames may wait for others that would come before them.
        have = [packet.hash for packet in got.of_kind(kind)]
        assert have == hashes[:len(have)] and len(have) >= 0.9 * len(hashes), f"{len(have)} of {len(hashes)}"
    assert fetch(connection, name, "index.mpd", "dash").status == 200
    # The next broadcast does not have its numbers.
    again = record("vp9", "opus", seconds=14)
    assert server.request("POST", f"/{name}/live", body=again.data).status == 204
    assert playlist(connection, name, "v1.m3u8").first > listed.first


def test_a_short_clip_of_more_frames_than_an_index_keeps_has_no_segment(
    server: Server, name: str, connection: Http2Connection
) -> None:
    head, blocks = take_apart(record("vp9", "opus", seconds=4, key_every=200).data)
    key = next(block for block in blocks if block.track == VIDEO)
    times = range(key.time_ms, key.time_ms + 9_000)
    sound = [Block(SOUND, time_ms, 0x80, b"\xe0\0", time_ms) for time_ms in times]
    clip = put_together(head, [key, *sound])
    assert server.request("POST", f"/{name}/live", body=clip).status == 204
    end(server, name)
    for path in ("index.m3u8", "v1.m3u8"):
        answer = connection.request("GET", f"/{name}/hls/{path}")
        assert answer.status == 404 and b"/problems/no-segments" in answer.body, answer.body


def test_the_log_says_once_that_the_ring_is_too_small_of_chunks_as_well(
    start_server: Callable[..., Server]
) -> None:
    server = start_server("--ring-size", "1MiB")
    recording = record("h264", "opus", seconds=14, size="640x360", rate="2M")
    assert len(recording.data) > 14 * 100_000, "more than such a ring holds in three target durations"
    session = uuid.uuid4().hex
    for number, chunk in enumerate(cut_at_random(recording.data, 28, seed=1)):
        answer = post_chunk(
            server.url("/small/live"), server.certificate.certificate, chunk, session=session, number=number,
            headers={"content-type": recording.content_type})
        assert answer.status == 204, answer
    wait_until(lambda: "the ring is too small for HLS" in server.log(), "the log to say it")
    assert server.log().count("the ring is too small for HLS") == 1


def test_a_browsers_own_player_gets_a_list_that_it_can_begin_with(
    server: Server, publish: Publish, name: str, connection: Http2Connection
) -> None:
    _play(server, publish, name, record("vp9", "opus", seconds=30, key_every=50))
    own = [("sec-fetch-dest", "video")]

    def answered() -> Response | None:
        """It is told to ask again when the broadcast is late."""
        answer = connection.request("GET", f"/{name}/hls/v1.m3u8", own)
        return None if answer.status == 503 else answer

    answer = wait_until(answered, "its list")
    assert answer.status == 200
    listed = Playlist(answer.body.decode())
    target = int(listed.tag("#EXT-X-TARGETDURATION") or 0)
    assert sum(_durations(listed.text)) >= target + 2


def test_promises_stay_when_the_broadcaster_comes_back_with_another_set_up(
    server: Server, publish: Publish, name: str, connection: Http2Connection
) -> None:
    publisher = _play(server, publish, name, record("vp9", "opus", seconds=8, key_every=50))
    before = playlist(connection, name, "v1.m3u8")
    publisher.stop()
    # Another codec, so another ring, and longer segments if it could choose.
    other = record("h264", "opus", seconds=30, key_every=125)
    publish(server, name, headers={"content-type": other.content_type}).play(other, finish=False)

    def after() -> Playlist | None:
        answer = fetch(connection, name, "v1.m3u8")
        found = Playlist(answer.body.decode())
        return found if answer.status == 200 and found.maps != before.maps else None

    listed = wait_until(after, "the list of the new ring")
    assert all(before.tag(name) for name in _PROMISES)
    assert [listed.tag(name) for name in _PROMISES] == [before.tag(name) for name in _PROMISES]
    segment, _ = listed.next
    later = playlist(connection, name, f"v1.m3u8?_HLS_msn={segment + 1}")
    assert [later.tag(name) for name in _PROMISES] == [before.tag(name) for name in _PROMISES]
    target = int(later.tag("#EXT-X-TARGETDURATION") or 0)
    assert all(math.floor(length + 0.5) <= target for length in _durations(later.text))
