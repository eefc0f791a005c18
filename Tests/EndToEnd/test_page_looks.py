"""Every page in every state: accessible, within its policy, and photographed.

The photographs (build/screenshots/pages) are for people to look at. axe judges light and dark; the
conduct of each page (exceptions, policy, foreign hosts) is judged when it is closed.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from browser.account_pages import Visitor, choose_picture
from browser.contrast import weak
from browser.descriptions import (
    channel, stream, tell_news_of_streams, tell_of_channel, tell_of_streams,
)
from browser.element import first_number, visible_text, wait_for_element, wait_for_page_state
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.gallery import Gallery, too_wide
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.targets import small_targets
from browser.watch_page import WatchPage
from weir.accounts import COOKIE, PASSWORD, sign_up
from weir.ports import free_port
from weir.publisher import Publisher, post_chunk
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.sources import lasting
from weir.viewer import Viewer
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

_SAID_OVER_PICTURE = ["#message-title", "#message-text"]


# One of each: grey words over a picture, a low button, and a wide box. What stands beside them is good.
_FLAWS = """<!doctype html>
<style>
  body { margin: 0; }
  canvas { display: block; }
  p { position: absolute; left: 10px; top: 10px; margin: 0; padding: 8px; color: #888; }
  #good { top: 60px; color: #fff; background: #000; }
  button { width: 60px; height: 60px; }
  #low { height: 30px; }
  div { width: 400px; height: 10px; }
</style>
<canvas id="still" width="200" height="120"></canvas><p id="grey">Words</p><p id="good">Words</p>
<button id="low">A</button><button id="large">B</button><div></div>
"""


@pytest.fixture
def gallery() -> Gallery:
    return Gallery()


def test_what_is_wrong_with_a_page_is_found(open_own: Callable[..., Page]) -> None:
    """What finds nothing in anything would let every page pass."""
    page = chromium_of(open_own(viewport={"width": 320, "height": 640}))
    page.playwright.set_content(_FLAWS)
    assert too_wide(page) == ["80 px wider than the window"]
    assert [each.partition(":")[0] for each in small_targets(page)] == ["#low"]
    found = weak(page, ["#grey", "#good"])
    assert [each.partition(":")[0] for each in found] == ["#grey"] and "white picture" in found[0], found


def test_the_first_page(
    gallery: Gallery, open_own: Callable[..., Page], start_server: Callable[..., Server],
    publish: Callable[..., Publisher], watch: Callable[..., Viewer],
) -> None:
    server = start_server()
    page = open_own()
    page.goto(server.url("/"))
    wait_for_element(page, ".nobody", "words for when nobody is live")
    gallery.add(page, "home-nobody")
    publish(server, "alice").play(record(seconds=LASTING_S))
    interrupted = publish(server, "bob-the-builder").play(record("vp9", seconds=LASTING_S))
    for name in ("alice", "bob-the-builder"):
        server.wait_for_state(name, "live")
    for _ in range(2):
        watch(server, "alice").wait_for_bytes(1)
    # As a broadcaster whose machine has gone: that pauses at once.
    interrupted.abort()
    server.wait_for_state("bob-the-builder", "paused")
    wait_for_element(page, "[data-name=alice] .stream-viewers", "both viewers",
                     lambda e: first_number(e.text) == 2)
    wait_for_element(page, "[data-name=bob-the-builder][data-state=paused]", "the other stream")
    gallery.add(page, "home-two")
    # A phone on its side shows who is live, and not only what the page is called.
    chromium_of(page).playwright.set_viewport_size({"width": 844, "height": 390})
    top = "return document.querySelector('.stream').getBoundingClientRect().top;"
    wait_until(lambda: page.run(top) < 390 * 2 / 3, "a card in the low window", every_s=0.1)
    page.goto(server.url("/nothing/here"))
    gallery.add(page, "not-found")
    gallery.assert_flawless()


def test_the_first_page_with_many_broadcasts(
    gallery: Gallery, open_own: Callable[..., Page], browser_server: Server
) -> None:
    page = chromium_of(open_own())
    many = [stream(number, stillUrl=None) for number in range(40)]
    many[1]["state"] = "paused"
    many[2]["tracks"] = []
    many[4]["title"] = "A title that is as long as titles can be and goes on to the next line" * 2
    tell_of_streams(page, many)
    page.goto(browser_server.url("/"))
    card = "#streams > [data-name=channel-003]"
    wait_for_element(page, card, "the cards")
    # What ends stays for as long as somebody is at the list.
    page.run("document.querySelector('.stream-title a').focus();")
    tell_news_of_streams(page, many[:3] + many[4:])
    wait_for_element(page, f"{card}[data-state=ended]", "one that has ended")
    gallery.add(page, "home-many", [
        ".badge-live", ".badge-paused", ".badge-offline", ".stream-viewers", ".stream-kind"])
    page.fill("#search", "there is no such thing" + "-or-is-there" * 5)
    wait_for_element(page, "#found", "that there is none", lambda e: "Nothing" in e.text)
    gallery.add(page, "home-search-none")
    gallery.assert_flawless()


def test_the_broadcast_page(
    gallery: Gallery, live_page: Callable[..., LivePage]
) -> None:
    name = "evening-show"
    live = live_page(name).choose_source("test")
    gallery.add(live.page, "live-choosing")
    live.page.fill("#name", "no!")
    gallery.add(live.page, "live-invalid-name")
    live.page.fill("#name", name)
    # A countdown that stands still.
    live.page.run(
        """window.realTimeout = setTimeout;
           window.setTimeout = (call, ms) => (ms === 1000 ? 0 : realTimeout(call, ms));""")
    live.switch_on("#countdown-switch").press_go_live()
    live.wait_for_state("counting")
    gallery.add(live.page, "live-counting", ["#countdown span"])
    live.page.press("Escape")
    live.wait_for_state("choosing")
    live.page.run("window.setTimeout = window.realTimeout;")
    live.page.click("#countdown-switch")
    live.choose("#resolution", "480p").press_go_live()
    live.wait_for_state("live")
    live.wait_for_health("good", "behind")
    gallery.add(live.page, "live-live")
    live.page.click("#stop")
    wait_for_element(live.page, "#stop-confirm", "the question whether to stop")
    gallery.add(live.page, "live-stop-asks")
    live.page.press("Escape")

    second = live_page(name).choose_source("test")
    second.page.run("delete window.showSaveFilePicker;")
    second.switch_on("#copy-switch").press_go_live()
    wait_for_element(second.page, "#take-over", "the offer to take over")
    gallery.add(second.page, "live-already-live")
    second.page.click("#take-over")
    second.wait_for_state("live")
    live.wait_for_state("failed")
    gallery.add(live.page, "live-taken-over")
    wait_until(lambda: "B" in visible_text(second.page, "#copy-state"), "some of the copy", every_s=0.1)
    second.stop()
    wait_for_element(second.page, "#copies", "the copy")
    gallery.add(second.page, "live-stopped")
    gallery.assert_flawless()


def test_the_broadcast_page_in_trouble(
    gallery: Gallery, live_page: Callable[..., LivePage], start_server: Callable[..., Server],
) -> None:
    name = "evening-show"
    server = start_server()
    live = live_page(name, origin=server.url("")).choose_source("test").go_live(codec="vp8")
    server.stop(check=False)
    live.wait_for_state("reconnecting")
    live.wait_for_health("offline")
    gallery.add(live.page, "live-reconnecting")

    chromium_of(live.page).playwright.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => "
        "Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));")
    start_server(port=server.port, data=server.data)
    blocked = LivePage(live.page, server.url(""), name).choose_source("camera")
    blocked.press_go_live()
    wait_for_element(live.page, "#notice", "the notice")
    gallery.add(live.page, "live-camera-blocked")
    gallery.assert_flawless()


def test_the_watch_page(
    gallery: Gallery, open_own: Callable[..., Page], start_server: Callable[..., Server],
    publish: Callable[..., Publisher],
) -> None:
    server = start_server()
    origin = server.url("")
    page = open_own()
    WatchPage(page, origin, "never-live").wait_for_state("offline")
    gallery.add(page, "watch-offline-always", _SAID_OVER_PICTURE)
    tell_of_channel(chromium_of(page), channel("evening-show"))
    watcher = WatchPage(page, origin, "evening-show")
    watcher.wait_for_state("offline")
    wait_for_element(page, "#last-time", "when it was live", lambda e: e.text != "")
    gallery.add(page, "watch-offline", [*_SAID_OVER_PICTURE, "#last-time"])

    recording = lasting(record("vp9", seconds=40, size="640x360", rate="500k"))
    publisher = publish(server, "evening-show").play(recording)
    watcher.wait_for_playback(2)
    gallery.add(watcher.page, "watch-playing")
    watcher.page.press("?")
    gallery.add(watcher.page, "watch-keys")
    watcher.page.press("Escape")
    watcher.page.click("#share")
    wait_for_element(watcher.page, "#share-code", "the sheet, with its code")
    gallery.add(watcher.page, "watch-share")
    watcher.page.press("Escape")
    watcher.page.press("i")
    wait_for_element(page, "#statistics dd", "figures")
    gallery.add(watcher.page, "watch-statistics", [
        "#statistics-title", "#statistics dt", "#statistics dd", "#close-statistics"])
    watcher.page.press("i")
    watcher.page.press("k")
    watcher.wait_for_state("paused-by-viewer")
    gallery.add(watcher.page, "watch-paused", [
        "#play", "#back", "#mute", "#live", "#latency", "#show-keys", "#fullscreen"])
    watcher.page.press("k")
    watcher.wait_for_playback(1)
    watcher.page.press("ArrowLeft")
    watcher.wait_for_state("rewound")
    gallery.add(watcher.page, "watch-rewound")
    watcher.page.press("l")
    watcher.wait_for_state("playing")

    embed = open_own()
    embed.goto(f"{origin}/evening-show/embed")
    wait_for_page_state(embed, "playing")
    # What plays hides it.
    embed.press("k")
    wait_for_page_state(embed, "paused-by-viewer")
    gallery.add(embed, "embed-paused", ["#caption", "#play", "#latency"])
    embed.close()

    publisher.abort()
    watcher.wait_for_state("interrupted")
    gallery.add(watcher.page, "watch-interrupted", _SAID_OVER_PICTURE)
    assert server.request("DELETE", "/evening-show/live").status == 204
    watcher.wait_for_state("ended")
    gallery.add(watcher.page, "watch-ended")
    gallery.assert_flawless()


def test_the_watch_page_for_sound_and_for_what_it_cannot_play(
    gallery: Gallery, watch_page: Callable[..., WatchPage], open_own: Callable[..., Page],
    start_server: Callable[..., Server], publish: Callable[..., Publisher],
) -> None:
    server = start_server()
    origin = server.url("")
    publish(server, "radio").play(record(None, seconds=LASTING_S))
    radio = watch_page("radio", origin=origin)
    radio.wait_for_state("playing")
    radio.wait_until(lambda now: now.currentTimeS > 1, "sound")
    gallery.add(radio.page, "watch-sound-only")

    # A browser that has no decoder for what is broadcast.
    page = open_own()
    chromium_of(page).playwright.add_init_script(_PLAYS_NOTHING)
    answer = post_chunk(
        server.url("/exotic/live"), server.certificate.certificate, record("av1").data)
    assert answer.status == 204
    unplayable = WatchPage(page, origin, "exotic")
    unplayable.wait_for_state("unplayable")
    gallery.add(page, "watch-unplayable")
    gallery.assert_flawless()

    server.stop(check=False)
    radio.wait_for_state("reconnecting")
    # Words come when it lasts; most breaks are over before.
    wait_for_element(radio.page, "#message", "words about it", lambda e: e.visible and e.text != "")
    gallery.add(radio.page, "watch-reconnecting")
    gallery.assert_flawless()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1366, 768), (1920, 1080)])
@pytest.mark.parametrize("long", ["w" * 32, "-".join(["wwwwwww"] * 4)])
def test_a_long_name_leaves_all_of_the_watch_page_in_the_window(
    long: str, width: int, height: int, watch_page: Callable[..., WatchPage]
) -> None:
    watcher = watch_page(long, viewport={"width": width, "height": height})
    lowest = watcher.page.run(
        """const box = (selector) => document.querySelector(selector).getBoundingClientRect();
           return Math.max(box('.watch-who').bottom, box('#badge').bottom, box('#share').bottom);""")
    assert lowest <= height


def test_the_pages_to_sign_up_and_in(
    gallery: Gallery, open_own: Callable[..., Page], start_server: Callable[..., Server]
) -> None:
    server = start_server(publish="account")
    visitor = Visitor(open_own(), server.url("")).visit("/")
    gallery.add(visitor.page, "home-accounts")
    visitor.visit("/signup")
    gallery.add(visitor.page, "signup")
    sign_up(server, "alice")
    visitor.enter("/signup", "alice")
    visitor.error_beside("username")
    gallery.add(visitor.page, "signup-name-taken")
    visitor.visit("/live")
    gallery.add(visitor.page, "login")
    visitor.enter("/login", "alice", "not this one")
    wait_for_element(visitor.page, "[role=alert]", "what is wrong")
    gallery.add(visitor.page, "login-wrong")
    visitor.log_in("alice")

    live = LivePage(visitor.page, server.url("")).choose_source("test")
    gallery.add(visitor.page, "live-account")
    visitor.page.fill("#about-title", "Bread, and nothing else: how it rises, bakes and is eaten")
    visitor.page.click("#about-more summary")
    visitor.page.fill("#about-description", "We bake.\nThen we eat.")
    visitor.page.fill("#about-tags", ",".join(map(str, range(9))))
    visitor.page.click("#about-save")
    live.wait_for_text("#about-note", "too many")
    gallery.add(visitor.page, "live-account-words")
    visitor.page.fill("#about-tags", "baking, bread")
    visitor.page.click("#about-save")
    live.wait_for_text("#about-note", "Saved")
    chromium_of(visitor.page).playwright.context.clear_cookies()
    live.press_go_live()
    live.wait_for_state("failed")
    gallery.add(visitor.page, "live-signed-out")

    closed = start_server("--signup", "closed", publish="account")
    gallery.add(Visitor(open_own(), closed.url("")).visit("/signup").page, "signup-closed")
    for path, state in (("watchLive", "no-such-channel"), ("embed", "embed-no-such-channel")):
        nobodys = Visitor(open_own(), closed.url("")).visit(f"/{'nobody-' * 4}/{path}")
        gallery.add(nobodys.page, state)
    gallery.assert_flawless()


def test_the_page_of_an_account(
    gallery: Gallery, open_own: Callable[..., Page], start_server: Callable[..., Server]
) -> None:
    server = start_server(publish="account")
    owner = sign_up(server, "alice")
    visitor = Visitor(open_own(), server.url("")).log_in("alice")
    gallery.add(visitor.page, "account-new")
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "PNG")
    choose_picture(visitor.page, file.getvalue())
    wait_for_element(visitor.page, "[data-picture-status]", "it to be saved", lambda e: "saved" in e.text)
    visitor.page.click("[data-links-more]")
    gallery.add(visitor.page, "account-picture")
    gallery.add(Visitor(open_own(), server.url("")).visit("/alice/embed").page, "embed-waiting")
    visitor.send("/api/me/stream-key")
    visitor.wait_for_key()
    gallery.add(visitor.page, "account-key")

    answer = post_chunk(server.url("/alice/live"), server.certificate.certificate,
                        record().data, headers=owner.headers)
    assert answer.status == 204, answer
    assert owner.request("DELETE", "/alice/live").status == 204
    wait_until(lambda: owner.me()["broadcasts"], "the broadcast to be remembered")
    visitor.visit("/account")
    wait_for_element(visitor.page, "#broadcasts tbody tr", "the broadcast")
    gallery.add(visitor.page, "account")
    password = "/api/me/password"
    visitor.send(password, currentPassword="not this one", newPassword="eight boats on it")
    visitor.error_beside("currentPassword")
    gallery.add(visitor.page, "account-wrong-password")
    visitor.send(password, currentPassword=PASSWORD, newPassword="eight boats on it")
    gallery.add(visitor.page, "account-password-changed")
    visitor.page.click("summary")
    visitor.send("/account/delete", password="not this one")
    gallery.add(visitor.page, "account-deletion")

    nowhere = f"mongodb://127.0.0.1:{free_port()}/weir"
    without_store = start_server(publish="account", accounts=nowhere)
    page = open_own()
    chromium_of(page).playwright.context.add_cookies(
        [{"name": COOKIE, "value": owner.token, "url": without_store.url("/"), "secure": True}])
    gallery.add(Visitor(page, without_store.url("")).visit("/account").page, "account-unavailable")
    gallery.assert_flawless()


_PLAYS_NOTHING = """
MediaSource.isTypeSupported = () => false;
HTMLMediaElement.prototype.canPlayType = () => '';
"""
