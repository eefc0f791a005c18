"""A picture that stands still for seconds, in Chromium's Media Source Extensions: segments as HLS and DASH
name them are taken, and what can be repeated plays through."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from weir.hls import end
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

_HELD = ((4.3, 5.2), (7.1, 13.2), (15.05, 16.5), (18.9, 19.3))

_APPEND = """
const read = async (path) => {
    const answer = await fetch(argument + path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    return answer;
};
const codecs = (await (await read('index.m3u8')).text()).match(/CODECS="([^"]+)"/)[1].split(',');
window.video = document.createElement('video');
video.muted = true;
document.body.append(video);
const source = new MediaSource();
video.src = URL.createObjectURL(source);
await new Promise((done) => source.addEventListener('sourceopen', done, { once: true }));
const names = ['v1.m3u8', 'a2.m3u8'];
const buffers = codecs.map((codec, index) =>
    source.addSourceBuffer(`${index ? 'audio' : 'video'}/mp4; codecs="${codec}"`));
const ranges = [];
for (const [index, buffer] of buffers.entries()) {
    const text = await (await read(names[index])).text();
    const uris = [text.match(/MAP:URI="([^"]+)"/)[1], ...text.match(/^[^#\\n].*$/gm)];
    for (const uri of uris) {
        const bytes = await (await read(uri)).arrayBuffer();
        const taken = new Promise((done, fail) => {
            buffer.addEventListener('updateend', done, { once: true });
            buffer.addEventListener('error', () => fail(new Error(`${uri} is refused`)), { once: true });
        });
        buffer.appendBuffer(bytes);
        await taken;
        if (video.error) throw new Error(`${uri}: ${video.error.message}`);
    }
    ranges.push(Array.from({ length: buffer.buffered.length },
        (_, place) => [buffer.buffered.start(place), buffer.buffered.end(place)]));
}
source.endOfStream();
// Waiting for media, and not for a decoder that shares its processor with others.
const isThere = (timeS) => Array.from({ length: video.buffered.length }).some((_, place) =>
    video.buffered.start(place) <= timeS && timeS + 0.2 < video.buffered.end(place));
window.waits = 0;
video.addEventListener('waiting', () => { if (!isThere(video.currentTime)) waits += 1; });
return ranges;
"""
_PLAY = """
video.currentTime = argument;
video.playbackRate = 4;
await new Promise((done) => video.addEventListener('seeked', done, { once: true }));
waits = 0;
await video.play();
"""
_LOOK = """
if (video.error) throw new Error(video.error.message);
return [video.currentTime, waits, video.ended, video.webkitAudioDecodedByteCount > 0];
"""


def _publish(server: Server, publish: Callable[..., Publisher], name: str, video: str, audio: str) -> None:
    recording = record(video, audio, seconds=24, held=_HELD)
    publisher = publish(server, name, headers={"content-type": recording.content_type})
    publisher.play(recording, speed=2).finish()
    end(server, name)


@pytest.mark.parametrize("video", ["vp9", "av1", "h264-baseline"])
def test_what_can_be_repeated_plays_through(
    server: Server, publish: Callable[..., Publisher], name: str,
    open_page: Callable[[str], Page], video: str,
) -> None:
    # Before it is published: what has ended is kept for a minute.
    page = open_page("chromium")
    page.goto(server.url("/"))
    _publish(server, publish, name, video, "opus")
    picture, sound = page.run(_APPEND, server.url(f"/{name}/hls/"))
    assert len(picture) == len(sound) == 1, (picture, sound)
    assert picture[0][1] - picture[0][0] > 18
    begin_s = max(picture[0][0], sound[0][0])
    page.run(_PLAY, begin_s)
    wait_until(lambda: page.run(_LOOK)[2], "all of it to be played")
    at_s, waits, _, has_sound = page.run(_LOOK)
    assert has_sound and waits == 0, (at_s, waits)


def test_segments_without_a_picture_are_taken(
    server: Server, publish: Callable[..., Publisher], name: str, open_page: Callable[[str], Page],
) -> None:
    page = open_page("chromium")
    page.goto(server.url("/"))
    _publish(server, publish, name, "h264", "aac")
    picture, sound = page.run(_APPEND, server.url(f"/{name}/hls/"))
    assert len(sound) == 1 and len(picture) > 1, (picture, sound)
    assert picture[-1][1] - picture[0][0] > 18
