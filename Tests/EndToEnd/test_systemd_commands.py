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
    DATA, REDIRECT, SERVICE, SETTINGS, SOCKET, Broadcast, is_serving, supervisor,
)
from weir.machine import Machine
from weir.waiting import wait_until

pytestmark = [pytest.mark.systemd, pytest.mark.usefixtures("running_service")]

_ENVIRONMENT = "/etc/weir/environment"
_WEBROOT = "/var/lib/weir-acme"


@pytest.fixture
def settings(booted: Machine) -> Iterator[Callable[[str], None]]:
    """Add lines to the file of settings until the test ends."""
    before = booted.run("cat", SETTINGS)
    def add(lines: str) -> None:
        booted.run("tee", SETTINGS, stdin=before + lines)
    yield add
    booted.run("tee", SETTINGS, stdin=before)
    booted.run("chmod", "640", SETTINGS)
    booted.run("systemctl", "restart", SERVICE)


@pytest.fixture
def environment(booted: Machine) -> Iterator[Callable[[str], None]]:
    """Write the environment file, for root alone."""
    def write(text: str) -> None:
        booted.run("install", "-m", "600", "/dev/null", _ENVIRONMENT)
        booted.run("tee", _ENVIRONMENT, stdin=text)
    yield write
    booted.run("rm", "-f", _ENVIRONMENT)


def _say(booted: Machine, *command: str, code: int) -> str:
    """All that a command says."""
    return booted.run("sh", "-c", 'exec "$@" 2>&1', "sh", *command, code=code)


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


def _words(booted: Machine, words: list[str]) -> list[str]:
    if "WORKER" not in words:
        return words
    shown = json.loads(booted.run("weir", "status", "--json"))["workers"]
    serving = next(str(one["slot"]) for one in shown if one["state"] == "serving")
    return [serving if word == "WORKER" else word for word in words]


@pytest.mark.parametrize("user", _USERS)
@pytest.mark.parametrize("what", _COMMANDS)
def test_a_command_works_under_the_units_confinement(
    booted: Machine, user: str, what: str
) -> None:
    words, code, said = _COMMANDS[what]
    command = [*_USERS[user], "weir", *_words(booted, words)]
    wait_until(lambda: '"state":"starting"' not in booted.run("weir", "status", "--json"), "workers")
    assert re.search(said, _say(booted, *command, code=code))
    assert booted.show(SERVICE, "ActiveState") == "active"


@pytest.mark.parametrize("what", _COMMANDS)
def test_a_stranger_is_told_in_one_line_what_to_do(booted: Machine, what: str) -> None:
    said = _say(booted, *_STRANGER, "weir", *_words(booted, _COMMANDS[what][0]), code=1)
    assert said.startswith("weir: ") and said.count("\n") == 1
    assert "as root" in said or "permission denied" in said


@pytest.mark.parametrize("user", _USERS)
def test_top_draws_its_screen(booted: Machine, user: str) -> None:
    words = " ".join([*_USERS[user], "weir", "top"])
    shown = booted.run(
        "sh", "-c",
        # Until it takes one: what is typed before it begins is dropped.
        f"while echo q; do sleep 0.1; done | script --quiet --return --command '{words}' /dev/null")
    assert "workers serve" in shown and "q: quit" in shown


def test_the_log_says_who_has_ended_a_broadcast(
    booted: Machine, booted_certificate: Path, tmp_path: Path
) -> None:
    broadcast = Broadcast(booted, booted_certificate, tmp_path)
    users = {"root": 0, "weir": os.stat(f"/proc/{supervisor(booted)}").st_uid}
    for user, before in _USERS.items():
        broadcast.begin()
        booted.run(*before, "weir", "kick", broadcast.name)
        broadcast.end()
        last = [line for line in _log_lines(booted) if line.get("event") == "operator-acts"][-1]
        assert last["metadata"]["by"] == f"user {users[user]}"
        assert last["metadata"]["stream"] == broadcast.name


