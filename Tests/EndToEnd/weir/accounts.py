"""Accounts from outside: signing up and in, and what their owner may then do. By curl, as JSON or as
a form that a page without scripts would send."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from .curl import Answer
from .server import Server
from .waiting import wait_until

PASSWORD = "seven boats on a weir"
COOKIE = "__Host-weir"
DEVICE_COOKIE = "__Host-weir-device"

# Whoever signs up or in does so from an address of its own: addresses are counted, and all tests of
# a process would be one. Not a generator, which two threads must not ask at once.
_addresses = itertools.product(range(1, 255), repeat=2)


def fresh_address() -> str:
    """An address of loopback that nobody has come from. For any thread."""
    a, b = next(_addresses)
    return f"127.{a}.{b}.1"


def post_json(
    server: Server, path: str, value: Any, *, method: str = "POST",
    headers: dict[str, str] | None = None, **options: Any,
) -> Answer:
    fields = {"content-type": "application/json"} | (headers or {})
    return server.request(
        method, path, headers=fields, body=json.dumps(value).encode(), **options)


def post_form(
    server: Server, path: str, fields: dict[str, str] | None = None, *,
    headers: dict[str, str] | None = None, **options: Any,
) -> Answer:
    """As a browser sends it; redirections are not followed."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return server.request(
        "POST", path, headers=kind | (headers or {}), body=urlencode(fields or {}).encode(),
        **options)


@dataclass(frozen=True)
class Cookie:
    """What a Set-Cookie field says. The names of attributes are in lower case."""

    name: str
    value: str
    attributes: dict[str, str]


def cookie_of(answer: Answer, wanted: str = COOKIE) -> Cookie | None:
    """The cookie of that name which the answer sets."""
    for text in answer.headers.get("set-cookie", "").splitlines():
        pair, *rest = text.split(";")
        name, _, value = pair.partition("=")
        attributes = {}
        for part in rest:
            key, _, given = part.strip().partition("=")
            attributes[key.lower()] = given
        if name == wanted:
            return Cookie(name, value, attributes)
    return None


def device_of(answer: Answer) -> dict[str, str]:
    """What the browser that has got this answer shows when it signs in again."""
    cookie = cookie_of(answer, DEVICE_COOKIE)
    assert cookie is not None and cookie.value, answer
    return {"cookie": f"{DEVICE_COOKIE}={cookie.value}"}


@dataclass
class Session:
    """Somebody who is signed in on a server. (Elsewhere as well, when `server` is replaced.)"""

    server: Server
    name: str
    token: str
    password: str = PASSWORD

    @property
    def headers(self) -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.token}"}

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Asks again while a busy server has no time for its accounts, as all of these do."""
        headers = self.headers | options.pop("headers", {})
        return when_not_too_busy(lambda: self.server.request(method, path, headers=headers, **options))

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def json(self, path: str, value: Any, **options: Any) -> Answer:
        headers = self.headers | options.pop("headers", {})
        return when_not_too_busy(lambda: post_json(self.server, path, value, headers=headers, **options))

    def form(self, path: str, fields: dict[str, str] | None = None, **options: Any) -> Answer:
        headers = self.headers | options.pop("headers", {})
        return when_not_too_busy(lambda: post_form(self.server, path, fields, headers=headers, **options))

    def me(self) -> dict[str, Any]:
        """What `GET /api/me` says."""
        answer = self.get("/api/me")
        assert answer.status == 200, answer
        return answer.json()

    @property
    def is_valid(self) -> bool:
        answer = self.get("/api/me")
        assert answer.status in (200, 401), answer
        return answer.status == 200

    def delete(self, password: str | None = None, **options: Any) -> Answer:
        """The answer to deleting the account. Where that is to succeed, see `is_deleted`."""
        return when_not_too_busy(lambda: self.delete_once(password, **options))

    def delete_once(self, password: str | None = None, **options: Any) -> Answer:
        """Without another try."""
        value = {"password": password or self.password}
        headers = self.headers | options.get("headers", {})
        return post_json(
            self.server, "/api/me", value, method="DELETE", **options | {"headers": headers})

    def make_key(self) -> str:
        """A new stream key; the one before is not good any more."""
        answer = self.request("POST", "/api/me/stream-key")
        assert answer.status == 201, answer
        return answer.json()["streamKey"]


def session_of(answer: Answer, server: Server, name: str, password: str = PASSWORD) -> Session:
    """The session that an answer to signing up or in has begun."""
    cookie = cookie_of(answer)
    assert cookie is not None and cookie.name == COOKIE and cookie.value, answer
    return Session(server, name, cookie.value, password)


def try_to_sign_up(server: Server, name: str, password: str = PASSWORD, **options: Any) -> Answer:
    options.setdefault("source", fresh_address())
    return post_json(
        server, "/signup", {"username": name, "password": password}, **options)


def try_to_log_in(server: Server, name: str, password: str = PASSWORD, **options: Any) -> Answer:
    options.setdefault("source", fresh_address())
    return post_json(server, "/login", {"username": name, "password": password}, **options)


def when_not_too_busy(ask: Callable[[], Answer]) -> Answer:
    """The first answer of a server that has the time for its accounts. On a busy machine it may say that one
    should come again: people do."""
    def answered() -> Answer | None:
        answer = ask()
        if answer.status != 503 or not _has_no_time(answer):
            return answer
        assert "retry-after" in answer.headers, answer
        return None

    return wait_until(answered, "the accounts to answer", every_s=1)


def _has_no_time(refusal: Answer) -> bool:
    """Pages say so in words."""
    is_page = refusal.headers.get("content-type", "").startswith("text/html")
    return is_page or refusal.problem in ("accounts-unavailable", "accounts-busy")


def is_deleted(delete: Callable[[], Answer]) -> bool:
    """Delete an account, with another try for each answer that there was no time. The 401 of another try says
    that the one before has done it all the same."""
    asked = 0

    def ask() -> Answer:
        nonlocal asked
        asked += 1
        return delete()

    status = when_not_too_busy(ask).status
    return status == 204 or (status == 401 and asked > 1)


def signed_up(server: Server, name: str, password: str = PASSWORD, **options: Any) -> Answer:
    """The answer to a sign-up; or to a sign-in, when a try whose answer was that there was no time has made
    the account all the same."""
    asked = 0

    def ask() -> Answer:
        nonlocal asked
        asked += 1
        return try_to_sign_up(server, name, password, **options)

    answer = when_not_too_busy(ask)
    if answer.status == 409 and asked > 1:
        answer = when_not_too_busy(lambda: try_to_log_in(server, name, password, **options))
        assert answer.status == 200, answer
        return answer
    assert answer.status == 201, answer
    return answer


def sign_up(server: Server, name: str, password: str = PASSWORD, **options: Any) -> Session:
    return session_of(signed_up(server, name, password, **options), server, name, password)


def log_in(server: Server, name: str, password: str = PASSWORD, **options: Any) -> Session:
    answer = when_not_too_busy(lambda: try_to_log_in(server, name, password, **options))
    assert answer.status == 200, answer
    return session_of(answer, server, name, password)
