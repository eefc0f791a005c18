"""A raw-frame HTTP/2 client for abuse: TLS, the preface, then frames exactly as a test makes them.

Nothing is checked; only `read` answers pings. `flood` sends until the server has had enough.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass

import hpack
from hyperframe.exceptions import HyperframeError
from hyperframe.frame import Frame, GoAwayFrame, HeadersFrame, PingFrame, SettingsFrame

from . import tls
from .server import Server
from .waiting import PATIENCE_S, Patience

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
ENHANCE_YOUR_CALM = 0xB
PROTOCOL_ERROR = 0x1
FLOW_CONTROL_ERROR = 0x3
FRAME_SIZE_ERROR = 0x6
COMPRESSION_ERROR = 0x9
_SEND_AT_ONCE = 64 * 1024


@dataclass
class Outcome:
    """How a flood ended: how many bytes went out, whether the server closed, and with what code."""

    sent: int
    closed: bool
    goaway: int | None


class RawConnection:
    """One connection of an abuser."""

    def __init__(
        self,
        server: Server,
        *,
        settings: dict[int, int] | None = None,
        preface: bool = True,
        receive_buffer: int | None = None,
    ) -> None:
        self._authority = f"localhost:{server.port}"
        self._encoder = hpack.Encoder()
        self._received = bytearray()
        self.frames: list[Frame] = []
        self.closed = False
        self.socket = tls.connect(
            server.port, server.certificate.certificate, receive_buffer=receive_buffer
        )
        if preface:
            self.send_bytes(PREFACE + SettingsFrame(0, settings=settings or {}).serialize())

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    # Making frames

    def block(
        self, method: str, path: str, *more: tuple[str, str], host: str | None = None
    ) -> bytes:
        """A compressed header section. Static: it does not depend on the table's state."""
        fields = [
            (":method", method), (":scheme", "https"), (":authority", host or self._authority),
            (":path", path), *more,
        ]
        return self._encoder.encode([hpack.NeverIndexedHeaderTuple(k, v) for k, v in fields])

    def headers(
        self, stream: int, method: str, path: str, *more: tuple[str, str], end: bool = True,
        host: str | None = None,
    ) -> HeadersFrame:
        flags = ["END_HEADERS"] + (["END_STREAM"] if end else [])
        return HeadersFrame(stream, self.block(method, path, *more, host=host), flags=flags)

    # Sending and reading

    def send(self, *frames: Frame) -> None:
        self.send_bytes(b"".join(frame.serialize() for frame in frames))

    def send_bytes(self, data: bytes) -> None:
        """Send all of it; a peer that closed is noted, not raised."""
        self.socket.settimeout(PATIENCE_S)
        try:
            self.socket.sendall(data)
        except OSError:
            self.closed = True

    def read(self, wait_s: float = 0.05) -> list[Frame]:
        """Frames that arrive within the wait; they are also kept in `frames`. Answers pings."""
        data = tls.read_available(self.socket, wait_s)
        if data is None:
            self.closed = True
            return []
        found = self._parse(data)
        for frame in found:
            if isinstance(frame, PingFrame) and "ACK" not in frame.flags:
                self.send(PingFrame(0, frame.opaque_data, flags=["ACK"]))
        return found

    def wait_for_close(self, timeout_s: float = PATIENCE_S) -> int | None:
        """Read until the server closes. Returns the GOAWAY's code, None if there was none."""
        patience = Patience(timeout_s)
        while not self.closed:
            assert not patience.is_over, f"still open after {timeout_s:g} s"
            self.read(0.2)
            patience.waited()
        return self.goaway

    def wait_for_frame(self, kind: type[Frame], stream: int | None = None) -> Frame:
        """The first frame of a kind, seen already or yet to come."""
        patience = Patience()
        while True:
            for frame in self.frames:
                if isinstance(frame, kind) and stream in (None, frame.stream_id):
                    return frame
            assert not self.closed, f"closed before a {kind.__name__}"
            assert not patience.is_over, f"no {kind.__name__} in {PATIENCE_S:g} s"
            self.read(0.1)
            patience.waited()

    @property
    def goaway(self) -> int | None:
        codes = [frame.error_code for frame in self.frames if isinstance(frame, GoAwayFrame)]
        return codes[-1] if codes else None

    def flood(
        self, batches: Iterable[bytes], *, read: bool = True, timeout_s: float = 2 * PATIENCE_S
    ) -> Outcome:
        """Send batches until the server closes or they are used up.

        `read=False` is the abuser that never takes the answers: then the flood also ends when the
        server stops reading and its buffers are full, which is closed=False.
        """
        sent = 0
        deadline = time.monotonic() + timeout_s
        self.socket.setblocking(False)
        for batch in batches:
            position = 0
            while position < len(batch) and not self.closed:
                assert time.monotonic() < deadline, f"still flooding after {timeout_s:g} s"
                written = self._write_some(batch[position:position + _SEND_AT_ONCE], read)
                position += written
                sent += written
            if self.closed:
                break
        return Outcome(sent, self.closed, self.goaway)

    def _write_some(self, data: bytes, read: bool) -> int:
        wait_for_read = [self.socket] if read else []
        readable, writable, _ = select.select(wait_for_read, [self.socket], [], 0.5)
        written = 0
        try:
            if writable:
                written = self.socket.send(data)
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
            pass
        except OSError:
            self._drain()
            self.closed = True
        if readable and not self.closed:
            self._drain()
        return written

    def _drain(self) -> None:
        """Take what is there, without blocking."""
        self.socket.setblocking(False)
        while True:
            try:
                data = self.socket.recv(262_144)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError:
                data = b""
            if not data:
                self.closed = True
                return
            self._parse(data)

    def _parse(self, data: bytes) -> list[Frame]:
        self._received += data
        found = []
        while len(self._received) >= 9:
            try:
                frame, length = Frame.parse_frame_header(memoryview(self._received)[:9])
            except HyperframeError:
                break
            if len(self._received) < 9 + length:
                break
            frame.parse_body(memoryview(bytes(self._received[9:9 + length])))
            del self._received[:9 + length]
            found.append(frame)
        self.frames += found
        return found


def cut_connection(connection: RawConnection) -> None:
    """Close with a reset instead of a FIN, as a crashed client's kernel does."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.socket.close()
