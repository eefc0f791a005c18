"""Any worker says the same, wherever it began to read, and whoever took the media in.

Broadcasts come in chunks that are cut at random, each over a connection of its own, so that any worker
takes any of them. Meanwhile workers are killed and replaced. What two of them list, in whatever life, is
the same bytes; and in the end so are all lists.
"""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Callable

import pytest

from weir.certificate import Certificate
from weir.checker import lists
from weir.checker.finding import Findings
from weir.hls import assert_equal_from_all, connected_to_all_workers, connections_to_all_workers
from weir.http2 import Http2Connection
from weir.packets import decoded_frames, probe
from weir.publisher import cut_at_random, packet_marks, post_chunk
from weir.server import Server
from weir.sources import Source, source
from weir.waiting import Patience, wait_until

pytestmark = pytest.mark.slow

NAMES = ["chromium-vp9", "chromium-h264", "firefox-vp8", "obs-vp9",
         "ffmpeg-h264-b-frames-aac-44100", "ffmpeg-hevc-flac", "gstreamer-vp9", "mkvmerge-h264"]
_SECONDS = 40
_CHUNKS = 30
_SPEED = 2.5


class Chunks:
    """Posts a recording in chunks, at a pace, and each again until it is taken."""

    def __init__(
        self, server: Server, certificate: Certificate, each: Source, may_end: threading.Event
    ) -> None:
        """The last chunk waits for `may_end`."""
        self.source = each
        self._may_end = may_end
        self._server, self._certificate = server, certificate
        self.failure: AssertionError | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        recording = self.source.recording(_SECONDS)
        session = uuid.uuid4().hex
        began = time.monotonic()
        chunks = cut_at_random(recording.data, _CHUNKS, seed=len(self.source.name))
        sent = 0
        for number, chunk in enumerate(chunks):
            sent += len(chunk)
            due = began + sent / len(recording.data) * _SECONDS / _SPEED
            time.sleep(max(0.0, due - time.monotonic()))
            if number == _CHUNKS - 1:
                self._may_end.wait()
            if not self._post(chunk, session, number, recording.content_type):
                self.failure = AssertionError(f"chunk {number} of {self.source.name} was never taken")
                return

    def _post(self, chunk: bytes, session: str, number: int, content_type: str) -> bool:
        patience = Patience()
        while not patience.is_over:
            answer = post_chunk(
                self._server.url(f"/{self.source.name}/live"), self._certificate.certificate, chunk,
                session=session, number=number, headers={"content-type": content_type})
            if answer.status == 204:
                return True
            time.sleep(0.1)
            patience.waited()
        return False


