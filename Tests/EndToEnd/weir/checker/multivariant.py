"""Multivariant playlists: reading, and the rules that can be seen without any media."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .finding import Findings
from .lists import attributes, read_characters

_OF_MEDIA = ("#EXTINF", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-PART", "#EXT-X-MAP",
             "#EXT-X-ENDLIST", "#EXT-X-SERVER-CONTROL", "#EXT-X-DISCONTINUITY",
             "#EXT-X-PROGRAM-DATE-TIME", "#EXT-X-PRELOAD-HINT", "#EXT-X-RENDITION-REPORT",
             "#EXT-X-PLAYLIST-TYPE", "#EXT-X-SKIP", "#EXT-X-BYTERANGE")
_SOUND_CODECS = ("opus", "mp4a", "flac", "ac-3", "ec-3", "alac")


@dataclass
class Multivariant:
    place: str
    text: str
    independent: bool = False
    version: int = 1
    #: Attributes, with the address under URI.
    variants: list[dict[str, str]] = field(default_factory=list)
    media: list[dict[str, str]] = field(default_factory=list)
    key_frames: list[dict[str, str]] = field(default_factory=list)

    @property
    def uris(self) -> list[str]:
        """All media playlists, each once."""
        all_of_them = [*self.variants, *self.media, *self.key_frames]
        return list(dict.fromkeys(each["URI"] for each in all_of_them if "URI" in each))


def is_sound(codec: str) -> bool:
    return codec.lower().startswith(_SOUND_CODECS)


def read(text: str, place: str, findings: Findings) -> Multivariant:
    found = Multivariant(place, text)
    read_characters(text, place, findings)
    pending: dict[str, str] | None = None
    versions = 0
    for line in text.splitlines():
        tag, _, value = line.partition(":")
        if tag in _OF_MEDIA:
            findings.note("V2", place, f"{tag} in a multivariant playlist", text)
        if tag in ("#EXT-X-STREAM-INF", "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF"):
            said = attributes(value)
            if said is None:
                findings.note("V1", place, f"{line} is no attribute list", text)
                said = {}
            if tag == "#EXT-X-STREAM-INF":
                pending = said
            else:
                (found.media if tag == "#EXT-X-MEDIA" else found.key_frames).append(said)
        elif tag == "#EXT-X-INDEPENDENT-SEGMENTS":
            found.independent = True
        elif tag == "#EXT-X-VERSION":
            versions += 1
            found.version = int(value) if value.isdigit() else 0
        elif line and not line.startswith("#"):
            if pending is None:
                findings.note("V1", place, f"{line} has no EXT-X-STREAM-INF", text)
            found.variants.append((pending or {}) | {"URI": line})
            pending = None
        elif pending is not None and line.startswith("#"):
            findings.note("V1", place, f"{line} between EXT-X-STREAM-INF and its address", text)
    if versions > 1:
        findings.note("V2", place, f"EXT-X-VERSION stands {versions} times", text)
    return found


def check(now: Multivariant, findings: Findings) -> None:
    def note(rule: str, what: str) -> None:
        findings.note(rule, now.place, what, now.text)

    findings.looked("multivariant")
    if not now.variants:
        note("V1", "no variant")
    if now.version > 7:
        note("V2", f"EXT-X-VERSION:{now.version} is higher than needed")
    for variant in now.variants:
        _variant(variant, note)
    pictures = [v for v in now.variants if "RESOLUTION" in v]
    if pictures and len(pictures) != len(now.variants):
        note("V7", "a variant of sound alone among those with a picture")
    if pictures and not now.key_frames:
        note("V8", "no list of key frames")
    for each in now.key_frames:
        if not {"BANDWIDTH", "CODECS", "URI", "RESOLUTION"} <= set(each):
            note("V8", f"EXT-X-I-FRAME-STREAM-INF has only {sorted(each)}")
        if any(is_sound(codec) for codec in each.get("CODECS", "").split(",")):
            note("V8", "sound in a list of key frames")
    _group(now, note)


def _variant(variant: dict[str, str], note) -> None:
    for name in ("BANDWIDTH", "AVERAGE-BANDWIDTH"):
        if not variant.get(name, "").isdigit() or int(variant[name]) == 0:
            note("V3", f"{name} is {variant.get(name)}")
    if int(variant.get("AVERAGE-BANDWIDTH", "0") or 0) > int(variant.get("BANDWIDTH", "0") or 0):
        note("V3", "AVERAGE-BANDWIDTH is over BANDWIDTH")
    codecs = variant.get("CODECS", "").split(",")
    if codecs == [""]:
        note("V4", "no CODECS")
    has_picture = any(not is_sound(codec) for codec in codecs)
    if any(codec.startswith(("avc3", "hev1")) for codec in codecs):
        note("V10", f"CODECS={variant['CODECS']}: parameter sets outside of the sample entry")
    if has_picture and not re.fullmatch(r"\d+x\d+", variant.get("RESOLUTION", "")):
        note("V4", f"RESOLUTION is {variant.get('RESOLUTION')}")
    if has_picture and not re.fullmatch(r"\d+\.\d{3}", variant.get("FRAME-RATE", "")):
        note("V4", f"FRAME-RATE is {variant.get('FRAME-RATE')}, three decimals are asked for")


def _group(now: Multivariant, note) -> None:
    groups = {each.get("GROUP-ID") for each in now.media if each.get("TYPE") == "AUDIO"}
    for variant in now.variants:
        if variant.get("AUDIO") is not None and variant["AUDIO"] not in groups:
            note("V6", f"there is no group {variant['AUDIO']}")
        has_sound = any(is_sound(codec) for codec in variant.get("CODECS", "").split(","))
        if "RESOLUTION" in variant and has_sound and "AUDIO" not in variant:
            note("V6", "sound that is in no group")
    names: set[tuple[str | None, str | None]] = set()
    defaults: dict[str | None, int] = {}
    for each in now.media:
        group, name = each.get("GROUP-ID"), each.get("NAME")
        if not {"TYPE", "GROUP-ID", "NAME", "LANGUAGE", "CHANNELS"} <= set(each):
            note("V6", f"EXT-X-MEDIA has only {sorted(each)}")
        if (group, name) in names:
            note("V6", f"two renditions called {name}")
        names.add((group, name))
        if each.get("DEFAULT") == "YES":
            defaults[group] = defaults.get(group, 0) + 1
            if each.get("AUTOSELECT") != "YES":
                note("V6", "DEFAULT=YES without AUTOSELECT=YES")
    for group in groups:
        if defaults.get(group, 0) != 1:
            note("V6", f"group {group} has {defaults.get(group, 0)} defaults")
