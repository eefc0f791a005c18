"""Recordings taken apart into blocks and put together again in shapes that are legal and unusual."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from . import ebml

BLOCK_GROUP, BLOCK = 0xA0, 0xA1
VIDEO, SOUND = 1, 2


@dataclass(frozen=True)
class Block:
    """One frame, or several in a lace. `place_ms` decides where it stands in the file."""

    track: int
    time_ms: int
    flags: int
    payload: bytes
    place_ms: int

    @property
    def is_key(self) -> bool:
        return bool(self.flags & 0x80)


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A variable-length integer and its length."""
    length = 9 - data[at].bit_length()
    value = data[at] if keep_marker else data[at] & (0xFF >> length)
    for byte in data[at + 1:at + length]:
        value = value << 8 | byte
    return value, length


def elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Identifier, start and end of each element; clusters are entered."""
    while at < end:
        identifier, id_bytes = _number(data, at, keep_marker=True)
        size, size_bytes = _number(data, at + id_bytes, keep_marker=False)
        start = at + id_bytes + size_bytes
        if identifier == ebml.CLUSTER:
            at = start
            continue
        yield identifier, start, start + size
        at = start + size


def block_in(data: bytes, start: int, end: int) -> int:
    """Where the block of a group begins."""
    return next(at for identifier, at, _ in elements(data, start, end) if identifier == BLOCK)


def take_apart(data: bytes) -> tuple[bytes, list[Block]]:
    """What stands before the first cluster, and all blocks in their order."""
    begin = data.index(ebml.identifier(ebml.CLUSTER))
    blocks: list[Block] = []
    cluster_ms = 0

    def add(start: int, end: int) -> None:
        time_ms = cluster_ms + int.from_bytes(data[start + 1:start + 3], "big", signed=True)
        blocks.append(
            Block(data[start] & 0x7F, time_ms, data[start + 3], data[start + 4:end], time_ms)
        )

    for identifier, start, end in elements(data, begin, len(data)):
        if identifier == ebml.TIMECODE:
            cluster_ms = int.from_bytes(data[start:end], "big")
        elif identifier == ebml.SIMPLE_BLOCK:
            add(start, end)
        elif identifier == BLOCK_GROUP:
            for child, child_start, child_end in elements(data, start, end):
                if child == BLOCK:
                    add(child_start, child_end)
    return data[:begin], blocks


def without_private(head: bytes) -> tuple[bytes, bytes]:
    """The first CodecPrivate of a header as it stands there, and as much of nothing."""
    at = head.index(ebml.identifier(ebml.CODEC_PRIVATE))
    length, size_bytes = _number(head, at + 2, keep_marker=False)
    whole = head[at:at + 2 + size_bytes + length]
    return whole, b"\xec" + (0x4000 | len(whole) - 3).to_bytes(2, "big") + bytes(len(whole) - 3)


def with_start_codes(block: Block) -> Block:
    """Of H.264: each unit behind a start code, where a length of four bytes stands."""
    out, at = b"", 0
    while at < len(block.payload):
        end = at + 4 + int.from_bytes(block.payload[at:at + 4], "big")
        out, at = out + b"\0\0\0\1" + block.payload[at + 4:end], end
    return replace(block, payload=out)


def put_together(head: bytes, blocks: list[Block]) -> bytes:
    """In the order of their places, a cluster at each key frame and after each half second."""
    out, cluster, start_ms = head, b"", None
    for block in sorted(blocks, key=lambda block: block.place_ms):
        is_start = start_ms is None or not 0 <= block.time_ms - start_ms < 500
        if is_start or (block.track == VIDEO and block.is_key):
            if start_ms is not None:
                out += ebml.element(ebml.CLUSTER, ebml.unsigned(ebml.TIMECODE, start_ms), cluster)
            start_ms, cluster = block.time_ms, b""
        relative = (block.time_ms - start_ms).to_bytes(2, "big", signed=True)
        cluster += ebml.element(
            ebml.SIMPLE_BLOCK, bytes([0x80 | block.track]), relative, bytes([block.flags]),
            block.payload,
        )
    return out + ebml.element(ebml.CLUSTER, ebml.unsigned(ebml.TIMECODE, start_ms or 0), cluster)


def sound_ahead(by_ms: int) -> Callable[[list[Block]], list[Block]]:
    """Sound stands earlier in the file than its time says."""
    def shape(blocks: list[Block]) -> list[Block]:
        return [
            replace(b, place_ms=b.place_ms - by_ms) if b.track == SOUND else b for b in blocks
        ]
    return shape


def _xiph(frames: list[bytes]) -> bytes:
    sizes = b"".join(b"\xff" * (len(f) // 255) + bytes([len(f) % 255]) for f in frames[:-1])
    return bytes([len(frames) - 1]) + sizes + b"".join(frames)


def _ebml(frames: list[bytes]) -> bytes:
    sizes = (0x4000 | len(frames[0])).to_bytes(2, "big")
    for before, this in zip(frames, frames[1:-1]):
        sizes += (0x4000 | (len(this) - len(before) + 0x1FFF)).to_bytes(2, "big")
    return bytes([len(frames) - 1]) + sizes + b"".join(frames)


def laced(kind: str) -> Callable[[list[Block]], list[Block]]:
    """Four frames of sound to a block, without a key bit."""
    flags, lace = {"xiph": (2, _xiph), "ebml": (6, _ebml)}[kind]

    def shape(blocks: list[Block]) -> list[Block]:
        sound = [b for b in blocks if b.track == SOUND]
        groups = [sound[i:i + 4] for i in range(0, len(sound) - 3, 4)]
        rest = sound[len(groups) * 4:]
        return [b for b in blocks if b.track == VIDEO] + rest + [
            replace(group[0], flags=flags, payload=lace([b.payload for b in group]))
            for group in groups
        ]
    return shape


def clock_jump(to_ms: int, *, sound_later_ms: int = 0) -> Callable[[list[Block]], list[Block]]:
    """From second 3 on, the source's clock is off by so much."""
    def shape(blocks: list[Block]) -> list[Block]:
        later = {VIDEO: 0, SOUND: sound_later_ms}
        return [
            replace(b, time_ms=b.time_ms + 10_000 + (to_ms if b.place_ms >= 3000 + later[b.track] else 0))
            for b in blocks
        ]
    return shape
