"""The operators' page in a real browser."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import Any

from browser.accessibility import violations
from browser.element import LOOK_EVERY_S, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.gallery import Gallery
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.screenshots import in_every_look, photograph
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

_ROWS = """return [...document.querySelectorAll('#streams > li')].map((row) => [
  row.dataset.name, row.dataset.light, row.querySelector('.watched-state').textContent,
  row.querySelector('[data-figure=webm]').textContent, row.querySelector('button').hidden]);"""


def rows(page: Page) -> dict[str, list[object]]:
    """Light, words, viewers by WebM, and whether the button is hidden, by stream."""
    return {row[0]: row[1:] for row in page.run(_ROWS)}


def test_operators_see_what_the_server_does_and_end_a_broadcast(
    open_own: Callable[..., Page], start_server: Callable[..., Server],
    publish: Callable[..., Publisher], watch: Callable[..., Viewer],
) -> None:
    # Long enough for a machine that has much to do: nothing ends by itself meanwhile.
    server = start_server("--grace", "600")
    server.wait_for_all_workers()
    usual, rare_keys = record(seconds=300), record(seconds=300, key_every=150)
    publish(server, "fine").play(usual)
    publish(server, "rare-key-frames").play(rare_keys)
    gone = publish(server, "gone-" + "x" * 27).play(usual)
    for name in ("fine", "rare-key-frames", "gone-" + "x" * 27):
        server.wait_for_state(name, "live")
    gone.abort()
    viewer = watch(server, "fine").wait_for_bytes(1)
    page = open_own()
    page.goto(f"http://127.0.0.1:{server.admin_port}/")

    def shows_all() -> bool:
        """In one look: a publisher of the test that is late is red for a while, too."""
        seen = rows(page)
        if list(seen) != ["gone-" + "x" * 27, "rare-key-frames", "fine"]:  # the worst first
            return False
        lost, rare, fine = seen.values()
        return (lost[:2] == ["red", "paused: the publisher is gone"]
                and rare[0] == "amber" and "key frames are 6 s apart" in str(rare[1])
                and fine[0] == "green" and fine[2] == "1")

    try:
        wait_until(shows_all, "lights, their reasons and the viewer", every_s=LOOK_EVERY_S)
    except AssertionError as failure:
        raise AssertionError(f"{failure}; it shows {rows(page)}") from None
    wait_until(
        lambda: "2 of 2 workers serving" in page.run(
            "return document.getElementById('server-facts').textContent;"),
        "both workers", every_s=LOOK_EVERY_S)
    pids = page.run(
        "return [...document.querySelectorAll('#workers tr')].map((r) => r.lastChild.textContent);")
    assert {int(pid) for pid in pids} == set(server.workers().values())
    # Two looks make a line.
    wait_until(lambda: page.run(
        "return [...document.querySelectorAll('.graph-line')].every((l) => l.getAttribute('d'));"),
        "the graphs", every_s=LOOK_EVERY_S)
    gallery = Gallery()
    gallery.add(page, "operators")

    # Nothing happens without a confirmation, and by keys alone it works, too.
    button = "#streams li[data-name=fine] button"
    page.click(button)
    wait_for_element(page, "#kick-title", "the question", lambda e: e.visible and e.text == "End fine?")
    gallery.add(page, "operators-asking")
    gallery.assert_flawless()
    page.press("Enter")  # on what leaves it
    server.wait_for_state("fine", "live")
    page.run(f"document.querySelector('{button}').focus();")
    page.press("Enter")
    page.click("#kick-dialog .button-danger")
    wait_until(lambda: server.state("fine") == "ended", "the end")
    wait_until(lambda: rows(page)["fine"][0] == "" and rows(page)["fine"][3] is True,
               "the page to show it", every_s=LOOK_EVERY_S)
    viewer.stop()


def test_of_many_streams_the_worst_are_shown_and_all_are_found(
    open_own: Callable[..., Page], server: Server
) -> None:
    page = open_own()
    count = 0

    def status(route: Any) -> None:
        """What the server says, with many streams that it has not."""
        said = route.fetch().json()
        said["streams"] = [{
            "name": f"stream-{number:03}", "state": "live", "publisher": "sending",
            "light": "red" if number % 100 == 7 else "green",
            "reasons": ["media comes 4 s late"] if number % 100 == 7 else [], "ageMs": 65_000,
            "bitrateBps": 2_500_000, "keyframeIntervalMs": 1_000, "webmViewers": 1_000 + number,
            "packagedViewers": 0, "peakViewers": 2_000, "lagMs": 0, "heldBackMs": 0,
        } for number in range(count)]
        route.fulfill(json=said)

    def text(element: str) -> str:
        return str(page.run("return document.getElementById(argument).textContent;", element))

    def is_hidden(selector: str) -> bool:
        return bool(page.run("return document.querySelector(argument).hidden;", selector))

    chromium_of(page).playwright.route("**/status", status)
    page.goto(f"http://127.0.0.1:{server.admin_port}/")
    wait_until(lambda: not is_hidden("#streams-empty"), "words for nothing", every_s=LOOK_EVERY_S)
    assert "Nobody broadcasts" in text("streams-empty") and is_hidden(".stream-search")
    count = 200
    wait_until(lambda: len(rows(page)) == 100, "a hundred rows", every_s=LOOK_EVERY_S)
    assert list(rows(page))[:3] == ["stream-107", "stream-007", "stream-199"]
    assert is_hidden("#streams-empty") and not is_hidden(".stream-search")
    assert text("streams-summary") == (
        "200 broadcasts, 219,900 viewers, 2 with trouble, 100 of 200 are shown")
    assert page.run("return document.title;") == "2 with trouble · Operators · Weir"
    in_every_look(
        chromium_of(page), lambda how: photograph(chromium_of(page), "operators-many", how))
    for typed, names in [
        ("-003", ["stream-003"]), ("STREAM-00", [f"stream-00{n}" for n in "7986543210"]),
        ("nobody", []),
    ]:
        page.fill("#streams-search", typed)
        wait_until(lambda names=names: list(rows(page)) == names, f"what {typed} finds", every_s=LOOK_EVERY_S)
    assert text("streams-empty") == "No stream has such a name."
    assert violations(chromium_of(page)) == []


def kick(server: Server, name: str, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.admin_port, timeout=PATIENCE_S)
    connection.request("POST", f"/kick/{name}", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_nobody_else_can_end_a_broadcast_through_an_operators_browser(
    open_own: Callable[..., Page], server: Server, live: str
) -> None:
    own = f"127.0.0.1:{server.admin_port}"
    assert kick(server, live, Host="rebound.example") == 421
    assert kick(server, live, Host="rebound.example", Origin="http://rebound.example") == 421
    assert kick(server, live, Host=own, Origin="http://evil.example") == 403
    assert kick(server, live, Host=own, Origin="null") == 403
    # Chromium says so itself of a page that is somebody else's.
    page = open_own()
    page.goto("about:blank")
    page.run(
        "await fetch(argument, { method: 'POST', mode: 'no-cors' }).catch(() => null);",
        f"http://{own}/kick/{live}")
    # What is late on a busy machine is paused for a moment; what has ended is not live again.
    server.wait_for_state(live, "live")
    assert kick(server, live, Host=own, Origin=f"http://{own}") == 200


def test_where_the_admin_listener_is_for_looking_nothing_can_be_ended(
    start_server: Callable[..., Server], publish: Callable[..., Publisher], name: str
) -> None:
    server = start_server("--admin-actions", "off")
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    assert kick(server, name) == 403
    server.wait_for_state(name, "live")
