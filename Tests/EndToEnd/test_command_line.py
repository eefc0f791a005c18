"""The command line: mistakes get one line that names the cause, and the right exit code."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from weir.certificate import Certificate, make_certificate
from weir.places import binaries
from weir.ports import free_port
from weir.server import Server
from weir.waiting import PATIENCE_S

_OPTIONS = [
    "--listen", "--acme-webroot", "--workers", "--data", "--cert", "--key", "--publish", "--accounts",
    "--signup", "--signup-text", "--site-name", "--site-text", "--site-accent", "--site-logo",
    "--admin-actions", "--control", "--cors-origin", "--embed-origin", "--hsts",
    "--ring-size", "--ring-seconds", "--grace", "--max-lag", "--drain-delay", "--drain-timeout",
    "--stop-timeout", "--log-level", "--log-format", "--access-log", "--config",
]
_NOBODY = 65534
Done = subprocess.CompletedProcess[str]


def weir(
    *arguments: str, environment: dict[str, str] | None = None, user: int | None = None,
    folder: Path | None = None,
) -> Done:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("WEIR_")}
    return subprocess.run(
        [str((folder or binaries()) / "weir"), *arguments], capture_output=True, text=True,
        timeout=PATIENCE_S,
        env=clean | (environment or {}), user=user,
    )


@pytest.fixture
def serve(certificate: Certificate, tmp_path: Path, weir_binaries: Path) -> Callable[..., Done]:
    """Run `weir serve` with good options, overridden or followed by those of the test."""
    def run(
        *more: str, environment: dict[str, str] | None = None, user: int | None = None,
        folder: Path | None = None, **changed: str | None,
    ) -> Done:
        options: dict[str, str | None] = {
            "listen": f"127.0.0.1:{free_port()}", "workers": "1", "data": str(tmp_path / "data"),
            "cert": str(certificate.certificate), "key": str(certificate.key), "publish": "open",
        }
        options |= {key.replace("_", "-"): value for key, value in changed.items()}
        flags = [part for k, v in options.items() if v is not None for part in (f"--{k}", v)]
        return weir("serve", *flags, *more, environment=environment, user=user, folder=folder)
    return run


def assert_one_line(done: Done, code: int, *mentions: str) -> None:
    """Exit code, and exactly one line on stderr that mentions these."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode == code, done.stderr
    assert len(lines) == 1, done.stderr
    for mention in mentions:
        assert mention in lines[0], lines[0]


