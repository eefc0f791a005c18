"""A server that speaks MongoDB's protocol, over TLS and with SCRAM: software we did not write.

It is the package secantusdb, a process of its own whose data outlives it, so that tests may kill,
freeze and restart it. The unit tests in Swift use it as well, through `main`: one line on standard
input is one command, one line on standard output its answer, and the end of input ends the server.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote_plus

from pymongo import MongoClient

from . import processes
from .certificate import Certificate, make_certificate
from .ports import free_port
from .waiting import PATIENCE_S, wait_until

USER = "weir"
# With characters that have to be percent-encoded in a URI.
PASSWORD = "p@ss:w/rd%"
DATABASE = "weir"
_SELECTION_MS = int(PATIENCE_S * 1000)


class MongoServer:
    """One MongoDB-protocol server on loopback. Start it, use `uri`, `stop` it."""

    def __init__(self, folder: Path, *, port: int | None = None, databases: int = 1) -> None:
        """Everything is kept in `folder`: the data, the log and the certificate.

        The user may use `databases` databases: weir, weir1, weir2 and so on.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = port or free_port()
        self.log_file = folder / "mongodb.log"
        self.certificate: Certificate = make_certificate(folder)
        self.process: subprocess.Popen[bytes] | None = None
        self._databases = [DATABASE, *(f"{DATABASE}{number}" for number in range(1, databases))]
        self._has_user = False

    @property
    def uri(self) -> str:
        """With everything that a client needs to be let in."""
        return self.uri_with(f"{USER}:{quote_plus(PASSWORD)}@")

    def uri_with(self, credentials: str, options: str = "", database: str = DATABASE) -> str:
        """`credentials` is empty or ends in "@"; `options` is empty or begins with "&"."""
        authority = quote_plus(str(self.certificate.certificate))
        source = "&authSource=admin" if credentials else ""
        return (
            f"mongodb://{credentials}127.0.0.1:{self.port}/{database}"
            f"?tls=true&tlsCAFile={authority}{source}{options}"
        )

    # Life cycle

    def start(self) -> "MongoServer":
        """Start and wait until it answers; the first time, make the user."""
        if not self._has_user:
            self._launch()
            self._make_user()
            self.stop()
            self._has_user = True
        self._launch("--auth")
        wait_until(self.answers, "the MongoDB server to answer", every_s=0.05)
        return self

    def stop(self) -> None:
        """End it well. Nothing happens when it does not run."""
        if self.process is None:
            return
        self.thaw()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self) -> None:
        """SIGKILL: what it has not written down by now is lost."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def freeze(self) -> None:
        """SIGSTOP: it hangs, with its connections open."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: processes.is_stopped(self.pid), "MongoDB to hang", every_s=0.01)

    def thaw(self) -> None:
        """SIGCONT."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """The same data, user and port."""
        self.stop()
        self.start()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    # A look inside

    def client(self) -> MongoClient:
        """A client of other make, to look at what is stored. Close it."""
        return MongoClient(self.uri, serverSelectionTimeoutMS=_SELECTION_MS)

    def answers(self) -> bool:
        """Whether it accepts connections."""
        assert self.process is not None and self.process.poll() is None, (
            f"the MongoDB server ended with {self.process and self.process.returncode}:\n"
            + self.log_file.read_text(errors="replace")[-2_000:]
        )
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def _launch(self, *arguments: str) -> None:
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "secantus",
                    # Not one that lies about on the machine.
                    "--config", str(self._configuration()),
                    "--host", "127.0.0.1", "--port", str(self.port),
                    "--storage-path", str(self.folder / "mongodb"),
                    "--cache-size", "64M", "--log-level", "WARNING", "--sync-on-commit",
                    "--tls-cert-file", str(self.certificate.certificate),
                    "--tls-key-file", str(self.certificate.key),
                    *arguments,
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )

    def _configuration(self) -> Path:
        path = self.folder / "mongodb.toml"
        path.touch()
        return path

    def _make_user(self) -> None:
        """The least rights that Weir's documentation asks for."""
        wait_until(self.answers, "the MongoDB server to answer", every_s=0.05)
        with MongoClient(self.uri_with(""), serverSelectionTimeoutMS=_SELECTION_MS) as client:
            client.admin.command(
                "createUser", USER, pwd=PASSWORD, mechanisms=["SCRAM-SHA-256"],
                roles=[{"role": "readWrite", "db": name} for name in self._databases],
            )


def main() -> None:
    """Serves the tests in Swift. The first line says where the server is."""
    with tempfile.TemporaryDirectory(prefix="weir-mongodb-") as folder:
        server = MongoServer(Path(folder), databases=200)
        try:
            server.start()
            facts = {
                "uri": server.uri, "anonymous": server.uri_with(""),
                "wrongPassword": server.uri_with(f"{USER}:wrong@"), "port": server.port,
            }
            print(json.dumps(facts), flush=True)
            commands = {
                "stop": server.stop, "start": server.start, "kill": server.kill,
                "freeze": server.freeze, "thaw": server.thaw, "restart": server.restart,
            }
            for line in sys.stdin:
                commands[line.strip()]()
                print("done", flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    # The end of input is what ends it, not a Ctrl-C that is meant for the tests.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whoever starts this may have blocked signals on the thread that did, and the server would not
    # hear its SIGTERM.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.umask(0o077)
    main()
