"""The page that plays, /NAME/watchLive, as its viewer sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from weir.waiting import PATIENCE_S, PLAYBACK_PATIENCE_S, wait_until

from .element import (
    LOOK_EVERY_S, element, first_number, page_state, visible_text, wait_for_element,
    wait_for_page_state,
)
from .page import Page

# A viewer who is further behind than this is not at a live edge, whatever the machine has to do.
LATENCY_BOUND_S = 5.0


@dataclass(frozen=True)
class Look:
    """What the video element and the player say at one moment."""

    state: str
    currentTimeS: float
    bufferedEndS: float | None
    paused: bool
    width: int
    height: int
    frames: int
    dropped: int
    corrupted: int
    errorText: str | None
    latencyS: float | None
    atEdge: bool
    player: dict[str, Any]


class WatchPage:
    """One tab with the player of `name` in it."""

    def __init__(self, page: Page, origin: str, name: str, via: str | None = None) -> None:
        self.page = page
        self.name = name
        page.goto(f"{origin}/{name}/watchLive" + (f"?via={via}" if via else ""))
        wait_until(lambda: page.run("return Boolean(window.weirPlayer);"), "the player",
                   every_s=LOOK_EVERY_S)

    @property
    def state(self) -> str:
        return page_state(self.page)

    def wait_for_state(self, *states: str, timeout_s: float = PATIENCE_S) -> str:
        return wait_for_page_state(self.page, *states, timeout_s=timeout_s)

    def press_button(self, selector: str) -> None:
        """A button of the player, which hides its controls from a mouse that does not move, unless it lies on
        them: so it is moved to the button first, as often as it takes."""
        def is_under_the_mouse() -> bool:
            self.page.hover("#video")
            self.page.hover(selector)
            return self.page.run(
                """const button = document.querySelector(argument);
                   const box = button.getBoundingClientRect();
                   const there = document.elementFromPoint(
                     box.left + box.width / 2, box.top + box.height / 2);
                   return Boolean(there?.closest(argument)) && button.matches(':hover');""", selector)

        wait_until(is_under_the_mouse, f"{self.page.name} to show {selector}", every_s=LOOK_EVERY_S)
        self.page.click(selector)

    def look(self) -> Look:
        return Look(**self.page.run(
            """const video = document.querySelector('#video');
               const quality = video.getVideoPlaybackQuality();
               const ranges = video.buffered;
               const latency = document.querySelector('#latency').dataset.seconds;
               return {
                 state: document.body.dataset.state,
                 currentTimeS: video.currentTime,
                 bufferedEndS: ranges.length ? ranges.end(ranges.length - 1) : null,
                 paused: video.paused,
                 width: video.videoWidth, height: video.videoHeight,
                 frames: quality.totalVideoFrames, dropped: quality.droppedVideoFrames,
                 corrupted: quality.corruptedVideoFrames || 0,
                 errorText: video.error ? `${video.error.code}: ${video.error.message}` : null,
                 latencyS: latency ? Number(latency) : null,
                 atEdge: document.querySelector('#live').dataset.atEdge === 'true',
                 player: window.weirPlayer.report(),
               };"""))

    def wait_until(
        self, holds: Callable[[Look], bool], what: str, timeout_s: float = PLAYBACK_PATIENCE_S
    ) -> Look:
        last = self.look()

        def check() -> Look | None:
            nonlocal last
            last = self.look()
            return last if holds(last) else None

        try:
            return wait_until(check, what, timeout_s, LOOK_EVERY_S) or last
        except AssertionError as failure:
            raise AssertionError(
                f"{self.page.name}: {failure}; last look: {last}; "
                f"the page says: {visible_text(self.page)}") from None

    def wait_for_playback(self, seconds: float = 1.0, timeout_s: float = PLAYBACK_PATIENCE_S) -> Look:
        """Until the page plays, and about `seconds` of pictures have been shown from now on.

        Media time may jump and start over, so what counts is that time goes on and frames come.
        """
        played_s, frames = 0.0, 0
        last = self.look()

        def enough() -> Look | None:
            nonlocal played_s, frames, last
            now = self.look()
            step_s = now.currentTimeS - last.currentTimeS
            if 0 < step_s < 5:
                played_s += step_s
                # The count begins again when the player starts another response.
                frames += max(now.frames - last.frames, 0)
            last = now
            is_playing = now.state in ("playing", "rewound") and not now.paused
            return now if is_playing and played_s >= seconds and frames >= 2 * seconds else None

        try:
            return wait_until(enough, f"{seconds:g} s of playback", timeout_s, LOOK_EVERY_S) or last
        except AssertionError as failure:
            raise AssertionError(
                f"{self.page.name}: {failure}, got {played_s:.1f} s and {frames} frames; "
                f"last look: {last}; the page says: {visible_text(self.page)}") from None

    def wait_for_smooth_playback(self, seconds: float, timeout_s: float = 2 * PLAYBACK_PATIENCE_S) -> Look:
        """Until it has played for so long without standing still. A stall begins the count anew: a machine
        that has much to do causes some, and a player that goes wrong never stops."""
        stalls, played_s = -1, 0.0
        before = self.look()

        def is_smooth(now: Look) -> bool:
            nonlocal stalls, played_s, before
            step_s = now.currentTimeS - before.currentTimeS
            before = now
            if now.player["stalls"] != stalls:
                stalls, played_s = now.player["stalls"], 0.0
            elif now.state == "playing" and 0 < step_s < 5:
                played_s += step_s
            return played_s >= seconds

        return self.wait_until(is_smooth, f"{seconds:g} s without a stall", timeout_s)

    def wait_for_live_edge(self) -> Look:
        """Until it plays at the live edge, not far behind it."""
        return self.wait_until(
            lambda now: now.state == "playing" and now.atEdge
            and now.latencyS is not None and now.latencyS < LATENCY_BOUND_S,
            "to be at the live edge")

    def wait_for_viewers(self, count: int) -> None:
        wait_for_element(self.page, "#viewers", f"{count} viewers",
                         lambda seen: first_number(seen.text) == count)

    def assert_sound(self) -> Look:
        """Nothing was decoded wrongly."""
        now = self.look()
        assert now.errorText is None, f"{self.page.name}: {now}"
        assert now.corrupted == 0, f"{self.page.name} saw corrupted frames: {now}"
        return now

    def wait_for_message(self, words: str) -> None:
        """The page says so only when it lasts: most breaks are over before."""
        wait_until(lambda: words in self.message, f"a message: {words}", every_s=LOOK_EVERY_S)

    @property
    def message(self) -> str:
        seen = element(self.page, "#message")
        return seen.text if seen and seen.visible else ""
