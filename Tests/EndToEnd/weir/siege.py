"""What an attack does to everybody else: viewers' gaps, a neighbour's answers, memory, processes.

The viewers and the neighbour come from addresses of their own, so an attacker's share is not theirs.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from .admin import Metrics
from .certificate import Certificate
from .processes import cpu_seconds, memory_bytes
from .recordings import record
from .server import Server
from .waiting import PATIENCE_S, wait_until

BROADCASTER_ADDRESS = "127.0.0.70"
VIEWER_ADDRESS = "127.0.0.71"
NEIGHBOUR_ADDRESS = "127.0.0.72"
# What a worker's turns may take at the longest; a bound of the histogram in the metrics.
LONG_TURN_S = 0.05
_TICK_S = 0.02
MiB = 1024 * 1024


def _curl(certificate: Certificate, address: str, *arguments: str) -> list[str]:
    return [
        "curl", "--silent", "--http2", "--cacert", str(certificate.certificate), "--interface",
        address, *arguments,
    ]


class EndlessBroadcast:
    """A short recording over and over in real time: ffmpeg into curl."""

    def __init__(self, server: Server, name: str) -> None:
        self._ffmpeg = subprocess.Popen(
            [
                "ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i",
                str(record().path), "-c", "copy", "-flush_packets", "1", "-cluster_time_limit", "100", "-f",
                "webm", "-live", "1", "-",
            ],
            stdout=subprocess.PIPE)
        self._curl = subprocess.Popen(
            _curl(
                server.certificate, BROADCASTER_ADDRESS, "--output", "/dev/null", "-T", "-", "-H",
                "content-type: video/webm", server.url(f"/{name}/live")),
            stdin=self._ffmpeg.stdout)
        assert self._ffmpeg.stdout
        self._ffmpeg.stdout.close()
        server.wait_for_state(name, "live")

    @property
    def is_connected(self) -> bool:
        return self._curl.poll() is None

    def stop(self) -> None:
        for process in (self._ffmpeg, self._curl):
            process.kill()
            process.wait()


class GapViewer:
    """Watches, throws away what it gets, and keeps the times at which something came."""

    def __init__(self, server: Server, name: str) -> None:
        self._process = subprocess.Popen(
            _curl(server.certificate, VIEWER_ADDRESS, "--no-buffer", server.url(f"/{name}/live")),
            stdout=subprocess.PIPE)
        self._last = time.monotonic()
        self._longest = 0.0
        self._bytes = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait_until(lambda: self._bytes > 0, "the viewer's first byte")
        self.begin()

    def _run(self) -> None:
        assert self._process.stdout
        while data := os.read(self._process.stdout.fileno(), 65_536):
            now = time.monotonic()
            self._longest = max(self._longest, now - self._last)
            self._last, self._bytes = now, self._bytes + len(data)

    def begin(self) -> None:
        """Count from now on."""
        self._longest = 0.0

    @property
    def longest_gap_s(self) -> float:
        """The one that goes on now included."""
        return max(self._longest, time.monotonic() - self._last)

    @property
    def is_connected(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join(10)


class Neighbour:
    """Somebody who opens the front page again and again, each time over a new connection."""

    def __init__(self, server: Server) -> None:
        self.answers: Counter[str] = Counter()
        self.longest_s = 0.0
        self._stop = threading.Event()
        self._command = _curl(
            server.certificate, NEIGHBOUR_ADDRESS, "--max-time", str(PATIENCE_S), "--output", "/dev/null",
            "--write-out", "%{http_code} %{time_total}", server.url("/"))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            answer = subprocess.run(self._command, capture_output=True, text=True, check=False)
            status, seconds = answer.stdout.split()
            self.answers[status] += 1
            self.longest_s = max(self.longest_s, float(seconds))
            self._stop.wait(0.1)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S + 10)
        assert not self._thread.is_alive(), "the neighbour's curl does not end"


@dataclass
class Damage:
    """What an attack did. Seconds of wall clock, MiB of all workers together."""

    attack: str
    size: str
    base_gap_s: float = 0.0
    gap_s: float = 0.0
    #: The longest time for which this process got no processor: what it saw late may have been there.
    standstill_s: float = 0.0
    neighbour_longest_s: float = 0.0
    neighbour_answers: dict[str, int] = field(default_factory=dict)
    cpu_s: float = 0.0
    memory_before_mib: float = 0.0
    memory_most_mib: float = 0.0
    memory_after_mib: float = 0.0
    turns: int = 0
    long_turns: int = 0
    cut_off: str = ""
    are_all_connected: bool = True
    are_workers_the_same: bool = True


class Siege:
    """One server under attack after attack, with a broadcast that goes on and two viewers."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self._broadcast = EndlessBroadcast(server, name)
        self._viewers = [GapViewer(server, name) for _ in range(2)]
        self.damages: list[Damage] = []

    @contextmanager
    def attack(self, name: str, size: str, *, calm_s: float = 1.0) -> Iterator[Damage]:
        """Measure what is done inside. The figures are there when it is over."""
        damage = Damage(name, size)
        workers = self.server.workers()
        self._begin()
        wait = time.monotonic() + calm_s
        wait_until(lambda: time.monotonic() >= wait, "a calm moment")
        damage.base_gap_s = self._gap_s()
        damage.memory_before_mib = self.memory_mib()
        before_turns, before_long = self._turns()
        cpu = sum(cpu_seconds(pid) for pid in workers.values())
        neighbour, most = Neighbour(self.server), MemoryWatch(self.memory_mib)
        standstill = Standstill()
        self._begin()
        try:
            yield damage
        finally:
            damage.gap_s = self._gap_s()
            neighbour.stop()
            damage.standstill_s = standstill.stop()
            damage.memory_most_mib = most.stop()
        damage.neighbour_longest_s = neighbour.longest_s
        damage.neighbour_answers = dict(neighbour.answers)
        damage.are_workers_the_same = self.server.workers() == workers
        damage.are_all_connected = self._broadcast.is_connected and all(
            viewer.is_connected for viewer in self._viewers)
        if damage.are_workers_the_same:
            damage.cpu_s = sum(cpu_seconds(pid) for pid in workers.values()) - cpu
        turns, long = self._turns()
        damage.turns, damage.long_turns = turns - before_turns, long - before_long
        damage.memory_after_mib = self.memory_mib()
        self.damages.append(damage)

    def stop(self) -> None:
        for viewer in self._viewers:
            viewer.stop()
        self._broadcast.stop()

    def table(self) -> list[dict[str, object]]:
        return [
            {key: round(value, 3) if isinstance(value, float) else value
             for key, value in asdict(damage).items()}
            for damage in self.damages
        ]

    def _begin(self) -> None:
        for viewer in self._viewers:
            viewer.begin()

    def _gap_s(self) -> float:
        return max(viewer.longest_gap_s for viewer in self._viewers)

    def memory_mib(self) -> float:
        private = 0
        for pid in self.server.workers().values():
            try:
                private += memory_bytes(pid)["anonymous"]
            except OSError:
                pass  # it died, which is told elsewhere
        return private / MiB

    def _turns(self) -> tuple[int, int]:
        """Turns of all workers, and those among them that took long."""
        metrics = Metrics(self.server)
        short = metrics.total("weir_loop_turn_seconds_bucket", le=str(LONG_TURN_S))
        turns = metrics.total("weir_loop_turn_seconds_bucket", le="+Inf")
        return int(turns), int(turns - short)


class Standstill:
    """How long the machine, or whoever else is at work in this process, has kept one of its threads waiting
    at the longest."""

    def __init__(self) -> None:
        self._longest_s = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asked = time.monotonic()
        while not self._stop.wait(_TICK_S):
            self._longest_s = max(self._longest_s, time.monotonic() - asked - _TICK_S)
            asked = time.monotonic()

    def stop(self) -> float:
        self._stop.set()
        self._thread.join(PATIENCE_S)
        return self._longest_s


class MemoryWatch:
    """The most that a figure was while this ran."""

    def __init__(self, figure: Callable[[], float]) -> None:
        self._figure, self._most = figure, 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for _ in itertools.count():
            self._most = max(self._most, self._figure())
            if self._stop.wait(0.2):
                return

    def stop(self) -> float:
        self._stop.set()
        self._thread.join(10)
        return self._most
