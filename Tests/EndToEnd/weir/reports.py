"""Figures for the closing note: written to build/reports, never asserted on."""

from __future__ import annotations

import json
from typing import Any

from .places import REPORTS


def write_report(name: str, figures: dict[str, Any]) -> None:
    """Keep figures as build/reports/NAME.json and show them in the test's output."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(figures, indent=2)
    (REPORTS / f"{name}.json").write_text(text + "\n")
    print(text)
