"""What somebody on the way answers in the server's place does not end a broadcast, nor watching it;
what the server says does, if somebody wanted that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from browser.element import LOOK_EVERY_S, visible_text, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.watch_page import WatchPage
from weir.certificate import Certificate
from weir.gateway import Gateway, Reply, gateway
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

PARCEL_BYTES_MAX = 512 * 1024

# A camera that films noise, so that there are many bytes; and a recorder whose chunks the test can
# hold back, as a browser does that is busy. The page's clock stands still meanwhile: else it would
# not wait for as long as a slow machine takes to record so much.
HELD_NOISE = """
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement('canvas');
  canvas.width = 640; canvas.height = 360;
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(640, 360);
  setInterval(() => {
    const words = new Uint32Array(pixels.data.buffer);
    for (let index = 0; index < words.length; index += 1) words[index] = Math.random() * 2 ** 32;
    context.putImageData(pixels, 0, 0);
  }, 100);
  return canvas.captureStream(10);
};
const now = performance.now.bind(performance);
let heldAtMs = null;
let heldMs = 0;
performance.now = () => (heldAtMs ?? now()) - heldMs;
window.setHold = (holds) => {
  if (holds) heldAtMs = now();
  else [heldMs, heldAtMs] = [heldMs + now() - heldAtMs, null];
};
const Native = MediaRecorder;
window.heldBytes = 0;
window.MediaRecorder = class extends Native {
  get ondataavailable() { return super.ondataavailable; }
  set ondataavailable(take) {
    let held = [];
    super.ondataavailable = ({ data }) => {
      held.push(data);
      window.heldBytes = held.reduce((sum, blob) => sum + blob.size, 0);
      if (heldAtMs !== null) return;
      take({ data: new Blob(held, { type: data.type }) });
      held = [];
    };
  }
};
"""


@pytest.fixture
def between(browser_server: Server, certificate: Certificate) -> Iterator[Gateway]:
    with gateway(browser_server.port, certificate) as made:
        yield made


@pytest.fixture
def open_noisy(
    open_own: Callable[..., Page], between: Gateway, name: str
) -> Callable[[], LivePage]:
    def make() -> LivePage:
        page = open_own()
        chromium_of(page).playwright.add_init_script(HELD_NOISE)
        live = LivePage(page, between.url(""), name).choose_source("camera")
        live.choose("#bitrate", "8000000")
        live.choose("#microphone", "none")
        return live.go_live(codec="vp8")

    return make


def sessions(live: LivePage) -> list[str]:
    """In their order."""
    chunks = chromium_of(live.page).asked_with("weir-chunk")
    return list(dict.fromkeys(chunk.rsplit("/", 1)[0] for chunk in chunks))


def hold_and_release(live: LivePage, count: int) -> None:
    """Several parcels' worth of one chunk."""
    live.page.run("setHold(true);")
    wait_until(lambda: live.page.run("return window.heldBytes;") > count,
               f"{count} bytes to be held back", every_s=LOOK_EVERY_S)
    live.page.run("setHold(false);")


def assert_one_session(live: LivePage) -> None:
    """It was not begun anew, unless the recorder had nothing to give."""
    assert len(sessions(live)) == 1 or live.was_held_up(), f"it was started anew: {sessions(live)}"


def wait_for_more(between: Gateway) -> None:
    """Until something that is sent from now on has got through."""
    seen = len(between.passed_bytes)
    wait_until(lambda: len(between.passed_bytes) > seen + 2, "parcels to get through",
               every_s=LOOK_EVERY_S)


def test_a_large_chunk_goes_out_in_parcels_of_half_a_megabyte(
    open_noisy: Callable[[], LivePage], between: Gateway, browser_server: Server, name: str
) -> None:
    # What a proxy allows that nobody has told otherwise.
    between.body_bytes_max = 1024 * 1024
    live = open_noisy()
    hold_and_release(live, 1_300_000)
    wait_until(lambda: between.passed_bytes.count(PARCEL_BYTES_MAX) >= 2,
               "parcels that are full", every_s=LOOK_EVERY_S)
    wait_for_more(between)
    assert between.refused_bytes == []
    assert max(between.passed_bytes) == PARCEL_BYTES_MAX
    live.wait_for_state("live")
    browser_server.wait_for_state(name, "live")
    assert_one_session(live)
    live.stop()


def test_parcels_get_smaller_where_a_gateway_refuses_them_and_the_page_says_so(
    open_noisy: Callable[[], LivePage], between: Gateway, browser_server: Server, name: str
) -> None:
    live = open_noisy()
    between.body_bytes_max = 100 * 1024
    hold_and_release(live, 700_000)
    live.wait_until_said("64 KiB")
    live.wait_for_state("live")
    wait_for_more(between)
    wait_until(lambda: 64 * 1024 in between.passed_bytes, "a full parcel", every_s=LOOK_EVERY_S)
    assert_one_session(live)
    browser_server.wait_for_state(name, "live")

    # Smaller than the smallest: that is tried again, and blamed on the right one.
    between.body_bytes_max = 1000
    live.wait_for_state("reconnecting")
    wait_for_element(live.page, "#health-advice", "who it is",
                     lambda e: "between this browser and the server" in e.text)
    between.body_bytes_max = None
    live.wait_for_state("live")
    live.stop()


def wait_until_said(between: Gateway, reply: Reply) -> None:
    """Until somebody has been told this."""
    wait_until(lambda: reply in between.said, f"a {reply.status} to be said", every_s=LOOK_EVERY_S)


LIKE_A_PROBLEM = '{"type": "https://gateway.test/problems/not-webm", "title": "No", "status": 415}'


