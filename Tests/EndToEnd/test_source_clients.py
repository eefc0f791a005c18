"""Source clients of Icecast as they are: what they say, byte by byte, and libshout itself.

GStreamer's shout2send is libshout. Liquidsoap 2.1.3 says what is here under its name, and was tried.
"""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from weir import libshout
from weir.accounts import sign_up
from weir.http1 import RawHttp1
from weir.http2 import Http2Connection
from weir.recordings import record
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

Watch = Callable[..., Viewer]
Start = Callable[..., Server]

_TYPE = "Content-Type: video/webm"
_HOST = "Host: localhost"
_LIBSHOUT_ICE = ("ice-public: 0", "ice-name: no name", "Prefer: return=minimal")

#: The first line's method and version, the other fields, and what the client waits for.
CLIENTS: dict[str, tuple[str, str, tuple[str, ...], int]] = {
    "libshout's first question": (
        "SOURCE", "1.0",
        (_HOST, _TYPE, "Content-Length: 0", "Connection: Keep-Alive", *_LIBSHOUT_ICE), 200),
    "libshout": ("PUT", "1.1", (_HOST, _TYPE, "Expect: 100-continue", *_LIBSHOUT_ICE), 100),
    "libshout where there is no PUT": ("SOURCE", "1.0", (_HOST, _TYPE, *_LIBSHOUT_ICE), 200),
    "Liquidsoap": ("SOURCE", "1.0", (_TYPE,), 200),
    "Liquidsoap, put": ("PUT", "1.0", ("Expect: 100-continue", _TYPE), 100),
    "Liquidsoap, post": ("POST", "1.0", ("Expect: 100-continue", _TYPE), 100),
    "ffmpeg": (
        "PUT", "1.1", (_HOST, "Connection: close", "Expect: 100-continue", _TYPE), 100),
    "ffmpeg, old": ("SOURCE", "1.1", (_HOST, "Connection: close", _TYPE), 200),
}


def _basic(password: str) -> str:
    return "Authorization: Basic " + b64encode(f"source:{password}".encode()).decode()


