"""Reload: new settings and a new certificate, and nobody is cut off."""

from __future__ import annotations

import shutil
import signal
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

from weir.certificate import Certificate, make_certificate
from weir.comparison import assert_contiguous, assert_decodes
from weir.connections import slot_serving
from weir.http1 import RawHttp1
from weir.operators import command, status
from weir.publisher import Publisher, cut_at_random, post_chunk
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

Start = Callable[..., Server]


def _reload(server: Server) -> None:
    """By the command, which waits for the outcome. The workers that drain end by themselves."""
    server.expected_deaths.update(server.workers().values())
    done = command(server, "reload")
    assert done.returncode == 0, done.stderr


def _refused(server: Server) -> str:
    before = server.workers()
    done = command(server, "reload")
    assert done.returncode == 1
    wait_until(lambda: server.workers() == before, "the workers on trial to be gone")
    return done.stderr


def _generation(server: Server) -> int:
    return int(status(server)["server"]["generation"])


def _own_pair(folder: Path) -> Certificate:
    """A pair that a test may change."""
    folder.mkdir()
    return make_certificate(folder)


def _served_serial(server: Server) -> int:
    der = ssl.get_server_certificate(("127.0.0.1", server.port))
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-serial"], input=der, text=True, capture_output=True,
        check=True)
    return int(shown.stdout.strip().split("=")[1], 16)


def test_publishers_and_viewers_stay_while_workers_are_replaced(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server()
    recording = record(seconds=LASTING_S)
    publisher = publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    # What is compared has sound and pictures.
    viewers = [watch(server, name).wait_for_bytes(40_000) for _ in range(4)]
    old = set(server.workers().values())
    for _ in range(3):
        _reload(server)
        late = watch(server, name).wait_for_bytes(40_000)
        assert server.workers()[slot_serving(server, late.process.pid)] not in old
        viewers.append(late)
    assert all(viewer.is_connected for viewer in viewers)
    assert publisher.stop().status == 204
    server.request("DELETE", f"/{name}/live")
    for viewer in viewers:
        viewer.wait_for_end()
        assert_contiguous(viewer.file, recording.path)
    assert_decodes(viewers[0].file)
    wait_until(lambda: len(server.workers()) == 2, "the workers that drained to be gone")
    server.wait_for_viewers(name, 0)
    assert _generation(server) == 4


def test_a_broadcast_in_chunks_goes_on_at_the_new_workers(
    start_server: Start, watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server()
    recording = record(seconds=6)
    pieces = cut_at_random(recording.path.read_bytes(), 24, seed=5)
    viewer = None
    for number, piece in enumerate(pieces):
        answer = post_chunk(
            server.url(f"/{name}/live"), server.certificate.certificate, piece, session="s",
            number=number)
        assert answer.status == 204, answer
        if number == 8:
            viewer = watch(server, name).wait_for_bytes(1)
        if number % 8 == 4:
            _reload(server)
    assert viewer is not None
    server.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_contiguous(viewer.file, recording.path)


def test_an_idle_connection_of_http_1_1_gets_one_more_answer(start_server: Start) -> None:
    server = start_server()
    with RawHttp1(server) as client:
        assert client.request("GET", "/api/streams").reply().status == 200
        _reload(server)
        last = client.request("GET", "/api/streams").reply()
        assert last.status == 200
        assert last.headers["connection"] == "close"
        client.assert_closed()


def test_a_renewed_certificate_is_served_to_new_connections(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer],
    name: str, tmp_path: Path,
) -> None:
    pair = _own_pair(tmp_path / "pair")
    server = start_server(certificate=pair, workers=3)
    server.wait_for_all_workers()
    publisher = publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    first = _served_serial(server)
    kept = tmp_path / "kept.pem"
    shutil.copy(pair.certificate, kept)

    other = make_certificate(tmp_path)
    shutil.copy(other.certificate, pair.certificate)
    reason = _refused(server)
    assert str(pair.key) in reason and "does not belong" in reason
    assert _served_serial(server) == first
    # What died now would be replaced with the pair that is served, not with that on disk.
    used = {slot_serving(server, process.pid) for process in (publisher.process, viewer.process)}
    spare = ({0, 1, 2} - used).pop()
    server.wait_for_all_workers(without=server.kill_worker(spare))
    assert _served_serial(server) == first
    wait_until(lambda: "does not belong" in server.log(), "the reason in the log")

    shutil.copy(other.key, pair.key)
    _reload(server)
    server.certificate = other
    assert _served_serial(server) != first
    viewer.wait_for_more(10_000)


def test_what_is_wrong_changes_nothing_and_is_said(start_server: Start, tmp_path: Path) -> None:
    file = tmp_path / "weir.toml"
    file.write_text("grace = 20\n")
    server = start_server("--config", str(file))
    for text, reason in [
        ("grace = -1\n", "grace"),
        ("graze = 5\n", "graze"),
        ("grace = \n", str(file)),
    ]:
        file.write_text(text)
        assert reason in _refused(server)
    file.unlink()
    assert "no such file" in _refused(server)
    assert _generation(server) == 1
    assert server.get("/api/streams").status == 200


def test_a_signal_reloads_and_what_needs_a_restart_is_named(
    start_server: Start, tmp_path: Path
) -> None:
    file = tmp_path / "weir.toml"
    file.write_text("")
    server = start_server("--config", str(file))
    server.wait_for_all_workers()
    server.expected_deaths.update(server.workers().values())
    # The number of workers can change; where they listen cannot. Flags win over the file.
    file.write_text('http-redirect = "127.0.0.1:1"\ngrace = 20\n')
    assert server.process is not None
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: _generation(server) == 2, "the reload")
    wait_until(lambda: "http-redirect has changed" in server.log(), "the note")
    done = command(server, "reload")
    assert done.returncode == 0
    assert "http-redirect" in done.stdout + done.stderr


def test_viewers_who_stay_too_long_are_let_go(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server("--drain-timeout", "1")
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    _reload(server)
    viewer.wait_for_end()
    wait_until(lambda: len(server.workers()) == 2, "the workers that drained to be gone")
