"""HLS and DASH in players that are not browsers: each plays a live broadcast, picture and sound.

GStreamer's reader of HLS (`hlsdemux2`) is its own; mpv and ffmpeg share theirs. GStreamer's reader of DASH is
not tried. That of 1.22 looks for a period ten seconds back ("Invalid manifest" until there is one). Where to
begin it counts with the time of the first listed segment in it, so of a live list it asks for a segment that
comes in an hour. ffmpeg's reader of DASH asks for a segment that is not there yet.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from weir.plain_text import plain_text
from weir.publisher import Publisher, packet_marks
from weir.server import Server
from weir.sources import source
from weir.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow

SOURCES = ["chromium-vp9", "ffmpeg-vp9-60"]
WAYS = {"hls": "hls/index.m3u8", "dash": "dash/index.mpd"}


@pytest.fixture(params=SOURCES)
def live_name(
    server: Server, publish: Callable[..., Publisher], name: str, request: pytest.FixtureRequest
) -> str:
    recording = source(request.param).recording(40)
    packet_marks(recording.path)
    publish(server, name, headers={"content-type": recording.content_type}).play(recording, finish=False)
    wait_until(lambda: server.get(f"/{name}/hls/index.m3u8").status == 200, "the first list")
    return name


def _run(command: list[str]) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * PATIENCE_S)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_mpv_plays_it(server: Server, live_name: str, way: str) -> None:
    _run(["mpv", "--no-config", "--vo=null", "--ao=null", "--tls-verify=no", "--frames=60",
          server.url(f"/{live_name}/{WAYS[way]}")])


def test_ffmpeg_decodes_it_without_an_error(server: Server, live_name: str) -> None:
    # Pictures come when they like, and some are repeated between two others: no frame rate fits.
    said = _run([
        "ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", server.url(f"/{live_name}/hls/index.m3u8"),
        "-t", "3", "-map", "0:v", "-map", "0:a", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f",
        "null", "-"])
    assert said == ""


def test_gstreamer_plays_it(server: Server, live_name: str, tmp_path: Path) -> None:
    """Both sinks get what was decoded."""
    log = tmp_path / "gstreamer.log"
    with plain_text(server) as address, log.open("wb") as out:
        player = subprocess.Popen(
            ["gst-launch-1.0", "-v", "playbin3", f"uri={address}/{live_name}/hls/index.m3u8",
             "video-sink=fakesink name=picture silent=false",
             "audio-sink=fakesink name=sound silent=false"],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            for sink in ("picture", "sound"):
                wait_until(
                    lambda: log.read_text().count(f"{sink}: last-message = chain") > 60,
                    f"GStreamer to put out 60 buffers of {sink}")
        finally:
            player.kill()
            player.wait()
    assert "hlsdemux2" in log.read_text()
