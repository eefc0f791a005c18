#!/usr/bin/env python3
"""Records what real browsers' MediaRecorder makes, as fixtures for the parser's tests.

For each recording NAME two files are written beside this script: NAME itself, all chunks joined,
and NAME.chunks.json, the length of each chunk in bytes in the order in which the browser handed
them out. A browser cuts chunks at any byte, so those cuts are test data in their own right.

Usage: record_in_browser.py [NAME...]      (all of them without a NAME)

The pictures are the browsers' own fake cameras and microphones, so nobody is on them. The output
differs from run to run (clocks, encoder threads); the files in the repository are one such run.
"""

from __future__ import annotations

import base64
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "EndToEnd"))

from browser.chromium import chromium  # noqa: E402  (needs the path above)
from browser.firefox import firefox  # noqa: E402
from browser.page import Page  # noqa: E402

TIMESLICE_MS = 250
CHUNK_COUNT = 12
MAXIMUM_BYTES = 150_000

RECORD = """
const { mimeType, video, timesliceMs, chunkCount, keyframeIntervalMs } = argument;
const stream = await navigator.mediaDevices.getUserMedia({ video, audio: true });
const recorder = new MediaRecorder(stream, {
  mimeType, videoBitsPerSecond: 200_000, audioBitsPerSecond: 32_000,
  ...(keyframeIntervalMs ? { videoKeyFrameIntervalDuration: keyframeIntervalMs } : {}) });
const chunks = [];
const stopped = new Promise((resolve, reject) => {
  recorder.onerror = (event) => reject(event.error);
  recorder.onstop = resolve;
  recorder.ondataavailable = (event) => {
    if (event.data.size > 0) { chunks.push(event.data); }
    if (chunks.length >= chunkCount && recorder.state === 'recording') { recorder.stop(); }
  };
});
recorder.start(timesliceMs);
await stopped;
for (const track of stream.getTracks()) { track.stop(); }
const texts = [];
for (const chunk of chunks) {
  const bytes = new Uint8Array(await chunk.arrayBuffer());
  texts.push(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
}
return { mimeType: recorder.mimeType, chunks: texts };
"""


@dataclass(frozen=True)
class Recording:
    """One fixture: which browser makes it, and what that browser is asked for."""

    name: str
    browser: str
    mime_type: str
    has_video: bool = True
    keyframe_interval_ms: int | None = None
    """None leaves it to the browser, which is one keyframe at the start for so short a time."""


RECORDINGS = (
    Recording("chromium-vp8-opus.webm", "chromium", "video/webm;codecs=vp8,opus"),
    Recording("chromium-vp9-opus.webm", "chromium", "video/webm;codecs=vp9,opus",
              keyframe_interval_ms=1000),
    Recording("chromium-av1-opus.webm", "chromium", "video/webm;codecs=av1,opus",
              keyframe_interval_ms=1000),
    Recording("chromium-h264-opus.mkv", "chromium", "video/x-matroska;codecs=avc1,opus",
              keyframe_interval_ms=1000),
    Recording("chromium-audio-only.webm", "chromium", "audio/webm;codecs=opus", has_video=False),
    Recording("firefox-vp8-opus.webm", "firefox", "video/webm;codecs=vp8,opus"),
)


class _EmptyPage(http.server.BaseHTTPRequestHandler):
    """A page with nothing on it: cameras need a secure origin, which loopback is."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>recorder</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: the requests for this page interest nobody."""


@contextmanager
def empty_page() -> Iterator[str]:
    """Serves the empty page on a free port of loopback and gives its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _EmptyPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()


def record(page: Page, recording: Recording) -> None:
    """Makes one recording in `page` and writes its two files."""
    outcome = page.run(RECORD, {
        "mimeType": recording.mime_type,
        "video": {"width": 320, "height": 240, "frameRate": 15} if recording.has_video else False,
        "timesliceMs": TIMESLICE_MS,
        "chunkCount": CHUNK_COUNT,
        "keyframeIntervalMs": recording.keyframe_interval_ms,
    })
    chunks = [base64.b64decode(text) for text in outcome["chunks"]]
    whole = b"".join(chunks)
    if len(whole) > MAXIMUM_BYTES:
        raise SystemExit(f"{recording.name}: {len(whole)} bytes, more than {MAXIMUM_BYTES}")
    (HERE / recording.name).write_bytes(whole)
    lengths = json.dumps([len(chunk) for chunk in chunks])
    (HERE / f"{recording.name}.chunks.json").write_text(lengths + "\n")
    print(f"{recording.name}: {len(whole)} bytes, {len(chunks)} chunks, {outcome['mimeType']}")


def main(names: list[str]) -> None:
    wanted = [recording for recording in RECORDINGS if not names or recording.name in names]
    with empty_page() as address:
        for_chromium = [recording for recording in wanted if recording.browser == "chromium"]
        if for_chromium:
            with chromium() as browser:
                for recording in for_chromium:
                    record(browser.open(address), recording)
        for_firefox = [recording for recording in wanted if recording.browser == "firefox"]
        if for_firefox:
            with firefox() as page:
                for recording in for_firefox:
                    page.goto(address)
                    record(page, recording)


if __name__ == "__main__":
    main(sys.argv[1:])
