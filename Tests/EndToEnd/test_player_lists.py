"""How the player chooses between WebM and lists, and reads lists: its pure modules, in a real browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page_modules import Modules, modules_of

modules = modules_of("watch")

# Which way

VP8 = 'video/webm; codecs="vp8,opus"'
VP9 = 'video/webm; codecs="vp9,opus"'
H264 = 'video/x-matroska; codecs="avc1.64001F,mp4a.40.2"'
H264_OPUS = 'video/x-matroska; codecs="avc1.64001F,opus"'
H264_VORBIS = 'video/x-matroska; codecs="avc1.64001F,vorbis"'

# What some browsers take, by container: MediaSource, the element, and lists.
CHROMIUM = {"streams": ["webm: vp8 vp9 opus", "mp4: vp9 avc1 opus mp4a"], "plays": True, "lists": True}
FIREFOX = {"streams": ["webm: vp8 vp9 opus", "mp4: vp9 avc1 opus mp4a"], "plays": True}
PHONE = {"streams": [], "plays": ["mp4: avc1 mp4a"], "lists": True, "casts": True}
NEWER_PHONE = PHONE | {"streams": ["mp4: avc1 mp4a opus"]}
MP4_ONLY = {"streams": ["mp4: vp9 avc1 opus mp4a"], "plays": False}

_WAYS = """
const { waysToPlay } = await load('ways');
const { codecsOf } = await load('codecs');
const takes = (table) => (type) => table === true || (table || []).some((row) => {
  const [container, names] = row.split(': ');
  return type.includes(`/${container};`)
    && codecsOf(type).every(({ string }) => names.split(' ').some(
      (name) => string.replace('vp09', 'vp9').startsWith(name)));
});
const { streams, plays, lists, casts } = argument.browser;
return waysToPlay(argument.type, {
  streams: takes(streams), plays: takes(plays), readsLists: Boolean(lists),
  sendsLists: Boolean(casts),
}, argument.via).map(({ via, kind, lacks }) => `${via} ${kind}${lacks ? ` without ${lacks}` : ''}`);
"""


@pytest.mark.parametrize(("browser", "mime_type", "via", "expected"), [
    # WebM wherever it works.
    (CHROMIUM, VP9, None, ["webm whole", "webm apart", "cmaf pieces", "hls lists"]),
    (CHROMIUM, VP8, None, ["webm whole", "webm apart"]),
    (FIREFOX, VP9, None, ["webm whole", "webm apart", "cmaf pieces"]),
    # Pieces where MediaSource takes no WebM of it, but MP4.
    (CHROMIUM, H264, None, ["cmaf pieces", "hls lists", "webm plain"]),
    (MP4_ONLY, VP9, None, ["cmaf pieces"]),
    # Lists first where the system can send them to a television.
    (PHONE, H264, None, ["hls lists"]),
    (NEWER_PHONE, H264, None, ["hls lists", "cmaf pieces"]),
    # What was asked for, and nothing else.
    (CHROMIUM, VP9, "cmaf", ["cmaf pieces"]),
    (CHROMIUM, VP9, "hls", ["hls lists"]),
    (NEWER_PHONE, H264, "cmaf", ["cmaf pieces"]),
    (CHROMIUM, H264, "webm", ["webm plain"]),
    # None: VP8 is not in MP4, a phone does not know VP9, and not every element reads lists.
    (CHROMIUM, VP8, "cmaf", []),
    (PHONE, VP8, None, []),
    (PHONE, VP9, None, []),
    (FIREFOX, VP9, "hls", []),
])
def test_the_way_follows_from_browser_codecs_and_wish(
    modules: Modules, browser: dict[str, Any], mime_type: str, via: str | None, expected: list[str]
) -> None:
    ways = modules(_WAYS, {"browser": browser, "type": mime_type, "via": via})
    assert [way for way in ways if "without" not in way] == expected


@pytest.mark.parametrize(("browser", "mime_type", "via", "first"), [
    (NEWER_PHONE, VP8, None, "cmaf pieces without video"),
    (CHROMIUM, VP8, "cmaf", "cmaf pieces without video"),
    (CHROMIUM, VP8, "hls", "hls lists without video"),
    (MP4_ONLY, H264_VORBIS, None, "cmaf pieces without audio"),
    # The picture's own list.
    (PHONE, H264_OPUS, None, "hls lists without audio"),
    (PHONE, VP8, None, None),
    (PHONE, VP9, "cmaf", None),
])
def test_a_part_of_it_is_better_than_nothing(
    modules: Modules, browser: dict[str, Any], mime_type: str, via: str | None, first: str | None
) -> None:
    ways = modules(_WAYS, {"browser": browser, "type": mime_type, "via": via})
    assert next(iter(ways), None) == first


@pytest.mark.parametrize(("search", "streams_webm", "takes_lists", "via", "lists"), [
    ("", True, True, None, False),
    ("", False, True, None, True),
    # It can be told at once, then, that there is no way.
    ("", False, False, None, False),
    ("?via=webm", False, True, "webm", False),
    ("?via=cmaf", True, True, "cmaf", True),
    ("?name=x&via=hls", True, False, "hls", True),
    ("?via=constructor", True, True, None, False),
    ("?via=", True, True, None, False),
])
def test_the_address_may_say_how_the_broadcast_comes(
    modules: Modules, search: str, streams_webm: bool, takes_lists: bool, via: str | None,
    lists: bool,
) -> None:
    assert modules(
        """const { asksForLists, viaOf } = await load('via');
           const via = viaOf(argument[0]);
           return [via, asksForLists(via, argument[1], argument[2])];""",
        [search, streams_webm, takes_lists]) == [via, lists]


# Lists

MULTIVARIANT = """#EXTM3U
#EXT-X-VERSION:4
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="A, B",DEFAULT=NO,URI="a3.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound 1",DEFAULT=YES,URI="a2.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2,CODECS="vp09.00.10.08,Opus",RESOLUTION=160x120,AUDIO="sound"
v1.m3u8
"""
SOUND_ALONE = """#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=2,CODECS="mp4a.40.2"
a2.m3u8
"""
PICTURE_ALONE = """#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=2,CODECS="avc1.64001F",RESOLUTION=160x120
v1.m3u8
"""


@pytest.mark.parametrize(("text", "renditions"), [
    (MULTIVARIANT, [["video", "/x/hls/v1.m3u8", "vp09.00.10.08"], ["audio", "/x/hls/a2.m3u8", "opus"]]),
    (SOUND_ALONE, [["audio", "/x/hls/a2.m3u8", "mp4a.40.2"]]),
    (PICTURE_ALONE, [["video", "/x/hls/v1.m3u8", "avc1.64001F"]]),
    ("#EXTM3U\n", []),
])
def test_the_tracks_of_a_broadcast_are_read_from_its_list(
    modules: Modules, text: str, renditions: list[list[str]]
) -> None:
    assert modules(
        """const { renditionsIn } = await load('hls-list');
           return renditionsIn(argument, '/x/hls/index.m3u8')
             .map(({ kind, uri, codec }) => [kind, uri, codec]);""", text) == renditions


LIVE = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:3
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=18.000,HOLD-BACK=9.000
#EXT-X-PART-INF:PART-TARGET=0.500
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-MAP:URI="e/v1/init-0.mp4"
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:10.000Z
#EXTINF:2.000000,
e/v1/7.m4s
#EXT-X-GAP
#EXTINF:2.000000,
e/v1/8.m4s
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:14.000Z
#EXT-X-PART:DURATION=0.500000,URI="e/v1/9.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.500000,URI="e/v1/9.1.m4s"
#EXT-X-PART:DURATION=0.500000,URI="e/v1/9.2.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.500000,URI="e/v1/9.3.m4s"
#EXTINF:2.000000,
e/v1/9.m4s
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:16.000Z
#EXT-X-PART:DURATION=0.500000,URI="e/v1/9.4.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.500000,URI="e/v1/10.1.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="e/v1/10.2.m4s"
#EXT-X-RENDITION-REPORT:URI="a2.m3u8",LAST-MSN=10,LAST-PART=1
"""
# The same for who knows the older ones.
DELTA = LIVE.replace('#EXT-X-MAP:URI="e/v1/init-0.mp4"\n#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:10.000Z\n'
                     "#EXTINF:2.000000,\ne/v1/7.m4s\n#EXT-X-GAP\n#EXTINF:2.000000,\ne/v1/8.m4s\n",
                     "#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n")
