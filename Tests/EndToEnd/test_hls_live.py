"""Live HLS, judged rule by rule, of broadcasts by many makers at once.

Each is followed for some segments, over the edge of its list, and then to its end. The rings are small, so
that lists lose segments meanwhile. For minutes instead of seconds: `python -m weir.walks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import m3u8
import pytest

from weir.checker.finding import Finding
from weir.server import Server
from weir.sources import SOURCES
from weir.waiting import PATIENCE_S
from weir.walks import Walk, walk_all

pytestmark = pytest.mark.slow

_SECONDS = 40
#: How much is followed: more than the skip boundary.
_FOLLOWED_S = 22
#: What is known to be wrong: the rule, and a word of the place or the finding. A mend empties its row.
NOT_YET: tuple[tuple[str, str], ...] = (
    # Of open GOPs: pictures that are shown before the key frame they follow.
    ("L11", "hevc"), ("X7", "hevc"),
    # A deviation: nobody can promise key frames for the encoder.
    ("V5", "stands neither here"),
)


def _not_awaited(walk: Walk) -> list[Finding]:
    return [
        finding for finding in walk.follower.findings.all
        if not any(
            finding.rule == rule and word in f"{finding.place} {finding.what}" for rule, word in NOT_YET)]


@pytest.fixture(scope="module")
def walks(
    tmp_path_factory: pytest.TempPathFactory,
    lasting_server: Callable[..., AbstractContextManager[Server]],
) -> Iterator[dict[str, Walk]]:
    """All of them at the same time."""
    with lasting_server("live-lists", "--ring-size", "2M") as server:
        yield walk_all(
            server, [source for source in SOURCES if source.is_available],
            tmp_path_factory.mktemp("walks"), lambda follower: follower.seconds >= _FOLLOWED_S,
            seconds=_SECONDS, timeout_s=4 * PATIENCE_S)


@pytest.fixture(params=[source.name for source in SOURCES])
def walk(request: pytest.FixtureRequest, walks: dict[str, Walk]) -> Walk:
    if request.param not in walks:
        pytest.skip(f"what makes {request.param} is not installed")
    walked = walks[request.param]
    if walked.failure is not None:
        raise walked.failure
    return walked


def test_a_live_stream_keeps_every_rule(walk: Walk) -> None:
    findings = _not_awaited(walk)
    assert not findings, "\n".join(f"{each}\n{each.text[-3000:]}" for each in findings[:8])


def test_everything_was_looked_at(walk: Walk) -> None:
    """A judge who saw nothing has nothing to say."""
    looks = walk.follower.findings.looks
    wanted = {"lists", "changes", "inits", "segments", "borders", "media", "answers", "variants"}
    low_latency = any(each.now and each.now.part_target_us for each in walk.follower.followed.values())
    if low_latency:
        wanted |= {"parts", "segments in parts", "hints", "awaited", "deltas"}
    if walk.source.video not in (None, "vp8"):
        wanted |= {"pairs", "key frames", "manifests", "changes of manifests", "lines of manifests"}
        if low_latency:
            wanted |= {"reports"}
    assert not wanted - set(looks), looks


def test_another_reader_of_playlists_sees_the_same(walk: Walk) -> None:
    """PyPI's m3u8 parses each version of each list."""
    root = walk.follower.multivariant
    assert root is not None
    parsed = m3u8.loads(root.text)
    assert parsed.is_variant and len(parsed.playlists) == len(root.variants)
    assert len(parsed.iframe_playlists) == len(root.key_frames)
    for each in walk.follower.followed.values():
        last = each.now
        assert last is not None and each.texts
        for text in each.texts:
            parsed = m3u8.loads(text)
            assert parsed.segments and not parsed.is_variant
            assert parsed.target_duration == last.target_s
        assert parsed.is_endlist and parsed.media_sequence == last.first
        named = [s for s in parsed.segments if s.uri]
        assert [s.uri for s in named] == [s.uri for s in last.segments]
        assert [round(s.duration * 1e6) for s in named] == [s.duration_us for s in last.segments]
        assert [len(s.parts) for s in named] == [len(s.parts) for s in last.segments]
        assert [s.discontinuity for s in named] == [s.discontinuity for s in last.segments]


def test_some_lists_lost_segments_and_some_skipped(walks: dict[str, Walk]) -> None:
    """The rules about what leaves a list were really tried."""
    looks = [walk.follower.findings.looks for walk in walks.values()]
    for what in ("removed (L8)", "removed (T7)", "deltas that skip"):
        assert any(each.get(what) for each in looks), what
