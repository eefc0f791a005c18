"""Two minutes of coming and going, with reloads, upgrades and kills. `make soak MINUTES=15` does so for
longer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from weir.reports import write_report
from weir.server import Server
from weir.soak.plan import ARGUMENTS, Soak

_SECONDS = float(os.environ.get("WEIR_SOAK_SECONDS", "120"))
# Of each of these at least one.
_DONE = (
    "a reload", "an upgrade", "a killed worker", "a broadcast ends", "a broadcast vanishes",
    "a broadcast is deleted", "a broadcast comes back otherwise", "a viewer over h2",
    "a viewer over http/1.1",
    "a viewer over h2, a slow one", "a player of HLS", "a subscriber of events", "a visitor of pages",
    "a sign-up", "a sign-in", "a deleted account", "a client that floods", "a client that tears a request",
    "a client that does not read", "a look at metrics",
)


@pytest.mark.slow
def test_everything_is_where_it_was_when_all_have_gone(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    # Others are tested beside it, and some of them look at pictures: it takes what they leave. (On Linux that
    # is the nice value of this thread and of all that it starts.)
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, 10)
    try:
        server = start_server(*ARGUMENTS)
        seen = Soak(server, tmp_path, _SECONDS, print, _DONE).run()
    finally:
        if os.geteuid() == 0:
            os.setpriority(os.PRIO_PROCESS, 0, usual)
    write_report(
        "soak", {"seconds": _SECONDS, "done": seen.done, "memoryMiB": seen.memory, "faults": seen.faults})
    assert not seen.faults, seen.faults
    assert not [what for what in _DONE if not seen.done[what]], seen.done
