"""The shipped units on a real systemd: a small Debian, booted, with Weir's package installed. One
machine for all of these tests; each begins with a running service."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir import installed, processes
from weir.installed import (
    DATA, REDIRECT, SERVICE, SETTINGS, SOCKET, Broadcast, authority, is_serving, log, machine_with_weir,
    supervisor, wait_for_new_start, weir_user, workers,
)
from weir.machine import Machine
from weir.places import REPOSITORY
from weir.waiting import wait_until

pytestmark = pytest.mark.systemd

#: What `weir reload` says, which systemd runs.
_RELOADED = "reloaded"

_DROP_IN = f"/run/systemd/system/{SERVICE}.d"


@pytest.fixture(scope="module")
def machine(
    weir_binaries: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with machine_with_weir(tmp_path_factory.mktemp("machine")) as booted:
        yield booted


@pytest.fixture(scope="module")
def certificate(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority(machine, tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def running(machine: Machine) -> Iterator[None]:
    """Whatever the test before has left: the service runs, in the shipped form. What it says is
    shown when the test fails."""
    # NRestarts begins at 0 for each test.
    machine.run("systemctl", "reset-failed", SERVICE)
    machine.run("systemctl", "start", SERVICE)
    began = machine.run("date", "+%s").strip()
    yield
    print(log(machine, f"--since=@{began}"))


@pytest.fixture
def drop_in(machine: Machine) -> Iterator[Callable[[str], None]]:
    """Override settings of the unit until the test ends."""
    def override(text: str) -> None:
        machine.run("mkdir", "-p", _DROP_IN)
        machine.run("tee", f"{_DROP_IN}/test.conf", stdin=f"[Service]\n{text}\n")
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", SERVICE)
    yield override
    machine.run("rm", "-r", _DROP_IN)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "reset-failed", SERVICE)
    machine.run("systemctl", "restart", SERVICE)


@pytest.fixture
def broadcast(
    machine: Machine, certificate: Path, tmp_path: Path
) -> Iterator[Broadcast]:
    made = Broadcast(machine, certificate, tmp_path)
    yield made
    made.end()


# The unit itself


def test_systemd_has_nothing_to_say_about_the_units(machine: Machine) -> None:
    units = [f"/lib/systemd/system/{unit}" for unit in (SERVICE, SOCKET, REDIRECT)]
    done = machine.run("sh", "-c", f"systemd-analyze verify --man=no {' '.join(units)} 2>&1")
    assert done == ""


def test_the_service_is_exposed_little(machine: Machine) -> None:
    """The threshold is ten times the level that systemd-analyze prints: 1.2 of 10."""
    machine.run("systemd-analyze", "security", "--no-pager", "--threshold=12", SERVICE)


def test_the_documents_say_why_it_is_exposed_where_it_is(machine: Machine) -> None:
    said = machine.run("systemd-analyze", "security", "--no-pager", "--json=short", SERVICE)
    exposed = {one["name"].replace("|", r"\|") for one in json.loads(said) if one["exposure"]}
    text = (REPOSITORY / "docs/install.md").read_text()
    table = set(re.findall(r"(?m)^\| `([A-Z].*?)` \|", text.split("## Confinement")[1]))
    assert exposed == table


def test_it_is_active_when_it_says_so(machine: Machine, certificate: Path) -> None:
    assert machine.show(SERVICE, "SubState") == "running"
    assert machine.show(SERVICE, "StatusText").startswith("Serving on 0.0.0.0:8443, [::]:8443")
    assert machine.show(SERVICE, "NRestarts") == "0"
    assert is_serving(certificate)


def test_its_data_directory_is_nobody_elses(machine: Machine) -> None:
    user = int(machine.run("id", "--user", "weir"))
    assert os.stat(f"/proc/{supervisor(machine)}").st_uid == user != 0
    owners = machine.run("find", DATA, "-printf", "%U %P\n").splitlines()
    assert len(owners) > 3 and {owner.split()[0] for owner in owners} == {str(user)}
    for folder in (DATA, "/run/weir"):
        assert machine.run("stat", "--format=%U:%G %a", folder).strip() == "weir:weir 750"


def test_it_is_confined(machine: Machine) -> None:
    for pid in machine.processes_of(SERVICE):
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        capabilities = {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")}
        assert capabilities == {"0000000000000000"}
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


def test_its_limits_are_the_kernels(machine: Machine) -> None:
    pid = supervisor(machine)
    tasks = machine.limit(pid, "pids.max")
    memory = machine.limit(pid, "memory.max", "memory.limit_in_bytes")
    if tasks is None or memory is None:
        pytest.skip("this machine has no controllers for memory and tasks")
    assert tasks == int(machine.show(SERVICE, "TasksMax")) == 1024
    wanted = int(machine.show(SERVICE, "MemoryMax"))
    assert memory == wanted, "in whole pages"
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0.7 * whole < wanted < 0.8 * whole


def test_it_may_open_as_many_files_as_the_machine_allows(machine: Machine) -> None:
    def limits(pid: int) -> str:
        return Path(f"/proc/{pid}/limits").read_text()
    allowed = re.search(r"Max open files +(\d+) +(\d+)", limits(supervisor(machine)))
    whole = re.search(r"Max open files +(\d+) +(\d+)", limits(os.getpid()))
    assert allowed and whole
    assert allowed[1] == allowed[2] in ("262144", whole[2])


def test_it_asks_the_kernel_for_nothing_that_is_denied(
    machine: Machine, broadcast: Broadcast, drop_in: Callable[[str], None]
) -> None:
    """What the filter refuses ends the process here, instead of an error that nobody sees."""
    drop_in("SystemCallErrorNumber=kill")
    before = machine.processes_of(SERVICE)
    _, viewer = broadcast.begin()
    viewer.wait_for_more(10_000)
    assert broadcast.sign_in().status in (200, 201)
    assert machine.processes_of(SERVICE) == before
    machine.run("systemctl", "stop", SERVICE)
    assert machine.show(SERVICE, "Result") == "success"


# Broadcasts and accounts


def test_people_publish_and_watch(broadcast: Broadcast) -> None:
    publisher, viewer = broadcast.begin()
    viewer.wait_for_more(50_000)
    assert viewer.status == 200 and publisher.process.poll() is None


def test_weir_user_of_root_works_beside_it(machine: Machine, broadcast: Broadcast) -> None:
    assert broadcast.name in weir_user(machine, "list")
    assert broadcast.sign_in().status in (200, 201)
    weir_user(machine, "disable", broadcast.name)
    assert broadcast.sign_in().status == 403
    weir_user(machine, "delete", broadcast.name, "--yes")
    assert broadcast.name not in weir_user(machine, "list")
    user = os.stat(f"/proc/{supervisor(machine)}").st_uid
    owners = machine.run("find", f"{DATA}/", "-printf", "%U\n").split()
    assert set(owners) == {str(user)}, "what root makes there is the service's"


def test_the_configuration_is_found_good(machine: Machine) -> None:
    machine.run("weir", "check-config", "--config", SETTINGS)


# Ends and new starts


def test_a_restart_loses_no_stream(machine: Machine, broadcast: Broadcast) -> None:
    broadcast.begin()
    old = int(machine.show(SERVICE, "MainPID"))
    machine.run("systemctl", "restart", SERVICE)
    assert int(machine.show(SERVICE, "MainPID")) != old
    assert broadcast.state == "paused"
    broadcast.begin()


def test_it_drains_when_it_is_stopped_and_its_port_stays_open(
    machine: Machine, certificate: Path, broadcast: Broadcast
) -> None:
    _, viewer = broadcast.begin()
    machine.run("systemctl", "stop", SERVICE)
    assert machine.show(SERVICE, "Result") == "success"
    assert machine.show(SERVICE, "ExecMainStatus") == "0"
    assert machine.processes_of(SERVICE) == []
    viewer.wait_for_end()
    # Its socket is still there: whoever comes starts the service, and is served by it.
    assert machine.show(SOCKET, "ActiveState") == "active"
    assert is_serving(certificate)
    wait_for_new_start(machine, 0)


def test_a_supervisor_that_is_killed_is_replaced_with_its_workers(
    machine: Machine, broadcast: Broadcast
) -> None:
    broadcast.begin()
    old, its_workers = int(machine.show(SERVICE, "MainPID")), workers(machine)
    assert len(its_workers) > 0
    os.kill(supervisor(machine), signal.SIGKILL)
    wait_for_new_start(machine, old)
    assert not set(its_workers) & set(machine.processes_of(SERVICE))
    assert broadcast.state == "paused"
    broadcast.begin()


def test_it_is_not_given_up_however_often_it_is_ended(
    machine: Machine, certificate: Path, drop_in: Callable[[str], None]
) -> None:
    """More often than the five starts in ten seconds after which systemd would let it lie."""
    drop_in("RestartSec=100ms")
    for _ in range(7):
        old = int(machine.show(SERVICE, "MainPID"))
        os.kill(supervisor(machine), signal.SIGKILL)
        wait_for_new_start(machine, old)
    assert is_serving(certificate)


def test_a_worker_that_is_killed_is_not_the_services_end(
    machine: Machine, certificate: Path
) -> None:
    before, restarts = workers(machine), machine.show(SERVICE, "NRestarts")
    same = supervisor(machine)
    os.kill(before[0], signal.SIGKILL)
    wait_until(
        lambda: len(now := workers(machine)) == len(before) and before[0] not in now,
        "another worker",
    )
    assert supervisor(machine) == same
    assert machine.show(SERVICE, "NRestarts") == restarts
    assert is_serving(certificate)


def test_a_reload_replaces_the_workers_of_the_same_service(
    machine: Machine, certificate: Path
) -> None:
    old = machine.show(SERVICE, "MainPID")
    before = set(machine.processes_of(SERVICE))
    machine.run("systemctl", "reload", SERVICE)
    assert machine.show(SERVICE, "MainPID") == old
    assert machine.show(SERVICE, "ActiveState") == "active"
    wait_until(
        lambda: set(machine.processes_of(SERVICE)) & before == {supervisor(machine)},
        "the old workers to be gone")
    assert is_serving(certificate)


def test_an_upgrade_moves_the_main_process_without_a_restart(
    machine: Machine, certificate: Path
) -> None:
    old = machine.show(SERVICE, "MainPID")
    restarts = machine.show(SERVICE, "NRestarts")
    machine.run("systemctl", "kill", "--kill-who=main", "--signal=USR2", SERVICE)
    wait_until(lambda: machine.show(SERVICE, "MainPID") not in (old, "0"), "the successor")
    wait_until(lambda: machine.show(SERVICE, "SubState") == "running", "systemd to know it")
    assert machine.show(SERVICE, "NRestarts") == restarts
    assert is_serving(certificate)
    assert "Serving on" in machine.show(SERVICE, "StatusText")
    # It is systemd's own child, so its end is noticed.
    new = machine.show(SERVICE, "MainPID")
    machine.run("systemctl", "kill", "--kill-who=main", "--signal=KILL", SERVICE)
    wait_until(lambda: machine.show(SERVICE, "MainPID") not in (new, "0"), "a new start")
    wait_until(lambda: machine.show(SERVICE, "SubState") == "running", "it to serve")
    assert is_serving(certificate)


def test_the_watchdog_is_fed_and_ends_a_supervisor_that_hangs(
    machine: Machine, certificate: Path, drop_in: Callable[[str], None]
) -> None:
    assert machine.show(SERVICE, "WatchdogUSec") == "30s"
    drop_in("WatchdogSec=2\nTimeoutAbortSec=1")
    fed = "WatchdogTimestampMonotonic"
    first = machine.show(SERVICE, fed)
    wait_until(lambda: machine.show(SERVICE, fed) != first, "a sign of life")
    old = int(machine.show(SERVICE, "MainPID"))
    os.kill(supervisor(machine), signal.SIGSTOP)
    wait_for_new_start(machine, old)
    assert is_serving(certificate)


def test_a_wrong_setting_is_not_tried_again(
    machine: Machine, drop_in: Callable[[str], None]
) -> None:
    with pytest.raises(AssertionError, match="restart"):
        drop_in("Environment=WEIR_GRACE=soon")
    assert machine.show(SERVICE, "ActiveState") == "failed"
    assert machine.show(SERVICE, "ExecMainStatus") == "2"
    assert machine.show(SERVICE, "NRestarts") == "0"


# What was said about all this


_PRIORITIES = {
    "critical": "2", "error": "3", "warning": "4", "notice": "5", "info": "6", "debug": "7", "trace": "7",
}


def test_the_journal_knows_how_severe_a_line_is(machine: Machine) -> None:
    """So `journalctl -p warning` finds warnings and worse: a line's priority is its level, and a start that
    fails is an error."""
    said = [
        entry for entry in machine.journal(SERVICE)
        if entry["_PID"] != "1" and entry["MESSAGE"] != _RELOADED
    ]
    for entry in said:
        is_complaint = entry["MESSAGE"].startswith("weir: ")
        level = "error" if is_complaint else json.loads(entry["MESSAGE"])["level"]
        assert entry["PRIORITY"] == _PRIORITIES[level], entry
    assert {"5", "6"} <= {entry["PRIORITY"] for entry in said}


def test_the_journal_has_no_errors(machine: Machine) -> None:
    """Every line of the server is JSON, and none is an error beside the deaths of workers that tests have
    caused. What systemd says is about the ends that these tests have caused."""
    said = [
        entry["MESSAGE"] for entry in machine.journal(SERVICE)
        if entry["_PID"] != "1" and entry["MESSAGE"] != _RELOADED
    ]
    lines = [json.loads(text) for text in said if not text.startswith("weir: WEIR_GRACE: ")]
    assert len(lines) > 20
    errors = [line for line in lines if line["level"] in ("error", "critical")]
    assert {line["message"] for line in errors} <= {"worker has died and is replaced"}, errors


# Last, because of what a machine without memory says


def test_a_worker_that_grows_over_the_limit_of_memory_is_the_only_one_to_be_killed(
    machine: Machine, certificate: Path, broadcast: Broadcast, drop_in: Callable[[str], None]
) -> None:
    """MemoryMax= with OOMPolicy=continue. What grows are connections, each with its TLS."""
    if machine.limit(supervisor(machine), "memory.max", "memory.limit_in_bytes") is None:
        pytest.skip("this machine has no controller for memory")
    held = sum(
        processes.memory_bytes(pid)["anonymous"] for pid in machine.processes_of(SERVICE))
    drop_in(f"MemoryMax={held + (32 << 20)}")
    broadcast.begin()
    same, before = supervisor(machine), set(workers(machine))
    with installed.growing_crowd(machine, certificate):
        wait_until(lambda: before - set(machine.processes_of(SERVICE)), "a worker to be killed", 120)
    assert len(before - set(machine.processes_of(SERVICE))) == 1, "and not all of them"
    wait_until(lambda: len(workers(machine)) == len(before), "another one in its place")
    assert supervisor(machine) == same
    assert machine.show(SERVICE, "ActiveState") == "active"
    assert is_serving(certificate)
    broadcast.begin()
