"""Through a proxy (deploy/proxies) people sign up, publish and watch as if it were not there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from browser.account_pages import Visitor
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.watch_page import WatchPage
from weir import front_proxies
from weir.accounts import PASSWORD, sign_up, when_not_too_busy
from weir.curl import Answer
from weir.curl import request as curl
from weir.front_proxies import FrontProxy
from weir.hls import Playlist
from weir.ports import free_port
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow

LastingServer = Callable[..., AbstractContextManager[Server]]
LastingFolder = Callable[[str], AbstractContextManager[Path]]
_CLIENT = "127.0.0.77"
# More than nginx takes by default.
_MANY_BYTES = 1_200_000
# Names of requests: what proxies make, and what the server makes.
_UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
_OWN_NAME = re.compile(r"[0-9a-z]{8}-[0-9a-z]+-[0-9a-z]+")


@pytest.fixture(scope="module")
def behind(lasting_server: LastingServer) -> Iterator[tuple[Server, int]]:
    """One server for all proxies, and its port for those that say who connects."""
    port = free_port()
    with lasting_server(
        "proxies", "--listen", f"127.0.0.1:{port}", "--proxy-protocol", f"127.0.0.1:{port}",
        "--trusted-proxy", "127.0.0.1", "--access-log", "on", publish="account",
    ) as server:
        yield server, port


@pytest.fixture(params=front_proxies.FRONT_PROXIES)
def proxy(
    request: pytest.FixtureRequest, behind: tuple[Server, int], lasting_folder: LastingFolder
) -> Iterator[FrontProxy]:
    with lasting_folder(request.param) as folder:
        made = front_proxies.start(request.param, *behind, folder / "proxy")
        yield made
        made.stop()


def ask(proxy: FrontProxy, method: str, path: str, **options: object) -> Answer:
    return curl(method, proxy.url(path), proxy.certificate, **options)


def enter(proxy: FrontProxy, name: str, headers: dict[str, str], **options: object) -> int:
    """The status of signing in with a good password."""
    return when_not_too_busy(lambda: ask(
        proxy, "POST", "/login", headers={"content-type": "application/json"} | headers,
        body=f'{{"username": "{name}", "password": "{PASSWORD}"}}'.encode(), **options)).status


@contextmanager
def ffmpeg(url: str, *options: str) -> Iterator[None]:
    """As it sends by itself: one endless body in chunks of HTTP/1.1, like everything on libavformat."""
    process = subprocess.Popen([
        "ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i",
        str(record("vp9", "opus", seconds=60, rate="1500k").path),
        "-c", "copy", "-f", "webm", "-live", "1", "-chunked_post", "1",
        "-content_type", "video/webm", *options, url])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def assert_watchable(proxy: FrontProxy, name: str) -> None:
    """Bare WebM comes as it is made, and lists wait for what comes next."""
    def listed(query: str = "") -> Playlist | None:
        """Of a broadcast that is late, players are told to ask again."""
        answer = ask(proxy, "GET", f"/{name}/hls/v1.m3u8{query}", timeout_s=2 * PATIENCE_S)
        assert answer.status in (200, 404, 503), answer
        shown = Playlist(answer.body.decode()) if answer.status == 200 else None
        return shown if shown and shown.segments else None

    with subprocess.Popen(
        ["curl", "-sN", "--cacert", str(proxy.certificate), proxy.url(f"/{name}/live")],
        stdout=subprocess.PIPE,
    ) as viewer:
        assert viewer.stdout is not None
        assert viewer.stdout.read(4) == b"\x1a\x45\xdf\xa3"
        segment, part = wait_until(listed, "a list").next
        later = wait_until(lambda: listed(f"?_HLS_msn={segment}&_HLS_part={part}"), "a later one")
        assert later.next > (segment, part)
        media = ask(proxy, "GET", f"/{name}/hls/{later.segments[-1]}")
        assert media.status == 200 and len(media.body) > 10_000
        # What is live is not held back until some buffer is full.
        assert len(viewer.stdout.read(400_000)) == 400_000
        viewer.kill()


def test_people_sign_up_publish_from_pages_and_watch(
    proxy: FrontProxy, open_own: Callable[..., Page], name: str
) -> None:
    anna = Visitor(open_own(), proxy.url("")).sign_up(name)
    live = LivePage(anna.page, proxy.url("")).choose_source("test").go_live(codec="vp8")
    watcher = WatchPage(open_own(), proxy.url(""), name)
    watcher.wait_for_playback(1)
    live.wait_for_viewers(1)
    live.stop()
    watcher.wait_for_state("ended")
    anna.log_out()


@pytest.mark.parametrize("kind", front_proxies.READING_PROXIES)
def test_people_do_the_same_where_the_host_is_rewritten(
    kind: str, behind: tuple[Server, int], open_own: Callable[..., Page], name: str, tmp_path: Path
) -> None:
    """X-Forwarded-Host says for which host the browser has asked."""
    proxy = front_proxies.start(kind, *behind, tmp_path / "proxy", rewrites_host=True)
    try:
        anna = Visitor(open_own(), proxy.url("")).sign_up(name)
        shown = anna.visit("/").page.run("return document.body.innerHTML;")
        assert proxy.url("/") in shown and "weir.internal" not in shown
        live = LivePage(anna.page, proxy.url("")).choose_source("test").go_live(codec="vp8")
        watcher = WatchPage(open_own(), proxy.url(""), name)
        watcher.wait_for_playback(1)
        live.stop()
        # A browser that says only where its page came from.
        for origin, status in [(proxy.url(""), 200), ("https://weir.internal", 403)]:
            assert enter(proxy, name, {"origin": origin}) == status
    finally:
        proxy.stop()


def test_encoders_publish_and_players_watch(proxy: FrontProxy, name: str) -> None:
    owner = sign_up(proxy.server, name)
    key = owner.make_key()
    address = proxy.url(f"/{name}/live").replace("https://", f"https://source:{key}@")
    # Without being told how, ffmpeg asks first whether it needs the key, and a proxy would say no.
    with ffmpeg(address, "-method", "PUT", "-auth_type", "basic"):
        proxy.server.wait_for_state(name, "live")
        assert_watchable(proxy, name)
    # What the owner of the stream is told of an end that nobody meant.
    proxy.server.wait_for_state(name, "paused")
    # OBS gives its custom output an address, and ffmpeg's default method.
    with ffmpeg(proxy.url(f"/{name}/live?key={key}")):
        proxy.server.wait_for_state(name, "live")
    # A body that is large, and sent as fast as the server takes it.
    with Publisher(
        proxy.url(f"/{name}/live?key={key}"), proxy.certificate, proxy.folder,
    ) as publisher:
        data = record("vp9", "opus", seconds=60, rate="1500k").data[:_MANY_BYTES]
        assert publisher.write(data).finish().status == 204


def test_the_client_is_who_asked_the_proxy(proxy: FrontProxy, name: str) -> None:
    owner = sign_up(proxy.server, name)
    before = {each["id"] for each in owner.me()["sessions"]}
    for fields in ({}, {"x-forwarded-for": "6.6.6.6", "forwarded": "for=6.6.6.6"}):
        assert enter(proxy, name, fields, source=_CLIENT) == 200
    made = [each for each in owner.me()["sessions"] if each["id"] not in before]
    # Perhaps one more, of somebody who was told to come again.
    assert len(made) >= 2 and {each["address"] for each in made} == {_CLIENT}
    # A browser that says only where its page came from.
    for origin, status in [(proxy.url(""), 200), ("https://evil.example", 403)]:
        assert enter(proxy, name, {"origin": origin}, source=_CLIENT) == status


def test_a_request_has_one_name_for_the_proxy_the_log_and_the_person(
    proxy: FrontProxy, name: str
) -> None:
    """What a stranger says is thrown away; the proxy's own name is taken over where it makes one."""
    answer = ask(
        proxy, "PUT", f"/{name}/live", headers={"x-request-id": "made-up-by-a-stranger"}, body=b"?",
        source=_CLIENT)
    assert answer.status == 401, answer
    request = answer.headers["x-request-id"]
    assert answer.json()["requestId"] == request
    looks = _UUID if proxy.reads_requests else _OWN_NAME
    assert looks.fullmatch(request), request

    def lines() -> list[str]:
        return [each["metadata"]["client"] for each in proxy.server.log_records()
                if each["metadata"].get("request") == request and "client" in each["metadata"]]
    # That it was refused stands there for one in ten seconds only; each request has its access.
    wait_until(lambda: _CLIENT in lines(), "lines about it")


