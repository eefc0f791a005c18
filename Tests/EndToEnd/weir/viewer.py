"""Viewers: curl in the background, writing what it receives to a file."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .curl import base_command, header_arguments, parse_headers
from .packets import probe
from .waiting import PATIENCE_S, wait_until


class Viewer:
    """One GET of a live stream by curl. Use as a context manager, so that it ends with the test."""

    def __init__(
        self,
        url: str,
        authority: Path,
        file: Path,
        *,
        headers: dict[str, str] | None = None,
        rate_limit: str | None = None,
    ) -> None:
        self.file = file
        self._headers = file.with_suffix(file.suffix + ".headers")
        self._errors = file.with_suffix(file.suffix + ".errors")
        limit = ["--limit-rate", rate_limit] if rate_limit else []
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [
                    *base_command(authority), "-D", str(self._headers), "-o", str(file), *limit,
                    *header_arguments(headers), url,
                ],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
            )

    def __enter__(self) -> "Viewer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def size(self) -> int:
        return self.file.stat().st_size if self.file.exists() else 0

    @property
    def status(self) -> int:
        return self._response()[0]

    @property
    def headers(self) -> dict[str, str]:
        return self._response()[1]

    @property
    def is_connected(self) -> bool:
        return self.process.poll() is None

    def _response(self) -> tuple[int, dict[str, str]]:
        text = self._headers.read_text() if self._headers.exists() else ""
        # curl writes field by field: what counts is a head that has come to its end.
        return parse_headers(text.rpartition("\n\n")[0])

    def wait_for_status(self, status: int = 200) -> "Viewer":
        wait_until(lambda: self.status, f"a response to {self.file.name}")
        assert self.status == status, f"status {self.status} instead of {status}"
        return self

    def wait_for_bytes(self, count: int = 1) -> "Viewer":
        """Until `count` bytes have arrived; fails at once when the response ended before that."""
        def enough() -> bool:
            ended = not self.is_connected
            assert self.size >= count or not ended, f"ended after {self.size} bytes: {self.errors}"
            return self.size >= count
        wait_until(enough, f"{count} bytes in {self.file.name}")
        return self

    def wait_for_more(self, count: int = 1) -> "Viewer":
        """Until `count` bytes more than now have arrived: proof that the stream goes on."""
        return self.wait_for_bytes(self.size + count)

    def wait_for_media(self) -> "Viewer":
        """Until there is something to judge in each of its tracks; fails at once when the response ended
        before that. Who has been let in, or has had some bytes, may have a key frame and nothing else."""
        def has_all() -> bool:
            ended = not self.is_connected
            found = has_media(self.file)
            assert found or not ended, f"ended after {self.size} bytes: {self.errors}"
            return found
        wait_until(has_all, f"media of all tracks in {self.file.name}", every_s=0.1)
        return self

    def wait_for_end(self, timeout_s: float = PATIENCE_S) -> "Viewer":
        """Until the response ended as it should: END_STREAM, no error."""
        wait_until(lambda: not self.is_connected, f"the end of {self.file.name}", timeout_s)
        assert self.process.returncode == 0, f"curl {self.process.returncode}: {self.errors}"
        return self

    def wait_for_break(self, timeout_s: float = PATIENCE_S) -> int:
        """Until the response ended in whatever way. Returns curl's exit code."""
        wait_until(lambda: not self.is_connected, f"the end of {self.file.name}", timeout_s)
        return self.process.returncode

    @property
    def errors(self) -> str:
        return self._errors.read_text(errors="replace").strip()

    def stop(self) -> None:
        """Hang up, as a closed browser tab does."""
        if self.is_connected:
            self.process.kill()
        self.process.wait()


def has_media(file: Path) -> bool:
    """Whether a file that still grows has two packets at least of each of its tracks, one of them whole."""
    if not file.exists():
        return False
    seen = probe(file)
    return bool(seen.kinds) and all(len(seen.of_stream(stream)) > 1 for stream in seen.kinds)
