"""A data directory with damaged and hostile files: the server starts, serves the others, and each name
can be used again. One start judges all of them at once, each row a stream of its own."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from weir.disks import fill, mounted
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import RING_FILE, Server
from weir.waiting import wait_until

Damage = Callable[[Path], object]

_MOST = 2**64 - 1
_SHARED, _STREAM, _POSITIONS = 4096, 4096 + 512, 8192
_SETTINGS = ("--ring-size", "1MiB", "--grace", "120")
_SOUND = ("aaa-sound", "zzz-sound")


def word(offset: int, value: int) -> Damage:
    return numbers(offset, [value])


def numbers(offset: int, values: list[int]) -> Damage:
    def write(ring: Path) -> None:
        with ring.open("r+b") as file:
            file.seek(offset)
            file.write(struct.pack(f"<{len(values)}Q", *values))
    return write


def index_of_ones(ring: Path) -> None:
    with ring.open("r+b") as file:
        header = file.read(96)
        entries, initialization, carry, state = struct.unpack_from("<4Q", header, 24)
        file.seek(12288 + _whole_pages(initialization) + 2 * _whole_pages(64 + carry + state))
        file.write(b"\xff" * entries * 64)


def _whole_pages(count: int) -> int:
    return (count + 4095) // 4096 * 4096


def becomes_link(ring: Path) -> None:
    ring.rename(ring.with_name("elsewhere"))
    ring.symlink_to("elsewhere")


def folder_becomes_link(ring: Path) -> None:
    elsewhere = ring.parent.parent.parent / f"elsewhere-{ring.parent.name}"
    ring.parent.rename(elsewhere)
    ring.parent.symlink_to(elsewhere)


def folder_becomes_file(ring: Path) -> None:
    shutil.rmtree(ring.parent)
    ring.parent.write_text("not a folder")


def becomes_fifo(ring: Path) -> None:
    ring.unlink()
    os.mkfifo(ring)


def becomes_folder(ring: Path) -> None:
    ring.unlink()
    ring.mkdir()
    (ring / "inner").symlink_to(_precious(ring).parent)


def _precious(ring: Path) -> Path:
    """A file outside of the data directory, to which a link in it leads."""
    return ring.parents[3] / "precious" / "file"


#: What may happen to a ring while it is in use as well: no process may have its file cut short.
_WORDS: dict[str, Damage] = {
    "last-ingest-most": word(_STREAM, _MOST),
    "last-ingest-near-most": word(_STREAM, _MOST - 3000),
    "paused-since-most": word(_STREAM + 8, _MOST),
    "ended-at-most": word(_STREAM + 16, _MOST),
    "take-over-most": word(_STREAM + 96, _MOST),
    "bytes-most": word(_STREAM + 104, _MOST),
    "writer-chunk-most": word(_STREAM + 80, _MOST),
    "peak-most": word(_STREAM + 192, _MOST),
    "viewers-most": word(_STREAM + 256 + 8 * 63, _MOST),
    "writer-slot-most": word(_SHARED, _MOST),
    "shared-page-of-ones": numbers(_SHARED, [_MOST] * 512),
    "shared-page-of-2-62": numbers(_SHARED, [2**62] * 512),
    "shared-page-of-2-63": numbers(_SHARED, [2**63] * 512),
    "entry-head-most": word(_POSITIONS, _MOST),
    "entry-head-2-62": word(_POSITIONS, 2**62),
    "intent-most": word(_POSITIONS + 64, _MOST),
    "intent-entry-most": word(_POSITIONS + 72, _MOST),
    "positions-of-ones": numbers(_POSITIONS, [_MOST] * 512),
    "positions-of-0": numbers(_POSITIONS, [0] * 512),
    "index-of-ones": index_of_ones,
    "header-of-ones": numbers(0, [_MOST] * 12),
    "becomes-link": becomes_link,
    "becomes-fifo": becomes_fifo,
    "becomes-folder": becomes_folder,
    "becomes-nothing": lambda ring: ring.unlink(),
    "temporary-is-folder": lambda ring: ring.with_name(RING_FILE + ".new").mkdir(),
    "folder-becomes-file": folder_becomes_file,
    "folder-becomes-link": folder_becomes_link,
}
_FILES: dict[str, Damage] = {
    "truncated": lambda ring: os.truncate(ring, 20_000),
    "empty": lambda ring: os.truncate(ring, 0),
    "mode-0": lambda ring: ring.chmod(0),
}


@pytest.fixture
def data_with(
    tmp_path: Path, start_server: Callable[..., Server], publish: Callable[..., Publisher]
) -> Callable[[list[str]], Path]:
    """Make a data directory with these streams, as a server that was killed leaves them."""
    def make(names: list[str]) -> Path:
        data = tmp_path / "data"
        server = start_server(*_SETTINGS, data=data)
        publish(server, "template").write(record().data).finish()
        server.kill_supervisor()
        server.assert_no_process_stays()
        template = server.ring("template").parent
        for name in names:
            (data / "live" / name).mkdir()
            ring = f"{data}/live/{name}/{RING_FILE}"
            os.system(f"cp --sparse=always '{template}/{RING_FILE}' '{ring}'")
        shutil.rmtree(template)
        return data
    return make


def assert_all_names_serve(server: Server, names: list[str]) -> None:
    """Each sound stream is watched and listed as before; each name takes a broadcast."""
    for name in _SOUND:
        assert server.stream(name) is not None
        assert server.request("HEAD", f"/{name}/live").status == 200
    assert server.get("/").status == 200
    answers = {name: _publish_soon(server, name) for name in names}
    assert {name: status for name, status in answers.items() if status != 204} == {}
    for name in names:
        assert server.request("HEAD", f"/{name}/live").status == 200
    # What nobody announces (a changed permission) is listed within a second.
    wait_until(lambda: _listed(server) == {*names, *_SOUND}, "all of them to be listed")


def _listed(server: Server) -> set[str]:
    return {stream["name"] for stream in server.get("/api/streams").json()["streams"]}


def _publish_soon(server: Server, name: str) -> int:
    """The last answer to a broadcaster who comes back after a refusal. A damaged word can say that
    somebody else is live, or that the stream was ended, until house-keeping has looked at it."""
    status = 0

    def accepted() -> bool:
        nonlocal status
        status = server.request("POST", f"/{name}/live", body=record().data).status
        assert status in (204, 409), f"{name}: {status}"
        return status == 204
    wait_until(accepted, f"{name} to take a broadcast", every_s=0.2)
    return status


def test_a_server_starts_with_every_kind_of_damaged_ring(
    start_server: Callable[..., Server], data_with: Callable[[list[str]], Path]
) -> None:
    rows = _WORDS | _FILES
    data = data_with([*rows, *_SOUND])
    precious = _precious(data / "live" / "any" / RING_FILE)
    precious.parent.mkdir()
    precious.write_text("untouched")
    for name, damage in rows.items():
        damage(data / "live" / name / RING_FILE)
    server = start_server(*_SETTINGS, data=data)
    assert_all_names_serve(server, list(rows))
    assert len(list((data / "damaged").iterdir())) <= 5
    assert precious.read_text() == "untouched"
    wanted = {"truncated", "empty", "entry-head-most", "becomes-fifo", "folder-becomes-file"}

    def put_aside() -> list[dict[str, Any]]:
        return [line for line in server.log_records() if "put aside" in line["message"]]

    wait_until(
        lambda: {line["metadata"]["stream"] for line in put_aside()} >= wanted,
        "the log to say what was put aside")
    said = put_aside()
    assert all(line["level"] == "error" for line in said)


def test_rings_that_are_damaged_while_in_use_end_no_worker_and_their_names_serve_again(
    start_server: Callable[..., Server], data_with: Callable[[list[str]], Path]
) -> None:
    data = data_with([*_WORDS, *_SOUND])
    server = start_server(*_SETTINGS, data=data)
    assert len(server.get("/api/streams").json()["streams"]) == len(_WORDS) + len(_SOUND)
    for name, damage in _WORDS.items():
        damage(data / "live" / name / RING_FILE)
    assert_all_names_serve(server, list(_WORDS))


def test_a_ring_that_workers_die_of_is_put_aside_and_one_death_is_no_proof(
    start_server: Callable[..., Server], data_with: Callable[[list[str]], Path]
) -> None:
    data = data_with(["deadly", "innocent", *_SOUND])
    # What two workers in the one slot and one worker in the other have left.
    def inode(name: str) -> int:
        return (data / "live" / name / RING_FILE).lstat().st_ino
    (data / "live" / ".recovering-0").symlink_to(f"deadly 2 {inode('deadly')}")
    (data / "live" / ".recovering-1").symlink_to(f"innocent 1 {inode('innocent')}")
    server = start_server(*_SETTINGS, data=data)
    assert server.state("deadly") is None
    assert server.state("innocent") == "paused"
    # One worker serves before the other one has looked at the rings.
    wait_until(lambda: not [path for path in (data / "live").iterdir() if path.name[0] == "."],
               "both workers to have looked at all rings")
    assert [path.name[:7] for path in (data / "damaged").glob("[!.]*")] == ["deadly-"]
    assert_all_names_serve(server, ["deadly", "innocent"])


def test_a_ring_whose_memory_ends_workers_is_put_aside_by_the_third(
    tmp_path: Path, start_server: Callable[..., Server], publish: Callable[..., Publisher]
) -> None:
    """A page of it is not there, and on a full disk there is none to be had: SIGBUS."""
    with mounted(tmp_path / "small-disk", "size=64M") as disk:
        server = start_server(*_SETTINGS, data=disk / "data")
        for name in ("deadly", *_SOUND):
            publish(server, name).write(record().data).finish()
        server.kill_supervisor()
        server.assert_no_process_stays()
        data_bytes = 2**20
        ring = server.ring("deadly")
        subprocess.run(
            ["fallocate", "--punch-hole", "--offset", str(ring.stat().st_size - data_bytes),
             "--length", str(data_bytes), str(ring)], check=True)
        fill(disk)
        again = start_server(*_SETTINGS, data=disk / "data", wait=False)
        again.launch()
        wait_until(lambda: _is_serving(again), "the server to be ready")
        wait_until(lambda: again.log().count("killed by signal 7") == 2, "the log to tell of two deaths")
        assert again.state("deadly") is None
        assert {again.state(name) for name in _SOUND} == {"paused"}
        again.destroy()


def _is_serving(server: Server) -> bool:
    try:
        server.expected_deaths.update(server.workers().values())
        return server.is_serving()
    except AssertionError:
        return False


def test_a_ring_that_may_not_be_read_is_answered_and_logged_once(
    start_server: Callable[..., Server], data_with: Callable[[list[str]], Path]
) -> None:
    data = data_with(["locked", *_SOUND])
    (data / "live" / "locked" / RING_FILE).chmod(0)
    # Root may read everything, unless that right is taken away.
    unprivileged = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    server = start_server(*_SETTINGS, data=data, launcher=unprivileged)
    for _ in range(3):
        assert server.get("/locked/live").problem == "storage-failed"
    answer = server.request("POST", "/locked/live", body=record().data)
    assert (answer.status, answer.problem) == (500, "storage-failed")
    said = [
        line["process"] for line in server.log_records()
        if line["message"] == "ring cannot be opened"
    ]
    assert len(said) == len(set(said)) > 0
    (data / "live" / "locked" / RING_FILE).chmod(0o600)
    assert_all_names_serve(server, ["locked"])


def test_streams_go_on_after_somebody_has_removed_all_of_them(
    start_server: Callable[..., Server], publish: Callable[..., Publisher]
) -> None:
    server = start_server(*_SETTINGS)
    publisher = publish(server, "removed").play(record(seconds=LASTING_S))
    server.wait_for_state("removed", "live")
    # Something may be written there just then.
    wait_until(lambda: _removed(server.data / "live"), "all of them to be removed")
    assert publisher.answer().problem == "stream-ended"
    assert server.state("removed") is None
    assert server.request("POST", "/removed/live", body=record().data).status == 204
    server.wait_for_stream("removed")


def _removed(folder: Path) -> bool:
    try:
        shutil.rmtree(folder)
    except OSError:
        return not folder.exists()
    return True
