"""A wall clock that is set while a server runs, for that server alone; see clock/wall_clock.c."""

from __future__ import annotations

import email.utils
import os
import subprocess
import time
from pathlib import Path

from .places import REPOSITORY
from .server import Server
from .waiting import wait_until

_SOURCE = REPOSITORY / "Tests/EndToEnd/clock/wall_clock.c"


class WallClock:
    """The clock on the wall of the servers that are started with `environment`."""

    def __init__(self, folder: Path) -> None:
        self._step = folder / "clock-step"
        library = folder / "wall_clock.so"
        subprocess.run(
            ["clang", "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE)], check=True
        )
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_STEP_FILE": str(self._step)}

    def set(self, server: Server, by_s: int) -> None:
        """Set it, and wait until the server has seen that."""
        whole = self._step.with_suffix(".new")
        whole.write_text(str(by_s))
        os.replace(whole, self._step)

        def has_seen() -> bool:
            shown = email.utils.parsedate_to_datetime(server.get("/api/streams").headers["date"])
            return abs(shown.timestamp() - time.time() - by_s) < 20
        wait_until(has_seen, f"a clock that is {by_s} s off")


def wait_for_housekeeping(server: Server) -> None:
    """Until the server has looked at all streams once more, and has ended those that are over.

    What nobody uses in the folder of replaced rings is removed at the end of such a look.
    """
    folder = server.data / "replaced"
    folder.mkdir(exist_ok=True)
    for look in range(2):  # the first may have been in the middle of it
        marker = folder / f"marker-{look:x}"
        marker.touch()
        wait_until(lambda: not marker.exists(), "the server to look at its streams")
