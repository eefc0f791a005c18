"""What all benchmarks share: a figure, a place to work in, and servers to measure."""

from __future__ import annotations

import itertools
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from weir import processes
from weir.certificate import Certificate
from weir.ports import free_port
from weir.server import Server
from weir.waiting import wait_until

_count = itertools.count()
#: Where servers run when they are compared.
SERVER_CORE = 0


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
        return made

    @contextmanager
    def weir(self, *arguments: str, workers: int = 2) -> Iterator[Server]:
        """A running server."""
        raise_descriptor_limit()
        folder = self.fresh_folder("weir")
        # All clients come from one address here.
        arguments = (*arguments, "--exempt-network", "127.0.0.0/8")
        server = Server(folder, self.certificate, arguments=arguments, workers=workers,
                        launcher=self.launcher)
        try:
            yield server.start()
            server.stop(check=False)
        finally:
            server.destroy()

    @contextmanager
    def nginx(self, directives: str = "") -> Iterator["Nginx"]:
        """nginx with two workers, the same certificate, and one small file."""
        raise_descriptor_limit()
        nginx = Nginx(self.fresh_folder("nginx"), self.certificate, directives)
        try:
            yield nginx.start()
        finally:
            nginx.stop()


class Nginx:
    """nginx in the foreground with a configuration of its own."""

    def __init__(self, folder: Path, certificate: Certificate, directives: str = "") -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "www").mkdir()
        (folder / "www" / "small").write_text("x" * 200)
        (folder / "nginx.conf").write_text(_CONFIGURATION.format(
            folder=folder, port=self.port, certificate=certificate.certificate, key=certificate.key,
            directives=directives))
        # Its workers give up root's rights and must still reach the files.
        for part in (folder, *folder.parents):
            if str(part).startswith("/tmp/"):
                part.chmod(0o755)

    def start(self) -> "Nginx":
        self._process = subprocess.Popen(
            ["nginx", "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")],
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: len(processes.children(self._process.pid)) == 2, "nginx's workers")
        return self

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    @property
    def files(self) -> Path:
        return self._folder / "www"

    @property
    def pids(self) -> list[int]:
        assert self._process is not None
        return [self._process.pid, *processes.children(self._process.pid)]

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)


_CONFIGURATION = """
daemon off;
worker_processes 2;
pid {folder}/pid;
error_log {folder}/error.log;
worker_rlimit_nofile 20000;
events {{ worker_connections 8192; }}
http {{
    access_log off; {directives}
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_timeout 600s; keepalive_requests 1000000;
    server {{
        listen 127.0.0.1:{port} ssl http2 backlog=4096;
        ssl_certificate {certificate}; ssl_certificate_key {key};
        ssl_protocols TLSv1.2 TLSv1.3;
        location / {{ root {folder}/www; }}
    }}
}}
"""


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
