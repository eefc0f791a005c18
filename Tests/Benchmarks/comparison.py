"""Comparing servers: each does the same work in turn, round after round, and all samples are kept.

A workload starts its servers, pinned to one core, with the load on the others (`Bench`). Each round measures
every contender once, A B A B, so that what else the machine does hits all of them. What is shown is the
median of the rounds, and the spread from the lowest to the highest.
"""

from __future__ import annotations

import datetime
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import hardware
from aims import Aim, read_aims
from bench_setting import Bench


@dataclass(frozen=True)
class Measure:
    """One column of a table. `aim` is in words that `read_aims` understands: "at most 1.1 x the limit"."""

    key: str
    title: str
    unit: str
    aim: str = ""
    more_is_better: bool = False

    @property
    def aims(self) -> list[Aim]:
        return read_aims(self.aim)

    @property
    def heading(self) -> str:
        return f"{self.title}, {self.unit}" if self.unit else self.title


@dataclass(frozen=True)
class Contender:
    """A server under the load, or a program that shows how far one could get.

    `measure` makes one round and gives values by the keys of measures; it raises when the round failed.
    `kind` is "weir", "peer" or "limit". Aims are judged for those of kind "weir".
    """

    name: str
    measure: Callable[[], dict[str, float]]
    kind: str = "peer"


@dataclass(frozen=True)
class Workload:
    """`method` is Markdown: what is done, so that anybody can check it. `contenders` starts and ends the
    servers."""

    key: str
    title: str
    method: str
    measures: tuple[Measure, ...]
    contenders: Callable[[Bench], AbstractContextManager[list[Contender]]]

    def __post_init__(self) -> None:
        for measure in self.measures:
            assert measure.aims or not measure.aim, f"{self.key}: what is \"{measure.aim}\"?"


@dataclass(frozen=True)
class Summary:
    """What the rounds of one contender come to."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, samples: list[float]) -> "Summary":
        return cls(statistics.median(samples), min(samples), max(samples))


@dataclass
class Outcome:
    """All samples of a workload: by contender, by measure, in the order of rounds. `build` is the commit that
    was checked out; empty when nobody knows."""

    workload: Workload
    measured_at: str
    kinds: dict[str, str] = field(default_factory=dict)
    samples: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)
    build: str = ""

    def summary(self, contender: str, measure: Measure) -> Summary | None:
        seen = self.samples.get(contender, {}).get(measure.key)
        return Summary.of(seen) if seen else None

    def summaries(self, measure: Measure) -> dict[str, Summary]:
        """Of the contenders that have this measure, in their order."""
        found = {name: self.summary(name, measure) for name in self.kinds}
        return {name: summary for name, summary in found.items() if summary}

    @property
    def ours(self) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind == "weir"]

    @property
    def ours_failed(self) -> bool:
        return any(self.failures.get(name) for name in self.ours)

    def as_json(self) -> dict[str, Any]:
        return {
            "measuredAt": self.measured_at, "build": self.build, "kinds": self.kinds,
            "samples": self.samples, "failures": self.failures,
        }

    @classmethod
    def from_json(cls, workload: Workload, kept: dict[str, Any]) -> "Outcome":
        """Raises KeyError, TypeError, ValueError or AttributeError when it is none."""
        samples = {
            name: {key: [float(value) for value in values] for key, values in measures.items()}
            for name, measures in kept["samples"].items()
        }
        datetime.date.fromisoformat(kept["measuredAt"])
        return cls(workload, kept["measuredAt"], dict(kept["kinds"]), samples, dict(kept["failures"]),
                   kept.get("build", ""))


def compare(workload: Workload, bench: Bench) -> Outcome:
    """All rounds of a workload. A contender that fails in a round goes on in the next one."""
    outcome = Outcome(workload, datetime.date.today().isoformat(), build=hardware.commit())
    keys = {measure.key for measure in workload.measures}
    with workload.contenders(bench) as contenders:
        outcome.kinds = {contender.name: contender.kind for contender in contenders}
        assert len(outcome.kinds) == len(contenders), "contenders have names of their own"
        for number in range(bench.rounds):
            for contender in contenders:
                began = time.monotonic()
                values = _measured(contender, outcome)
                assert keys >= values.keys(), f"{contender.name} measures {values.keys() - keys}"
                for key, value in values.items():
                    outcome.samples.setdefault(contender.name, {}).setdefault(key, []).append(value)
                shown = ", ".join(f"{key} {value:.4g}" for key, value in values.items())
                print(f"  round {number + 1}, {contender.name}: {shown} "
                      f"({time.monotonic() - began:.1f} s)", file=sys.stderr, flush=True)
    return outcome


def _measured(contender: Contender, outcome: Outcome) -> dict[str, float]:
    try:
        return contender.measure()
    # Whatever a peer does must not cost the figures of the others.
    except Exception as failure:
        outcome.failures.setdefault(contender.name, []).append(f"{type(failure).__name__}: {failure}")
        print(f"  {contender.name} failed: {failure}", file=sys.stderr, flush=True)
        return {}
