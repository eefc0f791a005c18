"""Players of low-latency HLS, as many as watch a broadcast together: whether each of them has all of it,
and how late. What that takes is in compare_players.py.

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

from bench_setting import Bench, Figure, memory, tree
from weir import crowd
from weir.clocked_publisher import ClockedPublisher
from weir.crowd import Crowd, CrowdReport
from weir.recordings import Recording, record
from weir.server import Server
from weir.waiting import wait_until

_NAME = "watched"
ROOT = f"/{_NAME}/hls/"
_PLAYERS = 500
_SECONDS = 60
_RECORDING_SECONDS = 100
_SOUND_KILOBITS = 60
_HELD = 2_000
_HELD_SECONDS = 20


def broadcast(kilobits: int) -> Recording:
    """Frames stand in the order in which they are shown."""
    size = "1280x720" if kilobits > 3000 else "640x360"
    return record("h264-baseline", "aac", seconds=_RECORDING_SECONDS, size=size,
                  rate=f"{kilobits - _SOUND_KILOBITS}k")


@contextmanager
def live(bench: Bench, kilobits: int, workers: int = 2) -> Iterator[tuple[Server, ClockedPublisher]]:
    """A broadcast in real time that has lists."""
    recording = broadcast(kilobits)
    with bench.weir(workers=workers) as server, ClockedPublisher(server, _NAME, recording) as publisher:
        wait_until(lambda: server.get(f"{ROOT}v1.m3u8").status == 200, "the first list")
        yield server, publisher


def players(bench: Bench) -> list[Figure]:
    """500 players with a connection each, picture and sound, 2.5 Mbit/s."""
    tool = crowd.build(bench.fresh_folder("tool"))
    with live(bench, 2500) as (server, publisher):
        pids = tree(server)
        viewers = Crowd(tool, server.port, ROOT, _SECONDS, _PLAYERS, _PLAYERS)
        before = memory(pids, "private")
        viewers.begin()
        time.sleep(_SECONDS / 2)
        taken = memory(pids, "private") - before
        seen = viewers.report()
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


def of_the_tool(who: str, seen: CrowdReport) -> list[Figure]:
    return [
        Figure(f"{who}: processors that they take themselves", seen.cpu_share, "", "< 0.5"),
        Figure(f"{who}: the longest time in which they read nothing new", seen.longest_turn_ms, "ms"),
    ]


# Lists alone


def held_playlists(bench: Bench) -> list[Figure]:
    """2,000 requests for the next list of the picture, all the time; on few connections, and on many."""
    tool = crowd.build(bench.fresh_folder("tool"))
    figures = []
    for connections in (40, 400):
        with live(bench, 260) as (server, publisher):
            viewers = Crowd(
                tool, server.port, ROOT, _HELD_SECONDS, _HELD, connections, "lists")
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
