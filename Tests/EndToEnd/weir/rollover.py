"""Everybody stays while workers and supervisors are replaced: viewers of WebM, players of HLS, an encoder,
a page that broadcasts, and people who open pages; with reloads and upgrades one after the other. What each
of them had is compared with what was published. `make bench BENCHMARKS=reloads` does it with hundreds, a
test with some."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from browser.chromium import Chromium
from browser.conduct import Conduct
from browser.live_page import LivePage

from . import audience, crowd, processes
from .admin import Metrics
from .crowd import Crowd, CrowdReport
from .encoder import Encoder
from .handovers import all_workers, reload, supervisors, upgrade
from .recordings import Recording
from .server import Server
from .audience import Damage, Viewers, ViewersReport, damage
from .visitors import Visitors
from .waiting import PATIENCE_S, wait_until

_ENCODED, _PAGE = "encoded", "from-a-page"
_VISITORS = 4
# What they are answered between two handovers at least.
_VISITS = 60
# A pause that a handover makes ends within this time behind it.
_ECHO_S = 3.0
_TRIES = 4


@dataclass(frozen=True)
class Size:
    """Of the load. `handovers` is one letter each: r for a reload, u for an upgrade."""

    viewers: int
    page_viewers: int
    players: int
    #: Who come after each handover, and stay.
    joiners: int
    handovers: str
    #: Before the first of them, to compare with.
    calm_s: float = 0


@dataclass
class Outcome:
    failed: dict[str, int] = field(default_factory=dict)
    #: Requests that were sent again, as HTTP allows.
    refused: int = 0
    unanswered: int = 0
    answered: int = 0
    reconnections: int = 0
    dropped_viewers: int = 0
    viewers: int = 0
    page_was_dropped: bool = False
    damage: Damage = field(default_factory=Damage)
    #: Of players: those that lack a part, or more.
    lacking: int = 0
    media_losses: int = 0
    reload_s: list[float] = field(default_factory=list)
    upgrade_s: list[float] = field(default_factory=list)
    calm_pauses_ms: tuple[float, float] = (0, 0)
    handover_pauses_ms: tuple[float, float] = (0, 0)
    memory_before: int = 0
    memory_most: int = 0
    memory_after: int = 0
    most_workers: int = 0
    most_supervisors: int = 0

    @property
    def is_flawless(self) -> bool:
        return self.damage.is_none and not (
            self.failed or self.dropped_viewers or self.page_was_dropped or self.lacking or self.media_losses)


@dataclass
class _Crowds:
    of_encoder: list[Viewers]
    of_page: list[Viewers]
    players: Crowd
    visitors: Visitors


def run(server: Server, browser: Chromium, recording: Recording, folder: Path, size: Size) -> Outcome:
    """`recording` has to last for all of it, and to suit low-latency HLS."""
    outcome = Outcome(memory_before=_memory(server))
    with ExitStack() as stack:
        tool = audience.build(folder)
        encoder = stack.enter_context(_encoded(server, recording, folder))
        page = stack.enter_context(_page(server, browser))
        crowds = _gather(server, folder, tool, size)
        for each in (*crowds.of_encoder, *crowds.of_page):
            stack.callback(each.stop)
        stack.callback(crowds.visitors.stop)
        spans = _hand_over(server, outcome, crowds, page, tool, folder, size)
        seen = crowds.players.report()
        crowds.visitors.stop()
        outcome.media_losses = int(Metrics(server).total("weir_media_losses_total"))
        outcome.memory_most, outcome.most_workers = _memory(server), len(all_workers(server))
        outcome.most_supervisors = len(supervisors(server))
        encoder.finish()
        page.stop()
        for name in (_ENCODED, _PAGE):
            server.request("DELETE", f"/{name}/live")
        of_encoder = [each.report() for each in crowds.of_encoder]
        of_page = [each.report() for each in crowds.of_page]
    _judge_requests(outcome, seen, crowds.visitors)
    sent = audience.digests(tool, encoder.sent, folder / "sent")
    _judge_viewers(outcome, of_encoder, sent)
    _judge_viewers(outcome, of_page, max((had for each in of_page for had in each.had), key=_size))
    _note_pauses(outcome, of_encoder[0], seen, spans)
    _wait_for_the_old(server)
    outcome.memory_after = _memory(server)
    return outcome


# The load


@contextmanager
def _encoded(server: Server, recording: Recording, folder: Path) -> Iterator[Encoder]:
    """A machine that is too busy to send in time at the beginning gets lists without parts; then it begins
    anew."""
    for _ in range(_TRIES):
        encoder = Encoder(server, _ENCODED, recording, folder)
        try:
            wait_until(lambda: server.get(f"/{_ENCODED}/hls/v1.m3u8").status == 200, "the first list")
            if b"#EXT-X-PART-INF" in server.get(f"/{_ENCODED}/hls/v1.m3u8").body:
                yield encoder
                return
        finally:
            encoder.stop()
        server.request("DELETE", f"/{_ENCODED}/live")
        server.wait_for_state(_ENCODED, "ended")
    raise AssertionError("this machine is too busy for a broadcast with parts")


@contextmanager
def _page(server: Server, browser: Chromium) -> Iterator[LivePage]:
    tab = browser.open()
    conduct = Conduct(tab)
    try:
        yield LivePage(tab, server.url(""), _PAGE).choose_source("test").go_live(codec="vp8")
    finally:
        tab.close()
    conduct.assert_good()


def _gather(server: Server, folder: Path, tool: Path, size: Size) -> _Crowds:
    of_encoder = Viewers(tool, server.port, _ENCODED, size.viewers, folder / "had-of-encoder")
    of_page = Viewers(tool, server.port, _PAGE, size.page_viewers, folder / "had-of-page")
    players = Crowd(
        crowd.build(folder), server.port, f"/{_ENCODED}/hls/", 0, size.players, size.players, "mixed")
    paths = ["/", f"/{_ENCODED}/watchLive", "/api/streams", f"/{_ENCODED}/hls/index.m3u8", f"/{_PAGE}/embed"]
    return _Crowds([of_encoder], [of_page], players.begin(), Visitors(server, paths, _VISITORS))


@dataclass
class _Spans:
    """Of time, by CLOCK_MONOTONIC."""

    calm: tuple[float, float]
    handovers: list[tuple[float, float]]


def _hand_over(
    server: Server, outcome: Outcome, crowds: _Crowds, page: LivePage, tool: Path, folder: Path, size: Size
) -> _Spans:
    began = time.monotonic()
    # Players begin within a second, and all catch up then.
    time.sleep(size.calm_s)
    spans = _Spans((began + size.calm_s / 4, time.monotonic()), [])
    for number, letter in enumerate(size.handovers):
        start = time.monotonic()
        if letter == "u":
            outcome.upgrade_s.append(upgrade(server))
        else:
            outcome.reload_s.append(reload(server))
        for name, held in ((_ENCODED, crowds.of_encoder), (_PAGE, crowds.of_page)):
            held.append(Viewers(tool, server.port, name, size.joiners, folder / f"joiners-{name}-{number}"))
        so_far = crowds.visitors.answered
        wait_until(lambda: crowds.visitors.answered >= so_far + _VISITS, "visitors to be answered")
        outcome.page_was_dropped |= page.state != "live" or server.state(_PAGE) != "live"
        spans.handovers.append((start, time.monotonic() + _ECHO_S))
    return spans


# What came of it


def _judge_requests(outcome: Outcome, seen: CrowdReport, visitors: Visitors) -> None:
    outcome.failed = seen.failures | visitors.failed
    outcome.refused = seen.refused
    outcome.unanswered = seen.unanswered + visitors.unanswered
    outcome.answered = seen.answers + visitors.answered
    outcome.reconnections = seen.left
    # At the end, one may be under way.
    outcome.lacking = sum(any(lacks > 1 or not had for had, lacks in each) for each in seen.had)


def _judge_viewers(outcome: Outcome, reports: list[ViewersReport], sent: list[bytes]) -> None:
    for report in reports:
        outcome.viewers += report.count
        outcome.dropped_viewers += report.dropped + report.unreadable
        for had in report.had:
            outcome.damage.add(damage(had, sent))


def _note_pauses(outcome: Outcome, watching: ViewersReport, seen: CrowdReport, spans: _Spans) -> None:
    both = (watching.pauses, seen.pauses)
    calm = [each.longest_ms(*spans.calm) for each in both]
    worst = [max(each.longest_ms(*span) for span in spans.handovers) for each in both]
    outcome.calm_pauses_ms, outcome.handover_pauses_ms = (calm[0], calm[1]), (worst[0], worst[1])


def _wait_for_the_old(server: Server) -> None:
    wait_until(
        lambda: len(all_workers(server)) == server.worker_count and len(supervisors(server)) == 1,
        "older workers and supervisors to be gone", PATIENCE_S * 2)


def _size(had: list[bytes]) -> int:
    return sum(map(len, had))


def _memory(server: Server) -> int:
    """What all processes have, with their share of what they have together."""
    return sum(processes.memory_bytes(pid)["pss"] for pid in supervisors(server) + all_workers(server))
