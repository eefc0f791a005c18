"""What figures depend on: the machine, and the versions of what was measured on it."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

from bench_setting import SERVER_CORE
from peers import FILE_SERVERS
from weir.places import REPOSITORY, binaries

_AES_BYTES = 16_384


def hardware() -> list[tuple[str, str]]:
    """Names and values, for a table. Encrypting for a second is part of it."""
    model = re.search(r"^model name\s*: (.+)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    packages = [f"{kind.name} {_version(kind.version())}" for kind in FILE_SERVERS if kind.is_installed()]
    icecast = _said(["dpkg-query", "-W", "-f", "${Version}", "icecast2"])
    return [
        ("Processor", f"{model[1] if model else platform.machine()}, {len(os.sched_getaffinity(0))} cores; "
                      f"servers on core {SERVER_CORE}, the load on the others"),
        ("AES-128-GCM", f"{_aes_gb_per_s():.1f} GB/s on one core, in pieces of 16 KiB (`openssl speed`)"),
        ("Kernel", f"Linux {_version(platform.release())}"),
        ("OpenSSL", _version(_said(["openssl", "version"]))),
        ("Weir", f"{_said([str(binaries() / 'weir'), '--version'])}, release build"),
        ("Peers", ", ".join([*packages, *([f"Icecast {_version(icecast)}"] if icecast else [])])),
    ]


def commit() -> str:
    """Of what is checked out, which a benchmark is expected to have built; empty without git."""
    return _said(["git", "-C", str(REPOSITORY), "rev-parse", "--short", "HEAD"])


def _aes_gb_per_s() -> float:
    said = _said(["openssl", "speed", "-mr", "-elapsed", "-seconds", "1", "-bytes", str(_AES_BYTES),
                  "-evp", "aes-128-gcm"])
    return float(said.rsplit(":", 1)[1]) / 1e9 if ":" in said else 0.0


def _version(words: str) -> str:
    """The first number with points in it."""
    found = re.search(r"\d+(?:\.\d+)+", words)
    return found[0] if found else words


def _said(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
