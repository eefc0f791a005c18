"""What the load over reloads and upgrades judges by: that it finds what is lost, doubled, or nobody's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from weir import audience
from weir.packets import packets
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.audience import Damage, Viewers, damage

_SENT = list(range(1, 9))


def _track(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(8, "little") for number in numbers)


@pytest.mark.parametrize(("had", "found"), [
    (_SENT, Damage()),
    ([5, 6, 7, 8], Damage()),
    ([5, 6, 7], Damage(lost=1)),
    ([3, 4, 6, 7, 8], Damage(lost=1)),
    ([3, 4, 4, 5, 6, 7, 8], Damage(doubled=1)),
    ([3, 4, 5, 4, 5, 6, 7, 8], Damage(doubled=2)),
    ([6, 7, 9, 8], Damage(strange=1)),
    ([], Damage(lost=8)),
])
def test_what_is_lost_doubled_or_strange_is_counted(had: list[int], found: Damage) -> None:
    other = _track(100, 101, 102)
    assert damage([other, _track(*had)], [_track(*_SENT), other]) == found


def test_viewers_of_both_protocols_have_every_block_until_the_end(
    server: Server, publish: Callable[..., Publisher], tmp_path: Path, name: str
) -> None:
    recording = record(seconds=8)
    tool = audience.build(tmp_path)
    sent = audience.digests(tool, recording.path, tmp_path / "sent")
    assert sorted(len(track) // 8 for track in sent) == sorted(
        sum(1 for packet in packets(recording.path) if packet.stream == stream) for stream in (0, 1))
    publisher = publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    crowd = Viewers(tool, server.port, name, 6, tmp_path / "had")
    assert publisher.finish().status == 204
    server.request("DELETE", f"/{name}/live")
    seen = crowd.report()
    assert (seen.dropped, seen.unreadable) == (0, 0)
    assert all(damage(had, sent).is_none and len(had) == 2 for had in seen.had)


def test_viewers_who_are_let_go_early_lack_the_rest(
    start_server: Callable[..., Server], publish: Callable[..., Publisher], tmp_path: Path, name: str
) -> None:
    server = start_server("--stop-timeout", "1")
    recording = record(seconds=LASTING_S)
    publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    tool = audience.build(tmp_path)
    crowd = Viewers(tool, server.port, name, 4, tmp_path / "had")
    server.stop(check=False)
    sent = audience.digests(tool, recording.path, tmp_path / "sent")
    found = [damage(had, sent) for had in crowd.report().had]
    assert all(each.lost > 0 and each.doubled == each.strange == 0 for each in found), found
