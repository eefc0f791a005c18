"""Requests by h2load, and what they cost the server."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from bench_setting import cpu_seconds
from weir.h2load import Report, h2load, report

#: All that the load offers, so that all servers do the same arithmetic. nghttpd knows P-256 alone.
CIPHER = "TLS_AES_128_GCM_SHA256"
_TLS = ("--tls13-ciphers", CIPHER, "--groups", "X25519:P-256")


@dataclass(frozen=True)
class Cost:
    """Of a load: the server's processor time, and what it gave for that."""

    requests: int
    traffic_bytes: int
    used_s: float


def requests(
    pids: Callable[[], list[int]], url: str, count: int, *, connections: int = 10, streams: int = 10
) -> Cost:
    """All must be answered with 200. What connecting costs is in it, and is little among so many."""
    before_s = cpu_seconds(pids())
    seen = answered(count, "-c", str(connections), "-m", str(streams), url)
    return Cost(count, seen.traffic_bytes, cpu_seconds(pids()) - before_s)


def stay(url: str, connections: int) -> subprocess.Popen[str]:
    """Connections that make one request each, and their next one after minutes. End it by `kill`."""
    return h2load(
        *_TLS, "-c", str(connections), "-n", str(2 * connections), "-m", "1", "--rps", "0.005", url)


def answered(count: int, *arguments: str) -> Report:
    seen = report(h2load(*_TLS, "-n", str(count), *arguments))
    assert seen.ok == count, seen.text
    assert f"TLS Protocol: TLSv1.3\nCipher: {CIPHER}\n" in seen.text, seen.text
    return seen
