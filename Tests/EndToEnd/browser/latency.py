"""Glass-to-glass latency: the clock in the test picture, read back from what a viewer sees.

Both ends are on one machine and read the same clock, so the difference is the whole way: canvas,
encoder, upload, server, download, buffer, decoder. The bars are read by the page's own module,
as the server delivers it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from weir.processor import BusyShare
from weir.server import Server
from weir.waiting import wait_until

from .chromium import Chromium, ChromiumPage
from .live_page import LivePage
from .page import Page
from .watch_page import WatchPage

_PROBE = (Path(__file__).resolve().parent / "probes" / "clock-probe.js").read_text()


@dataclass(frozen=True)
class FirstFrame:
    """The first frame of a page: when it was there, and how old it was."""

    sinceNavigationMs: float
    ageMs: float | None


class ClockProbe:
    """Reads the clock of each frame that `#video` of a page shows."""

    def __init__(self, server: Server) -> None:
        # Scripts that a driver runs cannot import modules in every browser, so the module comes as
        # text. It has no imports of its own.
        home = server.get("/").body.decode()
        version = re.search(r"/assets/[^/\"]+", home)
        assert version is not None, "the first page names no assets"
        module = server.get(f"{version.group()}/live/clock-code.js").body.decode()
        self._script = re.sub(r"(?m)^export ", "", module) + _PROBE

    def prepare(self, page: ChromiumPage) -> None:
        """For every document that this page loads from now on: the first frame is seen too."""
        page.playwright.add_init_script(f"(() => {{ {self._script} }})();")

    def install(self, page: Page) -> None:
        """In the document that is there."""
        page.run(self._script)

    @staticmethod
    def first_frame(page: Page) -> FirstFrame | None:
        seen = page.run("return window.clockProbe?.firstFrame ?? null;")
        return FirstFrame(**seen) if seen else None

    @staticmethod
    def take_ages_ms(page: Page) -> list[float]:
        """How old the frames were that were shown since the last call."""
        return page.run("return window.clockProbe.ages.splice(0);")

    @staticmethod
    def newest_drawn_at_s(page: Page) -> float | None:
        """When the newest picture that the page has shown was drawn, by time.time()."""
        drawn_ms: float | None = page.run("return window.clockProbe.newestDrawnAtMs;")
        return None if drawn_ms is None else drawn_ms / 1000

    @staticmethod
    def unreadable(page: Page) -> int:
        return page.run("return window.clockProbe.unreadable;")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values are; nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


Figures = dict[str, float | int]


class LatencyTrial:
    """A test picture on air in a Chromium, and viewers of it, one after the other."""

    def __init__(self, server: Server, browser: Chromium, name: str, codec: str = "vp8") -> None:
        self._server = server
        self._browser = browser
        self._name = name
        self._probe = ClockProbe(server)
        page = browser.open()
        # Sound comes along, as with everybody's broadcast.
        self._live = LivePage(page, server.url(""), name).choose_source("test")
        self._live.go_live(codec=codec)

    def close(self) -> None:
        self._live.page.close()

    def glass_to_glass(self, page: Page, seconds: float, via: str | None = None) -> Figures:
        """How old the pictures are that one viewer sees for so long, once it has settled.

        `via`: the format; without, the one that the page chooses.
        """
        watcher = WatchPage(page, self._server.url(""), self._name, via)
        watcher.wait_for_playback(3)
        watcher.wait_for_live_edge()
        self._probe.install(page)
        before = watcher.look()
        ages_ms: list[float] = []
        end = time.monotonic() + seconds
        busy = BusyShare()
        # A look each second: a driver that is busier than that takes time from the decoder.
        wait_until(lambda: ages_ms.extend(self._probe.take_ages_ms(page))
                   or time.monotonic() >= end, "the time to be over", seconds + 10, every_s=1)
        after = watcher.assert_sound()
        figures: Figures = {
            "seconds": seconds, "frames": len(ages_ms),
            "p50Ms": percentile(ages_ms, 0.5), "p95Ms": percentile(ages_ms, 0.95),
            "maximumMs": max(ages_ms), "minimumMs": min(ages_ms),
            "unreadable": self._probe.unreadable(page),
            "stalls": after.player["stalls"] - before.player["stalls"],
            "jumps": after.player["jumps"] - before.player["jumps"],
            "targetS": after.player["targetS"],
            "processorsBusy": busy.share(),
        }
        page.close()
        return figures

    def joins(self, count: int) -> Figures:
        """So many viewers, one by one, each in a browser that has never been here."""
        first_frames: list[FirstFrame] = []
        told_ms: list[float] = []
        busy = BusyShare()
        for _ in range(count):
            page = self._browser.open()
            self._probe.prepare(page)
            watcher = WatchPage(page, self._server.url(""), self._name)
            first_frames.append(
                wait_until(lambda: self._probe.first_frame(page), "the first frame", every_s=0.1))
            told_ms.append(wait_until(lambda: watcher.look().player["firstFrameMs"],
                                      "the player to tell when that was", every_s=0.1))
            page.close()
        times_ms = [frame.sinceNavigationMs for frame in first_frames]
        ages_ms = [frame.ageMs for frame in first_frames if frame.ageMs is not None]
        return {
            "joins": count,
            "firstFrameP50Ms": percentile(times_ms, 0.5),
            "firstFrameP95Ms": percentile(times_ms, 0.95),
            "firstFrameByPlayerP50Ms": percentile(told_ms, 0.5),
            "firstFrameByPlayerP95Ms": percentile(told_ms, 0.95),
            "firstFrameAgeP50Ms": percentile(ages_ms, 0.5),
            "firstFrameAgeP95Ms": percentile(ages_ms, 0.95),
            "processorsBusy": busy.share(),
        }
