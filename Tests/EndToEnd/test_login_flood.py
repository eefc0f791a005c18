"""A flood of people who sign in and up does not delay live media: measured, and nothing is lost."""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from weir.accounts import PASSWORD, fresh_address, log_in, sign_up
from weir.comparison import assert_contiguous
from weir.h2load import h2load, report
from weir.http2 import Http2Connection
from weir.processor import BusyShare
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.reports import write_report
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

_SECONDS = 8
_WINDOW = 8 << 20


class TimedViewer:
    """Watches in a thread and notes when something came."""

    def __init__(self, server: Server, name: str) -> None:
        # Room for many seconds: how soon this thread gets the processor is not the server's business.
        self._connection = Http2Connection(server, window=_WINDOW)
        self._connection.open_window(_WINDOW)
        self._stream = self._connection.open("GET", f"/{name}/live")
        self._arrivals: list[float] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        seen = 0
        answer = self._connection.responses[self._stream]
        while not answer.is_over and not self._connection.closed:
            self._connection.pump(1)
            if len(answer.body) > seen:
                seen = len(answer.body)
                self._arrivals.append(time.monotonic())

    def gaps_ms(self, seconds: float) -> list[float]:
        """How long nothing came, each time, from now on for so long, or until there is something to tell."""
        before, end = len(self._arrivals), time.monotonic() + seconds
        wait_until(
            lambda: time.monotonic() >= end and len(self._arrivals) > before + 1, "the time to be over",
            seconds + PATIENCE_S)
        times = self._arrivals[before:]
        return [(later - earlier) * 1000 for earlier, later in itertools.pairwise(times)]

    def finish(self, file: Path) -> Path:
        """Everything that came, once the stream is over."""
        self._thread.join(PATIENCE_S)
        answer = self._connection.responses[self._stream]
        assert answer.ended, "the response did not end as it should"
        self._connection.close()
        file.write_bytes(bytes(answer.body))
        return file


class Crowd:
    """Who signs up, as many at a time from one address as it may: each costs a hash."""

    def __init__(self, server: Server, stem: str) -> None:
        self.answers: Counter[int | None] = Counter()
        self._server, self._stem = server, stem[:20]
        self._numbers = itertools.count()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        fields = [("content-type", "application/json")]
        while not self._stop.is_set():
            with Http2Connection(self._server, source=fresh_address()) as connection:
                streams = []
                for number in itertools.islice(self._numbers, 30):
                    person = {"username": f"{self._stem}-{number}", "password": PASSWORD}
                    stream = connection.open("POST", "/signup", fields, end=False)
                    connection.send(stream, json.dumps(person).encode(), end=True)
                    streams.append(stream)
                for stream in streams:
                    self.answers[connection.response(stream).status] += 1

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(2 * PATIENCE_S)


@contextmanager
def flood(server: Server, name: str, folder: Path, seconds: int) -> Iterator[dict[str, object]]:
    """Logins as fast as they are answered, and sign-ups that keep all hashing threads at work."""
    body = folder / "login.json"
    body.write_text(json.dumps({"username": name, "password": "a wrong password"}))
    logins: subprocess.Popen[str] = h2load(
        "-c", "20", "-m", "10", "-t", "1", "-D", str(seconds), "-d", str(body),
        "-H", "content-type: application/json", server.url("/login"))
    crowds = [Crowd(server, f"{name[:18]}-{letter}") for letter in "abcdef"]
    seen: dict[str, object] = {}
    try:
        yield seen
        seen["logins"] = report(logins).started
    finally:
        for crowd in crowds:
            crowd.stop()
        if logins.poll() is None:
            logins.kill()
    seen["signUps"] = {
        str(status): count for crowd in crowds for status, count in crowd.answers.items()}


def figures(gaps_ms: list[float], busy: BusyShare) -> dict[str, float]:
    ordered = sorted(gaps_ms)
    return {
        "gaps": len(ordered), "p50Ms": round(ordered[len(ordered) // 2], 1),
        "p99Ms": round(ordered[int(len(ordered) * 0.99)], 1), "maximumMs": round(ordered[-1], 1),
        "processorsBusy": busy.share(),
    }


@pytest.mark.slow
@pytest.mark.alone
def test_a_flood_of_sign_ins_takes_nothing_from_a_viewer(
    start_server: Callable[..., Server], publish: Callable[..., Publisher], name: str,
    tmp_path: Path,
) -> None:
    # A viewer who were kept waiting for as long as that would miss something, which is seen at the end.
    server = start_server("--max-lag", "2", publish="account")
    anna = sign_up(server, name)
    recording = record(seconds=LASTING_S)
    publisher = publish(server, name, headers=anna.headers).play(recording)
    server.wait_for_state(name, "live")
    viewer = TimedViewer(server, name)
    viewer.gaps_ms(1)
    busy = BusyShare()
    without = figures(viewer.gaps_ms(_SECONDS), busy)
    with flood(server, f"{name[:26]}-f", tmp_path, _SECONDS) as seen:
        busy = BusyShare()
        during = figures(viewer.gaps_ms(_SECONDS), busy)
    # Who has an account gets in as soon as the crowd has been served.
    log_in(server, name, source="127.0.0.9")
    assert publisher.process.poll() is None, "the broadcast was cut off"
    assert anna.request("DELETE", f"/{name}/live").status == 204
    assert_contiguous(viewer.finish(tmp_path / "viewer.webm"), recording.path)
    write_report("login-flood", {"without": without, "during": during, **seen})
