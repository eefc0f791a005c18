"""Browsers pass over the Void elements that fill a pause, between clusters and in the middle of one."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

VOID = bytes.fromhex("ec8100")
SEGMENT, CLUSTER = bytes.fromhex("18538067"), bytes.fromhex("1f43b675")
UNKNOWN = bytes.fromhex("01ffffffffffffff")

#: Plays bytes as a page does (MediaSource, in pieces) or as `<video src>`, to their end.
PLAY = """
const bytes = Uint8Array.from(atob(argument.bytes), (letter) => letter.charCodeAt(0));
const type = 'video/webm; codecs="vp8,opus"';
const video = document.createElement('video');
video.muted = true;
document.body.replaceChildren(video);
let frames = 0;
let over = false;
const count = () => { frames += 1; if (!over) video.requestVideoFrameCallback(count); };
video.requestVideoFrameCallback?.(count);
const failed = new Promise((_, refuse) => {
  video.onerror = () => refuse(new Error(video.error.message || `error ${video.error.code}`));
});
const ended = new Promise((resolve) => { video.onended = resolve; });
if (argument.way === 'plain') {
  video.src = URL.createObjectURL(new Blob([bytes], { type }));
} else {
  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  await new Promise((resolve) => { source.onsourceopen = resolve; });
  const buffer = source.addSourceBuffer(type);
  for (let at = 0; at < bytes.length; at += 40000) {
    buffer.appendBuffer(bytes.subarray(at, at + 40000));
    await Promise.race([failed, new Promise((resolve) => { buffer.onupdateend = resolve; })]);
  }
  source.endOfStream();
}
await Promise.race([failed, video.play()]);
await Promise.race([failed, ended]);
over = true;
const quality = video.getVideoPlaybackQuality();
return { frames: quality.totalVideoFrames, endS: video.currentTime };
"""


def elements(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Where elements begin, where their content does, and where they end; in Segment and clusters."""
    while at < len(data):
        id_bytes = 9 - data[at].bit_length()
        size_at = at + id_bytes
        size_bytes = 9 - data[size_at].bit_length()
        content = size_at + size_bytes
        size = int.from_bytes(data[size_at:content]) & ((1 << 7 * size_bytes) - 1)
        entered = data[at:size_at] in (SEGMENT, CLUSTER)
        yield at, content, content if entered else content + size
        at = content if entered else content + size


def filled(data: bytes, filler: bytes) -> bytes:
    """A recording as Weir sends it (clusters of unknown size), with filler behind each of its blocks."""
    out = bytearray()
    in_clusters = False
    for begin, _, end in elements(data, 0):
        if data.startswith(CLUSTER, begin):
            out += CLUSTER + UNKNOWN
            in_clusters = True
        else:
            out += data[begin:end]
            if in_clusters:
                out += filler
    return bytes(out)


@pytest.mark.parametrize("way", ["in pieces", "plain"])
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_filler_changes_nothing_of_what_is_played(
    open_page: Callable[[str], Page], browser_server: Server, browser: str, way: str
) -> None:
    # What browsers mind, they mind at once; each second is played twice in each of four ways.
    data = record(seconds=2).data
    assert filled(data, VOID).count(VOID) > 100
    pages = {"without": open_page(browser), "with": open_page(browser)}

    def play(name: str, filler: bytes) -> dict[str, float]:
        argument = {"bytes": base64.b64encode(filled(data, filler)).decode(), "way": way}
        seen: dict[str, float] = pages[name].run(PLAY, argument)
        return seen

    without = play("without", b"")
    seen: list[dict[str, float]] = []

    def has_most_frames() -> bool:
        """A browser that does not get a processor leaves some out: then it plays once more."""
        seen.append(play("with", VOID))
        assert seen[-1]["frames"] > 0
        assert abs(seen[-1]["endS"] - without["endS"]) < 0.1, (seen, without)
        return way != "in pieces" or seen[-1]["frames"] >= without["frames"] * 3 / 4

    try:
        wait_until(has_most_frames, "most frames to be played")
    except AssertionError as failure:
        raise AssertionError(f"{failure}; {seen} of {without}") from None
