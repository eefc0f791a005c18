"""What a cache (deploy/edge) keeps, under which name, and for how long; and what dies behind it."""

from __future__ import annotations

import gzip
import itertools
import re
import subprocess
import time
from collections.abc import Callable
from operator import gt
from pathlib import Path

import pytest

from weir import edges, players
from weir.admin import Metrics
from weir.curl import Answer
from weir.curl import request as curl
from weir.edges import Edge, counted
from weir.h2load import Report, all_answered, live_viewers, report
from weir.hls import Playlist
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

Publish = Callable[..., Publisher]

# Refusals are kept for a second, lists for one or two. Whatever is kept for ten seconds was not meant to be.
_SOON_S = 8.0
_CROWD = 100


def get(edge: Edge, path: str, method: str = "GET", **fields: str) -> Answer:
    """As a player asks: over TLS and HTTP/2."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    return curl(
        method, edge.url(path), edge.server.certificate.certificate, headers=headers,
        timeout_s=60)


def media_list(edge: Edge, name: str, query: str = "") -> Playlist:
    answer = get(edge, f"/{name}/hls/v1.m3u8{query}")
    assert answer.status == 200, (query, answer)
    return Playlist(answer.body.decode())


def assert_readable(answer: Answer) -> None:
    """A page of another site can read a refusal, and learns when to ask again."""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=1"
    assert answer.status != 503 or answer.headers["retry-after"] == "1"


def test_only_the_address_tells_answers_apart(edge: Edge) -> None:
    segment = media_list(edge, "crowd").segments[-1]
    path = f"/crowd/hls/{segment}?once"
    with counted(edge) as count:
        whole = get(edge, path)
        assert whole.status == 200
        for fields in (
            {"accept_encoding": "gzip"}, {"accept_encoding": "gzip, deflate, br, zstd"},
            {"accept_encoding": "identity"}, {"accept_encoding": "br;q=1.0, *;q=0"},
            {"accept_encoding": "deflate"}, {"cookie": "session=1"}, {"authorization": "Basic YTpi"},
            {"host": "elsewhere.example"}, {"origin": "https://elsewhere.example"},
        ):
            assert get(edge, path, **fields).body == whole.body, fields
        piece = get(edge, path, range="bytes=10-99")
        assert piece.status == 206 and piece.body == whole.body[10:100]
        head = get(edge, path, "HEAD")
        assert head.status == 200
        assert int(head.headers["content-length"]) == len(whole.body)
        same = get(edge, path, if_none_match=whole.headers["etag"])
        assert same.status == 304
        assert whole.headers["cache-control"] == "public, max-age=86400, immutable"
        assert whole.headers["access-control-allow-origin"] == "*"
    assert count.requests == {path: 1}


def test_a_list_is_one_object_in_either_form(edge: Edge) -> None:
    def kept_for_two_looks() -> tuple[str, Answer, Answer] | None:
        # It has been waited for, and so it is kept as it is; for seconds, which a slow machine may need.
        path = f"/crowd/hls/v1.m3u8?_HLS_msn={media_list(edge, 'crowd').next[0]}"
        asked = time.monotonic()
        packed, plain = get(edge, path, accept_encoding="gzip, br"), get(edge, path)
        again = get(edge, path, accept_encoding="gzip, br")
        if packed.status != 200 or again.body != packed.body:
            return None
        kept = re.search(r"max-age=(\d+)", packed.headers["cache-control"])
        return (path, packed, plain) if kept and time.monotonic() - asked < int(kept[1]) else None

    with counted(edge) as count:
        path, packed, plain = wait_until(kept_for_two_looks, "a list that is kept")
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert gzip.decompress(packed.body) == plain.body
        # What the query says besides is another object, whatever it is.
        for more in ("&_HLS_skip=YES", "&_HLS_part=0", "&other=1"):
            answer = get(edge, path + more)
            assert answer.status == 200, more
            assert more == "&_HLS_skip=YES" or b"#EXT-X-SKIP" not in answer.body
    for more in ("", "&_HLS_skip=YES", "&_HLS_part=0", "&other=1"):
        assert count.requests[path + more] == 1, count.requests


def test_how_old_an_answer_is_can_be_told(edge: Edge) -> None:
    path = f"/crowd/hls/{media_list(edge, 'crowd').segments[-1]}?age"
    asked = time.monotonic()
    first = get(edge, path)
    passed_s = time.monotonic() - asked
    # Until the origin's clock shows another second.
    wait_until(
        lambda: get(edge, "/api/streams").headers["date"] != first.headers["date"], "a second")
    if edge.kind == "varnish":
        assert int(first.headers["age"]) <= passed_s
        wait_until(lambda: int(get(edge, path).headers["age"]) > 0, "it to grow older")
    else:
        # nginx knows no Age, and passes on when the origin said it.
        later = get(edge, path)
        assert "age" not in later.headers
        assert later.headers["date"] == first.headers["date"]


def test_refusals_are_one_for_a_crowd_and_soon_forgotten(
    edge: Edge, publish: Publish, name: str
) -> None:
    # So far ahead that it stays a refusal, however long the crowd takes.
    ahead = media_list(edge, "crowd").next[0] + 500
    paths = [f"/{name}/hls/v1.m3u8", f"/crowd/hls/v1.m3u8?_HLS_msn={ahead}"]
    began = time.monotonic()
    with counted(edge) as count:
        crowds = [
            players.start(
                edge.port, name, players.SECONDS_AT_MOST, answers=6, poll=_CROWD, path=path, every_s=0.2)
            for path in paths]
        for path, crowd, status in zip(paths, crowds, (404, 400)):
            seen = players.finish(crowd)
            assert seen.asked[path] == 6 * _CROWD
            assert not seen.unreadable and not seen.failures, seen
            assert seen.statuses.keys() == {str(status)}
    seconds = time.monotonic() - began
    for path in paths:
        assert 0 < count.requests[path] <= seconds + 2, count.requests
    for path, status in zip(paths, (404, 400)):
        refused = get(edge, f"{path}{'&' if '?' in path else '?'}again", "GET")
        assert refused.status == status
        assert_readable(refused)
    # The same address, once there is something.
    soon = f"/crowd/hls/v1.m3u8?_HLS_msn={media_list(edge, 'crowd').next[0] + 4}"
    assert get(edge, soon).status in (400, 503, 200)
    publish(edge.server, name).play(record("vp9", "opus", seconds=30), speed=4, finish=False)
    for path in (paths[0], soon):
        wait_until(lambda: edge.server.get(path).status == 200, "the origin to have it")
        wait_until(lambda: get(edge, path).status == 200, "the edge to have it", _SOON_S)


@pytest.mark.slow
def test_a_pause_is_one_refusal_for_a_crowd_and_then_it_goes_on(
    edge: Edge, publish: Publish, name: str
) -> None:
    recording = record("vp9", "opus", seconds=14)

    stem, tries = name[:26], itertools.count()

    def pause() -> tuple[str, Playlist, str] | None:
        each = f"{stem}-{next(tries)}"
        publish(edge.server, each).play(recording, speed=8).finish()
        # Of the origin: the edge may have an older one for a second.
        answer = edge.server.get(f"/{each}/hls/v1.m3u8")
        if answer.status != 200:
            return None
        now = Playlist(answer.body.decode())
        path = f"/{each}/hls/v1.m3u8?_HLS_msn={now.next[0]}&_HLS_part={now.next[1]}"
        # What a busy machine has not sent in time has no parts that could be waited for: another one, then.
        return (each, now, path) if edge.server.get(path).status == 503 else None

    name, now, path = wait_until(pause, "a list that is waited for")
    began = time.monotonic()
    with counted(edge) as count:
        # They are refused when they have waited for three target durations, and wait again.
        crowd = players.start(
            edge.port, name, players.SECONDS_AT_MOST, enough=1, poll=_CROWD, path=path, every_s=1.2)
        refused = get(edge, path)
        assert refused.status == 503
        assert_readable(refused)
        players.wait_for_answers(crowd)
        publish(edge.server, name).play(recording, finish=False)
        count.beside = 1
        seen = players.finish(crowd)
    assert not seen.unreadable and not seen.failures, seen.failures
    assert seen.statuses["503"] >= _CROWD
    assert seen.statuses["200"] == _CROWD
    assert seen.statuses.keys() == {"200", "503"}
    # One at a time, each kept for a second at least: of a hundred players, who go on for as long as a slow
    # machine takes.
    assert count.requests[path] <= 5 + time.monotonic() - began

    def goes_on() -> bool:
        answer = get(edge, f"/{name}/hls/v1.m3u8")
        return answer.status == 200 and Playlist(answer.body.decode()).next > now.next

    wait_until(goes_on, "the edge's list to go on", _SOON_S)


@pytest.mark.slow
def test_another_broadcast_is_followed_at_once(edge: Edge, publish: Publish, name: str) -> None:
    server = edge.server

    def epoch(of: Callable[..., Answer], *edge: Edge) -> str:
        answer = of(*edge, f"/{name}/hls/v1.m3u8")
        return Playlist(answer.body.decode()).maps[-1] if answer.status == 200 else ""

    def follows() -> str:
        """The edge is where the origin is."""
        there = wait_until(lambda: epoch(server.get), "the origin's list")
        wait_until(lambda: epoch(get, edge) == there, "the edge to follow", _SOON_S)
        return there

    first = record("vp9", "opus", seconds=14)
    publish(server, name).play(first, speed=8).finish()
    seen = [follows()]
    crowd = players.start(edge.port, name, players.SECONDS_AT_MOST, told=True, enough=4, ll=20)
    # Back with other tracks: another ring.
    other = record("h264", "opus", seconds=14)
    fields = {"content-type": other.content_type}
    publish(server, name, headers=fields).play(other, speed=8).finish()
    wait_until(lambda: epoch(server.get) not in seen, "another ring")
    seen.append(follows())
    # Ended by its broadcaster, and live again.
    assert server.request("DELETE", f"/{name}/live").status == 204
    publish(server, name).play(first, speed=8).finish()
    wait_until(lambda: epoch(server.get) not in seen, "another broadcast")
    seen.append(follows())
    assert len(set(seen)) == 3
    players.end(crowd)
    done = players.finish(crowd)
    # At eight times the speed, who is a second late has passed over something.
    done.failures.pop("a list without what the last one ended with", None)
    assert not done.failures, done.failures
    assert not done.unreadable, done.refused
    assert min(done.had) >= 4


@pytest.mark.slow
def test_players_outlive_workers_and_the_server(
    start_server: Callable[..., Server], publish: Publish, name: str, tmp_path: Path
) -> None:
    server = start_server("--exempt-network", "127.0.0.0/8")
    recording = record("vp9", "opus", seconds=LASTING_S)
    publisher = publish(server, name).play(recording, finish=False)

    def keep_publishing() -> None:
        """As encoders do, which begin anew as soon as they see that they were cut off."""
        nonlocal publisher
        if publisher.process.poll() is not None:
            publisher = publish(server, name).play(recording, finish=False)

    wait_until(lambda: server.get(f"/{name}/hls/v1.m3u8").status == 200, "the first list")
    made = [edges.start(kind, server, tmp_path / kind) for kind in edges.EDGES]

    def next_of_all() -> list[tuple[int, int]]:
        keep_publishing()
        answers = [get(edge, f"/{name}/hls/v1.m3u8") for edge in made]
        if any(answer.status != 200 for answer in answers):
            return []
        return [Playlist(answer.body.decode()).next for answer in answers]

    def wait_for_more() -> list[tuple[int, int]]:
        before = wait_until(next_of_all, "the lists")
        return wait_until(
            lambda: (now := next_of_all()) and all(map(gt, now, before)) and now,
            "the lists to go on")

    try:
        crowds = [
            players.start(edge.port, name, players.SECONDS_AT_MOST, told=True, enough=11, ll=100)
            for edge in made]
        for slot in (0, 1):
            wait_for_more()
            # Requests of all players are held when it dies.
            pid = server.kill_worker(slot)
            server.wait_for_all_workers(without=pid)
        wait_for_more()
        publisher.abort()
        # The edges keep their connections, which `stop` would take for forgotten ones.
        server.expected_deaths.update(server.workers().values())
        server.stop(check=False)
        for edge in made:
            path = f"/{name}/hls/v1.m3u8"
            gone = wait_until(
                lambda: (answer := get(edge, path)).status == 503 and answer, "the edge to say so")
            assert_readable(gone)
        server.start()
        wait_for_more()
        for crowd in crowds:
            players.end(crowd)
        for edge, crowd in zip(made, crowds):
            _assert_were_served(edge, players.finish(crowd))
    finally:
        for edge in made:
            edge.stop()


def _assert_were_served(edge: Edge, seen: players.Report) -> None:
    # Nobody was cut off, and what was refused can be read: their players try again.
    assert not seen.failures, (edge.kind, seen.failures)
    assert not seen.unreadable, (edge.kind, seen.refused)
    assert seen.statuses.keys() <= {"200", "503"}, (edge.kind, seen.refused)
    assert min(seen.had) >= 11, edge.kind
    for address, times in edge.origin_requests().items():
        # Once, once more for each death, and for the second second of an outage. What is refused for longer
        # is asked for once a second.
        most = 4 + (seen.lasted_s if f"503 {address}" in seen.refused else 0)
        assert times <= most or "_HLS_msn" not in address, (edge.kind, address, times)


def test_webm_goes_through_to_each_viewer_and_to_nobody_afterwards(edge: Edge) -> None:
    server = edge.server

    def answered() -> float:
        return Metrics(server).total("weir_responses_total", route="watch", status="2xx")

    before = 0.0

    def load() -> Report:
        nonlocal before
        server.wait_for_viewers("crowd", 0)
        before = answered()
        viewers = live_viewers(edge.url("/crowd/live"), 100, 8)
        try:
            return report(viewers)
        finally:
            if viewers.poll() is None:
                viewers.kill()

    done = all_answered(100, load)
    # More if somebody who was there before is counted late.
    wait_until(lambda: answered() - before >= 100, "each to have had a response of its own")
    assert done.started == done.ok == 100, done.text
    assert done.errored == done.timed_out == 0, done.text
    assert done.traffic_bytes > 100 * 10_000
    server.wait_for_viewers("crowd", 0)


def test_an_edge_is_for_those_who_watch(edge: Edge) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = get(edge, "/new/live", method)
        assert answer.status in (403, 405), (method, answer)
    assert edge.server.stream("new") is None
    done = subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "-w", "%{http_version}", "--cacert",
         str(edge.server.certificate.certificate), edge.url("/crowd/hls/index.m3u8")],
        capture_output=True, text=True)
    assert done.stdout == "2"
