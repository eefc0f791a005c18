"""What a measure should reach, in words that people and this program understand alike.

"at least 1.25 x h2o", "at most 1.1 x the limit; at most 0.2 x Icecast", "under 20 ms". What follows the x is
the name of a contender. Several are parted by semicolons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = re.compile(r"(at least|at most|under) (\d+(?:\.\d+)?)(?: x (.+)| [^ ]+(?: per [^ ]+)?)?")


@dataclass(frozen=True)
class Aim:
    """A bound: of a value, or of its ratio to the value of another contender (`beside`)."""

    words: str
    at_least: bool
    bound: float
    beside: str | None


@dataclass(frozen=True)
class Verdict:
    """`missing` is the share by which the bound is missed; 0 when it is reached."""

    contender: str
    aim: Aim
    missing: float

    @property
    def outcome(self) -> str:
        return f"missed by {max(1, round(self.missing * 100))} %" if self.missing else "reached"

    @property
    def words(self) -> str:
        return f"{self.contender}: {self.outcome}"


def read_aims(words: str) -> list[Aim]:
    """Nothing when there are no words, or when they mean nothing."""
    found = [_WORDS.fullmatch(each.strip()) for each in words.split(";")]
    return [
        Aim(match[0], match[1] == "at least", float(match[2]), match[3]) for match in found if match
    ] if all(found) else []


def judge(aim: Aim, contender: str, value: float, medians: dict[str, float]) -> Verdict | None:
    """Nothing when the other contender was not measured."""
    if aim.beside is not None and aim.beside not in medians:
        return None
    bound = aim.bound * (medians[aim.beside] if aim.beside is not None else 1)
    missing = (bound - value if aim.at_least else value - bound) / bound
    return Verdict(contender, aim, max(0.0, missing))
