"""--http-redirect: plain HTTP is answered with the way to https, and with nothing else."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from weir import systemd
from weir.http1 import RawHttp1, Reply
from weir.ports import free_port
from weir.recordings import record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until


@pytest.fixture(scope="module")
def redirect(
    lasting_server: Callable[..., AbstractContextManager[Server]],
) -> Iterator[tuple[Server, int]]:
    """A server and the port on which it redirects."""
    port = free_port()
    with lasting_server("redirect", "--http-redirect", f"127.0.0.1:{port}") as server:
        yield server, port


Redirect = tuple[Server, int]


def ask(redirect: Redirect, text: str, *, to_head: bool = False) -> Reply:
    server, port = redirect
    with RawHttp1(server, port=port, secure=False) as connection:
        return connection.send(text).reply(to_head=to_head)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("host", ["localhost", "localhost:80", "LOCALHOST"])
def test_everybody_is_sent_to_the_same_place_on_the_tls_port(
    redirect: Redirect, method: str, host: str
) -> None:
    head = method == "HEAD"
    text = f"{method} /alice/live?start=-10&x=%2F HTTP/1.1\r\nHost: {host}\r\n\r\n"
    reply = ask(redirect, text, to_head=head)
    assert reply.status == 308
    name = host.removesuffix(":80")
    wanted = f"https://{name}:{redirect[0].port}/alice/live?start=-10&x=%2F"
    assert reply.headers["location"] == wanted
    assert reply.headers["cache-control"] == "no-store"
    assert reply.body == b""


def test_it_can_be_followed(redirect: Redirect) -> None:
    server, port = redirect
    answer = server.request("GET", "/api/streams", headers={"host": f"localhost:{port}"})
    assert answer.status == 200
    reply = ask(redirect, f"GET /api/streams HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")
    assert reply.headers["location"] == server.url("/api/streams")


def test_a_body_is_not_read_and_nothing_is_published(redirect: Redirect) -> None:
    server, port = redirect
    data = record().data
    with RawHttp1(server, port=port, secure=False) as connection:
        connection.request("PUT", "/redirected/live", f"Content-Length: {len(data)}")
        connection.send(data)
        assert connection.reply().status == 308
        connection.assert_closed()
    assert server.state("redirected") is None


def test_one_connection_may_ask_again(redirect: Redirect) -> None:
    server, port = redirect
    with RawHttp1(server, port=port, secure=False) as connection:
        for path in ("/", "/live", "/healthz", "/metrics"):
            connection.request("GET", path)
            assert connection.reply().status == 308


@pytest.mark.parametrize(
    "text",
    [
        "GET / HTTP/1.0\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n",
    ],
)
def test_who_names_no_place_is_sent_nowhere(redirect: Redirect, text: str) -> None:
    reply = ask(redirect, text)
    assert reply.status == 400
    assert "location" not in reply.headers


def test_a_line_break_does_not_get_into_the_answer(redirect: Redirect) -> None:
    reply = ask(
        redirect, "GET /%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert "set-cookie" not in reply.headers
    assert reply.headers["location"].endswith("/%0d%0aSet-Cookie:%20a=b")


def test_tls_on_it_is_told_apart(redirect: Redirect) -> None:
    with socket.create_connection(("127.0.0.1", redirect[1]), PATIENCE_S) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert b"HTTP/1.1 400" in connection.recv(4096)


def test_it_is_off_unless_asked_for(server: Server) -> None:
    wait_until(server.is_serving, "the server to be ready")
    def ready() -> list[str]:
        return [record["metadata"]["redirect"] for record in server.log_records()
                if record.get("event") == "server-ready"]
    assert wait_until(ready, "the line that says where it listens") == [""]


def test_with_sockets_of_a_service_manager_it_names_their_port(
    start_server: Callable[..., Server],
) -> None:
    """The port in the settings is not the one that is listened on."""
    port, given = free_port(), free_port()
    server = start_server(
        "--http-redirect", f"127.0.0.1:{port}", wait=False, launcher=systemd.launcher(given))
    assert server.port != given
    server.launch()
    server.port = given
    wait_until(lambda: accepts(given) and server.is_serving(), "the server to be ready")
    reply = ask((server, port), "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert reply.headers["location"] == f"https://localhost:{given}/x"


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
