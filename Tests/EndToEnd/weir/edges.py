"""Caches in front of the server, with the files of deploy/edge: nginx, and Varnish with HAProxy around it.

The files are used as they stand, but for words that name a machine: ports, certificates, folders. Each of
those must stand there exactly as often as it is listed here, so that what is tested is what is deployed.
Beside the port with TLS each edge gets one without: a thousand players in Python could not afford it.

`origin_requests` is what an edge says that its cache asked the origin for, by address. `counted` compares
that with what the origin counted: nothing goes past the cache.
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from . import processes
from .admin import Metrics
from .places import REPOSITORY
from .ports import free_port
from .publisher import paced
from .recordings import Recording
from .server import Server
from .waiting import wait_until

_FILES = REPOSITORY / "deploy" / "edge"
# Debian keeps servers where only root looks for them.
_ENVIRONMENT = os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin"}
_markers = itertools.count()
_CACHED = re.compile(r"^/[^/]+/(hls|dash)/")
# Makes parts of a second. A part and a list for each of a thousand players: more often than once a second is
# more than Python can ask for.
_BURST_S = 0.9


def replaced(text: str, words: Sequence[tuple[str, str, int]]) -> str:
    """`text` with words replaced, each of which must be there so many times."""
    for old, new, times in words:
        assert text.count(old) == times, f"{old!r} is there {text.count(old)} times, not {times}"
        text = text.replace(old, new)
    return text


class Edge:
    """One cache. `port` is plain HTTP/1.1, `tls_port` is what players get."""

    kind = ""
    programs: tuple[str, ...] = ()

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.port, self.tls_port = free_port(), free_port()
        folder.mkdir(parents=True)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.errors = (folder / "errors").open("wb")

    def run(self, *command: str) -> None:
        self.processes.append(subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors,
            cwd=self.folder, env=_ENVIRONMENT))

    def check(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, env=_ENVIRONMENT)
        assert done.returncode == 0, done.stderr

    def url(self, path: str) -> str:
        return f"https://localhost:{self.tls_port}{path}"

    def origin_requests(self) -> Counter[str]:
        raise NotImplementedError

    def cpu_seconds(self) -> float:
        pids = {process.pid for process in self.processes}
        pids |= {child for pid in pids for child in processes.children(pid)}
        return sum(processes.cpu_seconds(pid) for pid in pids)

    def log(self) -> str:
        return (self.folder / "errors").read_text(errors="replace")

    def stop(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.errors.close()


class NginxEdge(Edge):
    kind = "nginx"
    programs = ("nginx",)

    def __init__(self, server: Server, folder: Path) -> None:
        super().__init__(server, folder)
        file = _FILES / "nginx" / "weir-edge.conf"
        certificate = server.certificate
        (folder / "weir-edge.conf").write_text(replaced(file.read_text(), [
            ("origin.example:443", f"127.0.0.1:{server.port}", 2),
            ("Host origin.example;", "Host localhost;", 2),
            ("proxy_ssl_name origin.example;", "proxy_ssl_name localhost;", 1),
            ("    listen 443 ssl http2;", f"    listen 127.0.0.1:{self.tls_port} ssl http2;\n"
             f"    listen 127.0.0.1:{self.port} backlog=4096;", 1),
            ("/var/cache/nginx/weir", str(folder / "cache"), 1),
            ("/etc/ssl/edge.pem", str(certificate.certificate), 1),
            ("/etc/ssl/edge.key", str(certificate.key), 1),
            ("/etc/ssl/certs/ca-certificates.crt", str(certificate.certificate), 1),
        ]))
        user = "user root;" if os.geteuid() == 0 else ""
        main = folder / "nginx.conf"
        temporary = " ".join(
            f"{kind}_temp_path {folder}/temporary-{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        # What the header of the file asks for, and a record of what goes to the origin.
        main.write_text(f"""
            {user} daemon off; pid {folder}/nginx.pid; error_log {folder}/errors;
            worker_processes 2; worker_rlimit_nofile 40000;
            events {{ worker_connections 16384; }}
            http {{
              {temporary}
              log_format weir '$request_uri|$upstream_addr|$upstream_status|$status';
              access_log {folder}/requests weir;
              include {folder}/weir-edge.conf;
            }}""")
        command = ["nginx", "-p", str(folder), "-e", str(folder / "errors"), "-c", str(main)]
        self.check(*command, "-t")
        self.run(*command)

    def origin_requests(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for line in (self.folder / "requests").read_text().splitlines():
            address, asked, *_ = line.rsplit("|", 3)
            tries = [each for each in re.split(r"[,:] ", asked) if each not in ("", "-")]
            if tries and _CACHED.match(address):
                found[address] += len(tries)
        return found


class VarnishEdge(Edge):
    kind = "varnish"
    programs = ("varnishd", "varnishncsa", "haproxy")

    def __init__(self, server: Server, folder: Path) -> None:
        super().__init__(server, folder)
        inner, outer = free_port(), free_port()
        certificate = server.certificate
        both = folder / "edge.pem"
        both.write_bytes(certificate.certificate.read_bytes() + certificate.key.read_bytes())
        haproxy = folder / "haproxy.cfg"
        haproxy.write_text(replaced((_FILES / "varnish" / "haproxy.cfg").read_text(), [
            ("origin.example:443", f"127.0.0.1:{server.port}", 2),
            ("Host origin.example", "Host localhost", 2),
            ("str(origin.example)", "str(localhost)", 2),
            ("    bind :443 ssl", f"    bind 127.0.0.1:{self.port} backlog 4096\n"
             f"    bind 127.0.0.1:{self.tls_port} ssl", 1),
            ("127.0.0.1:6081", f"127.0.0.1:{inner}", 1),
            ("127.0.0.1:6082", f"127.0.0.1:{outer}", 1),
            ("/etc/haproxy/edge.pem", str(both), 1),
            ("/etc/ssl/certs/ca-certificates.crt", str(certificate.certificate), 2),
        ]))
        text = (_FILES / "varnish" / "weir.vcl").read_text()
        vcl = folder / "weir.vcl"
        vcl.write_text(replaced(text, [('.port = "6082"', f'.port = "{outer}"', 1)]))
        # The command is the one that the file recommends.
        recommended = re.findall(r"^#     (varnishd .*)$", text, re.MULTILINE)
        command = replaced(recommended[0], [
            ("127.0.0.1:6081", f"127.0.0.1:{inner}", 1), ("/etc/varnish/weir.vcl", str(vcl), 1)])
        self.check("haproxy", "-c", "-f", str(haproxy))
        self.run(*shlex.split(command), "-n", str(folder / "varnish"), "-F", "-j", "none")
        self.run("haproxy", "-f", str(haproxy), "-db")
        wait_until(lambda: (folder / "varnish" / "_.vsm_child").exists(), "Varnish's log")
        # `-b`: what goes to the origin.
        self.run(
            "varnishncsa", "-n", str(folder / "varnish"), "-b", "-t", "20",
            "-w", str(folder / "requests"), "-F", "%U%q|%s")

    def origin_requests(self) -> Counter[str]:
        file = self.folder / "requests"
        lines = file.read_text().splitlines() if file.exists() else []
        return Counter(line.rsplit("|", 1)[0] for line in lines)


EDGES: dict[str, type[Edge]] = {each.kind: each for each in (NginxEdge, VarnishEdge)}


def start(kind: str, server: Server, folder: Path) -> Edge:
    """An edge that passes requests on."""
    for program in EDGES[kind].programs:
        if shutil.which(program, path=_ENVIRONMENT["PATH"]) is None:
            pytest.skip(f"{program} is not installed (scripts/install-packages test)")
    edge = EDGES[kind](server, folder)
    try:
        wait_until(lambda: _answers(edge), f"{kind} to pass requests on")
    except AssertionError as error:
        edge.stop()
        raise AssertionError(f"{error}\n{edge.log()}") from None
    return edge


class Count:
    """Requests to the origin, by address."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        #: To be told by the test: requests that are for the origin alone.
        self.beside = 0
        self.at_origin = 0.0


