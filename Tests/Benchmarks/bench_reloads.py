"""Reloads and upgrades in a row under load: who is cut off (nobody), what is lost (nothing), and for how long
anybody waits for media."""

from __future__ import annotations

import statistics

from bench_setting import Figure, Bench
from browser.chromium import chromium
from weir.recordings import record
from weir.rollover import Outcome, Size, run

_SIZE = Size(viewers=480, page_viewers=20, players=100, joiners=2, handovers="rrrru" * 5, calm_s=20)
_MIB = 1024 * 1024


def reloads(bench: Bench) -> list[Figure]:
    """500 viewers of WebM (HTTP/2 and HTTP/1.1), 100 players of HLS, an encoder and a page; 20 reloads and 5
    upgrades."""
    recording = record("vp9", "opus", seconds=300)
    with bench.weir() as server, chromium() as browser:
        outcome = run(server, browser, recording, bench.fresh_folder("load"), _SIZE)
    for what, count in outcome.failed.items():
        print(f"failed: {count} x {what}")
    return [*_flaws(outcome), *_times(outcome), *_memory(outcome)]


def _flaws(outcome: Outcome) -> list[Figure]:
    return [
        Figure("reloads: requests that failed", sum(outcome.failed.values()), f"of {outcome.answered}", "0"),
        Figure("reloads: requests that the server refused unseen, sent again", outcome.refused, ""),
        Figure("reloads: requests on a kept connection without an answer, sent again", outcome.unanswered, "",
               "0"),
        Figure("reloads: connections that players were asked to leave", outcome.reconnections, ""),
        Figure("reloads: viewers that were cut off", outcome.dropped_viewers, f"of {outcome.viewers}", "0"),
        Figure("reloads: the page that broadcasts was cut off", outcome.page_was_dropped, "", "0"),
        Figure("reloads: blocks that viewers lack", outcome.damage.lost, "", "0"),
        Figure("reloads: blocks that came twice, or were not sent",
               outcome.damage.doubled + outcome.damage.strange, "", "0"),
        Figure("reloads: players that lack something", outcome.lacking, "", "0"),
        Figure("reloads: losses that the server counted", outcome.media_losses, "", "0"),
    ]


def _times(outcome: Outcome) -> list[Figure]:
    return [
        Figure("reloads: a reload, median", statistics.median(outcome.reload_s) * 1000, "ms"),
        Figure("reloads: a reload, longest", max(outcome.reload_s) * 1000, "ms"),
        Figure("reloads: an upgrade, median", statistics.median(outcome.upgrade_s) * 1000, "ms"),
        Figure("reloads: an upgrade, longest", max(outcome.upgrade_s) * 1000, "ms"),
        Figure("reloads: longest pause of a viewer, calm", outcome.calm_pauses_ms[0], "ms"),
        Figure("reloads: longest pause of a viewer, around one", outcome.handover_pauses_ms[0], "ms"),
        Figure("reloads: longest pause of a low-latency player, calm", outcome.calm_pauses_ms[1], "ms"),
        Figure("reloads: longest pause of a low-latency player, around one", outcome.handover_pauses_ms[1],
               "ms"),
    ]


def _memory(outcome: Outcome) -> list[Figure]:
    return [
        Figure("reloads: memory of all processes before", outcome.memory_before / _MIB, "MiB"),
        Figure("reloads: with everybody, and all old workers", outcome.memory_most / _MIB, "MiB"),
        Figure("reloads: when all are gone", outcome.memory_after / _MIB, "MiB"),
        Figure("reloads: workers at the end, old ones among them", outcome.most_workers, ""),
        Figure("reloads: supervisors at the end, old ones among them", outcome.most_supervisors, ""),
    ]
