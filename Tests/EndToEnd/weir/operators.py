"""What operators do: commands for a running server, and its control socket itself."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from .server import Server
from .waiting import PATIENCE_S, wait_until

Done = subprocess.CompletedProcess[str]
NOBODY = 65534


def control(server: Server) -> Path:
    """The server's control socket."""
    return server.data / "control"


def command(
    server: Server, *arguments: str, user: int | None = None, program: Path | None = None
) -> Done:
    """Run `weir ARGUMENTS` for a server, and wait for its end. `status` gives up after five seconds, and one
    asks again."""
    def run() -> Done | None:
        done = subprocess.run(
            [str(program or server.program), *arguments, "--control", str(control(server))],
            capture_output=True, text=True, timeout=90 + PATIENCE_S, env=environment(), user=user)
        return None if arguments[0] == "status" and "does not answer" in done.stderr else done

    return wait_until(run, f"an answer to {arguments}")


def environment() -> dict[str, str]:
    """Without settings, and without the width of a terminal that some tool has left there."""
    return {k: v for k, v in os.environ.items() if not k.startswith("WEIR_") and k != "COLUMNS"}


def status(server: Server) -> dict[str, Any]:
    """What `weir status --json` says."""
    done = command(server, "status", "--json")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def connect(server: Server) -> socket.socket:
    """A connection to the control socket, however long its path is."""
    folder = os.open(control(server).parent, os.O_PATH | os.O_DIRECTORY)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE_S)
    try:
        connection.connect(f"/proc/self/fd/{folder}/{control(server).name}")
    finally:
        os.close(folder)
    return connection


def ask(server: Server, line: bytes) -> list[dict[str, Any]]:
    """The lines of the answer to a line."""
    with connect(server) as connection:
        connection.sendall(line)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return [json.loads(each) for each in answer.splitlines()]
