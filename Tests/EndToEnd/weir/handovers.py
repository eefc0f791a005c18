"""Reload and upgrade, as operators do them: by the command, which waits for the outcome."""

from __future__ import annotations

import time

from . import processes
from .admin import ask
from .operators import command, status
from .server import Server
from .waiting import wait_until


def reload(server: Server) -> float:
    """Returns how many seconds the command took. The workers that drain end by themselves."""
    return _hand_over(server, "reload")


def upgrade(server: Server) -> float:
    """The same, to another supervisor. The older one ends when its last worker does."""
    took_s = _hand_over(server, "upgrade")
    server.follow(int(status(server)["server"]["pid"]))
    server.workers()
    return took_s


def _hand_over(server: Server, how: str) -> float:
    wait_until(lambda: ask(server, "/readyz").status == 200, "all workers to serve")
    server.expected_deaths.update(server.workers().values())
    began = time.monotonic()
    done = command(server, how)
    assert done.returncode == 0, done.stderr
    server.workers()
    return time.monotonic() - began


def supervisors(server: Server) -> list[int]:
    """All that live: the one that accepts, and older ones that stay with their workers."""
    assert server.process is not None
    return [each.pid for each in (*server.former, server.process) if each.poll() is None]


def all_workers(server: Server) -> list[int]:
    """Those of all supervisors."""
    return [worker for pid in supervisors(server) for worker in processes.children(pid)]
