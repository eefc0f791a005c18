"""ffmpeg publishes each codec through curl; three viewers join at different times.

All broadcasts run at once, because each takes as long as it lasts; the tests then judge one each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

import pytest

from weir.certificate import Certificate
from weir.comparison import assert_decodes, assert_tail
from weir.gated_publisher import GatedPublisher
from weir.recordings import Recording, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until


VARIANTS: dict[str, tuple[str | None, str | None]] = {
    "vp8": ("vp8", "opus"),
    "vp9": ("vp9", "opus"),
    "av1": ("av1", "opus"),
    "h264": ("h264", "opus"),
    "hevc": ("hevc", "opus"),
    "vp9-10-bit": ("vp9-10", "opus"),
    "av1-10-bit": ("av1-10", "opus"),
    "hevc-10-bit": ("hevc-10", "opus"),
    "audio-only": (None, "opus"),
    "video-only": ("vp8", None),
}
# What a browser is asked about: profile, level and depth as the encoder chose them, not as is usual.
CODEC_STRINGS = {
    "vp8": r"vp8", "vp9": r"vp9", "av1": r"av01\.0\.\d\dM\.08", "h264": r"avc1\.64[0-9A-F]{4}",
    "hevc": r"hvc1\.1\.6\.L\d+\.[0-9A-F.]+", "vp9-10-bit": r"vp09\.02\.10\.10",
    "av1-10-bit": r"av01\.0\.\d\dM\.10", "hevc-10-bit": r"hvc1\.2\.4\.L\d+\.[0-9A-F.]+",
}
_SECONDS = 8
# What is between two viewers who join, and after the last one, are so many parts of the recording.
_JOINS = 4
# The last part begins with so many steps, a sixteenth of it each.
_STEPS = 11


@dataclass
class Broadcast:
    """One variant's broadcast, and what came of it."""

    name: str
    recording: Recording
    publisher: GatedPublisher
    viewers: list[Viewer]
    bitrate_bps: int = 0
    shown: dict | None = None
    status: int = 0


@pytest.fixture(scope="module")
def broadcasts(
    certificate: Certificate, lasting_server: Callable[..., AbstractContextManager[Server]]
) -> Iterator[dict[str, Broadcast]]:
    recordings = {key: record(*tracks, seconds=_SECONDS) for key, tracks in VARIANTS.items()}
    with lasting_server("codecs") as server, ExitStack() as cleanup:
        folder, running = server.folder, {}
        for key, recording in recordings.items():
            url = server.url(f"/{key}/live")
            publisher = GatedPublisher(recording, url, certificate.certificate, folder)
            running[key] = cleanup.enter_context(publisher)
        made = {
            key: Broadcast(key, recordings[key], publisher, [])
            for key, publisher in running.items()
        }
        for join in range(_JOINS - 1):
            for cast in made.values():
                _let_through(server, cast, (join + 1) / _JOINS)
                file = folder / f"{cast.name}-{join}{cast.recording.path.suffix}"
                viewer = Viewer(server.url(f"/{cast.name}/live"), certificate.certificate, file)
                cast.viewers.append(cleanup.enter_context(viewer))
            # They join now, not when their processes come to it, which might be in another order.
            for cast in made.values():
                cast.viewers[join].wait_for_status(200)
        _let_through_until_bitrates_are_told(server, list(made.values()))
        for cast in made.values():
            cast.status = cast.publisher.finish()
            cast.shown = server.stream(cast.name)
            server.request("DELETE", f"/{cast.name}/live")
            for viewer in cast.viewers:
                viewer.wait_for_end()
        yield made


def _let_through(server: Server, cast: Broadcast, part: float) -> None:
    """This part of the recording, until whoever watches has most of what is new in it."""
    had = [viewer.size for viewer in cast.viewers]
    cast.publisher.let_through(part)
    wait_until(lambda: server.stream(cast.name), f"{cast.name} to be there", every_s=0.1)
    for viewer, size in zip(cast.viewers, had):
        viewer.wait_for_bytes(size + cast.recording.path.stat().st_size * 6 // 10 // _JOINS)


def _let_through_until_bitrates_are_told(server: Server, casts: list[Broadcast]) -> None:
    """Send some of the last part, bit by bit. The server tells a bit rate when media have come for a second,
    and not when they came all at once, as after a moment in which the machine stood still."""
    steps = iter(range(1, _STEPS + 1))

    def all_are_told() -> bool:
        step = next(steps, None)
        for cast in casts:
            if step is not None and not cast.bitrate_bps:
                cast.publisher.let_through((_JOINS - 1 + step / 16) / _JOINS)
                cast.bitrate_bps = (server.stream(cast.name) or {}).get("bitrateBps", 0)
        return step is None or all(cast.bitrate_bps for cast in casts)

    wait_until(all_are_told, "bitrates to be told", every_s=0.4)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_viewer_gets_every_packet_from_a_keyframe_to_the_end(
    broadcasts: dict[str, Broadcast], variant: str
) -> None:
    cast = broadcasts[variant]
    assert cast.status == 204
    for viewer in cast.viewers:
        assert viewer.status == 200
        assert_tail(viewer.file, cast.publisher.sent)
        assert_decodes(viewer.file)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_viewer_who_joins_late_starts_near_the_live_edge(
    broadcasts: dict[str, Broadcast], variant: str
) -> None:
    cast = broadcasts[variant]
    missed = [assert_tail(viewer.file, cast.publisher.sent) for viewer in cast.viewers]
    assert missed == sorted(missed), "later viewers must miss more"
    assert missed[2] > missed[0], "the last viewer was sent what was over before it came"


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_response_declares_what_it_is(
    broadcasts: dict[str, Broadcast], variant: str
) -> None:
    cast = broadcasts[variant]
    headers = cast.viewers[0].headers
    assert headers["content-type"].startswith(f"{cast.recording.content_type}; codecs=")
    assert cast.shown is not None and headers["content-type"] == cast.shown["mimeType"]
    codecs = ",".join(track["codecString"] for track in cast.shown["tracks"])
    assert headers["content-type"].endswith(f'; codecs="{codecs}"')
    assert headers["cache-control"] == "no-store, no-transform"


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_api_names_codecs_and_dimensions(
    broadcasts: dict[str, Broadcast], variant: str
) -> None:
    video, audio = VARIANTS[variant]
    shown = broadcasts[variant].shown
    assert shown is not None
    tracks = {track["kind"]: track for track in shown["tracks"]}
    assert set(tracks) == {kind for kind, codec in (("video", video), ("audio", audio)) if codec}
    if video:
        assert tracks["video"]["codec"] == video.removesuffix("-10")
        assert (tracks["video"]["width"], tracks["video"]["height"]) == (160, 120)
        assert shown["keyframeIntervalMs"] == pytest.approx(1000, abs=60)
    if audio:
        assert tracks["audio"]["codec"] == "opus"
        assert (tracks["audio"]["channels"], tracks["audio"]["sampleRateHz"]) == (2, 48000)
    assert broadcasts[variant].bitrate_bps > 0


@pytest.mark.parametrize("variant", CODEC_STRINGS)
def test_the_codec_string_is_that_of_the_bitstream(
    broadcasts: dict[str, Broadcast], variant: str
) -> None:
    shown = broadcasts[variant].shown
    assert shown is not None
    told = [track["codecString"] for track in shown["tracks"] if track["kind"] == "video"]
    assert len(told) == 1 and re.fullmatch(CODEC_STRINGS[variant], told[0]), told
