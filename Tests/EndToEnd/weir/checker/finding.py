"""What a checker found: the number of a rule, where it is broken and how."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One broken rule. `text` is the playlist, or what else shows it."""

    rule: str
    place: str
    what: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.rule} {self.place}: {self.what}"


class Findings:
    """What was found so far. A rule that is broken in the same place many times is noted a few times
    and counted. Several threads may note something."""

    _MOST_OF_A_KIND = 5

    def __init__(self) -> None:
        self.all: list[Finding] = []
        self.counts: dict[tuple[str, str], int] = {}
        #: How often something was looked at: a checker that looks at nothing finds nothing.
        self.looks: dict[str, int] = {}
        self._lock = threading.Lock()

    def note(self, rule: str, place: str, what: str, text: str = "") -> None:
        with self._lock:
            kind = (rule, place)
            self.counts[kind] = self.counts.get(kind, 0) + 1
            if self.counts[kind] <= self._MOST_OF_A_KIND:
                self.all.append(Finding(rule, place, what, text))

    def looked(self, at: str, count: int = 1) -> None:
        with self._lock:
            self.looks[at] = self.looks.get(at, 0) + count

    @property
    def rules(self) -> set[str]:
        return {finding.rule for finding in self.all}

    def without(self, rules: frozenset[str]) -> list[Finding]:
        return [finding for finding in self.all if finding.rule not in rules]

    def report(self, leaving_out: frozenset[str] = frozenset()) -> str:
        """For people: every finding, and the text of the first of each kind."""
        lines, shown = [], set()
        for finding in self.without(leaving_out):
            lines.append(str(finding))
            kind = (finding.rule, finding.place)
            if kind not in shown and finding.text:
                shown.add(kind)
                lines += [f"    ({self.counts[kind]} times)"]
                lines += ["    " + line for line in finding.text.splitlines()[-60:]]
        return "\n".join(lines)
