"""The admin listener: health, readiness, figures, and nothing else."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from weir import tls
from weir.admin import AdminAnswer, Metrics, ask
from weir.disks import fill, mounted
from weir.http1 import RawHttp1
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]


def why_not_ready(server: Server) -> dict[str, str] | None:
    """The failed checks when the server says that it is not ready."""
    answer = ask(server, "/readyz")
    if answer.status != 503:
        return None
    return {name: text for name, text in answer.json()["checks"].items() if text != "ok"}


def wait_until_ready(server: Server) -> AdminAnswer:
    """What it says then."""
    return wait_until(
        lambda: (answer := ask(server, "/readyz")).status == 200 and answer, "the server to be ready")


# What is served


def test_a_server_that_serves_is_alive_and_ready(server: Server) -> None:
    alive = ask(server, "/healthz")
    assert (alive.status, alive.body) == (200, "ok\n")
    assert alive.headers["content-type"] == "text/plain"
    # A server serves as soon as one of its workers does.
    ready = wait_until_ready(server)
    assert ready.headers["content-type"] == "application/json"
    assert ready.json() == {
        "status": "ready",
        "checks": {"serving": "ok", "workers": "ok", "data": "ok", "accounts": "ok"}}
    for answer in (alive, ready):
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_reading_is_possible(server: Server, path: str) -> None:
    # It may have to be ready first.
    head = wait_until(
        lambda: (answer := ask(server, path, "HEAD")).status == 200 and answer, "what is there")
    assert head.body == ""
    wait_until(lambda: ask(server, path + "?verbose=1").status == 200, "the same with a query")
    for method in ("POST", "PUT", "DELETE"):
        refused = ask(server, path, method)
        assert refused.status == 405 and refused.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/live"), ("GET", "/api/streams"), ("GET", "/api/events"),
        ("GET", "/somebody/live"), ("POST", "/somebody/live"), ("DELETE", "/somebody/live"),
        ("GET", "/healthz/"), ("OPTIONS", "/live"),
    ],
)
def test_nothing_of_the_public_surface_is_served_there(
    server: Server, method: str, path: str
) -> None:
    assert ask(server, path, method).status == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1", 200), ("localhost:9443", 200), ("[::1]:9443", 200), ("rebound.example", 421),
     ("rebound.example:9443", 421), ("127.0.0.1.example", 421), ("a.localhost", 421)])
def test_it_is_served_under_addresses_and_localhost_only(
    server: Server, path: str, host: str, status: int
) -> None:
    """So a page whose name was pointed at this machine reads nothing."""
    def status_now() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server.admin_port, timeout=PATIENCE_S)
        connection.request("GET", path, headers={"Host": host})
        found = connection.getresponse().status
        connection.close()
        return found

    # It may have to be ready first.
    assert wait_until(lambda: (found := status_now()) != 503 and found, "an answer") == status


def test_an_old_health_check_names_no_host(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.admin_port), PATIENCE_S) as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_of_it_is_served_on_the_public_port(server: Server, path: str) -> None:
    assert server.get(path).status == 404


def test_it_is_http_1_1_with_all_its_strictness(server: Server) -> None:
    with RawHttp1(server, port=server.admin_port, secure=False) as connection:
        connection.request("GET", "/healthz")
        connection.request("GET", "/healthz")
        assert [connection.reply().status for _ in range(2)] == [200, 200]
        connection.send("GET /healthz HTTP/1.1\r\nHost: a\nX: b\r\n\r\n")
        assert connection.reply().status == 400
        connection.assert_closed()


def test_tls_on_it_is_told_apart(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.admin_port), PATIENCE_S) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert b"HTTP/1.1 400" in connection.recv(4096)


# Readiness


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", "size=1m") as disk:
        yield disk


def test_a_disk_that_is_full_or_cannot_be_written_is_a_reason_not_to_be_ready(
    start_server: Start, small_disk: Path
) -> None:
    server = start_server(data=small_disk / "data")
    wait_until_ready(server)
    filler = fill(small_disk)
    wait_until(
        lambda: "No space left" in (why_not_ready(server) or {}).get("data", ""),
        "the full disk to be noticed")
    assert ask(server, "/healthz").status == 200
    filler.unlink()
    wait_until_ready(server)
    # Another disk in its place, because one on which files are open cannot be made read-only.
    with mounted(server.data, "ro"):
        wait_until(
            lambda: "Read-only" in (why_not_ready(server) or {}).get("data", ""),
            "the disk that cannot be written to be noticed")
    wait_until_ready(server)


def test_a_worker_that_is_missing_is_a_reason_until_it_is_replaced(start_server: Start) -> None:
    server = start_server()
    wait_until_ready(server)

    def seen_after_a_death() -> dict[str, str] | None:
        """Each death delays the next start a little more, so one of them will be seen."""
        if 0 in server.workers():
            server.kill_worker(0)
        return why_not_ready(server)

    reasons = wait_until(seen_after_a_death, "a server that is not ready")
    assert list(reasons) == ["workers"] and "1 of 2" in reasons["workers"]
    wait_until_ready(server)
    server.wait_for_all_workers()


def test_a_worker_that_hangs_is_replaced_and_then_all_are_ready(start_server: Start) -> None:
    server = start_server()
    hung = server.workers()[0]
    server.expected_deaths.add(hung)
    os.kill(hung, signal.SIGSTOP)
    server.wait_for_all_workers(without=hung)
    wait_until_ready(server)


def test_a_server_that_drains_says_so_and_is_still_alive(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    server = start_server("--stop-timeout", "600")
    publisher = publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    viewer = watch(server, name).wait_for_bytes()
    server.workers()
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    # On a busy machine a worker may be missing before that.
    wait_until(lambda: "serving" in (why_not_ready(server) or {}), "the server to say that it drains")
    assert ask(server, "/healthz").status == 200
    wait_until(lambda: Metrics(server).total("weir_viewers") == 1, "the viewer in the figures")
    viewer.wait_for_more(10_000)
    viewer.stop()
    publisher.abort()
    wait_until(lambda: not server.is_running, "the server to end")
    assert server.process.returncode == 0


# Where it listens


def test_a_server_that_is_full_still_says_how_it_is(start_server: Start) -> None:
    """Whoever asks for its health must not take it for dead because it is popular."""
    # The crowd comes from one address here.
    server = start_server(
        "--exempt-network", "127.0.0.1", workers=1, launcher=["prlimit", "--nofile=280:280"])
    # 160 files are kept for other things than connections, and the last connection for somebody who
    # has none.
    crowd = [_connected(server) for _ in range(119)]
    crowd.append(_connected(server, source="127.0.0.2"))
    wait_until(lambda: server.get("/").status == 0, "the server to be full")
    wait_until_ready(server)
    assert ask(server, "/healthz").status == 200
    wait_until(
        lambda: Metrics(server).total("weir_connections_refused_total") > 0, "the refusals in the figures")
    for connection in crowd:
        connection.close()
    wait_until(lambda: server.get("/").status == 200, "room for others")


def _connected(server: Server, **options: str) -> ssl.SSLSocket:
    """Another try where somebody who is just leaving still takes the room."""
    def connected() -> ssl.SSLSocket | None:
        try:
            return tls.connect(server.port, server.certificate.certificate, **options)
        except OSError:
            return None
    return wait_until(connected, "room for one more")


def test_it_can_be_switched_off(start_server: Start) -> None:
    server = start_server(admin="off")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.admin_port), 5)


def test_an_address_that_others_can_reach_is_warned_about(start_server: Start) -> None:
    """In a network of its own, so that nobody can."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a network namespace")
    # Not waited for: nobody can ask it whether it serves.
    server = start_server(admin="0.0.0.0:9443", launcher=["unshare", "--net"], wait=False)
    server.launch()
    wait_until(lambda: any(r["message"] == "ready" for r in server.log_records()), "readiness")
    warnings = [r["message"] for r in server.log_records() if r["level"] == "warning"]
    assert any("admin" in message for message in warnings), warnings
    server.stop(check=False)


