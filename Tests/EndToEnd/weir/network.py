"""A network that can be cut: a TCP proxy between a client and the server.

Two ways in which networks fail, since software notices them differently:

- `fall_silent`: nothing is forwarded any more and nobody is told, as on a train in a tunnel.
  Connections are accepted and never answered. What was sent meanwhile arrives when it is over,
  as TCP would repeat it.
- `refuse`: connections are reset and new ones are refused, as by a router that restarts.

Threads of its own, so that a test's own loop may stand still.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .ports import free_port

_PIECE_BYTES = 64 * 1024
_LOOK_EVERY_S = 0.05
# close() sends a reset instead of an orderly end.
_RESET = struct.pack("ii", 1, 0)


class Network:
    """Listens on a port of its own and forwards to `target_port`, both on loopback."""

    def __init__(self, target_port: int) -> None:
        self.port = free_port()
        self._target = ("127.0.0.1", target_port)
        self._flowing = threading.Event()
        self._flowing.set()
        self._connections: list[_Connection] = []
        self._listener = self._listen()

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    def fall_silent(self) -> None:
        self._flowing.clear()

    def refuse(self) -> None:
        self._listener.close()
        for connection in self._connections:
            connection.reset()
        self._connections.clear()

    def come_back(self) -> None:
        self._flowing.set()
        if self._listener.is_closed:
            self._listener = self._listen()

    def close(self) -> None:
        self.refuse()
        self._flowing.set()

    def _listen(self) -> "_Listener":
        return _Listener(self.port, self._accepted)

    def _accepted(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target)
        except OSError:
            # The server is away: what its own kernel would answer.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            client.close()
            return
        self._connections.append(_Connection(client, server, self._flowing))


class _Listener:
    """Accepts in a thread until it is closed."""

    def __init__(self, port: int, accepted: Callable[[socket.socket], None]) -> None:
        self.is_closed = False
        self._accepted = accepted
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(64)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.is_closed = True
        self._thread.join()

    def _run(self) -> None:
        while not self.is_closed:
            if select.select([self._socket], [], [], _LOOK_EVERY_S)[0]:
                self._accepted(self._socket.accept()[0])
        self._socket.close()


class _Connection:
    """Two sockets, and a thread for each direction."""

    def __init__(
        self, client: socket.socket, server: socket.socket, flowing: threading.Event
    ) -> None:
        self._sockets = (client, server)
        self._flowing = flowing
        self._is_over = False
        self._threads = [
            threading.Thread(target=self._forward, args=pair, daemon=True)
            for pair in ((client, server), (server, client))
        ]
        for each in self._sockets:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for thread in self._threads:
            thread.start()
        threading.Thread(target=self._close_when_done, daemon=True).start()

    def reset(self) -> None:
        for each in self._sockets:
            try:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            except OSError:
                pass  # closed already
        self._is_over = True

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while not self._is_over:
                # In silence nothing is even taken from the socket: its sender sees a window that
                # closes, and no acknowledgement that its peer could have given.
                if not self._flowing.wait(_LOOK_EVERY_S):
                    continue
                if select.select([source], [], [], _LOOK_EVERY_S)[0]:
                    piece = source.recv(_PIECE_BYTES)
                    if not piece:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(piece)
        except OSError:
            self.reset()

    def _close_when_done(self) -> None:
        for thread in self._threads:
            thread.join()
        for each in self._sockets:
            each.close()


@contextmanager
def network(target_port: int) -> Iterator[Network]:
    """A network to the server on `target_port`, in order until told otherwise."""
    made = Network(target_port)
    try:
        yield made
    finally:
        made.close()
