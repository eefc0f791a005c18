"""Hand-made Matroska, for input that no honest program writes."""

from __future__ import annotations

EBML, DOC_TYPE = 0x1A45DFA3, 0x4282
SEGMENT, INFO, TIMESTAMP_SCALE = 0x18538067, 0x1549A966, 0x2AD7B1
TRACKS, TRACK_ENTRY, TRACK_NUMBER, TRACK_UID = 0x1654AE6B, 0xAE, 0xD7, 0x73C5
TRACK_TYPE, CODEC_ID, CODEC_PRIVATE = 0x83, 0x86, 0x63A2
VIDEO, PIXEL_WIDTH, PIXEL_HEIGHT = 0xE0, 0xB0, 0xBA
CLUSTER, TIMECODE, SIMPLE_BLOCK, VOID = 0x1F43B675, 0xE7, 0xA3, 0xEC
UNKNOWN_SIZE = b"\x01\xff\xff\xff\xff\xff\xff\xff"


def identifier(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def size(number: int) -> bytes:
    """An eight-byte size."""
    return (number | 1 << 56).to_bytes(8, "big")


def element(number: int, *content: bytes) -> bytes:
    payload = b"".join(content)
    return identifier(number) + size(len(payload)) + payload


def unsigned(number: int, value: int) -> bytes:
    return element(number, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def head(doc_type: bytes = b"webm") -> bytes:
    """The EBML header."""
    return element(EBML, element(DOC_TYPE, doc_type))


def video_track(number: int = 1, private: bytes = b"") -> bytes:
    extra = element(CODEC_PRIVATE, private) if private else b""
    picture = element(VIDEO, unsigned(PIXEL_WIDTH, 160), unsigned(PIXEL_HEIGHT, 120))
    return element(
        TRACK_ENTRY, unsigned(TRACK_NUMBER, number), unsigned(TRACK_UID, number),
        unsigned(TRACK_TYPE, 1), element(CODEC_ID, b"V_VP8"), extra, picture,
    )


def segment(*tracks: bytes) -> bytes:
    """An open Segment with Info and Tracks; clusters may follow."""
    info = element(INFO, unsigned(TIMESTAMP_SCALE, 1_000_000))
    return identifier(SEGMENT) + UNKNOWN_SIZE + info + element(TRACKS, *tracks)


def start(tracks: int = 1) -> bytes:
    """Everything before the first cluster, with so many video tracks."""
    return head() + segment(*(video_track(number + 1) for number in range(tracks)))


def simple_block(payload: bytes, track: int = 1, time: int = 0, key: bool = True) -> bytes:
    flags = b"\x80" if key else b"\x00"
    return element(
        SIMPLE_BLOCK, bytes([0x80 | track]), time.to_bytes(2, "big", signed=True), flags, payload
    )


def cluster(time_ms: int, *blocks: bytes) -> bytes:
    return element(CLUSTER, unsigned(TIMECODE, time_ms), *blocks)
