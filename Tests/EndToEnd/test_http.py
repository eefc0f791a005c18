"""The HTTP surface: headers, HEAD, CORS, the API's shape, the page of who is live."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from weir.http2 import Http2Connection
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import PAGE_ORIGIN, Server
from weir.viewer import Viewer
from weir.waiting import wait_until

BOTH_PROTOCOLS = True
pytestmark = pytest.mark.smoke

Watch = Callable[..., Viewer]
Publish = Callable[..., Publisher]
_RFC3339 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def test_a_live_response_has_the_promised_headers(
    server: Server, watch: Watch, live: str
) -> None:
    viewer = watch(server, live, headers={"origin": PAGE_ORIGIN}).wait_for_status(200)
    assert viewer.headers["content-type"] == 'video/webm; codecs="vp8,opus"'
    assert viewer.headers["cache-control"] == "no-store, no-transform"
    assert viewer.headers["accept-ranges"] == "none"
    assert viewer.headers["x-accel-buffering"] == "no"
    assert viewer.headers["access-control-allow-origin"] == PAGE_ORIGIN
    assert "origin" in viewer.headers["vary"].lower()


def test_head_answers_like_get_without_a_body(server: Server, watch: Watch, live: str) -> None:
    head = server.request("HEAD", f"/{live}/live")
    assert (head.status, head.exit_code) == (200, 0)
    got = watch(server, live).wait_for_status(200).headers
    for field in ("content-type", "cache-control"):
        assert head.headers[field] == got[field]
    assert server.request("HEAD", "/nobody-here/live").status == 404
    wait_until(lambda: (server.stream(live) or {}).get("viewers") == 1, "HEAD not to be a viewer")


@pytest.mark.parametrize("path", ["/preflight-name/live", "/api/streams", "*"])
def test_a_preflight_of_a_configured_origin_is_granted(server: Server, path: str) -> None:
    fields = [
        ("origin", PAGE_ORIGIN),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,weir-chunk"),
    ]
    with Http2Connection(server) as connection:
        answer = connection.request("OPTIONS", path, fields)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == PAGE_ORIGIN
    methods = {m.strip() for m in answer.headers["access-control-allow-methods"].split(",")}
    wanted = {"GET"} if path.startswith("/api") else {"GET", "POST", "PUT", "DELETE"}
    assert wanted <= methods
    allowed = {h.strip().lower() for h in answer.headers["access-control-allow-headers"].split(",")}
    assert {"content-type", "weir-chunk", "weir-take-over"} <= allowed
    assert int(answer.headers["access-control-max-age"]) > 0


@pytest.mark.parametrize(
    "origin",
    [
        "https://localhost:8081", "http://localhost:8080", "https://localhost:8080.evil.example",
        "null",
    ],
)
def test_another_origin_may_read_and_not_publish(
    server: Server, live: str, origin: str, watch: Watch
) -> None:
    fields = {"origin": origin}
    readable = ["/api/streams", f"/api/streams/{live}", "/api/streams/nobody-here"]
    answers = [server.request("GET", path, headers=fields).headers for path in readable]
    answers.append(server.request("HEAD", "/api/events", headers=fields).headers)
    answers.append(server.request("GET", "/nobody-here/live", headers=fields).headers)
    answers.append(watch(server, live, headers=fields).wait_for_status(200).headers)
    for path in (f"/{live}/live", "/api/streams", "/api/events"):
        answers.append(server.request("OPTIONS", path, headers={
            **fields, "access-control-request-method": "GET"}).headers)
    for answer in answers:
        assert answer["access-control-allow-origin"] == "*", answer
        assert "access-control-allow-credentials" not in answer
    refused = [
        server.request("OPTIONS", f"/{live}/live", headers={
            **fields, "access-control-request-method": "POST"}),
        server.request("POST", "/no-media/live", body=b"no media", headers=fields),
        server.request("GET", "/", headers=fields),
        server.request("GET", "/api/me", headers=fields),
        server.request("OPTIONS", "/api/me", headers={
            **fields, "access-control-request-method": "GET"}),
    ]
    for answer in refused:
        assert "access-control-allow-origin" not in answer.headers, answer


def test_a_post_of_a_configured_origin_gets_a_readable_answer(server: Server, name: str) -> None:
    headers = {"origin": PAGE_ORIGIN}
    good = server.request("POST", f"/{name}/live", body=record().data, headers=headers)
    bad = server.request("POST", f"/{name}x/live", body=b"no media", headers=headers)
    assert (good.status, bad.status) == (204, 415)
    for answer in (good, bad):
        assert answer.headers["access-control-allow-origin"] == PAGE_ORIGIN


def test_the_api_shows_a_stream_with_every_promised_member(server: Server, live: str) -> None:
    def steady() -> dict[str, Any] | None:
        """Two key frames have come, and the next media is not late."""
        stream = server.stream(live)
        return stream if stream and stream["keyframeIntervalMs"] and stream["state"] == "live" else None

    shown = wait_until(steady, "two key frames")
    assert set(shown) >= {
        "name", "state", "startedAt", "tracks", "bitrateBps", "keyframeIntervalMs", "viewers",
        "rewindMs", "mimeType", "peakViewers", "losses", "joinable", "hlsUrl", "dashUrl", "hlsFault",
        "stillUrl", "stillType",
    }
    assert shown["name"] == live and shown["viewers"] == 0
    assert _RFC3339.match(shown["startedAt"])
    assert shown["rewindMs"] >= 0
    assert shown["mimeType"] == 'video/webm; codecs="vp8,opus"'
    assert [track["codecString"] for track in shown["tracks"]] == ["vp8", "opus"]
    listed = [s for s in server.get("/api/streams").json()["streams"] if s["name"] == live]
    assert [set(s) for s in listed] == [set(shown)]
    assert server.get("/api/streams").headers["content-type"].startswith("application/json")


def test_the_bitrate_and_what_can_be_rewound_grow_from_nothing_to_what_is_true(
    server: Server, live: str
) -> None:
    real = record(seconds=LASTING_S).path.stat().st_size * 8 / LASTING_S
    wait_until(
        lambda: (server.stream(live) or {}).get("rewindMs", 0) >= 3000, "three seconds in the ring"
    )
    # After a pause it grows again.
    wait_until(lambda: real / 3 < (server.stream(live) or {}).get("bitrateBps", 0) < real * 3, "its bitrate")


def test_every_worker_gives_the_same_list(server: Server, live: str) -> None:
    for _ in range(8):  # each request is a connection, so all workers are asked
        server.wait_for_state(live, "live")


def test_the_page_lists_who_is_live(server: Server, live: str) -> None:
    page = server.get("/")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert live in page.body.decode()
    server.request("DELETE", f"/{live}/live")
    assert f"/{live}/" not in server.get("/").body.decode()


def test_many_requests_share_one_connection(server: Server, live: str) -> None:
    with Http2Connection(server) as connection:
        viewers = [connection.open("GET", f"/{live}/live") for _ in range(5)]
        asked = [connection.open("GET", f"/api/streams/{live}") for _ in range(20)]
        assert [connection.response(stream).status for stream in asked] == [200] * 20
        connection.wait_for(
            lambda: all(len(connection.responses[v].body) > 20_000 for v in viewers),
            "five viewers on one connection to get media",
        )
        server.wait_for_viewers(live, 5)
        for stream in viewers[:3]:
            connection.reset(stream)
        server.wait_for_viewers(live, 2)
