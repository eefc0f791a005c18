"""Broadcasters, viewers and people with accounts, as they come and go."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
from pathlib import Path

from .. import crowd as players
from ..accounts import (
    COOKIE, PASSWORD, cookie_of, post_json, session_of, try_to_log_in, try_to_sign_up,
)
from ..curl import PROTOCOLS
from ..publisher import Publisher
from ..recordings import Recording, record
from ..server import Server
from .actor import Actor, Tally

NAMES = ("soak-one", "soak-two", "soak-three")
_PAGES = (
    "/", "/live", "/signup", "/login", "/api/streams", f"/{NAMES[0]}/watchLive", f"/{NAMES[1]}/embed",
    f"/{NAMES[0]}/hls/index.m3u8", f"/{NAMES[0]}/hls/v1.m3u8", f"/{NAMES[1]}/dash/index.mpd",
    "/nobody-is-here",
)
_numbers = itertools.count()


def _curl(server: Server, *arguments: str, protocol: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["curl", "--silent", PROTOCOLS[protocol], "--cacert", str(server.certificate.certificate),
         *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Broadcaster(Actor):
    """Short broadcasts under one name, which end in every way; some come back with other tracks."""

    def __init__(self, server: Server, tally: Tally, seed: int, name: str) -> None:
        super().__init__(server, tally, seed)
        self._name = name

    def turn(self) -> None:
        kinds = [record(seconds=8), record("vp9", seconds=30), record(None, "opus", seconds=30)]
        ending = self.random.choice(["ends", "vanishes", "is deleted", "comes back otherwise"])
        recording = self.random.choice(kinds)
        self._broadcast(recording, "vanishes" if ending == "comes back otherwise" else ending)
        self.tally.note(f"a broadcast {ending}")
        if ending == "comes back otherwise" and not self.is_over.is_set():
            self._broadcast(self.random.choice([kind for kind in kinds if kind is not recording]), "ends")

    def _broadcast(self, recording: Recording, ending: str) -> None:
        url = self.server.url(f"/{self._name}/live")
        with (
            tempfile.TemporaryDirectory() as folder,
            Publisher(url, self.server.certificate.certificate, Path(folder)) as publisher,
        ):
            publisher.play(recording, finish=False)
            self.stay(1, 6)
            if ending == "is deleted":
                self.server.request("DELETE", f"/{self._name}/live")
            elif ending == "ends":
                publisher.end_body()
                publisher.answer()


class Viewer(Actor):
    """WebM over either protocol, for some moments; sometimes slowly. It hangs up as closed tabs do."""

    def turn(self) -> None:
        protocol = self.random.choice(list(PROTOCOLS))
        slow = ["--limit-rate", "4k"] if self.random.random() < 0.2 else []
        start = self.random.choice(["", "", "?start=-5"])
        url = self.server.url(f"/{self.random.choice(NAMES)}/live{start}")
        viewer = _curl(self.server, *slow, url, protocol=protocol)
        self.stay(0.2, 5)
        viewer.kill()
        viewer.wait()
        self.tally.note(f"a viewer over {protocol}" + (", a slow one" if slow else ""))


class Listener(Actor):
    """Events of the server, for some moments."""

    def turn(self) -> None:
        listener = _curl(
            self.server, self.server.url("/api/events"), protocol=self.random.choice(list(PROTOCOLS)))
        self.stay(0.5, 5)
        listener.kill()
        listener.wait()
        self.tally.note("a subscriber of events")


class Players(Actor):
    """HLS: some that know parts, some that do not, over both protocols. What they play may end at any time,
    and go on otherwise."""

    def __init__(self, server: Server, tally: Tally, seed: int, tool: Path) -> None:
        super().__init__(server, tally, seed)
        self._tool = tool

    def turn(self) -> None:
        name = self.random.choice(NAMES)
        if self.server.get(f"/{name}/hls/index.m3u8").status != 200:
            self.stay(0.2, 1)
            return
        crowd = players.Crowd(self._tool, self.server.port, f"/{name}/hls/", 3, 12, 12, "mixed")
        seen = crowd.begin().report()
        self.tally.note("a player of HLS", 12)
        self.tally.note("a request of HLS", seen.answers)
        for what in seen.failures:
            if what.startswith("a part that is not"):
                self.tally.fault(f"a player of HLS had {what}")


class Visitor(Actor):
    """Pages, lists and what is not there, several over one connection."""

    def turn(self) -> None:
        paths = self.random.sample(_PAGES, 4)
        arguments = [word for path in paths for word in ("-o", "/dev/null", self.server.url(path))]
        _curl(self.server, "--max-time", "30", *arguments,
              protocol=self.random.choice(list(PROTOCOLS))).wait()
        self.tally.note("a visitor of pages")


class Member(Actor):
    """Signs up, in and out, makes keys, and deletes the account or does not."""

    pause_s = 1.0

    def turn(self) -> None:
        name = f"member-{next(_numbers)}"
        answer = try_to_sign_up(self.server, name)
        # A worker that is killed takes what it was asked with it.
        if answer.status != 201:
            return self.tally.note(f"a sign-up answered with {answer.status}")
        self.tally.note("a sign-up")
        headers = session_of(answer, self.server, name).headers
        self.server.get("/api/me", headers=headers)
        self.server.request("POST", "/api/me/stream-key", headers=headers)
        self.server.request("POST", "/logout", headers=headers)
        answer = try_to_log_in(self.server, name)
        if cookie_of(answer, COOKIE) is None:
            return self.tally.note(f"a sign-in answered with {answer.status}")
        self.tally.note("a sign-in")
        if self.random.random() < 0.5:
            headers = session_of(answer, self.server, name).headers
            post_json(self.server, "/api/me", {"password": PASSWORD}, method="DELETE", headers=headers)
            self.tally.note("a deleted account")
