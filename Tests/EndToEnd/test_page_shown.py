"""The player knows what it plays: what stops, jumps or cannot be decoded is said, and the rest plays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from browser.chromium import Chromium
from browser.element import wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.watch_page import LATENCY_BOUND_S, Look, WatchPage
from weir.blocks import AUDIO, VIDEO, Block, blocks_of, clusters, paced, paced_as_told, shifted
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.sources import lasting
from weir.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "firefox")
Change = Callable[[list[Block]], list[Block]]
Put = Callable[[Change], None]


@dataclass
class OnAir:
    """A broadcast that a test changes while it goes on, when its page is there and has seen what was before:
    how long that takes is the machine's business."""

    change: Change = list


@pytest.fixture
def put_on_air(browser_server: Server, publish: Callable[..., Publisher], name: str) -> Put:
    """Publish a recording whose blocks were changed, in real time."""
    def put(change: Callable[[list[Block]], list[Block]]) -> None:
        head, blocks = blocks_of(record(seconds=LASTING_S))
        # Before somebody waits for it.
        made = clusters(change(blocks))
        publish(browser_server, name).feed(paced(head, made), finish=False)
        browser_server.wait_for_state(name, "live")

    return put


@pytest.fixture
def on_air(
    browser_server: Server, publish: Callable[..., Publisher], name: str
) -> Callable[..., OnAir]:
    """Publish a recording in real time, each second of it as the broadcast says then."""
    def begin(change: Change = list) -> OnAir:
        made = OnAir(change)
        head, blocks = blocks_of(record(seconds=LASTING_S))
        pieces = paced_as_told(head, blocks, lambda second: made.change(second))
        publish(browser_server, name).feed(pieces, finish=False)
        browser_server.wait_for_state(name, "live")
        return made

    return begin


def only(track: int) -> Change:
    return lambda blocks: [block for block in blocks if block.track == track]


def wait_for_note(watcher: WatchPage, words: str) -> None:
    wait_for_element(watcher.page, "#note", f"words: {words!r}",
                     lambda e: e.text.startswith(words) and bool(e.text) == bool(words))


def wait_for_sound(watcher: WatchPage) -> Look:
    """Until it plays something for a second, whether or not there is a picture."""
    before = watcher.look()
    return watcher.wait_until(
        lambda now: now.state == "playing" and now.currentTimeS > before.currentTimeS + 1,
        "a second of sound")


_FIRST_SHOWN = """
new MutationObserver((_, observer) => {
  const video = document.querySelector('#video');
  if (!video) return;
  observer.disconnect();
  video.requestVideoFrameCallback((_, { mediaTime }) => {
    window.firstShown = { afterS: mediaTime - video.buffered.start(0) };
  });
}).observe(document, { childList: true, subtree: true });"""


def test_a_newcomer_first_sees_the_live_edge_and_not_the_key_frame_before_it(
    chromium_browser: Chromium, browser_server: Server, publish: Callable[..., Publisher],
    name: str,
) -> None:
    head, blocks = blocks_of(record(seconds=30, key_every=1000))
    ahead_ms = 6_000
    broadcast = [(max(0, due_ms - ahead_ms), data) for due_ms, data in clusters(blocks)]
    publish(browser_server, name).feed(paced(head, broadcast), finish=False)
    browser_server.wait_for_state(name, "live")
    page = chromium_browser.open()
    page.playwright.add_init_script(_FIRST_SHOWN)
    WatchPage(page, browser_server.url(""), name)
    shown = wait_until(lambda: page.run("return window.firstShown;"), "the first picture")
    page.close()
    assert shown["afterS"] > ahead_ms / 1000 - 2, shown


@pytest.mark.parametrize("browser", BROWSERS)
def test_sound_goes_on_while_the_picture_stops_and_the_picture_comes_back(
    browser: str, on_air: Callable[..., OnAir], watch_page: Callable[..., WatchPage], name: str
) -> None:
    broadcast = on_air()
    watcher = watch_page(name, browser)
    watcher.wait_for_playback(1)
    broadcast.change = only(AUDIO)
    wait_for_note(watcher, "No picture now")
    wait_for_sound(watcher)
    broadcast.change = list
    wait_for_note(watcher, "")
    watcher.wait_for_playback(1)
    watcher.assert_sound()


