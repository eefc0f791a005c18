"""Low-latency DASH: segments that are asked for by number and sent while they are made."""

from __future__ import annotations

import json
import re
import socket
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator

import pytest

from weir import tls
from weir.hls import assert_equal_from_all, end, fetch, playlist
from weir.http2 import Http2Connection
from weir.in_step import Shape, in_step
from weir.publisher import Publisher, packet_marks
from weir.recordings import Recording, record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

Publish = Callable[..., Publisher]
_SPACE = {"mpd": "urn:mpeg:dash:schema:mpd:2011"}
#: Between key frames, with which segments begin. What stands still for three segments is broken off, so they
#: are long: a slow machine has that much time to look at one that stands still.
_SEGMENT_S = 5
#: A segment is in the making.
_HALF_WAY_S = 2.5 * _SEGMENT_S


class Source:
    """A broadcast that stands still in the middle of a segment, until it goes on."""

    def __init__(
        self, server: Server, publish: Publish, name: str, recording: Recording, seconds: float
    ) -> None:
        self.recording = recording
        self.publisher = publish(server, name, headers={"content-type": recording.content_type})
        marks = packet_marks(recording.path)
        self.is_half_way = threading.Event()
        self._half = next(position for position, ms in marks if ms >= seconds * 1000)
        self._sent = 0
        self.publisher.play(recording, speed=2, through=self._first_half(in_step(server, name)), finish=False)
        wait_until(lambda: server.stream(name), "the stream")

    def _first_half(self, shape: Shape) -> Shape:
        def first_half(packets: Iterator[bytes], stop: threading.Event) -> Iterator[bytes]:
            for piece in shape(packets, stop):
                if self._sent >= self._half:
                    return self.is_half_way.set()
                self._sent += len(piece)
                yield piece

        return first_half

    def go_on(self) -> None:
        self.publisher.write(self.recording.data[self._sent:]).end_body()


def _manifest(connection: Http2Connection, name: str) -> ElementTree.Element:
    answer = fetch(connection, name, "low-latency.mpd", "dash")
    assert answer.status == 200, bytes(answer.body)
    return ElementTree.fromstring(answer.body)


def _growing(connection: Http2Connection, name: str, listed: str = "v1.m3u8") -> tuple[str, int]:
    """The folder of a track's segments, and the number of the one that is being made."""
    now = playlist(connection, name, listed)
    return now.segments[-1].rsplit("/", 1)[0], now.next[0]


@pytest.fixture
def half_way(server: Server, publish: Publish, name: str) -> Source:
    return Source(
        server, publish, name, record("vp9", "opus", seconds=22, key_every=25 * _SEGMENT_S), _HALF_WAY_S)


def _wait_until_still(source: Source, connection: Http2Connection, name: str) -> None:
    """All that was sent is listed: there is a part of the segment in the making, and no more come."""
    wait_until(source.is_half_way.is_set, "the publisher to stand still")
    seen: list[tuple[int, int]] = []

    def is_still() -> bool:
        if fetch(connection, name, "v1.m3u8").status != 200:
            return False
        seen.append(playlist(connection, name, "v1.m3u8").next)
        return seen[-1][0] > 1 and seen[-1][1] > 0
    wait_until(is_still, "the middle of a segment")


