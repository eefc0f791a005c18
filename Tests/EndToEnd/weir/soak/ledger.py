"""What a server holds when nobody is there: descriptors, mappings, threads and memory of each process, rings
and folders on the disk, and what its metrics say."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from .. import processes
from ..admin import Metrics
from ..operators import status
from ..server import Server

# Gauges of what comes and goes; each has to be zero when all are gone.
_GAUGES = (
    "weir_viewers", "weir_packaged_viewers", "weir_publishers", "weir_held_requests",
    "weir_event_subscribers",
)


@dataclass(frozen=True)
class Holding:
    """Of one process."""

    pid: int
    descriptors: Counter[str]
    #: By kind; those of anonymous memory are in `memory`, not here.
    mappings: Counter[str]
    threads: int
    anonymous: int


@dataclass(frozen=True)
class Ledger:
    supervisor: Holding
    workers: dict[int, Holding]
    #: Files and folders of streams, relative to the data directory.
    stored: list[str] = field(default_factory=list)


def read(server: Server) -> Ledger:
    """Of a server whose older workers and supervisors have gone."""
    workers = {slot: _holding(pid, server) for slot, pid in server.workers().items()}
    return Ledger(_holding(server.pid, server), workers, stored(server))


def stored(server: Server) -> list[str]:
    found = []
    for top in ("live", "replaced", "damaged"):
        # What goes meanwhile is passed over.
        for folder, folders, files in os.walk(server.data / top):
            found += [os.path.relpath(os.path.join(folder, each), server.data) for each in folders + files]
    return sorted(found)


def removed(server: Server) -> int:
    """How many rings that are gone from the disk are still held."""
    return sum(map(processes.deleted_rings, server.workers().values()))


def is_deserted(server: Server) -> bool:
    """No client is left, as the server itself says; and no worker of before."""
    metrics = Metrics(server)
    return (
        all(metrics.total(gauge) == 0 for gauge in _GAUGES)
        and metrics.total("weir_workers", state="draining") == 0
        # The one that asks.
        and metrics.total("weir_connections_open") <= 1)


def is_empty(server: Server) -> bool:
    """No stream is left, as the server itself says."""
    metrics = Metrics(server)
    return metrics.total("weir_streams") == metrics.total("weir_ring_bytes") == 0


def slots(server: Server) -> Counter[str]:
    """How many slots are in each state."""
    return Counter(worker["state"] for worker in status(server)["workers"])


def _holding(pid: int, server: Server) -> Holding:
    return Holding(
        pid, _descriptors(pid, server), _mappings(pid, server), len(os.listdir(f"/proc/{pid}/task")),
        processes.memory_bytes(pid)["anonymous"])


def _descriptors(pid: int, server: Server) -> Counter[str]:
    found: Counter[str] = Counter()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found[_kind(os.readlink(f"/proc/{pid}/fd/{name}"), server)] += 1
        except OSError:
            continue
    return found


def _mappings(pid: int, server: Server) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        fields = line.split(None, 5)
        if len(fields) == 6 and not fields[5].startswith("["):
            found[_kind(fields[5], server)] += 1
    return found


def without_accounts(held: Counter[str]) -> Counter[str]:
    return Counter({kind: count for kind, count in held.items() if not kind.startswith("DATA/accounts.")})


def _kind(target: str, server: Server) -> str:
    """Without numbers, and without the names of streams."""
    target = target.replace(str(server.data), "DATA")
    target = re.sub(r"^DATA/(live|replaced)/[^/ ]+", r"DATA/\1/NAME", target)
    return re.sub(r":\[\d+\]", "", target)


def anonymous(pid: int) -> int:
    """Memory of its own; 0 when it has gone meanwhile."""
    try:
        return processes.memory_bytes(pid)["anonymous"]
    except OSError:
        return 0
