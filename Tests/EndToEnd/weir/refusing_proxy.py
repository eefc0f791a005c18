"""An nginx that passes everything on until it is told to fail what is posted, in one of several ways."""

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
    "large": "client_max_body_size 1; return 200;",
    "unreachable": "proxy_pass http://127.0.0.1:CLOSED;",
    "late": "proxy_read_timeout 1s; proxy_pass http://127.0.0.1:HOLE;",
    "overloaded": "return 503;",
    "empty": 'return 502 "";',
    "network": "default_type text/html; return 200 '<title>Free WLAN</title><h1>Accept our terms</h1>';",
    "cut": "return 444;",
}


class RefusingProxy(Edge):
    """It looks for a file that names the way at each request."""

    def __init__(self, server: Server, folder: Path) -> None:
        super().__init__(server, folder)
        self._hole = socket.create_server(("127.0.0.1", 0), backlog=64)
        ports = {"CLOSED": free_port(), "HOLE": self._hole.getsockname()[1]}
        asks = "".join(f"if (-f {folder}/way-{way}) {{ set $way {way}; }}" for way in WAYS)
        turns = "".join(
            f'if ($posted = "POST {way}") {{ rewrite ^ /-failing-/{way} last; }}' for way in WAYS)
        places = "".join(f"location /-failing-/{way} {{ {text} }}" for way, text in WAYS.items())
        for word, port in ports.items():
            places = places.replace(word, str(port))
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
              server {{
                listen 127.0.0.1:{self.tls_port} ssl http2;
                location / {{
                  set $way none; {asks}
                  set $posted "$request_method $way"; {turns}
                  proxy_set_header Host $http_host;
                  proxy_pass https://127.0.0.1:{server.port};
                }}
                {places}
              }}
            }}""")
        command = ["nginx", "-p", str(folder), "-e", str(folder / "nginx-errors"), "-c", str(main)]
        self.check(*command, "-t")
        self.run(*command)
        wait_until(lambda: _listens(self.tls_port), "nginx to listen")

    def fail(self, way: str | None) -> None:
        """From the next request on."""
        for each in self.folder.glob("way-*"):
            each.unlink()
        if way is not None:
            (self.folder / f"way-{way}").touch()

    def stop(self) -> None:
        super().stop()
        self._hole.close()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
