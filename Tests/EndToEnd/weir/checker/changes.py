"""Rules between two versions of the same media playlist, the older one first."""

from __future__ import annotations

from dataclasses import replace

from .finding import Findings
from .lists import MediaList, Segment


def check(before: MediaList, now: MediaList, findings: Findings) -> None:
    def note(rule: str, what: str) -> None:
        findings.note(rule, now.place, what, f"{before.text}\n--- then ---\n{now.text}")

    findings.looked("changes")
    _promises(before, now, note)
    _order(before, now, note)
    _segments(before, now, note)
    _discontinuities(before, now, note)
    _hints(before, now, note)


def _promises(before: MediaList, now: MediaList, note) -> None:
    if before.target_s != now.target_s:
        note("L1", f"the target duration was {before.target_s} and is {now.target_s}")
    if before.part_target_us != now.part_target_us:
        note("T1", f"PART-TARGET was {before.part_target_us} us and is {now.part_target_us}")
    if before.control != now.control:
        note("T8", f"EXT-X-SERVER-CONTROL was {before.control} and is {now.control}")
    if before.independent != now.independent:
        note("L7", "EXT-X-INDEPENDENT-SEGMENTS " + ("came" if now.independent else "went"))
    if before.key_frames != now.key_frames:
        note("L7", "EXT-X-I-FRAMES-ONLY changed")


def _order(before: MediaList, now: MediaList, note) -> None:
    if now.first < before.first:
        note("L3", f"the media sequence was {before.first} and is {now.first}")
    if now.next < before.next:
        note("L7", f"it went as far as {before.next}, and now to {now.next}")
    if before.ended and not now.ended:
        note("L9", "EXT-X-ENDLIST has gone")
    if before.ended and now.next != before.next:
        note("L9", "something came behind EXT-X-ENDLIST")


def _segments(before: MediaList, now: MediaList, note) -> None:
    known = {segment.number: segment for segment in now.segments}
    for segment in before.segments:
        later = known.get(segment.number)
        if later is None:
            if segment.number >= now.first + now.skipped:
                note("L7", f"segment {segment.number} is gone from the middle")
            continue
        rule = "L3" if later.uri != segment.uri else "L7"
        # Parts may go when they are old; a map may have gone with what a delta leaves out.
        same_map = later.map_uri if later.map_uri is None else segment.map_uri
        if replace(segment, parts=(), map_uri=same_map) != replace(later, parts=()):
            note(rule, f"segment {segment.number} was {_told(segment)} and is {_told(later)}")
        if later.parts and later.parts != segment.parts:
            note("L7", f"the parts of segment {segment.number} are others")
    _coming(before, known.get(before.coming.number, now.coming), note)


def _coming(before: MediaList, later: Segment, note) -> None:
    """What was being made has become a segment, or has more parts."""
    was = before.coming
    if not was.parts or later.number != was.number or not later.parts:
        return
    if later.parts[:len(was.parts)] != was.parts:
        note("L7", f"the parts of segment {was.number} were {was.parts} and are {later.parts}")
    for name in ("date_us", "discontinuity", "discontinuities"):
        if getattr(was, name) != getattr(later, name):
            note("T5", f"{name} of segment {was.number} changed behind its parts")


def _told(segment: Segment) -> str:
    return str(replace(segment, parts=()))


def _discontinuities(before: MediaList, now: MediaList, note) -> None:
    gone = [s for s in before.segments if s.number < now.first]
    if len(gone) != now.first - before.first or now.first_discontinuity is None:
        return  # more went than was seen
    expected = (before.first_discontinuity or 0) + sum(s.discontinuity for s in gone)
    if now.first_discontinuity != expected:
        note("L4", f"the discontinuity sequence was {before.first_discontinuity}, {expected} was to come, "
             f"{now.first_discontinuity} is there")


def _hints(before: MediaList, now: MediaList, note) -> None:
    """T10: what was hinted at is what came."""
    if before.hint is None or now.next <= before.next or not now.control:
        return
    number, count = before.next
    segments = {s.number: s for s in [*now.segments, now.coming]}
    at = segments.get(number)
    came = at.parts[count] if at and len(at.parts) > count else None
    if came is None:
        following = segments.get(number + 1)
        # The segment ended where it was; or it became a gap, or its parts have gone already.
        if at is None or not at.uri or not at.parts or len(at.parts) != count:
            return
        if not following or not following.parts:
            return
        came = following.parts[0]
    if came.uri != before.hint and not came.gap:
        note("T10", f"{before.hint} was hinted at, and {came.uri} came")
