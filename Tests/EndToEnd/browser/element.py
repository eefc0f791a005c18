"""Looks at elements of Weir's own pages, in whichever browser, as plain values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from weir.waiting import PATIENCE_S, wait_until

from .page import Page, ScriptFailed

# Asking a browser costs it time that it needs for encoding or decoding.
LOOK_EVERY_S = 0.1


@dataclass(frozen=True)
class Element:
    """What a person can find out about an element."""

    text: str
    """Its text or, of a form control, its value."""
    visible: bool
    enabled: bool
    data: dict[str, str]


def element(page: Page, selector: str) -> Element | None:
    seen = page.run(
        """const found = document.querySelector(argument);
           if (!found) { return null; }
           return {
             text: ('value' in found && found.value) || found.textContent.trim(),
             visible: found.checkVisibility({ visibilityProperty: true }),
             enabled: !found.disabled,
             data: { ...found.dataset },
           };""",
        selector)
    return Element(**seen) if seen else None


def wait_for_element(
    page: Page, selector: str, what: str, holds: Callable[[Element], bool] = lambda e: e.visible,
    timeout_s: float = PATIENCE_S,
) -> Element:
    """Until there is such an element and `holds` of it (by default: that it can be seen)."""
    last: Element | ScriptFailed | None = None

    def look() -> Element | None:
        nonlocal last
        try:
            last = seen = element(page, selector)
        except ScriptFailed as failure:
            # Between two documents there is none.
            last = failure
            return None
        return seen if seen is not None and holds(seen) else None

    try:
        return wait_until(look, what, timeout_s, LOOK_EVERY_S)  # type: ignore[return-value]
    except AssertionError as failure:
        raise AssertionError(f"{page.name}, {selector}: {failure}; last look: {last}") from None


def page_state(page: Page) -> str:
    return page.run("return document.body.dataset.state || '';")


def wait_for_page_state(page: Page, *states: str, timeout_s: float = PATIENCE_S) -> str:
    """Until the page is in one of these states. The failure shows what the page says."""
    def look() -> str | None:
        try:
            state = page_state(page)
        except ScriptFailed:
            return None  # between two documents
        return state if state in states else None

    try:
        return wait_until(look, f"the page to be {' or '.join(states)}", timeout_s, LOOK_EVERY_S) or ""
    except AssertionError as failure:
        shown = page.run("return [document.body.dataset.state, document.body.innerText];")
        raise AssertionError(
            f"{page.name}: {failure}; it is {shown[0]!r} and says: {shown[1]}") from None


def visible_text(page: Page, selector: str = "body") -> str:
    return page.run("return document.querySelector(argument)?.innerText ?? '';", selector)


def first_number(text: str) -> int | None:
    """The number that a text begins with or holds; "no viewers" is 0."""
    found = re.search(r"\d+", text)
    if found:
        return int(found.group())
    return 0 if text.lower().startswith("no ") else None
