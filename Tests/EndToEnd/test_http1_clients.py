"""Software that people use and that speaks HTTP/1.1: encoders that publish, players that watch.

OBS's custom output is libavformat, as is ffmpeg, so it sends what ffmpeg sends.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from browser.chromium import chromium
from weir.certificate import Certificate
from weir.comparison import assert_contiguous, assert_decodes
from weir.http1 import RawHttp1
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer, has_media
from weir.waiting import PATIENCE_S, PLAYBACK_PATIENCE_S, wait_until

#: ffmpeg's arguments behind `-f webm`; the URL comes last.
WAYS_TO_PUBLISH = {
    "put": ["-live", "1", "-method", "PUT", "-chunked_post", "1"],
    "post": ["-live", "1", "-chunked_post", "1"],
    "icecast": ["-live", "1", "-content_type", "video/webm", "-tls", "1", "-legacy_icecast", "0"],
}


class Encoder:
    """ffmpeg that publishes by itself, without curl."""

    def __init__(self, server: Server, name: str, way: str, recording: Path, folder: Path) -> None:
        self._errors = folder / f"{name}.errors"
        place = f"localhost:{server.port}/{name}/live"
        url = f"icecast://source:hackme@{place}" if way == "icecast" else f"https://{place}"
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [
                    "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", str(recording),
                    "-c", "copy", "-f", "webm", *WAYS_TO_PUBLISH[way], url,
                ],
                stdout=subprocess.DEVNULL, stderr=errors,
            )

    def __enter__(self) -> "Encoder":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    @property
    def errors(self) -> str:
        return self._errors.read_text(errors="replace")

    def wait_for_end(self) -> None:
        wait_until(lambda: self.process.poll() is not None, "ffmpeg to end", 2 * PATIENCE_S)
        assert (self.process.returncode, self.errors) == (0, "")


@pytest.mark.parametrize("way", WAYS_TO_PUBLISH)
def test_ffmpeg_publishes_without_curl_and_viewers_get_every_packet(
    server: Server, watch: Callable[..., Viewer], tmp_path: Path, name: str, way: str
) -> None:
    recording = record(seconds=8)
    with Encoder(server, name, way, recording.path, tmp_path) as encoder:
        server.wait_for_stream(name)
        viewer = watch(server, name).wait_for_bytes()
        encoder.wait_for_end()
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_contiguous(viewer.file, recording.path)
    assert_decodes(viewer.file)


@pytest.mark.parametrize("way", WAYS_TO_PUBLISH)
def test_an_encoder_that_vanishes_leaves_a_paused_stream(
    server: Server, tmp_path: Path, name: str, way: str
) -> None:
    with Encoder(server, name, way, record(seconds=LASTING_S).path, tmp_path) as encoder:
        server.wait_for_state(name, "live")
        encoder.process.send_signal(signal.SIGKILL)
        server.wait_for_state(name, "paused")
    server.request("DELETE", f"/{name}/live")


def test_an_encoder_whose_name_is_taken_is_told_so(
    server: Server, held_back: str, tmp_path: Path
) -> None:
    with Encoder(server, held_back, "put", record().path, tmp_path) as encoder:
        wait_until(lambda: encoder.process.poll() is not None, "ffmpeg to give up")
        # ffmpeg reads the answer only at its end, but it does notice.
        assert encoder.process.returncode != 0 or "409" in encoder.errors
    server.wait_for_state(held_back, "live")


def test_credentials_do_no_harm_where_none_are_asked_for(server: Server, name: str) -> None:
    for field in ("Basic c291cmNlOmhhY2ttZQ==", "Bearer abc", "Basic \xff"):
        with RawHttp1(server) as connection:
            data = record().data
            connection.request(
                "PUT", f"/{name}/live", f"Authorization: {field}", f"Content-Length: {len(data)}")
            connection.send(data)
            assert connection.reply().status == 204


# Players


def _reported_time_s(text: str) -> float:
    """How far ffplay says it has come: the first column of its status line."""
    times = re.findall(r"(?:^|[\r\n])\s*(\d+\.\d+) (?:M-A|A-V|M-V)", text)
    return max(map(float, times), default=0.0)


def _mpv(url: str) -> list[str]:
    return ["mpv", "--no-config", "--vo=null", "--ao=null", "--tls-verify=no", "--frames=50", url]


def _ffprobe(url: str) -> list[str]:
    return ["ffprobe", "-v", "error", "-read_intervals", "%+#60", "-show_packets", url]


PLAYERS_THAT_END = {"mpv": _mpv, "ffprobe": _ffprobe}


@pytest.mark.parametrize("player", PLAYERS_THAT_END)
def test_a_player_gets_what_it_needs_and_ends_without_a_complaint(
    server: Server, live: str, player: str
) -> None:
    command = PLAYERS_THAT_END[player](server.url(f"/{live}/live"))
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * PATIENCE_S)
    assert done.returncode == 0, done.stdout + done.stderr
    if player == "ffprobe":
        assert done.stdout.count("[PACKET]") >= 60 and not done.stderr
    server.wait_for_viewers(live, 0)


@pytest.fixture
def run_player(tmp_path: Path) -> Iterator[Callable[..., Callable[[], str]]]:
    """Start a player that goes on until it is ended; gives a function that reads what it says."""
    with ExitStack() as cleanup:
        def start(command: list[str], **environment: str) -> Callable[[], str]:
            log = tmp_path / "player.log"
            with log.open("wb") as out:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                    env=os.environ | environment, start_new_session=True,
                )

            def end() -> None:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

            cleanup.callback(end)
            return lambda: log.read_text(errors="replace")
        yield start


def test_ffplay_plays(
    server: Server, live: str, run_player: Callable[..., Callable[[], str]]
) -> None:
    log = run_player(
        ["ffplay", "-hide_banner", "-autoexit", server.url(f"/{live}/live")],
        SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy",
    )
    wait_until(lambda: _reported_time_s(log()) > 1, "ffplay to have played a second", PLAYBACK_PATIENCE_S)
    assert "Video: vp8" in log() and "Audio: opus" in log()


def test_vlc_plays(
    server: Server, live: str, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory,
    run_player: Callable[..., Callable[[], str]],
) -> None:
    """VLC chooses HTTP/2 where it can. It refuses to run as root, and has to be shown whom to
    trust."""
    home = tmp_path_factory.mktemp("vlc")
    shutil.copy(certificate.certificate, home / "trusted.pem")
    _let_everybody_in(home)
    as_nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    log = run_player(
        [
            *(as_nobody if os.geteuid() == 0 else []),
            "cvlc", "-vv", "-I", "dummy", "--no-video-title-show", "--vout", "dummy", "--no-audio",
            "--gnutls-dir-trust", str(home), server.url(f"/{live}/live"),
        ],
        HOME=str(home),
    )
    wait_until(lambda: "Received first picture" in log(), "VLC to decode a picture", PLAYBACK_PATIENCE_S)
    server.wait_for_viewers(live, 1)


def _let_everybody_in(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o644)
    for part in (folder, *folder.parents):
        if part != Path("/") and part.stat().st_uid == os.geteuid():
            part.chmod(part.stat().st_mode | 0o055)


def test_curl_with_http_1_0_gets_the_same_bytes_without_chunks(
    server: Server, publish: Callable[..., Publisher], certificate: Certificate, tmp_path: Path,
    name: str,
) -> None:
    recording = record(seconds=LASTING_S)
    publisher = publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    file, head = tmp_path / "old.webm", tmp_path / "old.headers"
    with subprocess.Popen([
        "curl", "--http1.0", "-sS", "--cacert", str(certificate.certificate), "-D", str(head),
        "-o", str(file), server.url(f"/{name}/live"),
    ]) as old:
        try:
            wait_until(lambda: has_media(file), "it to have picture and sound", every_s=0.1)
            assert publisher.stop().status == 204
            server.request("DELETE", f"/{name}/live")
            assert old.wait(PATIENCE_S) == 0
        finally:
            old.kill()
    assert "transfer-encoding" not in head.read_text()
    assert "connection: close" in head.read_text()
    assert_contiguous(file, recording.path)


@pytest.mark.slow
def test_a_browser_without_http2_plays_the_page_of_a_stream(
    start_server: Callable[..., Server], publish: Callable[..., Publisher], name: str
) -> None:
    # A server of its own: browsers keep connections open, which other tests would count.
    server = start_server()
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    with chromium(None, "--disable-http2") as browser:
        page = browser.open()
        page.goto(server.url(f"/{name}/watchLive"))
        wait_until(
            lambda: page.run("""
                const video = document.querySelector('video');
                return video !== null && video.currentTime > 1 && video.videoWidth > 0;
            """),
            "the video to play", PLAYBACK_PATIENCE_S, every_s=0.1,
        )
        seen = {exchange.protocol for exchange in page.exchanges}
        page.close()
    assert seen == {"http/1.1"}
