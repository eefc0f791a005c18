"""A data directory with rings of another version of the format, as an upgrade leaves it: they stay as they
are, and streams of the same names work beside them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from weir.publisher import Publisher
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

_SETTINGS = ("--ring-size", "1MiB", "--grace", "120")


def _crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def _make_version_2(path: Path) -> None:
    """A whole, empty ring as the version before wrote it."""
    data_bytes, entries, initialization, carry, state = 65536, 64, 4096, 4096, 512
    pages = [4096, 4096, 4096, initialization, 8192, 8192, entries * 64, data_bytes]
    init = b"\x1a\x45\xdf\xa3 what every viewer got first"
    header = struct.pack(
        "<8s2I11QI", b"WEIRRING", 2, 4096, data_bytes, entries, initialization, carry, state,
        sum(pages), 7, 1_700_000_000_000, 1_000, 0, len(init), _crc32c(init))
    content = bytearray(sum(pages))
    content[:112] = header + struct.pack("<I", _crc32c(header))
    content[12288:12288 + len(init)] = init
    # Snapshot 1, of an empty ring.
    fields = struct.pack("<6Q", 1, 0, 0, 2, 0, 0)
    snapshot = 12288 + initialization + 8192
    content[snapshot:snapshot + 48] = struct.pack("<6Q", 1, 0, 0, 0, 2, _crc32c(fields))
    content[8192 + 128:8192 + 136] = struct.pack("<Q", 1)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def _state(path: Path) -> tuple[int, str]:
    return path.stat().st_ino, hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def old_rings(tmp_path: Path) -> list[Path]:
    """Rings of version 2, one of them in use by a worker of that version that still runs."""
    live = tmp_path / "data" / "live"
    rings = [live / name / "ring" for name in ("both", "only-old", "damaged")]
    for ring in rings:
        _make_version_2(ring)
    return rings


def test_rings_of_two_versions_live_side_by_side(
    tmp_path: Path, old_rings: list[Path], start_server: Callable[..., Server],
    publish: Callable[..., Publisher], watch: Callable[..., Viewer],
) -> None:
    before = [_state(ring) for ring in old_rings]
    # As a worker of that version that still has a publisher.
    descriptor = os.open(old_rings[1], os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    fcntl.lockf(descriptor, fcntl.LOCK_EX)
    data = tmp_path / "data"
    server = start_server(*_SETTINGS, data=data)
    assert server.get("/api/streams").json()["streams"] == []
    assert server.request("GET", "/only-old/live").status == 404
    refused = server.request("POST", "/only-old/live", body=record().data)
    assert (refused.status, refused.json()["type"]) == (409, "/problems/already-live")
    for name in ("both", "damaged"):
        publish(server, name).write(record().data).finish()
        assert server.ring(name).name == "ring.v3"
        watch(server, name, "?start=-60").wait_for_bytes(1_000).stop()
    # Everything that happens to streams: they end and are begun anew, their rings are damaged.
    assert server.request("DELETE", "/both/live").status == 204
    publish(server, "both").write(record().data).finish()
    server.kill_supervisor()
    server.assert_no_process_stays()
    os.truncate(server.ring("damaged"), 8192)

    server = start_server(*_SETTINGS, data=data)
    assert server.state("both") == "paused"
    assert server.state("damaged") is None
    publish(server, "damaged").write(record().data).finish()
    wait_until(lambda: server.state("damaged") is not None, "the damaged stream to begin anew")
    assert [_state(ring) for ring in old_rings] == before
    kept = list((data / "damaged").glob("[!.]*/*"))
    assert [path.name for path in kept] == ["ring.v3"]
    told = [line for line in server.log_records() if "another version" in line["message"]]
    assert sorted(line["metadata"]["stream"] for line in told) == ["both", "damaged", "only-old"]
    assert {line["metadata"]["version"] for line in told} == {"2"}
    os.close(descriptor)


def test_a_ring_of_another_version_in_this_ones_place_makes_way(
    tmp_path: Path, start_server: Callable[..., Server], publish: Callable[..., Publisher]
) -> None:
    data = tmp_path / "data"
    strange = data / "live" / "strange" / "ring.v3"
    strange.parent.mkdir(parents=True)
    strange.write_bytes(b"WEIRRING" + struct.pack("<II", 99, 4096) + bytes(20_000))
    before = _state(strange)
    server = start_server(*_SETTINGS, data=data)
    publish(server, "strange").write(record().data).finish()
    assert server.state("strange") is not None
    assert _state(strange.with_name("ring.v99")) == before
