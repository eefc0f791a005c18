#!/usr/bin/env python3
"""Makes the recordings that ffmpeg writes, as fixtures for the parser's tests.

Usage: record_with_ffmpeg.py [NAME...]      (all of them without a NAME)

Each one shows something else that muxers do. "Piped" output has a Segment of unknown size and
Clusters of known size; "live" output has Clusters of unknown size too; a "file" has known sizes,
SeekHead, Void, Cues at the end and CRC-32 elements. The pictures are test patterns. One thread and
bit-exact options keep the output the same as long as the encoders are.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MAXIMUM_BYTES = 150_000

SECONDS = 3
VIDEO = ["-f", "lavfi", "-i", f"testsrc2=size=160x120:rate=25:duration={SECONDS}"]
AUDIO = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={SECONDS}"]

VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "120k", "-g", "25"]
# Frames that are never shown (alternate references) come as blocks too.
VP9 = ["-c:v", "libvpx-vp9", "-cpu-used", "8", "-b:v", "120k", "-g", "30", "-auto-alt-ref", "1",
       "-lag-in-frames", "10"]
# Not libaom: without a file to seek in, this ffmpeg cannot write its CodecPrivate.
AV1 = ["-c:v", "libsvtav1", "-preset", "10", "-b:v", "100k", "-g", "25"]
H264 = ["-c:v", "libx264", "-preset", "medium", "-b:v", "120k", "-g", "25", "-bf", "3"]
OPUS = ["-c:a", "libopus", "-b:a", "32k"]
VORBIS = ["-c:a", "libvorbis", "-q:a", "0"]
AAC = ["-c:a", "aac", "-b:a", "32k"]
SUBTITLES = "1\n00:00:00,200 --> 00:00:01,000\nfirst\n\n2\n00:00:01,500 --> 00:00:02,500\nsecond\n"


@dataclass(frozen=True)
class Recording:
    """A file and how ffmpeg makes it."""

    name: str
    inputs: list[str]
    codecs: list[str]
    muxer: list[str]
    to_file: bool = False
    standard_input: str | None = None


RECORDINGS = [
    Recording("ffmpeg-vp8-opus.webm", VIDEO + AUDIO, VP8 + OPUS, ["-f", "webm"]),
    Recording("ffmpeg-vp9-opus.webm", VIDEO + AUDIO, VP9 + OPUS, ["-f", "webm"]),
    Recording("ffmpeg-av1-opus.webm", VIDEO + AUDIO, AV1 + OPUS, ["-f", "webm"]),
    Recording("ffmpeg-h264-opus.mkv", VIDEO + AUDIO, H264 + OPUS, ["-f", "matroska"]),
    Recording("ffmpeg-audio-only.webm", AUDIO, OPUS, ["-f", "webm"]),
    Recording("ffmpeg-video-only.webm", VIDEO, VP8, ["-f", "webm"]),
    Recording("ffmpeg-live-vp8-vorbis.webm", VIDEO + AUDIO, VP8 + VORBIS,
              ["-f", "webm", "-live", "1"]),
    # Pictures before a key frame in time, after it in the file.
    Recording("ffmpeg-file-h264-open-gop-aac.mkv", VIDEO + AUDIO,
              H264 + ["-x264-params", "open-gop=1:keyint=20:min-keyint=20:scenecut=0"] + AAC,
              ["-f", "matroska"], to_file=True),
    Recording("ffmpeg-file-vp9-subtitles.mkv", VIDEO + AUDIO + ["-f", "srt", "-i", "-"],
              VP9 + OPUS + ["-c:s", "srt"], ["-f", "matroska"], to_file=True,
              standard_input=SUBTITLES),
]


def make(recording: Recording) -> None:
    """Runs ffmpeg for one recording and checks what came out."""
    target = HERE / recording.name
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *recording.inputs,
               "-pix_fmt", "yuv420p", *recording.codecs, "-threads", "1",
               "-fflags", "+bitexact", "-flags", "+bitexact", *recording.muxer,
               "-cluster_time_limit", "700", str(target) if recording.to_file else "-"]
    text = recording.standard_input
    done = subprocess.run(command, check=True, capture_output=True,
                          input=text.encode() if text else None)
    if not recording.to_file:
        target.write_bytes(done.stdout)
    size = target.stat().st_size
    if size > MAXIMUM_BYTES:
        raise SystemExit(f"{recording.name} is {size} bytes, more than {MAXIMUM_BYTES}")
    print(f"{recording.name}: {size} bytes")


def main() -> None:
    """Makes the named recordings, or all."""
    wanted = set(sys.argv[1:])
    known = {recording.name for recording in RECORDINGS}
    if unknown := wanted - known:
        raise SystemExit(f"no such recording: {', '.join(sorted(unknown))}")
    for recording in RECORDINGS:
        if not wanted or recording.name in wanted:
            make(recording)


if __name__ == "__main__":
    main()
