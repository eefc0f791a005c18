"""Icecast with TLS, as an expert sets it up for live video."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_setting import Bench, raise_descriptor_limit
from peers import Peer

_PASSWORD = "bench"
#: What a publisher says.
AUTHORIZATION = "Basic " + base64.b64encode(f"source:{_PASSWORD}".encode()).decode()


class Icecast(Peer):
    """One process with a thread for each stream; it has no setting for more."""

    name = "icecast2"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench, {}, 1)

    def command(self) -> list[str]:
        pem, settings = self.folder / "certificate.pem", self.folder / "icecast.xml"
        certificate = self.bench.certificate
        pem.write_bytes(certificate.certificate.read_bytes() + certificate.key.read_bytes())
        owner = ""
        if os.geteuid() == 0:
            # It refuses to be root, and has to read and write its folder all the same.
            owner = "<changeowner><user>nobody</user><group>nogroup</group></changeowner>"
            self.folder.chmod(0o777)
        settings.write_text(_SETTINGS.format(
            port=self.port, folder=self.folder, certificate=pem, password=_PASSWORD, owner=owner))
        return ["icecast2", "-c", str(settings)]

    def is_ready(self) -> bool:
        assert self._process is not None and self._process.poll() is None, "Icecast has ended"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return any(row[1] == f"0100007F:{self.port:04X}" and row[3] == "0A" for row in rows)

    def end(self, process: subprocess.Popen[bytes]) -> None:
        # It takes its time to say goodbye to thousands of viewers.
        self.kill(process)


@contextmanager
def icecast(bench: Bench) -> Iterator[Icecast]:
    raise_descriptor_limit()
    server = Icecast(bench)
    try:
        server.start()
        yield server
    finally:
        server.stop()


# A viewer who falls behind by more than the queue is dropped, and one who joins needs a key frame among the
# newest bytes (the burst): both are for radio by default, half a MiB and 64 KiB.
_SETTINGS = """<icecast>
  <location>here</location><admin>nobody@localhost</admin><hostname>localhost</hostname>
  <limits>
    <clients>20000</clients><sources>2100</sources>
    <queue-size>4194304</queue-size><burst-size>524288</burst-size>
    <client-timeout>30</client-timeout><header-timeout>15</header-timeout><source-timeout>10</source-timeout>
  </limits>
  <authentication>
    <source-password>{password}</source-password><relay-password>{password}</relay-password>
    <admin-user>admin</admin-user><admin-password>{password}</admin-password>
  </authentication>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address><ssl>1</ssl></listen-socket>
  <fileserve>0</fileserve>
  <paths>
    <logdir>{folder}</logdir><webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot><ssl-certificate>{certificate}</ssl-certificate>
  </paths>
  <logging><errorlog>error.log</errorlog><loglevel>1</loglevel></logging>
  <security><chroot>0</chroot>{owner}</security>
</icecast>
"""
