"""What has to be done before a time of the server's is over: two seconds after which others take over, five
after which a publisher is silent. A machine that stands still in between does not decide what is seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")

_TRIES = 6


class Pace:
    """How long the longest pause of an attempt was."""

    def __init__(self) -> None:
        self._last_s, self._longest_s = time.monotonic(), 0.0
        self._is_over = False

    def beat(self) -> None:
        """The server's time begins anew here: what it waits for has just come, or is not waited for yet."""
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
    """What an attempt has seen that was never longer than that without a beat, and its failure if it has
    failed. Of one that was later than that nothing is known: it is made again, with the next number."""
    for number in range(_TRIES):
        pace = Pace()
        try:
            seen = attempt(number, pace)
        except AssertionError:
            if pace.longest_s < limit_s:
                raise
            continue
        if pace.longest_s < limit_s:
            return seen
    raise AssertionError(
        f"{_TRIES} times it took longer than {limit_s:g} s, the last time {pace.longest_s:g} s")
