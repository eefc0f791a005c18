"""The first server's front end, unchanged, in real browsers.

A page of another origin records camera and microphone with the browser's default settings and
posts a chunk every two seconds; bare video elements in Chromium and Firefox play the stream.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from browser.broadcaster import Broadcaster
from browser.camera import FRAMES_PER_SECOND, frames_between
from browser.chromium import Chromium, ChromiumPage, Exchange
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.front_end import FrontEnd, front_end
from browser.page import Page
from browser.watcher import Watcher
from weir.certificate import Certificate
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "firefox")

# The first front end's viewers ask for this path; so does its broadcaster.
NAME = "user"

# Chromium sets a keyframe every 100 frames unless it is told otherwise. A busy machine drops some
# frames before they are encoded, and those are not counted: the server sees how far apart keyframes
# are. The encoder holds a few back as well.
KEYFRAME_DISTANCE_FRAMES = 150
ENCODER_DELAY_FRAMES = 2 * FRAMES_PER_SECOND

# For broadcasts of which it does not matter where viewers join: near the live edge, so that what is
# waited for is not first played through from an old keyframe.
FREQUENT_KEYFRAMES = {"videoKeyFrameIntervalDuration": 1000}


@pytest.fixture(scope="module")
def on_air(
    chromium_browser: Chromium, pages: FrontEnd, browser_server: Server
) -> Iterator[Broadcaster]:
    """The first front end's broadcast, on air for all tests of this file that do not harm it."""
    page = chromium_browser.open()
    broadcaster = Broadcaster(page, pages, browser_server.url(f"/{NAME}/live"))
    yield broadcaster.open_camera().start().wait_for_answers(1)
    page.close()


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_bare_video_plays_what_the_first_front_end_broadcasts(
    browser: str, on_air: Broadcaster, watch_in: Callable[..., Watcher]
) -> None:
    watcher = watch_in(browser, NAME)
    watcher.wait_for_playback(3)
    watcher.wait_for_another_picture()
    seen = watcher.wait_for_playback(3)
    watcher.assert_sound()
    assert (seen.width, seen.height) == (320, 240)
    assert not seen.ended and not seen.paused
    on_air.assert_all_accepted()


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_late_viewer_joins_at_the_live_edge_and_stays_there(
    browser: str, on_air: Broadcaster, watch_in: Callable[..., Watcher], browser_server: Server
) -> None:
    def frames_behind_at_most() -> int | None:
        """None until the broadcast is so old that a viewer served from its beginning cannot be taken for one
        at the live edge."""
        shown = browser_server.stream(NAME) or {"keyframeIntervalMs": None, "rewindMs": 0}
        distance = (shown["keyframeIntervalMs"] or 0) * FRAMES_PER_SECOND // 1000 * 3 // 2
        most = max(KEYFRAME_DISTANCE_FRAMES, distance) + ENCODER_DELAY_FRAMES
        return most if shown["rewindMs"] * FRAMES_PER_SECOND // 1000 >= 2 * most else None

    began, first = time.monotonic(), on_air.counter
    most = wait_until(frames_behind_at_most, "the broadcast to be old")
    sent = on_air.sent_up_to
    late = watch_in(browser, NAME, readable=True)
    joined = late.first_counter()
    behind = frames_between(joined, sent)
    # The camera of a busy browser takes fewer than it should, and they last longer then.
    untaken = _untaken(began, first, on_air)
    assert behind <= most + untaken, (
        f"the viewer joined {behind} frames before the newest that the server had, {untaken} were not taken")
    assert frames_between(joined, on_air.counter) > 0, "the viewer joined in the future"

    # What the camera takes from now on arrives, and nothing was left out on the way to it.
    now = late.wait_for_counter(on_air.counter)
    shift = frames_between(joined, now.counter) - now.mediaTimeS * FRAMES_PER_SECOND
    untaken = _untaken(began, first, on_air)
    assert -FRAMES_PER_SECOND / 2 - untaken <= shift <= FRAMES_PER_SECOND / 2, (
        f"{shift} frames were skipped or repeated, {untaken} were not taken")
    late.assert_sound()


