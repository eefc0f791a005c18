"""One-shot requests with curl over HTTP/2 or HTTP/1.1, for everything that has an answer."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .waiting import PATIENCE_S

PROTOCOLS = {"h2": "--http2", "http/1.1": "--http1.1"}

speaks = "h2"
"""What curl offers the server, for the length of a test: see the fixture `protocol`."""

within: list[str] = []
"""What stands before curl, so that it runs in another network: see the fixture `machine`."""


@dataclass(frozen=True)
class Answer:
    """An HTTP response. `status` is 0 when there was none; `exit_code` is curl's."""

    status: int
    headers: dict[str, str]
    body: bytes
    exit_code: int

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str | None:
        """The slug of a problem document: the last part of its type."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return None
        return str(self.json()["type"]).rsplit("/", 1)[-1]


def base_command(authority: Path) -> list[str]:
    """curl, the test's protocol, quiet, not buffering, trusting the test certificate."""
    quiet = ["--silent", "--show-error", "--no-buffer"]
    return [*within, "curl", PROTOCOLS[speaks], *quiet, "--cacert", str(authority)]


def header_arguments(headers: dict[str, str] | None) -> list[str]:
    return [part for key, value in (headers or {}).items() for part in ("-H", f"{key}: {value}")]


def parse_headers(text: str) -> tuple[int, dict[str, str]]:
    """The last response's status and fields (lower case) from a curl header dump."""
    status, fields = 0, {}
    for line in text.splitlines():
        if line.startswith("HTTP/"):
            status, fields = int(line.split()[1]), {}
        elif ":" in line:
            key, _, value = line.partition(":")
            name, value = key.strip().lower(), value.strip()
            # The one field that may come several times and cannot be joined by commas.
            several = name == "set-cookie" and name in fields
            fields[name] = f"{fields[name]}\n{value}" if several else value
    return status, fields


def request(
    method: str,
    url: str,
    authority: Path,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | Path | None = None,
    timeout_s: float = PATIENCE_S,
    source: str | None = None,
) -> Answer:
    """Do one request on a connection of its own and wait for the whole response.

    `source` is the address it comes from.
    """
    with tempfile.TemporaryDirectory() as scratch:
        seen, content = Path(scratch, "headers"), Path(scratch, "body")
        command = [
            *base_command(authority), "--path-as-is", "--max-time", str(timeout_s),
            "-D", str(seen), "-o", str(content), *header_arguments(headers),
        ]
        command += ["--head"] if method == "HEAD" else ["-X", method]
        command += ["--interface", source] if source else []
        if isinstance(body, bytes):
            file = Path(scratch, "upload")
            file.write_bytes(body)
            body = file
        if body is not None:
            command += ["--data-binary", f"@{body}"]
            if not any(key.lower() == "content-type" for key in headers or {}):
                command += ["-H", "content-type: video/webm"]
        done = subprocess.run([*command, url], capture_output=True)
        status, fields = parse_headers(seen.read_text() if seen.exists() else "")
        return Answer(
            status, fields, content.read_bytes() if content.exists() else b"", done.returncode
        )
