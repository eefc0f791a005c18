"""The shipped units on a real systemd: a small Debian, booted, with Weir installed as
docs/operations.md says. One machine for all of these tests; each begins with a running service."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir import curl, processes
from weir.certificate import Certificate
from weir.debian_tree import Unavailable
from weir.machine import Machine, boot
from weir.places import REPOSITORY
from weir.publisher import Publisher
from weir.recordings import record
from weir.viewer import Viewer
from weir.waiting import wait_until

pytestmark = pytest.mark.systemd

_SERVICE, _SOCKET = "weir.service", "weir.socket"
_URL = "https://localhost:8443"
_DATA = "/var/lib/weir"
_DROP_IN = f"/run/systemd/system/{_SERVICE}.d"
_SETTINGS = """\
# Lets a test of the end wait for less.
drain-timeout = 2
"""


@pytest.fixture(scope="module")
def machine(
    weir_binaries: Path, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A machine with Weir installed and its units enabled."""
    folder = tmp_path_factory.mktemp("machine")
    mounts = Path("/proc/self/mountinfo").read_text()
    # The folder an operator is in: a build, the units, and beside them what is the operator's.
    install = folder / "install"
    (install / ".build/release").mkdir(parents=True)
    (install / "deploy/systemd").mkdir(parents=True)
    (install / "weir.toml").write_text(_SETTINGS)
    for file in (certificate.certificate, certificate.key):
        shutil.copy(file, install)
    binds = {
        install: "/install", weir_binaries: "/install/.build/release",
        REPOSITORY / "deploy/systemd": "/install/deploy/systemd",
    }
    try:
        booted = boot(folder, binds)
    except Unavailable as reason:
        if os.environ.get("WEIR_SYSTEMD") == "required":
            raise
        pytest.skip(str(reason))
    try:
        try:
            _install(booted)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{_log(booted)}") from failure
        curl.within = booted.within
        yield booted
    finally:
        curl.within = []
        booted.stop()
    assert Path("/proc/self/mountinfo").read_text() == mounts, "a mount was left behind"
    assert not booted.processes_of(_SERVICE), "a process was left behind"


def _log(machine: Machine, *arguments: str) -> str:
    return machine.run("journalctl", "--no-pager", f"--unit={_SERVICE}", *arguments)


def _install(machine: Machine) -> None:
    """With the commands of docs/operations.md."""
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    commands = re.search(r"```sh\n(install .*?)```", text, re.DOTALL)
    assert commands, "docs/operations.md does not say how to install the units"
    machine.run("sh", "-e", "-c", f"cd /install\n{commands[1]}")


@pytest.fixture(autouse=True)
def running(machine: Machine) -> Iterator[None]:
    """Whatever the test before has left: the service runs, in the shipped form. What it says is
    shown when the test fails."""
    # Several starts in a few seconds are what these tests do; systemd would take it for a fault.
    machine.run("systemctl", "reset-failed", _SERVICE)
    machine.run("systemctl", "start", _SERVICE)
    began = machine.run("date", "+%s").strip()
    yield
    print(_log(machine, f"--since=@{began}"))


@pytest.fixture
def drop_in(machine: Machine) -> Iterator[Callable[[str], None]]:
    """Override settings of the unit until the test ends."""
    def override(text: str) -> None:
        machine.run("mkdir", "-p", _DROP_IN)
        machine.run("tee", f"{_DROP_IN}/test.conf", stdin=f"[Service]\n{text}\n")
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", _SERVICE)
    yield override
    machine.run("rm", "-r", _DROP_IN)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "reset-failed", _SERVICE)
    machine.run("systemctl", "restart", _SERVICE)


