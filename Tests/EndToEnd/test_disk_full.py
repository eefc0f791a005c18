"""Disk full: a broadcast for which there is no room is refused, and the others go on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir.comparison import assert_contiguous, assert_tail
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer

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
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small tmpfs")
    mount = tmp_path / "small-disk"
    mount.mkdir()
    size = ring_bytes * 3 // 2
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(mount)], capture_output=True
    )
    if done.returncode != 0:
        pytest.skip(f"no tmpfs here: {done.stderr.decode().strip()}")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


def test_a_broadcast_without_room_for_its_ring_is_507_and_others_go_on(
    small_disk: Path,
    start_server: Callable[..., Server],
    publish: Callable[..., Publisher],
    watch: Callable[..., Viewer],
) -> None:
    server = start_server(*_RING, "--grace", "120", data=small_disk / "data")
    recording = record(seconds=30)
    publish(server, "first").play(recording)
    server.wait_for_state("first", "live")
    viewer = watch(server, "first").wait_for_bytes(10_000)

    answer = server.request("POST", "/second/live", body=record().data)
    assert answer.status == 507
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert server.state("second") is None
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
    server.wait_for_state("first", "live")
    viewer = watch(server, "first")
    with (small_disk / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError):
        while True:
            filler.write(bytes(1 << 16))
    assert publisher.answer().status == 204
    server.request("DELETE", "/first/live")
    viewer.wait_for_end()
    assert_tail(viewer.file, recording.path)
