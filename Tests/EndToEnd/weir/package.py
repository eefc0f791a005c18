"""The Debian package of Weir: made as it is shipped, and made again as another version of it."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .exclusive import one_at_a_time
from .places import BUILD, REPOSITORY

_PACKAGES = BUILD / "packages"


@functools.cache
def make(kind: str = "deb") -> Path:
    """What scripts/package makes of the build: a deb, a tarball or an image. Not packed so small that
    it would take long."""
    if not shutil.which("dpkg-shlibdeps"):
        pytest.skip("this is no Debian, and makes no packages")
    with one_at_a_time(_PACKAGES / kind):
        done = subprocess.run(
            [REPOSITORY / "scripts/package", kind], capture_output=True, text=True,
            env=os.environ | {"WEIR_PACKING": "quick"})
    assert done.returncode == 0, done.stderr
    return REPOSITORY / done.stdout.strip()


def field(package: Path, name: str) -> str:
    """A field of its control file."""
    return subprocess.run(
        ["dpkg-deb", "--field", package, name], check=True, capture_output=True, text=True
    ).stdout.strip()


def dependencies(package: Path) -> list[str]:
    """The names of the packages that apt installs with it; of alternatives, the first."""
    wanted = f"{field(package, 'Depends')}, {field(package, 'Recommends')}"
    return [re.split(r"[ |]", one)[0] for one in wanted.split(", ")]


def unpack(package: Path, folder: Path) -> Path:
    """Its files, and what is its own in DEBIAN."""
    subprocess.run(["dpkg-deb", "--raw-extract", package, folder], check=True)
    return folder


def as_version(
    package: Path, version: str, folder: Path, change: Callable[[Path], None] = lambda _: None
) -> Path:
    """The same package under a version of its own, changed in this way, in the same folder.
    `folder` is for the work."""
    tree = unpack(package, folder / version)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*", f"Version: {version}", control.read_text()))
    change(tree)
    made = folder / f"weir_{version}.deb"
    subprocess.run(
        ["dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, made],
        check=True, capture_output=True)
    return made
