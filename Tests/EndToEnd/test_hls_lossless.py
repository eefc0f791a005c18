"""HLS and DASH are the broadcast: every packet, every duration, and sound where its picture is.

What ffprobe reads through either is held against what was sent, for all makers; and a broadcast of ten
minutes, in which a millisecond that is lost at each border would add up to a third of a second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median

import pytest

from weir.checker import boxes, lists, tracks
from weir.checker.boxes import Sample
from weir.checker.finding import Findings
from weir.comparison import find_run
from weir.http2 import Http2Connection
from weir.packagers import PACKAGERS, UNREAD, Packager
from weir.packets import Packet, Probe, decoded_frames, probe
from weir.publisher import Publisher, packet_marks
from weir.recordings import Recording
from weir.server import Server
from weir.shapes import take_apart
from weir.sources import SOURCES, TEN_MINUTES, Source, source
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

_SECONDS = 40
_SPEED = 4
_NAMES = [each.name for each in SOURCES if each.video != "vp8"]
#: Their packets are written in another form. Start codes become lengths.
#: Chromium writes a temporal delimiter into each block of AV1, which does not go into MP4.
_CHANGED = ("chromium-h264", "chromium-av1")


#: A picture that lasts longer than a part is repeated in a few bytes, which nobody sent.
_REPEATS = {
    "MD5:" + hashlib.md5(frame).hexdigest()
    for frame in [bytes([0x88 + slot]) for slot in range(8)]
    + [bytes([0x1A, 1, 0x88 | slot << 4]) for slot in range(8)]}
_LONGEST_REPEAT_BYTES = {"vp9": 1, "av1": 3, "h264": 20}


class Read:
    """What is read of one broadcast, which ends for it."""

    def __init__(self, server: Server, each: Source) -> None:
        self.sent = probe(each.recording(_SECONDS).path)
        assert server.request("DELETE", f"/{each.name}/live").status == 204
        self.by = {
            "hls": probe(server.url(f"/{each.name}/hls/index.m3u8")),
            "dash": probe(server.url(f"/{each.name}/dash/index.mpd")),
        }
        self.tracks = _tracks(server, each)
        self.pictures: dict[str, list[str]] = {}
        if each.name in _CHANGED:
            self.pictures = {
                "sent": decoded_frames(each.recording(_SECONDS).path),
                "hls": decoded_frames(server.url(f"/{each.name}/hls/v1.m3u8")),
                "dash": decoded_frames(server.url(f"/{each.name}/dash/index.mpd")),
            }


def _tracks(server: Server, each: Source) -> dict[str, tracks.Track]:
    """All that HLS has, as one file for each track."""
    made = {}
    with Http2Connection(server, window=4 << 20) as connection:
        connection.open_window(64 << 20)

        def get(path: str) -> bytes:
            return bytes(connection.request("GET", f"/{each.name}/hls/{path}").body)
        for kind, root in (("video", "v1"), ("audio", "a2" if each.video else "a1")):
            if kind == "video" and not each.video:
                continue
            listed = lists.read(get(root + ".m3u8").decode(), root, Findings())
            made[kind] = tracks.read(
                get(listed.segments[0].map_uri or ""), b"".join(get(s.uri) for s in listed.segments))
    return made


@pytest.fixture(scope="module")
def read(
    tmp_path_factory: pytest.TempPathFactory,
    lasting_server: Callable[..., AbstractContextManager[Server]],
) -> dict[str, Read]:
    """All broadcasts at once. One that has ended is there for a minute, so each ends when it is read."""
    folder = tmp_path_factory.mktemp("lossless")
    sources = [each for each in SOURCES if each.is_available and each.name in _NAMES]
    with lasting_server("lossless") as server:
        feeds = []
        for each in sources:
            recording = each.recording(_SECONDS)
            packet_marks(recording.path)
            feeds.append(_publish(server, each.name, recording, folder).play(recording, speed=_SPEED))
        for publisher in feeds:
            assert publisher.finish().status == 204
        # Few at a time, so that none of them takes long.
        with ThreadPoolExecutor(2) as pool:
            made = [(each.name, pool.submit(Read, server, each)) for each in sources]
            return {name: future.result() for name, future in made}


def _publish(server: Server, name: str, recording: Recording, folder: Path) -> Publisher:
    return Publisher(
        server.url(f"/{name}/live"), server.certificate.certificate, folder,
        headers={"content-type": recording.content_type})


def _once(pictures: list[str]) -> list[str]:
    """Without those that are equal to the one before."""
    return [now for before, now in zip([""] + pictures, pictures) if now != before]


def _without_repeats(track: tracks.Track, other: tracks.Track, codec: str | None) -> list[Sample]:
    """Some encoders repeat pictures themselves; then the other track has them as well."""
    most = _LONGEST_REPEAT_BYTES.get(codec or "", 0) if track.init.handler == "vide" else 0
    if any(each.end - each.start <= most for each in other.samples):
        most = 0
    return [each for each in track.samples if each.end - each.start > most]


def _kinds(of: Probe) -> list[str]:
    return sorted(set(of.kinds.values()))


def _last_run(piece: list[str], whole: list[str]) -> int | None:
    """Recordings that repeat themselves have more than one that is equal."""
    start = find_run(piece[::-1], whole[::-1])
    return None if start is None else len(whole) - start - len(piece)


def _pairs(have: list[Packet], sent: list[Packet]) -> list[tuple[Packet, Packet]]:
    """Each packet with the one that it was; what is there has to be one unbroken run."""
    hashes = [p.hash for p in sent]
    have = [p for p in have if p.hash not in _REPEATS.difference(hashes)]
    start = _last_run([p.hash for p in have], hashes)
    assert have and start is not None, f"{len(have)} packets are no run of the {len(sent)} that were sent"
    return list(zip(have, sent[start:]))


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("way", ["hls", "dash"])
def test_every_packet_of_the_broadcast_is_there(read: dict[str, Read], name: str, way: str) -> None:
    if name not in read:
        pytest.skip(f"what makes {name} is not installed")
    sent, got = read[name].sent, read[name].by[way]
    assert not got.errors
    assert _kinds(got) == _kinds(sent)
    for kind in _kinds(sent):
        if kind == "video" and name in _CHANGED:
            have, all_sent = _once(read[name].pictures[way]), _once(read[name].pictures["sent"])
            start = _last_run(have, all_sent)
            count, last = len(have), (start or 0) + len(have)
            assert have and start is not None
        else:
            all_sent = sent.of_kind(kind)
            pairs = _pairs(got.of_kind(kind), all_sent)
            count, last = len(pairs), all_sent.index(pairs[-1][1]) + 1
        # It begins once the plan is made. ffmpeg's reader of DASH ends where the first track ends.
        assert count * 2 > len(all_sent), f"{kind}: {count} of {len(all_sent)}"
        assert len(all_sent) - last <= (0 if way == "hls" else 6), f"{kind}: {last} of {len(all_sent)}"


@pytest.mark.parametrize("name", [name for name in _NAMES if name not in _CHANGED])
def test_sound_is_where_its_picture_is(read: dict[str, Read], name: str) -> None:
    if name not in read:
        pytest.skip(f"what makes {name} is not installed")
    sent, got = read[name].sent, read[name].by["hls"]
    middles = []
    for kind in _kinds(sent):
        shifts = [
            mine.pts_ms - theirs.pts_ms for mine, theirs in _pairs(got.of_kind(kind), sent.of_kind(kind))
            if mine.pts_ms is not None and theirs.pts_ms is not None]
        # The container counts in milliseconds, sound in samples: so each may be one off by rounding.
        assert max(shifts) - min(shifts) <= 2, f"{kind}: shifts from {min(shifts)} to {max(shifts)} ms"
        # What WebM says of a decoder's delay is left to players (docs/media.md).
        middles.append(median(shifts) - (_delay_ms(read[name].sent) if kind == "audio" else 0))
    assert max(middles) - min(middles) <= 1, middles


def _delay_ms(sent: Probe) -> float:
    """ffprobe takes CodecDelay from the times of WebM: those of ffmpeg and GStreamer begin before 0."""
    first = sent.of_kind("audio")[0].pts_ms or 0
    return float(-first if -8 < first < 0 else 0)


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("packager", PACKAGERS, ids=[each.name for each in PACKAGERS])
def test_another_packager_makes_the_same_of_it(
    read: dict[str, Read], tmp_path: Path, packager: Packager, name: str
) -> None:
    """Box by box where it matters: what decoders are set up with, the size of each sample, whether it is a
    key frame, and the order and the distance in which samples are shown."""
    if name not in read:
        pytest.skip(f"what makes {name} is not installed")
    each = source(name)
    for kind, ours in read[name].tracks.items():
        if (packager.name, name, kind) in UNREAD:
            continue
        theirs = packager.pack(each, each.recording(_SECONDS).path, kind, tmp_path)
        assert ours.decoder and ours.decoder == theirs.decoder, (kind, ours.set_up, theirs.set_up)
        mine = _without_repeats(ours, theirs, each.video)
        pairs = list(zip(reversed(mine), reversed(theirs.samples)))
        assert len(pairs) * 2 > len(theirs.samples), kind
        assert [a.end - a.start for a, _ in pairs] == [b.end - b.start for _, b in pairs], kind
        if kind == "video":
            assert [a.sync for a, _ in pairs] == [b.sync for _, b in pairs]
        apart_ms = [
            a.shown * 1_000 / ours.init.timescale - b.shown * 1_000 / theirs.init.timescale
            for a, b in pairs]
        # Sound is counted in samples by us, and taken from rounded times by the others.
        assert max(apart_ms) - min(apart_ms) < 2.1, (kind, min(apart_ms), max(apart_ms))


@pytest.mark.parametrize("each", TEN_MINUTES, ids=[each.name for each in TEN_MINUTES])
def test_nothing_adds_up_over_ten_minutes(
    start_server: Callable[..., Server], publish: Callable[..., Publisher], each: Source
) -> None:
    """30 pictures a second, sound at 44.1 and at 48 kHz, times in whole milliseconds."""
    # A publisher may be ahead of the clock by half of what a ring may hold.
    server = start_server("--ring-seconds", "3600")
    recording = each.recording(600)
    packet_marks(recording.path)
    publisher = publish(server, each.name, headers={"content-type": recording.content_type})
    publisher.play(recording, speed=40)
    wait_until(lambda: server.get(f"/{each.name}/hls/v1.m3u8").status == 200, "the first list")
    tracks = {root: _Track(each.name, root) for root in ("v1.m3u8", "a2.m3u8")}
    with Http2Connection(server, window=4 << 20) as connection:
        connection.open_window(64 << 20)
        while publisher.process.poll() is None:
            for track in tracks.values():
                track.collect(connection)
        assert server.request("DELETE", f"/{each.name}/live").status == 204
        for track in tracks.values():
            track.collect(connection)
    _, blocks = take_apart(recording.data)
    shifts_ms = [
        track.shift_ms([b.time_ms for b in blocks if b.track == number])
        for number, track in enumerate(tracks.values(), 1)]
    assert abs(shifts_ms[0] - shifts_ms[1]) <= 1.01, shifts_ms


class _Track:
    """All segments of one list, as they come, and all their samples."""

    def __init__(self, name: str, root: str) -> None:
        self._folder, self._root = f"/{name}/hls/", root
        self._next: int | None = None
        self._init: boxes.Init | None = None
        self._told_us = 0
        self.samples: list[boxes.Sample] = []

    def collect(self, connection: Http2Connection) -> None:
        answer = connection.request("GET", self._folder + self._root)
        for segment in lists.read(answer.body.decode(), self._root, Findings()).segments:
            if self._next is not None and segment.number < self._next:
                continue
            assert self._next in (None, segment.number), f"segment {self._next} was never seen"
            self._next = segment.number + 1
            if self._init is None:
                self._init = boxes.read_init(self._get(connection, segment.map_uri or ""))
            self._told_us += segment.duration_us
            for each in boxes.read_fragments(self._get(connection, segment.uri), self._init.defaults):
                before = self.samples[-1] if self.samples else None
                assert before is None or each.decode == before.decode + before.duration, segment.uri
                self.samples += each.samples

    def _get(self, connection: Http2Connection, uri: str) -> bytes:
        answer = connection.request("GET", self._folder + uri)
        assert answer.status == 200, (uri, answer.status)
        return bytes(answer.body)

    def shift_ms(self, sent_ms: list[int]) -> float:
        """By how much what is shown is later than what was sent; the same from the first to the last."""
        assert self._init is not None
        last = self.samples[-1]
        whole_us = (last.decode + last.duration - self.samples[0].decode) * 1_000_000 / self._init.timescale
        assert whole_us > 580e6, f"only {whole_us / 1e6} s were seen"
        # What all segments say, to the microsecond: ends are rounded, not durations.
        assert abs(whole_us - self._told_us) <= 1, (self._root, whole_us, self._told_us)
        shown_ms = sorted(sample.shown * 1_000 / self._init.timescale for sample in self.samples)
        # The container's times are rounded to the millisecond, so each may be half of one off.
        shifts = [mine - theirs for mine, theirs in zip(reversed(shown_ms), sorted(sent_ms, reverse=True))]
        assert max(shifts) - min(shifts) <= 1.01, (self._root, min(shifts), max(shifts))
        return (max(shifts) + min(shifts)) / 2
