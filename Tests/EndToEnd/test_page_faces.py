"""What viewers see around a broadcast: what is said of it, what else is live, ways to share it, figures, and
what there is while nobody is live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from browser.descriptions import channel, stream, tell_of_channel, tell_of_streams
from browser.element import LOOK_EVERY_S, element, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.page_modules import Modules, modules_of
from browser.watch_page import WatchPage
from weir.accounts import Session, sign_up
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

modules = modules_of("watch")
_LINES = "\n".join(f"Line {number} of what there is to say." for number in range(1, 9))
_WORDS = {
    "title": "Bread, <b>live</b> & \"warm\" 🍞", "language": "de-AT", "tags": ["baking", "<Brot>"],
    "description": f"Ask at https://example.org/ask.\nNot javascript:alert(1).\n{_LINES}",
}


@pytest.fixture(scope="module")
def strict(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    with lasting_server("faces", publish="account") as server:
        yield server


@pytest.fixture
def baker(strict: Server, name: str, publish: Callable[..., Publisher]) -> Session:
    """Somebody who is live, and has said something about it."""
    owner = sign_up(strict, name)
    tell(owner, "profile", {"displayName": "Anna's Bakery"})
    tell(owner, "broadcast", _WORDS)
    key = {"authorization": f"Bearer {owner.make_key()}"}
    publish(strict, name, headers=key).play(record(seconds=LASTING_S))
    strict.wait_for_state(name, "live")
    return owner


def tell(owner: Session, what: str, value: dict[str, object]) -> None:
    """What its owner says of a channel, or of a broadcast."""
    answer = owner.json(f"/api/me/{what}", value, method="PUT")
    assert answer.status in (200, 204), answer


def text(page: Page, selector: str) -> str:
    seen = element(page, selector)
    return seen.text if seen else ""


def wait_for_texts(page: Page, wanted: dict[str, str | list[str]]) -> None:
    """Until each of these has its text, and of a list each entry, all at once: workers, and parts of a page,
    hear of something one after the other."""
    def seen() -> dict[str, str | list[str]]:
        return {selector: texts(page, selector) if isinstance(words, list) else text(page, selector)
                for selector, words in wanted.items()}

    try:
        wait_until(lambda: seen() == wanted, f"{wanted} to be said", every_s=LOOK_EVERY_S)
    except AssertionError as failure:
        raise AssertionError(f"{failure}; it says {seen()}") from None


def texts(page: Page, selector: str) -> list[str]:
    found: list[str] = page.run(
        "return [...document.querySelectorAll(argument)].map((e) => e.textContent);", selector)
    return found


def wait_for_focus(page: Page, id: str) -> None:
    wait_until(lambda: page.run("return document.activeElement.id;") == id, f"{id} to have the focus",
               every_s=LOOK_EVERY_S)


# What is said


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_the_page_says_what_is_said_of_a_broadcast_and_follows_it(
    browser: str, baker: Session, watch_page: Callable[..., WatchPage]
) -> None:
    watcher = watch_page(baker.name, browser, baker.server.url(""))
    watcher.wait_for_state("playing")
    page = watcher.page
    wait_for_texts(page, {"h1": _WORDS["title"], "#channel": "Anna's Bakery", "#tags li": _WORDS["tags"],
                          "#description": _WORDS["description"]})
    links = page.run("return [...document.querySelectorAll('#description a')].map((a) => a.href);")
    assert links == ["https://example.org/ask"]
    # Four lines, until somebody wants more.
    height = "return document.querySelector('#description').clientHeight;"
    folded = page.run(height)
    page.click("#description-more")
    wait_until(lambda: page.run(height) > 1.5 * folded, "all lines", every_s=LOOK_EVERY_S)
    page.click("#description-more")
    wait_until(lambda: page.run(height) == folded, "four lines again", every_s=LOOK_EVERY_S)

    tell(baker, "broadcast", {"title": "Cake", "description": "Short."})
    wait_for_texts(page, {"h1": "Cake", "#description": "Short.", "#tags li": []})
    wait_for_element(page, "#description-more", "nothing more to be offered", lambda e: not e.visible)
    title = "return document.title;"
    wait_until(lambda: page.run(title).startswith("Cake · Anna's Bakery"), "the window to say so",
               every_s=LOOK_EVERY_S)
    tell(baker, "broadcast", {})
    wait_for_element(page, "h1", "the channel's name", lambda e: e.text == "Anna's Bakery")


def test_it_is_there_before_any_script_and_on_the_first_page(
    baker: Session, open_own: Callable[..., Page]
) -> None:
    page = open_own(java_script_enabled=False)

    def wait_for_loaded(path: str, wanted: dict[str, object]) -> None:
        """Each worker hears of it a moment later: then the page is loaded again."""
        def says_it() -> bool:
            page.goto(baker.server.url(path))
            return {selector: text(page, selector) for selector in wanted} == wanted

        wait_until(says_it, f"{wanted} at {path}", every_s=LOOK_EVERY_S)

    wait_for_loaded(f"/{baker.name}/watchLive", {"h1": _WORDS["title"], "#channel": "Anna's Bakery"})
    assert "Line 8" in visible_text(page, "#description")
    assert texts(page, "#tags li") == _WORDS["tags"]
    card = f"#streams > [data-name={baker.name}]"
    wait_for_loaded("/", {
        f"{card} .stream-title": _WORDS["title"], f"{card} .stream-channel": "Anna's Bakery"})


@pytest.mark.parametrize(("written", "addresses"), [
    ("none", []), ("http://example.org", []), ("javascript:alert(1)", []),
    ("https://localhost/", []), ("https://a@example.org", []), ("https://", []),
    ("see https://example.org.", ["https://example.org"]),
    ("(https://example.org/a_(b))", ["https://example.org/a_(b)"]),
    ("https://example.org/?q=1#x, then “https://b.example/ä”",
     ["https://example.org/?q=1#x", "https://b.example/ä"]),
    ('https://example.org/"><script>', ["https://example.org/"]),
])
def test_only_addresses_that_are_what_they_seem_become_links(
    written: str, addresses: list[str], modules: Modules
) -> None:
    parts = modules("return (await load('links')).partsOf(argument);", written)
    assert "".join(part["text"] for part in parts) == written
    assert [part["address"] for part in parts if part["address"]] == addresses


def test_more_that_is_live_is_shown_to_those_who_go_down_to_it(
    baker: Session, watch_page: Callable[..., WatchPage]
) -> None:
    watcher = watch_page(baker.name, origin=baker.server.url(""))
    page = chromium_of(watcher.page)
    tell_of_streams(page, [stream(3, state="paused"), stream(0, name=baker.name)] + [
        stream(number, title=f"Show {number}") for number in (9, 8, 1, 2, 5, 4, 7, 6)])
    assert texts(page, "#others-list > li") == []
    page.run("document.querySelector('#others').scrollIntoView();")
    wait_until(
        lambda: texts(page, "#others-list .stream-title")
        == [f"Show {number}" for number in (1, 2, 4, 5, 6, 7)],
        "those with most viewers", every_s=LOOK_EVERY_S)


# Figures


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_statistics_are_one_key_away_and_go_on_while_they_are_open(
    browser: str, baker: Session, watch_page: Callable[..., WatchPage]
) -> None:
    watcher = watch_page(baker.name, browser, baker.server.url(""))
    watcher.wait_for_playback(1)
    page = watcher.page
    page.press("i")
    wait_for_element(page, "#statistics", "the figures", lambda e: e.visible and "HTTP/2" in e.text)

    def shows_all() -> bool:
        """What the server says of the stream may come after the picture."""
        named = dict(zip(texts(page, "#statistics dt"), texts(page, "#statistics dd")))
        return ("vp8" in named["Format"] and named["Size"].startswith("160 × 120,")
                and named["Path"] == "WebM, HTTP/2" and named["Bit rate"].endswith("bit/s"))

    wait_until(shows_all, "all figures", every_s=LOOK_EVERY_S)

    def frames() -> int:
        shown = texts(page, "#statistics dd")[2].split(", ")[0]
        return int(shown.replace(",", ""))

    seen = frames()
    wait_until(lambda: frames() > seen, "more frames to be counted", every_s=LOOK_EVERY_S)
    page.press("Escape")
    wait_for_element(page, "#statistics", "the panel to be gone", lambda e: not e.visible)
    page.click("#show-statistics")
    wait_for_element(page, "#statistics", "the panel, by its button")
    page.click("#close-statistics")
    wait_for_element(page, "#statistics", "the panel to be closed", lambda e: not e.visible)
    wait_for_focus(page, "show-statistics")


def test_what_comes_later_fails_in_a_page_that_lacks_what_it_needs(
    open_own: Callable[..., Page], browser_server: Server
) -> None:
    """As after an upgrade, between two versions. Then the page is loaded again."""
    page = open_own()
    page.goto(browser_server.url("/"))
    failure = page.run("""
        const sheet = document.querySelector('link[href$="/base.css"]').href;
        Object.assign(globalThis.weirModules ??= {}, { 'common/words.js': { word: () => '' } });
        const later = sheet.replace('base.css', 'packed/watch/statistics.js');
        return import(later).then(() => 'none', (error) => error.message);""")
    assert "of another version" in failure, failure


# Sharing


def test_the_sheet_has_what_there_is_to_share(
    baker: Session, watch_page: Callable[..., WatchPage]
) -> None:
    watcher = watch_page(baker.name, origin=baker.server.url(""))
    page = chromium_of(watcher.page)
    page.run("navigator.share = async (what) => { window.shared = what; };")
    code = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1z"/></svg>'
    page.playwright.route("**/qr.svg", lambda route: route.fulfill(
        body=code, content_type="image/svg+xml"))
    wait_for_element(page, "h1", "the title", lambda e: e.text == _WORDS["title"])
    # Nobody has the sheet before it is wanted. A press that comes to nothing can be repeated.
    page.playwright.route("**/watch/share.js", lambda route: route.abort())
    with page.playwright.expect_event("requestfailed", lambda asked: asked.url.endswith("/share.js")):
        page.click("#share")
    page.playwright.unroute("**/watch/share.js")

    def opens() -> bool:
        page.run("document.querySelector('#share').click();")
        return page.run("return document.querySelector('#share-panel').open;")

    wait_until(opens, "the sheet", every_s=LOOK_EVERY_S)
    wait_for_element(page, "#share-code", "the code")
    url = baker.server.url(f"/{baker.name}")
    assert text(page, "#share-link") == f"{url}/watchLive"
    assert text(page, "#share-vlc") == f"{url}/live"
    # It is VP8, so there is no HLS of it, and that is said.
    note = wait_for_element(page, "#share-hls-note", "why there is no HLS")
    assert "VP8" in note.text and text(page, "#share-hls") == ""
    page.run("document.querySelector('#share-system').click();")
    assert page.run("return window.shared.url;") == f"{url}/watchLive"
    page.press("Escape")
    wait_for_element(page, "#share-panel", "the sheet to be gone", lambda e: not e.visible)
    wait_for_focus(page, "share")


# While nobody is live


_NOTED = """
window.noted = [];
window.Notification = class extends EventTarget {
  static permission = 'default';
  static async requestPermission() { return this.permission = 'granted'; }
  constructor(title, options) { super(); window.noted.push([title, options.body]); }
};
"""


def test_who_is_not_live_has_a_face_as_well_and_those_who_wait_are_told(
    strict: Server, name: str, open_own: Callable[..., Page], publish: Callable[..., Publisher]
) -> None:
    owner = sign_up(strict, name)
    tell(owner, "broadcast", {"title": "Croissants"})
    page = chromium_of(open_own())
    page.playwright.add_init_script(_NOTED)
    tell_of_channel(page, channel(name))
    watcher = WatchPage(page, strict.url(""), name)
    watcher.wait_for_state("offline")
    wait_for_texts(page, {
        "#last-time": "“Rye” was live yesterday for 1 h 20 min.",
        "#message-title": "Anna's Bakery is not live right now", "h1": "Rolls", "#line": "Bread & more",
        "#description": "At six.", "#tags li": ["baking"],
        "#links a": ["Shop", "social.example/@anna", "Feed"]})

    page.click("#tell-me")
    wait_for_element(page, "#tell-me", "a promise", lambda e: e.text == "You will be told")
    key = {"authorization": f"Bearer {owner.make_key()}"}
    publish(strict, name, headers=key).play(record(seconds=LASTING_S))
    watcher.wait_for_state("playing")
    noted = wait_until(lambda: page.run("return window.noted;"), "to be told", every_s=LOOK_EVERY_S)
    assert noted == [[f"{name} is live", "Croissants"]]
    wait_for_texts(page, {"#last-time": "", "h1": "Croissants"})


@pytest.mark.parametrize(("minutes", "length", "words"), [
    (0, 0, "Was live 1 minute ago for 1 min."),
    (59, 59, "Was live 59 minutes ago for 59 min."),
    (120, 60, "Was live 2 hours ago for 1 h."),
    (24 * 60, 80, "Was live yesterday for 1 h 20 min."),
    (9 * 24 * 60, 1_500, "Was live 9 days ago for 25 h."),
])
def test_the_last_time_is_told_as_people_tell_it(
    minutes: int, length: int, words: str, modules: Modules
) -> None:
    script = """
        const now = new Date(2026, 5, 15, 22, 30).getTime();
        const endedMs = now - argument[0] * 60e3;
        const at = (ms) => new Date(ms).toISOString();
        const last = { title: '', startedAt: at(endedMs - argument[1] * 60e3), endedAt: at(endedMs) };
        return (await load('offline')).lastTimeWords(last, now);"""
    assert modules(script, [minutes, length]).replace("\xa0", " ") == words


def test_a_channel_that_nobody_knows_anything_about_is_no_trouble(
    browser_server: Server, name: str, watch_page: Callable[..., WatchPage]
) -> None:
    watcher = watch_page(name)
    watcher.wait_for_state("offline")
    wait_for_texts(watcher.page, {"h1": name, "#last-time": ""})
    wait_for_element(watcher.page, "#about", "nothing to be said", lambda e: not e.visible)
