"""Publishers, viewers and players over reloads and upgrades in a row: nobody is cut off, no request fails,
and nothing that was published is lost or doubled. `make bench BENCHMARKS=reloads` does the same with
hundreds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from browser.chromium import Chromium, chromium
from weir.recordings import record
from weir.reports import write_report
from weir.rollover import Size, run
from weir.server import Server

_SIZE = Size(viewers=40, page_viewers=6, players=12, joiners=2, handovers="rurur")


@pytest.fixture
def browser() -> Iterator[Chromium]:
    with chromium() as made:
        yield made


@pytest.mark.slow
@pytest.mark.alone
def test_nobody_is_cut_off_and_nothing_is_lost_over_reloads_and_upgrades_in_a_row(
    start_server: Callable[..., Server], browser: Chromium, tmp_path: Path
) -> None:
    server = start_server("--exempt-network", "127.0.0.0/8")
    outcome = run(server, browser, record("vp9", "opus", seconds=300), tmp_path, _SIZE)
    write_report("rollover", vars(outcome) | {"damage": vars(outcome.damage)})
    assert outcome.is_flawless, outcome
    # Each reload and upgrade told all players to come again, and they did.
    assert outcome.reconnections >= _SIZE.players * len(_SIZE.handovers) / 2, outcome
    assert outcome.most_workers > server.worker_count
