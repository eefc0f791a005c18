"""Processor time per full TLS handshake, beside nginx with the same certificate in the same run."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from bench_setting import Figure, Bench, cpu_seconds, tree
from weir.h2load import h2load, report

_CONNECTIONS = 2000
_AT_ONCE = 50
# Alternating, so that what else the machine does hits both.
_ROUNDS = 5


def full_handshakes(bench: Bench) -> list[Figure]:
    """One small request on each of many connections, without resumption; medians over rounds."""
    weir_ms, nginx_ms = [], []
    with bench.weir() as server, bench.nginx() as nginx:
        for _ in range(_ROUNDS):
            weir_ms.append(_round(lambda: tree(server), server.url("/api/streams")))
            nginx_ms.append(_round(lambda: nginx.pids, nginx.url("/small")))
    ours, theirs = statistics.median(weir_ms), statistics.median(nginx_ms)
    return [
        Figure("weir: CPU per connection with one request", ours, "ms"),
        Figure("nginx: CPU per connection with one request", theirs, "ms"),
        Figure("weir over nginx", ours / theirs, "x", "<= 1.05"),
    ]


def _round(pids: Callable[[], list[int]], url: str) -> float:
    """CPU milliseconds per connection. h2load opens each connection anew, with a full handshake."""
    before = cpu_seconds(pids())
    done = 0
    while done < _CONNECTIONS:
        seen = report(h2load("-c", str(_AT_ONCE), "-n", str(_AT_ONCE), "-m", "1", url))
        assert seen.ok == _AT_ONCE, seen.text
        done += _AT_ONCE
    return (cpu_seconds(pids()) - before) / done * 1000
