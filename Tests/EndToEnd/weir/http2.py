"""A well-behaved HTTP/2 client on PyPI's `h2`, for what curl cannot do: several requests on one
connection, a chosen window, a body that trickles, fields that curl would refuse to send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.settings

from . import tls
from .server import Server
from .waiting import PATIENCE_S, Patience


@dataclass
class Response:
    """What has arrived for one request so far."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    ended: bool = False
    reset: int | None = None

    @property
    def is_over(self) -> bool:
        return self.ended or self.reset is not None


class Http2Connection:
    """One connection. Nothing happens in the background: `pump` reads and answers."""

    def __init__(
        self,
        server: Server,
        *,
        window: int = 65_535,
        credit: bool = True,
        receive_buffer: int | None = None,
        source: str | None = None,
    ) -> None:
        self._authority = f"localhost:{server.port}"
        self._socket = tls.connect(
            server.port, server.certificate.certificate, receive_buffer=receive_buffer,
            source=source,
        )
        # Outbound checks off: tests send what a polite client would not.
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=True, header_encoding="utf-8",
            validate_outbound_headers=False, normalize_outbound_headers=False,
        ))
        self._h2.local_settings = h2.settings.Settings(
            client=True,
            initial_values={
                h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window,
                h2.settings.SettingCodes.ENABLE_PUSH: 0,
            },
        )
        self._credit = credit
        self.responses: dict[int, Response] = {}
        self.goaway: int | None = None
        self.closed = False
        self._h2.initiate_connection()
        self._flush()

    def __enter__(self) -> "Http2Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        """Ours."""
        return self._socket.getsockname()[1]

    # Requests

    def open(
        self,
        method: str,
        path: str,
        headers: list[tuple[str, str]] | None = None,
        *,
        end: bool = True,
    ) -> int:
        """Send a header section; returns the stream id."""
        stream = self._h2.get_next_available_stream_id()
        fields = [
            (":method", method), (":scheme", "https"), (":authority", self._authority),
            (":path", path), *(headers or []),
        ]
        self.responses[stream] = Response()
        self._h2.send_headers(stream, fields, end_stream=end)
        self._flush()
        return stream

    def send(self, stream: int, data: bytes, *, end: bool = False) -> None:
        """Send body bytes, as fast as the server's windows allow. Stops at an early response."""
        position = 0
        while position < len(data) and not self.closed and not self.responses[stream].is_over:
            room = min(
                self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size,
                len(data) - position,
            )
            if room == 0:
                self.pump(0.1)
                continue
            self._h2.send_data(stream, data[position:position + room])
            position += room
            self._flush()
        if end and not self.closed and not self.responses[stream].is_over:
            self._h2.end_stream(stream)
            self._flush()

    def reset(self, stream: int, code: int = 8) -> None:
        self._h2.reset_stream(stream, code)
        self._flush()

    def credit(self, stream: int, count: int) -> None:
        """Open the stream's and the connection's window by so many bytes."""
        self._h2.increment_flow_control_window(count, stream)
        self._h2.increment_flow_control_window(count)
        self._flush()

    def open_window(self, count: int) -> None:
        """Open the connection's window by so many bytes, for responses that are not credited."""
        self._h2.increment_flow_control_window(count)
        self._flush()

    # Reading

    def pump(self, wait_s: float = 0.05) -> None:
        """Read what comes within the wait, note it, answer what must be answered."""
        data = tls.read_available(self._socket, wait_s)
        if data is None:
            self.closed = True
            return
        if not data:
            return
        try:
            events = self._h2.receive_data(data)
        except Exception as error:  # the server broke the protocol: the test must know
            raise AssertionError(f"the server sent what h2 refuses: {error!r}") from error
        for event in events:
            self._note(event)
        self._flush()

    def wait_for(
        self, condition: Callable[[], object], what: str, timeout_s: float = PATIENCE_S
    ) -> None:
        """Pump until the condition holds. A closed connection ends the wait with a failure."""
        patience = Patience(timeout_s)
        while not condition():
            assert not self.closed, f"the connection closed (GOAWAY {self.goaway}) before {what}"
            assert not patience.is_over, f"waited {timeout_s:g} s for {what}"
            self.pump()
            patience.waited()

    def response(self, stream: int, timeout_s: float = PATIENCE_S) -> Response:
        """The complete response (or what there is of it when it was reset)."""
        self.wait_for(lambda: self.responses[stream].is_over, f"response {stream}", timeout_s)
        return self.responses[stream]

    def request(
        self, method: str, path: str, headers: list[tuple[str, str]] | None = None,
        body: bytes | None = None,
    ) -> Response:
        stream = self.open(method, path, headers, end=body is None)
        if body is not None:
            self.send(stream, body, end=True)
        return self.response(stream)

    def close(self) -> None:
        self._socket.close()

    def _note(self, event: h2.events.Event) -> None:
        stream = getattr(event, "stream_id", None)
        answer = self.responses.setdefault(stream, Response()) if stream else Response()
        match event:
            case h2.events.ResponseReceived():
                answer.headers = dict(event.headers)
                answer.status = int(answer.headers[":status"])
            case h2.events.DataReceived():
                answer.body += event.data
                if self._credit and event.flow_controlled_length:
                    self._h2.acknowledge_received_data(event.flow_controlled_length, stream)
            case h2.events.StreamEnded():
                answer.ended = True
            case h2.events.StreamReset():
                answer.reset = int(event.error_code)
            case h2.events.ConnectionTerminated():
                self.goaway = int(event.error_code)

    def _flush(self) -> None:
        data = self._h2.data_to_send()
        if not data or self.closed:
            return
        self._socket.settimeout(PATIENCE_S)
        try:
            self._socket.sendall(data)
        except OSError:
            self.closed = True
