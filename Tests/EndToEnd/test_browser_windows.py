"""Paused videos in a real browser leave its connection to this server usable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser.chromium import Chromium
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from weir.admin import Metrics
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

_MIB = 1024 * 1024
#: Together, more than the window that Chromium gives a connection.
_VIDEOS = 5

_SHOW = """
  for (const name of argument) {
    const video = document.createElement('video');
    Object.assign(video, { muted: true, preload: 'auto', src: `/${name}/live?start=-60` });
    document.body.append(video);
  }
"""
#: Nobody waits for an answer for longer than this; that there are any is what is tested.
_ASK = """
  const ask = async () => {
    const signal = AbortSignal.timeout(60_000);
    const answer = await fetch('/api/streams', { cache: 'no-store', signal });
    return (await answer.text()).length;
  };
  for (let asked = 0; asked < 50; asked++) if (!await ask()) return asked;
  return 50;
"""
_PLAY = """
  for (const video of document.querySelectorAll('video')) video.play();
"""
_TIMES = """
  return [...document.querySelectorAll('video')].map((video) => video.currentTime);
"""


def _sent_bytes(server: Server) -> float:
    return Metrics(server).total("weir_sent_bytes_total")


def test_paused_videos_do_not_use_up_the_connection(
    chromium_browser: Chromium, browser_server: Server, publish: Callable[..., Publisher],
    open_page: Callable[[str], Page], name: str,
) -> None:
    names = [f"{name[:26]}-{index}" for index in range(_VIDEOS)]
    recording = record(seconds=60, size="640x360", rate="2440k")
    for each in names:
        publish(browser_server, each).feed([recording.data], finish=False)
        browser_server.wait_for_state(each, "live")
    page = open_page("chromium")
    page.goto(browser_server.url("/login"))
    before = _sent_bytes(browser_server)
    page.run(_SHOW, names)
    seen = [0.0]

    def stands_still() -> bool:
        # Several answers come between two looks, so it is not that nothing has had its turn.
        page.run(_ASK)
        seen.append(_sent_bytes(browser_server) - before)
        return seen[-1] > 10 * _MIB and seen[-1] - seen[-2] < _MIB // 2

    wait_until(stands_still, "the videos to have all that they take")
    assert page.run(_ASK) == 50
    page.run(_PLAY)
    wait_until(lambda: min(page.run(_TIMES)) > 1, "all videos to play")
