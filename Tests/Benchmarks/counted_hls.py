"""What players of HLS take."""

from __future__ import annotations

import itertools
import time

from counter import Counter, client, per_request
from weir.hls import Playlist
from weir.http2 import Http2Connection
from weir.publisher import packet_marks
from weir.recordings import Recording, record
from weir.server import Server
from weir.waiting import wait_until

NAME = "packaged"
LIST = f"/{NAME}/hls/v1.m3u8"
SEGMENTS = 50
#: What more players cost is what each of them costs.
FEW_PLAYERS, MANY_PLAYERS = 2, 12
#: Packets in a piece, which is a sixth of a second.
PACKETS = 12
#: Pieces: those that begin a broadcast, those until players have settled, and those that are counted.
BEGINNING, SETTLING, COUNTED = 60, 3, 48
#: What comes within 50 ms is one arrival to the server.
APART_S = 0.1


class Broadcast:
    """As from a camera: how much comes at a time decides how it is cut into parts. But a piece comes only
    when it is told to, and has been read then, so that a busy machine changes nothing."""

    def __init__(self, server: Server, recording: Recording) -> None:
        self._publisher = client(server)
        self._stream = self._publisher.open(
            "POST", f"/{NAME}/live", [("content-type", recording.content_type)], end=False)
        begins = [begin for begin, _ in packet_marks(recording.path)][PACKETS::PACKETS]
        edges = [0, *begins, len(recording.data)]
        self._pieces = (recording.data[begin:end] for begin, end in itertools.pairwise(edges))

    def publish(self, pieces: int = 1) -> None:
        for _ in range(pieces):
            self._publisher.send(self._stream, next(self._pieces))
            assert self._publisher.request("GET", "/api/streams").status == 200
            time.sleep(APART_S)

    def close(self) -> None:
        self._publisher.close()


class Player:
    """Asks for the list with the next part, as long as there is a broadcast."""

    def __init__(self, server: Server) -> None:
        self._http2 = client(server)
        self._next = listed(server).next
        self._asked = 0
        self.answers = 0

    def ask(self) -> None:
        """Once more, if what was asked for has come."""
        self._http2.pump(0)
        if self._asked:
            answer = self._http2.responses[self._asked]
            if not answer.is_over:
                return
            assert answer.status == 200, answer
            self._next = Playlist(answer.body.decode()).next
            self.answers += 1
        segment, part = self._next
        self._asked = self._http2.open("GET", f"{LIST}?_HLS_msn={segment}&_HLS_part={part}")

    def close(self) -> None:
        self._http2.close()


def packaged(counter: Counter, server: Server) -> dict[str, float]:
    """Players that follow a broadcast, and then requests for what it has left behind, which stands still."""
    broadcast = Broadcast(server, record("h264", "aac", seconds=30))
    broadcast.publish(BEGINNING)
    wait_until(lambda: len(listed(server).segments) > 2 and listed(server).parts,
               "segments and parts to be listed")
    held = per_held_list(counter, server, broadcast)
    seen = listed(server)
    found = {
        "heldListRequest": held,
        "playlistRequest": per_request(counter, server, LIST),
        "partRequest": per_request(counter, server, f"/{NAME}/hls/{seen.parts[0]}"),
        "segmentRequest": per_request(counter, server, f"/{NAME}/hls/{seen.segments[0]}", SEGMENTS),
    }
    broadcast.close()
    return found


def listed(server: Server) -> Playlist:
    """Empty as long as there is no list."""
    answer = server.get(LIST)
    return Playlist(answer.body.decode() if answer.status == 200 else "")


def per_held_list(counter: Counter, server: Server, broadcast: Broadcast) -> float:
    """What one more player takes for a list that has to be waited for."""
    players: list[Player] = []

    def answers() -> int:
        return sum(player.answers for player in players)

    def follow(pieces: int, probe: Http2Connection) -> None:
        for _ in range(pieces):
            for player in players:
                player.ask()
            # When this is answered, the worker has read what players asked, which waits for the piece.
            assert probe.request("GET", "/api/streams").status == 200
            broadcast.publish()

    def count(of: int) -> tuple[int, int]:
        while len(players) < of:
            players.append(Player(server))
        with client(server) as probe:
            follow(SETTLING, probe)
            before = answers()
            instructions = counter.during(lambda: follow(COUNTED, probe))
        return instructions, answers() - before
    (few, fewer), (many, more) = count(FEW_PLAYERS), count(MANY_PLAYERS)
    for player in players:
        player.close()
    return (many - few) / (more - fewer)
