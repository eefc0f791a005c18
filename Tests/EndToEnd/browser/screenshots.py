"""Pictures of the pages: every state, light and dark, on a phone and on a desk.

They are build output to be looked at by people; no test compares them.
"""

from __future__ import annotations

from collections.abc import Callable

from weir.places import BUILD

from .chromium import ChromiumPage

FOLDER = BUILD / "screenshots" / "pages"
SCHEMES = ("light", "dark")
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}


def in_every_look(page: ChromiumPage, look: Callable[[str], None]) -> None:
    """Calls `look` with a name for each way to look at the page: "dark-phone", ..."""
    for size, (width, height) in SIZES.items():
        page.playwright.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.playwright.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            look(f"{scheme}-{size}")


def photograph(page: ChromiumPage, state: str, look: str) -> None:
    """The whole page, also what one would have to scroll to."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.playwright.screenshot(
        path=FOLDER / f"{state}-{look}.png", full_page=True, animations="disabled")
