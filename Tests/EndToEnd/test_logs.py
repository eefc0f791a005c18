"""What the log says of requests, and above all what it never says."""

from __future__ import annotations

import json
import socket
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any

import pytest

from weir import operators
from weir.accounts import (
    COOKIE, PASSWORD, log_in, post_form, post_json, sign_up, try_to_log_in, when_not_too_busy,
)
from weir.admin import ask
from weir.http1 import RawHttp1
from weir.ports import free_port
from weir.recordings import record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

#: Secrets that nobody has, in all places where clients put theirs. No other word holds this one.
_CANARY = "kanarienvogel"
_KEY = "weir_" + (_CANARY * 4)[:43]
_PROXY = "127.0.0.9"


@dataclass(frozen=True)
class Told:
    """A server that says all it has to say, the port on which it redirects, and one for proxies."""

    server: Server
    redirect_port: int
    proxied_port: int


@pytest.fixture(scope="module")
def told(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Told]:
    redirect, proxied = free_port(), free_port()
    with lasting_server(
        "told", "--access-log", "on", "--log-level", "trace",
        "--http-redirect", f"127.0.0.1:{redirect}", "--listen", f"127.0.0.1:{proxied}",
        "--proxy-protocol", f"127.0.0.1:{proxied}", "--trusted-proxy", _PROXY,
        publish="account",
    ) as server:
        yield Told(server, redirect, proxied)


def _accesses(server: Server) -> list[dict[str, Any]]:
    return [record for record in server.log_records() if record.get("event") == "request-ended"]


def _access(server: Server, name: str) -> dict[str, Any]:
    """The line about the request of that name."""
    def found() -> dict[str, Any] | None:
        lines = [each for each in _accesses(server) if each["metadata"]["request"] == name]
        return lines[0] if lines else None
    return wait_until(found, f"a line about {name}")


def test_a_line_says_what_was_asked_and_how_it_ended(told: Told, name: str) -> None:
    server = told.server
    anna = sign_up(server, name)
    answer = anna.get("/api/me?x=1")
    line = _access(server, answer.headers["x-request-id"])
    duration = line["metadata"].pop("durationMs")
    assert duration.isdigit()
    assert line["message"] == "GET /api/me" and line["level"] == "info"
    assert line["metadata"] == {
        "status": "200", "bytes": str(len(answer.body)), "client": "127.0.0.1",
        "protocol": "HTTP/2", "request": answer.headers["x-request-id"], "user": name,
    }
    with RawHttp1(server) as connection:
        reply = connection.request("HEAD", "/", version="1.1").reply(to_head=True)
        line = _access(server, reply.headers["x-request-id"])
        assert line["message"] == "HEAD /" and line["metadata"]["bytes"] == "0"
        assert line["metadata"]["protocol"] == "HTTP/1.1" and "user" not in line["metadata"]
    key = anna.make_key()
    answer = when_not_too_busy(lambda: server.request(
        "POST", f"/{name}/live", body=record().data, headers={"authorization": f"Bearer {key}"}))
    assert answer.status == 204
    assert _access(server, answer.headers["x-request-id"])["metadata"]["user"] == name


def test_a_refusal_its_line_and_the_access_have_one_name(told: Told, name: str) -> None:
    server = told.server
    answer = server.request("POST", f"/{name}/live", body=record().data)
    assert answer.problem == "not-authorised"
    request = answer.headers["x-request-id"]
    assert answer.json()["requestId"] == request
    _access(server, request)
    lines = [
        record for record in server.log_records()
        if record["metadata"].get("request") == request]
    assert [line["event"] for line in lines if line["event"] != "request-ended"] == ["broadcast-refused"]


#: What broadcasts, people and operators cause, and a member that each line has beside its request.
_LINES = {
    "stream-started": "tracks", "broadcast-refused": "reason", "media-broken": "losses",
    "sign-in-refused": "client", "operator-acts": "stream",
}


