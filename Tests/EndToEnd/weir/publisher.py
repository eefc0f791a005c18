"""Publishers: an endless request by curl, fed by us, by ffmpeg or from a file; and chunk posts."""

from __future__ import annotations

import functools
import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from . import ebml
from .curl import Answer, base_command, header_arguments, parse_headers, request
from .recordings import Recording
from .shapes import BLOCK_GROUP, block_in, elements
from .waiting import PATIENCE_S, wait_until


class Publisher:
    """`curl -T - URL`: one endless PUT whose body is what `write` is given."""

    def __init__(
        self, url: str, authority: Path, folder: Path, *, headers: dict[str, str] | None = None
    ) -> None:
        self._dump = folder / f"publisher-{id(self):x}.headers"
        self._body = folder / f"publisher-{id(self):x}.body"
        self.process = subprocess.Popen(
            [
                *base_command(authority), "-D", str(self._dump), "-o", str(self._body),
                "-T", "-", "-H", "content-type: video/webm", *header_arguments(headers), url,
            ],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self._feeder: threading.Thread | None = None
        self._stop = threading.Event()
        self.sent = 0

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_: object) -> None:
        self.abort()

    def write(self, data: bytes) -> "Publisher":
        """Hand bytes to curl. Blocks when the server holds us back; quiet when curl has ended."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
            self.sent += len(data)
        except (BrokenPipeError, ValueError):
            self._stop.set()
        return self

    def feed(self, pieces: Iterable[bytes], *, finish: bool = True) -> "Publisher":
        """Write the pieces from a thread of its own, then end the body unless told otherwise."""
        def run() -> None:
            for piece in pieces:
                if self._stop.is_set():
                    return
                self.write(piece)
            if finish:
                self.end_body()
        self._feeder = threading.Thread(target=run, daemon=True)
        self._feeder.start()
        return self

    def play(
        self, recording: Recording, *, finish: bool = True, speed: float = 1.0,
        through: Callable[[Iterator[bytes], threading.Event], Iterator[bytes]] | None = None,
    ) -> "Publisher":
        """Feed a recording at the pace it would be recorded, through what may hold it up: see `in_step`."""
        pieces = paced(recording, speed, self._stop)
        return self.feed(through(pieces, self._stop) if through else pieces, finish=finish)

    def end_body(self) -> None:
        """END_STREAM: a broadcaster that stops properly."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def stop(self) -> Answer:
        """End the body before the recording is over, between two packets, and give the answer."""
        assert self._feeder is not None
        self._stop.set()
        self._feeder.join(PATIENCE_S)
        self.end_body()
        return self.answer()

    def finish(self, timeout_s: float = 2 * PATIENCE_S) -> Answer:
        """End the body if it is still open, and give the answer."""
        if self._feeder is None:
            self.end_body()
        return self.answer(timeout_s)

    def answer(self, timeout_s: float = 2 * PATIENCE_S) -> Answer:
        """Wait for the response without ending the body. That has to go on until the response comes: curl
        reads none while it waits for more to send."""
        wait_until(lambda: self.process.poll() is not None, "the publisher's answer", timeout_s)
        status, fields = parse_headers(self._dump.read_text() if self._dump.exists() else "")
        body = self._body.read_bytes() if self._body.exists() else b""
        return Answer(status, fields, body, self.process.returncode)

    def abort(self) -> None:
        """Vanish in the middle, as a laptop that is closed does."""
        self._stop.set()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._feeder is not None:
            self._feeder.join(PATIENCE_S)


