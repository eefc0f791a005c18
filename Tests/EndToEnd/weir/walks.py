"""Broadcasts that are followed by the checker, several at the same time, each in a thread.

As a program it does that for minutes, at the pace of a live source, and minds when parts and segments come:

    make walk MINUTES=5 SOURCES="chromium-vp9 gstreamer-vp9"

Without names it takes all sources. It prints what it found and ends with 1 if that is anything. On a machine
that has other things to do, `--slack-seconds` lets media be later.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from .certificate import make_certificate
from .checker.follower import Follower
from .odd_sources import Feed
from .publisher import Publisher, packet_marks
from .server import Server
from .sources import SOURCES, Source, source
from .waiting import PATIENCE_S

#: How late parts and segments may be where nothing else is to be done (T6, L6).
_SLACK_S = 0.25
#: What nobody means to follow, see docs/hls-rules.md.
_DEVIATIONS = frozenset({"V5"})


class Walk:
    """One broadcast and the one who follows it, first until a condition holds, then to its end."""

    def __init__(
        self, server: Server, source: Source, publisher: Publisher | Feed,
        until: Callable[[Follower], bool], *, timeout_s: float, slack_s: float | None = None,
    ) -> None:
        self.source, self.server, self.publisher = source, server, publisher
        root = "sound.m3u8" if source.video == "vp8" else "index.m3u8"
        self.follower = Follower(server, source.name, root=root, slack_s=slack_s)
        self.failure: BaseException | None = None
        self._until, self._timeout_s = until, timeout_s
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            with self.follower as follower:
                follower.begin()
                follower.follow(lambda: self._until(follower), timeout_s=self._timeout_s)
                self.publisher.abort()
                assert self.server.request("DELETE", f"/{self.source.name}/live").status == 204
                follower.follow(lambda: follower.has_ended, timeout_s=2 * PATIENCE_S)
                follower.judge()
        except BaseException as failure:
            self.failure = failure


def walk_all(
    server: Server, sources: list[Source], folder: Path, until: Callable[[Follower], bool], *, seconds: int,
    timeout_s: float, slack_s: float | None = None,
) -> dict[str, Walk]:
    """All sources at once, until the last one has ended."""
    recordings = {each.name: each.recording(seconds) for each in sources}
    for recording in recordings.values():
        packet_marks(recording.path)
    found: dict[str, Walk] = {}
    for each in sources:
        recording = recordings[each.name]
        publisher = Publisher(
            server.url(f"/{each.name}/live"), server.certificate.certificate, folder,
            headers={"content-type": recording.content_type})
        publisher.play(recording, finish=False)
        found[each.name] = Walk(server, each, publisher, until, timeout_s=timeout_s, slack_s=slack_s)
    for walk in found.values():
        # It ends when it has lost patience, at the latest.
        walk.thread.join()
        walk.publisher.abort()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Follow live HLS for minutes and judge it by every rule.")
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help=", ".join(s.name for s in SOURCES))
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--ring-size", default="8M")
    parser.add_argument("--slack-seconds", type=float, default=_SLACK_S)
    chosen = parser.parse_args()
    sources = [source(name) for name in chosen.sources] or [s for s in SOURCES if s.is_available]
    seconds = round(chosen.minutes * 60)
    folder = Path(tempfile.mkdtemp(prefix="weir-walks-"))
    server = Server(folder, make_certificate(folder), arguments=["--ring-size", chosen.ring_size]).start()
    is_clean = True
    try:
        until = time.monotonic() + seconds
        for name, walk in walk_all(
            server, sources, folder, lambda _: time.monotonic() > until, seconds=seconds + 60,
            timeout_s=seconds + 60, slack_s=chosen.slack_seconds,
        ).items():
            findings = walk.follower.findings
            print(f"{name}: {walk.failure or 'followed'}; {findings.looks}")
            print(findings.report(_DEVIATIONS) or "  no rule is broken", flush=True)
            is_clean = is_clean and walk.failure is None and not findings.without(_DEVIATIONS)
    finally:
        server.destroy()
        shutil.rmtree(folder)
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
