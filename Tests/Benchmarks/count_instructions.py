"""Counts the instructions that a worker's own code takes for what it does most, under valgrind, and
compares them with Tests/Benchmarks/instructions.json.

Usage: scripts/count-instructions [--update]

A count that is further from the stored one than its tolerance fails: one that rose is a cost that every
viewer pays, one that fell is a gain to be kept. `--update` stores the new counts; the commit says why
they changed. Counted is what lies in weir-worker (the Swift runtime included) and in libnghttp2. Libraries
that choose their code by the processor (OpenSSL, the C library) and the kernel are left out, so the counts
are the same on every x86-64. They depend on the compiler: another one than that of the stored counts
makes no comparison, and says so.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from weir import ebml
from weir.certificate import make_certificate
from weir.http2 import Http2Connection
from weir.places import binaries
from weir.server import Server

STORED = Path(__file__).with_name("instructions.json")
COUNTED = ("weir-worker", "libnghttp2")
#: How far a count may be from the stored one: several times the spread that was seen on busy machines
#: (0.4 % and 0.6 % of requests, 2.5 % of media, 8 % while idle).
TOLERANCE = {"assetRequest": 0.03, "apiRequest": 0.03, "deliveredMB": 0.08, "idleSecond": 0.30}

ASSET = "common/backoff.js"
REQUESTS, VIEWERS, FRAGMENTS, FRAGMENT_BYTES, IDLE_S = 400, 8, 80, 12_500, 4
#: As much as a window can be: nothing of the count is for opening it.
WINDOW = 2**31 - 1


class Counter:
    """One worker under callgrind, and what it has counted between two moments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pid = 0
        self.worker = folder / "worker"
        # Valgrind gives up at debugging information that it does not know, and takes time for symbols,
        # which nothing here asks for. Starting is not counted, so that a supervisor need not wait long.
        bare = folder / "weir-worker"
        subprocess.run(
            ["strip", "--strip-all", "-o", bare, binaries() / "weir-worker"], check=True)
        self.worker.write_text(f"""#!/bin/sh
exec valgrind --quiet --tool=callgrind --instr-atstart=no --callgrind-out-file={folder}/counts \\
    --log-file={folder}/log \\
    --compress-strings=no --compress-pos=no --dump-line=no {bare} "$@"
""")
        self.worker.chmod(0o755)

    def begin(self, pid: int) -> None:
        self.pid = pid
        self._tell("instrumentation", "on")

    def during(self, action: Callable[[], object]) -> int:
        self._tell("zero")
        action()
        for old in self.folder.glob("counts.*"):
            old.unlink()
        self._tell("dump")
        [file] = self.folder.glob("counts.*")
        return parse(file.read_text())

    def _tell(self, *command: str) -> None:
        subprocess.run(
            ["vgdb", f"--pid={self.pid}", *command], check=True, capture_output=True, timeout=60)


def parse(text: str) -> int:
    """Adds up what each function took itself; a line below `calls=` is what it called."""
    instructions, is_counted, is_called = 0, False, False
    for line in text.splitlines():
        if line.startswith("ob="):
            is_counted = any(name in line for name in COUNTED)
        elif line.startswith("calls="):
            is_called = True
        elif line[:1].isdigit():
            if is_counted and not is_called:
                instructions += int(line.split()[1])
            is_called = False
    return instructions


def client(server: Server) -> Http2Connection:
    connection = Http2Connection(server, window=WINDOW, credit=False)
    connection.open_window(WINDOW - 65_535)
    return connection


def per_request(counter: Counter, server: Server, path: str) -> float:
    with client(server) as connection:
        def ask(count: int) -> None:
            for _ in range(count):
                assert connection.request("GET", path).status == 200
        ask(50)
        return counter.during(lambda: ask(REQUESTS)) / REQUESTS


