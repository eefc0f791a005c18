"""Waiting for conditions. The suite never sleeps and hopes: it asks until the answer is right."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Answer = TypeVar("Answer")

# Generous on purpose: a wait that succeeds costs nothing, and machines under load are slow. Shorter
# while working on a test that fails, longer under an emulator.
PATIENCE_S = float(os.environ.get("WEIR_TEST_PATIENCE", "30"))

# So much of the time from one look to the next counts at most: while a machine stands still nothing can come
# true, and nobody could have seen it.
_COUNTED_S = 2.0
# All the same, no more than so many times as long as was to be waited.
_TIMES_AT_MOST = 3

# What has to be played, or recorded, as well takes that long by itself.
PLAYBACK_PATIENCE_S = PATIENCE_S + 10


class Patience:
    """How long is waited, while the machine does not stand still: for loops that ask and wait themselves.

    They end when it `is_over` after a look, and say so (`waited`) when they have waited for the next one.
    """

    def __init__(self, timeout_s: float = PATIENCE_S, every_s: float = 0.0) -> None:
        self._timeout_s, self._counted_s = timeout_s, max(_COUNTED_S, 2 * every_s)
        self._looked, self._waited_s = time.monotonic(), 0.0
        self._deadline = self._looked + timeout_s * _TIMES_AT_MOST

    @property
    def is_over(self) -> bool:
        return self._waited_s >= self._timeout_s or self._looked >= self._deadline

    def waited(self) -> None:
        """Count the time from one look to the next."""
        now = time.monotonic()
        self._waited_s += min(now - self._looked, self._counted_s)
        self._looked = now


@dataclass(frozen=True, repr=False)
class NotYet:
    """A last answer that says what is still wrong with it."""

    why: str

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return self.why


def wait_until(
    condition: Callable[[], Answer],
    what: str,
    timeout_s: float = PATIENCE_S,
    every_s: float = 0.02,
) -> Answer:
    """Ask `condition` until it gives something true, and return that.

    The failure says `what` was waited for and what the last answer was, because "timed out" alone
    helps nobody who reads a log.
    """
    patience = Patience(timeout_s, every_s)
    while True:
        answer = condition()
        if answer:
            return answer
        if patience.is_over:
            raise AssertionError(f"waited {timeout_s:g} s for {what}; last answer: {answer!r}")
        time.sleep(every_s)
        patience.waited()
