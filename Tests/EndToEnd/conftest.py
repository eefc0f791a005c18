"""Fixtures of the end-to-end suite, shared by all its files (the browser tests too)."""

from __future__ import annotations

import inspect
import itertools
import os
import re
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from weir import curl as curl_module
from weir import admin, disks, edges
from weir import server as server_module
from weir import side_by_side
from weir.certificate import Certificate, make_certificate
from weir.hls import connections_to_all_workers
from weir.http2 import Http2Connection
from weir.mongodb import MongoServer
from weir.places import binaries
from weir.publisher import FfmpegPublisher, Publisher
from weir.recordings import LASTING_S, Recording, record
from weir.server import Server
from weir.stores import Store
from weir.viewer import Viewer
from weir.waiting import wait_until

pytest_plugins = ["weir.booted"]

# What a shell starts in the background ignores Ctrl-C, and so would the programs that tests send one to.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_names = itertools.count()
# Continuous integration has all that the suite wants. (Whether a machine can boot another is the one
# thing that it cannot help: see scripts/test-systemd.)
_SKIPS_FAIL = os.environ.get("WEIR_NO_SKIPS") == "1"
# Long logs hide the line that matters; the end of a log is where it is.
_LOG_LINES_SHOWN = 120
_CROWD_TRIES = 4
# Servers that outlive tests.
_lasting: list[Server] = []


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def weir_binaries() -> Path:
    """The binaries; without them the whole suite fails, it is never skipped."""
    folder = binaries()
    for name in ("weir", "weir-worker"):
        assert (folder / name).is_file(), f"no {name} in {folder}: build for release first"
    return folder


@pytest.fixture(scope="session")
def lasting_folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], AbstractContextManager[Path]]:
    """Make a folder that outlives a test: `with lasting_folder("name") as folder`. It is deleted at
    the end, unless something failed meanwhile."""

    @contextmanager
    def make(name: str) -> Iterator[Path]:
        folder, failed = tmp_path_factory.mktemp(name), request.session.testsfailed
        yield folder
        if request.session.testsfailed == failed:
            shutil.rmtree(folder)

    return make


@pytest.fixture(scope="session")
def lasting_server(
    weir_binaries: Path, certificate: Certificate,
    lasting_folder: Callable[[str], AbstractContextManager[Path]],
) -> Callable[..., AbstractContextManager[Server]]:
    """Start a server that outlives a test, with the arguments of `Server` behind a name for its
    folder; ended and judged at the end of the `with`."""

    @contextmanager
    def start(name: str, *arguments: str, **options: Any) -> Iterator[Server]:
        with lasting_folder(name) as folder:
            server = Server(folder, certificate, arguments=arguments, **options)
            _lasting.append(server)
            try:
                yield server.start()
                server.assert_no_unexpected_death()
                server.stop()
            finally:
                _lasting.remove(server)
                server.destroy()

    return start


@pytest.fixture(scope="session")
def _shared(
    weir_binaries: Path, lasting_folder: Callable[[str], AbstractContextManager[Path]]
) -> Iterator[tuple[Path, list[Server]]]:
    """A folder, and a box with at most one server in it, so that a test that breaks it breaks only
    itself."""
    box: list[Server] = []
    with lasting_folder("shared") as folder:
        yield folder, box
        for server in box:
            try:
                server.stop()
            finally:
                server.destroy()


@pytest.fixture
def server(_shared: tuple[Path, list[Server]], certificate: Certificate) -> Iterator[Server]:
    """A server with two workers, shared by the tests that do not harm it. Its rings are half as large as
    by default, because each stays on the disk for a minute after its stream; so is the largest block that
    fits into one. Its grace is that of `Server`; all else is as it is by default."""
    folder, box = _shared
    if not box:
        made = folder / f"server-{next(_names)}"
        made.mkdir()
        box.append(Server(made, certificate, arguments=["--ring-size", "16M"]).start())
        _lasting.append(box[0])
    shared = box[0]
    yield shared
    try:
        assert shared.process is not None and shared.process.poll() is None, "the server ended"
        shared.assert_no_unexpected_death()
    except AssertionError:
        box.clear()
        _lasting.remove(shared)
        shared.destroy()
        raise


