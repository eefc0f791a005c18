"""Where accounts are, for tests that hold for each kind of store and do violence to it."""

from __future__ import annotations

from pathlib import Path

from .mongodb import MongoServer
from .users import Users

KINDS = ("sqlite", "mongodb")


class Store:
    """A store of one kind. `location` is what `--accounts` takes."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        folder.mkdir()
        self.file = folder / "accounts.sqlite"
        self.mongodb = MongoServer(folder / "mongodb").start() if kind == "mongodb" else None

    @property
    def location(self) -> str:
        return f"sqlite:{self.file}" if self.mongodb is None else self.mongodb.uri

    @property
    def users(self) -> Users:
        return Users(self.location)

    def close(self) -> None:
        if self.mongodb is not None:
            self.mongodb.stop()
