"""The form of a channel on the account page: words, links, and a picture that the page makes small itself."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from PIL import Image

from browser.account_pages import Visitor, choose_picture
from browser.element import LOOK_EVERY_S, element, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from weir.accounts import Session, log_in, post_form, sign_up
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

FORM = "form[action='/account/profile']"
LINK = {"label": "Shop", "address": "https://shop.example/a?b=c"}


@pytest.fixture(scope="module")
def server(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    with lasting_server("channels", publish="account") as server:
        yield server


@pytest.fixture
def anna(server: Server, name: str) -> Session:
    return sign_up(server, name)


@pytest.fixture
def visitor(server: Server, open_own: Callable[..., Page]) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def come(browser: str) -> Visitor:
        visitors.append(Visitor(open_own(browser), server.url("")))
        return visitors[-1]

    yield come
    for each in visitors:
        # Firefox is one tab for all tests, with one jar of cookies.
        if each.page.name == "Firefox":
            each.visit("/").log_out()


def profile(owner: Session) -> dict[str, Any]:
    told: dict[str, Any] = owner.get("/api/me/profile").json()
    return told


def wait_for_words(page: Page, words: str) -> None:
    wait_until(lambda: words in visible_text(page, "[data-picture-status]"), words,
               every_s=LOOK_EVERY_S)


def taken_sideways() -> bytes:
    """What a telephone makes: 900 to 600 pixels, to be turned; then its upper half is red."""
    image = Image.new("RGB", (900, 600), "blue")
    image.paste("red", (0, 0, 450, 600))
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif.tobytes())
    return file.getvalue()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_words_and_links_are_saved_and_what_is_wrong_is_said_beside_them(
    anna: Session, visitor: Callable[..., Visitor], browser: str
) -> None:
    page = visitor(browser).log_in(anna.name)
    tab = page.page
    page.type(FORM, displayName="  Anna's <Bakery>  ", line="Bread, every day", label1="Shop",
              address1="shop.example/a?b=c")
    # There is one row for links, and more when they are asked for.
    wait_for_element(tab, "[name=address2]", "the row to be hidden", lambda e: not e.visible)
    tab.click("[data-links-more]")
    page.send("/account/profile", address2="http://not.safe.example")
    assert "https://" in wait_for_element(tab, "#links-error", "what is wrong").text
    assert profile(anna)["line"] == ""
    assert tab.run("return document.querySelector('[name=displayName]').value;").strip() == "Anna's <Bakery>"
    page.send("/account/profile", address2="")
    said = wait_for_element(tab, ".account-notice", "that it is saved").text
    assert "saved" in said
    assert profile(anna) == {
        "displayName": "Anna's <Bakery>", "line": "Bread, every day", "links": [LINK],
        "pictureUrl": None}
    page.send("/account/profile", displayName="x" * 49)
    assert "48" in page.error_beside("displayName")


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_picture_is_cut_to_a_small_square_saved_and_removed(
    anna: Session, visitor: Callable[..., Visitor], browser: str
) -> None:
    page = visitor(browser).log_in(anna.name).page
    wait_for_element(page, "[data-picture-controls]", "a way to choose a picture")
    assert not (element(page, "[data-picture-remove]") or pytest.fail("no button")).visible
    choose_picture(page, b"this is no picture")
    wait_for_words(page, "cannot read")
    assert profile(anna)["pictureUrl"] is None
    choose_picture(page, taken_sideways())
    wait_for_words(page, "is saved")
    address = profile(anna)["pictureUrl"]
    assert address == page.run("return document.querySelector('img.channel-picture').getAttribute('src');")
    image = Image.open(io.BytesIO(anna.server.get(address).body)).convert("RGB")
    assert image.size == (512, 512)
    (red, _, blue), (low_red, _, low_blue) = image.getpixel((256, 20)), image.getpixel((256, 490))
    assert red > 200 > 60 > blue and low_blue > 200 > 60 > low_red
    page.goto(anna.server.url("/account"))
    page.click("[data-picture-remove]")
    wait_for_words(page, "removed")
    assert profile(anna)["pictureUrl"] is None
    assert element(page, "img.channel-picture") is None


def test_when_the_server_does_not_take_it_the_picture_before_is_there_again(
    anna: Session, visitor: Callable[..., Visitor]
) -> None:
    page = visitor("chromium").log_in(anna.name).page
    choose_picture(page, taken_sideways())
    wait_for_words(page, "is saved")
    before = profile(anna)["pictureUrl"]
    elsewhere = log_in(anna.server, anna.name)
    assert elsewhere.request("DELETE", "/api/me/sessions").status == 200
    choose_picture(page, taken_sideways())
    wait_for_words(page, "has not taken")
    assert page.run("return document.querySelector('img.channel-picture').getAttribute('src');") == before


def test_it_works_without_scripts_and_in_each_language(anna: Session) -> None:
    fields = {"displayName": "Anna", "line": "Brot", "address3": "https://a.example", "label3": ""}
    saved = post_form(anna.server, "/account/profile", fields, headers=anna.headers)
    assert (saved.status, saved.headers["location"]) == (303, "/account?done=profile-saved")
    assert profile(anna)["links"] == [{"label": "", "address": "https://a.example"}]
    for language, said in (("de", "Das ist zu lang. Es ist Platz für 160 Zeichen."),
                           ("es", "Es demasiado largo. Caben 160 caracteres."),
                           ("en", "That is too long. There is room for 160 characters.")):
        headers = anna.headers | {"accept-language": language}
        refused = post_form(
            anna.server, "/account/profile", fields | {"line": "<b>" * 60}, headers=headers)
        page = refused.body.decode()
        assert refused.status == 422 and said in page
        assert "&lt;b&gt;" in page and "<b><b>" not in page
    assert profile(anna)["line"] == "Brot"
    assert anna.server.request("POST", "/account/profile", body=b"line=x", headers={
        "content-type": "application/x-www-form-urlencoded"}).headers["location"].startswith("/login")
