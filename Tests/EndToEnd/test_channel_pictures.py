"""Pictures of channels: sent as they are, looked through, shown by programs that we did not write."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from PIL import Image, ImageChops

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from weir.accounts import Session, is_deleted, sign_up, when_not_too_busy
from weir.curl import Answer
from weir.limits import limit
from weir.places import REPOSITORY
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

Start = Callable[..., Server]
Publish = Callable[..., Publisher]

# What Pillow has written: see make_corpus.py beside them.
_SAMPLES = {path.name: path.read_bytes() for path in sorted(
    (REPOSITORY / "Tests" / "Fuzz" / "Pictures" / "Corpus").iterdir())}
_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_ADDRESS = "/api/me/picture"


@pytest.fixture(scope="module")
def strict(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    with lasting_server("pictures", publish="account") as server:
        yield server


@pytest.fixture
def anna(strict: Server, name: str) -> Session:
    return sign_up(strict, name)


def put(owner: Session, picture: bytes, **headers: str) -> Answer:
    return owner.request("PUT", _ADDRESS, body=picture, headers=headers)


def shown(owner: Session, **options: Any) -> Answer:
    return owner.server.get(f"/{owner.name}/picture", **options)


def url_of(owner: Session) -> str | None:
    told: str | None = owner.get("/api/me/profile").json()["pictureUrl"]
    return told


def pixels(picture: bytes) -> Image.Image:
    """The first picture as a decoder sees it, whatever its file says of direction and colours."""
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image.convert("RGBA")


def noise(size: int) -> bytes:
    """A PNG of random colours, which nothing makes smaller."""
    image = Image.frombytes("RGB", (size, size), random.Random(14).randbytes(3 * size * size))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_what_is_sent_is_shown_to_everybody_and_nothing_that_was_written_beside_it(anna: Session) -> None:
    for name, sent in _SAMPLES.items():
        answer = put(anna, sent)
        assert answer.status == 200, (name, answer)
        address = answer.json()["pictureUrl"]
        assert address == url_of(anna)
        got = anna.server.get(address)
        assert got.status == 200
        assert got.headers["content-type"] == _TYPES[name.split("-")[0]]
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert got.headers["cross-origin-resource-policy"] == "cross-origin"
        assert got.headers["access-control-allow-origin"] == "*"
        assert b"garden" not in got.body, name
        image = Image.open(io.BytesIO(got.body))
        assert getattr(image, "n_frames", 1) == 1
        assert image.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "transparency",
                                     "gamma", "background", "timestamp", "duration", "loop",
                                     "progressive", "progression"}, (name, image.info)
        difference = ImageChops.difference(pixels(got.body), pixels(sent))
        assert difference.getbbox(alpha_only=False) is None, name


def test_it_is_asked_for_again_only_when_it_is_another_one(anna: Session) -> None:
    put(anna, _SAMPLES["png-alpha"])
    first = shown(anna)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=300"
    again = shown(anna, headers={"if-none-match": tag})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    head = anna.server.request("HEAD", f"/{anna.name}/picture")
    assert (head.status, head.headers["etag"]) == (200, tag)
    assert head.headers["content-length"] == str(len(first.body))
    put(anna, _SAMPLES["jpeg-grey"])
    # Whichever worker is asked.
    for _ in range(8):
        assert shown(anna, headers={"if-none-match": tag}).status == 200
    assert shown(anna).headers["etag"].strip('"') in (url_of(anna) or "")


def test_what_is_live_tells_where_the_picture_is(anna: Session, publish: Publish) -> None:
    server, key = anna.server, {"authorization": f"Bearer {anna.make_key()}"}
    # By the stream key as well.
    sent = when_not_too_busy(
        lambda: server.request("PUT", _ADDRESS, body=_SAMPLES["webp-lossy"], headers=key))
    publish(server, anna.name, headers=key).play(record(seconds=LASTING_S))
    server.wait_for_state(anna.name, "live")

    def told(path: str = "streams") -> str | None:
        url: str | None = server.get(f"/api/{path}/{anna.name}").json().get("pictureUrl")
        return url

    first = sent.json()["pictureUrl"]
    assert first == url_of(anna)
    wait_until(lambda: told() == first, "the picture")
    # Pages have it before any script runs.
    for path in ("/", f"/{anna.name}/watchLive", f"/{anna.name}/embed"):
        wait_until(lambda path=path: f'src="{first}"' in server.get(path).body.decode(), path)
    other = put(anna, _SAMPLES["webp-odd"]).json()["pictureUrl"]
    wait_until(lambda: told() == other, "the other picture")
    # So does what anybody may know of the channel.
    wait_until(lambda: told("channels") == other, "the channel to say so")
    assert when_not_too_busy(lambda: server.request("DELETE", _ADDRESS, headers=key)).status == 204
    wait_until(lambda: told() is None, "no picture")


@pytest.mark.parametrize("kind", ["sqlite", "mongodb"])
def test_it_goes_when_it_is_removed_and_with_its_account(
    start_server: Start, make_store: Callable[[str], Any], name: str, kind: str
) -> None:
    server = start_server(publish="account", accounts=make_store(kind).location)
    owner = sign_up(server, name)
    assert shown(owner).problem == "no-picture"
    put(owner, _SAMPLES["png-colour"])
    assert shown(owner).status == 200
    for _ in range(2):
        assert owner.request("DELETE", _ADDRESS).status == 204
        assert (url_of(owner), shown(owner).status) == (None, 404)
    put(owner, _SAMPLES["png-colour"])
    assert shown(owner).status == 200
    assert is_deleted(owner.delete_once)
    for _ in range(8):
        assert shown(owner).problem == "no-picture"
    assert (url_of(sign_up(server, name)), shown(owner).status) == (None, 404)


_HOSTILE = {
    "empty": b"",
    "gif": b"GIF89a" + bytes(64),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "page": b"<!doctype html><script>alert(1)</script>",
    "png-and-page": _SAMPLES["png-colour"] + b"<script>alert(1)</script>",
    "jpeg-and-archive": _SAMPLES["jpeg-baseline"] + b"PK\x03\x04",
    "webp-and-page": _SAMPLES["webp-lossy"] + b"<script>",
    "png-cut": _SAMPLES["png-colour"][:-9],
    "jpeg-cut": _SAMPLES["jpeg-progressive"][:-2],
    "webp-cut": _SAMPLES["webp-alpha"][:-2],
    "png-huge": _SAMPLES["png-colour"].replace(b"\0\0\0\x18\0\0\0\x10", b"\x7f\xff\xff\xff\x7f\xff\xff\xff"),
    "png-tiny": noise(15),
    "png-wide": noise(16).replace(b"\0\0\0\x10", b"\0\0\x08\x01", 1),
}


@pytest.mark.parametrize("case", list(_HOSTILE))
def test_what_is_no_picture_or_more_than_one_is_refused_and_changes_nothing(
    anna: Session, case: str
) -> None:
    put(anna, _SAMPLES["png-colour"])
    before = shown(anna).body
    # What a client says that it is does not matter.
    answer = put(anna, _HOSTILE[case], **{"content-type": "image/png"})
    assert (answer.status, answer.problem) == (415, "not-a-picture")
    assert answer.json()["detail"].endswith(".")
    assert shown(anna).body == before


def test_size_has_a_limit_and_so_have_changes(anna: Session) -> None:
    large = put(anna, noise(400))
    assert (large.status, large.problem) == (413, "picture-too-large")
    assert put(anna, noise(280)).status == 200
    statuses = [anna.request("DELETE", _ADDRESS).status for _ in range(limit("channelChangesPerName"))]
    assert set(statuses) == {204, 429} and statuses[-1] == 429


def test_only_its_owner_changes_it_and_no_other_site_makes_them(anna: Session) -> None:
    put(anna, _SAMPLES["png-colour"])
    before = shown(anna).body
    stranger = {"authorization": "Bearer weir_" + "x" * 43}
    for method in ("PUT", "DELETE"):
        for headers in ({}, stranger):
            answer = when_not_too_busy(lambda method=method, headers=headers: anna.server.request(
                method, _ADDRESS, body=_SAMPLES["png-grey"], headers=headers))
            assert answer.status == 401
        foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        answer = anna.request(method, _ADDRESS, body=_SAMPLES["png-grey"], headers=foreign)
        assert (answer.status, answer.problem) == (403, "cross-site")
    assert shown(anna).body == before
    for name in ("nobody-at-all", "x", "%00"):
        assert anna.server.get(f"/{name}/picture").status == 404


def test_where_anybody_may_publish_a_stream_without_an_account_has_none(
    server: Server, publish: Publish, name: str
) -> None:
    publish(server, name).play(record(seconds=60))
    server.wait_for_state(name, "live")
    for path in (f"/{name}/picture", "/nobody-at-all/picture", "/x/picture"):
        # Whichever worker is asked.
        for _ in range(4):
            assert (got := server.get(path)).status == 404 and got.problem == "no-picture"
        assert server.request("HEAD", path).status == 404
    assert server.get(f"/api/streams/{name}").json()["pictureUrl"] is None


def test_the_player_of_a_channel_that_is_not_live_shows_its_picture(
    anna: Session, open_own: Callable[..., Page]
) -> None:
    red = io.BytesIO()
    Image.new("RGB", (96, 96), (200, 20, 20)).save(red, "PNG")
    put(anna, red.getvalue())
    page = open_own("chromium")
    for path in ("watchLive", "embed"):
        page.goto(anna.server.url(f"/{anna.name}/{path}"))
        shown = wait_until(
            lambda: page.run(
                """const canvas = document.querySelector('#still');
                   const { width, height } = canvas;
                   const middle = canvas.getContext('2d').getImageData(width / 2, height / 2, 1, 1);
                   return canvas.hidden ? null : [width, height, ...middle.data];"""), "the picture")
        assert shown == [96, 54, 200, 20, 20, 255]


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_browsers_show_what_comes_out(
    anna: Session, open_own: Callable[..., Page], browser: str
) -> None:
    page = open_own(browser)
    page.goto(anna.server.url("/login"))
    for name, sent in _SAMPLES.items():
        address = put(anna, sent).json()["pictureUrl"]
        size = page.run(
            """const image = new Image();
               image.src = argument;
               await image.decode();
               return [image.naturalWidth, image.naturalHeight];""", address)
        assert size == ([17, 19] if name == "webp-odd" else [24, 16]), name
