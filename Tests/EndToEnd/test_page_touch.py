"""Fingers on the player: a tap does what is seen, and nothing that is not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from browser.account_pages import wait_for_path
from browser.chromium import PHONE, ChromiumPage
from browser.descriptions import stream, tell_of_streams
from browser.element import LOOK_EVERY_S, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.targets import small_targets
from browser.watch_page import WatchPage
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

ON_ITS_SIDE = {"width": 844, "height": 390}
# Between two taps that are two.
_NO_DOUBLE_TAP_S = 1.0


@pytest.fixture
def on_phone(
    watch_page: Callable[..., WatchPage], publish: Callable[..., Publisher],
    browser_server: Server, name: str,
) -> Callable[..., WatchPage]:
    """The player of something that is live, on a phone."""
    def open_page(**options: Any) -> WatchPage:
        # Held back, and so never late: whatever does not play shows the controls.
        publish(browser_server, name).feed([record(seconds=LASTING_S).data], finish=False)
        browser_server.wait_for_state(name, "live")
        watcher = watch_page(name, **PHONE | options)
        watcher.wait_for_playback(1)
        return watcher

    return open_page


def controls(page: ChromiumPage) -> str:
    return page.run("return document.querySelector('#player').dataset.controls;")


def wait_until_hidden(page: ChromiumPage) -> None:
    wait_until(lambda: controls(page) == "hidden", "the controls to be hidden",
               every_s=LOOK_EVERY_S)


# How often the controls have been shown. They hide again after a while, which nobody may see in time.
_NOTE_SHOWN = """
window.timesShown = 0;
new MutationObserver((changes) => {
  for (const { oldValue, target } of changes) {
    if (oldValue === 'hidden' && target.dataset.controls === 'shown') timesShown += 1;
  }
}).observe(
  document.querySelector('#player'), { attributeFilter: ['data-controls'], attributeOldValue: true });
