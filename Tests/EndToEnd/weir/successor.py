"""A process that is not our child, with the part of Popen that `Server` uses."""

from __future__ import annotations

import os
import select
import signal
import subprocess


class Successor:
    """A supervisor that has taken over. Nobody tells us its exit code, so its end counts as 0."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._handle], [], [], 0)[0]:
            self._end()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._handle], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("weir", timeout or 0)
            self._end()
        return 0

    def _end(self) -> None:
        self.returncode = 0
        os.close(self._handle)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)