PLAIN = "".join(
    line + "\n" for line in LIVE.splitlines()
    if not line.startswith(("#EXT-X-SERVER", "#EXT-X-PART", "#EXT-X-PRE", "#EXT-X-REN"))
    and "00:16.000" not in line) + "#EXT-X-ENDLIST\n"

_READ = """const { mediaListIn } = await load('hls-list');
const plan = await load('list-plan');
const list = mediaListIn(argument.text);
"""


def read(modules: Modules, text: str, script: str, **more: object) -> Any:
    return modules(_READ + script, {"text": text, **more})


@pytest.mark.parametrize(("text", "ordinals", "end", "end_ms", "map_uri"), [
    (LIVE, [7, 8, 9, 10], [10, 2], 17_000, "e/v1/init-0.mp4"),
    (DELTA, [9, 10], [10, 2], 17_000, None),
    (PLAIN, [7, 8, 9], [10, 0], 16_000, "e/v1/init-0.mp4"),
    ("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:1\n", [], [0, 0], None, None),
])
def test_a_list_is_read(
    modules: Modules, text: str, ordinals: list[int], end: list[int], end_ms: int | None,
    map_uri: str | None,
) -> None:
    assert read(modules, text, """
        const { ordinal, part } = plan.endOf(list);
        return [list.segments.map((segment) => segment.ordinal), [ordinal, part],
          plan.endMsOf(list), list.map];""") == [ordinals, end, end_ms, map_uri]


