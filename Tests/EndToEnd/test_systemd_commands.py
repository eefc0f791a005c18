"""What operators do where the package runs on a real systemd: commands as root, as the service's user and as
a stranger; settings that cannot be read; settings in the environment file; ports below 1024; two Weirs."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir import curl
from weir.installed import (
    DATA, REDIRECT, SERVICE, SETTINGS, SOCKET, Broadcast, authority, is_serving, log,
    machine_with_weir, supervisor,
)
from weir.machine import Machine
from weir.waiting import wait_until

pytestmark = pytest.mark.systemd

_ENVIRONMENT = "/etc/weir/environment"
_WEBROOT = "/var/lib/weir-acme"


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
    """The service runs, as it was installed. What it says is shown when the test fails."""
    machine.run("systemctl", "reset-failed", SERVICE)
    machine.run("systemctl", "start", SERVICE)
    began = machine.run("date", "+%s").strip()
    yield
    print(log(machine, f"--since=@{began}"))


@pytest.fixture
def settings(machine: Machine) -> Iterator[Callable[[str], None]]:
    """Add lines to the file of settings until the test ends."""
    before = machine.run("cat", SETTINGS)
    def add(lines: str) -> None:
        machine.run("tee", SETTINGS, stdin=before + lines)
    yield add
    machine.run("tee", SETTINGS, stdin=before)
    machine.run("chmod", "640", SETTINGS)
    machine.run("systemctl", "restart", SERVICE)


@pytest.fixture
def environment(machine: Machine) -> Iterator[Callable[[str], None]]:
    """Write the environment file, for root alone."""
    def write(text: str) -> None:
        machine.run("install", "-m", "600", "/dev/null", _ENVIRONMENT)
        machine.run("tee", _ENVIRONMENT, stdin=text)
    yield write
    machine.run("rm", "-f", _ENVIRONMENT)


def _say(machine: Machine, *command: str, code: int) -> str:
    """All that a command says."""
    return machine.run("sh", "-c", 'exec "$@" 2>&1', "sh", *command, code=code)


# Commands, and who may use them

_USERS = {"root": [], "weir": ["runuser", "--user", "weir", "--"]}
_STRANGER = ["runuser", "--user", "nobody", "--"]
_COMMANDS: dict[str, tuple[list[str], int, str]] = {
    "status": (["status"], 0, r"weir \S+, up .* \d of \d workers serve"),
    "status with the settings": (["status", "--config", SETTINGS], 0, "workers serve"),
    "status for programs": (["status", "--json"], 0, r'\{"server":\{'),
    "reload": (["reload"], 0, "reloaded"),
    "kick": (["kick", "nobody"], 1, "no broadcast of that name"),
    "drain of a worker": (["drain", "WORKER"], 0, "drains, and another one serves"),
    "upgrade": (["upgrade"], 0, "upgraded"),
    "users": (["user", "list", "--config", SETTINGS], 0, "^"),
}


def _words(machine: Machine, words: list[str]) -> list[str]:
    if "WORKER" not in words:
        return words
    shown = json.loads(machine.run("weir", "status", "--json"))["workers"]
    serving = next(str(one["slot"]) for one in shown if one["state"] == "serving")
    return [serving if word == "WORKER" else word for word in words]


@pytest.mark.parametrize("user", _USERS)
@pytest.mark.parametrize("what", _COMMANDS)
def test_a_command_works_under_the_units_confinement(
    machine: Machine, user: str, what: str
) -> None:
    words, code, said = _COMMANDS[what]
    command = [*_USERS[user], "weir", *_words(machine, words)]
    wait_until(lambda: '"state":"starting"' not in machine.run("weir", "status", "--json"), "workers")
    assert re.search(said, _say(machine, *command, code=code))
    assert machine.show(SERVICE, "ActiveState") == "active"


@pytest.mark.parametrize("what", _COMMANDS)
def test_a_stranger_is_told_in_one_line_what_to_do(machine: Machine, what: str) -> None:
    said = _say(machine, *_STRANGER, "weir", *_words(machine, _COMMANDS[what][0]), code=1)
    assert said.startswith("weir: ") and said.count("\n") == 1
    assert "as root" in said or "permission denied" in said


@pytest.mark.parametrize("user", _USERS)
def test_top_draws_its_screen(machine: Machine, user: str) -> None:
    words = " ".join([*_USERS[user], "weir", "top"])
    shown = machine.run(
        "sh", "-c",
        # Until it takes one: what is typed before it begins is dropped.
        f"while echo q; do sleep 0.1; done | script --quiet --return --command '{words}' /dev/null")
    assert "workers serve" in shown and "q: quit" in shown


def test_the_log_says_who_has_ended_a_broadcast(
    machine: Machine, certificate: Path, tmp_path: Path
) -> None:
    broadcast = Broadcast(machine, certificate, tmp_path)
    users = {"root": 0, "weir": os.stat(f"/proc/{supervisor(machine)}").st_uid}
    for user, before in _USERS.items():
        broadcast.begin()
        machine.run(*before, "weir", "kick", broadcast.name)
        broadcast.end()
        last = [line for line in _log_lines(machine) if line.get("event") == "operator-acts"][-1]
        assert last["metadata"]["by"] == f"user {users[user]}"
        assert last["metadata"]["stream"] == broadcast.name


def _log_lines(machine: Machine) -> list[dict[str, dict[str, str]]]:
    lines = [entry["MESSAGE"] for entry in machine.journal(SERVICE)]
    return [json.loads(line) for line in lines if line.startswith("{")]


# Settings that are no good


_FAULTS = {
    "no TOML": ("grace = = 3\n", "not valid TOML"),
    "an unknown setting": ("graec = 3\n", "unknown setting"),
    "a wrong value": ('grace = "long"\n', "grace"),
    "a certificate that is not there": ('', "cannot read the certificate"),
    "no permission": (None, "permission denied"),
}


@pytest.mark.parametrize("fault", _FAULTS)
def test_a_refused_reload_has_the_servers_reason_everywhere(
    machine: Machine, certificate: Path, settings: Callable[[str], None], fault: str
) -> None:
    lines, reason = _FAULTS[fault]
    if lines is None:
        machine.run("chmod", "600", SETTINGS)
    elif lines:
        settings(lines)
    else:
        settings("")
        machine.run("sed", "--in-place", "s/certificate.pem/nothing.pem/", SETTINGS)
    machine.run("systemctl", "reload", SERVICE, code=1)
    assert reason in machine.show(SERVICE, "StatusText")
    for user, before in _USERS.items():
        said = _say(machine, *before, "weir", "reload", "--config", SETTINGS, code=1)
        assert reason in said and said.count("\n") == 1, user
        # What only looks does not need the settings.
        machine.run(*before, "weir", "status", "--config", SETTINGS)
    assert machine.show(SERVICE, "ActiveState") == "active"
    assert is_serving(certificate)


# Settings in the environment file


def test_commands_see_what_only_the_service_is_given(
    machine: Machine, environment: Callable[[str], None]
) -> None:
    """So nobody adds accounts where the service does not look."""
    elsewhere = f"{DATA}/elsewhere.sqlite"
    environment(f'# Ours.\nWEIR_ACCOUNTS="sqlite:{elsewhere}"\n')
    machine.run("systemctl", "restart", SERVICE)
    machine.run("weir", "user", "add", "carol", "--config", SETTINGS, stdin="seven boats on a weir\n")
    assert "carol" in machine.run("weir", "user", "list", "--accounts", f"sqlite:{elsewhere}")
    shown = machine.run("weir", "check-config", "--config", SETTINGS)
    assert re.search(rf"accounts +\S*{elsewhere} +{_ENVIRONMENT}:2\n", shown)
    # Who cannot see them is told, instead of being given others.
    said = _say(machine, *_USERS["weir"], "weir", "user", "list", "--config", SETTINGS, code=1)
    assert _ENVIRONMENT in said and "run this as root" in said and said.count("\n") == 1
    machine.run("rm", _ENVIRONMENT)
    machine.run("systemctl", "restart", SERVICE)
    assert "carol" not in machine.run("weir", "user", "list", "--config", SETTINGS)


@pytest.mark.parametrize("text", [
    "/a b", '"/a # b" ', "'/a\\'", "/a\\\nb", '"/a\\"b\\$\\c"', '"/a" \'b\' c ', "/a\"b\"", "/a;b # c",
])
def test_the_environment_file_is_read_as_systemd_does(
    machine: Machine, environment: Callable[[str], None], text: str
) -> None:
    environment(f"; x\nWEIR_CONTROL={text}\nWEIR_GRACE=7\n")
    theirs = machine.run(
        "systemd-run", "--quiet", "--wait", "--pipe", f"--property=EnvironmentFile={_ENVIRONMENT}", "env")
    wanted = re.search(r"(?m)^WEIR_CONTROL=(.*)$", theirs)
    assert wanted and "WEIR_GRACE=7" in theirs
    shown = machine.run("weir", "check-config", "--config", SETTINGS)
    assert re.search(rf"(?m)^control +{re.escape(wanted[1])} +{_ENVIRONMENT}:2$", shown), shown
    assert re.search(r"(?m)^grace +7 ", shown)


# Two Weirs


def test_commands_ask_the_weir_that_they_are_told_of(machine: Machine) -> None:
    """And no other one when that one does not run."""
    folder = "/var/lib/second"
    machine.run("install", "-d", "-o", "weir", folder)
    settings = machine.run("cat", SETTINGS).replace(DATA, folder)
    file = "/etc/weir/second.toml"
    machine.run("tee", file, stdin=settings + 'listen = "127.0.0.1:8444"\nadmin = "off"\n')
    machine.run(
        "systemd-run", "--quiet", "--unit=second", "--service-type=notify", "--property=User=weir",
        "weir", "serve", "--config", file)
    def process(*arguments: str) -> int:
        shown = json.loads(machine.run("weir", "status", "--json", *arguments))
        return int(shown["server"]["pid"])
    second = int(machine.show("second.service", "MainPID"))
    first = int(machine.show(SERVICE, "MainPID"))
    assert process("--config", file) == process("--data", folder) == second
    assert process() == process("--config", SETTINGS) == first
    machine.run("systemctl", "stop", "second.service")
    said = _say(machine, "weir", "drain", "--config", file, code=1)
    assert f"no weir listens at {folder}/control" in said
    assert int(machine.show(SERVICE, "MainPID")) == first


# Ports below 1024


@pytest.fixture
def port_80(
    machine: Machine, settings: Callable[[str], None]
) -> Iterator[None]:
    """As docs/operations.md has it."""
    settings(f'http-redirect = ":80"\nacme-webroot = "{_WEBROOT}"\n')
    machine.run("mkdir", "-p", f"{_WEBROOT}/.well-known/acme-challenge")
    machine.run("systemctl", "enable", REDIRECT)
    machine.run("systemctl", "restart", SERVICE)
    yield
    machine.run("systemctl", "disable", "--now", REDIRECT)
    machine.run("rm", "-r", _WEBROOT)


def _plain(path: str, host: str = "127.0.0.1") -> curl.Answer:
    return curl.request("GET", f"http://{host}{path}", Path("/dev/null"))


def test_systemd_opens_port_80_for_the_redirect_and_challenges(
    machine: Machine, certificate: Path, port_80: None
) -> None:
    machine.run("tee", f"{_WEBROOT}/.well-known/acme-challenge/token", stdin="the answer")
    def check() -> None:
        for host in ("127.0.0.1", "[::1]"):
            assert _plain("/alice", host).status == 308
            assert _plain("/alice", host).headers["location"] == f"https://{host}:8443/alice"
        assert _plain("/.well-known/acme-challenge/token").body == b"the answer"
        assert is_serving(certificate)
    check()
    machine.run("systemctl", "reload", SERVICE)
    check()
    machine.run("weir", "upgrade")
    check()
    machine.run("systemctl", "restart", SERVICE)
    check()
    # Whoever stops the one socket stops both, and nothing starts the service again.
    machine.run("systemctl", "stop", SERVICE, SOCKET)
    assert machine.show(REDIRECT, "ActiveState") == "inactive"
    assert _plain("/alice").status == 0
    machine.run("systemctl", "start", SERVICE)
    check()


def test_without_that_socket_it_says_what_to_do(
    machine: Machine, settings: Callable[[str], None]
) -> None:
    settings('http-redirect = ":80"\n')
    machine.run("systemctl", "restart", SERVICE, code=1)
    said = [entry["MESSAGE"] for entry in machine.journal(SERVICE) if entry["_PID"] != "1"]
    assert said[-1].startswith("weir: cannot listen on ") and REDIRECT in said[-1]
    machine.run("systemctl", "stop", SERVICE)


def test_tls_is_on_port_443_when_the_socket_says_so(machine: Machine, certificate: Path) -> None:
    """As docs/install.md has it."""
    folder = f"/run/systemd/system/{SOCKET}.d"
    machine.run("mkdir", "-p", folder)
    machine.run("tee", f"{folder}/override.conf", stdin=(
        "[Socket]\nListenStream=\nListenStream=0.0.0.0:443\nListenStream=[::]:443\n"))
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", SOCKET)
    wait_until(lambda: machine.show(SERVICE, "SubState") == "running", "the service")
    for host in ("127.0.0.1", "[::1]"):
        assert curl.request("GET", f"https://{host}/api/streams", certificate).status == 200
    machine.run("rm", "-r", folder)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", SOCKET)
    assert is_serving(certificate)
