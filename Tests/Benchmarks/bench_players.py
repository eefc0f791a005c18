"""Players of low-latency HLS, as many as watch a broadcast together: whether each of them has all of it,
and how late; and what nginx takes for the same lists and parts when they are files.

Two clocks tell how late an answer is. The first answer of all says when the server had committed the part.
The publisher says when the kernel had the last byte of it: what the server cannot know before the next frame
comes is in that, a frame's length. The players run on the same processors as the server, so both are upper
bounds; how much the players take is in the table.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench_setting import Bench, Figure, cpu_seconds, memory, tree
from peers import Nginx, running
from weir import crowd
from weir.clocked_publisher import ClockedPublisher
from weir.crowd import Crowd, CrowdReport
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

_NAME = "watched"
_ROOT = f"/{_NAME}/hls/"
_PLAYERS = 500
_SECONDS = 60
_REPLAY_SECONDS = 30
_RECORDING_SECONDS = 100
_HELD = 2_000
_HELD_SECONDS = 20
# What comes within this was asked for at the same time: a list and a part of one track.
_ROUND_US = 10_000


@contextmanager
def live(bench: Bench, rate: str) -> Iterator[tuple[Server, ClockedPublisher]]:
    """A broadcast in real time that has lists."""
    recording = record("vp9", "opus", seconds=_RECORDING_SECONDS, size="640x360", rate=rate)
    with bench.weir() as server, ClockedPublisher(server, _NAME, recording) as publisher:
        wait_until(lambda: server.get(f"{_ROOT}v1.m3u8").status == 200, "the first list")
        yield server, publisher


def players(bench: Bench) -> list[Figure]:
    """500 players with a connection each, picture and sound, 2.5 Mbit/s."""
    tool, kept = crowd.build(bench.fresh_folder("tool")), bench.fresh_folder("kept")
    with live(bench, "2440k") as (server, publisher):
        pids = tree(server)
        viewers = Crowd(tool, server.port, _ROOT, _SECONDS, _PLAYERS, _PLAYERS, "keep", str(kept))
        before_s, before = cpu_seconds(pids), memory(pids, "private")
        viewers.begin()
        time.sleep(_SECONDS / 2)
        taken = memory(pids, "private") - before
        seen = viewers.report()
        used_s = cpu_seconds(pids) - before_s
        late = seen.behind_publisher("media", publisher)
    target_ms = 300
    who = f"{_PLAYERS} players"
    return [
        Figure(f"{who}: that lack a part, or were refused anything", incomplete(seen), "", "0"),
        Figure(f"{who}: parts that are late by a part's length", sum(v > target_ms for v in late.values),
               f"of {len(late.values)}", "0"),
        *lateness(who, "parts", seen, "media", publisher),
        *lateness(who, "lists", seen, "lists", publisher),
        Figure(f"{who}: private memory of each", taken / _PLAYERS / 1024, "KiB"),
        *of_the_tool(who, seen),
        *beside_files(Cost(seen, used_s), files_beside(bench, tool, kept)),
    ]


def incomplete(seen: CrowdReport) -> int:
    """Players that lack something, and whatever else should not be. At the end one part may be under way."""
    lacking = sum(any(lacks > 1 for had, lacks in each if had) for each in seen.had)
    return lacking + sum(not each[0][0] for each in seen.had) + sum(seen.failures.values())


def lateness(
    who: str, what: str, seen: CrowdReport, kind: str, publisher: ClockedPublisher
) -> list[Figure]:
    first, publisher_ms = seen.behind_first(kind), seen.behind_publisher(kind, publisher)
    return [
        Figure(f"{who}: {what} after the first answer, p50", first.share(50), "ms"),
        Figure(f"{who}: {what} after the first answer, p99", first.share(99), "ms", "<= 50"),
        Figure(f"{who}: {what} after the publisher's last byte, p50", publisher_ms.share(50), "ms"),
        Figure(f"{who}: {what} after the publisher's last byte, p99", publisher_ms.share(99), "ms"),
    ]


@dataclass(frozen=True)
class Cost:
    """What a server took for what players had."""

    seen: CrowdReport
    used_s: float

    @property
    def requests_per_s(self) -> float:
        return self.seen.answers / self.used_s

    @property
    def seconds_per_gb(self) -> float:
        return self.used_s / self.seen.bytes * 1e9


def beside_files(ours: Cost, theirs: Cost) -> list[Figure]:
    """Ours takes the broadcast in as well, and makes lists and parts of it."""
    return [
        Figure("the server: requests of players", ours.requests_per_s, "/CPU-s"),
        Figure("nginx, the same as files", theirs.requests_per_s, "/CPU-s"),
        Figure("the server: CPU per GB for players", ours.seconds_per_gb, "s"),
        Figure("nginx, the same as files: CPU per GB", theirs.seconds_per_gb, "s"),
        Figure("the server over nginx's files, CPU per GB",
               ours.seconds_per_gb / theirs.seconds_per_gb, "x"),
        Figure("nginx, the same as files: after asking, p99", theirs.seen.replayed.share(99), "ms"),
    ]


def of_the_tool(who: str, seen: CrowdReport) -> list[Figure]:
    return [
        Figure(f"{who}: processors that they take themselves", seen.cpu_share, "", "< 0.5"),
        Figure(f"{who}: the longest time in which they read nothing new", seen.longest_turn_ms, "ms"),
    ]


# The same from nginx


def files_beside(bench: Bench, tool: Path, kept: Path) -> Cost:
    """What the first player was given, given to all by nginx, at the same pace."""
    files = {file.name: file.read_bytes() for file in kept.iterdir()}
    with running(Nginx, bench, files, workers=2) as nginx:
        script = bench.fresh_folder("replay") / "script"
        script.write_text(replayed(kept))
        # Half as long again, for a machine that is too busy to keep the pace.
        viewers = Crowd(
            tool, nginx.port, "/", _REPLAY_SECONDS * 1.5, _PLAYERS, _PLAYERS, "replay", str(script))
        before_s = cpu_seconds(nginx.pids)
        seen = viewers.begin().report()
        used_s = cpu_seconds(nginx.pids) - before_s
    assert not seen.failures, seen.failures
    return Cost(seen, used_s)


def replayed(kept: Path) -> str:
    """For the tool: what was asked for together, and when. Only so much as is replayed."""
    lines: list[str] = []
    first_us = last_us = 0
    for line in (kept / "order").read_text().splitlines():
        number, *_, at_us = line.split()
        first_us = first_us or int(at_us)
        if int(at_us) - first_us > _REPLAY_SECONDS * 1_000_000:
            break
        if not lines or int(at_us) - last_us > _ROUND_US:
            lines.append(f"@{(int(at_us) - first_us) // 1000}")
            last_us = int(at_us)
        lines.append(number)
    return "\n".join(lines) + "\n"


# Lists alone


def held_playlists(bench: Bench) -> list[Figure]:
    """2,000 requests for the next list of the picture, all the time; on few connections, and on many."""
    tool = crowd.build(bench.fresh_folder("tool"))
    figures = []
    for connections in (40, 400):
        with live(bench, "200k") as (server, publisher):
            viewers = Crowd(
                tool, server.port, _ROOT, _HELD_SECONDS, _HELD, connections, "lists")
            seen = viewers.begin().report()
            who = f"{_HELD} held lists on {connections} connections"
            figures += [
                Figure(f"{who}: refusals", sum(seen.failures.values()), "", "0"),
                *lateness(who, "answers", seen, "lists", publisher),
                Figure(f"{who}: answered to each", statistics.mean(
                    len(part["listsUs"]) for part in seen.tracks[0]["parts"][20:-5]), "players"),
                *of_the_tool(who, seen),
            ]
    return figures
