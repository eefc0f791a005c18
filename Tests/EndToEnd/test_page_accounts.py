"""Accounts in real browsers: signing up and in, going live, keys, and the same without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from browser.account_pages import TOO_BUSY, Visitor, next_document, wait_for_path
from browser.element import LOOK_EVERY_S, element, visible_text, wait_for_element, wait_for_page_state
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.watch_page import WatchPage
from weir.accounts import PASSWORD, log_in, sign_up
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "firefox")
OTHER = {"chromium": "firefox", "firefox": "chromium"}
NEW_PASSWORD = "eight boats on it"


@pytest.fixture(scope="module")
def server(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    """A server that lets nobody publish without an account, shared by the tests of this file."""
    with lasting_server("accounts", publish="account") as server:
        yield server


@pytest.fixture
def visitor(server: Server, open_own: Callable[..., Page]) -> Iterator[Callable[..., Visitor]]:
    """Somebody with a browser who has never been here."""
    visitors: list[Visitor] = []

    def come(browser: str = "chromium", **options: object) -> Visitor:
        visitors.append(Visitor(open_own(browser, **options), server.url("")))
        return visitors[-1]

    yield come
    for each in visitors:
        # Firefox is one tab for all tests, with one jar of cookies.
        if each.page.name == "Firefox":
            each.visit("/")
            if "Sign out" in each.header:
                each.log_out()


@pytest.mark.parametrize("browser", BROWSERS)
def test_from_signing_up_to_being_watched_and_out_again(
    visitor: Callable[..., Visitor], server: Server, open_own: Callable[..., Page], name: str,
    browser: str,
) -> None:
    anna = visitor(browser).visit("/")
    assert "Sign in" in anna.header and "Sign up" in anna.header
    # Whoever wants to broadcast is asked to come in first, and led back.
    anna.visit("/live")
    wait_for_path(anna.page, "/login")
    anna.page.click("main a[href^='/signup']")
    wait_for_path(anna.page, "/signup")
    anna.enter("/signup", name)
    wait_for_path(anna.page, "/live")
    assert name in anna.header and "Sign out" in anna.header

    live = LivePage(anna.page, server.url("")).choose_source("camera")
    assert anna.fixed_name() == name
    live.go_live(codec="vp8")
    watcher = WatchPage(open_own(OTHER[browser]), server.url(""), name)
    watcher.wait_for_playback(2)
    live.wait_for_viewers(1)
    live.stop()
    watcher.wait_for_state("ended")

    def is_listed() -> bool:
        anna.visit("/account")
        return element(anna.page, "#broadcasts tbody tr") is not None

    wait_until(is_listed, "the broadcast to be listed", every_s=0.5)
    anna.log_out()
    assert "Sign in" in anna.header and name not in anna.header
    anna.visit("/live")
    wait_for_path(anna.page, "/login")
    anna.enter("/login", name)
    wait_for_path(anna.page, "/live")


def test_whose_session_is_ended_elsewhere_while_live_is_told_and_goes_on_after_signing_in(
    visitor: Callable[..., Visitor], server: Server, name: str
) -> None:
    sign_up(server, name)
    anna = visitor().log_in(name)
    live = LivePage(anna.page, server.url("")).choose_source("test").go_live(codec="vp8")
    elsewhere = log_in(server, name)
    assert elsewhere.request("DELETE", "/api/me/sessions").status == 200
    live.wait_for_state("failed")
    told = wait_for_element(anna.page, "#notice-title", "words about it").text
    assert "signed out" in told, told
    # The viewers are kept for whoever comes back in time.
    server.wait_for_state(name, "paused")
    anna.page.click("#notice-actions button")
    wait_for_path(anna.page, "/login")
    anna.enter("/login", name)
    wait_for_path(anna.page, "/live")
    LivePage(anna.page, server.url("")).choose_source("test").go_live(codec="vp8").stop()


@pytest.mark.parametrize("browser", BROWSERS)
def test_what_is_wrong_is_said_beside_the_field(
    visitor: Callable[..., Visitor], server: Server, name: str, browser: str
) -> None:
    anna = visitor(browser).visit("/signup")
    anna.enter("/signup", name, "short")
    assert "8" in anna.error_beside("password")
    anna.enter("/signup", name, "password")
    assert anna.error_beside("password")
    sign_up(server, name)
    anna.enter("/signup", name)
    assert "Choose another" in anna.error_beside("username")
    # Said while it is typed, before anything is sent.
    anna.type("form[action='/signup']", username="no good")
    wait_for_element(anna.page, "#username-error", "what is wrong with the name",
                     lambda e: "No spaces" in e.text)
    anna.visit("/login").enter("/login", name, "a wrong password")
    said = wait_for_element(anna.page, "[role=alert]", "what is wrong").text
    assert "wrong" in said
    kept = anna.page.run(
        "return [...document.querySelectorAll('form[action=\"/login\"] input:not([type=hidden])')]"
        ".map((each) => each.value);")
    assert kept == [name, ""], "the name was not kept, or the password was"
    anna.enter("/login", name)
    wait_for_path(anna.page, "/account")


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_key_is_shown_once_replaced_and_removed(
    visitor: Callable[..., Visitor], server: Server, publish: Callable[..., Publisher], name: str,
    browser: str,
) -> None:
    sign_up(server, name)
    anna = visitor(browser).log_in(name)
    make = "/api/me/stream-key"
    anna.send(make)
    key = anna.wait_for_key()
    for line in ("#line-ffmpeg", "#line-curl", "#line-obs"):
        assert key in wait_for_element(anna.page, line, line).text
    publisher = publish(server, name, headers={"authorization": f"Bearer {key}"})
    publisher.play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    anna.send(make)
    assert anna.wait_for_key() != key
    assert publisher.answer().status in (401, 403)
    anna.visit("/account")
    assert "weir_" not in visible_text(anna.page)
    anna.send("/account/stream-key/remove")
    wait_for_element(anna.page, f"form[action='{make}'] .button-primary", "the offer of a first key")


@pytest.mark.parametrize("browser", BROWSERS)
def test_other_devices_are_signed_out_and_the_password_changed(
    visitor: Callable[..., Visitor], server: Server, name: str, browser: str
) -> None:
    sign_up(server, name)
    others = [log_in(server, name) for _ in range(2)]
    anna = visitor(browser).log_in(name)
    anna.send("/account/sessions/end-others")
    wait_until(lambda: not any(other.is_valid for other in others), "the others to be out")
    form = "/api/me/password"
    anna.send(form, currentPassword="not this one", newPassword=NEW_PASSWORD)
    assert anna.error_beside("currentPassword")
    other = log_in(server, name)
    anna.send(form, currentPassword=PASSWORD, newPassword=NEW_PASSWORD)
    wait_until(lambda: not other.is_valid, "the new password to be set")
    wait_for_path(anna.page, "/account")
    log_in(server, name, NEW_PASSWORD)


def test_all_of_it_works_without_scripts(
    visitor: Callable[..., Visitor], server: Server, name: str
) -> None:
    anna = visitor(java_script_enabled=False)
    page = anna.page.playwright  # type: ignore[attr-defined]

    def enter(where: str, **fields: str) -> None:
        def is_answered() -> bool:
            form = page.locator(f"form[action='{where}']").first
            for field, text in fields.items():
                form.locator(f"input[name={field}]:not([readonly])").fill(text)
            with page.expect_navigation(wait_until="domcontentloaded") as answer:
                form.locator("button:not([type=button])").first.click()
            return answer.value.status != TOO_BUSY

        wait_until(is_answered, f"an answer of {where}")

    anna.visit("/signup")
    enter("/signup", username=name, password="short")
    assert page.locator("#password-error").is_visible()
    assert page.locator("input[name=username]").input_value() == name
    enter("/signup", username=name, password=PASSWORD)
    page.wait_for_url("**/live")
    anna.visit("/account")
    enter("/api/me/stream-key")
    assert page.locator("#stream-key").inner_text().startswith("weir_")
    anna.visit("/account")
    enter("/account/stream-key/remove")
    page.wait_for_url("**/account*")
    other = log_in(server, name)
    anna.visit("/account")
    enter("/account/sessions/end-others")
    page.wait_for_url("**/account*")
    wait_until(lambda: not other.is_valid, "the other to be out")
    enter("/api/me/password", currentPassword=PASSWORD, newPassword=NEW_PASSWORD)
    page.wait_for_url("**/account*")
    enter("/logout")
    page.wait_for_url(server.url("/"))
    anna.visit("/account")
    page.wait_for_url(server.url("/login?next=/account"))
    enter("/login", username=name, password="a wrong password")
    assert page.locator("[role=alert]").is_visible()
    enter("/login", username=name, password=NEW_PASSWORD)
    page.wait_for_url("**/account*")
    page.locator("details summary").click()
    enter("/account/delete", password=NEW_PASSWORD)
    page.wait_for_url(server.url("/"))


def test_signing_up_and_out_needs_nothing_but_a_keyboard(
    visitor: Callable[..., Visitor], name: str
) -> None:
    anna = visitor().visit("/")
    keyboard = anna.page.playwright.keyboard  # type: ignore[attr-defined]
    anna.tab_to("a[href^='/signup']")
    keyboard.press("Enter")
    wait_for_path(anna.page, "/signup")
    # The first field has the focus already; what reveals the password is between it and the button.
    wait_for_element(anna.page, "#username:focus", "the first field to be ready")
    keyboard.type(name)
    keyboard.press("Tab")
    keyboard.type("short")
    with next_document(anna.page):
        keyboard.press("Enter")
    assert "8" in anna.error_beside("password")
    present = anna.page.run("return document.querySelector('[aria-current]')?.textContent ?? '';")
    assert present.strip() == "Sign up", "the header says where one is"
    keyboard.type(PASSWORD)
    keyboard.press("Tab")
    keyboard.press("Space")
    wait_for_element(anna.page, "#password[type=text]", "the password to be shown")

    def is_in() -> bool:
        """Somebody whose password could not be looked at in time types it again."""
        anna.tab_to("form[action='/signup'] button:not([type=button])")
        with next_document(anna.page):
            keyboard.press("Enter")
        if anna.answer_of("/signup") != TOO_BUSY:
            return True
        anna.tab_to("#password")
        keyboard.type(PASSWORD)
        return False

    wait_until(is_in, "an answer of /signup")
    wait_for_path(anna.page, "/live")
    wait_for_page_state(anna.page, "choosing")
    anna.tab_to("form[action='/logout'] button")
    keyboard.press("Space")
    wait_for_path(anna.page, "/")
    assert "Sign in" in anna.header


def masks(page: Page) -> set[str]:
    return set(page.run(
        """return [...document.querySelectorAll('.masked')].map(
             (each) => getComputedStyle(each).webkitTextSecurity);"""))


def wait_for_masks(page: Page, kind: str) -> None:
    wait_until(lambda: masks(page) == {kind}, f"the key to be seen as {kind}", every_s=LOOK_EVERY_S)


def unmasked_texts_with(page: Page, key: str) -> int:
    return page.run(
        """const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
           let count = 0;
           while (texts.nextNode()) {
             const { data, parentElement } = texts.currentNode;
             if (data.includes(argument) && !parentElement.matches('.masked')) count += 1;
           }
           return count;""", key)


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_new_key_is_masked_until_somebody_asks_for_it(
    visitor: Callable[..., Visitor], server: Server, name: str, browser: str
) -> None:
    sign_up(server, name)
    anna = visitor(browser).log_in(name)
    anna.send("/api/me/stream-key")
    key = anna.wait_for_key()

    wait_for_masks(anna.page, "disc")  # which a sheet of styles says, and that may come after the key
    assert unmasked_texts_with(anna.page, key) == 0
    # What is copied is the key all the same, and copying shows nothing.
    anna.page.run(
        """window.copied = [];
           Object.defineProperty(navigator, 'clipboard', {
             value: { writeText: async (text) => { window.copied.push(text); } } });""")
    for id in ("stream-key", "line-ffmpeg"):
        anna.page.click(f"[data-copy={id}]")
    wait_until(lambda: len(anna.page.run("return window.copied;")) == 2, "both to be copied")
    alone, line = anna.page.run("return window.copied;")
    assert alone == key and key in line and masks(anna.page) == {"disc"}
    button = "[data-unmasks]"
    anna.page.click(button)
    wait_for_masks(anna.page, "none")
    assert wait_for_element(anna.page, button, "the way back").text == "Hide"
    anna.page.click(button)
    wait_for_masks(anna.page, "disc")
    # Where the browser refuses to copy, it is done by hand, and has to be readable.
    anna.page.run(
        "navigator.clipboard.writeText = async () => { throw new Error('refused'); };")
    anna.page.click("[data-copy=stream-key]")
    wait_for_masks(anna.page, "none")
    wait_until(lambda: anna.page.run("return getSelection().toString().trim();") == key,
               "the key to be selected", every_s=LOOK_EVERY_S)
