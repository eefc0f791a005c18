"""Comparing what a viewer received with what was published."""

from __future__ import annotations

from pathlib import Path

from .packets import Packet, Probe, decode_errors, probe

# Matroska times are whole milliseconds; re-basing may round once on each side.
_ROUNDING_MS = 2

# A kind of stream, its packets as received, and as sent.
Pair = tuple[str, list[Packet], list[Packet]]


def assert_whole(received: Path, source: Path, *, within_ms: int = _ROUNDING_MS) -> None:
    """The viewer has the broadcast from its first packet to its last, exactly.

    `within_ms` is how much the distance of two packets in time may have changed.
    """
    got, sent = _clean(received), _clean(source)
    pairs = _pairs(got, sent)
    for kind, have, expected in pairs:
        _assert_same(have, expected, kind)
    _assert_same_times(pairs, within_ms)


def assert_tail(
    received: Path, source: Path, *, joined_at_keyframe: bool = True, source_cut_off: bool = False
) -> int:
    """The viewer joined late and has everything from there to the end, in order, without a gap.

    `source_cut_off`: it was stopped between two packets, so the file may end inside a cluster.

    Returns how many packets it missed by joining late.
    """
    got, sent = _clean(received), probe(source) if source_cut_off else _clean(source)
    assert got.packets, f"{received} holds no packet"
    tails = []
    for kind, have, all_sent in _pairs(got, sent):
        missed = len(all_sent) - len(have)
        assert missed >= 0, f"{kind}: more packets than were sent"
        _assert_same(have, all_sent[missed:], f"tail of {kind}")
        tails.append((kind, have, all_sent[missed:]))
    _assert_same_times(tails, _ROUNDING_MS)
    if joined_at_keyframe:
        assert_starts_with_keyframe(got)
    return len(sent.packets) - len(got.packets)


def assert_contiguous(received: Path, source: Path, *, cut_off: bool = False) -> None:
    """Each stream that was received is one unbroken piece of what was sent.

    `cut_off`: the client was stopped mid-way, so the file may end inside an element; the complaint
    about that, and each stream's last packet, do not count.
    """
    got, sent = (probe(received) if cut_off else _clean(received)), _clean(source)
    for kind, have, all_sent in _pairs(got, sent):
        hashes = [packet.hash for packet in (have[:-1] if cut_off else have)]
        assert hashes, f"{kind} is missing in {received}"
        assert find_run(hashes, [packet.hash for packet in all_sent]) is not None, (
            f"{kind} of {received} is not a contiguous part of what was sent"
        )


def assert_starts_with_keyframe(seen: Probe) -> None:
    """Decoding can start at the first video packet, and time starts near 0."""
    video = seen.of_kind("video")
    if video:
        assert video[0].key, "the first video packet is not a key frame"
    first = min(p.pts_ms for p in seen.packets if p.pts_ms is not None)
    assert -100 <= first <= 100, f"time starts at {first} ms, not near 0"


def assert_subsequence(received: list[str], sent: list[str]) -> None:
    """Everything received was sent, in that order; pieces may be missing (a viewer that jumped)."""
    position = 0
    for index, item in enumerate(received):
        try:
            position = sent.index(item, position) + 1
        except ValueError:
            raise AssertionError(
                f"packet {index} of {len(received)} was not sent, or not in order") from None


def assert_decodes(file: Path) -> None:
    """ffmpeg decodes every frame without a complaint."""
    errors = decode_errors(file)
    assert not errors, f"{file} does not decode: {errors}"


def find_run(piece: list[str], whole: list[str]) -> int | None:
    """Where `piece` stands in `whole` as one unbroken run."""
    for start in range(len(whole) - len(piece) + 1):
        if whole[start] == piece[0] and whole[start:start + len(piece)] == piece:
            return start
    return None


def _clean(file: Path) -> Probe:
    seen = probe(file)
    assert not seen.errors, f"ffprobe complains about {file}: {seen.errors}"
    return seen


def _assert_same(have: list[Packet], expected: list[Packet], what: str) -> None:
    if [p.hash for p in have] == [p.hash for p in expected]:
        return
    for index, (left, right) in enumerate(zip(have, expected)):
        assert left.hash == right.hash, f"{what}: packet {index} differs ({left} / {right})"
    raise AssertionError(f"{what}: {len(have)} packets, {len(expected)} were sent")


def _pairs(got: Probe, sent: Probe) -> list[Pair]:
    """Streams of the same kind, side by side: their order in the file means nothing."""
    assert sorted(got.kinds.values()) == sorted(sent.kinds.values()), (
        f"other streams than were sent: {got.kinds} / {sent.kinds}"
    )
    pairs = [(kind, got.of_kind(kind), sent.of_kind(kind)) for kind in sent.kinds.values()]
    for kind, have, _ in pairs:
        assert have, f"{kind} is missing"
    return pairs


def _assert_same_times(pairs: list[Pair], within_ms: int) -> None:
    """One constant separates received from sent times: the re-basing, and nothing else."""
    shifts = {
        mine.pts_ms - theirs.pts_ms
        for _, have, expected in pairs
        for mine, theirs in zip(have, expected)
        if mine.pts_ms is not None and theirs.pts_ms is not None
    }
    spread = max(shifts) - min(shifts)
    assert spread <= within_ms, f"time was bent: shifts from {min(shifts)} to {max(shifts)} ms"
