"""A raw-frame HTTP/2 client: says exactly what a test wants said, legal or not.

frames.py PORT SCENARIO: exits 0 when the server did what the scenario expects, otherwise with the
reason. Scenarios are the functions below; every wait is for a frame or the end of the connection.
"""

import socket
import ssl
import sys

from hpack import Decoder, Encoder
from hyperframe.frame import (
    ContinuationFrame, DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame, PriorityFrame,
    RstStreamFrame, SettingsFrame, WindowUpdateFrame)

PROTOCOL_ERROR = 1
CALM = 11
DEADLINE_S = 20


def make_context(alpn="h2", version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = version
    if alpn:
        context.set_alpn_protocols([alpn])
    return context


class Client:
    """One connection. Frames are read one by one; the end of the connection reads as None."""

    def __init__(self, port, settings=None, alpn="h2", context=None, session=None):
        context = context or make_context(alpn)
        raw = socket.create_connection(("127.0.0.1", port))
        raw.settimeout(DEADLINE_S)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(raw, session=session)
        self.encoder, self.decoder = Encoder(), Decoder()
        self.pending = b""
        self.seen = []
        if alpn == "h2":
            self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            self.send(SettingsFrame(0, settings=settings or {}))

    def send(self, *frames):
        self.socket.sendall(b"".join(frame.serialize() for frame in frames))

    def send_while_open(self, make, count):
        """Sends many frames; the server may end the connection meanwhile."""
        try:
            for index in range(count):
                self.socket.sendall(make(index).serialize())
        except OSError:
            pass

    def request(self, stream, method="GET", path="/hello", extra=(), end=True):
        fields = [(":method", method), (":scheme", "https"), (":authority", "localhost"),
                  (":path", path), *extra]
        block = self.encoder.encode(fields)
        frames = [HeadersFrame(stream, data=block[:16000])]
        for start in range(16000, len(block), 16000):
            frames.append(ContinuationFrame(stream, data=block[start:start + 16000]))
        frames[-1].flags.add("END_HEADERS")
        if end:
            frames[0].flags.add("END_STREAM")
        self.send(*frames)

    def _read(self, count):
        while len(self.pending) < count:
            try:
                received = self.socket.recv(65536)
            except TimeoutError:
                raise
            except OSError:
                received = b""
            if not received:
                return None
            self.pending += received
        taken, self.pending = self.pending[:count], self.pending[count:]
        return taken

    def read(self):
        header = self._read(9)
        if header is None:
            return None
        frame, length = Frame.parse_frame_header(memoryview(header))
        body = self._read(length)
        if body is None:
            return None
        frame.parse_body(memoryview(body))
        if isinstance(frame, HeadersFrame):
            frame.fields = dict(self.decoder.decode(frame.data))
        self.seen.append(type(frame).__name__)
        return frame

    def until(self, kind, stream=None, where=lambda frame: True):
        """The next frame of a kind; everything before it is skipped."""
        while True:
            frame = self.read()
            if frame is None:
                fail(f"the connection ended before {kind.__name__}; seen: {self.seen}")
            if isinstance(frame, kind) and stream in (None, frame.stream_id) and where(frame):
                return frame

    def until_end(self):
        """Reads to the end of the connection; the last GOAWAY's error code, if there was one."""
        code = None
        while (frame := self.read()) is not None:
            if isinstance(frame, GoAwayFrame):
                code = frame.error_code
        return code


def fail(reason):
    sys.exit(reason)


def expect(actual, wanted, what):
    if actual != wanted:
        fail(f"{what}: {actual!r} instead of {wanted!r}")


# Requests and responses


def head(port):
    client = Client(port)
    client.request(1, method="HEAD")
    frame = client.until(HeadersFrame, 1)
    expect(frame.fields["content-length"], "5", "content-length")
    expect("END_STREAM" in frame.flags, True, "END_STREAM on HEADERS")


def trailers(port):
    client = Client(port)
    client.request(1, method="POST", path="/count", end=False)
    client.send(DataFrame(1, b"abc"))
    client.send(HeadersFrame(1, data=client.encoder.encode([("x-sum", "1")]),
                             flags=["END_HEADERS", "END_STREAM"]))
    client.until(HeadersFrame, 1)
    expect(client.until(DataFrame, 1).data, b"3", "body")


def expect_continue(port):
    client = Client(port)
    client.request(1, method="POST", path="/count", extra=[("expect", "100-continue")], end=False)
    expect(client.until(HeadersFrame, 1).fields[":status"], "100", "first status")
    client.send(DataFrame(1, b"abcd", flags=["END_STREAM"]))
    expect(client.until(HeadersFrame, 1).fields[":status"], "200", "second status")


def early_response(port):
    client = Client(port)
    client.request(1, method="POST", path="/early", end=False)
    client.send(DataFrame(1, b"x" * 1000))
    expect(client.until(HeadersFrame, 1).fields[":status"], "409", "status")
    expect(client.until(RstStreamFrame, 1).error_code, 0, "reset code")
    client.request(3)
    expect(client.until(HeadersFrame, 3).fields[":status"], "200", "status of the next request")


def reset_by_route(port):
    client = Client(port)
    client.request(1, path="/reset")
    expect(client.until(RstStreamFrame, 1).error_code, 7, "reset code")


def aborted_source(port):
    client = Client(port)
    client.request(1, path="/abort")
    expect(client.until(RstStreamFrame, 1).error_code, 2, "reset code")
    client.request(3)
    client.until(HeadersFrame, 3)


def peer_reset(port):
    client = Client(port)
    client.request(1, path="/never")
    client.send(PingFrame(0, opaque_data=b"12345678"))
    client.until(PingFrame)
    client.send(RstStreamFrame(1, 8))
    client.request(3)
    client.until(HeadersFrame, 3)


def backpressure(port):
    """Exactly one window of body is taken before the handler credits anything."""
    client = Client(port)
    window = client.until(SettingsFrame).settings[SettingsFrame.INITIAL_WINDOW_SIZE]
    client.send(SettingsFrame(0, flags=["ACK"]))
    client.until(SettingsFrame, where=lambda frame: "ACK" in frame.flags)
    client.request(1, method="POST", path="/held", end=False)
    for _ in range(window // 16384):
        client.send(DataFrame(1, b"x" * 16384))
    client.send(PingFrame(0, opaque_data=b"12345678"))
    while not isinstance(frame := client.read(), PingFrame):
        if isinstance(frame, WindowUpdateFrame) and frame.stream_id == 1:
            fail("the window opened before anything was credited")
    client.request(3, path="/credit")
    expect(client.until(WindowUpdateFrame, 1).window_increment, window, "window update")


def incremental_body(port):
    """A source that waits is asked again each time it is resumed."""
    client = Client(port)
    client.request(1, path="/ticks")
    body = b""
    while True:
        frame = client.until(DataFrame, 1)
        body += frame.data
        if "END_STREAM" in frame.flags:
            break
    expect(body, b"tick" * 5, "body")


# Limits on requests


def large_headers(port):
    client = Client(port)
    client.request(1, extra=[(f"x-{n}", "v" * 4000) for n in range(5)])
    expect(client.until(HeadersFrame, 1).fields[":status"], "431", "status")


def many_headers(port):
    client = Client(port)
    client.request(1, extra=[(f"x-{n}", "v") for n in range(120)])
    expect(client.until(HeadersFrame, 1).fields[":status"], "431", "status")


def header_bomb(port):
    """Indexed fields cost the sender a byte each; far over the limit there is no answer."""
    client = Client(port)
    client.encoder.encode([("x-a", "v" * 3000)])
    block = client.encoder.encode([(":method", "GET"), (":scheme", "https"),
                                   (":authority", "localhost"), (":path", "/hello")])
    client.encoder = Encoder()
    first = client.encoder.encode([("x-a", "v" * 3000)])
    indexed = client.encoder.encode([("x-a", "v" * 3000)])
    client.send(HeadersFrame(1, data=block + first + indexed * 5000,
                             flags=["END_HEADERS", "END_STREAM"]))
    client.until(RstStreamFrame, 1)


def long_target(port):
    client = Client(port)
    client.request(1, path="/" + "a" * 3000)
    frame = client.until(HeadersFrame, 1)
    expect(frame.fields[":status"], "414", "status")
    expect(frame.fields["content-type"], "application/problem+json", "content-type")


def strict_authority(port):
    """What HTTP/1.1 refuses as Host gets 400, or a reset where the library is stricter still."""
    for authority, extra, status in (
            ("a@b", (), "400"), ("a:65536", (), "400"), (":1", (), "400"), ("[1]", (), "400"),
            ("a", (("host", "b"),), "400"), ("a", (("host", "A"),), "200"),
            (None, (("host", "a:65536"),), "400"), (None, (("host", "a"),), "200"),
            ("a/b", (), PROTOCOL_ERROR), ("é", (), PROTOCOL_ERROR), ("", (), PROTOCOL_ERROR),
            (None, (), PROTOCOL_ERROR), ("a", (("host", "a"), ("host", "a")), PROTOCOL_ERROR)):
        client = Client(port)
        fields = [(":method", "GET"), (":scheme", "https"), (":path", "/hello")]
        fields += [] if authority is None else [(":authority", authority)]
        client.send(HeadersFrame(1, data=client.encoder.encode([*fields, *extra]),
                                 flags=["END_HEADERS", "END_STREAM"]))
        while not isinstance(frame := client.read(), (HeadersFrame, RstStreamFrame)):
            if frame is None:
                fail(f"the connection ended for {authority!r} and {extra}")
        answer = frame.fields[":status"] if isinstance(frame, HeadersFrame) else frame.error_code
        expect(answer, status, f"answer to {authority!r} and {extra}")
        client.request(3)
        expect(client.until(HeadersFrame, 3).fields[":status"], "200", "status of the next")


def connection_specific(port):
    client = Client(port)
    client.request(1, extra=[("connection", "close")])
    expect(client.until(RstStreamFrame, 1).error_code, 1, "reset code")
    client.request(3)
    client.until(HeadersFrame, 3)


def wrong_length(port):
    client = Client(port)
    client.request(1, method="POST", path="/count", extra=[("content-length", "5")], end=False)
    client.send(DataFrame(1, b"123", flags=["END_STREAM"]))
    expect(client.until(RstStreamFrame, 1).error_code, 1, "reset code")


def no_alpn(port):
    speaks_http1(Client(port, alpn=None), None)


def http1_alpn(port):
    speaks_http1(Client(port, alpn="http/1.1"), "http/1.1")


def speaks_http1(client, chosen):
    expect(client.socket.selected_alpn_protocol(), chosen, "chosen protocol")
    client.socket.sendall(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
    expect(client.socket.recv(12), b"HTTP/1.1 200", "beginning of the answer")


def foreign_alpn(port):
    """Offers only what nobody here speaks."""
    try:
        Client(port, alpn="spdy/3")
    except ssl.SSLError as error:
        expect("no application protocol" in str(error), True, str(error))
        return
    fail("the handshake succeeded")


# Abuse


def rapid_reset(port):
    client = Client(port)
    for index in range(400):
        try:
            client.request(2 * index + 1, path="/never")
            client.send(RstStreamFrame(2 * index + 1, 8))
        except OSError:
            break
    expect(client.until_end(), CALM, "GOAWAY")


def provoked_resets(port):
    """Streams that the peer makes us reset count like its own resets."""
    client = Client(port)
    for index in range(400):
        try:
            client.request(2 * index + 1, path="/never", extra=[("connection", "close")])
        except OSError:
            break
    expect(client.until_end(), CALM, "GOAWAY")


def broken_length_resets(port):
    """DATA beyond the declared length makes the library reset the stream, and tell us nothing."""
    client = Client(port)
    for index in range(400):
        stream = 2 * index + 1
        client.request(stream, "POST", "/count", [("content-length", "1")], end=False)
        client.send(DataFrame(stream, b"xx"))
        while not isinstance(frame := client.read(), RstStreamFrame):
            if isinstance(frame, GoAwayFrame):
                return expect(frame.error_code, CALM, "GOAWAY")
            if frame is None:
                fail("the connection ended without a word")
    fail("400 resets were not counted")


def unknown_frame_flood(port):
    _flood_bytes(Client(port), b"\0\0\0\xbb\0\0\0\0\0")


def closed_stream_data_flood(port):
    _flood_bytes(_client_with_closed_stream(port), DataFrame(1, b"x").serialize())


def closed_stream_update_flood(port):
    _flood_bytes(_client_with_closed_stream(port),
                 WindowUpdateFrame(1, window_increment=5000).serialize())


def padded_byte_flood(port):
    """One byte of body in each frame, and as much padding as there can be."""
    client = Client(port)
    client.request(1, method="POST", path="/count", end=False)
    frame = DataFrame(1, b"x", pad_length=255, flags=["PADDED"])
    _flood_bytes(client, frame.serialize())


def _client_with_closed_stream(port):
    client = Client(port)
    client.request(1)
    client.until(DataFrame, 1, lambda frame: "END_STREAM" in frame.flags)
    return client


def _flood_bytes(client, frame):
    """Ten megabytes of one frame again and again: far over what leads to nothing."""
    batch = frame * (100_000 // len(frame))
    try:
        for _ in range(100):
            client.socket.sendall(batch)
    except OSError:
        pass
    expect(client.until_end(), CALM, "GOAWAY")


def ping_flood(port):
    client = Client(port)
    client.send_while_open(lambda n: PingFrame(0, opaque_data=b"12345678"), 3000)
    expect(client.until_end(), CALM, "GOAWAY")


def settings_flood(port):
    client = Client(port)
    client.send_while_open(lambda n: SettingsFrame(0), 3000)
    expect(client.until_end(), CALM, "GOAWAY")


def priority_flood(port):
    client = Client(port)
    client.send_while_open(lambda n: PriorityFrame(2 * n + 1, stream_weight=3), 3000)
    expect(client.until_end(), CALM, "GOAWAY")


def window_flood(port):
    client = Client(port)
    client.send_while_open(lambda n: WindowUpdateFrame(0, window_increment=1), 3000)
    expect(client.until_end(), CALM, "GOAWAY")


def empty_data_flood(port):
    client = Client(port)
    client.request(1, method="POST", path="/count", end=False)
    client.send_while_open(lambda n: DataFrame(1), 1000)
    expect(client.until_end(), CALM, "GOAWAY")


def continuation_flood(port):
    client = Client(port)
    client.send(HeadersFrame(1, data=client.encoder.encode([(":method", "GET")])))
    client.send_while_open(lambda n: ContinuationFrame(1, data=b""), 3000)
    client.until_end()


# Timeouts; the server of these tests has short ones


def body_never_comes(port):
    client = Client(port)
    client.request(1, method="POST", path="/count", end=False)
    expect(client.until(HeadersFrame, 1).fields[":status"], "408", "status")
    client.until(RstStreamFrame, 1)


def body_stops(port):
    client = Client(port)
    client.request(1, method="POST", path="/count", end=False)
    client.send(DataFrame(1, b"abc"))
    expect(client.until(HeadersFrame, 1).fields[":status"], "408", "status")


def body_stops_and_window_is_closed(port):
    """The answer to a body that stopped is not waited with for ever."""
    client = Client(port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0})
    client.request(1, method="POST", path="/count", end=False)
    client.send(DataFrame(1, b"abc"))
    expect(client.until(HeadersFrame, 1).fields[":status"], "408", "status")
    client.until(RstStreamFrame, 1)


def idle_connection(port):
    client = Client(port)
    expect(client.until_end(), 0, "GOAWAY")


def endless_headers(port):
    """A header section that begins and never ends."""
    client = Client(port)
    block = client.encoder.encode([(":method", "GET"), (":scheme", "https")])
    client.send(HeadersFrame(1, data=block))
    expect(client.until_end(), 0, "GOAWAY")


def closed_window(port):
    """A response that the peer's window holds up is given up; the connection is not."""
    client = Client(port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0})
    client.request(1, path="/size/100000")
    client.until(HeadersFrame, 1)
    expect(client.until(RstStreamFrame, 1).error_code, 8, "reset code")


def trickled_window(port):
    """A byte now and then is no progress."""
    client = Client(port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0})
    client.request(1, path="/size/100000")
    client.until(HeadersFrame, 1)
    client.send(WindowUpdateFrame(1, window_increment=1))
    while not isinstance(frame := client.read(), RstStreamFrame):
        if isinstance(frame, DataFrame):
            client.send(WindowUpdateFrame(1, window_increment=1))
        if frame is None:
            fail("the connection ended")
    expect(frame.error_code, 8, "reset code")


def trickled_connection_window(port):
    """The same when the window of the connection holds back everything."""
    client = Client(port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 2**31 - 1})
    client.request(1, path="/size/1000000")
    client.request(3, path="/size/1000000")
    reset, taken = set(), 0
    while len(reset) < 2:
        frame = client.read()
        if frame is None:
            fail("the connection ended")
        if isinstance(frame, RstStreamFrame):
            expect(frame.error_code, 8, "reset code")
            reset.add(frame.stream_id)
        taken += len(frame.data) if isinstance(frame, DataFrame) else 0
        # Responses without an end leave a part of the window to others.
        if taken >= 60_000 and isinstance(frame, DataFrame):
            client.send(WindowUpdateFrame(0, window_increment=1))