class Broadcast:
    """Somebody with an account of root's making who broadcasts with a key, and a viewer."""

    def __init__(self, machine: Machine, certificate: Certificate, folder: Path) -> None:
        self.name = f"user-{secrets.token_hex(4)}"
        self._password = secrets.token_urlsafe(12)
        _weir_user(machine, "add", self.name, stdin=self._password + "\n")
        self._key = _weir_user(machine, "key", self.name).strip()
        self._authority, self._folder = certificate.certificate, folder
        self._clients: list[Publisher | Viewer] = []

    def begin(self) -> tuple[Publisher, Viewer]:
        """Be live, and watched; also again, when the server was away."""
        url, headers = f"{_URL}/{self.name}/live", {"authorization": f"Bearer {self._key}"}
        publisher = Publisher(url, self._authority, self._folder, headers=headers)
        self._clients.append(publisher.play(record(seconds=60)))
        wait_until(lambda: self.state == "live", f"{self.name} to be live")
        file = self._folder / f"viewer-{len(self._clients)}.webm"
        viewer = Viewer(url, self._authority, file)
        self._clients.append(viewer)
        viewer.wait_for_more()
        return publisher, viewer

    def sign_in(self) -> curl.Answer:
        return curl.request(
            "POST", f"{_URL}/login", self._authority,
            headers={"content-type": "application/json"},
            body=json.dumps({"username": self.name, "password": self._password}).encode(),
        )

    @property
    def state(self) -> str | None:
        answer = curl.request("GET", f"{_URL}/api/streams", self._authority)
        streams = answer.json()["streams"] if answer.status == 200 else []
        return next((one["state"] for one in streams if one["name"] == self.name), None)

    def end(self) -> None:
        for client in self._clients:
            client.__exit__()


@pytest.fixture
def broadcast(
    machine: Machine, certificate: Certificate, tmp_path: Path
) -> Iterator[Broadcast]:
    made = Broadcast(machine, certificate, tmp_path)
    yield made
    made.end()


def _weir_user(machine: Machine, *arguments: str, stdin: str = "") -> str:
    """As docs/operations.md has it."""
    return machine.run(
        "env", f"WEIR_DATA={_DATA}", "weir", "user", *arguments, "--config", "/etc/weir/weir.toml",
        stdin=stdin,
    )


def _is_serving(authority: Path) -> bool:
    return curl.request("GET", f"{_URL}/api/streams", authority).status == 200


def _supervisor(machine: Machine) -> int:
    """The supervisor, by its number outside."""
    return next(pid for pid in machine.processes_of(_SERVICE) if not _is_worker(pid))


def _workers(machine: Machine) -> list[int]:
    return [pid for pid in machine.processes_of(_SERVICE) if _is_worker(pid)]


def _is_worker(pid: int) -> bool:
    return "".join(processes.command_line(pid)[:1]).endswith("/weir-worker")


def _wait_for_new_start(machine: Machine, old: int) -> None:
    """Until systemd has another supervisor in place of this one (by its number inside), ready."""
    wait_until(
        lambda: machine.show(_SERVICE, "ActiveState") == "active"
        and int(machine.show(_SERVICE, "MainPID")) not in (0, old),
        "a supervisor in place of the one that ended", every_s=0.1,
    )


# The unit itself


def test_systemd_has_nothing_to_say_about_the_units(machine: Machine) -> None:
    units = [f"/etc/systemd/system/{unit}" for unit in (_SERVICE, _SOCKET)]
    done = machine.run("sh", "-c", f"systemd-analyze verify --man=no {' '.join(units)} 2>&1")
    assert done == ""


def test_the_service_is_exposed_little(machine: Machine) -> None:
    """The threshold is ten times the level that systemd-analyze prints: 1.5 of 10."""
    machine.run("systemd-analyze", "security", "--no-pager", "--threshold=15", _SERVICE)


def test_it_is_active_when_it_says_so(machine: Machine, certificate: Certificate) -> None:
    assert machine.show(_SERVICE, "SubState") == "running"
    assert machine.show(_SERVICE, "StatusText").startswith("Serving on 0.0.0.0:8443, [::]:8443")
    assert machine.show(_SERVICE, "NRestarts") == "0"
    assert _is_serving(certificate.certificate)


def test_its_data_directory_is_behind_a_link_and_nobody_elses(machine: Machine) -> None:
    assert machine.run("readlink", _DATA).strip() == "private/weir"
    user = os.stat(f"/proc/{_supervisor(machine)}").st_uid
    assert user != 0
    owners = machine.run("find", f"{_DATA}/", "-printf", "%U %P\n").splitlines()
    assert len(owners) > 3 and {owner.split()[0] for owner in owners} == {str(user)}
    mode = machine.run("stat", "--format=%a", f"{_DATA}/").strip()
    assert mode == "750"


