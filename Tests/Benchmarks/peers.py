"""Other servers with files of our choice, each configured as one who knows it well would for this.

All have the same certificate (ECDSA P-256) and TLS 1.3; the load offers AES-128-GCM alone. No logs of
accesses, no compression, files kept open where the server can, and connections may stay.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench_setting import Bench, raise_descriptor_limit
from weir import processes
from weir.ports import free_port
from weir.waiting import wait_until

# For what is under way; then it is killed.
_GOODBYE_S = 20


class Peer:
    """A server in the foreground that serves `files`, by `workers` processes or threads."""

    name = ""
    version_arguments = ("--version",)

    def __init__(self, bench: Bench, files: dict[str, bytes], workers: int) -> None:
        self.bench = bench
        self.workers = workers
        self.folder = bench.fresh_folder(self.name)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.files = self.folder / "www"
        self.files.mkdir()
        for name, content in files.items():
            (self.files / name).write_bytes(content)
        # Those that give up root's rights must still reach the files.
        self.files.chmod(0o755)

    @classmethod
    def is_installed(cls) -> bool:
        return shutil.which(cls.name) is not None

    @classmethod
    def version(cls) -> str:
        said = subprocess.run([cls.name, *cls.version_arguments], capture_output=True, text=True, check=False)
        return (said.stdout + said.stderr).splitlines()[0].removeprefix("nginx version: ")

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        url = self.url(next(iter(self.files.iterdir())).name)
        done = subprocess.run(["curl", "-sko", "/dev/null", "--fail", url], check=False)
        return done.returncode == 0

    def start(self) -> "Peer":
        self._process = subprocess.Popen(
            [*self.bench.launcher, *self.command()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_until(self.is_ready, f"{self.name} to serve")
        return self

    def stop(self) -> None:
        """Its folder goes with it."""
        try:
            if self._process is not None and self._process.poll() is None:
                self.end(self._process)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            self.kill(process)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """With its children, which would go on without it."""
        for pid in processes.children(process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}/{path}"

    @property
    def pids(self) -> list[int]:
        """All processes whose time and memory count."""
        assert self._process is not None
        return [self._process.pid, *processes.children(self._process.pid)]


class Nginx(Peer):
    """The pieces that it reads and sends are as large as TLS and HTTP/2 let them be."""

    name = "nginx"
    version_arguments = ("-v",)

    def command(self) -> list[str]:
        folder, certificate = self.folder, self.bench.certificate
        (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes {self.workers}; worker_rlimit_nofile 20000;
pid {folder}/pid; error_log {folder}/error.log crit;
events {{ worker_connections 16384; multi_accept on; }}
http {{
    access_log off;
    sendfile on; tcp_nopush on; tcp_nodelay on; output_buffers 2 512k; http2_chunk_size 16k;
    open_file_cache max=10000 inactive=1h; open_file_cache_valid 1h;
    keepalive_timeout 1h; keepalive_requests 1000000000; http2_max_concurrent_streams 1000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{self.port} ssl http2 backlog=4096;
        ssl_certificate {certificate.certificate}; ssl_certificate_key {certificate.key};
        ssl_protocols TLSv1.3; ssl_buffer_size 16k;
        location / {{ root {self.files}; }}
    }}
}}
""")
        return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


class H2o(Peer):
    name = "h2o"

    def command(self) -> list[str]:
        configuration, certificate = self.folder / "h2o.conf", self.bench.certificate
        configuration.write_text(f"""
num-threads: {self.workers}
num-name-resolution-threads: 1
max-connections: 16384
http1-request-timeout: 3600
http2-idle-timeout: 3600
listen:
  host: 127.0.0.1
  port: {self.port}
  ssl:
    certificate-file: {certificate.certificate}
    key-file: {certificate.key}
    minimum-version: TLSv1.3
    ocsp-update-interval: 0
hosts:
  default:
    paths: {{ "/": {{ file.dir: {self.files} }} }}
""")
        return ["h2o", "-c", str(configuration)]


class Nghttpd(Peer):
    name = "nghttpd"

    def command(self) -> list[str]:
        certificate = self.bench.certificate
        return ["nghttpd", "-a", "127.0.0.1", "-n", str(self.workers), "-d", str(self.files), str(self.port),
                str(certificate.key), str(certificate.certificate)]


FILE_SERVERS: tuple[type[Peer], ...] = (Nginx, H2o, Nghttpd)


@contextmanager
def running(kind: type[Peer], bench: Bench, files: dict[str, bytes], workers: int = 1) -> Iterator[Peer]:
    raise_descriptor_limit()
    peer = kind(bench, files, workers)
    try:
        yield peer.start()
    finally:
        peer.stop()
