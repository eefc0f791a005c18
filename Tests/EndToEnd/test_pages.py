"""Pages and assets as documents: addresses, validators, compression, what browsers are told."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest

from weir.curl import Answer
from weir.http2 import Http2Connection
from weir.server import Server
from weir.waiting import wait_until

BOTH_PROTOCOLS = True
pytestmark = pytest.mark.smoke

PAGES = ["/", "/live", "/alice/watchLive"]
NAVIGATION = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}


def assets_of(server: Server, page: str) -> list[str]:
    text = server.get(page).body.decode()
    return re.findall(r'(?:href|src)="(/assets/[^"#]+)', text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_and_everything_it_loads_is_there(server: Server, path: str) -> None:
    page = server.get(path)
    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    loaded = assets_of(server, path)
    assert any(asset.endswith(".css") for asset in loaded)
    assert any(asset.endswith(".js") for asset in loaded)
    types = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    for asset in loaded:
        answer = server.get(asset)
        assert answer.status == 200, asset
        assert answer.headers["content-type"].startswith(types[asset.rsplit(".", 1)[-1]])
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_do_nothing_but_what_ours_do(server: Server, path: str) -> None:
    headers = server.get(path).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    text = server.get(path).body.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)


HSTS = "strict-transport-security"


@pytest.mark.parametrize("path", [*PAGES, "/alice/embed", "/login", "/api/me"])
def test_browsers_are_bound_to_https_only_where_the_port_is_the_usual_one(
    server: Server, path: str
) -> None:
    """It holds for every port of a host, and what is on the others is not Weir's."""
    assert HSTS not in server.get(path).headers
    for host in ("some.name", "some.name:443"):
        assert server.get(path, headers={"host": host}).headers[HSTS] == "max-age=31536000"
    assert HSTS not in server.get(path, headers={"host": "some.name:8443"}).headers


@pytest.mark.parametrize(("mode", "is_bound"), [("on", True), ("off", False)])
def test_an_operator_decides_otherwise_for_every_port(
    start_server: Callable[..., Server], mode: str, is_bound: bool
) -> None:
    server = start_server("--hsts", mode)
    for path in (*PAGES, "/alice/embed", "/login", "/api/me"):
        for host in ("some.name", "some.name:8443"):
            headers = server.get(path, headers={"host": host}).headers
            assert (HSTS in headers) == is_bound, (path, host)


@pytest.mark.parametrize("compressed", [True, False])
def test_what_a_browser_has_already_is_not_sent_again(server: Server, compressed: bool) -> None:
    accept = {"accept-encoding": "gzip" if compressed else "identity"}

    def asked_again(path: str) -> tuple[str, Answer] | None:
        """The tag and the answer to who has it; nothing when the page has changed meanwhile."""
        tag = server.get(path, headers=accept).headers["etag"]
        again = server.get(path, headers={**accept, "if-none-match": f'"other", W/{tag}'})
        after = server.get(path, headers={**accept, "if-none-match": '"other"'})
        assert after.status == 200
        return (tag, again) if after.headers["etag"] == tag else None

    for path in [*PAGES, *assets_of(server, "/")]:
        tag, again = wait_until(lambda path=path: asked_again(path), path)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == tag


def test_text_is_compressed_for_those_who_take_it(server: Server) -> None:
    path = next(asset for asset in assets_of(server, "/") if asset.endswith("base.css"))
    plain = server.get(path)
    packed = server.get(path, headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "accept-encoding" in packed.headers["vary"]


def head_between_equals(server: Server, path: str) -> tuple[Answer, Answer] | None:
    """HEAD, and the GETs around it unless they differ: a page of live streams changes with them."""
    before, head, after = server.get(path), server.request("HEAD", path), server.get(path)
    return (head, after) if before.body == after.body else None


def test_head_says_what_get_would(server: Server) -> None:
    for path in [*PAGES, *assets_of(server, "/")[:1], "/favicon.ico"]:
        head, get = wait_until(lambda path=path: head_between_equals(server, path), path)
        assert head.status == 200
        for field in ("content-type", "etag", "content-length", "cache-control"):
            assert head.headers[field] == get.headers[field], (path, field)


def test_scripts_of_another_version_are_served_but_not_kept(server: Server) -> None:
    path = re.sub("/assets/[^/]+/", "/assets/an-older-one/", assets_of(server, "/")[0])
    answer = server.get(path)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [
    "/nothing", "/assets", "/assets/", "/assets/x", "/assets/x/../base.css", "/assets/x/no.js",
    "/assets/x/Pages/home.html", "/a/watchLive", "/login/watchLive", "/alice/watchlive",
])
def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(
    server: Server, path: str
) -> None:
    page = server.get(path, headers=NAVIGATION)
    assert page.status == 404
    assert page.headers["content-type"].startswith("text/html")
    assert server.get(path).problem == "not-found"


def test_a_stream_opened_by_a_person_is_the_player(server: Server, live: str) -> None:
    """Live, ended or never there: the page is the one that waits and starts by itself."""
    for name in (live, "nobody-yet"):
        page = server.get(f"/{name}/live", headers=NAVIGATION)
        assert page.headers["content-type"].startswith("text/html")
        # Of what is live it says something, and that changes.
        wait_until(
            lambda name=name: server.get(f"/{name}/live", headers=NAVIGATION).body
            == server.get(f"/{name}/watchLive").body, "both pages to be the same")
    # A video element, a script and a program get media.
    for dest in ("video", "empty"):
        with Http2Connection(server) as client:
            stream = client.open("GET", f"/{live}/live", [("sec-fetch-dest", dest)])
            client.wait_for(lambda: client.responses[stream].body.startswith(b"\x1a\x45\xdf\xa3"),
                            "media to come")


def test_the_host_a_browser_names_cannot_become_markup(server: Server) -> None:
    page = server.get("/", headers={"host": 'a"><script>alert(1)</script>'})
    assert b"<script>alert" not in page.body
    assert b"https://some.name:1" in server.get("/", headers={"host": "some.name:1"}).body


@pytest.mark.parametrize("path", PAGES)
def test_pages_can_only_be_read(server: Server, path: str) -> None:
    answer = server.request("POST", path, body=b"x")
    assert answer.status == 405
    assert {"GET", "HEAD"} <= set(re.split(r"[, ]+", answer.headers["allow"]))
