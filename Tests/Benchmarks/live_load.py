"""Runs LiveLoad: publishers that stamp each block of their broadcasts, and an audience that reads the stamps.

Both take whatever speaks HTTP/1.1 or HTTP/2 over TLS 1.3 and takes a broadcast by PUT, so they are the same
for all servers that are compared.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Self

from weir.audience import compile_c
from weir.places import REPOSITORY
from weir.recordings import Recording

_SOURCES = REPOSITORY / "Tests" / "Benchmarks"


class LiveLoad:
    """The two tools, made in `folder`."""

    def __init__(self, folder: Path) -> None:
        own, shared = _SOURCES / "LiveLoad", _SOURCES / "Players"
        self.audience = compile_c(
            folder / "audience",
            [own / "audience.c", own / "delays.c", own / "walk.c",
             *(shared / f"{name}.c" for name in ("client", "http1", "http2", "wire"))],
            "-lnghttp2", "-lssl", "-lcrypto")
        self.publishers = compile_c(
            folder / "publishers", [own / f"{name}.c" for name in ("publishers", "source", "walk")],
            "-lssl", "-lcrypto")


class _Tool:
    """A program that says `ready`, and answers lines with lines. It does not outlive a `with`."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wait_until_ready(self) -> None:
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said == "ready\n", f"{self._process.args} said {said!r} instead of being ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def ask(self, line: str = "") -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"{self._process.args} has ended"
        return json.loads(answer)


class Publishers(_Tool):
    """So many broadcasts of one recording: /live0/live, /live1/live ... Blocks of `gather_ms` go out
    together; with 0 each as a live source has it."""

    def __init__(
        self, load: LiveLoad, port: int, recording: Recording, count: int, *, gather_ms: int = 0,
        authorization: str = "-",
    ) -> None:
        super().__init__(
            str(load.publishers), str(port), str(recording.path), str(count), str(gather_ms), authorization)
        self.wait_until_ready()

    def look(self) -> dict[str, Any]:
        """What was sent until now, by all together."""
        return self.ask()


class LiveAudience(_Tool):
    """So many viewers, spread over the broadcasts, who have media when this is made: all of them, or those
    who were let in within a minute."""

    def __init__(self, load: LiveLoad, port: int, viewers: int, streams: int, protocol: str) -> None:
        super().__init__(str(load.audience), str(port), str(viewers), str(streams), protocol)
        self.wait_until_ready()

    def look(self) -> dict[str, Any]:
        """What came since the last look, and how late."""
        return self.ask()

    def joins(self, count: int) -> dict[str, Any]:
        """So many more viewers, one after another: from the request to the first key frame."""
        return self.ask(f"join {count}")
