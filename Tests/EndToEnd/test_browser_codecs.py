"""Every codec that real MediaRecorders offer, and every way a page can send its chunks."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import asdict

import pytest

from browser.broadcaster import Broadcaster
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.watcher import Report, Watcher
from weir.places import REPORTS
from weir.server import Server
from weir.waiting import wait_until

# Frames are dropped where browsers share the processors with other tests.
pytestmark = [pytest.mark.slow, pytest.mark.alone]

BROWSERS = ("chromium", "firefox")
TIMESLICE_MS = 500


def options(mime_type: str) -> dict[str, object]:
    """A recorder whose keyframes are near each other, so that joining takes no time."""
    return {"mimeType": mime_type, "videoBitsPerSecond": 400_000,
            "videoKeyFrameIntervalDuration": 1000}


@pytest.mark.parametrize("codec", ["vp8", "vp9", "av1"])
def test_both_browsers_play_webm_of(
    codec: str, broadcast: Callable[..., Broadcaster], watch_in: Callable[..., Watcher],
    browser_server: Server, name: str,
) -> None:
    broadcaster = broadcast(name).open_camera()
    broadcaster.start(options(f"video/webm;codecs={codec},opus"), TIMESLICE_MS)
    broadcaster.wait_for_answers(2)
    watchers = [watch_in(browser, name, readable=True) for browser in BROWSERS]
    live = broadcaster.counter
    for watcher in watchers:
        watcher.wait_for_counter(live)
        watcher.wait_for_playback(1)
        watcher.assert_sound()
    broadcaster.assert_all_accepted()
    shown = browser_server.stream(name)
    assert shown is not None and {track["kind"] for track in shown["tracks"]} == {"video", "audio"}


def test_h264_in_matroska_is_delivered_as_matroska(
    broadcast: Callable[..., Broadcaster], watch_in: Callable[..., Watcher],
    browser_server: Server, name: str,
) -> None:
    broadcaster = broadcast(name).open_camera()
    broadcaster.start(options("video/x-matroska;codecs=avc1,opus"), TIMESLICE_MS)
    broadcaster.wait_for_answers(2)
    head = broadcaster.page.run(
        """const response = await fetch(argument);
           const { value } = await response.body.getReader().read();
           return { type: response.headers.get('content-type'), first: [...value.slice(0, 4)] };""",
        browser_server.url(f"/{name}/live"))
    assert head["type"].startswith("video/x-matroska")
    assert bytes(head["first"]) == b"\x1a\x45\xdf\xa3"

    # Whether a video element plays Matroska is the browser's business: recorded, not judged.
    watchers = [watch_in(browser, name) for browser in BROWSERS]
    # Of sound alone the time would advance too, so pictures are what is waited for: not for long,
    # because where there is none there will be none.
    try:
        wait_until(lambda: all(watcher.report().frameCount > 0 for watcher in watchers),
                   "a picture in every browser", timeout_s=6, every_s=0.2)
    except AssertionError:
        pass
    outcomes = {watcher.page.name: _outcome(watcher.report()) for watcher in watchers}
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / "browser-h264-matroska.json").write_text(json.dumps(outcomes, indent=2) + "\n")
    broadcaster.assert_all_accepted()


def _outcome(seen: Report) -> dict[str, object]:
    return {"plays": seen.frameCount > 0 and seen.errorText is None, "seen": asdict(seen)}


def test_sound_without_a_picture_plays_in_both_browsers(
    broadcast: Callable[..., Broadcaster], watch_in: Callable[..., Watcher], name: str
) -> None:
    broadcaster = broadcast(name).open_camera({"audio": True})
    broadcaster.start({"mimeType": "audio/webm;codecs=opus"}, TIMESLICE_MS).wait_for_answers(2)
    for watcher in [watch_in(browser, name) for browser in BROWSERS]:
        watcher.wait_until(lambda now: now.currentTimeS > 2, "two seconds of sound")


def test_a_broadcast_from_firefox_plays_in_chromium(
    broadcast: Callable[..., Broadcaster], watch_in: Callable[..., Watcher], name: str
) -> None:
    broadcaster = broadcast(name, "firefox").open_camera()
    broadcaster.start(timeslice_ms=TIMESLICE_MS).wait_for_answers(1)
    watcher = watch_in("chromium", name)
    watcher.wait_for_playback(2)
    watcher.wait_for_another_picture()
    watcher.assert_sound()
    broadcaster.assert_all_accepted()


def test_numbered_chunks_are_taken_and_play(
    broadcast: Callable[..., Broadcaster], watch_in: Callable[..., Watcher], name: str
) -> None:
    broadcaster = broadcast(name).open_camera()
    session = uuid.uuid4().hex
    broadcaster.start(options("video/webm;codecs=vp8,opus"), TIMESLICE_MS, session)
    broadcaster.wait_for_answers(2)
    watcher = watch_in("chromium", name, readable=True)
    watcher.wait_for_counter(broadcaster.counter)
    watcher.assert_sound()
    broadcaster.assert_all_accepted()


def test_a_broadcast_in_one_endless_request_plays_while_it_is_sent(
    broadcast: Callable[..., Broadcaster], watch_in: Callable[..., Watcher],
    browser_server: Server, name: str,
) -> None:
    broadcaster = broadcast(name).open_camera()
    broadcaster.start_endless(options("video/webm;codecs=vp8,opus"))
    browser_server.wait_for_state(name, "live")
    watcher = watch_in("chromium", name, readable=True)
    watcher.wait_for_counter(broadcaster.counter)
    assert broadcaster.answers == [], "the request ended before the recorder did"
    assert broadcaster.stop().answers == [204]
    watcher.assert_sound()
