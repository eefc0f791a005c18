"""HLS: what players get of a broadcast, and that it is the broadcast."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from weir.hls import (
    Playlist, assert_equal_from_all, connected_to_all_workers, difference, end, fetch, late_or_not, playlist,
)
from weir.http2 import Http2Connection
from weir.in_step import in_step
from weir.packets import Packet, probe
from weir.publisher import Publisher
from weir.recordings import LASTING_S, Recording, record
from weir.server import Server
from weir.waiting import NotYet, wait_until

Publish = Callable[..., Publisher]

CODECS = {
    "vp9": ("vp9", "opus", "vp09.00.10.08,Opus"),
    "h264": ("h264", "opus", "avc1."),
    "h264-aac": ("h264", "aac", "mp4a.40.2"),
    "hevc": ("hevc", "opus", "hvc1."),
    "av1": ("av1", "opus", "av01."),
    "sound": (None, "opus", "Opus"),
}
_SECONDS = 14


def _go_live(
    server: Server, publish: Publish, name: str, recording: Recording, *, with_parts: bool = False,
    **played: object
) -> Publisher:
    if with_parts:
        played["through"] = in_step(server, name)
    publisher = publish(server, name, headers={"content-type": recording.content_type})
    publisher.play(recording, **played)
    wait_until(lambda: server.stream(name), "the stream")
    return publisher


def _play_to_the_end(server: Server, publish: Publish, name: str) -> None:
    """A broadcast with parts, of which all has arrived, and which is paused: nothing is added to it."""
    recording = record("vp9", "opus", seconds=_SECONDS)
    _go_live(server, publish, name, recording, speed=2, with_parts=True).finish()
    server.wait_for_state(name, "paused")


def _is_suffix(have: list[Packet], sent: list[Packet]) -> bool:
    got = [packet.hash for packet in have]
    return bool(got) and got == [packet.hash for packet in sent][-len(got):]


@pytest.mark.parametrize("variant", CODECS)
def test_ffmpeg_reads_by_hls_what_was_published(
    server: Server, publish: Publish, name: str, variant: str
) -> None:
    video, audio, codec = CODECS[variant]
    recording = record(video, audio, seconds=_SECONDS)
    _go_live(server, publish, name, recording, speed=2).finish()
    end(server, name)
    master = server.get(f"/{name}/hls/index.m3u8")
    assert master.status == 200, master
    assert codec in master.body.decode()
    got, sent = probe(server.url(f"/{name}/hls/index.m3u8")), probe(recording.path)
    assert not got.errors
    for kind in filter(None, ["video" if video else None, "audio" if audio else None]):
        have, all_sent = got.of_kind(kind), sent.of_kind(kind)
        assert _is_suffix(have, all_sent), f"{kind}: {len(have)} of {len(all_sent)} packets"
        # Segments begin once the plan is made, some seconds from the beginning.
        assert len(have) * 2 > len(all_sent), f"{kind}: {len(have)} of {len(all_sent)} packets"
    if video:
        assert got.of_kind("video")[0].key


@pytest.mark.parametrize("path", ["index.m3u8", "sound.m3u8"])
def test_a_start_in_the_past_is_said_to_players(
    server: Server, publish: Publish, name: str, path: str
) -> None:
    _go_live(server, publish, name, record("vp9", "opus", seconds=_SECONDS), speed=2)
    address = f"/{name}/hls/{path}"
    wait_until(lambda: server.get(address).status == 200, "the list")
    offsets = {
        query: Playlist(server.get(address + query).body.decode()).tag("#EXT-X-START")
        for query in ("", "?start=0", "?start=-12.5", "?start=-3600")
    }
    assert offsets == {
        "": None, "?start=0": None, "?start=-12.5": "TIME-OFFSET=-12.500000",
        "?start=-3600": "TIME-OFFSET=-3600.000000"}
    refused = server.get(address + "?start=5")
    assert refused.status == 400
    assert json.loads(refused.body)["type"] == "/problems/invalid-start"


def _lists(connection: Http2Connection, name: str) -> dict[str, Playlist]:
    return {path: playlist(connection, name, path) for path in ("v1.m3u8", "a2.m3u8")}


def test_all_workers_serve_the_same_bytes_under_the_same_names(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    recording = record("vp9", "opus", seconds=30)
    publisher = _go_live(server, publish, name, recording, speed=4)
    compared: set[str] = set()
    def compare() -> bool:
        """While it grows: lists may differ by what has come in between, names must not."""
        lists = [_lists(connection, name) for connection in two]
        for path in lists[0]:
            common = [n for n in lists[0][path].names if n in lists[1][path].names]
            for listed in common:
                answers = [fetch(connection, name, listed) for connection in two]
                assert [a.status for a in answers] == [200, 200], listed
                assert answers[0].body == answers[1].body, listed
                assert answers[0].headers["etag"] == answers[1].headers["etag"]
            compared.update(common)
        return len(compared) > 10

    for _ in range(2):
        compare()
    wait_until(compare, "names that can be compared")
    publisher.finish()
    assert_equal_from_all(two, [
        f"/{name}/hls/{path}" for path in ("index.m3u8", "sound.m3u8", "v1.m3u8", "a2.m3u8", "v1-keys.m3u8")])


def test_a_blocking_reload_returns_with_the_next_part(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    recording = record("vp9", seconds=LASTING_S)
    _go_live(server, publish, name, recording, finish=False, with_parts=True)
    connection = two[0]
    now = playlist(connection, name, "v1.m3u8")
    assert now.parts and now.hint, now.text
    in_time = 0
    for _ in range(4):
        segment, parts = now.next
        hinted = now.hint
        assert hinted is not None
        held = connection.open("GET", f"/{name}/hls/{hinted}")
        query = f"v1.m3u8?_HLS_msn={segment}&_HLS_part={parts}"
        later = playlist(connection, name, query)
        assert later.next > (segment, parts), later.text
        assert hinted in later.parts, "a part is listed under the name that was hinted at"
        part = connection.response(held)
        in_time += part.status == 200
        if part.status == 503:
            # The broadcast was late, so one is told to ask again.
            part = fetch(connection, name, hinted)
        assert part.status == 200 and part.body[4:8] in (b"styp", b"moof")
        assert bytes(fetch(two[1], name, hinted).body) == bytes(part.body)
        now = later
    assert in_time


def test_requests_that_cannot_be_answered_say_so(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    _play_to_the_end(server, publish, name)
    connection = two[0]
    now = playlist(connection, name, "v1.m3u8")
    segment, parts = now.next
    for query in ("_HLS_part=0", f"_HLS_msn={segment + 2}", "_HLS_msn=x", "_HLS_skip=NO",
                  f"_HLS_msn={segment}&_HLS_part={parts + 100}"):
        answer = fetch(connection, name, f"v1.m3u8?{query}")
        assert answer.status == 400, (query, answer)
        assert "problem+json" in answer.headers["content-type"]
    folder = now.segments[0].rsplit("/", 1)[0]
    for path in ("v2.m3u8", "a2-keys.m3u8", "nothing", f"{folder}/{segment + 1}.m4s",
                 f"{folder}/{segment}.{parts + 1}.m4s", f"{folder}/init-1.mp4",
                 "0123456789abcdef/v1/1.m4s"):
        answer = fetch(connection, name, path)
        assert answer.status == 404, (path, answer)
        assert answer.headers["cache-control"] == "public, max-age=1"
    # The broadcast is paused: nothing comes.
    late = fetch(connection, name, f"v1.m3u8?_HLS_msn={segment}&_HLS_part={parts}")
    assert late.status == 503 and "retry-after" in late.headers


def test_a_broadcast_that_has_ended_has_an_end(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    # Of long segments, because one is waited for as long as three of them last.
    recording = record("vp9", "opus", seconds=22, key_every=125)
    _go_live(server, publish, name, recording, speed=4, with_parts=True).finish()
    segment, _ = playlist(two[0], name, "v1.m3u8").next
    # What still waits when it ends is answered then.
    held = two[0].open("GET", f"/{name}/hls/v1.m3u8?_HLS_msn={segment + 1}")
    end(server, name)
    assert two[0].response(held).status == 200
    for connection in two:
        done = playlist(connection, name, "v1.m3u8?_HLS_msn=9999&_HLS_part=7")
        assert done.lines[-1] == "#EXT-X-ENDLIST"
        assert done.hint is None


def test_a_broadcast_that_comes_back_goes_on_behind_a_discontinuity(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    recording = record("vp9", "opus", seconds=_SECONDS)
    _go_live(server, publish, name, recording, speed=4).finish()
    before = playlist(two[0], name, "v1.m3u8")
    _go_live(server, publish, name, recording, speed=4).finish()
    listed = _same_list(two, name)
    assert listed.returns == 1, listed.text
    assert listed.segments[:len(before.segments)] == before.segments


def _same_list(two: list[Http2Connection], name: str) -> Playlist:
    """The list of the picture, which all workers agree about."""
    path = f"/{name}/hls/v1.m3u8"
    return Playlist(assert_equal_from_all(two, [path])[path].decode())


def test_a_broadcast_that_comes_back_with_other_tracks_keeps_its_players(
    server: Server, publish: Publish, name: str, two: list[Http2Connection], tmp_path: Path
) -> None:
    recording, other = record("vp9", "opus", seconds=_SECONDS), record("h264", "opus", seconds=_SECONDS)
    _go_live(server, publish, name, recording, speed=4).finish()
    before = playlist(two[0], name, "v1.m3u8")
    start = _start_of_manifest(two[0], name)
    number, parts = before.next
    path = f"/{name}/hls/v1.m3u8?_HLS_msn={number}&_HLS_part={parts}"
    # One worker has followed; another one is asked only when the old ring has lost its name.
    held = two[0].open("GET", path)
    _go_live(server, publish, name, other, speed=4).finish()
    answer = late_or_not(two[0], held, path)
    next_list = Playlist(bytes(answer.body).decode())
    assert next_list.segments[:len(before.segments)] == before.segments
    after = _same_list(two, name)
    # The numbers go on behind what was there.
    assert after.first == before.first and after.segments[:len(before.segments)] == before.segments
    assert after.returns == 1, after.text
    old, new = dict.fromkeys(after.maps)
    assert old == before.maps[0] and new not in before.maps
    for connection in two:
        for media in before.names:
            assert fetch(connection, name, media).status == 200, media
        assert _start_of_manifest(connection, name) == start
        periods = fetch(connection, name, "index.mpd", "dash").body.decode().count("<Period ")
        assert periods == after.lines.count("#EXT-X-DISCONTINUITY") + 1
    end(server, name)
    listed = playlist(two[1], name, "v1.m3u8")
    assert listed.lines[-1] == "#EXT-X-ENDLIST"
    file = tmp_path / "other.mp4"
    file.write_bytes(b"".join(
        bytes(fetch(two[1], name, uri).body)
        for uri in [new, *(s for s in listed.segments if s.startswith(new[:16]))]))
    got = probe(file)
    assert not got.errors
    assert _is_suffix(got.of_kind("video"), probe(other.path).of_kind("video"))


def _start_of_manifest(connection: Http2Connection, name: str) -> str:
    answer = fetch(connection, name, "index.mpd", "dash")
    assert answer.status == 200, bytes(answer.body)
    found = re.search(r'availabilityStartTime="([^"]+)"', answer.body.decode())
    assert found is not None
    return found.group(1)


def test_a_track_that_is_no_more_has_a_list_with_an_end(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    _go_live(server, publish, name, record("vp9", "opus", seconds=_SECONDS), speed=4).finish()
    before = playlist(two[0], name, "v1.m3u8")
    _go_live(server, publish, name, record(None, "opus", seconds=_SECONDS), speed=4).finish()
    for connection in two:
        after = playlist(connection, name, "v1.m3u8")
        assert after.lines[-1] == "#EXT-X-ENDLIST"
        assert after.segments[:len(before.segments)] == before.segments
        assert "#EXT-X-ENDLIST" not in playlist(connection, name, "a1.m3u8").lines
        assert fetch(connection, name, "v2.m3u8").status == 404


def test_a_killed_server_goes_on_with_the_lists_of_both_rings(
    start_server: Callable[..., Server], publish: Publish
) -> None:
    server = start_server()
    _go_live(server, publish, "back", record("vp9", "opus", seconds=_SECONDS), speed=4).finish()
    _go_live(server, publish, "back", record("h264", "opus", seconds=_SECONDS), speed=4).finish()
    # Nothing is added to it any more.
    server.wait_for_state("back", "paused")
    with connected_to_all_workers(server) as workers:
        before = _same_list(workers, "back")
    assert len(before.maps) == 2
    server.kill_supervisor()
    server.start()
    with connected_to_all_workers(server) as workers:
        assert _same_list(workers, "back") == before
        for connection in workers:
            for media in before.names:
                assert fetch(connection, "back", media).status == 200, media


def test_a_segment_is_its_parts_and_can_be_had_in_pieces(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    _play_to_the_end(server, publish, name)
    now = playlist(two[0], name, "v1.m3u8")
    segment = now.segments[-1]
    block = now.text.split(now.segments[-2])[1].split(segment)[0]
    parts = Playlist(block).parts
    whole = fetch(two[0], name, segment)
    assert whole.body == b"".join(bytes(fetch(two[1], name, part).body) for part in parts)
    length = len(whole.body)
    assert whole.headers["content-length"] == str(length)
    path = f"/{name}/hls/{segment}"
    piece = two[1].request("GET", path, [("range", f"bytes=100-{length - 10}")])
    assert piece.status == 206 and piece.body == whole.body[100:length - 9]
    assert piece.headers["content-range"] == f"bytes 100-{length - 10}/{length}"
    same = two[1].request("GET", path, [("if-none-match", whole.headers["etag"])])
    assert same.status == 304
    beyond = two[1].request("GET", path, [("range", f"bytes={length}-")])
    assert beyond.status == 416
    head = two[1].request("HEAD", path)
    assert head.status == 200 and head.headers["content-length"] == str(length) and not head.body


def test_any_page_may_read_and_caches_may_keep(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    recording = record("vp9", "opus", seconds=LASTING_S)
    _go_live(server, publish, name, recording, finish=False, speed=2, with_parts=True)
    # By then the first segment is no news.
    now = playlist(two[0], name, "v1.m3u8?_HLS_msn=3")
    target = int(now.tag("#EXT-X-TARGETDURATION") or 0)
    for query in ("_HLS_skip=YES", "_HLS_msn=1"):
        answer = fetch(two[0], name, f"v1.m3u8?{query}")
        assert answer.headers["cache-control"] == f"public, max-age={max(target // 2, 1)}", query

    def newest() -> bool | NotYet:
        """A list that was waited for has a meaning that stays, unless it has gone on meanwhile or is late."""
        segment, part = playlist(two[0], name, "v1.m3u8").next
        answer = fetch(two[0], name, f"v1.m3u8?_HLS_msn={segment}&_HLS_part={part}")
        said = answer.headers["cache-control"]
        return said == f"public, max-age={6 * target}" or NotYet(f"{answer.status}, {said}")

    wait_until(newest, "a list that was waited for")
    kept = {
        "index.m3u8": "public, max-age=", "v1.m3u8": "public, max-age=",
        now.maps[0]: "public, max-age=86400, immutable",
        now.segments[0]: "public, max-age=86400, immutable",
    }
    types = ["application/vnd.apple.mpegurl"] * 2 + ["video/mp4"] * 2
    for (path, lifetime), kind in zip(kept.items(), types):
        answer = fetch(two[0], name, path)
        assert answer.headers["cache-control"].startswith(lifetime), path
        assert answer.headers["content-type"] == kind
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-expose-headers"] == "age, date, retry-after"
        assert "access-control-allow-credentials" not in answer.headers


def test_lists_go_compressed_to_those_who_take_that(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    recording = record("vp9", "opus", seconds=_SECONDS)
    _go_live(server, publish, name, recording, speed=2).finish()
    end(server, name)
    for path in ("hls/v1.m3u8", "dash/index.mpd"):
        plain = two[0].request("GET", f"/{name}/{path}")
        small = two[1].request("GET", f"/{name}/{path}", [("accept-encoding", "gzip")])
        assert small.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert plain.headers["vary"] == small.headers["vary"] == "accept-encoding"
        assert len(small.body) < len(plain.body)
        assert gzip.decompress(small.body) == plain.body


def test_no_answer_depends_on_the_protocol(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    _play_to_the_end(server, publish, name)
    now = playlist(two[0], name, "v1.m3u8")
    assert now.parts and "SERVER-CONTROL" in now.text
    for path in ("index.m3u8", "v1.m3u8", "v1.m3u8?_HLS_skip=YES", "v1.m3u8?_HLS_part=1",
                 "v1-keys.m3u8", now.maps[0], now.parts[-1], "nothing"):
        def compared(path: str = path) -> bool | NotYet:
            """Either may be of another worker, which has looked a moment before."""
            new, old = _by_http2(two[1], name, path), _by_http1(server, name, path)
            return new == old or NotYet(
                f"{new[:2]} by HTTP/2, {old[:2]} by HTTP/1.1\n{difference(new[2], old[2])}")

        wait_until(compared, f"{path} to be the same by either")


#: A status, fields and a body.
_Seen = tuple[int, dict[str, str], bytes]


def _by_http1(server: Server, name: str, path: str) -> _Seen:
    done = subprocess.run(
        ["curl", "-sS", "-i", "--http1.1", "--cacert", str(server.certificate.certificate),
         server.url(f"/{name}/hls/{path}")], capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    fields = {key.lower(): value for key, value in (line.split(": ", 1) for line in lines)}
    return _seen(int(status.split()[1]), fields, body)


def _by_http2(connection: Http2Connection, name: str, path: str) -> _Seen:
    answer = fetch(connection, name, path)
    return _seen(answer.status, answer.headers, bytes(answer.body))


def _seen(status: int, fields: dict[str, str], body: bytes) -> _Seen:
    """What has to be the same in both: all but the id of the request, which each answer has of its own, and
    whose length differs."""
    own = {":status", "date", "connection", "keep-alive", "transfer-encoding", "x-request-id"}
    common = {key: value for key, value in fields.items() if key not in own}
    unnamed = re.sub(rb',"requestId":"[^"]*"', b"", body)
    if "content-length" in common:
        assert common["content-length"] == str(len(body)), fields
        common["content-length"] = str(len(unnamed))
    return status, common, unnamed


def test_vp8_is_told_what_is_in_the_way(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    recording = record("vp8", "opus", seconds=_SECONDS)
    _go_live(server, publish, name, recording, speed=2).finish()
    end(server, name)
    answer = fetch(two[0], name, "index.m3u8")
    problem = json.loads(answer.body)
    assert answer.status == 404 and problem["type"] == "/problems/codec-not-packaged"
    assert "VP8" in problem["detail"] and "sound.m3u8" in problem["detail"]
    # The sound by itself can go.
    got = probe(server.url(f"/{name}/hls/sound.m3u8"))
    assert not got.errors
    assert _is_suffix(got.of_kind("audio"), probe(recording.path).of_kind("audio"))


def test_a_request_for_a_stream_that_begins_is_held_until_it_can_be_answered(
    server: Server, publish: Publish, name: str, two: list[Http2Connection]
) -> None:
    assert fetch(two[0], name, "index.m3u8").status == 404
    recording = record("vp9", "opus", seconds=_SECONDS)
    _go_live(server, publish, name, recording, finish=False, speed=2)
    assert "#EXT-X-STREAM-INF" in playlist(two[1], name, "index.m3u8").text
