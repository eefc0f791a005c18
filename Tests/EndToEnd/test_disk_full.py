"""Disk full: a broadcast for which there is no room is refused, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir.comparison import assert_contiguous, assert_tail
from weir.disks import fill, mounted
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

BOTH_PROTOCOLS = True

_RING = ("--ring-size", "2MiB")


@pytest.fixture
def ring_bytes(start_server: Callable[..., Server], publish: Callable[..., Publisher]) -> int:
    """What one ring takes on disk, found out by making one."""
    server = start_server(*_RING)
    publish(server, "measured").write(record().data).finish()
    size = server.ring("measured").stat().st_size
    server.stop()
    return size


@pytest.fixture
def small_disk(tmp_path: Path, ring_bytes: int) -> Iterator[Path]:
    """A file system with room for one ring and a half."""
    with mounted(tmp_path / "small-disk", f"size={ring_bytes * 3 // 2}") as disk:
        yield disk


def test_a_broadcast_without_room_for_its_ring_is_507_and_others_go_on(
    small_disk: Path,
    start_server: Callable[..., Server],
    publish: Callable[..., Publisher],
    watch: Callable[..., Viewer],
) -> None:
    server = start_server(*_RING, "--grace", "120", data=small_disk / "data")
    recording = record(seconds=LASTING_S)
    publish(server, "first").play(recording)
    server.wait_for_state("first", "live")
    viewer = watch(server, "first").wait_for_bytes(10_000)

    answer = server.request("POST", "/second/live", body=record().data)
    assert answer.status == 507
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert server.state("second") is None
    [line] = wait_until(
        lambda: [each for each in server.log_records() if each["message"] == "broadcast refused"],
        "it in the log")
    assert line["level"] == "warning"
    assert line["metadata"]["reason"] == "no-space"
    assert [path.name for path in (server.data / "live").iterdir()] == ["first"]
    assert [p for p in (server.data / "live").rglob("*") if p.is_file()] == [server.ring("first")]

    viewer.wait_for_more(30_000)
    server.request("DELETE", "/first/live")
    viewer.wait_for_end()
    assert_contiguous(viewer.file, recording.path)


def test_a_disk_that_fills_up_later_does_not_hurt_a_ring_that_exists(
    small_disk: Path,
    start_server: Callable[..., Server],
    publish: Callable[..., Publisher],
    watch: Callable[..., Viewer],
) -> None:
    server = start_server(*_RING, "--grace", "120", data=small_disk / "data")
    recording = record(seconds=8)
    publisher = publish(server, "first").play(recording)
    server.wait_for_stream("first")
    viewer = watch(server, "first").wait_for_bytes()
    fill(small_disk)
    assert publisher.answer().status == 204
    server.request("DELETE", "/first/live")
    viewer.wait_for_end()
    assert_tail(viewer.file, recording.path)
