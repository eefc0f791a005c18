"""Recordings to publish, made by ffmpeg once and cached in build/recordings.

Small pictures, a key frame each second, and a test tone. A recording's name holds all that
distinguishes it, so a changed recipe needs a new name (or an empty cache).
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .exclusive import one_at_a_time
from .places import RECORDINGS

#: Of a broadcast that is on the air for as long as a test looks at it, on a slow machine as well.
LASTING_S = 300

_KEYS = ["-g", "25", "-keyint_min", "25"]
_VIDEO = {
    "vp8": ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", *_KEYS],
    "vp9": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", *_KEYS],
    # The other AV1 encoders of ffmpeg 5 give the sequence header too late for a pipe.
    "av1": ["-c:v", "libsvtav1", "-preset", "12", "-g", "25"],
    "h264": ["-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", "0", "-bf", "2", *_KEYS],
    # As browsers and simple encoders write it: CAVLC, and nothing is reordered.
    "h264-baseline": ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "veryfast",
                      "-sc_threshold", "0", *_KEYS],
    "hevc": ["-c:v", "libx265", "-preset", "ultrafast",
             "-x265-params", "log-level=error:scenecut=0:keyint=25:min-keyint=25"],
}
_IN_ORDER = {
    "h264": ["-tune", "zerolatency", "-bf", "0"], "h264-baseline": ["-tune", "zerolatency"],
    "av1": ["-svtav1-params", "pred-struct=1"],
}
_VIDEO |= {f"{codec}-10": _VIDEO[codec] for codec in ("vp9", "av1", "hevc")}


@dataclass(frozen=True)
class Recording:
    """A media file with what a test wants to know about it. "-10" behind a codec is its 10-bit form."""

    path: Path
    video: str | None
    audio: str | None
    seconds: int

    @property
    def content_type(self) -> str:
        """What an honest broadcaster would declare."""
        if self.path.suffix == ".mkv":
            return "video/x-matroska"
        return "video/webm" if self.video else "audio/webm"

    @property
    def data(self) -> bytes:
        return self.path.read_bytes()


def record(
    video: str | None = "vp8",
    audio: str | None = "opus",
    seconds: int = 6,
    size: str = "160x120",
    rate: str = "200k",
    seekable: bool = False,
    holes: bool = False,
    key_every: int = 25,
    held: tuple[tuple[float, float], ...] = (),
    keys: tuple[float, ...] = (),
) -> Recording:
    """The recording with these properties, from the cache if it is there.

    By default it is what a live source writes: a pipe, so no sizes in hindsight and no Cues.
    `seekable` gives the finished-file form, with SeekHead, known sizes and Cues at the end.
    With `holes` there are no pictures in most of each second, as of an encoder that starves.
    The picture stands still in `held`, seconds from and to: there are no pictures then.
    `key_every` is the number of pictures (25 a second) from one key frame to the next; or key frames are at
    `keys`, in seconds.
    """
    is_matroska = video in ("h264", "h264-baseline", "hevc", "hevc-10") or audio == "aac"
    container = "matroska" if is_matroska else "webm"
    suffix = "mkv" if container == "matroska" else "webm"
    form = ("file" if seekable else "pipe") + ("-holes" if holes else "")
    form += "" if key_every == 25 else f"-key{key_every}"
    form += "-keys" + "-".join(f"{at:g}" for at in keys) if keys else ""
    form += "".join(f"-held{start}to{end}" for start, end in held)
    name = f"{video or 'none'}-{audio or 'none'}-{size}-{rate}-{seconds}s-{form}.{suffix}"
    path = RECORDINGS / name
    if not path.exists():
        with one_at_a_time(path):
            if not path.exists():
                _make(path, video, audio, seconds, size, rate, container, seekable, holes,
                      key_every, held, keys)
    return Recording(path, video, audio, seconds)


def _make(
    path: Path, video: str | None, audio: str | None, seconds: int, size: str, rate: str,
    container: str, seekable: bool, holes: bool, key_every: int,
    held: tuple[tuple[float, float], ...], keys: tuple[float, ...],
) -> None:
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y"]
    if video:
        source = f"testsrc2=size={size}:rate=25:duration={seconds}"
        command += ["-f", "lavfi", "-i", source]
    if audio:
        command += ["-f", "lavfi", "-i", f"sine=frequency=440:beep_factor=4:duration={seconds}"]
    if video:
        if holes:
            command += ["-vf", "select=lt(mod(t\\,1)\\,0.3)", "-fps_mode", "vfr"]
        if held:
            spans = "+".join(f"between(t\\,{start}\\,{end})" for start, end in held)
            command += ["-vf", f"select=not({spans})", "-fps_mode", "passthrough"]
        command += [*_VIDEO[video], "-b:v", rate]
        if held:
            # As live encoders do: pictures are written in the order in which they are shown.
            command += _IN_ORDER.get(video, [])
        if key_every != 25:
            command += ["-g", str(key_every), "-keyint_min", str(key_every)]
        if keys:
            times = ",".join(f"{at:g}" for at in keys)
            command += ["-g", "10000", "-keyint_min", "1", "-force_key_frames", times]
        command += ["-pix_fmt", "yuv420p10le" if video.endswith("-10") else "yuv420p"]
    if audio:
        command += ["-c:a", "aac" if audio == "aac" else "libopus", "-b:a", "32k"]
        command += ["-ar", "48000", "-ac", "2"]
    quiet = os.environ | {"SVT_LOG": "1"}
    unfinished = path.with_name("unfinished-" + path.name)
    if seekable:
        subprocess.run([*command, "-f", container, str(unfinished)], check=True, env=quiet)
    else:
        with unfinished.open("wb") as out:
            subprocess.run([*command, "-f", container, "-"], stdout=out, check=True, env=quiet)
    unfinished.rename(path)


def make_the_usual() -> None:
    """Those that many tests use. Made before tests run side by side: an encoder that has to share the
    processors takes so long that a server loses patience with the publisher who waits for it."""
    for seconds in (6, 8, 30, 60, LASTING_S):
        record(seconds=seconds)
    record(None, "opus", seconds=30)
    record(None, "opus", seconds=LASTING_S)
    record("vp9", seconds=30)
    record("vp9", "opus", seconds=LASTING_S)


if __name__ == "__main__":
    make_the_usual()
