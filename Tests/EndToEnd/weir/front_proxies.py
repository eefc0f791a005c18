"""Proxies in front of the server through which people publish and watch, with the files of deploy/proxies.

As with caches (see edges), the files are used as they stand, but for words that name a machine.
`nginx-default` is what one writes first, and has no file: it changes the host of requests, and refuses
bodies above a mebibyte.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .edges import Edge, replaced
from .places import REPOSITORY
from .ports import free_port
from .server import Server
from .waiting import wait_until

_FILES = REPOSITORY / "deploy" / "proxies"
_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_PATH = os.environ["PATH"] + ":/usr/sbin"
_STREAM_MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


class FrontProxy(Edge):
    """`proxied_port` is where the server expects a header of the PROXY protocol."""

    def __init__(
        self, kind: str, server: Server, proxied_port: int, folder: Path, tls_port: int | None,
        rewrites_host: bool,
    ) -> None:
        super().__init__(server, folder)
        self.rewrites_host = rewrites_host
        self.tls_port = tls_port or self.tls_port
        self.kind = kind
        self.proxied_port = proxied_port
        self.certificate = server.certificate.certificate
        self.key = server.certificate.key
        both = folder / "both.pem"
        both.write_bytes(self.certificate.read_bytes() + self.key.read_bytes())
        _STARTS[kind](self, folder)

    @property
    def reads_requests(self) -> bool:
        """It does not only pass connections on."""
        return self.kind in _HOST_REWRITTEN

    def file(self, name: str, words: list[tuple[str, str, int]]) -> Path:
        """One of deploy/proxies, with its words for this machine."""
        made = self.folder / Path(name).name
        if self.rewrites_host:
            words = [*words, _HOST_REWRITTEN[self.kind]]
        made.write_text(replaced((_FILES / name).read_text(), words))
        return made

    def nginx(self, inside: str) -> None:
        user = "user root;" if os.geteuid() == 0 else ""
        main = self.folder / "nginx.conf"
        main.write_text(f"""
            {user} daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/errors;
            worker_processes 1; worker_rlimit_nofile 4000;
            {inside}""")
        command = [
            "nginx", "-p", str(self.folder), "-e", str(self.folder / "errors"), "-c", str(main)]
        self.check(*command, "-t")
        self.run(*command)

    def nginx_http(self, inside: str) -> None:
        temporary = " ".join(
            f"{kind}_temp_path {self.folder}/temporary-{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.nginx(f"""
            events {{ worker_connections 1024; }}
            http {{ {temporary} access_log off; {inside} }}""")


def _start_nginx(proxy: FrontProxy, folder: Path) -> None:
    file = proxy.file("nginx/weir.conf", [
        ("    server 127.0.0.1:8443 ", f"    server 127.0.0.1:{proxy.server.port} ", 1),
        ("    listen 443 ", f"    listen 127.0.0.1:{proxy.tls_port} ", 1),
        ("server_name live.example;", "server_name localhost;", 1),
        ("proxy_ssl_name live.example;", "proxy_ssl_name localhost;", 1),
        ("/etc/ssl/live.pem", str(proxy.certificate), 1),
        ("/etc/ssl/live.key", str(proxy.key), 1),
        (_BUNDLE, str(proxy.certificate), 1),
    ])
    proxy.nginx_http(f"include {file};")


def _start_nginx_default(proxy: FrontProxy, folder: Path) -> None:
    proxy.nginx_http(f"""
        ssl_certificate {proxy.certificate}; ssl_certificate_key {proxy.key};
        server {{
          listen 127.0.0.1:{proxy.tls_port} ssl http2;
          location / {{ proxy_pass https://127.0.0.1:{proxy.server.port}; }}
        }}""")


def _start_nginx_stream(proxy: FrontProxy, folder: Path) -> None:
    file = proxy.file("nginx/weir-stream.conf", [
        ("        listen 443;", f"        listen 127.0.0.1:{proxy.tls_port};", 1),
        ("proxy_pass 127.0.0.1:8444;", f"proxy_pass 127.0.0.1:{proxy.proxied_port};", 1),
    ])
    if not _STREAM_MODULE.exists():
        pytest.skip("nginx has no stream module here (scripts/install-packages test)")
    proxy.nginx(f"""
        load_module {_STREAM_MODULE};
        events {{ worker_connections 1024; }}
        include {file};""")


def _start_haproxy_http(proxy: FrontProxy, folder: Path) -> None:
    _start_haproxy(proxy, proxy.file("haproxy/weir-http.cfg", [
        ("    bind :443 ", f"    bind 127.0.0.1:{proxy.tls_port} ", 1),
        ("/etc/haproxy/live.pem", str(folder / "both.pem"), 1),
        ("server weir 127.0.0.1:8443 ", f"server weir 127.0.0.1:{proxy.server.port} ", 1),
        ("str(live.example) verifyhost live.example", "str(localhost) verifyhost localhost", 1),
        (_BUNDLE, str(proxy.certificate), 1),
    ]))


def _start_haproxy_tcp(proxy: FrontProxy, folder: Path) -> None:
    _start_haproxy(proxy, proxy.file("haproxy/weir-tcp.cfg", [
        ("    bind :443\n", f"    bind 127.0.0.1:{proxy.tls_port}\n", 1),
        ("server weir 127.0.0.1:8444 ", f"server weir 127.0.0.1:{proxy.proxied_port} ", 1),
        ("check port 9443 ", f"check port {proxy.server.admin_port} ", 1),
    ]))


def _start_haproxy(proxy: FrontProxy, file: Path) -> None:
    proxy.check("haproxy", "-c", "-f", str(file))
    proxy.run("haproxy", "-f", str(file), "-db")


def _start_caddy(proxy: FrontProxy, folder: Path) -> None:
    file = proxy.file("caddy/weir.caddy", [
        ("\nlive.example {\n", f"\nhttps://localhost:{proxy.tls_port} {{\n"
         f"\ttls {proxy.certificate} {proxy.key}\n\tbind 127.0.0.1\n", 1),
        ("reverse_proxy https://127.0.0.1:8443 ",
         f"reverse_proxy https://127.0.0.1:{proxy.server.port} ", 1),
        ("tls_server_name live.example", "tls_server_name localhost", 1),
        (_BUNDLE, str(proxy.certificate), 1),
    ])
    main = folder / "Caddyfile"
    main.write_text(f"""
        {{
            admin off
            auto_https disable_redirects
            http_port {free_port()}
            storage file_system {folder}/storage
        }}
        import {file}
        """)
    options = ["--adapter", "caddyfile", "--config", str(main)]
    # It would leave its configuration in somebody's home.
    caddy = ["env", f"XDG_CONFIG_HOME={folder}", f"XDG_DATA_HOME={folder}", "caddy"]
    proxy.check(*caddy, "validate", *options)
    proxy.run(*caddy, "run", *options)


#: What makes each of them ask the server for another host than the browser asked for.
_HOST_REWRITTEN = {
    "nginx": ("proxy_set_header Host $http_host;", "proxy_set_header Host weir.internal;", 1),
    "haproxy-http": ("    default_backend weir\n",
                     "    http-request set-header Host weir.internal\n    default_backend weir\n", 1),
    "caddy": ("header_up Host {hostport}", "header_up Host weir.internal", 1),
}
_STARTS: dict[str, Callable[[FrontProxy, Path], None]] = {
    "nginx": _start_nginx, "nginx-stream": _start_nginx_stream,
    "haproxy-http": _start_haproxy_http, "haproxy-tcp": _start_haproxy_tcp,
    "caddy": _start_caddy, "nginx-default": _start_nginx_default,
}
FRONT_PROXIES = [kind for kind in _STARTS if kind != "nginx-default"]


READING_PROXIES = [kind for kind in FRONT_PROXIES if kind in _HOST_REWRITTEN]


def start(
    kind: str, server: Server, proxied_port: int, folder: Path, *, tls_port: int | None = None,
    rewrites_host: bool = False,
) -> FrontProxy:
    """A proxy that passes requests on."""
    program = kind.split("-")[0]
    if shutil.which(program, path=_PATH) is None:
        pytest.skip(f"{program} is not installed (scripts/install-packages test)")
    proxy = FrontProxy(kind, server, proxied_port, folder, tls_port, rewrites_host)
    try:
        wait_until(lambda: _answers(proxy), f"{kind} to pass requests on")
    except AssertionError as error:
        proxy.stop()
        raise AssertionError(f"{error}\n{proxy.log()}") from None
    return proxy


def _answers(proxy: FrontProxy) -> bool:
    for process in proxy.processes:
        assert process.poll() is None, f"{process.args} ended: {proxy.log()}"
    done = subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "--cacert", str(proxy.certificate),
         proxy.url("/api/time"), "-w", "%{http_code}"], capture_output=True, text=True)
    return done.stdout == "200"
