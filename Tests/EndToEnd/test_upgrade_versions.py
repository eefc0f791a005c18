"""Upgrades between two builds that differ: in version, format of rings and counters, and in what processes
say to each other. To the next one, back to this one, and once more."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from weir import next_build
from weir.admin import Metrics
from weir.admin import ask as ask_admin
from weir.comparison import assert_contiguous
from weir.hls import playlist
from weir.http2 import Http2Connection
from weir.installation import PROGRAMS, Installation
from weir.operators import Done, command, status
from weir.places import REPOSITORY, binaries
from weir.publisher import Publisher, cut_at_random, post_chunk
from weir.recordings import record
from weir.server import RING_FILE, Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]
Publish = Callable[..., Publisher]
Watch = Callable[..., Viewer]

_THIS = re.findall(
    r'current = "(.*)"', (REPOSITORY / "Sources/Shared/Settings/Version.swift").read_text())[0]
_NEXT = next_build.VERSION
# A counter without labels.
_STARTS = f"{next_build.COUNTER}{{}}"


@pytest.fixture(scope="module")
def following() -> Path:
    """The next version."""
    return next_build.build()


@pytest.fixture
def installation(following: Path, tmp_path: Path) -> Installation:
    return Installation(tmp_path / "installed")


def _ask_for_upgrade(server: Server) -> Done:
    wait_until(lambda: ask_admin(server, "/readyz").status == 200, "all workers to serve")
    return command(server, "upgrade")


def _upgrade(server: Server, version: str) -> None:
    server.expected_deaths.update(server.workers().values())
    done = _ask_for_upgrade(server)
    assert done.returncode == 0, done.stderr
    server.follow(int(status(server)["server"]["pid"]))
    server.workers()
    assert status(server)["server"]["version"] == version
    assert f'weir_build_info{{version="{version}"}} 1' in ask_admin(server, "/metrics").body


def _totals(server: Server) -> dict[str, float]:
    """Everything that only grows, by name and labels; not what goes with a stream or a process."""
    return {
        f"{sample.name}{sample.labels}": sample.value
        for family in Metrics(server).families if family.type in ("counter", "histogram")
        for sample in family.samples if not {"stream", "worker"} & sample.labels.keys()
    }


def _assert_went_on(before: dict[str, float], after: dict[str, float]) -> None:
    assert before
    back = {name: (value, after.get(name)) for name, value in before.items() if after.get(name, -1) < value}
    assert not back, "counters went back"


def _slots_in_use(server: Server) -> set[str]:
    return {worker["state"] for worker in status(server)["workers"]} - {"free"}


def test_there_and_back_again_with_everybody_on_board(
    start_server: Start, installation: Installation, following: Path, publish: Publish, watch: Watch,
    name: str,
) -> None:
    server = start_server("--grace", "2", program=installation.program)
    server.wait_for_all_workers()
    recording = record(seconds=300)
    # Ahead of the clock, so that they are held back: they are never late, whoever gets the processor.
    first = publish(server, name).feed([recording.data], finish=False)
    server.wait_for_state(name, "live")
    early = watch(server, name).wait_for_bytes(10_000)
    totals = [_totals(server)]
    assert _STARTS not in totals[0]

    installation.put(following)
    _upgrade(server, _NEXT)
    totals.append(_totals(server))
    _assert_went_on(totals[0], totals[1])
    assert totals[1][_STARTS] == server.worker_count
    assert status(server)["server"]["nextUpgrades"] == 1
    early.wait_for_more(50_000)
    # The stream of the older workers is theirs: its viewers stay, and nobody else writes under its name.
    folder = server.ring(name).parent
    assert [path.name for path in folder.iterdir()] == [RING_FILE]
    assert server.get(f"/{name}/live").status == 404
    refused = publish(server, name).play(recording)
    assert refused.answer().problem == "already-live"
    assert [path.name for path in folder.iterdir()] == [RING_FILE]
    second = publish(server, "second").feed([recording.data], finish=False)
    server.wait_for_state("second", "live")
    assert [path.name for path in (server.data / "live/second").iterdir()] == [next_build.RING_FILE]
    later = watch(server, "second").wait_for_bytes(10_000)

    installation.put(binaries())
    _upgrade(server, _THIS)
    totals.append(_totals(server))
    known = {sample: value for sample, value in totals[1].items() if sample != _STARTS}
    _assert_went_on(known, totals[2])
    assert "nextUpgrades" not in status(server)["server"]
    early.wait_for_more(50_000)
    later.wait_for_more(50_000)
    # What the workers before the last write, these read: the format is the same.
    watch(server, name).wait_for_bytes(10_000)
    assert publish(server, "second").play(recording).answer().problem == "already-live"

    installation.put(following)
    _upgrade(server, _NEXT)
    totals.append(_totals(server))
    _assert_went_on(totals[2], totals[3])
    assert totals[3][_STARTS] == 2 * server.worker_count, "it went on where it was"
    watch(server, "second").wait_for_bytes(10_000)
    early.wait_for_more(50_000)
    later.wait_for_more(50_000)
    assert [former.poll() for former in server.former] == [None, None, None]

    for publisher in (first, second):
        publisher.abort()
    for viewer in (early, later):
        viewer.wait_for_end()
        assert_contiguous(viewer.file, recording.path)
    for former in server.former:
        assert former.wait(PATIENCE_S) == 0
    wait_until(lambda: _slots_in_use(server) == {"serving"}, "the older ones' slots to be free")
    # The name is free, and what another format left stays: somebody may go back.
    again = publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    assert {path.name for path in folder.iterdir()} == {RING_FILE, next_build.RING_FILE}
    again.abort()


def test_a_broadcast_in_chunks_is_begun_anew_and_nothing_that_was_accepted_is_lost(
    start_server: Start, installation: Installation, following: Path, watch: Watch, name: str
) -> None:
    """It has no request that stays with the older workers. So its next chunk is told what to do."""
    server = start_server("--grace", "2", program=installation.program)
    server.wait_for_all_workers()
    recording = record(seconds=6)
    pieces = cut_at_random(recording.path.read_bytes(), 8, seed=3)

    def post(piece: bytes, session: str, number: int) -> tuple[int, str | None]:
        answer = post_chunk(
            server.url(f"/{name}/live"), server.certificate.certificate, piece, session=session,
            number=number)
        return answer.status, answer.problem

    assert post(pieces[0], "s", 0)[0] == 204
    viewer = watch(server, name).wait_for_bytes(1)
    for number in range(1, 5):
        assert post(pieces[number], "s", number)[0] == 204
    installation.put(following)
    _upgrade(server, _NEXT)
    assert post(pieces[5], "s", 5) == (412, "broadcast-over")
    for number, piece in enumerate(pieces):
        assert post(piece, "t", number)[0] == 204
    server.wait_for_stream(name)
    # The older workers end what nobody comes back to; a player then finds the new one.
    viewer.wait_for_end()
    assert_contiguous(viewer.file, recording.path)
    assert viewer.size > sum(map(len, pieces[:4])) / 2
    assert server.former[0].wait(PATIENCE_S) == 0
    watch(server, name, "?start=-60").wait_for_bytes(10_000)


def test_what_lists_of_hls_still_name_is_there_after_going_back(
    start_server: Start, installation: Installation, following: Path, name: str
) -> None:
    server = start_server("--ring-size", "2MiB", "--grace", "120", program=installation.program)
    server.wait_for_all_workers()
    for video in ("vp9", None):
        body = record(video, seconds=14).data
        assert server.request("POST", f"/{name}/live", body=body).status == 204
    replaced = server.data / "replaced"
    kept = {path.name: path.stat().st_ino for path in replaced.iterdir()}
    assert len(kept) == 1
    with Http2Connection(server) as connection:
        listed = playlist(connection, name, "a1.m3u8").segments

    installation.put(following)
    _upgrade(server, _NEXT)
    assert server.former[0].wait(PATIENCE_S) == 0
    # The next version looks after its own there, and only after them.
    ours, theirs = (replaced / f"{name}-1.{file.split('.')[1]}" for file in (
        next_build.RING_FILE, RING_FILE))
    ours.write_bytes(b"")
    wait_until(lambda: not ours.exists(), "the next version to remove what nobody needs")
    assert {path.name: path.stat().st_ino for path in replaced.iterdir()} == kept

    installation.put(binaries())
    _upgrade(server, _THIS)
    theirs.write_bytes(b"")
    wait_until(lambda: not theirs.exists(), "this version to remove what nobody needs")
    assert {path.name: path.stat().st_ino for path in replaced.iterdir()} == kept
    for segment in listed:
        assert server.get(f"/{name}/hls/{segment}").status == 200


def test_until_the_upgrade_workers_that_die_are_replaced_by_the_same_build(
    start_server: Start, installation: Installation, following: Path
) -> None:
    server = start_server(program=installation.program)
    server.wait_for_all_workers()
    old = installation.inode("weir-worker")
    installation.put(following)
    server.wait_for_all_workers(without=server.kill_worker(0))
    wait_until(lambda: ask_admin(server, "/readyz").status == 200, "all workers to serve")
    assert {os.stat(f"/proc/{pid}/exe").st_ino for pid in server.workers().values()} == {old}
    _upgrade(server, _NEXT)
    new = installation.inode("weir-worker")
    assert {os.stat(f"/proc/{pid}/exe").st_ino for pid in server.workers().values()} == {new}


@pytest.mark.parametrize("half", PROGRAMS)
def test_half_an_installation_changes_nothing(
    start_server: Start, installation: Installation, following: Path, publish: Publish, watch: Watch,
    name: str, half: str,
) -> None:
    """An upgrade between the two files of a package."""
    server = start_server(program=installation.program)
    server.wait_for_all_workers()
    publish(server, name).play(record(seconds=300))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    before = server.workers()
    totals = _totals(server)
    installation.put(following, only=(half,))
    done = _ask_for_upgrade(server)
    assert done.returncode == 1
    assert "weir-worker" in done.stderr and "version" in done.stderr, done.stderr
    assert server.workers() == before
    viewer.wait_for_more(10_000)
    _assert_went_on(totals, _totals(server))
    installation.put(following)
    wait_until(lambda: _slots_in_use(server) == {"serving"}, "the slots of the failed one to be free")
    _upgrade(server, _NEXT)
    viewer.wait_for_more(10_000)
