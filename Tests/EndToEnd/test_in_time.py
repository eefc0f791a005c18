"""The judge of attempts that have to be faster than a limit of the server (weir/in_time.py) is judged."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from weir import in_time as judged
from weir.in_time import Pace, in_time

_LIMIT_S = 2.0


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(judged, "time", SimpleNamespace(monotonic=lambda: self.now_s))

    def passes(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.mark.parametrize(("pauses_s", "last"), [
    ([[1, 1, 1]], 0),
    ([[1, 3, 1], [1, 1]], 1),
    ([[2], [1, 2.5], [1.9]], 2),
], ids=["in time at once", "in time the second time", "in time the third time"])
def test_the_first_attempt_without_a_long_pause_counts(
    pauses_s: list[list[float]], last: int, clock: Clock
) -> None:
    def attempt(number: int, pace: Pace) -> int:
        for pause_s in pauses_s[number]:
            clock.passes(pause_s)
            pace.beat()
        return number

    assert in_time(_LIMIT_S, attempt) == last


def test_a_failure_in_time_is_a_failure(clock: Clock) -> None:
    tries: list[int] = []

    def attempt(number: int, pace: Pace) -> None:
        tries.append(number)
        clock.passes(1)
        raise AssertionError("wrong answer")

    with pytest.raises(AssertionError, match="wrong answer"):
        in_time(_LIMIT_S, attempt)
    assert tries == [0]


def test_a_failure_that_came_late_is_tried_again(clock: Clock) -> None:
    def attempt(number: int, pace: Pace) -> int:
        clock.passes(1 if number else 3)
        assert number, "overtaken"
        return number

    assert in_time(_LIMIT_S, attempt) == 1


def test_who_is_always_late_fails_and_says_what_was_seen(clock: Clock) -> None:
    def attempt(number: int, pace: Pace) -> None:
        clock.passes(3)
        raise AssertionError(f"no answer to {number}")

    with pytest.raises(AssertionError, match="6 times it took longer than 2 s, the last time 3 s") as failure:
        in_time(_LIMIT_S, attempt)
    assert str(failure.value.__cause__) == "no answer to 5"


def test_neither_preparations_count_nor_what_follows(clock: Clock) -> None:
    def attempt(number: int, pace: Pace) -> int:
        clock.passes(5)
        pace.begin()
        clock.passes(1)
        pace.end()
        clock.passes(5)
        return number

    assert in_time(_LIMIT_S, attempt) == 0
