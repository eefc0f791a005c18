"""The pages' pure modules, run in a real browser's engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from weir.server import Server

from .chromium import Chromium

Modules = Callable[..., Any]


def modules_of(room: str, words_of: str | None = None) -> Any:
    """A fixture that runs a script in which `load(NAME)` gives a module of a folder of assets, in English:
    with the words of `words_of`, where the folder has no page of its own."""

    @pytest.fixture(scope="module")
    def modules(chromium_browser: Chromium, browser_server: Server) -> Iterator[Modules]:
        page = chromium_browser.open()
        page.goto(browser_server.url("/"))
        html = browser_server.get("/").body.decode()
        found = re.search(r'"(/assets/[^/"]+)/', html)
        assert found is not None
        load = f"""
            const load = async (name) => {{
              await import(`{found[1]}/words/{words_of or room}.en.js`);
              return import(`{found[1]}/{room}/${{name}}.js`);
            }};
        """
        yield lambda script, argument=None: page.run(load + script, argument)
        page.close()

    return modules
