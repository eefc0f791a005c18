"""What all benchmarks share: a figure, a place to work in, and servers to measure."""

from __future__ import annotations

import itertools
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from weir import processes
from weir.certificate import Certificate
from weir.server import Server

_count = itertools.count()
#: Where servers run when they are compared: the first core that this process was given.
SERVER_CORE = min(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Figure:
    """One line of the table. `aim` is what the project wants it to be, in words."""

    name: str
    value: float
    unit: str
    aim: str | None = None


@dataclass(frozen=True)
class Bench:
    """A scratch folder and the certificate that all servers in a run share.

    `quick`: the two-minute version, with one round of smaller loads. `pinned`: servers run on the first core,
    everything else on the others.
    """

    folder: Path
    certificate: Certificate
    quick: bool = False
    pinned: bool = False

    @property
    def rounds(self) -> int:
        return 1 if self.quick else 5

    def scale(self, count: int) -> int:
        """How much of a load a quick run makes."""
        return max(1, count // 5) if self.quick else count

    @property
    def launcher(self) -> list[str]:
        """What the command line of a server that is measured begins with."""
        return ["taskset", "-c", str(SERVER_CORE)] if self.pinned else []

    def fresh_folder(self, name: str) -> Path:
        made = self.folder / f"{name}-{next(_count)}"
        made.mkdir()
        # Servers that give up root's rights must still reach what is theirs in it.
        made.chmod(0o755)
        return made

    @contextmanager
    def passing_folder(self, name: str) -> Iterator[Path]:
        """One that goes with what works in it: rings take their whole size of the disk at once, and a run
        starts hundreds of servers."""
        made = self.fresh_folder(name)
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    @contextmanager
    def passing(self, name: str) -> Iterator["Bench"]:
        """The same with a scratch folder that goes at the end of the `with`, and all that was made in it."""
        with self.passing_folder(name) as folder:
            yield replace(self, folder=folder)

    @contextmanager
    def weir(self, *arguments: str, workers: int = 2) -> Iterator[Server]:
        """A running server."""
        raise_descriptor_limit()
        # All clients come from one address here.
        arguments = (*arguments, "--exempt-network", "127.0.0.0/8")
        with self.passing_folder("weir") as folder:
            server = Server(folder, self.certificate, arguments=arguments, workers=workers,
                            launcher=self.launcher)
            try:
                yield server.start()
                server.stop(check=False)
            finally:
                server.destroy()


def tree(server: Server) -> list[int]:
    """The supervisor and its workers."""
    return [server.pid, *server.workers().values()]


def cpu_seconds(pids: list[int]) -> float:
    return sum(processes.cpu_seconds(pid) for pid in pids)


def memory(pids: list[int], kind: str) -> int:
    return sum(processes.memory_bytes(pid)[kind] for pid in pids)


@contextmanager
def pinned(bench: Bench) -> Iterator[Bench]:
    """From now on, this process and what it starts leave the servers' core to them."""
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, all_cores - {SERVER_CORE} or all_cores)
    try:
        yield replace(bench, pinned=True)
    finally:
        os.sched_setaffinity(0, all_cores)


def raise_descriptor_limit() -> None:
    """Thousands of clients need as many descriptors."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
