"""A small Debian that is booted, with a systemd of its own: systemd-nspawn on debootstrap's tree.

What is written in it goes to memory and is gone when it stops; /var/lib alone, where services keep
their data, is a folder on the disk. It has a network of its own, with nothing but
loopback: what is to talk to its servers runs there (`within`). It is in control groups of its own,
so that nothing is left of it, and dies with the process that booted it.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import processes
from .debian_tree import Unavailable, forget, make_tree
from .waiting import wait_until

_GROUPS = Path("/sys/fs/cgroup")
_PREFIX = "weir-test-"
_numbers = itertools.count(1)
# The controllers whose limits a service is to have.
_CONTROLLERS = ["memory", "pids"]
# Arguments: control groups, "--", and the command that becomes their member.
_INTO_GROUPS = """
while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || :; shift; done
shift
exec "$@"
"""


def obstacle() -> str | None:
    """What is in the way, as far as can be seen without trying."""
    if os.geteuid() != 0:
        return "booting a machine needs root"
    for program in ("systemd-nspawn", "debootstrap", "nsenter", "unshare", "setpriv"):
        if not shutil.which(program):
            return f"there is no {program}; scripts/install-packages systemd installs it"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        return "mounts are not allowed here"
    return None


def boot(folder: Path, binds: dict[Path, str], packages: list[str]) -> "Machine":
    """A machine with these packages that has booted. A tree that was made earlier and does not boot
    is made anew."""
    if reason := obstacle():
        raise Unavailable(reason)
    while True:
        tree, is_new = make_tree(packages)
        machine = Machine(tree, folder, binds)
        try:
            return machine.boot()
        except (AssertionError, OSError, subprocess.SubprocessError) as failure:
            machine.stop()
            forget(tree)
            if is_new:
                raise Unavailable(f"no machine boots here: {failure}") from failure
        except BaseException:
            machine.stop()
            raise


class Machine:
    """One booted tree. `stop` it, whatever happens."""

    def __init__(self, tree: Path, folder: Path, binds: dict[Path, str]) -> None:
        """`binds` are folders that are seen inside, read-only, by the name they get there."""
        # Two may be booted at the same time.
        self.name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
        self.log_file = folder / "machine.log"
        self.data = folder / "var-lib"
        self._tree = tree
        self._binds = binds
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._groups: list[Path] = []

    # Life cycle

    def boot(self) -> "Machine":
        subprocess.run(["cp", "--archive", self._tree / "var/lib", self.data], check=True)
        self._make_groups()
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )
        self._pid = wait_until(self._init, "the machine's process 1")
        wait_until(self._has_booted, "the machine to have booted", 90, every_s=0.1)
        self._open_controllers()
        return self

    def stop(self) -> None:
        """Power it off, by force if it does not obey, and remove what is outside of it."""
        if self._process is not None:
            # nspawn takes the first as a wish to power off, the second as an order.
            for end in (self._process.terminate, self._process.terminate, self._process.kill):
                end()
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(10)
                    break
            self._process = None
        wait_until(self._are_groups_gone, "the machine's control groups to be empty")
        shutil.rmtree(f"/run/systemd/nspawn/propagate/{self.name}", ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def _command(self) -> list[str]:
        binds = [f"--bind-ro={outside}:{inside}" for outside, inside in self._binds.items()]
        return [
            # nspawn powers it off when this process ends, however that comes.
            "setpriv", "--pdeathsig", "TERM",
            "sh", "-c", _INTO_GROUPS, "into-groups", *map(str, self._groups), "--",
            "unshare", "--mount", "--propagation", "private",
            "systemd-nspawn", "--quiet", f"--directory={self._tree}", f"--machine={self.name}",
            "--volatile=overlay", "--register=no", "--keep-unit", "--private-network",
            "--console=pipe", f"--bind={self.data}:/var/lib", *binds, "--boot",
        ]

    def _init(self) -> int | None:
        assert self._process is not None
        assert self._process.poll() is None, self.log_file.read_text(errors="replace")
        for pid in processes.children(self._process.pid):
            # Until then it is a copy of nspawn, or one that goes away again.
            if "".join(processes.command_line(pid)[:1]).endswith("/systemd"):
                return pid
        return None

    def _has_booted(self) -> bool:
        self._init()  # fails when it is gone
        done = self._enter("systemctl", "is-system-running")
        return done.stdout.strip() in ("running", "degraded")

    # Control groups

    def _make_groups(self) -> None:
        """One in each hierarchy, beside those that are there. A hierarchy that lets nobody is left
        out: then limits cannot be seen to hold, but everything else can."""
        hierarchies = [_GROUPS, *(_GROUPS.glob("*/"))]
        for root in (path for path in hierarchies if (path / "cgroup.procs").is_file()):
            if root.is_symlink() or (root.parent / "cgroup.procs").is_file():
                continue  # another name of one, or a group in one
            self._remove_old_groups(root)
            with suppress(OSError):
                group = root / self.name
                group.mkdir()
                self._groups.append(group)
                for file in ("cpuset.cpus", "cpuset.mems"):
                    if (root / file).exists():
                        (group / file).write_text((root / file).read_text())
            with suppress(OSError):
                (root / "cgroup.subtree_control").write_text("+memory +pids")

    def _remove_old_groups(self, root: Path) -> None:
        """Those of machines whose tests were killed. One that runs is not empty, and stays."""
        for old in root.glob(f"{_PREFIX}*/"):
            for folder, _, _ in os.walk(old, topdown=False):
                with suppress(OSError):
                    os.rmdir(folder)

    def _open_controllers(self) -> None:
        """Of the first version, nspawn shows them read-only; systemd uses them when it may."""
        for name in _CONTROLLERS:
            if (_GROUPS / name / self.name).is_dir():
                self._enter("mount", "-o", "remount,bind,rw", f"{_GROUPS}/{name}")
        self.run("systemctl", "daemon-reexec")

    def _are_groups_gone(self) -> bool:
        """Ends whoever is still in one of them, and removes them."""
        for group in self._groups:
            for folder, _, _ in os.walk(group, topdown=False):
                with suppress(OSError):
                    for pid in Path(folder, "cgroup.procs").read_text().split():
                        os.kill(int(pid), signal.SIGKILL)
                    os.rmdir(folder)
        return not any(group.exists() for group in self._groups)

    def limit(self, pid: int, *names: str) -> int | None:
        """A limit of the control group that a process (by its number outside) is in, by its file's
        name in either version; None when this machine has no such controller."""
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            for root in (_GROUPS, *(_GROUPS / one for one in controllers.split(",") if one)):
                for name in names:
                    file = Path(f"{root}{group}/{name}")
                    if file.is_file():
                        return int(file.read_text())
        return None

    # Inside

    @property
    def within(self) -> list[str]:
        """What to put before a command of this machine, so that it uses the other one's network."""
        return ["nsenter", f"--net=/proc/{self._pid}/ns/net", "--"]

    def _enter(self, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid"]
        environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]
        return subprocess.run(
            ["nsenter", f"--target={self._pid}", *namespaces, "--", *environment, *command],
            input=stdin, capture_output=True, text=True, timeout=120,
        )

    def run(self, *command: str, stdin: str = "", code: int = 0) -> str:
        """Run a command there, as root, that has to end with this code. Returns what it printed."""
        done = self._enter(*command, stdin=stdin)
        assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def processes_of(self, unit: str) -> list[int]:
        """The processes of a unit, by their numbers outside."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    groups = (entry / "cgroup").read_text()
                    if self.name in groups and f"/{unit}\n" in groups:
                        found.append(int(entry.name))
        return sorted(found)

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", unit, f"--property={name}", "--value").strip()

    def journal(self, unit: str) -> list[dict[str, Any]]:
        """Every entry about a unit."""
        text = self.run("journalctl", "--no-pager", "--output=json", f"--unit={unit}")
        return [json.loads(line) for line in text.splitlines()]
