"""Workers that die again and again under load, as a crash that comes back does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from weir import outbreak
from weir.comparison import assert_contiguous, assert_tail
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer


@pytest.mark.alone
def test_a_worker_killed_each_second_costs_nobody_anything_that_was_taken(
    start_server: Callable[..., Server], watch: Callable[..., Viewer], name: str, tmp_path: Path
) -> None:
    """Ten seconds of what `make bench BENCHMARKS=faults` does for a minute."""
    server = start_server("--grace", "120", workers=3)
    server.wait_for_all_workers()
    recording = record(seconds=10)
    publisher, visitor = outbreak.ChunkPublisher(server, name, recording), outbreak.Visitor(server)
    watchers = [outbreak.Watcher(server, name, tmp_path, number) for number in range(2)]
    killer = outbreak.Killer(server)
    with outbreak.running([publisher, visitor]):
        server.wait_for_state(name, "live")
        with outbreak.running([*watchers, killer]):
            publisher.wait()
            killer.stop()
            viewer = watch(server, name, "?start=-3600").wait_for_bytes(10_000)
            server.request("DELETE", f"/{name}/live")
            viewer.wait_for_end()
    assert len(killer.kills) > 5 and all(kill.back_at for kill in killer.kills)
    assert assert_tail(viewer.file, recording.path) == 0, "everything that was taken is there"
    _, unexplained = outbreak.failed(visitor.requests, killer.kills)
    assert unexplained == 0, "who comes while another worker serves is served"
    for file in [file for watcher in watchers for file in watcher.files]:
        if file.exists() and file.stat().st_size > 50_000:
            assert_contiguous(file, recording.path, cut_off=True)
