"""Everything between the pages breaks, and they go on by themselves: nobody presses anything."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from browser.clock import ClockFrame, clock_frames, elapsed_ms
from browser.element import LOOK_EVERY_S
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.latency import ClockProbe
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.watch_page import WatchPage
from weir.network import Network, network
from weir.reports import write_report
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "firefox")
# Long enough for a broadcaster to come back from anything that is done here.
PATIENT = ("--grace", "120")
CUT_S = 5.0
# A machine that encodes and decodes in software drops pictures; a chunk that is lost is longer.
LONGEST_GAP_MS = 1500


# All that recorders have given, each of them.
_KEEP_RECORDED = """
window.recorded = [];
const Kept = MediaRecorder;
window.MediaRecorder = class extends Kept {
  constructor(...given) {
    super(...given);
    const blobs = [];
    recorded.push(blobs);
    this.addEventListener('dataavailable', ({ data }) => { blobs.push(data); });
  }
};"""
_RECORDED = """
return Promise.all(recorded.map(async (blobs) => {
  const bytes = new Uint8Array(await new Blob(blobs).arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 30000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 30000));
  }
  return btoa(text);
}));"""


@dataclass(frozen=True)
class OnAir:
    """A test picture that is live, and the players of it."""

    live: LivePage
    watchers: list[WatchPage]
    probe: ClockProbe

    def wait_for_recovery(self) -> float:
        """Until everybody sees what is drawn from now on, and how many seconds that took.

        What was in a player's hands or on its way before would play for a while in any case.
        """
        began_s = time.time()
        for watcher in self.watchers:
            wait_until(lambda: (self.probe.newest_drawn_at_s(watcher.page) or 0) > began_s,
                       f"{watcher.page.name} to show a picture of after the failure",
                       every_s=LOOK_EVERY_S)
        took_s = time.time() - began_s
        self.live.wait_for_state("live")
        for watcher in self.watchers:
            watcher.wait_for_live_edge()
            watcher.wait_for_playback(1)
            watcher.assert_sound()
        return round(took_s, 2)

    def assert_one_session(self) -> None:
        """All chunks were parts of the same broadcast: the recorder was not started anew, unless it was
        because it had nothing to give."""
        sessions = {
            chunk.rsplit("/", 1)[0]
            for chunk in chromium_of(self.live.page).asked_with("weir-chunk")
        }
        assert len(sessions) == 1 or self.live.was_held_up(), f"the broadcast was started anew: {sessions}"

    def recorded(self, folder: Path) -> Iterator[Path]:
        """A file of each recorder's output."""
        for number, text in enumerate(self.live.page.run(_RECORDED)):
            file = folder / f"recorded-{number}.webm"
            file.write_bytes(base64.b64decode(text))
            yield file


@pytest.fixture
def put_on_air(
    open_own: Callable[..., Page], watch_page: Callable[..., WatchPage], name: str,
) -> Callable[..., OnAir]:
    """A broadcast on `server`, over the address `origin`, watched in these browsers."""

    def make(
        server: Server, origin: str | None = None, browsers: tuple[str, ...] = BROWSERS
    ) -> OnAir:
        origin = origin or server.url("")
        page = open_own()
        chromium_of(page).playwright.add_init_script(_KEEP_RECORDED)
        live = LivePage(page, origin, name).choose_source("test").go_live(codec="vp8")
        watchers = [watch_page(name, browser, origin=origin) for browser in browsers]
        probe = ClockProbe(server)
        for watcher in watchers:
            watcher.wait_for_playback(1)
            probe.install(watcher.page)
        return OnAir(live, watchers, probe)

    return make


@pytest.fixture(scope="module")
def recoveries() -> Iterator[dict[str, float]]:
    """Seconds from the end of each failure until a new picture was seen everywhere; a report."""
    seen: dict[str, float] = {}
    yield seen
    write_report("page-recovery", seen)


def test_pages_go_on_when_each_worker_in_turn_is_killed(
    start_server: Callable[..., Server], put_on_air: Callable[..., OnAir],
    recoveries: dict[str, float],
) -> None:
    server = start_server(*PATIENT)
    on_air = put_on_air(server)
    # Whoever holds the upload, and whoever holds a viewer, is among them.
    for slot in (0, 1):
        dead = server.kill_worker(slot)
        recoveries[f"worker {slot} killed"] = on_air.wait_for_recovery()
        server.wait_for_all_workers(without=dead)
    assert sum(watcher.look().player["reconnects"] for watcher in on_air.watchers) >= 1
    on_air.assert_one_session()


