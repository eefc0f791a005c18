"""Firefox with a fake camera and microphone, driven through Marionette.

The distribution's own Firefox, headless, on a throw-away profile. One instance is one tab here:
Marionette's idea of several tabs is a global "current" one, which is easy to get wrong.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from marionette_driver.by import By
from marionette_driver.errors import (
    ElementClickInterceptedException, ElementNotInteractableException, MarionetteException,
    NoSuchElementException, StaleElementException,
)
from marionette_driver.keys import Keys
from marionette_driver.marionette import Marionette, WebElement

from weir.ports import free_port
from weir.waiting import PATIENCE_S, wait_until

from .page import ScriptFailed

EXECUTABLE = os.environ.get("WEIR_FIREFOX", "/usr/bin/firefox-esr")

# Time counts here also while the machine stands still: so it is more than is waited for elsewhere.
START_TIMEOUT_S = max(60, 2 * PATIENCE_S)
SOCKET_TIMEOUT_S = START_TIMEOUT_S + 60
SCRIPT_TIMEOUT_MS = round(START_TIMEOUT_S * 1000) + 30_000

PREFERENCES: dict[str, bool | int | str] = {
    # A fake camera and microphone, and nobody to ask for permission.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    # Timers in a window that is never in front would be slowed down.
    "dom.min_background_timeout_value": 4,
    "dom.timeout.enable_budget_timer_throttling": False,
    # Nothing from the outside: no updates, no start pages, no reports.
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.safebrowsing.downloads.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}

# The script's own context is the page's, so that it sees what the page sees, and its value
# travels as JSON, which means the same in every browser.
WRAPPER = """
const [argument, finish] = arguments;
(async (argument) => {{ {body} }})(argument).then(
  (value) => finish(JSON.stringify({{ value: value === undefined ? null : value }})),
  (error) => finish(JSON.stringify({{ error: String(error) }})));
"""

# When a page changes just then, a press or typing fails like this, and has done nothing.
_NOT_YET = (
    ElementClickInterceptedException, ElementNotInteractableException, NoSuchElementException,
    StaleElementException)

# Keys that are not the character they type.
KEYS = {
    "Space": Keys.SPACE, "Enter": Keys.ENTER, "Tab": Keys.TAB, "Escape": Keys.ESCAPE,
    "ArrowLeft": Keys.ARROW_LEFT, "ArrowRight": Keys.ARROW_RIGHT, "End": Keys.END,
}


class FirefoxPage:
    """The one tab of a Firefox."""

    def __init__(self, marionette: Marionette) -> None:
        self.name = "Firefox"
        self._marionette = marionette

    def goto(self, url: str) -> None:
        self._marionette.navigate(url)

    def run(self, body: str, argument: Any = None) -> Any:
        try:
            text = self._marionette.execute_async_script(
                WRAPPER.format(body=body), script_args=(argument,), sandbox=None,
                script_timeout=SCRIPT_TIMEOUT_MS)
        except MarionetteException as error:
            raise ScriptFailed(f"{self.name}: {error}") from error
        if text is None:
            raise ScriptFailed(f"{self.name}: its document went away")
        outcome = json.loads(text)
        if "error" in outcome:
            raise ScriptFailed(f"{self.name}: {outcome['error']}")
        return outcome["value"]

    def click(self, selector: str) -> None:
        def press() -> bool:
            found = self._marionette.find_elements(By.CSS_SELECTOR, selector)
            usable = next(e for e in found if e.is_displayed() and e.is_enabled())
            usable.click()
            return True

        self._once_it_can_be(press, f"{self.name} to show {selector}")

    def hover(self, selector: str) -> None:
        def move() -> bool:
            box = self._element(selector).rect
            x, y = round(box["x"]), round(box["y"])
            pointer = self._marionette.actions.sequence("pointer", "mouse")
            pointer.pointer_move(x + 1, y + 1).pointer_move(
                x + round(box["width"] / 2), y + round(box["height"] / 2)).perform()
            return True

        self._once_it_can_be(move, f"{self.name} to have {selector}")

    def fill(self, selector: str, text: str) -> None:
        def type_it() -> bool:
            field = self._element(selector)
            field.clear()
            field.send_keys(text)
            return True

        self._once_it_can_be(type_it, f"{self.name} to have {selector}")

    def _element(self, selector: str) -> WebElement:
        return self._marionette.find_element(By.CSS_SELECTOR, selector)

    @staticmethod
    def _once_it_can_be(act: Callable[[], bool], what: str) -> None:
        def try_it() -> bool:
            try:
                return act()
            except (StopIteration, *_NOT_YET):
                return False

        wait_until(try_it, what)

    def press(self, key: str) -> None:
        def press_it() -> bool:
            self._marionette.get_active_element().send_keys(KEYS.get(key, key))
            return True

        self._once_it_can_be(press_it, f"{self.name} to have something for {key}")

    def screenshot(self) -> bytes:
        return base64.b64decode(self._marionette.screenshot())

    def close(self) -> None:
        """Leaves the page, and with it every request it has under way. The tab stays.

        Connections that are not used any more would be kept for minutes; a server that is judged
        by what it holds at its end would wait for them.
        """
        self.goto("about:blank")
        self._of_the_browser(
            "Services.obs.notifyObservers(null, 'net:prune-all-connections'); return null;")

    def policy_violations(self) -> list[str]:
        """What the browser's console says about policies of the pages that were here."""
        return self._of_the_browser(
            """return Services.console.getMessageArray()
                 .filter((each) => each instanceof Ci.nsIScriptError && each.category === 'CSP')
                 .map((each) => each.errorMessage);""")

    def _of_the_browser(self, script: str) -> Any:
        """Runs a script with the rights of the browser itself."""
        with self._marionette.using_context("chrome"):
            return self._marionette.execute_script(script)


@contextmanager
def firefox() -> Iterator[FirefoxPage]:
    """Starts a Firefox and ends it afterwards, whatever happened in between."""
    with tempfile.TemporaryDirectory(prefix="weir-firefox-") as profile:
        port = free_port()
        _write_preferences(Path(profile), port)
        process = subprocess.Popen(
            [EXECUTABLE, "--headless", "--no-remote", "-marionette", "--remote-allow-system-access",
             "-profile", profile],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            marionette = Marionette(host="127.0.0.1", port=port, socket_timeout=SOCKET_TIMEOUT_S)
            marionette.raise_for_port(timeout=START_TIMEOUT_S)
            # Eager: a page counts as loaded with its document, since its live video never ends.
            marionette.start_session({"acceptInsecureCerts": True, "pageLoadStrategy": "eager"})
            yield FirefoxPage(marionette)
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _write_preferences(profile: Path, port: int) -> None:
    preferences = PREFERENCES | {"marionette.port": port}
    lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in preferences.items()]
    (profile / "user.js").write_text("\n".join(lines) + "\n")
