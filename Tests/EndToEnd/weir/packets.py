"""Judging media: what ffprobe says about a file, packet by packet, and comparisons of that.

A packet's MD5 covers its payload, so equal hashes in equal order mean that not one byte of media
was lost, repeated, moved or changed on the way through the server.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Packet:
    """One packet: its stream's index, payload hash, key flag, and time in milliseconds."""

    stream: int
    hash: str
    key: bool
    pts_ms: int | None
    position: int


@dataclass(frozen=True)
class Probe:
    """A file as ffprobe sees it. `errors` is what it complained about, empty for a clean file."""

    packets: list[Packet]
    kinds: dict[int, str]
    errors: str

    def of_stream(self, stream: int) -> list[Packet]:
        return [packet for packet in self.packets if packet.stream == stream]

    def of_kind(self, kind: str) -> list[Packet]:
        return [packet for packet in self.packets if self.kinds[packet.stream] == kind]


def probe(file: Path | str) -> Probe:
    """Read all packets of a file with ffprobe."""
    done = subprocess.run(
        [
            "ffprobe", "-v", "error", "-show_packets", "-show_streams", "-show_data_hash", "md5",
            "-of", "json", str(file),
        ],
        capture_output=True,
        text=True,
    )
    said = json.loads(done.stdout or "{}")
    kinds = {s["index"]: s["codec_type"] for s in said.get("streams", [])}
    packets = [_packet(p) for p in said.get("packets", [])]
    errors = done.stderr.strip() or ("" if done.returncode == 0 else f"exit {done.returncode}")
    return Probe(packets, kinds, errors)


def packets(file: Path) -> list[Packet]:
    """The packets of a file that must be free of errors."""
    seen = probe(file)
    assert not seen.errors, f"ffprobe complains about {file}: {seen.errors}"
    return seen.packets


def decode_errors(file: Path) -> str:
    """What ffmpeg says when it decodes every frame; empty is good."""
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", str(file), "-f", "null", "-"],
        capture_output=True,
        text=True,
    )
    return done.stderr.strip() or ("" if done.returncode == 0 else f"exit {done.returncode}")


def decoded_frames(file: Path | str) -> list[str]:
    """A hash of every picture as a decoder shows it. For codecs whose packets are written in another form:
    H.264 with start codes comes out with lengths."""
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", str(file), "-map", "0:v", "-f", "framemd5", "-"],
        capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line and not line.startswith("#")]
    return [line.rsplit(",", 1)[1].strip() for line in lines]


def _packet(said: dict[str, str]) -> Packet:
    time_s = said.get("pts_time")
    return Packet(
        stream=int(said["stream_index"]),
        hash=said["data_hash"],
        key="K" in said.get("flags", ""),
        pts_ms=round(float(time_s) * 1000) if time_s is not None else None,
        position=int(said.get("pos", 0)),
    )
