"""The first page while streams come and go, with and without its script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser.element import LOOK_EVERY_S, first_number, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until


def listed(page: Page) -> dict[str, str]:
    """The streams on the page, in its order, each with the text of its viewers."""
    return dict(page.run(
        """return [...document.querySelectorAll('#streams > li')].map((item) => [
             item.querySelector('a').textContent.trim(),
             item.querySelector('.stream-viewers').textContent.trim()]);"""))


def wait_for_viewers(page: Page, name: str, count: int) -> None:
    wait_until(lambda: first_number(listed(page).get(name, "")) == count,
               f"{name} with {count} viewers on the page", every_s=LOOK_EVERY_S)


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_streams_come_change_and_go_while_the_page_is_open(
    browser: str, open_own: Callable[..., Page], start_server: Callable[..., Server],
    publish: Callable[..., Publisher], watch: Callable[..., Viewer],
) -> None:
    server = start_server()
    page = open_own(browser)
    page.goto(server.url("/"))
    page.run("window.isStillTheSame = true;")
    assert listed(page) == {}
    wait_for_element(page, ".nobody", "words for when nobody is live")

    publish(server, "first").play(record(seconds=60))
    wait_until(lambda: list(listed(page)) == ["first"], "the first", every_s=LOOK_EVERY_S)
    wait_for_element(page, ".nobody", "those words to be gone", lambda e: not e.visible)
    publish(server, "second").play(record(seconds=60))
    wait_until(lambda: set(listed(page)) == {"first", "second"}, "both", every_s=LOOK_EVERY_S)

    server.wait_for_state("second", "live")
    viewers = [watch(server, "second").wait_for_bytes(1) for _ in range(3)]
    wait_for_viewers(page, "second", 3)
    wait_for_viewers(page, "first", 0)
    viewers.pop().stop()
    wait_for_viewers(page, "second", 2)

    # Nothing vanishes under a hand that is about to press it: it says that it ended, then it goes.
    for name in ("first", "second"):
        assert server.request("DELETE", f"/{name}/live").status == 204
        wait_for_element(page, f"#streams > li[data-name={name}]", "to be shown as ended",
                         lambda e: e.data["state"] == "ended")
    wait_until(lambda: listed(page) == {}, "both to go", every_s=LOOK_EVERY_S)
    wait_for_element(page, ".nobody", "words for when nobody is live")
    assert page.run("return window.isStillTheSame;"), "the page was loaded anew"


def test_the_page_goes_on_by_itself_when_the_server_was_restarted(
    open_own: Callable[..., Page], start_server: Callable[..., Server],
    publish: Callable[..., Publisher],
) -> None:
    server = start_server("--stop-timeout", "0")
    page = open_own()
    page.goto(server.url("/"))
    server.stop(check=False)
    again = start_server(port=server.port, data=server.data)
    publish(again, "back").play(record(seconds=60))
    wait_until(lambda: list(listed(page)) == ["back"], "the stream", every_s=LOOK_EVERY_S)


def test_everything_is_there_without_javascript(
    open_own: Callable[..., Page], start_server: Callable[..., Server],
    publish: Callable[..., Publisher], watch: Callable[..., Viewer],
) -> None:
    server = start_server()
    page = open_own(java_script_enabled=False)
    page.goto(server.url("/"))
    assert "/live" in page.run("return document.querySelector('main a').href;")
    publish(server, "plain").play(record(seconds=60))
    server.wait_for_state("plain", "live")
    watch(server, "plain").wait_for_bytes(1)
    server.wait_for_viewers("plain", 1)

    page.goto(server.url("/"))
    assert {name: first_number(seen) for name, seen in listed(page).items()} == {"plain": 1}
    page.click("text=plain")
    assert chromium_of(page).playwright.url == server.url("/plain/watchLive")
    # A bare video element, which the page keeps for such browsers, plays it.
    playwright = chromium_of(page).playwright
    video = playwright.locator("video:visible")
    wait_until(lambda: video.evaluate("(video) => video.currentTime") > 0.5,
               "the plain video to play", every_s=LOOK_EVERY_S)


def test_an_unknown_address_leads_back_to_the_first_page(
    open_own: Callable[..., Page], browser_server: Server
) -> None:
    page = open_own()
    page.goto(browser_server.url("/no/such/page"))
    assert chromium_of(page).exchanges[0].status == 404
    assert len(visible_text(page, "main")) > 20
    page.click("main a[href='/']")
    wait_for_element(page, "#streams", "the first page", lambda e: True)
