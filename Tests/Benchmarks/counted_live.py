"""What viewers of WebM and publishers take."""

from __future__ import annotations

import time
from collections.abc import Sequence

from counter import Counter, client
from weir import ebml, tls
from weir.http1 import RawHttp1
from weir.server import Server

#: What more viewers cost is what each of them costs; what the broadcast itself costs goes out.
FEW_VIEWERS, MANY_VIEWERS, WAKE_UPS, FRAGMENT_BYTES, FRAMES = 4, 24, 80, 12_500, 5
JOINS = 100
#: What an encoder writes at a time, ten times a second, and how many of these.
PIECE_BLOCKS, BLOCK_BYTES, PIECES = 8, 700, 200


class Http1Viewer:
    """A viewer by HTTP/1.1, with as much of Http2Connection as is needed here."""

    def __init__(self, server: Server) -> None:
        self._http1 = RawHttp1(server)
        self._http1.request("GET", "/counted/live")
        self.received = 0

    def pump(self) -> None:
        self.received += len(tls.read_available(self._http1.socket, 0.05) or b"")

    def close(self) -> None:
        self._http1.socket.close()


class Http2Viewer:
    def __init__(self, server: Server) -> None:
        self._http2 = client(server)
        self._http2.open("GET", "/counted/live")

    @property
    def received(self) -> int:
        return len(self._http2.responses[1].body)

    def pump(self) -> None:
        self._http2.pump()

    def close(self) -> None:
        self._http2.close()


Viewer = Http1Viewer | Http2Viewer


class Broadcast:
    """Clusters of some frames each, a cluster to each wake-up of all viewers."""

    def __init__(self, server: Server) -> None:
        self._publisher = client(server)
        self._stream = self._publisher.open(
            "POST", "/counted/live", [("content-type", "video/webm")], end=False)
        self._number = 0
        self.publish([])
        server.wait_for_state("counted", "live")

    def publish(self, viewers: Sequence[Viewer]) -> None:
        """One more cluster, until all have it."""
        number = self._number
        frame = number.to_bytes(4, "big") * (FRAGMENT_BYTES // FRAMES // 4)
        piece = ebml.cluster(40 * number, *(
            ebml.simple_block(frame, time=40 // FRAMES * each, key=each == 0) for each in range(FRAMES)))
        due = [viewer.received + FRAGMENT_BYTES for viewer in viewers]
        self._publisher.send(self._stream, piece if number else ebml.start() + piece)
        self._number += 1
        for viewer, count in zip(viewers, due):
            arrive(viewer, count)

    def close(self) -> None:
        self._publisher.close()


def arrive(viewer: Viewer, count: int) -> None:
    deadline_s = time.monotonic() + 60
    while viewer.received < count:
        assert time.monotonic() < deadline_s, "no media came"
        viewer.pump()


def per_wake_up(
    counter: Counter, server: Server, broadcast: Broadcast, kind: type[Viewer]
) -> float:
    viewers: list[Viewer] = []

    def wake(count: int) -> int:
        while len(viewers) < count:
            viewers.append(kind(server))
            arrive(viewers[-1], FRAGMENT_BYTES)

        def publish(times: int) -> None:
            for _ in range(times):
                broadcast.publish(viewers)
        publish(5)
        return counter.during(lambda: publish(WAKE_UPS))
    few, many = wake(FEW_VIEWERS), wake(MANY_VIEWERS)
    for viewer in viewers:
        viewer.close()
    return (many - few) / (MANY_VIEWERS - FEW_VIEWERS) / WAKE_UPS


def piece(number: int) -> bytes:
    """A tenth of a second; a key frame comes once a second."""
    payload = number.to_bytes(4, "big") * (BLOCK_BYTES // 4)
    step_ms = 100 // PIECE_BLOCKS
    return ebml.cluster(100 * number, *(
        ebml.simple_block(payload, time=step_ms * block, key=number % 10 == block == 0)
        for block in range(PIECE_BLOCKS)))


def per_piece(counter: Counter, server: Server) -> float:
    """What a publisher sends at a time, of a stream that nobody watches."""
    with client(server) as publisher:
        stream = publisher.open("POST", "/ingested/live", [("content-type", "video/webm")], end=False)
        publisher.send(stream, ebml.start() + b"".join(map(piece, range(20))))
        server.wait_for_state("ingested", "live")

        def publish() -> None:
            for number in range(20, 20 + PIECES):
                publisher.send(stream, piece(number), end=number == 19 + PIECES)
            assert publisher.response(stream, 60).status == 204
        return counter.during(publish) / PIECES


def per_join(counter: Counter, server: Server) -> float:
    """From the request of a viewer to the first key frame; the viewer leaves then."""
    with client(server) as connection:
        def join(times: int) -> None:
            for _ in range(times):
                stream = connection.open("GET", "/counted/live")
                connection.wait_for(
                    lambda stream=stream: len(connection.responses[stream].body) >= FRAGMENT_BYTES, "media")
                connection.reset(stream)
        join(JOINS // 4)
        return counter.during(lambda: join(JOINS)) / JOINS
