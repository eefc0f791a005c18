"""One worker under callgrind, and what it counts."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from weir.http2 import Http2Connection
from weir.places import binaries
from weir.server import Server

COUNTED = ("weir-worker", "libnghttp2")
REQUESTS = 400
#: As much as a window can be: nothing of the count is for opening it.
WINDOW = 2**31 - 1


class Counter:
    """One worker under callgrind, and what it has counted between two moments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pid = 0
        #: What it does in a second in which nobody wants anything; not counted to anybody else.
        self.idle_per_s = 0.0
        self.worker = folder / "worker"
        # Valgrind gives up at debugging information that it does not know, and takes time for symbols,
        # which nothing here asks for. Starting is not counted, so that a supervisor need not wait long.
        bare = folder / "weir-worker"
        subprocess.run(
            ["strip", "--strip-all", "-o", bare, binaries() / "weir-worker"], check=True)
        self.worker.write_text(f"""#!/bin/sh
exec valgrind --quiet --tool=callgrind --instr-atstart=no --callgrind-out-file={folder}/counts \\
    --log-file={folder}/log \\
    --compress-strings=no --compress-pos=no --dump-line=no {bare} "$@"
""")
        self.worker.chmod(0o755)

    def begin(self, pid: int) -> None:
        self.pid = pid
        self._tell("instrumentation", "on")

    def during(self, action: Callable[[], object]) -> int:
        self._tell("zero")
        began_s = time.monotonic()
        action()
        idle = self.idle_per_s * (time.monotonic() - began_s)
        for old in self.folder.glob("counts.*"):
            old.unlink()
        self._tell("dump")
        [file] = self.folder.glob("counts.*")
        return parse(file.read_text()) - round(idle)

    def _tell(self, *command: str) -> None:
        subprocess.run(
            ["vgdb", f"--pid={self.pid}", *command], check=True, capture_output=True, timeout=60)


def parse(text: str) -> int:
    """Adds up what each function took itself; a line below `calls=` is what it called."""
    instructions, is_counted, is_called = 0, False, False
    for line in text.splitlines():
        if line.startswith("ob="):
            is_counted = any(name in line for name in COUNTED)
        elif line.startswith("calls="):
            is_called = True
        elif line[:1].isdigit():
            if is_counted and not is_called:
                instructions += int(line.split()[1])
            is_called = False
    return instructions


def client(server: Server) -> Http2Connection:
    connection = Http2Connection(server, window=WINDOW, credit=False)
    connection.open_window(WINDOW - 65_535)
    return connection


def per_request(counter: Counter, server: Server, path: str, count: int = REQUESTS) -> float:
    with client(server) as connection:
        def ask(times: int) -> None:
            for _ in range(times):
                assert connection.request("GET", path).status == 200, path
        ask(count // 8 + 1)
        return counter.during(lambda: ask(count)) / count
