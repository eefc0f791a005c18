"""How tests are dealt out to several processes (`-n 4`): by the file, with one exception.

Fixtures that live for a file (a browser, a server) would be made in every process otherwise. All
tests with browsers are two such heaps of about one size, so that at most two of them want the processors
at a time, and neither is what all others wait for at the end.
"""

from __future__ import annotations

from collections import Counter

import pytest
from xdist.scheduler import LoadScopeScheduling

# The first file of the second heap with browsers.
_BORDER = "test_page_i"
# One test that takes four minutes.
_LONGEST = "test_soak.py"


class ByHeap(LoadScopeScheduling):
    """Deals whole heaps of tests, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return heap(nodeid)


def heap(nodeid: str) -> str:
    """Tests with the same heap run in one process, one after the other."""
    file = nodeid.split("::")[0]
    name = file.rsplit("/", 1)[-1]
    if name.startswith(("test_browser_", "test_page_")):
        return "browsers 2" if name >= _BORDER else "browsers 1"
    return file


def order(items: list[pytest.Item]) -> None:
    """The one that lasts for minutes, then heaps with many slow tests, so that none of them is begun last.
    Within a heap the order stays."""
    slow = Counter(heap(item.nodeid) for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: (heap(item.nodeid) != _LONGEST, -slow[heap(item.nodeid)]))
