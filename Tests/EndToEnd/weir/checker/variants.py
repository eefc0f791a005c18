"""What the multivariant playlist says of its variants, against what was fetched of them."""

from __future__ import annotations

from . import codecs
from .finding import Findings
from .lists import MediaList
from .media import Rendition
from .multivariant import Multivariant

#: The newest list and the media of a playlist.
Followed = tuple[MediaList, Rendition]


def check(now: Multivariant, followed: dict[str, Followed], findings: Findings) -> None:
    """V3 to V5: what the multivariant playlist says of what was fetched."""
    groups: dict[str, list[str]] = {}
    for each in now.media:
        groups.setdefault(each.get("GROUP-ID", ""), []).append(each.get("URI", ""))
    for variant in now.variants:
        def note(rule: str, what: str) -> None:
            findings.note(rule, now.place, what, now.text)

        own = followed.get(variant["URI"])
        if own is None or not own[1].seen:
            continue
        findings.looked("variants")
        current, rendition = own
        sounds = [
            followed[uri][1] for uri in groups.get(variant.get("AUDIO", ""), [])
            if uri in followed and uri != variant["URI"]]
        peak = rendition.peak(current.target_s)
        peak += max((sound.peak(current.target_s) for sound in sounds), default=0)
        told = int(variant.get("BANDWIDTH", "0") or 0)
        if peak > 1.25 * told:
            note("V3", f"the peak was {peak}, BANDWIDTH says {told}")
        _check_codecs(variant, [rendition, *sounds], note)
        _check_picture(variant, rendition, note)
        init = rendition.init
        is_video = init is not None and init.handler == "vide"
        if is_video and not now.independent and not current.independent:
            note("V5", "EXT-X-INDEPENDENT-SEGMENTS stands neither here nor in the list of the picture")


def _check_codecs(variant: dict[str, str], of: list[Rendition], note) -> None:
    declared = variant.get("CODECS", "").split(",")
    found = [each.init.codec for each in of if each.init is not None]
    for codec in found:
        if not any(codecs.is_declared(each, codec) for each in declared):
            note("V4", f"{codec} is not among CODECS={variant.get('CODECS')}")
    for each in declared:
        if not any(codecs.is_declared(each, codec) for codec in found):
            note("V4", f"CODECS names {each}, which is in no list: {found}")


def _check_picture(variant: dict[str, str], own: Rendition, note) -> None:
    init = own.init
    if init is None or init.handler != "vide":
        return
    if variant.get("RESOLUTION") != f"{init.width}x{init.height}":
        note("V4", f"RESOLUTION={variant.get('RESOLUTION')}, the init says {init.width}x{init.height}")
    rate = own.rate()
    told = float(variant.get("FRAME-RATE", "0") or 0)
    if rate > told * 1.05 + 0.5:
        note("V4", f"FRAME-RATE={variant.get('FRAME-RATE')}, there were {rate:.3f} frames a second")
