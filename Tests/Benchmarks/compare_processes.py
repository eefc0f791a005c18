"""Weir beside itself: how long its processes take to come, and what more of them cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import loads
from bench_setting import Bench, tree
from compare_requests import asset_of
from comparison import Contender, Measure, Workload
from weir import handovers
from weir.server import Server

_REQUESTS = 100_000
_WORKER_COUNTS = (1, 2, 4)


@contextmanager
def _times(bench: Bench) -> Iterator[list[Contender]]:
    """A fresh server each time: repeated deaths of a worker are delayed by design."""
    def measure() -> dict[str, float]:
        with bench.weir(workers=1) as server:
            return {
                "start": server.started_in_s * 1000,
                "replacement": replacement_s(server) * 1000,
                "reload": handovers.reload(server) * 1000,
            }
    yield [Contender("Weir", measure, "weir")]


def replacement_s(server: Server) -> float:
    """From kill -9 of the only worker until a request is answered again. It waits in the listener's backlog
    until the replacement is ready, so the answer is the proof."""
    server.wait_for_all_workers()
    began = time.monotonic()
    server.kill_worker(0)
    while server.get("/api/streams").status != 200:
        pass  # a request that the dead worker took with it
    return time.monotonic() - began


@contextmanager
def _workers(bench: Bench) -> Iterator[list[Contender]]:
    find = asset_of(12_000)

    def contender(server: Server, count: int) -> Contender:
        def measure() -> dict[str, float]:
            cost = loads.requests(
                lambda: tree(server), server.url(find(server)), bench.scale(_REQUESTS), connections=24)
            return {"time": cost.used_s / cost.traffic_bytes * 1e9}
        return Contender(f"Weir, {count} worker{'s' * (count > 1)}", measure, "weir")

    with ExitStack() as stack:
        yield [
            contender(stack.enter_context(bench.weir(workers=count)), count) for count in _WORKER_COUNTS
        ]


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        "workers", "More workers for the same work",
        f"h2load asks {_REQUESTS:,} times a round for a script of about 12 KB, on 24 connections with 10 "
        "requests at a time each. All workers share one core, so what is compared is what they cost, not how "
        "fast they are.",
        (Measure("time", "Processor time", "CPU-s per GB", "at most 1.05 x Weir, 1 worker"),),
        _workers,
    ),
    Workload(
        "times", "Start, reload, a worker's death",
        "From the start of the program to the first answer; the command `weir reload`, which waits until new "
        "workers serve; from `kill -9` of the only worker to the next answer. Each time with a fresh server, "
        "and with the start of the client, curl, in it.",
        (
            Measure("start", "Start to first answer", "ms", "under 200 ms"),
            Measure("replacement", "Killed worker to next answer", "ms", "under 200 ms"),
            Measure("reload", "Reload", "ms", "under 300 ms"),
        ),
        _times,
    ),
)
