"""`GET /api/events`: what pages are told about streams, by whichever worker, however slowly they read."""

from __future__ import annotations

import signal
import string
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from weir import processes
from weir.connections import slot_of_port
from weir.curl import base_command
from weir.events import PATH, Subscriber
from weir.h2load import Report, all_answered, h2load, report
from weir.http2 import Http2Connection
from weir.limits import limit_s
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.reports import write_report
from weir.server import PAGE_ORIGIN, Server
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]
Publish = Callable[..., Publisher]


@pytest.fixture
def on_both_workers(server: Server) -> Iterator[list[Subscriber]]:
    """Subscribers to all streams, on connections of both workers."""
    subscribers = [Subscriber(server) for _ in range(4)]
    for subscriber in subscribers:
        assert subscriber.wait_for_first_event().kind == "streams"
    yield subscribers
    for subscriber in subscribers:
        subscriber.connection.close()


def start(server: Server, name: str) -> None:
    """A broadcast of one numbered chunk: live until it has been silent for a while."""
    answer = server.request(
        "POST", f"/{name}/live", body=record().data, headers={"weir-chunk": "a/0"}
    )
    assert answer.status == 204


def go_live(publish: Publish, server: Server, name: str) -> Publisher:
    """A broadcast that is live until it is ended, whoever gets the processor: all of it is sent at once, and
    the server holds back what is ahead of the clock."""
    return publish(server, name).feed([record(seconds=LASTING_S).data], finish=False)


@pytest.fixture(scope="module")
def forgotten(
    lasting_server: Callable[..., AbstractContextManager[Server]],
) -> Iterator[tuple[Server, list[Subscriber]]]:
    """A stream that ends when this file begins, and two who listen until it is asked for last.

    An ended stream is listed for a minute, which the other tests use."""
    with lasting_server("forgotten", "--grace", "1") as server:
        start(server, "forgotten")
        subscribers = [Subscriber(server, query) for query in ("", "?stream=forgotten")]
        for subscriber in subscribers:
            subscriber.wait_for_first_event()
        yield server, subscribers
        for subscriber in subscribers:
            subscriber.connection.close()


