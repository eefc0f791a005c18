"""`weir status`, `top`, `kick` and `drain`, and the control socket behind them."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import tempfile
import termios
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from weir.admin import ask as ask_admin
from weir.in_time import Pace, in_time
from weir.limits import limit_s
from weir.operators import NOBODY, ask, command, connect, control, environment, status
from weir.places import binaries
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]


@pytest.fixture
def world() -> Iterator[Path]:
    """A folder with the program, where everybody may look."""
    folder = Path(tempfile.mkdtemp(prefix="weir-world-"))
    folder.chmod(0o755)
    shutil.copy(binaries() / "weir", folder / "weir")
    (folder / "weir").chmod(0o755)
    yield folder / "weir"
    shutil.rmtree(folder)


# Status


def test_the_status_has_server_workers_and_streams(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server()
    server.wait_for_all_workers()
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(1)

    def whole() -> dict[str, Any] | None:
        """All of it at one moment: each worker tells its part for itself."""
        shown = status(server)
        streams = [(s["name"], s["state"], s["publisher"], s["webmViewers"]) for s in shown["streams"] or []]
        workers = [(w["state"], w["viewers"]) for w in shown["workers"]]
        is_watched = sorted(workers) == [("serving", 0), ("serving", 1)]
        return shown if is_watched and streams == [(name, "live", "sending", 1)] else None

    shown = wait_until(whole, "the broadcast and its viewer")
    assert shown["server"]["pid"] == server.pid
    assert shown["server"]["wantedWorkers"] == 2
    assert shown["server"]["generation"] == 1
    assert {w["pid"] for w in shown["workers"]} == set(server.workers().values())
    assert all(w["memoryBytes"] > 0 and w["cpuMs"] >= 0 for w in shown["workers"])
    # The admin listener says the same.
    assert ask_admin(server, "/status").json()["streams"][0]["name"] == name

    def told() -> bool:
        text = command(server, "status")
        assert text.returncode == 0 and "2 of 2 workers serve" in text.stdout, text
        return re.search(rf"^ok +{name} +sending ", text.stdout, re.MULTILINE) is not None

    wait_until(told, "a line about the broadcast")
    viewer.stop()


def test_the_supervisor_answers_when_all_workers_are_dead_or_stopped(start_server: Start) -> None:
    server = start_server()
    stopped = server.wait_for_all_workers()
    for pid in stopped.values():
        server.expected_deaths.add(pid)
        os.kill(pid, signal.SIGSTOP)
    # One command waits for a worker longer than it takes to find out that it hangs.
    text = command(server, "status")
    assert text.returncode == 0, text.stderr
    assert f"pid {server.pid}" in text.stdout
    server.wait_for_all_workers(without=stopped[0])
    for pid in server.wait_for_all_workers(without=stopped[1]).values():
        server.expected_deaths.add(pid)
        os.kill(pid, signal.SIGKILL)
    assert ask(server, b'{"do":"status"}\n')[-1]["server"]["pid"] == server.pid
    server.wait_for_all_workers()


# The socket


def test_only_root_and_the_servers_user_may_use_the_socket(
    server: Server, world: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    path = control(server)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    refused = command(server, "status", user=NOBODY, program=world)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1 and "no permission" in refused.stderr
    assert "sudo" in refused.stderr
    # Even where the file would let them.
    folders = [f for f in path.parents if not f.stat().st_mode & 1]
    modes = {f: f.stat().st_mode for f in [*folders, path]}
    try:
        for folder in folders:
            folder.chmod(modes[folder] | 0o011)
        path.chmod(0o666)
        refused = command(server, "status", user=NOBODY, program=world)
        assert refused.returncode == 1
        assert refused.stderr.count("\n") == 1 and "only root and the user" in refused.stderr
    finally:
        for each, mode in modes.items():
            each.chmod(stat.S_IMODE(mode))


@pytest.mark.parametrize(
    "line", [b"{\n", b'{"do":"dance"}\n', b'{"do":"drain","worker":64}\n', b"{" * 5000])
def test_what_is_no_request_is_refused_with_a_reason(server: Server, line: bytes) -> None:
    answer = ask(server, line)
    assert [each["done"] for each in answer] == [False] and answer[0]["reason"]


def test_clients_that_do_nothing_are_in_nobodys_way_for_long(server: Server) -> None:
    """They are as many as there may be."""
    idle: list[socket.socket] = []

    def has_room() -> bool:
        return bool(ask(server, b'{"do":"status"}\n')[-1]["done"])

    def come(number: int, pace: Pace) -> bytes:
        while idle:
            idle.pop().close()
        wait_until(has_room, "those of before to be gone")
        pace.begin()
        idle.extend(connect(server) for _ in range(17))
        return idle[-1].recv(4096)

    assert b"busy" in in_time(limit_s("operatorPatienceMs") - 1, come)
    idle[0].close()
    wait_until(has_room, "room for others")
    slow = connect(server)
    slow.sendall(b'{"do":')
    # Both are let go after some seconds, without an answer.
    assert idle[1].recv(10) == b"" and slow.recv(10) == b""
    assert server.get("/api/streams").status == 200
    for connection in [*idle, slow]:
        connection.close()


@pytest.mark.parametrize("request_, answer", [
    (b'{"do":"status"}\n', b'"done":true'),
    (b'{"do":"status"}', b'"done":true'),
    (b'{"do":"drain","worker":63}', b'"done":false'),
    (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 200"),
])
def test_a_client_that_says_it_sends_nothing_more_gets_its_answer(
    server: Server, request_: bytes, answer: bytes
) -> None:
    with connect(server) as connection:
        connection.sendall(request_)
        connection.shutdown(socket.SHUT_WR)
        assert answer in b"".join(iter(lambda: connection.recv(65536), b""))


def test_it_gets_one_that_takes_its_time_too(start_server: Start) -> None:
    """As `nc -N` and `socat` ask."""
    server = start_server()
    server.expected_deaths.update(server.wait_for_all_workers().values())
    wait_until(lambda: ask_admin(server, "/readyz").status == 200, "all workers to serve")
    with connect(server) as connection:
        connection.sendall(b'{"do":"reload"}\n')
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b'"done":true' in answer
    asked = wait_until(
        lambda: [each for each in server.log_records() if each.get("event") == "operator-acts"],
        "a line about it")
    assert [each["metadata"] for each in asked] == [
        {"for": "reload", "by": f"user {os.geteuid()}"}]


def test_http_over_the_socket_goes_to_a_worker(server: Server) -> None:
    for path, code in [("/healthz", b"200"), ("/metrics", b"200"), ("/status", b"200"),
                       ("/nothing", b"404")]:
        with connect(server) as connection:
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            assert b"".join(iter(lambda: connection.recv(65536), b"")).startswith(
                b"HTTP/1.1 " + code)


def test_a_socket_that_a_dead_server_left_is_replaced_and_a_long_path_will_do(
    start_server: Start, tmp_path: Path
) -> None:
    deep = tmp_path / ("d" * 80) / ("e" * 80)
    deep.mkdir(parents=True)
    server = start_server(data=deep / "data")
    assert len(str(control(server))) > 160
    server.kill_supervisor()
    assert control(server).exists()
    again = start_server(data=server.data, port=server.port)
    assert status(again)["server"]["pid"] == again.pid
    again.stop()
    assert not control(again).exists()
    gone = command(again, "status")
    assert gone.returncode == 1 and "no weir listens at" in gone.stderr


# What they do


def test_a_kicked_broadcast_ends_for_everybody(
    server: Server, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    publisher = publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(1)
    kicked = command(server, "kick", name)
    assert (kicked.returncode, kicked.stderr) == (0, "")
    server.wait_for_state(name, "ended")
    assert server.stream(name)["endReason"] == "stopped"  # type: ignore[index]
    viewer.wait_for_end()
    assert publisher.answer().status == 409
    again = command(server, "kick", name)
    assert again.returncode == 1 and "no broadcast of that name" in again.stderr
    assert command(server, "kick", "../status").returncode == 2
    assert _kicks(server, name) == [f"user {os.geteuid()}"]


def _kicks(server: Server, name: str) -> list[str]:
    """Who has ended the broadcast, as the log has it."""
    wanted = {"for": "kick", "stream": name}

    def found() -> list[str]:
        lines = [each["metadata"] for each in server.log_records() if each.get("event") == "operator-acts"]
        return [each["by"] for each in lines if wanted.items() <= each.items()]

    return wait_until(found, "the kick in the log")


def test_a_kick_at_the_admin_listener_has_its_address_in_the_log(
    server: Server, publish: Callable[..., Publisher], name: str
) -> None:
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    assert ask_admin(server, f"/kick/{name}", method="POST").status == 200
    assert _kicks(server, name) == ["127.0.0.1"]


def test_a_drain_says_503_first_and_waits_for_the_end(
    start_server: Start, publish: Callable[..., Publisher], name: str
) -> None:
    server = start_server("--drain-delay", "3", "--stop-timeout", "60")
    server.wait_for_all_workers()
    publisher = publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    draining = subprocess.Popen(
        [str(binaries() / "weir"), "drain", "--control", str(control(server))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    wait_until(lambda: ask_admin(server, "/readyz").status == 503, "/readyz to say it")
    assert "stopping" in ask_admin(server, "/readyz").json()["checks"]["serving"]
    def drains() -> bool:
        return {w["state"] for w in status(server)["workers"]} == {"draining"}

    # Everything is served as before, until the delay is over.
    assert server.get("/api/streams").status == 200 or drains()
    assert status(server)["server"]["stopping"] is True
    wait_until(drains, "the drain")
    assert server.is_running
    publisher.abort()
    out, complaints = draining.communicate(timeout=2 * PATIENCE_S)
    assert (draining.returncode, complaints) == (0, "")
    assert "connections left" in out and out.endswith("the server has ended\n")
    wait_until(lambda: not server.is_running, "the end")
    assert server.process is not None and server.process.returncode == 0


def test_one_worker_drains_and_another_one_takes_its_place(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server()
    before = server.wait_for_all_workers()
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewers = [watch(server, name).wait_for_bytes(1) for _ in range(4)]

    def are_on_each() -> bool:
        """A worker that is late gets none for a while."""
        viewers.append(watch(server, name).wait_for_bytes(1))
        return all(w["viewers"] for w in status(server)["workers"])

    wait_until(are_on_each, "viewers on each", every_s=0.2)
    server.expected_deaths.add(before[0])
    drained = command(server, "drain", "0")
    assert (drained.returncode, drained.stderr) == (0, "")
    shown = {w["slot"]: w for w in status(server)["workers"]}
    assert shown[0]["state"] == "draining" and shown[0]["pid"] == before[0]
    assert sum(w["state"] == "serving" for w in shown.values()) == 2
    again = command(server, "drain", "0")
    assert again.returncode == 1 and "drains already" in again.stderr
    for viewer in viewers:
        viewer.wait_for_more(1)
        viewer.stop()
    server.request("DELETE", f"/{name}/live")
    wait_until(lambda: 0 not in {w["slot"] for w in status(server)["workers"]}, "its end")
    nobody = command(server, "drain", "63")
    assert nobody.returncode == 1 and nobody.stderr.count("\n") == 1


def test_a_reload_says_what_became_of_it(start_server: Start, tmp_path: Path) -> None:
    settings = tmp_path / "weir.toml"
    settings.write_text("grace = 20\n")
    server = start_server(environment={"WEIR_CONFIG": str(settings)})
    server.expected_deaths.update(server.wait_for_all_workers().values())
    wait_until(lambda: ask_admin(server, "/readyz").status == 200, "all workers to serve")
    settings.write_text("grace = 25\ncontrol = \"/nowhere\"\n")
    done = command(server, "reload")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("reloaded\n") and "control" in done.stdout
    assert status(server)["server"]["generation"] == 2
    settings.write_text("grace = \"long\"\n")
    refused = command(server, "reload")
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1
    assert "grace" in refused.stderr
    assert status(server)["server"]["lastReloadRefused"] is True
    assert "refused" in command(server, "status").stdout


def test_a_second_signal_ends_a_delayed_drain_at_once(start_server: Start) -> None:
    server = start_server("--drain-delay", "3600")
    server.expected_deaths.update(server.wait_for_all_workers().values())
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: ask_admin(server, "/readyz").status == 503, "/readyz to say it")
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not server.is_running, "the end")
    assert server.process.returncode == 128 + signal.SIGTERM


# The whole screen


class Screen:
    """`weir top` on a terminal of its own."""

    def __init__(self, server: Server, columns: int = 80, rows: int = 24) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self.terminal, self.shown = ours, b""
        self._theirs = theirs
        self.process = subprocess.Popen(
            [str(binaries() / "weir"), "top", "--control", str(control(server))],
            stdin=theirs, stdout=theirs, stderr=theirs, env=environment(), start_new_session=True)
        os.set_blocking(ours, False)

    def read(self) -> bytes:
        try:
            while piece := os.read(self.terminal, 65536):
                self.shown += piece
        except OSError:
            pass
        return self.shown

    def last(self) -> list[str]:
        """The lines that were drawn last."""
        frames = self.read().split(b"\x1b[H")
        whole = [f for f in frames if f.endswith(b"\x1b[J")]
        text = whole[-1].decode() if whole else ""
        return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in text.split("\r\n")]

    def press(self, keys: bytes) -> None:
        os.write(self.terminal, keys)

    def assert_restored(self) -> None:
        """The cursor is there, the first screen is back, and keys are shown again."""
        # What a process writes to a terminal may be there later than its end.
        wait_until(lambda: self.read().endswith(b"\x1b[?25h\x1b[?1049l"), "the first screen to be back")
        assert termios.tcgetattr(self._theirs) == self.before

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)
        os.close(self._theirs)


@pytest.mark.parametrize("columns", [80, 40])
def test_top_fills_the_screen_and_leaves_it_as_it_was(
    server: Server, live: str, columns: int
) -> None:
    screen = Screen(server, columns=columns)
    try:
        wait_until(lambda: any(live[:10] in line for line in screen.last()), "the stream")
        assert all(len(line) <= columns for line in screen.last())
        assert len(screen.last()) <= 24
        screen.press(b"s")
        wait_until(lambda: screen.last()[-1].startswith("by viewers"), "another order")
        screen.press(b"q")
        wait_until(lambda: screen.process.poll() is not None, "the end")
        assert screen.process.returncode == 0
        screen.assert_restored()
    finally:
        screen.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_top_in_good_order(server: Server, number: signal.Signals) -> None:
    screen = Screen(server)
    try:
        wait_until(lambda: len(screen.last()) > 3, "the first picture")
        screen.process.send_signal(number)
        wait_until(lambda: screen.process.poll() is not None, "the end")
        assert screen.process.returncode == 128 + number
        screen.assert_restored()
    finally:
        screen.close()


def test_top_goes_on_when_the_server_comes_back(
    lasting_server: Callable[..., AbstractContextManager[Server]]
) -> None:
    with lasting_server("topped") as server:
        screen = Screen(server)
        try:
            wait_until(lambda: len(screen.last()) > 3, "the first picture")
            server.expected_deaths.update(server.workers().values())
            server.stop()
            wait_until(lambda: any("NO ANSWER" in line for line in screen.last()), "the fault")
            server.start()
            wait_until(
                lambda: screen.last() and not any("NO ANSWER" in line for line in screen.last()),
                "the server again")
        finally:
            screen.close()


def test_top_needs_a_terminal(server: Server) -> None:
    done = command(server, "top")
    assert done.returncode == 1 and "needs a terminal" in done.stderr
