"""Broadcasts that are odd in one way each: what sources do to a server that promises regular segments.

Made of ordinary recordings: taken apart into blocks, changed, and put together again. What is odd in the
way of sending (pauses, lumps, another header) is a feeder: a function that gets a way to publish.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from . import shapes
from .certificate import Certificate
from .publisher import Publisher, packet_marks, paced
from .recordings import Recording
from .server import Server
from .shapes import SOUND, VIDEO, Block
from .sources import OPUS, VP9, Source, ffmpeg, source
from .waiting import PATIENCE_S

SECONDS = 34
Blocks = list[Block]
Publish = Callable[[Recording], Publisher]
Feeder = Callable[[Publish, Recording, threading.Event], None]

_PLAIN = ffmpeg("odd-base", "vp9", "opus", [*VP9, "-g", "30", *OPUS])


def _pair(video: str, options: list[str]) -> tuple[Source, Source]:
    """The same in two sizes; key frames each second."""
    return (
        ffmpeg(f"odd-{video}", video, "opus", [*options, "-g", "30", *OPUS]),
        ffmpeg(f"odd-{video}-larger", video, "opus", [*options, "-s", "480x270", "-g", "30", *OPUS]))


#: Parameter sets in each key frame, as encoders for live media send them.
_H264_IN_BAND = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-b:v", "300k", "-sc_threshold", "0",
                 "-x264-params", "repeat-headers=1"]
_HEVC_IN_BAND = ["-c:v", "libx265", "-preset", "ultrafast", "-b:v", "300k", "-x265-params",
                 "log-level=error:scenecut=0:bframes=0:open-gop=0:repeat-headers=1"]
_AV1 = ["-c:v", "libsvtav1", "-preset", "12", "-b:v", "300k"]
_VP9_PAIR = _pair("vp9", VP9)
_H264_PAIR = _pair("h264", _H264_IN_BAND)
_HEVC_PAIR = _pair("hevc", _HEVC_IN_BAND)
_AV1_PAIR = _pair("av1", _AV1)


def _shaped(name: str, shape: Callable[[Blocks], Blocks], base: Source = _PLAIN) -> Source:
    def make(path: Path, seconds: int) -> None:
        head, blocks = shapes.take_apart(base.recording(seconds).data)
        path.write_bytes(shapes.put_together(head, shape(blocks)))
    return Source(name, base.video, base.audio, base.suffix, make)


def _without(track: int, spans_ms: list[tuple[int, int]]) -> Callable[[Blocks], Blocks]:
    def shape(blocks: Blocks) -> Blocks:
        return [
            b for b in blocks
            if b.track != track or not any(start <= b.time_ms < end for start, end in spans_ms)]
    return shape


def _slower(blocks: Blocks) -> Blocks:
    """From second 12 on, five pictures a second, and key frames."""
    kept, last_ms = [], -1_000
    for block in blocks:
        if block.track == VIDEO and block.time_ms >= 12_000:
            if not block.is_key and block.time_ms - last_ms < 195:
                continue
            last_ms = block.time_ms
        kept.append(block)
    return kept


def _hole(blocks: Blocks) -> Blocks:
    """Nothing at all for two seconds, and nobody says so."""
    return _without(VIDEO, [(14_500, 16_500)])(_without(SOUND, [(14_500, 16_500)])(blocks))


def _jump(by_ms: int) -> Callable[[Blocks], Blocks]:
    """The clock of the source is another one from second 14 on."""
    def shape(blocks: Blocks) -> Blocks:
        return [
            replace(b, time_ms=b.time_ms + 40_000 + (by_ms if b.place_ms >= 14_000 else 0)) for b in blocks]
    return shape


def _other_size(name: str, pair: tuple[Source, Source], *, with_start_codes: bool = False) -> Source:
    """Larger from a key frame on, and as before from a later one, within one broadcast. With start codes, the
    header says nothing of the codec's set-up, as that of browsers does."""
    plain, larger = pair

    def make(path: Path, seconds: int) -> None:
        head, blocks = shapes.take_apart(plain.recording(seconds).data)
        _, others = shapes.take_apart(larger.recording(seconds).data)
        keys = [b.time_ms for b in blocks if b.track == VIDEO and b.is_key]
        first = next(ms for ms in keys if ms > 14_000)
        # Less than a segment after a border.
        second = next(ms for ms in keys if ms > first + 8_500)
        made = [b for b in blocks if b.track == SOUND or not first <= b.time_ms < second] + [
            b for b in others if b.track == VIDEO and first <= b.time_ms < second]
        if with_start_codes:
            head = head.replace(*shapes.without_private(head))
            made = [shapes.with_start_codes(b) if b.track == VIDEO else b for b in made]
        path.write_bytes(shapes.put_together(head, made))
    return Source(name, plain.video, plain.audio, plain.suffix, make)


# Feeders

