"""Stills in browsers: each form is drawn, cards show them, and the studio sends one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from browser.element import LOOK_EVERY_S, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page, ScriptFailed
from browser.page_fixtures import *  # noqa: F403
from weir.publisher import Publisher, post_chunk
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

# How many colours there are, on a grid over the picture: a blank one has one.
_COLOURS = """
const colours = (canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let index = 0; index < data.length; index += 4 * 37) {
    seen.add(`${data[index] >> 4} ${data[index + 1] >> 4} ${data[index + 2] >> 4}`);
  }
  return seen.size;
};
"""


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
@pytest.mark.parametrize("codec", ["vp8", "vp9", "av1", "h264"])
def test_a_browser_draws_the_still_of_each_codec(
    browser: str, codec: str, browser_server: Server, open_own: Callable[..., Page], name: str
) -> None:
    answer = post_chunk(
        browser_server.url(f"/{name}/live"), browser_server.certificate.certificate,
        record(codec, None).data)
    assert answer.status == 204
    page = open_own(browser)
    page.goto(browser_server.url("/"))
    script = _COLOURS + """
        const sheet = document.querySelector('link[href$="/base.css"]').href;
        const { drawStill } = await import(sheet.replace('base.css', 'common/still.js'));
        const answer = await fetch(argument);
        if (!answer.ok) throw new Error(`${answer.status}`);
        const canvas = document.createElement('canvas');
        canvas.hidden = true;
        await drawStill(canvas, await answer.blob());
        return { size: [canvas.width, canvas.height], colours: colours(canvas),
          isHidden: canvas.hidden };"""
    failures: list[ScriptFailed] = []

    def draw() -> dict[str, Any] | None:
        """A worker may not have it yet, and a busy browser gives up: pages draw it again."""
        try:
            return page.run(script, f"/{name}/still")
        except ScriptFailed as failure:
            failures.append(failure)
            return None

    try:
        seen = wait_until(draw, "the still to be drawn", every_s=LOOK_EVERY_S)
    except AssertionError as failure:
        raise AssertionError(f"{failure}; {failures[-1]}") from None
    assert seen["size"] == [160, 120] and not seen["isHidden"]
    assert seen["colours"] > 10


def test_a_card_shows_it_and_one_without_stays_as_it_was(
    start_server: Callable[..., Server], open_own: Callable[..., Page],
    publish: Callable[..., Publisher],
) -> None:
    server = start_server()
    publish(server, "seen").play(record("vp9", seconds=LASTING_S))
    publish(server, "heard").play(record(None, seconds=LASTING_S))
    page = open_own()
    page.goto(server.url("/"))

    def cards() -> dict[str, Any]:
        return dict(page.run(_COLOURS + """
            return [...document.querySelectorAll('#streams > li')].map((item) => {
              const canvas = item.querySelector('.stream-still');
              return [item.dataset.name, canvas.hidden ? 0 : colours(canvas)];
            });"""))

    heard = "#streams > [data-name=heard] .stream-kind"
    wait_for_element(page, heard, "the other card", lambda e: e.text == "Sound only")
    wait_until(lambda: cards().get("seen", 0) > 10, "the picture", every_s=LOOK_EVERY_S)
    # By then the other one has been asked for as well, if it is asked for.
    assert cards()["heard"] == 0


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_the_studio_sends_a_small_jpeg_of_its_picture(
    browser: str, live_page: Callable[..., LivePage], browser_server: Server, name: str
) -> None:
    live = live_page(name, browser)
    live.choose_source("test").go_live(codec="vp8")
    wait_until(
        lambda: (browser_server.stream(name) or {}).get("stillType") == "image/jpeg",
        "a still from the studio", every_s=LOOK_EVERY_S)
    answer = wait_until(
        lambda: (got := browser_server.get(f"/{name}/still")).headers.get("content-type") == "image/jpeg"
        and got, "it to be given")
    assert answer and 500 < len(answer.body) < 60 * 1024
    live.stop()
