"""Path tricks: whatever the target, nothing outside of the data directory is read or written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from weir.http2 import Http2Connection
from weir.recordings import record
from weir.server import Server

TRICKS = [
    "/../../etc/passwd",
    "/../live",
    "/../../../../tmp/weir-escape/live",
    "/..%2f..%2f..%2ftmp%2fweir-escape/live",
    "/%2e%2e/%2e%2e/live",
    "/%2e%2e%2fescape/live",
    "/.../live",
    "/./live",
    "//live",
    "///etc/passwd",
    "/escape%00name/live",
    "/escape\x00name/live",
    "/escape/live\x00.webm",
    "/escape/../other/live",
    "/escape/live/../../x",
    "/escape%2flive",
    "/escape\\..\\x/live",
    "/%c0%ae%c0%ae/live",
    "/%252e%252e/live",
    "/escape%/live",
    "/escape%zz/live",
    "/escape/live/ring.v3",
    "/escape/ring.v3",
    "/live/escape/ring.v3",
    "/escape;x=1/live",
    "/escape\u202ename/live",
    "/" + "a" * 255 + "/live",
    "/" + "a/" * 600 + "live",
    "live",
    "*",
    "",
    "http://localhost/escape/live",
    "/escape name/live",
    "/escape/live#fragment",
]


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture
def walled(start_server: Callable[..., Server], tmp_path: Path) -> Server:
    """A server whose data directory has neighbours that must not change."""
    home = tmp_path / "home"
    (home / "neighbour").mkdir(parents=True)
    (home / "secret").write_text("not for you")
    return start_server(data=home / "data")


def test_no_path_trick_writes_or_reads_outside_of_the_data_directory(walled: Server) -> None:
    home = walled.data.parent
    before = {p for p in tree(home) if not p.startswith("data")}
    secret = hashlib.sha256((home / "secret").read_bytes()).digest()
    media = record().data[:20_000]
    for path in TRICKS:
        for method, body in (("POST", media), ("PUT", media), ("GET", None), ("DELETE", None)):
            with Http2Connection(walled) as connection:
                stream = connection.open(
                    method, path, [("content-type", "video/webm")], end=body is None
                )
                if body is not None:
                    connection.send(stream, body, end=True)
                try:
                    answer = connection.response(stream)
                except AssertionError:
                    assert connection.closed, f"{method} {path!r} is not answered"
                    continue
                assert answer.reset is not None or 400 <= answer.status < 500, (
                    f"{method} {path[:60]!r}: {answer.status}"
                )
                assert b"not for you" not in answer.body and b"root:" not in answer.body
    assert {p for p in tree(home) if not p.startswith("data")} == before
    assert hashlib.sha256((home / "secret").read_bytes()).digest() == secret
    assert not Path("/tmp/weir-escape").exists()
    assert list(walled.data.glob("live/**/*")) == [], "no trick may create a stream"
    assert walled.get("/api/streams").json() == {"streams": []}


def test_a_link_in_the_data_directory_is_not_followed(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    data, outside = tmp_path / "linked", tmp_path / "outside"
    outside.mkdir()
    victim = outside / "ring.v3"
    victim.write_text("precious")
    (data / "live").mkdir(parents=True)
    (data / "live" / "linked-name").symlink_to(outside)
    server = start_server(data=data)
    server.request("POST", "/linked-name/live", body=record().data)
    assert victim.exists() and victim.read_text() == "precious"
