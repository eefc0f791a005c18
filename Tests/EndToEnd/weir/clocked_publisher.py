"""A broadcast that says when the last frame of a part was handed to the kernel.

One endless request over HTTP/1.1 on a socket of this process, so that no other process stands between the
clock and the server. What is noted is by CLOCK_MONOTONIC, which all processes of a machine share.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left

from . import tls
from .packets import Packet, packets
from .recordings import Recording
from .server import Server
from .waiting import PATIENCE_S


class ClockedPublisher:
    """Publishes a recording in real time from a thread; vanishes at the end of the `with`. Frames have to
    stand in the order in which they are shown."""

    def __init__(self, server: Server, name: str, recording: Recording) -> None:
        self._stop = threading.Event()
        # Takes seconds, longer than a server waits for the beginning of a body.
        self._packets = sorted(packets(recording.path), key=lambda packet: packet.position)
        self._data = recording.data
        self._socket = tls.connect(server.port, server.certificate.certificate, alpn=("http/1.1",))
        self._socket.sendall(
            f"PUT /{name}/live HTTP/1.1\r\nHost: localhost:{server.port}\r\n"
            f"Content-Type: {recording.content_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        #: For each track: times of its frames, and when they were handed over.
        self._handed: dict[int, tuple[list[int], list[float]]] = {
            packet.stream: ([], []) for packet in self._packets}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> "ClockedPublisher":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)
        self._socket.close()

    @property
    def is_sending(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        self._send(self._data[:self._packets[0].position])
        began = time.monotonic()
        ends = [packet.position for packet in self._packets[1:]] + [len(self._data)]
        for packet, end in zip(self._packets, ends):
            due = began + (packet.pts_ms or 0) / 1000
            if self._stop.wait(max(0.0, due - time.monotonic())):
                return
            # Noted before it is sent: this thread may be put to sleep as soon as the kernel has the bytes.
            self._note(packet)
            if not self._send(self._data[packet.position:end]):
                return

    def _send(self, piece: bytes) -> bool:
        try:
            self._socket.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        except OSError:
            return False
        return True

    def _note(self, packet: Packet) -> None:
        times, at = self._handed[packet.stream]
        times.append(packet.pts_ms or 0)
        at.append(time.monotonic())

    def handed_s(self, stream: int, end_ms: float) -> float:
        """When the last byte of a track's part that ends at this time of media was handed over, or a moment
        before: with its last frame, the one before that which begins there."""
        times, at = self._handed[stream]
        return at[max(bisect_left(times, end_ms - 1) - 1, 0)]
