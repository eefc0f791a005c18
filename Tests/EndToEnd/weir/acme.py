"""A certificate authority that speaks ACME (pebble) with its name server, and certbot as its client.

All of it on loopback. The name server says 127.0.0.1 for every name, so the authority comes to the server
under test whatever name is asked for.
"""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import urllib.request
from pathlib import Path

from .certificate import Certificate
from .ports import free_port
from .waiting import wait_until


class Authority:
    """pebble, which validates at `http_port`."""

    def __init__(self, folder: Path, certificate: Certificate, http_port: int) -> None:
        self._folder = folder
        self._certificate = certificate
        self._port, self._management_port, dns_port = free_port(), free_port(), free_port()
        settings = folder / "pebble.json"
        settings.write_text(json.dumps({"pebble": {
            "listenAddress": f"127.0.0.1:{self._port}",
            "managementListenAddress": f"127.0.0.1:{self._management_port}",
            "certificate": str(certificate.certificate), "privateKey": str(certificate.key),
            "httpPort": http_port, "tlsPort": free_port(), "ocspResponderURL": "",
        }}))
        # Without the pauses and the refusals with which it tries clients.
        quick = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
        self._processes = []
        with (folder / "pebble.log").open("ab") as log:
            for command in (
                ["pebble-challtestsrv", "-dns01", f"127.0.0.1:{dns_port}", "-http01", "", "-https01", "",
                 "-tlsalpn01", "", "-defaultIPv6", "", "-management", f"127.0.0.1:{free_port()}"],
                ["pebble", "-config", str(settings), "-dnsserver", f"127.0.0.1:{dns_port}"],
            ):
                self._processes.append(subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    env=os.environ | quick))

    def __enter__(self) -> "Authority":
        wait_until(self._root, "the authority to answer")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    def _root(self) -> bytes | None:
        """The certificate of the authority itself."""
        trust = ssl.create_default_context(cafile=str(self._certificate.certificate))
        url = f"https://localhost:{self._management_port}/roots/0"
        try:
            with urllib.request.urlopen(url, context=trust, timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            return None

    def root(self) -> Path:
        file = self._folder / "root.pem"
        file.write_bytes(wait_until(self._root, "the certificate of the authority"))
        return file

    def certbot(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        """What it says; it has to succeed."""
        folders = [
            part for kind in ("config", "work", "logs")
            for part in (f"--{kind}-dir", str(self._folder / f"certbot-{kind}"))
        ]
        done = subprocess.run(
            ["certbot", *arguments, "--non-interactive", *folders,
             "--server", f"https://localhost:{self._port}/dir"],
            capture_output=True, text=True, timeout=120,
            env=os.environ | {"REQUESTS_CA_BUNDLE": str(self._certificate.certificate)}
            | (environment or {}))
        said = done.stdout + done.stderr
        assert done.returncode == 0, said + (self._folder / "pebble.log").read_text()[-2_000:]
        return said
