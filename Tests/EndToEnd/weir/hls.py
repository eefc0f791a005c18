"""Playlists of HLS as a test reads them: tags, and the names of what they list."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .checker import lists
from .checker.finding import Findings
from .connections import slot_of_port
from .http2 import Http2Connection, Response
from .server import Server
from .waiting import NotYet, Patience, wait_until

_MENDED_LEAST_US = 900_000


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
    def returns(self) -> int:
        """How often a broadcaster has come back. Not each discontinuity says so: a broadcast that was late in
        its first seconds gets one that corrects its time of day. There it goes back by a second, and nothing
        else changes."""
        listed = lists.read(self.text, "", Findings())
        count, map_uri, due_us = 0, None, 0
        for segment in [*listed.segments, listed.coming]:
            date_us = due_us if segment.date_us is None else segment.date_us
            is_mended = segment.map_uri == map_uri and date_us < due_us - _MENDED_LEAST_US
            count += segment.discontinuity and not is_mended
            map_uri, due_us = segment.map_uri, date_us + segment.duration_us
        return count

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
            # Ever slower: a busy worker takes none for a while, and a client may not have too many.
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


def late_or_not(connection: Http2Connection, asked: int, path: str) -> Response:
    """The answer to a request for this path that is under way. When the broadcast is late, players are told
    to ask again (503), and do."""
    answers = [connection.response(asked)]

    def answered() -> Response | None:
        if answers[-1].status != 503:
            return answers[-1]
        answers.append(connection.request("GET", path))
        return None

    answer = wait_until(answered, path)
    assert answer.status == 200, answer
    return answer


def assert_equal_from_all(connections: list[Http2Connection], paths: list[str]) -> dict[str, bytes]:
    """Wait until all workers say the same under each of these paths, and give that. A broadcast may go on
    meanwhile, one worker may look a moment before another, and lists of all tracks are not always made
    anew."""
    def look(connection: Http2Connection) -> dict[str, bytes] | NotYet:
        """Of a broadcast that is late, one is told to ask again."""
        answers = {path: connection.request("GET", path) for path in paths}
        assert {answer.status for answer in answers.values()} <= {200, 503}, answers
        late = [path for path, answer in answers.items() if answer.status == 503]
        if late:
            return NotYet(f"{late} are not there yet")
        return {path: bytes(answer.body) for path, answer in answers.items()}

    def looks() -> dict[str, bytes] | NotYet:
        first, *others = [look(connection) for connection in connections]
        if isinstance(first, NotYet):
            return first
        for other in others:
            if isinstance(other, NotYet):
                return other
            for path in paths:
                if first[path] != other[path]:
                    return NotYet(f"{path} differs:\n{difference(first[path], other[path])}")
        return first

    return wait_until(looks, "all workers to say the same")


def difference(one: bytes, other: bytes) -> str:
    """Of two texts, line by line."""
    both = (text.decode(errors="replace").splitlines() for text in (one, other))
    return "\n".join(difflib.unified_diff(*both, "one", "other", lineterm="", n=1))[:3000]


def end(server: Server, name: str) -> None:
    """End a broadcast, so that its lists get their end."""
    assert server.request("DELETE", f"/{name}/live").status == 204
    server.wait_for_state(name, "ended")
