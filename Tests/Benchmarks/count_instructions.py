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
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from weir import ebml, tls
from weir.certificate import make_certificate
from weir.hls import Playlist
from weir.http1 import RawHttp1
from weir.http2 import Http2Connection
from weir.places import binaries
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

STORED = Path(__file__).with_name("instructions.json")
COUNTED = ("weir-worker", "libnghttp2")
#: How far a count may be from the stored one: several times the spread that was seen on busy machines.
TOLERANCE = {
    "assetRequest": 0.02, "largeAssetRequest": 0.02, "apiRequest": 0.02, "playlistRequest": 0.02,
    "partRequest": 0.03, "segmentRequest": 0.03, "wakeUpHTTP2": 0.06, "wakeUpHTTP1": 0.06,
    "ingestPiece": 0.08, "handshake": 0.10, "idleSecond": 0.30}

#: Of about 1 KiB and of about 12 KB.
ASSET, LARGE_ASSET = "common/backoff.js", "watch/follower.js"
REQUESTS, SEGMENTS, HANDSHAKES, IDLE_S = 400, 50, 60, 4
#: What more viewers cost is what each of them costs; what the broadcast itself costs goes out.
FEW_VIEWERS, MANY_VIEWERS, WAKE_UPS, FRAGMENT_BYTES = 4, 24, 80, 12_500
#: What an encoder writes at a time, ten times a second, and how many of these.
PIECE_BLOCKS, BLOCK_BYTES, PIECES = 8, 700, 200
#: As much as a window can be: nothing of the count is for opening it.
WINDOW = 2**31 - 1


