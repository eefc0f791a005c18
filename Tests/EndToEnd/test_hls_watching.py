"""People who watch by HLS: they are counted, and a pause of the broadcaster does not lose them."""

from __future__ import annotations

from collections.abc import Callable

from weir.hls import Playlist, connections_to_all_workers, fetch, late_or_not, playlist
from weir.http2 import Http2Connection
from weir.in_step import in_step
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

Publish = Callable[..., Publisher]


def _viewers(server: Server, name: str) -> tuple[int, int]:
    stream = server.stream(name)
    assert stream is not None
    return stream["viewers"], stream["packagedViewers"]


def test_those_who_watch_by_hls_are_counted_over_all_workers(
    server: Server, publish: Publish, name: str
) -> None:
    recording = record("vp9", "opus", seconds=14)
    publish(server, name).play(recording, finish=False, speed=4)
    wait_until(lambda: server.stream(name), "the stream")
    one, other = connections_to_all_workers(server)
    with one, other, Http2Connection(server) as third:
        live = third.open("GET", f"/{name}/live")
        third.wait_for(lambda: third.responses[live].status == 200, "the live response")

        def counted() -> bool:
            for connection in (one, other):
                playlist(connection, name, "v1.m3u8")
                playlist(connection, name, "a2.m3u8")
            return _viewers(server, name) == (3, 2)

        wait_until(counted, "two players and a live response")
    # They are gone, and nobody has said so.
    wait_until(lambda: _viewers(server, name) == (0, 0), "nobody to be there any more")
    stream = server.stream(name)
    assert stream is not None and stream["peakViewers"] == 3


def _next(connection: Http2Connection, name: str, now: Playlist, asked: int) -> Playlist:
    """The list with what comes next, asked for already."""
    return Playlist(late_or_not(connection, asked, _path_of_next(name, now)).body.decode())


def _ask_for_next(connection: Http2Connection, name: str, now: Playlist) -> int:
    return connection.open("GET", _path_of_next(name, now))


def _path_of_next(name: str, now: Playlist) -> str:
    segment, parts = now.next
    return f"/{name}/hls/v1.m3u8?_HLS_msn={segment}&_HLS_part={parts}"


def test_a_player_that_follows_the_rules_goes_on_after_a_long_pause(
    start_server: Callable[..., Server], publish: Publish
) -> None:
    server = start_server("--grace", "120")
    recording = record("vp9", "opus", seconds=14)
    publish(server, "pausing").play(recording, speed=2, through=in_step(server, "pausing")).finish()
    with Http2Connection(server) as player:
        now = playlist(player, "pausing", "v1.m3u8")
        # Held for three target durations each time. Then it is told to ask again, and does.
        for _ in range(2):
            late = player.response(_ask_for_next(player, "pausing", now))
            assert late.status == 503 and int(late.headers["retry-after"]) > 0
            assert late.headers["cache-control"] == "public, max-age=1"
            # Who does not ask for what is to come has the list at once, as it was.
            assert playlist(player, "pausing", "v1.m3u8").text == now.text
        held = _ask_for_next(player, "pausing", now)
        publish(server, "pausing").play(recording, finish=False)
        after = _next(player, "pausing", now, held)
        assert after.segments[: len(now.segments)] == now.segments
        # The segment that was being made is complete first.
        for _ in range(4):
            before, held = after, _ask_for_next(player, "pausing", after)
            after = _next(player, "pausing", before, held)
            assert after.next > before.next
            assert fetch(player, "pausing", after.parts[-1]).status == 200
        assert after.returns == 1, after.text
