"""How the player notices that nothing is shown, and what it does then; see test_player_logic.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page_modules import Modules, modules_of
from weir.packets import probe
from weir.recordings import record

modules = modules_of("watch")


# Ways to play


def ways(modules: Modules, mime_type: str, streams: list[str], plays: bool = True) -> list[list[Any]]:
    """Kind and gap of each way, in a browser whose MediaSource takes types with these codecs."""
    found: list[list[Any]] = modules(
        """const { waysToPlay } = await load('ways');
           const { codecsOf } = await load('codecs');
           const streams = (type) => type.includes('/webm')
             && codecsOf(type).every(({ string }) => argument.streams.includes(string));
           return waysToPlay(argument.type, { streams, plays: () => argument.plays })
             .map(({ kind, parts, lacks }) => [kind, lacks, parts.map(({ mimeType }) => mimeType)]);
        """, {"type": mime_type, "streams": streams, "plays": plays})
    return found


def test_the_ways_to_play_go_from_everything_to_what_is_left(modules: Modules) -> None:
    video, audio = 'video/webm; codecs="vp9"', 'audio/webm; codecs="opus"'
    assert ways(modules, 'video/webm; codecs="vp9,opus"', ["vp9", "opus"]) == [
        ["whole", None, ['video/webm; codecs="vp9,opus"']],
        ["apart", None, [video, audio]],
        ["picture", "audio", [video]],
        ["sound", "video", [audio]],
    ]


@pytest.mark.parametrize(("mime_type", "kinds"), [
    ('video/x-matroska; codecs="vp9,opus"', ["apart", "plain", "picture", "sound"]),
    ('video/x-matroska; codecs="vp9,mp4a.40.2"', ["plain", "picture"]),
    ('video/x-matroska; codecs="hvc1.1.6.L60.90,opus"', ["plain", "sound"]),
    ('video/x-matroska; codecs="avc1.64000D,mp4a.40.2"', ["plain"]),
    ('video/webm; codecs="vp9"', ["whole"]),
    ('audio/webm; codecs="opus"', ["whole"]),
])
def test_what_the_browser_does_not_know_is_left_out(
    modules: Modules, mime_type: str, kinds: list[str]
) -> None:
    assert [kind for kind, *_ in ways(modules, mime_type, ["vp9", "opus"])] == kinds


def test_a_browser_that_knows_nothing_has_no_way(modules: Modules) -> None:
    assert ways(modules, 'video/webm; codecs="vp9,opus"', [], plays=False) == []


# Taking a stream apart


def take_apart(modules: Modules, data: bytes, piece_bytes: int, kind: str) -> bytes:
    return bytes(modules(
        """const { WebMReader } = await load('webm-reader');
           const { TrackStream } = await load('track-stream');
           const { joined } = await load('ebml');
           const [reader, stream] = [new WebMReader(), new TrackStream(argument.kind)];
           const bytes = Uint8Array.from(argument.data);
           const out = [];
           for (let at = 0; at < bytes.length; at += argument.piece) {
             out.push(stream.take(reader.push(bytes.subarray(at, at + argument.piece))));
           }
           return [...joined(out)];""", {"data": list(data), "piece": piece_bytes, "kind": kind}))


@pytest.mark.parametrize("kind", ["video", "audio"])
@pytest.mark.parametrize("piece_bytes", [7, 1_000, 1_000_000])
def test_one_track_of_a_stream_is_a_stream_with_the_same_packets(
    modules: Modules, tmp_path: Path, kind: str, piece_bytes: int
) -> None:
    recording = record()
    alone = tmp_path / "alone.webm"
    alone.write_bytes(take_apart(modules, recording.data, piece_bytes, kind))
    seen = probe(alone)
    assert not seen.errors
    wanted = [(p.pts_ms, p.hash) for p in probe(recording.path).of_kind(kind)]
    assert wanted and [(p.pts_ms, p.hash) for p in seen.packets] == wanted


# What the tracks bring

WATCH = """const { TrackWatch } = await load('track-watch');
const { ID } = await load('webm-reader');
const { element, joined } = await load('ebml');
const part = (id, content) => {
  const bytes = joined(element(id, content));
  return { id, bytes, contentAt: bytes.length - content.reduce((sum, { length }) => sum + length, 0) };
};
const entry = (number, type) => joined(element(ID.trackEntry, [
  ...element(ID.trackNumber, [Uint8Array.of(number)]), ...element(ID.trackType, [Uint8Array.of(type)])]));
