"""The benchmarks, in one command: prints tables, writes build/reports/bench.json.

    python3 Tests/Benchmarks/run.py [--quick] [--document] [NAME...]

Workloads compare Weir with other servers in the same run (comparison.py). Figures are of Weir alone. When all
of them are run, or with --document, docs/benchmarks.md is written from all that was kept. What the server
costs is measured on its side only, from /proc; latency in real browsers.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))

import bench_allocations
import bench_faults
import bench_latency
import bench_players
import bench_playlists
import bench_reloads
import bench_sizing
import compare_handshakes
import compare_idle
import compare_live
import compare_players
import compare_processes
import compare_requests
import compare_streams
import document
from bench_setting import Bench, Figure, pinned
from comparison import Outcome, Workload, compare
from hardware import hardware
from results import Results
from tables import figures_table, outcome_table
from weir.certificate import make_certificate
from weir.places import REPOSITORY

FIGURES = {
    "faults": lambda bench: bench_faults.killed_each_second(bench) + bench_faults.endless_loop(bench),
    "allocations": bench_allocations.allocations,
    "players": bench_players.players,
    "playlists": bench_players.held_playlists,
    "held": bench_playlists.held_memory,
    "indexes": bench_playlists.indexed_streams,
    "reloads": bench_reloads.reloads,
    "sizing": bench_sizing.sizing,
    "latency": bench_latency.glass_to_glass,
    "first-frame": bench_latency.first_frame,
}
#: In the order of the report.
WORKLOADS: tuple[Workload, ...] = (
    *compare_live.WORKLOADS,
    *compare_players.WORKLOADS,
    *compare_streams.WORKLOADS,
    *compare_requests.WORKLOADS,
    *compare_handshakes.WORKLOADS,
    *compare_idle.WORKLOADS,
    *compare_processes.WORKLOADS,
)
#: What the two-minute version runs.
TELLING = ("live-500", "asset", "api", "segment", "handshakes", "idle", "times")


def main() -> None:
    # All servers, loads and folders go on the way out, which a signal by itself does not take.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    arguments = parsed()
    everything = [*(workload.key for workload in WORKLOADS), *FIGURES]
    chosen = arguments.names or (
        TELLING if arguments.quick else [] if arguments.document else everything)
    results = Results.kept(WORKLOADS, FIGURES, quick=arguments.quick)
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as scratch:
        # Servers that give up root's rights work in it too.
        Path(scratch).chmod(0o755)
        bench = Bench(Path(scratch), make_certificate(Path(scratch)), quick=arguments.quick)
        for name in chosen:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            try:
                if not measured(name, bench, results):
                    failed.append(name)
            # What one cannot measure must not cost the hour that the others take.
            except Exception:
                traceback.print_exc()
                failed.append(name)
                results.forget(name)
            results.keep()
    if arguments.document or chosen == everything:
        document.write(REPOSITORY / "docs", WORKLOADS, Results.kept(WORKLOADS, FIGURES), hardware())
    sys.exit(f"not measured in all rounds: {', '.join(failed)}" if failed else 0)


def parsed() -> argparse.Namespace:
    names = [*(workload.key for workload in WORKLOADS), *FIGURES]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of smaller loads")
    parser.add_argument(
        "--document", action="store_true", help="write docs/benchmarks.md; without names, measure nothing")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    arguments = parser.parse_args()
    if arguments.quick and arguments.document:
        parser.error("a quick run is not for the document")
    unknown = set(arguments.names) - set(names)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return arguments


def measured(name: str, bench: Bench, results: Results) -> bool:
    """Whether Weir did what was asked of it in all rounds."""
    if name in FIGURES:
        results.figures[name] = measured_figures(name, bench)
        return True
    results.outcomes[name] = outcome = measured_workload(name, bench)
    return not outcome.ours_failed


def measured_workload(name: str, bench: Bench) -> Outcome:
    workload = next(workload for workload in WORKLOADS if workload.key == name)
    with pinned(bench) as there:
        outcome = compare(workload, there)
    print(outcome_table(outcome), flush=True)
    return outcome


def measured_figures(name: str, bench: Bench) -> list[Figure]:
    figures = FIGURES[name](bench)
    print(figures_table(figures), flush=True)
    return figures


if __name__ == "__main__":
    main()
