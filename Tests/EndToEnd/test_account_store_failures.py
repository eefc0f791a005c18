"""The store of accounts is slow, hung, gone or killed: what needs it is told to wait, nothing else
notices, and when it is back nobody has to do anything."""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from weir.accounts import (
    PASSWORD, cookie_of, fresh_address, log_in, post_form, sign_up, try_to_log_in, try_to_sign_up,
)
from weir.admin import ask
from weir.bystander import Bystander
from weir.curl import Answer
from weir.disks import fill, mounted
from weir.http2 import Http2Connection
from weir.outages import OUTAGES, Outage, without_new_sessions
from weir.recordings import record
from weir.reports import write_report
from weir.server import Server
from weir.stores import KINDS, Store
from weir.users import Users
from weir.waiting import wait_until

Start = Callable[..., Server]


@pytest.fixture(params=OUTAGES, ids=lambda outage: f"{outage.kind} {outage.name}")
def outage(request: pytest.FixtureRequest) -> Outage:
    return request.param


@pytest.fixture
def store(outage: Outage, make_store: Callable[[str], Store]) -> Store:
    return make_store(outage.kind)


@pytest.fixture
def server(store: Store, start_server: Start) -> Server:
    return start_server(publish="account", accounts=store.location)


@pytest.fixture
def break_store(
    outage: Outage, store: Store
) -> Callable[[], AbstractContextManager[None]]:
    return lambda: outage.happens(store)  # type: ignore[return-value]


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def assert_unavailable(answer: Answer) -> None:
    assert (answer.status, answer.problem) == (503, "accounts-unavailable"), answer
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


def checks(server: Server) -> dict[str, str]:
    """What is not well, by the admin listener's word."""
    answer = ask(server, "/readyz")
    assert answer.status in (200, 503)
    return {name: text for name, text in answer.json()["checks"].items() if text != "ok"}


def wait_until_signed_in(server: Server, name: str) -> None:
    wait_until(lambda: try_to_log_in(server, name).status == 200, "sign-ins to be possible again")


@pytest.mark.slow
def test_who_wants_to_sign_in_is_told_to_wait_until_it_is_well_again(
    server: Server, outage: Outage, break_store: Callable[[], AbstractContextManager[None]],
    name: str,
) -> None:
    anna = sign_up(server, name)
    wait_until(lambda: not checks(server), "everything to be well")
    longest_s = 0.0

    def asked(act: Callable[[], Answer]) -> Answer:
        nonlocal longest_s
        began = time.monotonic()
        answer = act()
        longest_s = max(longest_s, time.monotonic() - began)
        return answer

    with break_store():
        assert_unavailable(asked(lambda: try_to_log_in(server, name)))
        assert_unavailable(asked(lambda: try_to_sign_up(server, f"{name[:25]}-new")))
        for path, who in (("/login", name), ("/signup", f"{name[:25]}-new")):
            typed = {"username": who, "password": PASSWORD}
            page = asked(lambda: post_form(server, path, typed))
            assert page.status == 503 and int(page.headers["retry-after"]) > 0
            assert page.headers["content-type"].startswith("text/html")
        # What needs no account is there as ever.
        for path in ("/", "/api/streams", "/login", "/signup", "/live", "/nobody/watchLive"):
            assert asked(lambda: server.get(path)).status in (200, 303, 404), path
        assert asked(lambda: anna.get("/")).status == 200
        if outage.is_total:
            # Each worker finds out for itself, and any may answer.
            wait_until(
                lambda: set(checks(server)) == {"accounts"}, "only the accounts to be missed")
            assert ask(server, "/healthz").status == 200
    wait_until_signed_in(server, name)
    assert anna.is_valid
    wait_until(lambda: not checks(server), "everything to be well again")
    write_report(f"outage-{outage.kind}-{outage.name}", {"longestAnswerS": round(longest_s, 2)})


