"""Which worker serves which client: matching both ends of loopback connections through /proc."""

from __future__ import annotations

import os
from pathlib import Path

from .server import Server
from .waiting import wait_until


def slot_serving(server: Server, client_pid: int) -> int:
    """The slot of the worker that holds the other end of a client process's connection."""
    def look() -> tuple[int] | None:
        found = _slot_now(server, client_pid)
        return None if found is None else (found,)
    return wait_until(look, f"a worker to hold the connection of process {client_pid}")[0]


def slot_of_port(server: Server, client_port: int) -> int | None:
    """The slot of the worker that holds the other end of the connection from this port."""
    theirs = {
        inode for local, remote, inode in _tcp_rows()
        if local == server.port and remote == client_port
    }
    for slot, pid in server.workers().items():
        if _socket_inodes(pid) & theirs:
            return slot
    return None


def has_peer(server: Server, client_port: int) -> bool:
    """Whether a worker still holds the other end of the connection from this port."""
    theirs = {
        inode for local, remote, inode in _tcp_rows()
        if local == server.port and remote == client_port
    }
    return any(_socket_inodes(pid) & theirs for pid in server.workers().values())


def _slot_now(server: Server, client_pid: int) -> int | None:
    rows = _tcp_rows()
    mine = _socket_inodes(client_pid)
    ports = {local for local, remote, inode in rows if inode in mine and remote == server.port}
    theirs = {inode for local, remote, inode in rows if local == server.port and remote in ports}
    for slot, pid in server.workers().items():
        if _socket_inodes(pid) & theirs:
            return slot
    return None


def _tcp_rows() -> list[tuple[int, int, int]]:
    """(local port, remote port, inode) of every TCP socket."""
    rows = []
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(file).exists():
            continue
        for line in Path(file).read_text().splitlines()[1:]:
            fields = line.split()
            local, remote = (int(fields[i].rsplit(":", 1)[1], 16) for i in (1, 2))
            rows.append((local, remote, int(fields[9])))
    return rows


def _socket_inodes(pid: int) -> set[int]:
    inodes = set()
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return inodes
    for name in names:
        try:
            target = os.readlink(f"/proc/{pid}/fd/{name}")
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(int(target[8:-1]))
    return inodes
