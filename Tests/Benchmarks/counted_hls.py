"""What players of HLS take."""

from __future__ import annotations

from pathlib import Path

from counter import Counter, client, per_request
from weir.hls import Playlist
from weir.http2 import Http2Connection
from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

NAME = "packaged"
LIST = f"/{NAME}/hls/v1.m3u8"
SEGMENTS = 50
#: What more players cost is what each of them costs.
FEW_PLAYERS, MANY_PLAYERS, PARTS = 2, 12, 10


def packaged(counter: Counter, server: Server, certificate: Path, folder: Path) -> dict[str, float]:
    """Players that follow a broadcast, and then requests for what it has left behind, which stands still. How
    it is cut into parts depends on how its media came, so they come as from a camera."""
    recording = record("h264", "aac", seconds=30)
    headers = {"content-type": recording.content_type}
    with Publisher(server.url(f"/{NAME}/live"), certificate, folder, headers=headers) as publisher:
        publisher.play(recording, finish=False)
        wait_until(lambda: len(listed(server).segments) > 2 and listed(server).parts,
                   "segments and parts to be listed", 120)
        held = per_held_list(counter, server)
        wait_until(lambda: publisher.sent == len(recording.data), "the recording to be sent", 120)
        seen = listed(server)
        return {
            "heldListRequest": held,
            "playlistRequest": per_request(counter, server, LIST),
            "partRequest": per_request(counter, server, f"/{NAME}/hls/{seen.parts[0]}"),
            "segmentRequest": per_request(counter, server, f"/{NAME}/hls/{seen.segments[0]}", SEGMENTS),
        }


def listed(server: Server) -> Playlist:
    """Empty as long as there is no list."""
    answer = server.get(LIST)
    return Playlist(answer.body.decode() if answer.status == 200 else "")


def per_held_list(counter: Counter, server: Server) -> float:
    """What one more player takes for a list that has to be waited for."""
    players: list[Http2Connection] = []

    def follow(parts: int) -> None:
        segment, part = listed(server).next
        for _ in range(parts):
            path = f"{LIST}?_HLS_msn={segment}&_HLS_part={part}"
            asked = [(player, player.open("GET", path)) for player in players]
            answers = [player.response(stream, 60) for player, stream in asked]
            assert all(answer.status == 200 for answer in answers), answers[0]
            segment, part = Playlist(answers[0].body.decode()).next

    def count(of: int) -> int:
        while len(players) < of:
            players.append(client(server))
        follow(1)
        return counter.during(lambda: follow(PARTS))
    few, many = count(FEW_PLAYERS), count(MANY_PLAYERS)
    for player in players:
        player.close()
    return (many - few) / (MANY_PLAYERS - FEW_PLAYERS) / PARTS
