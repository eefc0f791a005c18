"""The page that says who is live, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

from browser.broadcaster import Broadcaster
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from weir.places import BUILD
from weir.server import Server
from weir.waiting import wait_until


def test_the_front_page_shows_who_is_live_and_nobody_else(
    broadcast: Callable[..., Broadcaster], open_page: Callable[[str], Page],
    browser_server: Server, name: str,
) -> None:
    page = open_page("chromium")

    def listed() -> bool:
        page.goto(browser_server.url("/"))
        return name in page.run("return document.body.innerText;")

    assert not listed(), "the stream is listed before it exists"
    broadcaster = broadcast(name).open_camera().start(timeslice_ms=500).wait_for_answers(2)
    wait_until(listed, "the stream to be listed", every_s=0.2)
    screenshots = BUILD / "screenshots"
    screenshots.mkdir(parents=True, exist_ok=True)
    (screenshots / "home-one-live.png").write_bytes(page.screenshot())

    broadcaster.stop()
    assert broadcaster.end_stream() == 204
    wait_until(lambda: not listed(), "the stream to be no longer listed", every_s=0.2)
