"""The copy of a broadcast that its studio saves on the device."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from browser.element import LOOK_EVERY_S, visible_text
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.live_page import LivePage
from browser.page import Page
from browser.page_fixtures import *  # noqa: F403
from browser.page_fixtures import chromium_of
from browser.page_modules import Modules, modules_of
from weir.comparison import assert_starts_with_keyframe
from weir.packets import probe
from weir.server import Server
from weir.waiting import wait_until

pytestmark = pytest.mark.slow
modules = modules_of("live")

_IN_MEMORY = """
const Real = Worker;
globalThis.Worker = class { constructor(url, options) {
  if (String(url).includes('copy-worker')) throw new DOMException('no', 'SecurityError');
  return new Real(url, options);
} };"""
_CHOSEN = """
globalThis.showSaveFilePicker = async ({ suggestedName }) => {
  const root = await navigator.storage.getDirectory();
  return root.getFileHandle(`chosen ${suggestedName}`, { create: true });
};"""
# What each recorder of the page has given so far.
_COUNTED = """
window.recordedBytes = [];
const Native = MediaRecorder;
window.MediaRecorder = class extends Native {
  constructor(...given) {
    super(...given);
    const index = recordedBytes.push(0) - 1;
    this.addEventListener('dataavailable', ({ data }) => { recordedBytes[index] += data.size; });
  }
};"""
_FILES = """
const read = async (file) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 30000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 30000));
  }
  return btoa(text);
};
const files = {};
const look = async (folder) => {
  for await (const handle of folder.values()) {
    if (handle.kind === 'directory') await look(handle);
    else files[handle.name] = await read(await handle.getFile());
  }
};
await look(await navigator.storage.getDirectory());
return files;"""


def saved(live: LivePage, folder: Path, *, from_memory: bool) -> list[Path]:
    """The copies, as files, in the order of their names."""
    if from_memory:
        paths = []
        for row in chromium_of(live.page).playwright.locator("#copy-list a").all():
            with chromium_of(live.page).playwright.expect_download() as download:
                row.click()
            paths.append(folder / download.value.suggested_filename)
            download.value.save_as(paths[-1])
        return sorted(paths, key=lambda path: (len(path.name), path.name))
    for file, text in live.page.run(_FILES).items():
        if text:
            (folder / file).write_bytes(base64.b64decode(text))
    return sorted(folder.iterdir(), key=lambda path: (len(path.name), path.name))


def decoded_pictures(path: Path) -> int:
    """How many pictures of a file ffmpeg decodes, without a complaint."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
         "stream=nb_read_frames", "-of", "csv=p=0", str(path)], capture_output=True, text=True, check=True)
    assert done.stderr == "", done.stderr
    return int(done.stdout.split(",")[0])


@pytest.mark.parametrize(("browser", "place"), [
    ("chromium", "browser"), ("chromium", "memory"), ("chromium", "chosen"), ("firefox", "browser"),
])
def test_a_copy_is_saved_and_each_of_its_files_plays(
    browser: str, place: str, live_page: Callable[..., LivePage], open_own: Callable[..., Page],
    browser_server: Server, name: str, tmp_path: Path,
) -> None:
    page = open_own(browser)
    if browser == "chromium":
        script = {"memory": _IN_MEMORY, "chosen": _CHOSEN}.get(place, "")
        no_picker = "" if place == "chosen" else "delete globalThis.showSaveFilePicker;"
        chromium_of(page).playwright.add_init_script(no_picker + script)
    live = LivePage(page, browser_server.url(""), name).choose_source("test")
    page.run(_COUNTED)
    live.switch_on("#copy-switch")
    live.go_live(codec="vp8")
    live.wait_for_text("#copy-state", "B")
    # Another recorder: its output would not play in the same file.
    live.choose("#bitrate", "500000")
    before = page.run("return recordedBytes.length;")
    page.click("#apply")
    wait_until(
        lambda: page.run("return recordedBytes.length > argument && recordedBytes.at(-1) > 10_000;", before),
        "another recorder to give something", every_s=LOOK_EVERY_S)
    live.stop()
    files = 1 if place == "chosen" else 2
    wait_until(lambda: page.run("return document.querySelectorAll('#copy-list li').length;") >= files,
               f"{files} files", every_s=LOOK_EVERY_S)
    for selector, words, is_said in (("#summary", "The copy is in chosen", place == "chosen"),
                                     ("#copies", "go with it", place == "memory")):
        wait_until(
            lambda selector=selector, words=words, is_said=is_said:
            (words in visible_text(page, selector)) is is_said,
            f"{words} to be said, or not", every_s=LOOK_EVERY_S)

    copies = saved(live, tmp_path, from_memory=place != "chosen" and browser == "chromium")
    # On a busy machine a recorder may be replaced once more.
    assert len(copies) >= 2 and any(" 2.webm" in path.name for path in copies), copies
    assert all(name in path.name for path in copies), copies
    for path in copies:
        seen = probe(path)
        assert not seen.errors, path
        assert_starts_with_keyframe(seen)
        assert decoded_pictures(path) == len(seen.of_kind("video")) > 0, path
    def remove_one() -> bool:
        return page.run("""document.querySelector('#copy-list button')?.click();
                           return document.querySelector('#copies').hidden;""")

    wait_until(remove_one, "all copies to be removed", every_s=LOOK_EVERY_S)


