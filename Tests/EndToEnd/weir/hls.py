"""Playlists of HLS as a test reads them: tags, and the names of what they list."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .connections import slot_of_port
from .http2 import Http2Connection, Response
from .server import Server
from .waiting import Patience, wait_until


@dataclass(frozen=True)
class Playlist:
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def tag(self, name: str) -> str | None:
        """What stands behind the first tag of that name."""
        for line in self.lines:
            if line == name or line.startswith(name + ":"):
                return line[len(name) + 1:]
        return None

    @property
    def segments(self) -> list[str]:
        return [line for line in self.lines if line and not line.startswith("#")]

    @property
    def parts(self) -> list[str]:
        return re.findall(r'^#EXT-X-PART:.*?URI="([^"]+)"', self.text, re.MULTILINE)

    @property
    def maps(self) -> list[str]:
        return re.findall(r'^#EXT-X-MAP:URI="([^"]+)"', self.text, re.MULTILINE)

    @property
    def hint(self) -> str | None:
        found = re.search(r'^#EXT-X-PRELOAD-HINT:TYPE=PART,URI="([^"]+)"', self.text, re.MULTILINE)
        return found.group(1) if found else None

    @property
    def first(self) -> int:
        return int(self.tag("#EXT-X-MEDIA-SEQUENCE") or 0)

    @property
    def next(self) -> tuple[int, int]:
        """The segment that is being made, and how many of its parts are listed."""
        behind = self.text.rsplit("#EXTINF", 1)[-1]
        return self.first + len(self.segments), len(re.findall(r"^#EXT-X-PART:", behind, re.M))

    @property
    def names(self) -> list[str]:
        """All media that it lists."""
        return list(dict.fromkeys(self.maps + self.segments + self.parts))


def connections_to_all_workers(server: Server) -> list[Http2Connection]:
    """A connection to each worker, in the order of their slots."""
    found: dict[int, Http2Connection] = {}
    others = []
    patience = Patience()
    while len(found) < server.worker_count:
        assert not patience.is_over, f"only the workers {sorted(found)} take connections"
        connection = Http2Connection(server)
        connection.request("GET", "/api/streams")
        slot = slot_of_port(server, connection.port)
        if slot is None or slot in found:
            others.append(connection)
            # Ever slower: one that is busy takes none for a while, and a client may have so many.
            time.sleep(len(others) / 100)
        else:
            found[slot] = connection
        patience.waited()
    for connection in others:
        connection.close()
    return [found[slot] for slot in sorted(found)]


@contextmanager
def connected_to_all_workers(server: Server) -> Iterator[list[Http2Connection]]:
    """The same, closed in the end."""
    connections = connections_to_all_workers(server)
    try:
        yield connections
    finally:
        for connection in connections:
            connection.close()


def fetch(connection: Http2Connection, name: str, path: str, root: str = "hls") -> Response:
    return connection.request("GET", f"/{name}/{root}/{path}")


def playlist(connection: Http2Connection, name: str, path: str) -> Playlist:
    """Of a broadcast that is late, players are told to ask again, and do."""
    def answered() -> Response | None:
        answer = fetch(connection, name, path)
        return None if answer.status == 503 else answer

    answer = wait_until(answered, f"{name}/{path}")
    assert answer.status == 200, (path, answer.status, bytes(answer.body))
    return Playlist(answer.body.decode())


def assert_equal_from_all(connections: list[Http2Connection], paths: list[str]) -> dict[str, bytes]:
    """All workers give the same under each of these paths. It may change meanwhile, so it is compared if the
    first, asked before and after the others, has said the same. Returns what that is."""
    def look(connection: Http2Connection) -> dict[str, bytes] | None:
        """None where one is told to ask again, as of a broadcast that is late."""
        answers = {path: connection.request("GET", path) for path in paths}
        statuses = {answer.status for answer in answers.values()}
        assert statuses <= {200, 503}, answers
        if 503 in statuses:
            return None
        return {path: bytes(answer.body) for path, answer in answers.items()}

    first = connections[0]

    def looks() -> list[dict[str, bytes]] | None:
        """What the first has said, and all others."""
        found = [look(connection) for connection in connections]
        if look(first) != found[0]:
            return None
        seen = [each for each in found if each is not None]
        return seen if len(seen) == len(found) else None

    before, *of_others = wait_until(looks, "lists to stand still")
    for of_other in of_others:
        for path in paths:
            assert of_other[path] == before[path], path
    return before


def end(server: Server, name: str) -> None:
    """End a broadcast, so that its lists get their end."""
    assert server.request("DELETE", f"/{name}/live").status == 204
    server.wait_for_state(name, "ended")