@pytest.mark.slow
def test_a_live_stream_its_viewers_and_keys_that_were_checked_go_on(
    server: Server, break_store: Callable[[], AbstractContextManager[None]], name: str,
    tmp_path: Path,
) -> None:
    anna, bert = sign_up(server, name), sign_up(server, f"{name[:25]}-bert")
    key, cookie = anna.make_key(), bert.headers
    bystander = Bystander(server, tmp_path, name, headers=bearer(key))
    chunks = f"/{bert.name}/live"
    fields = [("authorization", f"Bearer {bert.make_key()}")]
    try:
        # A worker knows what it has asked itself, so this goes to one and the same.
        with Http2Connection(server) as known:
            assert known.request("POST", chunks, fields, record().data).status == 204
            assert known.request("GET", "/api/me", list(cookie.items())).status == 200
            with break_store():
                # Some times as long as keys of live streams are taken without asking again.
                end = time.monotonic() + 7
                while time.monotonic() < end:
                    bystander.assert_undisturbed()
                assert known.request("POST", chunks, fields, record().data).status == 204
                unknown = server.request(
                    "POST", chunks, headers=bearer("weir_" + "A" * 43), body=record().data)
                assert unknown.status in (401, 503)
                if unknown.status == 503:
                    assert_unavailable(unknown)
                bystander.assert_undisturbed()
        wait_until_signed_in(server, name)
        # As often as keys are looked at, again: it was not just that nobody had looked.
        end = time.monotonic() + 3
        while time.monotonic() < end:
            bystander.assert_undisturbed()
        bystander.finish()
    finally:
        bystander.stop()


@pytest.mark.slow
def test_a_server_starts_without_its_store_and_finds_it_later(
    make_store: Callable[[str], Store], start_server: Start, name: str
) -> None:
    store = make_store("mongodb")
    store.users.add(name, PASSWORD)
    assert store.mongodb is not None
    store.mongodb.stop()
    server = start_server(publish="account", accounts=store.location)
    assert server.get("/").status == 200
    assert_unavailable(try_to_log_in(server, name))
    wait_until(lambda: set(checks(server)) == {"accounts"}, "the accounts to be missed")
    store.mongodb.start()
    wait_until_signed_in(server, name)
    wait_until(lambda: not checks(server), "everything to be well")


def test_a_full_disk_refuses_new_accounts_and_nothing_else(
    start_server: Start, tmp_path: Path, name: str
) -> None:
    with mounted(tmp_path / "disk", "size=1m") as disk:
        # Filling up what is left takes a while, in which nobody publishes.
        server = start_server(
            "--grace", "120", publish="account", accounts=f"sqlite:{disk}/accounts.sqlite")
        anna = sign_up(server, name)
        key = anna.make_key()
        filler = fill(disk)
        fields = bearer(key)
        stream = f"/{name}/live"
        assert server.request("POST", stream, headers=fields, body=record().data).status == 204
        # What is in the file already may be overwritten for a while.
        refused = _first_refusal(server, name)
        assert_unavailable(refused)
        assert anna.is_valid
        filler.unlink()
        wait_until_signed_in(server, name)
        assert server.request("DELETE", stream, headers=fields).status == 204
        server.stop()


def test_a_file_that_is_overwritten_is_told_and_used_again_when_it_is_mended(
    start_server: Start, name: str
) -> None:
    server = start_server("--log-level", "debug", publish="account")
    anna = sign_up(server, name)
    file = server.data / "accounts.sqlite"
    wait_until(lambda: not checks(server), "everything to be well")
    with sqlite3.connect(file) as connection:
        # So that all is in the file, and nothing beside it.
        wait_until(lambda: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0,
                   "the file to be complete")
    connection.close()
    whole = file.read_bytes()
    file.write_bytes(b"this is no database\n" * 1_000)
    wait_until(lambda: "damaged" in checks(server).get("accounts", ""), "the damage to be told")
    assert_unavailable(try_to_sign_up(server, f"{name[:25]}-new"))
    assert file.read_bytes().startswith(b"this is no database"), "it was written to"
    file.write_bytes(whole)
    wait_until(lambda: not checks(server), "everything to be well again")
    wait_until_signed_in(server, name)
    # Each worker looks for itself.
    wait_until(lambda: anna.request("GET", "/api/me").status == 200, "the session to be known")
    def told() -> list[str]:
        return [line for line in server.log().splitlines() if "the file is damaged" in line
                and "store of accounts does not answer" in line]

    # Once by each worker.
    wait_until(told, "the log to tell")
    assert len(told()) <= 2, told()


