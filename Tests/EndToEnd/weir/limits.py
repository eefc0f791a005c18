"""The server's limits, read where they stand, so that no test has a number of its own."""

from __future__ import annotations

import re
from functools import cache

from .places import REPOSITORY

_FOLDER = REPOSITORY / "Sources" / "Shared" / "Settings" / "Limits"
_CONSTANT = re.compile(
    r"^ +package static let (\w+)(?:: [\w<>]+)? =\s+([\d_ *+<.]+)$", re.MULTILINE)


def limit(name: str) -> int:
    """The limit `Limits.name`."""
    values = _all()[name]
    assert len(values) == 1, f"{name} is a range"
    return values[0]


def limit_s(name: str) -> float:
    """The same of a duration in milliseconds, in seconds."""
    assert name.endswith("Ms")
    return limit(name) / 1000


@cache
def _all() -> dict[str, tuple[int, ...]]:
    found = {}
    for file in sorted(_FOLDER.glob("*.swift")):
        for name, expression in _CONSTANT.findall(file.read_text()):
            found[name] = tuple(map(_product, expression.split("...")))
    assert found, f"no limits in {_FOLDER}"
    return found


def _product(text: str) -> int:
    """A number, or a product of numbers: nothing else is in these files."""
    result = 1
    for factor in text.split("*"):
        result *= int(factor.replace("_", "").strip())
    return result
