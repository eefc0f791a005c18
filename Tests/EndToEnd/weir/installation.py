"""Both programs in a folder, as a package puts them there: a new file takes the name of the old one."""

from __future__ import annotations

import shutil
from pathlib import Path

from .places import binaries

PROGRAMS = ("weir", "weir-worker")


class Installation:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self.put(binaries())

    @property
    def program(self) -> Path:
        return self._folder / "weir"

    def put(self, build: Path, *, only: tuple[str, ...] = PROGRAMS) -> None:
        """Install another build, or a part of it."""
        for name in only:
            new = self._folder / f"{name}.new"
            shutil.copy(build / name, new)
            new.rename(self._folder / name)

    def put_script(self, text: str) -> None:
        """Install something else as `weir`."""
        new = self._folder / "weir.new"
        new.write_text(f"#!/bin/sh\n{text}\n")
        new.chmod(0o755)
        new.rename(self.program)

    def inode(self, name: str) -> int:
        return (self._folder / name).stat().st_ino
