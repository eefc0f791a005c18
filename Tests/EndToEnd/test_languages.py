"""Pages in the reader's language: how it is chosen, and that the server and scripts say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from browser.account_pages import Visitor
from browser.chromium import Chromium
from browser.element import LOOK_EVERY_S, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.watch_page import WatchPage
from weir.accounts import post_form, post_json, when_not_too_busy
from weir.places import REPOSITORY
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

TABLES = {
    path.stem: json.loads(path.read_text())
    for path in (REPOSITORY / "Sources/Worker/Web/Words").glob("*.json")
}
NAVIGATION = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}


@pytest.fixture(scope="module")
def strict(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    with lasting_server("languages", publish="account") as server:
        yield server


def language_of(server: Server, path: str, accept: str | None) -> str:
    """The language of a page, which its head and its field must agree about."""
    fields = NAVIGATION | ({"accept-language": accept} if accept is not None else {})
    answer = server.get(path, headers=fields)
    found = re.search(r'<html lang="([^"]+)" dir="ltr">', answer.body.decode())
    assert found is not None, path
    assert answer.headers["content-language"] == found[1]
    return found[1]


@pytest.mark.parametrize("path", ["/", "/live", "/a-name/watchLive", "/a-name/embed", "/nothing",
                                  "/login", "/signup"])
def test_a_page_is_in_the_language_that_the_browser_likes_best(server: Server, path: str) -> None:
    assert language_of(server, path, None) == "en"
    assert language_of(server, path, "de-AT,de;q=0.9,en;q=0.8") == "de"
    assert language_of(server, path, "fr,es;q=0.5,en;q=0.4") == "es"
    # Of a language that there is not, and of nothing that makes sense.
    assert language_of(server, path, "ar") == "en"
    assert language_of(server, path, ";;,q=;,*;q=x," * 50) == "en"
    # The address has the last word.
    assert language_of(server, f"{path}?lang=es", "de") == "es"
    assert language_of(server, f"{path}?lang=xx", "de") == "de"


@pytest.mark.parametrize("path", ["/", "/a-name/watchLive", "/a-name/embed"])
def test_caches_keep_the_languages_of_a_page_apart(server: Server, path: str) -> None:
    german, english = ({"accept-language": language} for language in ("de", "en"))
    answer = server.get(path, headers=german)
    assert "accept-language" in answer.headers["vary"]
    had = {"if-none-match": answer.headers["etag"]}
    assert server.get(path, headers=german | had).status == 304
    assert server.get(path, headers=english | had).status == 200


def test_programs_are_answered_in_english(server: Server) -> None:
    german = {"accept-language": "de"}
    answer = post_json(server, "/signup", {"username": "x"}, headers=german)
    assert answer.json()["title"] == "A field is missing"
    assert server.get("/nothing", headers=german).json()["title"] == "There is nothing here"


def test_a_form_says_what_is_wrong_in_the_language_of_its_page(strict: Server) -> None:
    for language, said in (("de", "Name oder Passwort ist falsch."),
                           ("es", "El nombre o la contraseña no es correcto."),
                           ("en", "Name or password is wrong.")):
        answer = when_not_too_busy(lambda: post_form(
            strict, "/login", {"username": "nobody", "password": "not this one"},
            headers={"accept-language": language}))
        assert answer.status == 401
        assert said in answer.body.decode()


@pytest.mark.parametrize(("browser", "language"), [("chromium", "de"), ("firefox", "es")])
def test_scripts_say_what_the_server_has_said(
    browser: str, language: str, open_own: Callable[..., Page],
    start_server: Callable[..., Server], publish: Callable[..., Publisher],
) -> None:
    server, page = start_server(), open_own(browser)
    # Held back, because it is ahead of the clock: nothing is said about a pause.
    publish(server, "alice").feed([record(seconds=LASTING_S).data], finish=False)
    server.wait_for_state("alice", "live")
    page.goto(server.url(f"/?lang={language}"))
    wait_until(lambda: page.run("return document.body.dataset.state;") == "live",
               "the script to have taken over", every_s=LOOK_EVERY_S)
    words = TABLES[language]["words"]
    viewers = words["count.viewers"]["other"].replace("{count}", "0")
    broadcasts = words["count.broadcasts"]["one"].replace("{count}", "1")
    for text in (viewers, words["stream.live"], words["live.moment"], f"{broadcasts}, {viewers}"):
        wait_until(lambda: text in page.run("return document.querySelector('main').textContent;"), text,
                   every_s=LOOK_EVERY_S)
        assert text in server.get(f"/?lang={language}").body.decode()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_player_speaks_the_language_of_its_page(
    browser: str, open_own: Callable[..., Page], browser_server: Server
) -> None:
    page = open_own(browser)
    for language in TABLES:
        page.goto(browser_server.url(f"/nobody-yet/watchLive?lang={language}"))
        words = TABLES[language]["words"]
        title = words["watch.offline.title"].replace("{name}", "nobody-yet")
        wait_for_element(page, "#message-title", title, lambda e, title=title: e.text == title)
        wait_until(lambda: visible_text(page, "#badge") == words["watch.badge.offline"], "the badge",
                   every_s=LOOK_EVERY_S)
        title = words["watch.document.offline"].replace("{name}", "nobody-yet")
        wait_until(lambda: page.run("return document.title;").startswith(title), title,
                   every_s=LOOK_EVERY_S)


def test_a_browser_gets_its_own_language_unasked(
    chromium_browser: Chromium, browser_server: Server
) -> None:
    page = chromium_browser.open(locale="de-CH")
    page.goto(browser_server.url("/live"))
    assert page.run("return document.documentElement.lang;") == "de"
    wait_for_element(page, "#open-source", "words by the script",
                     lambda e: e.text == TABLES["de"]["words"]["studio.camera.open"])
    page.close()


@pytest.fixture(scope="module")
def intl(chromium_browser: Chromium, browser_server: Server) -> Iterator[Callable[..., Any]]:
    page = chromium_browser.open()
    page.goto(browser_server.url("/"))
    yield page.run
    page.close()


@pytest.mark.parametrize("language", TABLES)
def test_tables_write_numbers_as_browsers_do(intl: Callable[..., Any], language: str) -> None:
    style = TABLES[language]["language"]

    def written(number: int) -> str:
        text = f"{number:,}" if number >= style["groupFrom"] else str(number)
        return text.replace(",", style["group"])

    numbers = [0, 999, 1000, 1234, 9999, 10_000, 1_234_567]
    said = intl(
        """const [language, numbers] = argument;
           const format = new Intl.NumberFormat(language);
           return [...numbers.map((number) => format.format(number)), format.format(1.5)];""",
        [language, numbers])
    assert said == [*map(written, numbers), f"1{style['decimal']}5"]


@pytest.mark.parametrize("language", TABLES)
def test_tables_have_the_plural_forms_that_browsers_ask_for(
    intl: Callable[..., Any], language: str
) -> None:
    forms = intl("return new Intl.PluralRules(argument).resolvedOptions().pluralCategories;",
                 language)
    assert set(TABLES[language]["words"]["count.viewers"]) == set(forms)


NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 800}

# What does not fit: the page into its window, text into the box around it, two texts beside each other. Of
# what lies over the page, only that is looked at.
_UNFIT = r"""
// What follows the size of the window has followed it two frames later.
await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const root = document.querySelector('dialog:modal, #statistics:not([hidden])') ?? document.body;
const { scrollWidth, clientWidth } = document.documentElement;
const unfit = scrollWidth > clientWidth ? ['the page'] : [];
const texts = [];
const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  const text = walker.currentNode.data.trim();
  if (!text || !element.checkVisibility({ visibilityProperty: true })) continue;
  // What ends in dots has been given its room.
  if (getComputedStyle(element).textOverflow === 'ellipsis') continue;
  if (element.closest('.visually-hidden, .skip-link, .air-bar, code, select, template, noscript')) continue;
  const range = document.createRange();
  range.selectNodeContents(walker.currentNode);
  const box = element.closest('button, .button, .choice, .card, .stream, main, body');
  const outer = box.getBoundingClientRect();
  for (const rect of range.getClientRects()) {
    if (rect.left < outer.left - 1 || rect.right > outer.right + 1) unfit.push(text);
    texts.push({ text, rect, node: walker.currentNode });
  }
}
for (const one of texts) {
  for (const { text, rect, node } of texts) {
    if (node === one.node) break;
    const width = Math.min(rect.right, one.rect.right) - Math.max(rect.left, one.rect.left);
    const height = Math.min(rect.bottom, one.rect.bottom) - Math.max(rect.top, one.rect.top);
    if (width > 2 && height > 6) unfit.push(`${text} / ${one.text}`);
  }
}
return unfit;
"""


def assert_fits(page: Page, where: str) -> None:
    for viewport in (NARROW, WIDE):
        chromium_of(page).playwright.set_viewport_size(viewport)  # type: ignore[arg-type]
        assert page.run(_UNFIT) == [], (where, viewport)


@pytest.mark.parametrize("language", TABLES)
def test_all_words_fit_in_any_language(
    language: str, open_own: Callable[..., Page], strict: Server
) -> None:
    page = open_own(locale=language)
    visitor = Visitor(page, strict.url(""))
    for path in ("/", "/nobody/watchLive", "/nothing", "/signup", "/login"):
        visitor.visit(path)
        assert_fits(page, path)
    name = f"a-rather-long-name-{language}"
    visitor.sign_up(name).visit("/account")
    page.click("[data-links-more]")
    assert_fits(page, "/account")
    live = LivePage(page, strict.url("")).choose_source("test")
    assert page.run("return document.documentElement.lang;") == language
    page.click("#about-more summary")
    assert_fits(page, "/live")
    live.go_live()
    assert_fits(page, "on air")
    watcher = WatchPage(open_own(locale=language), strict.url(""), name)
    watcher.wait_for_state("playing")
    assert_fits(watcher.page, "playing")
    watcher.page.click("#share")
    assert_fits(watcher.page, "sharing")
    watcher.page.press("Escape")
    watcher.page.press("i")
    wait_for_element(watcher.page, "#statistics dd", "figures")
    assert_fits(watcher.page, "statistics")
    live.stop()
    assert_fits(page, "afterwards")
