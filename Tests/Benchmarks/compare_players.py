"""Players of low-latency HLS, beside nginx with the same lists and parts as files."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_players import ROOT, broadcast, live
from bench_setting import Bench, cpu_seconds, memory, tree
from comparison import Contender, Measure, Workload
from live_stage import assert_rate
from peers import Nginx, running
from weir import crowd
from weir.crowd import Crowd

_PLAYERS = 500
_SECONDS = 20
_QUICK_SECONDS = 8
# What comes within this was asked for at the same time: a list and a part of one track.
_ROUND_US = 10_000


class Stand:
    """What the first of Weir's players had in a round is what nginx gives to all in the next one."""

    def __init__(self, bench: Bench, kilobits: int = 2500) -> None:
        self._bench, self._kilobits = bench, kilobits
        assert_rate(broadcast(kilobits), kilobits)
        self._tool = crowd.build(bench.fresh_folder("tool"))
        self._players = bench.scale(_PLAYERS)
        self._seconds = _QUICK_SECONDS if bench.quick else _SECONDS
        self._kept: Path | None = None

    def weir(self) -> dict[str, float]:
        self._forget()
        kept = self._bench.fresh_folder("kept")
        with live(self._bench, self._kilobits, workers=1) as (server, publisher):
            before = memory(tree(server), "anonymous")
            with self._crowd(server.port, ROOT, self._seconds, "keep", str(kept)) as players:
                cost = _Cost(players, lambda: tree(server))
            late = cost.seen.behind_publisher("media", publisher)
        self._kept = kept
        return cost.values | {
            "late_p50": late.share(50), "late_p99": late.share(99),
            "memory": (cost.anonymous_bytes - before) / self._players / 1024,
        }

    def nginx(self) -> dict[str, float]:
        assert self._kept is not None, "there is nothing to serve"
        files = {file.name: file.read_bytes() for file in self._kept.iterdir()}
        # Half as long again, for a machine that is too busy to keep the pace.
        seconds = self._seconds * 1.5
        with self._bench.passing_folder("replay") as folder, running(Nginx, self._bench, files) as server:
            script = folder / "script"
            script.write_text(_replayed(self._kept))
            with self._crowd(server.port, "/", seconds, "replay", str(script)) as players:
                return _Cost(players, lambda: server.pids).values

    def _forget(self) -> None:
        """What nginx gives is of the round before, or of none."""
        if self._kept is not None:
            shutil.rmtree(self._kept, ignore_errors=True)
        self._kept = None

    def _crowd(self, port: int, root: str, seconds: float, *more: str) -> Crowd:
        return Crowd(self._tool, port, root, seconds, self._players, self._players, *more)


class _Cost:
    """What a server takes for players until they are done."""

    def __init__(self, players: Crowd, pids: Callable[[], list[int]]) -> None:
        before_s, began = cpu_seconds(pids()), time.monotonic()
        players.begin()
        time.sleep(players.seconds / 2)
        self.anonymous_bytes = memory(pids(), "anonymous")
        self.seen = players.report()
        self._used_s, self._took_s = cpu_seconds(pids()) - before_s, time.monotonic() - began
        assert not self.seen.failures, self.seen.failures

    @property
    def values(self) -> dict[str, float]:
        return {
            "cpu": self._used_s / self.seen.bytes * 1e9, "rate": self.seen.answers / self._used_s,
            # Those who replay are done before their time is over.
            "load": self.seen.cpu_s / self._took_s * 100,
        }


def _replayed(kept: Path) -> str:
    """For the tool: what was asked for together, and when."""
    lines: list[str] = []
    first_us = last_us = 0
    for line in (kept / "order").read_text().splitlines():
        number, *_, at_us = line.split()
        first_us = first_us or int(at_us)
        if not lines or int(at_us) - last_us > _ROUND_US:
            lines.append(f"@{(int(at_us) - first_us) // 1000}")
            last_us = int(at_us)
        lines.append(number)
    return "\n".join(lines) + "\n"


@contextmanager
def _contenders(bench: Bench) -> Iterator[list[Contender]]:
    with bench.passing("players") as there:
        stand = Stand(there)
        found = [Contender("Weir", stand.weir, "weir")]
        if Nginx.is_installed():
            found.append(Contender(Nginx.name, stand.nginx))
        yield found


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        "hls-500", f"{_PLAYERS} players of low-latency HLS, 2.5 Mbit/s",
        f"{_PLAYERS} players of picture and sound, with a connection over HTTP/2 each, for {_SECONDS} "
        "seconds (Tests/Benchmarks/Players). They ask for lists and parts before these are there, as the "
        "protocol wants it. Weir takes the broadcast in as well and makes lists and parts of it, with one "
        "worker. nginx, with one worker as well, has as files what the first of these players was given, and "
        "gives it to all at the same pace.",
        (
            Measure("cpu", "Processor time", "CPU-s per GB", "at most 0.666 x nginx"),
            Measure("rate", "Requests", "per CPU-s", "at least 1.5 x nginx", more_is_better=True),
            Measure("memory", "Memory for a player", "KiB"),
            Measure("late_p50", "A part after the publisher's last byte, median", "ms"),
            Measure("late_p99", "A part after the publisher's last byte, 99 of 100", "ms"),
            Measure("load", "The load's own core", "% busy"),
        ),
        _contenders,
    ),
)
