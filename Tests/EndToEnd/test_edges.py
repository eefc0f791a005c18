"""Crowds behind a cache (deploy/edge) cost the origin one request for each thing, and get all of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.lists import play_lists
from browser.page import Page
from weir import players, processes
from weir.edges import Count, Edge, counted
from weir.hls import connections_to_all_workers
from weir.players import Report
from weir.reports import write_report

pytestmark = [pytest.mark.slow, pytest.mark.alone]

# Parts are a second long. A machine that has to do with other things takes longer for them.
_PARTS = 12
# An init and the newest segments, which are there at once, and more; of players of DASH for two tracks.
_SEGMENTS = 8
# A list without directives may be asked for once in a second, and those who come last may be late.
_SLACK = 5


def _assert_one_request_each(count: Count, seen: Report) -> None:
    assert count.requests
    assert count.requests.keys() <= seen.asked.keys()
    for address, times in count.requests.items():
        # What was refused, because the broadcast itself came late, is asked for again, once a second.
        is_current = re.search(r"[.](m3u8|mpd)$", address) or f"503 {address}" in seen.refused
        assert times <= (seen.lasted_s + _SLACK if is_current else 1), (address, times)


def _assert_all_had_all(edge: Edge, seen: Report) -> None:
    assert seen.statuses.keys() <= {"200", "503"} and not seen.unreadable, seen.refused
    assert not seen.failures, seen.failures
    # A list without what the last one ended with is a failure, so nobody in time has passed over anything.
    assert min(seen.had) >= _PARTS, sorted(seen.had)
    for connection in connections_to_all_workers(edge.server):
        with connection:
            compared = 0
            for path, digest in seen.digests.items():
                answer = connection.request("GET", path)
                # Of a crowd that took long, the oldest have left the ring.
                assert answer.status in (200, 404), (path, answer.status)
                if answer.status == 200:
                    assert hashlib.sha256(answer.body).hexdigest() == digest, path
                    compared += 1
            assert compared > 8


def test_a_thousand_players_of_low_latency(edge: Edge) -> None:
    server, viewers = edge.server, 1000
    pids = [server.pid, *server.workers().values()]
    origin_s, edge_s = sum(map(processes.cpu_seconds, pids)), edge.cpu_seconds()
    with counted(edge) as count:
        seen = players.finish(players.start(
            edge.port, "crowd", players.SECONDS_AT_MOST, enough=_PARTS, ll=viewers))
    write_report(f"edge-{edge.kind}", {
        "players": viewers,
        "seconds": round(seen.lasted_s, 1),
        "requestsOfPlayers": seen.asked.total(),
        "requestsToOrigin": count.requests.total(),
        "behindTheFirstMs (p50, p99)": seen.late_ms,
        "bytes": seen.bytes,
        "cpuSecondsOfOrigin": round(sum(map(processes.cpu_seconds, pids)) - origin_s, 2),
        "cpuSecondsOfEdge": round(edge.cpu_seconds() - edge_s, 2),
    })
    _assert_one_request_each(count, seen)
    _assert_all_had_all(edge, seen)


def test_a_thousand_players_of_whole_segments(edge: Edge) -> None:
    with counted(edge) as count:
        seen = players.finish(players.start(
            edge.port, "crowd", players.SECONDS_AT_MOST, enough=_SEGMENTS, plain=500, dash=500))
        # Clocks are never kept: each player of DASH asks once.
        count.beside = seen.asked["/api/time"]
    assert count.beside == 500
    _assert_one_request_each(count, seen)
    # Players of DASH have sound as well.
    assert seen.statuses.keys() <= {"200", "503"} and not seen.unreadable, seen.refused
    assert not seen.failures, seen.failures
    assert min(seen.had) >= _SEGMENTS


def test_a_browser_plays_by_hls_over_the_edge_with_a_page_from_there(
    edge: Edge, open_page: Callable[[str], Page]
) -> None:
    page = open_page("chromium")
    page.goto(edge.url("/"))
    play_lists(page, edge.url("/crowd/hls/index.m3u8"), 3)
