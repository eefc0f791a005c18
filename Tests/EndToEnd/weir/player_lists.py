"""Playlists and manifests as players read them: what there is, and what comes next.

Of bytes, and with regular expressions: players.py reads each list of a stream once. Tests that judge lists
have weir/hls.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PART = re.compile(rb'^#EXT-X-PART:[^\n]*URI="([^"]+)"', re.MULTILINE)
_SEQUENCE = re.compile(rb"^#EXT-X-MEDIA-SEQUENCE:(\d+)", re.MULTILINE)
_SKIPPED = re.compile(rb"^#EXT-X-SKIP:SKIPPED-SEGMENTS=(\d+)", re.MULTILINE)
_TARGET = re.compile(rb"^#EXT-X-TARGETDURATION:(\d+)", re.MULTILINE)
_HINT = re.compile(rb'^#EXT-X-PRELOAD-HINT:TYPE=PART,URI="([^"]+)"', re.MULTILINE)
_SEGMENT = re.compile(rb"^[^#\n][^\n]*", re.MULTILINE)
_MAP = re.compile(rb'^#EXT-X-MAP:URI="([^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class List:
    next_segment: int
    parts: list[str]
    next_part: int
    segments: list[str]
    hint: str | None
    map: str | None
    target_s: float
    has_ended: bool
    #: Whether requests for what comes next are held. If not, there are no parts, either.
    blocks: bool

    @property
    def media(self) -> list[str]:
        """What is to be fetched: parts where there are some."""
        return self.parts or self.segments


@dataclass(frozen=True)
class Manifest:
    update_s: float
    inits: list[str]
    media: list[str]


def _number(pattern: re.Pattern[bytes], text: bytes, otherwise: int) -> int:
    found = pattern.search(text)
    return int(found[1]) if found else otherwise


def read_list(text: bytes) -> List:
    segments = [line.decode() for line in _SEGMENT.findall(text)]
    hint = _HINT.search(text)
    maps = _MAP.findall(text)
    behind = text.rsplit(b"#EXTINF", 1)[-1] if b"#EXTINF" in text else text
    return List(
        next_segment=_number(_SEQUENCE, text, 0) + _number(_SKIPPED, text, 0) + len(segments),
        parts=[part.decode() for part in _PART.findall(text)],
        next_part=len(_PART.findall(behind)), segments=segments,
        hint=hint[1].decode() if hint else None, map=maps[-1].decode() if maps else None,
        target_s=_number(_TARGET, text, 6), has_ended=b"#EXT-X-ENDLIST" in text,
        blocks=b"CAN-BLOCK-RELOAD=YES" in text)


def read_manifest(text: bytes) -> Manifest:
    said = text.decode()
    update = re.search(r'minimumUpdatePeriod="PT([\d.]+)S"', said)
    inits, media = [], []
    for one in re.findall(r"<AdaptationSet.*?</AdaptationSet>", said, re.DOTALL):
        representation = re.search(r'<Representation[^>]* id="([^"]+)"', one)
        template = re.search(r"<SegmentTemplate[^>]*>", one)
        assert representation and template, said
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', template[0]))
        number = int(attributes["startNumber"])
        def name(form: str, number: int) -> str:
            return form.replace("$RepresentationID$", representation[1]).replace(
                "$Number$", str(number))
        inits.append(name(attributes["initialization"], 0))
        for each in re.findall(r"<S [^>]*>", one):
            repeated = re.search(r' r="(\d+)"', each)
            for _ in range(int(repeated[1]) + 1 if repeated else 1):
                media.append(name(attributes["media"], number))
                number += 1
    return Manifest(float(update[1]) if update else 2.0, inits, media)
