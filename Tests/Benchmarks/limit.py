"""Runs Limit/limit.c: what encrypting and sending the same pieces takes without a server."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench_setting import SERVER_CORE
from weir.audience import compile_c

# For connecting and for the last pieces: less than a second on an idle machine.
_MORE_S = 60

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
    """Each connection gets a piece every `period_us`; 0 is as fast as they are taken. It sends where servers
    run, and reads where this process does; with one processor both are the same."""
    done = subprocess.run(
        [str(tool), str(connections), str(piece_bytes), str(period_us), str(seconds),
         "sealed" if is_sealed else "plain", str(SERVER_CORE), str(max(os.sched_getaffinity(0)))],
        check=True, capture_output=True, text=True, timeout=seconds + _MORE_S)
    said = json.loads(done.stdout)
    return Limit(said["secondsPerGB"], said["microsecondsPerSend"])
