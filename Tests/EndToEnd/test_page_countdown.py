"""How a broadcast begins in the studio: counted down, and by somebody in a hurry."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser.element import LOOK_EVERY_S, wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import SMALL, LivePage
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow


def test_it_counts_down_aloud_and_can_be_cancelled_until_the_end(
    live_page: Callable[..., LivePage], browser_server: Server, name: str
) -> None:
    live = live_page(name).choose_source("test")
    live.switch_on("#countdown-switch")
    # Cancelled at two, however slow this machine is.
    live.page.run(
        """window.seen = [];
           window.cancelsAt = '2';
           const look = () => {
             const number = document.querySelector('#countdown').textContent;
             if (document.body.dataset.state !== 'counting' || seen.at(-1) === number) return;
             seen.push(number);
             if (number === cancelsAt) document.querySelector('#stop').click();
           };
           new MutationObserver(look).observe(document.querySelector('#countdown'), { childList: true });
           new MutationObserver((list) => list.forEach(({ target }) => {
             if (target.textContent) seen.push(`said ${target.textContent}`);
           })).observe(document.querySelector('#announcer'), { childList: true });""")
    live.press_go_live()
    wait_until(lambda: "2" in live.page.run("return window.seen;"), "to count to two", every_s=LOOK_EVERY_S)
    live.wait_for_state("choosing")
    assert browser_server.stream(name) is None
    wait_until(lambda: live.page.run("return document.activeElement.id;") == "go-live",
               "the button to have the focus again", every_s=LOOK_EVERY_S)

    live.page.run("window.seen.length = 0; window.cancelsAt = '';")
    live.go_live(codec="vp8")
    seen = live.page.run("return window.seen;")
    assert [each for each in seen if each in "321"] == ["3", "2", "1"], seen
    assert any("Live in 3." in each for each in seen), seen
    live.stop()


# Somebody in a hurry


# Presses what is named, each time at a moment: in a state of the page, at the last figure of the countdown,
# or when something has been sent and the server has not answered.
_HURRY = """
const realSend = XMLHttpRequest.prototype.send;
const sent = () => new Promise((done) => {
  XMLHttpRequest.prototype.send = function send(...body) {
    XMLHttpRequest.prototype.send = realSend;
    realSend.apply(this, body);
    done();
  };
});
const nextTask = () => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = done;
  port2.postMessage(0);
});
const { dataset } = document.body;
const figure = document.querySelector('#countdown');
const isNow = (moment) => (moment === 'one'
  ? dataset.state === 'counting' && figure.textContent === '1' : dataset.state === moment);
const untilMs = performance.now() + argument.patienceMs;
for (const [id, moment] of argument.presses) {
  if (moment === 'sent') {
    await Promise.race([sent(), new Promise((_, fail) => {
      setTimeout(() => fail(new Error('nothing was sent')), argument.patienceMs);
    })]);
  }
  while (moment !== 'sent' && !isNow(moment)) {
    if (performance.now() > untilMs) throw new Error(`${dataset.state} and not ${moment}`);
    await nextTask();
  }
  document.getElementById(id).click();
}
"""
_GO = ("go-live", "choosing")
_HURRIES = [
    # With the countdown or without, and what is pressed when. It ends with a cancelled beginning.
    (False, [_GO, ("stop", "starting")]),
    (False, [_GO, ("stop", "sent")]),
    (False, [_GO, ("go-live", "starting"), ("stop", "starting"), _GO, ("stop", "sent")]),
    (True, [_GO, ("stop", "starting"), _GO, ("stop", "counting")]),
    (True, [_GO, ("go-live", "counting"), ("stop", "one"), ("stop", "choosing")]),
    (True, [_GO, ("stop", "sent"), _GO, ("stop", "one")]),
]


def hurry(live: LivePage, *presses: tuple[str, str]) -> None:
    live.page.run(_HURRY, {"presses": presses, "patienceMs": PATIENCE_S * 1000})


def test_whoever_cancels_and_goes_live_again_at_once_is_live_once(
    live_page: Callable[..., LivePage], browser_server: Server, name: str
) -> None:
    live = live_page(name).choose_source("test")
    live.choose("#resolution", SMALL).choose("#codec", "vp8")
    # A countdown that nobody has to wait for.
    live.page.run("""const realTimeout = setTimeout;
                     window.setTimeout = (call, ms) => realTimeout(call, ms === 1000 ? 50 : ms);""")
    tab = chromium_of(live.page)
    for is_counted, presses in _HURRIES:
        live.page.run(
            """const box = document.querySelector('#countdown-switch');
               if (box.checked !== argument) box.click();""", is_counted)
        hurry(live, *presses)
        live.wait_for_state("choosing")
        hurry(live, *presses, _GO)
        live.wait_for_state("live")
        before, recorders = len(tab.asked_with("weir-chunk")), live.recorders
        wait_until(
            lambda before=before: live.state == "live" and len(tab.asked_with("weir-chunk")) > before + 5,
            "more to be sent", every_s=LOOK_EVERY_S)
        sessions = {chunk.partition("/")[0] for chunk in tab.asked_with("weir-chunk")[before:]}
        assert len(sessions) == 1 or live.was_held_up(recorders), presses
        browser_server.wait_for_state(name, "live")
        live.stop()
        browser_server.wait_for_state(name, "ended")
        live.page.click("#set-up-again")


def test_who_cancels_does_not_end_what_others_have_live_under_that_name(
    live_page: Callable[..., LivePage], browser_server: Server, name: str, publish: Callable[..., Publisher]
) -> None:
    # Held back, because it is ahead of the clock: it is never late, whoever gets the processor.
    publish(browser_server, name).feed([record(seconds=LASTING_S).data], finish=False)
    browser_server.wait_for_state(name, "live")
    live = live_page(name).choose_source("test")
    live.choose("#resolution", SMALL).choose("#codec", "vp8")
    hurry(live, _GO, ("stop", "sent"), _GO)
    wait_for_element(live.page, "#take-over", "the offer to take over")
    browser_server.wait_for_state(name, "live")
    asked = [exchange.method for exchange in chromium_of(live.page).exchanges
             if exchange.url == browser_server.url(f"/{name}/live")]
    assert "POST" in asked and "DELETE" not in asked
