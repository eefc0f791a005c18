"""The benchmarks, in one command: prints a table, writes build/reports/bench.json.

    python3 Tests/Benchmarks/run.py [NAME...]

Figures depend on the machine, so what can be compared is measured beside nginx in the same run.
What the server costs is measured on its side only, from /proc; latency in real browsers.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

import bench_delivery
import bench_faults
import bench_handshakes
import bench_idle_memory
import bench_latency
import bench_packaged
import bench_players
import bench_playlists
import bench_reloads
import bench_requests
import bench_restart
from bench_setting import Figure, Setting
from weir.certificate import make_certificate
from weir.places import REPORTS

BENCHMARKS = {
    "start": bench_restart.start_to_ready,
    "restart": bench_restart.killed_worker_to_replacement,
    "faults": lambda setting: (
        bench_faults.killed_each_second(setting) + bench_faults.endless_loop(setting)),
    "memory": bench_idle_memory.idle_viewers,
    "idle": bench_idle_memory.idle_connections,
    "delivery": bench_delivery.live_viewers_of_one_stream,
    "handshakes": bench_handshakes.full_handshakes,
    "requests": bench_requests.requests,
    "packaged": bench_packaged.packaged,
    "players": bench_players.players,
    "playlists": bench_players.held_playlists,
    "held": bench_playlists.held_memory,
    "indexes": bench_playlists.indexed_streams,
    "reloads": bench_reloads.reloads,
    "latency": bench_latency.glass_to_glass,
    "first-frame": bench_latency.first_frame,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as scratch:
        setting = Setting(Path(scratch), make_certificate(Path(scratch)))
        for name in names:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            figures += BENCHMARKS[name](setting)
    print_table(figures)
    REPORTS.mkdir(parents=True, exist_ok=True)
    rows = [figure.__dict__ for figure in figures]
    (REPORTS / "bench.json").write_text(json.dumps(rows, indent=2) + "\n")


def print_table(figures: list[Figure]) -> None:
    rows = [("figure", "value", "unit", "aim")]
    rows += [(f.name, f"{f.value:.3g}" if f.value < 1000 else f"{f.value:.0f}", f.unit, f.aim or "")
             for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    main()
