"""HLS in Chromium, which plays it without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.lists import play_lists
from browser.page import Page
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.sources import lasting
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

@pytest.mark.parametrize("video", ["vp9", "h264"])
def test_chromium_plays_the_broadcast_by_hls(
    server: Server, publish: Callable[..., Publisher], name: str,
    open_page: Callable[[str], Page], video: str,
) -> None:
    recording = lasting(record(video, "opus", seconds=120))
    headers = {"content-type": recording.content_type}
    publish(server, name, headers=headers).play(recording)
    wait_until(lambda: server.stream(name), "the stream")
    page = open_page("chromium")
    page.goto(server.url("/"))
    play_lists(page, server.url(f"/{name}/hls/index.m3u8"), 4)
