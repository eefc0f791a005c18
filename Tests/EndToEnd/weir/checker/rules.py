"""Rules of one media playlist by itself."""

from __future__ import annotations

from .finding import Findings
from .lists import MediaList, Segment, microseconds

#: A part may have so little of its target only in some places.
LEAST_SHARE = 0.85


def check(now: MediaList, findings: Findings) -> None:
    """All of them. A delta keeps those that do not need what it leaves out."""
    def note(rule: str, what: str) -> None:
        findings.note(rule, now.place, what, now.text)

    findings.looked("lists")
    _version(now, note)
    _durations(now, note)
    _media_tags(now, note)
    _control(now, note)
    _parts(now, note)
    _hints(now, note)


def check_length(now: MediaList, findings: Findings) -> None:
    """L5: how long a list is once it has let go of something."""
    if now.ended or now.skipped:
        return
    if now.total_us < 3 * now.target_s * 1_000_000:
        findings.note("L5", now.place, f"{now.total_us / 1e6} s, shorter than three targets", now.text)
    if len(now.segments) < 6:
        findings.note("L5", now.place, f"only {len(now.segments)} segments", now.text)


def _version(now: MediaList, note) -> None:
    needed = 6 if any(s.map_uri for s in now.segments) and not now.key_frames else 5
    if now.skipped:
        needed = 9
    if now.version < needed:
        note("V2", f"EXT-X-VERSION:{now.version}, but {needed} is needed")
    if now.version > max(needed, 6):
        note("V2", f"EXT-X-VERSION:{now.version} is higher than needed ({needed})")


def _durations(now: MediaList, note) -> None:
    target_us = now.target_s * 1_000_000
    if now.target_s < 1:
        note("L1", f"a target duration of {now.target_s}")
    for segment in now.segments:
        if (segment.duration_us + 500_000) // 1_000_000 > now.target_s:
            note("L1", f"segment {segment.number} lasts {segment.duration_us / 1e6} s, rounded more than "
                 f"the target")
        if segment.duration_us > target_us + 500_000:
            note("L1", f"segment {segment.number} is {segment.duration_us / 1e6} s long")
        if segment.duration_us <= 0:
            note("L1", f"segment {segment.number} lasts no time")


def _media_tags(now: MediaList, note) -> None:
    if now.first_discontinuity is None:
        note("L4", "no EXT-X-DISCONTINUITY-SEQUENCE")
    if now.playlist_type is not None and not now.ended:
        note("L9", f"EXT-X-PLAYLIST-TYPE:{now.playlist_type} in a list that loses segments")
    listed = [*now.segments, *([now.coming] if now.coming.parts else [])]
    for index, segment in enumerate(listed):
        # After a skip, the map that stood before it may be meant.
        if segment.map_uri is None and not now.skipped:
            note("L10", f"segment {segment.number} has no EXT-X-MAP")
        if segment.date_us is None:
            note("L11", f"segment {segment.number} has no EXT-X-PROGRAM-DATE-TIME")
        if now.key_frames and not segment.gap and segment.byte_range is None and segment.uri:
            note("V8", f"{segment.number} of the key frames has no range")
        if index and not segment.discontinuity:
            _dates(listed[index - 1], segment, note)


def _dates(before: Segment, segment: Segment, note) -> None:
    """L11: a date is the one before it and the duration between them, to the millisecond."""
    if before.date_us is None or segment.date_us is None:
        return
    off_us = segment.date_us - before.date_us - before.duration_us
    if abs(off_us) > 1_000:
        note("L11", f"the date of segment {segment.number} is {off_us} us off what {before.number} says")


