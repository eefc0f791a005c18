"""The shipped units on a real systemd: a small Debian, booted, with Weir's package installed. Each test
begins with a running service."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir import installed, processes
from weir.installed import (
    DATA, REDIRECT, SERVICE, SETTINGS, SOCKET, Broadcast, is_serving, supervisor, wait_for_new_start,
    weir_user, workers,
)
from weir.machine import Machine
from weir.places import REPOSITORY
from weir.waiting import wait_until

pytestmark = [pytest.mark.systemd, pytest.mark.usefixtures("running_service")]

#: What `weir reload` says, which systemd runs.
_RELOADED = "reloaded"

_DROP_IN = f"/run/systemd/system/{SERVICE}.d"


@pytest.fixture(scope="module", autouse=True)
def began_us() -> int:
    """When the first of these tests began; the journal has what others did before."""
    return time.time_ns() // 1_000


@pytest.fixture
def drop_in(booted: Machine) -> Iterator[Callable[[str], None]]:
    """Override settings of the unit until the test ends."""
    def override(text: str) -> None:
        booted.run("mkdir", "-p", _DROP_IN)
        booted.run("tee", f"{_DROP_IN}/test.conf", stdin=f"[Service]\n{text}\n")
        booted.run("systemctl", "daemon-reload")
        booted.run("systemctl", "restart", SERVICE)
    yield override
    booted.run("rm", "-r", _DROP_IN)
    booted.run("systemctl", "daemon-reload")
    booted.run("systemctl", "reset-failed", SERVICE)
    booted.run("systemctl", "restart", SERVICE)


@pytest.fixture
def broadcast(
    booted: Machine, booted_certificate: Path, tmp_path: Path
) -> Iterator[Broadcast]:
    made = Broadcast(booted, booted_certificate, tmp_path)
    yield made
    made.end()


# The unit itself


def test_systemd_has_nothing_to_say_about_the_units(booted: Machine) -> None:
    units = [f"/lib/systemd/system/{unit}" for unit in (SERVICE, SOCKET, REDIRECT)]
    done = booted.run("sh", "-c", f"systemd-analyze verify --man=no {' '.join(units)} 2>&1")
    assert done == ""


def test_the_service_is_exposed_little(booted: Machine) -> None:
    """The threshold is ten times the level that systemd-analyze prints: 1.2 of 10."""
    booted.run("systemd-analyze", "security", "--no-pager", "--threshold=12", SERVICE)


def test_the_documents_say_why_it_is_exposed_where_it_is(booted: Machine) -> None:
    said = booted.run("systemd-analyze", "security", "--no-pager", "--json=short", SERVICE)
    exposed = {one["name"].replace("|", r"\|") for one in json.loads(said) if one["exposure"]}
    text = (REPOSITORY / "docs/install.md").read_text()
    table = set(re.findall(r"(?m)^\| `([A-Z].*?)` \|", text.split("## Confinement")[1]))
    assert exposed == table


def test_it_is_active_when_it_says_so(booted: Machine, booted_certificate: Path) -> None:
    assert booted.show(SERVICE, "SubState") == "running"
    assert booted.show(SERVICE, "StatusText").startswith("Serving on 0.0.0.0:8443, [::]:8443")
    assert booted.show(SERVICE, "NRestarts") == "0"
    assert is_serving(booted_certificate)


def test_its_data_directory_is_nobody_elses(booted: Machine) -> None:
    user = int(booted.run("id", "--user", "weir"))
    assert os.stat(f"/proc/{supervisor(booted)}").st_uid == user != 0
    owners = booted.run("find", DATA, "-printf", "%U %P\n").splitlines()
    assert len(owners) > 3 and {owner.split()[0] for owner in owners} == {str(user)}
    for folder in (DATA, "/run/weir"):
        assert booted.run("stat", "--format=%U:%G %a", folder).strip() == "weir:weir 750"


def test_it_is_confined(booted: Machine) -> None:
    for pid in booted.processes_of(SERVICE):
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        capabilities = {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")}
        assert capabilities == {"0000000000000000"}
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


def test_its_limits_are_the_kernels(booted: Machine) -> None:
    pid = supervisor(booted)
    tasks = booted.limit(pid, "pids.max")
    memory = booted.limit(pid, "memory.max", "memory.limit_in_bytes")
    if tasks is None or memory is None:
        pytest.skip("this machine has no controllers for memory and tasks")
    assert tasks == int(booted.show(SERVICE, "TasksMax")) == 1024
    wanted = int(booted.show(SERVICE, "MemoryMax"))
    assert memory == wanted, "in whole pages"
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0.7 * whole < wanted < 0.8 * whole


def test_it_may_open_as_many_files_as_the_machine_allows(booted: Machine) -> None:
    def limits(pid: int) -> str:
        return Path(f"/proc/{pid}/limits").read_text()
    allowed = re.search(r"Max open files +(\d+) +(\d+)", limits(supervisor(booted)))
    whole = re.search(r"Max open files +(\d+) +(\d+)", limits(os.getpid()))
    assert allowed and whole
    assert allowed[1] == allowed[2] in ("262144", whole[2])


def test_it_asks_the_kernel_for_nothing_that_is_denied(
    booted: Machine, broadcast: Broadcast, drop_in: Callable[[str], None]
) -> None:
    """What the filter refuses ends the process here, instead of an error that nobody sees."""
    drop_in("SystemCallErrorNumber=kill")
    before = booted.processes_of(SERVICE)
    _, viewer = broadcast.begin()
    viewer.wait_for_more(10_000)
    assert broadcast.sign_in().status in (200, 201)
    assert booted.processes_of(SERVICE) == before
    booted.run("systemctl", "stop", SERVICE)
    assert booted.show(SERVICE, "Result") == "success"


# Broadcasts and accounts


def test_people_publish_and_watch(broadcast: Broadcast) -> None:
    publisher, viewer = broadcast.begin()
    viewer.wait_for_more(50_000)
    assert viewer.status == 200 and publisher.process.poll() is None


def test_weir_user_of_root_works_beside_it(booted: Machine, broadcast: Broadcast) -> None:
    assert broadcast.name in weir_user(booted, "list")
    assert broadcast.sign_in().status in (200, 201)
    weir_user(booted, "disable", broadcast.name)
    assert broadcast.sign_in().status == 403
    weir_user(booted, "delete", broadcast.name, "--yes")
    assert broadcast.name not in weir_user(booted, "list")
    user = os.stat(f"/proc/{supervisor(booted)}").st_uid
    owners = booted.run("find", f"{DATA}/", "-printf", "%U\n").split()
    assert set(owners) == {str(user)}, "what root makes there is the service's"


def test_the_configuration_is_found_good(booted: Machine) -> None:
    booted.run("weir", "check-config", "--config", SETTINGS)


# Ends and new starts


def test_a_restart_loses_no_stream(booted: Machine, broadcast: Broadcast) -> None:
    broadcast.begin()
    old = int(booted.show(SERVICE, "MainPID"))
    booted.run("systemctl", "restart", SERVICE)
    assert int(booted.show(SERVICE, "MainPID")) != old
    assert broadcast.state == "paused"
    broadcast.begin()


def test_it_drains_when_it_is_stopped_and_its_port_stays_open(
    booted: Machine, booted_certificate: Path, broadcast: Broadcast
) -> None:
    _, viewer = broadcast.begin()
    booted.run("systemctl", "stop", SERVICE)
    assert booted.show(SERVICE, "Result") == "success"
    assert booted.show(SERVICE, "ExecMainStatus") == "0"
    assert booted.processes_of(SERVICE) == []
    viewer.wait_for_end()
    # Its socket is still there: whoever comes starts the service, and is served by it.
    assert booted.show(SOCKET, "ActiveState") == "active"
    assert is_serving(booted_certificate)
    wait_for_new_start(booted, 0)


def test_a_supervisor_that_is_killed_is_replaced_with_its_workers(
    booted: Machine, broadcast: Broadcast
) -> None:
    broadcast.begin()
    old, its_workers = int(booted.show(SERVICE, "MainPID")), workers(booted)
    assert len(its_workers) > 0
    os.kill(supervisor(booted), signal.SIGKILL)
    wait_for_new_start(booted, old)
    assert not set(its_workers) & set(booted.processes_of(SERVICE))
    assert broadcast.state == "paused"
    broadcast.begin()


def test_it_is_not_given_up_however_often_it_is_ended(
    booted: Machine, booted_certificate: Path, drop_in: Callable[[str], None]
) -> None:
    """More often than the five starts in ten seconds after which systemd would let it lie."""
    drop_in("RestartSec=100ms")
    for _ in range(7):
        old = int(booted.show(SERVICE, "MainPID"))
        os.kill(supervisor(booted), signal.SIGKILL)
        wait_for_new_start(booted, old)
    assert is_serving(booted_certificate)


def test_a_worker_that_is_killed_is_not_the_services_end(
    booted: Machine, booted_certificate: Path
) -> None:
    before, restarts = workers(booted), booted.show(SERVICE, "NRestarts")
    same = supervisor(booted)
    os.kill(before[0], signal.SIGKILL)
    wait_until(
        lambda: len(now := workers(booted)) == len(before) and before[0] not in now,
        "another worker",
    )
    assert supervisor(booted) == same
    assert booted.show(SERVICE, "NRestarts") == restarts
    assert is_serving(booted_certificate)


def test_a_reload_replaces_the_workers_of_the_same_service(
    booted: Machine, booted_certificate: Path
) -> None:
    old = booted.show(SERVICE, "MainPID")
    before = set(booted.processes_of(SERVICE))
    booted.run("systemctl", "reload", SERVICE)
    assert booted.show(SERVICE, "MainPID") == old
    assert booted.show(SERVICE, "ActiveState") == "active"
    wait_until(
        lambda: set(booted.processes_of(SERVICE)) & before == {supervisor(booted)},
        "the old workers to be gone")
    assert is_serving(booted_certificate)


def test_an_upgrade_moves_the_main_process_without_a_restart(
    booted: Machine, booted_certificate: Path
) -> None:
    old = booted.show(SERVICE, "MainPID")
    restarts = booted.show(SERVICE, "NRestarts")
    booted.run("systemctl", "kill", "--kill-who=main", "--signal=USR2", SERVICE)
    wait_until(lambda: booted.show(SERVICE, "MainPID") not in (old, "0"), "the successor")
    wait_until(lambda: booted.show(SERVICE, "SubState") == "running", "systemd to know it")
    assert booted.show(SERVICE, "NRestarts") == restarts
    assert is_serving(booted_certificate)
    assert "Serving on" in booted.show(SERVICE, "StatusText")
    # It is systemd's own child, so its end is noticed.
    new = booted.show(SERVICE, "MainPID")
    booted.run("systemctl", "kill", "--kill-who=main", "--signal=KILL", SERVICE)
    wait_until(lambda: booted.show(SERVICE, "MainPID") not in (new, "0"), "a new start")
    wait_until(lambda: booted.show(SERVICE, "SubState") == "running", "it to serve")
    assert is_serving(booted_certificate)


def test_the_watchdog_is_fed_and_ends_a_supervisor_that_hangs(
    booted: Machine, booted_certificate: Path, drop_in: Callable[[str], None]
) -> None:
    assert booted.show(SERVICE, "WatchdogUSec") == "30s"
    drop_in("WatchdogSec=2\nTimeoutAbortSec=1")
    fed = "WatchdogTimestampMonotonic"
    first = booted.show(SERVICE, fed)
    wait_until(lambda: booted.show(SERVICE, fed) != first, "a sign of life")
    old = int(booted.show(SERVICE, "MainPID"))
    os.kill(supervisor(booted), signal.SIGSTOP)
    wait_for_new_start(booted, old)
    assert is_serving(booted_certificate)


def test_a_wrong_setting_is_not_tried_again(
    booted: Machine, drop_in: Callable[[str], None]
) -> None:
    with pytest.raises(AssertionError, match="restart"):
        drop_in("Environment=WEIR_GRACE=soon")
    assert booted.show(SERVICE, "ActiveState") == "failed"
    assert booted.show(SERVICE, "ExecMainStatus") == "2"
    assert booted.show(SERVICE, "NRestarts") == "0"


# What was said about all this


_PRIORITIES = {
    "critical": "2", "error": "3", "warning": "4", "notice": "5", "info": "6", "debug": "7", "trace": "7",
}


def test_the_journal_knows_how_severe_a_line_is(booted: Machine) -> None:
    """So `journalctl -p warning` finds warnings and worse: a line's priority is its level, and a start that
    fails is an error."""
    said = [
        entry for entry in booted.journal(SERVICE)
        if entry["_PID"] != "1" and entry["MESSAGE"] != _RELOADED
    ]
    for entry in said:
        is_complaint = entry["MESSAGE"].startswith("weir: ")
        level = "error" if is_complaint else json.loads(entry["MESSAGE"])["level"]
        assert entry["PRIORITY"] == _PRIORITIES[level], entry
    assert {"5", "6"} <= {entry["PRIORITY"] for entry in said}


def test_the_journal_has_no_errors(booted: Machine, began_us: int) -> None:
    """Every line of the server is JSON, and none is an error beside the deaths of workers that tests have
    caused. What systemd says is about the ends that these tests have caused."""
    said = [
        entry["MESSAGE"] for entry in booted.journal(SERVICE)
        if int(entry["__REALTIME_TIMESTAMP"]) >= began_us and entry["_PID"] != "1"
        and entry["MESSAGE"] != _RELOADED
    ]
    lines = [json.loads(text) for text in said if not text.startswith("weir: WEIR_GRACE: ")]
    assert len(lines) > 20
    errors = [line for line in lines if line["level"] in ("error", "critical")]
    assert {line["message"] for line in errors} <= {"worker has died and is replaced"}, errors


# Last, because of what a machine without memory says


def test_a_worker_that_grows_over_the_limit_of_memory_is_the_only_one_to_be_killed(
    booted: Machine, booted_certificate: Path, broadcast: Broadcast, drop_in: Callable[[str], None]
) -> None:
    """MemoryMax= with OOMPolicy=continue. What grows are connections, each with its TLS."""
    if booted.limit(supervisor(booted), "memory.max", "memory.limit_in_bytes") is None:
        pytest.skip("this machine has no controller for memory")
    held = sum(
        processes.memory_bytes(pid)["anonymous"] for pid in booted.processes_of(SERVICE))
    drop_in(f"MemoryMax={held + (32 << 20)}")
    broadcast.begin()
    same, before = supervisor(booted), set(workers(booted))
    with installed.growing_crowd(booted, booted_certificate):
        wait_until(lambda: before - set(booted.processes_of(SERVICE)), "a worker to be killed", 120)
    assert len(before - set(booted.processes_of(SERVICE))) == 1, "and not all of them"
    wait_until(lambda: len(workers(booted)) == len(before), "another one in its place")
    assert supervisor(booted) == same
    assert booted.show(SERVICE, "ActiveState") == "active"
    assert is_serving(booted_certificate)
    broadcast.begin()
