"""Guessing at passwords is bounded, and keeps nobody out but those who guess."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from weir import accounts
from weir.accounts import (
    DEVICE_COOKIE, PASSWORD, Session, cookie_of, device_of, fresh_address, log_in, session_of,
    sign_up, signed_up, when_not_too_busy,
)
from weir.curl import Answer
from weir.http2 import Http2Connection
from weir.server import Server
from weir.stores import KINDS, Store
from weir.waiting import wait_until

Start = Callable[..., Server]

NEW_PASSWORD = "eight boats on it"
_JSON = [("content-type", "application/json")]


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, make_store: Callable[[str], Store]) -> Store:
    return make_store(request.param)


@pytest.fixture
def server(store: Store, start_server: Start) -> Server:
    return start_server(publish="account", accounts=store.location)


def try_to_log_in(*arguments: Any, **options: Any) -> Answer:
    """Once more while a busy server has no time for it."""
    return when_not_too_busy(lambda: accounts.try_to_log_in(*arguments, **options))


def answers(ask: Callable[[int], int], times: int) -> Counter[int]:
    """The statuses of so many attempts, one after the other; those of 503 are counted beside them."""
    seen: Counter[int] = Counter()
    for number in range(times):
        def is_answered(number: int = number) -> bool:
            status = ask(number)
            seen[status] += 1
            return status != 503

        wait_until(is_answered, "an answer that is not 503")
    return seen


def guess(server: Server, name: str, source: str, times: int = 10) -> Counter[int]:
    """Wrong passwords from one network."""
    with Http2Connection(server, source=source) as connection:
        def ask(number: int) -> int:
            body = json.dumps({"username": name, "password": f"wrong {number}"}).encode()
            status = connection.request("POST", "/login", _JSON, body).status
            assert status is not None
            return status

        return answers(ask, times)


def assert_let_in(seen: Counter[int], most: int, refused: int = 0, wrong: int = 401) -> None:
    """So many guesses were judged (`wrong`), and the others refused. A guess that a busy server gave up on
    (503) may count as one or not."""
    assert seen.keys() <= {wrong, 429, 503}, seen
    assert seen[wrong] + seen[429] == most + refused, seen
    assert most - seen[503] <= seen[wrong] <= most, seen


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.problem) == (429, "too-many-attempts"), answer
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert cookie_of(answer) is None and cookie_of(answer, DEVICE_COOKIE) is None


def change_password(owner: Session, current: str = PASSWORD) -> Answer:
    change = {"currentPassword": current, "newPassword": NEW_PASSWORD}
    return owner.json("/api/me/password", change, source=fresh_address())


def test_who_guesses_shuts_out_the_network_guessed_from_and_nobody_else(
    server: Server, name: str
) -> None:
    source = fresh_address()
    anna = sign_up(server, name)
    assert_let_in(guess(server, name, source, 15), 10, refused=5)
    assert_refused(try_to_log_in(server, name, source=source))
    # Another name from there, and this name from elsewhere.
    sign_up(server, f"{name[:26]}-bert")
    log_in(server, f"{name[:26]}-bert", source=source)
    log_in(server, name, source=fresh_address())
    # The owner's browser, though it is in the same network; and who is signed in.
    browser = device_of(try_to_log_in(server, name, source=fresh_address()))
    log_in(server, name, source=source, headers=browser)
    assert change_password(anna).status == 204
    assert_refused(try_to_log_in(server, name, NEW_PASSWORD, source=source))


def test_the_right_password_clears_what_was_counted_for_the_network(
    server: Server, name: str
) -> None:
    sign_up(server, name)
    source = fresh_address()
    for _ in range(2):
        assert_let_in(guess(server, name, source, 7), 7)
        log_in(server, name, source=source)


@pytest.mark.slow
def test_a_name_that_many_networks_guess_at_stays_open_to_its_owner(
    start_server: Start, name: str
) -> None:
    server = start_server(publish="account")
    home = fresh_address()
    anna = session_of(signed_up(server, name), server, name)
    browser = device_of(try_to_log_in(server, name, source=home))
    seen: Counter[int] = Counter()
    with ThreadPoolExecutor(4) as pool:
        for counted in pool.map(lambda _: guess(server, name, fresh_address()), range(32)):
            seen += counted
    assert_let_in(seen, 300, refused=20)
    # Strangers are refused, even with the right password,
    assert_refused(try_to_log_in(server, name, source=fresh_address()))
    # but neither a browser that has signed in before, wherever it is,
    log_in(server, name, source=fresh_address(), headers=browser)
    # nor anybody in a network that has,
    log_in(server, name, source=home)
    # nor whoever is signed in.
    assert change_password(anna).status == 204
    # The browser that has changed it is known, the others are not any more.
    assert_refused(try_to_log_in(
        server, name, NEW_PASSWORD, source=fresh_address(), headers=browser))
    sign_up(server, f"{name[:26]}-bert")


def test_a_browser_is_known_to_all_workers_and_nodes_and_after_a_restart(
    store: Store, start_server: Start, name: str
) -> None:
    one, two = (start_server(publish="account", accounts=store.location) for _ in range(2))
    browser = device_of(signed_up(one, name))
    source = fresh_address()
    assert_let_in(guess(one, name, source, 11), 10, refused=1)
    assert_refused(try_to_log_in(two, name, source=source))
    log_in(two, name, source=source, headers=browser)
    one.kill_supervisor()
    one.assert_no_process_stays()
    again = start_server(publish="account", accounts=store.location)
    log_in(again, name, source=source, headers=browser)
    # For its own name only.
    sign_up(again, f"{name[:26]}-bert")
    assert_let_in(guess(again, f"{name[:26]}-bert", source), 10)
    assert_refused(try_to_log_in(again, f"{name[:26]}-bert", source=source, headers=browser))


def test_a_thief_has_ten_tries_with_what_was_stolen(server: Server, name: str) -> None:
    anna = sign_up(server, name)
    browser = device_of(try_to_log_in(server, name))

    def at_the_door(_: int) -> int:
        return accounts.try_to_log_in(
            server, name, "wrong", source=fresh_address(), headers=browser).status

    assert_let_in(answers(at_the_door, 10), 10)
    assert_refused(try_to_log_in(server, name, source=fresh_address(), headers=browser))
    # With a session, too, by whichever door.
    stolen = log_in(server, name)

    def inside(number: int) -> int:
        change = {"currentPassword": "wrong", "newPassword": NEW_PASSWORD}
        answer = stolen.delete_once("wrong") if number % 2 else accounts.post_json(
            server, "/api/me/password", change, headers=stolen.headers, source=fresh_address())
        assert answer.status != 403 or answer.problem == "wrong-password", answer
        return answer.status

    assert_let_in(answers(inside, 10), 10, wrong=403)
    assert_refused(stolen.delete(PASSWORD))
    assert_refused(change_password(stolen))
    # All this has kept the owner from nothing.
    log_in(server, name, source=fresh_address())
    assert change_password(anna).status == 204
    assert not stolen.is_valid


def test_a_network_that_stands_for_many_lets_all_of_them_in(
    start_server: Start, name: str
) -> None:
    server = start_server("--exempt-network", "127.9.0.0/16", publish="account")
    people = [f"{name[:28]}-{number}" for number in range(30)]
    source = "127.9.1.1"

    def enter(person: str) -> Answer:
        sign_up(server, person, source=source)
        # Somebody forgets the password, and somebody else guesses.
        for _ in range(4):
            assert try_to_log_in(server, person, "wrong", source=source).status == 401
        return try_to_log_in(server, person, source=source)

    with ThreadPoolExecutor(8) as pool:
        assert Counter(answer.status for answer in pool.map(enter, people)) == {200: 30}


def test_one_client_that_floods_leaves_room_for_others(start_server: Start, name: str) -> None:
    server = start_server(publish="account", workers=1)
    sign_up(server, name)
    floods = [Http2Connection(server, source="127.0.0.50") for _ in range(4)]
    try:
        sent = []
        for number in range(100):
            for index, flood in enumerate(floods):
                body = {"username": f"{name[:22]}-{index}-{number}", "password": PASSWORD}
                stream = flood.open("POST", "/login", _JSON, end=False)
                flood.send(stream, json.dumps(body).encode(), end=True)
                sent.append((flood, stream))
        # While those wait, there is room for somebody else: without a limit they would have all 64 places.
        # (On a busy machine it may take too long, which is another answer.)
        other = accounts.try_to_log_in(server, name, source="127.0.0.51")
        assert other.status == 200 or other.problem == "accounts-unavailable", other
        log_in(server, name, source="127.0.0.51")
        statuses = Counter(flood.response(stream).status for flood, stream in sent)
    finally:
        for flood in floods:
            flood.close()
    # Whoever waits behind others of the same client for too long is told so.
    assert set(statuses) <= {401, 429, 503}, statuses
    assert statuses[429] > 200, statuses


def test_keys_are_not_changed_without_end(server: Server, name: str) -> None:
    anna = sign_up(server, name)
    for _ in range(20):
        key = anna.make_key()
    answer = anna.request("POST", "/api/me/stream-key")
    assert (answer.status, answer.problem) == (429, "too-many-changes")
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    page = anna.form("/api/me/stream-key")
    assert page.status == 429 and page.headers["content-type"].startswith("text/html")
    # The last one is good, and can still be taken away.
    media = {"authorization": f"Bearer {key}"}
    assert server.request("DELETE", f"/{name}/live", headers=media).status == 404
    assert anna.request("DELETE", "/api/me/stream-key").status == 204
