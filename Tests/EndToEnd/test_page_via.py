"""The page that plays, by each of the formats that the server has: `?via=`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from browser.chromium import Chromium
from browser.element import wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.watch_page import WatchPage
from weir.blocks import VIDEO, blocks_of, clusters, paced, paced_as_told
from weir.publisher import Publisher
from weir.publisher import paced as at_pace
from weir.recordings import LASTING_S, Recording, record
from weir.server import Server
from weir.sources import lasting
from weir.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow

# Firefox reads no lists by itself. WebKit is not to be had here.
CHOICES = [("chromium", "cmaf"), ("firefox", "cmaf"), ("chromium", "hls")]
NAMES = {"webm": "by WebM", "cmaf": "by low-latency HLS", "hls": "by HLS"}
SECONDS = 90
# A machine that stands still breaks connections now and then; a player that goes wrong does so each time.
_TRIES = 3

Broadcast = Callable[..., Publisher]


def in_lumps(recording: Recording, seconds: float) -> Iterator[bytes]:
    """A recording at the pace it would be recorded, so much of it at a time."""
    lump, due = b"", time.monotonic() + seconds
    for piece in at_pace(recording, 1.0, threading.Event()):
        lump += piece
        if time.monotonic() >= due:
            yield lump
            lump, due = b"", due + seconds
    yield lump


@pytest.fixture
def broadcast(browser_server: Server, publish: Callable[..., Publisher], name: str) -> Broadcast:
    """Publish a recording in real time, for as long as a test may look at it."""
    def begin(video: str = "vp9", audio: str = "opus", server: Server | None = None) -> Publisher:
        recording = record(video, audio, seconds=SECONDS)
        # (Packets of AAC last no whole milliseconds.)
        recording = lasting(recording) if audio == "opus" else recording
        to = server or browser_server
        publisher = publish(to, name, headers={"content-type": recording.content_type})
        publisher.play(recording, finish=False)
        to.wait_for_state(name, "live")
        return publisher

    return begin


def assert_plays_by(watcher: WatchPage, via: str, seconds: float = 3) -> None:
    """It plays, by that, at the live edge, without a wrong picture, and says so."""
    watcher.wait_for_playback(seconds)
    assert watcher.look().player["via"] == via
    watcher.assert_sound()
    wait_for_element(watcher.page, "#way", f"words for {via}",
                     lambda seen: seen.text.startswith(NAMES[via]) and "behind" in seen.text)


def assert_plays_without_reconnecting(
    watch: Callable[[], WatchPage], play: Callable[[WatchPage], object]
) -> None:
    """In one page of a few."""
    looks = []
    for _ in range(_TRIES):
        watcher = watch()
        play(watcher)
        looks.append(watcher.assert_sound())
        if looks[-1].player["reconnects"] == 0:
            return
    raise AssertionError(f"it has always connected anew: {looks}")


@pytest.mark.parametrize(("browser", "via"), CHOICES)
@pytest.mark.parametrize("video", ["vp9", "h264"])
def test_the_address_says_how_it_is_played(
    browser: str, via: str, video: str, broadcast: Broadcast, watch_page: Callable[..., WatchPage],
    name: str,
) -> None:
    broadcast(video)

    def play(watcher: WatchPage) -> None:
        assert_plays_by(watcher, via)
        watcher.wait_for_smooth_playback(2)
        watcher.wait_for_live_edge()

    if via == "cmaf":
        assert_plays_without_reconnecting(lambda: watch_page(name, browser, via=via), play)
    else:
        assert_plays_by(watch_page(name, browser, via=via), via)


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_h264_with_aac_comes_in_pieces_where_webm_cannot_have_it(
    browser: str, broadcast: Broadcast, watch_page: Callable[..., WatchPage], name: str
) -> None:
    broadcast("h264", "aac")
    assert_plays_by(watch_page(name, browser), "cmaf")


def test_a_browser_without_webm_is_given_lists(
    broadcast: Broadcast, open_own: Callable[..., Page], browser_server: Server, name: str
) -> None:
    broadcast()
    page = open_own()
    chromium_of(page).playwright.add_init_script(
        """const knows = MediaSource.isTypeSupported.bind(MediaSource);
           MediaSource.isTypeSupported = (type) => !type.includes('webm') && knows(type);""")
    watcher = WatchPage(page, browser_server.url(""), name)
    assert_plays_by(watcher, "cmaf")
    # Nothing was asked for in vain.
    assert not [each.url for each in chromium_of(page).exchanges if each.url.endswith("/live")]


def test_it_plays_over_http1(
    broadcast: Broadcast, chromium_browser: Chromium, browser_server: Server, name: str
) -> None:
    broadcast()
    with chromium_browser.without_http2() as browser:
        page = browser.open()
        watcher = WatchPage(page, browser_server.url(""), name, "cmaf")
        # Several segments, none of which is waited for.
        watcher.wait_for_smooth_playback(8)
        watcher.assert_sound()
        page.close()


def test_the_picture_goes_on_while_the_sound_stops(
    publish: Callable[..., Publisher], browser_server: Server, watch_page: Callable[..., WatchPage],
    name: str,
) -> None:
    head, blocks = blocks_of(record("vp9", seconds=LASTING_S))
    has_stopped = threading.Event()
    publish(browser_server, name).feed(paced_as_told(
        head, blocks,
        lambda some: [block for block in some if block.track == VIDEO or not has_stopped.is_set()],
        every_ms=200), finish=False)
    browser_server.wait_for_state(name, "live")
    watcher = watch_page(name, via="cmaf")
    watcher.wait_for_playback(1)
    has_stopped.set()
    wait_for_element(watcher.page, "#note", "words for the sound",
                     lambda seen: seen.text.startswith("No sound now"))
    watcher.wait_for_playback(2)


def test_who_comes_when_the_sound_has_stopped_gets_the_picture(
    publish: Callable[..., Publisher], browser_server: Server, watch_page: Callable[..., WatchPage],
    name: str,
) -> None:
    head, blocks = blocks_of(record("vp9", seconds=LASTING_S))
    # Before somebody waits for it.
    some = clusters(block for block in blocks if block.track == VIDEO or block.due_ms < 8_000)
    publish(browser_server, name).feed(paced(head, some), finish=False)
    wait_until(lambda: "#EXT-X-GAP" in browser_server.get(f"/{name}/hls/a2.m3u8").body.decode(),
               "a segment without sound")
    watcher = watch_page(name, via="cmaf")
    watcher.wait_for_playback(3)
    wait_for_element(watcher.page, "#note", "words for the sound",
                     lambda seen: seen.text.startswith("No sound now"))
    watcher.wait_for_playback(3)


def test_whole_segments_are_played_where_no_parts_are_promised(
    publish: Callable[..., Publisher], browser_server: Server, watch_page: Callable[..., WatchPage],
    name: str,
) -> None:
    recording = lasting(record("vp9", "opus", seconds=SECONDS))
    publish(browser_server, name).feed(in_lumps(recording, 2), finish=False)
    wait_until(lambda: "#EXTINF" in browser_server.get(f"/{name}/hls/v1.m3u8").body.decode(),
               "the list")
    assert "#EXT-X-PART" not in browser_server.get(f"/{name}/hls/v1.m3u8").body.decode()
    assert_plays_without_reconnecting(
        lambda: watch_page(name, via="cmaf"), lambda watcher: watcher.wait_for_playback(8))


def test_other_tracks_are_played_from_then_on(
    broadcast: Broadcast, watch_page: Callable[..., WatchPage], name: str
) -> None:
    publisher = broadcast("vp9")
    watcher = watch_page(name, via="cmaf")
    watcher.wait_for_playback(2)
    publisher.abort()
    broadcast("h264")
    watcher.wait_until(lambda now: "avc1" in now.player["codec"], "the other codec", timeout_s=2 * PATIENCE_S)
    watcher.wait_for_playback(3, timeout_s=2 * PATIENCE_S)
    watcher.assert_sound()


def test_vp8_has_no_lists_and_the_page_says_what_it_is(
    broadcast: Broadcast, watch_page: Callable[..., WatchPage], name: str
) -> None:
    broadcast("vp8")
    watcher = watch_page(name, via="hls")
    # Its sound has lists.
    watcher.wait_until(lambda now: now.state == "playing" and now.player["lacks"] == "video",
                       "the sound alone")
    wait_for_element(watcher.page, "#note", "words for the picture", lambda e: "VP8" in e.text)


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_viewer_can_go_back_and_return(
    browser: str, broadcast: Broadcast, watch_page: Callable[..., WatchPage], name: str
) -> None:
    broadcast()
    watcher = watch_page(name, browser, via="cmaf")
    watcher.wait_for_playback(8)
    before = watcher.look()
    watcher.press_button("#back")
    watcher.wait_until(lambda now: now.state == "rewound" and now.latencyS is not None
                       and now.latencyS > (before.latencyS or 0) + 3, "to be further back")
    watcher.wait_for_playback(1)
    watcher.press_button("#live")
    watcher.wait_until(lambda now: now.state == "playing" and now.atEdge, "to be back")
    watcher.wait_for_playback(1)
    watcher.assert_sound()


def test_chromium_goes_back_in_no_lists_and_the_page_does_not_offer_it(
    broadcast: Broadcast, watch_page: Callable[..., WatchPage], name: str
) -> None:
    broadcast()
    watcher = watch_page(name, via="hls")
    watcher.wait_for_playback(3)
    assert not watcher.page.run("return document.querySelector('#video').seekable.length;")
    wait_for_element(watcher.page, "#back", "no way back", lambda seen: not seen.enabled)
    watcher.page.press("ArrowLeft")
    watcher.wait_for_playback(1)
    watcher.wait_until(lambda now: now.atEdge, "to be where it was")


# A system that sends what the element reads to a television, and has no MediaSource for the page.
_PHONE = """
window.MediaSource.isTypeSupported = () => false;
HTMLVideoElement.prototype.webkitShowPlaybackTargetPicker = () => { window.hasPicked = true; };
"""


def test_a_phone_reads_the_lists_by_itself_and_offers_televisions(
    broadcast: Broadcast, open_own: Callable[..., Page], browser_server: Server, name: str
) -> None:
    broadcast("h264")
    page = open_own()
    chromium_of(page).playwright.add_init_script(_PHONE)
    watcher = WatchPage(page, browser_server.url(""), name)
    assert_plays_by(watcher, "hls")
    assert not page.run("return document.querySelector('#video').disableRemotePlayback;")
    wait_for_element(page, "#cast", "no button before there is a television", lambda e: not e.visible)
    page.run("""document.querySelector('#video').dispatchEvent(Object.assign(
      new Event('webkitplaybacktargetavailabilitychanged'), { availability: 'available' }));""")
    # All buttons have room on a small phone.
    chromium_of(page).playwright.set_viewport_size({"width": 375, "height": 667})
    wait_for_element(page, "#cast", "the button", lambda seen: seen.visible)
    assert page.run(
        """const frame = document.querySelector('#player').getBoundingClientRect();
           return [...document.querySelectorAll('.player-buttons > :not([hidden])')]
             .map((each) => [each.id, each.getBoundingClientRect()])
             .filter(([, { width, right }]) => width > 0 && right > frame.right)
             .map(([id, { right }]) => `${id} ends at ${right} of ${frame.right}`);""") == []
    watcher.press_button("#cast")
    wait_until(lambda: page.run("return window.hasPicked;"), "televisions to be offered")


@pytest.mark.parametrize(("browser", "via"), CHOICES)
def test_it_goes_on_when_the_broadcaster_is_back(
    browser: str, via: str, broadcast: Broadcast, watch_page: Callable[..., WatchPage],
    browser_server: Server, name: str,
) -> None:
    publisher = broadcast()
    watcher = watch_page(name, browser, via=via)
    watcher.wait_for_playback(3)
    publisher.abort()
    watcher.wait_for_state("interrupted", timeout_s=2 * PATIENCE_S)
    watcher.wait_for_message("interrupted")
    broadcast()
    watcher.wait_for_playback(3, timeout_s=2 * PATIENCE_S)
    assert watcher.look().player["via"] == via
    watcher.assert_sound()
    browser_server.request("DELETE", f"/{name}/live")
    watcher.wait_for_state("ended", timeout_s=2 * PATIENCE_S)
    watcher.wait_for_message("has ended")


@pytest.mark.parametrize(("browser", "via"), CHOICES)
def test_it_goes_on_when_workers_die(
    browser: str, via: str, start_server: Callable[..., Server], broadcast: Broadcast,
    watch_page: Callable[..., WatchPage], name: str,
) -> None:
    server = start_server("--workers", "2", "--grace", "120")
    publisher = broadcast(server=server)
    watcher = watch_page(name, browser, origin=server.url(""), via=via)
    watcher.wait_for_playback(3)
    for slot in (0, 1):
        dead = server.kill_worker(slot)
        server.wait_for_all_workers(without=dead)
    # The one that took the upload was among them.
    publisher.abort()
    broadcast(server=server)
    watcher.wait_for_playback(3, timeout_s=2 * PATIENCE_S)
    watcher.assert_sound()


@pytest.mark.parametrize(("browser", "via"), CHOICES)
def test_it_comes_back_with_the_server(
    browser: str, via: str, start_server: Callable[..., Server], broadcast: Broadcast,
    watch_page: Callable[..., WatchPage], name: str,
) -> None:
    server = start_server("--grace", "120", "--stop-timeout", "1")
    publisher = broadcast(server=server)
    watcher = watch_page(name, browser, origin=server.url(""), via=via)
    watcher.wait_for_playback(3)
    server.stop(check=False)
    watcher.wait_for_state("reconnecting", "interrupted")
    publisher.abort()
    again = start_server("--grace", "120", port=server.port, data=server.data)
    broadcast(server=again)
    watcher.wait_for_playback(3, timeout_s=2 * PATIENCE_S)
    assert watcher.look().player["via"] == via
    watcher.assert_sound()


def undecodable(audio: str | None) -> Iterator[bytes]:
    """Key frames are shown. What is behind the headers of the other pictures means nothing."""
    head, blocks = blocks_of(lasting(record("vp9", audio, seconds=60)))
    return paced(head, clusters(
        block if block.track != VIDEO or block.is_key else replace(
            block, payload=block.payload[:16] + b"\xff" * len(block.payload[16:]))
        for block in blocks))


@pytest.mark.parametrize("via", ["webm", "cmaf", "hls"])
def test_what_cannot_be_decoded_is_left_out_with_words(
    via: str, publish: Callable[..., Publisher], browser_server: Server,
    watch_page: Callable[..., WatchPage], name: str,
) -> None:
    made = undecodable("opus")
    publish(browser_server, name).feed(made, finish=False)
    browser_server.wait_for_state(name, "live")
    watcher = watch_page(name, via=via)
    watcher.wait_until(lambda now: now.state == "playing" and now.player["lacks"] == "video",
                       "the sound alone")
    wait_for_element(watcher.page, "#note", "words for the picture",
                     lambda seen: seen.text == "The picture cannot be decoded. The sound goes on.")


@pytest.mark.parametrize("via", ["cmaf", "hls"])
def test_what_cannot_be_decoded_is_given_up_with_words(
    via: str, publish: Callable[..., Publisher], browser_server: Server,
    watch_page: Callable[..., WatchPage], name: str,
) -> None:
    made = undecodable(None)
    publish(browser_server, name).feed(made, finish=False)
    browser_server.wait_for_state(name, "live")
    watcher = watch_page(name, via=via)
    watcher.wait_for_state("unplayable", timeout_s=2 * PATIENCE_S)
    watcher.wait_for_message("cannot be decoded")


def test_a_way_that_the_browser_does_not_have_is_named(
    broadcast: Broadcast, watch_page: Callable[..., WatchPage], name: str
) -> None:
    broadcast()
    watcher = watch_page(name, "firefox", via="hls")
    watcher.wait_for_state("unplayable")
    watcher.wait_for_message("via=hls")
