"""Certificates by ACME: certbot gets one from a certificate authority through the running server's web root,
and the deploy hook puts it where Weir reads it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from pathlib import Path

from weir.acme import Authority
from weir.certificate import Certificate, make_certificate
from weir.http1 import RawHttp1, Reply
from weir.places import binaries
from weir.ports import free_port
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

_HOOK = Path(__file__).resolve().parents[2] / "deploy/certbot/certbot-deploy-hook"
_NAME = "live.example.org"


def _openssl(*arguments: str, given: str = "") -> str:
    return subprocess.run(
        ["openssl", *arguments], input=given, capture_output=True, text=True, check=True).stdout


def _serial(certificate: Path) -> str:
    return _openssl("x509", "-in", str(certificate), "-noout", "-serial")


def _served(server: Server) -> str:
    """The serial of the certificate that a new connection gets."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as plain,
        context.wrap_socket(plain) as connection,
    ):
        der = connection.getpeercert(binary_form=True)
    assert der is not None
    return _openssl("x509", "-noout", "-serial", given=ssl.DER_cert_to_PEM_cert(der))


def test_certbot_gets_and_renews_a_certificate_while_the_server_runs(
    weir_binaries: Path, certificate: Certificate, tmp_path: Path
) -> None:
    http_port, webroot, etc = free_port(), tmp_path / "webroot", tmp_path / "etc"
    webroot.mkdir()
    etc.mkdir()
    # As after an installation: a certificate that nobody trusts, until the first real one comes.
    pair = Certificate(etc / "certificate.pem", etc / "key.pem")
    shutil.copy(certificate.certificate, pair.certificate)
    shutil.copy(certificate.key, pair.key)
    server = Server(tmp_path, pair, arguments=[
        "--http-redirect", f"127.0.0.1:{http_port}", "--acme-webroot", str(webroot),
        "--access-log", "on"])
    try:
        server.start()
        _get_and_renew(server, http_port, webroot, certificate)
        server.stop()
    finally:
        server.destroy()


def _get_and_renew(
    server: Server, http_port: int, webroot: Path, trusted: Certificate
) -> None:
    def ask(path: str) -> Reply:
        with RawHttp1(server, port=http_port, secure=False) as connection:
            return connection.request("GET", path).reply()

    missing = ask("/.well-known/acme-challenge/missing")
    assert missing.status == 404 and b"/problems/unknown-challenge" in missing.body
    assert ask("/alice/live").status == 308

    pair, before = server.certificate, _served(server)
    server.expected_deaths.update(server.workers().values())
    environment = {
        "PATH": f"{binaries()}:{os.environ['PATH']}", "WEIR_CERTIFICATES": str(pair.key.parent),
        "WEIR_GROUP": "root", "WEIR_DATA": str(server.data),
    }
    with Authority(server.folder, trusted, http_port) as authority:
        authority.certbot(
            "certonly", "--webroot", "-w", str(webroot), "-d", _NAME, "--agree-tos",
            "--register-unsafely-without-email", "--deploy-hook", str(_HOOK),
            environment=environment)
        wait_until(lambda: "200" in [
            record["metadata"]["status"] for record in server.log_records()
            if record["message"].startswith("GET /.well-known/acme-challenge/")
        ], "the log to say that the authority has asked this server")
        _assert_is_installed(pair, authority)
        first = _served(server)
        assert first == _serial(pair.certificate) != before
        server.expected_deaths.update(server.workers().values())
        authority.certbot(
            "renew", "--force-renewal", "--no-random-sleep-on-renew", environment=environment)
        _assert_is_installed(pair, authority)
        assert _served(server) == _serial(pair.certificate) != first
        wait_until(lambda: [record.get("event") for record in server.log_records()].count("reload-done") == 2,
                   "the log to say that it was reloaded twice")


def test_a_certificate_about_to_expire_is_said(weir_binaries: Path, tmp_path: Path) -> None:
    server = Server(tmp_path, make_certificate(tmp_path, days=10))
    try:
        server.start()
        [line] = [
            record for record in server.log_records()
            if record.get("event", "").startswith("certificate-")]
        assert (line["event"], line["level"]) == ("certificate-expires-soon", "warning")
        # A second may have passed since it was made.
        text = f"the certificate {server.certificate.certificate} expires in %d days; renew it"
        assert line["message"] in (text % 9, text % 10)
        server.stop()
    finally:
        server.destroy()


def _assert_is_installed(new: Certificate, authority: Authority) -> None:
    """A pair that Weir takes, from that authority, for Weir alone, and nothing beside it."""
    assert sorted(file.name for file in new.key.parent.iterdir()) == ["certificate.pem", "key.pem"]
    for file in (new.certificate, new.key):
        assert file.stat().st_mode & 0o777 == 0o640
    _openssl(
        "verify", "-CAfile", str(authority.root()), "-untrusted", str(new.certificate),
        str(new.certificate))
    done = subprocess.run(
        [str(binaries() / "weir"), "check-config", "--cert", str(new.certificate), "--key",
         str(new.key), "--data", str(new.key.parent / "data")],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"for {_NAME}, until" in done.stdout
    # Each certificate is followed by the one that issued it.
    assert "not issued by" not in done.stdout
