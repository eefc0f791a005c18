"""Weir as it is installed on a machine: its units, its processes, `weir user`, somebody on air."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path

from . import curl, processes
from .certificate import Certificate
from .machine import Machine
from .places import REPOSITORY
from .publisher import Publisher
from .recordings import record
from .viewer import Viewer
from .waiting import wait_until

SERVICE, SOCKET = "weir.service", "weir.socket"
DATA = "/var/lib/weir"
_URL = "https://localhost:8443"


def log(machine: Machine, *arguments: str) -> str:
    """What the journal has about the service."""
    return machine.run("journalctl", "--no-pager", f"--unit={SERVICE}", *arguments)


def install(machine: Machine) -> None:
    """With the commands of docs/operations.md."""
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    commands = re.search(r"```sh\n(install .*?)```", text, re.DOTALL)
    assert commands, "docs/operations.md does not say how to install the units"
    machine.run("sh", "-e", "-c", f"cd /install\n{commands[1]}")


def weir_user(machine: Machine, *arguments: str, stdin: str = "") -> str:
    """As docs/operations.md has it."""
    return machine.run(
        "env", f"WEIR_DATA={DATA}", "weir", "user", *arguments, "--config", "/etc/weir/weir.toml",
        stdin=stdin,
    )


def is_serving(authority: Path) -> bool:
    return curl.request("GET", f"{_URL}/api/streams", authority).status == 200


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


class Broadcast:
    """Somebody with an account of root's making who broadcasts with a key, and a viewer."""

    def __init__(self, machine: Machine, certificate: Certificate, folder: Path) -> None:
        self.name = f"user-{secrets.token_hex(4)}"
        self._password = secrets.token_urlsafe(12)
        weir_user(machine, "add", self.name, stdin=self._password + "\n")
        self._key = weir_user(machine, "key", self.name).strip()
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