def test_loopback_is_not_warned_about(server: Server) -> None:
    warnings = [r["message"] for r in server.log_records() if r["level"] == "warning"]
    assert not any("admin" in message for message in warnings)


# Figures

#: Names that dashboards may rely on, with their types.
PROMISED = {
    "weir_build_info": "gauge",
    "weir_connections_open": "gauge",
    "weir_connections": "counter",
    "weir_connections_refused": "counter",
    "weir_connections_over_share": "counter",
    "weir_tls_handshakes": "counter",
    "weir_tls_handshake_failures": "counter",
    "weir_requests": "counter",
    "weir_sent_bytes": "counter",
    "weir_received_bytes": "counter",
    "weir_viewers": "gauge",
    "weir_viewer_jumps": "counter",
    "weir_viewers_lapped": "counter",
    "weir_publishers": "gauge",
    "weir_ingest_bytes": "counter",
    "weir_ingest_bodies": "counter",
    "weir_publishers_held_back": "counter",
    "weir_abuse_closes": "counter",
    "weir_event_subscribers": "gauge",
    "weir_stream_changes": "counter",
    "weir_worker_restarts": "counter",
    "weir_workers_ready": "gauge",
    "weir_streams": "gauge",
    "weir_stream_viewers": "gauge",
    "weir_stream_bitrate_bytes_per_second": "gauge",
    "weir_responses": "counter",
    "weir_request_duration_seconds": "histogram",
}