def _head(method: str, version: str, path: str, *fields: str) -> str:
    return "\r\n".join([f"{method} {path} HTTP/{version}", *fields, "", ""])


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_source_client_sends_is_seen_while_it_comes(
    server: Server, watch: Watch, name: str, client: str
) -> None:
    method, version, fields, awaited = CLIENTS[client]
    data = record().data
    with RawHttp1(server) as connection:
        connection.send(_head(method, version, f"/{name}/live", _basic("any"), *fields))
        assert connection.any_status() == awaited
        connection.send(data[: len(data) // 2])
        server.wait_for_stream(name)
        viewer = watch(server, name, "?start=-60").wait_for_bytes()
        size = viewer.size
        connection.send(data[len(data) // 2:])
        wait_until(lambda: viewer.size > size, "what comes later to be seen")
    server.wait_for_state(name, "paused")
    server.request("DELETE", f"/{name}/live")


@pytest.mark.parametrize("client", CLIENTS)
def test_nothing_behind_the_head_of_a_source_client_is_a_request(
    server: Server, name: str, client: str
) -> None:
    method, version, fields, awaited = CLIENTS[client]
    with RawHttp1(server) as connection:
        connection.send(_head(method, version, f"/{name}/live", *fields))
        connection.send("GET /api/streams HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
        assert connection.any_status() == awaited
        if awaited == 100:
            refusal = connection.reply()
            assert refusal.status == 415 and refusal.headers["connection"] == "close"
        connection.assert_closed()
    assert server.state(name) is None


@pytest.mark.parametrize("path", ["/", "/api/streams", "/login", "/nobody", "/admin/metadata"])
def test_a_body_to_the_end_of_the_connection_is_refused_everywhere_else(
    server: Server, path: str
) -> None:
    for method, version, fields, _ in CLIENTS.values():
        with RawHttp1(server) as connection:
            connection.send(_head(method, version, path, *fields))
            connection.send("GET /api/streams HTTP/1.1\r\nHost: localhost\r\n\r\n")
            reply = connection.reply()
            assert reply.status in (404, 405), (method, path, reply.status)
            assert reply.headers["connection"] == "close"
            connection.assert_closed()


def test_source_is_one_of_the_methods_of_a_stream(server: Server, name: str) -> None:
    answer = server.request("PATCH", f"/{name}/live")
    assert answer.status == 405 and "SOURCE" in answer.headers["allow"]
    with Http2Connection(server) as connection:
        assert connection.request("SOURCE", f"/{name}/live", body=record().data).status == 204
    server.request("DELETE", f"/{name}/live")


def test_only_the_owner_is_told_to_go_on(start_server: Start, name: str) -> None:
    server = start_server(publish="account")
    key = sign_up(server, name).make_key()
    for method, version, fields, awaited in CLIENTS.values():
        for credentials in ((), (_basic("wrong"),), (_basic("weir_" + "k" * 43),)):
            with RawHttp1(server) as connection:
                connection.send(_head(method, version, f"/{name}/live", *credentials, *fields))
                refusal = connection.reply()
                assert (refusal.status, refusal.headers["connection"]) == (401, "close")
                connection.assert_closed()
        with RawHttp1(server) as connection:
            connection.send(_head(method, version, f"/{name}/live", _basic(key), *fields))
            assert connection.any_status() == awaited
            connection.send(record().data)
            server.wait_for_stream(name)
        server.wait_for_state(name, "paused")
        server.request("DELETE", f"/{name}/live", headers={"authorization": f"Bearer {key}"})


@pytest.fixture
def shout(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    def start(server: Server, mount: str, password: str = "any") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                sys.executable, libshout.__file__, str(server.port), mount, password,
                str(server.certificate.certificate), str(record().path),
            ],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return start


def test_libshout_finds_tls_by_itself_and_publishes(
    start_server: Start, shout: Callable[..., subprocess.Popen[str]], name: str, watch: Watch
) -> None:
    server = start_server(publish="account")
    key = sign_up(server, name).make_key()
    with shout(server, f"/{name}/live", key) as client:
        server.wait_for_stream(name)
        watch(server, name, "?start=-60").wait_for_bytes()
        _, errors = client.communicate()
    assert (client.returncode, errors) == (0, "")
    server.wait_for_state(name, "paused")


def test_libshout_with_a_wrong_key_is_told_that_it_may_not(
    start_server: Start, shout: Callable[..., subprocess.Popen[str]], name: str
) -> None:
    server = start_server(publish="account")
    sign_up(server, name).make_key()
    with shout(server, f"/{name}/live", "weir_" + "k" * 43) as client:
        _, errors = client.communicate()
    assert (client.returncode, errors.strip()) == (1, "open: Login failed")
    assert server.state(name) is None


#: Addresses as people paste them; NAME stands for the name.
PASTED = [
    "//NAME/live", "/NAME//live", "/NAME/live/", "/NAME/live//", "/NAME/%6Cive", "/NAME/live%20",
    "/NAME/live%0D%0A", "/%74NAME/live",
]


@pytest.mark.parametrize("address", PASTED)
def test_a_pasted_address_is_understood(server: Server, name: str, address: str) -> None:
    whole = name if "%74" not in address else f"t{name}"
    path = address.replace("NAME", name)
    with RawHttp1(server) as connection:
        connection.request("PUT", path, f"Content-Length: {len(record().data)}")
        assert connection.send(record().data).reply().status == 204
        server.wait_for_stream(whole)
        connection.request("HEAD", path)
        assert connection.reply(to_head=True).status == 200
        connection.request("GET", path + "?start=-5", "Sec-Fetch-Dest: document")
        moved = connection.reply()
        assert (moved.status, moved.headers["location"]) == (308, f"/{whole}/live?start=-5")
        assert moved.headers["cache-control"] == "no-store"
        connection.request("DELETE", path)
        assert connection.reply().status == 204


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/live", "/\\evil.example//live", "//evil.example/%2e%2e/live/",
        "/https:%2F%2Fevil.example//live", "//evil.example//", "/%2F%2Fevil.example/live/",
    ],
)
def test_no_pasted_address_leads_elsewhere(server: Server, address: str) -> None:
    with RawHttp1(server) as connection:
        connection.request("GET", address, "Sec-Fetch-Dest: document")
        reply = connection.reply()
    assert reply.status == 404 and "location" not in reply.headers


@pytest.mark.parametrize("mark", ["/", "%20", "%0A", "%2F"])
def test_a_pasted_key_is_understood(start_server: Start, name: str, mark: str) -> None:
    server = start_server(publish="account")
    key = sign_up(server, name).make_key()
    answer = server.request("POST", f"/{name}/live?key={key}{mark}", body=record().data)
    assert answer.status == 204


def test_the_log_says_what_was_wrong_with_an_address(start_server: Start) -> None:
    server = start_server()
    assert server.request("PUT", "/live/alice?key=secret", body=b"x").status == 404
    wait_until(
        lambda: [
            record for record in server.log_records()
            if record.get("metadata", {}).get("path") == "/live/alice"
            and record["metadata"]["reason"] == "not-found"
        ], "the address in the log")
    assert "secret" not in server.log()


def test_a_publisher_beside_a_source_client_is_refused_as_ever(
    server: Server, held_back: str
) -> None:
    """The name of somebody who is on air is not to be had by asking for it in another way."""
    with RawHttp1(server) as connection:
        connection.send(_head("SOURCE", "1.0", f"/{held_back}/live", _TYPE))
        assert connection.any_status() == 200
        connection.send(record().data)
        connection.assert_closed()
    server.wait_for_state(held_back, "live")
