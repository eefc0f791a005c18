"""Follows one live stream by HLS as a player of low latency does, and has everything judged on the way.

One thread and one HTTP/2 connection to a stream. Each media playlist has a blocking request under way; parts
are asked for when they are hinted at, segments when they are listed. What was fetched is judged once its
segment is whole. Sound, picture and key frames are followed alike.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..http2 import Http2Connection, Response
from ..server import Server
from ..waiting import PATIENCE_S, Patience
from . import (
    changes,
    delivery,
    deltas,
    lists,
    low_latency,
    manifests,
    media,
    multivariant,
    renditions,
    rules,
    variants,
)
from .finding import Findings
from .lists import MediaList, Segment
from .media import Rendition

Done = Callable[[Response], None]
#: Every so many updates a delta is asked for beside the whole list.
_DELTA_EVERY = 3
_POLL_S = 0.4
#: The first list may be held for so long.
_HELD_S = 20.0
#: Requests that are under way together. The server allows a hundred.
_ASKED_MOST = 90
#: So far may the end of a list that goes on be from the time of day; further away in so many looks in a row,
#: its dates are wrong. (A busy machine may stand still for longer, and its broadcaster then catches up.)
_DATE_SLACK_S = 10
_LOOKS_AWAY = 5
#: So often the lists are compared with each other.
_COMPARED_EVERY_S = 1.0


@dataclass(frozen=True)
class _StillThere:
    """What has left a list, to be asked for once more: not before, and not after."""

    due: float
    latest: float
    rule: str
    uri: str
    place: str


@dataclass
class _Expected:
    """A report on a list, to be compared with what that list was before and will be soon."""

    told: dict[str, str]
    earliest: MediaList
    place: str
    text: str
    updates_left: int = 1


@dataclass
class Followed:
    """One media playlist, and what is under way for it."""

    uri: str
    rendition: Rendition
    history: list[MediaList] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    updates: int = 0
    is_asked: bool = False
    #: When the list that comes next was asked for, and the one that is there.
    asked_at: float = 0
    listed_from: float = 0
    ask_at: float = 0
    advanced_at: float = 0
    grew_at: float = 0
    hints: dict[str, int] = field(default_factory=dict)
    refused_hints: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    data: dict[str, bytes] = field(default_factory=dict)
    queue: list[Segment] = field(default_factory=list)
    judged_up_to: int = -1
    expected: list[_Expected] = field(default_factory=list)
    pauses: int = 0
    #: Looks in a row in which its end was far from the time of day.
    looks_away: int = 0

    @property
    def now(self) -> MediaList | None:
        return self.history[-1] if self.history else None


def check_time_of_day(each: Followed, now: MediaList, findings: Findings, now_s: float) -> None:
    """L11: dates are those of a clock, and this list has just gone on."""
    last = now.coming if now.coming.date_us else now.segments[-1]
    if last.date_us is None:
        return
    end_us = last.date_us + (last.duration_us or last.parts_us)
    away_s = now_s - end_us / 1e6
    each.looks_away = each.looks_away + 1 if abs(away_s) > _DATE_SLACK_S else 0
    if each.looks_away == _LOOKS_AWAY:
        findings.note(
            "L11", now.place, f"the end of the list is {away_s:.1f} s away from the time of day", now.text)


class Follower:
    """`follow` until a condition holds, then `judge`. `slack_s` is how late parts and segments may be
    (T6, L6); None where a machine that is busy may be to blame."""

    def __init__(
        self, server: Server, name: str, *, root: str = "index.m3u8", slack_s: float | None = None
    ) -> None:
        self.name, self.root = name, root
        self.findings = Findings()
        self.connection = Http2Connection(server, window=4 << 20)
        self.connection.open_window(16 << 20)
        self.followed: dict[str, Followed] = {}
        self.multivariant: multivariant.Multivariant | None = None
        self._slack_s = slack_s
        self._under_way: dict[int, Done] = {}
        self._compared_at = 0.0
        self._still_there: list[_StillThere] = []
        self.manifest: manifests.Manifest | None = None
        #: Of broadcasts whose picture cannot go, there is none.
        self._manifest_at = 0.0 if root == "index.m3u8" else float("inf")
        self.low_latency: low_latency.LowLatency | None = None
        self._low_latency_at = self._manifest_at

    def __enter__(self) -> "Follower":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    # The way

    def begin(self) -> "Follower":
        """Wait for the stream and read what it offers."""
        patience = Patience(2 * PATIENCE_S, every_s=_HELD_S)
        while (answer := self._get(self.root)).status != 200:
            assert not patience.is_over, (self.name, answer.status, bytes(answer.body))
            time.sleep(0.2)
            patience.waited()
        self._read_multivariant(answer)
        assert self.multivariant is not None
        for uri in self.multivariant.uris:
            place = f"{self.name}/{uri}"
            self.followed[uri] = Followed(uri, Rendition(place, self.findings))
        return self

    def follow(self, until: Callable[[], bool], *, timeout_s: float) -> "Follower":
        """As a player does, until the condition holds and nothing is left to be judged."""
        patience = Patience(timeout_s)
        while not until() or self._is_judging():
            assert not patience.is_over, f"{self.name}: not seen within {timeout_s} s: {self.progress}"
            self._step()
            patience.waited()
        return self

    @property
    def has_ended(self) -> bool:
        return all(each.now is not None and each.now.ended for each in self.followed.values())

    @property
    def updates(self) -> int:
        """Of the list that had the fewest."""
        return min((each.updates for each in self.followed.values()), default=0)

    @property
    def seconds(self) -> float:
        """Of media judged, in the list that had the fewest."""
        return min(
            (each.rendition.seconds for each in self.followed.values() if not self._is_keys(each)), default=0)

    @property
    def progress(self) -> dict[str, tuple[int, int, int]]:
        """Updates, segments judged and waiting, of each list."""
        return {
            uri: (each.updates, each.judged_up_to, len(each.queue))
            for uri, each in self.followed.items()}

    def _is_judging(self) -> bool:
        return any(each.queue for each in self.followed.values())

    @staticmethod
    def _is_keys(each: Followed) -> bool:
        return each.now is not None and each.now.key_frames

    def _step(self) -> None:
        now = time.monotonic()
        for each in self.followed.values():
            if not each.is_asked and each.ask_at <= now and not (each.now and each.now.ended):
                self._ask_for_list(each)
        self.connection.pump(0.05)
        assert not self.connection.closed, f"{self.name}: the connection ended"
        for stream in [s for s in self._under_way if self.connection.responses[s].is_over]:
            answer = self.connection.responses.pop(stream)
            self._under_way.pop(stream)(answer)
        for each in self.followed.values():
            self._judge_queue(each)
        for each in [e for e in self._still_there if e.due <= now]:
            self._still_there.remove(each)
            if now < each.latest:
                self._ask_again(each)
        if now >= self._manifest_at:
            self._manifest_at = float("inf")
            stream = self.connection.open("GET", f"/{self.name}/dash/index.mpd")
            self._under_way[stream] = self._take_manifest
        if now >= self._low_latency_at:
            self._low_latency_at = float("inf")
            stream = self.connection.open("GET", f"/{self.name}/dash/low-latency.mpd")
            self._under_way[stream] = self._take_low_latency
        if now - self._compared_at > _COMPARED_EVERY_S:
            self._compared_at = now
            self._compare()

    def _compare(self) -> None:
        current = {uri: each.now for uri, each in self.followed.items() if each.now is not None}
        if len(current) == len(self.followed):
            renditions.check(current, self.findings)

    # Requests

    def _path(self, uri: str) -> str:
        return f"/{self.name}/hls/{uri}"

    def _get(self, uri: str, headers: list[tuple[str, str]] | None = None) -> Response:
        return self.connection.request("GET", self._path(uri), headers)

    def _ask(self, uri: str, done: Done, headers: list[tuple[str, str]] | None = None) -> None:
        # A list that comes late brings very many parts.
        self.connection.wait_for(
            lambda: sum(not self.connection.responses[s].is_over for s in self._under_way) < _ASKED_MOST,
            f"{self.name}: answers to what was asked for")
        self._under_way[self.connection.open("GET", self._path(uri), headers)] = done

    def _ask_for_list(self, each: Followed) -> None:
        each.is_asked, each.asked_at = True, time.monotonic()
        now = each.now
        compressed = [("accept-encoding", "gzip")] if each.updates % 2 else None
        blocks = now is not None and now.control.get("CAN-BLOCK-RELOAD") == "YES"
        if now is None or not blocks or each.pauses:
            self._ask(each.uri, lambda a: self._take_list(each, a, None, bool(compressed)), compressed)
            return
        number, part = now.next
        query = f"{each.uri}?_HLS_msn={number}" + (f"&_HLS_part={part}" if now.part_target_us else "")
        if now.key_frames:
            query = f"{each.uri}?_HLS_msn={number}"
        awaited = (number, part if now.part_target_us and not now.key_frames else None)
        if each.updates % _DELTA_EVERY:
            self._ask(query, lambda a: self._take_list(each, a, awaited, bool(compressed)), compressed)
            return
        # Both are answered by the same change.
        answers: dict[str, Response] = {}

        def take(kind: str, answer: Response) -> None:
            answers[kind] = answer
            if len(answers) == 2:
                self._take_delta(each, now, answers["delta"], answers["whole"])
                self._take_list(each, answers["whole"], awaited, bool(compressed))
        self._ask(query + "&_HLS_skip=YES", lambda a: take("delta", a))
        self._ask(query, lambda a: take("whole", a), compressed)

    # Lists

    def _read_multivariant(self, answer: Response) -> None:
        place = f"{self.name}/{self.root}"
        text = _text(answer)
        found = multivariant.read(text, place, self.findings)
        multivariant.check(found, self.findings)
        delivery.check_any(answer.headers, place, self.findings)
        self.multivariant = found

    def _take_list(
        self, each: Followed, answer: Response, awaited: tuple[int, int | None] | None, took_gzip: bool
    ) -> None:
        each.is_asked = False
        received = time.monotonic()
        place = each.rendition.place
        if answer.status == 503 and "retry-after" in answer.headers:
            each.pauses += 1
            each.ask_at = received + _POLL_S
            return
        text = _text(answer) if answer.status == 200 else ""
        if answer.status != 200:
            each.ask_at = received + _POLL_S
            self.findings.note(
                "D6", place, f"a list is answered with {answer.status}", str(bytes(answer.body)))
            return
        now = lists.read(text, place, self.findings)
        delivery.check_list(
            answer.status, answer.headers, place, self.findings, target_s=now.target_s,
            awaited=awaited is not None and not now.ended, took_gzip=took_gzip, byte_count=len(answer.body))
        if awaited is not None and not now.ended:
            self._check_awaited(now, awaited)
            check_time_of_day(each, now, self.findings, time.time())
        each.pauses = 0
        each.texts.append(text)
        self._update(each, now, received)
        each.updates += 1
        blocks = now.control.get("CAN-BLOCK-RELOAD") == "YES"
        each.ask_at = received + (0 if blocks else _POLL_S)

    def _check_awaited(self, now: MediaList, awaited: tuple[int, int | None]) -> None:
        self.findings.looked("awaited")
        number, part = awaited
        has_it = now.next[0] > number if part is None else now.next > (number, part)
        if not has_it:
            self.findings.note(
                "T14", now.place, f"{awaited} was awaited, the list goes to {now.next}", now.text)

    def _update(self, each: Followed, now: MediaList, received: float) -> None:
        before = each.now
        rules.check(now, self.findings)
        if before is not None:
            changes.check(before, now, self.findings)
            if now.first > each.history[0].first:
                rules.check_length(now, self.findings)
            self._check_pace(each, before, now, received)
            self._note_removed(each, before, now)
        each.listed_from = each.asked_at
        each.history = [*each.history[:1], *each.history[1:][-3:], now]
        self._check_reports(each, now)
        self._fetch(each, now)

    def _check_pace(self, each: Followed, before: MediaList, now: MediaList, received: float) -> None:
        """T6 and L6: how long it took until something came."""
        limits = []
        if now.next > before.next:
            if each.advanced_at and now.part_target_us and not now.key_frames:
                limits.append(("T6", "part", each.advanced_at, now.part_target_us / 1e6))
            each.advanced_at = received
        if now.next[0] > before.next[0]:
            if each.grew_at:
                limits.append(("L6", "segment", each.grew_at, 1.5 * now.target_s))
            each.grew_at = received
        for rule, what, since, limit_s in limits:
            if self._slack_s is not None and received - since > limit_s + self._slack_s:
                self.findings.note(rule, now.place, f"a {what} came {received - since:.3f} s after the last "
                                   f"one, {limit_s:.3f} s are allowed", now.text)

    def _note_removed(self, each: Followed, before: MediaList, now: MediaList) -> None:
        """L8 and T7: how long what was removed has to be there. It was listed when the list before this one
        was asked for; how long we or the machine have taken since is not held against the server."""
        since = each.listed_from
        listed = {part.uri for segment in now.with_parts for part in segment.parts}
        for segment in before.segments:
            if segment.number < now.first and not segment.gap and segment.byte_range is None:
                stays_s = segment.duration_us / 1e6
                self._still_there.append(_StillThere(
                    since + stays_s / 2, since + stays_s, "L8", segment.uri, now.place))
            for part in segment.parts:
                if part.uri not in listed and not part.gap:
                    self._still_there.append(_StillThere(
                        since + 2 * now.target_s, since + 3 * now.target_s, "T7", part.uri, now.place))

    def _ask_again(self, each: _StillThere) -> None:
        def done(answer: Response) -> None:
            # Who was held up until now may have asked too late: then a refusal says nothing.
            if answer.status != 200 and time.monotonic() >= each.latest:
                return
            self.findings.looked(f"removed ({each.rule})")
            if answer.status != 200:
                self.findings.note(
                    each.rule, each.place, f"{each.uri} has left the list and is {answer.status} too soon")
        self._ask(each.uri, done)

    def _check_reports(self, each: Followed, now: MediaList) -> None:
        for expected in [e for e in each.expected if e.updates_left == 0]:
            renditions.check_report(
                expected.told, expected.earliest, now, self.findings, expected.place, expected.text)
        each.expected = [e for e in each.expected if e.updates_left > 0]
        for expected in each.expected:
            expected.updates_left -= 1
        for told in now.reports:
            other = self.followed.get(told.get("URI", ""))
            if other is None:
                self.findings.note(
                    "T13", now.place, f"a report on {told.get('URI')}, which is no list", now.text)
            elif len(other.history) > 1 and not self._is_keys(other):
                # The last but one: answers on one connection may overtake each other a little.
                other.expected.append(_Expected(told, other.history[-2], now.place, now.text))

    def _take_delta(self, each: Followed, before: MediaList, answer: Response, whole: Response) -> None:
        if answer.status != 200 or whole.status != 200:
            return
        place = each.rendition.place + " (delta)"
        delta = lists.read(_text(answer), place, self.findings)
        full = lists.read(_text(whole), each.rendition.place, Findings())
        if delta.next != full.next or delta.ended != full.ended:
            return  # something came in between
        self.findings.looked("deltas")
        rules.check(delta, self.findings)
        if delta.skipped:
            self.findings.looked("deltas that skip")
        deltas.check(before, delta, full, self.findings)

    def _take_manifest(self, answer: Response) -> None:
        if answer.status == 503:
            self._manifest_at = time.monotonic() + _POLL_S
            return
        place = f"{self.name}/index.mpd"
        delivery.check_any(answer.headers, place, self.findings)
        now = manifests.read(_text(answer), place, self.findings) if answer.status == 200 else None
        if now is None:
            self.findings.note("X1", place, f"status {answer.status}", str(bytes(answer.body)))
            return
        manifests.check(now, self.findings)
        if self.manifest is not None:
            manifests.check_change(self.manifest, now, self.findings)
        manifests.check_media(
            now, {uri.removesuffix(".m3u8"): each.rendition for uri, each in self.followed.items()},
            self.findings)
        self.manifest = now
        if now.is_live:
            self._manifest_at = time.monotonic() + max(now.update_us / 1e6, _POLL_S)

    def _take_low_latency(self, answer: Response) -> None:
        if answer.status == 503:
            self._low_latency_at = time.monotonic() + _POLL_S
        if answer.status in (404, 503):
            return  # key frames are not regular, or nobody can tell yet
        place = f"{self.name}/low-latency.mpd"
        delivery.check_any(answer.headers, place, self.findings)
        now = low_latency.read(_text(answer), place, self.findings)
        if now is None:
            return
        low_latency.check(now, self.findings)
        if self.low_latency is not None:
            low_latency.check_change(self.low_latency, now, self.findings)
        low_latency.check_media(
            now, {uri.removesuffix(".m3u8"): each.rendition for uri, each in self.followed.items()},
            self.findings)
        self.low_latency = now
        if now.manifest.is_live:
            self._low_latency_at = time.monotonic() + max(now.manifest.update_us / 1e6, _POLL_S)

    # Media

    def _fetch(self, each: Followed, now: MediaList) -> None:
        for segment in now.with_parts:
            for part in segment.parts:
                if not part.gap and part.uri not in each.asked:
                    self._fetch_media(each, part.uri)
                if part.uri in each.refused_hints and not part.gap:
                    each.refused_hints.discard(part.uri)
                    self.findings.note(
                        "T11", now.place, f"{part.uri} was hinted at and then refused", now.text)
        hint = now.hint
        if hint is not None and hint not in each.asked | each.refused_hints and not each.pauses:
            self._fetch_media(each, hint, hinted=True)
        highest = max([each.judged_up_to, *(segment.number for segment in each.queue)])
        for segment in now.segments:
            if segment.number <= highest:
                continue
            if segment.map_uri and segment.map_uri not in each.asked:
                self._fetch_media(each, segment.map_uri)
            if not segment.gap:
                whole = segment.byte_range is None
                self._fetch_media(each, segment.uri, segment=None if whole else segment)
            each.queue.append(segment)

    def _fetch_media(
        self, each: Followed, uri: str, *, hinted: bool = False, segment: Segment | None = None
    ) -> None:
        each.asked.add(uri)
        headers = None
        if segment is not None and segment.byte_range is not None:
            length, start = segment.byte_range
            headers = [("range", f"bytes={start}-{start + length - 1}")]

        def done(answer: Response) -> None:
            if hinted and answer.status in (404, 503):
                # Nothing came in time, as in a pause: it may be asked for again once it is listed.
                each.asked.discard(uri)
                if answer.status == 404:
                    each.refused_hints.add(uri)
                return
            self.findings.looked("hints" if hinted else "media")
            delivery.check_media(
                answer.status, answer.headers, f"{each.rendition.place}, its media", self.findings,
                byte_count=len(answer.body), whole=headers is None)
            each.data[uri] = bytes(answer.body) if answer.status in (200, 206) else b""
        self._ask(uri, done, headers)

    def _judge_queue(self, each: Followed) -> None:
        while each.queue:
            segment = each.queue[0]
            parts = [part for part in segment.parts if not part.gap]
            needed = [segment.map_uri, *([] if segment.gap else [segment.uri]), *(p.uri for p in parts)]
            missing = [uri for uri in needed if uri is not None and uri not in each.data]
            for uri in missing:
                if uri not in each.asked:
                    self._fetch_media(each, uri)
            if missing:
                return
            each.queue.pop(0)
            each.judged_up_to = segment.number
            self._judge(each, segment)
            for uri in needed[1:]:
                each.data.pop(uri or "", None)

    def _judge(self, each: Followed, segment: Segment) -> None:
        rendition = each.rendition
        if segment.map_uri and segment.map_uri not in rendition.inits:
            rendition.add_init(segment.map_uri, each.data[segment.map_uri])
        if segment.gap:
            return
        init = rendition.inits.get(segment.map_uri or "")
        now = each.now
        if segment.byte_range is not None:
            if init is not None:
                media.check_key_frame(
                    segment, each.data[segment.uri], init, self.findings, rendition.place)
            return
        rendition.add_parts(segment, each.data, (now.part_target_us if now else None) or 0)
        assert self.multivariant is not None
        rendition.add_segment(
            segment, each.data[segment.uri],
            independent=self.multivariant.independent or bool(now and now.independent))

    # At the end

    def judge(self) -> Findings:
        """What only the whole walk shows."""
        self._read_multivariant(self._get(self.root))
        assert self.multivariant is not None
        if self.root == "index.m3u8":
            self._take_manifest(self.connection.request("GET", f"/{self.name}/dash/index.mpd"))
        for each in self.followed.values():
            each.rendition.check_run()
        self._compare()
        if self.has_ended:
            renditions.check_total(
                {u: e.now for u, e in self.followed.items() if e.now is not None}, self.findings)
        self._check_dates()
        current = {u: (e.now, e.rendition) for u, e in self.followed.items() if e.now is not None}
        variants.check(self.multivariant, current, self.findings)
        return self.findings

    def _check_dates(self) -> None:
        """L11: what is shown at the same time has the same date, in all renditions."""
        told: dict[int, tuple[str, float]] = {}
        for uri, each in self.followed.items():
            for number, seen in each.rendition.seen.items():
                if seen.listed.date_us is None:
                    continue
                zero_us = seen.listed.date_us - seen.shown * 1_000_000 / seen.timescale
                other, other_us = told.setdefault(number, (uri, zero_us))
                if abs(zero_us - other_us) > 2_000:
                    self.findings.note(
                        "L11", f"{self.name}: {other} and {uri}", f"the dates of segment {number} are "
                        f"{zero_us - other_us:.0f} us apart")


def _text(answer: Response) -> str:
    body = bytes(answer.body)
    return (gzip.decompress(body) if answer.headers.get("content-encoding") == "gzip" else body).decode()
