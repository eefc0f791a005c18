"""Runs Tests/Benchmarks/Viewers, hundreds of viewers of WebM who note each block that they get, and compares
what they had with what was published: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .places import REPOSITORY
from .waiting import PATIENCE_S

_SOURCES = REPOSITORY / "Tests" / "Benchmarks"
#: Bytes of a digest of a block.
_DIGEST = 8


def build(folder: Path) -> Path:
    """Makes the tool in `folder`; it needs what Weir itself is built with."""
    shared = [_SOURCES / "Players" / f"{name}.c" for name in ("client", "http1", "http2", "pauses", "wire")]
    files = [*sorted((_SOURCES / "Viewers").glob("*.c")), *shared]
    return compile_c(folder / "viewers", files, "-lnghttp2", "-lssl", "-lcrypto")


def compile_c(made: Path, files: list[Path], *options: str) -> Path:
    subprocess.run(
        ["clang", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(made), *map(str, files), *options],
        check=True)
    return made


class Pauses:
    """The longest pause of anybody, for each second of a run in which one ended. Times by CLOCK_MONOTONIC."""

    def __init__(self, said: dict[str, Any]) -> None:
        self._began_s: float = said["beganS"]
        self._longest_ms: list[float] = said["longestMs"]

    def longest_ms(self, start_s: float, end_s: float) -> float:
        first, last = (max(0, int(at - self._began_s)) for at in (start_s, end_s))
        return max(self._longest_ms[first:last + 1], default=0)


class Viewers:
    """Viewers at work: all have had media when this is made. They stay until their responses end."""

    def __init__(self, tool: Path, port: int, name: str, count: int, folder: Path) -> None:
        folder.mkdir()
        self.count, self._folder = count, folder
        self._process = subprocess.Popen(
            [str(tool), str(port), f"/{name}/live", str(count), str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "the viewers are not there"

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def report(self, timeout_s: float = PATIENCE_S * 2) -> "ViewersReport":
        """When all responses have ended."""
        # Not `communicate`, which closes the input first: they would leave.
        self._process.wait(timeout_s)
        assert self._process.stdout is not None and self._process.returncode == 0, "the viewers ended badly"
        return ViewersReport(json.loads(self._process.stdout.read()), self._folder)


class ViewersReport:
    def __init__(self, said: dict[str, Any], folder: Path) -> None:
        self.count: int = said["viewers"]
        #: Responses that did not end as they should, and those that were no WebM.
        self.dropped: int = self.count - said["statuses"].get("200", 0)
        self.unreadable: int = said["bad"]
        self.pauses = Pauses(said["pauses"])
        self.had: list[list[bytes]] = [tracks(folder, str(number)) for number in range(self.count)]


def tracks(folder: Path, name: str) -> list[bytes]:
    """Digests of the blocks of each track."""
    return [file.read_bytes() for file in sorted(folder.glob(f"{name}.[0-9]"))]


def digests(tool: Path, file: Path, folder: Path) -> list[bytes]:
    """What the tracks of a file have."""
    folder.mkdir()
    subprocess.run([str(tool), "digest", str(file), str(folder)], check=True)
    return tracks(folder, "sent")


@dataclass
class Damage:
    lost: int = 0
    doubled: int = 0
    #: Blocks that nobody sent.
    strange: int = 0

    def add(self, other: "Damage") -> None:
        self.lost += other.lost
        self.doubled += other.doubled
        self.strange += other.strange

    @property
    def is_none(self) -> bool:
        return self == Damage()


def damage(had: list[bytes], sent: list[bytes]) -> Damage:
    """Of a viewer who joined at some time and has to have everything from there to the end, by each track. A
    track that it has none of is lost as a whole."""
    total = Damage()
    for whole in sent:
        # Nearly always. (Digests are of one length, so what matches matches block by block.)
        if any(mine and whole.endswith(mine) for mine in had):
            continue
        blocks = _blocks(whole)
        closest = max(map(_blocks, had), key=lambda mine: _in_common(mine, blocks), default=[])
        total.add(_of_track(closest if _in_common(closest, blocks) else [], blocks))
    return total


def _blocks(track: bytes) -> list[bytes]:
    return [track[at:at + _DIGEST] for at in range(0, len(track), _DIGEST)]


def _in_common(one: list[bytes], other: list[bytes]) -> int:
    return len(set(one) & set(other))


def _of_track(had: list[bytes], sent: list[bytes]) -> Damage:
    places: dict[bytes, list[int]] = {}
    for place, block in enumerate(sent):
        places.setdefault(block, []).append(place)
    found, next_one = Damage(), -1
    for block in had:
        if block not in places:
            found.strange += 1
            continue
        later = [place for place in places[block] if place >= next_one]
        if not later:
            found.doubled += 1
            continue
        found.lost += 0 if next_one < 0 else later[0] - next_one
        next_one = later[0] + 1
    found.lost += len(sent) - max(next_one, 0)
    return found
