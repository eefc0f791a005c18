"""Behind a proxy, limits and logs are about the client that the proxy names, and nobody else can name one."""

from __future__ import annotations

import itertools
import json
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import pytest

from weir.admin import Metrics
from weir.http2 import Http2Connection
from weir.limits import limit
from weir.ports import free_port
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
_PROXY = "127.0.0.1"
_STRANGER = "127.0.0.2"
_numbers = itertools.count()


def block(client: str, more: bytes = b"") -> bytes:
    """A header of version 2."""
    family = socket.AF_INET6 if ":" in client else socket.AF_INET
    address = socket.inet_pton(family, client)
    rest = address + bytes(len(address)) + struct.pack("!HH", 4711, 443) + more
    return _SIGNATURE + bytes([0x21, 0x21 if ":" in client else 0x11]) + struct.pack(
        "!H", len(rest)) + rest


_LOCAL = _SIGNATURE + b"\x20\x00\x00\x00"


@dataclass(frozen=True)
class Entry:
    """A server with listeners for proxies, one of them for plain HTTP, beside the usual one."""

    server: Server
    port: int
    redirect_port: int

    def connect(
        self, header: bytes, *, source: str = _PROXY, port: int | None = None,
        bytewise: bool = False,
    ) -> ssl.SSLSocket:
        """To the listener for proxies, with something said before TLS."""
        plain = socket.socket()
        plain.settimeout(PATIENCE_S)
        plain.bind((source, 0))
        plain.connect(("127.0.0.1", port or self.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in ([header[i:i + 1] for i in range(len(header))] if bytewise else [header]):
            plain.sendall(piece)
        # Python's TLS does not begin on a connection that is gone already, and says nothing.
        plain.getpeername()
        context = ssl.create_default_context(cafile=str(self.server.certificate.certificate))
        return context.wrap_socket(plain, server_hostname="localhost")


@pytest.fixture
def entry(start_server: Callable[..., Server]) -> Entry:
    """One client has 64 of the 96 connections at most."""
    port, redirect_port = free_port(), free_port()
    address, redirect = f"127.0.0.1:{port}", f"127.0.0.1:{redirect_port}"
    return Entry(start_server(
        "--listen", address, "--http-redirect", redirect, "--proxy-protocol", address,
        "--proxy-protocol", redirect, "--trusted-proxy", _PROXY, "--access-log", "on", workers=1,
        publish="account", launcher=["prlimit", "--nofile=256:256"]), port, redirect_port)


def ask(
    connection: ssl.SSLSocket, method: str, path: str, *fields: str, body: bytes = b""
) -> bytes:
    """The response of one request, up to the end of the connection."""
    connection.sendall("\r\n".join([
        f"{method} {path} HTTP/1.1", "host: localhost", "connection: close",
        f"content-length: {len(body)}", *fields, "", ""]).encode() + body)
    seen = b""
    with suppress(ssl.SSLEOFError):
        while piece := connection.recv(65_536):
            seen += piece
    return seen


def client_of(server: Server, ask: Callable[[str], object]) -> str:
    """Who has asked for an address, by the access log."""
    path = f"/nobody-{next(_numbers)}/hls/x"
    ask(path)

    def logged() -> str | None:
        return next((each["metadata"]["client"] for each in server.log_records()
                     if each["message"] == f"GET {path}"), None)
    return wait_until(logged, f"a line about {path}")


def assert_closed(connect: Callable[[], object]) -> None:
    with pytest.raises(OSError):
        connect()


def test_the_header_of_a_proxy_names_the_client(entry: Entry) -> None:
    server = entry.server
    headers = {
        b"PROXY TCP4 203.0.113.9 127.0.0.1 4711 443\r\n": "203.0.113.9",
        b"PROXY TCP6 2001:db8::9 ::1 4711 443\r\n": "2001:db8::9",
        b"PROXY UNKNOWN\r\n": _PROXY,
        block("203.0.113.10"): "203.0.113.10",
        block("2001:db8::a", b"\x04\0\x03abc"): "2001:db8::a",
        _LOCAL: _PROXY,
    }
    for header, client in headers.items():
        for bytewise in (False, True):
            with entry.connect(header, bytewise=bytewise) as connection:
                seen = client_of(server, lambda path: ask(connection, "GET", path))
                assert seen == client, header

    def refused() -> float:
        return Metrics(server).total("weir_proxy_headers_refused_total")

    before = refused()
    wrong = [b"", b"PROXY TCP4 203.0.113.9\r\n", b"GET / HTTP/1.1\r\n\r\n", _SIGNATURE + b"\x31\x11"]
    for header in wrong:
        assert_closed(lambda: entry.connect(header))
    # From elsewhere, the best header does not help; and it is none where it is not expected.
    assert_closed(lambda: entry.connect(block("203.0.113.9"), source=_STRANGER))
    wait_until(
        lambda: refused() == before + len(wrong) + 1, "those to be counted", every_s=0.2)
    assert_closed(lambda: entry.connect(block("203.0.113.9"), port=server.port))

    # A client has its share, whichever way its connections come.
    with ExitStack() as stack:
        for _ in range(64):
            stack.enter_context(entry.connect(block("203.0.113.9")))
        with pytest.raises(OSError):
            late = stack.enter_context(entry.connect(block("203.0.113.9")))
            assert ask(late, "GET", "/api/time") == b"", "one more than its share was served"
            raise ConnectionError
        with entry.connect(block("203.0.113.10")) as other:
            assert b" 200 " in ask(other, "GET", "/api/time")
        wait_until(
            lambda: Metrics(server).total("weir_connections_over_share_total") == 1,
            "that one to be counted", every_s=0.2)

    def again() -> bool:
        with suppress(OSError), entry.connect(block("203.0.113.9")) as one:
            return b" 200 " in ask(one, "GET", "/api/time")
        return False
    wait_until(again, "room again")


def test_plain_http_behind_a_proxy_is_redirected_as_well(entry: Entry) -> None:
    server = entry.server

    def knock(header: bytes, path: str, source: str = _PROXY) -> bytes:
        with socket.socket() as plain:
            plain.settimeout(PATIENCE_S)
            plain.bind((source, 0))
            plain.connect(("127.0.0.1", entry.redirect_port))
            seen = b""
            with suppress(OSError):
                plain.sendall(header + (
                    f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").encode())
                while piece := plain.recv(65_536):
                    seen += piece
            return seen

    for header, client in [
        (b"PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n", "203.0.113.9"),
        (block("2001:db8::a"), "2001:db8::a"), (_LOCAL, _PROXY),
    ]:
        seen = client_of(server, lambda path: knock(header, path))
        assert seen == client
        answer = knock(header, "/alice/watchLive")
        assert answer.startswith(b"HTTP/1.1 308 "), answer
        assert f"location: https://localhost:{server.port}/alice/watchLive".encode() in answer
    before = Metrics(server).total("weir_proxy_headers_refused_total")
    assert knock(b"", "/") == b""
    assert knock(block("203.0.113.9"), "/", source=_STRANGER) == b""
    wait_until(
        lambda: Metrics(server).total("weir_proxy_headers_refused_total") == before + 2,
        "those to be counted", every_s=0.2)


def test_a_client_behind_a_proxy_that_resets_streams_costs_others_nothing(entry: Entry) -> None:
    """Rapid reset (CVE-2023-44487), as a proxy passes it on over the one connection that it has."""
    server = entry.server
    budget = limit("resetsPer10s")

    def forwarded(text: str) -> list[tuple[str, str]]:
        return [("x-forwarded-for", text)]

    with Http2Connection(server) as proxy:
        # Many times what ends the connection of a client that comes by itself.
        for _ in range(40 * budget):
            proxy.reset(proxy.open("GET", "/api/time", forwarded("203.0.113.9")))

        def is_refused() -> bool:
            """A moment after its last reset it may reset one more."""
            nonlocal answer
            proxy.reset(proxy.open("GET", "/api/time", forwarded("203.0.113.9")))
            answer = proxy.request("GET", "/api/time", forwarded("203.0.113.9"))
            return answer.status == 429

        answer = None
        wait_until(is_refused, "it to be refused", every_s=0.01)
        assert answer is not None and answer.headers["retry-after"] == "1"
        assert json.loads(answer.body)["type"] == "/problems/too-many-resets"
        assert proxy.request("GET", "/api/time", forwarded("203.0.113.10")).status == 200
        wait_until(
            lambda: proxy.request("GET", "/api/time", forwarded("203.0.113.9")).status == 200,
            "it to be let in again", every_s=0.2)
        assert proxy.goaway is None
    assert Metrics(server).total("weir_abuse_closes_total") == 0
    with Http2Connection(server, source=_STRANGER) as stranger:
        def is_cut_off() -> bool:
            """The budget fills up again while a slow client resets, and what is answered already does not
            count."""
            for _ in range(2 * budget):
                stranger.reset(stranger.open("GET", "/api/time", forwarded("203.0.113.9")))
                if stranger.closed:
                    break
            return Metrics(server).total("weir_abuse_closes_total") == 1

        wait_until(is_cut_off, "that connection to be closed", every_s=0.2)


@pytest.mark.parametrize(("name", "is_taken"), [
    ("a4c7b2d0-trace/1:2=+.x_", True), ("x" * limit("requestIDBytes"), True),
    ("x" * (limit("requestIDBytes") + 1), False), ("", False), ("two words", False),
    ('quote"', False), ("é", False), ("semi;colon", False), ("a,b", False),
])
def test_a_request_keeps_the_name_that_a_trusted_proxy_has_given(
    entry: Entry, name: str, is_taken: bool
) -> None:
    server = entry.server
    for source in (None, _STRANGER):
        with Http2Connection(server, source=source) as proxy:
            answer = proxy.request("GET", "/nothing/here", [("x-request-id", name)])
            assert answer.status == 404
            request = answer.headers["x-request-id"]
            assert json.loads(answer.body)["requestId"] == request
            assert (request == name) == (is_taken and source is None)
            wait_until(
                lambda: any(each["metadata"].get("request") == request
                            for each in server.log_records()), "a line about it")


def test_fields_of_a_proxy_name_the_client_of_each_request(entry: Entry, name: str) -> None:
    server = entry.server

    def status_now(connection: Http2Connection, *fields: tuple[str, str]) -> int:
        wrong = json.dumps({"username": name, "password": "wrong"}).encode()
        return connection.request(
            "POST", "/login", [("content-type", "application/json"), *fields], wrong).status

    def status(connection: Http2Connection, *fields: tuple[str, str]) -> int:
        """A busy server says that one should come again (503)."""
        return wait_until(
            lambda: None if (found := status_now(connection, *fields)) == 503 else found, "an answer")

    def seen_from(connection: Http2Connection, *fields: tuple[str, str]) -> str:
        return client_of(server, lambda path: connection.request("GET", path, list(fields)))

    def forwarded(text: str) -> tuple[str, str]:
        return ("x-forwarded-for", text)

    with Http2Connection(server) as proxy:
        assert seen_from(proxy, forwarded("203.0.113.9")) == "203.0.113.9"
        assert seen_from(proxy, forwarded("[2001:db8::9]:4711")) == "2001:db8::9"
        assert seen_from(proxy, forwarded("6.6.6.6"), forwarded("203.0.113.9, 127.0.0.1")) == (
            "203.0.113.9")
        assert seen_from(proxy, ("forwarded", "for=6.6.6.6")) == _PROXY
        # One of its clients guesses until it may not; others may.
        # (A guess that nobody had the time to judge may count or not.)
        tries = [status_now(proxy, forwarded("203.0.113.9")) for _ in range(10)]
        while tries[-1] != 429 and len(tries) < 40:
            tries.append(status_now(proxy, forwarded("203.0.113.9")))
        assert set(tries) <= {401, 503, 429} and tries.count(401) <= 10 <= len(tries) - 1, tries
        assert status_now(proxy, forwarded("203.0.113.9")) == 429
        assert status(proxy, forwarded("203.0.113.10")) == 401
        # A page that an old browser has loaded over a proxy that changes the host.
        for host, expected in [("live.example:8443", 401), ("other.example", 403)]:
            assert status(
                proxy, forwarded("203.0.113.11"), ("x-forwarded-host", host),
                ("origin", "https://live.example:8443")) == expected
    with Http2Connection(server, source=_STRANGER) as stranger:
        assert seen_from(stranger, forwarded("203.0.113.9")) == _STRANGER
        assert status(
            stranger, ("x-forwarded-host", "live.example"), ("origin", "https://live.example")
        ) == 403
    # Through a proxy for connections, requests are said to be others' by trusted proxies only, too.
    with entry.connect(block("203.0.113.12")) as client:
        assert client_of(
            server, lambda path: ask(client, "GET", path, "x-forwarded-for: 6.6.6.6")
        ) == "203.0.113.12"
    with entry.connect(_LOCAL) as inner:
        assert client_of(
            server, lambda path: ask(inner, "GET", path, "x-forwarded-for: 203.0.113.13")
        ) == "203.0.113.13"
