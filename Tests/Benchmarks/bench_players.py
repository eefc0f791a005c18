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
from pathlib import Path

from bench_setting import Figure, Setting, cpu_seconds, memory, tree
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
# Two parts that come within this were asked for at about the same time.
_ROUND_US = 140_000
# What people set for files of this size.
_NGINX_FILES = "output_buffers 2 512k; tcp_nopush on; open_file_cache max=10000;"


@contextmanager
def live(setting: Setting, rate: str) -> Iterator[tuple[Server, ClockedPublisher]]:
    """A broadcast in real time that has lists."""
    recording = record("vp9", "opus", seconds=_RECORDING_SECONDS, size="640x360", rate=rate)
    with setting.weir() as server, ClockedPublisher(server, _NAME, recording) as publisher:
        wait_until(lambda: server.get(f"{_ROOT}v1.m3u8").status == 200, "the first list")
        yield server, publisher


def players(setting: Setting) -> list[Figure]:
    """500 players with a connection each, picture and sound, 2.5 Mbit/s."""
    tool, kept = crowd.build(setting.fresh_folder("tool")), setting.fresh_folder("kept")
    with live(setting, "2440k") as (server, publisher):
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
        *costs("the server", seen, used_s),
        *of_the_tool(who, seen),
        *files_beside(setting, tool, kept),
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


def costs(whose: str, seen: CrowdReport, used_s: float) -> list[Figure]:
    return [
        Figure(f"{whose}: requests of players", seen.answers / used_s, "/CPU-s"),
        Figure(f"{whose}: CPU per GB for players", used_s / seen.bytes * 1e9, "s"),
    ]


def of_the_tool(who: str, seen: CrowdReport) -> list[Figure]:
    return [
        Figure(f"{who}: processors that they take themselves", seen.cpu_share, "", "< 0.5"),
        Figure(f"{who}: the longest time in which they read nothing new", seen.longest_turn_ms, "ms"),
    ]


# The same from nginx


def files_beside(setting: Setting, tool: Path, kept: Path) -> list[Figure]:
    """What the first player was given, given to all by nginx, at the same pace."""
    rounds, every_ms = rounds_of(kept)
    with setting.nginx(_NGINX_FILES) as nginx:
        for file in kept.iterdir():
            (nginx.files / file.name).write_bytes(file.read_bytes())
        script = setting.fresh_folder("replay") / "rounds"
        script.write_text("".join("\n".join(each) + "\n\n" for each in rounds))
        viewers = Crowd(
            tool, nginx.port, "/", _REPLAY_SECONDS, _PLAYERS, _PLAYERS, "replay", str(script),
            str(every_ms))
        before_s = cpu_seconds(nginx.pids)
        seen = viewers.begin().report()
        used_s = cpu_seconds(nginx.pids) - before_s
    assert not seen.failures, seen.failures
    return [
        *costs("nginx, the same as files", seen, used_s),
        Figure("nginx, the same as files: after asking, p99", seen.replayed.share(99), "ms"),
        *of_the_tool("nginx's players", seen),
    ]


def rounds_of(kept: Path) -> tuple[list[list[str]], int]:
    """What was asked for together, and how far apart. Only so much as is replayed."""
    rounds: list[list[str]] = []
    starts_us: list[int] = []
    for line in (kept / "order").read_text().splitlines():
        number, *_, at_us = line.split()
        if not starts_us or int(at_us) - starts_us[-1] > _ROUND_US:
            rounds.append([])
            starts_us.append(int(at_us))
        rounds[-1].append(number)
    every_ms = (starts_us[-1] - starts_us[0]) / len(rounds) / 1000
    return rounds[1:round(_REPLAY_SECONDS * 1000 / every_ms)], round(every_ms)


# Lists alone


def held_playlists(setting: Setting) -> list[Figure]:
    """2,000 requests for the next list of the picture, all the time; on few connections, and on many."""
    tool = crowd.build(setting.fresh_folder("tool"))
    figures = []
    for connections in (40, 400):
        with live(setting, "200k") as (server, publisher):
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