@pytest.fixture
def start_server(
    weir_binaries: Path, certificate: Certificate, tmp_path: Path
) -> Iterator[Callable[..., Server]]:
    """Start a server of one's own, with the arguments of `Server`; ended and judged afterwards."""
    mine: list[Server] = []
    count = itertools.count()

    def start(*arguments: str, wait: bool = True, **options: Any) -> Server:
        folder = tmp_path / f"server-{next(count)}"
        folder.mkdir()
        pair = options.pop("certificate", certificate)
        made = Server(folder, pair, arguments=arguments, **options)
        mine.append(made)
        return made.start() if wait else made

    yield start
    try:
        for server in mine:
            if server.process is not None and server.process.poll() is None:
                server.stop()
            server.assert_no_unexpected_death()
    finally:
        for server in mine:
            server.destroy()


@pytest.fixture(scope="module")
def crowd_server(
    lasting_server: Callable[..., AbstractContextManager[Server]],
) -> Iterator[Server]:
    """A server behind caches, with a broadcast named "crowd" whose parts are a second long. It lasts as
    long as the tests of a file. A machine that is too busy to send in time at the beginning gets lists
    without parts; then it begins anew."""
    for _ in range(_CROWD_TRIES):
        with ExitStack() as stack:
            server = stack.enter_context(
                lasting_server("origin", "--exempt-network", "127.0.0.0/8"))
            _publish_to_crowd(server, stack)
            if b"#EXT-X-PART-INF" in server.get("/crowd/hls/v1.m3u8").body:
                yield server
                return
    raise AssertionError("this machine is too busy for a broadcast with parts")


def _publish_to_crowd(server: Server, stack: ExitStack) -> None:
    """Until it has a list, and from then on until the end of the stack."""
    stop = threading.Event()
    pieces = edges.bursts(record("vp9", "opus", seconds=600, rate="80k"), stop)
    # Looking for the packets of so long a recording takes longer than a publisher may be silent.
    first = next(pieces)
    publisher = stack.enter_context(
        Publisher(server.url("/crowd/live"), server.certificate.certificate, server.folder))
    stack.callback(stop.set)
    publisher.feed(itertools.chain([first], pieces), finish=False)
    wait_until(lambda: server.get("/crowd/hls/v1.m3u8").status == 200, "the first list")


@pytest.fixture(scope="module", params=list(edges.EDGES))
def edge(
    request: pytest.FixtureRequest, crowd_server: Server,
    lasting_folder: Callable[[str], AbstractContextManager[Path]],
) -> Iterator[edges.Edge]:
    """A cache in front of that, of each kind in turn."""
    with lasting_folder(request.param) as folder:
        made = edges.start(request.param, crowd_server, folder / "edge")
        yield made
        made.stop()


@pytest.fixture(scope="session")
def mongodb(
    lasting_folder: Callable[[str], AbstractContextManager[Path]],
) -> Iterator[MongoServer]:
    """A MongoDB server that a test may freeze, kill and restart, if it is back at the end."""
    with lasting_folder("mongodb") as folder:
        server = MongoServer(folder).start()
        yield server
        server.stop()


@pytest.fixture
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Store]:
    """Make an empty store of accounts of a kind: "sqlite" or "mongodb". One in each test."""

    def make(kind: str) -> Store:
        if kind == "sqlite":
            return Store(tmp_path / "store")
        server: MongoServer = request.getfixturevalue("mongodb")
        if server.process is None:
            server.start()  # a test that killed it has failed
        return Store(tmp_path / "store", server)

    return make


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """A stream name that no other test uses, readable in logs. What was broadcast under it, or under a name
    that begins with it, is over with the test: it would stay on the disk otherwise."""
    stem = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower())
    number = f"t{next(_names)}-"
    yield f"{number}{stem}"[:30].rstrip("-")
    for server in _lasting:
        if server.is_running:
            _end_broadcasts(server, number)