def test_it_is_confined(machine: Machine) -> None:
    for pid in machine.processes_of(_SERVICE):
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        capabilities = {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")}
        assert capabilities == {"0000000000000000"}
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


def test_its_limits_are_the_kernels(machine: Machine) -> None:
    pid = _supervisor(machine)
    tasks = machine.limit(pid, "pids.max")
    memory = machine.limit(pid, "memory.max", "memory.limit_in_bytes")
    if tasks is None or memory is None:
        pytest.skip("this machine has no controllers for memory and tasks")
    assert tasks == int(machine.show(_SERVICE, "TasksMax")) == 1024
    wanted = int(machine.show(_SERVICE, "MemoryMax"))
    assert memory == wanted, "in whole pages"
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0.7 * whole < wanted < 0.8 * whole


def test_it_may_open_as_many_files_as_the_machine_allows(machine: Machine) -> None:
    def limits(pid: int) -> str:
        return Path(f"/proc/{pid}/limits").read_text()
    allowed = re.search(r"Max open files +(\d+) +(\d+)", limits(_supervisor(machine)))
    whole = re.search(r"Max open files +(\d+) +(\d+)", limits(os.getpid()))
    assert allowed and whole
    assert allowed[1] == allowed[2] in ("262144", whole[2])


def test_it_asks_the_kernel_for_nothing_that_is_denied(
    machine: Machine, broadcast: Broadcast, drop_in: Callable[[str], None]
) -> None:
    """What the filter refuses ends the process here, instead of an error that nobody sees."""
    drop_in("SystemCallErrorNumber=kill")
    before = machine.processes_of(_SERVICE)
    _, viewer = broadcast.begin()
    viewer.wait_for_more(10_000)
    assert broadcast.sign_in().status in (200, 201)
    assert machine.processes_of(_SERVICE) == before
    machine.run("systemctl", "stop", _SERVICE)
    assert machine.show(_SERVICE, "Result") == "success"


# Broadcasts and accounts


def test_people_publish_and_watch(broadcast: Broadcast) -> None:
    publisher, viewer = broadcast.begin()
    viewer.wait_for_more(50_000)
    assert viewer.status == 200 and publisher.process.poll() is None


def test_weir_user_of_root_works_beside_it(machine: Machine, broadcast: Broadcast) -> None:
    assert broadcast.name in _weir_user(machine, "list")
    assert broadcast.sign_in().status in (200, 201)
    _weir_user(machine, "disable", broadcast.name)
    assert broadcast.sign_in().status == 403
    _weir_user(machine, "delete", broadcast.name, "--yes")
    assert broadcast.name not in _weir_user(machine, "list")
    user = os.stat(f"/proc/{_supervisor(machine)}").st_uid
    owners = machine.run("find", f"{_DATA}/", "-printf", "%U\n").split()
    assert set(owners) == {str(user)}, "what root makes there is the service's"


def test_the_configuration_is_found_good(machine: Machine) -> None:
    machine.run(
        "env", f"WEIR_DATA={_DATA}", "WEIR_CERT=/etc/weir/certificate.pem",
        "WEIR_KEY=/etc/weir/key.pem", "weir", "check-config", "--config", "/etc/weir/weir.toml",
    )


# Ends and new starts


def test_a_restart_loses_no_stream(machine: Machine, broadcast: Broadcast) -> None:
    broadcast.begin()
    old = int(machine.show(_SERVICE, "MainPID"))
    machine.run("systemctl", "restart", _SERVICE)
    assert int(machine.show(_SERVICE, "MainPID")) != old
    assert broadcast.state == "paused"
    broadcast.begin()


def test_it_drains_when_it_is_stopped_and_its_port_stays_open(
    machine: Machine, certificate: Certificate, broadcast: Broadcast
) -> None:
    _, viewer = broadcast.begin()
    machine.run("systemctl", "stop", _SERVICE)
    assert machine.show(_SERVICE, "Result") == "success"
    assert machine.show(_SERVICE, "ExecMainStatus") == "0"
    assert machine.processes_of(_SERVICE) == []
    viewer.wait_for_end()
    # Its socket is still there: whoever comes starts the service, and is served by it.
    assert machine.show(_SOCKET, "ActiveState") == "active"
    assert _is_serving(certificate.certificate)
    _wait_for_new_start(machine, 0)


def test_a_supervisor_that_is_killed_is_replaced_with_its_workers(
    machine: Machine, broadcast: Broadcast
) -> None:
    broadcast.begin()
    old, workers = int(machine.show(_SERVICE, "MainPID")), _workers(machine)
    assert len(workers) > 0
    os.kill(_supervisor(machine), signal.SIGKILL)
    _wait_for_new_start(machine, old)
    assert not set(workers) & set(machine.processes_of(_SERVICE))
    assert broadcast.state == "paused"
    broadcast.begin()


def test_it_is_not_given_up_however_often_it_is_ended(
    machine: Machine, certificate: Certificate, drop_in: Callable[[str], None]
) -> None:
    """More often than the five starts in ten seconds after which systemd would let it lie."""
    drop_in("RestartSec=100ms")
    for _ in range(7):
        old = int(machine.show(_SERVICE, "MainPID"))
        os.kill(_supervisor(machine), signal.SIGKILL)
        _wait_for_new_start(machine, old)
    assert _is_serving(certificate.certificate)


def test_a_worker_that_is_killed_is_not_the_services_end(
    machine: Machine, certificate: Certificate
) -> None:
    before, restarts = _workers(machine), machine.show(_SERVICE, "NRestarts")
    supervisor = _supervisor(machine)
    os.kill(before[0], signal.SIGKILL)
    wait_until(
        lambda: len(now := _workers(machine)) == len(before) and before[0] not in now,
        "another worker",
    )
    assert _supervisor(machine) == supervisor
    assert machine.show(_SERVICE, "NRestarts") == restarts
    assert _is_serving(certificate.certificate)


@pytest.mark.parametrize("name", ["HUP", "USR2"])
def test_signals_that_ask_for_a_reload_end_nothing(
    machine: Machine, certificate: Certificate, name: str
) -> None:
    before = machine.processes_of(_SERVICE)
    machine.run("systemctl", "kill", f"--signal={name}", _SERVICE)
    assert _is_serving(certificate.certificate)
    assert machine.processes_of(_SERVICE) == before


def test_the_watchdog_is_fed_and_ends_a_supervisor_that_hangs(
    machine: Machine, certificate: Certificate, drop_in: Callable[[str], None]
) -> None:
    assert machine.show(_SERVICE, "WatchdogUSec") == "30s"
    drop_in("WatchdogSec=1\nTimeoutAbortSec=1")
    fed = "WatchdogTimestampMonotonic"
    first = machine.show(_SERVICE, fed)
    wait_until(lambda: machine.show(_SERVICE, fed) != first, "a sign of life")
    old = int(machine.show(_SERVICE, "MainPID"))
    os.kill(_supervisor(machine), signal.SIGSTOP)
    _wait_for_new_start(machine, old)
    assert _is_serving(certificate.certificate)


def test_a_wrong_setting_is_not_tried_again(
    machine: Machine, drop_in: Callable[[str], None]
) -> None:
    with pytest.raises(AssertionError, match="restart"):
        drop_in("Environment=WEIR_GRACE=soon")
    assert machine.show(_SERVICE, "ActiveState") == "failed"
    assert machine.show(_SERVICE, "ExecMainStatus") == "2"
    assert machine.show(_SERVICE, "NRestarts") == "0"


# What was said about all this


def test_the_journal_has_no_errors(machine: Machine) -> None:
    """Every line of Weir's is JSON, and none is an error beside the death of the worker that a test
    killed. What systemd says is about the ends that these tests have caused."""
    said = [entry["MESSAGE"] for entry in machine.journal(_SERVICE) if entry["_PID"] != "1"]
    lines = [json.loads(text) for text in said if not text.startswith("weir: WEIR_GRACE: ")]
    assert len(lines) > 20
    errors = [line["message"] for line in lines if line["level"] in ("error", "critical")]
    assert errors in ([], ["worker has died and is replaced"])
