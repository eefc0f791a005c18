"""TLS: versions, ALPN, and sessions that resume on whichever worker they meet."""

from __future__ import annotations

import socket
import ssl
import subprocess

import pytest

from weir import tls
from weir.curl import request
from weir.raw_frames import RawConnection, cut_connection
from weir.server import Server
from weir.waiting import PATIENCE_S


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
