"""A small Debian in a folder, to be booted: what a fresh server has, and what Weir's package depends on.

It is made by debootstrap from the mirror that apt uses here, once, and kept in build/machines. Its
name holds all that distinguishes it; it gets that name when it is complete.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from .exclusive import one_at_a_time
from .places import BUILD

MACHINES = BUILD / "machines"
# For the machine itself; Weir needs none of them. dbus: systemctl of a booted systemd wants it. sqlite3: for
# backups, as the documents have them.
_FOR_THE_MACHINE = ["dbus", "sqlite3", "systemd"]


class Unavailable(Exception):
    """This machine cannot do it, through no fault of Weir's. Says why."""


def make_tree(needed: list[str]) -> tuple[Path, bool]:
    """The tree with the packages that are needed, from the cache if it is there, and whether it is
    new."""
    codename = _codename()
    packages = sorted({*_FOR_THE_MACHINE, *needed})
    key = hashlib.sha256("\n".join([codename, *packages]).encode()).hexdigest()[:12]
    tree = MACHINES / f"{codename}-{key}"
    with one_at_a_time(tree):
        is_new = not tree.is_dir()
        if is_new:
            for old in MACHINES.glob("*/"):
                shutil.rmtree(old)  # unfinished, or of another recipe
            _bootstrap(tree, packages)
    return tree, is_new


def forget(tree: Path) -> None:
    """Remove a tree that does not work, so that the next one is made anew."""
    with one_at_a_time(tree):
        shutil.rmtree(tree, ignore_errors=True)


def _bootstrap(tree: Path, packages: list[str]) -> None:
    suite, mirror = _mirror()
    unfinished = tree.with_name("unfinished-" + tree.name)
    log = MACHINES / "debootstrap.log"
    with log.open("wb") as out:
        done = subprocess.run(
            [
                "debootstrap", "--variant=minbase", f"--include={','.join(packages)}", suite,
                str(unfinished), mirror,
            ],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=os.environ | _proxy(),
        )
    if done.returncode != 0:
        end = " / ".join(log.read_text(errors="replace").splitlines()[-3:])
        shutil.rmtree(unfinished, ignore_errors=True)
        raise Unavailable(f"debootstrap cannot make a Debian: {end}")
    shutil.rmtree(unfinished / "var/cache/apt/archives", ignore_errors=True)
    unfinished.rename(tree)


def _codename() -> str:
    """Binaries that were built here run on the same release only."""
    lines = Path("/etc/os-release").read_text().splitlines()
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    if facts.get("ID", "").strip('"') != "debian":
        raise Unavailable("this is no Debian, and the binaries would not run in one")
    return facts["VERSION_CODENAME"].strip('"')


def _mirror() -> tuple[str, str]:
    """The suite and the mirror's address as apt on this machine has them."""
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CODENAME) $(COMPONENT) $(SITE)",
         "Created-By: Packages"],
        capture_output=True, text=True,
    )
    wanted = (_codename(), "main")
    for line in done.stdout.splitlines():
        suite, component, site = line.split()
        if (suite, component) == wanted:
            return suite, site
    raise Unavailable("apt knows no mirror of this Debian")


def _proxy() -> dict[str, str]:
    """debootstrap does not look at apt's settings."""
    done = subprocess.run(
        ["apt-config", "shell", "PROXY", "Acquire::http::Proxy"], capture_output=True, text=True
    )
    found = re.match(r"PROXY='(.+)'", done.stdout)
    return {"http_proxy": found[1]} if found else {}
