"""No more descriptors: for the supervisor, for a worker, for the whole system. Who is there stays, and who
comes is served as soon as there are some again."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from weir import tls
from weir.comparison import assert_contiguous
from weir.connections import slot_of_port
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]


class Audience:
    """A broadcast and its viewers, of each worker, who must not notice anything."""

    def __init__(
        self, server: Server, publish: Callable[..., Publisher], watch: Callable[..., Viewer]
    ) -> None:
        self._recording = record(seconds=LASTING_S)
        self._publisher = publish(server, "watched").play(self._recording)
        server.wait_for_state("watched", "live")
        self._viewers = [watch(server, "watched").wait_for_bytes(1) for _ in range(4)]

    def assert_undisturbed(self) -> None:
        assert self._publisher.process.poll() is None, "the publisher was cut off"
        for viewer in self._viewers:
            viewer.wait_for_more(1000)

    def leave(self) -> None:
        self.assert_undisturbed()
        for viewer in self._viewers:
            viewer.wait_for_media()
        self._publisher.abort()
        for viewer in self._viewers:
            viewer.stop()
            assert_contiguous(viewer.file, self._recording.path, cut_off=True)


@pytest.fixture
def gather(
    publish: Callable[..., Publisher], watch: Callable[..., Viewer]
) -> Callable[[Server], Audience]:
    return lambda server: Audience(server, publish, watch)


@contextmanager
def _limit(pid: int) -> Iterator[None]:
    """A process may open nothing more: the limit is the first number that it does not use."""
    before = subprocess.run(
        ["prlimit", f"--pid={pid}", "--nofile", "--noheadings", "--output=SOFT"],
        capture_output=True, text=True, check=True).stdout.strip()
    used = {int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    _set_limit(pid, str(next(number for number in range(len(used) + 1) if number not in used)))
    try:
        yield
    finally:
        _set_limit(pid, before)


def _set_limit(pid: int, soft: str) -> None:
    subprocess.run(["prlimit", f"--pid={pid}", f"--nofile={soft}:"], check=True)


@contextmanager
def _exhausted(pid: int, error: str) -> Iterator[None]:
    """A process's calls of accept4 fail, as they do when the whole system is out of something."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-e", "trace=accept4", "-e", f"inject=accept4:error={error}", "-p", str(pid)],
        stderr=subprocess.PIPE)
    try:
        assert tracer.stderr
        assert b"attached" in tracer.stderr.readline()
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("error", ["EMFILE", "ENFILE", "ENOMEM"])
def test_a_supervisor_that_can_open_nothing_lets_clients_wait_and_loses_none(
    start_server: Start, gather: Callable[[Server], Audience], error: str
) -> None:
    server = start_server("--grace", "120")
    server.wait_for_all_workers()
    audience = gather(server)
    scarce = _limit(server.pid) if error == "EMFILE" else _exhausted(server.pid, error)
    with scarce:
        waiting = [
            subprocess.Popen(
                ["curl", "--silent", "--cacert", str(server.certificate.certificate), "--output",
                 "/dev/null", "--write-out", "%{http_code}", server.url("/api/streams")],
                stdout=subprocess.PIPE, text=True)
            for _ in range(10)
        ]
        wait_until(lambda: "accept-failed" in server.log(), "the supervisor to notice")
        audience.assert_undisturbed()
        assert all(client.poll() is None for client in waiting)
    assert [client.communicate(timeout=2 * PATIENCE_S)[0] for client in waiting] == ["200"] * 10
    audience.leave()


def test_a_worker_that_can_open_nothing_loses_only_what_is_passed_to_it(
    start_server: Start, gather: Callable[[Server], Audience]
) -> None:
    server = start_server("--grace", "120")
    server.wait_for_all_workers()
    audience = gather(server)
    full = server.workers()[0]
    with _limit(full):
        answers: set[int] = set()

        def both() -> bool:
            with ThreadPoolExecutor(6) as pool:  # so that it is not always the other one's turn
                answers.update(pool.map(lambda _: server.get("/api/streams").status, range(24)))
            return len(answers) > 1

        wait_until(both, "one worker of two to have room")
        assert answers == {0, 200}
        wait_until(lambda: any(r.get("event") == "connection-lost" for r in server.log_records()),
                   "it in the log")
        audience.assert_undisturbed()
    with ExitStack() as stack:
        slots: set[int | None] = set()

        def both_have_one() -> bool:
            """One more, beside those that are there: it goes to the worker that has fewer."""
            one = stack.enter_context(tls.connect(server.port, server.certificate.certificate))
            slots.add(slot_of_port(server, one.getsockname()[1]))
            return {0, 1} <= slots

        wait_until(both_have_one, "both workers to be passed connections again", every_s=0.2)
        assert server.get("/api/streams").status == 200
    assert server.workers()[0] == full
    audience.leave()

