"""Inits as other writers make them, each odd in one way: browsers take what Weir makes of them."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from weir import ebml
from weir.ebml import element, unsigned
from weir.server import Server
from weir.tracks import key_frame, real, sound, video

pytestmark = [pytest.mark.slow]

BROWSERS = ("chromium", "firefox")
COLOUR, MASTERING, PROJECTION = 0x55B0, 0x55D0, 0x7670


# Flags, names and links of tracks that players do not need, or not in this form.
TRACK_EXTRAS = {
    "LanguageBCP47": element(0x22B59D, b"de-CH"), "FlagOriginal": unsigned(0x55AE, 0),
    "FlagCommentary": unsigned(0x55AF, 0), "FlagHearingImpaired": unsigned(0x55AB, 0),
    "FlagVisualImpaired": unsigned(0x55AC, 0), "FlagTextDescriptions": unsigned(0x55AD, 0),
    "FlagForced": unsigned(0x55AA, 0), "CodecName": element(0x258688, b"a codec"),
    "AttachmentLink": unsigned(0x7446, 5), "CodecDecodeAll": unsigned(0xAA, 1),
    "BlockAdditionMapping": element(0x41E4, unsigned(0x41E7, 0)),
    "an element nobody knows": element(0x4DBB, b"x"),
    "a DefaultDuration of 0": unsigned(0x23E383, 0),
    "a title in another script": element(0x536E, "Bühne 舞台".encode()),
    "a language tag": element(0x22B59C, b"gsw"),
    "zlib": element(0x6D80, element(0x6240, element(0x5034))),
}
PICTURES = {
    "FieldOrder": unsigned(0x9D, 2), "centimetres": unsigned(0x54B0, 16) + unsigned(0x54BA, 9)
    + unsigned(0x54B2, 1), "an unknown unit": unsigned(0x54B0, 16) + unsigned(0x54BA, 9)
    + unsigned(0x54B2, 4), "a huge shape": unsigned(0x54B0, 60_000) + unsigned(0x54BA, 1),
    "a ratio": unsigned(0x54B0, 16) + unsigned(0x54BA, 9) + unsigned(0x54B2, 3),
    "a width alone": unsigned(0x54B0, 320), "a crop at the left": unsigned(0x54CC, 8),
    "a crop below": unsigned(0x54AA, 8), "a crop of everything": unsigned(0x54AA, 120),
    "interlaced": unsigned(0x9A, 1), "progressive": unsigned(0x9A, 2),
    "stereo": unsigned(0x53B8, 14), "alpha": unsigned(0x53C0, 1),
    "all of Colour": element(
        COLOUR, *(unsigned(number, value) for number, value in zip(
            range(0x55B1, 0x55BE), [9, 10, 1, 1, 1, 1, 1, 1, 1, 16, 9, 1000, 400])),
        element(MASTERING, *(real(number, 0.3) for number in range(0x55D1, 0x55D9)),
                real(0x55D9, 1000), real(0x55DA, 0.01))),
    "colours out of range": element(
        COLOUR, *(unsigned(number, 250) for number in range(0x55B1, 0x55BC))),
    "a sphere without numbers": element(PROJECTION, unsigned(0x7671, 1)),
    "a flat projection": element(PROJECTION, unsigned(0x7671, 0), real(0x7675, 90)),
    "a sphere": element(
        PROJECTION, unsigned(0x7671, 1), real(0x7673, 0), real(0x7674, 0), real(0x7675, 0),
        element(0x7672, bytes(20))),
    "a cube": element(PROJECTION, unsigned(0x7671, 2), element(0x7672, bytes(12))),
}
CASES: dict[str, bytes] = {
    "plain": video() + sound(),
    **{f"{key}, picture": video(extra) + sound() for key, extra in TRACK_EXTRAS.items()},
    **{f"{key}, sound": video() + sound(extra) for key, extra in TRACK_EXTRAS.items()},
    **{key: video(picture=picture) + sound() for key, picture in PICTURES.items()},
    "Emphasis": video() + sound(audio=unsigned(0x52F1, 1)),
    "channels that are not those of Opus": video() + sound(channels=6),
    "a Void in Tracks": video() + element(ebml.VOID, bytes(9)) + sound(),
    "two pictures": video() + video(number=3) + sound(),
    "two sounds, the second the default": video() + sound(unsigned(0x88, 0)) + sound(number=3),
    "subtitles": video() + sound() + element(
        ebml.TRACK_ENTRY, unsigned(ebml.TRACK_NUMBER, 3), unsigned(ebml.TRACK_TYPE, 17),
        element(ebml.CODEC_ID, b"S_TEXT/UTF8")),
}

APPEND = """
const response = await fetch(argument);
const reader = response.body.getReader();
const source = new MediaSource();
const element = document.createElement('video');
element.src = URL.createObjectURL(source);
await new Promise((done) => source.addEventListener('sourceopen', done, { once: true }));
const buffer = source.addSourceBuffer(response.headers.get('content-type'));
const outcome = new Promise((done) => {
    buffer.addEventListener('error', () => done('refused'), { once: true });
    element.addEventListener('error', () => done(element.error.message), { once: true });
    element.addEventListener('loadedmetadata', () => done('taken'), { once: true });
});
// However many pieces its beginning comes in.
const feed = async () => {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        const taken = new Promise((done) => buffer.addEventListener('updateend', done, { once: true }));
        buffer.appendBuffer(piece.value);
        await taken;
    }
};
feed().catch(() => {});
const found = await outcome;
reader.cancel().catch(() => {});
return found;
"""


@pytest.mark.parametrize("browser", BROWSERS)
def test_browsers_take_whatever_is_legal(
    open_page: Callable[[str], Page], browser_server: Server, browser: str
) -> None:
    page = open_page(browser)
    page.goto(browser_server.url("/"))
    outcomes = {}
    for index, (case, tracks) in enumerate(CASES.items()):
        path = f"/odd-{browser}-{index}/live"
        # From several addresses: one may have so many streams, and those that end count for a while.
        source = f"127.0.{BROWSERS.index(browser)}.{2 + index // 20}"
        frame = key_frame(160, 120)
        if case == "zlib, picture":
            frame = zlib.compress(frame)
        body = ebml.head() + ebml.segment(tracks) + ebml.cluster(0, ebml.simple_block(frame))
        answer = browser_server.request("POST", path, body=body, source=source)
        assert answer.status == 204, (case, answer.body)
        outcomes[case] = page.run(APPEND, path)
        browser_server.request("DELETE", path, source=source)
    assert {case: outcome for case, outcome in outcomes.items() if outcome != "taken"} == {}
