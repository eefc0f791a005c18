"""Players by the thousand, in a process of their own: HTTP/1.1 to a port on loopback. Media are dropped.

    python -m weir.players '{"port": 8080, "name": "a", "seconds": 25, "ll": 1000}'

prints a report as JSON. What follows lists follows them as players do:

- `ll`: asks for the list with the next part and for each part once; every other one asks for the hinted part
  ahead of its list, and every other list is asked for as a delta.
- `plain`: asks for the list once in a target duration, and for each segment that is new in it.
- `dash`: the same by the manifest, of all tracks.
- `poll`: asks for one address again and again.

They go on for `seconds`, unless they have had `enough` media before that (of `poll`: answers with 200), or
have been answered `answers` times; if they are to be `told`, not before `end` has told them. So tests need
not know how fast a machine is.

They ask again after a second when the answer is a refusal, as players do, and never otherwise. How late an
answer is counts from the first player that had it, of players that are up with the list. What this process
itself takes is in it.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .player_lists import List, read_list, read_manifest
from .waiting import PATIENCE_S
from .wire import Answer, Wire

_PACKED = re.compile(rb"\r\ncontent-encoding: *gzip", re.IGNORECASE)
_OPEN = re.compile(rb"\r\naccess-control-allow-origin: *\*", re.IGNORECASE)
_AGAIN = re.compile(rb"\r\nretry-after: *\d", re.IGNORECASE)
# A thousand of them take the processors for themselves, whatever else is waited for.
_PATIENCE_S = max(45, PATIENCE_S)
# Players leave when they have seen what a test is about; after so long they ask for nothing more.
SECONDS_AT_MOST = 180
_ANSWERED = "each has had an answer\n"
# A player that comes has an older list, and goes through what the others have had.
_ROUNDS_TO_BEGIN = 3
# For one medium.
_TRIES = 3
_KINDS = ("ll", "plain", "dash", "poll")


@dataclass
class Report:
    """What the players saw. Addresses are paths with their queries."""

    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    #: Addresses that were refused, with the status.
    refused: Counter[str] = field(default_factory=Counter)
    #: Refusals that a page could not have read, or that do not say when to ask again.
    unreadable: int = 0
    #: What went wrong otherwise: connections that ended, media that a list no longer named.
    failures: Counter[str] = field(default_factory=Counter)
    #: Times that a player has missed media because it was late itself: see `_ListTimes`.
    passed_over: int = 0
    #: How many media each player has had.
    had: list[int] = field(default_factory=list)
    #: Media that the sampled players had: digests of their bytes.
    digests: dict[str, str] = field(default_factory=dict)
    #: Milliseconds behind the first player's answer: the median, and of one in a hundred.
    late_ms: dict[str, list[float]] = field(default_factory=dict)
    bytes: int = 0
    #: From the first player that came to the last one that left.
    lasted_s: float = 0.0

    @staticmethod
    def read(text: str) -> "Report":
        said = json.loads(text)
        counters = ("asked", "statuses", "refused", "failures")
        return Report(**{k: Counter(v) if k in counters else v for k, v in said.items()})


def start(port: int, name: str, seconds: float, **options: Any) -> subprocess.Popen[str]:
    """Start players, for example `start(8080, "a", 25, ll=1000)`; `finish` waits for them."""
    order = {"port": port, "name": name, "seconds": seconds, **options}
    return subprocess.Popen(
        [sys.executable, "-m", "weir.players", json.dumps(order)], stdout=subprocess.PIPE,
        text=True, cwd=Path(__file__).parents[1])


def end(players: subprocess.Popen[str]) -> None:
    """Tell players that may leave when they have had enough."""
    players.send_signal(signal.SIGTERM)


def wait_for_answers(players: subprocess.Popen[str]) -> None:
    """Until each of them has had an answer."""
    assert players.stdout is not None
    assert players.stdout.readline() == _ANSWERED, "the players ended badly"


def finish(
    players: subprocess.Popen[str], timeout_s: float = SECONDS_AT_MOST + 2 * _PATIENCE_S
) -> Report:
    """Wait for their end, which comes by itself, and read their report."""
    try:
        text, _ = players.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        players.kill()
        raise
    assert players.returncode == 0, "the players ended badly"
    return Report.read(text.splitlines()[-1])


class _Crowd:
    def __init__(self, order: dict[str, Any]) -> None:
        self.port, self.name = order["port"], order["name"]
        self.began = time.monotonic()
        self.until = self.began + order["seconds"]
        self.enough = order.get("enough", sys.maxsize)
        self.answers = order.get("answers", sys.maxsize)
        self.is_told = not order.get("told", False)
        self.sampled = order.get("sampled", 10)
        self.path = order.get("path", "")
        self.every_s = order.get("every_s", 1.0)
        self.report = Report()
        self._waiting = sum(order.get(kind, 0) for kind in _KINDS)
        self._first: dict[str, float] = {}
        self._late: dict[str, list[float]] = {"list": [], "media": []}
        self._read: dict[bytes, Any] = {}

    def count_player(self) -> None:
        """One more has had its first answer."""
        self._waiting -= 1
        if self._waiting == 0:
            print(_ANSWERED, end="", flush=True)

    def tell(self) -> None:
        self.is_told = True

    def read(self, answer: Answer, reader: Callable[[bytes], Any]) -> Any:
        body = answer.body
        if body not in self._read:
            plain = gzip.decompress(body) if _PACKED.search(answer.head) else body
            self._read[body] = reader(plain)
        return self._read[body]

    def note(self, kind: str, path: str, answer: Answer) -> None:
        self._late[kind].append(answer.at - self._first.setdefault(path, answer.at))

    def judged(self) -> Report:
        self.report.lasted_s = time.monotonic() - self.began
        for kind, values in self._late.items():
            if values:
                values.sort()
                self.report.late_ms[kind] = [
                    round(values[int(len(values) * share)] * 1000, 1) for share in (0.5, 0.99)]
        return self.report


class _ListTimes:
    """Tells whether a player was so slow that the end of its last list may have left the next one. Lists name
    media for three target durations, and a list is at least as new as the request for it."""

    def __init__(self) -> None:
        self._asked = [time.monotonic()] * 2

    def ask(self) -> None:
        """To be called when a list is asked for."""
        self._asked = [self._asked[1], time.monotonic()]

    def were_apart(self, answered: float, target_s: float) -> bool:
        """Whether that holds for the last list and this one."""
        return answered - self._asked[0] > 3 * target_s


class _Player:
    """One viewer with one or two connections."""

    def __init__(self, crowd: _Crowd, number: int) -> None:
        self.crowd, self.number = crowd, number
        self.is_sampled = number < crowd.sampled
        self.had = 0
        self._answers = 0
        self._rounds = 0
        self._idle: list[Wire] = []

    @property
    def is_over(self) -> bool:
        crowd = self.crowd
        has_enough = self.had >= crowd.enough or self._answers >= crowd.answers
        return time.monotonic() >= crowd.until or (crowd.is_told and has_enough)

    async def ask(self, path: str) -> Answer:
        """One request, repeated on another connection if the one that was idle has gone."""
        crowd = self.crowd
        crowd.report.asked[path] += 1
        while self._idle:
            wire = self._idle.pop()
            if wire.is_open:
                break
        else:
            _, wire = await asyncio.get_running_loop().create_connection(
                Wire, "127.0.0.1", crowd.port)
        wire.waiting = asyncio.get_running_loop().create_future()
        wire.transport.write(
            f"GET {path} HTTP/1.1\r\nHost: edge.example\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        try:
            answer = await asyncio.wait_for(wire.waiting, _PATIENCE_S)
        except TimeoutError:
            wire.transport.close()
            raise ConnectionError("no answer") from None
        self._idle.append(wire)
        self._count(path, answer)
        return answer

    def _count(self, path: str, answer: Answer) -> None:
        report = self.crowd.report
        self._answers += 1
        if self._answers == 1:
            self.crowd.count_player()
        report.statuses[str(answer.status)] += 1
        report.bytes += len(answer.body)
        if answer.status != 200:
            report.refused[f"{answer.status} {path}"] += 1
            if not _OPEN.search(answer.head):
                report.unreadable += 1
            if answer.status == 503 and not _AGAIN.search(answer.head):
                report.unreadable += 1

    async def insist(self, path: str, tries: int | None = None) -> Answer | None:
        """Until it is there, asking once a second; None when the time is over, or nothing has come of
        so many tries."""
        while not self.is_over and tries != 0:
            tries = None if tries is None else tries - 1
            try:
                answer = await self.ask(path)
            except ConnectionError as error:
                self.crowd.report.failures[str(error)] += 1
                await asyncio.sleep(1)
                continue
            if answer.status == 200:
                return answer
            await asyncio.sleep(1)
        return None

    async def medium(self, root: str, name: str) -> None:
        path = f"/{self.crowd.name}/{root}/{name}"
        # What another broadcast has replaced does not come back: the list says what to play instead.
        answer = await self.insist(path, _TRIES)
        if answer is None:
            return
        if self._rounds > _ROUNDS_TO_BEGIN:
            self.crowd.note("media", path, answer)
        self.had += 1
        if self.is_sampled:
            self.crowd.report.digests[path] = hashlib.sha256(answer.body).hexdigest()

    # Kinds

    async def ll(self) -> None:
        crowd, path = self.crowd, f"/{self.crowd.name}/hls/v1.m3u8"
        times = _ListTimes()
        first = await self.insist(f"/{crowd.name}/hls/index.m3u8") and await self.insist(path)
        if first is None:
            return
        now: List = crowd.read(first, read_list)
        last, init = now.media[-1] if now.media else None, now.map
        await self.medium("hls", now.map or "")
        ahead = None
        while not self.is_over:
            if self.number % 2 and now.hint and ahead is None:
                ahead = (now.hint, asyncio.ensure_future(self.medium("hls", now.hint)))
            skip = "&_HLS_skip=YES" if (self.number + self._rounds) // 2 % 2 else ""
            self._rounds += 1
            query = f"{path}?_HLS_msn={now.next_segment}&_HLS_part={now.next_part}{skip}"
            times.ask()
            if now.has_ended or not now.blocks:
                # Perhaps there is another broadcast by now; or it promises no parts, and nothing is held.
                await asyncio.sleep(1)
                answer = await self.insist(path)
            else:
                answer = await self._awaited(query, path)
            if answer is None:
                break
            now = crowd.read(answer, read_list)
            if now.map not in (None, init):
                # Another ring: it goes on with what that has.
                init, last = now.map, None
                await self.medium("hls", now.map or "")
            fresh = now.media
            if last is not None:
                if last in fresh:
                    fresh = fresh[fresh.index(last) + 1:]
                elif times.were_apart(answer.at, now.target_s):
                    crowd.report.passed_over += 1
                else:
                    crowd.report.failures["a list without what the last one ended with"] += 1
            for part in fresh:
                if ahead is not None and ahead[0] == part:
                    await ahead[1]
                    ahead = None
                else:
                    await self.medium("hls", part)
                last = part
            if ahead is not None and ahead[0] != now.hint:
                await ahead[1]
                ahead = None
        if ahead is not None:
            ahead[1].cancel()

    async def _awaited(self, query: str, path: str) -> Answer | None:
        """A list that is waited for. If that is refused, players begin again with the list of now."""
        while not self.is_over:
            try:
                answer = await self.ask(query)
            except ConnectionError as error:
                self.crowd.report.failures[str(error)] += 1
                await asyncio.sleep(1)
                continue
            if answer.status == 200:
                if self._rounds > _ROUNDS_TO_BEGIN:
                    self.crowd.note("list", query, answer)
                return answer
            await asyncio.sleep(1)
            return await self.insist(path)
        return None

    async def plain(self) -> None:
        await self._follow("hls", "v1.m3u8", read_list, lambda now: (
            now.target_s, [now.map] if now.map else [], now.segments))

    async def dash(self) -> None:
        await self.insist("/api/time")
        await self._follow("dash", "index.mpd", read_manifest, lambda now: (
            now.update_s, now.inits, now.media))

    async def _follow(
        self, root: str, name: str, reader: Callable[[bytes], Any],
        content: Callable[[Any], tuple[float, list[str], list[str]]],
    ) -> None:
        """Inits, then all that is new in each list. Begins with the newest segments, not the oldest."""
        known: set[str] = set()
        while not self.is_over:
            answer = await self.insist(f"/{self.crowd.name}/{root}/{name}")
            if answer is None:
                return
            every_s, inits, media = content(self.crowd.read(answer, reader))
            if not known:
                known.update(media[:-4])
            for each in [*inits, *media]:
                if each not in known:
                    known.add(each)
                    await self.medium(root, each)
            await asyncio.sleep(every_s)

    async def poll(self) -> None:
        while not self.is_over:
            try:
                self.had += (await self.ask(self.crowd.path)).status == 200
            except ConnectionError as error:
                self.crowd.report.failures[str(error)] += 1
            await asyncio.sleep(self.crowd.every_s)

    async def play(self, kind: str) -> None:
        # Nobody comes in the same instant as all others.
        await asyncio.sleep(self.number % 100 / 100)
        does: Callable[[], Awaitable[None]] = getattr(self, kind)
        await does()
        self.crowd.report.had.append(self.had)
        for wire in self._idle:
            wire.transport.close()


async def _run(order: dict[str, Any]) -> Report:
    # Two connections each; the usual limit is a thousand files.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    crowd = _Crowd(order)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, crowd.tell)
    kinds = [kind for kind in _KINDS for _ in range(order.get(kind, 0))]
    await asyncio.gather(*(_Player(crowd, n).play(kind) for n, kind in enumerate(kinds)))
    return crowd.judged()


if __name__ == "__main__":
    print(json.dumps(vars(asyncio.run(_run(json.loads(sys.argv[1]))))))