def test_live_answers_tell_everybody_not_to_hold_them_back(proxy: FrontProxy, name: str) -> None:
    owner = sign_up(proxy.server, name)
    with ffmpeg(proxy.url(f"/{name}/live?key={owner.make_key()}")):
        proxy.server.wait_for_state(name, "live")
        for path in (f"/{name}/live", "/api/events"):
            with subprocess.Popen(
                ["curl", "-sNi", "-m", str(2 * PATIENCE_S), "--cacert", str(proxy.certificate),
                 proxy.url(path)],
                stdout=subprocess.PIPE,
            ) as asking:
                assert asking.stdout is not None
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    byte = asking.stdout.read(1)
                    assert byte, f"it ended after {head!r}"
                    head += byte
                asking.kill()
            assert b"cache-control: no-store, no-transform\r\n" in head.lower(), head
            # nginx takes this for itself, and does not buffer.
            assert (b"x-accel-buffering: no\r\n" in head.lower()) != (proxy.kind == "nginx"), head


def test_pages_go_through_a_proxy_that_nobody_has_set_up(
    start_server: Callable[..., Server], open_own: Callable[..., Page], name: str, tmp_path: Path
) -> None:
    """It changes the host, waits for whole bodies, and takes no large ones."""
    tls_port = free_port()
    server = start_server("--public-origin", f"https://localhost:{tls_port}", publish="account")
    proxy = front_proxies.start("nginx-default", server, 0, tmp_path / "proxy", tls_port=tls_port)
    try:
        anna = Visitor(open_own(), proxy.url("")).sign_up(name)
        assert f"https://localhost:{tls_port}/" in anna.visit("/").page.run(
            "return document.body.innerHTML;")
        live = LivePage(anna.page, proxy.url("")).choose_source("test").go_live(codec="vp8")
        watcher = WatchPage(open_own(), proxy.url(""), name)
        watcher.wait_for_playback(1)
        live.stop()
        assert enter(proxy, name, {"origin": proxy.url("")}) == 200
    finally:
        proxy.stop()