def _play(publish: Publish, recording: Recording, stop: threading.Event) -> None:
    publisher = publish(recording)
    for piece in paced(recording, 1.0, stop):
        publisher.write(piece)


def _steadily(publish: Publish, recording: Recording, stop: threading.Event) -> None:
    """At the pace of media whose clock jumps: no step of it is waited for."""
    publisher, position, last_ms, due = publish(recording), 0, None, time.monotonic()
    for mark, time_ms in packet_marks(recording.path):
        step_ms = 0 if last_ms is None else time_ms - last_ms
        last_ms = time_ms
        due += step_ms / 1_000 if 0 < step_ms < 5_000 else 0
        if mark > position:
            if stop.wait(max(0.0, due - time.monotonic())):
                return
            publisher.write(recording.data[position:mark])
            position = mark
    publisher.write(recording.data[position:])


def _in_lumps(publish: Publish, recording: Recording, stop: threading.Event) -> None:
    """Two seconds at a time, as recorders that are asked for chunks of so much."""
    publisher, lump, due = publish(recording), b"", time.monotonic() + 2
    for piece in paced(recording, 1.0, stop):
        lump += piece
        if time.monotonic() >= due:
            publisher.write(lump)
            lump, due = b"", due + 2
    publisher.write(lump)


def _until(pieces: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    began = time.monotonic()
    for piece in pieces:
        if time.monotonic() - began > seconds:
            return
        yield piece


def _with_pause(pause_s: float, back: Source | None = None) -> Feeder:
    """Gone in the middle, and back after a while with another header."""
    def feed(publish: Publish, recording: Recording, stop: threading.Event) -> None:
        publisher = publish(recording)
        for piece in _until(paced(recording, 1.0, stop), 14):
            publisher.write(piece)
        publisher.abort()
        if stop.wait(pause_s):
            return
        again = back.recording(SECONDS) if back else recording
        publisher = publish(again)
        for piece in _until(paced(again, 1.0, stop), 16):
            publisher.write(piece)
    return feed


@dataclass(frozen=True)
class Odd:
    source: Source
    feeder: Feeder = _play


_H264 = "ffmpeg-h264-variable-rate"
ODDITIES: dict[str, Odd] = {odd.source.name: odd for odd in (
    Odd(_shaped("still-for-three-seconds", _without(VIDEO, [(14_000, 17_000)]))),
    Odd(_shaped("still-for-ten-seconds", _without(VIDEO, [(13_500, 23_500)]))),
    Odd(_shaped("five-pictures-a-second", _slower)),
    Odd(_shaped("a-hole-of-two-seconds", _hole)),
    Odd(ffmpeg("key-frames-every-ten-seconds", "vp9", "opus", [*VP9, "-g", "300", *OPUS])),
    Odd(_shaped("sound-comes-late", _without(SOUND, [(0, 10_000)]))),
    Odd(_shaped("sound-stops", _without(SOUND, [(14_000, 99_000)]))),
    Odd(_shaped("sound-is-ahead", shapes.sound_ahead(800))),
    Odd(_shaped("clock-jumps-ahead", _jump(30_000)), _steadily),
    Odd(_shaped("clock-jumps-back", _jump(-30_000)), _steadily),
    Odd(_other_size("another-size-vp9", _VP9_PAIR)),
    Odd(_other_size("another-size-h264", _H264_PAIR)),
    Odd(_other_size("another-size-h264-start-codes", _H264_PAIR, with_start_codes=True)),
    Odd(_other_size("another-size-hevc", _HEVC_PAIR)),
    Odd(_other_size("another-size-av1", _AV1_PAIR)),
    Odd(ffmpeg("no-sound", "vp9", None, [*VP9, "-g", "60"])),
    Odd(replace(_PLAIN, name="lumps-of-two-seconds"), _in_lumps),
    Odd(replace(_PLAIN, name="gone-for-three-seconds"), _with_pause(3)),
    Odd(replace(_PLAIN, name="gone-for-twenty-five-seconds"), _with_pause(25)),
    Odd(replace(_PLAIN, name="back-with-other-tracks"), _with_pause(1, source(_H264))),
)}


class Feed:
    """A feeder at work, in a thread. Used as a publisher is: `abort` ends it."""

    def __init__(self, odd: Odd, server: Server, certificate: Certificate, folder: Path) -> None:
        self._publishers: list[Publisher] = []
        self._stop = threading.Event()
        name, recording = odd.source.name, odd.source.recording(SECONDS)

        def publish(recording: Recording) -> Publisher:
            self._publishers.append(Publisher(
                server.url(f"/{name}/live"), certificate.certificate, folder,
                headers={"content-type": recording.content_type}))
            return self._publishers[-1]

        self._thread = threading.Thread(
            target=lambda: odd.feeder(publish, recording, self._stop), daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def abort(self) -> None:
        self._stop.set()
        for publisher in self._publishers:
            publisher.abort()
        self._thread.join(PATIENCE_S)