@contextmanager
def counted(edge: Edge) -> Iterator[Count]:
    """What the edge asks its origin for meanwhile. It is what the origin counts."""
    total = _settled(edge)
    before = edge.origin_requests()
    count, looks = Count(), 0
    yield count

    def is_complete() -> bool:
        nonlocal looks
        looks += 1
        count.requests = edge.origin_requests() - before
        # Looking is a request, too.
        count.at_origin = _origin_total(edge) - total - looks
        return count.requests.total() + count.beside == count.at_origin

    try:
        wait_until(is_complete, "the edge and the origin to count the same", every_s=0.2)
    except AssertionError as error:
        raise AssertionError(
            f"{error}: {count.at_origin:g} at the origin, {count.beside} of them beside the cache, "
            f"{count.requests.total()} by the edge") from None


def _settled(edge: Edge) -> float:
    """What the origin has counted, when what was asked before is in its figures and in the edge's record."""
    marker = f"/nobody/hls/{next(_markers)}"
    subprocess.run(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{edge.port}{marker}"])
    wait_until(lambda: marker in edge.origin_requests(), "the edge to record what it does")
    # Workers show what they have counted once a second, or somewhat later when they get no processor.
    # Looking at it is a request, and nothing else is.
    seen = [0.0]

    def is_settled() -> bool:
        seen.append(_origin_total(edge))
        return seen[-1] == seen[-2] + 1

    wait_until(is_settled, "the origin's figures to stand still", every_s=2)
    return seen[-1]


def _origin_total(edge: Edge) -> float:
    return Metrics(edge.server).total("weir_requests_total")


def bursts(recording: Recording, stop: threading.Event) -> Iterator[bytes]:
    """As of an encoder that sends what it has once a second: parts are as long."""
    gathered, due = b"", time.monotonic()
    for piece in paced(recording, 1, stop):
        gathered += piece
        if time.monotonic() >= due:
            yield gathered
            gathered, due = b"", due + _BURST_S
    yield gathered


def _answers(edge: Edge) -> bool:
    for process in edge.processes:
        assert process.poll() is None, f"{process.args} ended: {edge.log()}"
    done = subprocess.run(
        ["curl", "-sf", "-o", "/dev/null", f"http://127.0.0.1:{edge.port}/no-such-stream/hls/x",
         "-w", "%{http_code}"], capture_output=True, text=True)
    return done.stdout == "404"
