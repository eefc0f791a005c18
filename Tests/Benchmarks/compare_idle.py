"""What connections cost in memory that made one request and stay, beside other servers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import loads
from bench_setting import Bench, memory, tree
from comparison import Contender, Measure, Workload
from peers import FILE_SERVERS, running
from weir import processes
from weir.waiting import wait_until

_COUNTS = (2_000, 10_000)
_QUIET_S = 3
_FILE = {"small": b"x" * 200}


@dataclass(frozen=True)
class Served:
    """A server that has just started."""

    pids: Callable[[], list[int]]
    port: int
    url: str


@contextmanager
def _weir(bench: Bench) -> Iterator[Served]:
    with bench.weir(workers=1) as server:
        yield Served(lambda: tree(server), server.port, server.url("/api/streams"))


@contextmanager
def _contenders(bench: Bench) -> Iterator[list[Contender]]:
    """Each round has a server of its own: memory that was used before is not taken again."""
    def peer(kind: type) -> Callable[[], AbstractContextManager[Served]]:
        @contextmanager
        def start() -> Iterator[Served]:
            with running(kind, bench, _FILE) as made:
                yield Served(lambda: made.pids, made.port, made.url("small"))
        return start

    def contender(name: str, start: Callable[[], AbstractContextManager[Served]], kind: str) -> Contender:
        def measure() -> dict[str, float]:
            with start() as served:
                return {str(count): kib for count, kib in kib_per_connection(served, counts)}
        return Contender(name, measure, kind)

    counts = _COUNTS[:1] if bench.quick else _COUNTS
    yield [
        contender("Weir", lambda: _weir(bench), "weir"),
        *(contender(kind.name, peer(kind), "peer") for kind in FILE_SERVERS if kind.is_installed()),
    ]


def kib_per_connection(served: Served, counts: tuple[int, ...]) -> Iterator[tuple[int, float]]:
    """With so many connections at a time, when they have been quiet for a while."""
    before = memory(served.pids(), "pss")
    clients = []
    try:
        for count in counts:
            more = str(count - counts[len(clients) - 1] if clients else count)
            clients.append(loads.stay(served.url, int(more)))
            wait_until(
                lambda: sum(processes.connections_at(pid, {served.port}) for pid in served.pids()) >= count,
                f"{count} connections", timeout_s=60)
            time.sleep(_QUIET_S)
            yield count, (memory(served.pids(), "pss") - before) / count / 1024
    finally:
        for client in clients:
            client.kill()
            client.wait()


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        "idle", "Idle connections",
        "Connections over HTTP/2 that come at once, make one small request each, and stay. Memory is the PSS "
        "of all processes of the server, less what it was before they came, when they have been quiet for "
        f"{_QUIET_S} seconds. Each round has a fresh server with one worker.",
        tuple(Measure(str(count), f"With {count:,} connections", "KiB per connection", "at most 32 KiB")
              for count in _COUNTS),
        _contenders,
    ),
)
