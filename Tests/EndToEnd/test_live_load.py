"""The load of live media that `make bench` measures with: a little of it, so that it goes on working, and
its figures mean what they say."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from weir.places import REPOSITORY
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

sys.path.append(str(REPOSITORY / "Tests" / "Benchmarks"))

import limit
from live_load import LiveAudience, LiveLoad, Publishers


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> LiveLoad:
    return LiveLoad(tmp_path_factory.mktemp("load"))


@pytest.mark.parametrize("version", ["h2", "http1"])
def test_viewers_know_of_every_block_when_it_was_sent(
    start_server: Callable[..., Server], load: LiveLoad, version: str
) -> None:
    server = start_server()
    with (Publishers(load, server.port, record(seconds=LASTING_S), 2) as publishers,
          LiveAudience(load, server.port, 4, 2, version) as audience):
        looks = []

        def have_seen_enough() -> bool:
            looks.append(audience.look())
            return sum(look["blocks"] for look in looks) > 4 * 100

        wait_until(have_seen_enough, "blocks to come", every_s=0.5)
        joins = audience.joins(2)
        sent = publishers.look()
    for look in looks:
        assert not look["missing"] and not look["over"] and not look["bad"], look
        assert look["delays"]["count"] == look["blocks"], "a block came without its time, or before it"
    assert joins["failed"] == 0 and joins["joins"]["count"] == 2, joins
    assert not sent["over"], "a publisher was sent away"
    # Each of two broadcasts has two of the four viewers, who have what was sent, and joined later.
    assert sum(look["blocks"] for look in looks) <= 2 * sent["blocks"]


def test_the_limit_sends_what_it_is_told_to(tmp_path: Path) -> None:
    tool = limit.build(tmp_path)
    for is_sealed in (True, False):
        seen = limit.limit(tool, 3, 20_000, seconds=0.1, is_sealed=is_sealed)
        # A piece takes as long as its share of a gigabyte, unless a socket was full in the middle of one.
        assert 0 < seen.microseconds_per_send <= seen.seconds_per_gb * 20_000 / 1000 * 1.001
