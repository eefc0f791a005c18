"""Delta updates: with what a player has, they are the whole list."""

from __future__ import annotations

from dataclasses import replace

from .finding import Findings
from .lists import MediaList


def check(before: MediaList, delta: MediaList, full: MediaList, findings: Findings) -> None:
    """T18: with what a player has, a delta is the whole list."""
    known = {segment.number for segment in before.segments}
    missing = set(range(delta.first, delta.first + delta.skipped)) - known
    if missing:
        findings.note("T18", delta.place, f"segments {sorted(missing)} are skipped and not known", delta.text)
        return
    boundary_s = float(full.control.get("CAN-SKIP-UNTIL", "0"))
    kept_us = sum(s.duration_us for s in full.segments[delta.skipped:])
    if delta.skipped and kept_us < boundary_s * 1e6:
        findings.note(
            "T18", delta.place, f"only {kept_us / 1e6} s are kept, the boundary is at {boundary_s} s",
            delta.text)
    made = delta.expanded(before)
    for name in ("first", "first_discontinuity", "target_s", "part_target_us", "control", "independent",
                 "key_frames", "hints", "ended", "coming"):
        if getattr(made, name) != getattr(full, name):
            findings.note("T18", delta.place, f"{name} is {getattr(made, name)}, in the whole list "
                          f"{getattr(full, name)}", f"{delta.text}\n--- whole ---\n{full.text}")
    # The other lists may have gone on between the two answers.
    if [r.get("URI") for r in made.reports] != [r.get("URI") for r in full.reports]:
        findings.note(
            "T18", delta.place, f"reports {made.reports}, in the whole list {full.reports}", delta.text)
    for mine, theirs in zip(made.segments, full.segments):
        if mine.number < delta.first + delta.skipped:
            # What the player has of it may be from the time when it had parts.
            mine, theirs = replace(mine, parts=()), replace(theirs, parts=())
        if mine != theirs:
            findings.note("T18", delta.place, f"segment {mine} is {theirs} in the whole list",
                          f"{delta.text}\n--- whole ---\n{full.text}")
    if len(made.segments) != len(full.segments):
        findings.note("T18", delta.place, f"{len(made.segments)} segments, the whole list has "
                      f"{len(full.segments)}", f"{delta.text}\n--- whole ---\n{full.text}")
