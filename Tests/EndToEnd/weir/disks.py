"""Small file systems and odd ones, for what happens when a disk is full, fails, or is none; and how full the
disk is on which tests write."""

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
    with _mount(folder, ["mount", "-t", "tmpfs", "-o", options, "tmpfs"]):
        yield folder


@contextmanager
def _mount(folder: Path, command: list[str]) -> Iterator[Path]:
    """What a command puts on `folder`, which is its last argument. Skips the test where that fails."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount something")
    folder.mkdir(exist_ok=True)
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"{' '.join(command)}: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def overlay(folder: Path) -> Iterator[Path]:
    """What a container writes to: a layer over others. It takes a file system that can be its upper layer,
    which a tmpfs can."""
    with mounted(folder / "layers", "size=200M") as layers:
        below, above, work = (layers / name for name in ("below", "above", "work"))
        for layer in (below, above, work):
            layer.mkdir()
        options = f"lowerdir={below},upperdir={above},workdir={work}"
        with _mount(folder / "overlay", ["mount", "-t", "overlay", "-o", options, "overlay"]) as made:
            yield made


@contextmanager
def fuse(folder: Path, options: str) -> Iterator[Path]:
    """A file system that a program serves: mergerfs, with a folder behind it."""
    behind = folder / "behind"
    behind.mkdir()
    with _mount(folder / "fuse", ["mergerfs", "-o", options, str(behind)]) as made:
        yield made


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """A second name of an existing folder, by which nothing can be written."""
    with _mount(folder.with_name("read-only"), ["mount", "--bind", str(folder)]) as made:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(made)], check=True)
        yield made


@contextmanager
def failing(folder: Path) -> Iterator[Path]:
    """An ext4 of 200 MiB on a disk that `fail` makes read-only, as the kernel does after an error."""
    image = folder / "disk"
    with image.open("wb") as file:
        file.truncate(200 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-e", "remount-ro", str(image)], check=True)
    with _mount(folder / "ext4", ["mount", "-o", "loop", str(image)]) as made:
        yield made


def fail(disk: Path) -> None:
    """From now on, the kernel writes nothing more to an ext4."""
    subprocess.run(["mount", "-o", "remount,abort", str(disk)], capture_output=True, check=False)
    with pytest.raises(OSError):
        (disk / "probe").write_text("x")


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