class FfmpegPublisher:
    """`ffmpeg -re -i FILE -c copy -f webm - | tee SENT | curl -T - URL`.

    The documented way, with a copy of what was sent: ffmpeg shifts times when it copies packets, so
    the recording is not what viewers are to be compared with; `sent` is.
    """

    def __init__(self, recording: Recording, url: str, authority: Path, folder: Path) -> None:
        self.sent = folder / f"sent-{id(self):x}{recording.path.suffix}"
        container = "matroska" if recording.path.suffix == ".mkv" else "webm"
        self.ffmpeg = subprocess.Popen(
            [
                "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", str(recording.path), "-c", "copy",
                "-flush_packets", "1", "-f", container, "-",
            ],
            stdout=subprocess.PIPE,
        )
        self.tee = subprocess.Popen(
            ["tee", str(self.sent)], stdin=self.ffmpeg.stdout, stdout=subprocess.PIPE
        )
        self.curl = subprocess.Popen(
            [
                *base_command(authority), "-o", "/dev/null", "-w", "%{http_code}", "-T", "-",
                "-H", f"content-type: {recording.content_type}", url,
            ],
            stdin=self.tee.stdout, stdout=subprocess.PIPE,
        )
        for pipe in (self.ffmpeg.stdout, self.tee.stdout):
            assert pipe is not None
            pipe.close()  # so that a reader's end reaches the writer as EPIPE

    def __enter__(self) -> "FfmpegPublisher":
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self.ffmpeg, self.tee, self.curl):
            if process.poll() is None:
                process.kill()
            process.wait()

    def finish(self, timeout_s: float = 2 * PATIENCE_S) -> int:
        """Wait for the end of the recording. Returns the HTTP status."""
        said, _ = self.curl.communicate(timeout=timeout_s)
        self.ffmpeg.wait(timeout_s)
        return int(said or b"0")


def post_chunk(
    url: str,
    authority: Path,
    data: bytes,
    *,
    session: str | None = None,
    number: int | None = None,
    headers: dict[str, str] | None = None,
    timeout_s: float = PATIENCE_S,
) -> Answer:
    """One POST on a connection of its own, as MediaRecorder chunks are sent."""
    fields = dict(headers or {})
    if session is not None:
        fields["weir-chunk"] = f"{session}/{number}"
    return request("POST", url, authority, headers=fields, body=data, timeout_s=timeout_s)


def cut_at_random(data: bytes, pieces: int, seed: int) -> list[bytes]:
    """`data` in this many pieces, cut anywhere; the same seed cuts in the same places.

    The first piece holds the header (which a first chunk must), so it is at least 2 KiB.
    """
    chosen = sorted(random.Random(seed).sample(range(2048, len(data)), pieces - 1))
    edges = [0, *chosen, len(data)]
    return [data[start:end] for start, end in zip(edges, edges[1:])]


def paced(recording: Recording, speed: float, stop: threading.Event) -> Iterator[bytes]:
    """The recording's bytes, each given out when its media time has come.

    A piece ends where a packet begins; nothing of a packet is early.
    """
    data, marks = recording.data, packet_marks(recording.path)
    began, position = time.monotonic(), 0
    for mark, pts_ms in marks:
        if mark > position:
            due = began + pts_ms / 1000 / speed
            if stop.wait(max(0.0, due - time.monotonic())):
                return
            yield data[position:mark]
            position = mark
    yield data[position:]


@functools.cache
def packet_marks(recording: Path) -> list[tuple[int, int]]:
    """Where packets begin, a cluster with its first one, and when they are due. We look ourselves: a server
    does not wait until a tool on a busy machine has read a long recording."""
    data, marks, cluster_ms = recording.read_bytes(), [], 0
    begin = last = data.index(ebml.identifier(ebml.CLUSTER))
    for identifier, start, end in elements(data, begin, len(data)):
        if identifier == ebml.TIMECODE:
            cluster_ms = int.from_bytes(data[start:end], "big")
        elif identifier in (ebml.SIMPLE_BLOCK, BLOCK_GROUP):
            at = start if identifier == ebml.SIMPLE_BLOCK else block_in(data, start, end)
            marks.append((last, cluster_ms + int.from_bytes(data[at + 1:at + 3], "big", signed=True)))
            last = end
    assert marks, f"{recording} has no packets"
    return marks
