"""What was measured, kept in build/reports/bench.json from run to run: a part can be measured again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench_setting import Figure
from comparison import Outcome, Workload
from weir.places import REPORTS


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
        file = REPORTS / ("bench-quick.json" if quick else "bench.json")
        try:
            found = json.loads(file.read_text())
            return cls(
                file,
                {workload.key: Outcome.from_json(workload, found["workloads"][workload.key])
                 for workload in workloads if workload.key in found["workloads"]},
                {name: [Figure(**each) for each in found["figures"][name]]
                 for name in figures if name in found["figures"]},
            )
        except (OSError, ValueError, KeyError, TypeError):
            return cls(file, {}, {})  # none yet, or by another version of this program

    def keep(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        everything = {
            "workloads": {key: outcome.as_json() for key, outcome in self.outcomes.items()},
            "figures": {name: [asdict(each) for each in figures]
                        for name, figures in self.figures.items()},
        }
        self.file.write_text(json.dumps(everything, indent=1) + "\n")
