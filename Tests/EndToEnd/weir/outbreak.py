"""Load on a server whose workers die again and again: people who come back by themselves, and what each of
them has seen of it. The benchmark of faults and a test use it."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from . import operators
from .http1 import RawHttp1
from .publisher import Publisher, paced, post_chunk
from .recordings import Recording
from .server import Server
from .viewer import Viewer


class Client:
    """Something that runs in a thread of its own until it is stopped."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        raise NotImplementedError

    def wait(self) -> None:
        self._thread.join(120)
        assert not self._thread.is_alive(), f"{self} does not end"

    def stop(self) -> None:
        self.stopping.set()
        self.wait()


@dataclass
class Request:
    began: float
    ended: float
    is_answered: bool


class Visitor(Client):
    """Asks again and again, each time over a new connection (TLS, HTTP/1.1)."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self.requests: list[Request] = []

    def _run(self) -> None:
        while not self.stopping.is_set():
            began, is_answered = time.monotonic(), False
            with suppress(OSError, AssertionError, ValueError), RawHttp1(self._server) as connection:
                reply = connection.request("GET", "/api/streams", "Connection: close").reply()
                is_answered = reply.status == 200
            self.requests.append(Request(began, time.monotonic(), is_answered))
            self.stopping.wait(0.02)


class ChunkPublisher(Client):
    """Sends a recording in numbered chunks at its pace, and each again until it is taken, as Weir's page
    does."""

    def __init__(self, server: Server, name: str, recording: Recording) -> None:
        super().__init__()
        self._server, self._name, self._recording = server, name, recording
        self.taken = 0
        self.repeated = 0
        #: From the first answer that failed to the next chunk that was taken.
        self.outages_s: list[float] = []

    def _run(self) -> None:
        gathered, since = b"", time.monotonic()
        for piece in paced(self._recording, 1.0, self.stopping):
            gathered += piece
            # The first has to hold the whole header.
            if len(gathered) > 2048 and time.monotonic() - since > 0.2:
                self._send(gathered)
                gathered, since = b"", time.monotonic()
        if gathered and not self.stopping.is_set():
            self._send(gathered)

    def _send(self, chunk: bytes) -> None:
        failed_at: float | None = None
        while not self.stopping.is_set():
            answer = post_chunk(
                self._server.url(f"/{self._name}/live"), self._server.certificate.certificate, chunk,
                session="outbreak", number=self.taken, timeout_s=10)
            if answer.status == 204:
                self.taken += 1
                if failed_at is not None:
                    self.outages_s.append(time.monotonic() - failed_at)
                return
            failed_at = failed_at or time.monotonic()
            self.repeated += 1
            self.stopping.wait(0.05)


class EndlessPublisher(Client):
    """One endless upload after the other, as an encoder's that begins anew when it is cut off."""

    def __init__(self, server: Server, name: str, recording: Recording, folder: Path) -> None:
        super().__init__()
        self._server, self._name, self._recording, self._folder = server, name, recording, folder
        #: From the end of a connection until the stream is live by the next one.
        self.outages_s: list[float] = []

    def _run(self) -> None:
        cut_at: float | None = None
        while not self.stopping.is_set():
            url = self._server.url(f"/{self._name}/live")
            publisher = Publisher(url, self._server.certificate.certificate, self._folder)
            publisher.play(self._recording)
            while publisher.process.poll() is None and not self.stopping.is_set():
                if cut_at is not None and self._server.state(self._name) == "live":
                    self.outages_s.append(time.monotonic() - cut_at)
                    cut_at = None
                time.sleep(0.01)
            cut_at = cut_at or time.monotonic()
            publisher.abort()


class Watcher(Client):
    """Watches, and again from where it is live when the connection breaks. Keeps all that came."""

    def __init__(self, server: Server, name: str, folder: Path, number: int) -> None:
        super().__init__()
        self._server, self._url = server, server.url(f"/{name}/live")
        self._folder, self._number = folder, number
        self.files: list[Path] = []
        self.has_ended = False

    def _run(self) -> None:
        while not self.stopping.is_set() and not self.has_ended:
            file = self._folder / f"watcher-{self._number}-{len(self.files)}.webm"
            viewer = Viewer(self._url, self._server.certificate.certificate, file)
            while viewer.is_connected and not self.stopping.is_set():
                time.sleep(0.01)
            self.has_ended = not viewer.is_connected and viewer.process.returncode == 0 and viewer.size > 0
            viewer.stop()
            self.files.append(file)


@dataclass
class Kill:
    slot: int
    pid: int
    at: float
    #: When the supervisor said that this worker does not serve; until then, it may pass connections to it.
    noticed_at: float = math.inf
    #: When a worker in that slot served again; 0: not yet.
    back_at: float = 0.0


@dataclass
class Killer(Client):
    """Kills a worker that serves every second, each slot in its turn, and notes when it is back."""

    server: Server
    every_s: float = 1.0
    kills: list[Kill] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def _run(self) -> None:
        due = time.monotonic()
        while not self.stopping.is_set() or any(not kill.back_at for kill in self.kills):
            serving = self._serving()
            for kill in self.kills:
                if serving.get(kill.slot) != kill.pid:
                    kill.noticed_at = min(kill.noticed_at, time.monotonic())
                if not kill.back_at and serving.get(kill.slot, kill.pid) != kill.pid:
                    kill.back_at = time.monotonic()
            if serving and time.monotonic() >= due and not self.stopping.is_set():
                due += self.every_s
                self._kill(serving)
            time.sleep(0.01)

    def _kill(self, serving: dict[int, int]) -> None:
        last = self.kills[-1].slot if self.kills else -1
        slot = min(serving, key=lambda slot: (slot <= last, slot))
        self.server.expected_deaths.add(serving[slot])
        self.kills.append(Kill(slot, serving[slot], time.monotonic()))
        os.kill(serving[slot], signal.SIGKILL)

    def _serving(self) -> dict[int, int]:
        """What the supervisor says: slots with a worker that serves, and its process."""
        answer = operators.ask(self.server, b'{"do":"status"}\n')[-1]
        return {
            one["slot"]: one["pid"] for one in answer["workers"] if one["state"] == "serving"
        }


def failed(requests: list[Request], kills: list[Kill]) -> tuple[int, int]:
    """How many had no answer; and how many of these were under way while no worker had just died: they had
    begun when the last death was known, and were over before the next."""
    without = [request for request in requests if not request.is_answered]
    unexplained = [
        request for request in without
        if not any(request.began <= kill.noticed_at and kill.at <= request.ended for kill in kills)
    ]
    return len(without), len(unexplained)


@contextmanager
def running(clients: list[Client]) -> Iterator[None]:
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stopping.set()
        for client in clients:
            client.wait()
