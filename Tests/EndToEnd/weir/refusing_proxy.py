"""An nginx that passes pages on, but not what is posted: each way to fail has a port of its own."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from .edges import Edge
from .ports import free_port
from .server import Server
from .waiting import wait_until

#: What nginx does with a POST, by a name for it. `HOLE` is a port where nobody answers, `CLOSED` one where
#: nobody listens.
WAYS = {
    "too large": "",
    "unreachable": "proxy_pass http://127.0.0.1:CLOSED;",
    "late": "proxy_read_timeout 1s; proxy_pass http://127.0.0.1:HOLE;",
    "overloaded": "return 503;",
    "empty": 'return 502 "";',
    "network": "default_type text/html; return 200 '<title>Free WLAN</title><h1>Accept our terms</h1>';",
    "cut": "return 444;",
}


class RefusingProxy(Edge):
    """`port_of` has a port for each of WAYS."""

    def __init__(self, server: Server, folder: Path) -> None:
        super().__init__(server, folder)
        self.port_of = {way: free_port() for way in WAYS}
        self._hole = socket.create_server(("127.0.0.1", 0), backlog=64)
        closed = free_port()
        servers = "".join(
            self._server(way, text.replace("CLOSED", str(closed)).replace(
                "HOLE", str(self._hole.getsockname()[1])))
            for way, text in WAYS.items())
        temporary = " ".join(
            f"{kind}_temp_path {folder}/temporary-{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        main = folder / "nginx.conf"
        main.write_text(f"""
            {user} daemon off; pid {folder}/nginx.pid; worker_processes 1;
            events {{ worker_connections 512; }}
            http {{
              {temporary} access_log off;
              ssl_certificate {server.certificate.certificate}; ssl_certificate_key {server.certificate.key};
              {servers}
            }}""")
        command = ["nginx", "-p", str(folder), "-e", str(folder / "nginx-errors"), "-c", str(main)]
        self.check(*command, "-t")
        self.run(*command)
        wait_until(lambda: all(map(_listens, self.port_of.values())), "nginx to listen")

    def _server(self, way: str, text: str) -> str:
        """418 is a status that nobody else uses: it leads to what a POST gets."""
        limit = "client_max_body_size 1;" if way == "too large" else ""
        return f"""
            server {{
              listen 127.0.0.1:{self.port_of[way]} ssl http2; {limit}
              location / {{
                error_page 418 = @posted;
                if ($request_method = POST) {{ return 418; }}
                proxy_set_header Host $http_host;
                proxy_pass https://127.0.0.1:{self.server.port};
              }}
              location @posted {{ {text} }}
            }}"""

    def origin(self, way: str) -> str:
        return f"https://localhost:{self.port_of[way]}"

    def stop(self) -> None:
        super().stop()
        self._hole.close()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
