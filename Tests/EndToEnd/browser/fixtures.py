"""Fixtures of the browser tests: import them into a test file to use them there.

They live for one test file, not for the session: Playwright keeps an event loop running in the
main thread for as long as a browser is open, and tests elsewhere run loops of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from weir.certificate import Certificate
from weir.server import Server

from .broadcaster import Broadcaster
from .camera import counting_camera
from .chromium import Chromium, chromium
from .firefox import FirefoxPage, firefox
from .front_end import FrontEnd, front_end
from .page import Page, tabs
from .watcher import Watcher


@pytest.fixture(scope="module")
def pages(certificate: Certificate) -> Iterator[FrontEnd]:
    """The front end whose origin the server was told about."""
    with front_end(certificate) as served:
        yield served


@pytest.fixture(scope="module")
def browser_server(
    pages: FrontEnd, lasting_server: Callable[..., AbstractContextManager[Server]]
) -> Iterator[Server]:
    """A server with two workers that allows `pages` and nobody else."""
    with lasting_server("browser", "--cors-origin", pages.origin) as server:
        yield server


@pytest.fixture(scope="module")
def chromium_browser() -> Iterator[Chromium]:
    """A Chromium whose camera films a counter."""
    with chromium(counting_camera()) as browser:
        yield browser


@pytest.fixture(scope="module")
def firefox_tab() -> Iterator[FirefoxPage]:
    """A Firefox. Tests use `open_page`, which leaves the tab empty for the next one."""
    with firefox() as tab:
        yield tab


@pytest.fixture
def open_page(
    chromium_browser: Chromium, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Page]]:
    """Open a page in the browser of that name; all are closed at the end of the test."""
    def open_in(browser: str) -> Page:
        # Asked for by name, because a test without Firefox need not wait for its start.
        page: Page = (
            request.getfixturevalue("firefox_tab") if browser == "firefox"
            else chromium_browser.open())
        opened.append(page)
        return page

    with tabs() as opened:
        yield open_in


@pytest.fixture
def broadcast(
    open_page: Callable[[str], Page], pages: FrontEnd, browser_server: Server
) -> Callable[..., Broadcaster]:
    """A page that will broadcast under a name; nothing is recorded yet."""

    def make(name: str, browser: str = "chromium") -> Broadcaster:
        return Broadcaster(open_page(browser), pages, browser_server.url(f"/{name}/live"))

    return make


@pytest.fixture
def watch_in(
    open_page: Callable[[str], Page], pages: FrontEnd, browser_server: Server
) -> Callable[..., Watcher]:
    """A page that watches a name; `readable` if the test wants to look at the pixels."""

    def make(browser: str, name: str, *, readable: bool = False) -> Watcher:
        url = browser_server.url(f"/{name}/live")
        return Watcher(open_page(browser), pages.watch_page(url, readable=readable))

    return make


__all__ = [
    "broadcast", "browser_server", "chromium_browser", "firefox_tab", "open_page",
    "pages", "watch_in",
]
