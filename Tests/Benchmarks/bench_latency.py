"""From glass to glass in real browsers, and from a click to the first picture.

Broadcaster and viewers share this machine's processors, without any hardware for media: a small
picture (640x360) leaves them room. How busy they were is part of the figures.
"""

from __future__ import annotations

from bench_setting import Figure, Bench
from browser.chromium import chromium
from browser.firefox import firefox
from browser.latency import LatencyTrial
from browser.page import Page

_SECONDS = 60.0
_JOINS = 20


def glass_to_glass(bench: Bench) -> list[Figure]:
    """A minute each in Chromium and in Firefox, of a test picture that Chromium broadcasts."""
    with bench.weir() as server, chromium() as browser:
        trial = LatencyTrial(server, browser, "latency")
        figures = _minute(trial, browser.open(), "Chromium")
        with firefox() as tab:
            figures += _minute(trial, tab, "Firefox")
        trial.close()
    return figures


def _minute(trial: LatencyTrial, page: Page, viewer: str) -> list[Figure]:
    seen = trial.glass_to_glass(page, _SECONDS)
    way = f"Chromium to {viewer}"
    aim = "<= 400" if viewer == "Chromium" else None
    return [
        Figure(f"glass to glass, {way}, p50", seen["p50Ms"], "ms"),
        Figure(f"glass to glass, {way}, p95", seen["p95Ms"], "ms", aim),
        Figure(f"glass to glass, {way}, worst", seen["maximumMs"], "ms"),
        Figure(f"stalls in that minute, {way}", seen["stalls"], ""),
        Figure(f"processors busy meanwhile, {way}", seen["processorsBusy"] * 100, "%"),
    ]


def first_frame(bench: Bench) -> list[Figure]:
    """From a click to the first picture, in Chromiums that have never been here."""
    with bench.weir() as server, chromium() as browser:
        trial = LatencyTrial(server, browser, "joins")
        seen = trial.joins(_JOINS)
        trial.close()
    return [
        Figure("navigation to first frame, p50", seen["firstFrameP50Ms"], "ms"),
        Figure("navigation to first frame, p95", seen["firstFrameP95Ms"], "ms", "<= 300"),
        Figure("age of the first frame, p50", seen["firstFrameAgeP50Ms"], "ms"),
        Figure("age of the first frame, p95", seen["firstFrameAgeP95Ms"], "ms", "< 600"),
        Figure("processors busy meanwhile", seen["processorsBusy"] * 100, "%"),
    ]
