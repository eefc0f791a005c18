"""Weir as it is installed on a machine that is booted for it: its package, its units, its processes,
`weir user`, somebody on air."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from . import curl, package, processes
from .accounts import when_not_too_busy
from .debian_tree import Unavailable
from .machine import Machine, boot
from .publisher import Publisher
from .recordings import LASTING_S, record
from .viewer import Viewer
from .waiting import wait_until

SERVICE, SOCKET, REDIRECT = "weir.service", "weir.socket", "weir-redirect.socket"
DATA = "/var/lib/weir"
SETTINGS = "/etc/weir/weir.toml"
URL = "https://localhost:8443"


def log(machine: Machine, *arguments: str) -> str:
    """What the journal has about the service."""
    return machine.run("journalctl", "--no-pager", f"--unit={SERVICE}", *arguments)


@contextmanager
def machine_for(packed: Path, folder: Path, binds: dict[Path, str]) -> Iterator[Machine]:
    """A machine with what a package depends on, and these folders. What the clients of this process
    ask for is asked there. Where no machine can be booted, tests are skipped."""
    mounts = Path("/proc/self/mountinfo").read_text()
    try:
        machine = boot(folder, binds, package.dependencies(packed))
    except Unavailable as reason:
        if os.environ.get("WEIR_SYSTEMD") == "required":
            raise
        pytest.skip(str(reason))
    outside = curl.within
    try:
        curl.within = machine.within
        yield machine
    finally:
        curl.within = outside
        machine.stop()
    assert Path("/proc/self/mountinfo").read_text() == mounts, "a mount was left behind"
    assert not machine.processes_of(SERVICE), "a process was left behind"


@contextmanager
def machine_with_weir(folder: Path) -> Iterator[Machine]:
    """A machine with Weir installed and enabled."""
    packed = package.make()
    with machine_for(packed, folder, {packed.parent: "/packages"}) as booted:
        apt(booted, "install", f"/packages/{packed.name}")
        # Lets a test of the end wait for less.
        booted.run("sh", "-c", f"echo stop-timeout = 2 >>{SETTINGS}")
        try:
            booted.run("systemctl", "enable", "--now", "weir")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{log(booted)}") from failure
        yield booted


def apt(machine: Machine, *arguments: str) -> str:
    """apt-get as docs/install.md has it, with nobody to answer questions; settings that were changed
    stay; not waiting for the disk. Returns everything that was said."""
    return machine.run(
        "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c",
        'exec apt-get --quiet --yes -o Dpkg::Options::=--force-confold '
        '-o Dpkg::Options::=--force-unsafe-io "$@" 2>&1', "apt", *arguments)


def authority(machine: Machine, folder: Path) -> Path:
    """The certificate that the package has made, for clients to trust."""
    file = folder / "certificate.pem"
    file.write_text(machine.run("cat", "/etc/weir/certificate.pem"))
    return file


def weir_user(machine: Machine, *arguments: str, stdin: str = "") -> str:
    """As docs/operations.md has it."""
    return machine.run(
        "weir", "user", *arguments, "--config", "/etc/weir/weir.toml", stdin=stdin)


def is_serving(certificate: Path) -> bool:
    return curl.request("GET", f"{URL}/api/streams", certificate).status == 200


def supervisor(machine: Machine) -> int:
    """The supervisor, by its number outside."""
    return next(pid for pid in machine.processes_of(SERVICE) if not _is_worker(pid))


def workers(machine: Machine) -> list[int]:
    """The workers, by their numbers outside."""
    return [pid for pid in machine.processes_of(SERVICE) if _is_worker(pid)]


def _is_worker(pid: int) -> bool:
    return "".join(processes.command_line(pid)[:1]).endswith("/weir-worker")


def wait_for_new_start(machine: Machine, old: int) -> None:
    """Until systemd has another supervisor in place of this one (by its number inside), ready."""
    wait_until(
        lambda: machine.show(SERVICE, "ActiveState") == "active"
        and int(machine.show(SERVICE, "MainPID")) not in (0, old),
        "a supervisor in place of the one that ended", every_s=0.1,
    )


# Runs as `python -c CROWD PORT CERTIFICATE`: comes again and again, and stays.
_CROWD = """
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
crowd = []
while True:
    try:
        plain = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
        crowd.append(context.wrap_socket(plain, server_hostname="localhost"))
    except OSError:
        pass  # the worker died at this moment
"""


@contextmanager
def growing_crowd(machine: Machine, certificate: Path) -> Iterator[None]:
    """More and more clients that are connected to the service and say nothing."""
    limit = ["prlimit", "--nofile=16384:"]
    crowd = subprocess.Popen(
        [*machine.within, *limit, sys.executable, "-c", _CROWD, "8443", str(certificate)])
    try:
        yield
        assert crowd.poll() is None, "the crowd has ended"
    finally:
        crowd.kill()
        crowd.wait()


class Broadcast:
    """Somebody who signs up and broadcasts with a key, and a viewer."""

    def __init__(self, machine: Machine, certificate: Path, folder: Path) -> None:
        self.name = f"user-{secrets.token_hex(4)}"
        self._password = secrets.token_urlsafe(12)
        self.authority, self._folder = certificate, folder
        assert self._tell("/signup").status == 201
        self._key = weir_user(machine, "key", self.name).strip()
        self._clients: list[Publisher | Viewer] = []

    def begin(self) -> tuple[Publisher, Viewer]:
        """Be live, and watched; also again, when the server was away."""
        self.end()
        wait_until(lambda: self.state != "live", f"{self.name} to be off the air")
        url, headers = f"{URL}/{self.name}/live", {"authorization": f"Bearer {self._key}"}
        publisher = Publisher(url, self.authority, self._folder, headers=headers)
        self._clients.append(publisher.play(record(seconds=LASTING_S)))
        wait_until(lambda: self.state == "live", f"{self.name} to be live")
        file = self._folder / f"viewer-{secrets.token_hex(4)}.webm"
        viewer = Viewer(url, self.authority, file)
        self._clients.append(viewer)
        viewer.wait_for_more()
        return publisher, viewer

    def sign_in(self) -> curl.Answer:
        return self._tell("/login")

    def _tell(self, path: str) -> curl.Answer:
        return when_not_too_busy(lambda: curl.request(
            "POST", f"{URL}{path}", self.authority,
            headers={"content-type": "application/json"},
            body=json.dumps({"username": self.name, "password": self._password}).encode(),
        ))

    @property
    def state(self) -> str | None:
        answer = curl.request("GET", f"{URL}/api/streams", self.authority)
        streams = answer.json()["streams"] if answer.status == 200 else []
        return next((one["state"] for one in streams if one["name"] == self.name), None)

    def end(self) -> None:
        for client in self._clients:
            client.__exit__()
        self._clients.clear()
