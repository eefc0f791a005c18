"""Live HLS of sources that are odd: playlists keep the rules whatever comes in.

What of that is not yet so stands beside each: the rules that are known to be broken. docs/hls-rules.md says
what happens to viewers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from weir.odd_sources import ODDITIES, Feed
from weir.publisher import packet_marks
from weir.server import Server
from weir.waiting import PATIENCE_S
from weir.walks import Walk

pytestmark = pytest.mark.slow

#: Rules that are known to be broken, for each source. A mend empties its row.
NOT_YET: dict[str, frozenset[str]] = {
    "sound-comes-late": frozenset({"L11", "L13", "X7"}),
    # Its list begins with sound of a later time, so it is shorter by that.
    "sound-is-ahead": frozenset({"L2"}),
}
#: The same for all. V5 is a deviation: nobody can promise key frames for the encoder.
EVERYWHERE = frozenset({"V5"})
_TIMEOUT_S = 90 + 2 * PATIENCE_S


@pytest.fixture(scope="module")
def walks(
    tmp_path_factory: pytest.TempPathFactory,
    lasting_server: Callable[..., AbstractContextManager[Server]],
) -> Iterator[dict[str, Walk]]:
    """All of them at the same time."""
    folder = tmp_path_factory.mktemp("odd")
    for odd in ODDITIES.values():
        packet_marks(odd.source.recording(34).path)
    with lasting_server("odd-lists") as server:
        found = {}
        for name, odd in ODDITIES.items():
            feed = Feed(odd, server, server.certificate, folder)
            found[name] = Walk(
                server, odd.source, feed, lambda _, feed=feed: feed.is_done, timeout_s=_TIMEOUT_S)
        for walk in found.values():
            walk.thread.join()
            walk.publisher.abort()
        yield found


@pytest.mark.parametrize("oddity", ODDITIES)
def test_playlists_keep_the_rules_whatever_comes(walks: dict[str, Walk], oddity: str) -> None:
    walk = walks[oddity]
    if walk.failure is not None:
        raise walk.failure
    left = walk.follower.findings.without(EVERYWHERE | NOT_YET.get(oddity, frozenset()))
    assert not left, "\n".join(f"{each}\n{each.text[-3000:]}" for each in left[:8])