def _untaken(began: float, first: int, broadcaster: Broadcaster) -> float:
    """How many frames fewer the camera has taken than it should have since then."""
    taken = frames_between(first, broadcaster.counter)
    return max(0.0, (time.monotonic() - began) * FRAMES_PER_SECOND - taken)


def test_the_browser_asks_whether_it_may_post_and_may(
    chromium_browser: Chromium, broadcast: Callable[..., Broadcaster], pages: FrontEnd,
    browser_server: Server, name: str,
) -> None:
    broadcaster = broadcast(name).open_camera().start(timeslice_ms=500).wait_for_answers(2)
    page = broadcaster.page
    assert isinstance(page, ChromiumPage)

    def asked() -> list[Exchange] | None:
        """A browser whose first question is not answered yet asks twice."""
        page.run("return null;")  # What it has asked for is told only while it is talked to.
        exchanges = page.exchanges_with(browser_server.url(f"/{name}/live"))
        return exchanges if any(exchange.method == "POST" for exchange in exchanges) else None

    preflight, *others = wait_until(asked, "what was asked")
    post = next(exchange for exchange in others if exchange.method == "POST")
    assert (preflight.method, preflight.status) == ("OPTIONS", 204)
    assert preflight.headers["access-control-allow-origin"] == pages.origin
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "content-type" in preflight.headers["access-control-allow-headers"].lower()
    assert (post.method, post.status, post.protocol) == ("POST", 204, "h2")
    assert post.headers["access-control-allow-origin"] == pages.origin


def test_a_page_of_a_foreign_origin_cannot_broadcast_but_may_read(
    open_page: Callable[[str], Page], certificate: Certificate, browser_server: Server,
    on_air: Broadcaster, name: str,
) -> None:
    with front_end(certificate) as foreign:
        intruder = Broadcaster(
            open_page("chromium"), foreign, browser_server.url(f"/{name}/live"))
        intruder.open_camera().start(timeslice_ms=250)
        answers = wait_until(lambda: intruder.answers, "an answer to the intruder")
        assert "TypeError" in str(answers[0]), f"the browser let it through: {answers}"
        assert browser_server.stream(name) is None, "the intruder is on air"

        page = open_page("chromium")
        page.goto(foreign.watch_page(browser_server.url(f"/{NAME}/live"), readable=True))
        wait_until(lambda: page.run("return video.videoWidth;"), "the media to be read")


def test_viewers_go_on_when_the_broadcaster_starts_a_new_recorder(
    broadcast: Callable[..., Broadcaster], watch_in: Callable[..., Watcher],
    browser_server: Server, name: str,
) -> None:
    broadcaster = broadcast(name).open_camera().start(FREQUENT_KEYFRAMES, timeslice_ms=500)
    broadcaster.wait_for_answers(2)
    watchers = [watch_in(browser, name, readable=True) for browser in BROWSERS]
    for watcher in watchers:
        watcher.wait_for_playback(1)

    broadcaster.stop().start(FREQUENT_KEYFRAMES, timeslice_ms=500)
    renewed = broadcaster.counter
    for watcher in watchers:
        before = watcher.report()
        watcher.wait_for_counter(renewed)
        after = watcher.wait_for_playback(2)
        assert after.currentTimeS > before.currentTimeS and not after.ended
        assert "emptied" not in " ".join(after.events), f"the page had to load anew: {after}"
        watcher.assert_sound()
    page = watchers[0].page
    assert isinstance(page, ChromiumPage)
    asked = page.exchanges_with(browser_server.url(f"/{name}/live"))
    assert len(asked) == 1, f"the viewer was served by more than one response: {asked}"
    broadcaster.assert_all_accepted()


def test_the_viewers_video_ends_when_the_broadcaster_ends_the_stream(
    broadcast: Callable[..., Broadcaster], watch_in: Callable[..., Watcher], name: str
) -> None:
    broadcaster = broadcast(name).open_camera().start(FREQUENT_KEYFRAMES, timeslice_ms=500)
    broadcaster.wait_for_answers(2)
    watchers = [watch_in(browser, name) for browser in BROWSERS]
    for watcher in watchers:
        watcher.wait_for_playback(1)
    broadcaster.stop()
    assert broadcaster.end_stream() == 204
    for watcher in watchers:
        watcher.wait_for_end()
