"""What is in the package and in the container image: judged by Debian's own tools, by the shells whose
completions there are, and by running the image's programs with nothing but the image around them. These
run with the systemd tests, which make the package anyway."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from weir import curl, package
from weir.certificate import Certificate
from weir.places import REPOSITORY
from weir.ports import free_port
from weir.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.systemd

# For the machine, as against what the programs load.
_FOR_THE_MACHINE = {"openssl", "systemd"}


@pytest.fixture(scope="module")
def root(weir_binaries: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, unpacked."""
    return package.unpack(package.make(), tmp_path_factory.mktemp("package") / "root")


@pytest.fixture(scope="module")
def said(root: Path) -> dict[str, object]:
    """The command line as the program describes it."""
    text = _run(root / "usr/bin/weir", "--experimental-dump-help").stdout
    return json.loads(text)["command"]


def _run(*command: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
    return subprocess.run(
        [str(part) for part in command], check=check, capture_output=True, text=True,
        env=clean | {"MANWIDTH": "100", "LC_ALL": "C.UTF-8"})


def _words(text: str) -> str:
    return " ".join(text.split())


def _documented_settings() -> list[str]:
    table = (REPOSITORY / "docs/configuration.md").read_text()
    found = re.findall(r"(?m)^\| `--([a-z-]+) ", table)
    assert len(found) > 10
    return found


# The package


def test_lintian_has_nothing_to_say() -> None:
    done = _run("lintian", "--fail-on", "error,warning", package.make(), check=False)
    assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr


def test_it_depends_on_what_the_documents_say_and_on_nothing_of_the_toolchain(root: Path) -> None:
    text = (REPOSITORY / "docs/operations.md").read_text()
    listed = re.search(r"\(on Debian 12:\s+([^)]*)\)", text)
    assert listed
    depends = re.split(r"[^,]*\|[^,]*|, ", package.field(package.make(), "Depends"))
    names = {one.split()[0] for one in depends if one.strip()} - _FOR_THE_MACHINE
    everywhere = {"libc6", "libgcc-s1"}
    assert names - everywhere == {name.strip() for name in listed[1].split(",")}
    for program in ("weir", "weir-worker"):
        loaded = re.findall(r"=> (\S+)", _run("ldd", root / "usr/bin" / program).stdout)
        assert len(loaded) > 3
        assert all(path.startswith(("/lib/", "/usr/lib/")) for path in loaded), loaded


def test_its_version_is_the_programs(root: Path) -> None:
    version = _run(root / "usr/bin/weir", "--version").stdout.strip()
    assert package.field(package.make(), "Version") == version
    assert package.make().name.startswith(f"weir_{version}_")


def test_the_tarball_is_the_same_whoever_makes_it(
    weir_binaries: Path, tmp_path: Path
) -> None:
    """Made of files that are nobody else's to read, it has the same bytes."""
    strict = tmp_path / "strict"
    for name in ("deploy", "docs", "scripts", "Sources/Shared/Settings"):
        shutil.copytree(REPOSITORY / name, strict / name)
    shutil.copy(REPOSITORY / "CHANGELOG.md", strict)
    subprocess.run(["chmod", "-R", "go=", strict], check=True)
    made = {}
    for umask, root in ((0o002, REPOSITORY), (0o077, strict)):
        done = subprocess.run(
            [root / "scripts/package", "tarball"], check=True, capture_output=True, text=True,
            umask=umask, env=os.environ | {
                "WEIR_PACKING": "quick", "WEIR_BINARIES": str(weir_binaries.absolute()),
                "SOURCE_DATE_EPOCH": "1000000000"})
        made[umask] = (root / done.stdout.strip()).read_bytes()
    assert made[0o002] == made[0o077]
    with tarfile.open(strict / done.stdout.strip()) as tar:
        members = tar.getmembers()
    assert {(one.uid, one.gid, one.mtime) for one in members} == {(0, 0, 1000000000)}
    assert {one.mode for one in members if one.isfile()} == {0o644, 0o755}
    assert {one.mode for one in members if one.isdir()} == {0o755}


# Pages of the manual, completions


def test_the_manual_tells_every_command_and_every_setting(
    root: Path, said: dict[str, object]
) -> None:
    manual = root / "usr/share/man"
    pages = {}
    for name in ("man1/weir.1.gz", "man5/weir.toml.5.gz"):
        done = _run("man", "--warnings", "--local-file", manual / name)
        assert done.stderr == "" and "NAME" in done.stdout
        pages[name] = _words(done.stdout)
    program, file = pages.values()

    def look(command: dict[str, object], path: str) -> None:
        for one in command.get("subcommands", []):
            if one["commandName"] != "help":
                assert f"{path} {one['commandName']}" in program
                assert _words(one["abstract"]) in program
                look(one, f"{path} {one['commandName']}")
    look(said, "weir")
    for name in _documented_settings():
        assert f"--{name} " in program and f" {name} " in file


@pytest.mark.parametrize(("shell", "file"), [
    (["bash", "-n"], "bash-completion/completions/weir"),
    (["zsh", "-n"], "zsh/vendor-completions/_weir"),
    (["fish", "--no-execute"], "fish/vendor_completions.d/weir.fish"),
])
def test_shells_can_read_its_completions(root: Path, shell: list[str], file: str) -> None:
    path = root / "usr/share" / file
    done = _run(*shell, path)
    assert done.stderr == ""
    assert "check-config" in path.read_text()


# The file of settings


def test_the_file_of_settings_has_each_of_them_with_its_default(
    root: Path, certificate: Certificate, tmp_path: Path
) -> None:
    """Uncommenting a line changes nothing, unless it only shows what a value looks like."""
    text = (root / "etc/weir/weir.toml").read_text()
    lines = dict(re.findall(r"(?m)^#?([a-z-]+) = (.*)$", text))
    assert list(lines) == _documented_settings()
    set_already = re.findall(r"(?m)^([a-z-]+) = ", text)
    assert set_already == ["data", "cert", "key", "log-format"]

    here = {"data": tmp_path, "cert": certificate.certificate, "key": certificate.key}
    for name, path in here.items():
        text = re.sub(rf'(?m)^{name} = "(.*)"$', f'{name} = "{path}"', text)
    all_of_them = re.sub(r'(?m)^#([a-z-]+ = (?!\[?"[A-Z:]+"))', r"\1", text)
    assert len(re.findall(r"(?m)^[a-z-]+ = ", all_of_them)) > len(lines) - 6

    def values(content: str) -> list[list[str]]:
        file = tmp_path / "weir.toml"
        file.write_text(content)
        report = _run(root / "usr/bin/weir", "check-config", "--config", file).stdout
        return [line.split()[:2] for line in report.splitlines()]
    assert values(all_of_them) == values(text)


# The container image


@pytest.fixture(scope="module")
def image(weir_binaries: Path) -> Path:
    return package.make("image")


@pytest.fixture(scope="module")
def container(
    image: Path, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, object]]]:
    """The image as an engine unpacks it, and its configuration."""
    if os.geteuid() != 0:
        pytest.skip("unpacking an image takes root")
    folder = tmp_path_factory.mktemp("image")
    # Checks all digests on the way.
    _run("skopeo", "--insecure-policy", "copy", f"oci-archive:{image}", f"dir:{folder}/parts")
    manifest = json.loads((folder / "parts/manifest.json").read_text())
    config, (layer,) = manifest["config"], manifest["layers"]
    settings = json.loads((folder / "parts" / config["digest"].split(":")[1]).read_text())
    root = folder / "root"
    with tarfile.open(folder / "parts" / layer["digest"].split(":")[1]) as tar:
        tar.extractall(root, numeric_owner=True, filter="fully_trusted")
    for name in ("proc", "dev"):
        (root / name).mkdir()
    for file in (certificate.certificate, certificate.key):
        (root / "etc/weir" / file.name).write_bytes(file.read_bytes())
    yield root, settings["config"]


