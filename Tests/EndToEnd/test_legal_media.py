"""Media of shapes that are legal and that players do not take: everybody gets it in one they do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from weir import shapes
from weir.packets import Packet, probe
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer

BOTH_PROTOCOLS = True

Watch = Callable[..., Viewer]

SECONDS = 8
SHAPES = {
    "as it is": lambda blocks: blocks,
    "sound 70 ms ahead": shapes.sound_ahead(70),
    "sound 190 ms ahead": shapes.sound_ahead(190),
    "sound 90 ms behind": shapes.sound_ahead(-90),
    "sound in Xiph lacing": shapes.laced("xiph"),
    "sound in EBML lacing": shapes.laced("ebml"),
    "a clock that goes back five seconds": shapes.clock_jump(-5_000),
    "a clock that goes ahead an hour": shapes.clock_jump(3_600_000),
    "a clock that goes back, sound a little later":
        shapes.clock_jump(-5_000, sound_later_ms=60),
    "a clock that goes ahead, sound a little earlier":
        shapes.clock_jump(3_600_000, sound_later_ms=-60),
}


def shaped(kind: str) -> bytes:
    head, blocks = shapes.take_apart(record(seconds=SECONDS).data)
    return shapes.put_together(head, SHAPES[kind](blocks))


def publish(server: Server, name: str, body: bytes) -> None:
    assert server.request("POST", f"/{name}/live", body=body).status == 204


def watched(
    server: Server, watch: Watch, name: str, query: str = "?start=-3600", least: int = 5_000
) -> Path:
    viewer = watch(server, name, query).wait_for_bytes(least)
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    return viewer.file


def times(packets: list[Packet]) -> list[int]:
    return [packet.pts_ms or 0 for packet in packets]


@pytest.mark.parametrize("kind", SHAPES)
def test_every_packet_comes_in_order_and_in_time(
    server: Server, watch: Watch, name: str, kind: str
) -> None:
    publish(server, name, shaped(kind))
    shown = probe(watched(server, watch, name))
    sent = probe(record(seconds=SECONDS).path)
    assert not shown.errors
    for media in ("video", "audio"):
        got, expected = shown.of_kind(media), sent.of_kind(media)
        assert [packet.hash for packet in got] == [packet.hash for packet in expected]
        assert [packet.key for packet in got] == [packet.key for packet in expected]
        base = times(got)[0] - times(expected)[0]
        assert all(abs(a - b - base) <= 25 for a, b in zip(times(got), times(expected)))
    # Before the first picture nobody can know that sound is ahead.
    in_order = [t for t in times(shown.packets) if t > 250]
    assert in_order == sorted(in_order)
    state = server.stream(name)
    assert state is None or state["losses"] == 0


def test_a_broadcast_begins_with_sound_when_its_first_key_frame_is_missing(
    server: Server, watch: Watch, name: str
) -> None:
    head, blocks = shapes.take_apart(record(seconds=SECONDS).data)
    video = [b for b in blocks if b.track == shapes.VIDEO]
    missing = video[0]
    publish(server, name, shapes.put_together(head, [b for b in blocks if b is not missing]))
    shown = probe(watched(server, watch, name))
    sent = probe(record(seconds=SECONDS).path)
    second_key = [packet.key for packet in sent.of_kind("video")].index(True, 1)
    for media, expected in (
        ("audio", sent.of_kind("audio")), ("video", sent.of_kind("video")[second_key:])
    ):
        assert [p.hash for p in shown.of_kind(media)] == [p.hash for p in expected]


@pytest.mark.parametrize("video", ["vp9", "vp9-10"])
def test_a_broadcast_begins_whatever_the_size_of_its_first_key_frame(
    video: str, server: Server, publish: Callable[..., Publisher], name: str
) -> None:
    head, blocks = shapes.take_apart(record(video, seconds=SECONDS).data)
    first = next(block for block in blocks if block.track == shapes.VIDEO)
    # More than a client may send before the server has found out what it is.
    large = replace(first, payload=first.payload + bytes(1_500_000))
    body = shapes.put_together(head, [large if each is first else each for each in blocks])
    publish(server, name).feed([body], finish=False)
    server.wait_for_stream(name)
    (picture,) = [t for t in server.stream(name)["tracks"] if t["kind"] == "video"]
    assert picture["codecString"].startswith({"vp9": "vp9", "vp9-10": "vp09.02"}[video])
    assert server.stream(name)["losses"] == 0, "the frame was taken, and not passed over"


def test_a_newcomer_hears_the_live_edge_when_the_picture_has_stopped(
    server: Server, watch: Watch, name: str
) -> None:
    head, blocks = shapes.take_apart(record(seconds=30).data)
    stopped = [b for b in blocks if b.track == shapes.SOUND or b.time_ms < 5_000]
    publish(server, name, shapes.put_together(head, stopped))
    shown = probe(watched(server, watch, name, "", least=300))
    sent = [packet.hash for packet in probe(record(seconds=30).path).of_kind("audio")]
    got = [packet.hash for packet in shown.of_kind("audio")]
    assert not shown.of_kind("video")
    # A cluster of sound is a second long, and a second has fifty packets.
    assert 0 < len(got) <= 60
    assert got == sent[-len(got):]


@pytest.mark.parametrize("kind", ["sound 70 ms ahead", "sound in EBML lacing"])
def test_chunks_cut_anywhere_are_put_in_order_across_their_borders(
    server: Server, watch: Watch, name: str, kind: str
) -> None:
    body = shaped(kind)
    for number, begin in enumerate(range(0, len(body), 20_011)):
        chunk = body[begin:begin + 20_011]
        headers = {"weir-chunk": f"shape/{number}"}
        answer = server.request("POST", f"/{name}/live", body=chunk, headers=headers)
        assert answer.status == 204
    shown = probe(watched(server, watch, name))
    sent = probe(record(seconds=SECONDS).path)
    assert not shown.errors
    for media in ("video", "audio"):
        got = [packet.hash for packet in shown.of_kind(media)]
        expected = [packet.hash for packet in sent.of_kind(media)]
        # What is ahead at the very end waits for the next chunk.
        assert got == expected[:len(got)] and len(expected) - len(got) <= 10
    in_order = [t for t in times(shown.packets) if t > 250]
    assert in_order == sorted(in_order)
