"""Publishing with accounts: only the owner of a name, by a session or a stream key, as long as it holds."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from weir.accounts import is_deleted, sign_up, when_not_too_busy
from weir.curl import Answer
from weir.publisher import Publisher, post_chunk
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

PASSWORD = "correct horse battery"
JSON = {"content-type": "application/json"}

Start = Callable[..., Server]
Publish = Callable[..., Publisher]


class Person:
    """Somebody with an account and a stream key."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        self.cookie = sign_up(server, name, PASSWORD).headers
        self.rotate()

    def rotate(self) -> None:
        answer = when_not_too_busy(lambda: self.ask("POST", "/api/me/stream-key", body=b"{}"))
        assert answer.status == 201, answer.body
        self.key = str(answer.json()["streamKey"])

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    @property
    def basic(self) -> dict[str, str]:
        return {"authorization": "Basic " + b64encode(f"source:{self.key}".encode()).decode()}

    def ask(self, method: str, path: str, **options: Any) -> Answer:
        return self.server.request(method, path, headers=self.cookie | JSON, **options)

    def is_deleted(self) -> bool:
        """Deletes the account."""
        body = f'{{"password": "{PASSWORD}"}}'.encode()
        return is_deleted(lambda: self.ask("DELETE", "/api/me", body=body))

    def broadcasts(self) -> list[dict[str, Any]]:
        return list(when_not_too_busy(lambda: self.ask("GET", "/api/me")).json()["broadcasts"])


@pytest.fixture
def accounts(start_server: Start) -> Server:
    return start_server("--publish", "account")


def post(server: Server, name: str, query: str = "", **headers: str) -> Answer:
    return when_not_too_busy(lambda: post_chunk(
        server.url(f"/{name}/live{query}"), server.certificate.certificate, record("vp8").data,
        headers=headers))


def test_only_the_owner_publishes(accounts: Server) -> None:
    anna, bert = Person(accounts, "anna"), Person(accounts, "bert")
    assert post(accounts, "anna").problem == "not-authorised"
    assert post(accounts, "anna").status == 401
    assert post(accounts, "anna", authorization="Bearer weir_" + "x" * 43).status == 401
    assert post(accounts, "anna", **bert.bearer).problem == "not-the-owner"
    assert post(accounts, "anna", **bert.cookie).status == 403
    assert post(accounts, "anna", origin="https://evil.example", **anna.cookie).problem == "cross-site"
    assert accounts.get("/api/streams").json()["streams"] == []
    for headers in (anna.bearer, anna.basic, anna.cookie):
        assert post(accounts, "anna", **headers).status == 204
    assert post(accounts, "anna", f"?key={anna.key}").status == 204
    assert accounts.request("DELETE", "/anna/live").status == 401
    assert accounts.request("DELETE", "/anna/live", headers=bert.bearer).status == 403
    assert accounts.request("DELETE", "/anna/live", headers=anna.bearer).status == 204


def test_a_page_s_script_opens_no_password_dialog(accounts: Server) -> None:
    Person(accounts, "anna")
    challenge = post(accounts, "anna", **{"sec-fetch-mode": "cors"}).headers["www-authenticate"]
    assert challenge == "Bearer"


def test_a_replaced_key_ends_its_broadcast(accounts: Server, publish: Publish) -> None:
    anna = Person(accounts, "anna")
    publisher = publish(accounts, "anna", headers=anna.bearer).play(record(seconds=LASTING_S))
    accounts.wait_for_state("anna", "live")
    anna.rotate()
    assert publisher.answer().problem == "key-replaced"
    accounts.wait_for_state("anna", "paused")


def test_a_deleted_account_ends_its_broadcast(accounts: Server, publish: Publish) -> None:
    anna = Person(accounts, "anna")
    publisher = publish(accounts, "anna", headers=anna.bearer).play(record(seconds=LASTING_S))
    accounts.wait_for_state("anna", "live")
    assert anna.is_deleted()
    assert publisher.answer().status in (401, 409)
    wait_until(
        lambda: accounts.get("/api/streams/anna").json()["state"] == "ended", "the end")


def test_a_broadcast_is_noted_once(accounts: Server) -> None:
    anna = Person(accounts, "anna")
    assert post(accounts, "anna", **anna.bearer).status == 204
    assert accounts.request("DELETE", "/anna/live", headers=anna.bearer).status == 204
    wait_until(lambda: len(anna.broadcasts()) == 1, "the record")
    broadcast = anna.broadcasts()[0]
    assert broadcast["bytes"] > 0 and broadcast["peakViewers"] == 0
    assert post(accounts, "anna", **anna.bearer).status == 204
    assert accounts.request("DELETE", "/anna/live", headers=anna.bearer).status == 204
    wait_until(lambda: len(anna.broadcasts()) == 2, "the second record")
