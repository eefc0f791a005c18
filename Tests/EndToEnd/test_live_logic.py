"""What the page that broadcasts decides: its pure modules, run in a real browser's engine."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page_modules import Modules, modules_of
from weir.packets import probe
from weir.recordings import record

modules = modules_of("live")


# Answers


PROBLEM = "application/problem+json"


def problem(slug: str, **members: object) -> str:
    return json.dumps({"type": f"/problems/{slug}", **members})


@pytest.mark.parametrize(("status", "content_type", "text", "verdict"), [
    (204, "", "", "accepted"),
    # Somebody else's answers.
    (0, "", "", "retry"),
    (200, "text/html", "<html>Sign in to this network", "retry"),
    (401, "text/html", "<html>", "retry"),
    (403, "text/html", "<html>", "retry"),
    (404, "application/json", "{}", "retry"),
    (413, "text/html", "<html>", "too-large"),
    (413, "", "", "too-large"),
    (502, "text/html", "<html>", "retry"),
    (504, "", "", "retry"),
    (415, "text/html", problem("not-webm"), "retry"),
    (415, PROBLEM, '{"type": "about:blank"}', "retry"),
    (415, PROBLEM, '{"type": "https://proxy.test/problems/not-webm"}', "retry"),
    (415, PROBLEM, '{"type": 7}', "retry"),
    (415, PROBLEM, "null", "retry"),
    (415, PROBLEM, "<html>", "retry"),
    (415, PROBLEM + "x", problem("not-webm"), "retry"),
    # The server's.
    (415, PROBLEM, problem("not-webm"), "bad-media"),
    (415, PROBLEM + "; charset=utf-8", problem("not-webm"), "bad-media"),
    (401, PROBLEM, problem("session-ended"), "signed-out"),
    (403, PROBLEM, problem("not-the-owner"), "other-account"),
    (409, PROBLEM, problem("already-live"), "already-live"),
    (409, PROBLEM, problem("taken-over"), "taken-over"),
    (409, PROBLEM, problem("stream-ended"), "stream-ended"),
    (413, PROBLEM, problem("body-too-large"), "refused"),
    (429, PROBLEM, problem("too-many-waiting"), "retry"),
    (503, PROBLEM, problem("too-many-streams"), "server-full"),
    (503, PROBLEM, problem("shutting-down"), "retry"),
    (507, PROBLEM, problem("no-space"), "no-space"),
    (409, PROBLEM, problem("chunk-gap"), "retry"),
    (409, PROBLEM, problem("chunk-gap", expectedChunk=5), "retry"),
    (409, PROBLEM, problem("chunk-gap", expectedChunk=0), "session-lost"),
    (412, PROBLEM, problem("missing-initialization"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="silent"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="gone"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="server"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="unknown"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="something new"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="stopped"), "stream-ended"),
    (412, PROBLEM, problem("broadcast-over", reason="taken-over"), "taken-over"),
])
def test_only_what_the_server_says_decides_about_a_broadcast(
    modules: Modules, status: int, content_type: str, text: str, verdict: str
) -> None:
    assert modules(
        """const { readAnswer, verdictOn } = await load('publish-answer');
           const [status, contentType, text] = argument;
           const answer = readAnswer({
             status, contentType, isRedirected: false, retryAfter: '', text: () => text,
           });
           return verdictOn(answer, { isBegun: true, holds: (number) => number === 5 });""",
        [status, content_type, text]) == verdict


def test_an_answer_from_another_address_is_nobodys(modules: Modules) -> None:
    assert modules(
        """const { readAnswer, verdictOn } = await load('publish-answer');
           return [204, 404].map((status) => verdictOn(readAnswer({
             status, contentType: 'application/problem+json', isRedirected: true, retryAfter: '',
             text: () => '{"type": "/problems/not-found"}',
           }), { isBegun: true, holds: () => true }));""") == ["retry", "retry"]


def test_a_beginning_without_its_header_is_not_a_session_that_is_lost(modules: Modules) -> None:
    assert modules(
        """const { NO_ANSWER, verdictOn } = await load('publish-answer');
           const answer = {
             ...NO_ANSWER, status: 412, isOurs: true, slug: 'missing-initialization',
           };
           return verdictOn(answer, { isBegun: false, holds: () => true });"""
    ) == "incomplete-beginning"


@pytest.mark.parametrize(("status", "content_type", "text", "said"), [
    (200, "application/json", '{"state": "live"}', {"state": "live", "endReason": None}),
    (200, "application/json", '{"state": "ended", "endReason": "silent"}',
     {"state": "ended", "endReason": "silent"}),
    (404, PROBLEM, problem("unknown-stream"), {"state": "unknown", "endReason": None}),
    (404, "text/html", "<html>", None),
    (200, "text/html", "<html>", None),
    (200, "application/json", '{"state": "asleep"}', None),
    (200, "application/json", "null", None),
    (502, "text/html", "<html>", None),
])
def test_a_stranger_says_nothing_about_a_stream(
    modules: Modules, status: int, content_type: str, text: str, said: dict[str, Any] | None
) -> None:
    assert modules("return (await load('stream-probe')).readProbe(...argument);",
                   [status, content_type, text]) == said


# Parcels

QUEUE = """
const { ParcelQueue } = await load('parcel-queue');
const { ParcelLimit } = await load('parcel-limit');
const limit = new ParcelLimit();
const queue = new ParcelQueue('session', 'video/webm', false, limit);
let next = 0;
const add = (bytes, durationMs = 250) => {
  const data = Uint8Array.from({ length: bytes }, () => (next++) % 251);
  queue.add({ blob: new Blob([data]), readyAtMs: 1000, durationMs });
};
const sent = [];
const takeAll = async () => {
  for (let parcel = queue.next(); parcel; parcel = queue.next()) {
    sent.push([parcel.number, ...new Uint8Array(await parcel.body.arrayBuffer())]);
    queue.acknowledge(parcel);
  }
};
const isWhole = () => {
  const bytes = sent.flatMap(([, ...data]) => data);
  return bytes.length === next && bytes.every((byte, index) => byte === index % 251);
};
const KIB = 1024;
"""


def test_a_chunk_that_is_too_large_becomes_numbered_parcels(modules: Modules) -> None:
    seen = modules(QUEUE + """
        add(4 * KIB * KIB, 4000);
        const whole = queue.mediaMs;
        const first = queue.next();
        const times = [first.readyAtMs, first.durationMs, queue.mediaMs === whole];
        queue.putBack(first);
        await takeAll();
        return { times, sizes: sent.map((parcel) => parcel.length - 1), isWhole: isWhole(),
          numbers: sent.map(([number]) => number), isEmpty: queue.isEmpty };""")
    assert seen["sizes"] == [512 * 1024] * 8
    assert seen["numbers"] == list(range(8))
    assert seen["times"] == [1000, 500, True]
    assert seen["isWhole"] and seen["isEmpty"]


def test_a_beginning_that_grows_holds_no_more_than_the_limit(modules: Modules) -> None:
    # A browser that was busy hands out one byte, and then all that it recorded since.
    seen = modules(QUEUE + """
        add(1); add(540 * KIB, 2000);
        queue.growBeginning(queue.next());
        await takeAll();
        return { sizes: sent.map((parcel) => parcel.length - 1), isWhole: isWhole(),
          numbers: sent.map(([number]) => number) };""")
    assert seen["sizes"] == [512 * 1024, 28 * 1024 + 1]
    assert seen["numbers"] == [0, 1] and seen["isWhole"]


def test_small_chunks_are_merged_up_to_the_limit(modules: Modules) -> None:
    seen = modules(QUEUE + """
        add(10); await takeAll();
        for (let count = 0; count < 4; count += 1) add(200 * KIB, 10);
        await takeAll();
        return [sent.map((parcel) => parcel.length - 1), isWhole()];""")
    assert seen == [[10, 400 * 1024, 400 * 1024], True]


def test_a_parcel_that_is_refused_for_its_size_is_cut_anew_with_those_behind_it(
    modules: Modules,
) -> None:
    seen = modules(QUEUE + """
        add(10); await takeAll();
        add(1500 * KIB, 1500);
        const [one, two, three] = [queue.next(), queue.next(), queue.next()];
        queue.acknowledge(one);
        sent.push([one.number, ...new Uint8Array(await one.body.arrayBuffer())]);
        const helps = limit.refused(two.body.size);
        queue.cutAnew(two);
        await takeAll();
        return { helps, isWhole: isWhole(), numbers: sent.map(([number]) => number),
          largest: Math.max(...sent.slice(2).map((parcel) => parcel.length - 1)) };""")
    assert seen["helps"] and seen["isWhole"]
    assert seen["numbers"] == list(range(len(seen["numbers"])))
    assert seen["largest"] == 256 * 1024


def test_a_parcel_is_not_cut_anew_when_a_later_one_is_in(modules: Modules) -> None:
    assert modules(QUEUE + """
        add(10); await takeAll();
        add(1000 * KIB, 1000);
        const [one, two] = [queue.next(), queue.next()];
        queue.acknowledge(two);
        queue.cutAnew(one);
        return [queue.isEmpty, queue.next()];""") == [True, None]


def test_a_beginning_that_is_cut_in_its_header_grows_also_when_it_came_late(
    modules: Modules,
) -> None:
    # The first chunk of a browser may hold one byte; on a slow device it takes seconds to come.
    seen = modules(QUEUE + """
        add(1, 4000); add(500, 250); add(500, 250);
        const sizes = [];
        for (let count = 0; count < 3; count += 1) {
          const parcel = queue.next();
          sizes.push(parcel?.body.size ?? null);
          if (parcel) queue.growBeginning(parcel);
        }
        return [sizes, queue.next()];""")
    assert seen == [[1, 501, 1001], None]


@pytest.mark.parametrize(("refused", "limits"), [
    ([512], [256]),
    ([512, 256, 128, 64], [256, 128, 64, 64]),
    ([146], [128]),
    ([70], [64]),
    ([64], [512]),
    ([1], [512]),
])
def test_the_limit_is_halved_down_to_a_floor(
    modules: Modules, refused: list[int], limits: list[int]
) -> None:
    assert modules(
        """const { ParcelLimit } = await load('parcel-limit');
           const limit = new ParcelLimit();
           return argument.map((kib) => {
             const helps = limit.refused(kib * 1024);
             return [limit.bytes / 1024, helps];
           });""", refused) == [[kib, size > 64] for kib, size in zip(limits, refused)]


# What is recorded


def timeline(modules: Modules, data: bytes, piece_bytes: int) -> dict[str, Any]:
    return modules(
        """const { RecordedTimeline } = await load('recorded-timeline');
           const timeline = new RecordedTimeline();
           const bytes = Uint8Array.from(atob(argument[0]), (letter) => letter.charCodeAt(0));
           for (let at = 0; at < bytes.length; at += argument[1]) {
             timeline.feed(bytes.slice(at, at + argument[1]));
           }
           const { isUnderstood, newestMs, videoMs, frames } = timeline;
           return { isUnderstood, newestMs, videoMs, frames };""",
        [base64.b64encode(data).decode(), piece_bytes])


@pytest.mark.parametrize("piece_bytes", [1, 2, 3, 7, 100, 4096, 10_000_000])
def test_the_newest_time_and_the_pictures_are_read_from_bytes_cut_anywhere(
    modules: Modules, piece_bytes: int
) -> None:
    recording = record(seconds=2)
    there = probe(recording.path)
    pictures = there.of_kind("video")
    seen = timeline(modules, recording.data + VOID, piece_bytes)
    assert seen["isUnderstood"]
    assert seen["frames"] == len(pictures)
    assert seen["videoMs"] == max(packet.pts_ms or 0 for packet in pictures)
    # ffprobe takes off what the sound's decoder has to be given first.
    newest_ms = max(packet.pts_ms or 0 for packet in there.packets)
    assert 0 <= seen["newestMs"] - newest_ms < 10


# A dozen bytes that mean nothing: the last element is looked at when its head could be complete.
VOID = b"\xec\x8c" + bytes(12)


@pytest.mark.parametrize(
    "odd", [b"\0" * 40, b"not webm at all, is it", b"\x1a\x45\xdf\xa3\0\0" * 9])
def test_what_is_not_webm_is_not_understood(modules: Modules, odd: bytes) -> None:
    seen = timeline(modules, odd, 10)
    assert not seen["isUnderstood"] and seen["newestMs"] is None


# How the recorder does


@pytest.mark.parametrize(("late_ms", "step_ms", "behind", "rate"), [
    (100, 33, (0, 300), (28, 32)),
    # The first picture came late, and all after it as late: nothing is behind.
    (700, 33, (0, 300), (28, 32)),
    (3000, 33, (1900, 2300), (28, 32)),
    (100, 100, (0, 300), (9, 11)),
])
def test_an_encoder_is_measured_by_the_times_of_what_it_gives(
    modules: Modules, late_ms: int, step_ms: int, behind: tuple[int, int], rate: tuple[int, int]
) -> None:
    seen = modules(
        """const { EncoderMeter } = await load('encoder-meter');
           const [lateMs, stepMs] = argument;
           const meter = new EncoderMeter(1000);
           for (let nowMs = 1250; nowMs < 11000; nowMs += 250) {
             const mediaMs = nowMs - 1000 - lateMs;
             if (mediaMs > 0) meter.add(nowMs, mediaMs, Math.floor(mediaMs / stepMs));
           }
           return [meter.behindMs, meter.framesPerSecond];""", [late_ms, step_ms])
    assert behind[0] <= seen[0] <= behind[1]
    assert rate[0] <= seen[1] <= rate[1]


def test_an_encoder_that_falls_behind_is_seen_to(modules: Modules) -> None:
    seen = modules(
        """const { EncoderMeter } = await load('encoder-meter');
           const meter = new EncoderMeter(0);
           const behind = [];
           for (let nowMs = 250; nowMs < 10000; nowMs += 250) {
             meter.add(nowMs, nowMs * 0.6, 0);
             behind.push(meter.behindMs);
           }
           meter.slept();
           meter.add(3_600_000, 7000, 0);
           return [behind, meter.behindMs];""")
    assert seen[0] == sorted(seen[0]) and seen[0][-1] > 3000
    assert seen[1] == 0, "sleep is held against the device"


def test_only_time_that_was_looked_at_counts_as_standing_still(modules: Modules) -> None:
    assert modules(
        """const { StallWatch } = await load('stall-watch');
           const watch = new StallWatch();
           const looks = [[1, 0], [1, 250], [1, 500], [2, 750], [2, 1000], [2, 3_600_000],
             [2, 3_600_250]];
           return looks.map(([value, nowMs]) => [watch.look(value, nowMs), watch.hasSlept]);"""
    ) == [[0, False], [250, False], [500, False], [0, False], [250, False], [1250, True],
          [1500, False]]


# Repairs

ALL_WELL = {
    "route": "mix", "isMixRunning": True, "hasMicrophone": True, "canBeSilent": True,
    "isPictureFlowing": True, "isStandby": False, "hasOtherCodec": True,
}


@pytest.mark.parametrize(("fault", "facts", "steps"), [
    ("silent", {"isMixRunning": False},
     ["resume", "microphone", "silence", "no-sound", "standby"]),
    ("silent", {}, ["microphone", "silence", "no-sound", "standby"]),
    ("silent", {"hasMicrophone": False}, ["silence", "no-sound", "standby"]),
    ("silent", {"hasMicrophone": False, "canBeSilent": False}, ["no-sound", "standby"]),
    ("silent", {"route": "none"}, ["standby"]),
    ("silent", {"route": "none", "isStandby": True}, []),
    ("silent", {"isPictureFlowing": False}, ["standby", "microphone", "silence", "no-sound"]),
    ("failed", {"route": "none"}, ["again", "codec", "standby"]),
    ("failed", {"route": "none", "hasOtherCodec": False}, ["again", "standby"]),
    ("bad-media", {}, ["again", "codec"]),
    ("bad-media", {"hasOtherCodec": False}, ["again"]),
])
def test_each_repair_changes_something_and_gives_up_sound_before_the_picture(
    modules: Modules, fault: str, facts: dict[str, Any], steps: list[str]
) -> None:
    assert modules(
        """const { RepairLadder } = await load('repair-ladder');
           const [fault, given] = argument;
           const facts = { ...given };
           const ladder = new RepairLadder();
           const steps = [];
           const next = () => ladder.next(fault, facts, 0);
           for (let step = next(); step; step = next()) {
             steps.push(step);
             if (step === 'microphone' || step === 'silence') facts.route = step;
             if (step === 'no-sound') facts.route = 'none';
             if (step === 'standby') facts.isStandby = true;
           }
           return steps;""", [fault, {**ALL_WELL, **facts}]) == steps


def test_after_a_calm_minute_everything_may_be_tried_again(modules: Modules) -> None:
    assert modules(
        """const { RepairLadder } = await load('repair-ladder');
           const ladder = new RepairLadder();
           const facts = { hasOtherCodec: false };
           return [0, 59_000, 61_000, 119_000, 130_000].map(
             (nowMs) => ladder.next('bad-media', facts, nowMs));"""
    ) == ["again", None, "again", None, "again"]


@pytest.mark.parametrize(("wished", "facts", "route"), [
    ("mix", {}, "mix"),
    ("mix", {"isMixRunning": False}, "microphone"),
    ("mix", {"isMixRunning": False, "hasMicrophone": False}, "silence"),
    ("mix", {"isMixRunning": False, "hasMicrophone": False, "canBeSilent": False}, "none"),
    ("microphone", {}, "microphone"),
    ("silence", {"canBeSilent": False}, "none"),
    ("none", {}, "none"),
])
def test_sound_comes_from_where_it_can(
    modules: Modules, wished: str, facts: dict[str, Any], route: str
) -> None:
    assert modules("return (await load('repair-ladder')).bestRoute(...argument);",
                   [wished, {**ALL_WELL, **facts}]) == route


# Health

WELL = {
    "upload": {"lagMs": 100, "waitingMediaMs": 0, "bitrateBps": 2_500_000, "failure": None,
               "isOnline": True, "lowerBps": 1_200_000},
    "stillMs": 0,
    "encoder": {"behindMs": 100, "framesPerSecond": 30, "sourceFramesPerSecond": 30},
    "plan": {"id": "vp8", "size": {"id": "720p", "width": 1280, "height": 720}},
    "hasLighterCodec": False, "soundRoute": "mix", "isSoundHeld": False, "heldBackMs": 0,
}
STRANGER = {"sinceMs": -9000, "answer": {"status": 502, "isOurs": False}}


@pytest.mark.parametrize(("figures", "level", "words"), [
    ({}, "good", "Upload keeps up"),
    ({"encoder": {"behindMs": 2500, "framesPerSecond": 11, "sourceFramesPerSecond": 30}},
     "bad", "too slow for 720p"),
    ({"encoder": {"behindMs": 0, "framesPerSecond": 11, "sourceFramesPerSecond": 30}},
     "bad", "It makes 11 pictures a second"),
    ({"encoder": {"behindMs": 2500, "framesPerSecond": 1, "sourceFramesPerSecond": 30}},
     "bad", "It is 2.5 s late, with 1 picture a second"),
    ({"encoder": {"behindMs": 2500, "framesPerSecond": 1, "sourceFramesPerSecond": 30},
      "heldBackMs": 4200}, "bad", "time goes. What costs less helps:"),
    # A camera in the dark gives few pictures, and all of them arrive.
    ({"encoder": {"behindMs": 0, "framesPerSecond": 8, "sourceFramesPerSecond": 8}},
     "good", "Upload keeps up"),
    ({"encoder": {"behindMs": 0, "framesPerSecond": 8, "sourceFramesPerSecond": None}},
     "good", "Upload keeps up"),
    ({"upload": {**WELL["upload"], "lagMs": 6000}}, "bad", "Upload is too slow"),
    ({"stillMs": 3000}, "bad", "Nothing is recorded"),
    ({"upload": {**WELL["upload"], "failure": STRANGER}}, "offline", "does not reach the server"),
    ({"soundRoute": "silence", "isSoundHeld": True}, "behind", "Viewers hear nothing"),
    ({"soundRoute": "microphone", "isSoundHeld": True}, "good", "straight from the microphone"),
    ({"soundRoute": "microphone"}, "good", "tried again by itself"),
    ({"heldBackMs": 4200}, "good", "held it back for 4.2 s"),
])
def test_health_names_what_is_wrong(
    modules: Modules, figures: dict[str, Any], level: str, words: str
) -> None:
    seen = modules(
        """const { AirHealth } = await load('air-health');
           const health = new AirHealth();
           let seen;
           for (let nowMs = 0; nowMs < 8000; nowMs += 250) seen = health.judge(argument, nowMs);
           return seen;""", {**WELL, **figures})
    assert seen["level"] == level
    assert words in f"{seen['title']}: {seen['advice']}"


@pytest.mark.parametrize(("has_lighter_codec", "size", "frames_per_second", "step"), [
    # Late, but complete, or nobody knows.
    (True, "720p", 30, "lighter"), (False, "720p", 30, "480p"), (False, "360p", 30, None),
    (True, "720p", None, "lighter"), (False, "720p", None, "480p"), (True, "360p", 30, "lighter"),
    # As much as is missing, and not one step after the other.
    (True, "1080p", 18, "lighter"), (True, "1080p", 9, "lighter 720p"),
    (True, "1080p", 4, "lighter 480p"), (False, "1080p", 13, "720p"),
    (False, "1080p", 6, "480p"), (False, "1080p", 1, "360p"), (True, "1080p", 0, "lighter 360p"),
    (False, "360p", 2, None),
])
def test_a_device_that_is_too_slow_is_offered_what_costs_less(
    modules: Modules, has_lighter_codec: bool, size: str, frames_per_second: int | None,
    step: str | None,
) -> None:
    assert modules(
        """const { easierStep } = await load('encoder-health');
           const { sizeOf } = await load('quality');
           const [hasLighterCodec, size, framesPerSecond] = argument;
           const encoder = { behindMs: 2000, framesPerSecond, sourceFramesPerSecond: 30 };
           const step = easierStep({ hasLighterCodec, size: sizeOf(size), encoder });
           return step && [step.hasLighterCodec && 'lighter', step.size?.id]
             .filter(Boolean).join(' ');""", [has_lighter_codec, size, frames_per_second]) == step


def test_a_codec_that_was_too_slow_is_not_chosen_for_a_month(modules: Modules) -> None:
    assert modules(
        """const { chooseCodec } = await load('codec-choice');
           const { isKnownSlow, withSlow } = await load('slow-codecs');
           const { sizeOf } = await load('quality');
           const dayMs = 24 * 3_600_000;
           const slow = withSlow(withSlow({}, 'vp9', sizeOf('720p'), 0), 'vp9', sizeOf('1080p'), 0);
           const choose = async (id, choice, nowMs) => (await chooseCodec(
             { choice, video: { ...sizeOf(id), frameRate: 30 } }, () => true,
             async () => ({ supported: true, smooth: true }),
             (codec) => isKnownSlow(slow, codec, sizeOf(id), nowMs))).codec.id;
           return [await choose('720p', 'auto', dayMs), await choose('1080p', 'auto', dayMs),
             await choose('480p', 'auto', dayMs), await choose('720p', 'vp9', dayMs),
             await choose('720p', 'auto', 31 * dayMs)];"""
    ) == ["vp8", "vp8", "vp9", "vp9", "vp9"]


# Advice

_CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "


@pytest.mark.parametrize(("user_agent", "own"), [
    (_CHROME + "Safari/537.36", "Chrome"),
    (_CHROME + "Safari/537.36 Edg/126.0.0.0", "Edge"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari"),
    ("Something/1.0", "Something"),
])
def test_the_browser_that_one_is_in_is_not_recommended(
    modules: Modules, user_agent: str, own: str
) -> None:
    words = modules("return (await load('other-browsers')).whatRecords(argument);", user_agent)
    assert own not in words
    assert sum(name in words for name in ("Chrome", "Edge", "Firefox")) >= 2

@pytest.mark.parametrize(("stream", "words"), [
    ({"codecs": ["vp8", "opus"],
      "hlsFault": "The picture is VP8, which HLS and DASH cannot carry. H.264 would play."},
     "iPhones and iPads cannot watch. The picture is VP8, which HLS and DASH cannot carry."),
    ({"codecs": ["vp9", "opus"]}, "Many iPhones and iPads cannot"),
    ({"codecs": ["h264", "opus"]}, "iPhones and iPads too. Older ones have no sound there (Opus)."),
    ({"codecs": ["h264", "aac"]}, "Computers and phones can watch, iPhones and iPads too."),
    ({"codecs": ["h264"]}, "iPhones and iPads too."),
    ({"codecs": ["opus"]}, ""),
])
def test_the_broadcaster_is_told_who_can_watch(
    modules: Modules, stream: dict[str, Any], words: str
) -> None:
    tracks = [{"kind": "audio" if codec in ("opus", "aac") else "video", "codec": codec}
              for codec in stream["codecs"]]
    said = modules("return (await load('audience-words')).wordsForStream(argument);",
                   {"tracks": tracks, "hlsFault": stream.get("hlsFault")})
    assert words in said and bool(said) == bool(words)
    if not stream.get("hlsFault"):
        before = modules("return (await load('audience-words')).wordsForCodec(...argument);",
                         [stream["codecs"][0], "opus" in stream["codecs"]])
        assert before == said


@pytest.mark.parametrize(("records", "choice", "codec"), [
    (["vp8", "vp9", "avc1"], "auto", "vp8"),
    (["vp8", "vp9", "avc1"], "h264", "h264"),
    # Nothing is asked for, and nothing is smooth: still not the one that is later for everybody.
    (["avc1", "av1"], "auto", "av1"),
    (["avc1"], "auto", "h264"),
    (["vp8"], "h264", "vp8"),
])
def test_h264_is_recorded_only_when_somebody_asks_for_it(
    modules: Modules, records: list[str], choice: str, codec: str
) -> None:
    assert modules(
        """const { chooseCodec, mimeTypeOf } = await load('codec-choice');
           const records = (type) => argument.records.some((name) => type.includes(name));
           const { codec } = await chooseCodec(
             { choice: argument.choice, video: {} }, records, async () => ({ smooth: false }));
           return codec.id;""", {"records": records, "choice": choice}) == codec
