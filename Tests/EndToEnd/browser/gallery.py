"""A look at pages in their states: photographed, judged by axe, no wider than the window, large enough for
thumbs, and to be read over any picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from weir.waiting import wait_until

from .accessibility import violations
from .chromium import ChromiumPage
from .contrast import weak
from .page import Page
from .page_fixtures import chromium_of
from .screenshots import in_every_look, photograph
from .targets import small_targets

# The smallest phones there are, and pages at 400 % on a desk (WCAG 2.2, 1.4.10).
_NARROWEST = {"width": 320, "height": 640}


class Gallery:
    """Looks at states one by one; complains about all of them at the end."""

    def __init__(self) -> None:
        self._complaints: list[str] = []

    def add(self, page: Page, state: str, over_picture: list[str] | None = None) -> None:
        """`over_picture` are selectors of what can be seen over a picture, and read."""
        shown: ChromiumPage = chromium_of(page)

        def complain(how: str, complaints: list[str]) -> None:
            self._complaints += [f"{state} {how}: {each}" for each in complaints]

        def look(how: str) -> None:
            photograph(shown, state, how)
            complain(how, violations(shown))
            complain(how, too_wide(shown))
            if over_picture and how.endswith("desktop"):
                complain(how, weak(shown, over_picture))

        in_every_look(shown, look)
        with _on_narrowest_phone(shown):
            complain("narrowest", too_wide(shown))
            complain("narrowest", small_targets(shown))

    def assert_flawless(self) -> None:
        assert not self._complaints, "\n".join(self._complaints)


def too_wide(page: ChromiumPage) -> list[str]:
    """By how much its content is wider than the window; empty is good."""
    wide = page.run(
        """const { scrollWidth, clientWidth } = document.documentElement;
           return scrollWidth - clientWidth;""")
    return [f"{wide} px wider than the window"] if wide > 0 else []


@contextmanager
def _on_narrowest_phone(page: ChromiumPage) -> Iterator[None]:
    """A screen that is touched, where there is no mouse."""
    tab = page.playwright
    before = tab.viewport_size
    assert before is not None
    tab.set_viewport_size(_NARROWEST)  # type: ignore[arg-type]
    session = tab.context.new_cdp_session(tab)
    session.send(
        "Emulation.setDeviceMetricsOverride", _NARROWEST | {"deviceScaleFactor": 1, "mobile": True})
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    # What follows the size has followed it two frames later.
    wait_until(
        lambda: page.run(
            """await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
               return matchMedia('(pointer: coarse)').matches;"""), "a screen that is touched")
    try:
        yield
    finally:
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        session.detach()
        tab.set_viewport_size(before)
