"""How long from start to ready, and from a worker's death to its replacement."""

from __future__ import annotations

import statistics
import time

from bench_setting import Figure, Bench

_ROUNDS = 5


def start_to_ready(bench: Bench) -> list[Figure]:
    """From the start of the process until the first request is answered (median)."""
    seen = []
    for _ in range(_ROUNDS):
        with bench.weir() as server:
            seen.append(server.started_in_s * 1000)
    return [Figure("start to first answer", statistics.median(seen), "ms")]


def killed_worker_to_replacement(bench: Bench) -> list[Figure]:
    """From kill -9 of the only worker until a request is answered again (median and worst).

    With one worker, a request waits in the listener's backlog until the replacement is ready, so
    the answer is the proof. A fresh server each time: repeated deaths are delayed by design.
    """
    seen = []
    for _ in range(_ROUNDS):
        with bench.weir(workers=1) as server:
            began = time.monotonic()
            dead = server.kill_worker(0)
            while server.get("/api/streams").status != 200:
                pass  # a request that the dead worker took with it
            seen.append((time.monotonic() - began) * 1000)
            assert dead not in server.workers().values()
    return [
        Figure("killed worker to answer of its replacement, median", statistics.median(seen), "ms"),
        Figure("killed worker to answer of its replacement, worst", max(seen), "ms", "<= 1000"),
    ]
