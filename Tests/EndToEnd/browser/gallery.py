"""A look at pages in their states: photographed, judged by axe, and no wider than the window."""

from __future__ import annotations

from .accessibility import violations
from .chromium import ChromiumPage
from .page import Page
from .page_fixtures import chromium_of
from .screenshots import in_every_look, photograph


class Gallery:
    """Looks at states one by one; complains about all of them at the end."""

    def __init__(self) -> None:
        self._complaints: list[str] = []

    def add(self, page: Page, state: str) -> None:
        shown: ChromiumPage = chromium_of(page)

        def look(how: str) -> None:
            photograph(shown, state, how)
            self._complaints += [f"{state} {how}: {each}" for each in violations(shown)]
            wide = shown.run(
                """const { scrollWidth, clientWidth } = document.documentElement;
                   return scrollWidth - clientWidth;""")
            if wide > 0:
                self._complaints.append(f"{state} {how}: {wide} px wider than the window")

        in_every_look(shown, look)

    def assert_flawless(self) -> None:
        assert not self._complaints, "\n".join(self._complaints)