def _log_lines(booted: Machine) -> list[dict[str, dict[str, str]]]:
    lines = [entry["MESSAGE"] for entry in booted.journal(SERVICE)]
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
    booted: Machine, booted_certificate: Path, settings: Callable[[str], None], fault: str
) -> None:
    lines, reason = _FAULTS[fault]
    if lines is None:
        booted.run("chmod", "600", SETTINGS)
    elif lines:
        settings(lines)
    else:
        settings("")
        booted.run("sed", "--in-place", "s/certificate.pem/nothing.pem/", SETTINGS)
    booted.run("systemctl", "reload", SERVICE, code=1)
    assert reason in booted.show(SERVICE, "StatusText")
    for user, before in _USERS.items():
        said = _say(booted, *before, "weir", "reload", "--config", SETTINGS, code=1)
        assert reason in said and said.count("\n") == 1, user
        # What only looks does not need the settings.
        booted.run(*before, "weir", "status", "--config", SETTINGS)
    assert booted.show(SERVICE, "ActiveState") == "active"
    assert is_serving(booted_certificate)


# Settings in the environment file


def test_commands_see_what_only_the_service_is_given(
    booted: Machine, environment: Callable[[str], None]
) -> None:
    """So nobody adds accounts where the service does not look."""
    elsewhere = f"{DATA}/elsewhere.sqlite"
    environment(f'# Ours.\nWEIR_ACCOUNTS="sqlite:{elsewhere}"\n')
    booted.run("systemctl", "restart", SERVICE)
    booted.run("weir", "user", "add", "carol", "--config", SETTINGS, stdin="seven boats on a weir\n")
    assert "carol" in booted.run("weir", "user", "list", "--accounts", f"sqlite:{elsewhere}")
    shown = booted.run("weir", "check-config", "--config", SETTINGS)
    assert re.search(rf"accounts +\S*{elsewhere} +{_ENVIRONMENT}:2\n", shown)
    # Who cannot see them is told, instead of being given others.
    said = _say(booted, *_USERS["weir"], "weir", "user", "list", "--config", SETTINGS, code=1)
    assert _ENVIRONMENT in said and "run this as root" in said and said.count("\n") == 1
    booted.run("rm", _ENVIRONMENT)
    booted.run("systemctl", "restart", SERVICE)
    assert "carol" not in booted.run("weir", "user", "list", "--config", SETTINGS)


@pytest.mark.parametrize("text", [
    "/a b", '"/a # b" ', "'/a\\'", "/a\\\nb", '"/a\\"b\\$\\c"', '"/a" \'b\' c ', "/a\"b\"", "/a;b # c",
])
def test_the_environment_file_is_read_as_systemd_does(
    booted: Machine, environment: Callable[[str], None], text: str
) -> None:
    environment(f"; x\nWEIR_CONTROL={text}\nWEIR_GRACE=7\n")
    theirs = booted.run(
        "systemd-run", "--quiet", "--wait", "--pipe", f"--property=EnvironmentFile={_ENVIRONMENT}", "env")
    wanted = re.search(r"(?m)^WEIR_CONTROL=(.*)$", theirs)
    assert wanted and "WEIR_GRACE=7" in theirs
    shown = booted.run("weir", "check-config", "--config", SETTINGS)
    assert re.search(rf"(?m)^control +{re.escape(wanted[1])} +{_ENVIRONMENT}:2$", shown), shown
    assert re.search(r"(?m)^grace +7 ", shown)


# Two Weirs