def _end_broadcasts(server: Server, beginning: str) -> None:
    status = admin.ask(server, "/status")
    for stream in status.json()["streams"] if status.status == 200 else []:
        if stream["name"].startswith(beginning):
            admin.ask(server, f"/kick/{stream['name']}", "POST")


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Viewer]]:
    """Start viewers; all of them hang up at the end of the test."""
    viewers: list[Viewer] = []

    def start(server: Server, name: str, query: str = "", **options: Any) -> Viewer:
        file = tmp_path / f"viewer-{len(viewers)}.webm"
        url = server.url(f"/{name}/live{query}")
        viewers.append(Viewer(url, server.certificate.certificate, file, **options))
        return viewers[-1]

    yield start
    for viewer in viewers:
        viewer.stop()


@pytest.fixture
def publish(tmp_path: Path) -> Iterator[Callable[..., Publisher]]:
    """Start endless publishers; all of them vanish at the end of the test."""
    publishers: list[Publisher] = []

    def start(server: Server, name: str, **options: Any) -> Publisher:
        url = server.url(f"/{name}/live")
        publishers.append(Publisher(url, server.certificate.certificate, tmp_path, **options))
        return publishers[-1]

    yield start
    for publisher in publishers:
        publisher.abort()


@pytest.fixture
def live(server: Server, publish: Callable[..., Publisher], name: str) -> str:
    """The name of a stream that is live for the whole test."""
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    return name


@pytest.fixture
def held_back(server: Server, publish: Callable[..., Publisher], name: str) -> str:
    """The name of a stream whose publisher is ahead of the clock, and so held back: it is never late, whoever
    gets the processor. For tests in which it must not seem silent."""
    publish(server, name).feed([record(seconds=LASTING_S).data], finish=False)
    server.wait_for_state(name, "live")
    return name


@pytest.fixture
def publish_with_ffmpeg(
    certificate: Certificate, tmp_path: Path
) -> Iterator[Callable[..., FfmpegPublisher]]:
    """Start `ffmpeg -re | curl -T -` publishers; ended with the test."""
    publishers: list[FfmpegPublisher] = []

    def start(server: Server, name: str, recording: Recording) -> FfmpegPublisher:
        url = server.url(f"/{name}/live")
        publishers.append(FfmpegPublisher(recording, url, certificate.certificate, tmp_path))
        return publishers[-1]

    yield start
    for publisher in publishers:
        publisher.__exit__()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> side_by_side.ByHeap:
    return side_by_side.ByHeap(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        side_by_side.order(items)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs the tests of a module that says so over either protocol: no route may know which one it
    serves. Tests that hold an HTTP/2 connection of their own have made their choice."""
    speaks_both = getattr(metafunc.module, "BOTH_PROTOCOLS", False)
    if speaks_both and "Http2Connection" not in inspect.getsource(metafunc.function):
        metafunc.fixturenames.append("protocol")
        metafunc.parametrize("protocol", list(curl_module.PROTOCOLS), indirect=True)


@pytest.fixture
def protocol(request: pytest.FixtureRequest) -> Iterator[str]:
    """What curl offers the server during this test."""
    curl_module.speaks = request.param
    yield request.param
    curl_module.speaks = "h2"


def pytest_runtest_setup() -> None:
    """Forget servers of earlier tests that have ended: their logs belong to those tests."""
    server_module.started[:] = [s for s in server_module.started if s.is_running]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Put the end of every server's log under a failed test, and how full the disk is. Where nothing
    may be skipped, a test that was is one that failed: a machine that lacks something must not look
    like one that has it all."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and _SKIPS_FAIL and item.get_closest_marker("systemd") is None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{reason} (nothing may be skipped here)"
    if report.failed:
        for server in server_module.started:
            tail = "\n".join(server.log().splitlines()[-_LOG_LINES_SHOWN:])
            report.sections.append((f"log of the server on port {server.port}", tail))
        report.sections.append(("disk", disks.room()))


@pytest.fixture
def two(server: Server) -> Iterator[list[Http2Connection]]:
    """A connection to each of the workers."""
    connections = connections_to_all_workers(server)
    yield connections
    for connection in connections:
        connection.close()
