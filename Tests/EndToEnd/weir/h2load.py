"""Load by nghttp2's h2load, and its report as values."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from .waiting import PATIENCE_S



@dataclass(frozen=True)
class Report:
    """What h2load says at its end. `text` is all of it, for messages."""

    started: int
    succeeded: int
    errored: int
    timed_out: int
    ok: int
    traffic_bytes: int
    text: str


def h2load(*arguments: str) -> subprocess.Popen[str]:
    """Start h2load; `report` waits for it."""
    return subprocess.Popen(
        ["h2load", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def report(process: subprocess.Popen[str], timeout_s: float = PATIENCE_S * 4) -> Report:
    """Wait for h2load's end and read its report."""
    text, _ = process.communicate(timeout=timeout_s)
    requests = re.search(
        r"requests: \d+ total, (\d+) started, \d+ done, (\d+) succeeded, \d+ failed, "
        r"(\d+) errored, (\d+) timeout", text,
    )
    ok = re.search(r"status codes: (\d+) 2xx", text)
    traffic = re.search(r"traffic: [\d.]+\w+ \((\d+)\) total", text)
    assert requests and ok and traffic, f"h2load said what we do not understand:\n{text}"
    started, succeeded, errored, timed_out = map(int, requests.groups())
    return Report(
        started, succeeded, errored, timed_out, int(ok.group(1)), int(traffic.group(1)), text
    )


def live_viewers(
    url: str, count: int, seconds: int, *, protocol: str = "h2"
) -> subprocess.Popen[str]:
    """So many viewers of one endless response, a connection each, for so long.

    A viewer that gets nothing in all the time is counted as timed out.
    """
    return h2load(
        "-c", str(count), "-m", "1", "-t", "1", "-D", str(seconds), "-N", str(seconds),
        "--npn-list", protocol, url,
    )
