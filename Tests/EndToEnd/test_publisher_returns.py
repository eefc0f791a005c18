"""A publisher that falls silent, vanishes or comes back by another way, and what is told of it."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from weir import ebml
from weir.accounts import sign_up
from weir.admin import Metrics
from weir.bodies import Overlap, open_body
from weir.comparison import assert_decodes, assert_whole
from weir.events import Subscriber
from weir.http1 import RawHttp1
from weir.http2 import Http2Connection, Response
from weir.in_time import Pace, in_time
from weir.limits import limit_s
from weir.ports import free_port
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]

STRANGER = "127.0.0.2"
EVERYTHING = "?start=-3600"
TAKE_OVER = ("weir-take-over", "1")
#: A body that dribbles has so long.
_STALL_S = limit_s("publishStallMs")
#: From a publisher who brings nothing for so long, others take over. With some room for what the server does.
_MOVES_S = limit_s("takeOverSilenceMs") - 0.5


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def anywhere(request: pytest.FixtureRequest, start_server: Callable[..., Server]) -> Server:
    """With two workers, every second connection is in the other one."""
    return start_server(workers=request.param)


def slug(response: Response) -> str:
    return str(json.loads(response.body)["type"]).rsplit("/", 1)[-1]


def told(response: Response) -> tuple[int, str, str]:
    """Status, type and reason of an answer that says that a broadcast is over."""
    return response.status, slug(response), json.loads(response.body)["reason"]


def chunk(number: int, session: str = "s") -> list[tuple[str, str]]:
    return [("weir-chunk", f"{session}/{number}")]


def frames(first_ms: int, count: int) -> bytes:
    """So many clusters of 40 ms."""
    return b"".join(
        ebml.cluster(first_ms + 40 * index, ebml.simple_block(b"frame")) for index in range(count))


@contextmanager
def ghost(
    server: Server, name: str, data: bytes, headers: list[tuple[str, str]] | None = None
) -> Iterator[tuple[Http2Connection, int]]:
    """A publisher whose connection is open and brings nothing any more."""
    with Http2Connection(server) as dead:
        stream = dead.open("POST", f"/{name}/live", headers, end=False)
        dead.send(stream, data)
        # Where the grace is short, it may be over before anybody has looked.
        wait_until(lambda: server.state(name), f"a stream {name}", every_s=0.05)
        yield dead, stream


def wait_for_message(server: Server, message: str) -> list[dict[str, str]]:
    """Until the log has it; with what each such line says."""
    return wait_until(
        lambda: [each["metadata"] for each in server.log_records() if each["message"] == message],
        f"the log to say: {message}")


def publisher_of(server: Server, name: str) -> str:
    stream = server.stream(name)
    assert stream is not None
    return str(stream["publisher"])


# MARK: A silent connection does not hold a name


def test_an_encoder_that_vanished_without_a_word_is_let_in_again(
    anywhere: Server, watch: Watch, name: str
) -> None:
    recording = record()
    with ghost(anywhere, name, recording.data) as (dead, stream), Http2Connection(anywhere) as back:
        viewer = watch(anywhere, name).wait_for_bytes(1_000)
        assert back.request("POST", f"/{name}/live", body=recording.data).status == 204
        answer = dead.response(stream)
        assert (answer.status, slug(answer)) == (409, "taken-over")
        assert viewer.is_connected
        anywhere.wait_for_stream(name)


@pytest.mark.parametrize("ghosts", [chunk(0), chunk(0, "other"), []], ids=["s", "other", "none"])
@pytest.mark.parametrize("again", [chunk(0, "new"), []], ids=["numbered", "one body"])
def test_it_does_not_matter_how_either_numbers_its_chunks(
    anywhere: Server, name: str, ghosts: list[tuple[str, str]], again: list[tuple[str, str]]
) -> None:
    recording = record()
    half = recording.data[: len(recording.data) // 2]
    with ghost(anywhere, name, half, ghosts), Http2Connection(anywhere) as back:
        assert back.request("POST", f"/{name}/live", again, recording.data).status == 204


def test_a_stranger_is_refused_however_silent_the_publisher_is(
    anywhere: Server, name: str
) -> None:
    recording = record()
    with ghost(anywhere, name, recording.data) as (dead, stream):
        anywhere.wait_for_state(name, "paused")
        with Http2Connection(anywhere, source=STRANGER) as other:
            for headers in ([], [TAKE_OVER]):
                refused = other.request("POST", f"/{name}/live", headers, recording.data)
                assert (refused.status, slug(refused)) == (409, "already-live")
        dead.pump(0.01)
        assert not dead.responses[stream].is_over


def test_one_that_stops_in_its_header_does_not_hold_a_name_either(
    anywhere: Server, name: str
) -> None:
    """That of a stream which is there: its ring is locked by whoever begins anew."""
    recording = record()
    path = f"/{name}/live"
    with Http2Connection(anywhere) as dead, Http2Connection(anywhere) as back:
        assert dead.request("POST", path, body=recording.data).status == 204
        begun = dead.open("POST", path, end=False)
        dead.send(begun, ebml.head())
        assert dead.request("GET", "/api/streams").status == 200
        assert back.request("POST", path, body=recording.data).status == 204


def test_with_accounts_it_does_not_matter_from_where_it_comes_back(
    start_server: Callable[..., Server], name: str
) -> None:
    server, name = start_server(publish="account"), name[:20]
    key = [("authorization", f"Bearer {sign_up(server, name).make_key()}")]
    with ghost(server, name, record().data, key) as (dead, stream):
        with Http2Connection(server, source=STRANGER) as back:
            refused = back.request("POST", f"/{name}/live", body=record().data)
            assert (refused.status, slug(refused)) == (401, "not-authorised")
            assert back.request("POST", f"/{name}/live", key, record().data).status == 204
        assert slug(dead.response(stream)) == "taken-over"


def test_a_second_encoder_is_refused_while_the_first_moves(anywhere: Server, name: str) -> None:
    begin = record().data

    def come_as_second(number: int, pace: Pace) -> tuple[Response, Response]:
        mine = f"{name[:25]}-{number}"
        with Http2Connection(anywhere) as first, Http2Connection(anywhere) as second:
            pace.begin()
            stream, asked = first.open("POST", f"/{mine}/live", end=False), None
            first.send(stream, ebml.start())
            # From here, and not by another process, which may have to wait for a processor.
            until = time.monotonic() + PATIENCE_S
            for start_ms in itertools.count(0, 200):
                first.send(stream, frames(start_ms, 5))
                # Answered behind them, so they have been taken.
                is_there = first.request("GET", f"/api/streams/{mine}").status == 200
                pace.beat()
                if asked is None and is_there:
                    asked = second.open("POST", f"/{mine}/live", end=False)
                    second.send(asked, begin, end=True)
                second.pump(0.05)
                if asked is not None and second.responses[asked].is_over:
                    return second.responses[asked], first.responses[stream]
                assert not second.closed and time.monotonic() < until, "no answer"
        raise AssertionError("unreachable: the loop has no end")

    refused, of_first = in_time(_MOVES_S, come_as_second)
    assert (refused.status, slug(refused)) == (409, "already-live")
    assert not of_first.is_over


@pytest.mark.parametrize("query", ["?take-over=1", "?key=unknown&take-over=1"])
def test_an_address_may_say_that_it_takes_over(
    anywhere: Server, publish: Publish, name: str, query: str
) -> None:
    first = publish(anywhere, name).play(record(seconds=LASTING_S))
    anywhere.wait_for_state(name, "live")
    with Http2Connection(anywhere) as second:
        answer = second.request("POST", f"/{name}/live{query}", body=record().data)
        assert answer.status == 204
    assert first.answer().problem == "taken-over"


@pytest.mark.parametrize("query", ["?take-over=0", "?take-over", "?take-over=1&take-over=1"])
def test_nothing_else_in_an_address_takes_over(
    server: Server, held_back: str, query: str
) -> None:
    with Http2Connection(server) as second:
        answer = second.request("POST", f"/{held_back}/live{query}", body=record().data)
        assert (answer.status, slug(answer)) == (409, "already-live")


def test_a_stopped_ffmpeg_makes_way_for_the_next_one(
    start_server: Callable[..., Server], watch: Watch, name: str
) -> None:
    server = start_server()
    source = ["-re", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=15"]
    codec = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "15"]
    target = ["-f", "webm", "-live", "1", "-method", "PUT", "-chunked_post", "1",
              "-tls_verify", "0", server.url(f"/{name}/live")]
    command = ["ffmpeg", "-nostdin", "-v", "error", *source, *codec, *target]
    with ExitStack() as stack:
        frozen = stack.enter_context(subprocess.Popen(command))
        stack.callback(frozen.kill)
        server.wait_for_state(name, "live")
        viewer = watch(server, name).wait_for_bytes(10_000)
        frozen.send_signal(signal.SIGSTOP)
        again = stack.enter_context(subprocess.Popen(command))
        stack.callback(again.kill)
        viewer.wait_for_more(200_000)
        assert again.poll() is None
        assert viewer.is_connected
    server.wait_for_state(name, "paused")


# MARK: Silent and gone


def test_a_silent_publisher_is_told_from_one_that_is_gone(
    anywhere: Server, name: str
) -> None:
    with Subscriber(anywhere, f"?stream={name}") as listener:
        def publisher() -> object:
            return listener.streams().get(name, {}).get("publisher")

        with ghost(anywhere, name, ebml.start() + frames(0, 20)) as (dead, stream):
            times = itertools.count(800, 80)

            def is_sending() -> bool:
                """It goes on until that is told: who looks late finds it silent."""
                dead.send(stream, frames(next(times), 2))
                return publisher() == "sending"

            listener.wait_for(is_sending, "the publisher to send")
            listener.wait_for(lambda: publisher() == "silent", "the publisher to fall silent")
            wait_until(lambda: publisher_of(anywhere, name) == "silent", "each worker to say so")
            assert anywhere.state(name) == "paused"
            listener.wait_for(is_sending, "the publisher to go on")
        listener.wait_for(lambda: publisher() == "gone", "the publisher to go")
        shown = anywhere.stream(name)
        assert shown is not None
        assert (shown["state"], shown["endReason"]) == ("paused", None)
    wait_for_message(anywhere, "publisher silent")
    wait_for_message(anywhere, "publisher gone")


def test_a_frozen_encoder_goes_on_within_the_grace(
    anywhere: Server, watch: Watch, name: str
) -> None:
    recording = record()
    half = len(recording.data) // 2
    with ghost(anywhere, name, recording.data[:half]) as (frozen, stream):
        viewer = watch(anywhere, name, EVERYTHING).wait_for_bytes(half // 2)
        anywhere.wait_for_state(name, "paused")
        frozen.send(stream, recording.data[half:], end=True)
        assert frozen.response(stream).status == 204
        assert anywhere.request("DELETE", f"/{name}/live").status == 204
    viewer.wait_for_end()
    assert_whole(viewer.file, recording.path)


@pytest.mark.slow
def test_no_constant_defeats_a_long_grace(
    start_server: Callable[..., Server], watch: Watch, name: str
) -> None:
    """An encoder that froze in mid-block, for longer than one that dribbles would be waited for."""
    recording = record()
    half = len(recording.data) // 2
    server = start_server("--grace", "600")
    with ghost(server, name, recording.data[:half]) as (frozen, stream):
        viewer = watch(server, name, EVERYTHING).wait_for_bytes(half // 2)
        thaw = time.monotonic() + _STALL_S + 8
        while time.monotonic() < thaw:
            frozen.pump(0.5)
            assert not frozen.responses[stream].is_over
        assert (server.state(name), publisher_of(server, name)) == ("paused", "silent")
        frozen.send(stream, recording.data[half:], end=True)
        assert frozen.response(stream).status == 204
        assert server.request("DELETE", f"/{name}/live").status == 204
    viewer.wait_for_end()
    assert_whole(viewer.file, recording.path)


# MARK: Why a broadcast is over


def reason_of(server: Server, name: str) -> object:
    stream = server.stream(name)
    return None if stream is None else stream["endReason"]


@pytest.mark.parametrize("workers", [1, 2])
def test_one_that_is_silent_for_too_long_is_told_so(
    start_server: Callable[..., Server], name: str, workers: int
) -> None:
    server = start_server("--grace", "1", workers=workers)
    with ghost(server, name, ebml.start() + frames(0, 5)) as (frozen, stream):
        assert told(frozen.response(stream)) == (412, "broadcast-over", "silent")
    server.wait_for_state(name, "ended")
    assert reason_of(server, name) == "silent"
    assert publisher_of(server, name) == "gone"
    ended = wait_for_message(server, "stream ended")
    assert {(which["stream"], which["reason"]) for which in ended} == {(name, "silent")}


@pytest.mark.parametrize("session", [True, False], ids=["numbered", "one body"])
def test_one_that_is_gone_for_too_long_is_told_so(
    start_server: Callable[..., Server], name: str, session: bool
) -> None:
    # Long enough for it to go before the grace is over.
    server = start_server("--grace", "5")
    headers = chunk(0) if session else []
    with ghost(server, name, ebml.start() + frames(0, 5), headers):
        pass
    server.wait_for_state(name, "ended")
    assert reason_of(server, name) == "gone"
    wait_for_message(server, "publisher gone")
    with Http2Connection(server) as client:
        more = chunk(1) if session else []
        late = client.request("POST", f"/{name}/live", more, frames(200, 5))
        assert told(late) == (412, "broadcast-over", "gone")


def test_one_that_was_stopped_is_told_so(anywhere: Server, name: str) -> None:
    path = f"/{name}/live"
    with Http2Connection(anywhere) as client, Http2Connection(anywhere) as other:
        assert client.request("POST", path, chunk(0), ebml.start() + frames(0, 5)).status == 204
        open_chunk = client.open("POST", path, chunk(1), end=False)
        client.send(open_chunk, frames(200, 5))
        assert client.request("GET", "/api/streams").status == 200
        with Subscriber(anywhere, f"?stream={name}") as listener:
            assert other.request("DELETE", path).status == 204
            listener.wait_for_state(name, "ended")
            assert listener.streams()[name]["endReason"] == "stopped"
        answer = client.response(open_chunk)
        assert (answer.status, slug(answer)) == (409, "stream-ended")
        assert told(client.request("POST", path, chunk(2), frames(400, 5))) == (
            412, "broadcast-over", "stopped")


def test_one_whose_name_another_broadcast_has_is_told_so(anywhere: Server, name: str) -> None:
    path = f"/{name}/live"
    with Http2Connection(anywhere) as first, Http2Connection(anywhere) as second:
        begin = ebml.start() + frames(0, 5)
        assert first.request("POST", path, chunk(0), begin).status == 204
        assert second.request("POST", path, [*chunk(0, "new"), TAKE_OVER], begin).status == 204
        assert told(first.request("POST", path, chunk(1), frames(200, 5))) == (
            412, "broadcast-over", "taken-over")
        # Also when that is over itself.
        assert second.request("DELETE", path).status == 204
        assert told(first.request("POST", path, chunk(1), frames(200, 5))) == (
            412, "broadcast-over", "taken-over")


def test_a_part_of_a_broadcast_that_nobody_knows_is_told_so(server: Server, name: str) -> None:
    with Http2Connection(server) as client:
        late = client.request("POST", f"/{name}/live", chunk(4), frames(200, 5))
        assert told(late) == (412, "broadcast-over", "unknown")
        refused = client.request("POST", f"/{name}/live", body=frames(200, 5))
        assert (refused.status, slug(refused)) == (412, "missing-initialization")


# MARK: The same publisher over another connection


class Proxy:
    """nginx in front, which gives each request a connection of its own to the server."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.port = free_port()
        (folder / "nginx.conf").write_text(
            f"""
            daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}
            http {{
              access_log off;
              client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
              fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
              server {{ listen 127.0.0.1:{self.port}; location / {{
                proxy_pass https://127.0.0.1:{server.port};
                proxy_http_version 1.1; proxy_request_buffering off; proxy_buffering off;
                client_max_body_size 0; proxy_set_header Host localhost:{server.port};
              }} }}
            }}""")
        self.process = subprocess.Popen(
            ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)],
            stderr=subprocess.DEVNULL)
        wait_until(self._listens, "nginx to listen")

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_S)


