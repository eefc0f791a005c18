"""Requests that two readers could understand differently are refused, and end the connection.

Each is followed by a request for something that exists. If a byte of an answer to that one ever
arrived, the bytes before it would have been understood in a second way.
"""

from __future__ import annotations

import pytest

from weir.http1 import RawHttp1
from weir.server import Server

SECRET = "GET /api/streams HTTP/1.1\r\nHost: localhost\r\n\r\n"

_POST = "POST /smuggled/live HTTP/1.1\r\nHost: localhost\r\n"
_GET = "GET /api/streams HTTP/1.1\r\nHost: localhost\r\n"

#: What is sent before SECRET, the status it is answered with, and the problem's name.
REFUSED: dict[str, tuple[str, int, str]] = {
    "both lengths": (
        _POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400, "contradictory-framing"),
    "both lengths the other way round": (
        _POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        400, "contradictory-framing"),
    "two lengths": (
        _POST + "Content-Length: 5\r\nContent-Length: 0\r\n\r\n", 400, "repeated-content-length"),
    "two equal lengths": (
        _POST + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        400, "repeated-content-length"),
    "a list of lengths": (
        _POST + "Content-Length: 5, 5\r\n\r\nhello", 400, "malformed-content-length"),
    "a length with a sign": (
        _POST + "Content-Length: +5\r\n\r\nhello", 400, "malformed-content-length"),
    "a hexadecimal length": (
        _POST + "Content-Length: 0x5\r\n\r\nhello", 400, "malformed-content-length"),
    "a length that overflows": (
        _POST + "Content-Length: 18446744073709551621\r\n\r\nhello",
        413, "content-length-too-large"),
    "a space before the colon": (
        _POST + "Content-Length : 5\r\n\r\nhello", 400, "malformed-field-name"),
    "a folded field": (
        _GET + "X-A: 1\r\n Content-Length: 5\r\n\r\n", 400, "folded-field"),
    "a folded first field": (
        "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", 400, "folded-field"),
    "a bare line feed in a head": (
        _GET.replace("\r\nHost", "\nHost") + "\r\n", 400, "bare-line-feed"),
    "a bare line feed after a head": (_GET + "\n", 400, "bare-line-feed"),
    "a carriage return in a value": (_GET + "X-A: 1\rX-B: 2\r\n\r\n", 400, "malformed-field-value"),
    "a zero byte in a value": (_GET + "X-A: 1\0\r\n\r\n", 400, "malformed-field-value"),
    "two codings": (
        _POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        501, "unknown-transfer-coding"),
    "chunked twice": (
        _POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400, "repeated-transfer-encoding"),
    "chunked disguised": (
        _POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501, "unknown-transfer-coding"),
    "identity": (
        _POST + "Transfer-Encoding: identity\r\n\r\n", 501, "unknown-transfer-coding"),
    "chunks from an old client": (
        _POST.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400, "transfer-encoding-in-http-1.0"),
    "no host": ("GET / HTTP/1.1\r\n\r\n", 400, "missing-host"),
    "two hosts": (_GET + "Host: localhost\r\n\r\n", 400, "repeated-host"),
    "a host with a path": ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "malformed-host"),
    "two minds about the host": (
        "GET https://elsewhere/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "contradictory-host"),
    "another scheme": (
        "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 421, "misdirected-scheme"),
    "a tunnel": (
        "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 501, "connect-not-supported"),
    "white space in the request line": (
        "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "malformed-request-line"),
    "a version to come": ("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505,
                          "unsupported-http-version"),
    "HTTP/2 with prior knowledge": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505,
                                    "unexpected-http2-preface"),
    "no version": ("GET /\r\n\r\n", 400, "malformed-request-line"),
    "an expectation nobody knows": (
        _POST + "Content-Length: 5\r\nExpect: magic\r\n\r\nhello", 417, "unknown-expectation"),
    "an endless target": (f"GET /{'a' * 9000} HTTP/1.1\r\n", 414, "target-too-long"),
    "an endless method": (f"{'A' * 9000} / HTTP/1.1\r\n", 501, "method-too-long"),
    "an endless head": (_GET + "X-A: " + "a" * 70_000 + "\r\n\r\n", 431, "headers-too-large"),
    "too many fields": (_GET + "X-A: 1\r\n" * 500 + "\r\n", 431, "headers-too-large"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_request_with_two_meanings_is_refused_and_nothing_behind_it_is_answered(
    server: Server, kind: str
) -> None:
    text, status, slug = REFUSED[kind]
    with RawHttp1(server) as connection:
        connection.send(text + SECRET)
        reply = connection.reply()
        assert reply.status == status, reply
        assert reply.headers["connection"] == "close"
        assert reply.headers["content-type"] == "application/problem+json"
        assert f'"/problems/{slug}"'.encode() in reply.body, reply.body
        connection.assert_closed()


#: Bodies in chunks that break in the middle.
BROKEN_CHUNKS = {
    "a chunk longer than its size": "3\r\nabcd\r\n0\r\n\r\n",
    "a chunk without its line end": "3\r\nabc0\r\n\r\n",
    "a size with a sign": "+3\r\nabc\r\n0\r\n\r\n",
    "a size with a prefix": "0x3\r\nabc\r\n0\r\n\r\n",
    "a size with a space": "3 \r\nabc\r\n0\r\n\r\n",
    "a size that overflows": "10000000000000003\r\nabc\r\n0\r\n\r\n",
    "no size": "\r\nabc\r\n0\r\n\r\n",
    "a bare line feed": "3\nabc\r\n0\r\n\r\n",
    "an endless extension": "3;" + "a" * 9000 + "\r\nabc\r\n0\r\n\r\n",
    "a length in the trailers": "0\r\nContent-Length: 5\r\n\r\n",
    "a bare line feed in the trailers": "0\r\nX-A: 1\n\r\n",
}


@pytest.mark.parametrize("kind", BROKEN_CHUNKS)
def test_broken_chunks_end_the_connection_and_nothing_behind_them_is_answered(
    server: Server, kind: str
) -> None:
    with RawHttp1(server) as connection:
        connection.send(_POST + "Transfer-Encoding: chunked\r\n\r\n" + BROKEN_CHUNKS[kind] + SECRET)
        # The beginning of the body may have been refused for what it is before it broke.
        reply = connection.reply()
        assert reply.status in (400, 412, 413, 415, 431), reply
        assert reply.headers["connection"] == "close"
        connection.assert_closed()


@pytest.mark.parametrize(
    "body",
    ["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
)
def test_a_connection_survives_a_body_that_was_refused_after_its_end(
    server: Server, body: str
) -> None:
    with RawHttp1(server) as connection:
        connection.send(_POST + body + SECRET)
        refusal = connection.reply()
        assert refusal.status == 415
        if refusal.headers.get("connection") == "close":
            connection.assert_closed()
        else:
            assert connection.reply().status == 200


def test_requests_in_one_go_are_answered_in_order(server: Server) -> None:
    with RawHttp1(server) as connection:
        connection.send(SECRET * 3 + _GET.replace("/api/streams", "/nobody/live") + "\r\n" + SECRET)
        assert [connection.reply().status for _ in range(5)] == [200, 200, 200, 404, 200]


def test_what_follows_the_last_request_is_not_answered(server: Server) -> None:
    with RawHttp1(server) as connection:
        connection.send(_GET + "Connection: close\r\n\r\n" + SECRET)
        assert connection.reply().status == 200
        connection.assert_closed()


def test_an_endless_body_hides_no_request(server: Server, name: str) -> None:
    """A PUT that waits for 100 and closes the connection afterwards: all that follows is its body,
    whoever thinks otherwise."""
    with RawHttp1(server) as connection:
        connection.request("PUT", f"/{name}/live", "Expect: 100-continue", "Connection: close")
        connection.send(SECRET)
        assert connection.reply().status == 415
        connection.assert_closed()