def test_lines_about_requests_name_them(start_server: Callable[..., Server], name: str) -> None:
    """Each name is that of an access, which says who has asked for what."""
    server = start_server("--access-log", "on", publish="account")
    anna = sign_up(server, name)
    key = {"authorization": f"Bearer {anna.make_key()}"}
    data = bytearray(record(seconds=4).data)
    server.request("PUT", f"/{name}/live", body=b"?")
    when_not_too_busy(lambda: try_to_log_in(server, name, "wrong"))
    # Nothing that a cluster may hold.
    data[len(data) // 2:len(data) // 2 + 4_000] = bytes(4_000)
    when_not_too_busy(lambda: server.request("POST", f"/{name}/live", body=bytes(data), headers=key))
    assert ask(server, f"/kick/{name}", "POST").status == 200

    def found() -> dict[str, dict[str, str]]:
        return {each["event"]: each["metadata"] for each in server.log_records()
                if each.get("event") in _LINES}
    wait_until(lambda: found().keys() == _LINES.keys(), f"lines of {sorted(_LINES)}")
    for event, member in _LINES.items():
        line = found()[event]
        assert line[member]
        _access(server, line["request"])


def test_no_secret_is_logged(told: Told, name: str) -> None:
    server = told.server
    problems: list[str] = []
    anna = sign_up(server, name, PASSWORD)
    key, before = anna.make_key(), len(_accesses(server))
    data = record().data
    basic = b64encode(f"source:{_KEY}".encode()).decode()
    real_basic = b64encode(f"source:{key}".encode()).decode()

    def post(path: str, **fields: str) -> None:
        headers = {field.replace("_", "-"): value for field, value in fields.items()}
        answer = server.request("POST", path, body=data, headers=headers)
        if answer.headers.get("content-type") == "application/problem+json":
            problems.append(answer.body.decode())

    # Publishing, with a key that is somebody's, or nobody's, wherever a key can be put.
    for secret, encoded in ((key, real_basic), (_KEY, basic)):
        post(f"/{name}/live", authorization=f"Bearer {secret}")
        post(f"/{name}/live", authorization=f"Basic {encoded}")
        post(f"/{name}/live?key={secret}")
        post(f"/somebody/live?key={secret}")
        post(f"/{name}/live/{secret}")
        post(f"/{secret}/live")
        post(f"/{name}/live%3Fkey={secret}")
        post(f"/api/streams/{secret}?key={secret}", cookie=f"{COOKIE}={secret}")
        server.request("DELETE", f"/{name}/live?key={secret}", headers={"referer": f"https://x/{secret}"})
    # Signing up and in.
    post_json(server, "/signup", {"username": "x", "password": _CANARY})
    try_to_log_in(server, name, _CANARY + _CANARY)
    post_form(server, "/login", {"username": name, "password": _CANARY, "next": f"/?token={_CANARY}"})
    post_json(server, "/login", {"username": _CANARY + "!", "password": _CANARY})
    server.request(
        "POST", "/login", body=f'{{"password": "{_CANARY}"'.encode(),
        headers={"content-type": "application/json"})
    anna.json("/api/me/password", {"currentPassword": _CANARY, "newPassword": _CANARY})
    anna.json("/api/me", {"password": _CANARY}, method="DELETE")
    other = log_in(server, name)
    # Cookies, queries and fields that nobody asked for.
    secret_fields = {
        "cookie": f"{COOKIE}={(_CANARY * 4)[:43]}; x={_CANARY}", "x-api-key": _CANARY,
        "proxy-authorization": f"Basic {basic}", "x-request-id": f"{_CANARY}",
    }
    for path in ("/", "/api/me", f"/{name}/live", "/nothing", "/login", "/account"):
        server.get(f"{path}?password={_CANARY}&session={_CANARY}", headers=secret_fields)
    # Bytes that are hardly HTTP, and the other listeners.
    for text in (
        f"GET /{_CANARY} HTTP/9.9\r\n\r\n", f"GET / HTTP/1.1\r\nHost: x\r\n{_CANARY}\r\n\r\n",
        f"POST /{name}/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_KEY}\r\n"
        f"Transfer-Encoding: chunked\r\n\r\n{_CANARY}\r\n",
    ):
        with RawHttp1(server) as connection:
            connection.send(text).rest()
    # Proxies say things beside an address: a host, a name of the connection, what they like.
    for header in (_proxied(_CANARY.encode()), f"PROXY TCP4 {_CANARY} 127.0.0.1 1 2\r\n".encode()):
        with socket.create_connection(
            ("127.0.0.1", told.proxied_port), PATIENCE_S, source_address=(_PROXY, 0)
        ) as connection:
            connection.sendall(header + f"GET /{_CANARY} HTTP/1.1\r\n\r\n".encode())
            with suppress(OSError):
                while connection.recv(4096):
                    pass
    # Operators, on both of their ways.
    for line in (
        f'{{"command": "kick", "name": "{_KEY}"}}\n', f'{{"command": "{_CANARY}"}}\n', f"{_CANARY}\n",
        f"GET /status?key={_KEY} HTTP/1.1\r\nHost: x\r\nCookie: {_CANARY}\r\nConnection: close\r\n\r\n",
    ):
        with operators.connect(server) as connection, suppress(OSError):
            connection.sendall(line.encode())
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass
    operators.command(server, "kick", _KEY)
    for method, path in [("GET", f"/?key={_KEY}"), ("POST", f"/kick/{_KEY}"), ("GET", f"/status?key={_KEY}")]:
        problems.append(ask(server, path, method).body)
    for port in (told.redirect_port, server.admin_port):
        with RawHttp1(server, port=port, secure=False) as connection:
            connection.request("GET", f"/readyz?key={_KEY}", f"Cookie: {COOKIE}={_CANARY}").reply()

    # Each worker writes its own lines, so that of the last request of all need not be the last one.
    wait_until(lambda: "GET /readyz" in [each["message"] for each in _accesses(server)[before:]],
               "a line about the last request")
    wait_until(lambda: len(_accesses(server)) >= before + 34, "a line about each request")
    log = server.log()
    secrets = {
        "canary": _CANARY, "encoded canary": basic, "key": key, "encoded key": real_basic,
        "password": PASSWORD, "session": anna.token, "other session": other.token,
    }
    assert {what for what, secret in secrets.items() if secret in log} == set()
    assert len(problems) > 10
    assert {what for what, secret in secrets.items() if secret in "".join(problems)} == set()


def _proxied(text: bytes) -> bytes:
    """A header of version 2 with all elements that are text: a protocol, a host, a name, what one likes."""
    more = b"".join(
        bytes([kind]) + struct.pack("!H", len(text)) + text for kind in (1, 2, 4, 5, 0x30, 0xE0))
    rest = socket.inet_aton("203.0.113.9") * 2 + struct.pack("!HH", 4711, 443) + more
    return b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack("!H", len(rest)) + rest


def test_the_password_of_a_database_is_not_logged(start_server: Callable[..., Server]) -> None:
    """Nobody listens there, and the log says so, but not with which password it was tried."""
    server = start_server(
        "--log-level", "trace", publish="account",
        accounts=f"mongodb://somebody:{_CANARY}@127.0.0.1:{free_port()}/weir")
    wait_until(
        lambda: any(line.get("event") == "store-silent" for line in server.log_records()),
        "the log to say that the store does not answer")
    assert _CANARY not in server.log()


def test_lines_in_the_journal_begin_with_their_priority(start_server: Callable[..., Server]) -> None:
    # The journal would be a socket; here it is the file that the log is written to.
    journal = 'JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) exec "$@"'
    server = start_server(launcher=["sh", "-c", journal, "sh"])
    wait_until(lambda: "server-ready" in server.log(), "the server to say that it is ready")
    numbers = {"warning": "<4>", "notice": "<5>", "info": "<6>"}
    lines = server.log().splitlines()
    for line in lines:
        assert line[:3] == numbers[json.loads(line[3:])["level"]], line
    assert {line[:3] for line in lines} == set(numbers.values())
    other = start_server(launcher=["env", "JOURNAL_STREAM=1:1"])
    assert other.log().startswith("{"), "what it writes to is not the journal"
