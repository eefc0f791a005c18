"""A fake camera that films a counter, so that a picture tells when it was taken.

Chromium plays a Motion JPEG file as its camera, in a loop. Each frame shows its own number as
bars: what a viewer sees can be compared with what the broadcaster's preview shows and with what
has been sent, without any clock. The page reads the bars (pages/counter.js); the layout is:

    white | black | 12 bits, most significant first, white is 1 | parity (white if odd)

White and black in front tell a counter from any other picture, and where the middle grey is.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from weir.exclusive import one_at_a_time
from weir.places import RECORDINGS

WIDTH, HEIGHT = 320, 240
FRAMES_PER_SECOND = 30
"""Chromium's own rate for such files, which carry none."""

BITS = 12
FRAME_COUNT = 1 << BITS
_BARS = BITS + 3
_BAR_WIDTH = WIDTH // _BARS


def counting_camera() -> Path:
    """The camera's file, made once and kept with the other recordings under build."""
    file = RECORDINGS / "counting-camera.mjpeg"
    if not file.exists():
        with one_at_a_time(file):
            if not file.exists():
                unfinished = file.with_suffix(".unfinished")
                _encode(unfinished)
                unfinished.rename(file)
    return file


def frames_between(earlier: int, later: int) -> int:
    """How many frames `later` is after `earlier`; negative if it is before.

    The counter starts again after 136 s, so the answer is right for half of that either way.
    """
    half = FRAME_COUNT // 2
    return (later - earlier + half) % FRAME_COUNT - half


def _encode(file: Path) -> None:
    ffmpeg = subprocess.Popen(
        [
            "ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray",
            "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FRAMES_PER_SECOND), "-i", "-",
            "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "6", "-f", "mjpeg", str(file),
        ],
        stdin=subprocess.PIPE)
    assert ffmpeg.stdin is not None
    with ffmpeg.stdin as frames:
        for number in range(FRAME_COUNT):
            frames.write(_picture(number))
    assert ffmpeg.wait() == 0, "ffmpeg could not make the camera's file"


def _picture(number: int) -> bytes:
    bits = [(number >> place) & 1 for place in reversed(range(BITS))]
    bars = [1, 0, *bits, sum(bits) % 2]
    row = b"".join((b"\xeb" if bar else b"\x10") * _BAR_WIDTH for bar in bars)
    return row.ljust(WIDTH, b"\x80") * HEIGHT