@pytest.fixture(params=["connections", "proxy"])
def connect(
    request: pytest.FixtureRequest, anywhere: Server, tmp_path: Path
) -> Iterator[Callable[[], RawHttp1]]:
    """Makes a connection to the server, or to a proxy in front of it."""
    if request.param == "connections":
        yield lambda: RawHttp1(anywhere)
        return
    proxy = Proxy(anywhere, tmp_path)
    try:
        yield lambda: RawHttp1(anywhere, port=proxy.port, secure=False)
    finally:
        proxy.stop()


@pytest.mark.parametrize(
    "first_ends", ["soon", pytest.param("late", marks=pytest.mark.slow)])
def test_bodies_that_overlap_over_many_connections_lose_nothing(
    anywhere: Server, connect: Callable[[], RawHttp1], watch: Watch, name: str, first_ends: str
) -> None:
    """Written in the order in which they came, whichever worker has them; and as long as the first one
    moves, the others wait: longer than for anybody else, if need be."""
    name = name[:25]

    def send_them(number: int, pace: Pace) -> tuple[list[int], Viewer]:
        wait_until(lambda: Metrics(anywhere).total("weir_publishers") == 0, "nobody to publish any more")
        with ExitStack() as stack:
            connections = [stack.enter_context(connect()) for _ in range(7)]
            pace.begin()
            overlap = Overlap(anywhere, connections, f"{name}-{number}", pace)
            overlap.wait_until(lambda: anywhere.stream(f"{name}-{number}"), "the broadcast to begin")
            viewer = watch(anywhere, f"{name}-{number}", EVERYTHING)
            overlap.wait_until(lambda: viewer.size > 0, "the viewer to be there")
            overlap.send_the_others()
            statuses = overlap.end(26 if first_ends == "late" else 1)
        assert anywhere.request("DELETE", f"/{name}-{number}/live").status == 204
        return statuses, viewer

    statuses, viewer = in_time(_MOVES_S, send_them)
    assert statuses == [204] * 7
    viewer.wait_for_end()
    assert_whole(viewer.file, record().path)
    assert_decodes(viewer.file)


