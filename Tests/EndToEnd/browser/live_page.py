"""The page that broadcasts, /live, as its user sees it."""

from __future__ import annotations

from dataclasses import dataclass

from weir.waiting import PATIENCE_S, wait_until

from .chromium import ChromiumPage
from .element import (
    LOOK_EVERY_S, element, first_number, page_state, visible_text, wait_for_element,
    wait_for_page_state,
)
from .page import Page

# Encoding costs a machine without hardware for it a lot; a small picture shows all there is to see.
SMALL = "360p"

# All that the page has said in these places: words may be gone before a test looks.
_NOTE_WORDS = """
if (!window.saidWords) {
  window.saidWords = [];
  addEventListener('DOMContentLoaded', () => {
    for (const place of document.querySelectorAll('#notice-title, #notice-text, #health-title')) {
      new MutationObserver(() => { saidWords.push(place.textContent); }).observe(place, { childList: true });
    }
  });
}
"""
# For each new recorder, how long the one before it had given nothing.
_NOTE_SILENCES = """
if (window.MediaRecorder && !window.recorderSilencesMs) {
  window.recorderSilencesMs = [];
  let gaveAtMs = null;
  const Noted = MediaRecorder;
  window.MediaRecorder = class extends Noted {
    constructor(...given) {
      super(...given);
      const nowMs = performance.now();
      if (gaveAtMs !== null) window.recorderSilencesMs.push(nowMs - gaveAtMs);
      gaveAtMs = nowMs;
      this.addEventListener('dataavailable', ({ data }) => {
        if (data.size > 0) gaveAtMs = performance.now();
      });
    }
  };
}
"""
# Recorders give something every 120 ms.
_SILENT_MS = 700


@dataclass(frozen=True)
class Figures:
    """What the page says while it is live."""

    elapsed: str
    sent: str
    bitrate: str
    viewers: str
    health: str


class LivePage:
    """One tab with /live in it. `origin` is where the server is, as this browser reaches it."""

    def __init__(self, page: Page, origin: str, name: str | None = None, query: str = "") -> None:
        self.page = page
        self.origin = origin
        self.name = name
        if isinstance(page, ChromiumPage):
            page.playwright.add_init_script(_NOTE_WORDS + _NOTE_SILENCES)
        separator = "?" if name or query else ""
        preset = f"name={name}" if name else ""
        page.goto(f"{origin}/live{separator}{preset}{query}")
        wait_for_page_state(page, "choosing", "failed")

    @property
    def state(self) -> str:
        return page_state(self.page)

    def wait_for_state(self, *states: str, timeout_s: float = PATIENCE_S) -> str:
        return wait_for_page_state(self.page, *states, timeout_s=timeout_s)

    # What its user does

    def choose_source(self, source: str) -> "LivePage":
        """camera, screen or test. The inputs may be hidden behind their labels, so click those."""
        self.page.run(
            """const input = document.querySelector(`input[name=source][value=${argument}]`);
               if (!input.checked) { input.click(); }""", source)
        return self

    def choose(self, selector: str, value: str) -> "LivePage":
        """An option of a select, which may be in a section that is folded up."""
        self.page.run(
            """const select = document.querySelector(argument[0]);
               const option = [...select.options].find((each) => each.value === argument[1]);
               if (!option) {
                 const there = [...select.options].map((each) => each.value);
                 throw new Error(`no ${argument[1]} among ${there}`);
               }
               select.value = option.value;
               select.dispatchEvent(new Event('input', { bubbles: true }));
               select.dispatchEvent(new Event('change', { bubbles: true }));""",
            [selector, value])
        return self

    def switch_on(self, selector: str) -> "LivePage":
        """A box to be ticked, unless it is."""
        self.page.run(
            "const box = document.querySelector(argument); if (!box.checked) box.click();", selector)
        return self

    def go_live(self, codec: str | None = None, size: str = SMALL) -> "LivePage":
        self.choose("#resolution", size)
        if codec is not None:
            self.choose("#codec", codec)
        self.press_go_live()
        self.wait_for_state("live")
        return self

    def press_go_live(self) -> None:
        self.page.click("#go-live")

    def stop(self) -> "LivePage":
        """As the page wants it: it asks once."""
        self.page.click("#stop")
        wait_for_element(self.page, "#stop-confirm", "the question whether to stop")
        self.page.click("#stop-confirm")
        self.wait_for_state("stopped")
        return self

    # What its user sees

    @property
    def figures(self) -> Figures:
        def text(selector: str) -> str:
            seen = element(self.page, selector)
            assert seen is not None, f"there is no {selector}"
            return seen.text

        return Figures(*map(text, ("#elapsed", "#sent", "#upload-bitrate", "#viewers", "#health")))

    @property
    def health(self) -> str:
        seen = element(self.page, "#health")
        return seen.data.get("level", "") if seen else ""

    def wait_for_health(self, *levels: str) -> str:
        return wait_until(lambda: next((each for each in levels if each == self.health), None),
                          f"upload health {levels}", every_s=LOOK_EVERY_S) or ""

    @property
    def recorders(self) -> int:
        """How many there have been in this document until now, one after the other."""
        return self.page.run("return window.recorderSilencesMs.length;") + 1

    def was_held_up(self, since: int = 1) -> bool:
        """Whether there was another recorder after the first `since` of them because the last of those gave
        nothing. A busy machine holds recorders and sound up; the page then takes another one, and may go back
        later."""
        silences_ms: list[float] = self.page.run("return window.recorderSilencesMs;")[since - 1:]
        return bool(silences_ms) and silences_ms[0] >= _SILENT_MS

    def wait_for_viewers(self, count: int) -> None:
        wait_for_element(self.page, "#viewers", f"{count} viewers",
                         lambda seen: first_number(seen.text) == count)

    def wait_until_said(self, words: str) -> None:
        """Until these words have been in a notice or in what it says of its health, if only for a moment."""
        def said() -> bool:
            return any(words in each for each in self.page.run("return saidWords;"))

        wait_until(said, f"{words} to be said", every_s=LOOK_EVERY_S)

    def wait_for_text(self, selector: str, text: str) -> None:
        wait_until(lambda: text in visible_text(self.page, selector),
                   f"{text} in {selector}; the page says: {visible_text(self.page)}", every_s=LOOK_EVERY_S)
