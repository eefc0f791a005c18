"""Who can watch what is broadcast from /live: what the page says, and what it offers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser.element import element, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page_fixtures import *  # noqa: F403
from browser.watch_page import WatchPage
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_broadcast_that_iphones_cannot_play_says_so(
    live_page: Callable[..., LivePage], name: str
) -> None:
    live = live_page(name).choose_source("test")
    live.choose("#codec", "vp8")
    wait_for_element(live.page, "#audience-note", "words for VP8",
                     lambda seen: "VP8: " in seen.text and "iPhones and iPads cannot" in seen.text)
    live.go_live()
    # From what the server says of the stream.
    wait_for_element(live.page, "#audience", "words for the stream",
                     lambda seen: seen.text.startswith("iPhones and iPads cannot watch. The picture"))


def test_one_press_lets_iphones_watch(
    live_page: Callable[..., LivePage], watch_page: Callable[..., WatchPage],
    browser_server: Server, name: str,
) -> None:
    live = live_page(name).choose_source("test")
    live.page.click("#use-widest")
    wait_for_element(live.page, "#audience-note", "words for H.264",
                     lambda seen: seen.text.startswith("H.264: ") and "iPads too" in seen.text)
    wait_for_element(live.page, "#use-widest", "nothing more to be offered", lambda seen: not seen.visible)
    live.go_live()
    # Each worker hears of it a moment later.
    stream = wait_until(lambda: browser_server.stream(name), "the stream")
    assert stream["hlsUrl"] is not None
    assert [track["codec"] for track in stream["tracks"]] == ["h264", "opus"]
    wait_for_element(live.page, "#audience", "words for the stream",
                     lambda seen: "iPhones and iPads too" in seen.text)
    for browser in ("chromium", "firefox"):
        watcher = watch_page(name, browser)
        watcher.wait_for_playback(3)
        assert watcher.look().player["via"] == "cmaf"
        watcher.assert_sound()


def test_a_browser_that_cannot_record_it_is_not_offered_it(
    live_page: Callable[..., LivePage], name: str
) -> None:
    live = live_page(name, "firefox").choose_source("test")
    wait_for_element(live.page, "#audience-note", "words", lambda seen: "VP8: " in seen.text)
    offer = element(live.page, "#use-widest")
    assert offer is not None and not offer.visible
    assert not live.page.run("return document.querySelector('#codec [value=h264]');")
