"""The data directory on other file systems than a local disk: what is warned of works, what does not work is
refused, and one that stops taking anything ends nobody who watches."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from weir import disks
from weir.admin import ask
from weir.certificate import Certificate
from weir.comparison import assert_contiguous, assert_whole
from weir.places import binaries
from weir.ports import free_port
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]
Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]
Place = Callable[[Path], AbstractContextManager[Path]]


def _tmpfs(folder: Path) -> AbstractContextManager[Path]:
    return disks.mounted(folder / "tmpfs", "size=200M")


#: A name, how to get it, and what the warning begins with. Which kinds there are is the kernel's.
RISKY = [("tmpfs", _tmpfs, "tmpfs: ")]
if "overlay" in Path("/proc/filesystems").read_text():
    RISKY.append(("overlay", disks.overlay, "an overlay: "))
HAS_FUSE = os.access("/dev/fuse", os.R_OK | os.W_OK) and shutil.which("mergerfs") is not None
if HAS_FUSE:
    RISKY.append(("fuse", lambda folder: disks.fuse(folder, "cache.files=partial"), "FUSE: "))


@pytest.fixture
def weir(certificate: Certificate) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `weir COMMAND` with a data directory until it ends by itself."""
    def run(command: str, data: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(binaries() / "weir"), command, "--data", str(data), "--admin", "off",
             "--listen", f"127.0.0.1:{free_port()}", "--cert", str(certificate.certificate),
             "--key", str(certificate.key)],
            capture_output=True, text=True, timeout=2 * PATIENCE_S)
    return run


@pytest.mark.parametrize(("name", "place", "begins"), RISKY, ids=[kind[0] for kind in RISKY])
def test_a_risky_file_system_is_warned_about_in_one_line_and_works(
    start_server: Start, watch: Watch, tmp_path: Path,
    weir: Callable[..., subprocess.CompletedProcess[str]], name: str, place: Place, begins: str,
) -> None:
    with place(tmp_path) as disk:
        data = disk / "data"
        server = start_server("--ring-size", "2MiB", data=data)
        _assert_a_broadcast_is_whole(server, watch, name)
        wait_until(lambda: ask(server, "/readyz").status == 200, "it to be ready")
        said = [r for r in server.log_records() if r.get("event") == "file-system-risky"]
        assert [r["level"] for r in said] == ["warning"]
        assert said[0]["message"].startswith(f"the data directory {data} is on {begins}")
        server.stop()
        checked = weir("check-config", data)
        assert checked.returncode == 0, checked.stderr
        assert f"note: {said[0]['message']}\n" in checked.stdout


def _assert_a_broadcast_is_whole(server: Server, watch: Watch, name: str) -> None:
    recording = record()
    assert server.request("POST", f"/{name}/live", body=recording.path).status == 204
    viewer = watch(server, name, "?start=-3600").wait_for_bytes(1)
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_whole(viewer.file, recording.path)


@pytest.mark.parametrize("options", ["direct_io=true"] if HAS_FUSE else [])
def test_a_file_system_without_shared_memory_is_refused_in_one_line(
    tmp_path: Path, weir: Callable[..., subprocess.CompletedProcess[str]], options: str
) -> None:
    with disks.fuse(tmp_path, options) as disk:
        done = weir("serve", disk / "data")
        assert done.returncode == 1
        assert done.stderr == (
            f"weir: the data directory {disk / 'data'} (FUSE) cannot be used: processes cannot share memory "
            "there (mmap: No such device); choose a local disk with --data, ext4 or XFS\n")
        assert [path.name for path in (disk / "data").iterdir()] == ["lock"]


def test_a_read_only_data_directory_is_refused_in_one_line(
    tmp_path: Path, weir: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    folder = tmp_path / "folder"
    (folder / "data").mkdir(parents=True)
    with disks.read_only(folder) as disk:
        for data in (disk / "data", disk / "not-there-yet"):
            done = weir("serve", data)
            assert done.returncode == 1
            assert done.stderr == (
                f"weir: cannot use the data directory {data}: Read-only file system; mount it writable "
                "(and see in the kernel's log whether its disk has failed), or choose another with --data\n")
            checked = weir("check-config", data)
            assert checked.returncode == 2
            assert "is on a file system that is read-only; mount it writable" in checked.stderr


def test_a_disk_that_becomes_read_only_ends_nobody_who_is_there(
    start_server: Start, publish: Publish, watch: Watch, tmp_path: Path
) -> None:
    """As the kernel does with a disk that has errors. What is live is in memory; nothing new begins."""
    with disks.failing(tmp_path) as disk:
        server = start_server("--ring-size", "2MiB", "--grace", "120", data=disk / "data")
        recording = record(seconds=LASTING_S)
        publisher = publish(server, "first").play(recording)
        server.wait_for_state("first", "live")
        viewers = [watch(server, "first").wait_for_bytes(1) for _ in range(4)]
        disks.fail(disk)
        wait_until(
            lambda: "Read-only file system" in ask(server, "/readyz").body,
            "/readyz to say so")
        for viewer in viewers:
            viewer.wait_for_more(60_000)
        refused = server.request("POST", "/second/live", body=record().data)
        assert (refused.status, refused.problem) == (500, "storage-failed")
        [line] = wait_until(
            lambda: [r for r in server.log_records() if r.get("event") == "broadcast-failed"], "its log")
        assert "Read-only file system" in line["metadata"]["cause"]
        assert "damaged" not in server.log()
        assert watch(server, "first").wait_for_bytes(10_000).status == 200
        publisher.abort()
        for viewer in viewers:
            assert viewer.is_connected
            viewer.stop()
            assert_contiguous(viewer.file, recording.path, cut_off=True)
        server.stop(check=False)


def test_a_full_disk_does_not_prevent_a_start(
    start_server: Start, watch: Watch, publish: Publish, tmp_path: Path
) -> None:
    """What is there is served."""
    with disks.mounted(tmp_path / "small-disk", "size=60M") as disk:
        data = disk / "data"
        first = start_server("--ring-size", "2MiB", "--grace", "120", data=data)
        publish(first, "first").write(record().data).finish()
        first.stop()
        disks.fill(disk)
        second = start_server("--ring-size", "2MiB", "--grace", "120", data=data)
        viewer = watch(second, "first", "?start=-3600").wait_for_bytes(10_000)
        assert viewer.status == 200
        viewer.stop()


def test_a_full_disk_without_a_data_directory_ends_the_start_with_one_line(
    tmp_path: Path, weir: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    with disks.failing(tmp_path) as disk:
        disks.fill(disk)
        done = weir("serve", disk / "data")
        assert done.returncode == 1
        lines = [line for line in done.stderr.splitlines() if "few open files" not in line]
        assert len(lines) == 1 and f"cannot use the data directory {disk / 'data'}: No space left" in lines[0]
