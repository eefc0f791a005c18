"""Who reloads every few seconds, upgrades now and then, and kills a worker now and then."""

from __future__ import annotations

import os
import signal
import time

from .. import handovers
from ..server import Server
from .actor import Actor, Tally

_UPGRADE_EVERY_S = 20.0
_KILL_EVERY_S = 12.0


class Operator(Actor):
    """`only_reloads`: the same supervisor stays, and nobody is killed."""

    def __init__(self, server: Server, tally: Tally, seed: int) -> None:
        super().__init__(server, tally, seed)
        self.only_reloads = False
        self.kills = 0
        self._last_upgrade_s = self._last_kill_s = time.monotonic()

    def turn(self) -> None:
        self.stay(2, 5)
        if self.is_over.is_set():
            return
        now = time.monotonic()
        if not self.only_reloads and now - self._last_kill_s > _KILL_EVERY_S:
            self._last_kill_s = now
            self._kill()
        elif not self.only_reloads and now - self._last_upgrade_s > _UPGRADE_EVERY_S:
            self._last_upgrade_s = now
            handovers.upgrade(self.server)
            self.tally.note("an upgrade")
        else:
            handovers.reload(self.server)
            self.tally.note("a reload")

    def _kill(self) -> None:
        worker = self.random.choice(list(self.server.workers().values()))
        self.server.expected_deaths.add(worker)
        try:
            os.kill(worker, signal.SIGKILL)
        except ProcessLookupError:
            return  # it was draining, and has just ended by itself
        self.kills += 1
        self.tally.note("a killed worker")
