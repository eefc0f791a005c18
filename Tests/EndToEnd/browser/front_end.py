"""The first front end's origin: a small static HTTPS server on another port than Weir's.

What matters about it is that it is another origin, so that everything its pages ask of Weir is a
cross-origin request and the browser's own rules decide what they may do.
"""

from __future__ import annotations

import html
import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, quote, urlsplit

from weir.certificate import Certificate

PAGES = Path(__file__).resolve().parent / "pages"


class FrontEnd:
    """Where the pages are."""

    def __init__(self, port: int) -> None:
        self.origin = f"https://localhost:{port}"
        # The same pages of what a browser takes for another site than Weir's.
        self.other_site = f"https://127.0.0.1:{port}"
        self.broadcast_page = f"{self.origin}/broadcast.html"

    def watch_page(self, media_url: str, *, readable: bool = False) -> str:
        """The page with a video of `media_url`.

        `readable` asks for the media with CORS, so that scripts may look at the pixels; without it
        the element is as bare as the first front end's.
        """
        suffix = "&readable=1" if readable else ""
        return f"{self.origin}/watch.html?source={quote(media_url, safe='')}{suffix}"

    def frame_page(self, frame: str, *, origin: str | None = None) -> str:
        """The page with `frame`, an element, in it."""
        return f"{origin or self.origin}/frame.html?frame={quote(frame, safe='')}"


class _Pages(http.server.BaseHTTPRequestHandler):
    """Serves the files of `pages`; the watch page gets its source from the query."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        file = PAGES / Path(address.path).name
        if not file.is_file():
            self.send_error(404)
            return
        query = parse_qs(address.query)
        text = file.read_text()
        if "source" in query:
            text = Template(text).safe_substitute(
                SOURCE=html.escape(query["source"][0]),
                ATTRIBUTES="crossorigin=anonymous" if "readable" in query else "")
        if "frame" in query:
            text = Template(text).safe_substitute(FRAME=query["frame"][0])
        body = text.encode()
        self.send_response(200)
        content_type = "text/html" if file.suffix == ".html" else "text/javascript"
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: the server under test is the one whose log matters."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Pages)
        # The handshake is left to the connection's own thread: done in accept, one browser that
        # opens a spare connection and says nothing would keep all others waiting.
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no news."""


@contextmanager
def front_end(certificate: Certificate) -> Iterator[FrontEnd]:
    """Serves the pages on a free port of loopback for as long as the block lasts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    server = _Server(context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield FrontEnd(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
