"""A relay without TLS before a server, for programs that cannot be told whom to trust."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .server import Server

_PASSED_ON = ("content-type", "cache-control", "content-range", "etag", "retry-after")


@contextmanager
def plain_text(server: Server) -> Iterator[str]:
    """The beginning of addresses that give what the server's give."""

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {"range": self.headers["Range"]} if "Range" in self.headers else None
            answer = server.get(self.path, headers=headers)
            self.send_response(answer.status)
            for name in _PASSED_ON:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    relay = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    thread = threading.Thread(target=relay.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{relay.server_port}"
    finally:
        relay.shutdown()
        relay.server_close()
        thread.join()
