"""Accounts in real browsers: signing up and in, going live, keys, and the same without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from browser.account_pages import Visitor, wait_for_path
from browser.element import visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.watch_page import WatchPage
from weir.accounts import PASSWORD, log_in, sign_up
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

BROWSERS = ["chromium", "firefox"]
OTHER = {"chromium": "firefox", "firefox": "chromium"}


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    return start_server(publish="account")


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
    anna = visitor(browser)
    anna.visit("/")
    assert "Sign in" in anna.header and "Sign up" in anna.header
    # Whoever wants to broadcast is asked to come in first, and led back.
    anna.visit("/live")
    wait_for_path(anna.page, "/login")
    anna.sign_up(name)
    assert name in anna.header and "Sign out" in anna.header
    # Live, under the own name: nothing to type.
    live = LivePage(anna.page, server.url(""))
    live.choose_source("camera")
    live.go_live(codec="vp8")
    server.wait_for_state(name, "live")
    watcher = WatchPage(open_own(OTHER[browser]), server.url(""), name)
    watcher.wait_for_playback(2)
    live.stop()
    wait_until(lambda: server.state(name) == "ended", "the stream to be over")
    # What was broadcast is listed, and the way out works.
    def listed() -> bool:
        anna.visit("/account")
        return anna.page.run("return document.querySelectorAll('#broadcasts tbody tr, "
                             "#broadcasts li').length;") == 1
    wait_until(listed, "the broadcast to be listed", every_s=1)
    anna.log_out()
    assert "Sign in" in anna.header and name not in anna.header
    anna.visit("/account")
    wait_for_path(anna.page, "/login")
    anna.enter("/login", name)
    wait_for_path(anna.page, "/account")


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
    make = "form[action='/api/me/stream-key']"
    anna.press(make)
    key = anna.wait_for_key()
    for line in ("#line-ffmpeg", "#line-curl", "#line-obs"):
        assert key in wait_for_element(anna.page, line, line).text
    publisher = publish(server, name, headers={"authorization": f"Bearer {key}"})
    publisher.play(record(seconds=60))
    server.wait_for_state(name, "live")
    anna.press(make)
    wait_until(lambda: anna.wait_for_key() != key, "another key", every_s=0.2)
    assert publisher.answer().status in (401, 403)
    anna.visit("/account")
    assert "weir_" not in visible_text(anna.page)
    anna.press("form[action='/account/stream-key/remove']")
    wait_for_element(anna.page, f"{make} .button-primary", "the offer of a first key")


@pytest.mark.parametrize("browser", BROWSERS)
def test_other_devices_are_signed_out_and_the_password_changed(
    visitor: Callable[..., Visitor], server: Server, name: str, browser: str
) -> None:
    sign_up(server, name)
    others = [log_in(server, name) for _ in range(2)]
    anna = visitor(browser).log_in(name)
    anna.press("form[action='/account/sessions/end-others']")
    wait_until(lambda: not any(other.is_valid for other in others), "the others to be out")
    form = "form[action='/api/me/password']"
    wait_for_element(anna.page, form, "the form for a new password")
    anna.type(form, currentPassword="not this one", newPassword="eight boats on it")
    anna.press(form)
    assert anna.error_beside("currentPassword")
    other = log_in(server, name)
    anna.type(form, currentPassword=PASSWORD, newPassword="eight boats on it")
    anna.press(form)
    wait_until(lambda: not other.is_valid, "the new password to be set")
    wait_for_path(anna.page, "/account")
    log_in(server, name, "eight boats on it")


def test_all_of_it_works_without_scripts(
    visitor: Callable[..., Visitor], server: Server, name: str
) -> None:
    anna = visitor(java_script_enabled=False)
    page = anna.page.playwright  # type: ignore[attr-defined]

    def enter(where: str, **fields: str) -> None:
        form = page.locator(f"form[action='{where}']").first
        for field, text in fields.items():
            form.locator(f"input[name={field}]:not([readonly])").fill(text)
        form.locator("button:not([type=button])").first.click()

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
    assert not other.is_valid
    enter("/api/me/password", currentPassword=PASSWORD, newPassword="eight boats on it")
    page.wait_for_url("**/account*")
    enter("/logout")
    page.wait_for_url(server.url("/"))
    anna.visit("/account")
    page.wait_for_url("**/login?next=*")
    enter("/login", username=name, password="a wrong password")
    assert page.locator("[role=alert]").is_visible()
    enter("/login", username=name, password="eight boats on it")
    page.wait_for_url("**/account*")
    page.locator("details summary").click()
    enter("/account/delete", password="eight boats on it")
    page.wait_for_url(server.url("/"))


def test_it_can_be_done_with_the_keyboard_alone(
    visitor: Callable[..., Visitor], name: str
) -> None:
    anna = visitor()
    anna.visit("/signup")
    wait_for_element(anna.page, "#username", "the form")
    keyboard = anna.page.playwright.keyboard  # type: ignore[attr-defined]
    # The first field has the focus already.
    keyboard.type(name)
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    wait_for_path(anna.page, "/live")

