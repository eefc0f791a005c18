"""TLS: versions, ALPN, and sessions that resume on whichever worker they meet."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from weir import tls
from weir.curl import PROTOCOLS, request
from weir.hls import Playlist
from weir.publisher import Publisher
from weir.raw_frames import RawConnection, cut_connection
from weir.recordings import record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until


def test_alpn_chooses_h2(server: Server) -> None:
    with tls.connect(server.port, server.certificate.certificate) as connection:
        assert connection.selected_alpn_protocol() == "h2"
        assert connection.version() == "TLSv1.3"


@pytest.mark.parametrize(
    ("flag", "works"), [("-tls1_3", True), ("-tls1_2", True), ("-tls1_1", False)]
)
def test_versions_before_1_2_are_refused(server: Server, flag: str, works: bool) -> None:
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-alpn", "h2", flag,
         "-cipher", "ALL:@SECLEVEL=0"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S,
    )
    assert ("Cipher is (NONE)" not in done.stdout and done.returncode == 0) == works


def test_a_session_resumes_on_every_worker(server: Server) -> None:
    """Connections alternate between workers, so eight resumptions in a row meet both."""
    context = ssl.create_default_context(cafile=str(server.certificate.certificate))
    context.set_alpn_protocols(["h2"])
    session = _session(server, context)
    held = [_connect(server, context, session) for _ in range(8)]
    try:
        assert [connection.session_reused for connection in held] == [True] * 8
    finally:
        for connection in held:
            connection.close()


@pytest.mark.parametrize("options", [
    ["--tlsv1.3", "--tls13-ciphers", "TLS_AES_128_GCM_SHA256"],
    ["--tlsv1.3", "--tls13-ciphers", "TLS_AES_256_GCM_SHA384"],
    ["--tlsv1.3", "--tls13-ciphers", "TLS_CHACHA20_POLY1305_SHA256"],
    ["--tls-max", "1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"],
], ids=["aes-128", "aes-256", "chacha20", "tls-1.2"])
def test_many_records_are_the_same_whatever_seals_them(
    server: Server, publish: Callable[..., Publisher], name: str, tmp_path: Path, options: list[str]
) -> None:
    """Some ciphers are used by Weir itself, others by the library."""
    publish(server, name).play(record("vp9", seconds=60), finish=False, speed=8)
    listed = wait_until(
        lambda: Playlist(_body(server, f"/{name}/hls/v1.m3u8")).segments, "a segment to be listed")
    path = f"/{name}/hls/{listed[0]}"
    wanted = server.get(path).body
    assert len(wanted) > 2 * 16_384
    for protocol in PROTOCOLS.values():
        url, got = server.url(path), tmp_path / "got"
        subprocess.run(
            ["curl", "-s", protocol, "--cacert", str(server.certificate.certificate), *options, url, url],
            stdout=got.open("wb"), check=True, timeout=PATIENCE_S)
        assert got.read_bytes() == 2 * wanted


def _body(server: Server, path: str) -> str:
    answer = server.get(path)
    return answer.body.decode() if answer.status == 200 else ""


def test_keys_can_be_updated_in_the_middle_of_a_connection(server: Server) -> None:
    """`K` and `k` at the start of what s_client reads ask for new keys of both sides, or of its own."""
    certificate = str(server.certificate.certificate)
    with subprocess.Popen(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername", "localhost", "-CAfile",
         certificate, "-alpn", "http/1.1", "-tls1_3"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as client:
        said = Said(client)
        for turn, command in enumerate(["", "K", "k", "K", "K"], 1):
            if command:
                said.write(command + "\n")
                said.wait_for(b"KEYUPDATE\n", turn - 1)
            said.write("GET /api/streams HTTP/1.1\r\nHost: localhost\r\n\r\n")
            said.wait_for(b'{"streams":', turn)
        client.kill()


class Said:
    """A program that one talks to, and all that it has said."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process, self._text = process, b""
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)

    def write(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def wait_for(self, text: bytes, times: int) -> None:
        def has_come() -> bool:
            assert self._process.stdout is not None
            self._text += self._process.stdout.read() or b""
            return self._text.count(text) >= times
        wait_until(has_come, f"{text!r}, {times} times, in {self._text!r}")


def test_a_client_that_shows_each_ticket_once_resumes_every_time(server: Server) -> None:
    """As browsers do: the library of this client, too, does not show a ticket of TLS 1.3 again."""
    context = ssl.create_default_context(cafile=str(server.certificate.certificate))
    context.set_alpn_protocols(["h2"])
    session = _session(server, context)
    for _ in range(6):
        with _connect(server, context, session) as connection:
            assert connection.recv(9)
            assert connection.session_reused
            assert connection.session is not None
            session = connection.session


def _connect(
    server: Server, context: ssl.SSLContext, session: ssl.SSLSession | None
) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)
    return context.wrap_socket(plain, server_hostname="localhost", session=session)


def _session(server: Server, context: ssl.SSLContext) -> ssl.SSLSession:
    """A session with a ticket, which in TLS 1.3 comes with the first bytes after the handshake."""
    with _connect(server, context, None) as connection:
        assert connection.recv(9)
        assert connection.session is not None and connection.session.has_ticket
        return connection.session


@pytest.mark.parametrize(
    "noise", [b"\0" * 600, b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"A" * 900]
)
def test_noise_instead_of_a_handshake_ends_the_connection(server: Server, noise: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as connection:
        connection.sendall(noise)
        try:
            while connection.recv(4096):
                pass
        except ConnectionResetError:
            pass
    assert server.get("/api/streams").status == 200


def test_a_connection_that_breaks_in_the_middle_of_everything_hurts_nobody(server: Server) -> None:
    for _ in range(20):
        connection = RawConnection(server)
        connection.send(connection.headers(1, "GET", "/api/streams"))
        cut_connection(connection)
    assert server.get("/api/streams").status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_plain_http_on_the_tls_port_is_told_to_use_https(server: Server, method: str) -> None:
    url = f"http://localhost:{server.port}/alice/live"
    answer = request(method, url, server.certificate.certificate)
    assert (answer.status, answer.problem) == (400, "plaintext")
    assert "https" in answer.json()["detail"]
    assert server.get("/api/streams").status == 200
