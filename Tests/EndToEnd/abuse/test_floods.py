"""Floods of HTTP/2 frames: each costs the abuser its connection, and nobody else anything."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import hpack
import pytest
from hyperframe.frame import (
    ContinuationFrame, DataFrame, Frame, HeadersFrame, PingFrame, PriorityFrame, RstStreamFrame,
    SettingsFrame, WindowUpdateFrame,
)

from weir.bystander import Bystander
from weir.raw_frames import (
    COMPRESSION_ERROR, ENHANCE_YOUR_CALM, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, PROTOCOL_ERROR,
    RawConnection,
)
from weir.server import Server

# Floods take all the processor there is.
pytestmark = pytest.mark.alone

Besieged = tuple[Server, Bystander]
# Far over every budget, and little enough that a server without a budget fails soon.
_FRAMES = 60_000
_BATCH = 50
# The same for what is counted in bytes: a mebibyte may lead to nothing.
_JUNK_BYTES = 16 * 1024 * 1024


def batches(frames: Iterator[Frame], count: int = _FRAMES) -> Iterator[bytes]:
    """Serialized frames, some at a time."""
    limited = itertools.islice(frames, count)
    while batch := b"".join(f.serialize() for f in itertools.islice(limited, _BATCH)):
        yield batch


def odd_streams() -> Iterator[int]:
    return itertools.count(1, 2)


def rapid_reset(connection: RawConnection) -> Iterator[Frame]:
    for stream in odd_streams():
        yield connection.headers(stream, "GET", "/bystander/live")
        yield RstStreamFrame(stream, error_code=8)


def reset_by_bad_window_updates(connection: RawConnection) -> Iterator[Frame]:
    """Makes the server reset the streams itself, which must count as well."""
    for stream in odd_streams():
        yield connection.headers(stream, "GET", "/bystander/live")
        yield WindowUpdateFrame(stream, window_increment=0x7FFFFFFF)


def reset_by_too_many_fields(connection: RawConnection) -> Iterator[Frame]:
    fields = connection.block("GET", "/", *[("a", "b")] * 500)
    for stream in odd_streams():
        yield HeadersFrame(stream, fields, flags=["END_HEADERS", "END_STREAM"])


def reset_by_wrong_lengths(connection: RawConnection) -> Iterator[Frame]:
    for stream in odd_streams():
        yield connection.headers(stream, "GET", "/", ("content-length", "1"), end=False)
        yield DataFrame(stream, b"xx", flags=["END_STREAM"])


def settings(_: RawConnection) -> Iterator[Frame]:
    for value in itertools.cycle((65_535, 65_536)):
        yield SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: value})


def empty_settings(_: RawConnection) -> Iterator[Frame]:
    return (SettingsFrame(0) for _ in itertools.count())


def pings(_: RawConnection) -> Iterator[Frame]:
    return (PingFrame(0, number.to_bytes(8, "big")) for number in itertools.count())


def priorities(_: RawConnection) -> Iterator[Frame]:
    for number in itertools.count():
        yield PriorityFrame(2 * (number % 1000) + 1, depends_on=0, stream_weight=number % 256)


def empty_data(connection: RawConnection) -> Iterator[Frame]:
    yield connection.headers(1, "POST", "/empty-data/live", end=False)
    for _ in itertools.count():
        yield DataFrame(1, b"")


def padding_only(connection: RawConnection) -> Iterator[Frame]:
    yield connection.headers(1, "POST", "/padding-only/live", end=False)
    for _ in itertools.count():
        yield DataFrame(1, b"", pad_length=1, flags=["PADDED"])


def one_byte_window_updates(connection: RawConnection) -> Iterator[Frame]:
    yield connection.headers(1, "GET", "/api/streams")
    for _ in itertools.count():
        yield WindowUpdateFrame(0, window_increment=1)


def reset_by_data_beyond_the_length(connection: RawConnection) -> Iterator[Frame]:
    """The library resets these without a word to the server."""
    for stream in odd_streams():
        yield connection.headers(stream, "POST", "/beyond/live", ("content-length", "1"), end=False)
        yield DataFrame(stream, b"xx")


FLOODS: dict[str, Callable[[RawConnection], Iterator[Frame]]] = {
    "rapid reset": rapid_reset,
    "resets provoked by window overflow": reset_by_bad_window_updates,
    "resets provoked by too many fields": reset_by_too_many_fields,
    "resets provoked by wrong lengths": reset_by_wrong_lengths,
    "resets provoked by data beyond the length": reset_by_data_beyond_the_length,
    "settings": settings,
    "empty settings": empty_settings,
    "pings": pings,
    "priorities": priorities,
    "empty data": empty_data,
    "padding only": padding_only,
    "one-byte window updates": one_byte_window_updates,
}


@pytest.mark.parametrize("kind", FLOODS)
@pytest.mark.parametrize("read", [True, False], ids=["reading", "not reading"])
def test_a_flood_costs_the_abuser_its_connection(besieged: Besieged, kind: str, read: bool) -> None:
    server, bystander = besieged
    with RawConnection(server) as connection:
        outcome = connection.flood(batches(FLOODS[kind](connection)), read=read)
        if not outcome.closed:
            connection.wait_for_close()
        assert connection.goaway == ENHANCE_YOUR_CALM
    bystander.assert_undisturbed()


def closed_stream(connection: RawConnection) -> None:
    """Stream 1 has had its answer."""
    connection.send(connection.headers(1, "GET", "/api/streams"))
    while not any(f.stream_id == 1 and "END_STREAM" in f.flags for f in connection.frames):
        connection.read(0.2)


def open_body(connection: RawConnection) -> None:
    connection.send(connection.headers(1, "POST", "/no-use/live", end=False))


#: Frames that lead to nothing, and mostly to no callback of any library; what comes before them.
JUNK: dict[str, tuple[Callable[[RawConnection], None], bytes]] = {
    "data for a closed stream": (closed_stream, DataFrame(1, b"x").serialize()),
    "empty data for a closed stream": (closed_stream, DataFrame(1, b"").serialize()),
    "window updates for a closed stream": (
        closed_stream, WindowUpdateFrame(1, window_increment=60_000).serialize()),
    "useful window updates that nobody needs": (
        open_body, WindowUpdateFrame(0, window_increment=4_096).serialize()),
    "frames of an unknown type": (open_body, b"\0\0\0\xbb\0\0\0\0\0"),
    "large frames of an unknown type": (
        open_body, b"\0\x40\0\xbb\0\0\0\0\0" + bytes(0x4000)),
    "priority updates": (open_body, b"\0\0\7\x10\0\0\0\0\0\0\0\0\1u=1"),
    "padding around one byte": (
        closed_stream, DataFrame(1, b"x", pad_length=255, flags=["PADDED"]).serialize()),
}


@pytest.mark.parametrize("kind", JUNK)
@pytest.mark.parametrize("read", [True, False], ids=["reading", "not reading"])
def test_frames_that_lead_to_nothing_cost_the_abuser_its_connection(
    besieged: Besieged, kind: str, read: bool
) -> None:
    server, bystander = besieged
    prepare, frame = JUNK[kind]
    batch = frame * (32_768 // len(frame) + 1)
    with RawConnection(server) as connection:
        prepare(connection)
        connection.flood(itertools.repeat(batch, _JUNK_BYTES // len(batch)), read=read)
        connection.wait_for_close()
        assert connection.goaway == ENHANCE_YOUR_CALM
    bystander.assert_undisturbed()


@pytest.mark.parametrize("closing", [False, True], ids=["never ending", "with an end"])
def test_a_continuation_flood_costs_the_abuser_its_connection(
    besieged: Besieged, closing: bool
) -> None:
    server, bystander = besieged
    with RawConnection(server) as connection:
        def flood() -> Iterator[Frame]:
            yield HeadersFrame(1, connection.block("GET", "/"))
            for number in itertools.count():
                last = closing and number == 500
                block = hpack.Encoder().encode([(f"x-{number}", "y" * 50)])
                yield ContinuationFrame(1, block, flags=["END_HEADERS"] if last else [])
        outcome = connection.flood(batches(flood(), 5_000))
        if not outcome.closed:
            connection.wait_for_close()
    bystander.assert_undisturbed()


def test_empty_continuations_cost_the_abuser_its_connection(besieged: Besieged) -> None:
    server, bystander = besieged
    with RawConnection(server) as connection:
        def flood() -> Iterator[Frame]:
            yield HeadersFrame(1, connection.block("GET", "/"))
            for _ in itertools.count():
                yield ContinuationFrame(1, b"")
        outcome = connection.flood(batches(flood()))
        if not outcome.closed:
            connection.wait_for_close()
    bystander.assert_undisturbed()


def test_a_compression_bomb_is_refused(besieged: Besieged) -> None:
    """One table entry of 4 KB, referred to 4,000 times: small frames, a huge header section."""
    server, bystander = besieged
    with RawConnection(server) as connection:
        encoder = hpack.Encoder()
        block = connection.block("GET", "/api/streams")
        bomb = block + encoder.encode([("x-bomb", "b" * 3900)])
        bomb += encoder.encode([("x-bomb", "b" * 3900)]) * 4000
        connection.send(HeadersFrame(1, bomb[:16_000], flags=["END_HEADERS", "END_STREAM"]))
        while not connection.closed and not any(f.stream_id == 1 for f in connection.frames):
            connection.read(0.2)
        [answer] = [f for f in connection.frames if f.stream_id == 1]
        assert isinstance(answer, RstStreamFrame), answer
    bystander.assert_undisturbed()


GARBAGE = {
    "no preface": b"GET / HTTP/1.1\r\nhost: x\r\n\r\n" * 3,
    "half of a preface and noise": b"PRI * HTTP/2.0\r\n\r\n" + bytes(range(256)) * 4,
    "zeros": bytes(100_000),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_bytes_that_are_no_http2_end_the_connection(besieged: Besieged, kind: str) -> None:
    server, bystander = besieged
    with RawConnection(server, preface=False) as connection:
        connection.send_bytes(GARBAGE[kind])
        connection.wait_for_close()
    bystander.assert_undisturbed()


#: Frames that must not be, and the reason that RFC 9113 wants to be given.
ILLEGAL: dict[str, tuple[int, Callable[[RawConnection], bytes]]] = {
    "an over-long frame": (
        FRAME_SIZE_ERROR, lambda c: b"\xff\xff\xff\0\0\0\0\0\1" + bytes(20_000)),
    "data on stream 0": (PROTOCOL_ERROR, lambda c: b"\0\0\1\0\0\0\0\0\0x"),
    "data on an idle stream": (PROTOCOL_ERROR, lambda c: DataFrame(9, b"x").serialize()),
    "an even stream": (PROTOCOL_ERROR, lambda c: c.headers(2, "GET", "/").serialize()),
    "a ping of seven bytes": (
        FRAME_SIZE_ERROR, lambda c: b"\0\0\7\6\0\0\0\0\0" + bytes(7)),
    "settings of five bytes": (
        FRAME_SIZE_ERROR, lambda c: b"\0\0\5\4\0\0\0\0\0" + bytes(5)),
    "a window update of zero": (
        PROTOCOL_ERROR, lambda c: b"\0\0\4\x08\0\0\0\0\0" + bytes(4)),
    "a connection window over its maximum": (
        FLOW_CONTROL_ERROR,
        lambda c: WindowUpdateFrame(0, window_increment=0x7FFFFFFF).serialize()),
    "a window setting over its maximum": (
        FLOW_CONTROL_ERROR, lambda c: b"\0\0\6\4\0\0\0\0\0\0\4\xff\xff\xff\xff"),
    "a header block that does not decode": (
        COMPRESSION_ERROR,
        lambda c: HeadersFrame(1, b"\xff" * 100, flags=["END_HEADERS", "END_STREAM"]).serialize()),
    "a continuation without headers": (
        PROTOCOL_ERROR, lambda c: ContinuationFrame(1, b"").serialize()),
    "a frame between headers and continuation": (
        PROTOCOL_ERROR,
        lambda c: HeadersFrame(1, c.block("GET", "/")).serialize()
        + PingFrame(0, bytes(8)).serialize()),
    "a push promise from a client": (
        PROTOCOL_ERROR, lambda c: b"\0\0\4\5\4\0\0\0\1\0\0\0\2"),
}


@pytest.mark.parametrize("kind", ILLEGAL)
def test_an_illegal_frame_ends_the_connection_with_its_reason(
    besieged: Besieged, kind: str
) -> None:
    server, bystander = besieged
    reason, make = ILLEGAL[kind]
    with RawConnection(server) as connection:
        connection.send_bytes(make(connection))
        assert connection.wait_for_close() == reason
    bystander.assert_undisturbed()
