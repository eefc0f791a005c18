"""Upgrade: another supervisor takes over, and nobody is cut off."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from weir.accounts import try_to_sign_up
from weir.admin import Metrics
from weir.admin import ask as ask_admin
from weir.certificate import make_certificate
from weir.comparison import assert_contiguous
from weir.operators import command, control, status
from weir.places import binaries
from weir.ports import free_port
from weir.processes import is_alive, open_descriptors
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]


def _upgrade(server: Server) -> None:
    """By the command, which waits for the outcome. The workers of the older one end by themselves."""
    wait_until(lambda: ask_admin(server, "/readyz").status == 200, "all workers to serve")
    server.expected_deaths.update(server.workers().values())
    done = command(server, "upgrade")
    assert done.returncode == 0, done.stderr
    server.follow(_supervisor(server))
    server.workers()


def _supervisor(server: Server) -> int:
    return int(status(server)["server"]["pid"])


def _connections(server: Server) -> float:
    return Metrics(server).total("weir_connections_total")


def test_publishers_and_viewers_stay_over_several_upgrades(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server()
    server.wait_for_all_workers()
    recording = record(seconds=LASTING_S)
    publisher = publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    # What is compared has sound and pictures.
    viewers = [watch(server, name).wait_for_bytes(40_000)]
    counted = _connections(server)
    for generation in (2, 3, 4):
        _upgrade(server)
        assert status(server)["server"]["generation"] == generation
        viewers.append(watch(server, name).wait_for_bytes(40_000))
        now = _connections(server)
        assert now > counted, "counters go on"
        counted = now
    # The first still has the publisher and a viewer, those in between a viewer each.
    assert [former.poll() for former in server.former] == [None, None, None]
    assert publisher.stop().status == 204
    server.request("DELETE", f"/{name}/live")
    for viewer in viewers:
        viewer.wait_for_end()
        assert_contiguous(viewer.file, recording.path)
    for former in server.former:
        assert former.wait(PATIENCE_S) == 0
    server.wait_for_viewers(name, 0)
    used = [worker for worker in status(server)["workers"] if worker["state"] != "free"]
    assert {worker["state"] for worker in used} == {"serving"}


def test_the_data_directory_stays_locked_and_the_control_socket_open(
    start_server: Start, tmp_path: Path
) -> None:
    server = start_server()
    server.wait_for_all_workers()
    _upgrade(server)
    assert server.former[0].wait(PATIENCE_S) == 0
    other = subprocess.run(
        [str(binaries() / "weir"), "serve", "--listen", f"127.0.0.1:{free_port()}", "--admin", "off",
         "--data", str(server.data), "--cert", str(server.certificate.certificate),
         "--key", str(server.certificate.key)],
        capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert other.returncode == 1
    assert f"in use by another weir (process {server.pid})" in other.stderr
    _upgrade(server)
    assert server.former[1].wait(PATIENCE_S) == 0
    assert control(server).exists()
    server.stop()
    assert not control(server).exists()


def test_a_successor_holds_nothing_of_those_that_have_ended(start_server: Start) -> None:
    server = start_server()
    server.wait_for_all_workers()
    held = open_descriptors(server.pid)
    for _ in range(2):
        _upgrade(server)
        assert server.former[-1].wait(PATIENCE_S) == 0
        wait_until(lambda: open_descriptors(server.pid) == held, f"{held} open descriptors")


def test_an_upgrade_takes_over_the_settings_of_today(
    start_server: Start, tmp_path: Path
) -> None:
    """But not those that need a restart: what was handed over stays."""
    file = tmp_path / "weir.toml"
    file.write_text("")
    server = start_server("--config", str(file))
    server.wait_for_all_workers()
    file.write_text('signup = "closed"\nhttp-redirect = "127.0.0.1:1"\n')
    _upgrade(server)
    assert try_to_sign_up(server, "somebody").status == 403
    assert server.former[0].wait(PATIENCE_S) == 0


def test_a_successor_that_cannot_serve_changes_nothing(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer],
    name: str, tmp_path: Path,
) -> None:
    file = tmp_path / "weir.toml"
    file.write_text("")
    folder = tmp_path / "pair"
    folder.mkdir()
    pair = make_certificate(folder)
    server = start_server("--config", str(file), certificate=pair)
    server.wait_for_all_workers()
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    wait_until(lambda: ask_admin(server, "/readyz").status == 200, "all workers to serve")
    before = server.workers()
    kept = tmp_path / "kept.pem"
    shutil.copy(pair.key, kept)
    other = make_certificate(tmp_path)

    file.write_text("graze = 1\n")
    done = command(server, "upgrade")
    assert done.returncode == 1 and "graze" in done.stderr
    file.write_text("")
    shutil.copy(other.key, pair.key)
    done = command(server, "upgrade")
    assert done.returncode == 1 and "does not belong" in done.stderr
    shutil.copy(kept, pair.key)

    assert _supervisor(server) == server.pid
    assert server.workers() == before
    viewer.wait_for_more(10_000)
    assert ask_admin(server, "/readyz").status == 200
    assert watch(server, name).wait_for_bytes(10_000).is_connected
    wait_until(
        lambda: {w["state"] for w in status(server)["workers"] if w["state"] != "free"}
        == {"serving"}, "the slots of the successor's workers to be free")
    _upgrade(server)
    viewer.wait_for_more(10_000)
    assert ask_admin(server, "/readyz").status == 200


def test_the_end_of_an_older_one_does_not_end_what_came_after_it(
    start_server: Start, publish: Callable[..., Publisher], name: str
) -> None:
    """Nor do its slots stay taken: there are 64, and this takes more."""
    server = start_server(workers=9)
    for _ in range(8):
        server.wait_for_all_workers()
        _upgrade(server)
        assert server.former[-1].wait(PATIENCE_S) == 0
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")


def test_an_older_one_ends_when_its_successor_is_killed(
    start_server: Start, publish: Callable[..., Publisher], name: str
) -> None:
    """So the data directory is free for a new start."""
    server = start_server("--stop-timeout", "1")
    server.wait_for_all_workers()
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    _upgrade(server)
    server.kill_supervisor()
    assert server.former[0].wait(PATIENCE_S) == 0


def test_the_signal_does_the_same_and_the_end_ends_all(
    start_server: Start, publish: Callable[..., Publisher], name: str
) -> None:
    server = start_server("--stop-timeout", "1")
    server.wait_for_all_workers()
    publisher = publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    old = server.pid
    server.expected_deaths.update(server.workers().values())
    os.kill(old, signal.SIGUSR2)
    wait_until(lambda: _supervisor(server) != old, "the successor")
    server.follow(_supervisor(server))
    assert is_alive(old), "it still has the publisher"
    server.stop()
    assert not is_alive(old)
    publisher.abort()


def test_a_successor_goes_on_when_the_older_one_is_killed(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server()
    server.wait_for_all_workers()
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    watch(server, name).wait_for_bytes(10_000)
    _upgrade(server)
    server.former[0].kill()
    server.former[0].wait()
    server.former.clear()
    # Its workers end with it, and leave nothing behind in rings.
    server.wait_for_viewers(name, 0)
    wait_until(
        lambda: {w["state"] for w in status(server)["workers"] if w["state"] != "free"}
        == {"serving"}, "the slots to be free")
    assert watch(server, name) is not None


def test_an_upgrade_that_needs_more_slots_than_are_free_says_so(start_server: Start) -> None:
    server = start_server(workers=33)
    server.wait_for_all_workers()
    wait_until(lambda: ask_admin(server, "/readyz").status == 200, "all workers to serve")
    for asked in ("upgrade", "reload"):
        done = command(server, asked)
        assert done.returncode == 1
        assert "33 slots are needed and 31 of 64 are free" in done.stderr, done.stderr


def test_only_workers_get_what_is_meant_for_workers(start_server: Start) -> None:
    """Over upgrades, too: a later build may want other values. And they cannot write the board."""
    server = start_server(environment={"GIVEN": "by the operator"})

    def variables(pid: int) -> dict[str, str]:
        pairs = Path(f"/proc/{pid}/environ").read_text().split("\0")
        return dict(pair.split("=", 1) for pair in pairs if pair)

    for _ in range(2):
        server.wait_for_all_workers()
        own = variables(server.pid)
        assert own["GIVEN"] == "by the operator"
        assert not {"GLIBC_TUNABLES", "MONGOC_DISABLE_SHM"} & own.keys()
        for pid in server.workers().values():
            inherited = variables(pid)
            assert inherited["GLIBC_TUNABLES"] == "glibc.malloc.tcache_count=32"
            assert inherited["MONGOC_DISABLE_SHM"] == "1"
            assert "WEIR_HANDOVER" not in inherited
            assert _flags(pid, "/memfd:weir-board") & os.O_ACCMODE == os.O_RDONLY
            assert _flags(pid, "/memfd:weir-counters") & os.O_ACCMODE == os.O_RDWR
        _upgrade(server)


def _flags(pid: int, file: str) -> int:
    """How a process has opened that."""
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found += [entry.name] if os.readlink(entry).startswith(file) else []
    assert len(found) == 1
    text = Path(f"/proc/{pid}/fdinfo/{found[0]}").read_text()
    return int(re.findall(r"flags:\s+(\d+)", text)[0], 8)
