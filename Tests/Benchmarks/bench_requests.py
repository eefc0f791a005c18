"""Requests per second of processor time, beside other servers with the same file in the same run; and
what one request allocates."""

from __future__ import annotations

import mmap
import re
import shutil
import statistics
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench_setting import Figure, Bench, cpu_seconds, tree
from weir import processes
from weir.certificate import Certificate
from weir.h2load import h2load, report
from weir.ports import free_port
from weir.server import Server
from weir.waiting import wait_until

_ASSETS = Path(__file__).resolve().parents[2] / "Sources/Worker/Web/Assets"
_COUNTER = Path(__file__).with_name("allocation_count.c")
_REQUESTS = 100_000
# Alternating, so that what else the machine does hits all of them.
_ROUNDS = 5


@dataclass(frozen=True)
class Target:
    """One address of one server; `pids` are the processes whose time counts."""

    name: str
    url: str
    pids: Callable[[], list[int]]


def requests(bench: Bench) -> list[Figure]:
    """An asset of about 1 KiB and the list of streams; medians over rounds."""
    asset = asset_of_1_kib()
    with ExitStack() as stack:
        server = stack.enter_context(bench.weir(workers=1))
        path = f"/assets/{assets_version(server)}/{asset.relative_to(_ASSETS)}"
        targets = [
            Target("weir: asset of 1 KiB", server.url(path), lambda: tree(server)),
            Target("weir: /api/streams", server.url("/api/streams"), lambda: tree(server)),
        ]
        for other in OTHERS:
            if shutil.which(other.program):
                made = other(bench.fresh_folder(other.program), bench.certificate, asset)
                targets.append(stack.enter_context(made.running()))
        medians = median_rates(targets)
    figures = [Figure(f"{name}, requests", rate, "/CPU-s") for name, rate in medians.items()]
    ours, listed, theirs = (
        medians.get(name) for name in (targets[0].name, targets[1].name, H2o.label))
    if theirs:
        figures.append(Figure("weir's asset over h2o's", ours / theirs, "x", ">= 0.9"))
        figures.append(Figure("/api/streams over h2o's asset", listed / theirs, "x", ">= 0.6"))
    return figures + allocations(bench, asset)


def median_rates(targets: list[Target]) -> dict[str, float]:
    """Requests for each second of processor time, by the names of the targets."""
    rates: dict[str, list[float]] = {target.name: [] for target in targets}
    for _ in range(_ROUNDS):
        for target in targets:
            rates[target.name].append(requests_per_cpu_second(target))
    return {name: statistics.median(each) for name, each in rates.items()}


def requests_per_cpu_second(target: Target) -> float:
    before = cpu_seconds(target.pids())
    seen = report(h2load("-c", "10", "-m", "10", "-n", str(_REQUESTS), target.url))
    assert seen.ok == _REQUESTS, seen.text
    return _REQUESTS / (cpu_seconds(target.pids()) - before)


def asset_of_1_kib() -> Path:
    files = [path for path in _ASSETS.rglob("*") if path.suffix in (".js", ".css", ".svg")]
    return min(files, key=lambda path: abs(path.stat().st_size - 1024))


def assets_version(server: Server) -> str:
    found = re.search(r"/assets/([0-9a-z]+)/", server.get("/").body.decode())
    assert found, "the first page names its assets"
    return found.group(1)


# What a request allocates


