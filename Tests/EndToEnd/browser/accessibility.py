"""axe-core on what a page shows right now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python

from .chromium import ChromiumPage

# Only the script of that package is used; the developer protocol brings it past the page's policy.
_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()

_RUN = """
const options = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
  // Fetches style sheets and media anew; only rules about what is not there need it.
  preload: false,
};
const { violations } = await window.axe.run(document, options);
return violations.map(({ id, help, impact, nodes }) => ({
  id, help, impact,
  nodes: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
}));
"""


def violations(page: ChromiumPage) -> list[str]:
    """What axe finds wrong, one text for each rule; empty is good."""
    if not page.run("return Boolean(window.axe);"):
        page.playwright.evaluate(f"() => {{ {_AXE} }}")
    found: list[dict[str, Any]] = page.run(_RUN)
    return [
        f"{each['id']} ({each['impact']}): {each['help']}\n  " + "\n  ".join(each["nodes"])
        for each in found
    ]
