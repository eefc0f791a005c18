"""What a kernel lacks or forbids: one of the two address families, memory files that could be run."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from weir import processes, refused_calls
from weir.certificate import Certificate
from weir.places import binaries
from weir.ports import free_port
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]

FAMILIES = {"IPv4": socket.AF_INET, "IPv6": socket.AF_INET6}
WILDCARD = {"IPv4": "0.0.0.0", "IPv6": "[::]"}
LOOPBACK = {"IPv4": "127.0.0.1", "IPv6": "[::1]"}
EACH_FAMILY = pytest.mark.parametrize("missing", list(FAMILIES))
#: A machine's own network, with nothing in it but loopback, so that default ports are free.
_OWN_NETWORK = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "own-network"]


def _serve(folder: Path, certificate: Certificate, *arguments: str) -> list[str]:
    return [
        str(binaries() / "weir"), "serve", "--data", str(folder / "data"),
        "--cert", str(certificate.certificate), "--key", str(certificate.key), "--workers", "1",
        "--log-format", "json", *arguments,
    ]


@EACH_FAMILY
def test_addresses_that_stand_for_both_families_are_served_by_the_one_there_is(
    start_server: Start, missing: str
) -> None:
    """`:8443` and `localhost:9443` are the defaults; here with other ports, and the redirect as well."""
    there = next(family for family in FAMILIES if family != missing)
    ports = {name: free_port() for name in ("listen", "http-redirect", "admin")}
    server = start_server(
        "--listen", f":{ports['listen']}", "--http-redirect", f":{ports['http-redirect']}",
        admin=f"localhost:{ports['admin']}", launcher=refused_calls.sockets_of(FAMILIES[missing]),
        wait=False)
    # It has an address of IPv4 for other tests.
    command = server.command()
    at = command.index(f"127.0.0.1:{server.port}")
    server.command = lambda: command[:at - 1] + command[at + 1:]  # type: ignore[method-assign]
    server.launch()
    host = LOOPBACK[there]

    def fetch(url: str) -> str:
        return subprocess.run(
            ["curl", "--silent", "--insecure", "--globoff", "--output", "/dev/null", "--write-out",
             "%{http_code}", url], capture_output=True, text=True).stdout
    wait_until(
        lambda: server.is_running and fetch(f"https://{host}:{ports['listen']}/api/streams") == "200",
        "it to serve")
    wait_until(lambda: fetch(f"http://{host}:{ports['admin']}/readyz") == "200", "all of it to serve")
    assert fetch(f"http://{host}:{ports['http-redirect']}/") == "308"
    said = [r for r in server.log_records() if r.get("event") == "address-family-missing"]
    assert [(r["level"], r["message"]) for r in said] == [(
        "notice", f"this machine has no {missing}: not listening on "
        f"{WILDCARD[missing]}:{ports['listen']}, {WILDCARD[missing]}:{ports['http-redirect']}, "
        f"{LOOPBACK[missing]}:{ports['admin']}")]
    server.stop(check=False)


@EACH_FAMILY
@pytest.mark.parametrize("setting", ["--listen", "--admin", "--http-redirect"])
def test_an_address_of_a_missing_family_that_is_named_ends_the_start_with_one_line(
    weir_binaries: Path, certificate: Certificate, tmp_path: Path, missing: str, setting: str
) -> None:
    address = f"{LOOPBACK[missing]}:{free_port()}"
    others = ["--listen", f":{free_port()}"] if setting != "--listen" else []
    others += ["--admin", "off"] if setting != "--admin" else []
    done = subprocess.run(
        [*refused_calls.sockets_of(FAMILIES[missing]),
         *_serve(tmp_path, certificate, setting, address, *others)], capture_output=True, text=True,
        timeout=4 * PATIENCE_S)
    assert done.returncode == 1
    assert done.stderr == (
        f"weir: cannot listen on {address}: this machine has no such address family; "
        f"correct {setting}\n")


def test_the_defaults_come_up_where_ipv6_is_disabled_by_sysctl(
    weir_binaries: Path, certificate: Certificate, tmp_path: Path
) -> None:
    """net.ipv6.conf.all.disable_ipv6: there are sockets, but no address to bind, as in most containers."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a network namespace")
    disable = "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"
    log = tmp_path / "log"
    launcher = [*_OWN_NETWORK[:4], f"ip link set lo up && {disable} && exec \"$@\"", "own-network"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*launcher, *_serve(tmp_path, certificate)], stdout=file, stderr=file)
    try:
        wait_until(lambda: process.poll() is not None or '"ready"' in log.read_text(), "it to be ready")
        assert process.poll() is None, log.read_text()
        assert "this machine has no IPv6: not listening on [::1]:9443" in log.read_text()
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
    assert process.returncode == 0, log.read_text()


@pytest.mark.parametrize("policy", [0, 1, 2])
def test_it_serves_whatever_the_kernel_allows_memory_files(start_server: Start, policy: int) -> None:
    """vm.memfd_noexec of Linux 6.3, which each process namespace has of its own. Where the kernel is older,
    there is nothing to forbid."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a process namespace")
    knob = "/proc/sys/vm/memfd_noexec"
    launcher = [
        "unshare", "--pid", "--mount-proc", "--fork", "--kill-child", "sh", "-c",
        f'[ ! -e {knob} ] || echo {policy} >{knob}; exec "$@"', "policy"]
    server = start_server(launcher=launcher)
    server.follow(processes.children(server.pid)[0])
    server.wait_for_all_workers()
    files = _memory_files(server.pid)
    # Counters, board, settings, certificate and key.
    assert {"weir-counters", "weir-board"} <= set(files), files
    if Path(knob).exists():
        assert not any(mode & 0o111 for mode in files.values()), files


def test_it_serves_on_a_kernel_that_does_not_know_memory_files_that_cannot_be_run(
    start_server: Start,
) -> None:
    """Before Linux 6.3, MFD_NOEXEC_SEAL (8) is an error beside MFD_CLOEXEC and MFD_ALLOW_SEALING."""
    server = start_server(launcher=refused_calls.memory_files_with(8 | os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING))
    server.wait_for_all_workers()
    assert {"weir-counters", "weir-board"} <= set(_memory_files(server.pid))


def _memory_files(pid: int) -> dict[str, int]:
    """The memory files that a process has open, with their permissions."""
    found = {}
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            target = os.readlink(entry)
            if target.startswith("/memfd:"):
                found[target.removeprefix("/memfd:").removesuffix(" (deleted)")] = entry.stat().st_mode
    return found
