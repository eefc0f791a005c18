"""The studio around a broadcast: its words, what is remembered, and what is said of it afterwards.
test_page_countdown.py has its beginning, test_page_copies.py the copy on the device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from browser.account_pages import Visitor
from browser.chromium import PHONE
from browser.element import LOOK_EVERY_S, element, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import SMALL, LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.page_modules import Modules, modules_of
from browser.watch_page import WatchPage
from weir.accounts import COOKIE, Session, sign_up
from weir.limits import limit
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "firefox")
modules = modules_of("live")


@pytest.fixture(scope="module")
def strict(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    with lasting_server("studio", publish="account") as server:
        yield server


@pytest.fixture(scope="module")
def owner(strict: Server) -> Session:
    """One for all tests: a sign-up takes as long as many of them."""
    return sign_up(strict, "studio-owner")


@pytest.fixture
def studio(owner: Session, open_own: Callable[..., Page]) -> Callable[..., LivePage]:
    """The page of somebody with an account, who is signed in, and has said nothing yet."""
    def make(browser: str = "chromium", **options: object) -> LivePage:
        assert owner.json("/api/me/broadcast", {}, method="PUT").status == 200
        origin = owner.server.url("")
        page = open_own(browser, **options)
        if browser == "firefox":
            Visitor(page, origin).log_in(owner.name)
        else:
            chromium_of(page).playwright.context.add_cookies(
                [{"name": COOKIE, "value": owner.token, "url": origin, "secure": True}])
        live = LivePage(page, origin).choose_source("test")
        wait_for_element(page, "#about-title", "the title to be known", lambda e: e.enabled)
        return live

    return make


def said(owner: Session) -> dict[str, Any]:
    found: dict[str, Any] = owner.server.get(f"/api/streams/{owner.name}").json()
    return found


def wait_for_said(owner: Session, **wanted: object) -> dict[str, Any]:
    """Until a worker says this of the stream: each hears of it a moment later than the one before."""
    def look() -> dict[str, Any] | None:
        found = said(owner)
        return found if wanted.items() <= {key: found.get(key) for key in wanted}.items() else None

    return wait_until(look, f"{wanted} to be said", every_s=LOOK_EVERY_S)


def value_of(live: LivePage, selector: str) -> Any:
    return live.page.run(
        """const field = document.querySelector(argument);
           return field.type === 'checkbox' ? field.checked : field.value;""", selector)


# Words


@pytest.mark.parametrize("browser", BROWSERS)
def test_words_are_saved_before_it_goes_live_and_changed_while_it_is(
    browser: str, studio: Callable[..., LivePage], owner: Session
) -> None:
    server = owner.server
    live = studio(browser)
    live.page.fill("#about-title", "Bread & \"butter\"")
    live.page.click("#about-more summary")
    live.page.fill("#about-description", "First line\nSecond line")
    live.page.fill("#about-tags", "baking,  live bread, Baking,")
    live.choose("#about-language", "pt-BR")
    live.switch_on("#about-unlisted")
    # Without Save: going live does that first.
    live.go_live(codec="vp8")
    shown = wait_for_said(owner, title="Bread & \"butter\"")
    assert shown["unlisted"] is True
    assert shown["description"] == "First line\nSecond line"
    assert (shown["tags"], shown["language"]) == (["baking", "live bread"], "pt-BR")

    live.page.fill("#about-title", "Cake")
    live.wait_for_text("#about-note", "Not saved yet")
    assert said(owner).get("title") != "Cake", "viewers read along while somebody types"
    live.page.press("Enter")
    live.wait_for_text("#about-note", "Saved")
    wait_for_said(owner, title="Cake")
    live.stop()
    live.wait_for_text("#summary", "Cake")
    again = LivePage(live.page, server.url(""))
    wait_for_element(again.page, "#about-title", "the title of the last time", lambda e: e.text == "Cake")
    assert value_of(again, "#about-tags") == "baking, live bread"
    assert value_of(again, "#about-unlisted") is True


def test_words_that_are_not_taken_hold_up_the_broadcast_until_its_owner_decides(
    studio: Callable[..., LivePage], owner: Session
) -> None:
    server = owner.server
    live = studio()
    letters, tags = limit("tagCharacters"), limit("tags")
    assert str(letters) in live.page.run("return document.querySelector('#about-tags-hint').textContent;")
    for field, most in (("title", "titleCharacters"), ("description", "descriptionCharacters")):
        assert live.page.run(f"return document.querySelector('#about-{field}').maxLength;") == limit(most)
    live.page.click("#about-more summary")
    live.page.fill("#about-tags", ",".join(f"tag {number}" for number in range(tags + 1)))
    live.press_go_live()
    live.wait_for_state("failed")
    live.wait_for_text("#notice", "were not saved")
    invalid = "return document.querySelector('#about-tags').ariaInvalid;"
    assert live.page.run(invalid) == "true" and "too many tags" in visible_text(live.page, "#about-note")
    assert server.state(owner.name) != "live"
    live.page.click("#without-words")
    live.wait_for_state("live")
    live.page.fill("#about-tags", "x" * letters)
    live.page.click("#about-save")
    live.wait_for_text("#about-note", "Saved")
    assert live.page.run(invalid) is None
    wait_until(lambda: said(owner).get("tags") == ["x" * letters], "the tag", every_s=LOOK_EVERY_S)
    live.stop()


def test_words_that_could_not_be_loaded_are_not_overwritten(
    studio: Callable[..., LivePage], owner: Session
) -> None:
    server = owner.server
    live = studio()
    live.page.fill("#about-title", "From last time")
    live.page.press("Enter")
    live.wait_for_text("#about-note", "Saved")
    tab = chromium_of(live.page).playwright
    tab.route("**/api/me/broadcast", lambda route: route.fulfill(status=502, body="<html>"))
    again = LivePage(live.page, server.url("")).choose_source("test")
    again.wait_for_text("#about-note", "could not be loaded")
    assert not wait_for_element(again.page, "#about-title", "the title").enabled
    again.go_live(codec="vp8")
    wait_for_said(owner, title="From last time")
    tab.unroute("**/api/me/broadcast")
    again.page.click("#about-save")
    wait_for_element(again.page, "#about-title", "the title", lambda e: e.text == "From last time")
    again.stop()


# What is remembered, and fingers


def test_the_studio_is_as_it_was_left(
    live_page: Callable[..., LivePage], browser_server: Server, name: str
) -> None:
    live = live_page(name)
    assert element(live.page, "#about") is None, "there are no accounts, so nobody's words are kept"
    microphones = """return [...document.querySelectorAll('#microphone [data-device]')]
                       .map((each) => each.value);"""
    last = wait_until(lambda: live.page.run(microphones), "microphones", every_s=LOOK_EVERY_S)[-1]
    left = {"#resolution": "480p", "#bitrate": "800000", "#codec": "vp8", "#microphone": last}
    for selector, value in left.items():
        live.choose(selector, value)
    for box in ("#countdown-switch", "#copy-switch"):
        live.switch_on(box)
    again = LivePage(live.page, browser_server.url(""), name)
    wait_until(lambda: value_of(again, "#microphone") == last, "the same microphone", every_s=LOOK_EVERY_S)
    assert {selector: value_of(again, selector) for selector in left} == left
    assert value_of(again, "#countdown-switch") and value_of(again, "#copy-switch")
    again.choose_source("screen").choose("#microphone", "none")
    last_time = LivePage(again.page, browser_server.url(""), name)
    assert value_of(last_time, "input[name=source]:checked") == "screen"
    assert value_of(last_time, "#microphone") == "none"


def test_all_of_it_is_done_with_a_finger(studio: Callable[..., LivePage], owner: Session) -> None:
    live = studio(**PHONE)
    tab = chromium_of(live.page).playwright
    tab.tap("#about-title")
    live.page.fill("#about-title", "By thumb")
    tab.tap("#about-more summary")
    tab.tap(".switch:has(#about-unlisted)")
    tab.tap("#about-save")
    live.wait_for_text("#about-note", "Saved")
    live.choose("#resolution", SMALL)
    tab.tap(".choice:has([value=camera])")
    tab.tap(".choice:has([value=test])")
    tab.tap(".switch:has(#countdown-switch)")
    # A countdown that waits for a finger, however slow this machine is.
    live.page.run("""window.realTimeout = setTimeout;
                     window.setTimeout = (call, ms) => (ms === 1000 ? 0 : realTimeout(call, ms));""")
    tab.tap("#go-live")
    live.wait_for_state("counting")
    tab.tap("#stop")
    live.wait_for_state("choosing")
    live.page.run("window.setTimeout = window.realTimeout;")
    tab.tap(".switch:has(#countdown-switch)")
    tab.tap("#go-live")
    live.wait_for_state("live")
    wait_for_said(owner, unlisted=True)
    wait_for_element(live.page, "#toggle-microphone[aria-pressed=true]", "the microphone to be on")
    tab.tap("#toggle-microphone")
    wait_for_element(live.page, "#toggle-microphone[aria-pressed=false]", "it to be off")
    for answer in ("#stop-dialog [autofocus]", "#stop-confirm"):
        tab.tap("#stop")
        tab.tap(answer)
    live.wait_for_state("stopped")
    tab.tap("#set-up-again")
    live.wait_for_state("choosing")


# What viewers see, and what it was


def test_viewers_are_drawn_and_the_summary_says_what_it_was(
    live_page: Callable[..., LivePage], watch_page: Callable[..., WatchPage], name: str,
    browser_server: Server,
) -> None:
    live = live_page(name).choose_source("test").go_live(codec="vp8")
    watcher = watch_page(name)
    watcher.wait_for_playback(1)
    live.wait_for_text("#viewers-note", "At most 1 ")
    live.wait_for_text("#viewers-note", "see it about")
    line = "return document.querySelector('#curve-line').getAttribute('d') ?? '';"
    wait_until(lambda: "L" in live.page.run(line), "a curve", every_s=LOOK_EVERY_S)
    curve = "return document.querySelector('#curve').ariaLabel ?? '';"
    wait_until(lambda: "at most 1" in live.page.run(curve), "words for the curve", every_s=LOOK_EVERY_S)
    live.stop()
    for words in ("1 viewer", "bit/s", "B"):
        live.wait_for_text("#summary", words)
    wait_until(lambda: live.page.run("return document.activeElement.id;") == "summary-title",
               "the summary to have the focus", every_s=LOOK_EVERY_S)
    picture = """const canvas = document.querySelector('#summary-picture');
                 const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                 return new Set(data).size;"""
    wait_until(lambda: live.page.run(picture) > 10, "the last picture", every_s=LOOK_EVERY_S)

    live.page.click("#again")
    live.wait_for_state("live")
    browser_server.wait_for_state(name, "live")
    live.stop()
    live.page.click("#set-up-again")
    live.wait_for_state("choosing")


# Its pure modules


@pytest.mark.parametrize(("text", "tags"), [
    ("", []), (" , ,", []), ("a, b", ["a", "b"]), ("Bread,bread ,BREAD", ["Bread"]),
    ("two  words", ["two words"]),
])
def test_tags_are_read_as_people_type_them(modules: Modules, text: str, tags: list[str]) -> None:
    assert modules("return (await load('said-words')).readTags(argument);", text) == tags


_SAID = {"title": "a", "description": "b\nc", "language": None, "tags": ["d"], "unlisted": False}


@pytest.mark.parametrize(("change", "is_same"), [
    ({}, True), ({"title": " a "}, True), ({"description": "b\r\nc\n"}, True), ({"language": ""}, True),
    ({"title": "A"}, False), ({"tags": ["d", "e"]}, False), ({"unlisted": True}, False),
    ({"language": "de"}, False),
])
def test_only_what_differs_for_viewers_is_to_be_saved(
    modules: Modules, change: dict[str, Any], is_same: bool
) -> None:
    assert modules("return (await load('said-words')).saysTheSame(...argument);",
                   [_SAID, {**_SAID, **change}]) is is_same


def test_the_curve_of_viewers_has_ten_minutes_and_no_more(modules: Modules) -> None:
    seen = modules(
        """const { AudienceHistory } = await load('audience-history');
           const history = new AudienceHistory();
           const spans = [];
           for (let nowMs = 0; nowMs <= 1_200_000; nowMs += 250) {
             history.add(nowMs < 300_000 ? 7 : 3, nowMs);
             if (nowMs % 300_000 === 0) spans.push(history.spanMs(nowMs));
           }
           const { points, most } = history;
           return { spans, most, count: points.length, firstMs: points[0].atMs };""")
    assert seen["spans"] == [60_000, 300_000, 600_000, 600_000, 600_000]
    assert (seen["most"], seen["count"], seen["firstMs"]) == (3, 601, 600_000)
