"""HLS in Chromium, which plays it without a script of ours."""

from __future__ import annotations

from weir.waiting import PLAYBACK_PATIENCE_S, wait_until

from .chromium import ChromiumPage
from .page import Page, ScriptFailed

_PLAY = """
window.video?.remove();
window.video = document.createElement('video');
video.muted = video.autoplay = true;
video.src = argument;
document.body.append(video);
"""
_LOOK = """
if (video.error) throw new Error(video.error.message);
return video.videoWidth > 0 && video.webkitAudioDecodedByteCount > 0 ? video.currentTime : 0;
"""


def play_lists(page: Page, url: str, seconds: float) -> None:
    """Play the lists at `url` until picture and sound have played for so long. When the broadcast is late,
    players are told to ask again (503). This one gives up instead, and then it is started anew."""
    assert isinstance(page, ChromiumPage)
    page.run(_PLAY, url)

    def plays() -> bool:
        try:
            return page.run(_LOOK) > seconds
        except ScriptFailed:
            if all(exchange.status != 503 for exchange in page.exchanges):
                raise
            page.exchanges.clear()
            page.run(_PLAY, url)
            return False

    wait_until(plays, "picture and sound to play for some seconds", PLAYBACK_PATIENCE_S)
