"""Rules between the media playlists of one stream, seen at about the same time."""

from __future__ import annotations

from itertools import combinations

from .finding import Findings
from .lists import MediaList


def check(lists: dict[str, MediaList], findings: Findings) -> None:
    """By the names that the lists have in reports."""
    for (_, left), (_, right) in combinations(sorted(lists.items()), 2):
        _pair(left, right, findings)
    _reports(lists, findings)


def _pair(left: MediaList, right: MediaList, findings: Findings) -> None:
    def note(rule: str, what: str) -> None:
        findings.note(
            rule, f"{left.place} and {right.place}", what, f"{left.text}\n--- and ---\n{right.text}")

    findings.looked("pairs")
    if left.target_s != right.target_s:
        note("L2", f"target durations {left.target_s} and {right.target_s}")
    if left.control != right.control:
        note("T8", f"EXT-X-SERVER-CONTROL {left.control} and {right.control}")
    if left.part_target_us != right.part_target_us and not left.key_frames and not right.key_frames:
        note("T8", f"PART-TARGET {left.part_target_us} and {right.part_target_us}")
    others = {segment.number: segment for segment in right.segments}
    for segment in left.segments:
        other = others.get(segment.number)
        if other is None:
            continue
        if segment.discontinuities != other.discontinuities:
            note("L4", f"segment {segment.number} is behind {segment.discontinuities} discontinuities "
                 f"and {other.discontinuities}")
        if None not in (segment.date_us, other.date_us):
            apart_us = abs((segment.date_us or 0) - (other.date_us or 0))
            if apart_us > left.target_s * 1_000_000:
                note("L2", f"segment {segment.number} begins {apart_us / 1e6} s apart")


def check_total(lists: dict[str, MediaList], findings: Findings) -> None:
    """L2: once nothing comes any more, all last equally long, but for less than a target."""
    for (_, left), (_, right) in combinations(sorted(lists.items()), 2):
        numbers = {s.number for s in left.segments} & {s.number for s in right.segments}
        apart_us = abs(sum(s.duration_us for s in left.segments if s.number in numbers)
                       - sum(s.duration_us for s in right.segments if s.number in numbers))
        if apart_us > 500_000:
            findings.note(
                "L2", f"{left.place} and {right.place}", f"total durations are {apart_us / 1e6} s apart",
                f"{left.text}\n--- and ---\n{right.text}")


def _reports(lists: dict[str, MediaList], findings: Findings) -> None:
    """T13: a report on each other list of segments, and on nothing else."""
    of_segments = {name for name, each in lists.items() if not each.key_frames}
    for name, now in lists.items():
        if not now.control or now.ended:
            continue
        told = sorted(report.get("URI", "") for report in now.reports)
        wanted = of_segments - {name}
        allowed = set(lists) - {name}
        if len(set(told)) != len(told) or not wanted <= set(told) or not set(told) <= allowed:
            findings.note("T13", now.place, f"reports on {told}, not on {sorted(wanted)}", now.text)


def check_report(told: dict[str, str], earliest: MediaList, latest: MediaList, findings: Findings,
                 place: str, text: str) -> None:
    """T13: a report is about what the other list was before, at the same time, or after."""
    findings.looked("reports")
    if not told.get("LAST-MSN", "").isdigit():
        return
    # Where only gaps were listed lately, there is no last part.
    has_parts = all(each.segments and each.segments[-1].parts for each in (earliest, latest))
    if has_parts and "LAST-PART" not in told:
        findings.note("T13", place, f"no LAST-PART for {told.get('URI')}", text)
    number, part = int(told["LAST-MSN"]), int(told.get("LAST-PART", "0") or 0)
    last = (number, part)
    if last < _last(earliest) or last > _last(latest):
        findings.note(
            "T13", place, f"the report on {told.get('URI')} says {last}; that list went to "
            f"{_last(earliest)} before and to {_last(latest)} after", text)


def _last(now: MediaList) -> tuple[int, int]:
    """The last segment and part as a report says them."""
    number, parts = now.next
    if parts:
        return number, parts - 1
    last = now.segments[-1] if now.segments else now.coming
    return number - 1, max(len(last.parts) - 1, 0)
