"""Where things are: the repository, the binaries under test, and what the suite caches."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
BUILD = REPOSITORY / "build"
RECORDINGS = BUILD / "recordings"
REPORTS = BUILD / "reports"


def binaries() -> Path:
    """The folder with `weir` and `weir-worker`; WEIR_BINARIES overrides the release build."""
    return Path(os.environ.get("WEIR_BINARIES", REPOSITORY / ".build" / "release")).resolve()
