"""Small file systems, for what happens when a disk is full; and how full the disk is on which tests
write."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A tmpfs on `folder`, made if it is missing. Skips the test where that is not possible."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a tmpfs")
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True)
    if done.returncode != 0:
        pytest.skip(f"no tmpfs here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Writes until nothing fits any more. Returns the file that takes all the room."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError):
        while True:
            file.write(bytes(4096))
    return filler


def room() -> str:
    """How much is free where the folders of tests are. A server that has too little for a ring refuses
    its broadcast with 507."""
    folder = tempfile.gettempdir()
    disk = os.statvfs(folder)
    free, total = (blocks * disk.f_frsize // 2**20 for blocks in (disk.f_bavail, disk.f_blocks))
    return f"{free} MiB of {total} MiB are free in {folder}"
