"""systemd: socket activation, notifications, the watchdog, and the unit files."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from weir.handovers import upgrade
from weir.hls import connected_to_all_workers
from weir.places import REPOSITORY
from weir.ports import free_port
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.systemd import NotifySocket, launcher
from weir.waiting import PATIENCE_S

Start = Callable[..., Server]
_UNITS = REPOSITORY / "deploy" / "systemd"


def test_it_serves_on_a_socket_that_it_was_given(start_server: Start) -> None:
    port = free_port()
    server = start_server(port=port, launcher=launcher(port))
    assert server.get("/api/streams").status == 200
    assert server.stop() == 0


def test_workers_do_not_inherit_what_tells_about_the_socket(start_server: Start) -> None:
    port = free_port()
    server = start_server(port=port, launcher=launcher(port))
    for pid in server.workers().values():
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"LISTEN_FDS" not in environment and b"LISTEN_PID" not in environment


def test_it_notifies_when_it_is_ready_and_when_it_stops(
    start_server: Start, tmp_path: Path
) -> None:
    with NotifySocket(tmp_path / "notify") as notify:
        server = start_server(wait=False, environment={"NOTIFY_SOCKET": str(notify.path)})
        server.launch()
        notify.wait_for("READY=1")
        assert any(line.startswith("STATUS=") for line in notify.said)
        assert server.get("/api/streams").status == 200, "ready means ready"
        assert server.stop() == 0
        notify.wait_for("STOPPING=1")
        assert notify.said.index("READY=1") < notify.said.index("STOPPING=1")


def test_it_is_not_ready_before_every_worker_is(start_server: Start, tmp_path: Path) -> None:
    with NotifySocket(tmp_path / "notify") as notify:
        server = start_server(
            wait=False, workers=4, environment={"NOTIFY_SOCKET": str(notify.path)}
        )
        server.launch()
        notify.wait_for("READY=1")
        assert len(server.workers()) == 4


def test_it_feeds_the_watchdog(start_server: Start, tmp_path: Path) -> None:
    with NotifySocket(tmp_path / "notify") as notify:
        start_server(environment={"NOTIFY_SOCKET": str(notify.path), "WATCHDOG_USEC": "1000000"})
        notify.wait_for("WATCHDOG=1", times=4)


def test_a_successor_feeds_the_watchdog_at_once(start_server: Start, tmp_path: Path) -> None:
    """However fast upgrades follow each other: what is allowed has begun with a predecessor's last word."""
    ten_minutes = "600000000"
    with NotifySocket(tmp_path / "notify") as notify:
        server = start_server(
            environment={"NOTIFY_SOCKET": str(notify.path), "WATCHDOG_USEC": ten_minutes})
        server.wait_for_all_workers()
        for fed in (1, 2, 3):
            notify.wait_for("WATCHDOG=1", times=fed)
            if fed < 3:
                upgrade(server)


def test_an_abstract_notify_socket_works(start_server: Start, tmp_path: Path) -> None:
    name = f"weir-test-{os.getpid()}-{free_port()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as abstract:
        abstract.bind("\0" + name)
        abstract.settimeout(PATIENCE_S)
        start_server(environment={"NOTIFY_SOCKET": "@" + name})
        heard = ""
        while "READY=1" not in heard:
            heard += abstract.recv(4096).decode() + "\n"


def test_signals_that_are_not_for_them_end_neither_the_supervisor_nor_workers(start_server: Start) -> None:
    """A reload and an upgrade are the supervisor's business (test_reload.py, test_upgrade.py)."""
    server = start_server()
    workers = server.wait_for_all_workers()
    os.kill(server.pid, signal.SIGPIPE)
    for number in (signal.SIGHUP, signal.SIGUSR2, signal.SIGPIPE):
        for pid in workers.values():
            os.kill(pid, number)
    with connected_to_all_workers(server):
        assert server.workers() == workers


def test_its_data_directory_may_be_a_link(
    start_server: Start, publish: Callable[..., Publisher], name: str, tmp_path: Path
) -> None:
    """As /var/lib/weir was under DynamicUser=, for the supervisor and for the workers."""
    data, link = tmp_path / "private", tmp_path / "link"
    data.mkdir()
    link.symlink_to(data)
    server = start_server(data=link)
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    assert (data / "live" / name / "ring.v3").is_file()
    assert (data / "lock").read_text() == f"{server.pid}\n"


def test_the_units_are_clean(tmp_path: Path, weir_binaries: Path) -> None:
    """ExecStart names a path that exists only after installation, so copies point to the build."""
    units = sorted(_UNITS.glob("weir*.s*"))
    assert {unit.name for unit in units} == {
        "weir.service", "weir.socket", "weir-redirect.socket"}
    for unit in units:
        lines = []
        for line in unit.read_text().splitlines():
            key, _, value = line.partition("=")
            if key in ("ExecStart", "ExecStartPre", "ExecReload") and "/weir" in value.split()[0]:
                line = f"{key}={weir_binaries / 'weir'} {' '.join(value.split()[1:])}"
            lines.append(line)
        (tmp_path / unit.name).write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / u.name) for u in units)],
        capture_output=True, text=True,
    )
    about_ours = [line for line in done.stderr.splitlines() if "weir" in line]
    assert done.returncode == 0 and not about_ours, done.stderr


def test_the_service_is_of_type_notify_with_a_watchdog_and_its_socket() -> None:
    service = (_UNITS / "weir.service").read_text()
    for line in ("Type=notify", "WatchdogSec=", "LimitNOFILE=", "StateDirectory=weir"):
        assert line in service
    assert "ListenStream=" in (_UNITS / "weir.socket").read_text()
