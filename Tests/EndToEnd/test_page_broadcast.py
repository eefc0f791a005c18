"""Weir's own pages at work: broadcasting from /live, watching on /NAME/watchLive."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from browser.chromium import Chromium
from browser.conduct import Conduct
from browser.element import LOOK_EVERY_S, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page_fixtures import *  # noqa: F403
from browser.watch_page import WatchPage
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.sources import lasting
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "firefox")
NAME = "clockwork"


@pytest.fixture(scope="module")
def on_air(chromium_browser: Chromium, browser_server: Server) -> Iterator[LivePage]:
    """A test picture on air for all tests of this file that do not harm it."""
    page = chromium_browser.open()
    conduct = Conduct(page)
    live = LivePage(page, browser_server.url(""), NAME).choose_source("test")
    yield live.go_live(codec="vp8")
    live.wait_for_state("live")
    page.close()
    conduct.assert_good()


def test_a_camera_goes_live_and_is_watched_in_both_browsers_until_it_stops(
    live_page: Callable[..., LivePage], watch_page: Callable[..., WatchPage], name: str,
    browser_server: Server,
) -> None:
    live = live_page(name).choose_source("camera").go_live()
    watchers = [watch_page(name, browser) for browser in BROWSERS]
    for watcher in watchers:
        watcher.wait_for_playback(2)
        watcher.wait_for_live_edge()
    live.wait_for_viewers(2)
    for watcher in watchers:
        watcher.wait_for_viewers(2)
        watcher.wait_for_playback(1)
        watcher.assert_sound()
    live.wait_for_health("good", "behind")
    shown = wait_until(lambda: browser_server.stream(name), "the stream")
    assert {track["kind"] for track in shown["tracks"]} == {"video", "audio"}

    live.stop()
    for watcher in watchers:
        watcher.wait_for_state("ended")
    browser_server.wait_for_state(name, "ended")


def test_the_question_whether_to_stop_can_be_answered_with_no(
    on_air: LivePage, browser_server: Server
) -> None:
    on_air.page.click("#stop")
    wait_for_element(on_air.page, "#stop-confirm", "the question whether to stop")
    on_air.page.press("Escape")
    wait_for_element(
        on_air.page, "#stop-dialog", "the question to be gone", lambda e: not e.visible)
    on_air.wait_for_state("live")
    browser_server.wait_for_state(NAME, "live")


@pytest.mark.parametrize("browser", BROWSERS)
def test_ten_seconds_back_and_live_again_with_one_press_each(
    browser: str, on_air: LivePage, watch_page: Callable[..., WatchPage], browser_server: Server
) -> None:
    watcher = watch_page(NAME, browser)
    watcher.wait_for_playback(1)
    _wait_for_rewind(browser_server, 14)
    watcher.press_button("#back")
    _assert_rewound(watcher)
    watcher.press_button("#live")
    _assert_at_edge(watcher)

    # The same without a mouse. The focus may be on a button; these keys mean nothing to buttons.
    watcher.page.press("ArrowLeft")
    _assert_rewound(watcher)
    watcher.page.press("l")
    _assert_at_edge(watcher)
    watcher.assert_sound()


def _wait_for_rewind(server: Server, seconds: float) -> None:
    wait_until(lambda: (server.stream(NAME) or {}).get("rewindMs", 0) >= seconds * 1000,
               f"{seconds} s to rewind", every_s=0.2)


def _assert_rewound(watcher: WatchPage) -> None:
    watcher.wait_for_state("rewound")
    watcher.wait_until(lambda now: now.latencyS is not None and now.latencyS > 8,
                       "to be ten seconds behind")
    watcher.wait_for_playback(1)
    assert not watcher.look().atEdge


def _assert_at_edge(watcher: WatchPage) -> None:
    watcher.wait_for_state("playing")
    watcher.wait_for_live_edge()
    watcher.wait_for_playback(1)


def test_keys_pause_mute_and_show_what_they_do(
    on_air: LivePage, watch_page: Callable[..., WatchPage]
) -> None:
    watcher = watch_page(NAME)
    watcher.wait_for_playback(1)
    watcher.page.press("k")
    watcher.wait_for_state("paused-by-viewer")
    assert watcher.look().paused
    watcher.page.press("k")
    watcher.wait_for_playback(1)
    muted = "return document.querySelector('#video').muted;"
    before = watcher.page.run(muted)
    watcher.page.press("m")
    wait_until(lambda: watcher.page.run(muted) != before, "the sound to be switched", every_s=LOOK_EVERY_S)
    watcher.page.press("?")
    wait_until(lambda: "full screen" in visible_text(watcher.page).lower(), "the keys", every_s=LOOK_EVERY_S)


def test_a_page_plays_on_when_the_broadcaster_comes_back_with_another_codec(
    live_page: Callable[..., LivePage], watch_page: Callable[..., WatchPage], name: str,
    browser_server: Server,
) -> None:
    live = live_page(name).choose_source("test").go_live(codec="vp8")
    watchers = [watch_page(name, browser) for browser in BROWSERS]
    for watcher in watchers:
        assert "vp8" in watcher.wait_for_playback(1).player["codec"]
    live.stop()
    for watcher in watchers:
        watcher.wait_for_state("ended")

    again = live_page(name).choose_source("test").go_live(codec="vp9")
    for watcher in watchers:
        watcher.wait_for_playback(2)
        assert "vp9" in watcher.wait_for_live_edge().player["codec"]
        watcher.assert_sound()
    again.stop()


def test_firefox_broadcasts_and_chromium_watches(
    live_page: Callable[..., LivePage], watch_page: Callable[..., WatchPage], name: str,
    browser_server: Server,
) -> None:
    live = live_page(name, "firefox").choose_source("camera").go_live()
    watcher = watch_page(name)
    watcher.wait_for_playback(3)
    watcher.wait_for_live_edge()
    live.wait_for_viewers(1)
    assert "vp8" in watcher.assert_sound().player["codec"]
    live.stop()
    watcher.wait_for_state("ended")


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_page_that_was_opened_too_early_starts_by_itself(
    browser: str, live_page: Callable[..., LivePage], watch_page: Callable[..., WatchPage],
    name: str,
) -> None:
    watcher = watch_page(name, browser)
    watcher.wait_for_state("offline")
    wait_until(lambda: "by itself" in visible_text(watcher.page), "words about it", every_s=LOOK_EVERY_S)
    live = live_page(name).choose_source("test").go_live(codec="vp8")
    watcher.wait_for_playback(1)
    # An element that stands still says nothing of its end.
    watcher.page.run(
        """const video = document.querySelector('#video');
           video.playbackRate = 0;
           Object.defineProperty(video, 'playbackRate', { get: () => 1, set() {} });""")
    live.stop()
    watcher.wait_for_state("ended")


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_page_plays_media_with_holes_in_it(
    browser: str, watch_page: Callable[..., WatchPage], browser_server: Server,
    publish: Callable[..., Publisher], name: str,
) -> None:
    publish(browser_server, name).play(lasting(record(seconds=40, holes=True)))
    browser_server.wait_for_state(name, "live")
    for _ in range(2):
        # Each time it joins somewhere else, in a hole or before one.
        watcher = watch_page(name, browser)
        watcher.wait_for_playback(1.5)
        watcher.assert_sound()
