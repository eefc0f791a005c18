"""Chromium with a fake camera and microphone, driven through Playwright.

The browser is the distribution's; Playwright is used as a library only. The arguments take away
what would make a run depend on the machine or on the outside: GPU, QUIC, background downloads,
permission prompts, the rule that a video may not start without a click.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, sync_playwright
from playwright.sync_api import Page as PlaywrightPage

from weir.waiting import PATIENCE_S, wait_until

from .page import ScriptFailed

#: Options of a tab on a telephone.
PHONE: dict[str, Any] = {
    "has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}
EXECUTABLE = os.environ.get("WEIR_CHROMIUM", "/usr/bin/chromium")
# Time counts here also while the machine stands still: so it is more than is waited for elsewhere.
_TIMEOUT_MS = 2 * PATIENCE_S * 1000

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


@dataclass(frozen=True)
class Exchange:
    """The head of one request and its response. Header names are in lower case."""

    method: str
    url: str
    status: int
    headers: dict[str, str]
    protocol: str


class ChromiumPage:
    """A tab of a Chromium, with what it asked of whom and how that was answered."""

    def __init__(self, page: PlaywrightPage) -> None:
        self.name = "Chromium"
        self.playwright = page
        page.set_default_timeout(_TIMEOUT_MS)
        self.exchanges: list[Exchange] = []
        self.asked: list[dict[str, str]] = []
        self._listen()

    def goto(self, url: str) -> None:
        # Not the load event: a live video in the page never ends, so that event may be late.
        self.playwright.goto(url, wait_until="domcontentloaded")

    def run(self, body: str, argument: Any = None) -> Any:
        try:
            return self.playwright.evaluate(f"async (argument) => {{ {body} }}", argument)
        except Error as error:
            raise ScriptFailed(f"{self.name}: {error.message}") from error

    def click(self, selector: str) -> None:
        self.playwright.click(selector)

    def hover(self, selector: str) -> None:
        box = wait_until(self.playwright.locator(selector).bounding_box, f"{selector} to be seen")
        assert box is not None
        # From somewhere else: a mouse that does not move is not noticed.
        self.playwright.mouse.move(box["x"] + 1, box["y"] + 1)
        self.playwright.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def fill(self, selector: str, text: str) -> None:
        self.playwright.fill(selector, text)

    def press(self, key: str) -> None:
        self.playwright.keyboard.press(key)

    def screenshot(self) -> bytes:
        return self.playwright.screenshot()

    def beside(self) -> "ChromiumPage":
        """Another tab of the same browser: they share connections. Closed with this one."""
        return ChromiumPage(self.playwright.context.new_page())

    def close(self) -> None:
        """Closes the tab, and with it every request it has under way."""
        # An answer that is just being made for one of them is no fault of the next test. A tab
        # that its test has closed already makes none.
        if not self.playwright.is_closed():
            self.playwright.unroute_all(behavior="ignoreErrors")
        self.playwright.context.close()

    def exchanges_with(self, url: str) -> list[Exchange]:
        """What was asked of `url` and answered, preflights included, oldest first."""
        return [exchange for exchange in self.exchanges if exchange.url == url]

    def asked_with(self, header: str) -> list[str]:
        """What this header said in every request that had it, answered or not, oldest first."""
        return [fields[header] for fields in self.asked if header in fields]

    def _listen(self) -> None:
        """Keeps every response's head. The developer protocol shows preflights; Playwright hides
        them, because a page cannot see them either."""
        session = self.playwright.context.new_cdp_session(self.playwright)
        methods: dict[str, str] = {}

        def asked(event: dict[str, Any]) -> None:
            request = event["request"]
            methods[event["requestId"]] = request["method"]
            self.asked.append({name.lower(): value for name, value in request["headers"].items()})

        def answered(event: dict[str, Any]) -> None:
            response = event["response"]
            headers = {name.lower(): value for name, value in response["headers"].items()}
            self.exchanges.append(Exchange(
                method=methods.get(event["requestId"], ""), url=response["url"],
                status=response["status"], headers=headers,
                protocol=response.get("protocol", "")))

        session.on("Network.requestWillBeSent", asked)
        session.on("Network.responseReceived", answered)
        session.send("Network.enable")


class Chromium:
    """A running Chromium. Each page lives in a context of its own, as in a browser of its own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def open(self, **options: Any) -> ChromiumPage:
        """A new tab that shares no cookies, cache or connections with the other ones.

        `options` are those of Playwright's `new_context`.
        """
        context = self._browser.new_context(ignore_https_errors=True, **options)
        return ChromiumPage(context.new_page())

    @contextmanager
    def without_http2(self) -> Iterator["Chromium"]:
        """A second Chromium, which speaks HTTP/1.1 only."""
        browser = self._browser.browser_type.launch(
            executable_path=EXECUTABLE, args=[*ARGUMENTS, "--disable-http2"], timeout=_TIMEOUT_MS)
        try:
            yield Chromium(browser)
        finally:
            browser.close()

    @contextmanager
    def with_camera(self, camera: Path) -> Iterator["Chromium"]:
        """A second Chromium, whose camera shows that file and knows no other size."""
        browser = self._browser.browser_type.launch(
            executable_path=EXECUTABLE,
            args=[*ARGUMENTS, f"--use-file-for-fake-video-capture={camera}"], timeout=_TIMEOUT_MS)
        try:
            yield Chromium(browser)
        finally:
            browser.close()

    @contextmanager
    def without_devices(self) -> Iterator["Chromium"]:
        """A second Chromium, on a machine without camera and microphone, that must ask its user.

        Its user says no, unless the page's context was given the permission.
        """
        arguments = [argument for argument in ARGUMENTS if "media-stream" not in argument]
        browser = self._browser.browser_type.launch(
            executable_path=EXECUTABLE, args=arguments, timeout=_TIMEOUT_MS)
        try:
            yield Chromium(browser)
        finally:
            browser.close()


@contextmanager
def chromium(camera: Path | None = None, *more: str) -> Iterator[Chromium]:
    """Starts a Chromium and ends it afterwards, whatever happened in between.

    `camera` is the Motion JPEG file that its camera shows; without it, its own test picture.
    `more` are further arguments.
    """
    arguments = [*ARGUMENTS, *more]
    if camera is not None:
        arguments.append(f"--use-file-for-fake-video-capture={camera}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=EXECUTABLE, args=arguments, timeout=_TIMEOUT_MS)
        try:
            yield Chromium(browser)
        finally:
            browser.close()
