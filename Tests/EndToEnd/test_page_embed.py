"""The player in a frame of somebody else's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Frame

from browser.chromium import ChromiumPage
from browser.element import LOOK_EVERY_S
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.front_end import FrontEnd
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from weir.accounts import COOKIE, sign_up
from weir.places import REPOSITORY
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import PLAYBACK_PATIENCE_S, wait_until

OpenPage = Callable[[str], Page]
Publish = Callable[..., Publisher]


def line(file: Path, server: Server, name: str) -> str:
    """The element that a page of the documentation gives, for this server."""
    found = re.search(r"<iframe src=.*?</iframe>", file.read_text(), re.DOTALL)
    assert found, f"no frame in {file}"
    element, count = re.subn(r'src="[^"]*"', f'src="{server.url(f"/{name}/embed")}"', found[0])
    assert count == 1
    return element


def readme_line(server: Server, name: str) -> str:
    return line(REPOSITORY / "README.md", server, name)


def frame_of(page: ChromiumPage) -> Frame:
    """The document in the frame, which is none of ours when the browser refused it."""

    def found() -> Frame | None:
        page.run("return null;")  # Playwright takes news from the browser only while it is asked
        frames = [f for f in page.playwright.frames if f.parent_frame is not None]
        return frames[0] if frames and frames[0].url not in ("", "about:blank") else None

    return wait_until(found, "the frame to be loaded", every_s=LOOK_EVERY_S)


def wait_for_playing(frame: Frame) -> None:
    look = """() => {
      const video = document.querySelector('#video');
      return document.body?.dataset.state === 'playing' && video.currentTime > 0.5
        && video.getVideoPlaybackQuality().totalVideoFrames > 2;
    }"""
    wait_until(lambda: frame.evaluate(look), "the frame to play", PLAYBACK_PATIENCE_S, LOOK_EVERY_S)


def is_refused(page: ChromiumPage) -> bool:
    """Whether the browser shows its own page in the frame, instead of ours."""
    return frame_of(page).url.startswith("chrome-error://")


@pytest.mark.parametrize("document", ["README.md", "docs/http-api.md"])
def test_the_line_of_the_documentation_plays_in_a_page_of_another_site(
    open_page: OpenPage, pages: FrontEnd, browser_server: Server, publish: Publish, name: str,
    document: str,
) -> None:
    publish(browser_server, name).play(record(seconds=LASTING_S))
    browser_server.wait_for_state(name, "live")
    page = chromium_of(open_page("chromium"))
    page.goto(pages.frame_page(
        line(REPOSITORY / document, browser_server, name), origin=pages.other_site))
    frame = frame_of(page)
    wait_for_playing(frame)
    assert frame.evaluate("() => document.querySelector('#video').muted")
    # Whether or not the page around it lets it copy, the button does something.
    frame.evaluate("""() => {
      const button = document.querySelector('[data-copy=statistics-figures]');
      new MutationObserver(() => { window.said ??= button.textContent; })
        .observe(button, { childList: true });
      button.click();
    }""")
    said = wait_until(lambda: frame.evaluate("() => window.said ?? ''"), "the button to say what it did",
                      every_s=LOOK_EVERY_S)
    assert said in ("Copied", "Press Ctrl+C")


def shared_line(page: ChromiumPage, server: Server, name: str) -> str:
    """What somebody has in the clipboard who has asked the player's own page for it."""
    page.playwright.context.grant_permissions(
        ["clipboard-read", "clipboard-write"], origin=server.url(""))
    page.goto(server.url(f"/{name}/watchLive"))
    page.click("#share")
    page.click("[data-copy=share-embed]")

    def copied() -> str | None:
        """Of the clipboard, which all pages of the browser have in common."""
        text: str = page.run("return navigator.clipboard.readText();")
        return text if text.startswith("<iframe") else None

    return wait_until(copied, "a frame to be copied", every_s=LOOK_EVERY_S)


def test_the_watch_page_gives_the_same_line(
    open_page: OpenPage, browser_server: Server, name: str
) -> None:
    page = chromium_of(open_page("chromium"))
    copied = shared_line(page, browser_server, name)
    of_readme = readme_line(browser_server, name).replace("alice", name)
    assert copied == " ".join(of_readme.split())


def test_the_watch_page_gives_its_own_address(
    open_page: OpenPage, browser_server: Server, name: str
) -> None:
    page = chromium_of(open_page("chromium"))
    shared_line(page, browser_server, name)
    # The keys of the player mean nothing in there.
    muted = "return document.querySelector('#video').muted;"
    was_muted = page.run(muted)
    page.press("m")
    assert page.run(muted) == was_muted
    page.click("[data-copy=share-link]")
    address = browser_server.url(f"/{name}/watchLive")
    wait_until(lambda: page.run("return navigator.clipboard.readText();") == address,
               "the address to be copied", every_s=LOOK_EVERY_S)


def test_the_player_plays_in_a_frame_without_an_origin(
    open_page: OpenPage, pages: FrontEnd, browser_server: Server, publish: Publish, name: str
) -> None:
    publish(browser_server, name).play(record(seconds=LASTING_S))
    browser_server.wait_for_state(name, "live")
    page = chromium_of(open_page("chromium"))
    framed = readme_line(browser_server, name).replace(
        "<iframe ", '<iframe sandbox="allow-scripts" ')
    page.goto(pages.frame_page(framed, origin=pages.other_site))
    wait_for_playing(frame_of(page))


