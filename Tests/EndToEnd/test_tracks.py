"""What the API tells of tracks, and which are refused."""

from __future__ import annotations

import pytest

from weir import ebml
from weir.ebml import element, unsigned
from weir.server import Server
from weir.tracks import key_frame, sound, video
from weir.waiting import wait_until


@pytest.mark.smoke
def test_the_api_tells_what_is_served_first_and_what_is_left_out(
    server: Server, name: str
) -> None:
    tracks = (
        video(element(0x536E, "Bühne".encode())) + video(number=3)
        + sound(unsigned(0x88, 0) + element(0x22B59C, b"fre"))
        + sound(element(0x22B59D, b"de"), number=4))
    frame = ebml.simple_block(key_frame(160, 120))
    body = ebml.head() + ebml.segment(tracks) + ebml.cluster(0, frame)
    assert server.request("POST", f"/{name}/live", body=body).status == 204
    shown = server.stream(name)
    assert shown is not None
    told = [(track["title"], track["language"], track["default"]) for track in shown["tracks"]]
    assert told == [("Bühne", None, True), (None, "de", True), (None, "fre", False)]
    assert shown["leftOut"] == [{"kind": "video", "codec": "vp8"}]


@pytest.mark.parametrize(
    "algorithm, words", [(1, "compressed with bzip2"), (2, "compressed with LZO")])
def test_what_cannot_be_undone_is_refused_by_name(
    server: Server, name: str, algorithm: int, words: str
) -> None:
    encodings = element(0x6D80, element(0x6240, element(0x5034, unsigned(0x4254, algorithm))))
    body = ebml.head() + ebml.segment(video() + sound(encodings))
    answer = server.request("POST", f"/{name}/live", body=body)
    assert answer.status == 415
    assert answer.json()["title"] == f"track 2 (opus) is {words}"


def test_a_size_that_changes_is_told_as_it_is_now(server: Server, name: str) -> None:
    def size() -> tuple[int, int] | None:
        shown = server.stream(name)
        return (shown["tracks"][0]["width"], shown["tracks"][0]["height"]) if shown else None

    def cluster(time_ms: int, width: int, height: int) -> bytes:
        return ebml.cluster(time_ms, ebml.simple_block(key_frame(width, height)))

    # The container says 160x120 throughout.
    body = ebml.head() + ebml.segment(video()) + cluster(0, 160, 120)
    assert server.request("POST", f"/{name}/live", body=body).status == 204
    assert size() == (160, 120)
    # The camera turns.
    body = cluster(1_000, 120, 160)
    assert server.request("POST", f"/{name}/live", body=body).status == 204
    wait_until(lambda: size() == (120, 160), "the size of the newest key frame to be told")
