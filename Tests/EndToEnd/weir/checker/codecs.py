"""Codecs as RFC 6381 names them, made from sample entries; and whether a sample is a key frame."""

from __future__ import annotations


def length_bytes(inside: dict[str, bytes]) -> int:
    if "avcC" in inside:
        return (inside["avcC"][4] & 3) + 1
    if "hvcC" in inside:
        return (inside["hvcC"][21] & 3) + 1
    return 0


def string(entry: str, inside: dict[str, bytes]) -> str:
    """What CODECS has to begin with; longer forms of VP9 and AV1 tell colours as well."""
    match entry:
        case "avc1" | "avc3":
            return f"{entry}.{inside['avcC'][1:4].hex()}"
        case "hvc1" | "hev1":
            return _hevc(entry, inside["hvcC"])
        case "vp09":
            box = inside["vpcC"]
            return f"vp09.{box[4]:02d}.{box[5]:02d}.{box[6] >> 4:02d}"
        case "av01":
            box = inside["av1C"]
            depth = 12 if box[2] & 0x20 and box[2] & 0x40 else 10 if box[2] & 0x40 else 8
            tier = "H" if box[2] & 0x80 else "M"
            return f"av01.{box[1] >> 5}.{box[1] & 31:02d}{tier}.{depth:02d}"
        case "mp4a":
            return _aac(inside["esds"])
        case _:
            return entry


def is_declared(declared: str, found: str) -> bool:
    """CODECS may say more than the short form, and hexadecimal digits may be of either case."""
    declared, found = declared.lower(), found.lower()
    return declared == found or declared.startswith(found + ".")


def _hevc(entry: str, box: bytes) -> str:
    space = ["", "A", "B", "C"][box[1] >> 6]
    compatible = int(f"{int.from_bytes(box[2:6], 'big'):032b}"[::-1], 2)
    constraints = box[6:12].rstrip(b"\0")
    tail = "".join(f".{byte:x}" for byte in constraints)
    tier = "H" if box[1] & 0x20 else "L"
    return f"{entry}.{space}{box[1] & 31}.{compatible:x}.{tier}{box[12]}{tail}"


def _aac(esds: bytes) -> str:
    """The object type of the AudioSpecificConfig, which is behind tag 5."""
    at = 4
    while at < len(esds):
        tag, at = esds[at], at + 1
        while esds[at] & 0x80:
            at += 1
        length, at = esds[at], at + 1
        if tag == 5:
            kind = esds[at] >> 3
            return f"mp4a.40.{kind if kind != 31 else 32 + ((esds[at] & 7) << 3 | esds[at + 1] >> 5)}"
        at += {3: 3, 4: 13}.get(tag, length)
    return "mp4a"


def is_key(entry: str, sample: bytes, unit_bytes: int) -> bool:
    """By the bitstream alone."""
    match entry:
        case "avc1" | "avc3":
            return any(unit[0] & 31 == 5 for unit in _units(sample, unit_bytes))
        case "hvc1" | "hev1":
            return any(16 <= unit[0] >> 1 & 63 <= 21 for unit in _units(sample, unit_bytes))
        case "vp09":
            return _is_vp9_key(sample)
        case "av01":
            return _has_av1_sequence(sample)
        case _:
            return True


def sets(entry: str, sample: bytes, unit_bytes: int) -> list[bytes]:
    """The parameter sets, or the sequence header, that a sample has in it."""
    match entry:
        case "avc1":
            return [unit for unit in _units(sample, unit_bytes) if unit[0] & 31 in (7, 8)]
        case "hvc1":
            return [unit for unit in _units(sample, unit_bytes) if unit[0] >> 1 & 63 in (32, 33, 34)]
        case "av01":
            return [payload for kind, payload in _av1_units(sample) if kind == 1]
        case _:
            return []


def _units(sample: bytes, unit_bytes: int) -> list[bytes]:
    found, at = [], 0
    while at + unit_bytes < len(sample):
        size = int.from_bytes(sample[at:at + unit_bytes], "big")
        found.append(sample[at + unit_bytes:at + unit_bytes + size])
        at += unit_bytes + size
    return [unit for unit in found if unit]


def _is_vp9_key(sample: bytes) -> bool:
    first = sample[0]
    is_profile_3 = first & 0x30 == 0x30
    bits = first << 1 if is_profile_3 else first
    return not bits & 0x08 and not bits & 0x04


def vp9_size(frame: bytes) -> tuple[int, int] | None:
    """Of a key frame of profile 0, behind its sync code and its colour space."""
    if len(frame) < 10 or frame[0] & 0x30 or frame[1:4] != b"\x49\x83\x42" or frame[4] >> 5 == 7:
        return None
    bits = int.from_bytes(frame[4:10], "big")
    return (bits >> 28 & 0xFFFF) + 1, (bits >> 12 & 0xFFFF) + 1


def _has_av1_sequence(sample: bytes) -> bool:
    """Key frames come with their sequence header."""
    return any(kind == 1 for kind, _ in _av1_units(sample))


def _av1_units(sample: bytes) -> list[tuple[int, bytes]]:
    """Types and contents of the units that say how long they are."""
    found, at = [], 0
    while at < len(sample):
        head = sample[at]
        at += 2 if head & 4 else 1
        if not head & 2:
            return [*found, (head >> 3 & 15, sample[at:])]
        size, shift = 0, 0
        while at < len(sample):
            size |= (sample[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if not sample[at - 1] & 128:
                break
        found.append((head >> 3 & 15, sample[at:at + size]))
        at += size
    return found
