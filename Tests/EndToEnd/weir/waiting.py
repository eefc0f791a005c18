"""Waiting for conditions. The suite never sleeps and hopes: it asks until the answer is right."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

# Generous on purpose: a wait that succeeds costs nothing, and machines under load are slow.
PATIENCE_S = 30.0


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
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {timeout_s:g} s for {what}; last answer: {answer!r}")
        time.sleep(every_s)


def stays_true(condition: Callable[[], bool], while_not: Callable[[], bool], what: str) -> None:
    """`condition` must hold at each look until `while_not` says that we have seen enough.

    For statements such as "the bystander is undisturbed while the attack runs": the end is an event,
    not a duration.
    """
    wait_until(lambda: _must(condition, what) and while_not(), f"the end of: {what}")


def _must(condition: Callable[[], bool], what: str) -> bool:
    assert condition(), f"no longer true: {what}"
    return True
