"""An input that one can do without does not stop the rest: sound that is held back, a camera that
gives nothing, a recorder that gives nothing; and everything comes back by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from browser.element import LOOK_EVERY_S, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

# What a call or a lost output device does: sound stands still, and does not go on when asked.
HELD_SOUND = """
const NativeContext = AudioContext;
window.contexts = [];
window.HELD = false;
window.AudioContext = class extends NativeContext {
  constructor(options) { super(options); window.contexts.push(this); }
  resume() { return window.HELD ? new Promise(() => {}) : super.resume(); }
};
"""

# Recorders that give nothing but empty blobs: all that were made while window.EMPTY is true.
EMPTY_BLOBS = """
const Native = MediaRecorder;
window.recorders = [];
window.MediaRecorder = class extends Native {
  #isEmpty = window.EMPTY ?? false;
  constructor(...given) { super(...given); window.recorders.push(this); }
  empty() { this.#isEmpty = true; }
  get ondataavailable() { return super.ondataavailable; }
  set ondataavailable(take) {
    super.ondataavailable = (event) => take(
      this.#isEmpty ? { data: new Blob([], { type: event.data.type }) } : event);
  }
};
"""

# Tracks that a test can reach, and a camera that it can cover.
REACHABLE_TRACKS = """
window.tracks = {};
for (const method of ['getUserMedia', 'getDisplayMedia']) {
  const native = navigator.mediaDevices[method].bind(navigator.mediaDevices);
  navigator.mediaDevices[method] = async (...given) => {
    const stream = await native(...given);
    for (const track of stream.getTracks()) window.tracks[track.kind] = track;
    return stream;
  };
}
const muted = Object.getOwnPropertyDescriptor(MediaStreamTrack.prototype, 'muted');
Object.defineProperty(MediaStreamTrack.prototype, 'muted', {
  get() { return this.kind === 'video' && window.COVERED ? true : muted.get.call(this); },
});
"""


@pytest.fixture
def prepared(
    open_own: Callable[..., Page], browser_server: Server, name: str
) -> Callable[[str], LivePage]:
    """The page in a browser that was changed by this script."""

    def make(script: str) -> LivePage:
        page = open_own()
        chromium_of(page).playwright.add_init_script(script)
        return LivePage(page, browser_server.url(""), name)

    return make


def session_count(live: LivePage) -> int:
    chunks = chromium_of(live.page).asked_with("weir-chunk")
    return len({chunk.rsplit("/", 1)[0] for chunk in chunks})


def wait_for_chunks(live: LivePage, sessions: int = 1) -> None:
    """Until several more chunks have been sent, and there have been so many sessions."""
    asked = chromium_of(live.page).asked_with
    before = len(asked("weir-chunk"))

    def look() -> bool:
        # What the browser has asked for is told only while it is talked to.
        live.page.run("return true;")
        return len(asked("weir-chunk")) >= before + 4 and session_count(live) >= sessions

    wait_until(look, f"more chunks, and {sessions} sessions", every_s=LOOK_EVERY_S)


def live_stream(server: Server, name: str) -> dict[str, Any]:
    """What is said of it once it is live: on a busy machine it is late now and then."""
    def look() -> dict[str, Any] | None:
        shown = server.stream(name)
        return shown if shown and shown["state"] == "live" else None

    return wait_until(look, f"{name} to be live", every_s=LOOK_EVERY_S)


def wait_for_advice(live: LivePage, words: str) -> None:
    wait_for_element(live.page, "#health-advice", f"advice: {words}", lambda e: words in e.text)


def wait_for_no_advice(live: LivePage, words: str) -> None:
    wait_for_element(live.page, "#health-advice", f"no advice: {words}",
                     lambda e: e.visible and words not in e.text)


def wait_for_notice(live: LivePage, words: str) -> None:
    wait_for_element(live.page, "#notice", f"a notice: {words}",
                     lambda e: e.visible and words in e.text)


# Sound


def test_sound_that_is_suspended_for_a_moment_goes_on(
    prepared: Callable[[str], LivePage]
) -> None:
    live = prepared(HELD_SOUND).choose_source("camera").go_live(codec="vp8")
    live.page.run("await window.contexts[0].suspend();")
    wait_until(lambda: live.page.run("return window.contexts[0].state === 'running';"),
               "sound to go on", every_s=LOOK_EVERY_S)
    wait_for_chunks(live)
    live.wait_for_state("live")
    live.stop()


@pytest.mark.parametrize(("source", "microphone", "words"), [
    ("camera", "default", "straight from the microphone"),
    ("test", "tone", "silence is sent"),
])
def test_sound_that_is_held_back_is_taken_from_elsewhere_until_it_flows(
    source: str, microphone: str, words: str, prepared: Callable[[str], LivePage],
    browser_server: Server, name: str,
) -> None:
    live = prepared(HELD_SOUND).choose_source(source)
    live.choose("#microphone", microphone)
    live.go_live(codec="vp8")
    tracks = live_stream(browser_server, name)["tracks"]
    live.page.run("window.HELD = true; await window.contexts[0].suspend();")
    wait_for_advice(live, words)
    wait_for_chunks(live, 2)
    live.wait_for_state("live")
    shown = live_stream(browser_server, name)
    assert [track["kind"] for track in shown["tracks"]] == [track["kind"] for track in tracks]
    if microphone == "tone":
        assert shown["tracks"] == tracks, "viewers have to begin anew"

    live.page.run("window.HELD = false;")
    wait_for_no_advice(live, words)
    wait_for_chunks(live, 3)
    live.wait_for_state("live")
    browser_server.wait_for_state(name, "live")
    live.stop()


def test_without_sound_from_the_beginning_it_goes_live_and_sound_comes_later(
    prepared: Callable[[str], LivePage], browser_server: Server, name: str
) -> None:
    script = HELD_SOUND.replace("window.contexts.push(this);", """
        window.contexts.push(this);
        if (window.HELD) this.suspend();""").replace("window.HELD = false", "window.HELD = true")
    live = prepared(script).choose_source("test").go_live(codec="vp8")
    wait_for_advice(live, "silence is sent")
    live.page.run("window.HELD = false;")
    wait_for_no_advice(live, "silence is sent")
    wait_for_chunks(live, 2)
    browser_server.wait_for_state(name, "live")
    live.stop()


@pytest.mark.parametrize("how", ["form", "key"])
def test_sound_that_is_switched_off_on_air_is_silence_and_stops_nothing(
    how: str, prepared: Callable[[str], LivePage], browser_server: Server, name: str
) -> None:
    live = prepared(EMPTY_BLOBS).choose_source("test").go_live(codec="vp8")
    wanted = live.recorders + (how == "form")
    if how == "form":
        live.choose("#microphone", "none")
        live.page.click("#apply")
        wait_for_chunks(live, 2)
    else:
        live.page.run("document.activeElement.blur();")
        live.page.press("m")
    # As long as it takes to notice a recorder that gives nothing.
    for _ in range(6):
        wait_for_chunks(live)
    assert live.recorders == wanted or live.was_held_up(wanted), f"{live.recorders} recorders"
    browser_server.wait_for_state(name, "live")
    live.stop()


def test_a_microphone_that_is_plugged_in_again_is_used_again(
    prepared: Callable[[str], LivePage]
) -> None:
    live = prepared(REACHABLE_TRACKS).choose_source("camera").go_live(codec="vp8")
    live.page.run("""window.lost = window.tracks.audio;
                     window.lost.stop();
                     window.lost.dispatchEvent(new Event('ended'));""")
    wait_for_notice(live, "microphone is gone")
    wait_for_chunks(live)
    live.page.run("navigator.mediaDevices.dispatchEvent(new Event('devicechange'));")
    wait_for_element(live.page, "#notice", "the notice to go", lambda e: not e.visible)
    assert live.page.run("return window.tracks.audio !== window.lost;")
    live.stop()


# The picture


def test_a_camera_that_gives_nothing_is_covered_until_it_gives_pictures(
    prepared: Callable[[str], LivePage], browser_server: Server, name: str
) -> None:
    live = prepared(REACHABLE_TRACKS).choose_source("camera").go_live(codec="vp8")
    live.page.run("window.COVERED = true;")
    wait_for_notice(live, "No picture comes from the camera")
    wait_for_chunks(live, 2)
    live.wait_for_state("live")
    live.page.run("window.COVERED = false;")
    wait_for_element(live.page, "#stage", "the camera", lambda e: e.data["picture"] == "camera")
    wait_for_chunks(live, 3)
    assert live.page.run("return window.tracks.video.readyState;") == "live"
    browser_server.wait_for_state(name, "live")
    live.stop()


@pytest.mark.parametrize(("source", "words"), [
    ("camera", "camera is gone"), ("screen", "Sharing has ended"),
])
def test_a_picture_that_ends_is_stood_in_for(
    source: str, words: str, prepared: Callable[[str], LivePage]
) -> None:
    live = prepared(REACHABLE_TRACKS).choose_source(source).go_live(codec="vp8")
    live.page.run("window.tracks.video.stop();"
                  "window.tracks.video.dispatchEvent(new Event('ended'));")
    wait_for_notice(live, words)
    wait_for_chunks(live, 2)
    live.wait_for_state("live")
    live.stop()


# The recorder


def test_empty_blobs_are_no_life_and_something_else_is_recorded(
    prepared: Callable[[str], LivePage], browser_server: Server, name: str
) -> None:
    live = prepared(EMPTY_BLOBS).choose_source("test").go_live(codec="vp8")
    live.page.run("window.recorders.at(-1).empty();")
    live.wait_until_said("Nothing is recorded")
    wait_for_chunks(live, 2)
    wait_for_element(live.page, "#health-title", "it to be over",
                     lambda e: e.text != "Nothing is recorded")
    live.wait_for_state("live")
    browser_server.wait_for_state(name, "live")
    live.stop()


def test_sound_that_was_not_to_blame_for_it_comes_back_by_itself(
    prepared: Callable[[str], LivePage]
) -> None:
    live = prepared(EMPTY_BLOBS).choose_source("test").go_live(codec="vp8")
    live.page.run("window.recorders.at(-1).empty();")
    wait_for_advice(live, "The mixed sound stood still")
    wait_for_no_advice(live, "The mixed sound stood still")
    wait_for_chunks(live)
    live.wait_for_state("live")
    live.stop()


def test_when_nothing_helps_it_is_over_and_the_page_says_why(
    prepared: Callable[[str], LivePage]
) -> None:
    live = prepared(EMPTY_BLOBS).choose_source("test")
    live.choose("#microphone", "none")
    live.go_live(codec="vp8")
    live.page.run("window.EMPTY = true; window.recorders.at(-1).empty();")
    live.wait_for_state("failed")
    assert "nothing was recorded" in visible_text(live.page, "#notice").lower()
    # Every recorder had something else to record.
    seen = live.page.run("""return window.recorders.map((each) => each.stream.getTracks()
                              .map((track) => track.id).join());""")
    assert len(seen) > 1 and len(set(seen)) == len(seen)


def test_a_recorder_that_stops_by_itself_is_started_anew(
    prepared: Callable[[str], LivePage]
) -> None:
    live = prepared(EMPTY_BLOBS).choose_source("test").go_live(codec="vp8")
    live.page.run("window.recorders.at(-1).stop();")
    wait_for_chunks(live, 2)
    live.wait_for_state("live")
    live.stop()
