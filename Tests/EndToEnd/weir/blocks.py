"""A recording's blocks, to be written again in shapes that honest programs do not write."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from . import ebml
from .recordings import Recording

VIDEO, AUDIO = 1, 2
_CLUSTER_MS = 500


@dataclass(frozen=True)
class Block:
    """One block. `due_ms` is when it is to be sent, `time_ms` what it says."""

    track: int
    due_ms: int
    time_ms: int
    is_key: bool
    payload: bytes


def blocks_of(recording: Recording) -> tuple[bytes, list[Block]]:
    """What stands before the first cluster, and all blocks after it. Video is track 1, sound 2."""
    data = recording.data
    start = data.index(ebml.identifier(ebml.CLUSTER))
    blocks: list[Block] = []
    at, cluster_ms = start, 0
    while at < len(data):
        number, after = _number(data, at, keep_mark=True)
        size, content = _number(data, after, keep_mark=False)
        if number == ebml.CLUSTER:
            at = content
            continue
        at = content + size
        if number == ebml.TIMECODE:
            cluster_ms = int.from_bytes(data[content:at], "big")
        elif number == ebml.SIMPLE_BLOCK:
            offset = int.from_bytes(data[content + 1:content + 3], "big", signed=True)
            blocks.append(Block(
                data[content] & 0x7F, cluster_ms + offset, cluster_ms + offset,
                bool(data[content + 3] & 0x80), data[content + 4:at]))
    return data[:start], blocks


def shifted(blocks: Iterable[Block], by_ms: int) -> list[Block]:
    """The same at the same moments, with other times in them."""
    return [replace(block, time_ms=block.time_ms + by_ms) for block in blocks]


def clusters(blocks: Iterable[Block]) -> list[tuple[int, bytes]]:
    """When each cluster is complete, and its bytes. One begins at each key frame, and where the one
    before has lasted for half a second or time goes back."""
    made: list[tuple[int, bytes]] = []
    held: list[Block] = []

    def flush() -> None:
        if held:
            start_ms = held[0].time_ms
            made.append((held[-1].due_ms, ebml.cluster(start_ms, *(
                ebml.simple_block(b.payload, b.track, b.time_ms - start_ms, b.is_key)
                for b in held))))
            held.clear()

    for block in blocks:
        is_start = block.track == VIDEO and block.is_key
        if held and (is_start or not 0 <= block.time_ms - held[0].time_ms < _CLUSTER_MS):
            flush()
        held.append(block)
    flush()
    return made


def paced(head: bytes, made: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """Each cluster when it is due, after what stands before the first."""
    yield head
    began = time.monotonic()
    for due_ms, data in made:
        time.sleep(max(0.0, began + due_ms / 1000 - time.monotonic()))
        yield data


def paced_as_told(
    head: bytes, blocks: Iterable[Block], made_of: Callable[[list[Block]], list[Block]],
    every_ms: int = 1000,
) -> Iterator[bytes]:
    """Each second of the blocks when it is over, as `made_of` then makes it. Recordings have a key frame at
    the beginning of each second."""
    yield head
    began = time.monotonic()
    for place, group in itertools.groupby(blocks, key=lambda block: block.due_ms // every_ms):
        time.sleep(max(0.0, began + (place + 1) * every_ms / 1000 - time.monotonic()))
        for _, data in clusters(made_of(list(group))):
            yield data


def _number(data: bytes, at: int, *, keep_mark: bool) -> tuple[int, int]:
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at:at + length], "big")
    return (value if keep_mark else value & ((1 << 7 * length) - 1)), at + length
