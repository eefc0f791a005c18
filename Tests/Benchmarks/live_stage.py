"""Rounds of live shows: a server is started, publishers and viewers come, and what it takes is measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

import icecast
from bench_setting import Bench, cpu_seconds, memory, tree
from limit import build as build_limit
from limit import limit
from live_load import LiveAudience, LiveLoad, Publishers
from weir.recordings import Recording, record

_RECORDING_SECONDS = 150
_SOUND_KILOBITS = 60
_SIZES = ((200, "160x120"), (1000, "320x180"), (3000, "640x360"), (20_000, "1280x720"))
_QUICK_SECONDS = 5


@dataclass(frozen=True)
class Show:
    """What is broadcast, and who watches it. With `gather_ms`, publishers send what they have so often."""

    viewers: int
    streams: int
    kilobits: int
    workers: int = 1
    seconds: int = 15
    gather_ms: int = 0
    joins: int = 0
    #: Until all who have come are at the live edge.
    settle_s: float = 4
    #: For the rings of many streams at once, what an operator would set.
    ring: str = "32M"

    @property
    def recording(self) -> Recording:
        # Small pictures do not need a high rate, and encoders do not spend what is not needed.
        size = next(size for most, size in _SIZES if self.kilobits <= most)
        picture = self.kilobits - min(_SOUND_KILOBITS, self.kilobits // 2)
        made = record(seconds=_RECORDING_SECONDS, size=size, rate=f"{picture}k")
        assert_rate(made, self.kilobits)
        return made

    def scaled(self, bench: Bench) -> "Show":
        if not bench.quick:
            return self
        streams = bench.scale(self.streams)
        viewers = bench.scale(self.viewers) if self.viewers else 0
        return replace(self, viewers=viewers, streams=streams, seconds=_QUICK_SECONDS, settle_s=2,
                       joins=self.joins // 4)


def assert_rate(recording: Recording, kilobits: int) -> None:
    """A table says it: within a tenth or so, it has to be true."""
    there = recording.path.stat().st_size * 8 / recording.seconds / 1000
    assert abs(there / kilobits - 1) < 0.15, f"{recording.path.name} has {there:.0f} kbit/s"


@dataclass(frozen=True)
class Running:
    """A server that is measured."""

    port: int
    pids: Callable[[], list[int]]
    authorization: str = "-"


Launch = Callable[[], AbstractContextManager[Running]]


def weir(bench: Bench, show: Show) -> Launch:
    @contextmanager
    def running() -> Iterator[Running]:
        with bench.weir("--ring-size", show.ring, workers=show.workers) as server:
            yield Running(server.port, lambda: tree(server))
    return running


def icecast2(bench: Bench) -> Launch:
    @contextmanager
    def running() -> Iterator[Running]:
        with icecast.icecast(bench) as server:
            yield Running(server.port, lambda: server.pids, icecast.AUTHORIZATION)
    return running


@dataclass(frozen=True)
class Pace:
    """How what is watched reaches each viewer: what the limit is asked to do as well."""

    piece_bytes: int
    period_us: int


class Stage:
    """Makes rounds of a show, on servers that are started for each of them."""

    def __init__(self, bench: Bench, show: Show) -> None:
        self.show = show.scaled(bench)
        self._recording = self.show.recording
        folder = bench.fresh_folder("live-load")
        self._load, self._limit = LiveLoad(folder), build_limit(folder)
        self._pace: Pace | None = None

    def round(self, launch: Launch, protocol: str) -> dict[str, float]:
        """The pace of the limit is that of the last round here, and it has none when that failed."""
        show = self.show
        self._pace = None
        with launch() as running, self.publishers(running) as publishers:
            time.sleep(show.settle_s / 2)
            before = memory(running.pids(), "anonymous")
            with self.audience(running, protocol) as audience:
                time.sleep(show.settle_s)
                values = self._watched(running, publishers, audience)
                values["memory"] = (memory(running.pids(), "anonymous") - before) / show.viewers / 1024
                return values | self._joins(audience)

    def publishers(self, running: Running) -> Publishers:
        return Publishers(
            self._load, running.port, self._recording, self.show.streams, gather_ms=self.show.gather_ms,
            authorization=running.authorization)

    def audience(self, running: Running, protocol: str) -> LiveAudience:
        return LiveAudience(self._load, running.port, self.show.viewers, self.show.streams, protocol)

    def _watched(
        self, running: Running, publishers: Publishers, audience: LiveAudience
    ) -> dict[str, float]:
        audience.look()
        sent, cpu = publishers.look(), cpu_seconds(running.pids())
        time.sleep(self.show.seconds)
        cpu, seen = cpu_seconds(running.pids()) - cpu, audience.look()
        sent_now = publishers.look()
        due = (sent_now["bytes"] - sent["bytes"]) * self.show.viewers / self.show.streams
        assert not seen["bad"], f"{seen['bad']} viewers were sent no WebM"
        assert not sent_now["over"], f"{sent_now['over']} publishers were sent away"
        assert seen["bytes"], "nobody was sent anything"
        each, piece = seen["bytes"] / seen["seconds"] / self.show.viewers, seen["bytes"] / seen["arrivals"]
        self._pace = Pace(round(piece), round(piece / each * 1e6))
        load = seen["cpuSeconds"] + sent_now["cpuSeconds"] - sent["cpuSeconds"]
        return {
            "cpu": cpu / seen["bytes"] * 1e9, "arrival": cpu / seen["arrivals"] * 1e6, "piece": piece / 1000,
            "delivered": seen["bytes"] / due * 100, "delay_p50": seen["delays"]["p50Ms"],
            "delay_p99": seen["delays"]["p99Ms"], "load": load / seen["seconds"] * 100,
            "gone": seen["dropped"] + seen["missing"],
        }

    def _joins(self, audience: LiveAudience) -> dict[str, float]:
        if not self.show.joins:
            return {}
        seen = audience.joins(self.show.joins)
        assert not seen["failed"], f"{seen['failed']} of those who joined got no key frame"
        return {"join_p50": seen["joins"]["p50Ms"], "join_p99": seen["joins"]["p99Ms"]}

    def limit(self) -> dict[str, float]:
        """As many connections, and the pieces that viewers had in the last round, at their pace."""
        assert self._pace is not None, "there is nothing to hold the limit to"
        seen = limit(
            self._limit, self.show.viewers, self._pace.piece_bytes, period_us=self._pace.period_us,
            seconds=self.show.seconds / 2)
        return {
            "cpu": seen.seconds_per_gb, "arrival": seen.microseconds_per_send,
            "piece": self._pace.piece_bytes / 1000,
        }
