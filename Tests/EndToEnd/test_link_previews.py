"""What a link to a page shows elsewhere, read by parsers that are not ours: heads of pages, oEmbed, the app's
manifest, and QR codes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import extruct
import numpy
import pytest
import zxingcpp
from lxml import html

from weir.accounts import Session, is_deleted, sign_up
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

Publish = Callable[..., Publisher]

_WORDS = {
    "title": 'Bread & <b>"butter"</b>', "description": "We bake.\n\n<script>alert(1)</script> & eat.",
    "language": "en", "tags": [], "unlisted": False,
}
_PARAGRAPH = "We bake. <script>alert(1)</script> & eat."


@pytest.fixture(scope="module")
def strict(
    lasting_server: Callable[..., AbstractContextManager[Server]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    logo = tmp_path_factory.mktemp("logo") / "logo.png"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=192x160", "-frames:v", "1", str(logo)],
        check=True)
    face = ("--site-name", "Mill & Co", "--site-text", "Concerts.", "--site-logo", str(logo))
    with lasting_server("previews", *face, publish="account", workers=1) as server:
        yield server


@pytest.fixture
def anna(strict: Server, name: str) -> Session:
    owner = sign_up(strict, name)
    profile = {"displayName": "Anna's Bakery", "line": "Every day"}
    say(owner, "/api/me/profile", profile)
    return owner


def say(owner: Session, path: str, words: dict[str, Any]) -> None:
    assert owner.json(path, words, method="PUT").status == 200


def on_air(publish: Publish, owner: Session, codec: str = "vp8") -> None:
    """A broadcast with a picture; of VP8 it has a still that pages show in an image."""
    say(owner, "/api/me/broadcast", _WORDS)
    key = owner.make_key()
    publish(owner.server, owner.name, headers={"authorization": f"Bearer {key}"}).play(
        record(codec, seconds=LASTING_S))
    owner.server.wait_for_state(owner.name, "live")
    path = f"/api/streams/{owner.name}"
    wait_until(lambda: owner.server.get(path).json()["stillUrl"] is not None, "a still")


class Head:
    """The head of a page, as programs that make previews read it."""

    def __init__(self, server: Server, path: str) -> None:
        answer = server.get(path, headers={"sec-fetch-dest": "document"})
        assert answer.status == 200, answer
        text = answer.body.decode()
        (graph,) = extruct.extract(text, syntaxes=["opengraph"])["opengraph"]
        self.graph: dict[str, str] = dict(graph["properties"])
        self.page = html.fromstring(text)
        self.title = self.page.findtext(".//title")

    def meta(self, name: str) -> str | None:
        found: list[str] = self.page.xpath("//head/meta[@name=$name]/@content", name=name)
        assert len(found) < 2
        return found[0] if found else None

    def link(self, relation: str, kind: str | None = None) -> str:
        found = [
            each.get("href") for each in self.page.xpath("//head/link[@rel=$rel]", rel=relation)
            if kind is None or each.get("type") == kind]
        assert len(found) == 1, found
        return str(found[0])


def path_of(server: Server, address: str) -> str:
    """The address has to be absolute, and of this server."""
    assert address.startswith(server.url("/")), address
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def test_a_link_to_a_live_broadcast_shows_its_words_its_still_and_its_player(
    anna: Session, publish: Publish
) -> None:
    server = anna.server
    on_air(publish, anna)
    page = server.url(f"/{anna.name}/watchLive")
    head = Head(server, f"/{anna.name}/watchLive")
    assert head.graph["og:title"] == _WORDS["title"]
    assert head.title == f"{_WORDS['title']} · Anna's Bakery · Mill & Co"
    assert head.graph["og:description"] == head.meta("description") == _PARAGRAPH
    assert head.graph["og:site_name"] == "Mill & Co"
    assert head.graph["og:type"] == "video.other"
    assert head.graph["og:url"] == head.link("canonical") == page
    assert head.meta("twitter:card") == "player"
    assert head.page.xpath("//head/script[not(@src)]") == []

    picture = server.get(path_of(server, head.graph["og:image"]))
    assert picture.headers["content-type"] == head.graph["og:image:type"] == "image/webp"
    assert head.graph["og:video"] == head.meta("twitter:player")
    player = server.get(path_of(server, head.graph["og:video"]))
    assert player.status == 200 and "frame-ancestors *" in player.headers["content-security-policy"]

    told = server.get(path_of(server, head.link("alternate", "application/json+oembed")))
    assert told.headers["content-type"] == "application/json"
    embed = told.json()
    assert (embed["version"], embed["type"], embed["title"]) == ("1.0", "video", _WORDS["title"])
    assert (embed["provider_name"], embed["author_name"]) == ("Mill & Co", "Anna's Bakery")
    assert embed["thumbnail_url"] == head.graph["og:image"]
    assert embed["thumbnail_width"] == int(head.graph["og:image:width"])
    frame = html.fromstring(embed["html"])
    assert frame.tag == "iframe" and frame.get("src") == head.graph["og:video"]
    assert (int(frame.get("width")), int(frame.get("height"))) == (embed["width"], embed["height"])

    feed = server.get(path_of(server, head.link("alternate", "application/atom+xml")))
    assert feed.headers["content-type"].startswith("application/atom+xml")


def test_a_still_that_is_no_picture_is_not_called_one(anna: Session, publish: Publish) -> None:
    on_air(publish, anna, "vp9")
    head = Head(anna.server, f"/{anna.name}/watchLive")
    assert head.graph["og:image:type"] == "image/png" and "/logo.png" in head.graph["og:image"]


def test_a_link_to_a_channel_that_is_not_live_says_who_it_is(anna: Session) -> None:
    head = Head(anna.server, f"/{anna.name}/watchLive")
    assert head.graph["og:title"] == "Anna's Bakery"
    assert head.graph["og:description"] == "Every day"
    assert head.meta("twitter:card") == "summary_large_image"
    assert head.meta("twitter:player") is None
    assert head.graph["og:image:type"] == "image/png" and "/logo.png" in head.graph["og:image"]
    # Its own picture goes before the logo of the site.
    logo = anna.server.get(path_of(anna.server, head.graph["og:image"])).body
    sent = anna.request("PUT", "/api/me/picture", headers={"content-type": "image/png"}, body=logo)
    assert sent.status in (200, 204), sent
    picture = Head(anna.server, f"/{anna.name}/watchLive").graph["og:image"]
    assert f"/{anna.name}/picture?" in picture
    assert anna.server.get(path_of(anna.server, picture)).headers["content-type"] == "image/png"
    # What is to come and unlisted is not told.
    secret = _WORDS | {"title": "Rehearsal", "unlisted": True}
    say(anna, "/api/me/broadcast", secret)
    assert Head(anna.server, f"/{anna.name}/watchLive").graph["og:title"] == "Anna's Bakery"


def test_a_link_to_a_channel_that_was_live_shows_the_last_still_and_not_the_next_owner_s(
    anna: Session, publish: Publish
) -> None:
    server, path = anna.server, f"/{anna.name}/watchLive"
    on_air(publish, anna)
    assert anna.request("DELETE", f"/{anna.name}/live").status == 204

    def still() -> Head | None:
        head = Head(server, path)
        return head if f"/{anna.name}/still" in head.graph["og:image"] else None

    wait_until(lambda: server.get(f"/{anna.name}/still").headers.get("weir-still") == "last", "the still")
    head = wait_until(still, "the last still in the head")
    assert head.meta("twitter:player") is None
    picture = server.get(path_of(server, head.graph["og:image"]))
    assert picture.headers["content-type"] == head.graph["og:image:type"] == "image/webp"
    assert is_deleted(anna.delete_once)
    sign_up(server, anna.name)
    wait_until(lambda: "/logo.png" in Head(server, path).graph["og:image"], "nothing of somebody else")


def test_a_link_to_the_first_page_says_what_this_server_is(strict: Server) -> None:
    head = Head(strict, "/")
    assert (head.graph["og:type"], head.graph["og:title"]) == ("website", "Mill & Co")
    assert head.graph["og:description"] == "Concerts."
    assert strict.get(path_of(strict, head.graph["og:image"])).headers["content-type"] == "image/png"
    assert path_of(strict, head.link("canonical")) == "/"
    assert path_of(strict, head.link("alternate", "application/atom+xml")) == "/feed.xml"
    said = strict.get(head.link("manifest"))
    assert said.headers["content-type"] == "application/manifest+json"
    manifest: dict[str, Any] = said.json()
    assert (manifest["name"], manifest["start_url"], manifest["display"]) == ("Mill & Co", "/", "standalone")
    (icon,) = manifest["icons"]
    assert icon["sizes"] == "192x160"
    assert strict.get(icon["src"]).headers["content-type"] == icon["type"] == "image/png"


_NO_PLAYER: dict[str, tuple[str, int]] = {
    "xml": ("url={page}&format=xml", 501), "nothing": ("", 400), "size": ("url={page}&maxwidth=-1", 400),
    "elsewhere": ("url=https%3A%2F%2Fexample.org%2Fanna%2FwatchLive", 404),
    "no-page": ("url={page}x", 404), "nobody": ("url={nobody}", 404),
}


def test_what_has_no_player_is_refused_as_oembed_has_it(anna: Session) -> None:
    page = quote(anna.server.url(f"/{anna.name}/watchLive"), safe="")
    nobody = quote(anna.server.url("/nobody-has-this/watchLive"), safe="")
    for case, (query, status) in _NO_PLAYER.items():
        answer = anna.server.get(f"/api/oembed?{query.format(page=page, nobody=nobody)}")
        assert answer.status == status and answer.problem, case
    fitting = anna.server.get(f"/api/oembed?url={page}&maxwidth=320&format=json").json()
    assert (fitting["width"], fitting["height"]) == (320, 180)


def test_a_qr_code_leads_to_the_page(strict: Server, name: str, tmp_path: Path) -> None:
    answer = strict.get(f"/{name}/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["content-security-policy"]
    drawing = tmp_path / "qr.svg"
    drawing.write_bytes(answer.body)
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "json", str(drawing)],
        check=True, capture_output=True)
    (size,) = json.loads(probe.stdout)["streams"]
    grey = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(drawing), "-f", "rawvideo", "-pix_fmt", "gray", "-"], check=True,
        capture_output=True).stdout
    picture = numpy.frombuffer(grey, numpy.uint8).reshape(size["height"], size["width"])
    (found,) = zxingcpp.read_barcodes(picture)
    assert (found.format, found.text) == (
        zxingcpp.BarcodeFormat.QRCode, strict.url(f"/{name}/watchLive"))
    again = strict.get(f"/{name}/qr.svg", headers={"if-none-match": answer.headers["etag"]})
    assert again.status == 304
