"""A browser that watches: what its video element and its compositor say about the stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from weir.waiting import PLAYBACK_PATIENCE_S, wait_until

from .camera import FRAME_COUNT, FRAMES_PER_SECOND, frames_between
from .page import Page

# Asking a browser costs it time that it needs for decoding, so ask a few times a second.
LOOK_EVERY_S = 0.2

# A headless browser without a GPU on a shared machine drops frames; a broken stream drops most.
MAXIMUM_DROPPED_SHARE = 0.5
FRAMES_LOOKED_AT = 20


@dataclass(frozen=True)
class Report:
    """What `watched.report()` of the watch page gave; see there."""

    watchedForS: float
    currentTimeS: float
    bufferedEndS: float | None
    errorText: str | None
    ended: bool
    paused: bool
    readyState: int
    width: int
    height: int
    frameCount: int
    lastFrameMediaTimeS: float | None
    totalFrames: int
    droppedFrames: int
    corruptedFrames: int
    events: list[str]


@dataclass(frozen=True)
class Frame:
    """A frame on the screen: where it stands in this viewer's stream, and when it was taken."""

    mediaTimeS: float
    counter: int


class Watcher:
    """One page with a video in it."""

    def __init__(self, page: Page, watch_page: str) -> None:
        self.page = page
        page.goto(watch_page)

    def report(self) -> Report:
        return Report(**self.page.run("return watched.report();"))

    def wait_until(
        self, condition: Callable[[Report], bool], what: str, timeout_s: float = PLAYBACK_PATIENCE_S
    ) -> Report:
        """Looks until `condition` holds. A decode error ends the wait at once: it is final."""
        def look() -> Report | None:
            nonlocal last
            last = self.report()
            assert last.errorText is None, f"{self.page.name} gave up: {last}"
            return last if condition(last) else None

        last = self.report()
        try:
            return wait_until(look, what, timeout_s, LOOK_EVERY_S) or last
        except AssertionError as failure:
            raise AssertionError(f"{self.page.name}: {failure}; last look: {last}") from None

    def wait_for_playback(self, seconds: float, timeout_s: float = PLAYBACK_PATIENCE_S) -> Report:
        """Until `seconds` more of the stream have been played, with frames shown for them.

        Returns the last look. Sound alone would advance the time too, hence the frames.
        """
        start = self.report()

        def enough(now: Report) -> bool:
            assert not now.ended, "the video ended"
            return (now.currentTimeS >= start.currentTimeS + seconds
                    and now.frameCount >= start.frameCount + 2 * seconds)

        return self.wait_until(enough, f"{seconds:g} s of playback", timeout_s)

    def wait_for_end(self) -> Report:
        return self.wait_until(lambda now: now.ended, "the video to end")

    def assert_sound(self) -> None:
        """Nothing was decoded wrongly, and the browser keeps up with most of it, sooner or later."""
        now = self.report()
        assert now.errorText is None, f"{self.page.name}: {now}"
        assert now.corruptedFrames == 0, f"{self.page.name} saw corrupted frames: {now}"
        if now.droppedFrames > now.totalFrames * MAXIMUM_DROPPED_SHARE:
            self._wait_for_most_frames()

    def _wait_for_most_frames(self) -> None:
        """A second in which most frames are shown. A machine that had other things to do gets to that."""
        before = self.report()

        def is_shown(now: Report) -> bool:
            nonlocal before
            frames, dropped = now.totalFrames - before.totalFrames, now.droppedFrames - before.droppedFrames
            if frames < FRAMES_LOOKED_AT:
                return False
            before = now
            return dropped <= frames * MAXIMUM_DROPPED_SHARE

        self.wait_until(is_shown, "most frames to be shown, and not dropped")

    def wait_for_another_picture(self) -> None:
        """Until the page looks different from now. Works without permission to read the media."""
        first = self.page.screenshot()
        wait_until(lambda: self.page.screenshot() != first,
                   f"{self.page.name} to show another picture", every_s=LOOK_EVERY_S)

    # The counting camera (camera.py); only for pages that may read the media

    def frame(self) -> Frame:
        """The next frame that is shown with a counter in it."""
        def look() -> Frame | None:
            seen = self.page.run("return await watched.frame();")
            return Frame(**seen) if seen and seen["counter"] is not None else None

        return wait_until(look, f"{self.page.name} to show the counter", every_s=0.05)

    def wait_for_counter(self, counter: int) -> Frame:
        """Until a frame is shown that the camera took at `counter` or later."""
        def look() -> Frame | None:
            now = self.frame()
            return now if frames_between(counter, now.counter) >= 0 else None

        return wait_until(look, f"{self.page.name} to show frame {counter} or a later one",
                          every_s=LOOK_EVERY_S)

    def first_counter(self) -> int:
        """What the camera counted to at this viewer's time 0: where the server let it join."""
        now = self.frame()
        return (now.counter - round(now.mediaTimeS * FRAMES_PER_SECOND)) % FRAME_COUNT