const watch = new TrackWatch();
watch.note([part(ID.tracks, [entry(1, 1), entry(2, 2)])]);
const block = (track, timeMs) => {
  const time = new Uint8Array(4);
  new DataView(time.buffer).setUint32(0, timeMs);
  watch.note([part(ID.timestamp, [time]),
    part(ID.simpleBlock, [Uint8Array.of(0x80 | track, 0, 0, 0, 1)])]);
};
const play = (track, fromMs, untilMs) => {
  for (let timeMs = fromMs; timeMs < untilMs; timeMs += 100) block(track, timeMs);
};
const late = (fromMs, untilMs, byMs) => {
  for (let timeMs = fromMs; timeMs < untilMs; timeMs += 100) {
    block(1, timeMs);
    block(2, timeMs - byMs);
  }
};
const both = (fromMs, untilMs) => {
  for (let timeMs = fromMs; timeMs < untilMs; timeMs += 100) { block(1, timeMs); block(2, timeMs); }
};
"""


@pytest.mark.parametrize(("course", "missing", "jumped"), [
    ("both(0, 5000);", None, False),
    ("both(0, 5000); play(2, 5000, 6500);", None, False),
    ("both(0, 5000); play(2, 5000, 8000);", "video", False),
    ("both(0, 5000); play(1, 5000, 8000);", "audio", False),
    ("play(2, 40000, 43000);", "video", False),
    ("both(0, 5000); play(2, 5000, 8000); both(8000, 9000);", None, False),
    ("both(3600000, 3605000); both(0, 1000);", None, True),
    ("both(20000, 25000); both(20000, 21000);", None, True),
    ("both(0, 5000); both(3600000, 3601000);", None, False),
    ("both(0, 5000); play(2, 3600000, 3601000);", None, False),
    # Late, but it comes.
    ("late(10000, 16000, 2500);", None, False),
    ("late(10000, 16000, 2500); play(1, 16000, 19000);", "audio", False),
])
def test_a_track_that_stops_and_time_that_jumps_are_noticed(
    modules: Modules, course: str, missing: str | None, jumped: bool
) -> None:
    assert modules(WATCH + course + "return [watch.missing, watch.hasJumpedBack];", None) == [
        missing, jumped]


def test_tracks_that_are_written_out_of_order_are_noticed(modules: Modules) -> None:
    assert modules(WATCH + """both(0, 5000);
        const before = watch.isUnordered;
        for (let timeMs = 5000; timeMs < 6000; timeMs += 100) {
          block(2, timeMs + 70);
          block(1, timeMs);
        }
        return [before, watch.isUnordered];""", None) == [False, True]


@pytest.mark.parametrize(("course", "lacks", "span"), [
    ("both(1000, 5000);", None, {"startS": 1, "endS": 4.9}),
    ("play(1, 1000, 3000); play(2, 1500, 2500);", None, {"startS": 1.5, "endS": 2.4}),
    ("play(2, 1500, 2500);", None, None),
    ("play(2, 1500, 2500);", "video", {"startS": 1.5, "endS": 2.4}),
    # What one of them brings first comes after all that the other has brought.
    ("play(1, 0, 1000); play(2, 1500, 2000);", None, {"startS": 1.5, "endS": 1.5}),
])
def test_what_there_is_of_all_tracks_is_known_before_it_is_played(
    modules: Modules, course: str, lacks: str | None, span: dict[str, float] | None
) -> None:
    assert modules(f"{WATCH} {course} return watch.span(argument);", lacks) == span


def test_a_picture_that_stops_is_left_out_until_it_comes_steadily(modules: Modules) -> None:
    assert modules(WATCH + """
        const { WayChoice } = await load('way-choice');
        const choice = new WayChoice([
          { kind: 'whole', lacks: null }, { kind: 'apart', lacks: null },
          { kind: 'picture', lacks: 'audio' }, { kind: 'sound', lacks: 'video' }]);
        const seen = [];
        const look = () => seen.push([choice.isToChange(watch), choice.way.kind]);
        both(0, 5000); look();
        play(2, 5000, 8000); look(); look();
        both(8000, 8500); look();
        both(8500, 9500); look();
        play(2, 9500, 12000); look();
        both(12000, 13500); look();
        both(13500, 14500); look();
        return seen;""", None) == [
            [False, "whole"], [True, "sound"], [False, "sound"], [False, "sound"], [True, "whole"],
            [True, "sound"], [False, "sound"], [True, "whole"]]


def test_a_way_that_fails_is_followed_by_the_next_until_there_is_none(modules: Modules) -> None:
    assert modules(
        """const { WayChoice } = await load('way-choice');
           const choice = new WayChoice([
             { kind: 'whole', lacks: null }, { kind: 'sound', lacks: 'video' }]);
           const seen = [choice.way.kind, choice.lack, choice.fail(), choice.way.kind, choice.lack,
             choice.fail(), choice.way.kind];
           choice.reset();
           return [...seen, choice.way.kind];""", None) == [
        "whole", None, True, "sound", {"kind": "video", "isForNow": False, "isDamaged": False}, False,
        "sound", "whole"]


def test_a_way_that_shows_nothing_takes_turns_with_the_one_that_leaves_nothing_out(
    modules: Modules
) -> None:
    assert modules(
        """const { WayChoice } = await load('way-choice');
           const turns = (...kinds) => {
             const lacks = { sound: 'video', picture: 'audio' };
             const choice = new WayChoice(kinds.map((kind) => (
               { kind, lacks: lacks[kind] ?? null })));
             return [0, 1, 2].map(() => {
               choice.alternate();
               return choice.way.kind;
             });
           };
           return [turns('whole', 'apart', 'picture', 'sound'), turns('whole'),
             turns('plain', 'sound')];""", None) == [
        ["apart", "whole", "apart"], ["whole"] * 3, ["plain"] * 3]


# What is shown


def verdicts(modules: Modules, seconds: int, **sample: str) -> list[str]:
    """The verdict of each second; the members of a sample are expressions of the second, `s`."""
    expected = {
        "isExpected": "true", "isSeen": "true", "positionS": "s", "frames": "25 * s",
        "arrivals": "75 * s", "pictures": "25 * s",
    } | sample
    members = ", ".join(f"{name}: {value}" for name, value in expected.items())
    found: list[str] = modules(
        f"""const {{ Vigil }} = await load('vigil');
            const vigil = new Vigil();
            return Array.from({{ length: argument }},
              (_, s) => vigil.look({{ nowMs: s * 1000, {members} }}));""", seconds)
    return found


@pytest.mark.parametrize(("sample", "verdict"), [
    ({}, "fine"),
    ({"positionS": "4"}, "still"),
    ({"positionS": "4", "frames": "9"}, "still"),
    ({"positionS": "4", "isExpected": "false"}, "fine"),
    # Nothing comes either: that is the network's.
    ({"positionS": "4", "arrivals": "9"}, "fine"),
    ({"frames": "9"}, "no-picture"),
    ({"frames": "9", "pictures": "null"}, "no-picture"),
    # There is none to show.
    ({"frames": "9", "pictures": "9"}, "fine"),
    ({"frames": "9", "isSeen": "false"}, "fine"),
])
def test_what_should_move_and_does_not_is_noticed(
    modules: Modules, sample: dict[str, str], verdict: str
) -> None:
    assert verdicts(modules, 15, **sample)[-1] == verdict


@pytest.mark.parametrize(("position_s", "is_left", "away_s", "spent_from_s"), [
    ("s", "true", "0", None),
    # It plays to its end, or nearly.
    ("Math.min(s, 20)", "true", "0", 26),
    ("Math.min(s, 20)", "s > 25", "0", 32),
    # The viewer has paused it, and then goes on.
    ("Math.min(s, 20)", "s < 22 || s > 40", "0", 47),
    ("Math.floor(s / 5)", "true", "0", None),
    # The phone was in a pocket for a minute.
    ("s < 20 ? s : s - 1", "true", "s < 20 ? 0 : 60", None),
    ("Math.min(s, 20)", "true", "s < 23 ? 0 : 60", 29),
])
def test_what_is_left_of_a_broadcast_is_over_when_it_stands_still(
    modules: Modules, position_s: str, is_left: str, away_s: str, spent_from_s: int | None
) -> None:
    spent = modules(
        f"""const {{ Remainder }} = await load('remainder');
            const remainder = new Remainder();
            return Array.from({{ length: 60 }}, (_, s) => remainder.isSpent(
              {{ nowMs: 1000 * (s + ({away_s})), isLeft: {is_left}, positionS: {position_s} }}));""", None)
    assert (spent.index(True) if True in spent else None) == spent_from_s


def test_media_that_comes_in_large_pieces_is_not_taken_for_a_standstill(modules: Modules) -> None:
    # Five seconds of media come at once, four are waited for.
    assert set(verdicts(
        modules, 60, arrivals="Math.floor(s / 5)", positionS="Math.floor(s / 5)",
        frames="Math.floor(s / 5)")) == {"fine"}


def test_each_try_changes_something_and_waits_longer(modules: Modules) -> None:
    tries = modules(
        """const { Remedy } = await load('remedy');
           const remedy = new Remedy();
           const tries = [];
           for (let nowMs = 0; nowMs < 120_000; nowMs += 1000) {
             const step = remedy.next(nowMs, 'still');
             if (step) tries.push([nowMs / 1000, step]);
           }
           return tries;""", None)
    steps = [step for _, step in tries]
    assert steps[:6] == ["seek", "again", "other-way"] * 2
    times = [at for at, _ in tries]
    waits = [later - earlier for earlier, later in zip(times, times[1:])]
    assert waits == sorted(waits) and waits[-1] > 20


def test_a_trouble_after_a_long_time_without_is_another_one(modules: Modules) -> None:
    assert modules(
        """const { Remedy } = await load('remedy');
           const remedy = new Remedy();
           const first = [0, 1, 2].map((s) => remedy.next(s * 1000, 'no-picture'));
           return [...first, remedy.next(60_000, 'no-picture')];""", None) == [
        "again", "other-way", "again", "again"]


# Words


@pytest.mark.parametrize(("situation", "words"), [
    ({"lack": None, "isBlind": False}, ""),
    ({"lack": None, "isBlind": True}, "No picture now"),
    ({"lack": {"kind": "video", "isForNow": True}}, "No picture now"),
    ({"lack": {"kind": "audio", "isForNow": True}}, "No sound now"),
    ({"lack": {"kind": "audio", "isForNow": False}}, "No sound in this browser. It is AAC."),
    ({"lack": {"kind": "video", "isForNow": False}}, "No picture in this browser. It is HEVC"),
    ({"lack": {"kind": "video", "isForNow": False, "isDamaged": True}}, "The picture cannot be decoded."),
    ({"lack": {"kind": "audio", "isForNow": False, "isDamaged": True}}, "The sound cannot be decoded."),
])
def test_what_is_missing_is_said(modules: Modules, situation: dict[str, Any], words: str) -> None:
    mime_type = 'video/x-matroska; codecs="hvc1.1.6.L60.90,mp4a.40.2"'
    said = modules("return (await load('words')).noteFor(argument);",
                   situation | {"mimeType": mime_type})
    assert said.startswith(words) and bool(said) == bool(words)


@pytest.mark.parametrize(("situation", "words"), [
    ({"state": "connecting", "trouble": None, "isJoinable": False}, "next key frame"),
    ({"state": "reconnecting", "trouble": "network", "isJoinable": False}, "next key frame"),
    ({"state": "reconnecting", "trouble": "still"}, "No picture now"),
    ({"state": "unplayable", "trouble": "codec"}, "H.264 video with AAC sound"),
])
def test_waiting_has_words_for_what_is_waited_for(
    modules: Modules, situation: dict[str, Any], words: str
) -> None:
    said = modules(
        "return (await load('words')).wordsFor(argument, () => true);",
        situation | {"name": "alice", "mimeType": 'video/x-matroska; codecs="avc1.64000D,mp4a.40.2"'})
    assert words in f"{said['title']} {said['text']}"
