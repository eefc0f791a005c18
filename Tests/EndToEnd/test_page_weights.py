"""What a page costs on its first visit: bytes and requests, bounded for each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

#: At most: KiB over the wire of the document, its styles and scripts; how many those are.
_BOUNDS = {
    "/": (27, 12),
    "/NAME/watchLive": (66, 14),
    "/NAME/embed": (59, 12),
    "/nobody-at-all/watchLive": (68, 15),
    "/live": (69, 8),
    "/no-such-page": (12, 7),
}
_WEIGHED = """
    const [page] = performance.getEntriesByType('navigation');
    const parts = performance.getEntriesByType('resource').filter(({name}) => name.includes('/assets/'));
    const all = [page, ...parts];
    return {
        bytes: all.reduce((sum, {transferSize}) => sum + transferSize, 0), count: all.length,
        plain: all.filter(({encodedBodySize, decodedBodySize}) =>
            decodedBodySize > 2048 && encodedBodySize === decodedBodySize).map(({name}) => name),
    };
"""


@pytest.mark.parametrize("path", _BOUNDS)
def test_a_page_weighs_little(
    open_own: Callable[..., Page], browser_server: Server, publish: Callable[..., Publisher], name: str,
    path: str,
) -> None:
    if "NAME" in path:
        publish(browser_server, name).play(record(seconds=LASTING_S))
        browser_server.wait_for_state(name, "live")
    page = open_own()
    page.goto(browser_server.url(path.replace("NAME", name)))
    wait_until(lambda: page.run("return document.readyState") == "complete", "the page with all its parts")
    weighed = page.run(_WEIGHED)
    kib, count = _BOUNDS[path]
    print(path, weighed)
    assert weighed["bytes"] > 0
    assert weighed["bytes"] <= kib * 1024, weighed
    assert weighed["count"] <= count, weighed
    assert not weighed["plain"], "sent without compression"
