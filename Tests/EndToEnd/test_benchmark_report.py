"""What the benchmarks make of samples: medians, aims that are reached or not, tables, plots, the page. And
that they leave nothing behind when something fails."""

from __future__ import annotations

import json
import re
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest

from weir import processes
from weir.places import REPOSITORY
from weir.waiting import wait_until

sys.path.append(str(REPOSITORY / "Tests" / "Benchmarks"))

import document
import live_load
import peers
from aims import judge, read_aims
from bench_setting import Bench, Figure
from comparison import Contender, Measure, Outcome, Workload, compare
from plots import plot
from results import Results
from tables import rows, verdicts

_TIME = Measure("time", "Processor time", "CPU-s per GB", "at most 1.1 x the limit; under 0.7 s")
_RATE = Measure("rate", "Requests", "per CPU-s", "at least 0.5 x h2o", more_is_better=True)
_SAMPLES = {
    "Weir, HTTP/2": {"time": [0.6, 0.9, 0.66], "rate": [100_000.0]},
    "Weir, <page>": {"time": [0.5, 0.54, 0.58], "rate": [180_000.0]},
    "h2o": {"time": [1.32, 1.2, 1.4], "rate": [300_000.0]},
    "the limit": {"time": [0.5, 0.5, 0.5]},
}
_KINDS = {"Weir, HTTP/2": "weir", "Weir, <page>": "weir", "h2o": "peer", "the limit": "limit"}


def outcome() -> Outcome:
    workload = Workload("live", "500 viewers & more", "As it is done.", (_TIME, _RATE), nobody)
    return Outcome(
        workload, "2026-11-30", dict(_KINDS), _SAMPLES, {"Icecast": ["gone", "gone"]}, build="1a2b3c4")


@contextmanager
def nobody(_: Bench):
    yield []


@pytest.mark.parametrize(("words", "value", "others", "missing"), [
    ("at most 1.1 x the limit", 0.55, {"the limit": 0.5}, 0),
    ("at most 1.1 x the limit", 0.66, {"the limit": 0.5}, 0.2),
    ("at least 1.25 x h2o", 100, {"h2o": 100}, 0.2),
    ("at least 1.25 x h2o", 130, {"h2o": 100}, 0),
    ("at least 100 %", 51, {}, 0.49),
    ("under 20 ms", 30, {}, 0.5),
    ("under 20 ms", 3, {}, 0),
    ("at most 0.9 CPU-s per GB", 0.99, {}, 0.1),
    ("at most 1.05 x Weir, 1 worker", 1.0, {"Weir, 1 worker": 1.0}, 0),
    ("at least 1 x h2o", 100, {"nginx": 100}, None),
])
def test_an_aim_in_words_is_judged(
    words: str, value: float, others: dict[str, float], missing: float | None
) -> None:
    [aim] = read_aims(words)
    verdict = judge(aim, "Weir", value, others)
    assert (verdict and verdict.missing) == (missing if missing is None else pytest.approx(missing))


@pytest.mark.parametrize("words", ["", "fast", "at most", "at least x h2o", "under 20 ms; fast"])
def test_words_that_are_no_aim_are_none(words: str) -> None:
    assert read_aims(words) == []
    if words:
        with pytest.raises(AssertionError, match="what is"):
            Workload("key", "Title", "Method.", (Measure("a", "A", "s", words),), nobody)


def test_contenders_are_measured_in_turn_and_a_failure_costs_one_round(tmp_path: Path) -> None:
    order: list[str] = []

    def contender(name: str, kind: str = "peer") -> Contender:
        def measure() -> dict[str, float]:
            order.append(name)
            assert len(order) != 4, "the second round of h2o fails"
            return {"time": float(len(order))}
        return Contender(name, measure, kind)

    @contextmanager
    def both(_: Bench):
        yield [contender("Weir", "weir"), contender("h2o")]

    seen = compare(Workload("key", "Title", "Method.", (_TIME,), both), Bench(tmp_path, None))
    assert order == ["Weir", "h2o"] * 5
    assert seen.samples["Weir"]["time"] == [1, 3, 5, 7, 9]
    assert seen.samples["h2o"]["time"] == [2, 6, 8, 10] and len(seen.failures["h2o"]) == 1
    assert not seen.ours_failed