@pytest.mark.parametrize(("width", "height"), [(640, 360), (300, 600), (900, 120)])
def test_the_player_fills_its_frame_and_nothing_is_beside_it(
    open_page: OpenPage, pages: FrontEnd, browser_server: Server, publish: Publish, name: str,
    width: int, height: int,
) -> None:
    publish(browser_server, name).play(record(seconds=LASTING_S))
    browser_server.wait_for_state(name, "live")
    page = chromium_of(open_page("chromium"))
    page.goto(pages.frame_page(
        f'<iframe width="{width}" height="{height}" style="border: 0" '
        f'src="{browser_server.url(f"/{name}/embed")}"></iframe>'))
    frame = frame_of(page)
    wait_for_playing(frame)
    seen = frame.evaluate("""() => {
      const { left, top, width, height } = document.querySelector('#player').getBoundingClientRect();
      const { scrollWidth, scrollHeight } = document.documentElement;
      const visible = [...document.querySelectorAll('body *')].filter((element) => {
        const box = element.getBoundingClientRect();
        return !element.closest('#player, .visually-hidden')
          && !element.contains(document.querySelector('#player'))
          && element.checkVisibility({ visibilityProperty: true }) && box.width > 1;
      });
      return { box: [left, top, width, height], document: [scrollWidth, scrollHeight],
        beside: visible.map((element) => element.outerHTML) };
    }""")
    assert seen == {"box": [0, 0, width, height], "document": [width, height], "beside": []}


def test_a_button_for_what_the_page_around_does_not_allow_is_not_there(
    open_page: OpenPage, pages: FrontEnd, browser_server: Server, name: str
) -> None:
    page = chromium_of(open_page("chromium"))
    hidden = "() => Boolean(window.weirPlayer) && document.querySelector('#fullscreen').hidden"
    bare = f'<iframe src="{browser_server.url(f"/{name}/embed")}"></iframe>'
    page.goto(pages.frame_page(bare, origin=pages.other_site))
    frame = frame_of(page)
    wait_until(lambda: frame.evaluate(hidden), "no button for full screen", every_s=LOOK_EVERY_S)
    page.goto(pages.frame_page(readme_line(browser_server, name), origin=pages.other_site))
    frame = frame_of(page)
    shown = "() => Boolean(window.weirPlayer) && !document.querySelector('#fullscreen').hidden"
    wait_until(lambda: frame.evaluate(shown), "a button for full screen", every_s=LOOK_EVERY_S)


def test_a_frame_knows_nothing_of_who_is_signed_in(
    start_server: Callable[..., Server], open_page: OpenPage, pages: FrontEnd, name: str
) -> None:
    server = start_server(publish="account")
    owner = sign_up(server, name)
    signed_in = {"cookie": f"{COOKIE}={owner.token}"}
    with_cookie = server.get(f"/{name}/embed", headers=signed_in)
    without = server.get(f"/{name}/embed")
    assert with_cookie.status == without.status == 200
    assert with_cookie.body == without.body
    assert "cookie" not in with_cookie.headers["vary"] and "set-cookie" not in with_cookie.headers
    text = with_cookie.body.decode()
    assert not re.search(r"/login|/logout|/signup|/account|site-header|site-footer", text)


def test_frames_are_for_those_whom_the_operator_names(
    start_server: Callable[..., Server], open_page: OpenPage, pages: FrontEnd, name: str
) -> None:
    server = start_server("--embed-origin", pages.origin, "--embed-origin", "https://a.example")
    page = chromium_of(open_page("chromium"))
    page.goto(pages.frame_page(readme_line(server, name)))
    assert not is_refused(page)
    page.goto(pages.frame_page(readme_line(server, name), origin=pages.other_site))
    assert is_refused(page)


@pytest.mark.parametrize("path", ["/", "/live", "/{name}/watchLive", "/login", "/account"])
def test_no_other_page_can_be_framed(
    open_page: OpenPage, pages: FrontEnd, browser_server: Server, name: str, path: str
) -> None:
    page = chromium_of(open_page("chromium"))
    url = browser_server.url(path.format(name=name))
    page.goto(pages.frame_page(f'<iframe src="{url}"></iframe>'))
    assert is_refused(page)


def test_the_frame_of_a_name_that_cannot_be_says_so(
    open_page: OpenPage, pages: FrontEnd, browser_server: Server
) -> None:
    page = chromium_of(open_page("chromium"))
    page.goto(pages.frame_page(f'<iframe src="{browser_server.url("/a/embed")}"></iframe>'))
    frame = frame_of(page)
    wait_until(lambda: "There is no such channel" in frame.inner_text("body"), "words about it",
               every_s=LOOK_EVERY_S)
    assert browser_server.get("/a/embed").status == 404


def test_only_the_player_in_a_frame_may_be_framed(server: Server, name: str) -> None:
    policy = "content-security-policy"
    assert "frame-ancestors *;" in server.get(f"/{name}/embed").headers[policy]
    for path in ("/", "/live", f"/{name}/watchLive", "/nothing"):
        headers = server.get(path, headers={"sec-fetch-dest": "document"}).headers
        assert "frame-ancestors 'none';" in headers[policy], path
    assert "x-frame-options" not in server.get(f"/{name}/embed").headers