def answers_beside_full_windows(port, size):
    """Bodies that nobody takes leave something of the connection's window to short answers."""
    window = int(size)
    client = Client(port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 2**31 - 1})
    if window > 65_535:
        client.send(WindowUpdateFrame(0, window_increment=window - 65_535))
    for stream in (1, 3, 5):
        client.request(stream, path="/size/100000000")
    taken, wanted = 0, window - window // 8
    while taken < wanted - 1024 * 1024:
        taken += len(client.until(DataFrame).data)
    # What has come since is of no interest: no window is ever opened again.
    for stream in range(7, 57, 2):
        client.request(stream)
        while (frame := client.until(DataFrame)).stream_id != stream or not frame.data:
            taken += len(frame.data)
        expect(frame.data, b"hello", "answer")
    if taken >= window:
        fail(f"{taken} of {window} bytes were taken")


def windows_that_open_late(port, size):
    """Who opens a window when half of it is used gets everything."""
    window = int(size)
    client = Client(port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: window})
    if window > 65_535:
        client.send(WindowUpdateFrame(0, window_increment=window - 65_535))
    length = 4 * window + 12_345
    client.request(1, path=f"/size/{length}")
    taken, owed = 0, 0
    while taken < length:
        count = len(client.until(DataFrame, 1).data)
        taken, owed = taken + count, owed + count
        if owed >= window / 2:
            client.send(WindowUpdateFrame(1, window_increment=owed),
                        WindowUpdateFrame(0, window_increment=owed))
            owed = 0
    expect(taken, length, "length")


