"""What the log says of requests, and above all what it never says."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from weir.accounts import COOKIE, PASSWORD, log_in, post_form, post_json, sign_up, try_to_log_in
from weir.http1 import RawHttp1
from weir.ports import free_port
from weir.recordings import record
from weir.server import Server
from weir.waiting import wait_until

#: Secrets that nobody has, in all places where clients put theirs. No other word holds this one.
_CANARY = "kanarienvogel"
_KEY = "weir_" + (_CANARY * 4)[:43]


@pytest.fixture(scope="module")
def told(
    lasting_server: Callable[..., AbstractContextManager[Server]],
) -> Iterator[tuple[Server, int]]:
    """A server that says all it has to say, and the port on which it redirects."""
    port = free_port()
    with lasting_server(
        "told", "--access-log", "on", "--log-level", "trace", "--http-redirect", f"127.0.0.1:{port}",
        publish="account",
    ) as server:
        yield server, port


def _accesses(server: Server) -> list[dict[str, Any]]:
    return [record for record in server.log_records() if record.get("event") == "request-ended"]


def _access(server: Server, name: str) -> dict[str, Any]:
    """The line about the request of that name."""
    def found() -> dict[str, Any] | None:
        lines = [each for each in _accesses(server) if each["metadata"]["request"] == name]
        return lines[0] if lines else None
    return wait_until(found, f"a line about {name}")


def test_a_line_says_what_was_asked_and_how_it_ended(told: tuple[Server, int], name: str) -> None:
    server, _ = told
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
    answer = server.request(
        "POST", f"/{name}/live", body=record().data, headers={"authorization": f"Bearer {key}"})
    assert answer.status == 204
    assert _access(server, answer.headers["x-request-id"])["metadata"]["user"] == name


def test_a_refusal_its_line_and_the_access_have_one_name(told: tuple[Server, int], name: str) -> None:
    server, _ = told
    answer = server.request("POST", f"/{name}/live", body=record().data)
    assert answer.problem == "not-authorised"
    request = answer.headers["x-request-id"]
    assert answer.json()["requestId"] == request
    lines = [
        record for record in server.log_records()
        if record["metadata"].get("request") == request]
    wait_until(lambda: _access(server, request), "the access")
    assert [line["event"] for line in lines if line["event"] != "request-ended"] == ["broadcast-refused"]


def test_no_secret_is_logged(told: tuple[Server, int], name: str) -> None:
    server, redirect_port = told
    anna = sign_up(server, name, PASSWORD)
    key, before = anna.make_key(), len(_accesses(server))
    data = record().data
    basic = b64encode(f"source:{_KEY}".encode()).decode()
    real_basic = b64encode(f"source:{key}".encode()).decode()

    def post(path: str, **fields: str) -> None:
        headers = {field.replace("_", "-"): value for field, value in fields.items()}
        server.request("POST", path, body=data, headers=headers)

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
    for port in (redirect_port, server.admin_port):
        with RawHttp1(server, port=port, secure=False) as connection:
            connection.request("GET", f"/readyz?key={_KEY}", f"Cookie: {COOKIE}={_CANARY}").reply()

    # The last request of all.
    wait_until(lambda: _accesses(server)[-1]["message"] == "GET /readyz", "the last line")
    assert len(_accesses(server)) >= before + 34, "each request has a line"
    log = server.log()
    secrets = {
        "canary": _CANARY, "encoded canary": basic, "key": key, "encoded key": real_basic,
        "password": PASSWORD, "session": anna.token, "other session": other.token,
    }
    assert {what for what, secret in secrets.items() if secret in log} == set()


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