"""


def tap_to_show(page: ChromiumPage, x: float, y: float, what: str) -> None:
    """Tap there while the controls are hidden: they are shown."""
    before = page.run("return timesShown;")
    page.playwright.touchscreen.tap(x, y)
    wait_until(lambda: page.run("return timesShown;") > before, f"a tap on {what} to be seen",
               every_s=LOOK_EVERY_S)


def press(page: ChromiumPage, control: str, has_happened: Callable[[], bool]) -> None:
    """Tap one of the controls until what it does has happened. They hide again after a while, and a tap that
    comes too late only shows them: so it is tapped once each time that they are shown."""
    tab, is_tapped, shown_s = page.playwright, False, 0.0

    def look() -> bool:
        nonlocal is_tapped, shown_s
        if has_happened():
            return True
        if controls(page) == "shown":
            if not is_tapped:
                is_tapped = True
                tab.tap(control, force=True)  # which does not wait for them while they are hidden
        elif time.monotonic() > shown_s + _NO_DOUBLE_TAP_S:
            is_tapped, shown_s = False, time.monotonic()
            tab.touchscreen.tap(195, 120)
        return False

    wait_until(look, f"a tap on {control} to be seen", every_s=LOOK_EVERY_S)


def what_controls_do(page: ChromiumPage) -> dict[str, object]:
    """Everything that a press on some control would change. (Whether it plays well, the machine decides.)"""
    return page.run(
        """const video = document.querySelector('#video');
           const { state } = document.body.dataset;
           return { isPaused: state === 'paused-by-viewer', isBack: state === 'rewound', muted: video.muted,
                    full: document.fullscreenElement !== null,
                    small: document.pictureInPictureElement !== null,
                    keys: document.querySelector('#keys').open };""")


def test_a_tap_on_a_hidden_control_only_shows_the_controls(
    on_phone: Callable[..., WatchPage]
) -> None:
    watcher = on_phone()
    page = chromium_of(watcher.page)
    before = what_controls_do(page)
    places = page.run(
        """return [...document.querySelectorAll('#controls button, #controls input')]
             .filter((control) => control.checkVisibility() && !control.disabled)
             .map((control) => {
               const { left, top, width, height } = control.getBoundingClientRect();
               return { id: control.id, x: left + width / 2, y: top + height / 2 };
             });""")
    assert {"play", "back", "mute", "live", "fullscreen"} <= {place["id"] for place in places}
    page.run(_NOTE_SHOWN)
    for place in places:
        wait_until_hidden(page)
        tap_to_show(page, place["x"], place["y"], f"the hidden {place['id']}")
        assert what_controls_do(page) == before, f"the hidden {place['id']} was pressed"


def test_taps_show_and_hide_the_controls_and_press_what_is_seen(
    on_phone: Callable[..., WatchPage]
) -> None:
    watcher = on_phone()
    page = chromium_of(watcher.page)
    page.run(_NOTE_SHOWN)
    wait_until_hidden(page)
    tap_to_show(page, 195, 120, "the picture")
    page.playwright.touchscreen.tap(195, 120)
    wait_until_hidden(page)
    tap_to_show(page, 195, 120, "the picture, once more")
    press(page, "#play", lambda: watcher.state == "paused-by-viewer")


def test_a_finger_reaches_all_that_there_is_around_a_broadcast(
    on_phone: Callable[..., WatchPage]
) -> None:
    watcher = on_phone()
    page = chromium_of(watcher.page)
    tab = page.playwright
    for opener, panel, closer in (
        ("#share", "#share-panel", "#share-panel .share-head button"),
        ("#show-statistics", "#statistics", "#close-statistics"),
    ):
        tab.tap(opener)
        wait_for_element(page, panel, f"{panel} to be open")
        assert small_targets(page) == []
        tab.tap(closer)
        wait_for_element(page, panel, f"{panel} to be closed", lambda e: not e.visible)
    tab.tap("#unmute")
    wait_until(lambda: not page.run("return document.querySelector('#video').muted;"), "sound",
               every_s=LOOK_EVERY_S)

    press(page, "#mute", lambda: page.run("return document.querySelector('#video').muted;"))
    wait_until(lambda: page.run("return !document.querySelector('#back').disabled;"),
               "something to go back to", every_s=LOOK_EVERY_S)
    press(page, "#back", lambda: watcher.state == "rewound")
    press(page, "#live", lambda: watcher.state == "playing")


def test_a_finger_finds_a_broadcast_among_many(
    open_own: Callable[..., Page], browser_server: Server
) -> None:
    page = chromium_of(open_own(**PHONE))
    tell_of_streams(page, [stream(number, stillUrl=None) for number in range(70)])
    page.goto(browser_server.url("/"))
    wait_for_element(page, "[data-name=channel-003]", "the cards")
    assert small_targets(page) == []
    page.playwright.tap("#search")
    page.playwright.keyboard.type("show 42")
    wait_until(lambda: page.run("return document.querySelectorAll('#streams > li').length;") == 1,
               "what was looked for", every_s=LOOK_EVERY_S)
    # Anywhere on the card: its link lies over all of it.
    page.playwright.tap("[data-name=channel-042] .stream-picture", force=True)
    wait_for_path(page, "/channel-042/watchLive")


def test_a_phone_on_its_side_is_all_player(on_phone: Callable[..., WatchPage]) -> None:
    watcher = on_phone(viewport=ON_ITS_SIDE)
    box = watcher.page.run(
        """const box = (element) => element.getBoundingClientRect().toJSON();
           return { player: box(document.querySelector('#player')),
                    play: box(document.querySelector('#play')) };""")
    assert (box["player"]["top"], box["player"]["height"]) == (0, ON_ITS_SIDE["height"])
    assert (box["player"]["left"], box["player"]["width"]) == (0, ON_ITS_SIDE["width"])
    assert box["play"]["bottom"] <= ON_ITS_SIDE["height"]


@pytest.mark.parametrize("width", [320, 360, 390])
def test_a_phone_that_knows_small_windows_offers_one(
    width: int, on_phone: Callable[..., WatchPage]
) -> None:
    watcher = on_phone(viewport=PHONE["viewport"] | {"width": width})
    page = chromium_of(watcher.page)
    if not page.run("return document.pictureInPictureEnabled;"):
        # Headless browsers may not have it: then it is shown as if they had.
        page.run("document.querySelector('#window').hidden = false;")
    wait_for_element(page, "#window", "the button for a small window")
    boxes = page.run(
        """return [...document.querySelectorAll('.player-buttons > *')]
             .map((each) => each.getBoundingClientRect()).filter(({ width }) => width > 0)
             .map(({ left, right }) => [left, right]);""")
    assert all(left >= 0 and right <= width for left, right in boxes), boxes
    assert all(right <= left + 1 for (_, right), (left, _) in zip(boxes, boxes[1:])), boxes
