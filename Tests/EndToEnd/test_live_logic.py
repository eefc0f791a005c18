"""What the page that broadcasts decides: its pure modules, run in a real browser's engine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from browser.chromium import Chromium
from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from weir.server import Server

Modules = Callable[..., Any]


@pytest.fixture(scope="module")
def modules(chromium_browser: Chromium, browser_server: Server) -> Iterator[Modules]:
    """Run a script in which `load(NAME)` gives a module of the page."""
    page = chromium_browser.open()
    page.goto(browser_server.url("/"))
    html = browser_server.get("/").body.decode()
    found = re.search(r'"(/assets/[^/"]+)/', html)
    assert found is not None
    load = f"const load = (name) => import(`{found[1]}/live/${{name}}.js`);"
    yield lambda script, argument=None: page.run(load + script, argument)
    page.close()


# Answers


PROBLEM = "application/problem+json"


def problem(slug: str, **members: object) -> str:
    return json.dumps({"type": f"/problems/{slug}", **members})


@pytest.mark.parametrize(("status", "content_type", "text", "verdict"), [
    (204, "", "", "accepted"),
    # Somebody else's answers.
    (0, "", "", "retry"),
    (200, "text/html", "<html>Sign in to this network", "retry"),
    (401, "text/html", "<html>", "retry"),
    (403, "text/html", "<html>", "retry"),
    (404, "application/json", "{}", "retry"),
    (413, "text/html", "<html>", "too-large"),
    (413, "", "", "too-large"),
    (502, "text/html", "<html>", "retry"),
    (504, "", "", "retry"),
    (415, "text/html", problem("not-webm"), "retry"),
    (415, PROBLEM, '{"type": "about:blank"}', "retry"),
    (415, PROBLEM, '{"type": "https://proxy.test/problems/not-webm"}', "retry"),
    (415, PROBLEM, '{"type": 7}', "retry"),
    (415, PROBLEM, "null", "retry"),
    (415, PROBLEM, "<html>", "retry"),
    (415, PROBLEM + "x", problem("not-webm"), "retry"),
    # The server's.
    (415, PROBLEM, problem("not-webm"), "bad-media"),
    (415, PROBLEM + "; charset=utf-8", problem("not-webm"), "bad-media"),
    (401, PROBLEM, problem("session-ended"), "signed-out"),
    (403, PROBLEM, problem("not-the-owner"), "other-account"),
    (409, PROBLEM, problem("already-live"), "already-live"),
    (409, PROBLEM, problem("taken-over"), "taken-over"),
    (409, PROBLEM, problem("stream-ended"), "stream-ended"),
    (413, PROBLEM, problem("body-too-large"), "refused"),
    (429, PROBLEM, problem("too-many-waiting"), "retry"),
    (503, PROBLEM, problem("too-many-streams"), "server-full"),
    (503, PROBLEM, problem("shutting-down"), "retry"),
    (507, PROBLEM, problem("no-space"), "no-space"),
    (409, PROBLEM, problem("chunk-gap"), "retry"),
    (409, PROBLEM, problem("chunk-gap", expectedChunk=5), "retry"),
    (409, PROBLEM, problem("chunk-gap", expectedChunk=0), "session-lost"),
    (412, PROBLEM, problem("missing-initialization"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="silent"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="gone"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="server"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="unknown"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="something new"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over"), "session-lost"),
    (412, PROBLEM, problem("broadcast-over", reason="stopped"), "stream-ended"),
    (412, PROBLEM, problem("broadcast-over", reason="taken-over"), "taken-over"),
])
def test_only_what_the_server_says_decides_about_a_broadcast(
    modules: Modules, status: int, content_type: str, text: str, verdict: str
) -> None:
    assert modules(
        """const { readAnswer, verdictOn } = await load('publish-answer');
           const [status, contentType, text] = argument;
           const answer = readAnswer({
             status, contentType, isRedirected: false, retryAfter: '', text: () => text,
           });
           return verdictOn(answer, { isBegun: true, holds: (number) => number === 5 });""",
        [status, content_type, text]) == verdict


def test_an_answer_from_another_address_is_nobodys(modules: Modules) -> None:
    assert modules(
        """const { readAnswer, verdictOn } = await load('publish-answer');
           return [204, 404].map((status) => verdictOn(readAnswer({
             status, contentType: 'application/problem+json', isRedirected: true, retryAfter: '',
             text: () => '{"type": "/problems/not-found"}',
           }), { isBegun: true, holds: () => true }));""") == ["retry", "retry"]


def test_a_beginning_without_its_header_is_not_a_session_that_is_lost(modules: Modules) -> None:
    assert modules(
        """const { NO_ANSWER, verdictOn } = await load('publish-answer');
           const answer = { ...NO_ANSWER, status: 412, isOurs: true, slug: 'missing-initialization' };
           return verdictOn(answer, { isBegun: false, holds: () => true });"""
    ) == "incomplete-beginning"


@pytest.mark.parametrize(("status", "content_type", "text", "said"), [
    (200, "application/json", '{"state": "live"}', {"state": "live", "endReason": None}),
    (200, "application/json", '{"state": "ended", "endReason": "silent"}',
     {"state": "ended", "endReason": "silent"}),
    (404, PROBLEM, problem("unknown-stream"), {"state": "unknown", "endReason": None}),
    (404, "text/html", "<html>", None),
    (200, "text/html", "<html>", None),
    (200, "application/json", '{"state": "asleep"}', None),
    (200, "application/json", "null", None),
    (502, "text/html", "<html>", None),
])
def test_a_stranger_says_nothing_about_a_stream(
    modules: Modules, status: int, content_type: str, text: str, said: dict[str, Any] | None
) -> None:
    assert modules("return (await load('stream-probe')).readProbe(...argument);",
                   [status, content_type, text]) == said


# Parcels

QUEUE = """
const { ParcelQueue } = await load('parcel-queue');
const { ParcelLimit } = await load('parcel-limit');
const limit = new ParcelLimit();
const queue = new ParcelQueue('session', 'video/webm', false, limit);
let next = 0;
const add = (bytes, durationMs = 250) => {
  const data = Uint8Array.from({ length: bytes }, () => (next++) % 251);
  queue.add({ blob: new Blob([data]), startedAtMs: 1000, durationMs });
};
const sent = [];
const takeAll = async () => {
  for (let parcel = queue.next(); parcel; parcel = queue.next()) {
    sent.push([parcel.number, ...new Uint8Array(await parcel.body.arrayBuffer())]);
    queue.acknowledge(parcel);
  }
};
const isWhole = () => {
  const bytes = sent.flatMap(([, ...data]) => data);
  return bytes.length === next && bytes.every((byte, index) => byte === index % 251);
};
const KIB = 1024;
"""


def test_a_chunk_that_is_too_large_becomes_numbered_parcels(modules: Modules) -> None:
    seen = modules(QUEUE + """
        add(4 * KIB * KIB, 4000);
        const whole = queue.mediaMs;
        const first = queue.next();
        const times = [first.startedAtMs, first.durationMs, queue.mediaMs === whole];
        queue.putBack(first);
        await takeAll();
        return { times, sizes: sent.map((parcel) => parcel.length - 1), isWhole: isWhole(),
          numbers: sent.map(([number]) => number), isEmpty: queue.isEmpty };""")
    assert seen["sizes"] == [512 * 1024] * 8
    assert seen["numbers"] == list(range(8))
    assert seen["times"] == [1000, 500, True]
    assert seen["isWhole"] and seen["isEmpty"]


def test_small_chunks_are_merged_up_to_the_limit(modules: Modules) -> None:
    seen = modules(QUEUE + """
        add(10); await takeAll();
        for (let count = 0; count < 4; count += 1) add(200 * KIB, 10);
        await takeAll();
        return [sent.map((parcel) => parcel.length - 1), isWhole()];""")
    assert seen == [[10, 400 * 1024, 400 * 1024], True]


def test_a_parcel_that_is_refused_for_its_size_is_cut_anew_with_those_behind_it(
    modules: Modules,
) -> None:
    seen = modules(QUEUE + """
        add(10); await takeAll();
        add(1500 * KIB, 1500);
        const [one, two, three] = [queue.next(), queue.next(), queue.next()];
        queue.acknowledge(one);
        sent.push([one.number, ...new Uint8Array(await one.body.arrayBuffer())]);
        const helps = limit.refused(two.body.size);
        queue.cutAnew(two);
        await takeAll();
        return { helps, isWhole: isWhole(), numbers: sent.map(([number]) => number),
          largest: Math.max(...sent.slice(2).map((parcel) => parcel.length - 1)) };""")
    assert seen["helps"] and seen["isWhole"]
    assert seen["numbers"] == list(range(len(seen["numbers"])))
    assert seen["largest"] == 256 * 1024


def test_a_parcel_is_not_cut_anew_when_a_later_one_is_in(modules: Modules) -> None:
    assert modules(QUEUE + """
        add(10); await takeAll();
        add(1000 * KIB, 1000);
        const [one, two] = [queue.next(), queue.next()];
        queue.acknowledge(two);
        queue.cutAnew(one);
        return [queue.isEmpty, queue.next()];""") == [True, None]


@pytest.mark.parametrize(("refused", "limits"), [
    ([512], [256]),
    ([512, 256, 128, 64], [256, 128, 64, 64]),
    ([146], [128]),
    ([70], [64]),
    ([64], [512]),
    ([1], [512]),
])
def test_the_limit_is_halved_down_to_a_floor(
    modules: Modules, refused: list[int], limits: list[int]
) -> None:
    assert modules(
        """const { ParcelLimit } = await load('parcel-limit');
           const limit = new ParcelLimit();
           return argument.map((kib) => {
             const helps = limit.refused(kib * 1024);
             return [limit.bytes / 1024, helps];
           });""", refused) == [[kib, size > 64] for kib, size in zip(limits, refused)]
