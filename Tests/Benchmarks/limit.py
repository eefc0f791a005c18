"""Runs Limit/limit.c: what encrypting and sending the same pieces takes without a server."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from weir.audience import compile_c

_SOURCE = Path(__file__).with_name("Limit") / "limit.c"


@dataclass(frozen=True)
class Limit:
    """Of the sending thread alone: seconds of its processor a GB, and microseconds a send."""

    seconds_per_gb: float
    microseconds_per_send: float


def build(folder: Path) -> Path:
    return compile_c(folder / "limit", [_SOURCE], "-lcrypto")


def limit(
    tool: Path, connections: int, piece_bytes: int, *, period_us: int = 0, seconds: float = 3,
    is_sealed: bool = True,
) -> Limit:
    """Each connection gets a piece every `period_us`; 0 is as fast as they are taken."""
    done = subprocess.run(
        [str(tool), str(connections), str(piece_bytes), str(period_us), str(seconds),
         "sealed" if is_sealed else "plain"],
        check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    return Limit(said["secondsPerGB"], said["microsecondsPerSend"])
