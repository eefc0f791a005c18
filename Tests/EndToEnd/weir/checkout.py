"""A source tree as after a build, to run its scripts in: with the binaries under test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import curl
from .places import REPOSITORY, binaries
from .ports import free_port
from .waiting import PATIENCE_S, wait_until

PASSWORD = "correct horse battery"
Done = subprocess.CompletedProcess[str]


class Checkout:
    """One source tree, without a compiler in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("scripts", "Sources/Shared/Settings"):
            shutil.copytree(REPOSITORY / name, folder / name)
        shutil.copy(REPOSITORY / "Makefile", folder)
        release = folder / ".build/release"
        release.mkdir(parents=True)
        for name in ("weir", "weir-worker"):
            _link(binaries() / name, release / name)
        self.certificate = folder / "build/certificate/certificate.pem"
        self.run("scripts/make-certificate")

    @property
    def environment(self) -> dict[str, str]:
        ours = ("WEIR_", "PORT", "MAKE")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    def run(
        self, *command: str | Path, check: bool = True, stdin: str = "", folder: Path | None = None,
        **environment: str,
    ) -> Done:
        done = subprocess.run(
            [str(part) for part in command], cwd=folder or self.folder, input=stdin, text=True,
            capture_output=True, timeout=4 * PATIENCE_S, env=self.environment | environment)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def status(self, program: str, *arguments: str) -> str:
        """What `weir status` says. It gives up after five seconds, and one asks again."""
        def answered() -> Done | None:
            done = self.run(program, "status", *arguments, check=False)
            return None if "does not answer" in done.stderr else done

        done = wait_until(answered, "the status")
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def serving(self, port: int, *arguments: str) -> Iterator[Path]:
        """What `make run` does after it has built. Gives the file with what it prints."""
        said = self.folder / f"said-{port}"
        with said.open("wb") as output:
            process = subprocess.Popen(
                ["scripts/run-server", *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
                env=self.environment | {"PORT": str(port), "WEIR_ADMIN": f"localhost:{free_port()}"})

        def is_serving() -> bool:
            assert process.poll() is None, said.read_text()
            url = f"https://localhost:{port}/api/streams"
            return curl.request("GET", url, self.certificate).status == 200
        try:
            wait_until(is_serving, "the server of the checkout")
            yield said
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0, said.read_text()
        finally:
            if process.poll() is None:
                # The kernel ends the server with it.
                process.kill()
                process.wait()


def _link(source: Path, target: Path) -> None:
    """The same file, where the file system can; large ones are not copied for nothing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)
