"""Subscribers to `GET /api/events`: server-sent events as values, over the suite's own HTTP/2 client."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .http2 import Http2Connection, Response
from .server import Server
from .waiting import PATIENCE_S

PATH = "/api/events"


@dataclass(frozen=True)
class Event:
    """One event: its type and what its data says."""

    kind: str
    data: Any


def parse(body: bytes) -> list[Event]:
    """The complete events of a body; comments and other fields are left out."""
    events = []
    blocks = body.decode().split("\n\n")
    for block in blocks[:-1]:
        kind, data = "message", []
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            else:
                assert name in ("retry", "") or line.startswith(":"), f"a strange line: {line!r}"
        if data:
            events.append(Event(kind, json.loads("\n".join(data))))
    return events


class Subscriber:
    """One response with events, alone on a connection unless it is given one."""

    def __init__(
        self,
        server: Server,
        query: str = "",
        *,
        headers: list[tuple[str, str]] | None = None,
        connection: Http2Connection | None = None,
    ) -> None:
        self.connection = connection or Http2Connection(server)
        self.stream = self.connection.open("GET", PATH + query, headers)

    def __enter__(self) -> "Subscriber":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    @property
    def response(self) -> Response:
        return self.connection.responses[self.stream]

    @property
    def events(self) -> list[Event]:
        return parse(bytes(self.response.body))

    def streams(self) -> dict[str, dict[str, Any]]:
        """What a page that listens would know now: the streams by name."""
        known: dict[str, dict[str, Any]] = {}
        for event in self.events:
            if event.kind == "streams":
                known = {stream["name"]: stream for stream in event.data["streams"]}
            elif event.kind == "stream":
                known[event.data["name"]] = event.data
            elif event.kind == "gone":
                known.pop(event.data["name"], None)
        return known

    def states(self, name: str) -> list[str]:
        """The states of a stream in the order in which they were told, repetitions left out."""
        told: list[str] = []
        for event in self.events:
            listed = event.data["streams"] if event.kind == "streams" else [event.data]
            for stream in listed:
                state = stream.get("state", "gone")
                if stream["name"] == name and told[-1:] != [state]:
                    told.append(state)
        return told

    def wait_for(
        self, condition: Callable[[], object], what: str, timeout_s: float = PATIENCE_S
    ) -> None:
        self.connection.wait_for(condition, what, timeout_s)

    def wait_for_state(self, name: str, state: str, timeout_s: float = PATIENCE_S) -> None:
        self.wait_for(lambda: self.states(name)[-1:] == [state], f"{name} to be {state}", timeout_s)

    def wait_for_first_event(self) -> Event:
        self.wait_for(lambda: self.events, "a first event")
        return self.events[0]
