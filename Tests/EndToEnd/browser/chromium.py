"""Chromium with a fake camera and microphone, driven through Playwright.

The browser is the distribution's; Playwright is used as a library only. The arguments take away
what would make a run depend on the machine or on the outside: GPU, QUIC, background downloads,
permission prompts, the rule that a video may not start without a click.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Error, Request, sync_playwright
from playwright.sync_api import Page as PlaywrightPage

from .page import ScriptFailed

EXECUTABLE = os.environ.get("WEIR_CHROMIUM", "/usr/bin/chromium")

ARGUMENTS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A tab nobody looks at would have its timers and its rendering slowed down.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)


class ChromiumPage:
    """A tab of a Chromium. Keeps its requests and console lines: a failure is explained by them."""

    def __init__(self, page: PlaywrightPage) -> None:
        self.name = "Chromium"
        self.playwright = page
        self.requests: list[Request] = []
        self.console: list[str] = []
        page.on("request", lambda request: self.requests.append(request))
        page.on("console", lambda message: self.console.append(message.text))

    def goto(self, url: str) -> None:
        # Not the load event: a live video in the page never ends, so that event may be late.
        self.playwright.goto(url, wait_until="domcontentloaded")

    def run(self, body: str, argument: Any = None) -> Any:
        try:
            return self.playwright.evaluate(f"async (argument) => {{ {body} }}", argument)
        except Error as error:
            raise ScriptFailed(f"{self.name}: {error.message}") from error

    def screenshot(self, path: str) -> None:
        self.playwright.screenshot(path=path)

    def close(self) -> None:
        """Closes the tab, and with it every request it has under way."""
        self.playwright.close()


class Chromium:
    """A running Chromium. Each page lives in a context of its own, as in a browser of its own."""

    def __init__(self, new_context: Any) -> None:
        self._new_context = new_context
        self._contexts: list[BrowserContext] = []

    def open(self, url: str | None = None) -> ChromiumPage:
        """A new tab that shares no cookies, cache or connections with the other ones."""
        context = self._new_context(ignore_https_errors=True)
        self._contexts.append(context)
        page = ChromiumPage(context.new_page())
        if url is not None:
            page.goto(url)
        return page

    def close_pages(self) -> None:
        """Closes all tabs, so that one test's viewers are not still there in the next one."""
        while self._contexts:
            self._contexts.pop().close()


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Starts a Chromium and ends it afterwards, whatever happened in between."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        try:
            yield Chromium(browser.new_context)
        finally:
            browser.close()