def test_what_is_no_list_is_not_taken_for_one(modules: Modules) -> None:
    assert modules("""const { mediaListIn } = await load('hls-list');
        try { mediaListIn('<html>'); return false; } catch { return true; }""")


@pytest.mark.parametrize(("date_ms", "place"), [
    (16_900, [10, 0, 16_000]),
    (15_999, [9, 2, 15_000]),
    (14_100, [9, 0, 14_000]),
    # There is nothing in the gap; before it, there is a whole segment.
    (13_000, [7, 0, 10_000]),
    # Older than all of it: with the oldest.
    (1, [7, 0, 10_000]),
])
def test_playing_begins_with_the_key_frame_before(
    modules: Modules, date_ms: int, place: list[int]
) -> None:
    assert read(modules, LIVE, """
        const { ordinal, part, dateMs } = plan.placeAt(list, argument.at);
        return [ordinal, part, dateMs];""", at=date_ms) == place


@pytest.mark.parametrize(("place", "hinted", "pieces"), [
    # Whole segments, as far as there are; then parts.
    ([7, 0], None, ["7", "9", "9.4", "10.1"]),
    ([9, 2], None, ["9.2", "9.3", "9.4", "10.1"]),
    # The first part of a segment has come under the name that was hinted at.
    ([9, 4], "9.4", ["9.4", "10.1"]),
    ([10, 0], None, ["9.4", "10.1"]),
    ([10, 1], None, ["10.1"]),
    ([10, 2], None, []),
    # Part of it is under way: not all of it again.
    ([9, 0], "9.0", ["9.0", "9.1", "9.2", "9.3", "9.4", "10.1"]),
    # Its parts are listed no more.
    ([7, 3], None, ["7", "9", "9.4", "10.1"]),
    # Fallen behind the list: goes on with the oldest.
    ([3, 1], None, ["7", "9", "9.4", "10.1"]),
])
def test_everything_is_fetched_once_and_in_order(
    modules: Modules, place: list[int], hinted: str | None, pieces: list[str]
) -> None:
    assert read(modules, LIVE, """
        const [ordinal, part] = argument.place;
        const hinted = argument.hinted && `e/v1/${argument.hinted}.m4s`;
        return plan.piecesFrom(list, { ordinal, part }, hinted).map(({ uri }) => uri);
        """, place=place, hinted=hinted) == [f"e/v1/{each}.m4s" for each in pieces]


def test_parts_without_media_are_counted_and_not_fetched(modules: Modules) -> None:
    text = LIVE.replace('URI="e/v1/9.1.m4s"', 'URI="e/v1/9.1.m4s",GAP=YES')
    assert read(modules, text, """
        return plan.piecesFrom(list, { ordinal: 9, part: 0 }, 'e/v1/9.0.m4s')
          .map(({ uri }) => uri);""") == [
        f"e/v1/{each}.m4s" for each in ("9.0", "9.2", "9.3", "9.4", "10.1")]


def test_what_comes_again_is_marked(modules: Modules) -> None:
    assert read(modules, LIVE, """
        return plan.piecesFrom(list, { ordinal: 7, part: 3 }).map(({ isAgain }) => isAgain ?? false);
        """) == [True, False, False, False]


def test_a_track_that_is_under_way_is_late_and_not_missing(modules: Modules) -> None:
    assert modules("""
        const { TrackWatch } = await load('track-watch');
        const watch = new TrackWatch();
        watch.begin(['video', 'audio']);
        watch.noteFrame('video', 0);
        for (let ms = 0; ms < 9000; ms += 20) {
          watch.noteFrame('audio', ms);
          watch.noteComing('video');
        }
        const before = watch.missing;
        for (let ms = 9000; ms < 12000; ms += 20) watch.noteFrame('audio', ms);
        return [before, watch.missing];""") == [None, "video"]


