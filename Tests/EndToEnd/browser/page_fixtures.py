"""Fixtures of the tests of Weir's own pages: import them next to those of `fixtures`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from weir.server import Server

from .chromium import Chromium, ChromiumPage
from .conduct import Conduct
from .firefox import FirefoxPage
from .live_page import LivePage
from .page import Page, tabs
from .watch_page import WatchPage


@pytest.fixture
def open_own(
    chromium_browser: Chromium, start_server: Callable[..., Server], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a tab for Weir's own pages; at the end all are closed, and their conduct is judged.

    (`start_server` is named so that tabs are closed before servers are stopped and judged.)
    """
    conducts: list[Conduct] = []

    def open_in(browser: str = "chromium", **options: object) -> Page:
        page: Page
        if browser == "firefox":
            page = request.getfixturevalue("firefox_tab")
        else:
            page = chromium_browser.open(**options)
            conducts.append(Conduct(page))
        opened.append(page)
        return page

    with tabs() as opened:
        yield open_in
    for conduct in conducts:
        conduct.assert_good()
    for page in opened:
        if isinstance(page, FirefoxPage):
            assert page.policy_violations() == []


@pytest.fixture
def live_page(
    open_own: Callable[..., Page], browser_server: Server
) -> Callable[..., LivePage]:
    """Open /live in a browser, with a name in it."""

    def make(
        name: str | None, browser: str = "chromium", origin: str | None = None, **options: object
    ) -> LivePage:
        return LivePage(open_own(browser, **options), origin or browser_server.url(""), name)

    return make


@pytest.fixture
def watch_page(
    open_own: Callable[..., Page], browser_server: Server
) -> Callable[..., WatchPage]:
    """Open the player of a stream in a browser."""

    def make(
        name: str, browser: str = "chromium", origin: str | None = None, via: str | None = None,
        **options: object,
    ) -> WatchPage:
        return WatchPage(open_own(browser, **options), origin or browser_server.url(""), name, via)

    return make


__all__ = ["live_page", "open_own", "watch_page"]


def chromium_of(page: Page) -> ChromiumPage:
    """The page, known to be one in Chromium."""
    assert isinstance(page, ChromiumPage)
    return page
