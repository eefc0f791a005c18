"""Accounts across workers, servers and deaths: what one of them knows, all of them know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from weir.accounts import (
    PASSWORD, fresh_address, log_in, post_json, sign_up, try_to_log_in, try_to_sign_up, when_not_too_busy,
)
from weir.curl import Answer
from weir.limits import limit
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.stores import KINDS, Store
from weir.waiting import wait_until

Start = Callable[..., Server]

# Enough connections that each of two workers gets some: the supervisor gives a new one to whichever
# has fewer.
_MANY = 8


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, make_store: Callable[[str], Store]) -> Store:
    return make_store(request.param)


@pytest.fixture
def server(store: Store, start_server: Start) -> Server:
    return start_server(publish="account", accounts=store.location)


def at_once(count: int, act: Callable[[int], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))


def at_once_and_again(count: int, act: Callable[[int], Answer]) -> tuple[list[Answer], set[int]]:
    """The same, with whoever is asked to come again coming again; and who that was."""
    busy: set[int] = set()

    def asked(number: int) -> Answer:
        answer = act(number)
        busy.update({number} if answer.status == 503 else ())
        return answer

    return at_once(count, lambda number: when_not_too_busy(lambda: asked(number))), busy


def assert_only_winner_was_told(winner: int, status: int, answers: list[Answer], busy: set[int]) -> None:
    """Unless it was asked to come again when all was done already, and came too late for its own word."""
    told = [number for number, answer in enumerate(answers) if answer.status == status]
    assert told == [winner] or (not told and winner in busy), answers


def is_good(server: Server, name: str, password: str) -> bool:
    """Whether one can sign in so."""
    return when_not_too_busy(lambda: try_to_log_in(server, name, password)).status == 200


def test_of_many_who_want_a_name_at_once_exactly_one_gets_it(server: Server, name: str) -> None:
    # No more at once than are hashed in time on a machine that is busy with other tests.
    for turn in range(5):
        wanted = f"{name[:25]}-{turn}"
        answers, busy = at_once_and_again(
            6, lambda number: try_to_sign_up(server, wanted, f"password number {number}"))
        assert {answer.problem for answer in answers} <= {None, "name-taken"}, answers
        [winner] = [
            number for number in range(6) if is_good(server, wanted, f"password number {number}")]
        assert_only_winner_was_told(winner, 201, answers, busy)


def test_a_session_is_good_on_every_worker_and_after_each_has_been_killed(
    server: Server, name: str
) -> None:
    anna = sign_up(server, name)
    assert all(answer.status == 200 for answer in at_once(_MANY, lambda _: anna.get("/api/me")))
    for slot in (0, 1):
        server.wait_for_all_workers(without=server.kill_worker(slot))
        answers = at_once(_MANY, lambda _: anna.get("/api/me"))
        assert all(answer.status == 200 for answer in answers)
    other = log_in(server, name)
    assert anna.request("POST", "/logout").status == 204
    # A worker may go on for two seconds with what it has asked before.
    wait_until(lambda: {answer.status for answer in at_once(
        _MANY, lambda _: anna.get("/api/me"))} == {401}, "every worker to know that she is out")
    assert other.is_valid


def test_attempts_at_many_workers_count_together(server: Server, name: str) -> None:
    anna, source = sign_up(server, name), fresh_address()
    answers = at_once(30, lambda number: try_to_log_in(
        server, name, f"wrong password {number}", source=source))
    seen = Counter(answer.problem for answer in answers)
    assert seen["wrong-credentials"] <= 10, seen
    told = ("wrong-credentials", "too-many-attempts", "too-many-at-once", "accounts-busy",
            "accounts-unavailable")
    assert sum(seen[problem] for problem in told) == 30, seen
    # What found no place or no time did not count.
    wait_until(lambda: try_to_log_in(
        server, name, "wrong", source=source).problem == "too-many-attempts", "her to be refused")
    server.wait_for_all_workers(without=server.kill_worker(0))
    for _ in range(_MANY):
        answer = when_not_too_busy(lambda: try_to_log_in(server, name, PASSWORD, source=source))
        assert (answer.status, answer.problem) == (429, "too-many-attempts")
    assert anna.is_valid


def test_a_key_made_by_one_worker_is_good_for_all(server: Server, name: str) -> None:
    anna = sign_up(server, name)
    key = anna.make_key()
    recording = record().data

    def publish(_: int) -> Answer:
        return server.request(
            "POST", f"/{name}/live", headers={"authorization": f"Bearer {key}"}, body=recording)

    for _ in range(_MANY):
        assert when_not_too_busy(lambda: publish(0)).status == 204
        assert when_not_too_busy(lambda: server.request(
            "DELETE", f"/{name}/live", headers={"authorization": f"Bearer {key}"})).status == 204
    anna.make_key()
    wait_until(lambda: {answer.status for answer in at_once(_MANY, publish)} == {401},
               "every worker to know that the key has been replaced")


def test_of_two_changes_of_a_password_at_once_one_is_made(server: Server, name: str) -> None:
    anna = sign_up(server, name)
    sessions = [log_in(server, name) for _ in range(3)] + [anna]
    answers, busy = at_once_and_again(4, lambda number: post_json(
        server, "/api/me/password",
        {"currentPassword": PASSWORD, "newPassword": f"password number {number}"},
        headers=sessions[number].headers))
    # The others' password was wrong by then, or their session over.
    assert {answer.status for answer in answers} <= {204, 401, 403}, answers
    assert not is_good(server, name, PASSWORD)
    [changed] = [number for number in range(4) if is_good(server, name, f"password number {number}")]
    assert_only_winner_was_told(changed, 204, answers, busy)
    wait_until(lambda: [each.is_valid for each in sessions] == [
        number == changed for number in range(4)], "the others to be out")


def test_two_servers_with_one_store_agree(
    store: Store, start_server: Start, name: str, publish: Callable[..., Publisher]
) -> None:
    one, two = (start_server(publish="account", accounts=store.location) for _ in range(2))
    anna = sign_up(one, name)
    there = replace(anna, server=two)
    assert when_not_too_busy(lambda: try_to_sign_up(two, name)).status == 409
    assert there.me()["username"] == name and log_in(two, name).is_valid
    key = anna.make_key()
    assert there.me()["streamKey"] == anna.me()["streamKey"]
    publish(two, name, headers={"authorization": f"Bearer {key}"}).play(record(seconds=LASTING_S))
    two.wait_for_state(name, "live")
    # What is ended here is ended there.
    assert there.request("POST", "/logout").status == 204
    wait_until(lambda: not anna.is_valid, "her session to be over at the other one, too")
    source = fresh_address()
    for number in range(10):
        server = (one, two)[number % 2]
        refused = when_not_too_busy(lambda: try_to_log_in(server, name, "wrong", source=source))
        assert refused.status == 401
    for server in (one, two):
        refused = when_not_too_busy(lambda: try_to_log_in(server, name, source=source))
        assert refused.status == 429


def test_who_has_signed_up_too_often_has_so_everywhere_and_after_a_restart(
    store: Store, start_server: Start, name: str
) -> None:
    one, two = (start_server(publish="account", accounts=store.location) for _ in range(2))
    source = fresh_address()
    sign_up(one, name)
    seen: Counter[str | None] = Counter()
    while seen["too-many-sign-ups"] == 0:
        seen[try_to_sign_up((one, two)[seen.total() % 2], name, source=source).problem] += 1
        assert seen.total() < 200, seen
    # On a busy machine the server may have given up on some that count.
    taken, most = seen.pop("name-taken"), limit("signUpsPerAddress")
    del seen["too-many-sign-ups"]
    assert most - seen.total() <= taken <= most, seen
    assert seen.keys() <= {"accounts-busy", "accounts-unavailable"}
    fresh = f"{name[:25]}-new"
    for server in (one, two):
        refused = when_not_too_busy(lambda: try_to_sign_up(server, fresh, source=source))
        assert refused.problem == "too-many-sign-ups"
    one.kill_supervisor()
    one.assert_no_process_stays()
    again = start_server(publish="account", accounts=store.location)
    refused = when_not_too_busy(lambda: try_to_sign_up(again, fresh, source=source))
    assert refused.problem == "too-many-sign-ups"
    sign_up(again, fresh)


def test_many_servers_may_start_on_an_empty_store_at_once(
    store: Store, start_server: Start, name: str
) -> None:
    servers = [
        start_server(publish="account", accounts=store.location, wait=False) for _ in range(3)]
    for server in servers:
        server.launch()
    for server in servers:
        wait_until(server.is_serving, "a server to be ready")
    sessions = [sign_up(server, f"{name[:25]}-{number}") for number, server in enumerate(servers)]
    for session in sessions:
        for server in servers:
            assert replace(session, server=server).is_valid


def test_a_session_and_an_account_outlive_the_server(
    store: Store, start_server: Start, name: str
) -> None:
    first = start_server(publish="account", accounts=store.location)
    anna = sign_up(first, name)
    key = anna.make_key()
    first.kill_supervisor()
    first.assert_no_process_stays()
    second = start_server(publish="account", accounts=store.location)
    assert replace(anna, server=second).me()["streamKey"] is not None
    answer = when_not_too_busy(lambda: second.request(
        "POST", f"/{name}/live", headers={"authorization": f"Bearer {key}"}, body=record().data))
    assert answer.status == 204


def test_operators_and_the_running_server_see_the_same(
    server: Server, store: Store, name: str
) -> None:
    users = store.users
    users.add(name, PASSWORD)
    anna = log_in(server, name)
    key = users.key(name)
    assert anna.me()["streamKey"] is not None
    fields = {"authorization": f"Bearer {key}"}
    assert when_not_too_busy(lambda: server.request(
        "POST", f"/{name}/live", headers=fields, body=record().data)).status == 204
    users.do("passwd", name, stdin="eight boats on it\n")
    wait_until(lambda: not anna.is_valid, "her session to be over")
    log_in(server, name, "eight boats on it")
    users.do("delete", "--yes", name)
    assert not is_good(server, name, "eight boats on it")
    assert sign_up(server, name).me()["streamKey"] is None

