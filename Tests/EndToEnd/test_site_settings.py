"""A server with a face of its own: its name, words, colour and logo, which a reload changes."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from browser.account_pages import Visitor
from browser.element import wait_for_element
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.gallery import Gallery
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from weir.accounts import sign_up
from weir.operators import command
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]

_LONG_NAME = "The Evening Stage of the Old Mill & Friends"
_FACE = """
site-name = "{name}"
site-text = "Concerts from the old mill, <every> Friday."
site-accent = "{accent}"
site-logo = "{logo}"
publish = "account"
signup = "closed"
signup-text = "Ask Ann at the door."
"""


def picture(path: Path) -> Path:
    """A small logo, by ffmpeg."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=96x64", "-frames:v", "1",
         str(path)], check=True)
    return path


def reload(server: Server) -> subprocess.CompletedProcess[str]:
    server.expected_deaths.update(server.workers().values())
    done = command(server, "reload")
    wait_until(lambda: len(server.workers()) == 2, "as many workers as there should be")
    return done


def text(server: Server, path: str) -> str:
    return server.get(path, headers={"sec-fetch-dest": "document"}).body.decode()


def test_a_reload_gives_pages_another_face_and_refuses_what_is_wrong(
    start_server: Start, tmp_path: Path
) -> None:
    file, logo = tmp_path / "weir.toml", picture(tmp_path / "logo.webp")
    file.write_text("")
    server = start_server("--config", str(file))
    assert "<title>Live now · Weir</title>" in text(server, "/")

    file.write_text(_FACE.format(name="Mill & <Stage>", accent="#b00020", logo=logo))
    assert reload(server).returncode == 0
    home = text(server, "/")
    assert "<title>Live now · Mill &amp; &lt;Stage&gt;</title>" in home
    assert "Concerts from the old mill, &lt;every&gt; Friday." in home
    assert "Ask Ann at the door." in text(server, "/signup")
    (style,) = re.findall(r'href="(/assets/\w+/site\.css)"', home)
    assert "--accent: light-dark(#b00020," in server.get(style).body.decode()
    (address,) = re.findall(r'<img src="(/assets/\w+/logo\.webp)"', home)
    served = server.get(address)
    shown, given = (Image.open(io.BytesIO(each)) for each in (served.body, logo.read_bytes()))
    assert ImageChops.difference(shown.convert("RGB"), given.convert("RGB")).getbbox() is None
    assert served.headers["content-type"] == "image/webp"
    (icon,) = server.get("/manifest.webmanifest").json()["icons"]
    assert icon == {"src": address, "type": "image/webp", "sizes": "96x64"}
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in served.headers["content-security-policy"]

    drawing, long, cut = tmp_path / "logo.svg", tmp_path / "long.webp", tmp_path / "cut.webp"
    cut.write_bytes(logo.read_bytes()[:-2])
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    long.write_bytes(logo.read_bytes() + bytes(256 * 1024))
    for line, reason in [
        (f'site-name = "{"x" * 61}"', "site-name"), ('site-accent = "blue"', "site-accent"),
        (f'site-logo = "{drawing}"', "neither a JPEG nor a PNG nor a WebP"),
        (f'site-logo = "{cut}"', "cut off"), (f'site-logo = "{long}"', "too long"),
        (f'site-logo = "{tmp_path}/none.png"', "no such file"),
    ]:
        file.write_text(line + "\n")
        done = command(server, "reload")
        assert done.returncode == 1 and reason in done.stderr
        checked = command_of(server, "check-config", file)
        assert checked.returncode == 2 and reason in checked.stderr
    assert text(server, "/") == home

    # A worker that dies is replaced by one with the same logo, whatever became of the file.
    logo.unlink()
    server.wait_for_all_workers(without=server.kill_worker(min(server.workers())))
    for _ in range(8):
        assert server.get(address).body == served.body


def command_of(server: Server, name: str, file: Path) -> subprocess.CompletedProcess[str]:
    """A command that reads the settings itself."""
    pair = server.certificate
    return subprocess.run(
        [str(server.program), name, "--config", str(file), "--cert", str(pair.certificate), "--key",
         str(pair.key), "--data", str(server.data / "other")], capture_output=True, text=True,
        timeout=2 * PATIENCE_S)


@pytest.mark.slow
def test_forms_work_whatever_the_server_is_called(
    start_server: Start, open_own: Callable[..., Page], tmp_path: Path
) -> None:
    file = tmp_path / "weir.toml"
    file.write_text('site-name = "Mill"\npublish = "account"\n')
    server = start_server("--config", str(file))
    sign_up(server, "anna")
    anna = Visitor(open_own(), server.url("")).visit("/login")
    anna.enter("/login", "anna", "a wrong password")
    assert "wrong" in wait_for_element(anna.page, "[role=alert]", "what is wrong").text
    anna.log_in("anna").send("/api/me/stream-key")
    assert anna.wait_for_key().startswith("weir_")


@pytest.mark.slow
@pytest.mark.parametrize("accent", ["#ffd400", "#7a1fa2"])
def test_pages_with_a_face_of_their_own_are_flawless(
    start_server: Start, open_own: Callable[..., Page], publish: Callable[..., Publisher],
    tmp_path: Path, accent: str,
) -> None:
    file, logo = tmp_path / "weir.toml", picture(tmp_path / "logo.png")
    name = _LONG_NAME if accent == "#ffd400" else "Mill"
    face = _FACE.format(name=name, accent=accent, logo=logo)
    file.write_text(face.replace('publish = "account"', ""))
    server = start_server("--config", str(file))
    gallery, page = Gallery(), open_own()
    state = f"site-{accent[1:]}"
    page.goto(server.url("/"))
    wait_for_element(page, ".nobody", "words for when nobody is live")
    gallery.add(page, f"{state}-home")
    page.goto(server.url("/signup"))
    gallery.add(page, f"{state}-sign-up")
    page.goto(server.url("/login"))
    gallery.add(page, f"{state}-sign-in")
    publish(server, "alice").play(record(seconds=LASTING_S))
    server.wait_for_state("alice", "live")
    page.goto(server.url("/alice/watchLive"))
    wait_until(lambda: page.run("return document.title;").endswith(f"· {name}"), "the title")
    gallery.add(page, f"{state}-watch")
    gallery.assert_flawless()