def test_the_manifest_says_when_each_segment_comes(
    server: Server, half_way: Source, name: str, two: list[Http2Connection]
) -> None:
    _wait_until_still(half_way, two[0], name)
    path = f"/{name}/dash/low-latency.mpd"
    mpd = ElementTree.fromstring(assert_equal_from_all(two, [path])[path])
    assert "http://www.dashif.org/guidelines/low-latency-live-v5" in mpd.attrib["profiles"]
    latency = mpd.find("mpd:ServiceDescription/mpd:Latency", _SPACE)
    assert latency is not None
    # Before it there may be others, of a broadcast that was late.
    sets = mpd.findall("mpd:Period", _SPACE)[-1].findall("mpd:AdaptationSet", _SPACE)
    assert [s.attrib["contentType"] for s in sets] == ["video", "audio"]
    times = [s.find("mpd:ProducerReferenceTime", _SPACE) for s in sets]
    assert [t is not None and t.attrib["id"] for t in times] == ["1", "2"]
    assert latency.attrib["referenceId"] == "1"
    for each in sets:
        template = each.find("mpd:SegmentTemplate", _SPACE)
        assert template is not None and not len(template), "no list"
        scale = int(template.attrib["timescale"])
        seconds = int(template.attrib["duration"]) / scale
        assert seconds == pytest.approx(_SEGMENT_S, abs=0.05)
        assert template.attrib["availabilityTimeComplete"] == "false"
        assert 0 < float(template.attrib["availabilityTimeOffset"]) < seconds
    half_way.go_on()


def test_a_segment_comes_while_it_is_made(
    server: Server, half_way: Source, name: str, two: list[Http2Connection]
) -> None:
    _wait_until_still(half_way, two[0], name)
    asked: list[tuple[Http2Connection, str, int]] = []
    for listed in ("v1.m3u8", "a2.m3u8"):
        folder, number = _growing(two[0], name, listed)
        for connection in two:
            path = f"/{name}/dash/{folder}/{number}.m4s"
            asked.append((connection, path, connection.open("GET", path)))
    for connection, path, stream in asked:
        # The publisher stands still, so this is before the segment is whole.
        connection.wait_for(lambda: connection.responses[stream].body, f"the first part of {path}")
        response = connection.responses[stream]
        assert response.status == 200 and not response.is_over
        assert not {"content-length", "etag", "accept-ranges"} & set(response.headers)
        assert response.headers["cache-control"] == "public, max-age=86400, immutable"
    half_way.go_on()
    for connection, path, stream in asked:
        grown = connection.response(stream)
        assert grown.ended and grown.reset is None
        for other in two:
            whole = other.request("GET", path)
            assert whole.status == 200 and "etag" in whole.headers
            assert whole.body == grown.body, path
        assert grown.body.count(b"moof") > 1
        assert connection.request("GET", path.replace("/dash/", "/hls/")).body == grown.body


