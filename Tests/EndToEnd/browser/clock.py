"""The clock in the test picture, read from a file: the other end of Assets/live/clock-code.js.

A strip along the bottom (a twelfth of the height) of 23 cells: white, black, 20 bits of the wall
clock in ms in Gray code, most significant first, and one that makes the white bit cells even.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from weir.packets import probe

BITS = 20
RANGE_MS = 1 << BITS
_CELLS = BITS + 3
# Of each cell's sixteen columns the middle eight count: its edges are blurred.
_COLUMNS = 16


@dataclass(frozen=True)
class ClockFrame:
    """When a frame is due in the file, and when it was drawn; None if that cannot be read."""

    pts_ms: int
    clock_ms: int | None


def clock_frames(file: Path) -> list[ClockFrame]:
    """Every frame of the file's video, decoded by ffmpeg."""
    row = _CELLS * _COLUMNS
    done = subprocess.run(
        [
            "ffmpeg", "-nostdin", "-v", "error", "-i", str(file), "-map", "0:v",
            "-fps_mode", "passthrough",
            "-vf", f"crop=in_w:in_h/30:0:in_h*23/24-in_h/60,scale={row}:1:flags=area,format=gray",
            "-f", "rawvideo", "-",
        ],
        capture_output=True, check=True)
    rows = [done.stdout[start:start + row] for start in range(0, len(done.stdout), row)]
    times = [packet.pts_ms or 0 for packet in probe(file).of_kind("video")]
    assert len(rows) == len(times), f"{len(rows)} pictures of {len(times)} packets"
    return [ClockFrame(*each) for each in zip(times, map(_read, rows))]


def elapsed_ms(earlier: int, later: int) -> int:
    """From one reading to the next; the clock starts again after 17 minutes."""
    return (later - earlier) % RANGE_MS


def _read(row: bytes) -> int | None:
    quarter = _COLUMNS // 4
    cells = [row[start + quarter:start + 3 * quarter]
             for start in range(0, len(row), _COLUMNS)]
    levels = [sum(cell) / len(cell) for cell in cells]
    white, black, *rest = levels
    if white - black < 64:
        return None
    bits = [level > (white + black) / 2 for level in rest]
    if sum(bits) % 2:
        return None
    value = gray = int("".join("01"[bit] for bit in bits[:BITS]), 2)
    while gray := gray >> 1:
        value ^= gray
    return value