def test_commands_ask_the_weir_that_they_are_told_of(booted: Machine) -> None:
    """And no other one when that one does not run."""
    folder = "/var/lib/second"
    booted.run("install", "-d", "-o", "weir", folder)
    settings = booted.run("cat", SETTINGS).replace(DATA, folder)
    file = "/etc/weir/second.toml"
    booted.run("tee", file, stdin=settings + 'listen = "127.0.0.1:8444"\nadmin = "off"\n')
    booted.run(
        "systemd-run", "--quiet", "--unit=second", "--service-type=notify", "--property=User=weir",
        "weir", "serve", "--config", file)
    def process(*arguments: str) -> int:
        shown = json.loads(booted.run("weir", "status", "--json", *arguments))
        return int(shown["server"]["pid"])
    second = int(booted.show("second.service", "MainPID"))
    first = int(booted.show(SERVICE, "MainPID"))
    assert process("--config", file) == process("--data", folder) == second
    assert process() == process("--config", SETTINGS) == first
    booted.run("systemctl", "stop", "second.service")
    said = _say(booted, "weir", "drain", "--config", file, code=1)
    assert f"no weir listens at {folder}/control" in said
    assert int(booted.show(SERVICE, "MainPID")) == first


# Ports below 1024


@pytest.fixture
def port_80(
    booted: Machine, settings: Callable[[str], None]
) -> Iterator[None]:
    """As docs/operations.md has it."""
    settings(f'http-redirect = ":80"\nacme-webroot = "{_WEBROOT}"\n')
    booted.run("mkdir", "-p", f"{_WEBROOT}/.well-known/acme-challenge")
    booted.run("systemctl", "enable", REDIRECT)
    booted.run("systemctl", "restart", SERVICE)
    yield
    booted.run("systemctl", "disable", "--now", REDIRECT)
    booted.run("rm", "-r", _WEBROOT)


def _plain(path: str, host: str = "127.0.0.1") -> curl.Answer:
    return curl.request("GET", f"http://{host}{path}", Path("/dev/null"))


def test_systemd_opens_port_80_for_the_redirect_and_challenges(
    booted: Machine, booted_certificate: Path, port_80: None
) -> None:
    booted.run("tee", f"{_WEBROOT}/.well-known/acme-challenge/token", stdin="the answer")
    def check() -> None:
        for host in ("127.0.0.1", "[::1]"):
            assert _plain("/alice", host).status == 308
            assert _plain("/alice", host).headers["location"] == f"https://{host}:8443/alice"
        assert _plain("/.well-known/acme-challenge/token").body == b"the answer"
        assert is_serving(booted_certificate)
    check()
    booted.run("systemctl", "reload", SERVICE)
    check()
    booted.run("weir", "upgrade")
    check()
    booted.run("systemctl", "restart", SERVICE)
    check()
    # Whoever stops the one socket stops both, and nothing starts the service again.
    booted.run("systemctl", "stop", SERVICE, SOCKET)
    assert booted.show(REDIRECT, "ActiveState") == "inactive"
    assert _plain("/alice").status == 0
    booted.run("systemctl", "start", SERVICE)
    check()


def test_without_that_socket_it_says_what_to_do(
    booted: Machine, settings: Callable[[str], None]
) -> None:
    settings('http-redirect = ":80"\n')
    booted.run("systemctl", "restart", SERVICE, code=1)
    said = [entry["MESSAGE"] for entry in booted.journal(SERVICE) if entry["_PID"] != "1"]
    assert said[-1].startswith("weir: cannot listen on ") and REDIRECT in said[-1]
    booted.run("systemctl", "stop", SERVICE)


def test_tls_is_on_port_443_when_the_socket_says_so(booted: Machine, booted_certificate: Path) -> None:
    """As docs/install.md has it."""
    folder = f"/run/systemd/system/{SOCKET}.d"
    booted.run("mkdir", "-p", folder)
    booted.run("tee", f"{folder}/override.conf", stdin=(
        "[Socket]\nListenStream=\nListenStream=0.0.0.0:443\nListenStream=[::]:443\n"))
    booted.run("systemctl", "daemon-reload")
    booted.run("systemctl", "restart", SOCKET)
    wait_until(lambda: booted.show(SERVICE, "SubState") == "running", "the service")
    for host in ("127.0.0.1", "[::1]"):
        assert curl.request("GET", f"https://{host}/api/streams", booted_certificate).status == 200
    booted.run("rm", "-r", folder)
    booted.run("systemctl", "daemon-reload")
    booted.run("systemctl", "restart", SOCKET)
    assert is_serving(booted_certificate)
