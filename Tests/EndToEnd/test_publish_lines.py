"""The line for ffmpeg, as it is printed in each place: one line, and it publishes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from weir.accounts import Session, sign_up
from weir.comparison import assert_decodes
from weir.places import REPOSITORY
from weir.server import Server
from weir.viewer import Viewer
from weir.waiting import wait_until

pytestmark = pytest.mark.slow

Start = Callable[..., Server]


def element(html: bytes, id: str) -> str:
    """The text of a code element, as a browser copies it."""
    found = re.search(rf'<code id="{id}">(.*?)</code>', html.decode(), re.DOTALL)
    assert found, f"no {id} on the page"
    return unescape(re.sub(r"<[^>]*>", "", found[1])).strip()


def printed(file: Path) -> str:
    """The command of a page of the documentation, without what breaks its lines."""
    found = re.search(r"^ffmpeg .*?[^\\]$", file.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"no line in {file}"
    return re.sub(r" \\\n +", " ", found[0])


def on_account_page(owner: Session, key: str) -> tuple[str, str]:
    page = owner.form("/api/me/stream-key")
    return element(page.body, "line-ffmpeg"), element(page.body, "stream-key")


def on_first_page(owner: Session, key: str) -> tuple[str, str]:
    line = element(owner.get("/").body, "command")
    return line.replace("YOUR-KEY", key), key


def on_a_strangers_first_page(owner: Session, key: str) -> tuple[str, str]:
    line = element(owner.server.get("/").body, "command")
    return line.replace("YOUR-KEY", key).replace("my-name", owner.name), key


def in_documentation(file: str) -> Callable[[Session, str], tuple[str, str]]:
    def place(owner: Session, key: str) -> tuple[str, str]:
        line = printed(REPOSITORY / file)
        line = line.replace("https://localhost:8443/alice/", owner.server.url(f"/{owner.name}/"))
        return line.replace("Bearer KEY", f"Bearer {key}"), key

    return place


PLACES: dict[str, Callable[[Session, str], tuple[str, str]]] = {
    "the account's page": on_account_page,
    "the first page": on_first_page,
    "a stranger's first page": on_a_strangers_first_page,
    "README": in_documentation("README.md"),
    "docs": in_documentation("docs/accounts.md"),
    "docs of encoders": in_documentation("docs/encoders.md"),
}


@pytest.fixture
def shell() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Runs a line as a person does who pastes it; everything it has started ends with the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(line: str) -> subprocess.Popen[bytes]:
        processes.append(subprocess.Popen(
            ["sh", "-c", line], stdin=subprocess.DEVNULL, start_new_session=True))
        return processes[-1]

    yield run
    for process in processes:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def assert_publishes(
    server: Server, name: str, process: subprocess.Popen[bytes], watch: Callable[..., Viewer]
) -> None:
    def is_live() -> bool:
        assert process.poll() is None, "the line ended"
        return server.state(name) == "live"

    wait_until(is_live, "the line to be live")
    stream = server.stream(name)
    assert stream is not None
    assert [track["codec"] for track in stream["tracks"]] == ["vp8", "opus"]
    viewer = watch(server, name).wait_for_bytes(100_000)
    viewer.stop()
    assert_decodes(viewer.file)


@pytest.mark.parametrize("place", PLACES)
def test_the_line_publishes_as_it_is_printed(
    start_server: Start, shell: Callable[[str], subprocess.Popen[bytes]],
    watch: Callable[..., Viewer], name: str, place: str,
) -> None:
    server = start_server(publish="account")
    owner = sign_up(server, name)
    line, key = PLACES[place](owner, owner.make_key())
    assert line.count(key) == 1 and "\n" not in line
    assert_publishes(server, name, shell(line), watch)


def test_the_line_is_the_same_in_all_places(start_server: Start, name: str) -> None:
    server = start_server(publish="account")
    owner = sign_up(server, name)
    lines = {
        place: line.replace(key, "KEY")
        for place, find in PLACES.items() for line, key in [find(owner, owner.make_key())]
    }
    assert len(set(lines.values())) == 1, lines
    api = owner.request("POST", "/api/me/stream-key").json()
    assert api["publish"]["ffmpeg"].replace(api["streamKey"], "KEY") in lines.values()


def test_where_no_key_is_needed_the_line_has_none(
    server: Server, shell: Callable[[str], subprocess.Popen[bytes]],
    watch: Callable[..., Viewer], name: str,
) -> None:
    line = element(server.get("/").body, "command")
    assert "Authorization" not in line
    assert line in re.sub(r'-headers "[^"]*" ', "", printed(REPOSITORY / "README.md")).replace(
        "https://localhost:8443/alice/", server.url("/my-stream/"))
    assert_publishes(server, name, shell(line.replace("my-stream", name)), watch)