@pytest.mark.parametrize(("picker", "words"), [
    ("async () => { throw new DOMException('', 'AbortError'); }", "No file was chosen"),
    ("""async () => ({ name: 'a.webm', createWritable: async () => ({
          write: async () => { throw new DOMException('', 'QuotaExceededError'); },
          close: async () => { throw new TypeError('errored'); } }) })""", "the copy is lost"),
    ("async () => ({ createWritable: async () => { throw new TypeError(''); } })", "could not be written"),
    ("async () => ({ name: 'a.webm', createWritable: async () => ({ write: () => new Promise(() => {}) }) })",
     ""),
], ids=["cancelled", "full", "refused", "hangs"])
def test_a_copy_that_fails_is_said_and_the_broadcast_goes_on(
    picker: str, words: str, open_own: Callable[..., Page], browser_server: Server, name: str
) -> None:
    page = open_own()
    chromium_of(page).playwright.add_init_script(f"globalThis.showSaveFilePicker = {picker};")
    live = LivePage(page, browser_server.url(""), name).choose_source("test")
    live.switch_on("#copy-switch")
    live.go_live(codec="vp8")
    if words:
        live.wait_for_text("#notice", words)
        live.wait_for_text("#copy-state", words)
    first = live.figures.sent
    wait_until(lambda: live.figures.sent != first, "more to be sent", every_s=LOOK_EVERY_S)
    live.wait_for_state("live")
    browser_server.wait_for_state(name, "live")
    live.stop()


@pytest.mark.parametrize(("title", "number", "mime_type", "file"), [
    ("Bread, live", 1, "video/webm;codecs=vp8,opus", "Bread, live 2026-03-01 09.05.07.webm"),
    ("Bread, live", 2, "video/webm", "Bread, live 2026-03-01 09.05.07 2.webm"),
    ("alice", 1, "video/x-matroska;codecs=avc1", "alice 2026-03-01 09.05.07.mkv"),
    ("../a\\b: *?\"<>|\u0007c", 1, "video/webm", "a b c 2026-03-01 09.05.07.webm"),
    ("...", 1, "video/webm", "2026-03-01 09.05.07.webm"),
    ("x" * 120, 1, "video/webm", "x" * 80 + " 2026-03-01 09.05.07.webm"),
    ("👩🏽‍🚀" * 40, 1, "video/webm", "👩🏽‍🚀" * 12 + " 2026-03-01 09.05.07.webm"),
], ids=["first", "second", "matroska", "forbidden", "nothing", "long", "long-in-bytes"])
def test_a_copy_has_a_name_that_every_system_takes(
    modules: Modules, title: str, number: int, mime_type: str, file: str
) -> None:
    assert modules(
        """const { copyName } = await load('copy-name');
           const [title, number, mimeType] = argument;
           return copyName(title, new Date(2026, 2, 1, 9, 5, 7), number, mimeType);""",
        [title, number, mime_type]) == file
