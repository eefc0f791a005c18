"""Slowloris: two thousand HTTP/1.1 requests that never end, while a live stream plays on."""

from __future__ import annotations

import resource
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from weir import tls
from weir.admin import Metrics
from weir.bystander import Bystander
from weir.limits import limit_s
from weir.server import Server
from weir.waiting import wait_until

_CONNECTIONS = 2000
_HEAD_S = limit_s("headerSectionMs")
_BEGINNING = b"GET /api/streams HTTP/1.1\r\nHost: localhost\r\n"


@contextmanager
def many_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def begin(server: Server) -> tuple[float, ssl.SSLSocket]:
    """A connection with half a head on it, and a time before that."""
    begun_s = time.monotonic()
    connection = tls.connect(
        server.port, server.certificate.certificate, alpn=("http/1.1",), timeout_s=60)
    connection.sendall(_BEGINNING)
    return begun_s, connection


def dribble(connection: ssl.SSLSocket) -> bool:
    """One more byte of an endless field; false when the server has hung up."""
    connection.settimeout(10)
    try:
        connection.sendall(b"X")
    except (OSError, ValueError):
        return False
    return True


def last_words(connection: ssl.SSLSocket) -> bytes:
    """What the server said before it hung up, which it does in its own time."""
    connection.settimeout(60)
    said = b""
    try:
        while received := connection.recv(65_536):
            said += received
    except (OSError, ssl.SSLError):
        pass
    return said


@pytest.mark.slow
@pytest.mark.alone
def test_two_thousand_dribbling_heads_cost_nobody_anything_and_are_answered_408(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    # What one address may have is not the matter here.
    server = start_server("--exempt-network", "127.0.0.0/8")
    bystander = Bystander(server, tmp_path)
    try:
        with many_descriptors(), ThreadPoolExecutor(8) as pool:
            begun = list(pool.map(lambda _: begin(server), range(_CONNECTIONS)))
            connections = [connection for _, connection in begun]
            wait_until(
                lambda: Metrics(server).total("weir_connections_total") >= _CONNECTIONS,
                "all of them to have come",
            )
            bystander.assert_undisturbed()
            assert server.get("/api/streams").status == 200
            # Until the first of them have had their time; the others are behind them.
            while all(open_still := list(pool.map(dribble, connections))):
                bystander.assert_undisturbed()
            # None of them had less than that.
            now_s = time.monotonic()
            shortest_s = min(
                now_s - begun_s for (begun_s, _), is_open in zip(begun, open_still) if not is_open)
            assert shortest_s > _HEAD_S - 2, f"one was told after {shortest_s:.1f} s"
            said = list(pool.map(last_words, connections))
            for connection in connections:
                connection.close()
        bystander.assert_undisturbed()
        answered = sum(b"HTTP/1.1 408 " in words for words in said)
        # Bytes on their way when the server closes can cost an answer.
        assert answered > _CONNECTIONS // 2, f"only {answered} were told why"
        assert not any(b"HTTP/1.1 200" in words for words in said)
        wait_until(lambda: Metrics(server).total("weir_connections_open") < 100, "them to be gone")
        bystander.finish()
    finally:
        bystander.stop()
