"""Runs Tests/Benchmarks/Players, the load of hundreds of players, and reads its report."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .clocked_publisher import ClockedPublisher
from .places import REPOSITORY
from .audience import Pauses, compile_c
from .waiting import PATIENCE_S

_SOURCES = REPOSITORY / "Tests" / "Benchmarks" / "Players"


def build(folder: Path) -> Path:
    """Makes the tool in `folder`; it needs what Weir itself is built with."""
    files = sorted(_SOURCES.glob("*.c"))
    return compile_c(folder / "players", files, "-lnghttp2", "-lssl", "-lcrypto", "-lz")


def build_readers(folder: Path) -> Path:
    """What the tool reads lists and parts with, as a library."""
    return compile_c(folder / "readers.so", [_SOURCES / "lists.c"], "-shared", "-fPIC", "-lz")


@dataclass(frozen=True)
class Late:
    """Milliseconds behind something, of all answers of one kind, in order."""

    values: list[float]

    def share(self, of_hundred: int) -> float:
        return self.values[min(len(self.values) * of_hundred // 100, len(self.values) - 1)]


class Crowd:
    """Players at work: connected when this is made, and playing from `begin` on; with 0 seconds until
    `report`. They do not outlive a `with`."""

    def __init__(
        self, tool: Path, port: int, root: str, seconds: float, players: int, connections: int, *more: str,
    ) -> None:
        self.seconds, self.count = seconds, players
        self._process = subprocess.Popen(
            [str(tool), str(port), root, str(seconds), str(players), str(connections), *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "the players are not there"

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def begin(self) -> "Crowd":
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self

    def report(self) -> "CrowdReport":
        enough = "\n" if self.seconds == 0 else None
        said, _ = self._process.communicate(enough, timeout=self.seconds * 4 + 2 * PATIENCE_S)
        assert self._process.returncode == 0, "the players ended badly"
        return CrowdReport(json.loads(said), self.seconds)


class CrowdReport:
    def __init__(self, said: dict[str, Any], seconds: float) -> None:
        self.answers: int = said["answers"]
        self.bytes: int = said["bytes"]
        self.failures: dict[str, int] = said["failures"]
        #: Connections that were made, and those that the server wanted to be left (GOAWAY,
        #: `connection: close`).
        self.connections: int = said["connections"]
        self.left: int = said["left"]
        #: Requests that were sent again, and with which right: see Players/client.h.
        self.refused: int = said["refused"]
        self.unanswered: int = said["unanswered"]
        self.pauses = Pauses(said["pauses"])
        #: Of each player, for each track: parts it has had, and those that others had and it did not.
        self.had: list[list[tuple[int, int]]] = said["players"]
        self.tracks: list[dict[str, Any]] = said["tracks"]
        self.replayed = Late(sorted(each / 1000 for each in said["replayedUs"]))
        #: What the tool took of a processor, of the time that it was given, and the longest time for which
        #: it read nothing new.
        self.cpu_s: float = said["cpuSeconds"]
        self.cpu_share: float = self.cpu_s / seconds if seconds else 0
        self.longest_turn_ms: float = said["longestTurnMs"]

    def behind_first(self, kind: str) -> Late:
        """Behind the first answer of all, by which the server has committed the part. `kind` is "media" or
        "lists"."""
        return Late(sorted(
            (at - min(part[f"{kind}Us"])) / 1000
            for track in self.tracks for part in track["parts"] for at in part[f"{kind}Us"]))

    def behind_publisher(self, kind: str, publisher: ClockedPublisher) -> Late:
        """Behind the moment when the publisher's kernel had the last byte of the part."""
        found = []
        for stream, track in enumerate(self.tracks):
            for part in track["parts"]:
                if part["end"] == 0:
                    continue
                handed_s = publisher.handed_s(stream, part["end"] * 1000 / track["scale"])
                found += [at / 1000 - handed_s * 1000 for at in part[f"{kind}Us"]]
        return Late(sorted(found))
