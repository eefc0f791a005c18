#!/usr/bin/env python3
"""Makes the seed corpus of FuzzWebM from the parser's recordings.

The structure of each recording is kept, its frames are cut to a few bytes and its clusters to a few
blocks: what the parser looks at, without what it only copies. The last byte of a seed chooses how
the fuzz target cuts it (see FuzzWebM.swift).

Usage: make_corpus.py
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE.parents[1] / "Media" / "Recordings"
CORPUS = HERE / "Corpus"

EBML, SEGMENT, INFO, TRACKS, TRACK_ENTRY = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
CLUSTER, BLOCK_GROUP, SIMPLE_BLOCK, BLOCK = 0x1F43B675, 0xA0, 0xA3, 0xA1
MASTERS = {SEGMENT, TRACKS, TRACK_ENTRY, CLUSTER, BLOCK_GROUP}
# Its children end an unknown-size Cluster.
SEGMENT_LEVEL = {CLUSTER, TRACKS, 0x114D9B74, 0x1549A966, 0x1C53BB6B, 0x1254C367}
# The parser reads them to their end, so that half of one is none.
WHOLE = {EBML, INFO}
FRAME_BYTES = 6
OTHER_BYTES = 24
BLOCKS_PER_CLUSTER = 5
CLUSTERS = 4


def number(data: bytes, at: int, keep_marker: bool) -> tuple[int | None, int]:
    """A variable-length integer and its length; None for an unknown size."""
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at:at + length], "big")
    if keep_marker:
        return value, length
    mask = (1 << (7 * length)) - 1
    return (None if value & mask == mask else value & mask), length


def size_field(size: int | None) -> bytes:
    """A size in the fewest bytes; eight for an unknown one."""
    if size is None:
        return b"\x01" + b"\xff" * 7
    length = 1
    while size >= (1 << (7 * length)) - 1:
        length += 1
    return (size | 1 << (7 * length)).to_bytes(length, "big")


def shrink(data: bytes, at: int, end: int, parent: int) -> tuple[bytes, int]:
    """The children between two positions, made small, and where they ended."""
    out, blocks, clusters = b"", 0, 0
    while at < end:
        element, id_length = number(data, at, keep_marker=True)
        size, size_length = number(data, at + id_length, keep_marker=False)
        if parent == CLUSTER and element in SEGMENT_LEVEL:
            return out, at
        content = at + id_length + size_length
        stop = end if size is None else content + size
        if element in MASTERS:
            body, stop = shrink(data, content, stop, element)
        elif element in (SIMPLE_BLOCK, BLOCK):
            body = data[content:min(stop, content + 4 + FRAME_BYTES)]
        elif parent == TRACK_ENTRY or element in WHOLE or stop - content <= OTHER_BYTES:
            body = data[content:stop]
        else:
            body = data[content:content + OTHER_BYTES]
        blocks += element in (SIMPLE_BLOCK, BLOCK_GROUP)
        clusters += element == CLUSTER
        if blocks <= BLOCKS_PER_CLUSTER and clusters <= CLUSTERS:
            known = None if size is None else len(body)
            out += data[at:at + id_length] + size_field(known) + body
        at = stop
    return out, at


def element(number: int, content: bytes) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big") + size_field(len(content)) + content


def block(track: int, time_ms: int, flags: int = 0x80, payload: bytes = b"\x04\x01") -> bytes:
    """A cluster of one block."""
    head = bytes([0x80 | track, 0, 0, flags])
    time = element(0xE7, time_ms.to_bytes(4, "big"))
    return element(CLUSTER, time + element(SIMPLE_BLOCK, head + payload))


def shapes(head: bytes) -> dict[str, bytes]:
    """Blocks out of order across tracks, in laces, with a clock that jumps, with junk, and so many of
    them that there are segments: at key frames, without one, and after a loss."""
    ahead, jumps, segments = b"", b"", b""
    for time_ms in range(0, 2_000, 40):
        ahead += block(1, time_ms, 0x80 if time_ms % 400 == 0 else 0)
        ahead += block(2, time_ms + 70) + block(2, time_ms + 90)
        jumps += block(1, 20_000 + time_ms - (0 if time_ms < 1_000 else 9_000))
        jumps += block(2, 20_000 + time_ms - (0 if time_ms < 1_080 else 9_000))
    for time_ms in range(0, 16_000, 400):
        segments += block(1, time_ms, 0x80 if time_ms % 2_000 == 0 and time_ms < 9_000 else 0)
        segments += block(2, time_ms + 100, payload=b"\x78\x01")
    segments += bytes(8) + block(2, 18_000) + block(1, 18_000)
    laces = (
        block(2, 0, 0x02, b"\x02\x03\x01" + b"frames") + block(1, 10)
        + block(2, 60, 0x06, b"\x02\x83\xbe" + b"abcdefgh") + block(1, 70)
        + block(2, 120, 0x04, b"\x03" + b"abcdefgh") + block(1, 130)
    )
    junk = block(1, 0) + bytes(40) + block(2, 20) + b"<html>" * 9 + block(1, 40) + block(7, 50)
    return {
        "sound-ahead": head + ahead, "clock-jumps": head + jumps, "laces": head + laces * 3,
        "junk": head + junk * 3, "segments": head + segments,
    }


def served() -> bytes:
    """A cluster as it is served."""
    blocks = element(SIMPLE_BLOCK, b"\x81\x00\x00\x80\x04\x01")
    blocks += element(SIMPLE_BLOCK, b"\x82\x00\x07\x80\x05")
    group = element(BLOCK, b"\x81\x00\x28\x00\x04\x01")
    group += element(0x9B, b"\x28") + element(0xFB, b"\xf0")
    head = CLUSTER.to_bytes(4, "big") + size_field(None) + element(0xE7, (3_000).to_bytes(8, "big"))
    return head + blocks + element(BLOCK_GROUP, group)


def main() -> None:
    """Writes a seed per recording, a restarted broadcast, odd shapes, and a cluster of ours."""
    CORPUS.mkdir(exist_ok=True)
    for recording in sorted([*RECORDINGS.glob("*.webm"), *RECORDINGS.glob("*.mkv")]):
        data = recording.read_bytes()
        small, _ = shrink(data, 0, len(data), 0)
        (CORPUS / recording.stem).write_bytes(small + b"\x00")
    vp8 = (CORPUS / "chromium-vp8-opus").read_bytes()[:-1]
    (CORPUS / "restarted").write_bytes(vp8[:900] + vp8 + b"\x21")
    for name, seed in shapes(vp8[:vp8.index(CLUSTER.to_bytes(4, "big"))]).items():
        (CORPUS / name).write_bytes(seed + b"\x05")
    (CORPUS / "served").write_bytes(served() + b"\x00")


if __name__ == "__main__":
    main()