# What the page says, and what it says it of. (test_live_logic.py has the verdict on each answer alone.)
REFUSED_PARCELS = {
    "does not reach the server": [Reply(502), Reply(504)],
    "refuses the broadcast": [
        Reply(403), Reply(401), Reply(404), Reply(415, LIKE_A_PROBLEM, "application/problem+json"),
        Reply(409, '{"type": "/problems/already-live"}', "text/html")],
    "answers for the server": [Reply(200), Reply(302, location="/"), Reply(511)],
}


@pytest.mark.parametrize("words", REFUSED_PARCELS)
def test_what_a_stranger_answers_is_tried_again_in_words_of_its_own(
    words: str, live_page: Callable[..., LivePage], between: Gateway, name: str
) -> None:
    replies = REFUSED_PARCELS[words]
    between.reply = replies[0]
    live = live_page(name, origin=between.url("")).choose_source("test")
    live.choose("#resolution", "360p")
    live.choose("#codec", "vp8")
    live.press_go_live()
    wait_for_element(live.page, "#notice-title", "the notice", lambda e: words in e.text)
    assert live.state == "starting"
    between.reply = None
    live.wait_for_state("live")

    for reply in replies:
        between.reply = reply
        live.wait_for_state("reconnecting")
        wait_for_element(live.page, "#health-title", "who it is", lambda e: words in e.text)
        between.reply = None
        live.wait_for_state("live")
    assert_one_session(live)
    live.stop()


GONE = "The connection is gone"
REFUSED_VIEWERS = {
    "Something on the way answers for the server": [
        Reply(200), Reply(302, location="/"), Reply(511)],
    "Something on the way does not reach the server": [Reply(502), Reply(503), Reply(504)],
    "Something on the way refuses the broadcast": [
        Reply(404), Reply(403), Reply(413)],
    GONE: [
        Reply(500), Reply(404, LIKE_A_PROBLEM, "application/problem+json"),
        Reply.problem(503, "shutting-down")],
    "Very many people are watching": [Reply.problem(503, "too-many-viewers")],
}


@pytest.mark.parametrize("words", REFUSED_VIEWERS)
def test_what_a_stranger_answers_a_viewer_is_tried_again_too(
    words: str, watch_page: Callable[..., WatchPage], between: Gateway,
    browser_server: Server, publish: Callable[..., Publisher], name: str,
) -> None:
    publish(browser_server, name).play(record(seconds=LASTING_S))
    browser_server.wait_for_state(name, "live")
    replies = REFUSED_VIEWERS[words]
    between.viewer_reply = replies[0]
    watcher = watch_page(name, origin=between.url(""))
    for reply in replies:
        between.viewer_reply = reply
        wait_until_said(between, reply)
        wait_for_element(watcher.page, "#message", "who it is",
                         lambda e: e.visible and words in e.text)
        assert watcher.state == "connecting"
    between.viewer_reply = None
    watcher.wait_for_playback(1)


def test_a_stranger_who_finds_no_stream_does_not_end_it_for_those_who_ask_now_and_then(
    watch_page: Callable[..., WatchPage], between: Gateway, browser_server: Server,
    publish: Callable[..., Publisher], name: str,
) -> None:
    publish(browser_server, name).play(record(seconds=LASTING_S))
    browser_server.wait_for_state(name, "live")
    between.api_reply, between.viewer_reply = Reply(404), Reply(404)
    watcher = watch_page(name, origin=between.url(""))
    wait_for_element(watcher.page, "#message", "who it is",
                     lambda e: e.visible and "refuses the broadcast" in e.text)
    between.viewer_reply = None
    watcher.wait_for_playback(1)


@pytest.mark.parametrize("reason", ["silent", "gone", "server", "unknown"])
def test_a_broadcast_that_nobody_wanted_to_end_begins_anew_by_itself(
    reason: str, live_page: Callable[..., LivePage], between: Gateway, browser_server: Server,
    name: str,
) -> None:
    # All that the page hears of the stream is what its parcels are answered.
    between.api_reply = Reply(502)
    live = live_page(name, origin=between.url("")).choose_source("test").go_live(codec="vp8")
    between.reply = Reply(502)
    live.wait_for_state("reconnecting")
    assert browser_server.request("DELETE", f"/{name}/live").status == 204
    session = sessions(live)[-1]
    between.reply_to_session(session, Reply.problem(412, "broadcast-over", reason=reason))
    live.wait_until_said("begun anew")
    live.wait_for_state("live")
    browser_server.wait_for_state(name, "live")
    assert sessions(live)[-1] != session
    live.stop()


@pytest.mark.parametrize(("reply", "words"), [
    (Reply.problem(412, "broadcast-over", reason="stopped"), "pressed stop"),
    (Reply.problem(409, "stream-ended"), "pressed stop"),
    (Reply.problem(412, "broadcast-over", reason="taken-over"), "taken it over"),
    (Reply.problem(409, "taken-over"), "taken it over"),
], ids=["stopped", "stream-ended", "taken-over", "taken-over before"])
def test_a_broadcast_that_somebody_wanted_to_end_is_over_and_the_page_says_how(
    reply: Reply, words: str, live_page: Callable[..., LivePage], between: Gateway, name: str
) -> None:
    live = live_page(name, origin=between.url("")).choose_source("test").go_live(codec="vp8")
    between.reply_once(reply)
    live.wait_for_state("failed")
    wait_until(lambda: words in visible_text(live.page, "#notice").lower(), f"a notice: {words}",
               every_s=LOOK_EVERY_S)
