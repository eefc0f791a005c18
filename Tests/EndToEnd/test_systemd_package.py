"""The life of the package on a real systemd: installed, enabled, upgraded, removed, installed again,
purged; on a machine that had Weir by hand, too; and the tarball. The tests are one story, in their
order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from weir import curl, next_build, package
from weir.certificate import Certificate
from weir.installed import (
    DATA, SERVICE, SOCKET, Broadcast, apt, authority, is_serving, machine_for, weir_user,
)
from weir.machine import Machine
from weir.places import REPOSITORY

pytestmark = pytest.mark.systemd

_SETTINGS = "/etc/weir/weir.toml"
_FILES = [_SETTINGS, "/etc/weir/certificate.pem", "/etc/weir/key.pem", f"{DATA}/accounts.sqlite"]
# Of users and groups. A user stays when the package goes: files elsewhere may be its.
_USERS = re.compile(r"/etc/(passwd|group|shadow|gshadow)-?$")
# Journals, caches, and what dpkg and apt keep for themselves; links of machine-wide names.
_CHANGING = [
    "/var/log", "/var/cache", "/var/lib/dpkg", "/var/lib/apt", "/var/lib/systemd/random-seed",
    "/etc/.pwd.lock", "/etc/ld.so.cache", "/var/tmp",
]
# As the units were before there was a package: a user who came and went with the service. It stands for
# the service here, and makes an account where the service would.
_FORMER_UNIT = f"""\
[Service]
Type=oneshot
DynamicUser=yes
User=weir
StateDirectory=weir
StateDirectoryMode=0750
StandardInputText=seven boats on a weir
StandardInput=data
ExecStart=/build/weir user add alice --data {DATA}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seen on the machine as /other: packages of other versions, and what somebody has at hand."""
    return tmp_path_factory.mktemp("other")


@pytest.fixture(scope="module")
def machine(
    weir_binaries: Path, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    packed = package.make()
    binds = {packed.parent: "/packages", folder: "/other", weir_binaries: "/build"}
    with machine_for(packed, tmp_path_factory.mktemp("machine"), binds) as booted:
        yield booted


@pytest.fixture(scope="module")
def before(machine: Machine) -> set[str]:
    """Everything that was there before."""
    return _everything(machine)


@pytest.fixture(scope="module")
def here() -> str:
    """The package, by its name on the machine."""
    return f"/packages/{package.make().name}"


@pytest.fixture(scope="module")
def people(
    machine: Machine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broadcast]:
    """Somebody with an account on the server that has just been installed."""
    made = tmp_path_factory.mktemp("people")
    broadcast = Broadcast(machine, authority(machine, made), made)
    yield broadcast
    broadcast.end()


def _everything(machine: Machine) -> set[str]:
    """Names, kinds, rights and owners, and what links and files hold (as far as their size says)."""
    left_out = " ".join(f"-path {path} -prune -o" for path in _CHANGING)
    folders = "/etc /usr /var /var/lib /opt /srv /root /home"
    text = machine.run(
        "sh", "-c", f"find {folders} -xdev {left_out} "
        r"\( -type f -printf '%p %y %m %u:%g %s\n' -o -printf '%p %y %m %u:%g %l\n' \)")
    return {line for line in text.splitlines() if not _USERS.match(line.split()[0])}


def _contents(machine: Machine) -> str:
    return machine.run("sha256sum", *_FILES[:3])


def _printed(heading: str) -> list[str]:
    """The commands in that chapter of docs/operations.md."""
    text = (REPOSITORY / "docs/operations.md").read_text()
    chapter = text.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^```sh\n(.*?)^```$", chapter, re.DOTALL | re.MULTILINE)


def _main_process(machine: Machine) -> str:
    return machine.show(SERVICE, "MainPID")


def test_installing_it_makes_a_certificate_and_starts_nothing(
    machine: Machine, before: set[str], here: str
) -> None:
    said = apt(machine, "install", here)
    told = [line for line in said.splitlines() if line.startswith("weir: ")]
    assert len(told) == 1 and "self-signed" in told[0] and "systemctl reload weir" in told[0]
    for unit in (SERVICE, SOCKET):
        assert machine.show(unit, "ActiveState") == "inactive"
        assert machine.show(unit, "UnitFileState") == "disabled"
    listed = machine.run("stat", "--format=%n %U:%G %a", *_FILES[:3])
    assert [line.split(" ", 1)[1] for line in listed.splitlines()] == [
        "root:weir 640", "root:root 644", "root:weir 640"]


def test_enabled_it_serves_and_people_sign_up_publish_and_watch(
    machine: Machine, request: pytest.FixtureRequest
) -> None:
    machine.run("systemctl", "enable", "--now", "weir")
    people: Broadcast = request.getfixturevalue("people")
    _, viewer = people.begin()
    viewer.wait_for_more(50_000)
    for unit in (SERVICE, SOCKET):
        assert machine.show(unit, "UnitFileState") == "enabled"
    for address in ("https://127.0.0.1:8443", "https://[::1]:8443"):
        answer = curl.request("GET", f"{address}/", people.authority)
        assert answer.status == 200


def test_an_upgrade_drops_nobody(machine: Machine, folder: Path, people: Broadcast) -> None:
    """To the next version, with another format of rings; and the upgrade after it goes back."""
    # That may have to be compiled, and takes longer than people are on air.
    packed = package.as_version(package.make(), "8.0", folder, next_build.install)
    publisher, viewer = people.begin()
    old = _main_process(machine)
    apt(machine, "install", f"/other/{packed.name}")
    new = _main_process(machine)
    assert new not in (old, "0")
    assert machine.run("readlink", f"/proc/{new}/exe").strip() == "/usr/bin/weir"
    assert f'"{next_build.VERSION}"' in machine.run("weir", "status", "--json")
    viewer.wait_for_more(50_000)
    assert publisher.process.poll() is None and viewer.is_connected
    assert machine.show(SERVICE, "NRestarts") == "0"


def test_an_upgrade_keeps_settings_certificate_and_accounts(
    machine: Machine, folder: Path, people: Broadcast
) -> None:
    """Also where both the new version and the operator have changed the file of settings."""
    def change(tree: Path) -> None:
        with (tree / "etc/weir/weir.toml").open("a") as file:
            file.write("\n# Something new.\n")
    machine.run("sh", "-c", f"echo stop-timeout = 1 >>{_SETTINGS}")
    people.end()
    old, contents = _main_process(machine), _contents(machine)
    packed = package.as_version(package.make(), "9.0", folder, change)
    apt(machine, "install", f"/other/{packed.name}")
    assert machine.run("dpkg-query", "--show", "--showformat=${Version}", "weir") == "9.0"
    assert _main_process(machine) not in (old, "0")
    assert _contents(machine) == contents
    assert people.sign_in().status in (200, 201)
    people.begin()


def test_an_upgrade_asks_the_server_that_runs_to_hand_over(
    machine: Machine, folder: Path, people: Broadcast
) -> None:
    """And when that says that it has, nothing else is done about it."""
    fake = "/usr/local/sbin/weir"
    machine.run("tee", fake, stdin='#!/bin/sh\necho "$RUNTIME_DIRECTORY $WEIR_CONFIG $*" >>/run/asked\n')
    machine.run("chmod", "755", fake)
    old = _main_process(machine)
    packed = package.as_version(package.make(), "9.1", folder)
    apt(machine, "-o", "DPkg::Path=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
        "install", f"/other/{packed.name}")
    machine.run("rm", fake)
    assert machine.run("cat", "/run/asked") == f"/run/weir {_SETTINGS} upgrade\n"
    assert _main_process(machine) == old


def test_a_server_goes_on_when_the_new_version_does_not_take_its_settings(
    machine: Machine, folder: Path, people: Broadcast
) -> None:
    old = _main_process(machine)
    machine.run("sh", "-c", f"echo no-such-setting = 1 >>{_SETTINGS}")
    packed = package.as_version(package.make(), "9.2", folder)
    said = apt(machine, "install", f"/other/{packed.name}")
    machine.run("sed", "--in-place", "/no-such-setting/d", _SETTINGS)
    assert "the old one goes on" in said and "no-such-setting" in said
    assert _main_process(machine) == old
    assert people.sign_in().status in (200, 201)


def test_a_backup_as_documented_brings_accounts_and_certificate_back(
    machine: Machine, people: Broadcast
) -> None:
    backup, restore = _printed("## Backup and restore")
    people.end()
    # An older one, of the day before.
    machine.run("sh", "-ec", backup)
    machine.run("sh", "-c", f"echo grace = 20 >>{_SETTINGS}")
    contents = _contents(machine)
    machine.run("sh", "-ec", backup)
    machine.run("sh", "-c", f"sed --in-place /grace.=.20/d {_SETTINGS}")
    # Another machine, on which the package has just been installed.
    machine.run("systemctl", "stop", SOCKET, SERVICE)
    machine.run("sh", "-ec", f"rm -r {DATA}/* && rm /etc/weir/*.pem")
    machine.run("/usr/libexec/weir/make-certificate")
    assert _contents(machine) != contents
    machine.run("systemctl", "start", "weir")
    machine.run("sh", "-ec", restore)
    assert _contents(machine) == contents
    assert machine.run("stat", "--format=%U:%G %a", _FILES[2], _FILES[3]).split() == [
        "root:weir", "640", "weir:weir", "600"]
    machine.run("rm", "-r", "/var/backups/weir")
    assert people.sign_in().status in (200, 201)
    people.begin()


def test_removing_it_stops_it_and_keeps_what_it_knows(
    machine: Machine, here: str, people: Broadcast
) -> None:
    people.end()
    contents = _contents(machine)
    apt(machine, "remove", "weir")
    for unit in (SERVICE, SOCKET):
        assert machine.show(unit, "ActiveState") == "inactive"
    assert not is_serving(people.authority)
    assert machine.run("find", "/usr/bin/", "-name", "weir*") == ""
    machine.run("ls", *_FILES)
    # Installed again, it is what it was.
    assert "weir: " not in apt(machine, "install", here)
    assert machine.show(SERVICE, "UnitFileState") == "enabled"
    assert _contents(machine) == contents
    machine.run("systemctl", "start", "weir")
    assert people.sign_in().status in (200, 201)


def test_purging_it_leaves_nothing(machine: Machine, before: set[str]) -> None:
    with_it = _everything(machine)
    for file in ("/usr/bin/weir", *_FILES):
        assert any(line.startswith(f"{file} ") for line in with_it - before)
    apt(machine, "purge", "weir")
    after = _everything(machine)
    assert sorted(after - before) == []
    assert sorted(before - after) == []


def test_what_weir_had_under_a_user_that_comes_and_goes_is_found_again(
    machine: Machine, folder: Path, here: str, certificate: Certificate
) -> None:
    machine.run("userdel", "weir")
    unit = f"/etc/systemd/system/{SERVICE}"
    machine.run("tee", unit, stdin=_FORMER_UNIT)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", SERVICE)
    assert machine.run("readlink", DATA).strip() == "private/weir"
    machine.run("rm", unit)
    machine.run("install", "-d", "/etc/weir")
    settings = f'data = "{DATA}"\ncert = "{_FILES[1]}"\nkey = "{_FILES[2]}"\nsignup = "closed"\n'
    for file, text in zip(_FILES, (settings, certificate.certificate.read_text(),
                                   certificate.key.read_text())):
        machine.run("tee", file, stdin=text)
        machine.run("chmod", "600", file)

    assert "self-signed" not in apt(machine, "install", here)
    machine.run("systemctl", "enable", "--now", "weir")
    assert is_serving(certificate.certificate)
    assert machine.run("stat", "--format=%F %U", DATA).strip() == "directory weir"
    assert set(machine.run("find", f"{DATA}/", "-printf", "%U\n").split()) == {
        machine.run("id", "--user", "weir").strip()}
    assert "alice" in weir_user(machine, "list")

    apt(machine, "purge", "weir")
    machine.run("test", "!", "-e", DATA)
    assert machine.run("ls", "/etc/weir").split() == ["certificate.pem", "key.pem"], "not ours"


def test_the_tarball_installs_itself(machine: Machine, tmp_path: Path) -> None:
    machine.run("rm", "-r", "/etc/weir")
    machine.run("sh", "-e", "-c", f"""
        tar --extract --directory /opt --file /packages/{package.make("tarball").name}
        /opt/weir-*/install
        systemctl enable --now weir
    """)
    assert is_serving(authority(machine, tmp_path))
    program = machine.run("readlink", f"/proc/{_main_process(machine)}/exe").strip()
    assert program == "/usr/local/bin/weir"


def test_the_tarball_may_be_installed_again_and_uninstalled(machine: Machine) -> None:
    """By an administrator whose own files are nobody else's, too."""
    def installed() -> set[str]:
        return {line for line in _everything(machine) if not line.startswith(DATA)}
    before = installed()
    machine.run("sh", "-c", "umask 077 && /opt/weir-*/install")
    assert installed() == before
    machine.run("systemctl", "restart", "weir")
    assert machine.show(SERVICE, "ActiveState") == "active"
    machine.run("sh", "-c", "/opt/weir-*/uninstall")
    assert machine.show(SERVICE, "LoadState") == "not-found"
    left = machine.run(
        "sh", "-c", "find /usr/local /etc/systemd -name '*weir*'; ls /etc/weir").split()
    assert left == ["certificate.pem", "key.pem", "weir.toml"]
