"""`/NAME/still`: a picture of a broadcast, judged by programs that show pictures."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from test_publish_accounts import Person
from weir import ebml
from weir.curl import Answer
from weir.publisher import post_chunk
from weir.recordings import Recording, record
from weir.server import Server
from weir.tracks import key_frame, sound, video
from weir.waiting import wait_until

_FORMS = {
    "vp8": ("image/webp", "webp"), "av1": ("image/avif", "avif"), "vp9": ("video/webm", "webm"),
    "h264": ("video/mp4", "mp4"), "hevc": ("video/mp4", "mp4"), "av1-10": ("image/avif", "avif"),
}


def publish(server: Server, name: str, recording: Recording) -> None:
    answer = post_chunk(
        server.url(f"/{name}/live"), server.certificate.certificate, recording.data)
    assert answer.status == 204, answer.body


def jpeg(size: str = "64x48", source: str = "testsrc2") -> bytes:
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"{source}=size={size}", "-frames:v", "1",
         "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-f", "image2pipe", "-"],
        check=True, capture_output=True).stdout


def put(server: Server, name: str, body: bytes, **headers: str) -> Answer:
    return server.request(
        "PUT", f"/{name}/still", headers={"content-type": "image/jpeg"} | headers, body=body)


def refused_at_last(server: Server, name: str, body: bytes, **headers: str) -> Answer:
    """The answer to one that comes too soon: one in five seconds is taken, and a machine may be so slow."""
    def refused() -> Answer | None:
        answer = put(server, name, body, **headers)
        return None if answer.status == 204 else answer

    return wait_until(refused, "a refusal")


def samples(path: Path, *arguments: str) -> bytes:
    """The samples of a file's pictures, as ffmpeg decodes them."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", *arguments, "-f", "rawvideo", "-"],
        check=True, capture_output=True)
    assert done.stderr == b""
    return done.stdout


def decoded(answer: Answer, suffix: str, folder: Path) -> bytes:
    """The samples of the only picture of a still."""
    path = folder / f"still.{suffix}"
    path.write_bytes(answer.body)
    if suffix == "webp":
        told = subprocess.run(["webpinfo", str(path)], check=True, capture_output=True, text=True)
        assert "No error detected" in told.stdout
    if suffix != "avif":
        return samples(path)
    # ffmpeg of Debian 12 reads no AVIF.
    subprocess.run(["heif-info", str(path)], check=True, capture_output=True)
    film = folder / "still.y4m"
    subprocess.run(["avifdec", str(path), str(film)], check=True, capture_output=True)
    return samples(film)


@pytest.mark.parametrize("codec", _FORMS)
@pytest.mark.smoke
def test_the_still_is_the_newest_key_frame_of_the_broadcast(
    server: Server, name: str, codec: str, tmp_path: Path
) -> None:
    recording = record(codec, None)
    publish(server, name, recording)
    content_type, suffix = _FORMS[codec]
    answer = server.get(f"/{name}/still")
    assert answer.status == 200
    assert answer.headers["content-type"] == content_type
    # The last of the key frames, which come every second.
    keys = samples(recording.path, "-vf", "select=key", "-fps_mode", "passthrough")
    picture = decoded(answer, suffix, tmp_path)
    assert len(picture) > 0 and len(keys) % len(picture) == 0
    assert keys[-len(picture):] == picture
    wait_until(lambda: (server.stream(name) or {}).get("stillType") == content_type,
               "the API to tell the type")
    shown = server.stream(name)
    assert shown is not None and shown["stillUrl"] == f"/{name}/still"


def test_what_a_still_says_of_itself(server: Server, name: str) -> None:
    publish(server, name, record("vp8"))
    answer = server.get(f"/{name}/still")
    fields = answer.headers
    assert fields["cache-control"] == "public, max-age=5"
    assert fields["access-control-allow-origin"] == "*"
    assert fields["cross-origin-resource-policy"] == "cross-origin"
    assert fields["x-content-type-options"] == "nosniff"
    assert fields["content-security-policy"] == "default-src 'none'; sandbox"
    assert fields["weir-still"] == "live"
    again = server.get(f"/{name}/still", headers={"if-none-match": fields["etag"]})
    assert (again.status, again.body) == (304, b"")
    head = server.request("HEAD", f"/{name}/still")
    assert head.status == 200 and head.headers["content-length"] == str(len(answer.body))
    part = server.get(f"/{name}/still", headers={"range": "bytes=0-3"})
    assert (part.status, part.body) == (206, b"RIFF")
    assert server.request("DELETE", f"/{name}/still").status == 405


