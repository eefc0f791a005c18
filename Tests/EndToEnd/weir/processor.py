"""How busy the machine's processors are, from /proc/stat: latency is only read beside it."""

from __future__ import annotations

from pathlib import Path


class BusyShare:
    """The busy share of all processors together since this was made: 0 idle, 1 nothing left."""

    def __init__(self) -> None:
        self._began = _times()

    def share(self) -> float:
        busy, total = (now - then for now, then in zip(_times(), self._began))
        return round(busy / total, 3) if total else 0.0


def _times() -> tuple[int, int]:
    """Busy and all ticks since the machine started. Waiting for a disk is not being busy."""
    line = Path("/proc/stat").read_text().splitlines()[0]
    user, nice, system, idle, waiting, *rest = map(int, line.split()[1:9])
    total = user + nice + system + idle + waiting + sum(rest)
    return total - idle - waiting, total
