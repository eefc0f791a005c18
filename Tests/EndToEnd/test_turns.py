"""Who may write next: requests that repeat, stall or say nothing, beside those that publish."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from weir import ebml
from weir.admin import Metrics
from weir.comparison import assert_whole
from weir.hls import connected_to_all_workers
from weir.http1 import RawHttp1
from weir.http2 import Http2Connection, Response
from weir.in_time import Pace, in_time
from weir.limits import limit_s
from weir.publisher import Publisher, cut_at_random
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]


@pytest.fixture
def alone(start_server: Callable[..., Server]) -> Server:
    """One worker, so that all requests of a test meet in the same queue."""
    return start_server(workers=1)


def slug(response: Response) -> str:
    return str(json.loads(response.body)["type"]).rsplit("/", 1)[-1]


def chunk(number: int) -> list[tuple[str, str]]:
    return [("weir-chunk", f"s/{number}")]


@pytest.mark.parametrize("ending", ["complete", "reset"])
def test_a_repeated_chunk_may_outlast_the_chunks_after_it(
    alone: Server, name: str, ending: str
) -> None:
    path, chunks = f"/{name}/live", cut_at_random(record().data, pieces=3, seed=1)
    with Http2Connection(alone) as client:
        assert client.request("POST", path, chunk(0), chunks[0]).status == 204
        repeated = client.open("POST", path, chunk(0), end=False)
        client.send(repeated, chunks[0][:100])
        assert client.request("POST", path, chunk(1), chunks[1]).status == 204
        if ending == "complete":
            client.send(repeated, chunks[0][100:], end=True)
            assert client.response(repeated).status == 204
        else:
            client.reset(repeated)
        assert client.request("POST", path, chunk(2), chunks[2]).status == 204


def test_who_takes_over_with_other_tracks_goes_on(
    start_server: Callable[..., Server], name: str
) -> None:
    """The more so when the two requests are in different workers, as on an idle server."""
    server, path = start_server(), f"/{name}/live"
    # Made before anything is sent: a stream that waits for an encoder falls silent.
    other = record(size="320x240").data
    with Http2Connection(server) as first, Http2Connection(server) as second:
        old = first.open("POST", path, end=False)
        first.send(old, record().data)
        server.wait_for_stream(name)
        new = second.open("POST", path, [("weir-take-over", "1")], end=False)
        for piece in cut_at_random(other, pieces=5, seed=1):
            second.send(new, piece)
        second.send(new, b"", end=True)
        assert first.response(old).status == 409
        assert second.response(new).status == 204
    shown = server.stream(name)
    assert shown is not None and shown["tracks"][0]["width"] == 320


def test_viewers_of_a_broadcast_whose_grace_is_over_are_let_go_by_the_next_one(
    start_server: Callable[..., Server], name: str
) -> None:
    """Without a grace period, the next one comes before anybody has noted the end."""
    server, path, data = start_server("--grace", "0"), f"/{name}/live", record().data

    def come_again(number: int, pace: Pace) -> None:
        # What an attempt that was too slow has left.
        publisher.request("DELETE", path)
        pace.begin()
        old = publisher.open("POST", path, end=False)
        publisher.send(old, data)
        viewers = []
        for worker in workers:
            wait_until(lambda: worker.request("HEAD", path).status == 200, "the broadcast")
            viewers.append((worker, worker.open("GET", path)))
        for worker, viewer in viewers:
            worker.wait_for(lambda: len(worker.responses[viewer].body) > 1_000, "media")
        publisher.reset(old)
        assert publisher.request("POST", path, body=data).status == 204
        for worker, viewer in viewers:
            assert worker.response(viewer).ended
        assert publisher.request("DELETE", path).status == 204

    with connected_to_all_workers(server) as workers:
        publisher = workers[0]
        for _ in range(5):
            # All of it before it has been silent for some seconds, which would be its end.
            in_time(limit_s("publisherSilenceMs") - 1, come_again)


@pytest.mark.parametrize("beginning", [b"", ebml.head()[:1]], ids=["nothing", "one byte"])
def test_a_request_that_says_nothing_does_not_hold_the_name(
    alone: Server, name: str, beginning: bytes
) -> None:
    path = f"/{name}/live"
    with Http2Connection(alone) as silent, Http2Connection(alone) as client:
        stream = silent.open("POST", path, end=False)
        silent.send(stream, beginning)
        # Answered on the same connection, so what was sent before has been read.
        assert silent.request("GET", "/api/streams").status == 200
        assert client.request("POST", path, body=record().data).status == 204


@pytest.mark.slow
def test_a_body_that_stops_before_it_says_what_it_is_times_out(alone: Server, name: str) -> None:
    with Http2Connection(alone) as client:
        stream = client.open("POST", f"/{name}/live", end=False)
        client.send(stream, ebml.head()[:1])
        assert client.response(stream).status == 408


def test_a_publisher_who_is_held_back_is_not_taken_for_silent(
    start_server: Callable[..., Server], name: str
) -> None:
    """Ten minutes of media at once, where two and a half seconds ahead are allowed."""
    server = start_server("--grace", "0", "--ring-seconds", "5")
    with Http2Connection(server) as client:
        stream = client.open("POST", f"/{name}/live", end=False)
        client.send(stream, ebml.start())
        for second in range(600):
            client.send(stream, ebml.cluster(second * 1_000, ebml.simple_block(b"frame")))
        server.wait_for_state(name, "live")
        # Silence would have paused it after five seconds, and ended it at once.
        silent_until = time.monotonic() + 8
        while time.monotonic() < silent_until:
            client.pump(0.2)
            assert server.state(name) == "live"
        assert not client.responses[stream].is_over
    assert Metrics(server).total("weir_publishers_held_back_total") == 1


@pytest.mark.parametrize("first_ms", [0, 50_000], ids=["from 0", "from elsewhere"])
def test_an_encoder_that_comes_back_at_once_is_not_taken_for_one_ahead_of_the_clock(
    start_server: Callable[..., Server], name: str, first_ms: int
) -> None:
    """Only what it brings counts, not the time line that it continues. Two and a half seconds ahead
    are allowed here, and each broadcast brings two."""
    server = start_server("--ring-seconds", "5")
    clusters = [
        ebml.cluster(first_ms + 500 * i, ebml.simple_block(b"frame")) for i in range(4)]
    with Http2Connection(server) as client:
        for _ in range(4):
            body = ebml.start() + b"".join(clusters)
            assert client.request("POST", f"/{name}/live", body=body).status == 204
    assert Metrics(server).total("weir_publishers_held_back_total") == 0


def test_a_chunk_that_waited_fits_into_the_smallest_ring(
    start_server: Callable[..., Server], name: str
) -> None:
    """All of it comes at once then, behind a block that the chunk before it had begun."""
    server = start_server("--ring-size", "1M")
    blocks = [ebml.simple_block(bytes(100_000))]
    blocks += [ebml.simple_block(bytes(1_000), time=ms, key=False) for ms in range(1, 201)]
    data, cut = ebml.start() + ebml.cluster(0, *blocks), 90_000

    def publish(number: int, pace: Pace) -> tuple[int, int]:
        path = f"/{name[:25]}-{number}/live"
        with Http2Connection(server) as client:
            late = client.open("POST", path, chunk(1), end=False)
            client.send(late, data[cut:], end=True)
            first = client.request("POST", path, chunk(0), data[:cut])
            return first.status, client.response(late).status

    assert in_time(limit_s("unknownSessionMs") - 0.5, publish) == (204, 204)


@pytest.mark.slow
def test_a_chunk_behind_a_slow_one_is_not_told_to_begin_anew(
    server: Server, name: str
) -> None:
    path, chunks = f"/{name}/live", cut_at_random(record().data, pieces=3, seed=1)
    with Http2Connection(server) as client:
        assert client.request("POST", path, chunk(0), chunks[0]).status == 204
        slow = client.open("POST", path, chunk(1), end=False)
        client.send(slow, chunks[1][:100])
        early = client.request("POST", path, chunk(2), chunks[2])
        assert early.status == 409
        assert json.loads(early.body)["type"] == "/problems/chunk-gap"
        assert "expectedChunk" not in json.loads(early.body)
        client.send(slow, chunks[1][100:], end=True)
        assert client.response(slow).status == 204
        assert client.request("POST", path, chunk(2), chunks[2]).status == 204


def test_a_take_over_over_the_same_connection_does_not_wait_for_the_first_to_end(
    server: Server, name: str
) -> None:
    path = f"/{name}/live"
    with Http2Connection(server) as client:
        old = client.open("POST", path, end=False)
        client.send(old, record().data)
        server.wait_for_stream(name)
        new = client.request("POST", path, [("weir-take-over", "1")], record().data)
        assert new.status == 204
        assert client.response(old).status == 409


def test_a_publisher_who_goes_on_from_another_address_may_end_the_stream(
    server: Server, name: str
) -> None:
    chunks = cut_at_random(record().data, pieces=2, seed=1)

    def publish(attempt: int, pace: Pace) -> tuple[str, list[int]]:
        """And what the first one is told who wants to end it while it is live."""
        path, statuses = f"/{name[:25]}-{attempt}/live", []
        for number, source in enumerate(["127.0.0.1", "127.0.0.2"]):
            statuses.append(server.request(
                "POST", path, headers=dict(chunk(number)), body=chunks[number], source=source).status)
        return path, [*statuses, server.request("DELETE", path, source="127.0.0.1").status]

    path, statuses = in_time(limit_s("publisherSilenceMs") - 1, publish)
    assert statuses == [204, 204, 403]
    assert server.request("DELETE", path, source="127.0.0.2").status == 204


@pytest.mark.parametrize("workers", [1, 2])
def test_a_chunk_sent_again_takes_over_from_a_try_whose_connection_is_dead(
    start_server: Callable[..., Server], watch: Watch, name: str, workers: int
) -> None:
    """As when a network is cut: nobody tells the server that the first connection is gone."""
    server, path = start_server(workers=workers), f"/{name}/live"
    chunks = cut_at_random(record().data, pieces=3, seed=4)
    with Http2Connection(server) as dead, Http2Connection(server) as alive:
        assert alive.request("POST", path, chunk(0), chunks[0]).status == 204
        viewer = watch(server, name, "?start=-3600")
        stuck = dead.open("POST", path, chunk(1), end=False)
        dead.send(stuck, chunks[1][: len(chunks[1]) // 2])
        viewer.wait_for_bytes(len(chunks[0]) + len(chunks[1]) // 4)
        assert alive.request("POST", path, chunk(1), chunks[1]).status == 204
        assert dead.response(stuck).status == 409
        assert alive.request("POST", path, chunk(2), chunks[2]).status == 204
    assert server.request("DELETE", path).status == 204
    viewer.wait_for_end()
    assert_whole(viewer.file, record().path)


def test_a_live_numbered_broadcast_is_interrupted_only_on_purpose(
    start_server: Callable[..., Server], name: str
) -> None:
    """Two tabs of one broadcaster: between two chunks nobody writes, and still it is live."""
    server, data = start_server(), record().data
    path = ""

    def post(session: str, number: int, *more: tuple[str, str]) -> Response:
        with Http2Connection(server) as tab:
            headers = [("weir-chunk", f"{session}/{number}"), *more]
            return tab.request("POST", path, headers, cut_at_random(data, 5, seed=1)[number])

    def begin(number: int, pace: Pace) -> tuple[Response, int]:
        nonlocal path
        path = f"/{name[:25]}-{number}/live"
        assert post("first", 0).status == 204
        return post("second", 0), post("first", 1).status

    refused, goes_on = in_time(limit_s("publisherSilenceMs") - 1, begin)
    assert (refused.status, slug(refused)) == (409, "already-live")
    assert goes_on == 204
    assert post("second", 0, ("weir-take-over", "1")).status == 204
    assert post("second", 1).status == 204
    # The first tab learns that its broadcast is over, and why.
    lost = post("first", 2)
    assert (lost.status, slug(lost)) == (412, "broadcast-over")
    assert json.loads(lost.body)["reason"] == "taken-over"
    assert post("second", 2).status == 204


def test_who_begins_a_broadcast_and_stops_in_its_header_loses_the_name(
    alone: Server, name: str
) -> None:
    path = f"/{name}/live"
    strange = Http2Connection(alone, source="127.0.0.2")
    with Http2Connection(alone) as silent, strange as other:
        begun = silent.open("POST", path, end=False)
        silent.send(begun, ebml.head())
        # A stranger: the same publisher would be let in.
        wait_until(
            lambda: other.request("POST", path, body=ebml.start()).status == 409,
            "the name to be taken")
        assert silent.response(begun).status == 408
        assert other.request("POST", path, body=record().data).status == 204


def test_a_broadcaster_far_ahead_of_the_clock_that_goes_is_missed(
    alone: Server, name: str
) -> None:
    """While it is held back nothing is read, nor is it that it has gone."""
    # A little more than a request's window: that it ends has to fit into the system's buffers.
    clusters = [ebml.cluster(50_000 * i, ebml.simple_block(b"k" * 9_000)) for i in range(38)]
    with RawHttp1(alone) as connection:
        # Whoever has left something unread goes with a reset, which is noticed in any case.
        connection.request("GET", "/api/streams").reply()
        connection.request("POST", f"/{name}/live", "Transfer-Encoding: chunked")
        for piece in [ebml.start(), *clusters]:
            connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        alone.wait_for_stream(name)
    alone.wait_for_state(name, "paused")
