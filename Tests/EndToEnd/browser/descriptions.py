"""What the API says of streams and channels, for pages that are to show more of them than a test can have."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, UTC
from typing import Any

from .chromium import ChromiumPage


def stream(number: int, **more: Any) -> dict[str, Any]:
    """A stream. The first one has most viewers, and the last one is the newest."""
    return {
        "name": f"channel-{number:03}", "title": f"Show {number}", "displayName": "", "tags": [],
        "language": None, "description": "", "state": "live", "viewers": 1_000 - number,
        "startedAt": f"2026-01-01T{number // 60:02}:{number % 60:02}:00Z", "stillType": "image/webp",
        "stillUrl": f"/channel-{number:03}/still", "mimeType": "video/webm",
        "tracks": [{"kind": "video", "codec": "vp9", "width": 640, "height": 360}],
    } | more


def channel(name: str, **more: Any) -> dict[str, Any]:
    """A channel that was live yesterday at this time, for an hour and twenty minutes."""
    ended = datetime.now(UTC) - timedelta(days=1)
    return {
        "name": name, "displayName": "Anna's Bakery", "line": "Bread & more", "pictureUrl": None,
        "links": [{"label": "Shop", "address": "https://example.org/"},
                  {"label": "", "address": "https://social.example/@anna"}],
        "isLive": False,
        "words": {"title": "Rolls", "description": "At six.", "language": "en", "tags": ["baking"],
                  "unlisted": False},
        "lastBroadcast": {
            "title": "Rye", "startedAt": (ended - timedelta(minutes=80)).isoformat(),
            "endedAt": ended.isoformat(), "peakViewers": 3},
    } | more


# A source of events that says one thing at first, and does not end as an answer of a test would.
_EVENTS = """
window.EventSource = class extends EventTarget {
  constructor() {
    super();
    window.sayStreams = (streams) => this.dispatchEvent(
      new MessageEvent('streams', { data: JSON.stringify({ streams }) }));
    setTimeout(() => {
      this.dispatchEvent(new Event('open'));
      window.sayStreams(%s);
    });
  }
  close() {}
};
"""


def tell_of_streams(page: ChromiumPage, streams: list[dict[str, Any]]) -> None:
    """Documents that the page loads from now on hear of these streams and of no others. Whoever asks for
    the list gets them at once."""
    text = json.dumps(streams)
    page.playwright.add_init_script(_EVENTS % text)
    page.playwright.route("**/api/streams", lambda route: route.fulfill(
        body=f'{{"streams": {text}}}', content_type="application/json"))


def tell_news_of_streams(page: ChromiumPage, streams: list[dict[str, Any]]) -> None:
    """The document that is there, which was told of others, hears that these are all by now."""
    page.run("window.sayStreams(argument);", streams)


def tell_of_channel(page: ChromiumPage, described: dict[str, Any]) -> None:
    """From now on the page hears this of that channel."""
    page.playwright.route(f"**/api/channels/{described['name']}", lambda route: route.fulfill(
        body=json.dumps(described), content_type="application/json"))