def test_a_segment_comes_by_chunks_over_http_1(
    server: Server, half_way: Source, name: str, two: list[Http2Connection]
) -> None:
    _wait_until_still(half_way, two[0], name)
    folder, number = _growing(two[0], name)
    path = f"/{name}/dash/{folder}/{number}.m4s"
    with tls.connect(server.port, server.certificate.certificate, alpn=("http/1.1",)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        got = _receive_until(line, b"moof")
        head, _, _ = got.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200") and b"transfer-encoding: chunked" in head.lower()
        half_way.go_on()
        got += _receive_until(line, b"\r\n0\r\n\r\n")
    body = _unchunked(got.partition(b"\r\n\r\n")[2])
    wait_until(lambda: two[0].request("GET", path).headers.get("etag"), "the whole segment")
    assert body == bytes(two[0].request("GET", path).body)


def _receive_until(line: socket.socket, end: bytes) -> bytes:
    got = b""
    while end not in got:
        more = line.recv(65536)
        assert more, got[-100:]
        got += more
    return got


def _unchunked(data: bytes) -> bytes:
    body = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        count = int(size, 16)
        if count == 0:
            return body
        body, data = body + data[:count], data[count + 2:]
    raise AssertionError("the body has no end")


def test_the_next_segment_is_waited_for_and_no_other(
    server: Server, half_way: Source, name: str, two: list[Http2Connection]
) -> None:
    _wait_until_still(half_way, two[0], name)
    folder, number = _growing(two[0], name)
    early = two[0].open("GET", f"/{name}/dash/{folder}/{number + 1}.m4s")
    far = two[0].request("GET", f"/{name}/dash/{folder}/{number + 2}.m4s")
    assert far.status == 404 and far.headers["cache-control"] == "public, max-age=1"
    for ahead in (0, 1):
        plain = two[0].request("GET", f"/{name}/hls/{folder}/{number + ahead}.m4s")
        assert plain.status == 404, "HLS has it when it is whole"
    assert two[0].responses[early].status == 0
    half_way.go_on()
    response = two[0].response(early)
    assert response.status == 200 and response.ended
    again = two[1].request("GET", f"/{name}/dash/{folder}/{number + 1}.m4s")
    assert again.body == response.body


def test_a_broadcast_that_ends_ends_its_last_segment(
    server: Server, half_way: Source, name: str, two: list[Http2Connection]
) -> None:
    _wait_until_still(half_way, two[0], name)
    folder, number = _growing(two[0], name)
    path = f"/{name}/dash/{folder}/{number}.m4s"
    stream = two[0].open("GET", path)
    two[0].wait_for(lambda: two[0].responses[stream].body, "the first part")
    half_way.publisher.abort()
    server.wait_for_state(name, "paused")
    assert not two[0].responses[stream].is_over, "it may still go on"
    end(server, name)
    grown = two[0].response(stream)
    assert grown.ended and grown.body == two[1].request("GET", path).body
    assert _manifest(two[0], name).attrib["type"] == "static"


def test_a_broadcast_that_is_gone_for_too_long_breaks_its_segment_off(
    server: Server, half_way: Source, name: str, two: list[Http2Connection]
) -> None:
    _wait_until_still(half_way, two[0], name)
    folder, number = _growing(two[0], name)
    stream = two[0].open("GET", f"/{name}/dash/{folder}/{number}.m4s")
    early = two[1].open("GET", f"/{name}/dash/{folder}/{number + 1}.m4s")
    half_way.publisher.abort()
    cut_off, refused = two[0].response(stream), two[1].response(early)
    assert cut_off.body and cut_off.reset is not None and not cut_off.ended
    assert refused.status == 503 and "retry-after" in refused.headers


def test_a_broadcast_with_odd_key_frames_has_no_low_latency(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    recording = record("vp9", "opus", seconds=20, keys=(0, 2.2, 5, 7.1, 10, 12.2, 15, 17.1))
    publish(server, name).play(recording, finish=False, speed=2)
    wait_until(
        lambda: fetch(two[0], name, "low-latency.mpd", "dash").status not in (404, 503)
        or b"no-low-latency" in fetch(two[0], name, "low-latency.mpd", "dash").body, "a verdict")
    answer = fetch(two[0], name, "low-latency.mpd", "dash")
    problem = json.loads(answer.body)
    assert answer.status == 404 and problem["type"] == "/problems/no-low-latency"
    assert "index.mpd" in problem["detail"]
    assert fetch(two[0], name, "index.mpd", "dash").status == 200


def test_a_segment_out_of_step_begins_another_period(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    keys = (0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21)
    recording = record("vp9", "opus", seconds=23, keys=keys)
    # As fast as it was recorded: a source whose clock runs ahead is interrupted to mend the time of day.
    publisher = publish(server, name).play(recording, through=in_step(server, name))
    publisher.answer(recording.seconds + 2 * PATIENCE_S)
    mpd = _manifest(two[0], name)
    periods = mpd.findall("mpd:Period", _SPACE)
    templates = [p.find(".//mpd:SegmentTemplate", _SPACE) for p in periods]
    assert len(periods) >= 2 and all(t is not None and not len(t) for t in templates)
    # Before it there may be others, if the publisher did not begin in time.
    first, second = [t.attrib for t in templates if t is not None][-2:]
    assert first["media"] == second["media"] and first["duration"] == second["duration"]
    assert int(second["startNumber"]) > int(first["startNumber"])
    now = playlist(two[0], name, "v1.m3u8")
    seconds = [float(each) for each in re.findall(r"#EXTINF:([\d.]+)", now.text)]
    [odd] = [index for index, each in enumerate(seconds) if each > 2.5]
    assert int(second["startNumber"]) == now.first + odd + 1, now.text
