"""Peers that are slow on purpose are closed when their time is over, and cost nobody anything.

Slow peers that are not abusive are served slowly.
"""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from hyperframe.frame import DataFrame, HeadersFrame, SettingsFrame, WindowUpdateFrame

from weir import processes
from weir.bystander import Bystander
from weir.http2 import Response
from weir.raw_frames import RawConnection
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

from .peers import PATIENCE_S

Besieged = tuple[Server, Bystander]


@pytest.mark.slow
@pytest.mark.parametrize(
    "peer",
    [
        "silent_tcp", "trickled_hello", "endless_headers", "zero_window", "closed_window",
        "trickled_window", "deaf",
    ],
)
def test_a_peer_that_is_slow_on_purpose_is_closed(
    besieged: Besieged, slow_peers: dict[str, Future], peer: str
) -> None:
    assert slow_peers[peer].result(PATIENCE_S)
    besieged[1].assert_undisturbed()


@pytest.mark.slow
def test_a_body_that_never_begins_is_answered_408(
    besieged: Besieged, slow_peers: dict[str, Future]
) -> None:
    answer: Response = slow_peers["silent_body"].result(PATIENCE_S)
    assert answer.status == 408
    besieged[1].assert_undisturbed()


@pytest.mark.slow
def test_an_account_body_that_trickles_is_answered_408(
    besieged: Besieged, slow_peers: dict[str, Future]
) -> None:
    answer: Response = slow_peers["trickled_account_body"].result(PATIENCE_S)
    assert answer.status == 408
    besieged[1].assert_undisturbed()


@pytest.mark.slow
def test_a_body_that_stops_is_answered_when_its_time_or_its_stream_is_over(
    besieged: Besieged, slow_peers: dict[str, Future]
) -> None:
    """It may be silent for as long as its stream lives, and is told what ended that."""
    answer: Response = slow_peers["stopped_body"].result(PATIENCE_S)
    assert answer.status == 412
    besieged[1].assert_undisturbed()


def test_a_body_that_trickles_is_taken_as_it_comes(besieged: Besieged) -> None:
    """Slow but moving is no abuse: a bad mobile network does that."""
    server, bystander = besieged
    data = record().data[:3000]
    with RawConnection(server) as connection:
        connection.send(connection.headers(1, "POST", "/trickled-body/live", end=False))
        for byte in data[:-1]:
            connection.send(DataFrame(1, bytes([byte])))
        server.wait_for_stream("trickled-body")
        connection.send(DataFrame(1, data[-1:], flags=["END_STREAM"]))
        connection.wait_for_frame(HeadersFrame, 1)
    server.request("DELETE", "/trickled-body/live")
    bystander.assert_undisturbed()


def test_one_byte_windows_are_served_one_byte_at_a_time(besieged: Besieged) -> None:
    """A client may ask for little. It gets little, exactly, while its budget of updates lasts."""
    server, bystander = besieged
    with RawConnection(server, settings={4: 1}) as connection:
        connection.send(connection.headers(1, "GET", "/bystander/live"))
        received = b""
        while len(received) < 200 and not connection.closed:
            for frame in connection.read(0.2):
                if isinstance(frame, DataFrame) and frame.data:
                    assert len(frame.data) == 1
                    received += frame.data
                    connection.send(WindowUpdateFrame(1, window_increment=1))
    assert received.startswith(b"\x1a\x45\xdf\xa3")
    bystander.assert_undisturbed()


def test_a_window_that_shrinks_below_zero_stops_and_goes_on(besieged: Besieged) -> None:
    server, bystander = besieged
    with RawConnection(server) as connection:
        connection.send(connection.headers(1, "GET", "/bystander/live"))
        connection.wait_for_frame(DataFrame, 1)
        connection.send(SettingsFrame(0, settings={4: 0}))
        connection.wait_for_frame(SettingsFrame)
        connection.send(SettingsFrame(0, settings={4: 1 << 20}))
        seen = len([f for f in connection.frames if isinstance(f, DataFrame)])
        wait_until(
            lambda: (connection.read(0.1), sum(
                isinstance(f, DataFrame) for f in connection.frames
            ) > seen)[1],
            "media after the window opened again",
        )
    bystander.assert_undisturbed()


@pytest.mark.slow
def test_an_ended_stream_stays_listed_and_then_goes_with_its_ring(
    besieged: Besieged, slow_peers: dict[str, Future]
) -> None:
    server, _ = besieged
    wait_until(lambda: server.state("ended-early") is None, "the stream to be forgotten", PATIENCE_S, 0.5)
    wait_until(lambda: not server.ring("ended-early").exists(), "its ring to be removed")


@pytest.mark.slow
def test_slow_peers_leave_nothing_behind(besieged: Besieged, slow_peers: dict[str, Future]) -> None:
    server, bystander = besieged
    for future in slow_peers.values():
        future.result(PATIENCE_S)
    bystander.assert_undisturbed()
    # Four viewers, one publisher and a control channel for each of two workers.
    wait_until(
        lambda: sum(processes.open_sockets(pid) for pid in server.workers().values()) <= 7,
        "the slow peers' sockets to be closed",
    )