def test_there_is_no_still_of_nobody_of_sound_and_of_what_is_too_large(
    server: Server, name: str
) -> None:
    assert server.get(f"/{name}/still").problem == "unknown-stream"
    assert server.get("/A!/still").problem == "unknown-stream"
    publish(server, name, record(None))
    answer = server.get(f"/{name}/still")
    assert (answer.status, answer.problem) == (404, "no-still")
    assert answer.headers["access-control-allow-origin"] == "*"
    shown = server.stream(name)
    assert shown is not None
    assert (shown["stillUrl"], shown["stillType"]) == (None, None)


def test_a_key_frame_that_is_too_large_or_shows_nothing_is_no_still(
    server: Server, name: str
) -> None:
    huge = key_frame(64, 64) + bytes(1_100_000)
    head = ebml.head() + ebml.segment(video() + sound())
    body = head + ebml.cluster(0, ebml.simple_block(huge))
    assert server.request("POST", f"/{name}/live", body=body).status == 204
    assert server.get(f"/{name}/still").problem == "no-still"
    assert (server.stream(name) or {})["stillType"] is None
    # A decoder of pictures does not take a key frame without its first part: the one before it counts,
    # and here there is none.
    assert server.request("DELETE", f"/{name}/live").status == 204
    body = head + ebml.cluster(0, ebml.simple_block(key_frame(64, 64)))
    assert server.request("POST", f"/{name}/live", body=body).status == 204
    assert server.get(f"/{name}/still").problem == "no-still"


# What a studio sends


def test_what_the_studio_has_sent_comes_first(server: Server, name: str, tmp_path: Path) -> None:
    publish(server, name, record("vp8"))
    sent = jpeg("320x180", "smptebars")
    assert put(server, name, sent).status == 204
    soon = refused_at_last(server, name, sent)
    assert (soon.status, soon.problem) == (429, "still-too-soon")
    assert 1 <= int(soon.headers["retry-after"]) <= 5
    answer = server.get(f"/{name}/still")
    path = tmp_path / "sent.jpg"
    path.write_bytes(sent)
    assert decoded(answer, "jpg", tmp_path) == samples(path)
    wait_until(lambda: (server.stream(name) or {}).get("stillType") == "image/jpeg", "its type")


def test_what_is_no_jpeg_of_a_live_broadcast_is_refused(server: Server, name: str) -> None:
    assert put(server, name, jpeg()).problem == "not-live"
    publish(server, name, record("vp8"))
    assert put(server, name, b"").problem == "not-a-still"
    assert put(server, name, b"GIF89a").problem == "not-a-still"
    assert put(server, name, jpeg()[:-2]).problem == "not-a-still"
    assert put(server, name, jpeg() + b"<script>").problem == "not-a-still"
    assert put(server, name, jpeg("8x8")).status == 415
    large = put(server, name, jpeg() + bytes(128 * 1024))
    assert (large.status, large.problem) == (413, "still-too-large")
    assert server.get(f"/{name}/still").headers["content-type"] == "image/webp"