def caught_up_behind_a_closed_window(port):
    """Who has had all there is waits for more as long as it likes."""
    client = Client(port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 1})
    client.request(1, path="/endless")
    client.request(3, path="/size/100000")
    expect(client.until(RstStreamFrame).stream_id, 3, "the stream that is reset")
    client.request(5, path="/hello", method="HEAD")
    while not isinstance(frame := client.read(), HeadersFrame) or frame.stream_id != 5:
        expect(isinstance(frame, RstStreamFrame), False, "another reset")


def trickled_body(port):
    client = Client(port)
    client.request(1, method="POST", path="/count", end=False)
    client.send(DataFrame(1, b"a"))
    client.socket.settimeout(0.01)
    while True:
        try:
            frame = client.read()
        except TimeoutError:
            client.send(DataFrame(1, b"a"))
            continue
        if isinstance(frame, HeadersFrame):
            return expect(frame.fields[":status"], "408", "status")
        if frame is None:
            fail("the connection ended")


def silent_handshake(port):
    raw = socket.create_connection(("127.0.0.1", port))
    raw.settimeout(DEADLINE_S)
    expect(raw.recv(100), b"", "bytes before the end")


def reader_that_stops(port):
    """A peer that stops reading its socket loses the connection. It sees a cut-off response."""
    client = Client(port, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 2**31 - 1})
    client.send(WindowUpdateFrame(0, window_increment=2**31 - 1 - 65535))
    client.request(1, path="/size/200000000")
    client.until(HeadersFrame, 1)
    other = Client(port)
    other.request(1, path="/wait-for-close")
    expect(other.until(HeadersFrame, 1).fields[":status"], "200", "status")


