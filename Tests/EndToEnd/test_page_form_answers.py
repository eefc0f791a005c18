"""Forms of the pages about accounts, when something on the way answers what is sent: a real nginx does. The
page stays, with what was typed, and says who it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from browser.account_pages import TOO_BUSY, Visitor, wait_for_path
from browser.element import wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.screenshots import photograph
from weir.accounts import PASSWORD
from weir.refusing_proxy import WAYS, RefusingProxy
from weir.server import Server

pytestmark = pytest.mark.slow

NEW_PASSWORD = "eight boats on it"
WORDS = {
    "large": "Something on the way refuses what you send",
    "unreachable": "Something on the way does not reach the server",
    "late": "Something on the way does not reach the server",
    "overloaded": "Something on the way does not reach the server",
    "empty": "Something on the way does not reach the server",
    "network": "Something on the way answers for the server",
    "cut": "The server does not answer",
}


@pytest.fixture(scope="module")
def proxy(
    lasting_server: Callable[..., AbstractContextManager[Server]],
    lasting_folder: Callable[[str], AbstractContextManager[Path]],
) -> Iterator[RefusingProxy]:
    if shutil.which("nginx", path="/usr/bin:/usr/sbin") is None:
        pytest.skip("nginx is not installed (scripts/install-packages test)")
    with lasting_server("form-answers", publish="account") as server, \
            lasting_folder("form-answers-proxy") as folder:
        made = RefusingProxy(server, folder / "proxy")
        yield made
        made.stop()


def assert_stays(visitor: Visitor, way: str, form: str, **typed: str) -> None:
    """Sending a form leads to words about who has answered, and everything is still there."""
    page = visitor.page
    visitor.type(form, **typed)
    # What was said before says nothing of this answer.
    page.run("for (const each of document.querySelectorAll('#lost-answer')) each.dataset.isBefore = '';")
    page.click(f"{form} button:not([type=button])")
    wait_for_element(page, f"{form} #lost-answer:not([data-is-before])", f"what has happened ({way})",
                     lambda e: e.visible and WORDS[way] in e.text)
    assert page.run("return document.querySelectorAll('#lost-answer').length;") == 1
    for name, text in typed.items():
        there = page.run("return document.querySelector(argument).value;",
                         f"{form} input[name={name}]:not([readonly])")
        assert there == text
    busy = page.run("return document.querySelector(argument).ariaBusy;", form)
    assert busy == "false", "it can be sent again"


@pytest.mark.parametrize("browser", ("chromium", "firefox"))
def test_a_form_that_something_on_the_way_answers_stays_with_what_was_typed(
    browser: str, proxy: RefusingProxy, open_own: Callable[..., Page], name: str
) -> None:
    assert WORDS.keys() == WAYS.keys()
    anna = Visitor(open_own(browser), proxy.url(""))
    for where in ("/login", "/signup"):
        anna.visit(where)
        wait_for_element(anna.page, f"form[action='{where}']", "the form")
        for way in WAYS:
            proxy.fail(way)
            assert_stays(anna, way, f"form[action='{where}']", username=name, password=PASSWORD)
            if browser == "chromium" and way == "unreachable":
                photograph(chromium_of(anna.page), f"form-answer{where.replace('/', '-')}", "desktop")
    # What was typed is still there, and what somebody has sent in vain has not been done.
    proxy.fail(None)
    anna.press("form[action='/signup']")
    if anna.answer_of("/signup") == TOO_BUSY:
        anna.enter("/signup", name)
    wait_for_path(anna.page, "/live")
    # On one's own page, where more is at stake.
    anna.visit("/account")
    key, password = "form[action='/api/me/stream-key']", "form[action='/api/me/password']"
    passwords = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    for way in ("unreachable", "cut", "large"):
        proxy.fail(way)
        assert_stays(anna, way, password, **passwords)
    # Nothing is in that form, so there is nothing that could be too large.
    for way in ("unreachable", "cut"):
        proxy.fail(way)
        assert_stays(anna, way, key)
    proxy.fail(None)
    anna.send("/api/me/stream-key")
    assert anna.wait_for_key()
    assert anna.send("/api/me/password", **passwords)[-1] == 200
    anna.log_out()
    anna.log_in(name, NEW_PASSWORD).log_out()