@pytest.fixture(scope="module", autouse=True)
def _forgotten_first(request: pytest.FixtureRequest) -> None:
    """Its minute begins before all other tests, if one that is selected will ask for it."""
    if any("forgotten" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("forgotten")


# What is told

def test_the_response_says_what_it_is_and_that_nobody_may_keep_it(server: Server) -> None:
    with Subscriber(server, headers=[("origin", PAGE_ORIGIN)]) as subscriber:
        subscriber.wait_for_first_event()
        response = subscriber.response
        assert response.status == 200
        assert response.headers["content-type"] == "text/event-stream"
        assert response.headers["cache-control"] == "no-store, no-transform"
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["access-control-allow-origin"] == PAGE_ORIGIN
        assert response.body.startswith(b"retry: ")


def test_first_comes_a_list_of_all_streams_like_that_of_the_api(
    server: Server, publish: Publish, name: str
) -> None:
    go_live(publish, server, name)
    server.wait_for_state(name, "live")
    with Subscriber(server) as subscriber:
        first = subscriber.wait_for_first_event()
        assert first.kind == "streams"
        listed = {stream["name"]: stream for stream in first.data["streams"]}
        shown = server.stream(name)
        assert shown is not None and set(listed[name]) == set(shown)
        for member in ("name", "state", "startedAt", "mimeType", "tracks"):
            assert listed[name][member] == shown[member]
        assert sorted(listed) == [stream["name"] for stream in first.data["streams"]]


@pytest.mark.smoke
def test_the_life_of_a_broadcast_is_told_by_both_workers_on_one_connection(
    start_server: Start, publish: Publish, name: str
) -> None:
    server = start_server()
    subscribers = [Subscriber(server, query) for query in ("", f"?stream={name}") * 2]
    for subscriber in subscribers:
        subscriber.wait_for_first_event()
    publisher = go_live(publish, server, name)
    for subscriber in subscribers:
        subscriber.wait_for_state(name, "live")
    publisher.abort()
    for subscriber in subscribers:
        subscriber.wait_for_state(name, "paused")
    go_live(publish, server, name)
    for subscriber in subscribers:
        subscriber.wait_for_state(name, "live")
    server.request("DELETE", f"/{name}/live")
    for subscriber in subscribers:
        subscriber.wait_for_state(name, "ended")
    for subscriber, before in zip(subscribers, ([], ["gone"]) * 2, strict=True):
        # The name was asked for when there was no stream yet; all else is said once.
        assert subscriber.states(name) == [*before, "live", "paused", "live", "ended"]
        assert not subscriber.response.is_over
        subscriber.connection.close()


def test_figures_of_a_live_stream_are_told_again_and_again(
    server: Server, publish: Publish, name: str
) -> None:
    with Subscriber(server, f"?stream={name}") as subscriber:
        publish(server, name).play(record(seconds=LASTING_S))
        subscriber.wait_for_state(name, "live")
        with Http2Connection(server) as watching:
            watching.open("GET", f"/{name}/live")
            subscriber.wait_for(
                lambda: subscriber.streams().get(name, {}).get("viewers") == 1, "a viewer"
            )
        subscriber.wait_for(lambda: subscriber.streams()[name]["viewers"] == 0, "no viewer")
        assert subscriber.streams()[name]["peakViewers"] == 1
        subscriber.wait_for(lambda: subscriber.streams()[name]["bitrateBps"] > 0, "a bitrate")
        assert {event.kind for event in subscriber.events} <= {"stream", "gone"}


def test_a_subscriber_to_one_stream_hears_at_once_that_there_is_none(server: Server) -> None:
    with Subscriber(server, "?stream=Nobody-Here") as subscriber:
        first = subscriber.wait_for_first_event()
        assert (first.kind, first.data) == ("gone", {"name": "nobody-here"})


def test_a_subscriber_to_one_stream_hears_of_no_other(
    server: Server, publish: Publish, name: str, on_both_workers: list[Subscriber]
) -> None:
    with Subscriber(server, f"?stream={name}-b") as other:
        go_live(publish, server, f"{name}-a")
        go_live(publish, server, f"{name}-b")
        other.wait_for_state(f"{name}-b", "live")
        for subscriber in on_both_workers:
            subscriber.wait_for_state(f"{name}-a", "live")
            subscriber.wait_for_state(f"{name}-b", "live")
        assert {event.data["name"] for event in other.events} == {f"{name}-b"}


def test_a_stream_that_falls_silent_is_told_without_anybody_saying_so(
    server: Server, name: str, on_both_workers: list[Subscriber]
) -> None:
    start(server, name)
    for subscriber in on_both_workers:
        subscriber.wait_for_state(name, "paused")
        assert subscriber.states(name) == ["live", "paused"]


def test_silence_is_broken_by_comments(server: Server, name: str) -> None:
    with Subscriber(server, f"?stream={name}") as subscriber:
        subscriber.wait_for(lambda: b"\n\n:\n\n" in subscriber.response.body, "a comment")
        assert [event.kind for event in subscriber.events] == ["gone"]


# Slow subscribers

def test_one_who_does_not_read_finds_the_newest_state_and_nothing_in_between(
    start_server: Start, name: str
) -> None:
    changes = 1_000
    server = start_server("--ring-size", "1M")
    recording = record(None, "opus").data
    # So many that none gets more rings than a name may have.
    letters = string.ascii_lowercase + string.digits

    def private() -> int:
        return sum(processes.memory_bytes(pid)["private"] for pid in server.workers().values())

    with Http2Connection(server, window=40, credit=False) as slow:
        subscriber = Subscriber(server, connection=slow)
        slow.wait_for(lambda: len(subscriber.response.body) == 40, "its window to be full")
        before = private()
        credited = time.monotonic()
        with Http2Connection(server) as busy:
            for number in range(changes // 2):
                each = f"/{name}-{letters[number % len(letters)]}/live"
                assert busy.request("POST", each, body=recording).status == 204
                assert busy.request("DELETE", each).status == 204
                if time.monotonic() - credited > 1:
                    credited = time.monotonic()
                    slow.credit(subscriber.stream, 1)  # one that takes nothing at all is dropped
        assert private() - before < 8_000_000
        start(server, f"{name}-a")
        slow.credit(subscriber.stream, 10_000_000)
        # A chunk is live for seconds only.
        subscriber.wait_for(
            lambda: subscriber.states(f"{name}-a")[-1:] in (["live"], ["paused"]), "the newest state")
        with Subscriber(server) as fresh:
            fresh.wait_for_first_event()
            # Who ended a while ago may go meanwhile.
            subscriber.wait_for(
                lambda: fresh.connection.pump(0.01) or set(fresh.streams()) == set(subscriber.streams()),
                "the same streams")
        assert len(subscriber.events) < 100


def test_a_list_that_is_read_byte_by_byte_while_streams_change_is_whole(
    server: Server, name: str, publish: Publish
) -> None:
    names = [f"{name}-{letter}" for letter in "abcdef"]
    for each in names[::2]:
        go_live(publish, server, each)
        server.wait_for_state(each, "live")
    with Http2Connection(server, window=10, credit=False) as slow:
        subscriber = Subscriber(server, connection=slow)
        slow.wait_for(lambda: len(subscriber.response.body) == 10, "ten bytes")
        for each in names[1::2]:
            # Some of the list is out, and a stream comes between those that are and are not told.
            for _ in range(20):
                size = len(subscriber.response.body)
                slow.credit(subscriber.stream, 10)
                slow.wait_for(lambda: len(subscriber.response.body) == size + 10, "ten bytes")
            go_live(publish, server, each)
            server.wait_for_state(each, "live")
        slow.credit(subscriber.stream, 10_000_000)
        for each in names:
            subscriber.wait_for_state(each, "live")
        assert [event.kind for event in subscriber.events].count("streams") == 1
        listed = [stream["name"] for stream in subscriber.events[0].data["streams"]]
        assert listed == sorted(set(listed)) and set(names[::2]) <= set(listed)


# The end, and other workers' ends

def test_when_a_worker_is_killed_pages_turn_to_another_one_and_the_rest_go_on(
    start_server: Start, name: str, publish: Publish
) -> None:
    server = start_server()
    subscribers: list[Subscriber] = []

    def both_have_some() -> bool:
        subscribers.append(Subscriber(server))
        subscribers[-1].wait_for_first_event()
        served = {slot_of_port(server, each.connection.port) for each in subscribers}
        return {0, 1} <= served

    wait_until(both_have_some, "subscribers of both workers")
    killed = server.kill_worker(0)

    def connected() -> list[Subscriber]:
        for subscriber in subscribers:
            subscriber.connection.pump(0.01)
        return [subscriber for subscriber in subscribers if not subscriber.connection.closed]

    wait_until(lambda: len(connected()) < len(subscribers), "the subscribers of one worker to be cut off")
    server.wait_for_all_workers(without=killed)
    others = connected()
    assert others, "those of the other worker were cut off, too"
    again = [Subscriber(server) for _ in range(2)]
    go_live(publish, server, name)
    for subscriber in others + again:
        subscriber.wait_for_state(name, "live")
        subscriber.connection.close()


def test_a_stream_whose_writer_was_killed_is_told_to_pause_by_the_other_worker(
    start_server: Start, name: str, publish: Publish
) -> None:
    server = start_server()
    go_live(publish, server, name)
    server.wait_for_state(name, "live")
    subscribers = [Subscriber(server) for _ in range(6)]
    for subscriber in subscribers:
        subscriber.wait_for_state(name, "live")
    started = wait_until(
        lambda: [line for line in server.log_records() if line["message"] == "stream started"], "its log")
    server.kill_worker(int(started[0]["process"].removeprefix("worker-")))

    def told() -> bool:
        for subscriber in subscribers:
            subscriber.connection.pump(0.01)
        return any(subscriber.states(name)[-1] == "paused" for subscriber in subscribers)

    wait_until(told, "one that is still connected to be told")
    for subscriber in subscribers:
        subscriber.connection.close()


def test_a_drain_ends_the_responses_at_once_so_that_pages_go_to_the_next_process(
    start_server: Start
) -> None:
    server = start_server("--stop-timeout", "300")
    command = base_command(server.certificate.certificate)
    pages = [
        subprocess.Popen([*command, server.url(PATH + query)], stdout=subprocess.PIPE)
        for query in ("", "?stream=nobody") * 2
    ]
    for page in pages:
        assert page.stdout is not None and page.stdout.readline().startswith(b"retry:")
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    for page in pages:
        page.communicate(timeout=PATIENCE_S)
        assert page.returncode == 0, "the response did not end, it broke"
    # Nothing else is open, so the timeout is not waited for.
    wait_until(lambda: not server.is_running, "the server to end")
    server.assert_no_process_stays()


# Bad requests

def test_head_answers_like_get_without_a_body(server: Server) -> None:
    head = server.request("HEAD", PATH)
    assert (head.status, head.exit_code) == (200, 0)
    assert head.headers["content-type"] == "text/event-stream"
    assert head.headers["cache-control"] == "no-store, no-transform"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(server: Server, method: str) -> None:
    answer = server.request(method, PATH)
    assert (answer.status, answer.problem) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_preflight_is_granted(server: Server) -> None:
    fields = {"origin": PAGE_ORIGIN, "access-control-request-method": "GET"}
    answer = server.request("OPTIONS", PATH, headers=fields)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == PAGE_ORIGIN


@pytest.mark.parametrize("query", [
    "?stream=", "?stream=a", "?stream=../etc", "?stream=api", "?stream=abc%20", "?stream=a&stream=b",
    "?stream=" + "a" * 33,
])
def test_a_name_that_no_stream_can_have_is_refused(server: Server, query: str) -> None:
    answer = server.get(PATH + query)
    assert (answer.status, answer.problem) == (400, "invalid-name")


def test_other_parameters_mean_nothing(server: Server) -> None:
    with Subscriber(server, "?now=1&streams=no") as subscriber:
        assert subscriber.wait_for_first_event().kind == "streams"


# Many

def pages(server: Server, connections: int, each: int, seconds: int) -> subprocess.Popen[str]:
    """So many pages on each of so many connections, for so long."""
    return h2load(
        "-c", str(connections), "-m", str(each), "-t", "1", "-D", str(seconds), "-N", "60",
        server.url(PATH),
    )


@pytest.mark.slow
@pytest.mark.alone
def test_a_thousand_pages_are_told_of_one_stream_for_next_to_nothing(
    start_server: Start, publish: Publish, name: str
) -> None:
    count = 1_000
    server = start_server()
    pids = list(server.workers().values())
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")

    def private() -> int:
        return sum(processes.memory_bytes(pid)["private"] for pid in pids)

    def processor_s() -> float:
        return sum(processes.cpu_seconds(pid) for pid in pids)

    empty, full, share = private(), 0, 0.0

    def load() -> Report | None:
        nonlocal full, share
        crowd = pages(server, count, 1, 20)
        try:
            wait_until(
                lambda: sum(processes.open_sockets(pid) for pid in pids) >= count
                or crowd.poll() is not None, "all connections")
            if crowd.poll() is not None:
                return None
            with Subscriber(server) as subscriber:
                def told() -> int:
                    return [event.kind for event in subscriber.events].count("stream")
                subscriber.wait_for(lambda: told() >= 2, "figures, twice")
                began, used = time.monotonic(), processor_s()
                subscriber.wait_for(lambda: told() >= 7, "figures, five times more")
                share = (processor_s() - used) / (time.monotonic() - began)
                full = private()
            return report(crowd)
        finally:
            if crowd.poll() is None:
                crowd.kill()

    done = all_answered(count, load)
    assert done.started == done.ok == count, done.text
    assert done.errored == done.timed_out == 0, done.text
    # Each of them was told more than once.
    assert done.traffic_bytes / count > 2_000, done.text
    write_report("thousand-pages", {
        "pages": count,
        "bytesPerPage": round(done.traffic_bytes / count),
        "memoryBytesPerPage": round((full - empty) / count),
        "processorShare": round(share, 4),
    })


@pytest.mark.slow
@pytest.mark.alone
def test_a_full_worker_refuses_one_more_page_and_takes_it_when_another_has_gone(
    start_server: Start
) -> None:
    # From one address no more than a quarter of them come in.
    server = start_server("--exempt-network", "127.0.0.1", workers=1)
    load = pages(server, 160, 100, 600)
    try:
        def refusal() -> str | None:
            answer = server.request("HEAD", PATH)
            assert answer.status in (200, 503)
            return answer.headers.get("retry-after")
        wait_until(refusal, "the worker to be full")
        assert server.get(PATH).problem == "too-many-subscribers"
        assert server.get("/api/streams").status == 200
    finally:
        load.kill()
        load.wait()
    wait_until(lambda: server.request("HEAD", PATH).status == 200, "room for another page")


# What takes its time


@pytest.mark.slow
def test_a_stream_that_is_not_listed_any_more_is_gone(
    forgotten: tuple[Server, list[Subscriber]]
) -> None:
    server, (all_streams, one) = forgotten
    for subscriber in (all_streams, one):
        subscriber.wait_for_state("forgotten", "gone", limit_s("endedRetentionMs") + 2 * PATIENCE_S)
        assert subscriber.states("forgotten")[-2:] == ["ended", "gone"]
    assert "forgotten" not in all_streams.streams()
    assert server.state("forgotten") is None