class Stubborn(peers.Peer):
    """One that does not hear SIGTERM, and has a child."""

    name = "sh"

    def command(self) -> list[str]:
        return ["sh", "-c", f"trap '' TERM; sleep 600 & touch {self.folder}/ready; wait; wait"]

    def is_ready(self) -> bool:
        return (self.folder / "ready").exists()


def test_a_peer_goes_with_its_children_and_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "_GOODBYE_S", 0.1)
    with pytest.raises(RuntimeError, match="a round"), peers.running(
        Stubborn, Bench(tmp_path, None), {"file": b""}
    ) as peer:
        # And what says that it is ready, for a moment.
        pids = wait_until(lambda: len(now := peer.pids) == 2 and now, "it and its child")
        assert peer.folder.exists()
        raise RuntimeError("a round failed")
    wait_until(lambda: not any(map(processes.is_alive, pids)), "its processes to be gone")
    assert list(tmp_path.iterdir()) == []


def test_folders_go_with_what_works_in_them(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Bench(tmp_path, None).passing("show") as bench:
        (bench.fresh_folder("weir") / "ring").write_bytes(b"media")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_load_that_says_nothing_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    with (monkeypatch.context() as hasty, pytest.raises(AssertionError, match="instead of being ready")):
        hasty.setattr(live_load, "_READY_S", 0.1)
        live_load.Tool("sleep", "600")
    with live_load.Tool("sh", "-c", "echo ready; read line; echo '{\"line\": 1}'; exec sleep 600") as tool:
        assert tool.ask() == {"line": 1}
        with pytest.raises(AssertionError, match="did not answer within"):
            tool.ask(within_s=0.1)
    assert time.monotonic() - began < 600, "it was waited for"


def test_a_table_has_medians_spread_and_ratios() -> None:
    assert rows(outcome()) == [
        ("Processor time, CPU-s per GB", "Weir, HTTP/2", "0.66", "0.6 to 0.9", "1"),
        ("", "Weir, <page>", "0.54", "0.5 to 0.58", "0.818"),
        ("", "h2o", "1.32", "1.2 to 1.4", "2"),
        ("", "the limit", "0.5", "0.5 to 0.5", "0.758"),
        ("Requests, per CPU-s", "Weir, HTTP/2", "100,000", "100,000 to 100,000", "1"),
        ("", "Weir, <page>", "180,000", "180,000 to 180,000", "1.8"),
        ("", "h2o", "300,000", "300,000 to 300,000", "3"),
    ]
    assert [each.words for each in verdicts(outcome(), _TIME)] == [
        "Weir, HTTP/2: missed by 20 %", "Weir, <page>: reached",
        "Weir, HTTP/2: reached", "Weir, <page>: reached",
    ]
    assert [each.outcome for each in verdicts(outcome(), _RATE)] == ["missed by 33 %", "reached"]


def test_a_plot_has_a_bar_for_each_server_as_long_as_its_median() -> None:
    drawing = ElementTree.fromstring(plot(outcome()))
    space = "{http://www.w3.org/2000/svg}"
    bars = [each for each in drawing.iter(f"{space}rect") if each.get("class") != "ground"]
    assert [each.get("class") for each in bars] == ["weir", "weir", "peer"] * 2
    widths = [float(each.get("width", 0)) for each in bars]
    assert widths[2] / widths[0] == pytest.approx(1.32 / 0.66, rel=0.01)
    assert widths[3] / widths[5] == pytest.approx(1 / 3, rel=0.01)
    [limit] = [each for each in drawing.iter(f"{space}line") if each.get("class") == "limit"]
    start = float(bars[0].get("x", 0))
    assert (float(limit.get("x1", 0)) - start) / widths[0] == pytest.approx(0.5 / 0.66, rel=0.01)
    texts = [each.text for each in drawing.iter(f"{space}text")]
    assert {"Weir, <page>", "h2o", "the limit 0.5", "1.32"} <= set(texts)


def test_the_page_tells_aims_machine_failures_and_where_the_plots_are(tmp_path: Path) -> None:
    results = Results(tmp_path / "bench.json", {"live": outcome()}, {"start": [Figure("to ready", 29, "ms")]})
    results.keep()
    workload, idle = outcome().workload, Workload("idle", "Idle ones", "As it is done.", (_RATE,), nobody)
    again = Results.of(results.file, [workload, idle], ["start"])
    (tmp_path / "images" / "benchmarks").mkdir(parents=True)
    (tmp_path / "images" / "benchmarks" / "old.svg").write_text("gone")
    document.write(tmp_path, [workload, idle], again, [("Kernel", "Linux 6.18")])
    text = (tmp_path / "benchmarks.md").read_text()
    for shown in re.findall(r"\]\((images/[^)]+)\)", text):
        ElementTree.parse(tmp_path / shown)
    assert [each.name for each in (tmp_path / "images" / "benchmarks").iterdir()] == ["live.svg"]
    for expected in (
        "Measured on 2026-11-30, of commit 1a2b3c4.", "| Kernel | Linux 6.18 |", "**The limit** is",
        "- Requests, at least 0.5 x h2o: Weir, HTTP/2: missed by 33 %; Weir, <page>: reached.",
        "- Icecast failed in 2 rounds.", "| to ready | 29 | ms |  |",
        "| [500 viewers & more](#500-viewers--more) | Processor time: at most 1.1 x the limit |",
        "| Idle ones | Requests: at least 0.5 x h2o | not measured |\n",
    ):
        assert expected in text


def test_the_page_tells_which_build_each_workload_is_of(tmp_path: Path) -> None:
    idle = Workload("idle", "Idle ones", "As it is done.", (Measure("cpu", "Time", "s"),), nobody)
    former = Outcome(idle, "2026-11-29", {"Weir": "weir"}, {"Weir": {"cpu": [1.0]}}, build="0f0f0f0")
    results = Results(tmp_path / "bench.json", {"live": outcome(), "idle": former}, {})
    text = document.page([outcome().workload, idle], results, [])
    for expected in (
        "Measured on 2026-11-29 to 2026-11-30, of several builds: ", "| Workload | Aim | Weir | Measured |",
        "Weir, <page>: reached | 2026-11-30, 1a2b3c4 |\n|  |",
        "| [Idle ones](#idle-ones) | none: a report | measured | 2026-11-29, 0f0f0f0 |\n",
    ):
        assert expected in text


@pytest.mark.parametrize("broken", [
    None, [], {"kinds": {}}, {"measuredAt": "long ago", "kinds": {}, "samples": {}, "failures": {}},
    {"measuredAt": "2026-11-30", "kinds": {}, "samples": {"Weir": {"time": ["fast"]}}, "failures": {}},
])
def test_an_entry_that_cannot_be_read_costs_that_workload_only(tmp_path: Path, broken: object) -> None:
    results = Results(tmp_path / "bench.json", {"live": outcome()}, {"start": [Figure("to ready", 29, "ms")]})
    results.keep()
    kept = json.loads(results.file.read_text())
    kept["workloads"]["idle"], kept["figures"]["latency"] = broken, broken or 3
    results.file.write_text(json.dumps(kept))
    idle = Workload("idle", "Idle ones", "As it is done.", (_RATE,), nobody)
    again = Results.of(results.file, [idle, outcome().workload], ["latency", "start"])
    assert list(again.outcomes) == ["live"] and again.outcomes["live"].samples == _SAMPLES
    assert again.figures == results.figures


def test_samples_of_what_failed_are_forgotten(tmp_path: Path) -> None:
    results = Results(tmp_path / "bench.json", {"live": outcome()}, {"start": [Figure("to ready", 29, "ms")]})
    results.forget("live")
    results.forget("start")
    results.forget("idle")
    results.keep()
    assert json.loads(results.file.read_text()) == {"workloads": {}, "figures": {}}
