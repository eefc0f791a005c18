"""The checker of live HLS, checked: playlists and media that break one rule each, and that it finds them.

A checker that finds nothing in anything would pass every other test, so each row here has to be found, and
what it was made from must be clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from weir.checker import changes, delivery, deltas, lists, media, multivariant, renditions, rules
from weir.checker.finding import Findings
from weir.checker.follower import Followed, check_time_of_day

Change = Callable[[str], str]


def _list(
    first: int = 7, count: int = 10, *, coming: int = 2, parts_from: int = 13, track: str = "v1"
) -> str:
    """A clean list of two-second segments of seven parts, the last ones with their parts."""
    text = (
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:3\n"
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=18.000,HOLD-BACK=9.000,"
        "PART-HOLD-BACK=0.900\n#EXT-X-PART-INF:PART-TARGET=0.300\n"
        f"#EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{int(first > 9)}\n")
    for number in range(first, first + count + 1):
        if number == 9:
            text += "#EXT-X-DISCONTINUITY\n"
        if number in (first, 9):
            text += f'#EXT-X-MAP:URI="e/{track}/init-0.mp4"\n'
        is_coming = number == first + count
        if is_coming and not coming:
            break
        text += f"#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:{2 * number // 60:02d}:{2 * number % 60:02d}.250Z\n"
        for part in range(coming if is_coming else 7 if number >= parts_from else 0):
            duration = "0.200000" if part == 6 else "0.300000"
            key = ",INDEPENDENT=YES" if part == 0 else ""
            text += f'#EXT-X-PART:DURATION={duration},URI="e/{track}/{number}.{part}.m4s"{key}\n'
        if not is_coming:
            text += f"#EXTINF:2.000000,\ne/{track}/{number}.m4s\n"
    other = "a2" if track == "v1" else "v1"
    return text + (
        f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="e/{track}/{first + count}.{coming}.m4s"\n'
        f'#EXT-X-RENDITION-REPORT:URI="{other}.m3u8",LAST-MSN={first + count},LAST-PART={coming - 1}\n')


def _swap(old: str, new: str, count: int = -1) -> Change:
    def change(text: str) -> str:
        assert old in text, f"{old} is not in the list"
        return text.replace(old, new, count)
    return change


def _without(start: str) -> Change:
    """The first line that begins so is gone."""
    def change(text: str) -> str:
        lines = text.split("\n")
        lines.pop(next(i for i, line in enumerate(lines) if line.startswith(start)))
        return "\n".join(lines)
    return change


def _moved(start: str, behind: str) -> Change:
    """The first line that begins with `start` stands behind the first one that has `behind` in it."""
    def change(text: str) -> str:
        lines = text.split("\n")
        line = lines.pop(next(i for i, line in enumerate(lines) if line.startswith(start)))
        lines.insert(next(i for i, line in enumerate(lines) if behind in line) + 1, line)
        return "\n".join(lines)
    return change


_PART = '#EXT-X-PART:DURATION=0.300000,URI="e/v1/15.3.m4s"'
_DATE_16 = "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:32.250Z\n"
BROKEN_LISTS: list[tuple[str, str, Change]] = [
    ("V1", "no first line", _without("#EXTM3U")),
    ("V1", "a byte order mark", lambda text: "\ufeff" + text),
    ("V1", "a control character", _swap("e/v1/15.m4s", "e/v1/15\x07.m4s")),
    ("V1", "a last line without an end", lambda text: text.rstrip("\n")),
    ("V1", "an address without a duration", _without("#EXTINF")),
    ("V1", "a duration without an address", _without("e/v1/16.m4s")),
    ("V2", "a tag of multivariant playlists", _swap("#EXTINF", "#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXTINF", 1)),
    ("V2", "a tag that nobody knows", _swap("#EXTINF", "#EXT-X-PARTS\n#EXTINF", 1)),
    ("V2", "two versions", _swap("#EXT-X-VERSION:6", "#EXT-X-VERSION:6\n#EXT-X-VERSION:6")),
    ("V2", "too low a version", _swap("VERSION:6", "VERSION:4")),
    ("V2", "too high a version", _swap("VERSION:6", "VERSION:12")),
    ("L1", "no target duration", _without("#EXT-X-TARGETDURATION")),
    ("L1", "a target duration that is no integer", _swap("DURATION:3\n", "DURATION:3.0\n")),
    ("L1", "a segment that is too long", _swap("#EXTINF:2.000000", "#EXTINF:3.500000", 1)),
    ("L1", "a segment that lasts no time", _swap("#EXTINF:2.000000", "#EXTINF:0.000000", 1)),
    ("L1", "a duration without a comma", _swap("#EXTINF:2.000000,", "#EXTINF:2.000000", 1)),
    ("L3", "the media sequence behind a segment", _moved("#EXT-X-MEDIA-SEQUENCE", "e/v1/7.m4s")),
    ("L3", "a media sequence that is no number", _swap("SEQUENCE:7", "SEQUENCE:x", 1)),
    ("L4", "no discontinuity sequence", _without("#EXT-X-DISCONTINUITY-SEQUENCE")),
    ("L4", "it stands behind a segment", _moved("#EXT-X-DISCONTINUITY-SEQUENCE", "e/v1/7.m4s")),
    ("L9", "a type of playlist", _swap("#EXT-X-VERSION", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-VERSION")),
    ("L10", "no map", lambda text: _without("#EXT-X-MAP")(_without("#EXT-X-MAP")(text))),
    ("L11", "a segment without a date", _swap(_DATE_16, "")),
    ("L11", "a date without milliseconds", _swap("00:32.250Z", "00:32Z")),
    ("L11", "a date without a zone", _swap("00:32.250Z", "00:32.250")),
    ("L11", "a date that does not go with durations", _swap("00:32.250Z", "00:32.350Z")),
    ("T1", "no target of parts", _without("#EXT-X-PART-INF")),
    ("T1", "a part that is 1 ms too long", _swap(_PART, _PART.replace("0.300000", "0.301000"))),
    ("T1", "a part without an address", _swap(_PART, "#EXT-X-PART:DURATION=0.300000")),
    ("T2", "a part of 84 %", _swap(_PART, _PART.replace("0.300000", "0.252000"))),
    ("T3", "parts that are not their segment", _swap(_PART, _PART.replace("0.300000", "0.299000"))),
    ("T4", "a key frame said in another word", _swap("INDEPENDENT=YES", "INDEPENDENT=NO", 1)),
    ("T5", "a date behind a part", _moved(_DATE_16.strip(), "e/v1/16.0.m4s")),
    ("T5", "a discontinuity behind a part", _swap(_PART, "#EXT-X-DISCONTINUITY\n" + _PART)),
    ("T7", "parts that are too old", lambda text: _list(parts_from=8)),
    ("T8", "no blocking", _swap("CAN-BLOCK-RELOAD=YES,", "")),
    ("T8", "a hold-back of less than three targets", _swap("HOLD-BACK=9.000", "HOLD-BACK=8.999")),
    ("T8", "a hold-back of less than three parts", _swap("PART-HOLD-BACK=0.900", "PART-HOLD-BACK=0.899")),
    ("T8", "no hold-back of parts", _swap(",PART-HOLD-BACK=0.900", "")),
    ("T8", "a skip boundary under six targets", _swap("UNTIL=18.000", "UNTIL=17.999")),
    ("T8", "parts without control", _without("#EXT-X-SERVER-CONTROL")),
    ("T8", "an attribute twice", _swap("UNTIL=18.000", "UNTIL=18.000,CAN-SKIP-UNTIL=18.000")),
    ("T10", "no hint", _without("#EXT-X-PRELOAD-HINT")),
    ("T10", "a hint at what is listed", _swap('TYPE=PART,URI="e/v1/17.2', 'TYPE=PART,URI="e/v1/17.1')),
    ("T10", "a hint behind the end", lambda text: text + "#EXT-X-ENDLIST\n"),
    ("T10", "two hints", lambda text: text + '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="x"\n'),
    ("T13", "a report on an absolute address", _swap('URI="a2.m3u8"', 'URI="/x/a2.m3u8"')),
    ("T18", "a skip before the numbers", _swap(
        "#EXT-X-MEDIA", "#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXT-X-MEDIA")),
    ("V2", "a skip with a low version", _swap(
        "#EXT-X-MAP", "#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXT-X-MAP", 1)),
]


def _names(rows: list[tuple]) -> list[str]:
    return [f"{row[0]}: {row[1]}" for row in rows]


def test_a_clean_list_is_clean() -> None:
    bare = _list(coming=0).replace(",LAST-PART=-1", ",LAST-PART=0")
    for text in (_list(), bare, _list(first=8, track="a2")):
        findings = Findings()
        rules.check(lists.read(text, "clean", findings), findings)
        assert findings.all == [], findings.report()


@pytest.mark.parametrize(("rule", "what", "change"), BROKEN_LISTS, ids=_names(BROKEN_LISTS))
def test_a_broken_list_is_found(rule: str, what: str, change: Change) -> None:
    findings = Findings()
    rules.check(lists.read(change(_list()), what, findings), findings)
    assert rule in findings.rules, findings.report()


def test_a_list_that_lets_go_too_early_is_found() -> None:
    for count, is_found in ((3, True), (5, True), (10, False)):
        findings = Findings()
        rules.check_length(lists.read(_list(count=count), "short", findings), findings)
        assert ("L5" in findings.rules) == is_found, count


def test_a_list_that_stays_away_from_the_time_of_day_is_found() -> None:
    findings = Findings()
    now = lists.read(_list(), "away", findings)
    assert now.coming.date_us
    end_s = (now.coming.date_us + now.coming.parts_us) / 1e6
    each = Followed("v1.m3u8", media.Rendition("v1", findings))
    # A busy machine is late for some looks, and right again.
    for away_s in (*[20] * 4, 0, *[-20] * 4):
        check_time_of_day(each, now, findings, end_s + away_s)
    assert findings.all == [], findings.report()
    check_time_of_day(each, now, findings, end_s - 20)
    assert findings.rules == {"L11"}


# What follows what

BROKEN_CHANGES: list[tuple[str, str, Change, Change]] = [
    ("L1", "another target", lambda t: t, _swap("DURATION:3\n", "DURATION:4\n")),
    ("T1", "another target of parts", lambda t: t, _swap("PART-TARGET=0.300", "PART-TARGET=0.400")),
    ("T8", "another control", lambda t: t, _swap("PART-HOLD-BACK=0.900", "PART-HOLD-BACK=1.000")),
    ("L7", "segments that are no longer independent", lambda t: t, _without("#EXT-X-INDEPENDENT")),
    ("L3", "the media sequence goes back", lambda t: t, lambda t: _list(first=6)),
    ("L3", "another address for a number", lambda t: t, _swap("e/v1/15.m4s", "e/v1/15x.m4s")),
    ("L7", "another duration", lambda t: t, _swap("#EXTINF:2.000000", "#EXTINF:2.100000")),
    ("L7", "another date", lambda t: t, _swap("00:32.250Z", "00:32.251Z")),
    ("L7", "the end is not as far as it was", lambda t: t, lambda t: _list(count=9)),
    ("L7", "another part", lambda t: t, _swap('v1/17.0.m4s",INDEPENDENT=YES', 'v1/17.0.m4s"')),
    ("L7", "other parts of a whole segment", lambda t: t, _swap("e/v1/16.3.m4s", "e/v1/16.3x.m4s")),
    ("L4", "the discontinuity sequence goes on by itself", lambda t: t,
     _swap("DISCONTINUITY-SEQUENCE:0", "DISCONTINUITY-SEQUENCE:1")),
    ("L9", "the end goes away", lambda t: t + "#EXT-X-ENDLIST\n", lambda t: t),
    ("T10", "something else than was hinted at", _swap("v1/17.2.m4s", "v1/17.9.m4s"),
     lambda t: _list(coming=3)),
    ("T5", "a discontinuity behind the first part", lambda t: t,
     _swap("#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:34",
           "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:34")),
]


def _read_two(before: str, now: str) -> tuple[Findings, lists.MediaList, lists.MediaList]:
    findings = Findings()
    return findings, lists.read(before, "before", findings), lists.read(now, "now", findings)


def test_a_clean_change_is_clean() -> None:
    steps = [_list(), _list(coming=3), _list(count=11), _list(first=8, count=10), _list(first=10, count=9)]
    for before, now in zip(steps, steps[1:]):
        findings, older, newer = _read_two(before, now)
        changes.check(older, newer, findings)
        assert findings.all == [], findings.report()


@pytest.mark.parametrize(
    ("rule", "what", "first", "second"), BROKEN_CHANGES, ids=_names(BROKEN_CHANGES))
def test_a_broken_change_is_found(rule: str, what: str, first: Change, second: Change) -> None:
    findings, before, now = _read_two(first(_list()), second(_list()))
    changes.check(before, now, findings)
    assert rule in findings.rules, findings.report()


def test_who_was_away_until_the_parts_had_gone_says_nothing_of_their_hint() -> None:
    before = _swap('"e/v1/17.0.m4s"', '"e/v1/16.7.m4s"')(_list(coming=0))
    findings, older, newer = _read_two(before, _list(count=14, parts_from=18))
    changes.check(older, newer, findings)
    assert "T10" not in findings.rules, findings.report()


# Lists beside each other

BROKEN_PAIRS: list[tuple[str, str, Change]] = [
    ("L2", "another target", _swap("DURATION:3\n", "DURATION:4\n")),
    ("L2", "segments that begin at other times", _swap("2026-01-01T00:00:3", "2026-01-01T00:01:3")),
    ("L4", "other discontinuities", _swap("DISCONTINUITY-SEQUENCE:0", "DISCONTINUITY-SEQUENCE:1")),
    ("T8", "another control", _swap("PART-HOLD-BACK=0.900", "PART-HOLD-BACK=1.000")),
    ("T8", "another target of parts", _swap("PART-TARGET=0.300", "PART-TARGET=0.400")),
    ("T13", "no report", _without("#EXT-X-RENDITION-REPORT")),
    ("T13", "a report on something else", _swap('URI="v1.m3u8"', 'URI="v3.m3u8"')),
]


@pytest.mark.parametrize(("rule", "what", "change"), BROKEN_PAIRS, ids=_names(BROKEN_PAIRS))
def test_lists_that_disagree_are_found(rule: str, what: str, change: Change) -> None:
    findings, left, right = _read_two(_list(), _list(track="a2"))
    renditions.check({"v1.m3u8": left, "a2.m3u8": right}, findings)
    assert findings.all == [], findings.report()
    wrong = lists.read(change(_list(track="a2")), what, findings)
    renditions.check({"v1.m3u8": left, "a2.m3u8": wrong}, findings)
    assert rule in findings.rules, findings.report()


def test_a_report_that_is_old_or_ahead_is_found() -> None:
    findings, earliest, latest = _read_two(_list(coming=2), _list(coming=4))
    for part, is_found in ((0, True), (1, False), (3, False), (4, True)):
        findings = Findings()
        told = {"URI": "v1.m3u8", "LAST-MSN": "17", "LAST-PART": str(part)}
        renditions.check_report(told, earliest, latest, findings, "a2", "")
        assert ("T13" in findings.rules) == is_found, part
    findings = Findings()
    renditions.check_report({"URI": "v1.m3u8", "LAST-MSN": "17"}, earliest, latest, findings, "a2", "")
    assert "T13" in findings.rules


def test_lists_that_do_not_last_equally_long_are_found() -> None:
    findings, left, right = _read_two(
        _list(), _list(track="a2").replace("#EXTINF:2.000000", "#EXTINF:1.300000", 1))
    renditions.check_total({"v1": left, "a2": right}, findings)
    assert "L2" in findings.rules


def _delta(skipped: int) -> str:
    whole = _list(count=14)
    head, _, rest = whole.partition("#EXT-X-MAP")
    kept = rest.split(f"e/v1/{7 + skipped - 1}.m4s\n", 1)[1]
    return head.replace("VERSION:6", "VERSION:9") + f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}\n" + kept


BROKEN_DELTAS: list[tuple[str, Change]] = [
    ("too much is skipped", lambda text: _delta(6)),
    ("a number that changed", _swap("SEQUENCE:7", "SEQUENCE:8")),
    ("a segment is missing", _without("e/v1/16.m4s")),
    ("another date", _swap("00:32.250Z", "00:32.251Z")),
    ("the report is missing", _without("#EXT-X-RENDITION")),
    ("a part is missing", _without('#EXT-X-PART:DURATION=0.300000,URI="e/v1/21.1')),
    ("what is skipped was never listed", _swap("SKIPPED-SEGMENTS=5", "SKIPPED-SEGMENTS=50")),
]


@pytest.mark.parametrize(("what", "change"), BROKEN_DELTAS, ids=[row[0] for row in BROKEN_DELTAS])
def test_a_delta_that_is_not_the_whole_list_is_found(what: str, change: Change) -> None:
    findings, before, full = _read_two(_list(count=13), _list(count=14))
    deltas.check(before, lists.read(_delta(5), "delta", findings), full, findings)
    assert findings.all == [], findings.report()
    # What is not well-formed would be found by itself; here only the comparison counts.
    deltas.check(before, lists.read(change(_delta(5)), "delta", Findings()), full, findings)
    assert findings.rules == {"T18"}, findings.report()


# The multivariant playlist

_MULTIVARIANT = (
    '#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="A",LANGUAGE="en",DEFAULT=YES,'
    'AUTOSELECT=YES,CHANNELS="2",URI="a2.m3u8"\n'
    '#EXT-X-STREAM-INF:BANDWIDTH=300000,AVERAGE-BANDWIDTH=200000,CODECS="vp09.00.10.08,Opus",'
    'RESOLUTION=160x120,FRAME-RATE=25.000,AUDIO="sound"\nv1.m3u8\n'
    '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=26000,AVERAGE-BANDWIDTH=25000,CODECS="vp09.00.10.08",'
    'RESOLUTION=160x120,URI="v1-keys.m3u8"\n')
BROKEN_MULTIVARIANTS: list[tuple[str, str, Change]] = [
    ("V1", "no variant", lambda text: "#EXTM3U\n"),
    ("V1", "a variant without an address", _without("v1.m3u8")),
    ("V1", "something between a variant and its address", _swap("v1.m3u8\n", "#x\nv1.m3u8\n")),
    ("V2", "a tag of media playlists", _swap("#EXT-X-VERSION:4", "#EXT-X-TARGETDURATION:4")),
    ("V2", "two versions", _swap("#EXT-X-VERSION:4", "#EXT-X-VERSION:4\n#EXT-X-VERSION:4")),
    ("V3", "no average", _swap("AVERAGE-BANDWIDTH=200000,", "")),
    ("V3", "bandwidth 0", _swap("INF:BANDWIDTH=300000", "INF:BANDWIDTH=0")),
    ("V3", "an average over the peak", _swap("AVERAGE-BANDWIDTH=200000", "AVERAGE-BANDWIDTH=300001")),
    ("V4", "no codecs", _swap('CODECS="vp09.00.10.08,Opus",', "")),
    ("V4", "no resolution", _swap("RESOLUTION=160x120,FRAME", "FRAME")),
    ("V4", "a frame rate without decimals", _swap("RATE=25.000", "RATE=25")),
    ("V6", "no such group", _swap('AUDIO="sound"', 'AUDIO="other"')),
    ("V6", "no language", _swap('LANGUAGE="en",', "")),
    ("V6", "a default that is not chosen", _swap("AUTOSELECT=YES", "AUTOSELECT=NO")),
    ("V6", "no default", _swap("DEFAULT=YES", "DEFAULT=NO")),
    ("V6", "sound without a group", _swap(',AUDIO="sound"', "")),
    ("V7", "sound alone beside a picture", lambda text: text
     + '#EXT-X-STREAM-INF:BANDWIDTH=30000,AVERAGE-BANDWIDTH=30000,CODECS="Opus"\na2.m3u8\n'),
    ("V8", "no key frames", _without("#EXT-X-I-FRAME")),
    ("V8", "key frames without a size", _swap('RESOLUTION=160x120,URI', "URI")),
    ("V10", "parameter sets in the samples", _swap("vp09.00.10.08,Opus", "avc3.64001F,Opus")),
]


@pytest.mark.parametrize(
    ("rule", "what", "change"), BROKEN_MULTIVARIANTS, ids=_names(BROKEN_MULTIVARIANTS))
def test_a_broken_multivariant_playlist_is_found(rule: str, what: str, change: Change) -> None:
    findings = Findings()
    multivariant.check(multivariant.read(_MULTIVARIANT, "clean", findings), findings)
    assert findings.all == [], findings.report()
    multivariant.check(multivariant.read(change(_MULTIVARIANT), what, findings), findings)
    assert rule in findings.rules, findings.report()


# Media: boxes made by hand, of a sound at 1,000 ticks a second

def _box(kind: str, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return (len(body) + 8).to_bytes(4, "big") + kind.encode() + body


def _full(kind: str, flags: int, *inside: bytes, version: int = 0) -> bytes:
    return _box(kind, bytes([version]) + flags.to_bytes(3, "big"), *inside)


def _u32(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "big") for value in values)


def _init(
    *, brand: bytes = b"iso6", duration: int = 0, entries: int = 0, rest: bytes = b""
) -> bytes:
    config = _full("vpcC", 0, bytes([0, 10, 8 << 4 | 2, 2, 2, 2, 0, 0]))
    size = (160).to_bytes(2, "big") + (120).to_bytes(2, "big")
    sample_entry = _box("vp09", bytes(24) + size + bytes(50), config)
    tables = _box(
        "stbl", _full("stsd", 0, _u32(1), sample_entry),
        _full("stts", 0, _u32(entries), bytes(8 * entries)), _full("stsc", 0, _u32(0)),
        _full("stsz", 0, _u32(0, 0)), _full("stco", 0, _u32(0)))
    mdia = _box(
        "mdia", _full("mdhd", 0, _u32(0, 0, 1000, 0, 0)), _full("hdlr", 0, _u32(0), b"vide", bytes(13)),
        _box("minf", tables))
    trak = _box("trak", _full("tkhd", 3, bytes(72), _u32(160 << 16, 120 << 16)), mdia)
    moov = _box(
        "moov", _full("mvhd", 0, _u32(0, 0, 1000, duration), bytes(80)), trak,
        _box("mvex", _full("trex", 0, _u32(1, 1, 0, 0, 0))))
    return _box("ftyp", b"mp41" + _u32(0) + brand) + moov + rest


def _key(width: int, height: int) -> bytes:
    """The head of a key frame of VP9."""
    return bytes([0x82, 0x49, 0x83, 0x42]) + ((width - 1) << 28 | (height - 1) << 12).to_bytes(6, "big")


KEY, OTHER = _key(160, 120), bytes([0x86, 0, 0, 0])


def _fragment(
    decode: int, frames: list[tuple[int, bytes, bool]], *, tfdt: bool = True, relative: bool = True,
    cut: int = 0,
) -> bytes:
    def moof(offset: int) -> bytes:
        run = b"".join(
            _u32(duration, len(data), 0 if sync else 0x10000) for duration, data, sync in frames)
        return _box("moof", _full("mfhd", 0, _u32(1)), _box(
            "traf", _full("tfhd", 0x20000 if relative else 0, _u32(1)),
            *([_full("tfdt", 0, decode.to_bytes(8, "big"), version=1)] if tfdt else []),
            _full("trun", 0x701, _u32(len(frames), offset), run)))
    data = b"".join(frame for _, frame, _ in frames)
    return moof(len(moof(0)) + 8) + _box("mdat", data[: len(data) - cut])


def _segment(number: int, duration_us: int, **more: object) -> lists.Segment:
    made = lists.Segment(number, f"{number}.m4s", duration_us, "init", date_us=number * 1_000_000)
    return replace(made, **more)


_GOOD = [(500, KEY, True), (500, OTHER, False)]
BROKEN_MEDIA: list[tuple[str, str, bytes, dict[str, object]]] = [
    ("L14", "no tfdt", _fragment(2000, _GOOD, tfdt=False), {}),
    ("L14", "addresses from the file's beginning", _fragment(2000, _GOOD, relative=False), {}),
    ("L14", "a sample that is not all there", _fragment(2000, _GOOD, cut=2), {}),
    ("L14", "half a box", _fragment(2000, _GOOD)[:-3], {}),
    ("L13", "a hole before it", _fragment(2001, _GOOD), {}),
    ("L13", "it lasts longer than its EXTINF says",
     _fragment(2000, [(500, KEY, True), (502, OTHER, False)]), {}),
    ("L13", "a flag on what is no key frame",
     _fragment(2000, [(500, OTHER, True), (500, OTHER, False)]), {}),
    ("L10", "a picture of another size",
     _fragment(2000, [(500, _key(320, 120), True), (500, OTHER, False)]), {}),
    ("L11", "a date that goes on too far", _fragment(2000, _GOOD), {"date_us": 2_010_000}),
    ("L12", "no samples", _fragment(2000, []), {}),
    ("V5", "it does not begin with a key frame",
     _fragment(2000, [(500, OTHER, False), (500, KEY, True)]), {}),
    ("T3", "its parts are other bytes", _fragment(2000, _GOOD),
     {"parts": (lists.Part(1_000_000, "2.0.m4s", True, False),)}),
    ("T3", "a part that lasts less than the list says", _fragment(2000, _GOOD),
     {"parts": (lists.Part(1_000_010, "2.0.m4s", False, False),)}),
    ("T4", "a part that is said to be independent",
     _fragment(2000, [(1000, OTHER, False)]), {"parts": (lists.Part(1_000_000, "2.0.m4s", True, False),)}),
]


@pytest.mark.parametrize(("rule", "what", "data", "more"), BROKEN_MEDIA, ids=_names(BROKEN_MEDIA))
def test_broken_media_are_found(rule: str, what: str, data: bytes, more: dict[str, object]) -> None:
    findings = Findings()
    rendition = media.Rendition("v1", findings)
    rendition.add_init("init", _init())
    rendition.add_segment(_segment(1, 1_000_000), _fragment(1000, _GOOD), independent=True)
    rendition.add_segment(_segment(2, 1_000_000), _fragment(2000, _GOOD), independent=True)
    rendition.check_run()
    assert findings.all == [], findings.report()
    del rendition.seen[2]
    segment = _segment(2, 1_000_000, **more)
    found = {part.uri: _fragment(2000, [(1000, OTHER, False)]) for part in segment.parts}
    rendition.add_parts(segment, found, 1_000_000)
    rendition.add_segment(segment, data, independent=True)
    assert rule in findings.rules, findings.report()


BROKEN_INITS: list[tuple[str, str, bytes]] = [
    ("L14", "an old brand", _init(brand=b"isom")),
    ("L14", "a duration", _init(duration=5)),
    ("L14", "samples", _init(entries=1)),
    ("L14", "media behind it", _init(rest=_box("mdat", b"x"))),
    ("L14", "no box at all", b"\0\0\0\4moov"),
]


@pytest.mark.parametrize(("rule", "what", "data"), BROKEN_INITS, ids=_names(BROKEN_INITS))
def test_a_broken_init_is_found(rule: str, what: str, data: bytes) -> None:
    findings = Findings()
    media.Rendition("v1", findings).add_init("init", data)
    assert rule in findings.rules, findings.report()


def test_sums_that_drift_away_are_found() -> None:
    findings = Findings()
    rendition = media.Rendition("v1", findings)
    rendition.add_init("init", _init())
    for number in range(1, 5):
        listed = _segment(number, 1_000_000)
        rendition.add_segment(listed, _fragment(1000 * number, _GOOD), independent=True)
        # Each is off by less than anybody notices.
        rendition.seen[number] = replace(rendition.seen[number], listed=replace(listed, duration_us=999_600))
    rendition.check_run()
    assert "L13" in findings.rules


def test_a_key_frame_that_is_not_where_its_range_says_is_found() -> None:
    whole = _fragment(1000, _GOOD)
    good = whole[: len(whole) - len(OTHER)]
    rendition = media.Rendition("v1", Findings())
    rendition.add_init("init", _init())
    init = rendition.inits["init"]
    other = _fragment(1000, [(500, OTHER, False), (500, OTHER, False)])
    for data, is_found in ((good, False), (good[:-1], True), (whole, True), (other[:len(good)], True)):
        findings = Findings()
        media.check_key_frame(_segment(1, 1_000_000), data, init, findings, "keys")
        assert ("V8" in findings.rules) == is_found


# Fields

_FIELDS = {
    "content-type": "application/vnd.apple.mpegurl", "priority": "u=1", "cache-control": "public, max-age=1",
    "date": "now", "vary": "accept-encoding", "content-encoding": "gzip",
    "access-control-allow-origin": "*", "access-control-expose-headers": "age, date, retry-after",
}
_MEDIA_FIELDS = _FIELDS | {
    "content-type": "video/mp4", "content-length": "100", "priority": "u=3",
    "cache-control": "public, max-age=86400, immutable"}
BROKEN_FIELDS: list[tuple[str, str, dict[str, str]]] = [
    ("V1", "content-type", {"content-type": "text/plain"}),
    ("D1", "not compressed", {"content-encoding": ""}),
    ("D1", "vary", {"vary": "origin"}),
    ("D2", "no urgency", {"priority": ""}),
    ("D3", "a cookie", {"set-cookie": "x"}),
    ("D4", "one origin", {"access-control-allow-origin": "https://x"}),
    ("D4", "credentials", {"access-control-allow-credentials": "true"}),
    ("D4", "Age is not exposed", {"access-control-expose-headers": "date, retry-after"}),
    ("D5", "kept too long", {"cache-control": "public, max-age=2"}),
    ("D5", "never kept", {"cache-control": ""}),
]


@pytest.mark.parametrize(("rule", "what", "fields"), BROKEN_FIELDS, ids=_names(BROKEN_FIELDS))
def test_wrong_fields_of_a_list_are_found(rule: str, what: str, fields: dict[str, str]) -> None:
    for given, is_found in ((_FIELDS, False), (_FIELDS | fields, True)):
        findings = Findings()
        delivery.check_list(
            200, given, what, findings, target_s=3, awaited=False, took_gzip=True, byte_count=1)
        assert (rule in findings.rules) == is_found, findings.report()


@pytest.mark.parametrize(("rule", "fields"), [
    ("T11", {"content-length": "99"}), ("D6", {"content-type": "text/plain"}),
    ("D5", {"cache-control": "max-age=1"}),
    ("D7", {"accept-ranges": "none"}),
    ("D2", {"priority": "u=1"}),
])
def test_wrong_fields_of_media_are_found(rule: str, fields: dict[str, str]) -> None:
    for given, is_found in ((_MEDIA_FIELDS, False), (_MEDIA_FIELDS | fields, True)):
        findings = Findings()
        delivery.check_media(200, given, "media", findings, byte_count=100)
        assert (rule in findings.rules) == is_found, findings.report()
