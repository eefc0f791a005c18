"""Stream keys: how encoders that people use present them, who is let in by them, and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from weir.accounts import Session, is_deleted, log_in, sign_up
from weir.comparison import assert_contiguous, assert_decodes
from weir.curl import Answer
from weir.http1 import RawHttp1
from weir.http2 import Http2Connection
from weir.in_time import Pace, in_time
from weir.limits import limit_s
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import RING_FILE, Server
from weir.users import Users
from weir.viewer import Viewer
from weir.waiting import PATIENCE_S, wait_until

Start = Callable[..., Server]
Publish = Callable[..., Publisher]


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture(scope="module")
def strict(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    """A server on which only owners publish; for the tests that do it no harm."""
    with lasting_server("strict", "--log-level", "debug", publish="account") as server:
        yield server


@pytest.fixture
def anna(strict: Server, name: str) -> Session:
    return sign_up(strict, name)


def post(server: Server, name: str, query: str = "", **options: object) -> Answer:
    return server.request("POST", f"/{name}/live{query}", body=record().data, **options)


def end(session: Session) -> None:
    assert session.request("DELETE", f"/{session.name}/live").status in (204, 404)


# Ways in


def test_a_key_is_shown_once_and_looks_like_one(strict: Server, anna: Session) -> None:
    assert anna.me()["streamKey"] is None
    answer = anna.request("POST", "/api/me/stream-key")
    assert answer.status == 201
    assert set(answer.json()) == {"streamKey", "publish"}
    assert set(answer.json()["publish"]) == {"ffmpeg", "obs", "curl"}
    key = answer.json()["streamKey"]
    assert key.startswith("weir_") and len(key) == 48
    for line in answer.json()["publish"].values():
        assert key in line and f"https://localhost:{strict.port}/{anna.name}/live" in line
    assert key.encode() not in anna.get("/api/me").body + anna.get("/account").body
    assert anna.make_key() != key


WAYS: dict[str, Callable[[str, str], tuple[str, dict[str, str]]]] = {
    "bearer": lambda name, key: ("", bearer(key)),
    "bearer in capitals": lambda name, key: ("", {"authorization": f"BEARER {key}"}),
    "basic as icecast": lambda name, key: ("", basic("source", key)),
    "basic with the name": lambda name, key: ("", basic(name, key)),
    "basic without a user": lambda name, key: ("", basic("", key)),
    "query": lambda name, key: (f"?key={key}", {}),
    "query among others": lambda name, key: (f"?a=b&key={key}&c", {}),
}


@pytest.mark.smoke
@pytest.mark.parametrize("way", WAYS)
def test_a_key_lets_in_however_it_is_presented(strict: Server, anna: Session, way: str) -> None:
    query, headers = WAYS[way](anna.name, anna.make_key())
    assert post(strict, anna.name, query, headers=headers).status == 204
    strict.wait_for_stream(anna.name)
    assert strict.request(
        "DELETE", f"/{anna.name}/live{query}", headers=headers).status == 204


def test_the_owners_session_lets_in_as_well(strict: Server, anna: Session) -> None:
    assert anna.request("POST", f"/{anna.name}/live", body=record().data).status == 204
    assert log_in(strict, anna.name).request("DELETE", f"/{anna.name}/live").status == 204


def test_capital_letters_of_a_name_make_no_difference(strict: Server, anna: Session) -> None:
    assert post(strict, anna.name.upper(), headers=bearer(anna.make_key())).status == 204
    end(anna)


# Ways that do not lead in


def assert_nothing_was_stored(server: Server, name: str) -> None:
    assert server.stream(name) is None
    assert not server.ring(name).exists()


WRONG: dict[str, Callable[[str, str], tuple[str, dict[str, str]]]] = {
    "nothing": lambda name, key: ("", {}),
    "another key": lambda name, key: ("", bearer("weir_" + "A" * 43)),
    "half of the key": lambda name, key: ("", bearer(key[:20])),
    "the key and more": lambda name, key: ("", bearer(key + "A")),
    "no key at all": lambda name, key: ("", bearer("x")),
    "an empty bearer": lambda name, key: ("", {"authorization": "Bearer"}),
    "another scheme": lambda name, key: ("", {"authorization": f"Digest {key}"}),
    "basic that is no base64": lambda name, key: ("", {"authorization": "Basic !!!"}),
    "basic without a password": lambda name, key: ("", basic(key, "")),
    "the password of somebody": lambda name, key: ("", basic(name, "seven boats on a weir")),
    "an empty key": lambda name, key: ("?key=", {}),
    "a cookie that is none": lambda name, key: ("", {"cookie": "__Host-weir=" + "A" * 43}),
}


@pytest.mark.parametrize("way", WRONG)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_who_shows_nothing_good_is_refused_before_anything_is_stored(
    strict: Server, anna: Session, way: str, method: str
) -> None:
    query, headers = WRONG[way](anna.name, anna.make_key())
    body = None if method == "DELETE" else record().data
    answer = strict.request(method, f"/{anna.name}/live{query}", headers=headers, body=body)
    assert (answer.status, answer.problem) == (401, "not-authorised")
    assert "Basic" in answer.headers["www-authenticate"] or "Bearer" in answer.headers[
        "www-authenticate"]
    assert_nothing_was_stored(strict, anna.name)


def test_a_script_of_a_browser_is_not_asked_for_a_password_by_a_dialogue(
    strict: Server, anna: Session
) -> None:
    answer = post(strict, anna.name, headers={
        "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin"})
    assert answer.status == 401
    assert "basic" not in answer.headers.get("www-authenticate", "").lower()


@pytest.mark.smoke
def test_nobody_publishes_under_the_name_of_somebody_else(strict: Server, name: str) -> None:
    anna, bert = sign_up(strict, name), sign_up(strict, f"{name[:25]}-bert")
    theirs = bearer(bert.make_key())
    for answer in (
        post(strict, name, headers=theirs), post(strict, f"{name[:25]}-nobody", headers=theirs),
        bert.request("PUT", f"/{name}/live", body=record().data),
        bert.request("DELETE", f"/{name}/live"),
    ):
        assert (answer.status, answer.problem) == (403, "not-the-owner")
    assert_nothing_was_stored(strict, name)
    assert_nothing_was_stored(strict, f"{name[:25]}-nobody")
    assert post(strict, name, headers=bearer(anna.make_key())).status == 204
    for answer in (
        strict.request("DELETE", f"/{name}/live", headers=theirs),
        post(strict, name, headers=theirs | {"weir-take-over": "1"}),
    ):
        assert (answer.status, answer.problem) == (403, "not-the-owner")
    strict.wait_for_stream(name)
    end(anna)


def test_a_refused_broadcast_is_logged_once_in_a_while(
    start_server: Callable[..., Server], name: str
) -> None:
    """An encoder says little of what it was answered, and nobody can fill the log with it."""
    wrong = "weir_" + "0" * 43

    def knock(number: int, pace: Pace) -> tuple[Server, list[Answer], Answer]:
        server = start_server(publish="account", workers=1)
        pace.begin()
        answers = [
            server.request("POST", f"/{name}/live?key={wrong}", body=record().data) for _ in range(5)]
        other = server.request("POST", f"/{name}/live?key={wrong}", headers={"weir-chunk": "?"})
        return server, answers, other

    # Later there would be another line.
    server, answers, other = in_time(limit_s("logRepeatMs") - 1, knock)
    assert [answer.status for answer in answers] == [401] * 5 and other.status == 400

    def refused() -> list[dict[str, str]]:
        return [each["metadata"] for each in server.log_records() if each["message"] == "broadcast refused"]

    wait_until(lambda: len(refused()) > 1, "the other refusal in the log")
    line = refused()[0]
    assert line == {
        "stream": name, "reason": "not-authorised", "peer": "127.0.0.1", "leftOut": "0",
        "request": answers[0].headers["x-request-id"]}
    assert wrong not in server.log()
    reasons = [each["reason"] for each in refused()]
    assert reasons == ["not-authorised", "bad-chunk-number"], "each reason has a line of its own"


def test_an_endless_body_is_refused_while_it_is_sent(strict: Server, anna: Session) -> None:
    """The answer does not wait for the end, and no more is taken than fits into a window."""
    with Http2Connection(strict) as connection:
        stream = connection.open("PUT", f"/{anna.name}/live", end=False)
        connection.send(stream, record(seconds=300).data)
        assert connection.response(stream).status == 401
    assert_nothing_was_stored(strict, anna.name)


def test_who_expects_100_continue_is_refused_without_it(strict: Server, anna: Session) -> None:
    with RawHttp1(strict) as connection:
        connection.request(
            "PUT", f"/{anna.name}/live", "Expect: 100-continue", "Transfer-Encoding: chunked")
        assert connection.reply().status == 401


def test_a_disabled_account_does_not_publish(strict: Server, anna: Session) -> None:
    key = anna.make_key()
    users = Users(data=strict.data)
    users.do("disable", anna.name)

    def refusal() -> str | None:
        answer = post(strict, anna.name, headers=bearer(key))
        return answer.problem if answer.status == 403 else None

    assert wait_until(refusal, "the key to be refused") == "account-disabled"
    users.do("enable", anna.name)
    wait_until(lambda: post(strict, anna.name, headers=bearer(key)).status == 204, "it to be good")


def test_watching_needs_no_account(
    strict: Server, anna: Session, publish: Publish, watch: Callable[..., Viewer]
) -> None:
    publish(strict, anna.name, headers=bearer(anna.make_key())).play(record(seconds=LASTING_S))
    strict.wait_for_state(anna.name, "live")
    viewer = watch(strict, anna.name, "?key=of-no-interest").wait_for_bytes(10_000)
    end(anna)
    viewer.wait_for_end()


# The end of a key


def test_a_new_key_ends_a_broadcast_that_used_the_old_one(
    strict: Server, anna: Session, publish: Publish, watch: Callable[..., Viewer]
) -> None:
    old = anna.make_key()
    publisher = publish(strict, anna.name, headers=bearer(old)).play(record(seconds=LASTING_S))
    strict.wait_for_state(anna.name, "live")
    viewer = watch(strict, anna.name).wait_for_bytes(1000)
    new = anna.make_key()
    assert publisher.answer().status in (401, 403)
    strict.wait_for_state(anna.name, "paused")
    assert post(strict, anna.name, headers=bearer(old)).status == 401
    # Viewers wait for the owner, who comes back with the new key.
    again = publish(strict, anna.name, headers=bearer(new)).play(record(seconds=LASTING_S))
    strict.wait_for_state(anna.name, "live")
    viewer.wait_for_more(10_000)
    assert again.process.poll() is None
    end(anna)
    viewer.wait_for_end()


def test_removing_the_key_ending_the_session_and_the_account_end_what_they_let_in(
    strict: Server, name: str, publish: Publish
) -> None:
    def live(session: Session, headers: dict[str, str]) -> Publisher:
        publisher = publish(strict, session.name, headers=headers).play(record(seconds=LASTING_S))
        strict.wait_for_state(session.name, "live")
        return publisher

    anna, bert, cleo = (sign_up(strict, f"{name[:25]}-{who}") for who in ("anna", "bert", "cleo"))
    by_key = live(anna, bearer(anna.make_key()))
    by_session = live(bert, log_in(strict, bert.name).headers)
    deleted = live(cleo, bearer(cleo.make_key()))
    untouched = live(sign_up(strict, name), log_in(strict, name).headers)
    assert anna.request("DELETE", "/api/me/stream-key").status == 204
    assert bert.request("DELETE", "/api/me/sessions").status == 200
    assert is_deleted(cleo.delete_once)
    for publisher in (by_key, by_session, deleted):
        assert publisher.answer().status in (401, 403)
    for paused in (anna.name, bert.name):
        strict.wait_for_state(paused, "paused")
    wait_until(lambda: strict.state(cleo.name) in ("ended", None), "her stream to be over")
    strict.wait_for_state(name, "live")
    assert untouched.process.poll() is None


def test_chunks_of_a_broadcast_need_the_key_of_today(strict: Server, anna: Session) -> None:
    key = anna.make_key()
    data = record().data
    with Http2Connection(strict) as connection:
        path, half = f"/{anna.name}/live", len(data) // 2
        fields = [("authorization", f"Bearer {key}")]
        first = connection.request("POST", path, [*fields, ("weir-chunk", "a/0")], data[:half])
        assert first.status == 204
        anna.make_key()
        wait_until(
            lambda: connection.request("POST", path, fields, data[half:half + 1]).status == 401,
            "the old key to be refused")
    end(anna)


# As printed


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Run a line as somebody would paste it into a terminal."""
    running: list[subprocess.Popen[bytes]] = []

    def run(line: str) -> subprocess.Popen[bytes]:
        errors = (tmp_path / f"shell-{len(running)}.errors").open("wb")
        # A group of its own, so that all of a pipe ends with it.
        running.append(subprocess.Popen(
            line, shell=True, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
            start_new_session=True))
        errors.close()
        return running[-1]

    yield run
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def obs(address: str) -> str:
    """What OBS sends with the settings that the account page shows: a chunked POST, as libavformat
    does unless told otherwise, of VP9 without frames held back."""
    return (
        "ffmpeg -nostdin -v error -re -f lavfi -i testsrc2=size=320x240:rate=25 "
        "-f lavfi -i sine=frequency=440 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 "
        "-lag-in-frames 0 -b:v 500k -g 60 -c:a libopus -f webm -cluster_time_limit 250 "
        f"'{address}'"
    )