class Memory:
    """What every worker said so far, under each name."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self.names: set[str] = set()
        self.repeats = 0

    def note(self, name: str, body: bytes) -> None:
        digest = hashlib.sha256(body).hexdigest()
        if name in self._seen:
            self.repeats += 1
        assert self._seen.setdefault(name, digest) == digest, f"{name} is not what it was"
        self.names.add(name)


def _roots(each: Source) -> list[str]:
    track = "a1" if each.video is None else "a2"
    return [f"{track}.m3u8"] if each.video in (None, "vp8") else ["v1.m3u8", f"{track}.m3u8", "v1-keys.m3u8"]


def _read_all(connection: Http2Connection, each: Source, memory: Memory) -> dict[str, bytes]:
    """All lists of a stream and everything they name; the lists as they were."""
    found = {}
    for root in _roots(each):
        answer = connection.request("GET", f"/{each.name}/hls/{root}")
        if answer.status != 200:
            continue
        found[root] = bytes(answer.body)
        listed = lists.read(answer.body.decode(), root, Findings())
        uris = {segment.map_uri for segment in listed.segments}
        uris |= {segment.uri for segment in listed.segments if not segment.gap}
        uris |= {part.uri for segment in listed.with_parts for part in segment.parts if not part.gap}
        asked = {uri: connection.open("GET", f"/{each.name}/hls/{uri}") for uri in uris if uri}
        for uri, stream in asked.items():
            media = connection.response(stream)
            assert media.status == 200, (each.name, uri, media.status)
            memory.note(f"{each.name}/{uri}", bytes(media.body))
        for segment in listed.segments:
            told = (segment.uri, segment.duration_us, segment.date_us, segment.discontinuities, segment.gap,
                    segment.byte_range)
            memory.note(f"{each.name}/{root} {segment.number}", repr(told).encode())
            if segment.parts:
                memory.note(f"{each.name}/{root} {segment.number} parts", repr(segment.parts).encode())
    return found


def test_workers_agree_whatever_becomes_of_them(
    start_server: Callable[..., Server], certificate: Certificate
) -> None:
    server = start_server()
    sources = [each for each in map(source, NAMES) if each.is_available]
    for each in sources:
        packet_marks(each.recording(_SECONDS).path)
    may_end = threading.Event()
    feeds = [Chunks(server, certificate, each, may_end) for each in sources]
    memory = Memory()

    def read(connection: Http2Connection) -> dict[str, dict[str, bytes]]:
        return {each.name: _read_all(connection, each, memory) for each in sources}

    def all_listed() -> bool:
        return all(server.get(f"/{each.name}/hls/{_roots(each)[0]}").status == 200 for each in sources)
    wait_until(all_listed, "all streams to have lists", every_s=0.3)
    killed = 0
    while any(feed.thread.is_alive() for feed in feeds):
        for connection in connections_to_all_workers(server):
            with connection:
                read(connection)
        if killed < 4:
            pid = server.kill_worker(killed % 2)
            server.wait_for_all_workers(without=pid)
            killed += 1
        # Each of them at least once, also on a machine that reads slowly.
        if killed > 1:
            may_end.set()
    for feed in feeds:
        if feed.failure is not None:
            raise feed.failure
    for each in sources:
        server.wait_for_state(each.name, "paused")
    # One has read for long, the other one begins now.
    pid = server.kill_worker(1)
    server.wait_for_all_workers(without=pid)
    _compare_whole_lists(server, sources, read)
    assert memory.repeats > len(memory.names), (memory.repeats, len(memory.names))
    _compare_with_what_was_sent(server, sources)


def _compare_whole_lists(
    server: Server, sources: list[Source], read: Callable[[Http2Connection], dict[str, dict[str, bytes]]]
) -> None:
    with connected_to_all_workers(server) as workers:
        for connection in workers:
            read(connection)
        for each in sources:
            paths = ["hls/sound.m3u8", *(f"hls/{root}" for root in _roots(each))]
            if each.video not in (None, "vp8"):
                paths += ["hls/index.m3u8", "dash/index.mpd", "hls/v1.m3u8?_HLS_skip=YES"]
            assert_equal_from_all(workers, [f"/{each.name}/{path}" for path in paths])


def _compare_with_what_was_sent(server: Server, sources: list[Source]) -> None:
    """And it is the broadcast: not a packet is lost, for all the killing."""
    for each in sources:
        assert server.request("DELETE", f"/{each.name}/live").status == 204
        root = "sound" if each.video == "vp8" else "index"
        got = probe(server.url(f"/{each.name}/hls/{root}.m3u8"))
        assert not got.errors, (each.name, got.errors)
        sent = probe(each.recording(_SECONDS).path)
        for kind in ("audio",) if each.video == "vp8" else ("audio", "video"):
            have, all_sent = ([p.hash for p in of.of_kind(kind)] for of in (got, sent))
            if each.name == "chromium-h264" and kind == "video":
                have, all_sent = (
                    decoded_frames(of)
                    for of in (server.url(f"/{each.name}/hls/v1.m3u8"), each.recording(_SECONDS).path))
            assert have and have == all_sent[-len(have):], f"{each.name}, {kind}: {len(have)} packets"
            assert len(have) * 2 > len(all_sent), f"{each.name}, {kind}: {len(have)} packets"
