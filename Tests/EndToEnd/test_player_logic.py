"""What the player decides, on a made-up clock: its pure modules, run in a real browser's engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import browser
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page_modules import modules_of
from weir.packets import packets, probe
from weir.recordings import record

modules = modules_of("watch")

_TRIAL = Path(browser.__file__).parent / "probes" / "live-edge-trial.js"

Trial = Callable[..., dict[str, Any]]


@pytest.fixture
def trial(modules: Callable[[str, Any], Any]) -> Trial:
    """Play a made-up broadcast; see live-edge-trial.js."""
    script = (
        "const { EdgeClock } = await load('edge-clock'); "
        "const { LiveEdge } = await load('live-edge');"
        f"{_TRIAL.read_text()} return tryLiveEdge(argument);"
    )
    return lambda **broadcast: modules(script, broadcast)


def late(seen: dict[str, Any], figure: str) -> float:
    """The greatest of the last third, when what could be learnt has been learnt."""
    values = seen[figure]
    return max(values[len(values) * 2 // 3:])


@pytest.mark.parametrize(("chunk_ms", "behind_s"), [(100, 0.4), (120, 0.4), (250, 0.5), (300, 0.65)])
def test_short_chunks_play_close_to_the_edge_and_without_a_stall(
    trial: Trial, chunk_ms: int, behind_s: float
) -> None:
    seen = trial(seconds=60, chunkMs=chunk_ms, jitterMs=20)
    assert seen["stalls"] == [] and seen["jumps"] == []
    assert late(seen, "behindS") < behind_s
    assert len(seen["rates"]) < 10, "the speed flutters"


def test_chunks_of_two_seconds_are_learnt_from_their_arrivals(trial: Trial) -> None:
    seen = trial(seconds=120, chunkMs=2_000, jitterMs=50)
    assert len(seen["stalls"]) <= 4
    assert max(seen["stalls"]) < 30, "it stalls for ever"
    assert 2 < late(seen, "targetS") < 4
    assert late(seen, "behindS") < 3.5


@pytest.mark.parametrize("piece_s", [2, 6, 10])
def test_whole_segments_that_are_announced_play_without_a_stall(trial: Trial, piece_s: int) -> None:
    # As when lists have no parts: each comes when somebody asks for the list again.
    seen = trial(seconds=200, chunkMs=piece_s * 1000, jitterMs=600, pieceS=piece_s)
    # The trial begins with a second in hand.
    assert not [at for at in seen["stalls"] if at > 3 * piece_s], seen["stalls"]
    assert not [at for at in seen["jumps"] if at > 3 * piece_s], seen["jumps"]
    assert late(seen, "behindS") < 2 * piece_s + 2


def test_an_uneven_network_costs_distance_and_not_smoothness(trial: Trial) -> None:
    seen = trial(seconds=120, chunkMs=250, jitterMs=600)
    assert not [at for at in seen["stalls"] if at > 60]
    assert late(seen, "behindS") < 1.8


def test_a_browser_that_stands_still_with_media_in_hand_is_given_more(trial: Trial) -> None:
    seen = trial(seconds=60, chunkMs=250, jitterMs=10, reserveS=0.2)
    assert len(seen["stalls"]) <= 4
    assert not [at for at in seen["stalls"] if at > 40]


def test_one_stall_with_media_in_hand_is_an_accident_and_costs_no_distance(
    modules: Callable[[str, Any], Any]
) -> None:
    targets = modules(
        """const { LiveEdge } = await load('live-edge');
        const targets = [];
        return [[], [20], [20, 30], [20, 400]].map((stallsAtS) => {
          const edge = new LiveEdge();
          edge.noteArrival(0);
          for (let atS = 0; atS < 420; atS += 1) {
            const nowMs = 1000 * atS;
            if (stallsAtS.includes(atS)) edge.noteStall({ nowMs, behindS: 0.3, aheadS: 0.23 });
            edge.decide({
              nowMs, behindS: 0.3, aheadS: 0.3, positionS: atS, neededS: 0.15, seekS: 0.1 });
            if (atS === 60) targets.push(edge.targetS);
          }
          return [targets.pop(), edge.targetS];
        });
        """, None)
    never, once, twice, seldom = targets
    assert never == once == pytest.approx([0.3, 0.3])
    assert twice[0] == pytest.approx(0.43) and twice[1] == pytest.approx(0.3)
    assert seldom[1] == pytest.approx(0.3)


@pytest.mark.parametrize("origin_s", [0, 60])
def test_who_begins_far_back_is_told_so_whatever_the_element_counts_from(
    modules: Callable[[str, Any], Any], origin_s: int
) -> None:
    behind_s = modules(
        """const { Follower } = await load('follower');
        const video = Object.assign(new EventTarget(), {
          buffered: { length: 1, start: () => argument, end: () => argument + 40 },
          currentTime: argument, playbackRate: 1, paused: true, seeking: false, readyState: 4 });
        const follower = new Follower(video, { onBegin() {}, onDry() {} });
        follower.setFollowing(false);
        follower.take({ originS: argument, canSeek: true, isAtEdge: () => false }, 120, false);
        follower.noteMedia();
        return follower.behindS;
        """, origin_s)
    # Not less; more by what the clock went on meanwhile.
    assert behind_s >= 120 and behind_s - 120 < 30


def test_after_an_interruption_it_jumps_to_the_edge_at_once(trial: Trial) -> None:
    seen = trial(seconds=60, chunkMs=250, silentFromS=20, silentUntilS=28)
    assert len(seen["stalls"]) == 1
    assert len(seen["jumps"]) == 1 and 27.9 < seen["jumps"][0] < 28.9
    assert late(seen, "behindS") < 0.8
    assert late(seen, "targetS") < 0.8, "one accident is held against the network for ever"


def test_one_delay_is_made_up_for_soon(trial: Trial) -> None:
    seen = trial(seconds=60, chunkMs=250, silentFromS=20, silentUntilS=22)
    assert len(seen["stalls"]) == 1 and seen["jumps"] == []
    assert late(seen, "behindS") < 0.8


def test_it_does_not_jump_again_and_again_where_jumping_takes_long(trial: Trial) -> None:
    seen = trial(seconds=90, chunkMs=250, silentFromS=20, silentUntilS=30, seekS=4)
    assert len(seen["jumps"]) == 1
    assert late(seen, "behindS") < 3


def test_it_never_plays_faster_than_a_voice_can_bear_nor_slower(trial: Trial) -> None:
    seen = trial(seconds=120, chunkMs=250, jitterMs=600, silentFromS=20, silentUntilS=22)
    assert all(0.9 <= rate <= 1.25 for rate in seen["rates"])


@pytest.mark.parametrize(("facts", "state"), [
    ({}, "connecting"),
    ({"isRefused": True}, "offline"),
    ({"isRefused": True, "broadcast": "ended"}, "ended"),
    ({"isRefused": True, "hasPlayed": True}, "ended"),
    ({"hasMedia": True}, "connecting"),
    ({"hasMedia": True, "hasPlayed": True}, "playing"),
    ({"hasMedia": True, "hasPlayed": True, "isDry": True}, "playing"),
    ({"hasMedia": True, "hasPlayed": True, "isDry": True, "broadcast": "paused"}, "interrupted"),
    ({"hasMedia": True, "hasPlayed": True, "isDry": True, "broadcast": "ended"}, "ended"),
    ({"hasMedia": True, "hasPlayed": True, "broadcast": "ended"}, "playing"),
    ({"hasMedia": True, "hasPlayed": True, "isRewound": True}, "rewound"),
    ({"hasMedia": True, "hasPlayed": True, "isPaused": True}, "paused-by-viewer"),
    ({"hasMedia": True, "hasPlayed": True, "isStuck": True}, "reconnecting"),
    ({"hasMedia": True, "isStuck": True}, "connecting"),
    ({"hasMedia": True, "hasPlayed": True, "isStuck": True, "isPaused": True}, "paused-by-viewer"),
    ({"hasPlayed": True}, "reconnecting"),
    ({"hasObstacle": True, "hasPlayed": True}, "unplayable"),
])
def test_the_state_follows_from_the_facts(
    modules: Callable[[str, Any], Any], facts: dict[str, Any], state: str
) -> None:
    assert modules(
        """const { FIRST_FACTS, stateOf } = await load('player-state');
           return stateOf({ ...FIRST_FACTS, ...argument });""", facts) == state


@pytest.mark.parametrize(("mime_type", "words"), [
    ('video/webm; codecs="vp9,opus"', "VP9 video with Opus sound"),
    ('video/webm; codecs="av01.0.04M.08"', "AV1 video"),
    ('audio/webm; codecs="opus"', "Opus sound"),
    ('video/x-matroska; codecs="hvc1.1.6.L93.B0,mp4a.40.2"', "HEVC (H.265) video with AAC sound"),
    ("video/webm", "a format without a name"),
])
def test_a_type_is_said_in_words(
    modules: Callable[[str, Any], Any], mime_type: str, words: str
) -> None:
    assert modules(
        "return (await load('codecs')).describeType(argument);", mime_type) == words


def with_block_durations(modules: Callable[[str, Any], Any], data: bytes) -> bytes:
    """What the player makes of the beginning of a stream."""
    return bytes(modules(
        "const { withBlockDurations } = await load('block-durations');"
        "return [...withBlockDurations(Uint8Array.from(argument))];", list(data)))


def test_tracks_that_do_not_say_how_long_blocks_last_say_it_then(
    modules: Callable[[str, Any], Any], tmp_path: Path
) -> None:
    # ffmpeg says it of the pictures, not of the sound.
    recording = record()
    patched = tmp_path / "patched.webm"
    patched.write_bytes(with_block_durations(modules, recording.data))
    seen = probe(patched)
    assert not seen.errors
    said = patched.read_bytes()
    assert recording.data.count(DEFAULT_DURATION) == 1 and said.count(DEFAULT_DURATION) == 2
    opus_packet_ns = (20_000_000).to_bytes(4, "big")
    assert DEFAULT_DURATION + b"\x10\0\0\x04" + opus_packet_ns in said
    assert seen.packets and [p.hash for p in seen.packets] == [
        p.hash for p in packets(recording.path)]

    again = with_block_durations(modules, patched.read_bytes())
    assert again == patched.read_bytes(), "what is said already was said again"


def test_a_beginning_that_is_not_understood_stays_as_it_is(
    modules: Callable[[str, Any], Any]
) -> None:
    data = record().data
    for odd in (b"", b"\0" * 40, data[:100], data[:600], data[40:], bytes(range(256)) * 4):
        assert with_block_durations(modules, odd) == odd


# The identifier of that element (RFC 9559, section 5.1.4.1.13).
DEFAULT_DURATION = b"\x23\xe3\x83"
