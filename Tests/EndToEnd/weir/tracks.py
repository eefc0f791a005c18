"""Hand-made tracks of VP8 and Opus, to be odd in one way each."""

from __future__ import annotations

import struct

from . import ebml
from .ebml import element, unsigned

OPUS_HEAD = b"OpusHead" + bytes([1, 2, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 0])


def real(number: int, value: float) -> bytes:
    return element(number, struct.pack(">d", value))


def video(extra: bytes = b"", picture: bytes = b"", number: int = 1) -> bytes:
    return element(
        ebml.TRACK_ENTRY, unsigned(ebml.TRACK_NUMBER, number), unsigned(ebml.TRACK_TYPE, 1),
        element(ebml.CODEC_ID, b"V_VP8"), extra,
        element(
            ebml.VIDEO, unsigned(ebml.PIXEL_WIDTH, 160), unsigned(ebml.PIXEL_HEIGHT, 120), picture))


def sound(extra: bytes = b"", audio: bytes = b"", number: int = 2, channels: int = 2) -> bytes:
    return element(
        ebml.TRACK_ENTRY, unsigned(ebml.TRACK_NUMBER, number), unsigned(ebml.TRACK_TYPE, 2),
        element(ebml.CODEC_ID, b"A_OPUS"), element(ebml.CODEC_PRIVATE, OPUS_HEAD), extra,
        element(0xE1, real(0xB5, 48_000), unsigned(0x9F, channels), audio))


def key_frame(width: int, height: int) -> bytes:
    """The head of a key frame of VP8: what the server and a demuxer look at."""
    return (bytes([0x10, 0, 0, 0x9D, 0x01, 0x2A]) + width.to_bytes(2, "little")
            + height.to_bytes(2, "little") + bytes(30))
