"""Players of low-latency HLS, beside nginx with the same lists and parts as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_players import ROOT, live
from bench_setting import Bench, cpu_seconds, tree
from comparison import Contender, Measure, Workload
from peers import Nginx, running
from weir import crowd
from weir.crowd import Crowd, CrowdReport

_PLAYERS = 500
_SECONDS = 20
_QUICK_SECONDS = 8
# What comes within this was asked for at the same time: a list and a part of one track.
_ROUND_US = 10_000


class _Stand:
    """What the first of Weir's players had in a round is what nginx gives to all in the next one."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._tool = crowd.build(bench.fresh_folder("tool"))
        self._players = bench.scale(_PLAYERS)
        self._seconds = _QUICK_SECONDS if bench.quick else _SECONDS
        self._kept: Path | None = None

    def weir(self) -> dict[str, float]:
        kept = self._bench.fresh_folder("kept")
        with live(self._bench, "2440k", workers=1) as (server, publisher):
            players = Crowd(
                self._tool, server.port, ROOT, self._seconds, self._players, self._players, "keep", str(kept))
            values, seen = self._costs(players, lambda: tree(server))
            late = seen.behind_publisher("media", publisher)
        self._kept = kept
        return values | {"late_p50": late.share(50), "late_p99": late.share(99)}

    def nginx(self) -> dict[str, float]:
        assert self._kept is not None, "there is nothing to serve"
        files = {file.name: file.read_bytes() for file in self._kept.iterdir()}
        script = self._bench.fresh_folder("replay") / "script"
        script.write_text(_replayed(self._kept))
        with running(Nginx, self._bench, files) as server:
            # Half as long again, for a machine that is too busy to keep the pace.
            players = Crowd(
                self._tool, server.port, "/", self._seconds * 1.5, self._players, self._players, "replay",
                str(script))
            return self._costs(players, lambda: server.pids)[0]

    def _costs(
        self, players: Crowd, pids: Callable[[], list[int]]
    ) -> tuple[dict[str, float], CrowdReport]:
        with players:
            before_s = cpu_seconds(pids())
            seen = players.begin().report()
            used_s = cpu_seconds(pids()) - before_s
        assert not seen.failures, seen.failures
        return {
            "cpu": used_s / seen.bytes * 1e9, "rate": seen.answers / used_s, "load": seen.cpu_share * 100,
        }, seen


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
    stand = _Stand(bench)
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
            Measure("cpu", "Processor time", "s/GB", "at most 0.67 x nginx"),
            Measure("rate", "Requests", "per CPU-s", "at least 1.5 x nginx", more_is_better=True),
            Measure("late_p50", "A part after the publisher's last byte, median", "ms"),
            Measure("late_p99", "A part after the publisher's last byte, 99 of 100", "ms"),
            Measure("load", "The load's own core", "% busy"),
        ),
        _contenders,
    ),
)
