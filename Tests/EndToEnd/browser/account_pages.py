"""The pages about accounts as a person uses them, with scripts or without."""

from __future__ import annotations

from weir.accounts import PASSWORD
from weir.waiting import wait_until

from .element import LOOK_EVERY_S, visible_text, wait_for_element
from .page import Page


def path(page: Page) -> str:
    return page.run("return location.pathname;")


def wait_for_path(page: Page, wanted: str) -> None:
    wait_until(lambda: page.run("return document.readyState !== 'loading';")
               and path(page) == wanted, f"{page.name} to be at {wanted}", every_s=LOOK_EVERY_S)


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
        """The one button that sends a form."""
        self.page.click(f"{form} button:not([type=button])")

    def enter(self, where: str, name: str, password: str = PASSWORD) -> "Visitor":
        """Fill in the form of /signup or /login and send it."""
        form = f"form[action='{where}']"
        wait_for_element(self.page, form, "the form")
        self.type(form, username=name, password=password)
        self.press(form)
        return self

    def sign_up(self, name: str) -> "Visitor":
        self.visit("/signup").enter("/signup", name)
        wait_for_path(self.page, "/live")
        return self

    def log_in(self, name: str, password: str = PASSWORD) -> "Visitor":
        self.visit("/login").enter("/login", name, password)
        wait_for_path(self.page, "/account")
        return self

    def log_out(self) -> None:
        self.press("form[action='/logout']")
        wait_for_path(self.page, "/")

    def wait_for_key(self) -> str:
        return wait_for_element(self.page, "#stream-key", "the new stream key").text.strip()

    def error_beside(self, field: str) -> str:
        """The words that a field's own description has about it, when they can be seen."""
        error = wait_for_element(self.page, f"#{field}-error", f"what is wrong with {field}")
        described = self.page.run(
            """const field = document.getElementById(argument);
               return [field.getAttribute('aria-describedby'), field.getAttribute('aria-invalid'),
                 document.activeElement === field, field.value];""", field)
        assert f"{field}-error" in (described[0] or "").split() and described[1] == "true", described
        assert described[2], f"{field} is not where the person is now"
        return error.text

    @property
    def header(self) -> str:
        return visible_text(self.page, ".site-header")