def fragments(first: int) -> list[bytes]:
    """Clusters of one frame each, the first of them with what comes before all of them."""
    clusters = [
        ebml.cluster(40 * number, ebml.simple_block(number.to_bytes(4, "big") * (FRAGMENT_BYTES // 4)))
        for number in range(first, first + FRAGMENTS)
    ]
    return clusters if first else [ebml.start() + clusters[0], *clusters[1:]]


def per_idle_second(counter: Counter) -> float:
    """What a worker does when it wakes up and nobody wants anything. How many of its timers share a
    wake-up is chance; what they do in a second is less so, and the middle one of several times least."""
    return statistics.median(counter.during(lambda: time.sleep(IDLE_S)) for _ in range(5)) / IDLE_S


def per_megabyte(counter: Counter, server: Server) -> float:
    """For each MB of a live stream that viewers get."""
    publisher = client(server)
    stream = publisher.open("POST", "/counted/live", [("content-type", "video/webm")], end=False)
    viewers = []

    def publish(pieces: list[bytes]) -> None:
        for piece in pieces:
            before = [len(viewer.responses[1].body) for viewer in viewers]
            publisher.send(stream, piece)
            for viewer, had in zip(viewers, before):
                viewer.wait_for(
                    lambda v=viewer, h=had: len(v.responses[1].body) >= h + FRAGMENT_BYTES, "media")
    publish(fragments(0))
    server.wait_for_state("counted", "live")
    for _ in range(VIEWERS):
        viewer = client(server)
        viewer.open("GET", "/counted/live")
        viewer.wait_for(lambda v=viewer: v.responses[1].body, "the beginning")
        viewers.append(viewer)
    more = fragments(FRAGMENTS)
    publish(more[:20])
    count = counter.during(lambda: publish(more[20:]))
    megabytes = (FRAGMENTS - 20) * FRAGMENT_BYTES * VIEWERS / 1e6
    for connection in (publisher, *viewers):
        connection.close()
    return count / megabytes


def measure() -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="weir-count-") as scratch:
        folder = Path(scratch)
        counter = Counter(folder)
        server = Server(
            folder, make_certificate(folder), workers=1,
            environment={"WEIR_WORKER": str(counter.worker)})
        try:
            server.start()
            [worker] = server.workers().values()
            counter.begin(worker)
            home = server.get("/").body.decode()
            assets = home[home.index("/assets/"):].split('"')[0].rsplit("/", 1)[0]
            asset = per_request(counter, server, f"{assets}/{ASSET}")
            api = per_request(counter, server, "/api/streams")
            idle = per_idle_second(counter)
            delivery = per_megabyte(counter, server)
        except BaseException:
            print(server.log(), (folder / "log").read_text(), file=sys.stderr)
            raise
        finally:
            server.destroy()
    found = {
        "assetRequest": asset, "apiRequest": api, "deliveredMB": delivery, "idleSecond": idle}
    return {name: round(value) for name, value in found.items()}


def compiler() -> str:
    said = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout
    return said.splitlines()[0]


def main() -> int:
    stored = json.loads(STORED.read_text()) if STORED.is_file() else {"counts": {}}
    found = measure()
    for name, count in found.items():
        before = stored["counts"].get(name)
        change = f"{count / before - 1:+.1%}" if before else "new"
        print(f"{name}: {count} instructions ({change}; tolerated: {TOLERANCE[name]:.0%})")
    if sys.argv[1:] == ["--update"]:
        STORED.write_text(json.dumps({"compiler": compiler(), "counts": found}, indent=2) + "\n")
        return 0
    if stored.get("compiler") != compiler():
        print(f"Not compared: the stored counts are those of {stored.get('compiler')}.")
        return 0
    wrong = [
        name for name, count in found.items()
        if abs(count / stored["counts"][name] - 1) > TOLERANCE[name]]
    if wrong:
        print(f"{', '.join(wrong)}: not what is stored. When that is meant, run "
              "scripts/count-instructions --update and say why in the commit.", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