def test_the_figures_are_what_prometheus_reads(server: Server, live: str) -> None:
    wait_until_ready(server)
    metrics = Metrics(server)
    assert metrics.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert metrics.text.endswith("\n")
    names = [family.name for family in metrics.families]
    assert len(names) == len(set(names))
    types = {family.name: family.type for family in metrics.families}
    assert PROMISED.items() <= types.items(), PROMISED.items() - types.items()
    for family in metrics.families:
        assert family.documentation
        for sample in family.samples:
            assert (family.type == "counter") == sample.name.endswith("_total")
            assert sample.value >= 0
    lines = [line.rsplit(" ", 1)[0] for line in metrics.text.splitlines() if line[0] != "#"]
    assert len(lines) == len(set(lines)), "a sample is there twice"
    assert metrics.labels("weir_connections_open", "worker") == {"0", "1"}
    assert metrics.labels("weir_process_max_fds", "worker") == {"0", "1", "supervisor"}


def test_the_figures_move_with_what_happens(
    start_server: Start, publish: Callable[..., Publisher], watch: Callable[..., Viewer], name: str
) -> None:
    # A server of its own: nobody else comes or goes while its figures are compared.
    server, live = start_server(), name
    wait_until_ready(server)
    publish(server, live).play(record(seconds=LASTING_S))
    server.wait_for_state(live, "live")
    before = Metrics(server)
    viewers = [watch(server, live).wait_for_bytes(50_000) for _ in range(3)]
    wait_until(
        lambda: Metrics(server).total("weir_stream_viewers", stream=live) == 3, "three viewers")
    for name, least in (
        ("weir_requests_total", 3), ("weir_tls_handshakes_total", 3), ("weir_connections_total", 3),
        ("weir_sent_bytes_total", 150_000), ("weir_ingest_bytes_total", 1),
    ):
        # The workers write these down now and then.
        wait_until(lambda: Metrics(server).total(name) - before.total(name) >= least, name)
    # A viewer's lag is looked at once a second.
    for name in ("weir_viewer_lag_seconds_count", "weir_ingest_gap_seconds_count",
                 "weir_key_frame_distance_seconds_count", "weir_request_duration_seconds_count",
                 "weir_tls_handshake_duration_seconds_count", "weir_account_store_duration_seconds_count",
                 "weir_ring_bytes", "weir_process_cpu_seconds_total", "weir_process_open_fds"):
        wait_until(lambda: Metrics(server).total(name) > 0, name)
    wait_until(
        lambda: Metrics(server).total("weir_responses_total", route="watch", status="2xx") == 3, "answers")
    wait_until(lambda: Metrics(server).total("weir_viewers") == 3, "viewers")
    wait_until(lambda: Metrics(server).total("weir_publishers") == 1, "the publisher")
    wait_until(lambda: Metrics(server).total("weir_streams", state="live") == 1, "the live stream")
    wait_until(lambda: Metrics(server).total("weir_stream_bitrate_bytes_per_second", stream=live) > 0,
               "its bitrate")
    wait_until(lambda: Metrics(server).total("weir_workers_ready") == 2, "both workers")
    # By itself, without another connection that would make the workers look.
    sent = Metrics(server).total("weir_sent_bytes_total")
    wait_until(
        lambda: Metrics(server).total("weir_sent_bytes_total") - sent > 50_000, "more to be sent")
    for viewer in viewers:
        viewer.stop()
    wait_until(
        lambda: Metrics(server).total("weir_stream_viewers", stream=live) == 0, "no viewers")
    server.request("DELETE", f"/{live}/live")
    wait_until(
        lambda: live not in Metrics(server).labels("weir_stream_viewers", "stream"),
        "the stream to be gone from the figures",
    )