def test_another_file_in_its_place_is_used_and_told(
    start_server: Start, tmp_path: Path, name: str
) -> None:
    server = start_server(publish="account")
    sign_up(server, name)
    backup = tmp_path / "backup.sqlite"
    Users(f"sqlite:{backup}").add(f"{name[:25]}-bert", PASSWORD)
    file = server.data / "accounts.sqlite"
    for ending in ("-wal", "-shm"):
        Path(f"{file}{ending}").unlink()
    backup.rename(file)
    wait_until_signed_in(server, f"{name[:25]}-bert")
    wait_until(lambda: not checks(server), "everything to be well again")
    # Each worker looks for itself.
    wait_until(lambda: try_to_log_in(server, name).status == 401, "her not to be known any more")
    wait_until(lambda: "another file is there now" in server.log(), "the log to tell")


def _first_refusal(server: Server, name: str) -> Answer:
    for number in range(500):
        answer = try_to_sign_up(server, f"{name[:24]}-{number}")
        if answer.status != 201 and answer.problem != "accounts-busy":
            return answer
    raise AssertionError("five hundred accounts on a full disk")


def test_an_account_is_made_although_no_session_can_be_begun(
    make_store: Callable[[str], Store], start_server: Start, name: str
) -> None:
    store = make_store("sqlite")
    server = start_server(publish="account", accounts=store.location)
    other = f"{name[:25]}-form"
    sign_up(server, f"{name[:24]}-first")
    with without_new_sessions(store):
        answer = try_to_sign_up(server, name)
        assert answer.status == 201 and answer.json() == {"username": name}, answer
        assert cookie_of(answer) is None
        typed = {"username": other, "password": PASSWORD, "next": "/bob/watchLive"}
        answer = post_form(server, "/signup", typed, source=fresh_address())
        assert answer.status == 303 and cookie_of(answer) is None, answer
        where = answer.headers["location"]
        assert where == "/login?done=signed-up&next=/bob/watchLive"
        page = server.get(where).body.decode()
        assert "Your account is there." in page and 'value="/bob/watchLive"' in page
        assert_unavailable(try_to_log_in(server, name))
    for who in (name, other):
        assert log_in(server, who).is_valid


# Nothing that was promised is lost


class Crowd:
    """People who sign up all the time, each once, from many threads; and who was told that it is
    done."""

    def __init__(self, server: Server, stem: str, threads: int = 4) -> None:
        self._server, self._stem = server, stem[:22]
        self._numbers = itertools.count()
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            name = f"{self._stem}-{next(self._numbers)}"
            answer = try_to_sign_up(self._server, name, timeout_s=20)
            if answer.status == 201:
                self.acknowledged.append(name)
            else:
                self._stop.wait(0.05)

    def wait_for(self, count: int) -> None:
        wait_until(lambda: len(self.acknowledged) >= count, f"{count} accounts", 120)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("victim", ["store", "server"])
def test_whoever_was_told_that_the_account_is_made_has_it_after_sigkill(
    make_store: Callable[[str], Store], start_server: Start, kind: str, victim: str, name: str
) -> None:
    if (kind, victim) == ("sqlite", "store"):
        victim = "workers"  # the store is in them
    store = make_store(kind)
    server = start_server(publish="account", accounts=store.location)
    crowd = Crowd(server, name)
    try:
        for turn in range(3):
            crowd.wait_for(len(crowd.acknowledged) + 10)
            if victim == "store":
                assert store.mongodb is not None
                store.mongodb.kill()
                store.mongodb.start()
            elif victim == "workers":
                server.kill_worker(turn % 2)
                server.wait_for_all_workers()
            else:
                server.kill_supervisor()
                server.assert_no_process_stays()
                server.start()
        crowd.wait_for(len(crowd.acknowledged) + 10)
    finally:
        crowd.stop()
    stored = store.users.list()
    assert len(crowd.acknowledged) >= 40
    assert not set(crowd.acknowledged) - set(stored), "accounts were lost"
    for each in (crowd.acknowledged[0], crowd.acknowledged[-1]):
        log_in(server, each, source=fresh_address())
