"""Every command that README.md and the documents for broadcasters print, as it is printed. What is put in its
place is what readers put there: their server, name, key and film."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from weir import curl
from weir.accounts import sign_up
from weir.checkout import PASSWORD, Checkout
from weir.places import REPOSITORY
from weir.ports import free_port
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow

DOCUMENTS = ["README.md", "docs/README.md", "docs/obs.md", "docs/encoders.md"]
FFMPEG_LINE = "ffmpeg -v error -re -f lavfi -i testsrc2"
INSTALLS = "test_systemd_package.py::test_enabled_it_serves_and_people_sign_up_publish_and_watch"

#: Run here: the beginning of a command, and what has to come of it.
PUBLISHES = [
    "ffmpeg -v error -re -stream_loop", "ffmpeg -v error -re -i film.webm -c copy -f webm - |",
    "ffmpeg -v error -re -i film.webm -c copy -f webm -content_type",
]
PLAYS = ["mpv --tls-verify=no", "ffplay https:"]
ASKS = {"curl -k https:": b'"streams"', "curl -kN https:": b"event: "}
USERS = [".build/release/weir user add", ".build/release/weir user key"]
MAKES = {"make run": "Open ", "make demo": "The test pattern is live"}
#: Not run here: the test that does, or why nobody can.
ELSEWHERE = {
    FFMPEG_LINE: "test_publish_lines.py::test_the_line_publishes_as_it_is_printed",
    "make deb": INSTALLS, "apt install ./build/packages/weir_*.deb": INSTALLS,
    "systemctl enable --now weir": INSTALLS,
    "vlc https:": "test_http1_clients.py::test_vlc_plays",
}


def commands(document: str) -> list[str]:
    """Those in blocks of shell, each in one line."""
    text = (REPOSITORY / document).read_text()
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    joined = re.sub(r" \\\n +| ?(?<=\|)\n +", " ", "".join(blocks))
    return [line.strip() for line in joined.splitlines() if line.strip()]


def printed(beginning: str) -> str:
    """The one command that begins so."""
    found = {each for document in DOCUMENTS for each in commands(document) if each.startswith(beginning)}
    assert len(found) == 1, (beginning, found)
    return found.pop()


def test_every_command_is_run_here_or_elsewhere() -> None:
    known = [*PUBLISHES, *PLAYS, *ASKS, *USERS, *MAKES, *ELSEWHERE]
    every = [each for document in DOCUMENTS for each in commands(document)]
    assert len(every) > 12
    assert [each for each in every if sum(map(each.startswith, known)) != 1] == []
    for beginning in known:
        printed(beginning)
    for test in ELSEWHERE.values():
        file, name = test.split("::")
        assert f"def {name}(" in (REPOSITORY / "Tests/EndToEnd" / file).read_text()


@contextmanager
def pasted(line: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A line that a person pastes, in a folder of their own; ends with the test."""
    process = subprocess.Popen(
        ["sh", "-c", line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
        env=os.environ | environment)
    try:
        yield process
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate()


def with_own(line: str, server: Server, name: str, key: str = "") -> str:
    line = line.replace("localhost:8443", f"localhost:{server.port}").replace("alice", name)
    return line.replace("KEY", key).replace("film.webm", str(record(seconds=LASTING_S).path))


@pytest.fixture(scope="module")
def strict(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    with lasting_server("printed", publish="account") as made:
        yield made


@pytest.mark.parametrize("beginning", PUBLISHES)
def test_what_publishes_does(strict: Server, name: str, beginning: str) -> None:
    owner = sign_up(strict, name)
    with pasted(with_own(printed(beginning), strict, name, owner.make_key())) as process:
        def is_live() -> bool:
            assert process.poll() is None, "the line ended"
            return strict.state(name) == "live"
        wait_until(is_live, "the line to be live")


@pytest.mark.parametrize("beginning", PLAYS)
def test_what_plays_does(
    server: Server, publish: Callable[..., Publisher], name: str, tmp_path: Path, beginning: str
) -> None:
    """Without a screen and without loudspeakers."""
    publish(server, name).play(record(seconds=LASTING_S))
    server.wait_for_state(name, "live")
    (tmp_path / "mpv.conf").write_text("vo=null\nao=null\n")
    with pasted(
        with_own(printed(beginning), server, name), MPV_HOME=str(tmp_path), SDL_VIDEODRIVER="dummy",
        SDL_AUDIODRIVER="dummy",
    ) as process:
        server.wait_for_viewers(name, 1)
        assert process.poll() is None, "the line ended"


@pytest.mark.parametrize("beginning", ASKS)
def test_what_asks_is_answered(server: Server, beginning: str) -> None:
    with pasted(with_own(printed(beginning), server, "alice")) as process:
        assert process.stdout is not None
        said = b""
        while ASKS[beginning] not in said:
            piece = os.read(process.stdout.fileno(), 4096)
            assert piece, said
            said += piece


def test_accounts_of_make_run_are_made_as_printed(weir_binaries: Path, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    with checkout.serving(free_port(), "--data", "build/data"):
        add, key = (printed(beginning).split() for beginning in USERS)
        assert "alice has an account" in checkout.run(*add, stdin=PASSWORD + "\n").stdout
        assert checkout.run(*key).stdout.startswith("weir_")


@pytest.mark.parametrize("command", MAKES)
def test_what_is_made_runs(weir_binaries: Path, tmp_path: Path, command: str) -> None:
    """In this source tree, beside a Weir that somebody may run there: with a port of its own, and so with
    data of its own. There is nothing left to build."""
    port = free_port()
    data = REPOSITORY / f"build/data-{port}"
    said = tmp_path / "said"
    ours = ("WEIR_", "MAKE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with said.open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-c", printed(command)], cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
            env=clean | {"PORT": str(port), "WEIR_ADMIN": f"localhost:{free_port()}"})
    certificate = REPOSITORY / "build/certificate/certificate.pem"

    def is_serving() -> bool:
        assert process.poll() is None, said.read_text()
        return (MAKES[command] in said.read_text() and certificate.exists() and curl.request(
            "GET", f"https://localhost:{port}/api/streams", certificate).status == 200)
    try:
        wait_until(is_serving, command, 5 * PATIENCE_S, every_s=0.2)
        # As Ctrl-C in a terminal does, which make itself ends of when all is over.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(PATIENCE_S)
        wait_until(lambda: 'end="exited with code 0"' in said.read_text(), "the server to end well")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(data, ignore_errors=True)
    assert "worker-died" not in said.read_text()
