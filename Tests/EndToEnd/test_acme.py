"""Certificates by ACME: certbot gets one from a certificate authority through the running server's web root,
and the deploy hook puts it where Weir reads it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from weir.acme import Authority
from weir.certificate import Certificate
from weir.http1 import RawHttp1, Reply
from weir.places import binaries
from weir.ports import free_port
from weir.server import Server

_HOOK = Path(__file__).resolve().parents[2] / "deploy/certbot/certbot-deploy-hook"
_NAME = "live.example.org"


def _openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True).stdout


def _serial(certificate: Path) -> str:
    return _openssl("x509", "-in", str(certificate), "-noout", "-serial")


def test_certbot_gets_and_renews_a_certificate_while_the_server_runs(
    start_server: Callable[..., Server], certificate: Certificate, tmp_path: Path
) -> None:
    http_port, webroot, etc = free_port(), tmp_path / "webroot", tmp_path / "etc"
    webroot.mkdir()
    etc.mkdir()
    server = start_server(
        "--http-redirect", f"127.0.0.1:{http_port}", "--acme-webroot", str(webroot),
        "--access-log", "on")

    def ask(path: str) -> Reply:
        with RawHttp1(server, port=http_port, secure=False) as connection:
            return connection.request("GET", path).reply()

    missing = ask("/.well-known/acme-challenge/missing")
    assert missing.status == 404 and b"/problems/unknown-challenge" in missing.body
    assert ask("/alice/live").status == 308

    # The hook asks the server to reload; this notes that it does.
    asked = tmp_path / "asked"
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "weir").write_text(f'#!/bin/sh\necho "$@" >>{asked}\n')
    (programs / "weir").chmod(0o755)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}", "WEIR_CERTIFICATES": str(etc),
        "WEIR_GROUP": "root",
    }
    new = Certificate(etc / "certificate.pem", etc / "key.pem")
    with Authority(tmp_path, certificate, http_port) as authority:
        authority.certbot(
            "certonly", "--webroot", "-w", str(webroot), "-d", _NAME, "--agree-tos",
            "--register-unsafely-without-email", "--deploy-hook", str(_HOOK),
            environment=environment)
        challenges = [
            record["metadata"]["status"] for record in server.log_records()
            if record["message"].startswith("GET /.well-known/acme-challenge/")]
        assert "200" in challenges, "the authority has asked this server"
        _assert_is_installed(new, authority)
        assert asked.read_text().split() == ["reload"]
        first = _serial(new.certificate)
        authority.certbot(
            "renew", "--force-renewal", "--no-random-sleep-on-renew", environment=environment)
        _assert_is_installed(new, authority)
        assert _serial(new.certificate) != first
        assert asked.read_text().split() == ["reload", "reload"]


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
