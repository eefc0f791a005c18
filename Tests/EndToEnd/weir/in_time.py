"""For tests that have to be faster than a limit of the server: others take over from a publisher after two
seconds, and after five it is silent. What a machine that stands still makes of that is not judged."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")

_TRIES = 6


class Pace:
    """The longest time between two beats of an attempt."""

    def __init__(self) -> None:
        self._last_s, self._longest_s = time.monotonic(), 0.0
        self._is_over = False

    def begin(self) -> None:
        """The server's time starts here: what was to be prepared may have taken as long as it liked."""
        self._last_s, self._longest_s = time.monotonic(), 0.0

    def beat(self) -> None:
        """The server's time starts again: what it waits for has just come."""
        now_s = time.monotonic()
        self._longest_s, self._last_s = max(self._longest_s, now_s - self._last_s), now_s

    def end(self) -> None:
        """What follows may take as long as it likes."""
        self.beat()
        self._is_over = True

    @property
    def longest_s(self) -> float:
        return self._longest_s if self._is_over else max(self._longest_s, time.monotonic() - self._last_s)


def in_time(limit_s: float, attempt: Callable[[int, Pace], Seen]) -> Seen:
    """The result, or the failure, of the first attempt that was never longer than that without a beat. One
    that was slower says nothing about the server: there is another one, with the next number."""
    failure: AssertionError | None = None
    for number in range(_TRIES):
        pace = Pace()
        try:
            seen = attempt(number, pace)
        except AssertionError as found:
            if pace.longest_s < limit_s:
                raise
            failure = found
            continue
        if pace.longest_s < limit_s:
            return seen
    # A server that does not answer looks like a slow machine: so what was seen is said as well.
    raise AssertionError(
        f"{_TRIES} times it took longer than {limit_s:g} s, the last time {pace.longest_s:.3g} s"
    ) from failure
