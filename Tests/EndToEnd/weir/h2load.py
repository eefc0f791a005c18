"""Load by nghttp2's h2load, and its report as values."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from .waiting import PATIENCE_S

# A machine that stands still in the middle of a load cuts it short, or makes it look as if nothing came. A
# server that does that does it again.
_LOADS_AT_MOST = 3


@dataclass(frozen=True)
class Report:
    """What h2load says at its end. `text` is all of it, for messages."""

    started: int
    succeeded: int
    errored: int
    timed_out: int
    ok: int
    #: With whatever status.
    answered: int
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
    statuses = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text)
    traffic = re.search(r"traffic: [\d.]+\w+ \((\d+)\) total", text)
    assert requests and statuses and traffic, f"h2load said what we do not understand:\n{text}"
    started, succeeded, errored, timed_out = map(int, requests.groups())
    answers = [int(count) for count in statuses.groups()]
    return Report(
        started, succeeded, errored, timed_out, answers[0], sum(answers), int(traffic.group(1)), text
    )


def all_answered(count: int, load: Callable[[], Report | None]) -> Report:
    """Make a load of so many requests, once more if it was over before all of them had an answer or one
    timed out. `load` gives None if it was over before what was to be seen in it."""
    done = None
    for _ in range(_LOADS_AT_MOST):
        done = load()
        if done is not None and done.answered >= count and not done.timed_out:
            break
    assert done is not None, "the load was over before all were there"
    return done


def live_viewers(
    url: str, count: int, seconds: int, *, silence_s: int = 5, protocol: str = "h2"
) -> subprocess.Popen[str]:
    """So many viewers of one endless response, a connection each, for so long.

    A viewer that gets nothing for `silence_s`, which has to end before that, is counted as timed out. So is
    one on a machine that stands still: see `all_answered`.
    """
    return h2load(
        "-c", str(count), "-m", "1", "-t", "1", "-D", str(seconds), "-N", str(silence_s),
        "--npn-list", protocol, url,
    )
