"""Manifests of low-latency DASH: segments by number and duration, and the rules for them.

A period whose segments are listed is one in which there is no low latency: it is judged as in `manifests`.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from . import manifests
from .finding import Findings
from .manifests import Manifest
from .media import Rendition

_SPACE = "{urn:mpeg:dash:schema:mpd:2011}"
_PROFILE = "http://www.dashif.org/guidelines/low-latency-live-v5"
_SCOPE = "urn:dvb:dash:lowlatency:scope:2019"
_CRITICAL = "urn:dvb:dash:lowlatency:critical:2019"


@dataclass(frozen=True)
class Paced:
    """A set whose segments have no list: number `first` begins at `offset`, each lasts `ticks`."""

    period: str
    representation: str
    start_us: int
    timescale: int
    offset: int
    first: int
    ticks: int

    def wall_us(self, time: int) -> float:
        return self.start_us + (time - self.offset) * 1_000_000 / self.timescale


@dataclass
class LowLatency:
    manifest: Manifest
    root: ElementTree.Element
    paced: list[Paced]
    #: In the order of the manifest.
    period_ids: list[str]


def read(text: str, place: str, findings: Findings) -> LowLatency | None:
    manifest = manifests.read(text, place, findings)
    if manifest is None:
        return None
    root = ElementTree.fromstring(text)
    periods = root.findall(_SPACE + "Period")
    found = LowLatency(manifest, root, [], [p.get("id", "") for p in periods])
    starts = {(s.period, s.representation): s for s in manifest.sets}
    for period in periods:
        for each in period.findall(_SPACE + "AdaptationSet"):
            template, shown = each.find(_SPACE + "SegmentTemplate"), each.find(_SPACE + "Representation")
            if template is None or shown is None or template.get("duration") is None:
                continue
            made = starts[period.get("id", ""), shown.get("id", "")]
            found.paced.append(Paced(
                made.period, made.representation, made.start_us, made.timescale, made.offset,
                int(template.get("startNumber", "1")), int(template.get("duration", "0"))))
    return found


def check(now: LowLatency, findings: Findings) -> None:
    def note(rule: str, what: str) -> None:
        findings.note(rule, now.manifest.place, what, now.manifest.text)

    findings.looked("low-latency manifests")
    if not now.manifest.is_live:
        return
    if _PROFILE not in now.root.get("profiles", "").split(","):
        note("X2", f"profiles {now.root.get('profiles')}")
    clocks = [(c.get("schemeIdUri"), c.get("value")) for c in now.root.findall(_SPACE + "UTCTiming")]
    if not any((scheme or "").startswith("urn:mpeg:dash:utc:http-") and value for scheme, value in clocks):
        note("X3", f"clocks {clocks}")
    references: set[str | None] = set()
    for period in now.root.findall(_SPACE + "Period"):
        ids: list[str | None] = []
        for each in period.findall(_SPACE + "AdaptationSet"):
            ids += _check_times(each, clocks, note)
            _check_template(each, note)
            if not any(p.get("schemeIdUri") == _CRITICAL
                       for p in each.findall(_SPACE + "SupplementalProperty")):
                note("X15", "a set without the property")
        if len(ids) != len(set(ids)):
            note("X5", f"ids {ids} are not different")
        references |= set(ids)
    _check_description(now.root, references, note)


def _check_description(root: ElementTree.Element, references: set[str | None], note) -> None:
    description = root.find(_SPACE + "ServiceDescription")
    latency = None if description is None else description.find(_SPACE + "Latency")
    if description is None or latency is None or int(latency.get("target", "0")) <= 0:
        return note("X4", "no latency is asked for")
    least, target, most = (int(latency.get(name, latency.get("target", "0")))
                           for name in ("min", "target", "max"))
    if not least <= target <= most:
        note("X4", f"a latency of {target}, and from {least} to {most}")
    if latency.get("referenceId") not in references:
        note("X4", f"reference {latency.get('referenceId')} is none of {references}")
    if all(s.get("schemeIdUri") != _SCOPE for s in description.findall(_SPACE + "Scope")):
        note("X15", "no scope")


def _check_times(each: ElementTree.Element, clocks, note) -> list[str | None]:
    times = each.findall(_SPACE + "ProducerReferenceTime")
    template = each.find(_SPACE + "SegmentTemplate")
    offset = "0" if template is None else template.get("presentationTimeOffset", "0")
    if not times:
        note("X5", "a set without the time of its producer")
    for time in times:
        own = [(c.get("schemeIdUri"), c.get("value")) for c in time.findall(_SPACE + "UTCTiming")]
        if own != clocks:
            note("X5", f"its clock is {own}, that of the manifest is {clocks}")
        if time.get("presentationTime") not in ("0", offset) or not time.get("wallClockTime"):
            note("X5", f"{time.attrib}, and the offset is {offset}")
        if time.get("type") not in ("encoder", "captured"):
            note("X5", f"type {time.get('type')}")
    return [time.get("id") for time in times]


def _check_template(each: ElementTree.Element, note) -> None:
    template = each.find(_SPACE + "SegmentTemplate")
    if template is None:
        return note("X7", "a set without a template")
    is_listed = template.find(_SPACE + "SegmentTimeline") is not None
    if (template.get("duration") is None) != is_listed or "$Number$" not in template.get("media", ""):
        return note("X7", f"{template.attrib}, and a list: {is_listed}")
    if is_listed:
        if template.get("availabilityTimeOffset") or template.get("availabilityTimeComplete"):
            note("X6", "segments that are listed cannot be there before")
        return None
    lasts = int(template.get("duration", "0")) / int(template.get("timescale", "1"))
    if template.get("availabilityTimeComplete") != "false":
        note("X8", f"availabilityTimeComplete is {template.get('availabilityTimeComplete')}")
    if not 0 < float(template.get("availabilityTimeOffset", "0")) < lasts:
        note("X8", f"{template.get('availabilityTimeOffset')} s earlier, of {lasts:.3f} s")
    return None


def check_change(before: LowLatency, now: LowLatency, findings: Findings) -> None:
    if not now.manifest.is_live:
        return
    manifests.check_change(before.manifest, now.manifest, findings)
    known = {(p.period, p.representation): p for p in now.paced}
    for each in before.paced:
        later = known.get((each.period, each.representation))
        if later is not None and later != each:
            findings.note("X1", now.manifest.place, f"{each} is {later}",
                          f"{before.manifest.text}\n--- then ---\n{now.manifest.text}")


def check_media(now: LowLatency, renditions: dict[str, Rendition], findings: Findings) -> None:
    """Whether segments are in their places, and have the time of day that HLS says."""
    if not now.manifest.is_live:
        return
    for each in now.paced:
        rendition = renditions.get(each.representation)
        if rendition is None:
            continue
        later = [p.first for p in now.paced
                 if p.representation == each.representation and p.first > each.first]
        listed = [line.number for s in now.manifest.sets for line in s.lines
                  if s.representation == each.representation and line.number > each.first]
        end = min(later + listed, default=None)
        for number, seen in rendition.seen.items():
            if number < each.first or (end is not None and number >= end):
                continue
            findings.looked("places of segments")
            place = each.offset + (number - each.first) * each.ticks
            if 2 * abs(seen.shown - place) > each.ticks:
                findings.note("X7", now.manifest.place, f"{each.representation}: segment {number} is at "
                              f"{seen.shown}, its place is {place}", now.manifest.text)
            date_us = seen.listed.date_us
            if date_us is not None and abs(each.wall_us(seen.shown) - date_us) > 2_000:
                findings.note("L11", now.manifest.place, f"{each.representation}: segment {number} is "
                              f"{each.wall_us(seen.shown) - date_us:.0f} us away from its date in HLS",
                              now.manifest.text)