def test_the_picture_goes_on_while_the_sound_stops(
    on_air: Callable[..., OnAir], watch_page: Callable[..., WatchPage], name: str
) -> None:
    broadcast = on_air()
    watcher = watch_page(name)
    watcher.wait_for_playback(1)
    broadcast.change = only(VIDEO)
    wait_for_note(watcher, "No sound now")
    watcher.wait_for_playback(1)


def begun_anew() -> Change:
    """Times that begin at 0 with what comes now."""
    begin: list[int] = []

    def change(blocks: list[Block]) -> list[Block]:
        begin.append(blocks[0].due_ms)
        return shifted(blocks, -begin[0])

    return change


def later(by_ms: int) -> Change:
    return lambda blocks: shifted(blocks, by_ms)


@pytest.mark.parametrize("browser", BROWSERS)
@pytest.mark.parametrize(("first", "second"), [
    (later(3_600_000), begun_anew), (later(0), lambda: later(3_600_000)),
    (later(20_000), lambda: later(15_000)),
], ids=["anew", "an hour ahead", "five seconds back"])
def test_time_that_jumps_does_not_stop_the_picture(
    browser: str, first: Change, second: Callable[[], Change], on_air: Callable[..., OnAir],
    watch_page: Callable[..., WatchPage], name: str,
) -> None:
    broadcast = on_air(first)
    watcher = watch_page(name, browser)
    watcher.wait_for_playback(1)
    broadcast.change = second()
    # Longer than anybody is behind: whatever plays so long has got over it.
    watcher.wait_for_playback(LATENCY_BOUND_S + 3, timeout_s=2 * PATIENCE_S)
    watcher.assert_sound()


def test_firefox_shows_pictures_whose_sound_is_written_before_its_time(
    put_on_air: Put, watch_page: Callable[..., WatchPage], name: str
) -> None:
    put_on_air(lambda blocks: sorted(
        blocks, key=lambda block: block.due_ms - (70 if block.track == AUDIO else 0)))
    watcher = watch_page(name, "firefox")
    watcher.wait_for_playback(3)


# Codecs

# A browser without a decoder for some codec.
_WITHOUT = """
const knows = MediaSource.isTypeSupported.bind(MediaSource);
MediaSource.isTypeSupported = (type) => !type.includes('%s') && knows(type);
HTMLMediaElement.prototype.canPlayType = () => '';
"""


@pytest.mark.parametrize(("codec", "words"), [
    ("opus", "No sound in this browser. It is Opus."),
    ("vp8", "No picture in this browser. It is VP8."),
])
def test_what_the_browser_can_decode_is_played(
    codec: str, words: str, put_on_air: Put, open_own: Callable[..., Page],
    browser_server: Server, name: str,
) -> None:
    put_on_air(lambda blocks: blocks)
    page = open_own()
    chromium_of(page).playwright.add_init_script(_WITHOUT % codec)
    watcher = WatchPage(page, browser_server.url(""), name)
    wait_for_note(watcher, words)
    if codec == "opus":
        watcher.wait_for_playback(1)
    else:
        assert wait_for_sound(watcher).frames == 0
    watcher.wait_for_live_edge()


def test_chromium_is_given_as_much_h264_at_once_as_it_looks_at_first(
    watch_page: Callable[..., WatchPage], publish: Callable[..., Publisher],
    browser_server: Server, name: str,
) -> None:
    recording = lasting(record("h264", "opus", seconds=120))
    publish(browser_server, name, headers={"content-type": recording.content_type}).play(recording)
    browser_server.wait_for_state(name, "live")
    # By itself it would take the lists.
    watcher = watch_page(name, via="webm")
    watcher.wait_for_playback(1)
    # Forty pictures, of 25 a second.
    wanted = browser_server.url(f"/{name}/live?start=-1.60")
    wait_until(lambda: watcher.look() and chromium_of(watcher.page).exchanges_with(wanted), wanted)


@pytest.mark.parametrize("video", ["vp9", "h264"])
def test_firefox_plays_what_it_can_of_matroska_or_names_the_codec(
    video: str, watch_page: Callable[..., WatchPage], publish: Callable[..., Publisher],
    browser_server: Server, name: str,
) -> None:
    recording = record(video, "aac", seconds=120)
    publish(browser_server, name, headers={"content-type": recording.content_type}).play(recording)
    browser_server.wait_for_state(name, "live")
    watcher = watch_page(name, "firefox")
    # Which of them it is, is the browser's business.
    if watcher.wait_for_state("playing", "unplayable") == "unplayable":
        watcher.wait_for_message("AAC")
    else:
        watcher.wait_for_playback(2)
