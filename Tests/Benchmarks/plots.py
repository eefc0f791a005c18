"""Plots of outcomes as SVG: bars with their spread, Weir in its own colour, the limit as a line through all.

A picture stands in documents by itself, so it carries its colours for light and dark with it.
"""

from __future__ import annotations

from html import escape

from comparison import Measure, Outcome, Summary
from tables import number

_WIDTH = 760
_MARGIN = 24
_NAMES = 170
_VALUES = 96
_ROW = 30
_BAR = 16
_TITLE = 32
_LIMIT_NAME = 14
_BARS_FROM = _MARGIN + _NAMES
_BARS_WIDTH = _WIDTH - _BARS_FROM - _VALUES - _MARGIN

_STYLE = """
svg { --ground: #fbfdfc; --edge: #d2dcd9; --text: #0e1f1f; --soft: #4a5e5c; --weir: #0b6a66; --peer: #a9b8b5;
  --limit: #c4233b; }
@media (prefers-color-scheme: dark) {
  svg { --ground: #101b1c; --edge: #253738; --text: #e7f0ee; --soft: #9bb0ad; --weir: #63dcc9;
    --peer: #50635f; --limit: #ff6b72; }
}
text { font: 14px Inter, 'Segoe UI', system-ui, -apple-system, Roboto, sans-serif; fill: var(--text); }
.ground { fill: var(--ground); stroke: var(--edge); }
.title { font-weight: 600; }
.soft { font-size: 12px; fill: var(--soft); }
.name, .end { text-anchor: end; }
.ours { font-weight: 600; }
.value { font-variant-numeric: tabular-nums; }
.weir { fill: var(--weir); }
.peer { fill: var(--peer); }
.spread { stroke: var(--text); stroke-width: 1.5; fill: none; }
.halo { stroke: var(--ground); stroke-width: 4.5; opacity: .7; fill: none; }
.limit { stroke: var(--limit); stroke-width: 1.5; stroke-dasharray: 5 4; }
.limit-name { font-size: 12px; fill: var(--limit); }
.base { stroke: var(--edge); }
"""


def plot(outcome: Outcome) -> str:
    """A panel for each measure that has an aim, below each other; for all when none has one."""
    panels: list[str] = []
    top = _MARGIN
    measures = outcome.workload.measures
    for measure in [each for each in measures if each.aim] or measures:
        summaries = outcome.summaries(measure)
        if summaries:
            panel, top = _panel(measure, summaries, outcome.kinds, top)
            panels += panel
    height = top + _MARGIN - 12
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img">',
        f"<title>{escape(outcome.workload.title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" x=".5" y=".5" width="{_WIDTH - 1}" height="{height - 1}" rx="14"/>',
        *panels, "</svg>", "",
    ])


def _panel(
    measure: Measure, summaries: dict[str, Summary], kinds: dict[str, str], top: int
) -> tuple[list[str], int]:
    """Its drawing, and where the next one begins."""
    shown = {name: seen for name, seen in summaries.items() if kinds[name] != "limit"}
    limit = next((seen.median for name, seen in summaries.items() if kinds[name] == "limit"), None)
    scale = _BARS_WIDTH / (max(seen.highest for seen in summaries.values()) or 1)
    better = "longer is better" if measure.more_is_better else "shorter is better"
    drawn = [
        _text(_MARGIN, top + 14, "title", measure.heading),
        _text(_WIDTH - _MARGIN, top + 14, "soft end", better),
    ]
    first = top + _TITLE + (_LIMIT_NAME if limit is not None else 0)
    end = first + _ROW * len(shown)
    drawn.append(_line("base", _BARS_FROM, first - 6, end))
    for row, (name, seen) in enumerate(shown.items()):
        drawn += _bar(name, seen, kinds[name], scale, first + _ROW * row)
    if limit is not None:
        at = round(_BARS_FROM + limit * scale, 1)
        side = "end" if at > _BARS_FROM + _BARS_WIDTH / 2 else "start"
        drawn.append(_line("limit", at, first - 6, end))
        drawn.append(
            f'<text class="limit-name" x="{at}" y="{first - 11}" text-anchor="{side}">'
            f"the limit {number(limit)}</text>")
    return drawn, end + 18


def _bar(name: str, seen: Summary, kind: str, scale: float, top: int) -> list[str]:
    middle, right = top + _BAR / 2, max(1.0, round(seen.median * scale, 1))
    low, high = (round(_BARS_FROM + value * scale, 1) for value in (seen.lowest, seen.highest))
    ours = " ours" if kind == "weir" else ""
    drawn = [
        _text(_BARS_FROM - 12, middle + 5, f"name{ours}", name),
        f'<rect class="{kind}" x="{_BARS_FROM}" y="{top}" width="{right}" height="{_BAR}" rx="3"/>',
        _text(max(high, _BARS_FROM + right) + 10, middle + 5, f"value{ours}", number(seen.median)),
    ]
    if high > low:
        whiskers = f"M{low},{middle} H{high} M{low},{middle - 4} v8 M{high},{middle - 4} v8"
        drawn += [f'<path class="{kind}" d="{whiskers}"/>' for kind in ("halo", "spread")]
    return drawn


def _text(x: float, y: float, kind: str, words: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>'


def _line(kind: str, x: float, top: float, end: float) -> str:
    return f'<line class="{kind}" x1="{x:g}" x2="{x:g}" y1="{top:g}" y2="{end:g}"/>'
