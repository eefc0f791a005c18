"""The judges are judged: what the comparison of media must notice, and what it must not mind. And the
suite leaves little on the disk."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from weir.comparison import (
    assert_contiguous, assert_decodes, assert_starts_with_keyframe, assert_subsequence, assert_tail,
    assert_whole,
)
from weir.disks import mounted, room
from weir.packets import packets, probe
from weir.places import REPOSITORY
from weir.publisher import cut_at_random
from weir.recordings import Recording, record

ALL = [
    ("vp8", "opus"), ("vp9", "opus"), ("av1", "opus"), ("h264", "opus"), (None, "opus"),
    ("vp8", None),
]


def remux(source: Recording, to: Path, *options: str) -> Path:
    """A copy of a recording by ffmpeg, changed by options."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-copyts", "-i", str(source.path)]
    keep_times = ["-avoid_negative_ts", "disabled"]
    subprocess.run([*command, *options, *keep_times, "-c", "copy", str(to)], check=True)
    return to


@pytest.mark.parametrize(("video", "audio"), ALL)
def test_recordings_are_clean_and_have_a_keyframe_each_second(
    video: str | None, audio: str | None
) -> None:
    made = record(video, audio)
    seen = probe(made.path)
    assert not seen.errors
    assert_decodes(made.path)
    if video:
        keys = [p.pts_ms or 0 for p in seen.of_kind("video") if p.key]
        assert [time - keys[0] for time in keys] == [i * 1000 for i in range(6)]


@pytest.mark.parametrize(("video", "audio"), ALL)
def test_a_copy_in_another_container_layout_is_the_same_broadcast(
    video: str | None, audio: str | None, tmp_path: Path
) -> None:
    made = record(video, audio)
    copy = remux(made, tmp_path / f"copy{made.path.suffix}", "-cluster_time_limit", "300")
    # ffmpeg moves Opus by its 6.5 ms of priming when it copies.
    assert_whole(copy, made.path, within_ms=8)
    assert_contiguous(copy, made.path)


def test_a_piece_from_the_middle_is_contiguous_but_not_whole(tmp_path: Path) -> None:
    made = record()
    piece = remux(made, tmp_path / "piece.webm", "-ss", "2", "-to", "4")
    assert_contiguous(piece, made.path)
    assert_starts_with_keyframe(probe(piece))
    with pytest.raises(AssertionError):
        assert_whole(piece, made.path)
    with pytest.raises(AssertionError):
        assert_tail(piece, made.path)


def test_a_late_start_is_a_tail(tmp_path: Path) -> None:
    made = record(None, "opus")
    assert assert_tail(remux(made, tmp_path / "tail.webm", "-ss", "3"), made.path) > 100


def test_one_missing_packet_is_noticed(tmp_path: Path) -> None:
    made = record("vp8", None)
    holed = remux(made, tmp_path / "holed.webm", "-bsf:v", "noise=drop=eq(n\\,70)")
    assert len(packets(holed)) == len(packets(made.path)) - 1
    for judge in (assert_whole, assert_tail, assert_contiguous):
        with pytest.raises(AssertionError):
            judge(holed, made.path)
    assert_subsequence([p.hash for p in packets(holed)], [p.hash for p in packets(made.path)])


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    made = record("vp8", None)
    data = bytearray(made.data)
    data[-500] ^= 1
    changed = tmp_path / "changed.webm"
    changed.write_bytes(data)
    with pytest.raises(AssertionError):
        assert_whole(changed, made.path)


def test_a_cut_off_file_is_noticed_unless_it_may_be_cut_off(tmp_path: Path) -> None:
    made = record()
    cut = tmp_path / "cut.webm"
    cut.write_bytes(made.data[:-1000])
    with pytest.raises(AssertionError):
        assert_contiguous(cut, made.path)
    assert_contiguous(cut, made.path, cut_off=True)


def test_packets_in_another_order_are_noticed() -> None:
    with pytest.raises(AssertionError):
        assert_subsequence(["b", "a"], ["a", "b", "c"])


def test_random_cuts_add_up_and_repeat_with_their_seed() -> None:
    data = record().data
    cuts = cut_at_random(data, 20, seed=7)
    assert b"".join(cuts) == data and len(cuts) == 20
    assert cuts == cut_at_random(data, 20, seed=7)


def test_what_outlives_a_test_is_deleted_unless_something_failed_meanwhile(
    lasting_folder: Callable[[str], AbstractContextManager[Path]], request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with lasting_folder("passed") as passed:
        (passed / "ring").touch()
    assert not passed.exists()
    with lasting_folder("failed") as failed:
        monkeypatch.setattr(request.session, "testsfailed", request.session.testsfailed + 1)
    assert failed.exists()


def test_a_disk_without_room_for_a_run_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mounted(tmp_path / "small", "size=1m") as small:
        monkeypatch.setattr("tempfile.tempdir", str(small))
        assert room() == f"1 MiB of 1 MiB are free in {small}"
        asked = subprocess.run(
            [REPOSITORY / "scripts/check-space", "--enough"], capture_output=True, text=True,
            env=os.environ | {"TMPDIR": str(small)})
    assert asked.returncode == 1
    [line] = asked.stderr.splitlines()
    assert line.startswith(f"There is too little room in {small}: ")