def test_pages_go_on_when_the_server_is_restarted(
    start_server: Callable[..., Server], put_on_air: Callable[..., OnAir], name: str,
    recoveries: dict[str, float],
) -> None:
    server = start_server(*PATIENT, "--stop-timeout", "1")
    on_air = put_on_air(server)
    server.stop(check=False)
    on_air.live.wait_for_state("reconnecting")
    for watcher in on_air.watchers:
        watcher.wait_for_state("reconnecting")
    again = start_server(*PATIENT, port=server.port, data=server.data)
    recoveries["server started again"] = on_air.wait_for_recovery()
    again.wait_for_viewers(name, len(on_air.watchers))


@pytest.fixture
def cut_network(start_server: Callable[..., Server]) -> Iterator[tuple[Network, Server]]:
    """A network that can be cut, in front of a server."""
    server = start_server(*PATIENT)
    with network(server.port) as between:
        yield between, server


@pytest.mark.parametrize("how", ["silent", "refusing"])
def test_nothing_is_lost_when_the_network_is_away_for_five_seconds(
    how: str, cut_network: tuple[Network, Server], put_on_air: Callable[..., OnAir], name: str,
    watch: Callable[..., Viewer], recoveries: dict[str, float], tmp_path: Path,
) -> None:
    between, server = cut_network
    on_air = put_on_air(server, between.url(""), ("chromium",))
    between.fall_silent() if how == "silent" else between.refuse()
    # Five seconds of silence are what makes the server call a broadcast paused.
    server.wait_for_state(name, "paused")
    on_air.live.wait_for_health("behind", "bad", "offline")
    between.come_back()
    recoveries[f"{how} network came back"] = on_air.wait_for_recovery()
    on_air.live.wait_for_health("good")
    on_air.assert_one_session()

    # What viewers can rewind to has no gap: the clock in the picture goes on with the media time.
    viewer = watch(server, name, "?start=-30")
    viewer.wait_for_bytes(1)
    on_air.live.stop()
    viewer.wait_for_end()
    assert_clock_without_gap(viewer.file, lambda: on_air.recorded(tmp_path))


def test_a_tab_warns_before_it_closes_and_then_ends_its_broadcast(
    live_page: Callable[..., LivePage], start_server: Callable[..., Server], name: str
) -> None:
    server = start_server(*PATIENT)
    live = live_page(name, origin=server.url("")).choose_source("test").go_live(codec="vp8")
    page = chromium_of(live.page).playwright
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    live.wait_for_state("live")
    server.wait_for_state(name, "live")

    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    with page.expect_event("close"):
        asked.value.accept()
    server.wait_for_state(name, "ended")


def frames_with_clock(file: Path) -> list[ClockFrame]:
    return [frame for frame in clock_frames(file) if frame.clock_ms is not None]


def assert_clock_without_gap(file: Path, recorded: Callable[[], Iterable[Path]]) -> None:
    """What was recorded has gaps of its own, where the machine stood still."""
    frames = frames_with_clock(file)
    assert frames, "no picture has a clock"
    media_ms = frames[-1].pts_ms - frames[0].pts_ms
    wall_ms = elapsed_ms(frames[0].clock_ms or 0, frames[-1].clock_ms or 0)
    assert media_ms > CUT_S * 1000, f"only {media_ms} ms could be rewound to"
    assert abs(media_ms - wall_ms) < LONGEST_GAP_MS, (
        f"{wall_ms} ms were recorded, {media_ms} ms arrived")
    gaps = {
        (earlier.clock_ms, later.clock_ms): later.pts_ms - earlier.pts_ms
        for earlier, later in pairwise(frames)
        if max(later.pts_ms - earlier.pts_ms, elapsed_ms(earlier.clock_ms or 0, later.clock_ms or 0))
        >= LONGEST_GAP_MS
    }
    if gaps:
        own = {(earlier.clock_ms, later.clock_ms) for each in recorded()
               for earlier, later in pairwise(frames_with_clock(each))}
        assert gaps.keys() <= own, f"gaps (from and to by the clock, and in the media): {gaps}"
