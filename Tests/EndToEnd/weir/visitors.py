"""Who opens pages and lists again and again, over connections that they keep: whether any request fails."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections import Counter

from .server import Server
from .waiting import PATIENCE_S

_TIMEOUT_S = PATIENCE_S
_EVERY_S = 0.05


class Visitors:
    """Each has a thread and one connection of HTTP/1.1 at a time, and asks as browsers do: after
    `connection: close` over another one, and once again if a kept one was closed before anything came."""

    def __init__(self, server: Server, paths: list[str], count: int) -> None:
        self._server, self._paths = server, paths
        self._context = ssl.create_default_context(cafile=str(server.certificate.certificate))
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.answered = 0
        #: Requests that were sent again as described.
        self.unanswered = 0
        #: Everything else that went wrong.
        self.failed: Counter[str] = Counter()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(_TIMEOUT_S * 2)

    def _run(self, number: int) -> None:
        connection, is_kept = self._connect(), False
        turn = number
        while not self._stop.wait(_EVERY_S):
            path = self._paths[turn % len(self._paths)]
            turn += 1
            try:
                is_kept = self._ask(connection, path)
            except http.client.RemoteDisconnected:
                if not is_kept:
                    self._note("no answer")
                else:
                    # The same once more, over another one.
                    turn -= 1
                    with self._lock:
                        self.unanswered += 1
                is_kept = False
            except (OSError, http.client.HTTPException) as error:
                self._note(f"{type(error).__name__}: {error}")
                is_kept = False
            if not is_kept:
                connection.close()
                connection = self._connect()
        connection.close()

    def _connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "localhost", self._server.port, timeout=_TIMEOUT_S, context=self._context)

    def _ask(self, connection: http.client.HTTPSConnection, path: str) -> bool:
        """Whether the connection can be kept."""
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            with self._lock:
                self.answered += 1
        else:
            self._note(f"{answer.status} for {path}")
        return not answer.will_close

    def _note(self, what: str) -> None:
        with self._lock:
            self.failed[what] += 1
