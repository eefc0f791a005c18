"""The pages about accounts as a person uses them, with scripts or without."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from weir.accounts import PASSWORD
from weir.waiting import wait_until

from .element import LOOK_EVERY_S, visible_text, wait_for_element
from .page import Page, ScriptFailed

#: The answer to a form for which the server had no time.
TOO_BUSY = 503

# More than there is to tab to before anything that a test looks for.
MOST_TABS = 30


# The document's scripts have run, so a press is not lost.
_IS_READY = "performance.getEntriesByType('navigation')[0]?.domContentLoadedEventEnd > 0"


def wait_for_path(page: Page, wanted: str) -> None:
    def is_there() -> bool:
        return _seen(page, f"return {_IS_READY} && location.pathname === argument;", wanted)

    wait_until(is_there, f"{page.name} to be at {wanted}", every_s=LOOK_EVERY_S)


@contextmanager
def next_document(page: Page) -> Iterator[None]:
    """What is done inside leads to another page, perhaps at the same address: waits for it."""
    page.run("document.body.dataset.isBefore = '';")
    yield

    def is_there() -> bool:
        return _seen(page, f"return {_IS_READY} && document.body.dataset.isBefore === undefined;")

    wait_until(is_there, f"{page.name} to show the next page", every_s=LOOK_EVERY_S)


def _seen(page: Page, body: str, argument: str = "") -> bool:
    """Whether it holds now; between two documents it does not."""
    try:
        return bool(page.run(body, argument))
    except ScriptFailed:
        return False


def choose_picture(page: Page, picture: bytes) -> None:
    """As somebody does who chooses this file in the dialog of the browser, once the page offers it."""
    wait_for_element(page, "[data-picture-controls]", "a way to choose a picture")
    page.run(
        """const input = document.querySelector('[data-picture] input[type=file]');
           const bytes = Uint8Array.from(atob(argument), (letter) => letter.codePointAt(0));
           const files = new DataTransfer();
           files.items.add(new File([bytes], 'mine'));
           input.files = files.files;
           input.dispatchEvent(new Event('change'));""", base64.b64encode(picture).decode())


class Visitor:
    """Somebody in front of a browser."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin

    def visit(self, where: str) -> "Visitor":
        self.page.goto(self.origin + where)
        return self

    def type(self, form: str, **fields: str) -> None:
        for name, text in fields.items():
            self.page.fill(f"{form} input[name={name}]:not([readonly])", text)

    def press(self, form: str) -> None:
        """The one button that sends a form. Another page is there afterwards."""
        with next_document(self.page):
            self.page.click(f"{form} button:not([type=button])")

    def send(self, where: str, **fields: str) -> list[int]:
        """Fill in the form that goes there and send it, again and again while the server has no time for it.
        Gives the status of each answer, or of the page that it led to."""
        form = f"form[action='{where}']"
        answers: list[int] = []

        def try_once() -> bool:
            wait_for_element(self.page, form, "the form")
            self.type(form, **fields)
            self.press(form)
            answers.append(self.answer_of(where))
            return answers[-1] != TOO_BUSY

        wait_until(try_once, f"an answer of {where}")
        return answers

    def answer_of(self, where: str) -> int:
        """The status of what was sent there last, or of the page that it led to."""
        # Where there are scripts, they have asked for it; else it is the document.
        return self.page.run(
            """const [document] = performance.getEntriesByType('navigation');
               const asked = performance.getEntriesByName(location.origin + argument).at(-1);
               return (asked ?? document).responseStatus;""", where)

    def enter(self, where: str, name: str, password: str = PASSWORD) -> "Visitor":
        """Fill in the form of /signup or /login and send it."""
        self.send(where, username=name, password=password)
        return self

    def sign_up(self, name: str) -> "Visitor":
        """As `accounts.sign_up`: a name that is taken after a late answer is one's own."""
        answers = self.visit("/signup").send("/signup", username=name, password=PASSWORD)
        if answers[-1] == 409 and len(answers) > 1:
            self.log_in(name).visit("/live")
        wait_for_path(self.page, "/live")
        return self

    def log_in(self, name: str, password: str = PASSWORD) -> "Visitor":
        self.visit("/login").enter("/login", name, password)
        wait_for_path(self.page, "/account")
        return self

    def log_out(self) -> None:
        self.send("/logout")
        wait_for_path(self.page, "/")

    def wait_for_key(self) -> str:
        return wait_for_element(self.page, "#stream-key", "the new stream key").text.strip()

    def error_beside(self, field: str) -> str:
        """The words that a field's own description has about it, when they can be seen."""
        error = wait_for_element(self.page, f"#{field}-error", f"what is wrong with {field}")
        # A document that was just loaded moves the focus there a moment later.
        wait_until(
            lambda: self.page.run(
                """const field = document.getElementById(argument);
                   const describedBy = field.getAttribute('aria-describedby') ?? '';
                   return describedBy.split(' ').includes(`${argument}-error`)
                     && field.getAttribute('aria-invalid') === 'true'
                     && document.activeElement === field;""", field),
            f"{field} to be described, invalid, and where the person is now", every_s=LOOK_EVERY_S)
        return error.text

    def fixed_name(self) -> str:
        """The name that /live broadcasts under, which cannot be changed there."""
        value, is_fixed = self.page.run(
            """const { value, readOnly } = document.querySelector('#name');
               return [value, readOnly];""")
        assert is_fixed, "the name can be changed"
        return value

    def tab_to(self, selector: str) -> None:
        """Press Tab until an element has the focus, as one does who uses no mouse."""
        for _ in range(MOST_TABS):
            self.page.press("Tab")
            if self.page.run("return document.activeElement.matches(argument);", selector):
                return
        raise AssertionError(f"{selector} cannot be reached with the keyboard")

    @property
    def header(self) -> str:
        return visible_text(self.page, ".site-header")
