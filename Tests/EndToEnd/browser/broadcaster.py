"""A browser that broadcasts through the replica of the first front end's page."""

from __future__ import annotations

from typing import Any

from weir.waiting import PATIENCE_S, wait_until

from .front_end import FrontEnd
from .page import Page

# What the first front end uses: a chunk every two seconds.
FIRST_FRONT_END_TIMESLICE_MS = 2000

CAMERA_AND_MICROPHONE: dict[str, Any] = {"video": True, "audio": True}

Answer = int | str
"""What a POST was answered: its status, or the error that fetch gave instead."""


class Broadcaster:
    """One page with a camera, and the recorder in it."""

    def __init__(self, page: Page, front_end: FrontEnd, url: str) -> None:
        self.page = page
        self._url = url
        page.goto(front_end.broadcast_page)

    def open_camera(self, constraints: dict[str, Any] = CAMERA_AND_MICROPHONE) -> "Broadcaster":
        self.page.run("await broadcast.open(argument);", constraints)
        return self

    def start(
        self,
        options: dict[str, Any] | None = None,
        timeslice_ms: int = FIRST_FRONT_END_TIMESLICE_MS,
        session: str | None = None,
    ) -> "Broadcaster":
        """Starts a recorder whose chunks are posted one by one.

        Without arguments it is the first front end's: no options, a chunk every two seconds. With
        a `session` the chunks are numbered (`Weir-Chunk`).
        """
        self.page.run(
            "broadcast.start(...argument);", [self._url, options or {}, timeslice_ms, session])
        return self

    def start_endless(
        self, options: dict[str, Any] | None = None, timeslice_ms: int = 250
    ) -> "Broadcaster":
        """Starts a recorder whose output is the body of one request that ends with `stop`."""
        self.page.run(
            "broadcast.startEndless(...argument);", [self._url, options or {}, timeslice_ms])
        return self

    def stop(self) -> "Broadcaster":
        """Ends the recorder; everything it made has been answered when this returns."""
        self.page.run("await broadcast.stop();")
        return self

    def end_stream(self) -> Answer:
        """Ends the stream itself, as its owner may: DELETE, from the page."""
        return self.page.run(
            "return (await fetch(argument, { method: 'DELETE' })).status;", self._url)

    @property
    def answers(self) -> list[Answer]:
        """What the POSTs were answered, in the order of the answers."""
        return self.page.run("return broadcast.answers;")

    def wait_for_answers(self, count: int, timeout_s: float = 2 * PATIENCE_S) -> "Broadcaster":
        """Until `count` chunks were posted and answered; each answer must be 204."""
        wait_until(lambda: len(self.assert_all_accepted()) >= count,
                   f"{count} chunks to be accepted", timeout_s, every_s=0.1)
        return self

    def assert_all_accepted(self) -> list[Answer]:
        """Every answer so far was 204."""
        answers = self.answers
        assert set(answers) <= {204}, f"{self.page.name}: chunks were refused: {answers}"
        return answers

    # The counting camera (camera.py)

    @property
    def counter(self) -> int:
        """What the camera counts to now."""
        return self._number("broadcast.counter()")

    @property
    def sent_up_to(self) -> int:
        """What the camera had counted to when the newest chunk that was taken was cut."""
        return self._number("broadcast.sentUpTo")

    def _number(self, expression: str) -> int:
        seen: list[int] = wait_until(
            lambda: [n for n in [self.page.run(f"return {expression};")] if n is not None],
            f"{expression} to be a number", every_s=0.05)
        return seen[0]
