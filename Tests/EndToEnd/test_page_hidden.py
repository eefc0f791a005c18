"""What the player fetches when nobody looks, and what it says when nothing comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from browser.element import wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.watch_page import WatchPage
from weir.network import Network, network
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server

pytestmark = pytest.mark.slow

# Playwright's tabs are always in front, so the page is told that it is not.
_HIDEABLE = """
let isHidden = false;
Object.defineProperty(document, 'hidden', { get: () => isHidden });
Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') });
window.setHidden = (now) => {
  isHidden = now;
  document.dispatchEvent(new Event('visibilitychange'));
};
"""


@pytest.fixture
def hideable(
    open_own: Callable[..., object], browser_server: Server, publish: Callable[..., Publisher],
    name: str,
) -> WatchPage:
    """A player at the live edge whose page has `setHidden(true)`."""
    publish(browser_server, name).play(record(seconds=LASTING_S))
    browser_server.wait_for_state(name, "live")
    page = open_own()
    chromium_of(page).playwright.add_init_script(_HIDEABLE)
    watcher = WatchPage(page, browser_server.url(""), name)
    watcher.wait_for_playback(1)
    return watcher


def test_a_hidden_tab_without_sound_sleeps_and_wakes_at_the_live_edge(
    hideable: WatchPage, browser_server: Server
) -> None:
    assert hideable.page.run("return document.querySelector('#video').muted;")
    hideable.page.run("setHidden(true);")
    hideable.wait_until(lambda now: now.player["isAsleep"], "to sleep")
    browser_server.wait_for_viewers(hideable.name, 0)
    shown = hideable.page.run("return document.querySelector('#video').videoWidth;")
    assert shown > 0, "the last picture has gone"
    hideable.page.run("setHidden(false);")
    hideable.wait_until(lambda now: not now.player["isAsleep"], "to wake")
    hideable.wait_for_playback(1)
    hideable.wait_for_live_edge()
    browser_server.wait_for_viewers(hideable.name, 1)


def test_a_hidden_tab_that_was_paused_goes_on_from_where_it_was(
    hideable: WatchPage, browser_server: Server
) -> None:
    hideable.page.press("k")
    hideable.wait_for_state("paused-by-viewer")
    hideable.page.run("setHidden(true);")
    browser_server.wait_for_viewers(hideable.name, 0)
    hideable.page.run("setHidden(false);")
    assert hideable.look().player["isAsleep"], "a paused player needs nothing"
    hideable.page.press("k")
    hideable.wait_for_playback(1)
    seen = hideable.look()
    assert seen.state == "rewound" and seen.latencyS is not None and seen.latencyS > 5
    hideable.page.press("l")
    hideable.wait_for_live_edge()


@pytest.fixture
def cut_network(start_server: Callable[..., Server]) -> Iterator[tuple[Network, Server]]:
    server = start_server()
    with network(server.port) as between:
        yield between, server


def test_the_figure_beside_live_grows_while_nothing_arrives(
    cut_network: tuple[Network, Server], watch_page: Callable[..., WatchPage],
    publish: Callable[..., Publisher], name: str,
) -> None:
    between, server = cut_network
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    watcher = watch_page(name, origin=between.url(""))
    watcher.wait_for_live_edge()
    wait_for_element(watcher.page, "#latency", "no complaint", lambda e: e.data["quiet"] == "false")
    between.fall_silent()
    wait_for_element(watcher.page, "#latency", "to be grey", lambda e: e.data["quiet"] == "true")
    for seconds in (3, 6, 9):
        # Also when the connection has been given up.
        wait_for_element(watcher.page, "#latency", f"{seconds} s",
                         lambda e: e.text.endswith(" s") and float(e.text[:-2]) > seconds)
    between.come_back()
    watcher.wait_for_live_edge()
    wait_for_element(watcher.page, "#latency", "no complaint", lambda e: e.data["quiet"] == "false")


def test_the_figure_beside_live_says_paused(hideable: WatchPage) -> None:
    hideable.page.press("k")
    wait_for_element(hideable.page, "#latency", "Paused", lambda e: e.text == "Paused")
    hideable.page.press("l")
    wait_for_element(hideable.page, "#latency", "seconds", lambda e: e.text.endswith(" s"))
