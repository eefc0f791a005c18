"""Manifests of DASH as values, and their rules: of one by itself, of what follows it, and of its media.

The live profile with SegmentTimeline and $Number$. Times are whole microseconds on the wall clock (Unix),
or ticks of a set's own time scale.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from . import codecs
from .finding import Findings
from .media import Rendition, Seen

_SPACE = "{urn:mpeg:dash:schema:mpd:2011}"
#: Attributes that each element must have and may have, and its children in their order (ISO/IEC 23009-1).
_SCHEMA: dict[str, tuple[set[str], set[str], list[str]]] = {
    "MPD": ({"profiles", "minBufferTime"},
            {"type", "availabilityStartTime", "publishTime", "minimumUpdatePeriod", "timeShiftBufferDepth",
             "maxSegmentDuration", "mediaPresentationDuration", "id", "suggestedPresentationDelay"},
            ["ProgramInformation", "BaseURL", "Location", "ServiceDescription", "Period", "Metrics",
             "EssentialProperty", "SupplementalProperty", "UTCTiming", "LeapSecondInformation"]),
    "Period": ({"id", "start"}, {"duration"},
               ["BaseURL", "SegmentTemplate", "AssetIdentifier", "EventStream", "ServiceDescription",
                "AdaptationSet", "SupplementalProperty"]),
    "AdaptationSet": ({"contentType", "mimeType"},
                      {"id", "lang", "segmentAlignment", "startWithSAP", "maxWidth", "maxHeight", "par"},
                      ["AudioChannelConfiguration", "EssentialProperty", "SupplementalProperty", "Label",
                       "ProducerReferenceTime", "Resync", "Role", "BaseURL", "SegmentTemplate",
                       "Representation"]),
    "SegmentTemplate": ({"timescale", "media", "initialization", "startNumber"},
                        {"presentationTimeOffset", "duration", "availabilityTimeOffset",
                         "availabilityTimeComplete"}, ["SegmentTimeline"]),
    "SegmentTimeline": (set(), set(), ["S"]),
    "S": ({"d"}, {"t", "r", "n"}, []),
    "Representation": ({"id", "bandwidth", "codecs"},
                       {"width", "height", "frameRate", "audioSamplingRate", "sar"},
                       ["AudioChannelConfiguration", "Resync"]),
}


@dataclass(frozen=True)
class Line:
    """One segment of a representation."""

    number: int
    time: int
    ticks: int


@dataclass
class Set:
    """An adaptation set with its only representation; `start_us` is that of its period."""

    representation: str
    period: str
    start_us: int
    content: str
    mime: str
    codecs: str
    bandwidth: int
    timescale: int
    offset: int
    init: str
    media: str
    size: tuple[int, int]
    lines: list[Line] = field(default_factory=list)

    def wall_us(self, time: int) -> float:
        return self.start_us + (time - self.offset) * 1_000_000 / self.timescale


@dataclass
class Manifest:
    place: str
    text: str
    is_live: bool
    start_us: int
    published_us: int
    update_us: int
    window_us: int
    longest_us: int
    clocks: list[tuple[str, str]]
    #: Where each period begins on the time line of the manifest.
    periods: dict[str, int]
    sets: list[Set]


def _duration_us(text: str | None) -> int:
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", text or "")
    if found is None:
        return 0
    hours, minutes, seconds = (Decimal(part or 0) for part in found.groups())
    return int((hours * 3600 + minutes * 60 + seconds) * 1_000_000)


def _date_us(text: str | None) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000_000) if text else 0


def read(text: str, place: str, findings: Findings) -> Manifest | None:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        findings.note("X1", place, f"it is no XML: {error}", text)
        return None
    _check_schema(root, place, text, findings)
    is_live = root.get("type") == "dynamic"
    start_us = _date_us(root.get("availabilityStartTime"))
    found = Manifest(
        place, text, is_live, start_us, _date_us(root.get("publishTime")),
        _duration_us(root.get("minimumUpdatePeriod")), _duration_us(root.get("timeShiftBufferDepth")),
        _duration_us(root.get("maxSegmentDuration")),
        [(c.get("schemeIdUri", ""), c.get("value", "")) for c in root.findall(_SPACE + "UTCTiming")], {}, [])
    for period in root.findall(_SPACE + "Period"):
        begins_us = _duration_us(period.get("start"))
        found.periods[period.get("id", "")] = begins_us
        for each in period.findall(_SPACE + "AdaptationSet"):
            made = _read_set(each, period.get("id", ""), start_us + begins_us)
            if made is None:
                findings.note("X7", place, "a set without a template or a representation", text)
            else:
                found.sets.append(made)
    return found


def _read_set(each: ElementTree.Element, period: str, start_us: int) -> Set | None:
    template = each.find(_SPACE + "SegmentTemplate")
    shown = each.find(_SPACE + "Representation")
    if template is None or shown is None:
        return None
    number = int(template.get("startNumber", "1"))
    made = Set(
        shown.get("id", ""), period, start_us, each.get("contentType", ""), each.get("mimeType", ""),
        shown.get("codecs", ""), int(shown.get("bandwidth", "0")), int(template.get("timescale", "1")),
        int(template.get("presentationTimeOffset", "0")), template.get("initialization", ""),
        template.get("media", ""), (int(shown.get("width", "0")), int(shown.get("height", "0"))))
    time = 0
    for line in template.iter(_SPACE + "S"):
        time = int(line.get("t", time))
        for _ in range(int(line.get("r", "0")) + 1):
            made.lines.append(Line(number, time, int(line.get("d", "0"))))
            number, time = number + 1, time + int(line.get("d", "0"))
    return made


def _check_schema(element: ElementTree.Element, place: str, text: str, findings: Findings) -> None:
    name = element.tag.removeprefix(_SPACE)
    if name not in _SCHEMA:
        return
    must, may, order = _SCHEMA[name]
    have = set(element.attrib)
    if must - have or have - must - may:
        findings.note(
            "X1", place, f"{name} lacks {sorted(must - have)}, and has {sorted(have - must - may)}", text)
    children = [child.tag.removeprefix(_SPACE) for child in element]
    places = [order.index(child) if child in order else -1 for child in children]
    if places != sorted(places) or -1 in places:
        findings.note("X1", place, f"the children of {name} are {children}", text)
    for child in element:
        _check_schema(child, place, text, findings)


def check(now: Manifest, findings: Findings) -> None:
    def note(rule: str, what: str) -> None:
        findings.note(rule, now.place, what, now.text)

    findings.looked("manifests")
    if now.is_live:
        for name in ("start_us", "published_us", "update_us", "window_us", "longest_us"):
            if getattr(now, name) <= 0:
                note("X1", f"{name} is {getattr(now, name)}")
        if not any(scheme.startswith("urn:mpeg:dash:utc:http-") and value for scheme, value in now.clocks):
            note("X3", f"clocks {now.clocks}")
    if not now.sets:
        note("X7", "no set")
    for each in now.sets:
        if "$Number$" not in each.media or not each.lines:
            note("X7", f"{each.representation}: {each.media}, {len(each.lines)} segments")
        if each.bandwidth <= 0:
            note("X12", f"{each.representation}: bandwidth {each.bandwidth}")
        if each.mime != f"{each.content}/mp4":
            note("X12", f"{each.representation}: {each.content} as {each.mime}")
        for before, line in zip(each.lines, each.lines[1:]):
            if before.time + before.ticks != line.time:
                note("X7", f"{each.representation}: segment {before.number} ends at "
                     f"{before.time + before.ticks}, {line.number} begins at {line.time}")
        for line in each.lines:
            if line.ticks <= 0 or line.ticks * 1_000_000 / each.timescale > now.longest_us + 500_000:
                note("X1", f"{each.representation}: segment {line.number} lasts {line.ticks} ticks")
    starts = list(now.periods.values())
    if starts != sorted(starts):
        note("X1", f"periods begin at {starts}")


def check_change(before: Manifest, now: Manifest, findings: Findings) -> None:
    def note(rule: str, what: str) -> None:
        findings.note(rule, now.place, what, f"{before.text}\n--- then ---\n{now.text}")

    findings.looked("changes of manifests")
    if now.is_live and now.start_us != before.start_us:
        note("X1", f"availabilityStartTime was {before.start_us} and is {now.start_us}")
    if now.is_live and now.published_us < before.published_us:
        note("X1", "publishTime goes back")
    if not now.is_live:
        return  # a recording counts from its own beginning
    for name, start_us in before.periods.items():
        if now.periods.get(name, start_us) != start_us:
            note("X1", f"period {name} began at {start_us} us and begins at {now.periods[name]}")
    known = {(s.period, s.representation): s for s in now.sets}
    for each in before.sets:
        later = known.get((each.period, each.representation))
        if later is None:
            continue
        lines = {line.number: line for line in later.lines}
        for line in each.lines:
            other = lines.get(line.number)
            if other is None and line.number >= min(lines, default=0):
                note("X7", f"{each.representation}: segment {line.number} is gone")
            elif other is not None and abs(each.wall_us(line.time) - later.wall_us(other.time)) > 1_000:
                note("X1", f"{each.representation}: segment {line.number} has moved in time")
            elif other is not None and (other.time, other.ticks) != (line.time, line.ticks):
                note("X7", f"{each.representation}: segment {line} is {other}")


def check_media(now: Manifest, renditions: dict[str, Rendition], findings: Findings) -> None:
    """What was fetched by HLS has the same names: it must be what the manifest says."""
    for each in now.sets:
        rendition = renditions.get(each.representation)
        if rendition is None:
            continue
        # Periods of different rings have inits of their own.
        init = rendition.inits.get(each.init.replace("$RepresentationID$", each.representation))

        def note(rule: str, what: str, representation: str = each.representation) -> None:
            findings.note(rule, now.place, f"{representation}: {what}", now.text)

        if init is None:
            if any(line.number in rendition.seen for line in each.lines):
                note("X12", f"no list has its init {each.init}")
            continue

        if not codecs.is_declared(each.codecs, init.codec) or each.timescale != init.timescale:
            note("X12", f"{each.codecs} at {each.timescale}, the init says {init.codec} at {init.timescale}")
        if {"video": "vide", "audio": "soun"}.get(each.content) != init.handler:
            note("X12", f"contentType {each.content} of {init.handler}")
        if each.content == "video" and each.size != (init.width, init.height):
            note("X12", f"a picture of {each.size}, the init says {init.width}x{init.height}")
        for line in each.lines:
            seen = rendition.seen.get(line.number)
            if seen is not None:
                findings.looked("lines of manifests")
                _check_line(now, each, line, seen, note)


def _check_line(now: Manifest, each: Set, line: Line, seen: Seen, note) -> None:
    if (line.time, line.ticks) != (seen.shown, seen.ticks):
        note("X7", f"segment {line.number} is at {line.time} for {line.ticks}, its media are at {seen.shown} "
             f"for {seen.ticks}")
    if now.is_live and seen.listed.date_us is not None:
        off_us = each.wall_us(line.time) - seen.listed.date_us
        if abs(off_us) > 2_000:
            note("L11", f"segment {line.number} is {off_us:.0f} us away from its date in HLS")