class Counter:
    """One worker under callgrind, and what it has counted between two moments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pid = 0
        #: What it does in a second in which nobody wants anything; not counted to anybody else.
        self.idle_per_s = 0.0
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
        began_s = time.monotonic()
        action()
        idle = self.idle_per_s * (time.monotonic() - began_s)
        for old in self.folder.glob("counts.*"):
            old.unlink()
        self._tell("dump")
        [file] = self.folder.glob("counts.*")
        return parse(file.read_text()) - round(idle)

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


def per_request(counter: Counter, server: Server, path: str, count: int = REQUESTS) -> float:
    with client(server) as connection:
        def ask(times: int) -> None:
            for _ in range(times):
                assert connection.request("GET", path).status == 200, path
        ask(count // 8 + 1)
        return counter.during(lambda: ask(count)) / count


def per_handshake(counter: Counter, server: Server) -> float:
    """What is done beside the library's own work for a connection that comes and goes."""
    def shake(times: int) -> None:
        for _ in range(times):
            tls.connect(server.port, server.certificate.certificate, alpn=("h2",)).close()
    shake(HANDSHAKES // 4)
    return counter.during(lambda: shake(HANDSHAKES)) / HANDSHAKES


def per_idle_second(counter: Counter) -> float:
    """What a worker does when it wakes up and nobody wants anything. How many of its timers share a
    wake-up is chance; what they do in a second is less so, and the middle one of several times least."""
    return statistics.median(counter.during(lambda: time.sleep(IDLE_S)) for _ in range(5)) / IDLE_S


class Http1Viewer:
    """A viewer by HTTP/1.1, with as much of Http2Connection as is needed here."""

    def __init__(self, server: Server) -> None:
        self._http1 = RawHttp1(server)
        self._http1.request("GET", "/counted/live")
        self.received = 0

    def pump(self) -> None:
        self.received += len(tls.read_available(self._http1.socket, 0.05) or b"")

    def close(self) -> None:
        self._http1.socket.close()


class Http2Viewer:
    def __init__(self, server: Server) -> None:
        self._http2 = client(server)
        self._http2.open("GET", "/counted/live")

    @property
    def received(self) -> int:
        return len(self._http2.responses[1].body)

    def pump(self) -> None:
        self._http2.pump()

    def close(self) -> None:
        self._http2.close()


Viewer = Http1Viewer | Http2Viewer


class Broadcast:
    """Clusters of one frame each, a cluster to each wake-up of all viewers."""

    def __init__(self, server: Server) -> None:
        self._publisher = client(server)
        self._stream = self._publisher.open(
            "POST", "/counted/live", [("content-type", "video/webm")], end=False)
        self._number = 0
        self.publish([])
        server.wait_for_state("counted", "live")

    def publish(self, viewers: Sequence[Viewer]) -> None:
        """One more cluster, until all have it."""
        number = self._number
        frame = number.to_bytes(4, "big") * (FRAGMENT_BYTES // 4)
        piece = ebml.cluster(40 * number, ebml.simple_block(frame))
        due = [viewer.received + FRAGMENT_BYTES for viewer in viewers]
        self._publisher.send(self._stream, piece if number else ebml.start() + piece)
        self._number += 1
        for viewer, count in zip(viewers, due):
            arrive(viewer, count)

    def close(self) -> None:
        self._publisher.close()


def arrive(viewer: Viewer, count: int) -> None:
    deadline_s = time.monotonic() + 60
    while viewer.received < count:
        assert time.monotonic() < deadline_s, "no media came"
        viewer.pump()


def per_wake_up(
    counter: Counter, server: Server, broadcast: Broadcast, kind: type[Viewer]
) -> float:
    viewers: list[Viewer] = []

    def wake(count: int) -> int:
        while len(viewers) < count:
            viewers.append(kind(server))
            arrive(viewers[-1], FRAGMENT_BYTES)

        def publish(times: int) -> None:
            for _ in range(times):
                broadcast.publish(viewers)
        publish(5)
        return counter.during(lambda: publish(WAKE_UPS))
    few, many = wake(FEW_VIEWERS), wake(MANY_VIEWERS)
    for viewer in viewers:
        viewer.close()
    return (many - few) / (MANY_VIEWERS - FEW_VIEWERS) / WAKE_UPS


def piece(number: int) -> bytes:
    """A tenth of a second; a key frame comes once a second."""
    payload = number.to_bytes(4, "big") * (BLOCK_BYTES // 4)
    step_ms = 100 // PIECE_BLOCKS
    return ebml.cluster(100 * number, *(
        ebml.simple_block(payload, time=step_ms * block, key=number % 10 == block == 0)
        for block in range(PIECE_BLOCKS)))


def per_piece(counter: Counter, server: Server) -> float:
    """What a publisher sends at a time, of a stream that nobody watches."""
    with client(server) as publisher:
        stream = publisher.open("POST", "/ingested/live", [("content-type", "video/webm")], end=False)
        publisher.send(stream, ebml.start() + b"".join(map(piece, range(20))))
        server.wait_for_state("ingested", "live")

        def publish() -> None:
            for number in range(20, 20 + PIECES):
                publisher.send(stream, piece(number), end=number == 19 + PIECES)
            assert publisher.response(stream, 60).status == 204
        return counter.during(publish) / PIECES


def packaged(counter: Counter, server: Server, certificate: Path, folder: Path) -> dict[str, float]:
    """HLS of a broadcast that stands still. How it is cut into parts depends on how its media came, so they
    come as from a camera."""
    recording = record("h264", "aac", seconds=14)
    headers = {"content-type": recording.content_type}
    found: dict[str, float] = {}
    with Publisher(server.url("/packaged/live"), certificate, folder, headers=headers) as publisher:
        publisher.play(recording, finish=False)

        def listed() -> Playlist | None:
            answer = server.get("/packaged/hls/v1.m3u8")
            return Playlist(answer.body.decode()) if answer.status == 200 else None
        wait_until(lambda: (seen := listed()) and len(seen.segments) > 2 and seen.parts,
                   "segments and parts to be listed", 120)
        wait_until(lambda: publisher.sent == len(recording.data), "the recording to be sent", 120)
        seen = listed()
        assert seen is not None
        found["playlistRequest"] = per_request(counter, server, "/packaged/hls/v1.m3u8")
        found["partRequest"] = per_request(counter, server, f"/packaged/hls/{seen.parts[0]}")
        found["segmentRequest"] = per_request(
            counter, server, f"/packaged/hls/{seen.segments[0]}", SEGMENTS)
    return found


def measure() -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="weir-count-") as scratch:
        folder = Path(scratch)
        counter = Counter(folder)
        certificate = make_certificate(folder)
        server = Server(
            folder, certificate, workers=1, environment={"WEIR_WORKER": str(counter.worker)})
        try:
            server.start()
            [worker] = server.workers().values()
            counter.begin(worker)
            home = server.get("/").body.decode()
            assets = home[home.index("/assets/"):].split('"')[0].rsplit("/", 1)[0]
            counter.idle_per_s = idle = per_idle_second(counter)
            found = {
                "assetRequest": per_request(counter, server, f"{assets}/{ASSET}"),
                "largeAssetRequest": per_request(counter, server, f"{assets}/{LARGE_ASSET}"),
                "apiRequest": per_request(counter, server, "/api/streams"),
                "handshake": per_handshake(counter, server),
                "idleSecond": idle,
            }
            broadcast = Broadcast(server)
            found["wakeUpHTTP2"] = per_wake_up(counter, server, broadcast, Http2Viewer)
            found["wakeUpHTTP1"] = per_wake_up(counter, server, broadcast, Http1Viewer)
            broadcast.close()
            found["ingestPiece"] = per_piece(counter, server)
            found |= packaged(counter, server, certificate.certificate, folder)
        except BaseException:
            print(server.log(), (folder / "log").read_text(), file=sys.stderr)
            raise
        finally:
            server.destroy()
    return {name: round(count) for name, count in found.items()}


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
        if abs(count / stored["counts"].get(name, 1) - 1) > TOLERANCE[name]]
    if wrong:
        print(f"{', '.join(wrong)}: not what is stored. When that is meant, run "
              "scripts/count-instructions --update and say why in the commit.", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
