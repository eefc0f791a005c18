"""Free ports on loopback, none of which is handed out twice, whoever else runs this suite.

They are below the range from which the kernel takes the ports of outgoing connections: otherwise a
client could sit on a server's port between two starts of it. A process claims a block of them for
as long as it lives, by the name of an abstract socket, which no second process can have.
"""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator

_FIRST = 10_000
_BLOCK = 500
_BLOCKS = 45  # up to 32,500; Linux takes outgoing ports from 32,768 on
_claims: list[socket.socket] = []


def free_port() -> int:
    """A TCP port that nothing listens on now, and that no other process is given."""
    return next(port for port in _ports if _is_free(port))


def _claimed() -> Iterator[int]:
    """The ports of this process's block, again and again."""
    start = os.getpid()
    for number in range(start, start + _BLOCKS):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0weir-test-ports-{number % _BLOCKS}")
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        first = _FIRST + number % _BLOCKS * _BLOCK
        yield from itertools.cycle(range(first, first + _BLOCK))
    raise AssertionError(f"{_BLOCKS} processes run this suite already")


_ports = _claimed()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
