"""A broadcast that comes back with other tracks, again and again, and viewers who take nothing, or no
segment, of the rings that it leaves behind."""

from __future__ import annotations

from collections.abc import Callable

from weir.hls import playlist
from weir.http2 import Http2Connection
from weir.in_time import Pace, in_time
from weir.limits import limit, limit_s
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

_MOST_REPLACED = limit("replacedRingsPerName")
_MOST_PAST = limit("pastRingsPerName")


def test_viewers_without_a_window_keep_replaced_rings_for_seconds_and_few_of_them(
    start_server: Callable[..., Server], watch: Callable[..., Viewer]
) -> None:
    server = start_server("--ring-size", "2MiB")
    bodies = [record().data, record(video=None).data]

    def publish(broadcaster: Http2Connection, name: str, turn: int) -> int:
        answer = broadcaster.request("POST", f"/{name}/live", body=bodies[turn % 2])
        if answer.status == 429:
            assert b"/problems/too-many-restarts" in answer.body
            assert int(answer.headers["retry-after"]) > 0
        return answer.status

    def kept(name: str) -> int:
        return len(list((server.data / "replaced").glob(f"{name}-*")))

    def gather(number: int, pace: Pace) -> tuple[str, Viewer, list[int], int, int]:
        """Over connections that are there already: those who take nothing are let go after some seconds."""
        name, streams = f"hoard{number}", []
        assert publish(broadcaster, name, 0) == 204
        honest = watch(server, name, "?start=-60").wait_for_bytes(1_000)
        pace.begin()
        for turn in range(1, most + 1):
            streams.append(hoarder.open("GET", f"/{name}/live"))
            hoarder.wait_for(lambda: hoarder.responses[streams[-1]].status == 200, "its response")
            assert publish(broadcaster, name, turn) == 204
        return name, honest, streams, kept(name), publish(broadcaster, name, most + 1)

    # Those that lists of HLS still name are kept beside the others.
    most = _MOST_REPLACED + _MOST_PAST
    with Http2Connection(server, window=0) as hoarder, Http2Connection(server) as broadcaster:
        name, honest, streams, *seen = in_time(limit_s("replacedRingMs") - 1, gather)
        assert seen == [most, 429]
        honest.wait_for_end()
        for stream in streams:
            assert hoarder.response(stream).reset is not None
        wait_until(lambda: kept(name) == _MOST_PAST, "the replaced rings to go")
        assert publish(broadcaster, name, most + 1) == 204
        server.assert_no_unexpected_death()


def test_segments_that_nobody_takes_do_not_keep_replaced_rings(
    start_server: Callable[..., Server]
) -> None:
    server = start_server("--ring-size", "2MiB")
    recordings = [record("vp9", seconds=14), record(None, seconds=14)]

    def kept() -> int:
        folder = server.data / "replaced"
        return len(list(folder.iterdir())) if folder.exists() else 0

    with Http2Connection(server) as reader, Http2Connection(server, window=0) as hoarder:
        streams = []
        for turn in range(_MOST_REPLACED + 2):
            recording = recordings[turn % 2]
            wait_until(lambda: kept() < _MOST_REPLACED + _MOST_PAST, "room for another ring")
            answer = server.request("POST", "/hoard/live", body=recording.data)
            assert answer.status == 204, answer
            listed = playlist(reader, "hoard", ["v1.m3u8", "a1.m3u8"][turn % 2]).segments
            streams.append(hoarder.open("GET", f"/hoard/hls/{listed[-1]}"))
            hoarder.wait_for(lambda: hoarder.responses[streams[-1]].status == 200, "its response")
        # Those that lists still name stay anyway.
        for stream in streams[:-1 - _MOST_PAST]:
            hoarder.wait_for(lambda: kept() == _MOST_PAST, "the other replaced rings to go")
            hoarder.open_window(1_000_000)
            hoarder.credit(stream, 1_000_000)
            assert hoarder.response(stream).reset is not None
        server.assert_no_unexpected_death()
