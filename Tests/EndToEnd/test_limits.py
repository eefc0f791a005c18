"""Limits: what is over one is refused with the right answer, and what is exactly at it works."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from weir.comparison import assert_contiguous
from weir.http2 import Http2Connection, Response
from weir.in_time import in_time
from weir.limits import limit, limit_s
from weir.publisher import cut_at_random
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer

_STREAMS_PER_CONNECTION = limit("streamsPerConnection")
_PATH = "/api/streams"
_TRIES = 3
#: What any request of these tests has: four pseudo-header fields.
_FIELDS_ALWAYS = 4


def ask(server: Server, path: str, headers: list[tuple[str, str]] | None = None) -> Response:
    with Http2Connection(server) as connection:
        return connection.request("GET", path, headers)


def test_a_target_over_the_limit_is_414(server: Server) -> None:
    longest = f"{_PATH}?".ljust(limit("targetBytes"), "x")
    assert ask(server, longest).status == 200
    assert ask(server, longest + "x").status == 414


def test_more_header_fields_than_the_limit_are_431(server: Server) -> None:
    def fields(count: int) -> list[tuple[str, str]]:
        return [(f"x-{number}", "1") for number in range(count)]
    most = limit("headerFields") - _FIELDS_ALWAYS
    assert ask(server, _PATH, fields(most)).status == 200
    assert ask(server, _PATH, fields(most + 1)).status == 431


def test_a_header_section_over_the_limit_is_431(server: Server) -> None:
    """Counted are names and values, and nothing for how they are packed."""
    always = sum(map(len, (
        ":method", "GET", ":scheme", "https", ":authority", f"localhost:{server.port}",
        ":path", _PATH)))

    def fields(size: int) -> list[tuple[str, str]]:
        """So many bytes, together with what is there always."""
        names = [f"x-{number}" for number in range(8)]
        each, rest = divmod(size - always - sum(map(len, names)), len(names))
        values = ["v" * each] * (len(names) - 1) + ["v" * (each + rest)]
        return list(zip(names, values, strict=True))
    most = limit("headerBytes")
    assert ask(server, _PATH, fields(most)).status == 200
    assert ask(server, _PATH, fields(most + 1)).status == 431


def test_a_chunk_that_declares_more_than_the_limit_is_413_at_once(
    server: Server, name: str
) -> None:
    def declare(connection: Http2Connection, bytes_of_body: int) -> int:
        headers = [("content-length", str(bytes_of_body)), ("content-type", "video/webm")]
        stream = connection.open("POST", f"/{name}/live", headers, end=False)
        connection.send(stream, record().data[:4096])
        return stream
    most = limit("chunkBytes")
    with Http2Connection(server) as connection:
        stream = declare(connection, most)
        server.wait_for_stream(name)
        assert not connection.responses[stream].is_over
        connection.reset(stream)
    with Http2Connection(server) as connection:
        assert connection.response(declare(connection, most + 1)).status == 413


@pytest.mark.parametrize("declared", ["-1", "abc", "1e9", "99999999999999999999999"])
def test_a_content_length_that_is_none_is_refused(
    server: Server, name: str, declared: str
) -> None:
    with Http2Connection(server) as connection:
        stream = connection.open(
            "POST", f"/{name}/live", [("content-length", declared)], end=False
        )
        answer = connection.response(stream)
        assert answer.reset is not None or answer.status in (400, 413)


def test_a_body_that_is_not_as_long_as_declared_is_an_error(server: Server, name: str) -> None:
    data = record().data
    for declared in (len(data) - 1, len(data) + 1):
        with Http2Connection(server) as connection:
            headers = [("content-length", str(declared)), ("weir-chunk", f"wrong-{declared}/0")]
            stream = connection.open("POST", f"/{name}/live", headers, end=False)
            connection.send(stream, data, end=True)
            answer = connection.response(stream)
            assert answer.reset is not None or answer.status == 400


def test_streams_beyond_the_limit_of_a_connection_are_refused(
    server: Server, name: str
) -> None:
    server.request("POST", f"/{name}/live", body=record().data)
    with Http2Connection(server) as connection:
        settings = connection._h2.remote_settings
        connection.wait_for(
            lambda: settings.max_concurrent_streams == _STREAMS_PER_CONNECTION, "the limit")
        streams = [
            connection.open("GET", f"/{name}/live") for _ in range(_STREAMS_PER_CONNECTION)
        ]
        connection.wait_for(
            lambda: all(connection.responses[s].status == 200 for s in streams), "100 responses"
        )
        server.wait_for_viewers(name, _STREAMS_PER_CONNECTION)
        # h2 itself holds us to the server's limit; pretend that it is higher.
        settings[3] = 1000
        settings.acknowledge()
        extra = connection.open("GET", f"/{name}/live")
        connection.wait_for(
            lambda: connection.closed or connection.responses[extra].is_over,
            "the stream too many to be refused",
        )
        assert connection.responses[extra].status == 0
        assert connection.responses[streams[0]].status == 200, "the others go on"


def test_too_many_chunks_that_wait_on_one_connection_are_told_to_retry(
    server: Server, name: str
) -> None:
    in_time(
        limit_s("chunkTurnMs"),
        lambda number, pace: _wait_with_too_many(server, f"{name[:25]}-{number}"))


def _wait_with_too_many(server: Server, name: str) -> None:
    most = limit("waitingChunksPerConnection")
    chunks = cut_at_random(record().data, pieces=12, seed=2)
    with Http2Connection(server) as connection:
        def post(number: int) -> int:
            headers = [("weir-chunk", f"many/{number}"), ("content-type", "video/webm")]
            stream = connection.open("POST", f"/{name}/live", headers, end=False)
            connection.send(stream, chunks[number], end=True)
            return stream
        assert connection.response(post(0)).status == 204
        patient = [post(number) for number in range(2, 2 + most)]
        for number in (2 + most, 3 + most):
            refused = connection.response(post(number))
            assert refused.status == 429
            assert json.loads(refused.body)["type"].endswith("/too-many-waiting-chunks")
            assert int(refused.headers["retry-after"]) > 0
        assert not any(connection.responses[stream].is_over for stream in patient)
        for stream in (post(1), *patient):
            assert connection.response(stream).status == 204


def test_a_fast_upload_is_held_to_what_the_ring_takes(
    start_server: Callable[..., Server], watch: Callable[..., Viewer], name: str
) -> None:
    """A recording of many rings' size, as fast as it goes, next to a viewer who is not lapped. One who gets
    no processor for seconds is, although the upload is held back: then it is done again."""
    server = start_server("--ring-size", "1MiB", "--ring-seconds", "5")
    recording = record(seconds=8, size="640x360", rate="3000k")
    for number in range(_TRIES):
        each = f"{name[:28]}-{number}"
        with ThreadPoolExecutor(1) as pool:
            upload = pool.submit(server.request, "PUT", f"/{each}/live", body=recording.path)
            server.wait_for_stream(each)
            viewer = watch(server, each, "?start=-3600").wait_for_bytes(100_000)
            assert upload.result().status == 204
        shown = server.stream(each)
        assert shown is not None
        server.request("DELETE", f"/{each}/live")
        assert server.ring(each).stat().st_size < 64 << 20
        try:
            viewer.wait_for_end()
            assert_contiguous(viewer.file, recording.path)
            return
        except AssertionError:
            if shown["heldBackMs"] == 0 or number + 1 == _TRIES:
                raise
