"""What /proc says about processes: children, sockets, mappings, memory, processor time."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from .waiting import wait_until

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def is_alive(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    return _stat_fields(pid)[0] not in ("", "Z", "X")


def is_stopped(pid: int) -> bool:
    """Whether SIGSTOP has reached every thread; one that has not heard of it still answers."""
    try:
        states = {
            stat.read_text().rpartition(")")[2].split()[0]
            for stat in Path(f"/proc/{pid}/task").glob("*/stat")
        }
    except OSError:
        return False  # a thread ended between the listing and the look
    return states == {"T"}


#: A jump to itself.
_LOOPS = {"x86_64": b"\xeb\xfe", "aarch64": b"\x00\x00\x00\x14"}


def put_into_a_loop(pid: int) -> None:
    """From its next step on, the first thread of a process that waits computes for ever: a jump to itself is
    written where it will go on. (A process that is stopped by a signal is another matter: it takes no
    processor time, and the kernel knows.)"""
    def place() -> int:
        fields = Path(f"/proc/{pid}/syscall").read_text().split()
        return int(fields[-1], 16) if len(fields) > 2 else 0  # one that runs says only that
    at = wait_until(place, f"process {pid} to wait for something", every_s=0.001)
    with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
        memory.seek(at)
        memory.write(_LOOPS[platform.machine()])


def children(pid: int) -> list[int]:
    """Living children, by a walk over /proc (the `children` file is not in every kernel)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat_fields(int(entry.name))
            if len(fields) > 1 and fields[1] == str(pid) and fields[0] not in ("Z", "X"):
                found.append(int(entry.name))
    return sorted(found)


def command_line(pid: int) -> list[str]:
    """The arguments of a process; empty when it is gone."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return [part.decode(errors="replace") for part in raw.split(b"\0") if part]


def open_sockets(pid: int) -> int:
    """How many sockets a process holds: what is left after all clients went is a leak."""
    return sum(1 for target in _descriptor_targets(pid) if target.startswith("socket:"))


def connections_at(pid: int, ports: set[int]) -> int:
    """How many TCP connections a process has whose own end is at one of these ports."""
    rows = []
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        if Path(file).exists():
            rows += [line.split() for line in Path(file).read_text().splitlines()[1:]]
    there = {f"socket:[{row[9]}]" for row in rows if int(row[1].rpartition(":")[2], 16) in ports}
    return sum(1 for target in _descriptor_targets(pid) if target in there)


def open_descriptors(pid: int) -> int:
    """How many descriptors of any kind a process holds."""
    return len(_descriptor_targets(pid))


def deleted_rings(pid: int) -> int:
    """Ring files that are gone from the directory but still held, by descriptor or by mapping."""
    gone = "/ring.v3 (deleted)"
    held = {target for target in _descriptor_targets(pid) if target.endswith(gone)}
    try:
        maps = Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        maps = ""
    held |= {line.split(None, 5)[-1] for line in maps.splitlines() if line.endswith(gone)}
    return len(held)


def cpu_seconds(pid: int) -> float:
    """Time on a processor that a process has used, all its threads together.

    From schedstat, which counts nanoseconds, where the kernel has it; else from stat's ticks.
    """
    used_ns = 0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            used_ns += int((task / "schedstat").read_text().split()[0])
    except (OSError, IndexError):
        used_ns = 0
    if used_ns:
        return used_ns / 1e9
    fields = _stat_fields(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S if len(fields) > 12 else 0.0


def memory_bytes(pid: int) -> dict[str, int]:
    """Rss, Pss and the private part, from smaps_rollup.

    Pss of a worker includes its share of the rings, which all viewers share; `Private` is what
    belongs to the worker alone, so growth of it is what connections cost.
    """
    sizes: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        key, _, rest = line.partition(":")
        if rest.strip().endswith("kB"):
            sizes[key] = int(rest.split()[0]) * 1024
    return {
        "rss": sizes["Rss"],
        "pss": sizes["Pss"],
        "private": sizes["Private_Clean"] + sizes["Private_Dirty"],
        "anonymous": sizes["Anonymous"],
    }


def _stat_fields(pid: int) -> list[str]:
    """/proc/PID/stat after the command name: [0] state, [1] parent, [11] utime, [12] stime."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return [""]
    return text[text.rindex(")") + 2:].split()


def _descriptor_targets(pid: int) -> list[str]:
    targets = []
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return []
    for name in names:
        try:
            targets.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            continue  # closed between the listing and the look
    return targets
