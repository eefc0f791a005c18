"""A track of MP4 as another program wrote it, and one of ours, to be held beside each other."""

from __future__ import annotations

from dataclasses import dataclass

from . import boxes
from .boxes import Init, Sample


@dataclass(frozen=True)
class Track:
    """An init and all samples. `set_up` is what a decoder needs: the boxes inside the sample entry."""

    init: Init
    set_up: dict[str, bytes]
    samples: list[Sample]

    @property
    def decoder(self) -> bytes:
        """The set-up without what writers are free in: reserved bytes, lengths, colours, guessed levels."""
        for kind, body in self.set_up.items():
            match kind:
                case "avcC":
                    # Of the base profiles nothing comes behind the sets; a set may have zeros behind it.
                    return body.rstrip(b"\0").replace(b"\0\4\x68", b"\0\5\x68")
                case "vpcC":
                    return body[4:5] + body[6:7]
                case "esds":
                    at = body.index(b"\5", 4 + body[4:].index(b"\4"))
                    return body[at:].replace(b"\x80", b"")[:4]
                case "hvcC":
                    return _without_completeness(body)
                case "av1C":
                    # Others copy what the container says of level and sequence header; Weir reads the frames.
                    return bytes([body[1] & 0xE0, body[2]])
                case "dOps" | "dfLa":
                    return body
        return b""


def _without_completeness(body: bytes) -> bytes:
    """Only new writers say of the sets that there are no others, as "hvc1" wants it."""
    opened, at = bytearray(body), 23
    for _ in range(body[22]):
        opened[at] &= 0x7F
        count, at = int.from_bytes(body[at + 1:at + 3], "big"), at + 3
        for _ in range(count):
            at += 2 + int.from_bytes(body[at:at + 2], "big")
    return bytes(opened)


def read(init: bytes, media: bytes) -> Track:
    made = boxes.read_init(init)
    samples = [sample for each in boxes.read_fragments(media, made.defaults) for sample in each.samples]
    return Track(made, set_up(init), samples)


def set_up(init: bytes) -> dict[str, bytes]:
    stsd = boxes.find(init, None, "moov", "trak", "mdia", "minf", "stbl", "stsd")
    entry = next(boxes.boxes(init, stsd.body + 8, stsd.end))
    is_picture = boxes.read_init(init).handler == "vide"
    behind = entry.body + (78 if is_picture else 28)
    return {box.kind: init[box.body:box.end] for box in boxes.boxes(init, behind, entry.end)}


def split(file: bytes) -> tuple[bytes, bytes]:
    """A fragmented file as an init and what comes behind it, without its index."""
    kept = [box for box in boxes.boxes(file) if box.kind in ("ftyp", "moov")]
    behind = [box for box in boxes.boxes(file) if box.kind in ("moof", "mdat")]
    return (b"".join(file[box.start:box.end] for box in kept),
            b"".join(file[box.start:box.end] for box in behind))