def allocations(bench: Bench, asset: Path) -> list[Figure]:
    """Of one worker, when it is warm: by its own code, and by the libraries under it."""
    if not shutil.which("cc"):
        return []
    folder = bench.fresh_folder("allocations")
    library, page = folder / "allocation_count.so", folder / "counts"
    subprocess.run(
        ["cc", "-O2", "-fno-omit-frame-pointer", "-shared", "-fPIC", "-o", library, _COUNTER,
         "-ldl"], check=True)
    page.write_bytes(bytes(mmap.PAGESIZE))
    # The supervisor loads it as well, and allocates nothing for requests.
    server = Server(
        folder, bench.certificate, workers=1, arguments=["--exempt-network", "127.0.0.0/8"],
        launcher=["env", f"LD_PRELOAD={library}", f"ALLOCATION_COUNT={page}"])
    try:
        server.start()
        figures = []
        path = f"/assets/{assets_version(server)}/{asset.relative_to(_ASSETS)}"
        for name, url in (("asset", server.url(path)), ("/api/streams", server.url("/api/streams"))):
            own, libraries = per_request(page, url)
            figures += [
                Figure(f"{name}: allocations of our code per request", own, "",
                       "< 0.01" if name == "asset" else None),
                Figure(f"{name}: allocations of libraries per request", libraries, ""),
            ]
        server.stop(check=False)
        return figures
    finally:
        server.destroy()


def per_request(page: Path, url: str) -> tuple[float, float]:
    """By a short and a long run of the same connections, so that what they cost themselves goes out."""
    def run(count: int) -> tuple[int, int]:
        before = struct.unpack_from("=QQ", page.read_bytes())
        seen = report(h2load("-c", "10", "-m", "10", "-n", str(count), url))
        assert seen.ok == count, seen.text
        after = struct.unpack_from("=QQ", page.read_bytes())
        return after[0] - before[0], after[1] - before[1]

    run(10_000)
    short, long = run(10_000), run(60_000)
    return (long[0] - short[0]) / 50_000, (long[1] - short[1]) / 50_000


# Other servers, one thread or worker each


class Other:
    """A server in the foreground that serves one file."""

    program = ""
    label = ""

    def __init__(self, folder: Path, certificate: Certificate, asset: Path) -> None:
        self.folder = folder
        self.certificate = certificate
        self.port = free_port()
        (folder / "www").mkdir()
        shutil.copy(asset, folder / "www" / "asset.js")
        # Those that give up root's rights must still reach it.
        for part in (folder, *folder.parents):
            if str(part).startswith("/tmp/"):
                part.chmod(0o755)

    def command(self) -> list[str]:
        raise NotImplementedError

    @contextmanager
    def running(self) -> Iterator[Target]:
        process = subprocess.Popen(
            self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            url = f"https://localhost:{self.port}/asset.js"
            pids = lambda: [process.pid, *processes.children(process.pid)]  # noqa: E731
            wait_until(lambda: is_there(url), f"{self.program} to serve")
            yield Target(self.label, url, pids)
        finally:
            process.terminate()
            process.wait(20)


def is_there(url: str) -> bool:
    return subprocess.run(
        ["curl", "-sko", "/dev/null", "--fail", url], check=False).returncode == 0


class H2o(Other):
    program = "h2o"
    label = "h2o: the same file"

    def command(self) -> list[str]:
        configuration = self.folder / "h2o.conf"
        configuration.write_text(f"""
num-threads: 1
listen:
  host: 127.0.0.1
  port: {self.port}
  ssl: {{ certificate-file: {self.certificate.certificate}, key-file: {self.certificate.key} }}
hosts:
  default:
    paths: {{ "/": {{ file.dir: {self.folder}/www }} }}
""")
        return ["h2o", "-c", str(configuration)]


class Nghttpd(Other):
    program = "nghttpd"
    label = "nghttpd: the same file"

    def command(self) -> list[str]:
        return ["nghttpd", "-a", "127.0.0.1", "-d", f"{self.folder}/www", str(self.port),
                str(self.certificate.key), str(self.certificate.certificate)]


class NginxFile(Other):
    program = "nginx"
    label = "nginx: the same file"

    def command(self) -> list[str]:
        folder = self.folder
        (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 100000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    open_file_cache max=100; types {{ text/javascript js; }}
    server {{
        listen 127.0.0.1:{self.port} ssl http2;
        ssl_certificate {self.certificate.certificate}; ssl_certificate_key {self.certificate.key};
        ssl_protocols TLSv1.2 TLSv1.3;
        location / {{ root {folder}/www; }}
    }}
}}
""")
        return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


OTHERS: list[type[Other]] = [H2o, Nghttpd, NginxFile]
