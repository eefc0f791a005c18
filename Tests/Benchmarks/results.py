"""What was measured, kept in build/reports/bench.json from run to run: a part can be measured again."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from bench_setting import Figure
from comparison import Outcome, Workload
from weir.places import REPORTS

Entry = TypeVar("Entry")


@dataclass
class Results:
    """Outcomes by the key of the workload, figures by the name of what measured them."""

    file: Path
    outcomes: dict[str, Outcome]
    figures: dict[str, list[Figure]]

    @classmethod
    def kept(
        cls, workloads: Iterable[Workload], figures: Iterable[str], *, quick: bool = False
    ) -> "Results":
        """Of these, in this order. What is kept under other names is of the past."""
        return cls.of(REPORTS / ("bench-quick.json" if quick else "bench.json"), workloads, figures)

    @classmethod
    def of(cls, file: Path, workloads: Iterable[Workload], figures: Iterable[str]) -> "Results":
        """An entry that cannot be read, as of another version of this program, costs that entry alone."""
        found = _read(file)
        return cls(
            file,
            _readable(found.get("workloads"), {
                workload.key: lambda kept, workload=workload: Outcome.from_json(workload, kept)
                for workload in workloads}),
            _readable(found.get("figures"), {
                name: lambda kept: [Figure(**each) for each in kept] for name in figures}),
        )

    def forget(self, name: str) -> None:
        """What failed has no samples: those from before may be of another build."""
        self.outcomes.pop(name, None)
        self.figures.pop(name, None)

    def keep(self) -> None:
        """Whole or not at all, whatever happens meanwhile."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        everything = {
            "workloads": {key: outcome.as_json() for key, outcome in self.outcomes.items()},
            "figures": {name: [asdict(each) for each in figures]
                        for name, figures in self.figures.items()},
        }
        beside = self.file.with_suffix(".new")
        beside.write_text(json.dumps(everything, indent=1) + "\n")
        os.replace(beside, self.file)


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as failure:
        print(f"{file} cannot be read: {failure}", file=sys.stderr)
        return {}
    return found if isinstance(found, dict) else {}


def _readable(found: object, readers: dict[str, Callable[[Any], Entry]]) -> dict[str, Entry]:
    made: dict[str, Entry] = {}
    for name, reader in readers.items():
        if not isinstance(found, dict) or name not in found:
            continue
        try:
            made[name] = reader(found[name])
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            print(f"what was kept of {name} cannot be read: {failure!r}", file=sys.stderr)
    return made
