"""Who waits to publish, and how many may: nobody keeps others from their turn by waiting for one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from weir import ebml
from weir.http2 import Http2Connection, Response
from weir.in_time import Pace, in_time
from weir.limits import limit, limit_s
from weir.publisher import cut_at_random
from weir.recordings import record
from weir.server import Server

_PER_CONNECTION = limit("waitingChunksPerConnection")
_PER_STREAM = limit("waitingRequestsPerStream")
_STREAMS_PER_CLIENT = limit("streamsPerClient")
_CHUNK_TURN_S = limit_s("chunkTurnMs")
#: Until that is over for any of them, with some room for what the server does.
_SOON_S = min(_CHUNK_TURN_S, limit_s("repeatedChunkMs")) - 1

STRANGER = "127.0.0.2"


@pytest.fixture
def alone(start_server: Callable[..., Server]) -> Server:
    """One worker, so that all requests of a test meet in the same queue."""
    return start_server("--ring-size", "1M", workers=1)


def slug(response: Response) -> str:
    return str(json.loads(response.body)["type"]).rsplit("/", 1)[-1]


def chunk(number: int, session: str = "s") -> list[tuple[str, str]]:
    return [("weir-chunk", f"{session}/{number}")]


@contextmanager
def waiters(
    server: Server, path: str, count: int, first: int, session: str = "s", source: str | None = None
) -> Iterator[list[tuple[Http2Connection, int]]]:
    """So many requests for chunks that are not wanted yet, as many on a connection as may be."""
    with ExitStack() as stack:
        found: list[tuple[Http2Connection, int]] = []
        for index in range(count):
            if index % _PER_CONNECTION == 0:
                connection = stack.enter_context(Http2Connection(server, source=source))
            headers = chunk(first + index, session)
            found.append((connection, connection.open("POST", path, headers)))
        # Answered behind them, so they have been taken in.
        for connection in {id(c): c for c, _ in found}.values():
            assert connection.request("GET", "/api/streams").status == 200
        yield found


def answers(requests: list[tuple[Http2Connection, int]]) -> list[Response]:
    for connection in {id(c): c for c, _ in requests}.values():
        connection.pump(0.01)
    return [connection.responses[stream] for connection, stream in requests]


def test_more_than_may_wait_at_one_stream_are_told_to_retry(alone: Server, name: str) -> None:
    chunks = cut_at_random(record().data, pieces=2, seed=1)

    def come(number: int, pace: Pace) -> tuple[list[Response], int]:
        path = f"/{name[:25]}-{number}/live"
        with Http2Connection(alone) as client:
            assert client.request("POST", path, chunk(0), chunks[0]).status == 204
            with waiters(alone, path, _PER_STREAM + 5, first=100) as requests:
                over = [answer for answer in answers(requests) if answer.is_over]
                # The one that all of them wait for is let in all the same.
                return over, client.request("POST", path, chunk(1), chunks[1]).status

    over, awaited = in_time(_SOON_S, come)
    assert [(a.status, slug(a)) for a in over] == [(429, "too-many-waiting")] * 5
    assert all(int(answer.headers["retry-after"]) > 0 for answer in over)
    assert awaited == 204


def test_chunks_that_come_again_and_do_not_end_are_bounded_too(alone: Server, name: str) -> None:
    chunks = cut_at_random(record().data, pieces=2, seed=1)

    def come(number: int, pace: Pace) -> tuple[set[int], int]:
        path = f"/{name[:25]}-{number}/live"
        with Http2Connection(alone) as client:
            assert client.request("POST", path, chunk(0), chunks[0]).status == 204
            again = [client.open("POST", path, chunk(0), end=False) for _ in range(_PER_STREAM + 5)]
            client.wait_for(
                lambda: sum(client.responses[stream].is_over for stream in again) >= 5, "a refusal")
            over = {client.responses[s].status for s in again if client.responses[s].is_over}
            return over, client.request("POST", path, chunk(1), chunks[1]).status

    assert in_time(_SOON_S, come) == ({429}, 204)


@pytest.mark.slow
def test_all_that_wait_in_vain_are_told_what_is_missing(alone: Server, name: str) -> None:
    path, chunks = f"/{name}/live", cut_at_random(record().data, pieces=2, seed=1)
    with Http2Connection(alone) as client:
        assert client.request("POST", path, chunk(0), chunks[0]).status == 204
        with waiters(alone, path, _PER_STREAM, first=100) as requests:
            for connection, stream in requests:
                answer = connection.response(stream, 2 * _CHUNK_TURN_S)
                assert (answer.status, slug(answer)) == (409, "chunk-gap")
                assert json.loads(answer.body)["expectedChunk"] == 1
        assert client.request("POST", path, chunk(1), chunks[1]).status == 204


def test_strangers_who_wait_give_way_to_the_one_whose_stream_it_is(
    alone: Server, name: str
) -> None:
    chunks = cut_at_random(record().data, pieces=4, seed=1)

    def come(number: int, pace: Pace) -> list[int]:
        path = f"/{name[:25]}-{number}/live"
        with Http2Connection(alone) as client:
            assert client.request("POST", path, chunk(0), chunks[0]).status == 204
            written = client.open("POST", path, chunk(1), end=False)
            client.send(written, chunks[1][:100])
            assert client.request("GET", "/api/streams").status == 200
            strangers = waiters(alone, path, _PER_STREAM, 100, session="other", source=STRANGER)
            with strangers as requests:
                assert not any(answer.is_over for answer in answers(requests))
                early = client.open("POST", path, chunk(3), end=False)
                client.send(early, chunks[3], end=True)
                client.send(written, chunks[1][100:], end=True)
                client.response(written)
                between = client.request("POST", path, chunk(2), chunks[2])
                return [client.responses[written].status, between.status, client.response(early).status]

    assert in_time(_SOON_S, come) == [204] * 3


def test_one_address_cannot_have_all_streams(alone: Server, name: str) -> None:
    body = ebml.start() + ebml.cluster(0, ebml.simple_block(b"frame"))
    name = name[:20]
    path = f"/{name}/live"
    with Http2Connection(alone) as client, Http2Connection(alone, source=STRANGER) as other:
        for number in range(_STREAMS_PER_CLIENT):
            assert client.request("POST", f"/{name}-{number}/live", body=body).status == 204
        refused = client.request("POST", path, body=body)
        assert (refused.status, slug(refused)) == (429, "too-many-own-streams")
        assert int(refused.headers["retry-after"]) > 0
        assert other.request("POST", path, body=body).status == 204
        # Those it has go on, and one that has ended makes room.
        assert client.request("POST", f"/{name}-0/live", body=body).status == 204
        assert client.request("DELETE", f"/{name}-0/live").status == 204
        client.wait_for(
            lambda: client.request("POST", f"/{name}-new/live", body=body).status == 204,
            "room for another stream")


def test_an_exempt_network_may_have_more_streams(
    start_server: Callable[..., Server], name: str
) -> None:
    server = start_server("--ring-size", "1M", "--exempt-network", "127.0.0.0/8", workers=1)
    body = ebml.start() + ebml.cluster(0, ebml.simple_block(b"frame"))
    name = name[:20]
    with Http2Connection(server) as client:
        for number in range(_STREAMS_PER_CLIENT + 1):
            assert client.request("POST", f"/{name}-{number}/live", body=body).status == 204


@pytest.mark.slow
def test_a_chunk_that_comes_again_and_dribbles_is_given_up(alone: Server, name: str) -> None:
    path, chunks = f"/{name}/live", cut_at_random(record().data, pieces=2, seed=1)
    with Http2Connection(alone) as client:
        assert client.request("POST", path, chunk(0), chunks[0]).status == 204
        again = client.open("POST", path, chunk(0), end=False)
        for byte in chunks[0]:
            if client.responses[again].is_over:
                break
            client.send(again, bytes([byte]))
            client.pump(0.5)
        assert client.responses[again].status == 408


@pytest.mark.slow
def test_a_broadcast_whose_bytes_complete_nothing_is_given_up(
    start_server: Callable[..., Server], name: str
) -> None:
    """However long the operator's grace is; its stream is paused until then."""
    server = start_server("--grace", "600", workers=1)
    with Http2Connection(server) as client:
        stream = client.open("POST", f"/{name}/live", end=False)
        client.send(stream, ebml.start() + ebml.cluster(0, ebml.simple_block(b"frame")))
        server.wait_for_stream(name)
        # A block of a megabyte, byte by byte.
        client.send(stream, ebml.cluster(40, ebml.simple_block(bytes(1_000_000)))[:100])
        for _ in range(90):
            if client.responses[stream].is_over:
                break
            client.send(stream, b"x")
            client.pump(0.5)
        assert client.responses[stream].status == 408
        server.wait_for_state(name, "paused")