def _control(now: MediaList, note) -> None:
    if not now.control:
        if now.part_target_us is not None:
            note("T8", "parts without EXT-X-SERVER-CONTROL")
        return
    seconds = {name: microseconds(now.control.get(name, "")) for name in
               ("CAN-SKIP-UNTIL", "HOLD-BACK", "PART-HOLD-BACK")}
    target_us = now.target_s * 1_000_000
    if now.control.get("CAN-BLOCK-RELOAD") != "YES":
        note("T8", "no CAN-BLOCK-RELOAD=YES")
    if (seconds["CAN-SKIP-UNTIL"] or 0) < 6 * target_us:
        note("T8", f"CAN-SKIP-UNTIL={now.control.get('CAN-SKIP-UNTIL')} is under six targets")
    if seconds["HOLD-BACK"] is not None and seconds["HOLD-BACK"] < 3 * target_us:
        note("T8", f"HOLD-BACK={now.control['HOLD-BACK']} is under three targets")
    if seconds["PART-HOLD-BACK"] is None:
        note("T8", "no PART-HOLD-BACK, on which Shaka fails")
    elif seconds["PART-HOLD-BACK"] < 3 * (now.part_target_us or 0):
        note("T8", f"PART-HOLD-BACK={now.control['PART-HOLD-BACK']} is under three parts")


def _parts(now: MediaList, note) -> None:
    if now.key_frames and now.with_parts:
        note("T1", "parts in a list of key frames")
    if now.with_parts and now.part_target_us is None:
        note("T1", "parts without EXT-X-PART-INF")
    for segment in now.with_parts:
        is_whole = bool(segment.uri)
        if is_whole and segment.parts_us != segment.duration_us:
            note("T3", f"the parts of segment {segment.number} last {segment.parts_us} us, "
                 f"EXTINF says {segment.duration_us}")
        _sizes(segment, is_whole, now.part_target_us or 0, note)
    _ages(now, note)


def _sizes(segment: Segment, is_whole: bool, target_us: int, note) -> None:
    for index, part in enumerate(segment.parts):
        name = f"part {index} of segment {segment.number} ({part.duration_us / 1e6} s)"
        if part.duration_us > target_us:
            note("T1", f"{name} is longer than PART-TARGET {target_us / 1e6}")
        is_last = index == len(segment.parts) - 1
        is_followed_by_gap = not is_last and segment.parts[index + 1].gap
        # A part at the very end may turn out to be the last one of its segment.
        excuse = part.independent or part.gap or is_followed_by_gap or is_last
        if part.duration_us < LEAST_SHARE * target_us and not excuse:
            note("T2", f"{name} has less than 85 % of PART-TARGET {target_us / 1e6}")
        if part.duration_us <= 0:
            note("T1", f"{name} lasts no time")


def _ages(now: MediaList, note) -> None:
    """T7: no parts that end more than three targets before the end, and none missing in between."""
    age_us, is_listed = 0, True
    for segment in [now.coming, *reversed(now.segments)]:
        if segment.parts and age_us > 3 * now.target_s * 1_000_000:
            note("T7", f"segment {segment.number} has parts, {age_us / 1e6} s from the end")
        if segment.uri and not segment.gap:
            if segment.parts and not is_listed:
                note("T7", f"segment {segment.number} has parts, but a later one has none")
            is_listed = bool(segment.parts)
        age_us += segment.duration_us or segment.parts_us


def _hints(now: MediaList, note) -> None:
    kinds = [hint.get("TYPE") for hint in now.hints]
    if any("URI" not in hint for hint in now.hints):
        note("T10", "a hint without URI")
    if now.ended and now.hints:
        note("T10", "a hint in a list that has ended")
    if not now.ended and now.part_target_us is not None and kinds.count("PART") != 1:
        note("T10", f"{kinds.count('PART')} hints of parts")
    if kinds.count("MAP") > 1 or set(kinds) - {"PART", "MAP"}:
        note("T10", f"hints of {kinds}")
    listed = {part.uri for segment in now.with_parts for part in segment.parts}
    if now.hint in listed:
        note("T10", f"{now.hint} is hinted at and listed")
    for report in now.reports:
        uri = report.get("URI", "")
        if not uri or ":" in uri or uri.startswith("/"):
            note("T13", f"the report's URI {uri!r} is not relative")
        if not report.get("LAST-MSN", "").isdigit():
            note("T13", f"no LAST-MSN for {uri}")
    if now.ended and now.control.get("CAN-BLOCK-RELOAD") and now.coming.parts:
        note("L9", "a list that has ended has parts without their segment")
