"""Responses of streams that are paused stay alive for whoever forwards them, and go on afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from weir.comparison import assert_decodes, assert_starts_with_keyframe
from weir.http2 import Http2Connection
from weir.packets import packets, probe
from weir.publisher import Publisher, post_chunk
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

BOTH_PROTOCOLS = True

Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]

VOID = bytes.fromhex("ec8100")


@pytest.fixture
def patient(start_server: Callable[..., Server]) -> Server:
    return start_server("--grace", "120")


def post(server: Server, name: str, data: bytes, number: int) -> None:
    url = server.url(f"/{name}/live")
    answer = post_chunk(url, server.certificate.certificate, data, session="s", number=number)
    assert answer.status == 204


@pytest.mark.slow
@pytest.mark.parametrize("cut", ["between clusters", "in a cluster"])
def test_a_pause_is_filled_and_the_broadcast_goes_on_packet_by_packet(
    patient: Server, watch: Watch, name: str, cut: str
) -> None:
    recording = record()
    data, cluster = recording.data, bytes.fromhex("1f43b675")
    at = data.index(cluster, len(data) // 2)
    if cut == "in a cluster":
        # Half a second on, where a packet ends.
        at = min(p.position for p in packets(recording.path) if p.position > at + 5_000)
    post(patient, name, data[:at], 0)
    viewers = [watch(patient, name, "?start=-3600"), watch(patient, name, "?start=-3600")]
    for viewer in viewers:
        viewer.wait_for_bytes(at * 9 // 10)

    def has_filler(viewer: Viewer, count: int) -> bool:
        return viewer.file.read_bytes().endswith(VOID * count)
    for viewer in viewers:
        wait_until(lambda: has_filler(viewer, 2), "two Void elements")
    post(patient, name, data[at:], 1)
    for viewer in viewers:
        viewer.wait_for_bytes(len(data) * 9 // 10)
    patient.request("DELETE", f"/{name}/live")
    sent = packets(recording.path)
    for viewer in viewers:
        viewer.wait_for_end()
        got = packets(viewer.file)
        for stream in (0, 1):
            assert [p.hash for p in got if p.stream == stream] == [
                p.hash for p in sent if p.stream == stream
            ]
        assert_decodes(viewer.file)


@pytest.mark.slow
def test_who_waits_for_the_first_media_is_kept_alive_too(
    patient: Server, watch: Watch, publish: Publish, name: str
) -> None:
    recording = record()
    first = recording.data.index(bytes.fromhex("1f43b675"))
    publisher = publish(patient, name).write(recording.data[:first])
    patient.wait_for_stream(name)
    # From the beginning: all of it comes at once, with more than one key frame.
    viewer = watch(patient, name, "?start=-60").wait_for_bytes(100)
    wait_until(lambda: viewer.file.read_bytes().endswith(VOID), "a Void element")
    assert viewer.is_connected
    publisher.write(recording.data[first:])
    viewer.wait_for_bytes(len(recording.data) // 2)
    patient.request("DELETE", f"/{name}/live")
    viewer.wait_for_end()
    assert_starts_with_keyframe(probe(viewer.file))
    assert_decodes(viewer.file)


@pytest.mark.slow
def test_who_does_not_take_what_there_is_gets_no_filler(
    patient: Server, watch: Watch, name: str
) -> None:
    """What waits for a viewer is media, which is sign of life enough; filler would only pile up."""
    recording = record()
    post(patient, name, recording.data, 0)
    taker = watch(patient, name, "?start=-3600").wait_for_bytes(1)
    with Http2Connection(patient, window=20_000, credit=False) as connection:
        stream = connection.open("GET", f"/{name}/live?start=-3600")
        answer = connection.responses[stream]
        connection.wait_for(lambda: len(answer.body) == 20_000, "a full window")
        wait_until(
            lambda: connection.pump(0.05) or taker.file.read_bytes().endswith(VOID),
            "filler for the other viewer")
        media = taker.file.read_bytes()
        while media.endswith(VOID):
            media = media.removesuffix(VOID)
        connection.credit(stream, 1_000_000)
        connection.wait_for(lambda: len(answer.body) >= len(media), "the rest")
        assert bytes(answer.body)[:len(media)] == media
