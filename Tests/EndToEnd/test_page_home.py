"""The first page while streams come and go, with and without its script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser.descriptions import stream, tell_of_streams
from browser.element import LOOK_EVERY_S, first_number, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until


def listed(page: Page) -> dict[str, str]:
    """The streams on the page, in its order, each with the text of its viewers."""
    return dict(page.run(
        """return [...document.querySelectorAll('#streams > li')].map((item) => [
             item.querySelector('a').textContent.trim(),
             item.querySelector('.stream-viewers').textContent.trim()]);"""))


# Names of streams whose cards have said that they ended. They go after a while, which nobody may see in time.
_NOTE_ENDS = """
window.ended = [];
new MutationObserver(() => {
  for (const { dataset } of document.querySelectorAll('#streams > li[data-state=ended]')) {
    if (!ended.includes(dataset.name)) ended.push(dataset.name);
  }
}).observe(document.querySelector('#streams'), { attributes: true, childList: true, subtree: true });
"""


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

    publish(server, "first").play(record(seconds=LASTING_S))
    wait_until(lambda: list(listed(page)) == ["first"], "the first", every_s=LOOK_EVERY_S)
    wait_for_element(page, ".nobody", "those words to be gone", lambda e: not e.visible)
    publish(server, "second").play(record(seconds=LASTING_S))
    wait_until(lambda: set(listed(page)) == {"first", "second"}, "both", every_s=LOOK_EVERY_S)

    server.wait_for_state("second", "live")
    viewers = [watch(server, "second").wait_for_bytes(1) for _ in range(3)]
    wait_for_viewers(page, "second", 3)
    wait_for_viewers(page, "first", 0)
    viewers.pop().stop()
    wait_for_viewers(page, "second", 2)

    # Nothing vanishes under a hand that is about to press it: it says that it ended, then it goes.
    page.run(_NOTE_ENDS)
    for name in ("first", "second"):
        assert server.request("DELETE", f"/{name}/live").status == 204
        wait_until(lambda name=name: name in page.run("return ended;"), f"{name} to be shown as ended",
                   every_s=LOOK_EVERY_S)
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
    publish(again, "back").play(record(seconds=LASTING_S))
    wait_until(lambda: list(listed(page)) == ["back"], "the stream", every_s=LOOK_EVERY_S)


def test_everything_is_there_without_javascript(
    open_own: Callable[..., Page], start_server: Callable[..., Server],
    publish: Callable[..., Publisher], watch: Callable[..., Viewer],
) -> None:
    server = start_server()
    page = open_own(java_script_enabled=False)
    page.goto(server.url("/"))
    assert "/live" in page.run("return document.querySelector('main a').href;")
    publish(server, "plain").play(record(seconds=LASTING_S))
    server.wait_for_state("plain", "live")
    watch(server, "plain").wait_for_bytes(1)
    server.wait_for_viewers("plain", 1)

    def shows_viewer() -> bool:
        """Each worker hears of it a moment later: then the page is loaded again."""
        page.goto(server.url("/"))
        return {name: first_number(seen) for name, seen in listed(page).items()} == {"plain": 1}

    wait_until(shows_viewer, "the stream with its viewer", every_s=LOOK_EVERY_S)
    page.click("text=plain")
    chromium_of(page).playwright.wait_for_url(
        server.url("/plain/watchLive"), wait_until="domcontentloaded")
    # A bare video element, which the page keeps for such browsers, plays it.
    playwright = chromium_of(page).playwright
    video = playwright.locator("video:visible")
    wait_until(lambda: video.evaluate("(video) => video.currentTime") > 0.5,
               "the plain video to play", every_s=LOOK_EVERY_S)


def test_three_hundred_broadcasts_are_searched_sorted_and_gone_through(
    open_own: Callable[..., Page], browser_server: Server
) -> None:
    page = chromium_of(open_own())
    many = [stream(number) for number in range(300)]
    many[250] |= {"displayName": "Kéké's Kitchen", "tags": ["Soup"]}
    stills: set[str] = set()
    tell_of_streams(page, many)
    page.playwright.route("**/still", lambda route: (
        stills.add(route.request.url), route.abort()))
    page.goto(browser_server.url("/"))

    def shown() -> list[str]:
        found: list[str] = page.run(
            """return [...document.querySelectorAll('#streams > li')].map((e) => e.dataset.name);""")
        return found

    def wait_for_shown(names: list[str], what: str) -> None:
        wait_until(lambda: shown() == names, what, every_s=LOOK_EVERY_S)

    names = [each["name"] for each in many]
    wait_for_shown(names[:60], "the first sixty")
    # Only what can be seen is asked for. Requests are told to us while we look at the page.
    wait_until(lambda: shown() and len(stills) >= 4, "stills", every_s=LOOK_EVERY_S)
    assert len(stills) < 40

    # Every term counts, wherever it is found; accents and capitals do not.
    for query, found in [("KEKE soup", [250]), ("show 99", [99, 199, 299]), ("#soup", [250])]:
        page.fill("#search", query)
        wait_for_shown([names[number] for number in found], f"what {query} finds")
    wait_for_element(page, "#found", "how many there are", lambda e: e.text == "1 broadcast found")
    page.fill("#search", "nothing <like> it")
    wait_for_element(page, "#found", "that there is none", lambda e: "“nothing <like> it”" in e.text)
    assert shown() == []
    wait_for_element(page, ".nobody", "others to be live", lambda e: not e.visible)
    page.fill("#search", "")
    wait_for_shown(names[:60], "the first sixty again")

    page.run("""const sort = document.querySelector('#sort');
                sort.value = 'newest'; sort.dispatchEvent(new Event('change'));""")
    wait_for_shown(names[:-61:-1], "the newest")
    for count in (120, 180, 240, 300):
        page.run("document.querySelector('#more').scrollIntoView();")
        wait_until(lambda: len(shown()) >= count, f"{count} of them", every_s=LOOK_EVERY_S)
    assert shown() == names[::-1]


def test_an_unknown_address_leads_back_to_the_first_page(
    open_own: Callable[..., Page], browser_server: Server
) -> None:
    page = open_own()
    page.goto(browser_server.url("/no/such/page"))
    wait_until(lambda: page.run("return true;") and chromium_of(page).exchanges, "the browser to tell of it")
    assert chromium_of(page).exchanges[0].status == 404
    assert len(visible_text(page, "main")) > 20
    page.click("main a[href='/']")
    wait_for_element(page, "#streams", "the first page", lambda e: True)
