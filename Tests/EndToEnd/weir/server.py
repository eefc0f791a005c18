"""The server under test: start, stop, kill, look at.

Every start gets a free port and its own log file. `stop` does more than stop: it asserts what must
hold for every server at every end (no worker died that nobody killed, no socket and no ring is held
after the last client left, no process stays behind).
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import processes
from .certificate import Certificate
from .curl import Answer, request
from .places import binaries
from .ports import free_port
from .successor import Successor
from .waiting import PATIENCE_S, wait_until

# What the Swift runtime and the sanitizers print when a process traps.
_CRASH = re.compile(r"Fatal error|Program crashed|Illegal instruction|Segmentation fault")
#: What the file of a ring is called in its stream's folder, in this version of its format.
RING_FILE = "ring.v3"
PAGE_ORIGIN = "https://localhost:8080"
# Longer than any test looks at a stream that is paused: none ends by itself. Tests of that set their own.
_GRACE_S = 600
#: What the log says when all workers serve; and for how long that is waited for.
_ALL_SERVE = '"event":"server-ready"'
_OTHERS_S = 3.0

#: The servers of the current test; conftest shows their logs when it fails.
started: list["Server"] = []


class Server:
    """One supervisor with its workers, its data directory and its log."""

    def __init__(
        self,
        folder: Path,
        certificate: Certificate,
        *,
        workers: int = 2,
        arguments: Sequence[str] = (),
        environment: dict[str, str] | None = None,
        data: Path | None = None,
        port: int | None = None,
        launcher: Sequence[str] = (),
        admin: str | None = None,
        publish: str = "open",
        accounts: str | None = None,
        program: Path | None = None,
    ) -> None:
        """`admin` is where the admin listener is, by default on a port of its own on loopback;
        `publish` who may publish, `accounts` where accounts are, by default in the data; `program` is
        `weir` elsewhere than in the build."""
        self.program = program or binaries() / "weir"
        self.certificate = certificate
        self.worker_count = workers
        self.port = port or free_port()
        self.admin_port = free_port()
        self._admin = admin or f"127.0.0.1:{self.admin_port}"
        self.folder = folder
        self.data = data or folder / "data"
        self.log_file = folder / f"weir-{self.port}.log"
        self._publish = publish
        self.accounts = accounts
        self.environment = environment or {}
        if accounts is not None:
            # Not in the arguments, which everybody on the machine can read: there may be a password
            # in it.
            self.environment = self.environment | {"WEIR_ACCOUNTS": accounts}
        self.arguments = list(arguments)
        self.launcher = list(launcher)
        self.process: subprocess.Popen[bytes] | Successor | None = None
        #: Supervisors that another one has taken over from.
        self.former: list[subprocess.Popen[bytes] | Successor] = []
        #: Deaths that a test caused or expects; one that is not in here fails the test.
        self.expected_deaths: set[int] = set()
        self._seen_workers: set[int] = set()
        self.started_in_s = 0.0

    # Life cycle

    def command(self) -> list[str]:
        # A file of settings may say what a flag would hide.
        own = {"--grace", "--config", "WEIR_GRACE", "WEIR_CONFIG"}
        says_grace = not own.isdisjoint([*self.arguments, *self.environment])
        return [
            *self.launcher, str(self.program), "serve", "--listen", f"127.0.0.1:{self.port}",
            "--workers", str(self.worker_count), "--data", str(self.data),
            "--cert", str(self.certificate.certificate), "--key", str(self.certificate.key),
            "--publish", self._publish, "--cors-origin", PAGE_ORIGIN, "--log-format", "json",
            "--admin", self._admin,
            *([] if says_grace else ["--grace", str(_GRACE_S)]), *self.arguments,
        ]

    def start(self) -> "Server":
        """Start and wait until it serves, with all its workers if they come."""
        began, said = time.monotonic(), self.log().count(_ALL_SERVE)
        self.launch()
        wait_until(self.is_serving, "the server to be ready", every_s=0.01)
        self.started_in_s = time.monotonic() - began
        self._wait_for_the_others(said)
        self.workers()
        return self

    def _wait_for_the_others(self, said: int) -> None:
        """One worker serves before the others do, and what a test does first is not to depend on which. Some
        tests have workers that never serve, or a log without that line: so it is only waited for a while."""
        until_s = time.monotonic() + _OTHERS_S
        while self.is_running and self.log().count(_ALL_SERVE) == said and time.monotonic() < until_s:
            time.sleep(0.01)

    def launch(self) -> subprocess.Popen[bytes]:
        """Start without waiting, for tests of starts that fail."""
        ours = ("WEIR_", "LISTEN_", "NOTIFY_", "WATCHDOG_")
        clean = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=clean | self.environment,
            )
        self.process = process
        started.append(self)
        return process

    def follow(self, pid: int) -> None:
        """From now on, that process is the supervisor; the one until now ends by itself."""
        assert self.process is not None and self.process.pid != pid
        self.former.append(self.process)
        self.process = Successor(pid)

    def is_serving(self) -> bool:
        assert self.process is not None and self.process.poll() is None, (
            f"the server ended with {self.process and self.process.returncode} instead of serving"
        )
        return self.get("/api/streams").status == 200

    def stop(self, timeout_s: float = PATIENCE_S, *, check: bool = True) -> int:
        """SIGTERM, wait, and assert that it ended well. Returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None and check:
            self.assert_nothing_leaks()
        self.workers()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout_s)
            for former in self.former:
                assert former.wait(timeout_s) == 0
            self.assert_no_process_stays()
        finally:
            self.destroy()
        if check:
            self.assert_no_unexpected_death()
            assert code == 0, f"exit code {code} after SIGTERM"
        return code

    def destroy(self) -> None:
        """End everything, without judgement. For teardown after a failure."""
        for former in self.former:
            if former.poll() is None:
                former.kill()
        if self.process is not None and self.process.poll() is None:
            self.workers()
            self.process.kill()
            self.process.wait()
        for pid in self._living_workers():
            # One that ends by itself may have done so just now.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def assert_no_process_stays(self) -> None:
        """After the supervisor, its workers end by themselves."""
        wait_until(lambda: not self._living_workers(), "all workers to be gone")

    def _living_workers(self) -> list[int]:
        """Workers that were seen at any time and live; a re-used process id does not count."""
        return [
            pid for pid in self._seen_workers
            if processes.is_alive(pid) and _is_worker(processes.command_line(pid))
        ]

    # Violence

    def kill_supervisor(self) -> dict[int, int]:
        """kill -9 of the supervisor. Returns the workers it left behind, by slot."""
        assert self.process is not None
        orphans = self.workers()
        self.process.kill()
        self.process.wait()
        self.expected_deaths.update(orphans.values())
        return orphans

    def kill_worker(self, slot: int) -> int:
        """kill -9 of the worker in a slot, once there is one. Returns its process id."""
        pid = wait_until(lambda: self.workers().get(slot), f"a worker in slot {slot}")
        self.expected_deaths.add(pid)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_all_workers(self, without: int | None = None) -> dict[int, int]:
        """Wait until every slot has a living worker (and none of them is `without`)."""
        def complete() -> dict[int, int] | None:
            now = self.workers()
            return now if len(now) == self.worker_count and without not in now.values() else None
        return wait_until(complete, f"{self.worker_count} workers")

    # Looking

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def workers(self) -> dict[int, int]:
        """Process ids of the living workers by slot."""
        found = {}
        for order, pid in enumerate(processes.children(self.pid)):
            arguments = processes.command_line(pid)
            if _is_worker(arguments):
                found[_slot(arguments, order)] = pid
        self._seen_workers.update(found.values())
        return found

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    def request(self, method: str, path: str, **options: Any) -> Answer:
        return request(method, self.url(path), self.certificate.certificate, **options)

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def stream(self, name: str) -> dict[str, Any] | None:
        """One stream as the API shows it; None when it is unknown."""
        answer = self.get(f"/api/streams/{name}")
        return answer.json() if answer.status == 200 else None

    def state(self, name: str) -> str | None:
        shown = self.stream(name)
        return shown["state"] if shown else None

    def wait_for_stream(self, name: str) -> None:
        """Until there is a stream of that name. Without a publisher who goes on it is live for seconds only,
        which a slow machine does not see."""
        wait_until(lambda: self.state(name) in ("live", "paused"), f"a stream {name}", every_s=0.05)

    def wait_for_state(self, name: str, state: str | None, timeout_s: float = PATIENCE_S) -> None:
        wait_until(lambda: self.state(name) == state, f"{name} to be {state}", timeout_s, 0.05)

    def wait_for_viewers(self, name: str, count: int, timeout_s: float = PATIENCE_S) -> None:
        def right() -> bool:
            shown = self.stream(name)
            return shown is not None and shown["viewers"] == count
        wait_until(right, f"{name} to have {count} viewers", timeout_s, 0.05)

    def ring(self, name: str) -> Path:
        return self.data / "live" / name / RING_FILE

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def log_records(self) -> list[dict[str, Any]]:
        """The log's JSON lines; lines that are not JSON are left out."""
        records = []
        for line in self.log().splitlines():
            try:
                records.append(json.loads(line))
            except ValueError:
                continue
        return records

    # Judgement

    def assert_no_unexpected_death(self) -> None:
        """No process trapped, and each worker that is gone was killed by a test or by `stop`."""
        crash = _CRASH.search(self.log())
        assert crash is None, f"a process crashed: {crash and crash.group(0)}"
        if self.process is not None and self.process.poll() is None:
            gone = self._seen_workers - self.expected_deaths - set(self._living_workers())
            assert not gone, f"workers died that nobody killed: {sorted(gone)}"

    def assert_nothing_leaks(self) -> None:
        """With all clients gone, workers hold no client socket and no removed ring."""
        self.assert_no_unexpected_death()
        for slot, pid in self.workers().items():
            wait_until(
                lambda: self._sockets_of_clients(pid) == 0,
                f"worker {slot} to close its clients' sockets")
            wait_until(
                lambda: processes.deleted_rings(pid) == 0,
                f"worker {slot} to let go of removed rings")


    def _sockets_of_clients(self, pid: int) -> int:
        if (self.accounts or "").startswith("mongodb"):
            # Connections to the store are kept, dead ones as well until they are needed again.
            return processes.connections_at(pid, {self.port, self.admin_port})
        # A worker without clients holds its control channel and nothing else that is a socket.
        return processes.open_sockets(pid) - 1


def _is_worker(arguments: list[str]) -> bool:
    # Not always the first: under valgrind, its own name is.
    return any(Path(argument).name.startswith("weir-worker") for argument in arguments)


def _slot(arguments: list[str], order: int) -> int:
    """The slot a worker was told at its start; the order of process ids if it cannot be read."""
    found = re.search(r"slot[= ](\d+)", " ".join(arguments))
    return int(found.group(1)) if found else order
