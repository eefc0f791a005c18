"""The machine on which Weir is installed, as fixtures: one is booted for all files that only use it. (What
happens to the package itself is tried on a machine of its own.)"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .installed import SERVICE, authority, log, machine_with_weir
from .machine import Machine


@pytest.fixture(scope="session")
def booted(
    weir_binaries: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with machine_with_weir(tmp_path_factory.mktemp("machine")) as machine:
        yield machine


@pytest.fixture(scope="session")
def booted_certificate(
    booted: Machine, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return authority(booted, tmp_path_factory.mktemp("authority"))


@pytest.fixture
def running_service(booted: Machine) -> Iterator[None]:
    """Whatever the test before has left: the service runs, in the shipped form. What it says is
    shown when the test fails."""
    # NRestarts begins at 0 for each test.
    booted.run("systemctl", "reset-failed", SERVICE)
    booted.run("systemctl", "start", SERVICE)
    began = booted.run("date", "+%s").strip()
    yield
    print(log(booted, f"--since=@{began}"))