def test_engines_that_know_no_other_layout_load_the_image(image: Path) -> None:
    shown = json.loads(_run("skopeo", "inspect", f"docker-archive:{image}").stdout)
    assert shown["Architecture"] == _run("dpkg", "--print-architecture").stdout.strip()


def test_the_image_serves_with_nothing_else_around_it(
    container: tuple[Path, dict[str, object]], certificate: Certificate
) -> None:
    root, config = container
    port, user = free_port(), config["User"]
    environment = [*config["Env"], f"WEIR_LISTEN=127.0.0.1:{port}", "WEIR_ADMIN=off"]
    script = 'mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" && ' \
        'root=$1 user=$2 && shift 2 && exec chroot --userspec="$user" "$root" "$@"'
    # env is this machine's, so the environment is set before.
    process = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", script, "sh", root, str(user), *config["Entrypoint"],
         *config["Cmd"]],
        env=dict(one.split("=", 1) for one in environment) | {"PATH": os.environ["PATH"]},
        stderr=subprocess.PIPE, text=True, cwd="/")
    try:
        def is_serving() -> bool:
            assert process.poll() is None, process.stderr and process.stderr.read()
            url = f"https://localhost:{port}/api/streams"
            return curl.request("GET", url, certificate.certificate).status == 200
        wait_until(is_serving, "the image to serve")
        assert os.stat(f"/proc/{process.pid}").st_uid == int(str(user).split(":")[0])
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.communicate()
