"""Broadcasts of many makers and settings, for what must hold whoever sends: each cached in build/recordings.

Those of browsers (MediaRecorder's own output) and of OBS are kept in Tests/Media/Recordings. They are
repeated cluster by cluster with times that go on, because a live stream has to last longer than the few
seconds that are kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from . import ebml, shapes
from .exclusive import one_at_a_time
from .places import RECORDINGS, REPOSITORY
from .recordings import LASTING_S, Recording

_RECORDINGS = REPOSITORY / "Tests" / "Media" / "Recordings"
_PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate={rate}:duration={seconds}"]
_TONE = ["-f", "lavfi", "-i", "sine=frequency=440:beep_factor=4:sample_rate={hz}:duration={seconds}"]


@dataclass(frozen=True)
class Source:
    """How a recording is made: `make` writes it to a path."""

    name: str
    video: str | None
    audio: str | None
    suffix: str
    make: Callable[[Path, int], None]
    #: The program that makes it, where that is not ffmpeg.
    maker: str = "ffmpeg"

    @property
    def is_available(self) -> bool:
        return shutil.which(self.maker) is not None

    def recording(self, seconds: int) -> Recording:
        path = RECORDINGS / f"source-{self.name}-{seconds}s.{self.suffix}"
        if not path.exists():
            with one_at_a_time(path):
                if not path.exists():
                    unfinished = path.with_name("unfinished-" + path.name)
                    self.make(unfinished, seconds)
                    unfinished.rename(path)
        return Recording(path, self.video, self.audio, seconds)


def _run(command: list[str], out: Path) -> None:
    quiet = os.environ | {"SVT_LOG": "1"}
    with out.open("wb") as file:
        subprocess.run(command, stdout=file, check=True, env=quiet)


def ffmpeg(
    name: str, video: str | None, audio: str | None, options: list[str], *, rate: int = 30, hz: int = 48_000,
    picture: str = "",
) -> Source:
    """What ffmpeg writes to a pipe: clusters of unknown size, no Cues."""
    is_matroska = video in ("h264", "hevc") or audio in ("aac", "flac")

    def make(path: Path, seconds: int) -> None:
        inputs = []
        for kind in [*(_PICTURE if video else []), *(_TONE if audio else [])]:
            inputs.append(kind.format(rate=rate, seconds=seconds, hz=hz))
        shape = ["-vf", picture, "-fps_mode", "vfr"] if picture else []
        _run(["ffmpeg", "-nostdin", "-v", "error", *inputs, *shape, *options,
              *(["-pix_fmt", "yuv420p"] if video else []),
              "-f", "matroska" if is_matroska else "webm", "-"], path)
    return Source(name, video, audio, "mkv" if is_matroska else "webm", make)


def _kept(name: str, video: str | None, audio: str, file: str) -> Source:
    def make(path: Path, seconds: int) -> None:
        path.write_bytes(repeated((_RECORDINGS / file).read_bytes(), seconds))
    return Source(name, video, audio, file.rsplit(".", 1)[1], make)


def lasting(recording: Recording) -> Recording:
    """It again and again, for as long as a test may look at it."""
    path = RECORDINGS / f"lasting-{recording.path.name}"
    if not path.exists():
        with one_at_a_time(path):
            if not path.exists():
                unfinished = path.with_name("unfinished-" + path.name)
                unfinished.write_bytes(repeated(recording.data, LASTING_S))
                unfinished.rename(path)
    return replace(recording, path=path, seconds=LASTING_S)


def repeated(data: bytes, seconds: int) -> bytes:
    """A recording again and again until it lasts so long; its clusters stay what they are, but for their
    times and their sizes, which are unknown then."""
    mark = ebml.identifier(ebml.CLUSTER)
    head, blocks = shapes.take_apart(data)
    # Sound must go on without a break, so it decides; pictures that would overlap are left out.
    sound = next((b.track for b in blocks if sum(c.track == b.track and c.is_key for c in blocks)
                  == sum(c.track == b.track for c in blocks)), blocks[0].track)
    times = [block.time_ms for block in blocks if block.track == sound]
    # Opus has frames of whole milliseconds; a first time of -6.5 is written as -7.
    period_ms = len(times) * round((times[-1] - times[0]) / (len(times) - 1))
    clusters = _clusters(data, len(head), sound, min(b.time_ms for b in blocks) + period_ms)
    out = bytearray(head)
    for turn in range(-(-seconds * 1_000 // period_ms)):
        for time_ms, inside in clusters:
            later = (time_ms + turn * period_ms).to_bytes(8, "big")
            out += mark + b"\x01" + b"\xff" * 7 + ebml.element(ebml.TIMECODE, later) + inside
    return bytes(out)


def _clusters(data: bytes, begin: int, sound: int, end_ms: int) -> list[tuple[int, bytes]]:
    """The time of each cluster and what follows it there."""
    found: list[tuple[int, bytes]] = []
    for identifier, start, end in shapes.elements(data, begin, len(data)):
        if identifier == ebml.TIMECODE:
            found.append((int.from_bytes(data[start:end], "big"), b""))
        elif identifier in (ebml.SIMPLE_BLOCK, shapes.BLOCK_GROUP):
            time_ms, inside = found[-1]
            at = start if identifier == ebml.SIMPLE_BLOCK else shapes.block_in(data, start, end)
            track, relative_ms = data[at] & 0x7F, int.from_bytes(data[at + 1:at + 3], "big", signed=True)
            if track == sound or time_ms + relative_ms < end_ms:
                found[-1] = (time_ms, inside + ebml.element(identifier, data[start:end]))
    return found


def _gstreamer(path: Path, seconds: int) -> None:
    picture = (
        f"videotestsrc num-buffers={seconds * 30} "
        "! video/x-raw,format=I420,width=320,height=180,framerate=30/1 "
        "! vp9enc deadline=1 cpu-used=8 keyframe-max-dist=60 target-bitrate=300000 ! queue ! mux.")
    sound = (
        f"audiotestsrc num-buffers={seconds * 50} samplesperbuffer=960 wave=pink-noise "
        "! audio/x-raw,rate=48000,channels=2 ! opusenc ! queue ! mux.")
    pipeline = f"{picture} {sound} webmmux name=mux streamable=true ! fdsink fd=1"
    _run(["gst-launch-1.0", "-q", *pipeline.split()], path)


def _mkvmerge(path: Path, seconds: int) -> None:
    made = next(s for s in SOURCES if s.name == "ffmpeg-h264-b-frames-aac-44100").recording(seconds)
    done = subprocess.run(["mkvmerge", "-q", "-o", str(path), str(made.path)])
    assert done.returncode < 2, "mkvmerge failed"


_X264 = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "300k", "-sc_threshold", "0"]
VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k"]
OPUS = ["-c:a", "libopus", "-b:a", "32k", "-ac", "2"]

SOURCES = [
    _kept("chromium-vp9", "vp9", "opus", "chromium-vp9-opus.webm"),
    _kept("chromium-h264", "h264", "opus", "chromium-h264-opus.mkv"),
    _kept("chromium-av1", "av1", "opus", "chromium-av1-opus.webm"),
    _kept("chromium-vp8", "vp8", "opus", "chromium-vp8-opus.webm"),
    _kept("chromium-sound", None, "opus", "chromium-audio-only.webm"),
    _kept("firefox-vp8", "vp8", "opus", "firefox-vp8-opus.webm"),
    _kept("obs-vp9", "vp9", "opus", "obs-vp9-opus.webm"),
    ffmpeg("ffmpeg-h264-b-frames-aac-44100", "h264", "aac",
            [*_X264, "-bf", "3", "-g", "60", "-c:a", "aac", "-b:a", "64k"], hz=44_100),
    ffmpeg("ffmpeg-h264-variable-rate", "h264", "opus",
            [*_X264, "-bf", "0", "-force_key_frames", "expr:gte(t,n_forced*2)", *OPUS],
            picture="select=gt(random(1)\\,0.4)"),
    ffmpeg("ffmpeg-hevc-flac", "hevc", "flac",
            ["-c:v", "libx265", "-preset", "ultrafast", "-b:v", "300k", "-x265-params",
             "log-level=error:scenecut=0:keyint=50:min-keyint=50", "-c:a", "flac"], rate=25),
    ffmpeg("ffmpeg-vp9-flac-44100", "vp9", "flac", [*VP9, "-g", "30", "-c:a", "flac"], hz=44_100),
    ffmpeg("ffmpeg-av1", "av1", "opus",
            ["-c:v", "libsvtav1", "-preset", "12", "-g", "48", "-b:v", "300k", *OPUS], rate=24),
    ffmpeg("ffmpeg-vp9-60", "vp9", "opus", [*VP9, "-b:v", "600k", "-g", "120", *OPUS], rate=60),
    Source("gstreamer-vp9", "vp9", "opus", "webm", _gstreamer, "gst-launch-1.0"),
    Source("mkvmerge-h264", "h264", "aac", "mkv", _mkvmerge, "mkvmerge"),
]

#: Small, for long broadcasts: times in whole milliseconds, of which neither 30 nor 44,100 is a divisor.
TEN_MINUTES = [
    ffmpeg(f"ten-minutes-{hz}", "h264", "aac",
           ["-s", "96x54", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "30k", "-g", "60", "-c:a",
            "aac", "-b:a", "24k"], hz=hz)
    for hz in (44_100, 48_000)
]


def source(name: str) -> Source:
    return next(each for each in SOURCES if each.name == name)
