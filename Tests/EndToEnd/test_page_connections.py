"""Connections that pages keep open: over HTTP/1.1 a browser has six to a host, for all of its tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from browser.chromium import Chromium, ChromiumPage
from browser.element import LOOK_EVERY_S, page_state, visible_text
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.watch_page import WatchPage
from weir.admin import Metrics
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

Publish = Callable[..., Publisher]

_SIX = 6

# What Chromium does when another tab comes to the front.
_BE = """
for (const [name, value] of [['hidden', argument], ['visibilityState', argument ? 'hidden' : 'visible']]) {
  Object.defineProperty(document, name, { configurable: true, get: () => value });
}
document.dispatchEvent(new Event('visibilitychange'));
"""


@pytest.fixture
def tabs(
    chromium_browser: Chromium, browser_server: Server
) -> Iterator[Callable[[], ChromiumPage]]:
    """Opens tabs of one browser that speaks HTTP/1.1 only."""
    opened: list[ChromiumPage] = []
    with chromium_browser.without_http2() as browser:

        def open_tab() -> ChromiumPage:
            opened.append(opened[0].beside() if opened else browser.open())
            return opened[-1]

        yield open_tab


def test_five_tabs_play_over_http_1_and_each_hears_of_the_end(
    tabs: Callable[[], ChromiumPage], browser_server: Server, publish: Publish, name: str
) -> None:
    publisher = publish(browser_server, name)
    publisher.play(record(seconds=LASTING_S))
    browser_server.wait_for_state(name, "live")
    watching = []
    for _ in range(_SIX - 1):
        tab = WatchPage(tabs(), browser_server.url(""), name)
        tab.wait_for_playback(0.5)
        watching.append(tab)
    # The connection that is left is for whatever else is asked.
    status = watching[0].page.run(
        """const answer = await fetch('/api/streams', { signal: AbortSignal.timeout(60_000) });
           return answer.status;""")
    assert status == 200
    assert all(
        exchange.protocol == "http/1.1"
        for tab in watching for exchange in tab.page.exchanges)  # type: ignore[attr-defined]
    assert not [
        exchange.url for tab in watching
        for exchange in tab.page.exchanges if "/api/events" in exchange.url]  # type: ignore[attr-defined]
    assert browser_server.request("DELETE", f"/{name}/live").status in (204, 409)
    publisher.abort()
    browser_server.wait_for_state(name, "ended")
    for tab in watching:
        tab.wait_for_state("ended")


def test_the_first_page_is_kept_up_to_date_over_http_1(
    tabs: Callable[[], ChromiumPage], browser_server: Server, publish: Publish, name: str
) -> None:
    page = tabs()
    page.goto(browser_server.url("/"))
    page.run("window.isStillTheSame = true;")
    publish(browser_server, name).play(record(seconds=LASTING_S))
    wait_until(lambda: name in visible_text(page), "the stream on the page", every_s=LOOK_EVERY_S)
    assert page.run("return window.isStillTheSame;"), "the page was loaded anew"


def test_a_player_that_waits_over_http_1_begins_with_the_broadcast(
    tabs: Callable[[], ChromiumPage], browser_server: Server, publish: Publish, name: str
) -> None:
    tab = WatchPage(tabs(), browser_server.url(""), name)
    tab.wait_for_state("offline")
    publish(browser_server, name).play(record(seconds=LASTING_S))
    tab.wait_for_playback(0.5)


def test_nobody_listens_to_events_while_hidden(
    start_server: Callable[..., Server], open_own: Callable[..., Page], publish: Publish, name: str
) -> None:
    server = start_server()

    def listeners() -> int:
        return int(Metrics(server).total("weir_event_subscribers"))

    page = open_own()
    page.goto(server.url("/"))
    wait_until(lambda: listeners() == 1, "the page to listen")
    page.run(_BE, True)
    wait_until(lambda: listeners() == 0, "the hidden page to listen no more")
    # Nor does it count as lost, however long that lasts.
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    assert page_state(page) == "quiet" and name not in visible_text(page)
    page.run(_BE, False)
    wait_until(lambda: name in visible_text(page), "what was missed", every_s=LOOK_EVERY_S)
    wait_until(lambda: listeners() == 1, "the page to listen again")
