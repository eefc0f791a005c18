"""docs/benchmarks.md, written from what was measured, and its plots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from aims import Aim
from bench_setting import Figure
from comparison import Measure, Outcome, Workload
from plots import plot
from results import Results
from tables import markdown_table, number, verdicts

_IMAGES = Path("images") / "benchmarks"
_BEGINNING = """# Benchmarks

What Weir takes for its work, beside other servers that do the same work on the same core. `make bench`
measures it and writes this page; `make bench-quick` takes two minutes and prints tables only. Where
an aim is not reached, this page says by how much; [performance.md](performance.md) says where the time goes,
and what was tried.
"""
_METHOD = """## Method

Each server runs pinned to one core, with one worker unless something else is said; the load has the other
cores. The servers are measured in turn, A B A B, in {rounds} rounds, so that what else the machine does hits
all of them. A table has the median of the rounds, the lowest and the highest, and how many times Weir's the
median is (the first Weir's, where there are several).

Processor time is that of all processes of a server together, Weir's supervisor included, as `/proc` counts
it; what the load takes does not count. Memory is PSS of the same processes, unless something else is said.
All servers have the same certificate (ECDSA P-256) and speak TLS 1.3 with AES-128-GCM and X25519, because
that is what the load offers first and each of them knows. The exception is nghttpd, which knows P-256 alone.
The peers are Debian's. Logs of accesses are off, files stay open, connections may stay:
`Tests/Benchmarks/peers.py` has their settings. Three things are set in Weir for the benchmark: one address
may have all connections (`--exempt-network`), a broadcast that has paused stays for ten minutes (`--grace`),
and rings are smaller where a workload says so (`--ring-size`).

What is measured depends on the machine, and on what else it does: the same command on yours says what holds
there. It keeps all samples in `build/reports/bench.json`. `make bench BENCHMARKS="segment idle"` measures a
part again, with the keys that stand below.
"""
_LIMIT = """
**The limit** is a program that does only what no server of this kind can avoid: AES-128-GCM at the speed of
libcrypto, and `send` of pieces of the same size, at most 256 KiB at a time, to as many sockets. Tables of
small requests are without it: the answers to several of them leave in one `send`.
"""


def write(
    folder: Path, workloads: Sequence[Workload], results: Results, machine: list[tuple[str, str]]
) -> None:
    """The page in `folder`, its plots below it. Plots of workloads that are gone go too."""
    images = folder / _IMAGES
    images.mkdir(parents=True, exist_ok=True)
    for old in images.glob("*.svg"):
        old.unlink()
    for key, outcome in results.outcomes.items():
        (images / f"{key}.svg").write_text(plot(outcome))
    (folder / "benchmarks.md").write_text(page(workloads, results, machine))


def page(workloads: Sequence[Workload], results: Results, machine: list[tuple[str, str]]) -> str:
    outcomes = list(results.outcomes.values())
    # A contender that failed has fewer.
    rounds = max((len(samples) for outcome in outcomes for each in outcome.samples.values()
                  for samples in each.values()), default=0)
    has_limit = any("limit" in outcome.kinds.values() for outcome in outcomes)
    parts = [
        _BEGINNING, _measured_on(outcomes), _overview(workloads, results.outcomes), "## The machine\n",
        _machine_table(machine), _METHOD.format(rounds=rounds) + (_LIMIT if has_limit else ""),
        *map(_section, outcomes), _alone(results.figures),
    ]
    return "\n".join(part for part in parts if part)


def _measured_on(outcomes: list[Outcome]) -> str:
    if not outcomes:
        return ""
    days, builds = (sorted({each[index] for each in map(_when, outcomes)}) for index in (0, 1))
    words = f"Measured on {' to '.join(dict.fromkeys([days[0], days[-1]]))}"
    if len(builds) > 1:
        words += ", of several builds: the table says of which each workload is"
    elif builds[0]:
        words += f", of commit {builds[0]}"
    return words + ".\n"


def _when(outcome: Outcome) -> tuple[str, str]:
    return outcome.measured_at, outcome.build


def _overview(workloads: Sequence[Workload], outcomes: dict[str, Outcome]) -> str:
    """Every workload and aim, and what became of it; when and of which commit, where that differs."""
    differ = len(set(map(_when, outcomes.values()))) > 1
    head = ["Workload", "Aim", "Weir", *(["Measured"] if differ else [])]
    table = [head, ["---"] * len(head)]
    for workload in workloads:
        outcome = outcomes.get(workload.key)
        title = f"[{workload.title}](#{_anchor(workload.title)})" if outcome else workload.title
        measured = [", ".join(filter(None, _when(outcome))) if outcome else ""] if differ else []
        for aim, words in _fates(workload, outcome):
            table.append([title, aim, words, *measured])
            title, measured = "", [""] * len(measured)
    return "\n".join(["## Aims\n", *(f"| {' | '.join(row)} |" for row in table)]) + "\n"


def _fates(workload: Workload, outcome: Outcome | None) -> list[tuple[str, str]]:
    """Each aim of a workload, and what became of it. One without aims is there as well."""
    aims = [
        (f"{measure.title}: {aim.words}", (outcome and _said(outcome, measure, aim)) or "not measured")
        for measure in workload.measures for aim in measure.aims
    ]
    return aims or [("none: a report", "measured" if outcome else "not measured")]


def _said(outcome: Outcome, measure: Measure, aim: Aim) -> str:
    """What became of an aim. There is no need to say whose when there is one Weir."""
    judged = [each for each in verdicts(outcome, measure) if each.aim == aim]
    return "; ".join(each.outcome if len(outcome.ours) == 1 else each.words for each in judged)


def _machine_table(machine: list[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in machine)]) + "\n"


def _section(outcome: Outcome) -> str:
    workload = outcome.workload
    lines = [
        f"## {workload.title}\n", f"{workload.method} (`{workload.key}`)\n",
        f"![{workload.title}: medians and their spread]({_IMAGES / workload.key}.svg)\n",
        markdown_table(outcome),
    ]
    lines += [
        f"- {measure.title}, {aim.words}: {said}." for measure in workload.measures for aim in measure.aims
        if (said := _said(outcome, measure, aim))
    ]
    lines += [f"- {name} failed in {len(failures)} rounds." for name, failures in outcome.failures.items()]
    return "\n".join(lines).rstrip() + "\n"


def _alone(figures: dict[str, Iterable[Figure]]) -> str:
    """Of Weir by itself: nothing is pinned, and they are measured once."""
    if not figures:
        return ""
    lines = ["## Figures without rounds\n",
             "Measured once, on all cores. Latency is that of real browsers.\n",
             "| Figure | Value | Unit | Aim |", "| --- | ---: | --- | --- |"]
    for each in (figure for group in figures.values() for figure in group):
        lines.append(f"| {each.name} | {number(each.value)} | {each.unit} | {each.aim or ''} |")
    return "\n".join(lines) + "\n"


def _anchor(title: str) -> str:
    kept = "".join(each for each in title.lower() if each.isalnum() or each in " -")
    return kept.replace(" ", "-")
