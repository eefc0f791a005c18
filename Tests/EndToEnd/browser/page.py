"""What a test needs from a browser, whichever browser it is.

Playwright drives Chromium and Marionette drives Firefox (Playwright's own Firefox is a patched
build, not the one people run), and the two libraries share nothing. Tests are written against
this protocol, so the same test runs in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol


class ScriptFailed(Exception):
    """JavaScript that a test ran in a page threw, or its promise was rejected."""


class Page(Protocol):
    """One tab of a real browser."""

    name: str
    """The browser's name, for messages."""

    def goto(self, url: str) -> None:
        """Loads `url` and waits for its document."""

    def run(self, body: str, argument: Any = None) -> Any:
        """Runs `body` as the body of `async (argument) => {...}` and gives its JSON value.

        Raises `ScriptFailed` with the browser's own words if it throws.
        """

    def click(self, selector: str) -> None:
        """Clicks as a person does: waits until it can be seen and clicked, and scrolls to it."""

    def hover(self, selector: str) -> None:
        """Moves the mouse onto the middle of an element, whatever lies over it there."""

    def fill(self, selector: str, text: str) -> None:
        """Types `text` instead of what the field holds."""

    def press(self, key: str) -> None:
        """One key to whatever has the focus, by its name in KeyboardEvent.key ("Space" for " ")."""

    def screenshot(self) -> bytes:
        """What the tab shows, as PNG."""

    def close(self) -> None:
        """Leaves whatever the tab shows, so that its requests end."""


@contextmanager
def tabs() -> Iterator[list[Page]]:
    """The tabs that a test opens. Each is closed at its end, even when another does not close: a
    tab that stays open keeps its server busy, and the server would be blamed for it."""
    opened: list[Page] = []
    with ExitStack() as closing:
        yield opened
        for page in opened:
            closing.callback(page.close)
