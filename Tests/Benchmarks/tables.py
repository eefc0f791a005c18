"""Tables of what was measured: for the terminal and for a document."""

from __future__ import annotations

from aims import Verdict, judge
from bench_setting import Figure
from comparison import Measure, Outcome

_HEAD = ("", "Server", "Median", "Lowest to highest", "x Weir")


def number(value: float) -> str:
    """Three figures, which is more than a spread allows to tell apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """One for each measure and contender. All are set against the first contender of Weir's."""
    made: list[tuple[str, ...]] = []
    for measure in outcome.workload.measures:
        summaries = outcome.summaries(measure)
        ours = next((summaries[name].median for name in outcome.ours if name in summaries), None)
        title = measure.heading
        for name, seen in summaries.items():
            against = f"{number(seen.median / ours)}" if ours else ""
            spread = f"{number(seen.lowest)} to {number(seen.highest)}"
            made.append((title, name, number(seen.median), spread, against))
            title = ""
    return made


def verdicts(outcome: Outcome, measure: Measure) -> list[Verdict]:
    """Of all aims of a measure, for each contender of Weir's that was measured."""
    medians = {name: seen.median for name, seen in outcome.summaries(measure).items()}
    found = [
        judge(aim, name, medians[name], medians)
        for aim in measure.aims for name in outcome.ours if name in medians and name != aim.beside
    ]
    return [verdict for verdict in found if verdict]


def outcome_table(outcome: Outcome) -> str:
    """For the terminal."""
    lines = [outcome.workload.title, *aligned([_HEAD, *rows(outcome)])]
    for measure in outcome.workload.measures:
        lines += [f"{measure.title}, {each.aim.words}. {each.words}" for each in verdicts(outcome, measure)]
    for name, failures in outcome.failures.items():
        lines.append(f"{name} failed in {len(failures)} rounds: {failures[0]}")
    return "\n".join(lines) + "\n"


def markdown_table(outcome: Outcome) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in [_HEAD, *rows(outcome)]]
    return "\n".join([lines[0], "| --- | --- | ---: | ---: | ---: |", *lines[1:]]) + "\n"


def figures_table(figures: list[Figure]) -> str:
    """For the terminal."""
    cells = [(each.name, number(each.value), each.unit, each.aim or "") for each in figures]
    return "\n".join(aligned([("figure", "value", "unit", "aim"), *cells])) + "\n"


def aligned(table: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]
