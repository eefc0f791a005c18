"""What crowds cost on whom nothing happens, and broadcasts that nobody watches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench_setting import Bench, cpu_seconds, memory
from comparison import Contender, Measure, Workload
from live_stage import Show, Stage, weir

_QUIET_S = 10
_VIEWERS = 10_000
_STREAMS = (200, 2_000)
_PROTOCOLS = {"h2": "Weir, HTTP/2", "http1": "Weir, HTTP/1.1"}


@contextmanager
def _idle(bench: Bench) -> Iterator[list[Contender]]:
    stage = Stage(bench, Show(_VIEWERS, streams=1, kilobits=450, workers=2))

    def measure(protocol: str) -> dict[str, float]:
        with weir(bench, stage.show)() as running:
            with stage.publishers(running):
                time.sleep(_QUIET_S / 2)
            before = memory(running.pids(), "anonymous")
            with stage.audience(running, protocol) as audience:
                time.sleep(_QUIET_S / 2)
                audience.look()
                cpu = cpu_seconds(running.pids())
                time.sleep(_QUIET_S)
                cpu, seen = cpu_seconds(running.pids()) - cpu, audience.look()
                assert not seen["over"] and not seen["bad"] and not seen["missing"], seen
                taken = memory(running.pids(), "anonymous") - before
                return {
                    "memory": taken / stage.show.viewers / 1024,
                    "cpu": cpu / _QUIET_S / stage.show.viewers * 1e6,
                }

    yield [
        Contender(name, lambda protocol=protocol: measure(protocol), "weir")
        for protocol, name in _PROTOCOLS.items()
    ]


@contextmanager
def _unwatched(bench: Bench) -> Iterator[list[Contender]]:
    def contender(streams: int) -> Contender:
        show = Show(viewers=0, streams=streams, kilobits=100, gather_ms=100, ring="1M")
        stage = Stage(bench, show)

        def measure() -> dict[str, float]:
            with weir(bench, stage.show)() as running:
                before = memory(running.pids(), "anonymous")
                with stage.publishers(running) as publishers:
                    time.sleep(_QUIET_S / 2)
                    sent, cpu = publishers.look(), cpu_seconds(running.pids())
                    time.sleep(_QUIET_S)
                    cpu, sent_now = cpu_seconds(running.pids()) - cpu, publishers.look()
                    assert not sent_now["over"], f"{sent_now['over']} publishers were sent away"
                    taken = memory(running.pids(), "anonymous") - before
                    return {
                        "memory": taken / stage.show.streams / 1024,
                        "cpu": cpu / (sent_now["bytes"] - sent["bytes"]) * 1e9,
                        "piece": cpu / (sent_now["writes"] - sent["writes"]) * 1e6,
                        "delivered": (sent_now["blocks"] - sent["blocks"]) / stage.show.streams / _QUIET_S,
                        "load": (sent_now["cpuSeconds"] - sent["cpuSeconds"]) / _QUIET_S * 100,
                    }
        return Contender(f"Weir, {streams:,} broadcasts", measure, "weir")

    yield [contender(streams) for streams in _STREAMS]


WORKLOADS: tuple[Workload, ...] = (
    Workload(
        "idle-viewers", "10,000 viewers of a paused broadcast",
        f"Two workers. A broadcast pauses; then {_VIEWERS:,} viewers come, with a connection each, get what "
        "there is of it, and wait. Memory is what the processes have taken for them (`Anonymous` in /proc), "
        f"and processor time that of {_QUIET_S} seconds in which nothing happens.",
        (
            Measure("memory", "Memory for a viewer", "KiB"),
            Measure("cpu", "Processor time for a viewer", "us/s"),
        ),
        _idle,
    ),
    Workload(
        "publishers", "Broadcasts of 100 kbit/s that nobody watches",
        "One worker, with rings of 1 MiB; publishers send ten times a second, as browsers do. More "
        "broadcasts should cost no more each.",
        (
            Measure("memory", "Memory for a broadcast", "KiB"),
            Measure("cpu", "Processor time", "CPU-s per GB"),
            Measure("piece", "Processor time for what a publisher sends at a time", "us"),
            Measure("delivered", "Blocks taken in of a broadcast", "per second", more_is_better=True),
            Measure("load", "The load's own core", "% busy"),
        ),
        _unwatched,
    ),
)
