"""Feeds of what is live and of what a channel has broadcast, read by a reader of feeds that is not ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import feedparser
import pytest

from weir.accounts import Session, sign_up, when_not_too_busy
from weir.publisher import Publisher
from weir.recordings import LASTING_S, record
from weir.server import Server
from weir.waiting import wait_until

Publish = Callable[..., Publisher]

_WORDS = {
    "title": "Bread & <b>butter</b>", "description": "We bake.\nThen we eat.", "language": "de",
    "tags": ["Brot"], "unlisted": False,
}


@pytest.fixture(scope="module")
def strict(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Server]:
    with lasting_server("feeds", "--site-name", "Mill & Co", publish="account", workers=1) as server:
        yield server


@pytest.fixture
def anna(strict: Server, name: str) -> Session:
    owner = sign_up(strict, name)
    say(owner, {"displayName": "Anna <A>", "line": "Every day"}, "/api/me/profile")
    say(owner, _WORDS)
    return owner


def say(owner: Session, value: Any, path: str = "/api/me/broadcast") -> None:
    assert owner.json(path, value, method="PUT").status == 200


def feed(server: Server, path: str) -> Any:
    answer = when_not_too_busy(lambda: server.get(path))
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(answer.body, response_headers=answer.headers)
    assert not found.bozo, found.bozo_exception
    assert found.version == "atom10"
    for entry in [found.feed, *found.entries]:
        assert entry.id.startswith("tag:localhost,") and entry.title and entry.updated_parsed
    links = {each["rel"]: each["href"] for each in found.feed.links}
    assert links["self"] == server.url(path)
    return found


def broadcast(publish: Publish, owner: Session) -> Callable[[], None]:
    """Begins a broadcast; call what is returned to end it, until it is among those of the channel."""
    before = len(owner.me()["broadcasts"])
    headers = {"authorization": f"Bearer {owner.make_key()}"}
    publisher = publish(owner.server, owner.name, headers=headers).play(record(seconds=LASTING_S))
    owner.server.wait_for_state(owner.name, "live")

    def end() -> None:
        publisher.abort()
        assert owner.request("DELETE", f"/{owner.name}/live").status == 204
        wait_until(lambda: len(owner.me()["broadcasts"]) > before, "the broadcast to be noted")

    return end


def names(found: Any) -> list[str]:
    """Of the channels of the entries."""
    return [entry.link.split("/")[-2] for entry in found.entries]


def test_a_broadcast_is_in_both_feeds_while_it_is_on_and_stays_in_that_of_its_channel(
    anna: Session, publish: Publish
) -> None:
    server, own = anna.server, f"/{anna.name}/feed.xml"
    assert feed(server, own).entries == []
    end = broadcast(publish, anna)
    wait_until(lambda: anna.name in names(feed(server, "/feed.xml")), "it to be in the server's feed")
    everything = feed(server, "/feed.xml")
    assert everything.feed.title == "Mill & Co"
    of_all = everything.entries[names(everything).index(anna.name)]
    found = feed(server, own)
    assert (found.feed.title, found.feed.subtitle) == ("Anna <A>", "Every day")
    (entry,) = found.entries
    for each in (entry, of_all):
        assert each.link == server.url(f"/{anna.name}/watchLive")
        assert each.title_detail.type == "text/plain" and each.title == _WORDS["title"]
        assert each.author == "Anna <A>"
        assert "Then we eat." in each.summary
        assert [tag.term for tag in each.tags] == ["Brot"]
    assert entry.id == of_all.id

    end()
    # A change has every worker look again.
    say(anna, _WORDS)
    wait_until(lambda: anna.name not in names(feed(server, "/feed.xml")), "it to be gone from there")
    (past,) = feed(server, own).entries
    assert (past.id, past.title, past.published) == (entry.id, entry.title, entry.published)
    assert past.updated_parsed >= entry.updated_parsed
    tag = when_not_too_busy(lambda: server.get(own)).headers["etag"]
    again = when_not_too_busy(lambda: server.get(own, headers={"if-none-match": tag}))
    assert again.status == 304


def test_what_is_unlisted_is_in_no_feed(anna: Session, publish: Publish) -> None:
    server = anna.server
    say(anna, _WORDS | {"title": "Rehearsal", "unlisted": True})
    end = broadcast(publish, anna)
    for _ in range(4):
        assert anna.name not in names(feed(server, "/feed.xml"))
        assert feed(server, f"/{anna.name}/feed.xml").entries == []
    end()
    say(anna, _WORDS)
    assert feed(server, f"/{anna.name}/feed.xml").entries == []


def test_a_name_that_nobody_has_has_no_feed(strict: Server) -> None:
    answer = when_not_too_busy(lambda: strict.get("/nobody-has-this/feed.xml"))
    assert (answer.status, answer.problem) == (404, "unknown-channel")


def test_where_names_belong_to_nobody_what_is_on_has_a_feed(server: Server, live: str) -> None:
    assert [entry.title for entry in feed(server, f"/{live}/feed.xml").entries] == [live]
    wait_until(lambda: live in names(feed(server, "/feed.xml")), "it to be in the server's feed")