def test_bodies_that_each_have_a_header_wait_for_each_other(
    anywhere: Server, connect: Callable[[], RawHttp1], watch: Watch, name: str
) -> None:
    """An encoder that sends a file after the other, the next one before the last has arrived."""
    bodies, name = [ebml.start() + frames(0, 10) for _ in range(4)], name[:25]

    def send_them(number: int, pace: Pace) -> tuple[list[int], Viewer]:
        mine, statuses = f"{name}-{number}", []
        with ExitStack() as stack:
            connections = [stack.enter_context(connect()) for _ in bodies]
            pace.begin()
            for connection, body in zip(connections, bodies):
                open_body(connection, mine, len(body)).send(body[:-20])
                wait_until(lambda: anywhere.stream(mine), "the broadcast to begin")
            viewer = watch(anywhere, mine, EVERYTHING).wait_for_bytes(100)
            for connection, body in zip(connections, bodies):
                connection.send(body[-20:])
                statuses.append(connection.reply().status)
                pace.beat()
            pace.end()
        assert anywhere.request("DELETE", f"/{mine}/live").status == 204
        return statuses, viewer

    statuses, viewer = in_time(_MOVES_S, send_them)
    assert statuses == [204] * 4
    viewer.wait_for_end()
    assert viewer.file.read_bytes().count(b"frame") == 40


# MARK: Held back


def test_that_a_publisher_is_held_back_is_shown(
    start_server: Callable[..., Server], name: str
) -> None:
    server = start_server("--ring-seconds", "5")
    with Http2Connection(server) as client:
        stream = client.open("POST", f"/{name}/live", end=False)
        client.send(stream, ebml.start() + frames(0, 20))
        server.wait_for_stream(name)
        shown = server.stream(name)
        assert shown is not None and shown["heldBackMs"] == 0
        # Twenty seconds of media at once, where two and a half ahead are allowed.
        client.send(stream, frames(800, 500))
        with Subscriber(server, f"?stream={name}") as listener:
            listener.wait_for(
                lambda: listener.streams().get(name, {}).get("heldBackMs", 0) > 500,
                "the time for which it is held back")
        # What the metric says is at least as new as what the event has said.
        assert Metrics(server).total("weir_publishers_held_back_seconds_total") > 0.5
        # Whom the server holds back, nobody takes for silent.
        second = client.request("GET", "/api/streams")
        assert second.status == 200
        with Http2Connection(server) as other:
            refused = other.request("POST", f"/{name}/live", body=ebml.start())
            assert (refused.status, slug(refused)) == (409, "already-live")
