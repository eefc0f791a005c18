"""Pictures of the pages for people who have not seen Weir yet: README.md and docs show them.

    scripts/draw-pages [FOLDER]

A server with some broadcasts that say what they are, a browser, and a photograph of each page. Pictures are
small: a phone or an iffy connection loads them too.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from weir import admin
from weir.accounts import Session, sign_up
from weir.certificate import make_certificate
from weir.server import Server
from weir.waiting import wait_until

from .account_pages import Visitor
from .chromium import Chromium, ChromiumPage, chromium
from .live_page import LivePage
from .watch_page import WatchPage

#: Who is on air: name, display name, title, and the picture, as ffmpeg draws it.
CHANNELS = [
    ("alice", "Alice's bakery", "Sourdough from scratch: the second rise",
     "gradients=size=854x480:rate=12:speed=0.02:c0=0x8c3a1f:c1=0xf2b366:c2=0xffe9c7:n=3:seed=4"),
    ("harbour", "Harbour camera", "Ships coming in, all day",
     "gradients=size=640x360:rate=10:speed=0.01:c0=0x0b2b40:c1=0x3c8dad:c2=0xd8eef5:n=3:seed=7"),
    ("mathclub", "Math club", "Zooming into the Mandelbrot set",
     "mandelbrot=size=640x360:rate=10:start_scale=0.02:end_scale=0.002"),
    ("nightradio", "Night radio", "Slow music for late hours",
     "gradients=size=640x360:rate=10:speed=0.01:c0=0x120a2a:c1=0x5b2a86:c2=0xd46a9f:n=3:seed=3"),
    ("town-hall", "Town hall", "Council meeting: the new library",
     "gradients=size=640x360:rate=10:speed=0.01:c0=0x1f3b2d:c1=0x7aa874:c2=0xf3edc8:n=3:seed=9"),
    ("testing", "Testing, testing", "A picture that every engineer knows", "testsrc2=size=640x360:rate=10"),
]
DESCRIPTION = """Today we shape four loaves and talk about what the dough tells us.
Ask me anything by mail, the recipe is at https://bakery.example.org/sourdough."""
VIEWERS = 3
DESKTOP = {"width": 1280, "height": 800}
COLOURS = 200
FILM_S = 12


def film(folder: Path, name: str, picture: str) -> Path:
    """Made before anybody is on air, so that a small machine does nothing but send then."""
    file = folder / f"{name}.webm"
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i",
         "sine=frequency=220", "-t", str(FILM_S), "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8",
         "-b:v", "1M", "-g", "15", "-pix_fmt", "yuv420p", "-c:a", "libopus", str(file)], check=True)
    return file


@contextmanager
def on_air(server: Server, session: Session, sent: Path) -> Iterator[None]:
    """ffmpeg, as docs/encoders.md has it for files."""
    name = session.name
    process = subprocess.Popen(
        ["ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", str(sent), "-c", "copy",
         "-f", "webm", "-live", "1", "-cluster_time_limit", "0", "-method", "PUT",
         "-headers", f"Authorization: Bearer {session.make_key()}", server.url(f"/{name}/live")])
    try:
        server.wait_for_state(name, "live")
        yield
    finally:
        process.kill()
        process.wait()


def introduce(session: Session, display: str, title: str) -> None:
    words = {
        "title": title, "description": DESCRIPTION, "language": "en", "tags": ["live"], "unlisted": False}
    profile = {"displayName": display, "line": "Live most mornings", "links": []}
    for path, value in (("/api/me/broadcast", words), ("/api/me/profile", profile)):
        answer = session.json(path, value, method="PUT")
        assert answer.status < 300, answer


def keep(page: ChromiumPage, target: Path, height: int = DESKTOP["height"]) -> None:
    """A photograph of the window, 1,000 pixels wide, with few colours."""
    page.playwright.set_viewport_size({"width": DESKTOP["width"], "height": height})
    page.playwright.mouse.move(2, 2)
    shot = page.playwright.screenshot(animations="disabled")
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "png_pipe", "-i", "-", "-vf",
         f"scale=1000:-1:flags=lanczos,split[a][b];[a]palettegen=max_colors={COLOURS}[p];"
         "[b][p]paletteuse=dither=bayer:bayer_scale=4", "-compression_level", "9", "-pred", "none",
         str(target)],
        input=shot, check=True)
    print(f"{target}: {target.stat().st_size} bytes")


def draw(server: Server, sessions: list[Session], browser: Chromium, folder: Path) -> None:
    alice = sessions[0].name
    others = [browser.open() for _ in range(VIEWERS)]
    for other in others:
        WatchPage(other, server.url(""), alice).wait_for_playback()

    page = browser.open(viewport=DESKTOP, locale="en")
    watching = WatchPage(page, server.url(""), alice)
    watching.wait_for_viewers(VIEWERS + 1)
    watching.wait_for_playback(2)
    keep(page, folder / "watch.png")

    page.goto(server.url("/"))
    # A card has a canvas or an image, whatever it is called.
    wait_until(lambda: page.run(
        """const pictures = [...document.querySelectorAll('main canvas, main img')]
             .filter((each) => !each.hidden && (each.naturalWidth ?? each.width) > 0);
           return pictures.length >= argument;""", len(sessions)), "a picture in each card", every_s=0.2)
    keep(page, folder / "home.png")
    for other in [*others, page]:
        other.close()

    page = browser.open(viewport=DESKTOP, locale="en")
    visitor = Visitor(page, server.url("")).visit("/signup")
    visitor.type("form[action='/signup']", username="newcomer")
    keep(page, folder / "signup.png", 620)
    visitor.sign_up("newcomer")
    visitor.visit("/account")
    visitor.press("form[action='/api/me/stream-key']")
    visitor.wait_for_key()
    page.playwright.evaluate("document.querySelector('#stream-key').scrollIntoView({block: 'center'})")
    keep(page, folder / "account.png")

    studio = LivePage(page, server.url(""))
    studio.choose_source("test").go_live(size="720p")
    studio.wait_for_health("good", "behind")
    keep(page, folder / "live.png")
    studio.stop()
    page.close()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-portraits-")))
        server = Server(
            scratch, make_certificate(scratch), publish="account",
            # Everybody comes from this machine.
            arguments=["--exempt-network", "127.0.0.0/8", "--exempt-network", "::1"])
        stack.callback(server.destroy)
        server.start()
        wait_until(lambda: admin.ask(server, "/readyz").status == 200, "all workers and the accounts")
        sessions = [sign_up(server, name) for name, *_ in CHANNELS]
        for session, (_, display, title, picture) in zip(sessions, CHANNELS, strict=True):
            introduce(session, display, title)
            stack.enter_context(on_air(server, session, film(scratch, session.name, picture)))
        draw(server, sessions, stack.enter_context(chromium()), folder)


if __name__ == "__main__":
    main()
