"""What must be so all the time: counters never go back. Every second, by Prometheus's own parser."""

from __future__ import annotations

from ..admin import Metrics, ask
from ..server import Server
from .actor import Actor, Tally

# Those of one stream begin anew with a new broadcast (docs/metrics.md).
_OF_ONE = "stream"


class Watcher(Actor):
    pause_s = 1.0

    def __init__(self, server: Server, tally: Tally, seed: int) -> None:
        super().__init__(server, tally, seed)
        self._before: dict[str, float] = {}

    def turn(self) -> None:
        if ask(self.server, "/healthz").status != 200:
            # The worker that was asked has just been killed.
            return self.tally.note("a look at metrics without an answer")
        try:
            now = _counters(Metrics(self.server))
        except AssertionError:
            return self.tally.note("a look at metrics without an answer")
        before, self._before = self._before, now
        for key, value in before.items():
            if value > now.get(key, value):
                self.tally.fault(f"{key} went back from {value} to {now[key]}")
        self.tally.note("a look at metrics")


def _counters(metrics: Metrics) -> dict[str, float]:
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in metrics.families if family.type in ("counter", "histogram")
        for sample in family.samples if _OF_ONE not in sample.labels and not sample.name.endswith("_created")
    }
