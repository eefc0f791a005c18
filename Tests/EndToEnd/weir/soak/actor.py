"""Somebody who does something again and again, in a thread of its own, and can be asked to rest."""

from __future__ import annotations

import random
import threading
from collections import Counter

from ..server import Server
from ..waiting import PATIENCE_S


class Tally:
    """What was done, and what went wrong that may not. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.done: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def note(self, what: str, count: int = 1) -> None:
        with self._lock:
            self.done[what] += count

    def fault(self, what: str) -> None:
        with self._lock:
            self.faults[what] += 1


class Actor:
    """Works from `begin` to `rest`. A turn ends soon when `is_over` is set, and leaves nothing open."""

    #: Between two turns.
    pause_s = 0.1

    def __init__(self, server: Server, tally: Tally, seed: int) -> None:
        self.server, self.tally = server, tally
        self.random = random.Random(seed)
        self.is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        self.is_over.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def rest(self) -> None:
        """Returns when the turn is over."""
        self.is_over.set()
        if self._thread is not None:
            self._thread.join(PATIENCE_S * 4)
            if self._thread.is_alive():
                self.tally.fault(f"{type(self).__name__} does not come to an end")
            self._thread = None

    def turn(self) -> None:
        raise NotImplementedError

    def stay(self, shortest_s: float, longest_s: float) -> None:
        self.is_over.wait(self.random.uniform(shortest_s, longest_s))

    def _run(self) -> None:
        while not self.is_over.wait(self.pause_s):
            try:
                self.turn()
            except Exception as error:  # it is told, and ends the soak badly
                self.tally.fault(f"{type(self).__name__}: {type(error).__name__}: {error}"[:300])
