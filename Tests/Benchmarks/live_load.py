"""Runs LiveLoad: publishers that stamp each block of their broadcasts, and an audience that reads the stamps.

Both take whatever speaks HTTP/1.1 or HTTP/2 over TLS 1.3 and takes a broadcast by PUT, so they are the same
for all servers that are compared.
"""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from typing import Any, Self

from weir.audience import compile_c
from weir.places import REPOSITORY
from weir.recordings import Recording

_SOURCES = REPOSITORY / "Tests" / "Benchmarks"
# Thousands have to connect first; the audience gives up after a minute by itself.
_READY_S = 300
_ANSWER_S = 60


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


class Tool:
    """A program that says `ready`, and answers lines with lines. It is ready when this is made, and does not
    outlive a `with`."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            said = self._next_line(_READY_S)
            assert said == "ready\n", f"{command} said {said!r} instead of being ready"
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def ask(self, line: str = "", within_s: float = _ANSWER_S) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._next_line(within_s)
        assert answer, f"{self._process.args} has ended, or did not answer within {within_s:g} s"
        return json.loads(answer)

    def _next_line(self, within_s: float) -> str:
        """Nothing when it has ended. If it says nothing in time, it is ended."""
        assert self._process.stdout is not None
        too_late = threading.Timer(within_s, self._process.kill)
        too_late.start()
        try:
            return self._process.stdout.readline()
        finally:
            too_late.cancel()

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


class Publishers(Tool):
    """So many broadcasts of one recording: /live0/live, /live1/live ... Blocks of `gather_ms` go out
    together; with 0 each as a live source has it."""

    def __init__(
        self, load: LiveLoad, port: int, recording: Recording, count: int, *, gather_ms: int = 0,
        authorization: str = "-",
    ) -> None:
        super().__init__(
            str(load.publishers), str(port), str(recording.path), str(count), str(gather_ms), authorization)

    def look(self) -> dict[str, Any]:
        """What was sent until now, by all together."""
        return self.ask()


class LiveAudience(Tool):
    """So many viewers, spread over the broadcasts, who have media when this is made: all of them, or those
    who were let in within a minute."""

    def __init__(self, load: LiveLoad, port: int, viewers: int, streams: int, protocol: str) -> None:
        super().__init__(str(load.audience), str(port), str(viewers), str(streams), protocol)

    def look(self) -> dict[str, Any]:
        """What came since the last look, and how late."""
        return self.ask()

    def joins(self, count: int) -> dict[str, Any]:
        """So many more viewers, one after another: from the request to the first key frame."""
        return self.ask(f"join {count}", _ANSWER_S + count)
