"""From glass to glass, and from a click to the first picture: measured, reported, roughly judged.

`make bench` measures the same for longer (Tests/Benchmarks/bench_latency.py).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser.chromium import Chromium
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.latency import Figures, LatencyTrial
from browser.page_fixtures import *  # noqa: F403
from weir.reports import write_report
from weir.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.alone]

SECONDS = 6.0
JOINS = 4
# Three to four times what a calm machine has: what is beyond is another way of playing, not a busy
# machine. A first frame is older than it is late, by up to a key frame distance.
BOUND_MS = 2000.0
FIRST_FRAME_BOUND_MS = 1500.0
FIRST_FRAME_AGE_BOUND_MS = 4000.0
TRIES_AT_MOST = 5


def test_what_is_seen_is_what_was_just_drawn(
    chromium_browser: Chromium, browser_server: Server, request: pytest.FixtureRequest, name: str
) -> None:
    trial = LatencyTrial(browser_server, chromium_browser, name)
    figures: dict[str, Figures] = {}

    def within(what: str, bounds: dict[str, float], measure: Callable[[], Figures]) -> None:
        """Measure until most figures are within their bounds. A machine that stands still now and then makes
        pictures old; a page that plays in another way for every second viewer does not get there."""
        measured: list[Figures] = []
        good = 0
        while 2 * good <= len(measured):
            assert len(measured) < TRIES_AT_MOST, f"{what} is not below {bounds}: {measured}"
            figures[what] = measure()
            measured.append(figures[what])
            good += all(figures[what][name] < bound for name, bound in bounds.items())

    try:
        seen = {"p95Ms": BOUND_MS}
        joined = {"firstFrameP95Ms": FIRST_FRAME_BOUND_MS, "firstFrameAgeP95Ms": FIRST_FRAME_AGE_BOUND_MS}
        within("chromium", seen, lambda: trial.glass_to_glass(chromium_browser.open(), SECONDS))
        within("firefox", seen,
               lambda: trial.glass_to_glass(request.getfixturevalue("firefox_tab"), SECONDS))
        within("joins", joined, lambda: trial.joins(JOINS))
    finally:
        trial.close()
        write_report("latency", figures)