# Tickets. The second server's port and the TLS version come as further arguments.


def resumes(port, other, version):
    if not _resumed(port, other, version):
        fail("a full handshake")


def does_not_resume(port, other, version):
    if _resumed(port, other, version):
        fail("the session was resumed")


def _resumed(port, other, version):
    context = make_context(version=ssl.TLSVersion[version])
    first = Client(port, context=context)
    first.until(SettingsFrame)
    second = Client(int(other), context=context, session=first.socket.session)
    second.until(SettingsFrame)
    return second.socket.session_reused


# Draining


def drain(port):
    client = Client(port)
    client.request(1, path="/never-until-drained")
    client.request(3, path="/drain")
    expect(client.until(GoAwayFrame).last_stream_id, 2**31 - 1, "last stream of the announcement")
    client.request(5)
    ping = client.until(PingFrame)
    client.send(PingFrame(0, opaque_data=ping.opaque_data, flags=["ACK"]))
    expect(client.until(GoAwayFrame).last_stream_id, 5, "last stream")
    client.request(7, path="/hello")
    expect(client.until_end(), None, "another GOAWAY")
    expect(client.seen.count("HeadersFrame"), 3, "responses")


if __name__ == "__main__":
    globals()[sys.argv[2]](int(sys.argv[1]), *sys.argv[3:])
