"""Media playlists as values: strict reading, with a finding for whatever is not well-formed.

Durations and dates are whole microseconds. A segment's parts are those listed before its EXTINF; parts
behind the last segment belong to the one that is being made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

from .finding import Findings

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",\s]+)(?:,|$)')
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}(Z|[+-]\d\d:?\d\d)")
_MULTIVARIANT = ("#EXT-X-STREAM-INF", "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF",
                 "#EXT-X-SESSION-DATA", "#EXT-X-SESSION-KEY", "#EXT-X-CONTENT-STEERING")
_KNOWN = {
    "#EXTM3U", "#EXT-X-VERSION", "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-START", "#EXT-X-DEFINE",
    "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-DISCONTINUITY-SEQUENCE", "#EXT-X-ENDLIST",
    "#EXT-X-PLAYLIST-TYPE", "#EXT-X-I-FRAMES-ONLY", "#EXT-X-PART-INF", "#EXT-X-SERVER-CONTROL", "#EXTINF",
    "#EXT-X-BYTERANGE", "#EXT-X-DISCONTINUITY", "#EXT-X-KEY", "#EXT-X-MAP", "#EXT-X-PROGRAM-DATE-TIME",
    "#EXT-X-GAP", "#EXT-X-BITRATE", "#EXT-X-PART", "#EXT-X-DATERANGE", "#EXT-X-SKIP",
    "#EXT-X-PRELOAD-HINT", "#EXT-X-RENDITION-REPORT",
}
#: Tags that stand at most once in a list.
_ONCE = ("#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-DISCONTINUITY-SEQUENCE",
         "#EXT-X-PART-INF", "#EXT-X-SERVER-CONTROL", "#EXT-X-SKIP", "#EXT-X-VERSION", "#EXT-X-ENDLIST")


@dataclass(frozen=True)
class Part:
    duration_us: int
    uri: str
    independent: bool
    gap: bool


@dataclass(frozen=True)
class Segment:
    """`number` is its media sequence number; `discontinuities` counts its own as well."""

    number: int
    uri: str = ""
    duration_us: int = 0
    map_uri: str | None = None
    discontinuity: bool = False
    discontinuities: int = 0
    date_us: int | None = None
    gap: bool = False
    byte_range: tuple[int, int] | None = None
    parts: tuple[Part, ...] = ()

    @property
    def parts_us(self) -> int:
        return sum(part.duration_us for part in self.parts)


@dataclass
class MediaList:
    place: str
    text: str
    version: int = 1
    target_s: int = 0
    part_target_us: int | None = None
    control: dict[str, str] = field(default_factory=dict)
    first: int = 0
    first_discontinuity: int | None = None
    independent: bool = False
    key_frames: bool = False
    playlist_type: str | None = None
    skipped: int = 0
    segments: list[Segment] = field(default_factory=list)
    #: What is listed of the segment that is being made: its parts, and the tags before them.
    coming: Segment = field(default_factory=lambda: Segment(0))
    hints: list[dict[str, str]] = field(default_factory=list)
    reports: list[dict[str, str]] = field(default_factory=list)
    ended: bool = False

    @property
    def next(self) -> tuple[int, int]:
        """The segment that is being made, and how many of its parts are listed."""
        return self.first + self.skipped + len(self.segments), len(self.coming.parts)

    @property
    def total_us(self) -> int:
        return sum(segment.duration_us for segment in self.segments)

    @property
    def hint(self) -> str | None:
        return next((hint.get("URI") for hint in self.hints if hint.get("TYPE") == "PART"), None)

    @property
    def with_parts(self) -> list[Segment]:
        """All segments with parts, the coming one too."""
        return [s for s in [*self.segments, self.coming] if s.parts]

    def expanded(self, before: "MediaList") -> "MediaList":
        """A delta with what it leaves out, from a list that has it; as a player does it."""
        known = {segment.number: segment for segment in before.segments}
        missing = [known[n] for n in range(self.first, self.first + self.skipped) if n in known]
        # A map stays in force over what was left out, and discontinuities there count.
        in_force = missing[-1].map_uri if missing else None
        more = missing[-1].discontinuities - (self.first_discontinuity or 0) if missing else 0
        kept = []
        for segment in [*self.segments, self.coming]:
            in_force = segment.map_uri or in_force
            kept.append(replace(
                segment, map_uri=in_force, discontinuities=segment.discontinuities + more))
        return replace(
            self, skipped=self.skipped - len(missing), segments=missing + kept[:-1], coming=kept[-1])


def attributes(value: str) -> dict[str, str] | None:
    """An attribute list, without the quotes; None when it is not one."""
    found, at = {}, 0
    while at < len(value):
        match = _ATTRIBUTE.match(value, at)
        if match is None or match.group(1) in found:
            return None
        found[match.group(1)] = match.group(2).strip('"')
        at = match.end()
    return found if found and not value.endswith(",") else None


def microseconds(text: str) -> int | None:
    try:
        return int(Decimal(text) * 1_000_000)
    except InvalidOperation:
        return None


def read_characters(text: str, place: str, findings: Findings) -> None:
    """V1: what every playlist must look like before anything in it means something."""
    lines = text.split("\n")
    if lines[0].rstrip("\r") != "#EXTM3U":
        findings.note("V1", place, f"the first line is {lines[0]!r}", text)
    if lines[-1] != "":
        findings.note("V1", place, "the last line has no end", text)
    if any((ord(c) < 32 and c not in "\r\n") or 127 <= ord(c) < 160 or c == "\ufeff" for c in text):
        findings.note("V1", place, "a control character or a byte order mark", text)


class _Reader:
    """Line after line of one list."""

    def __init__(self, text: str, place: str, findings: Findings) -> None:
        self.list = MediaList(place, text)
        self.findings = findings
        self.now = Segment(0)
        self.map_uri: str | None = None
        self.has_duration = False
        self.discontinuities = 0
        self.seen: dict[str, int] = {}

    def note(self, rule: str, what: str) -> None:
        self.findings.note(rule, self.list.place, what, self.list.text)

    def read(self) -> MediaList:
        read_characters(self.list.text, self.list.place, self.findings)
        for line in self.list.text.splitlines():
            if line.startswith("#EXT"):
                tag, _, value = line.partition(":")
                self._tag(tag, value)
            elif line and not line.startswith("#"):
                self._uri(line)
        if self.has_duration:
            self.note("V1", "an EXTINF without the address of its segment")
        self.list.coming = self._at_its_place(self.now)
        for tag in _ONCE:
            if self.seen.get(tag, 0) > 1:
                self.note("V2", f"{tag} stands {self.seen[tag]} times")
        for tag in ("#EXT-X-TARGETDURATION",):
            if tag not in self.seen:
                self.note("L1", f"no {tag}")
        return self.list

    def _tag(self, tag: str, value: str) -> None:
        self.seen[tag] = self.seen.get(tag, 0) + 1
        if tag in _MULTIVARIANT:
            self.note("V2", f"{tag} in a media playlist")
        elif tag not in _KNOWN:
            self.note("V2", f"{tag} is no tag of HLS")
        name = "_" + tag.removeprefix("#EXT-X-").removeprefix("#").lower().replace("-", "_")
        read = getattr(self, name, None)
        if read is not None:
            read(value)

    def _has_begun(self) -> bool:
        return bool(self.list.segments or self.now.parts or self.now.date_us or self.list.skipped)

    def _number(self, rule: str, tag: str, value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,20}", value):
            self.note(rule, f"{tag}:{value} is no decimal integer")
            return 0
        return int(value)

    def _attributes(self, rule: str, tag: str, value: str) -> dict[str, str]:
        found = attributes(value)
        if found is None:
            self.note(rule, f"{tag}:{value} is no attribute list")
        return found or {}

    # Of the list

    def _version(self, value: str) -> None:
        self.list.version = self._number("V2", "EXT-X-VERSION", value)

    def _independent_segments(self, _: str) -> None:
        self.list.independent = True

    def _i_frames_only(self, _: str) -> None:
        self.list.key_frames = True

    def _targetduration(self, value: str) -> None:
        self.list.target_s = self._number("L1", "EXT-X-TARGETDURATION", value)

    def _media_sequence(self, value: str) -> None:
        if self._has_begun():
            self.note("L3", "EXT-X-MEDIA-SEQUENCE stands behind a segment, a part or EXT-X-SKIP")
        self.list.first = self._number("L3", "EXT-X-MEDIA-SEQUENCE", value)

    def _discontinuity_sequence(self, value: str) -> None:
        if self._has_begun() or self.now.discontinuity:
            self.note("L4", "EXT-X-DISCONTINUITY-SEQUENCE stands behind what it counts for")
        self.list.first_discontinuity = self._number("L4", "EXT-X-DISCONTINUITY-SEQUENCE", value)

    def _playlist_type(self, value: str) -> None:
        self.list.playlist_type = value

    def _part_inf(self, value: str) -> None:
        target = self._attributes("T1", "EXT-X-PART-INF", value).get("PART-TARGET", "")
        self.list.part_target_us = microseconds(target)
        if not self.list.part_target_us:
            self.note("T1", f"PART-TARGET is {target!r}")

    def _server_control(self, value: str) -> None:
        self.list.control = self._attributes("T8", "EXT-X-SERVER-CONTROL", value)

    def _skip(self, value: str) -> None:
        found = self._attributes("T18", "EXT-X-SKIP", value)
        if "#EXT-X-MEDIA-SEQUENCE" not in self.seen or "#EXT-X-DISCONTINUITY-SEQUENCE" not in self.seen:
            self.note("T18", "EXT-X-SKIP stands before the sequence numbers")
        self.list.skipped = self._number("T18", "SKIPPED-SEGMENTS", found.get("SKIPPED-SEGMENTS", ""))

    def _preload_hint(self, value: str) -> None:
        self.list.hints.append(self._attributes("T10", "EXT-X-PRELOAD-HINT", value))

    def _rendition_report(self, value: str) -> None:
        self.list.reports.append(self._attributes("T13", "EXT-X-RENDITION-REPORT", value))

    def _endlist(self, _: str) -> None:
        self.list.ended = True

    # Of a segment

    def _before_parts(self, tag: str) -> None:
        if self.now.parts:
            self.note("T5", f"{tag} stands behind a part of its segment")

    def _discontinuity(self, _: str) -> None:
        self._before_parts("EXT-X-DISCONTINUITY")
        self.discontinuities += 1
        self.now = replace(self.now, discontinuity=True)

    def _map(self, value: str) -> None:
        self._before_parts("EXT-X-MAP")
        self.map_uri = self._attributes("L10", "EXT-X-MAP", value).get("URI")

    def _program_date_time(self, value: str) -> None:
        self._before_parts("EXT-X-PROGRAM-DATE-TIME")
        if not _DATE.fullmatch(value):
            self.note("L11", f"{value!r} has no milliseconds or no zone")
            return
        at = datetime.fromisoformat(value)
        seconds = int(at.replace(microsecond=0).timestamp())
        self.now = replace(self.now, date_us=seconds * 1_000_000 + at.microsecond)

    def _gap(self, _: str) -> None:
        self.now = replace(self.now, gap=True)

    def _part(self, value: str) -> None:
        found = self._attributes("T1", "EXT-X-PART", value)
        duration_us = microseconds(found.get("DURATION", ""))
        if duration_us is None or "URI" not in found:
            self.note("T1", f"EXT-X-PART:{value} lacks DURATION or URI")
            return
        for name in ("INDEPENDENT", "GAP"):
            if found.get(name, "YES") != "YES":
                self.note("T4", f"{name}={found[name]}")
        part = Part(duration_us, found["URI"], "INDEPENDENT" in found, "GAP" in found)
        self.now = replace(self.now, parts=(*self.now.parts, part))

    def _extinf(self, value: str) -> None:
        duration, comma, _ = value.partition(",")
        duration_us = microseconds(duration)
        if duration_us is None or not comma:
            self.note("L1", f"EXTINF:{value} is not a duration and a comma")
        self.now = replace(self.now, duration_us=duration_us or 0)
        self.has_duration = True

    def _byterange(self, value: str) -> None:
        match = re.fullmatch(r"(\d+)@(\d+)", value)
        if match is None:
            self.note("D7", f"EXT-X-BYTERANGE:{value}")
            return
        self.now = replace(self.now, byte_range=(int(match.group(1)), int(match.group(2))))

    def _uri(self, line: str) -> None:
        if not self.has_duration:
            self.note("V1", f"{line} has no EXTINF")
        self.list.segments.append(replace(self._at_its_place(self.now), uri=line))
        self.now, self.has_duration = Segment(0), False

    def _at_its_place(self, segment: Segment) -> Segment:
        return replace(
            segment, number=self.list.first + self.list.skipped + len(self.list.segments),
            map_uri=self.map_uri,
            discontinuities=(self.list.first_discontinuity or 0) + self.discontinuities)


def read(text: str, place: str, findings: Findings) -> MediaList:
    return _Reader(text, place, findings).read()