def test_one_can_go_back_as_far_as_the_newest_list(modules: Modules) -> None:
    moved_on = DELTA.replace("SEQUENCE:7", "SEQUENCE:9").replace("#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n", "")
    assert modules("""
        const { mediaListIn } = await load('hls-list');
        const { ListReach } = await load('list-reach');
        const reach = new ListReach();
        return [reach.seconds, ...argument.map((text) => {
          reach.note(mediaListIn(text));
          return reach.seconds;
        })];""", [LIVE, DELTA, moved_on]) == [0, 7, 7, 3]


# Which lists there are

PROBLEM = "application/problem+json"


def said(status: int, kind: str, content_type: str = PROBLEM) -> dict[str, Any]:
    return {"status": status, "type": content_type, "body": f'{{"type": "{kind}"}}'}


NOT_PACKAGED = said(404, "/problems/codec-not-packaged")
NO_SOUND = said(404, "/problems/no-sound")
EARLY = said(503, "/problems/no-segments-yet")
# A cache that has words of its own.
THERE_NOT = said(404, "about:blank")
NOT_NOW = said(503, "about:blank")
SOUND = {"status": 200, "type": "application/vnd.apple.mpegurl", "body": "#EXTM3U\n"}
VP8_STREAM = {"state": "live", "hlsFault": "The picture is VP8."}
VP9_STREAM = {"state": "live", "hlsFault": None}


@pytest.mark.parametrize(("stream", "lists", "sound", "kind"), [
    (VP8_STREAM, NOT_PACKAGED, SOUND, "media"),
    (VP8_STREAM, NOT_PACKAGED, NOT_PACKAGED, "media"),
    (VP8_STREAM, NOT_PACKAGED, NO_SOUND, "media"),
    (VP8_STREAM, THERE_NOT, SOUND, "media"),
    (VP8_STREAM, THERE_NOT, THERE_NOT, "media"),
    (VP9_STREAM, EARLY, None, "early"),
    (VP9_STREAM, NOT_NOW, None, "early"),
    (VP9_STREAM, said(404, "/problems/no-segments"), None, "gone"),
    (VP9_STREAM, THERE_NOT, None, "failed"),
    (VP9_STREAM, said(503, "x", "text/html"), None, "unreached"),
    (VP9_STREAM, said(403, "x", "text/html"), None, "refused"),
    (VP9_STREAM, said(500, "x", "text/html"), None, "failed"),
    (None, NOT_NOW, None, "gone"),
])
def test_a_refusal_of_lists_is_understood_also_in_the_words_of_a_cache(
    modules: Modules, stream: dict[str, Any] | None, lists: dict[str, Any],
    sound: dict[str, Any] | None, kind: str,
) -> None:
    description = said(404, "/problems/unknown-stream") if stream is None else {
        "status": 200, "type": "application/json", "body": json.dumps(stream)}
    answers = {"/api/streams/alice": description, "/alice/hls/index.m3u8": lists,
               "/alice/hls/sound.m3u8": sound}
    assert modules(
        """const { requestLists } = await load('lists-request');
           const fetchBefore = globalThis.fetch;
           globalThis.fetch = async (url) => {
             const { status, type, body } = argument[url];
             return new Response(body, { status, headers: { 'content-type': type } });
           };
           try {
             return (await requestLists('alice', new AbortController())).kind;
           } finally {
             globalThis.fetch = fetchBefore;
           }""", answers) == kind


# Words

@pytest.mark.parametrize(("via", "seconds", "words"), [
    ("webm", "0.4", "by WebM, 0.4 s behind"),
    ("hls", "", "by HLS"),
    ("cmaf", "1.2", "by low-latency HLS, 1.2 s behind"),
])
def test_the_page_says_how_the_broadcast_comes(
    modules: Modules, via: str, seconds: str, words: str
) -> None:
    assert modules("return (await load('via')).viaWords(...argument);", [via, seconds]) == words


@pytest.mark.parametrize(("stream", "address", "note"), [
    (None, "/alice/hls/index.m3u8", ""),
    ({"hlsUrl": "/alice/hls/index.m3u8", "hlsFault": None}, "/alice/hls/index.m3u8", ""),
    ({"hlsUrl": None, "hlsFault": "The picture is VP8."}, "",
     "There is none of this broadcast. The picture is VP8."),
])
def test_other_players_are_given_what_they_can_play(
    modules: Modules, stream: dict[str, Any] | None, address: str, note: str
) -> None:
    assert modules("return (await load('share')).listsOf('alice', argument);",
                   stream) == {"address": address, "note": note}


