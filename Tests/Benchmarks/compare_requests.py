"""Requests for what is small and for a segment of HLS, beside servers of files that have the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import limit
import loads
from bench_setting import Bench, tree
from comparison import Contender, Measure, Workload
from peers import FILE_SERVERS, running
from weir.hls import Playlist
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

_ASSETS = Path(__file__).resolve().parents[2] / "Sources/Worker/Web/Assets"
_NAME = "channel"
_LIST = f"/{_NAME}/hls/v1.m3u8"
_SEGMENTS = 12
_REQUESTS = 300_000
_SEGMENT_REQUESTS = 4_000
_SEGMENT_BYTES = 512 * 1024
_CONNECTIONS = 10

# Finds the path of what is asked for.
Finder = Callable[[Server], str]
# Starts Weir with what is needed.
Setting = Callable[[Bench], AbstractContextManager[Server]]
# One round: by whose time, and where.
Round = Callable[[Callable[[], list[int]], str], dict[str, float]]


@contextmanager
def beside_files(bench: Bench, server: Server, path: str, one_round: Round) -> Iterator[list[Contender]]:
    """Weir's answer to `path`, and the same bytes as a file of each peer."""
    answer = server.get(path)
    assert answer.status == 200, answer
    with ExitStack() as stack:
        contenders = [Contender("Weir", lambda: one_round(lambda: tree(server), server.url(path)), "weir")]
        for kind in FILE_SERVERS:
            if kind.is_installed():
                # A name without a type, so that nothing is compressed.
                peer = stack.enter_context(running(kind, bench, {"copy": answer.body}))
                contenders.append(Contender(
                    kind.name, lambda peer=peer: one_round(lambda: peer.pids, peer.url("copy"))))
        yield contenders


def nothing_live(bench: Bench) -> AbstractContextManager[Server]:
    return bench.weir(workers=1)


@contextmanager
def standing_broadcast(bench: Bench) -> Iterator[Server]:
    """One worker with a broadcast of 2.5 Mbit/s that is paused, so that its lists stay as they are, and
    nothing else is measured."""
    recording = record("h264", "aac", seconds=40, size="640x360", rate="2440k")
    headers = {"content-type": recording.content_type}
    with bench.weir("--grace", "600", workers=1) as server:
        certificate, folder = bench.certificate.certificate, bench.fresh_folder("publisher")
        with Publisher(server.url(f"/{_NAME}/live"), certificate, folder, headers=headers) as publisher:
            publisher.play(recording, finish=False, speed=8)
            wait_until(lambda: len(listed(server).segments) >= _SEGMENTS, "segments to be listed")
        server.wait_for_state(_NAME, "paused")
        yield server


def listed(server: Server) -> Playlist:
    answer = server.get(_LIST)
    return Playlist(answer.body.decode() if answer.status == 200 else "")


# What is asked for


def asset_of(size_bytes: int) -> Finder:
    """The asset of the pages whose size is nearest to this."""
    files = [path for path in _ASSETS.rglob("*") if path.suffix in (".js", ".css", ".svg")]
    asset = min(files, key=lambda path: abs(path.stat().st_size - size_bytes)).relative_to(_ASSETS)

    def find(server: Server) -> str:
        version = re.search(r"/assets/([0-9a-z]+)/", server.get("/").body.decode())
        assert version, "the first page names its assets"
        return f"/assets/{version.group(1)}/{asset}"
    return find


def part_of_sound(server: Server) -> str:
    """The newest: what players ask for most often. Parts of the picture are many times as large."""
    newest = listed(server).parts[-1]
    return f"/{_NAME}/hls/" + re.sub(r"v\d+/", "a2/", newest)


def segment(server: Server) -> str:
    """The listed segment whose size is nearest to 512 KiB."""
    paths = [f"/{_NAME}/hls/{name}" for name in listed(server).segments]
    return min(paths, key=lambda path: abs(len(server.get(path).body) - _SEGMENT_BYTES))


# Workloads


def small(
    key: str, title: str, what: str, find: Finder, aim: str, setting: Setting = standing_broadcast
) -> Workload:
    """Requests for each second of processor time."""
    @contextmanager
    def contenders(bench: Bench) -> Iterator[list[Contender]]:
        def one_round(pids: Callable[[], list[int]], url: str) -> dict[str, float]:
            cost = loads.requests(pids, url, bench.scale(_REQUESTS))
            return {"rate": cost.requests / cost.used_s}
        with setting(bench) as server, beside_files(bench, server, find(server), one_round) as made:
            yield made

    method = (
        f"{what} h2load asks {_REQUESTS:,} times a round, on {_CONNECTIONS} connections with 10 requests at "
        "a time each. The peers have the same bytes as a file."
    )
    measures = (Measure("rate", "Requests", "per CPU-s", aim, more_is_better=True),)
    return Workload(key, title, method, measures, contenders)


@contextmanager
def _segments(bench: Bench) -> Iterator[list[Contender]]:
    tool = limit.build(bench.fresh_folder("limit"))

    def the_limit() -> dict[str, float]:
        least = limit.limit(tool, _CONNECTIONS, _SEGMENT_BYTES, seconds=1 if bench.quick else 3)
        return {"rate": 1 / least.seconds_per_gb}

    def one_round(pids: Callable[[], list[int]], url: str) -> dict[str, float]:
        cost = loads.requests(pids, url, bench.scale(_SEGMENT_REQUESTS))
        return {"rate": cost.traffic_bytes / cost.used_s / 1e9}
    with standing_broadcast(bench) as server, beside_files(
        bench, server, segment(server), one_round
    ) as made:
        yield [*made, Contender("the limit", the_limit, "limit")]


WORKLOADS: tuple[Workload, ...] = (
    small("asset", "An asset of 1 KiB", "A script of the pages, of about 1 KiB.", asset_of(1024),
          "at least 1 x h2o", nothing_live),
    small("asset-12k", "An asset of 12 KB", "A script of the pages, of about 12 KB.", asset_of(12_000),
          "at least 1 x h2o", nothing_live),
    small("api", "The list of streams", "`/api/streams`, with one stream that is paused.",
          lambda _: "/api/streams", "at least 0.6 x h2o"),
    small("playlist", "A media playlist of HLS", f"The playlist of the picture, with {_SEGMENTS} segments "
          "and their parts, of a broadcast that is paused.", lambda _: _LIST, "at least 0.6 x h2o"),
    small("part", "A part of low-latency HLS", "The newest part of the sound, made from the ring for each "
          "request.", part_of_sound, "at least 0.6 x h2o"),
    Workload(
        "segment", "A segment of HLS, 512 KiB",
        "The listed segment of a broadcast of 2.5 Mbit/s whose size is nearest to 512 KiB. Weir makes it "
        "from the ring for each request; the peers have its bytes as a file. h2load asks "
        f"{_SEGMENT_REQUESTS:,} times a round, on {_CONNECTIONS} connections with 10 requests at a time "
        "each. The limit sends pieces of that size on as many connections, 256 KiB at a time.",
        (Measure("rate", "Delivered", "GB per CPU-s", "at least 1.25 x h2o", more_is_better=True),),
        _segments,
    ),
)
