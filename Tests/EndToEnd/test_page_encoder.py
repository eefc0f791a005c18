"""A device that does not keep up with what it is to record is told apart from a slow line, and
helped; and what can be switched while on air."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from browser.chromium import Chromium
from browser.element import LOOK_EVERY_S, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

# A browser that promises everything, and whose recorders of one codec give what they make three
# seconds late.
LATE = """
navigator.mediaCapabilities.encodingInfo = async () => (
  { supported: true, smooth: true, powerEfficient: true });
const Native = MediaRecorder;
window.recorded = [];
window.MediaRecorder = class extends Native {
  constructor(stream, options) {
    super(stream, options);
    window.recorded.push(options.mimeType);
  }
  get ondataavailable() { return super.ondataavailable; }
  set ondataavailable(take) {
    const isLate = this.mimeType.includes(window.LATE ?? 'LATE_CODEC');
    super.ondataavailable = (event) => {
      if (isLate) setTimeout(() => take(event), 3000);
      else take(event);
    };
  }
};
"""


@pytest.fixture
def late_page(
    open_own: Callable[..., Page], browser_server: Server, name: str
) -> Callable[[str], LivePage]:
    def make(codec: str) -> LivePage:
        page = open_own()
        chromium_of(page).playwright.add_init_script(LATE.replace("LATE_CODEC", codec))
        return LivePage(page, browser_server.url(""), name).choose_source("test")

    return make


def test_a_codec_that_is_promised_and_does_not_keep_up_is_changed_and_remembered(
    late_page: Callable[[str], LivePage], browser_server: Server, name: str
) -> None:
    live = late_page("vp9").go_live(codec="auto")
    assert "vp9" in live.page.run("return window.recorded[0];")
    live.wait_until_said("VP9 is too slow on this device")
    wait_until(lambda: "vp8" in live.page.run("return window.recorded.at(-1);"), "another codec",
               every_s=LOOK_EVERY_S)

    def codecs() -> list[str]:
        shown = browser_server.stream(name) or {"tracks": []}
        return [track["codec"] for track in shown["tracks"]]

    wait_until(lambda: "vp8" in codecs(), "viewers to get it", every_s=LOOK_EVERY_S)
    live.wait_for_state("live")
    live.stop()

    # The next broadcast begins with it.
    live.page.goto(browser_server.url(f"/live?name={name}"))
    live.go_live(codec="auto")
    assert "vp8" in live.page.run("return window.recorded[0];")
    live.stop()


def test_a_device_that_is_too_slow_is_told_and_one_press_helps(
    late_page: Callable[[str], LivePage]
) -> None:
    live = late_page("vp8").go_live(codec="vp8", size="480p")
    wait_for_element(live.page, "#health-title", "words about the device",
                     lambda e: e.text == "This device is too slow for 480p")
    wait_for_element(live.page, "#easier", "what helps", lambda e: e.visible and "360p" in e.text)
    # The upload is not the reason, so less of it is not offered.
    wait_for_element(live.page, "#lower-bitrate", "no other offer", lambda e: not e.visible)
    live.page.run("window.LATE = 'nothing';")
    live.page.click("#easier")
    wait_for_element(live.page, "#resolution", "the smaller size", lambda e: e.text == "360p")
    wait_for_element(live.page, "#health-title", "it to keep up",
                     lambda e: "too slow" not in e.text)
    wait_for_element(live.page, "#frame-rate", "pictures a second", lambda e: "fps" in e.text)
    live.wait_for_state("live")
    live.stop()


def test_a_smaller_picture_does_not_bring_back_the_codec_that_was_too_slow(
    late_page: Callable[[str], LivePage]
) -> None:
    live = late_page("vp").go_live(codec="auto", size="480p")
    assert "vp9" in live.page.run("return window.recorded[0];")
    wait_until(lambda: "vp8" in live.page.run("return window.recorded.at(-1);"), "another codec",
               every_s=LOOK_EVERY_S)
    wait_for_element(live.page, "#easier", "what helps", lambda e: e.visible and "360p" in e.text)
    live.page.run("window.LATE = 'nothing';")
    before = live.page.run("return window.recorded.length;")
    live.page.click("#easier")
    wait_until(lambda: live.page.run("return window.recorded.length;") > before,
               "another recorder", every_s=LOOK_EVERY_S)
    assert "vp8" in live.page.run("return window.recorded.at(-1);")
    live.stop()


def test_a_smaller_picture_is_recorded_smaller_also_when_the_camera_knows_one_size(
    chromium_browser: Chromium, browser_server: Server, tmp_path: Path, name: str
) -> None:
    camera = tmp_path / "camera.mjpeg"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30", "-t", "1",
         "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-f", "mjpeg", str(camera)], check=True)

    def height() -> int | None:
        shown = browser_server.stream(name) or {"tracks": []}
        return next((t["height"] for t in shown["tracks"] if t["kind"] == "video"), None)

    with chromium_browser.with_camera(camera) as browser:
        live = LivePage(browser.open(), browser_server.url(""), name).choose_source("camera")
        live.go_live(codec="vp8", size="720p")
        wait_until(lambda: height() == 720, "the camera's own size", every_s=LOOK_EVERY_S)
        live.choose("#resolution", "360p")
        live.page.click("#apply")
        wait_until(lambda: height() == 360, "the smaller one", every_s=LOOK_EVERY_S)
        live.stop()


# Switches


def pressed(live: LivePage, selector: str) -> bool:
    return live.page.run(
        "return document.querySelector(argument).getAttribute('aria-pressed') === 'true';",
        selector)


def wait_for_pressed(live: LivePage, selector: str, is_pressed: bool) -> None:
    wait_until(lambda: pressed(live, selector) == is_pressed,
               f"{selector} to be {'on' if is_pressed else 'off'}", every_s=LOOK_EVERY_S)


def wait_for_picture(live: LivePage, kind: str) -> None:
    wait_for_element(live.page, "#stage", f"the picture {kind}",
                     lambda e: e.data["picture"] == kind)


@pytest.mark.parametrize("how", ["press", "key"])
def test_microphone_camera_and_screen_are_switched_with_one_press_or_one_key(
    how: str, live_page: Callable[..., LivePage], browser_server: Server, name: str
) -> None:
    live = live_page(name).choose_source("camera").go_live(codec="vp8")

    def switch(what: str) -> None:
        if how == "press":
            live.page.click(f"#toggle-{what}")
        else:
            live.page.press(what[0])

    live.page.run("document.activeElement.blur();")
    wait_for_pressed(live, "#toggle-microphone", True)
    wait_for_pressed(live, "#toggle-camera", True)
    wait_for_pressed(live, "#toggle-screen", False)

    switch("microphone")
    wait_for_pressed(live, "#toggle-microphone", False)
    switch("microphone")
    wait_for_pressed(live, "#toggle-microphone", True)

    switch("camera")
    wait_for_pressed(live, "#toggle-camera", False)
    wait_for_picture(live, "standby")
    switch("camera")
    wait_for_pressed(live, "#toggle-camera", True)
    wait_for_picture(live, "camera")

    switch("screen")
    wait_for_pressed(live, "#toggle-screen", True)
    wait_for_picture(live, "screen")
    switch("screen")
    wait_for_pressed(live, "#toggle-screen", False)
    wait_for_picture(live, "camera")
    live.wait_for_state("live")
    browser_server.wait_for_state(name, "live")
    live.stop()


def test_the_keys_are_told_and_mean_nothing_where_one_types(
    live_page: Callable[..., LivePage], name: str
) -> None:
    live = live_page(name).choose_source("test").go_live(codec="vp8")
    for key, what in (("M", "microphone"), ("C", "camera"), ("S", "screen")):
        told = live.page.run(
            """const button = document.querySelector(argument);
               return [button.title, button.ariaKeyShortcuts ??
                 button.getAttribute('aria-keyshortcuts')];""", f"#toggle-{what}")
        assert f"key {key}" in told[0] and told[1] == key
    wait_for_pressed(live, "#toggle-microphone", True)
    live.page.run("document.querySelector('#bitrate').focus();")
    live.page.press("m")
    live.page.run("document.querySelector('#stop').focus();")
    live.page.press("m")
    wait_for_pressed(live, "#toggle-microphone", False)
    live.stop()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390), (1280, 800)])
def test_stop_and_the_switches_are_in_reach_wherever_the_page_is_scrolled_to(
    width: int, height: int, live_page: Callable[..., LivePage], name: str
) -> None:
    live = live_page(name).choose_source("test")
    chromium_of(live.page).playwright.set_viewport_size({"width": width, "height": height})
    live.go_live(codec="vp8")
    places = ["0"] if width >= 1280 else ["0", "document.body.scrollHeight / 2", "1e6"]
    for place in places:
        live.page.run(f"scrollTo(0, {place});")
        for what in ("stop", "toggle-microphone", "toggle-camera", "toggle-screen"):
            assert live.page.run(
                """const button = document.getElementById(argument);
                   const box = button.getBoundingClientRect();
                   const there = document.elementFromPoint(
                     box.x + box.width / 2, box.y + box.height / 2);
                   return button.contains(there) && box.height >= 44;""", what), (
                f"{what} cannot be pressed at {place}")
    live.stop()
