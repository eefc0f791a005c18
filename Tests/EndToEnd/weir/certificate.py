"""A self-signed certificate for localhost, made by openssl once per session."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """PEM files. The certificate is its own authority, so clients can verify it (`--cacert`)."""

    certificate: Path
    key: Path


def make_certificate(folder: Path, days: int = 60) -> Certificate:
    """ECDSA P-256, valid for the names a loopback client may use."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", str(days), "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
            "-keyout", str(made.key), "-out", str(made.certificate),
        ],
        check=True,
        capture_output=True,
    )
    return made
