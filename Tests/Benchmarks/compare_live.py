"""Live WebM for crowds, beside Icecast and the limit: what a gigabyte takes, and how late it comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench_setting import Bench
from comparison import Contender, Measure, Workload
from icecast import Icecast
from live_stage import Show, Stage, icecast2, weir

_PROTOCOLS = {"h2": "Weir, HTTP/2", "http1": "Weir, HTTP/1.1"}
_ICECAST = "Icecast"
_LIMIT = "the limit"

_CROWD = Show(viewers=500, streams=1, kilobits=2500, joins=200)
_THOUSANDS = Show(viewers=5000, streams=1, kilobits=450, workers=2)
_CHANNELS = Show(viewers=1000, streams=100, kilobits=1000)
_PAIRS = Show(viewers=1000, streams=1000, kilobits=450, gather_ms=100, ring="4M")

_DELIVERED = Measure("delivered", "Delivered of what was due", "%", more_is_better=True)
_LOAD = Measure("load", "The load's own core", "% busy")
_GONE = Measure("gone", "Viewers who were dropped, or not let in within a minute", "")


def _delays(aim: str = "") -> tuple[Measure, ...]:
    return (
        Measure("delay_p50", "A block is late, median", "ms"),
        Measure("delay_p99", "A block is late, 99 of 100", "ms", aim),
    )


def _measures(
    cpu: str, *more: Measure, arrival: str = "", memory: str = "", delay: str = ""
) -> tuple[Measure, ...]:
    """The aims of a crowd; what is not named is only reported."""
    return (
        Measure("cpu", "Processor time", "CPU-s per GB", cpu),
        Measure("arrival", "Processor time for an arrival", "us", arrival),
        Measure("piece", "An arrival", "KB"),
        Measure("memory", "Memory for a viewer", "KiB", memory),
        _DELIVERED, _GONE, *_delays(delay), *more, _LOAD,
    )


_JOINS = (
    Measure("join_p50", "A join, median", "ms"),
    Measure("join_p99", "A join, 99 of 100", "ms", "under 20 ms"),
)

_METHOD = """
The publishers send a recording of ffmpeg's in real time and write the time over the last bytes of each
block when they hand it to the kernel. All viewers are in one process (Tests/Benchmarks/LiveLoad), with a
connection each, and read these times. Counted is the media that they have read in {seconds} seconds, from
when all are there, and the time that the server's processes took meanwhile, for taking the broadcast in as
well. An arrival is what a viewer finds when it looks. Memory is what the processes have taken for the
viewers, without the ring of the broadcast, which fills meanwhile and is in the page cache once (`Anonymous`
in /proc). The limit encrypts and sends pieces of the size that Weir's viewers found last, as often, to as
many connections (Tests/Benchmarks/Limit). Icecast has the queue and the burst that live video needs. Where
the load's own core is over 90 % busy, the figures beside it are not to be trusted.
"""


def _workload(
    key: str, title: str, what: str, show: Show, measures: tuple[Measure, ...],
    protocols: tuple[str, ...] = ("h2",),
) -> Workload:
    @contextmanager
    def contenders(bench: Bench) -> Iterator[list[Contender]]:
        stage = Stage(bench, show)
        ours, theirs = weir(bench, stage.show), icecast2(bench)
        found = [
            Contender(_PROTOCOLS[each], lambda each=each: stage.round(ours, each), "weir")
            for each in protocols
        ]
        # Straight after ours, whose pace it takes.
        found.append(Contender(_LIMIT, stage.limit, "limit"))
        if Icecast.is_installed():
            found.append(Contender(_ICECAST, lambda: stage.round(theirs, "http1")))
        yield found

    method = what + " " + " ".join(_METHOD.format(seconds=show.seconds).split())
    return Workload(key, title, method, measures, contenders)


def _fan_out(viewers: int) -> Workload:
    @contextmanager
    def contenders(bench: Bench) -> Iterator[list[Contender]]:
        stage = Stage(bench, Show(viewers, streams=1, kilobits=2500))
        ours, theirs = weir(bench, stage.show), icecast2(bench)
        found = [Contender(_PROTOCOLS["h2"], lambda: stage.round(ours, "h2"), "weir")]
        if Icecast.is_installed():
            found.append(Contender(_ICECAST, lambda: stage.round(theirs, "http1")))
        yield found

    return Workload(
        f"fan-out-{viewers}", f"How late media comes, with {viewers} viewers",
        f"{viewers} viewers of one broadcast of 2.5 Mbit/s. From when the publisher hands a block to the "
        "kernel until a viewer has read the whole of it, over all blocks and viewers; otherwise as with 500 "
        "viewers.",
        (*_delays(f"at most 60 ms; at most 1 x {_ICECAST}"),
         Measure("cpu", "Processor time", "CPU-s per GB"),
         Measure("arrival", "Processor time for an arrival", "us"), Measure("piece", "An arrival", "KB"),
         Measure("memory", "Memory for a viewer", "KiB"), _DELIVERED, _GONE, _LOAD),
        contenders,
    )


WORKLOADS: tuple[Workload, ...] = (
    _workload(
        "live-500", "500 viewers of one broadcast, 2.5 Mbit/s",
        f"One worker. With all viewers on, {_CROWD.joins} more come one after another, on connections that "
        "are there already: a join is the time from the request to the first key frame.",
        _CROWD,
        _measures(f"at most 1.1 x {_LIMIT}; at most 0.2 x {_ICECAST}", *_JOINS,
                  delay=f"at most 150 ms; at most 1 x {_ICECAST}"),
        ("http1", "h2"),
    ),
    _fan_out(5),
    _fan_out(50),
    _workload(
        "live-5000", "5,000 viewers of one broadcast, 0.45 Mbit/s", "Two workers, which share one core.",
        _THOUSANDS,
        _measures("at most 0.9 CPU-s per GB", arrival="at most 11 us", memory="at most 33 KiB"),
    ),
    _workload(
        "live-100x10", "100 broadcasts with 10 viewers each, 1 Mbit/s", "One worker.", _CHANNELS,
        _measures(f"at most 0.25 x {_ICECAST}"),
    ),
    _workload(
        "live-1000x1", "1,000 broadcasts with a viewer each, 0.45 Mbit/s",
        "One worker, with rings of 4 MiB. Publishers send ten times a second, as browsers do.", _PAIRS,
        _measures(f"at most 0.25 x {_ICECAST}"),
    ),
)
