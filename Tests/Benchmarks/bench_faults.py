"""What is lost when workers die: one each second for a minute, under load; and a worker in an endless loop.

Everything that comes and goes here comes back by itself, as players, pages and encoders do, and keeps the
time that this took. What was taken from a publisher has to be there at the end, packet for packet.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from bench_setting import Figure, Bench

from weir import processes
from weir.comparison import assert_contiguous, assert_tail
from weir.outbreak import (
    ChunkPublisher, EndlessPublisher, Killer, Visitor, Watcher, failed, running,
)
from weir.packets import packets
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

_SECONDS = 60
_WATCHERS = 8
_VISITORS = 3
_WORKERS = 4
_GRACE = ("--grace", "120", "--ring-seconds", "300")
_LOOPS = 3


def killed_each_second(bench: Bench) -> list[Figure]:
    """A minute in which every second one of four workers is killed (kill -9), each in its turn."""
    recording = record(seconds=_SECONDS)
    with bench.weir(*_GRACE, workers=_WORKERS) as server:
        chunks = ChunkPublisher(server, "chunks", recording)
        endless = EndlessPublisher(server, "endless", record(seconds=120), server.folder)
        visitors = [Visitor(server) for _ in range(_VISITORS)]
        watchers = [Watcher(server, "chunks", server.folder, number) for number in range(_WATCHERS)]
        killer = Killer(server)
        with running([chunks, endless, *visitors]):
            server.wait_for_state("chunks", "live")
            server.wait_for_state("endless", "live")
            with running([*watchers, killer]):
                chunks.wait()
                killer.stop()
                end = _recorded(server, "chunks")
        requests = [request for visitor in visitors for request in visitor.requests]
        lost, unexplained = failed(requests, killer.kills)
        missed = assert_tail(end.file, recording.path)
        files = [file for watcher in watchers for file in watcher.files if _has_media(file)]
        for file in files:
            assert_contiguous(file, recording.path, cut_off=True)
    back = [(kill.back_at - kill.at) * 1000 for kill in killer.kills]
    return [
        Figure("workers killed", len(killer.kills), "in a minute"),
        Figure("requests over new connections", len(requests), ""),
        Figure("of these without an answer", 100 * lost / len(requests), "%"),
        Figure("the same while no worker died", unexplained, "", "0"),
        Figure("death to a serving worker in its slot, median", statistics.median(back), "ms"),
        Figure("the same, longest", max(back), "ms"),
        Figure("packets that were taken (numbered chunks)", len(packets(recording.path)), ""),
        Figure("of these lost", missed, "", "0"),
        Figure("chunks sent again", chunks.repeated, f"of {chunks.taken}"),
        *_outages("numbered chunks", chunks.outages_s),
        *_outages("an endless upload", endless.outages_s),
        Figure("viewers' responses without a gap", len(files), f"of {len(files)}"),
    ]


def _recorded(server: Server, name: str) -> Viewer:
    """All that the ring has of a broadcast, and its end."""
    viewer = Viewer(server.url(f"/{name}/live?start=-3600"), server.certificate.certificate,
                    server.folder / f"{name}-all.webm")
    viewer.wait_for_bytes(100_000)
    server.request("DELETE", f"/{name}/live")
    return viewer.wait_for_end()


def _has_media(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 50_000


def _outages(whose: str, seconds: list[float]) -> list[Figure]:
    if not seconds:
        return []
    return [
        Figure(f"until {whose} went on, median", statistics.median(seconds) * 1000, "ms"),
        Figure("the same, longest", max(seconds) * 1000, "ms"),
    ]


def endless_loop(bench: Bench) -> list[Figure]:
    """A worker of two is put into an endless loop. The longest of some rounds."""
    killed, replaced, gaps, waits = [], [], [], []
    for _ in range(_LOOPS):
        with bench.weir(*_GRACE) as server:
            visitor = Visitor(server)
            with running([visitor]):
                wait_until(lambda: len(visitor.requests) > 10, "a few requests")
                pid = server.workers()[0]
                server.expected_deaths.add(pid)
                began = time.monotonic()
                processes.put_into_a_loop(pid)
                wait_until(lambda: not processes.is_alive(pid), "it to be killed", 60, 0.005)
                killed.append(time.monotonic() - began)
                wait_until(lambda: server.workers().get(0), "another one", 60, 0.005)
                replaced.append(time.monotonic() - began)
            after = [one for one in visitor.requests if one.ended >= began]
            waits.append(max(one.ended - one.began for one in after))
            gaps.append(sum(not one.is_answered for one in after))
    return [
        Figure("a worker in a loop, until it was killed", max(killed) * 1000, "ms"),
        Figure("until there was another", max(replaced) * 1000, "ms"),
        Figure("requests to the server that failed meanwhile", max(gaps), ""),
        Figure("longest wait of a request", max(waits) * 1000, "ms"),
    ]
