"""Attacks with what is allowed: requests, connections and sign-ins like anybody's, in a large number.

Each takes the server and seconds, and says in a few words what it was cut off from.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

from hyperframe.frame import WindowUpdateFrame

from weir import tls
from weir.h2load import h2load, report
from weir.raw_frames import RawConnection
from weir.recordings import record
from weir.server import Server

Attack = Callable[[Server, int], str]
_BATCH = 100


def _load(*arguments: str) -> Attack:
    """h2load as fast as it is answered."""
    def attack(server: Server, seconds: int) -> str:
        path = arguments[-1]
        process = h2load("-D", str(seconds), "-t", "1", *arguments[:-1], server.url(path))
        said = report(process, seconds + 90)
        return f"{said.started} requests, {said.ok} answered with 2xx"
    return attack


def one_packet(path: str, connections: int) -> Attack:
    """On each connection a hundred requests in one packet, all connections at once; nothing is read."""
    def attack(server: Server, seconds: int) -> str:
        with ExitStack() as stack:
            crowd = [stack.enter_context(RawConnection(server)) for _ in range(connections)]
            packet = _requests(crowd[0], path)
            for connection in crowd:
                connection.send_bytes(packet)
            _pass(seconds)
            return _closed(crowd)
    return attack


def untaken(path: str, connections: int) -> Attack:
    """A hundred requests each with a window of 0: responses that nobody takes."""
    def attack(server: Server, seconds: int) -> str:
        with ExitStack() as stack:
            crowd = [
                stack.enter_context(RawConnection(server, settings={4: 0}))
                for _ in range(connections)
            ]
            for connection in crowd:
                connection.send_bytes(_requests(connection, path))
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for connection in crowd:
                    connection.send(*(
                        WindowUpdateFrame(stream, window_increment=1)
                        for stream in range(1, 2 * _BATCH, 2)))
                _pass(1)
            return _closed(crowd)
    return attack


def many_hosts(server: Server, seconds: int) -> str:
    """Calls the server by another name in each request, and takes no answer: nothing is shared."""
    with ExitStack() as stack:
        crowd = [
            stack.enter_context(RawConnection(server, settings={4: 0})) for _ in range(60)]
        for index, connection in enumerate(crowd):
            connection.send(*(
                connection.headers(1 + 2 * place, "GET", "/", host=f"h{index}-{place}.example")
                for place in range(_BATCH)))
        _pass(seconds)
        return _closed(crowd)


def handshakes(server: Server, seconds: int) -> str:
    """Connects, shakes hands and goes, as fast as it can, on several threads."""
    counts: Counter[str] = Counter()
    end = time.monotonic() + seconds

    def run() -> None:
        while time.monotonic() < end:
            try:
                tls.connect(server.port, server.certificate.certificate).close()
                counts["handshakes"] += 1
            except OSError:
                counts["refused"] += 1
    _in_threads(run, 4)
    return f"{counts['handshakes']} handshakes, {counts['refused']} refused"


def many_viewers(server: Server, seconds: int) -> str:
    """One address watches two thousand times, over few connections, and reads what comes."""
    with ExitStack() as stack:
        crowd = [stack.enter_context(RawConnection(server)) for _ in range(20)]
        for connection in crowd:
            connection.send_bytes(_requests(connection, "/besieged/live"))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for connection in crowd:
                connection.read(0.01)
        return _closed(crowd)


def waiting_chunks(server: Server, seconds: int) -> str:
    """Chunks far ahead of what is there, without a byte in them: they time out together."""
    server.request("POST", "/waited-for/live", body=record().data,
                   headers={"content-type": "video/webm", "weir-chunk": "s/0"})
    with ExitStack() as stack:
        crowd = [stack.enter_context(RawConnection(server)) for _ in range(300)]
        for index, connection in enumerate(crowd):
            connection.send(*(
                connection.headers(
                    1 + 2 * place, "POST", "/waited-for/live", ("content-type", "video/webm"),
                    ("weir-chunk", f"s/{1000 + index * 6 + place}"))
                for place in range(6)))
        _pass(max(seconds, 12))
        return _closed(crowd)


def listeners_and_changes(server: Server, seconds: int) -> str:
    """A thousand open event streams, and a stream that comes and goes all the time."""
    with ExitStack() as stack:
        crowd = [stack.enter_context(RawConnection(server)) for _ in range(10)]
        for connection in crowd:
            connection.send_bytes(_requests(connection, "/api/events"))
        end, rounds = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            server.request("POST", "/flicker/live", body=record().data,
                           headers={"content-type": "video/webm"})
            server.request("DELETE", "/flicker/live")
            rounds += 1
            for connection in crowd:
                connection.read(0)
        return f"{rounds} times on and off; {_closed(crowd)}"


def wrong_passwords(server: Server, seconds: int) -> str:
    """Signs in with wrong passwords on every thread it has."""
    body = json.dumps({"username": "somebody", "password": "not the password"})
    counts: Counter[int] = Counter()
    end = time.monotonic() + seconds

    def run() -> None:
        while time.monotonic() < end:
            answer = server.request(
                "POST", "/login", body=body.encode(), headers={"content-type": "application/json"})
            counts[answer.status] += 1
    _in_threads(run, 6)
    return ", ".join(f"{count} x {status}" for status, count in sorted(counts.items()))


# What is done, how much of it, and how.
ATTACKS: dict[str, tuple[str, Attack]] = {
    "front page, one packet": ("400 connections x 100", one_packet("/", 400)),
    "front page, read": ("300 connections x 100", _load("-c", "300", "-m", "100", "/")),
    "list of streams, read": (
        "150 connections x 100", _load("-c", "150", "-m", "100", "/api/streams")),
    "pages that are not there": (
        "200 connections x 50",
        _load("-c", "200", "-m", "50", "-H", "sec-fetch-dest: document",
              "-H", "accept-encoding: gzip", "/nowhere")),
    "pipelined, HTTP/1.1": (
        "200 connections x 50", _load("--npn-list", "http/1.1", "-c", "200", "-m", "50", "/")),
    "pages nobody takes": ("60 connections x 100", untaken("/", 60)),
    "lists nobody takes": ("60 connections x 100", untaken("/api/streams", 60)),
    "pages under many hosts": ("60 connections x 100", many_hosts),
    "handshakes": ("4 threads", handshakes),
    "viewers of one address": ("2,000", many_viewers),
    "chunks that wait": ("1,800", waiting_chunks),
    "listeners and changes": ("1,000", listeners_and_changes),
    "wrong passwords": ("6 threads", wrong_passwords),
}


def _requests(connection: RawConnection, path: str) -> bytes:
    return b"".join(
        connection.headers(stream, "GET", path).serialize() for stream in range(1, 2 * _BATCH, 2))


def _closed(crowd: list[RawConnection]) -> str:
    for connection in crowd:
        connection.read(0)
    return f"{sum(connection.closed for connection in crowd)} of {len(crowd)} connections closed"


def _pass(seconds: float) -> None:
    threading.Event().wait(seconds)


def _in_threads(run: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
