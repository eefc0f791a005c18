"""The two interfaces of systemd that the server speaks, played by us."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from .waiting import PATIENCE_S, wait_until

# Runs as `python -c LAUNCHER PORT command...`: binds the socket as systemd would, puts it at
# descriptor 3, and becomes the command. LISTEN_PID must be the process id after exec, hence here.
LAUNCHER = """
import os, socket, sys
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(128)
if listener.fileno() == 3:
    os.set_inheritable(3, True)
else:
    os.dup2(listener.fileno(), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="weir.socket")
os.execv(sys.argv[2], sys.argv[2:])
"""


def launcher(port: int) -> list[str]:
    """What to put before a command so that it gets a listening socket from outside."""
    return [sys.executable, "-c", LAUNCHER, str(port)]


class NotifySocket:
    """NOTIFY_SOCKET: collects what a service says about itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self.said: list[str] = []

    def __enter__(self) -> "NotifySocket":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def wait_for(self, assignment: str, times: int = 1, timeout_s: float = PATIENCE_S) -> None:
        """Until an assignment such as READY=1 has been sent so many times."""
        def heard() -> bool:
            self._read()
            return self.said.count(assignment) >= times
        wait_until(heard, f"{assignment} {times} times (said: {self.said})", timeout_s)

    def _read(self) -> None:
        while True:
            try:
                self.said += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return
