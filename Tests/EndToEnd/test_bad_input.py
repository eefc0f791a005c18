"""Bad input: every row of the table in the HTTP surface, each with the answer it must get."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from weir import ebml
from weir.curl import Answer
from weir.http2 import Http2Connection
from weir.packets import probe
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer

BOTH_PROTOCOLS = True

Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]


def post(server: Server, name: str, body: bytes, **headers: str) -> Answer:
    fields = {key.replace("_", "-"): value for key, value in headers.items()}
    return server.request("POST", f"/{name}/live", body=body, headers=fields)


def assert_problem(answer: Answer, status: int) -> None:
    """The status, as a problem document with its four members."""
    assert answer.status == status, answer.body[:300]
    assert answer.headers["content-type"].startswith("application/problem+json")
    document = answer.json()
    assert document["status"] == status
    assert document["type"] and document["title"] and document["detail"]


def nested_masters(depth: int) -> bytes:
    """A track entry in a track entry in a track entry..."""
    inner = b""
    for _ in range(depth):
        inner = ebml.element(ebml.TRACK_ENTRY, inner)
    return inner


NOT_MEDIA = {
    "text": b"hello, this is not a video\n" * 40,
    "zeros": bytes(4096),
    "mp4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(2000),
    "ogg": b"OggS\x00\x02" + bytes(2000),
    "random": b"\x00" + bytes(reversed(range(256))) * 8,
    "another document type": ebml.head(b"matriarch") + bytes(100),
}


@pytest.mark.parametrize("kind", NOT_MEDIA)
def test_what_is_not_webm_by_its_content_is_415(server: Server, name: str, kind: str) -> None:
    assert_problem(post(server, name, NOT_MEDIA[kind]), 415)
    assert server.state(name) is None


def test_a_wrong_content_type_is_no_reason_to_refuse_webm(server: Server, name: str) -> None:
    answer = post(server, name, record().data, content_type="application/octet-stream")
    assert answer.status == 204


NO_TRACKS = {
    "a cluster": ebml.cluster(0, ebml.simple_block(b"x" * 100)),
    "a header and no tracks": ebml.head(),
    "a header and half of the tracks": ebml.start()[:-20],
}


@pytest.mark.parametrize("kind", NO_TRACKS)
def test_a_first_chunk_without_header_and_tracks_is_412(
    server: Server, name: str, kind: str
) -> None:
    assert_problem(post(server, name, NO_TRACKS[kind], weir_chunk="first/0"), 412)
    assert server.state(name) is None


def test_the_middle_of_a_recording_as_first_chunk_is_refused(server: Server, name: str) -> None:
    data = record().data
    assert post(server, name, data[len(data) // 2:]).status in (412, 415)


def test_an_empty_body_is_refused(server: Server, name: str) -> None:
    assert post(server, name, b"").status in (400, 412, 415)


BROKEN_HEADERS = {
    "no segment after the header": ebml.head() + b"\x00" * 200,
    "more tracks than the limit": ebml.start(tracks=9) + ebml.cluster(0, ebml.simple_block(b"x")),
    "codec data over the limit":
        ebml.head() + ebml.segment(ebml.video_track(private=os.urandom(80 << 10))),
    "no audio and no video track":
        ebml.head() + ebml.segment(ebml.element(
            ebml.TRACK_ENTRY, ebml.unsigned(ebml.TRACK_NUMBER, 1),
            ebml.unsigned(ebml.TRACK_TYPE, 17), ebml.element(ebml.CODEC_ID, b"S_TEXT/UTF8"),
        )),
    "masters nested without end": ebml.head() + ebml.segment(nested_masters(60)),
}


@pytest.mark.parametrize("kind", BROKEN_HEADERS)
def test_a_broken_header_is_400(server: Server, name: str, kind: str) -> None:
    assert_problem(post(server, name, BROKEN_HEADERS[kind]), 400)
    assert server.state(name) is None


LOSSES = {
    "zeros": bytes(300),
    "a proxy's error page": b"<html><body><h1>502 Bad Gateway</h1></body></html>\n" * 40,
    "random bytes": bytes((7 * n * n + n) % 251 for n in range(5000)),
    "a cluster that starts with zeros": b"\x00" * 12 + ebml.cluster(0, ebml.simple_block(b"x")),
    "a header that starts with zeros": b"\x00" * 12 + ebml.start()[12:],
    "a header of another kind": ebml.head(b"matriarch"),
    "a block for an unknown track": ebml.cluster(0, ebml.simple_block(b"x" * 50, track=5)),
    "a block shorter than its header": ebml.cluster(0, ebml.element(ebml.SIMPLE_BLOCK, b"\x81")),
    "a block over its limit":
        ebml.identifier(ebml.CLUSTER) + ebml.UNKNOWN_SIZE + ebml.unsigned(ebml.TIMECODE, 0)
        + ebml.identifier(ebml.SIMPLE_BLOCK) + ebml.size(5 << 20) + bytes(64 << 10),
    "a block that would swallow what follows":
        ebml.identifier(ebml.CLUSTER) + ebml.UNKNOWN_SIZE + ebml.unsigned(ebml.TIMECODE, 0)
        + ebml.identifier(ebml.SIMPLE_BLOCK) + ebml.size(3 << 20) + b"\x81" + bytes(900),
    "an element that is larger than its parent":
        ebml.identifier(ebml.CLUSTER) + ebml.size(20)
        + ebml.identifier(ebml.SIMPLE_BLOCK) + ebml.size(500) + b"\x81" + bytes(600),
    "a cluster that ends too early":
        ebml.identifier(ebml.CLUSTER) + ebml.size(12) + ebml.unsigned(ebml.TIMECODE, 0)
        + ebml.simple_block(b"x" * 40),
}


def at_a_cluster(least: int = 20_000) -> tuple[bytes, bytes]:
    """A recording in two parts, cut where a cluster begins."""
    data = record(seconds=30).data
    cut = data.index(ebml.identifier(ebml.CLUSTER), least)
    return data[:cut], data[cut:]


@pytest.mark.parametrize("kind", LOSSES)
def test_a_loss_in_a_body_is_counted_and_the_broadcast_goes_on(
    server: Server, watch: Watch, name: str, kind: str
) -> None:
    before, after = at_a_cluster()
    answer = post(server, name, before + LOSSES[kind] + after)
    assert answer.status == 204, answer.body[:300]
    assert server.stream(name)["losses"] == 1
    viewer = watch(server, name, "?start=-3600").wait_for_bytes(10_000)
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    shown, sent = probe(viewer.file), probe(record(seconds=30).path)
    assert not shown.errors
    for media in ("video", "audio"):
        hashes = [packet.hash for packet in sent.of_kind(media)]
        seen = [packet.hash for packet in shown.of_kind(media)]
        # Of the picture, what needs a lost one waits for the next key frame.
        assert len(seen) > len(hashes) * 8 // 10
        assert seen[-1] == hashes[-1]
        rest = iter(hashes)
        assert all(one in rest for one in seen), "packets were moved, changed or repeated"


def test_a_loss_in_a_chunk_is_no_end_either(server: Server, name: str) -> None:
    before, after = at_a_cluster()
    for number, body in enumerate((before, bytes(500), after[:30_000], after[30_000:])):
        assert post(server, name, body, weir_chunk=f"lossy/{number}").status == 204
    assert server.stream(name)["losses"] == 1


def test_a_body_in_which_nothing_valid_comes_any_more_is_400(server: Server, name: str) -> None:
    before, _ = at_a_cluster()
    assert_problem(post(server, name, before + bytes(17 << 20)), 400)


def test_a_broken_body_is_answered_before_it_ends(server: Server, name: str) -> None:
    with Http2Connection(server) as connection:
        stream = connection.open("POST", f"/{name}/live", end=False)
        connection.send(stream, b"this is no media " * 100)
        assert connection.response(stream).status == 415


def test_an_unknown_name_is_404(server: Server) -> None:
    for path in ("/nobody-here/live", "/api/streams/nobody-here", "/nothing", "/a/b/c"):
        assert_problem(server.get(path), 404)
    assert server.get("/nobody-here/live").problem == "unknown-stream"
    assert_problem(server.request("DELETE", "/nobody-here/live"), 404)


def test_someone_else_live_under_the_name_is_409(
    server: Server, publish: Publish, name: str
) -> None:
    # Held back, because it is ahead of the clock: it is never late, whoever gets the processor.
    publish(server, name).feed([record(seconds=LASTING_S).data], finish=False)
    server.wait_for_state(name, "live")
    answer = post(server, name, record().data)
    assert_problem(answer, 409)
    assert answer.problem == "already-live"


@pytest.mark.parametrize("path", ["/api/streams", "/api/streams/some-name", "/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_method_that_is_not_allowed_is_405_with_allow(
    server: Server, path: str, method: str
) -> None:
    answer = server.request(method, path)
    assert_problem(answer, 405)
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "PROPFIND", "BREW"])
def test_a_live_stream_allows_five_methods(server: Server, name: str, method: str) -> None:
    answer = server.request(method, f"/{name}/live")
    assert_problem(answer, 405)
    allowed = {part.strip() for part in answer.headers["allow"].split(",")}
    assert {"GET", "HEAD", "POST", "PUT", "DELETE"} <= allowed


INVALID_NAMES = [
    "ab", "-abc", "_abc", "a" * 33, "has.dot", "has%20space", "h%C3%A9llo", "a+b", "a@b",
]
RESERVED_NAMES = ["api", "login", "live", "assets"]


@pytest.mark.parametrize("bad", [*INVALID_NAMES, *RESERVED_NAMES])
def test_a_name_that_cannot_be_is_refused(server: Server, bad: str) -> None:
    answer = post(server, bad, record().data)
    assert_problem(answer, 400)
    assert answer.problem == "invalid-name"
    assert server.get(f"/{bad}/live").status == 404


def test_a_name_is_folded_to_lower_case(server: Server, name: str) -> None:
    assert post(server, name.upper(), record().data).status == 204
    assert server.state(name) in ("live", "paused")


@pytest.mark.parametrize("value", ["10", "+5", "-", "abc", "-1x", "-1e3", "--5", "- 5", "-9" * 40])
def test_a_start_that_is_no_number_of_seconds_back_is_400(
    server: Server, name: str, value: str
) -> None:
    assert post(server, name, record().data).status == 204
    assert_problem(server.get(f"/{name}/live?start={value.replace(' ', '%20')}"), 400)
