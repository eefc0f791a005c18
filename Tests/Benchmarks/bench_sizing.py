"""How many viewers a core and a GiB are enough for, by bitrate: docs/operations.md has the table."""

from __future__ import annotations

from bench_setting import Bench, Figure, pinned
from compare_players import Stand
from live_stage import Show, Stage, weir

_KILOBITS = (1000, 2500, 5000)
_VIEWERS = 1_000
_SECONDS = 10
#: Of a core, in a server that has to live through a bad minute as well.
_USED = 0.8


def sizing(bench: Bench) -> list[Figure]:
    """One worker on one core, with viewers of WebM over HTTP/2, and with players of low-latency HLS."""
    figures: list[Figure] = []
    with pinned(bench) as there:
        for kilobits in _KILOBITS:
            stage = Stage(there, Show(_VIEWERS, streams=1, kilobits=kilobits, seconds=_SECONDS))
            figures += _figures("WebM", kilobits, stage.round(weir(there, stage.show), "h2"))
        for kilobits in _KILOBITS:
            with there.passing("players") as passing:
                figures += _figures("HLS", kilobits, Stand(passing, kilobits).weir())
    return figures


def _figures(what: str, kilobits: int, seen: dict[str, float]) -> list[Figure]:
    """`seen` is a round: processor time a GB, and KiB a viewer."""
    who, bytes_per_s = f"{what}, {kilobits / 1000:g} Mbit/s", kilobits * 1000 / 8
    return [
        Figure(f"{who}: processor time", seen["cpu"], "CPU-s per GB"),
        Figure(f"{who}: memory", seen["memory"], "KiB per viewer"),
        Figure(f"{who}: viewers a core, used to four fifths", _USED / (seen["cpu"] / 1e9 * bytes_per_s), ""),
        Figure(f"{who}: viewers a GiB", 1024 * 1024 / seen["memory"], ""),
        Figure(f"{who}: the load's own core", seen["load"], "% busy"),
    ]
