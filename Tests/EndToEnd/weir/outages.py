"""Ways in which a store of accounts can be away, each with the way back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .stores import Store


@contextmanager
def frozen(store: Store) -> Iterator[None]:
    """It hangs, with its connections open."""
    assert store.mongodb is not None
    store.mongodb.freeze()
    try:
        yield
    finally:
        store.mongodb.thaw()


@contextmanager
def killed(store: Store) -> Iterator[None]:
    """Its process is dead, and another one comes in the end."""
    assert store.mongodb is not None
    store.mongodb.kill()
    try:
        yield
    finally:
        store.mongodb.start()


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Another process writes and does not come to an end (a backup by the wrong tool)."""
    with sqlite3.connect(store.file, isolation_level=None, timeout=60) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
    connection.close()


@contextmanager
def without_new_sessions(store: Store) -> Iterator[None]:
    """Everything is well but that no session is taken: the store fails in the midst of signing up."""
    with sqlite3.connect(store.file, isolation_level=None, timeout=60) as connection:
        connection.execute(
            "CREATE TRIGGER no_sessions BEFORE INSERT ON sessions"
            " BEGIN SELECT RAISE(ABORT, 'no sessions'); END")
        try:
            yield
        finally:
            connection.execute("DROP TRIGGER no_sessions")
    connection.close()


@contextmanager
def moved(store: Store) -> Iterator[None]:
    """The directory of the file is somewhere else, as when a disk is not mounted."""
    away = store.file.parent.with_name("away")
    store.file.parent.rename(away)
    try:
        yield
    finally:
        away.rename(store.file.parent)


@dataclass(frozen=True)
class Outage:
    """One of them, with the kind of store that can suffer it."""

    name: str
    kind: str
    happens: Callable[[Store], object]
    # Whether the store answers no question at all; a locked file can still be read.
    is_total: bool = True


OUTAGES = (
    Outage("frozen", "mongodb", frozen),
    Outage("killed", "mongodb", killed),
    Outage("locked", "sqlite", locked, is_total=False),
    Outage("moved", "sqlite", moved),
)
