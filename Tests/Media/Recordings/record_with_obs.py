#!/usr/bin/env python3
"""Makes the recording that OBS writes, set up as the README says, as a fixture for tests.

Usage: record_with_obs.py

OBS runs without a screen (Xvfb) and shows a test film that ffmpeg made. It sends to a server here, which
keeps what came, from the beginning to the first cluster after four seconds.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread

HERE = Path(__file__).resolve().parent
KEPT_MS = 4_000
CLUSTER, TIMECODE = b"\x1f\x43\xb6\x75", 0xE7

GLOBAL = """[General]
FirstRun=true
EnableAutoUpdates=false
ConfirmOnExit=false
[Basic]
Profile=Weir
ProfileDir=Weir
SceneCollection=Weir
SceneCollectionFile=Weir
"""
PROFILE = """[General]
Name=Weir
[Output]
Mode=Advanced
[AdvOut]
RecType=FFmpeg
FFOutputToFile=false
FFURL=http://127.0.0.1:{port}/obs/live
FFFormat=webm
FFFormatMimeType=video/webm
FFExtension=webm
FFMCustom=cluster_time_limit=250
FFVBitrate=100
FFVGOPSize=30
FFVEncoderId=167
FFVEncoder=libvpx-vp9
FFVCustom=deadline=realtime cpu-used=8 lag-in-frames=0
FFABitrate=24
FFAEncoderId=86076
FFAEncoder=libopus
FFAudioMixes=1
[Video]
BaseCX=160
BaseCY=90
OutputCX=160
OutputCY=90
FPSCommon=30
[Audio]
SampleRate=48000
ChannelSetup=Stereo
"""


class Receiver(BaseHTTPRequestHandler):
    """Collects the chunks of one body."""

    protocol_version = "HTTP/1.1"
    received = bytearray()
    is_enough = Event()

    def do_POST(self) -> None:
        while size := int(self.rfile.readline() or b"0", 16):
            self.received.extend(self.rfile.read(size))
            self.rfile.readline()
            if first_after(bytes(self.received), KEPT_MS):
                self.is_enough.set()


def first_after(data: bytes, time_ms: int) -> int | None:
    """Where the first cluster that begins then, or later, stands."""
    for found in re.finditer(re.escape(CLUSTER), data):
        at = found.end() + 9 - data[found.end()].bit_length() if found.end() < len(data) else len(data)
        if at + 10 > len(data) or data[at] != TIMECODE:
            continue
        length = data[at + 1] & 0x7F
        if int.from_bytes(data[at + 2:at + 2 + length], "big") >= time_ms:
            return found.start()
    return None


def write_settings(folder: Path, port: int) -> None:
    film = folder / "film.webm"
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=30:duration=20",
         "-f", "lavfi", "-i", "sine=frequency=440:beep_factor=4:duration=20", "-c:v", "libvpx", "-deadline",
         "realtime", "-b:v", "500k", "-c:a", "libopus", "-ac", "2", str(film)], check=True)
    scene = {
        "current_scene": "S", "name": "Weir", "scene_order": [{"name": "S"}],
        "sources": [
            {"id": "scene", "name": "S", "settings": {"items": [{"name": "M", "visible": True, "id": 1}]}},
            {"id": "ffmpeg_source", "name": "M",
             "settings": {"is_local_file": True, "local_file": str(film), "looping": True}}]}
    for name, text in {
        "global.ini": GLOBAL, "basic/profiles/Weir/basic.ini": PROFILE.format(port=port),
        "basic/scenes/Weir.json": json.dumps(scene),
    }.items():
        path = folder / "obs-studio" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main() -> None:
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        write_settings(Path(folder), server.server_port)
        settings = os.environ | {"XDG_CONFIG_HOME": folder, "XDG_RUNTIME_DIR": folder}
        obs = subprocess.Popen(
            ["xvfb-run", "-a", "obs", "--startrecording", "--multi"], env=settings, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if not Receiver.is_enough.wait(60):
                raise SystemExit("OBS sent nothing, or too little.")
        finally:
            os.killpg(obs.pid, signal.SIGKILL)
            obs.wait()
    data = bytes(Receiver.received)
    (HERE / "obs-vp9-opus.webm").write_bytes(data[:first_after(data, KEPT_MS)])


if __name__ == "__main__":
    main()
