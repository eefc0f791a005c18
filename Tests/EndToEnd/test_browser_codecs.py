"""Every codec that real MediaRecorders offer, and every way a page can send its chunks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest

from browser.broadcaster import Broadcaster
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.watcher import Watcher
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

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
    shown = wait_until(lambda: browser_server.stream(name), "the stream")
    assert {track["kind"] for track in shown["tracks"]} == {"video", "audio"}


def test_h264_of_a_recorder_plays_in_both_browsers(
    broadcast: Callable[..., Broadcaster], watch_in: Callable[..., Watcher],
    browser_server: Server, name: str,
) -> None:
    """A recorder gives it start codes and no decoder set-up, which no player takes as it is."""
    broadcaster = broadcast(name).open_camera()
    broadcaster.start(options("video/x-matroska;codecs=avc1,opus"), TIMESLICE_MS)
    broadcaster.wait_for_answers(2)
    # Each worker hears of it a moment later.
    shown = wait_until(lambda: browser_server.stream(name), "the stream")
    told = {track["codec"]: track["codecString"] for track in shown["tracks"]}
    # Profile, constraints and level of the camera's own encoder.
    assert re.fullmatch(r"avc1\.(42|4D|64)[0-9A-F]{4}", told["h264"]), told
    assert shown["mimeType"] == f'video/x-matroska; codecs="{told["h264"]},opus"'
    watchers = [watch_in(browser, name) for browser in BROWSERS]
    for watcher in watchers:
        watcher.wait_for_playback(1)
        watcher.wait_for_another_picture()
    broadcaster.assert_all_accepted()


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
    watcher.assert_sound()
    assert broadcaster.answers == [], "the request ended before the recorder did"
    assert broadcaster.stop().answers == [204]