@pytest.mark.slow
@pytest.mark.parametrize("program", ["ffmpeg", "curl", "obs"])
def test_the_lines_that_are_shown_publish_as_they_are(
    strict: Server, anna: Session, program: str,
    shell: Callable[[str], subprocess.Popen[bytes]], watch: Callable[..., Viewer],
) -> None:
    lines = anna.request("POST", "/api/me/stream-key").json()["publish"]
    process = shell(obs(lines["obs"]) if program == "obs" else lines[program])

    def is_live() -> bool:
        assert process.poll() is None, "the line ended"
        return strict.state(anna.name) == "live"

    wait_until(is_live, "the line to be live")
    viewer = watch(strict, anna.name).wait_for_bytes(100_000)
    # It does not only begin: a new key ends it, and nothing else has.
    assert process.poll() is None
    anna.make_key()
    wait_until(lambda: process.poll() is not None, "the program to be told and to end")
    end(anna)
    viewer.wait_for_end()
    assert_decodes(viewer.file)


def test_icecast_sends_a_key_as_its_password(
    strict: Server, anna: Session, watch: Callable[..., Viewer], tmp_path: Path
) -> None:
    recording = record(seconds=8)
    key = anna.make_key()
    with subprocess.Popen([
        "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", str(recording.path), "-c", "copy",
        "-f", "webm", "-content_type", "video/webm", "-tls", "1", "-legacy_icecast", "0",
        f"icecast://source:{key}@localhost:{strict.port}/{anna.name}/live",
    ]) as encoder:
        strict.wait_for_stream(anna.name)
        viewer = watch(strict, anna.name).wait_for_bytes()
        assert encoder.wait(2 * PATIENCE_S) == 0
    end(anna)
    viewer.wait_for_end()
    assert_contiguous(viewer.file, recording.path)


# What nobody may find


def test_no_key_is_in_the_log_in_the_store_or_in_an_answer(
    start_server: Start, name: str
) -> None:
    server = start_server("--log-level", "debug", publish="account")
    anna = sign_up(server, name)
    key = anna.make_key()
    for way in WAYS:
        query, headers = WAYS[way](name, key)
        answer = post(server, name, query, headers=headers)
        assert key.encode() not in answer.body + str(answer.headers).encode()
    wrong = "weir_" + "B" * 43
    refused = post(server, name, f"?key={wrong}")
    assert wrong.encode() not in refused.body
    for path in (f"/{name}/live?key={key}", f"/nowhere?key={key}", f"/{name}/watchLive?key={key}"):
        answer = server.request("HEAD", path)
        assert key not in str(answer.headers)
    anna.make_key()
    stored = b"".join(
        file.read_bytes() for file in server.data.rglob("*")
        if file.is_file() and file.name != RING_FILE)
    for secret in (key, wrong, key.removeprefix("weir_")):
        assert secret not in server.log()
        assert secret.encode() not in stored
    end(anna)
