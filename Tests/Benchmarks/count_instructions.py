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
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

from counted_connections import per_handshake, per_idle_second, per_resumed_handshake
from counted_hls import packaged
from counted_live import Broadcast, Http1Viewer, Http2Viewer, per_join, per_piece, per_wake_up
from counter import Counter, per_request
from weir.certificate import make_certificate
from weir.server import Server

STORED = Path(__file__).with_name("instructions.json")
#: How far a count may be from the stored one: several times the spread that was seen on busy machines.
TOLERANCE = {
    "assetRequest": 0.02, "largeAssetRequest": 0.02, "apiRequest": 0.02, "playlistRequest": 0.04,
    "heldListRequest": 0.10, "partRequest": 0.05, "segmentRequest": 0.03,
    "wakeUpHTTP2": 0.06, "wakeUpHTTP1": 0.06, "ingestPiece": 0.08, "join": 0.08,
    "handshake": 0.10, "resumedHandshake": 0.10, "idleSecond": 0.30}

#: Of about 1 KiB and of about 12 KB.
ASSET, LARGE_ASSET = "common/backoff.js", "watch/follower.js"


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
                "resumedHandshake": per_resumed_handshake(counter, server),
                "idleSecond": idle,
            }
            broadcast = Broadcast(server)
            found["join"] = per_join(counter, server)
            found["wakeUpHTTP2"] = per_wake_up(counter, server, broadcast, Http2Viewer)
            found["wakeUpHTTP1"] = per_wake_up(counter, server, broadcast, Http1Viewer)
            broadcast.close()
            found["ingestPiece"] = per_piece(counter, server)
            found |= packaged(counter, server)
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