def test_where_it_was_taken_does_not_reach_viewers(server: Server, name: str) -> None:
    publish(server, name, record("vp8"))
    plain = jpeg()
    exif = b"Exif\0\0" + b"52.5200 N 13.4050 E"
    noted = plain[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + plain[2:]
    assert put(server, name, noted).status == 204
    answer = server.get(f"/{name}/still")
    assert answer.headers["content-type"] == "image/jpeg"
    assert b"52.5200" in noted and b"52.5200" not in answer.body


def test_only_the_owner_sends_one(start_server: Callable[..., Server]) -> None:
    server = start_server("--publish", "account")
    anna, bert = Person(server, "anna"), Person(server, "bert")
    answer = post_chunk(
        server.url("/anna/live"), server.certificate.certificate, record("vp8").data,
        headers=anna.bearer)
    assert answer.status == 204
    assert put(server, "anna", jpeg()).status == 401
    assert put(server, "anna", jpeg(), **bert.bearer).problem == "not-the-owner"
    assert put(server, "anna", jpeg(), **bert.cookie).status == 403
    assert put(server, "anna", jpeg(), origin="https://evil.example",
               **anna.cookie).problem == "cross-site"
    assert put(server, "anna", jpeg(), **anna.cookie).status == 204
    assert refused_at_last(server, "anna", jpeg(), **anna.bearer).status == 429


def test_every_worker_has_it_and_it_survives_them(start_server: Callable[..., Server]) -> None:
    server = start_server()
    publish(server, "kept", record("vp8"))
    assert put(server, "kept", jpeg()).status == 204

    def etags() -> set[str]:
        answers = [server.get("/kept/still") for _ in range(12)]
        assert {answer.headers["content-type"] for answer in answers} == {"image/jpeg"}
        return {answer.headers["etag"] for answer in answers}

    before = etags()
    assert len(before) == 1
    for slot in (0, 1):
        pid = server.kill_worker(slot)
        server.wait_for_all_workers(without=pid)
    assert etags() == before


# When it is over


def wait_for_the_last(server: Server, name: str) -> Answer:
    def last() -> Answer | None:
        answer = server.get(f"/{name}/still")
        return answer if answer.headers.get("weir-still") == "last" else None

    return wait_until(last, "the still that stays")


def test_the_last_still_stays_until_the_next_broadcast_is_over(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    publish(server, "gone", record("vp8"))
    live = server.get("/gone/still")
    assert server.request("DELETE", "/gone/live").status == 204
    last = wait_for_the_last(server, "gone")
    assert last.body == live.body and last.headers["content-type"] == "image/webp"
    assert last.headers["cache-control"] == "public, max-age=60"
    assert last.headers["etag"] != live.headers["etag"]
    # It needs neither the ring nor the process.
    server.stop()
    again = start_server(port=server.port, data=server.data)
    assert wait_for_the_last(again, "gone").body == live.body
    # The next broadcast is sound: nobody is shown a picture of another one, then or later.
    publish(again, "gone", record(None))
    assert again.get("/gone/still").problem == "no-still"
    assert again.request("DELETE", "/gone/live").status == 204
    wait_until(lambda: again.get("/gone/still").problem in ("no-still", "unknown-stream"), "nothing")
    wait_until(lambda: not list((again.data / "stills").iterdir()), "the file to be gone")


def test_it_goes_with_its_account(start_server: Callable[..., Server]) -> None:
    server = start_server("--publish", "account")
    carl = Person(server, "carl")
    answer = post_chunk(
        server.url("/carl/live"), server.certificate.certificate, record("vp8").data,
        headers=carl.bearer)
    assert answer.status == 204
    assert server.request("DELETE", "/carl/live", headers=carl.bearer).status == 204
    wait_for_the_last(server, "carl")
    assert carl.is_deleted()
    wait_until(lambda: server.get("/carl/still").status == 404, "the still to be gone")
    wait_until(lambda: not list((server.data / "stills").iterdir()), "its file to be gone")
    # Whoever gets the name later has nothing to do with it.
    Person(server, "carl")
    assert server.get("/carl/still").status == 404


def test_damaged_files_are_as_good_as_none(start_server: Callable[..., Server]) -> None:
    server = start_server()
    publish(server, "hurt", record("vp8"))
    assert put(server, "hurt", jpeg()).status == 204
    beside = server.ring("hurt").parent / "still"
    whole = beside.read_bytes()
    head = whole.split(b"\n")[0]
    other = re.sub(rb"jpeg \w+", b"jpeg 1", head)
    for bad in (b"", b"\n", whole[:-1], whole[:20], whole + b"x", other + whole[len(head):],
                whole.replace(b"jpeg", b"webm"), whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
                bytes(3_000_000)):
        fresh = beside.with_name("fresh")
        fresh.write_bytes(bad)
        fresh.rename(beside)
        wait_until(lambda: server.get("/hurt/still").headers["content-type"] == "image/webp",
                   "the key frame to be shown")
    beside.unlink()
    beside.symlink_to("/etc/passwd")
    wait_until(lambda: server.get("/hurt/still").headers["content-type"] == "image/webp", "it")
    beside.unlink()
    beside.write_bytes(whole)
    wait_until(lambda: server.get("/hurt/still").headers["content-type"] == "image/jpeg", "the JPEG")
