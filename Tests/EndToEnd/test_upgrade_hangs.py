"""Upgrades in which one of the two hangs: the older one goes on, and nobody waits for ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from weir.admin import ask as ask_admin
from weir.installation import Installation
from weir.operators import command, control, environment
from weir.places import binaries
from weir.processes import children, command_line, is_alive
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]
_WEIR = binaries() / "weir"


def _begin(server: Server, *arguments: str) -> subprocess.Popen[str]:
    """A command that takes its time."""
    return subprocess.Popen(
        [str(_WEIR), *arguments, "--control", str(control(server))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())


def _supervisor(server: Server) -> int:
    done = command(server, "status", "--json", program=_WEIR)
    return int(json.loads(done.stdout)["server"]["pid"])


@pytest.mark.slow
def test_a_successor_that_hangs_is_given_up_and_who_asks_meanwhile_is_told(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str,
    tmp_path: Path,
) -> None:
    installation = Installation(tmp_path / "installed")
    server = start_server(program=installation.program)
    server.wait_for_all_workers()
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    wait_until(lambda: ask_admin(server, "/readyz").status == 200, "all workers to serve")
    before = server.workers()
    installation.put_script("exec sleep 1000")
    upgrade = _begin(server, "upgrade")
    hanging = wait_until(
        lambda: [pid for pid in children(server.pid) if command_line(pid)[:1] == ["sleep"]],
        "the successor")
    for asked, reason in [
        (["upgrade"], "another weir is taking over already"),
        (["drain", "0"], "another weir is taking over; try again"),
    ]:
        done = command(server, *asked, program=_WEIR)
        assert done.returncode == 1 and reason in done.stderr, done.stderr
    # A reload waits for the outcome.
    reload = _begin(server, "reload")
    _, said = upgrade.communicate(timeout=60 + 2 * PATIENCE_S)
    assert upgrade.returncode == 1 and "not ready after 60 s" in said, said
    assert reload.wait(2 * PATIENCE_S) == 0
    wait_until(lambda: not any(map(is_alive, hanging)), "the successor to be gone")
    viewer.wait_for_more(10_000)
    server.expected_deaths.update(before.values())
    assert _supervisor(server) == server.pid


@pytest.mark.slow
def test_a_successor_gives_up_when_the_older_one_hangs(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str,
    tmp_path: Path,
) -> None:
    """It has handed over everything, and does not give way: its worker program stops it."""
    victim = tmp_path / "victim"
    worker = tmp_path / "weir-worker"
    worker.write_text(
        f'#!/bin/sh\n[ -e {victim} ] && kill -STOP "$(cat {victim})"\n'
        f'exec {binaries() / "weir-worker"} "$@"\n')
    worker.chmod(0o755)
    server = start_server(environment={"WEIR_WORKER": str(worker)})
    server.wait_for_all_workers()
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    wait_until(lambda: ask_admin(server, "/readyz").status == 200, "all workers to serve")
    before = server.workers()
    victim.write_text(str(server.pid))
    upgrade = _begin(server, "upgrade")
    try:
        wait_until(
            lambda: "giving up: the running weir did not give way" in server.log(),
            "the successor to give up", 60 + 2 * PATIENCE_S)
    finally:
        victim.unlink()
        os.kill(server.pid, signal.SIGCONT)
    assert upgrade.wait(2 * PATIENCE_S) == 1
    assert server.workers() == before
    assert _supervisor(server) == server.pid
    viewer.wait_for_more(10_000)
