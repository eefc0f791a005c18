"""What strangers do first: `make run`, beside a second one too, `make install`, and `weir user` without being
told where. The compiler and apt are played here."""

from __future__ import annotations

import os
import pty
import re
import shlex
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from weir.checkout import PASSWORD, Checkout
from weir.places import binaries
from weir.ports import free_port
from weir.waiting import PATIENCE_S

WEIR = ".build/release/weir"


@pytest.fixture
def checkout(weir_binaries: Path, tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


def program(folder: Path, name: str, text: str) -> str:
    """Makes a program that plays another one; returns the PATH that has it first."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


# make run


def test_what_is_printed_leads_to_the_first_account(checkout: Checkout, tmp_path: Path) -> None:
    """And `weir user` finds it without being told: here, and from elsewhere by where the program is."""
    with checkout.serving(free_port(), "--data", "build/data") as said:
        text = said.read_text()
        assert "Advanced" in text and "make install" in text and WEIR in text
        command = re.search(r"\S*weir user add NAME.*", text)
        assert command and "--data" not in command[0]
        line = shlex.split(command[0].replace("NAME", "alice"))
        made = checkout.run(*line, stdin=PASSWORD + "\n")
        assert str(checkout.folder / "build/data/accounts.sqlite") in made.stdout
        assert "alice" in checkout.run(WEIR, "user", "list").stdout
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        assert "alice" in checkout.run(
            checkout.folder / WEIR, "user", "list", folder=elsewhere).stdout
        assert re.search(r"\d of \d+ workers? serves?", checkout.status(WEIR))


def test_each_port_is_a_weir_of_its_own(checkout: Checkout) -> None:
    first, second = free_port(), free_port()
    with checkout.serving(first) as one, checkout.serving(second) as other:
        for said, name in ((one, "alice"), (other, "bob")):
            command = re.search(r"\S*weir user add NAME.*", said.read_text())
            assert command
            checkout.run(*shlex.split(command[0].replace("NAME", name)), stdin=PASSWORD + "\n")
        for port, name in ((first, "alice"), (second, "bob")):
            data = f"build/data-{port}"
            listed = checkout.run(WEIR, "user", "list", "--data", data).stdout.splitlines()
            assert [row.split()[0] for row in listed[1:]] == [name]
            assert "serve" in checkout.status(WEIR, "--data", data)


@pytest.mark.parametrize("which", ["its own", "that of its figures"])
def test_a_port_that_is_taken_is_named_with_one_that_is_not(checkout: Checkout, which: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        port = number if which == "its own" else number - 1000
        done = checkout.run("scripts/run-server", check=False, PORT=str(port))
        assert done.returncode == 1 and f"Port {number} is taken" in done.stderr
        advice = re.search(r"make run PORT=(\d+)", done.stderr)
        assert advice and int(advice[1]) not in (port, number)


@pytest.mark.parametrize("port", ["", "0", "65536", "eight", "123456789", "-1"])
def test_what_is_no_port_is_said(checkout: Checkout, port: str) -> None:
    done = checkout.run("scripts/run-server", check=False, PORT=port or " ")
    assert done.returncode == 2 and "1 to 65535" in done.stderr


def test_where_there_are_no_accounts_every_place_is_named(weir_binaries: Path, tmp_path: Path) -> None:
    """Of a program that was not built here, called in a folder with nothing of Weir."""
    if Path("/etc/weir/weir.toml").exists():
        pytest.skip("Weir is installed on this machine")
    for name in ("weir", "weir-worker"):
        shutil.copy(binaries() / name, tmp_path)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_")}
    done = subprocess.run(
        [tmp_path / "weir", "user", "list"], cwd=tmp_path, env=clean, capture_output=True,
        text=True, timeout=2 * PATIENCE_S)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    for place in (tmp_path / "data", "/etc/weir/weir.toml", "--data"):
        assert str(place) in done.stderr


# A build, with a compiler that says what one says


STEPS = """Building for production...
[0/4] Write sources
[1/4] Compiling One a.swift
[3/4] Compiling Two b.swift
[4/4] Linking weir
Build complete!"""


def test_a_build_shows_how_far_it_is(checkout: Checkout, tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "swift", f"cat <<'END'\n{STEPS}\nEND")
    said = checkout.run("scripts/build-release", PATH=path).stdout
    assert "Building for release" in said and "weir-worker: step 4 of 4" in said
    assert "first time" not in said
    (checkout.folder / WEIR).unlink()
    assert "The first time takes about" in checkout.run("scripts/build-release", PATH=path).stdout


def test_on_a_terminal_it_is_one_line_that_is_written_anew(checkout: Checkout, tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "swift", f"cat <<'END'\n{STEPS}\nEND")
    (checkout.folder / WEIR).unlink()
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        process = subprocess.Popen(
            ["scripts/build-release"], cwd=checkout.folder, stdout=theirs, stderr=theirs,
            stdin=subprocess.DEVNULL, env=checkout.environment | {"PATH": path})
        os.close(theirs)
        said = b""
        try:
            while piece := terminal.read(4096):
                said += piece
        except OSError:
            # How the end of a terminal is told.
            pass
        assert process.wait() == 0
    assert re.search(rb"\r\x1b\[K  weir: step 1 of 4, \d:\d\d of about \d:\d\d\r", said), said


def test_a_build_with_nothing_to_do_says_nothing(checkout: Checkout, tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "swift", "echo 'Building for production...'; echo '[0/1] Write sources'")
    assert checkout.run("scripts/build-release", PATH=path).stdout == ""


def test_a_build_that_fails_shows_all_that_the_compiler_said(checkout: Checkout, tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "swift", f"cat <<'END'\n{STEPS}\na.swift:1: error: no\nEND\nexit 1")
    done = checkout.run("scripts/build-release", check=False, PATH=path)
    assert done.returncode == 1 and "a.swift:1: error: no" in done.stderr and "Compiling Two" in done.stderr


@pytest.mark.parametrize("with_sudo", [True, False])
def test_packages_are_named_before_they_are_installed(
    checkout: Checkout, tmp_path: Path, with_sudo: bool
) -> None:
    """On a machine that has none of them, for somebody who is not root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "sed", "sort", "cut", "mktemp", "rm", "tail", "tr", "grep"):
        (folder / name).symlink_to(shutil.which(name) or "")
    program(folder, "dpkg-query", "exit 1")
    program(folder, "id", "echo 1000")
    if with_sudo:
        program(folder, "sudo", 'echo "AS ROOT: $*" >&3')
    line = "exec 3>&1; exec scripts/install-packages certificate"
    done = checkout.run("/bin/sh", "-c", line, check=False, PATH=str(folder))
    if with_sudo:
        before, after = done.stdout.split("AS ROOT", 1)
        assert done.returncode == 0 and "install -q -y --no-install-recommends openssl" in after
    else:
        before = done.stdout
        assert done.returncode == 1 and "apt-get install openssl" in done.stderr
    assert "openssl: making the development certificate" in before


