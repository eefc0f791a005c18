"""kill -9 of every process, at bad moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from weir import processes
from weir.comparison import (
    assert_contiguous, assert_decodes, assert_starts_with_keyframe, assert_tail,
)
from weir.connections import slot_serving
from weir.packets import probe
from weir.publisher import Publisher, cut_at_random, post_chunk
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

BOTH_PROTOCOLS = True

Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]
Start = Callable[..., Server]


def viewers_on_each_worker(server: Server, watch: Watch, name: str) -> dict[int, list[Viewer]]:
    """Viewers until each worker has at least one."""
    found: dict[int, list[Viewer]] = {slot: [] for slot in server.workers()}

    def all_have_one() -> bool:
        """With one more viewer; a worker that is busy is passed none for a while."""
        viewer = watch(server, name).wait_for_bytes(1)
        found[slot_serving(server, viewer.process.pid)].append(viewer)
        return all(found.values())

    wait_until(all_have_one, "each worker to have a viewer", every_s=0.2)
    return found


def test_a_worker_has_nothing_in_shared_memory_that_would_outlive_it(server: Server) -> None:
    for worker in server.workers().values():
        assert "/dev/shm/" not in Path(f"/proc/{worker}/maps").read_text()


@pytest.mark.smoke
def test_a_worker_killed_while_ingesting_leaves_viewers_on_others_connected(
    start_server: Start, watch: Watch, publish: Publish, name: str
) -> None:
    server = start_server("--grace", "120")
    recording = record(seconds=LASTING_S)
    publisher = publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    viewers = viewers_on_each_worker(server, watch, name)
    slot = slot_serving(server, publisher.process.pid)
    (bystander, *_), (victim, *_) = viewers[1 - slot], viewers[slot]
    dead = server.kill_worker(slot)
    victim.wait_for_break()
    server.wait_for_all_workers(without=dead)
    publisher.abort()
    publish(server, name).play(recording)
    bystander.wait_for_more(60_000)
    server.request("DELETE", f"/{name}/live")
    bystander.wait_for_end()
    seen = probe(bystander.file)
    assert not seen.errors
    assert_starts_with_keyframe(seen)
    assert_decodes(bystander.file)


def test_a_worker_killed_elsewhere_is_not_noticed(
    start_server: Start, watch: Watch, publish: Publish, name: str, tmp_path: Path
) -> None:
    server = start_server()
    recording = record(seconds=LASTING_S)
    publisher = publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    viewers = viewers_on_each_worker(server, watch, name)
    slot = slot_serving(server, publisher.process.pid)
    dead = server.kill_worker(1 - slot)
    server.wait_for_all_workers(without=dead)
    for viewer in viewers[slot]:
        viewer.wait_for_media()
    assert publisher.stop().status == 204
    server.request("DELETE", f"/{name}/live")
    sent = tmp_path / "sent.webm"
    sent.write_bytes(recording.data[:publisher.sent])
    for viewer in viewers[slot]:
        viewer.wait_for_end()
        assert_tail(viewer.file, sent, source_cut_off=True)


def test_workers_that_are_killed_again_and_again_do_not_all_wait(start_server: Start) -> None:
    server = start_server()

    def kill_all() -> bool:
        for slot in server.workers():
            server.kill_worker(slot)
        return "no other worker serves: the next start does not wait" in server.log()
    wait_until(kill_all, "a worker to be started early", every_s=0.2)
    assert "worker keeps dying; the next start waits" in server.log()
    wait_until(lambda: server.get("/").status == 200, "a worker to serve")
    server.wait_for_all_workers()


def test_viewer_counts_are_right_again_after_a_worker_was_killed(
    start_server: Start, watch: Watch, publish: Publish, name: str
) -> None:
    server = start_server("--grace", "120")
    publish(server, name).write(record().data).finish()
    viewers = viewers_on_each_worker(server, watch, name)
    server.wait_for_viewers(name, sum(map(len, viewers.values())))
    dead = server.kill_worker(0)
    server.wait_for_viewers(name, len(viewers[1]))
    server.wait_for_all_workers(without=dead)
    watch(server, name).wait_for_bytes(1)
    server.wait_for_viewers(name, len(viewers[1]) + 1)


def test_viewers_of_a_killed_server_do_not_count_on_one_with_fewer_workers(
    start_server: Start, watch: Watch, publish: Publish, name: str, tmp_path: Path
) -> None:
    data = tmp_path / "kept"
    first = start_server("--grace", "120", data=data)
    publish(first, name).write(record().data).finish()
    viewers = viewers_on_each_worker(first, watch, name)
    first.wait_for_viewers(name, sum(map(len, viewers.values())))
    # Stopped, so that no worker is replaced and none hears of the supervisor's end in time.
    os.kill(first.pid, signal.SIGSTOP)
    for slot in first.workers():
        first.kill_worker(slot)
    first.kill_supervisor()
    first.assert_no_process_stays()

    second = start_server("--grace", "120", data=data, workers=1)
    second.wait_for_viewers(name, 0)


def test_chunks_stay_exact_when_workers_are_killed_between_them(
    start_server: Start, watch: Watch, name: str
) -> None:
    server = start_server("--grace", "120")
    recording = record()
    chunks = cut_at_random(recording.data, pieces=8, seed=21)
    authority = server.certificate.certificate
    for number, chunk in enumerate(chunks):
        def post() -> bool:
            answer = post_chunk(
                server.url(f"/{name}/live"), authority, chunk, session="k", number=number
            )
            return answer.status == 204
        # A POST that meets the dying worker is repeated, as a browser's would be.
        wait_until(post, f"chunk {number} to be taken")
        if number in (2, 4):
            for slot in (0, 1):
                server.wait_for_all_workers(without=server.kill_worker(slot))
    viewer = watch(server, name, "?start=-3600").wait_for_bytes()
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_tail(viewer.file, recording.path)
    assert_contiguous(viewer.file, recording.path)


@pytest.mark.parametrize("seed", range(3))
def test_a_chunk_repeated_after_its_worker_was_killed_mid_way_is_stored_once(
    start_server: Start, watch: Watch, publish: Publish, name: str, seed: int
) -> None:
    server = start_server("--grace", "120")
    recording = record()
    first, second, third = cut_at_random(recording.data, pieces=3, seed=seed)
    url, authority = server.url(f"/{name}/live"), server.certificate.certificate
    assert post_chunk(url, authority, first, session="r", number=0).status == 204
    early = watch(server, name, "?start=-3600").wait_for_bytes(1)
    half = publish(server, name, headers={"weir-chunk": "r/1"}).write(second[:len(second) * 2 // 3])
    early.wait_for_bytes(len(first) * 9 // 10 + len(second) // 3)
    slot = slot_serving(server, half.process.pid)
    server.wait_for_all_workers(without=server.kill_worker(slot))
    half.abort()
    for number, chunk in ((1, second), (2, third)):
        assert post_chunk(url, authority, chunk, session="r", number=number).status == 204
    viewer = watch(server, name, "?start=-3600").wait_for_bytes()
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_tail(viewer.file, recording.path)


@pytest.mark.parametrize("seed", range(2))
def test_chunks_stay_exact_when_workers_are_killed_at_random_moments(
    start_server: Start, watch: Watch, name: str, seed: int
) -> None:
    server = start_server("--grace", "120", workers=3)
    recording, chance = record(), random.Random(seed)
    url, authority = server.url(f"/{name}/live"), server.certificate.certificate
    for number, chunk in enumerate(cut_at_random(recording.data, pieces=16, seed=seed)):
        with ThreadPoolExecutor(1) as pool:
            first_try = pool.submit(
                post_chunk, url, authority, chunk, session="k", number=number
            )
            if number % 4 == 3:
                time.sleep(chance.random() * 0.03)  # the random moment, not a wait for anything
                dead = server.kill_worker(chance.choice(sorted(server.workers())))
                server.wait_for_all_workers(without=dead)
            taken = first_try.result().status == 204
        if not taken:
            wait_until(
                lambda: post_chunk(url, authority, chunk, session="k", number=number).status == 204,
                f"chunk {number} to be taken",
            )
    viewer = watch(server, name, "?start=-3600").wait_for_bytes()
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_tail(viewer.file, recording.path)
    assert_decodes(viewer.file)


def test_a_killed_supervisor_takes_its_workers_with_it_and_the_next_start_recovers_the_ring(
    start_server: Start, watch: Watch, publish: Publish, name: str, tmp_path: Path
) -> None:
    data = tmp_path / "kept"
    first = start_server("--grace", "120", data=data)
    recording = record(seconds=LASTING_S)
    publisher = publish(first, name).play(recording)
    first.wait_for_state(name, "live")
    viewer = watch(first, name).wait_for_bytes(40_000)
    first.kill_supervisor()
    first.assert_no_process_stays()
    viewer.wait_for_break()
    publisher.abort()

    second = start_server("--grace", "120", data=data)
    assert second.state(name) == "paused"
    again = watch(second, name, "?start=-3600").wait_for_bytes(10_000)
    publish(second, name).play(recording)
    second.wait_for_state(name, "live")
    again.wait_for_more(40_000)
    second.request("DELETE", f"/{name}/live")
    again.wait_for_end()
    assert_decodes(again.file)


def test_a_start_removes_rings_that_are_not_intact(
    start_server: Start, publish: Publish, name: str, tmp_path: Path
) -> None:
    data = tmp_path / "kept"
    first = start_server("--grace", "120", data=data)
    for part in ("good", "torn", "empty", "noise"):
        publish(first, f"{part}-ring").write(record().data).finish()
    first.kill_supervisor()
    first.assert_no_process_stays()
    os.truncate(first.ring("torn-ring"), 8192)
    first.ring("empty-ring").write_bytes(b"")
    first.ring("noise-ring").write_bytes(os.urandom(1 << 20))

    second = start_server("--grace", "120", data=data)
    names = {s["name"]: s["state"] for s in second.get("/api/streams").json()["streams"]}
    assert names == {"good-ring": "paused"}
    for part in ("torn", "empty", "noise"):
        wait_until(lambda: not second.ring(f"{part}-ring").exists(), f"the {part} ring to go")


@pytest.mark.slow
def test_a_worker_that_hangs_is_replaced(start_server: Start) -> None:
    server = start_server()
    hung = server.workers()[0]
    server.expected_deaths.add(hung)
    os.kill(hung, signal.SIGSTOP)
    wait_until(
        lambda: server.workers().get(0) not in (None, hung), "a new worker in slot 0", 2 * PATIENCE_S, 0.1
    )
    server.wait_for_all_workers(without=hung)


@pytest.mark.slow
def test_a_worker_in_an_endless_loop_is_replaced_and_those_of_others_do_not_notice(
    start_server: Start, watch: Watch, publish: Publish, name: str
) -> None:
    """It computes, so the kernel takes it for well. `make bench BENCHMARKS=faults` says how long it takes."""
    server = start_server("--grace", "120")
    server.wait_for_all_workers()
    recording = record(seconds=LASTING_S)
    publisher = publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    viewers = viewers_on_each_worker(server, watch, name)
    slot = slot_serving(server, publisher.process.pid)
    stuck = server.workers()[1 - slot]
    server.expected_deaths.add(stuck)
    processes.put_into_a_loop(stuck)
    wait_until(lambda: not processes.is_alive(stuck), "the stuck worker to be killed", every_s=0.1)
    server.wait_for_all_workers(without=stuck)
    wait_until(
        lambda: any(
            r.get("event") == "worker-killed" and r["metadata"]["workerPid"] == str(stuck)
            for r in server.log_records()),
        "the log to tell of it")
    for viewer in viewers[slot]:
        viewer.wait_for_media()
    publisher.abort()
    for viewer in viewers[slot]:
        assert viewer.is_connected
        viewer.stop()
        assert_contiguous(viewer.file, recording.path, cut_off=True)


def test_every_worker_killed_again_and_again_is_replaced_each_time(start_server: Start) -> None:
    server = start_server()
    for _ in range(3):
        for slot in (0, 1):
            dead = server.kill_worker(slot)
            server.wait_for_all_workers(without=dead)
    wait_until(server.is_serving, "the server to serve")