@pytest.mark.parametrize(("via", "trouble", "words"), [
    (None, "codec", "Chrome, Edge and Firefox play it."),
    ("hls", "codec", "The address of this page allows HLS only; without “via=hls” it may play."),
    ("cmaf", "damaged", "Something in this broadcast is broken."),
])
def test_the_page_says_why_there_is_no_way(
    modules: Modules, via: str | None, trouble: str, words: str
) -> None:
    said = modules(
        "return (await load('words')).wordsFor(argument, () => false);",
        {"state": "unplayable", "trouble": trouble, "name": "alice", "mimeType": VP9, "via": via})
    assert words in said["text"]


# Pieces


def box(kind: str, *content: bytes) -> bytes:
    body = b"".join(content)
    return (8 + len(body)).to_bytes(4, "big") + kind.encode() + body


def number(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "big")


def fragment(ticks: int, samples: int, version: int = 1) -> bytes:
    time = box("tfdt", number(version << 24), number(ticks, 8 if version else 4))
    run = box("trun", number(0x200), number(samples), number(0))
    traf = box("traf", box("tfhd", number(0), number(1)), time, run)
    return box("moof", box("mfhd", number(0), number(1)), traf) + box("mdat", b"\0" * 40)


@pytest.mark.parametrize("version", [0, 1])
def test_a_track_says_how_it_counts(modules: Modules, version: int) -> None:
    size = 8 if version else 4
    mdhd = box("mdhd", number(version << 24), number(7, size), number(7, size), number(48_000),
               number(9, size), number(0))
    init = box("ftyp", b"cmfc") + box(
        "moov", box("mvhd", b"\0" * 96), box("trak", box("tkhd", b"\0" * 80), box("mdia", mdhd)))
    assert modules("return (await load('mp4-times')).timescaleIn(Uint8Array.from(argument));",
                   list(init)) == 48_000


@pytest.mark.parametrize(("data", "start_s", "samples"), [
    (fragment(90_000, 25), 1, 25),
    (fragment(180_000, 3, version=0), 2, 3),
    # A segment of several: when the first begins, and how many in all.
    (box("styp", b"cmfs") + fragment(2**33 * 90_000, 7) + fragment(2**33 * 90_000 + 90, 8), 2**33, 15),
    (b"", None, 0),
    (b"<html>Sign in to this network</html>", None, 0),
    (fragment(90_000, 25)[:30], None, 0),
])
def test_a_piece_says_when_it_begins(
    modules: Modules, data: bytes, start_s: int | None, samples: int
) -> None:
    assert modules(
        "return (await load('mp4-times')).timesIn(Uint8Array.from(argument), 90000);",
        list(data)) == {"startS": start_s, "samples": samples}


@pytest.mark.parametrize(("answers", "outcome", "asked", "lives"), [
    ([200], "body", 1, 1),
    # The connection broke, or a proxy could not reach the server: again.
    ([0, 200], "body", 2, 1),
    ([0, 502, 200], "body", 3, 1),
    # It broke in the middle of the answer.
    ([-1, 200], "body", 2, 1),
    # The broadcast stands still: that is no failure, however often.
    ([503, 503, 503, 503, 503, 200], "body", 6, 6),
    # Not there any more.
    ([404], None, 1, 0),
    ([400], None, 1, 0),
    # Nobody answers.
    ([0, 0, 0, 0], "no answer", 4, 0),
    ([503, 0, 0, 0, 0], "no answer", 5, 1),
])
def test_pieces_are_asked_for_again_as_long_as_it_may_help(
    modules: Modules, answers: list[int], outcome: str | None, asked: int, lives: int
) -> None:
    assert modules(
        """const { steadyFetch } = await load('steady-fetch');
           const [fetchBefore, timerBefore] = [globalThis.fetch, globalThis.setTimeout];
           let [asked, lives] = [0, 0];
           globalThis.setTimeout = (action) => timerBefore(action, 0);
           globalThis.fetch = async () => {
             const status = argument[asked];
             asked += 1;
             if (status === 0) throw new TypeError('network');
             const body = status !== -1 ? 'body' : new ReadableStream({
               start(controller) { controller.error(new TypeError('broken off')); } });
             return new Response(body, { status: Math.max(200, status) });
           };
           try {
             const bytes = await steadyFetch('/x', new AbortController().signal, () => { lives += 1; });
             return [bytes && new TextDecoder().decode(bytes), asked, lives];
           } catch (error) {
             return [error.message, asked, lives];
           } finally {
             Object.assign(globalThis, { fetch: fetchBefore, setTimeout: timerBefore });
           }""", answers) == [outcome, asked, lives]
