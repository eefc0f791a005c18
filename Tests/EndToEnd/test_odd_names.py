"""Names and directives by the ten thousand that mean nothing: each is refused, or answered with what there
is, and costs its worker nothing that stays."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir import processes
from weir.h2load import h2load, report
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

# So many before memory is looked at: allocators and tables have grown to what they need by then.
_FIRST = 10_000
_MORE = 40_000
# A table that kept anything for each of them would take more than this.
_KEPT_BYTES = 512 * 1024

#: With a number that is always another one, the broadcast's name and its epoch.
_ODDITIES = (
    "/nobody-{n}/hls/index.m3u8", "/nobody-{n}/hls/{epoch}/v1/0.m4s", "/nobody-{n}/dash/index.mpd",
    "/{name}/hls/{n:016x}/v1/1.m4s", "/{name}/hls/{n:016x}/a2/1.0.m4s", "/{name}/hls/{n:016x}/v1/init-0.mp4",
    "/{name}/hls/{epoch}/v1/9{n}.m4s", "/{name}/hls/{epoch}/v1/9{n}.7.m4s",
    "/{name}/hls/{epoch}/v1/1.9{n}.m4s",
    "/{name}/hls/{epoch}/v9{n}/1.m4s", "/{name}/hls/{epoch}/v1/init-9{n}.mp4",
    "/{name}/hls/{epoch}/v1/1.m4s?{n}", "/{name}/hls/{epoch}/v1/00{n}.m4s", "/{name}/hls/{epoch}/v1/{n}.mp4",
    "/{name}/hls/v9{n}.m3u8", "/{name}/hls/a9{n}-keys.m3u8", "/{name}/hls/{n}/{n}/{n}", "/{name}/hls/%00{n}",
    "/{name}/hls/%2e%2e/{n}", "/{name}/hls/index.m3u8?start=-{n}", "/{name}/hls/index.m3u8?{n}",
    "/{name}/hls/v1.m3u8?_HLS_msn=9{n}", "/{name}/hls/v1.m3u8?_HLS_msn=9{n}&_HLS_part=1",
    "/{name}/hls/v1.m3u8?_HLS_msn=0&_HLS_part={n}", "/{name}/hls/v1.m3u8?_HLS_msn=1&_HLS_skip=v{n}",
    "/{name}/hls/v1.m3u8?_HLS_part={n}", "/{name}/hls/v1.m3u8?_HLS_msn=-{n}",
    "/{name}/hls/v1.m3u8?_HLS_{n}=1", "/{name}/hls/v1.m3u8?_HLS_skip=YES&x={n}",
    "/{name}/dash/index.mpd?{n}", "/{name}/dash/{n:016x}/v1/1.m4s", "/{name}/dash/{epoch}/v1/9{n}.m4s",
    "/{name}/dash/{epoch}/v1/9{n}.0.m4s", "/{name}/dash/v9{n}.mpd", "/api/time?{n}",
)


def _odd(server: Server, name: str, epoch: str) -> Iterator[str]:
    for number in itertools.count():
        path = _ODDITIES[number % len(_ODDITIES)]
        yield server.url(path.format(n=number, name=name, epoch=epoch))


def _send(addresses: list[str], folder: Path) -> None:
    file = folder / "addresses"
    file.write_text("\n".join(addresses) + "\n")
    seen = report(h2load("-c", "4", "-m", "50", "-n", str(len(addresses)), "-i", str(file)), 300)
    found = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", seen.text)
    assert found, seen.text
    served, moved, refused, failed = map(int, found.groups())
    assert seen.errored == seen.timed_out == moved == failed == 0, seen.text
    assert served + refused == len(addresses) and refused > len(addresses) // 2, seen.text


def _memory(server: Server) -> int:
    return sum(processes.memory_bytes(pid)["private"] for pid in server.workers().values())


def test_odd_names_cost_nothing_that_stays(
    start_server: Callable[..., Server], publish: Callable[..., Publisher], name: str, tmp_path: Path
) -> None:
    server = start_server("--exempt-network", "127.0.0.0/8", "--grace", "600")
    publish(server, name).play(record("vp9", "opus", seconds=30), speed=8, finish=False)
    # It stands still: what is measured is names, and not what a broadcast brings.
    wait_until(lambda: server.state(name) == "paused", "all of it to be there")
    lists = server.get(f"/{name}/hls/v1.m3u8").body.decode()
    epoch = re.findall(r'URI="([0-9a-f]{16})/', lists)[0]
    names = _odd(server, name, epoch)
    _send(list(itertools.islice(names, _FIRST)), tmp_path)
    before = _memory(server)
    _send(list(itertools.islice(names, _MORE)), tmp_path)
    kept = _memory(server) - before
    assert kept < _KEPT_BYTES, f"{kept} bytes for {_MORE} names"
    # The broadcast is what it was.
    assert server.get(f"/{name}/hls/v1.m3u8").body.decode() == lists
