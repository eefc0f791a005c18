"""ffmpeg as a publisher whose bytes pass a gate: how much of a recording is out when something happens is
what the test says, and not what the speed of the machine makes of it."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

from .curl import base_command
from .recordings import Recording
from .waiting import PATIENCE_S, wait_until


class GatedPublisher:
    """`ffmpeg -re -i FILE -c copy -f webm - | curl -T - URL`, with the gate in between.

    ffmpeg shifts times when it copies packets, so the recording is not what viewers are to be compared with;
    the copy `sent` is.
    """

    def __init__(self, recording: Recording, url: str, authority: Path, folder: Path) -> None:
        self.sent = folder / f"sent-{id(self):x}{recording.path.suffix}"
        self._size = recording.path.stat().st_size
        self._passed, self._allowed = 0, 0.0
        self._gate = threading.Condition()
        container = "matroska" if recording.path.suffix == ".mkv" else "webm"
        self._ffmpeg = subprocess.Popen(
            ["ffmpeg", "-nostdin", "-v", "error", "-re", "-i", str(recording.path), "-c", "copy",
             "-flush_packets", "1", "-f", container, "-"],
            stdout=subprocess.PIPE)
        self._curl = subprocess.Popen(
            [*base_command(authority), "-o", "/dev/null", "-w", "%{http_code}", "-T", "-",
             "-H", f"content-type: {recording.content_type}", url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._thread = threading.Thread(target=self._pass, daemon=True)
        self._thread.start()

    def __enter__(self) -> "GatedPublisher":
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self._ffmpeg, self._curl):
            if process.poll() is None:
                process.kill()
            process.wait()
        self._open(1)
        self._thread.join(PATIENCE_S)

    def let_through(self, part: float) -> None:
        """This part of the recording, from its beginning, and wait until curl has it."""
        self._open(part)
        wait_until(lambda: self._passed >= self._size * part, f"{part:.0%} of {self.sent.name} to be sent")

    def finish(self) -> int:
        """Let all through and wait for the answer. Returns the HTTP status."""
        self._open(1)
        self._thread.join(2 * PATIENCE_S)
        assert self._curl.stdout is not None
        # Three bytes, for which the pipe has room: so this ends even if the server never answers.
        self._curl.wait(PATIENCE_S)
        said = self._curl.stdout.read()
        return int(said or b"0")

    def _open(self, part: float) -> None:
        with self._gate:
            self._allowed = self._size * part if part < 1 else float("inf")
            self._gate.notify_all()

    def _pass(self) -> None:
        assert self._ffmpeg.stdout is not None and self._curl.stdin is not None
        try:
            with self.sent.open("wb", buffering=0) as copy:
                while piece := os.read(self._ffmpeg.stdout.fileno(), 1024):
                    with self._gate:
                        self._gate.wait_for(lambda: self._passed < self._allowed)
                    copy.write(piece)
                    self._curl.stdin.write(piece)
                    self._curl.stdin.flush()
                    self._passed += len(piece)
            self._curl.stdin.close()
        except BrokenPipeError:
            pass  # curl has ended, and says why
