"""Boxes of ISO media: an init as a value, and fragments as samples with exact times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import codecs


class Malformed(Exception):
    """Media that are not what ISO 14496-12 says."""


@dataclass(frozen=True)
class Box:
    kind: str
    start: int
    body: int
    end: int


@dataclass(frozen=True)
class Defaults:
    """What trex says of samples that say nothing themselves."""

    duration: int = 0
    size: int = 0
    flags: int = 0


@dataclass(frozen=True)
class Init:
    brands: frozenset[str]
    timescale: int
    handler: str
    entry: str
    codec: str
    width: int
    height: int
    channels: int
    rate: int
    #: Of the length that stands before each unit of H.264 and HEVC.
    length_bytes: int
    #: What a decoder of pictures is set up with.
    set_up: bytes
    defaults: Defaults
    #: What is not as it must be in an init.
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    decode: int
    duration: int
    offset: int
    sync: bool
    start: int
    end: int

    @property
    def shown(self) -> int:
        return self.decode + self.offset


@dataclass(frozen=True)
class Fragment:
    """One moof and its mdat, and the bytes from its beginning to its end."""

    decode: int
    samples: tuple[Sample, ...]
    start: int
    end: int
    faults: tuple[str, ...]

    @property
    def ticks(self) -> int:
        return sum(sample.duration for sample in self.samples)


def number(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at:at + length], "big")


def signed(data: bytes, at: int) -> int:
    return int.from_bytes(data[at:at + 4], "big", signed=True)


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    end = len(data) if end is None else end
    while start < end:
        if end - start < 8:
            raise Malformed(f"{end - start} bytes behind the last box")
        size, body = number(data, start, 4), start + 8
        if size == 1:
            size, body = number(data, start + 8, 8), start + 16
        if size < body - start or start + size > end:
            raise Malformed(f"a box of {size} bytes where {end - start} are left")
        kind = data[start + 4:start + 8].decode("latin-1")
        yield Box(kind, start, body, start + size)
        start += size


def find(data: bytes, box: Box | None, *path: str) -> Box:
    """The box at the end of a path below another one, or below the file."""
    for kind in path:
        start, end = (box.body, box.end) if box else (0, len(data))
        box = next((b for b in boxes(data, start, end) if b.kind == kind), None)
        if box is None:
            raise Malformed(f"no {kind}")
    assert box is not None
    return box


def read_init(data: bytes) -> Init:
    faults = []
    top = [box.kind for box in boxes(data)]
    if top[:2] != ["ftyp", "moov"] or set(top) - {"ftyp", "moov", "free"}:
        faults.append(f"boxes {top}")
    ftyp = find(data, None, "ftyp")
    brands = frozenset(
        data[at:at + 4].decode("latin-1") for at in [ftyp.body, *range(ftyp.body + 8, ftyp.end, 4)])
    moov = find(data, None, "moov")
    if [b.kind for b in boxes(data, moov.body, moov.end)].count("trak") != 1:
        faults.append("not one track")
    trak, mdia = find(data, moov, "trak"), find(data, moov, "trak", "mdia")
    mvhd, tkhd, mdhd = find(data, moov, "mvhd"), find(data, trak, "tkhd"), find(data, mdia, "mdhd")
    for box, durations in ((mvhd, (16, 24)), (tkhd, (20, 28)), (mdhd, (16, 24))):
        is_long = data[box.body] == 1
        if number(data, box.body + durations[is_long], 8 if is_long else 4):
            faults.append(f"{box.kind} has a duration")
    stbl = find(data, mdia, "minf", "stbl")
    for table in ("stts", "stsc", "stco"):
        if number(data, find(data, stbl, table).body + 4, 4):
            faults.append(f"{table} has entries")
    if number(data, find(data, stbl, "stsz").body + 8, 4):
        faults.append("stsz has entries")
    stsd = find(data, stbl, "stsd")
    entry = next(boxes(data, stsd.body + 8, stsd.end))
    is_picture = data[find(data, mdia, "hdlr").body + 8:][:4] == b"vide"
    behind = entry.body + (78 if is_picture else 28)
    inside = {b.kind: data[b.body:b.end] for b in boxes(data, behind, entry.end)}
    trex = find(data, moov, "mvex", "trex")
    return Init(
        brands, number(data, mdhd.body + (20 if data[mdhd.body] == 1 else 12), 4),
        data[find(data, mdia, "hdlr").body + 8:][:4].decode("latin-1"), entry.kind,
        codecs.string(entry.kind, inside),
        number(data, tkhd.end - 8, 4) >> 16, number(data, tkhd.end - 4, 4) >> 16,
        0 if is_picture else number(data, entry.body + 16, 2),
        0 if is_picture else number(data, entry.body + 24, 4) >> 16,
        codecs.length_bytes(inside),
        b"".join(inside.get(kind, b"") for kind in ("avcC", "hvcC", "av1C")),
        Defaults(*(number(data, trex.body + at, 4) for at in (12, 16, 20))), tuple(faults))


def read_fragments(data: bytes, defaults: Defaults) -> list[Fragment]:
    found: list[Fragment] = []
    moof: Box | None = None
    start = 0
    for box in boxes(data):
        if box.kind == "moof":
            if moof is not None:
                raise Malformed("a moof without its mdat")
            moof = box
        elif box.kind == "mdat":
            if moof is None:
                raise Malformed("an mdat without its moof")
            found.append(_fragment(data, moof, box, start, defaults))
            moof, start = None, box.end
        elif box.kind not in ("styp", "prft", "sidx", "emsg", "free"):
            raise Malformed(f"{box.kind} in a segment")
    if moof is not None:
        raise Malformed("a moof without its mdat")
    return found


def _fragment(data: bytes, moof: Box, mdat: Box, start: int, defaults: Defaults) -> Fragment:
    faults = []
    kinds = [b.kind for b in boxes(data, moof.body, moof.end)]
    if kinds.count("traf") != 1:
        faults.append(f"{kinds.count('traf')} traf")
    traf = find(data, moof, "traf")
    inside = [b.kind for b in boxes(data, traf.body, traf.end)]
    if "tfdt" not in inside:
        raise Malformed("no tfdt")
    tfdt = find(data, traf, "tfdt")
    decode = number(data, tfdt.body + 4, 8 if data[tfdt.body] == 1 else 4)
    defaults, is_relative = _header(data, find(data, traf, "tfhd"), defaults)
    if not is_relative:
        faults.append("addresses are not relative to the moof")
    samples: list[Sample] = []
    at = decode
    for box in boxes(data, traf.body, traf.end):
        if box.kind == "trun":
            samples += _run(data, box, moof.start, at, defaults)
            at = samples[-1].decode + samples[-1].duration if samples else at
    if samples and (samples[0].start != mdat.body or samples[-1].end != mdat.end):
        faults.append(f"samples from {samples[0].start} to {samples[-1].end}, "
                      f"mdat from {mdat.body} to {mdat.end}")
    return Fragment(decode, tuple(samples), start, mdat.end, tuple(faults))


def _header(data: bytes, tfhd: Box, defaults: Defaults) -> tuple[Defaults, bool]:
    flags, at = number(data, tfhd.body + 1, 3), tfhd.body + 8
    at += (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
    values = [defaults.duration, defaults.size, defaults.flags]
    for index, bit in enumerate((0x8, 0x10, 0x20)):
        if flags & bit:
            values[index] = number(data, at, 4)
            at += 4
    return Defaults(*values), bool(flags & 0x20000) and not flags & 1


def _run(data: bytes, trun: Box, moof: int, decode: int, defaults: Defaults) -> list[Sample]:
    flags, count, at = number(data, trun.body + 1, 3), number(data, trun.body + 4, 4), trun.body + 8
    position = moof
    if flags & 0x1:
        position, at = moof + signed(data, at), at + 4
    first = defaults.flags
    if flags & 0x4:
        first, at = number(data, at, 4), at + 4
    samples = []
    for index in range(count):
        values = [defaults.duration, defaults.size, first if index == 0 else defaults.flags]
        for which, bit in enumerate((0x100, 0x200, 0x400)):
            if flags & bit:
                values[which] = number(data, at, 4)
                at += 4
        offset = 0
        if flags & 0x800:
            offset, at = signed(data, at), at + 4
        duration, size, told = values
        samples.append(Sample(
            decode, duration, offset, not told & 0x10000, position, position + size))
        decode, position = decode + duration, position + size
    return samples
