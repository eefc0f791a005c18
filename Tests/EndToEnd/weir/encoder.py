"""An encoder as README has it: ffmpeg that sends one endless body by itself, and a copy of what it sent."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .recordings import Recording
from .server import Server
from .waiting import PATIENCE_S


class Encoder:
    """Publishes a recording in real time, until it ends or is stopped."""

    def __init__(self, server: Server, name: str, recording: Recording, folder: Path) -> None:
        #: A file with the same packets.
        self.sent = folder / "sent.webm"
        self._errors = folder / "encoder.errors"
        outputs = [
            ["-map", "0", "-c", "copy", "-f", "webm", "-live", "1", "-cluster_time_limit", "0",
             "-flush_packets", "1", "-method", "PUT", server.url(f"/{name}/live")],
            ["-map", "0", "-c", "copy", "-f", "webm", str(self.sent)],
        ]
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                ["ffmpeg", "-v", "error", "-y", "-re", "-i", str(recording.path), *outputs[0], *outputs[1]],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors)

    @property
    def is_sending(self) -> bool:
        return self._process.poll() is None

    @property
    def errors(self) -> str:
        return self._errors.read_text(errors="replace").strip()

    def finish(self) -> None:
        """As its user stops it: what it has is sent, and the body ends."""
        assert self.is_sending, f"the encoder has ended: {self.errors or 'its recording is too short'}"
        self._process.communicate(b"q", timeout=PATIENCE_S)
        assert self._process.returncode == 0 and not self.errors, self.errors

    def stop(self) -> None:
        if self.is_sending:
            self._process.kill()
        self._process.wait()