BAD_VALUES = {
    "listen": [
        "nonsense", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:-1", "[::1:8443", ":", "1.2.3.4.5:1",
    ],
    "workers": ["0", "-1", "many", "100000", "1.5"],
    "publish": ["everybody", ""],
    "accounts": ["", "users.db", "sqlite:", "mongodb:/host", "mongodb://"],
    "signup": ["everybody", ""],
    "cors-origin": ["*", "localhost:8080", "https://localhost:8080/path", "javascript:alert(1)"],
    "embed-origin": ["", "localhost:8080", "https://[::1]:8080", "https://a.example/path"],
    "hsts": ["yes", ""],
    "ring-size": ["0", "-5", "12 elephants", "1", "999999999999999999999"],
    "ring-seconds": ["-1", "soon"],
    "grace": ["-1", "soon", "1e400"],
    "max-lag": ["-1", "soon"],
    "drain-timeout": ["-1", "soon"],
    "log-level": ["loud"],
    "log-format": ["xml"],
}


@pytest.mark.parametrize(("option", "value"), [(o, v) for o, vs in BAD_VALUES.items() for v in vs])
def test_a_wrong_value_is_one_line_and_exit_code_2(
    serve: Callable[..., Done], option: str, value: str
) -> None:
    assert_one_line(serve(**{option: value}), 2, option)


def test_a_wrong_value_in_the_environment_names_the_variable(serve: Callable[..., Done]) -> None:
    done = serve(environment={"WEIR_GRACE": "soon"})
    assert_one_line(done, 2, "WEIR_GRACE")


def test_a_wrong_value_in_the_file_names_file_and_line(
    serve: Callable[..., Done], tmp_path: Path
) -> None:
    file = tmp_path / "weir.toml"
    file.write_text('workers = 1\ngrace = "soon"\n')
    assert_one_line(serve("--config", str(file)), 2, "weir.toml:2", "grace")


@pytest.mark.parametrize(
    ("uri", "mention"),
    [
        ("mongodb://db.example.org/weir?tls=maybe", "maybe"),
        ("mongodb://db.example.org/weir?w=0", "w=0"),
        ("mongodb://user:secret@db.example.org/weir?tls=maybe", "maybe"),
        ("mongodb://user:se%ret@db.example.org/weir", "percent-encoded"),
        ("mongodb://u:p@db.example.org/?tls=maybe&authMechanismProperties=AWS_SESSION_TOKEN:ret",
         "not a URI"),
        ("mongodb://db.example.org/weir?tlsCertificateKeyFilePassword=ret&tls=maybe", "not a URI"),
    ],
)
def test_a_uri_that_mongodb_refuses_ends_the_server_with_the_reason(
    serve: Callable[..., Done], uri: str, mention: str
) -> None:
    done = serve(accounts=uri)
    assert done.returncode == 1
    *_, last = done.stderr.splitlines()
    assert "the accounts cannot be used: " in last and mention in last
    assert "ret" not in done.stderr


@pytest.mark.parametrize("text", ['grcae = 5\n', 'grace = \n', '= 5\n', '[[[', '\x00\x01'])
def test_a_broken_file_is_one_line(serve: Callable[..., Done], tmp_path: Path, text: str) -> None:
    file = tmp_path / "weir.toml"
    file.write_text(text)
    assert_one_line(serve("--config", str(file)), 2, "weir.toml")


def test_an_unknown_flag_is_one_line(serve: Callable[..., Done]) -> None:
    assert_one_line(serve("--grcae", "5"), 2, "--grcae")


@pytest.mark.parametrize("option", ["cert", "key"])
def test_a_missing_certificate_names_the_file(serve: Callable[..., Done], option: str) -> None:
    done = serve(**{option: "/nonexistent/file.pem"})
    assert done.returncode in (1, 2)
    assert_one_line(done, done.returncode, "/nonexistent/file.pem")


def test_an_unreadable_key_names_the_file(
    serve: Callable[..., Done], certificate: Certificate
) -> None:
    """As root, who can read every file, the server is started as somebody else."""
    with tempfile.TemporaryDirectory() as open_to_all:
        folder = Path(open_to_all)
        folder.chmod(0o755)
        cert, key = folder / "certificate.pem", folder / "secret.pem"
        cert.write_bytes(certificate.certificate.read_bytes())
        cert.chmod(0o644)
        key.write_text("secret")
        key.chmod(0)
        # The build may lie where nobody else may go.
        for name in ("weir", "weir-worker"):
            shutil.copy(binaries() / name, folder)
        user = _NOBODY if os.geteuid() == 0 else None
        done = serve(
            cert=str(cert), key=str(key), data=str(folder / "data"), user=user, folder=folder)
    assert_one_line(done, done.returncode, "secret.pem", "ermission")
    assert done.returncode in (1, 2)


def test_a_certificate_that_is_none_names_the_file(
    serve: Callable[..., Done], tmp_path: Path
) -> None:
    file = tmp_path / "noise.pem"
    file.write_text("this is not PEM\n")
    done = serve(cert=str(file))
    assert done.returncode in (1, 2)
    assert "noise.pem" in done.stderr


def test_a_port_in_use_is_one_line_and_exit_code_1(serve: Callable[..., Done]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_one_line(serve(listen=f"127.0.0.1:{port}"), 1, str(port), "in use")


def test_a_data_directory_in_use_names_the_other_process(
    start_server: Callable[..., Server], serve: Callable[..., Done]
) -> None:
    server = start_server()
    assert_one_line(serve(data=str(server.data)), 1, str(server.data), str(server.pid))
    assert server.is_serving()


def test_a_data_directory_that_cannot_be_is_one_line(
    serve: Callable[..., Done], tmp_path: Path
) -> None:
    file = tmp_path / "a-file"
    file.write_text("")
    done = serve(data=str(file / "data"))
    assert done.returncode in (1, 2)
    assert_one_line(done, done.returncode, "a-file")


def test_help_explains_every_option(weir_binaries: Path) -> None:
    done = weir("serve", "--help")
    assert done.returncode == 0
    for option in _OPTIONS:
        assert option in done.stdout
    assert "default" in done.stdout.lower()


def test_version_is_one_line(weir_binaries: Path) -> None:
    done = weir("--version")
    assert done.returncode == 0 and len(done.stdout.strip().splitlines()) == 1


def test_check_config_shows_effective_settings_and_their_origin(
    certificate: Certificate, tmp_path: Path, weir_binaries: Path
) -> None:
    file = tmp_path / "weir.toml"
    file.write_text("grace = 21\nmax-lag = 7\nworkers = 3\n")
    done = weir(
        "check-config", "--config", str(file), "--workers", "5", "--publish", "open",
        "--cert", str(certificate.certificate), "--key", str(certificate.key),
        "--data", str(tmp_path / "data"), environment={"WEIR_MAX_LAG": "9", "WEIR_WORKERS": "4"},
    )
    assert done.returncode == 0, done.stderr
    shown = {line.split()[0].lstrip("-"): line for line in done.stdout.splitlines() if line.split()}
    for setting, value, origin, why in (
        ("workers", "5", "flag", "flags win"),
        ("max-lag", "9", "environment", "then the environment"),
        ("grace", "21", "weir.toml", "then the file"),
    ):
        assert value in shown[setting] and origin in shown[setting], why
    assert "default" in shown["drain-timeout"]
    assert "note: the certificate is made out to CN = localhost, for localhost, 127.0.0.1" in done.stdout


def test_check_config_says_that_key_and_certificate_do_not_belong_together(
    certificate: Certificate, tmp_path: Path, weir_binaries: Path
) -> None:
    other = make_certificate(tmp_path)
    done = weir(
        "check-config", "--cert", str(certificate.certificate), "--key", str(other.key),
        "--data", str(tmp_path / "data"),
    )
    assert_one_line(done, 2, str(other.key), "does not belong to the certificate")
    assert "drain-timeout" in done.stdout, "settings are shown all the same"


def test_open_publishing_is_said_out_loud(start_server: Callable[..., Server]) -> None:
    server = start_server()
    warnings = [r for r in server.log_records() if r["level"] == "warning"]
    assert any("publish" in r["message"].lower() for r in warnings)


def _has_ipv6() -> bool:
    """Containers often have none, not even on loopback."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6(), reason="no IPv6 on loopback")
def test_it_serves_on_several_addresses(start_server: Callable[..., Server]) -> None:
    other = free_port()
    server = start_server("--listen", f"127.0.0.1:{other}", "--listen", f"[::1]:{other}")
    for url in (f"https://127.0.0.1:{other}", f"https://[::1]:{other}", server.url("")):
        done = subprocess.run(
            ["curl", "--http2", "-sS", "--globoff", "--cacert", str(server.certificate.certificate),
             f"{url}/api/streams"],
            capture_output=True, text=True,
        )
        assert done.stdout == '{"streams":[]}' or '"streams"' in done.stdout, done.stderr
