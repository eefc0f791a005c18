"""HLS in Chromium, which plays it without a script of ours."""

from __future__ import annotations

from weir.waiting import wait_until

from .page import Page

_PLAY = """
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
    """Play the lists at `url` until picture and sound have played for so long."""
    page.run(_PLAY, url)
    wait_until(lambda: page.run(_LOOK) > seconds, "picture and sound to play for some seconds")
