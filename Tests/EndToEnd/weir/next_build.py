"""The next version of Weir: this source with another version, another format of rings, one more counter, and
more to say to other supervisors, built for real. What two builds share is tried with it.

It is kept in build/next, where only what has changed is compiled again. It is a debug build: that takes
half as long.
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from pathlib import Path

from .exclusive import one_at_a_time
from .places import BUILD, REPOSITORY

VERSION = "99.0.0"
RING_FILE = "ring.v99"
COUNTER = "weir_worker_starts_total"

_FOLDER = BUILD / "next"
_SHARED = "Sources/Shared"
# Kept by SwiftPM beside what it builds: with them, nothing is fetched.
_DEPENDENCIES = ["checkouts", "repositories", "workspace-state.json"]

# File, what is in it once (a regular expression), what the next version has in its place.
_CHANGES = [
    (f"{_SHARED}/Settings/Version.swift", r'current = "[^"]+"', f'current = "{VERSION}"'),
    # Rings: another number, so another name, and another place for what their owner keeps there.
    (f"{_SHARED}/SegmentRing/RingHeader.swift", r"version: UInt32 = \d+", "version: UInt32 = 99"),
    (f"{_SHARED}/SegmentRing/RingLayout.swift", r"ownerWords = shared \+ \d+",
     "ownerWords = shared + 1_024"),
    # A counter in the next place of a slot.
    (f"{_SHARED}/Telemetry/Counter.swift", r"(case (?:\w+) = (\d+))\n\n    /// Whether",
     lambda found: f"{found[1]}\n    case workerStarts = {int(found[2]) + 1}\n\n    /// Whether"),
    (f"{_SHARED}/Telemetry/MetricTable.swift", r"( +MetricRow\(\n +\.workerRestarts, )",
     rf'            MetricRow(.workerStarts, "{COUNTER}", "Workers that were started."),\n\1'),
    ("Sources/Worker/Main/WorkerProcess.swift", r"( +)(counters\.set\(\.workersReady, 1\))",
     r"\1counters.add(.workerStarts)\n\1\2"),
    # A fact on the board, which everybody can see.
    (f"{_SHARED}/Telemetry/SlotBoard.swift", r"(case \w+ = (\d+))\n}\n\n/// The board\.",
     lambda found: f"{found[1]}\n    case nextUpgrades = {int(found[2]) + 1}\n}}\n\n/// The board."),
    (f"{_SHARED}/Telemetry/ServerReport.swift", r'( +)(JSONMember\("upgrades", .*)',
     r'\1\2\n\1JSONMember("nextUpgrades", integer(board[.nextUpgrades])),'),
    ("Sources/Supervisor/Supervisor+Upgrade.swift", r"( +)(board\.add\(\.upgrades\))",
     r"\1\2\n\1board.add(.nextUpgrades)"),
    # Supervisors and workers of one build understand each other only.
    (f"{_SHARED}/ControlChannel/ControlDatagram.swift", r"version: UInt16 = \d+", "version: UInt16 = 99"),
    # Supervisors say more to each other: a member, and before each message one that is new.
    ("Sources/Supervisor/Upgrade/HandoverMessage.swift",
     r'( +)(JSONMember\("pid", .*processID.*,)(?=\n +JSONMember\("gen)',
     r'\1\2\n\1JSONMember("news", .array([.null])),'),
    ("Sources/Supervisor/Upgrade/HandoverChannel.swift",
     r"( +)(unsent\.append\(\.message\(message\.encoded\)\))",
     r'\1unsent.append(.message(Array(#"{"is":"news","of":99}"#.utf8)))\n\1\2'),
]


@functools.cache
def build() -> Path:
    """The folder with its `weir` and `weir-worker`."""
    with one_at_a_time(_FOLDER):
        _write_sources()
        _bring_dependencies()
        for product in ("weir", "weir-worker"):
            done = subprocess.run(
                ["swift", "build", "--package-path", _FOLDER, "--product", product,
                 "--static-swift-stdlib", "--skip-update", "-Xswiftc", "-gnone"],
                capture_output=True, text=True, timeout=1_800)
            assert done.returncode == 0, done.stdout + done.stderr
    return (_FOLDER / ".build/debug").resolve()


def install(tree: Path) -> None:
    """Puts it into the files of a package, in the place of what is there."""
    for name in ("weir", "weir-worker"):
        shutil.copy(build() / name, tree / "usr/bin" / name)


def _write_sources() -> None:
    """What is as it should be is left alone, so that it is not compiled again."""
    wanted = {
        path.relative_to(REPOSITORY).as_posix(): path.read_bytes()
        for path in [REPOSITORY / "Package.swift", REPOSITORY / "Package.resolved",
                     *(REPOSITORY / "Sources").rglob("*")]
        if path.is_file()
    }
    for file, old, new in _CHANGES:
        text, count = re.subn(old, new, wanted[file].decode())
        assert count == 1, f"{count} places in {file} are {old}: the next version is not what it should be"
        wanted[file] = text.encode()
    for path in (_FOLDER / "Sources").rglob("*"):
        if path.is_file() and path.relative_to(_FOLDER).as_posix() not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = _FOLDER / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    # The package names the folders of its tests.
    tests = _FOLDER / "Tests"
    if not tests.is_symlink():
        tests.symlink_to(REPOSITORY / "Tests")


def _bring_dependencies() -> None:
    for name in _DEPENDENCIES:
        there, here = REPOSITORY / ".build" / name, _FOLDER / ".build" / name
        if here.exists() or not there.exists():
            continue
        here.parent.mkdir(exist_ok=True)
        shutil.copytree(there, here, symlinks=True) if there.is_dir() else shutil.copy(there, here)


if __name__ == "__main__":
    build()