# make install


def test_what_is_installed_is_told_works_and_goes_again(checkout: Checkout, tmp_path: Path) -> None:
    prefix = tmp_path / "usr"
    said = checkout.run("make", "install", f"PREFIX={prefix}").stdout
    files = {str(each.relative_to(prefix)) for each in prefix.rglob("*") if not each.is_dir()}
    assert files == {line.strip() for line in said.splitlines() if line.startswith("  ")}
    assert len(files) == 8 and str(prefix / "bin/weir") in said
    version = checkout.run(prefix / "bin/weir", "--version").stdout.strip()
    assert f"Weir {version} is in {prefix}" in said
    checkout.run("make", "uninstall", f"PREFIX={prefix}")
    assert not [each for each in prefix.rglob("*") if not each.is_dir()]
    assert "no Weir in" in checkout.run("make", "uninstall", f"PREFIX={prefix}").stdout


def test_packagers_name_the_folder_that_stands_for_the_root(checkout: Checkout, tmp_path: Path) -> None:
    checkout.run("make", "install", f"DESTDIR={tmp_path}/root", "PREFIX=/usr")
    assert (tmp_path / "root/usr/bin/weir").exists()


def test_what_cannot_be_installed_is_said(checkout: Checkout) -> None:
    done = checkout.run("make", "install", "PREFIX=here", check=False)
    assert done.returncode != 0 and "PREFIX=/usr/local" in done.stderr
    (checkout.folder / WEIR).unlink()
    done = checkout.run("make", "install", f"PREFIX={checkout.folder}/usr", check=False)
    assert done.returncode != 0 and "make build" in done.stderr
