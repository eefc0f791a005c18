"""What /live says and offers when something is in the way of a broadcast."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from browser.chromium import Chromium
from browser.element import element, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from weir.comparison import assert_starts_with_keyframe
from weir.packets import probe
from weir.ports import free_port
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

pytestmark = pytest.mark.slow


def wait_for_notice(live: LivePage, *words: str) -> str:
    """Until the notice holds all of these words, in whatever case."""
    def holds() -> str | None:
        seen = element(live.page, "#notice")
        text = visible_text(live.page, "#notice") if seen and seen.visible else ""
        return text if text and all(word in text.lower() for word in words) else None

    return wait_until(holds, f"a notice with {words}; the page says: {visible_text(live.page)}",
                      every_s=0.1) or ""


# The browser's user and devices


@pytest.fixture(scope="module")
def bare_chromium(chromium_browser: Chromium) -> Iterator[Chromium]:
    """No camera, no microphone, and a user who must be asked."""
    with chromium_browser.without_devices() as browser:
        yield browser


@pytest.fixture
def bare_live_page(
    bare_chromium: Chromium, browser_server: Server
) -> Iterator[Callable[..., LivePage]]:
    opened: list[LivePage] = []

    def make(name: str, **options: object) -> LivePage:
        opened.append(LivePage(bare_chromium.open(**options), browser_server.url(""), name))
        return opened[-1]

    yield make
    for live in opened:
        live.page.close()


def test_without_a_camera_it_says_so_and_the_test_picture_is_one_press_away(
    bare_live_page: Callable[..., LivePage], name: str
) -> None:
    live = bare_live_page(name, permissions=["camera", "microphone"])
    live.choose_source("camera")
    live.press_go_live()
    wait_for_notice(live, "no camera")
    live.page.click("#use-test")
    live.go_live(codec="vp8").stop()


@pytest.mark.parametrize(
    "source, method, words",
    [("camera", "getUserMedia", ("blocked", "allow")),
     ("screen", "getDisplayMedia", ("nothing is shared",))])
def test_without_permission_it_says_what_to_do_and_offers_something_else(
    source: str, method: str, words: tuple[str, ...], open_own: Callable[..., Page],
    browser_server: Server, name: str,
) -> None:
    page = open_own()
    # What a page sees when its user has said no.
    chromium_of(page).playwright.add_init_script(
        f"navigator.mediaDevices.{method} = () => "
        "Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));")
    live = LivePage(page, browser_server.url(""), name).choose_source(source)
    live.press_go_live()
    wait_for_notice(live, *words)
    live.page.click("#use-test")
    live.go_live(codec="vp8").stop()


@pytest.mark.smoke
def test_a_screen_goes_live_and_its_picture_arrives(
    live_page: Callable[..., LivePage], browser_server: Server, watch: Callable[..., Viewer],
    name: str,
) -> None:
    live = live_page(name).choose_source("screen").go_live(codec="vp8")
    viewer = watch(browser_server, name).wait_for_bytes(10_000)
    # On a busy machine some of that is sound, or a key frame alone.
    wait_until(lambda: len(probe(viewer.file).of_kind("video")) > 5, "pictures to arrive", every_s=0.5)
    live.stop()
    viewer.wait_for_end()
    seen = probe(viewer.file)
    assert_starts_with_keyframe(seen)
    assert not seen.errors and len(seen.of_kind("video")) > 5, seen
    # A key frame is a whole picture.
    picture = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", str(viewer.file), "-frames:v", "1",
         "-pix_fmt", "rgb24", "-f", "rawvideo", "-"], capture_output=True, check=True)
    assert len(set(picture.stdout)) > 10, "the picture is of one colour"


# Names


@pytest.mark.parametrize("wrong", ["ab", "alice!", "-alice", "a" * 33])
def test_a_name_that_cannot_be_is_explained_beside_its_field(
    wrong: str, live_page: Callable[..., LivePage]
) -> None:
    live = live_page(None).choose_source("test")
    live.page.fill("#name", wrong)
    live.press_go_live()
    wait_for_element(live.page, "#name", "the field to be marked",
                     lambda e: live.page.run(
                         "return document.querySelector('#name').ariaInvalid === 'true';"))
    described = live.page.run(
        """const field = document.querySelector('#name');
           return field.getAttribute('aria-describedby').split(' ')
             .map((id) => document.getElementById(id).innerText).join(' ');""")
    assert len(described) > 10, "nothing says what is wrong with the name"
    assert live.state == "choosing"


def test_the_name_is_remembered_and_capitals_are_folded(
    live_page: Callable[..., LivePage], browser_server: Server, name: str
) -> None:
    live = live_page(None).choose_source("test")
    live.page.fill("#name", name.upper())
    live.go_live(codec="vp8")
    browser_server.wait_for_state(name, "live")
    live.stop()
    live.page.goto(browser_server.url("/live"))
    wait_for_element(live.page, "#name", "the name", lambda e: e.text == name)


# Somebody else


def test_a_second_tab_may_take_over_and_the_first_says_so(
    live_page: Callable[..., LivePage], browser_server: Server, name: str
) -> None:
    first = live_page(name).choose_source("test").go_live(codec="vp8")
    second = live_page(name).choose_source("test")
    second.choose("#resolution", "360p")
    second.press_go_live()
    wait_for_notice(second, "someone is live", name)
    first.wait_for_state("live")
    second.page.click("#take-over")
    second.wait_for_state("live")
    wait_for_notice(first, "elsewhere")
    first.wait_for_state("failed")

    # Back again, by the button that the notice offers.
    first.page.click("#take-over")
    first.wait_for_state("live")
    wait_for_notice(second, "elsewhere")
    browser_server.wait_for_state(name, "live")


def test_what_is_somebody_elses_cannot_be_taken_over(
    live_page: Callable[..., LivePage], start_server: Callable[..., Server], name: str
) -> None:
    # Without accounts an address is what tells one publisher from another.
    port = free_port()
    server = start_server("--listen", f"[::1]:{port}", port=port)
    owner = live_page(name, origin=f"https://127.0.0.1:{port}").choose_source("test")
    owner.go_live(codec="vp8")
    other = live_page(name, origin=f"https://[::1]:{port}").choose_source("test")
    other.press_go_live()
    wait_for_notice(other, "someone is live")
    other.page.click("#take-over")
    wait_for_notice(other, "somebody else")
    other.wait_for_state("failed")
    owner.wait_for_state("live")
    server.wait_for_state(name, "live")

    # Another name is a way on.
    other.page.click("#change-name")
    other.page.fill("#name", f"{name[:20]}-too")
    other.go_live(codec="vp8")
    owner.stop()


# The page itself


def test_a_broadcast_starts_and_stops_with_the_keyboard_alone(
    live_page: Callable[..., LivePage], name: str
) -> None:
    live = live_page(None)
    page = chromium_of(live.page)
    tab_to(live, "#name")
    page.playwright.keyboard.type(name)
    tab_to(live, "input[name=source]")
    for _ in range(3):
        if page.run("return document.activeElement.value === 'test';"):
            break
        live.page.press("ArrowRight")
    live.choose("#resolution", "360p")
    tab_to(live, "#go-live")
    live.page.press("Enter")
    live.wait_for_state("live")
    tab_to(live, "#stop")
    live.page.press("Space")
    wait_for_element(live.page, "#stop-confirm", "the question whether to stop")
    tab_to(live, "#stop-confirm")
    live.page.press("Enter")
    live.wait_for_state("stopped")


def tab_to(live: LivePage, selector: str) -> None:
    """Presses Tab until the focus is there, as often as there are things on the page at most."""
    for _ in range(60):
        if live.page.run("return document.activeElement.matches(argument);", selector):
            return
        live.page.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with Tab")


def test_the_figures_of_a_broadcast_move(
    live_page: Callable[..., LivePage], name: str
) -> None:
    live = live_page(name).choose_source("test").go_live(codec="vp8")
    first = live.figures
    wait_until(lambda: live.figures.elapsed != first.elapsed and live.figures.sent != first.sent,
               "time and bytes to go on", every_s=0.2)
    wait_until(lambda: "bit/s" in live.figures.bitrate, "a bitrate", every_s=0.2)
    live.wait_for_viewers(0)
    wait_until(lambda: live.health, "a state of health", every_s=0.2)
    link = wait_for_element(live.page, "#watch-link", "the link to the player")
    assert link.enabled
    assert live.page.run(
        "return new URL(document.querySelector('#watch-link').href).pathname;"
    ) == f"/{name}/watchLive"
    live.stop()
