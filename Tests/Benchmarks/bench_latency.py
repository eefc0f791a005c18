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
    """A minute each, of a test picture that Chromium broadcasts."""
    with bench.weir() as server, chromium() as browser:
        # What can be had by HLS, too.
        trial = LatencyTrial(server, browser, "latency", codec="vp9")
        figures = _minute(trial, browser.open(), "Chromium, WebM", 400)
        figures += _minute(trial, browser.open(), "Chromium, low-latency HLS", 1500, "cmaf")
        with firefox() as tab:
            figures += _minute(trial, tab, "Firefox, WebM", None)
        trial.close()
    return figures


def _minute(
    trial: LatencyTrial, page: Page, viewer: str, aim_ms: int | None, via: str | None = None
) -> list[Figure]:
    seen = trial.glass_to_glass(page, _SECONDS, via)
    return [
        Figure(f"glass to glass, {viewer}, p50", seen["p50Ms"], "ms"),
        Figure(f"glass to glass, {viewer}, p95", seen["p95Ms"], "ms", aim_ms and f"<= {aim_ms}"),
        Figure(f"glass to glass, {viewer}, worst", seen["maximumMs"], "ms"),
        Figure(f"stalls in that minute, {viewer}", seen["stalls"], ""),
        Figure(f"processors busy meanwhile, {viewer}", seen["processorsBusy"] * 100, "%"),
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
