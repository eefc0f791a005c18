"""Connections with one request each, beside other servers: with a full handshake, and resumed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench_setting import Bench, cpu_seconds, tree
from comparison import Contender, Measure, Workload
from peers import H2o, Nginx, running
from weir.audience import compile_c

_SOURCE = Path(__file__).with_name("Handshakes") / "handshakes.c"
_CONNECTIONS = 4_000
_AT_ONCE = 16
# Two, so that a ticket meets the worker that did not give it.
_WORKERS = 2
_FILE = {"small": b"x" * 200}
# A handshake takes a millisecond or two.
_TOOL_S = 120
# With fewer, what is measured is full handshakes as well.
_RESUMED_AT_LEAST = 0.99


@contextmanager
def _contenders(bench: Bench) -> Iterator[list[Contender]]:
    tool = compile_c(bench.fresh_folder("tool") / "handshakes", [_SOURCE], "-lssl", "-lcrypto", "-pthread")

    def contender(name: str, pids: Callable[[], list[int]], port: int, path: str) -> Contender:
        def measure() -> dict[str, float]:
            full_ms, _ = cpu_ms(tool, pids, port, path, "full", bench.scale(_CONNECTIONS))
            resumed_ms, share = cpu_ms(tool, pids, port, path, "resumed", bench.scale(_CONNECTIONS))
            values = {"full": full_ms, "share": share * 100}
            return values | ({"resumed": resumed_ms} if share >= _RESUMED_AT_LEAST else {})
        return Contender(name, measure, "weir" if name == "Weir" else "peer")

    with ExitStack() as stack:
        server = stack.enter_context(bench.weir(workers=_WORKERS))
        made = [contender("Weir", lambda: tree(server), server.port, "/api/streams")]
        for kind in (Nginx, H2o):
            if kind.is_installed():
                peer = stack.enter_context(running(kind, bench, _FILE, _WORKERS))
                made.append(contender(kind.name, lambda peer=peer: peer.pids, peer.port, "/small"))
        yield made


def cpu_ms(
    tool: Path, pids: Callable[[], list[int]], port: int, path: str, how: str, count: int
) -> tuple[float, float]:
    """For each connection; and the share of connections that were resumed, the first ones left out."""
    before_s = cpu_seconds(pids())
    done = subprocess.run([tool, str(port), path, str(count), str(_AT_ONCE), how], check=True,
                          capture_output=True, text=True, timeout=_TOOL_S)
    used_s = cpu_seconds(pids()) - before_s
    said = re.fullmatch(r"made (\d+) resumed (\d+)\n", done.stdout)
    assert said and int(said[1]) == count, done.stdout + done.stderr
    return used_s / count * 1000, int(said[2]) / (count - _AT_ONCE)


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        "handshakes", "TLS handshakes",
        f"{_CONNECTIONS:,} connections a round, {_AT_ONCE} at a time, with one small request over HTTP/2 "
        f"each, by `Tests/Benchmarks/Handshakes`: X25519, ECDSA P-256. Each server has {_WORKERS} workers. A "
        "resumed connection shows the newest ticket of the one before it, and meets any worker. A ticket is "
        "shown once, as browsers do. The share is of all connections but the first of each client. Where it "
        f"is under {_RESUMED_AT_LEAST:.0%}, the rest were full handshakes, and what a resumed one takes is "
        "left out.",
        (
            Measure("full", "Full handshake and request", "CPU-ms", "at most 1 x nginx"),
            Measure("resumed", "Resumed handshake and request", "CPU-ms", "at most 1 x nginx"),
            Measure("share", "Resumed", "% of connections", "at least 100 %", more_is_better=True),
        ),
        _contenders,
    ),
)
