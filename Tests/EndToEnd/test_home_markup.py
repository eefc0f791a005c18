"""The first page's cards are rendered twice, by the server and by the page's script: alike."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until


def cards(html: str) -> list[str]:
    """The cards in `html`, without what browsers make no difference of."""
    found = re.findall(r'<li class="stream".*?</li>', html, re.DOTALL)
    # Whether something is drawn on it, only the script knows.
    found = [re.sub(r'(<canvas class="stream-still") [^>]*', r"\1", card) for card in found]
    return [re.sub(r"\s+", " ", re.sub(r">\s+<", "><", card)) for card in found]


@pytest.mark.parametrize("kind", ["video", "sound"])
def test_the_script_renders_a_card_exactly_as_the_server_does(
    open_page: Callable[[str], Page], browser_server: Server,
    publish: Callable[..., Publisher], name: str, kind: str,
) -> None:
    page = open_page("chromium")
    page.goto(browser_server.url("/"))
    recording = record(seconds=LASTING_S) if kind == "video" else record(None, seconds=LASTING_S)

    def by_script() -> list[str]:
        html = page.run("return document.getElementById('streams').outerHTML;")
        return [card for card in cards(html.replace(' data-new=""', "")) if name in card]

    def by_server() -> list[str]:
        html = browser_server.get("/").body.decode().split("<template")[0]
        return [card for card in cards(html) if name in card]

    publish(browser_server, name).play(recording)
    wait_until(lambda: len(by_server()) == 1, "a card")
    # Alike at the same moment: each of them changes with time.
    wait_until(lambda: by_script() == by_server(), "the same card", every_s=0.2)
