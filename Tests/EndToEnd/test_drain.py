"""SIGTERM: no new connections, GOAWAY, short requests finish, live ones end after the timeout."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

import hpack
from hyperframe.frame import DataFrame, GoAwayFrame, HeadersFrame

from weir.comparison import assert_contiguous, assert_decodes
from weir.publisher import Publisher
from weir.raw_frames import RawConnection
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

Start = Callable[..., Server]


def terminate(server: Server) -> None:
    assert server.process is not None
    server.workers()
    server.process.send_signal(signal.SIGTERM)


def wait_for_exit(server: Server) -> int:
    assert server.process is not None
    wait_until(lambda: not server.is_running, "the server to end")
    server.assert_no_process_stays()
    return server.process.returncode


def refuses_connections(server: Server) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), 1).close()
    except OSError:
        return True
    return False


def test_without_connections_it_ends_at_once_with_exit_code_0(start_server: Start) -> None:
    server = start_server("--stop-timeout", "300")
    terminate(server)
    assert wait_for_exit(server) == 0


def test_live_responses_go_on_until_the_drain_timeout_and_then_end_cleanly(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server("--stop-timeout", "20")
    recording = record(seconds=LASTING_S)
    publish(server, name).play(recording)
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(10_000)
    terminate(server)
    wait_until(lambda: refuses_connections(server), "the listener to be closed")
    viewer.wait_for_more(10_000)
    viewer.wait_for_end()
    assert wait_for_exit(server) == 0
    assert_contiguous(viewer.file, recording.path)
    assert_decodes(viewer.file)


def test_a_short_request_that_is_on_its_way_finishes(start_server: Start, name: str) -> None:
    server = start_server("--stop-timeout", "300")
    body = record().data[:30_000]
    with RawConnection(server) as connection:
        connection.send(connection.headers(1, "POST", f"/{name}/live", end=False))
        for start in range(0, 20_000, 10_000):
            connection.send(DataFrame(1, body[start:start + 10_000]))
        server.wait_for_stream(name)
        terminate(server)
        connection.wait_for_frame(GoAwayFrame)
        assert connection.goaway == 0
        connection.send(DataFrame(1, body[20_000:], flags=["END_STREAM"]))
        answer = connection.wait_for_frame(HeadersFrame, 1)
        assert dict(hpack.Decoder().decode(answer.data))[":status"] == "204"
    assert wait_for_exit(server) == 0


def test_an_idle_connection_is_told_goaway_and_closed(start_server: Start) -> None:
    server = start_server("--stop-timeout", "300")
    with RawConnection(server) as connection:
        connection.send(connection.headers(1, "GET", "/api/streams"))
        connection.wait_for_frame(HeadersFrame, 1)
        terminate(server)
        assert connection.wait_for_close() == 0
    assert wait_for_exit(server) == 0


def test_a_second_signal_ends_it_without_waiting(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server("--stop-timeout", "300")
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes(1000)
    terminate(server)
    wait_until(lambda: refuses_connections(server), "the listener to be closed")
    assert viewer.is_connected
    server.expected_deaths.update(server.workers().values())
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    wait_for_exit(server)
    viewer.wait_for_break()


def test_interrupting_from_a_terminal_is_the_same_as_terminating(start_server: Start) -> None:
    server = start_server()
    server.workers()
    assert server.process is not None
    server.process.send_signal(signal.SIGINT)
    assert wait_for_exit(server) == 0


def test_a_stream_that_was_live_is_paused_after_a_restart(
    start_server: Start, publish: Callable[..., Publisher], name: str, tmp_path
) -> None:
    first = start_server("--stop-timeout", "1", "--grace", "120", data=tmp_path / "kept")
    publish(first, name).play(record(seconds=LASTING_S))
    first.wait_for_state(name, "live")
    terminate(first)
    assert wait_for_exit(first) == 0
    second = start_server("--grace", "120", data=tmp_path / "kept")
    second.wait_for_state(name, "paused")
