"""A broadcast that reaches the server in small pieces, however busy the machine is.

Lists have parts only when the media of the first seconds come bit by bit. After a machine has stood still
for a second, all that has gathered comes at once, and then they have none. So until there is a list, the next
piece is sent only when a viewer has got more, and not so soon that it would count as one with the last.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from .http2 import Http2Connection
from .server import Server
from .waiting import wait_until

Shape = Callable[[Iterator[bytes], threading.Event], Iterator[bytes]]

#: A sixth of a second of pictures and sound.
_PACKETS = 12
#: So many pieces may be under way: the server holds back a little, to put what it gets in order.
_UNDER_WAY = 2
#: What comes within 50 ms is one arrival to the server.
_APART_S = 0.06


def in_step(server: Server, name: str) -> Shape:
    """For `Publisher.play`, of a broadcast whose packets come one by one, and whose lists have a picture."""
    def shape(packets: Iterator[bytes], stop: threading.Event) -> Iterator[bytes]:
        yield b"".join(itertools.islice(packets, _PACKETS))
        wait_until(lambda: stop.is_set() or server.stream(name), f"the stream {name}")
        with Http2Connection(server, window=1 << 20) as watcher:
            watcher.open_window(16 << 20)
            yield from _awaited(watcher, name, packets, stop)
        yield from packets

    return shape


def _awaited(
    watcher: Http2Connection, name: str, packets: Iterator[bytes], stop: threading.Event
) -> Iterator[bytes]:
    seen = watcher.responses[watcher.open("GET", f"/{name}/live")].body
    listed = _ask(watcher, name)
    had = deque([-1] * _UNDER_WAY, maxlen=_UNDER_WAY + 1)
    due = 0.0

    def is_further() -> bool:
        return stop.is_set() or len(seen) > had[0] or watcher.responses[listed].is_over

    while piece := b"".join(itertools.islice(packets, _PACKETS)):
        had.append(len(seen))
        stop.wait(max(0.0, due - time.monotonic()))
        yield piece
        due = time.monotonic() + _APART_S
        watcher.wait_for(is_further, f"{name} to be seen further")
        if stop.is_set() or watcher.responses[listed].status == 200:
            return
        if watcher.responses[listed].is_over:
            # It was not there in time, and may be asked for again.
            listed = _ask(watcher, name)


def _ask(watcher: Http2Connection, name: str) -> int:
    return watcher.open("GET", f"/{name}/hls/v1.m3u8")
