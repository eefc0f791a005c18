"""Where accounts are, for tests that hold for each kind of store and do violence to it."""

from __future__ import annotations

from pathlib import Path

from .mongodb import DATABASE, MongoServer
from .users import Users

KINDS = ("sqlite", "mongodb")


class Store:
    """An empty store of one kind. `location` is what `--accounts` takes."""

    def __init__(self, folder: Path, mongodb: MongoServer | None = None) -> None:
        """In a file in `folder`, or on a server that was used by others before."""
        self.kind = "sqlite" if mongodb is None else "mongodb"
        self.file = folder / "accounts.sqlite"
        self.mongodb = mongodb
        folder.mkdir()
        if mongodb is not None:
            with mongodb.client() as client:
                for collection in client[DATABASE].list_collection_names():
                    client[DATABASE].drop_collection(collection)

    @property
    def location(self) -> str:
        return f"sqlite:{self.file}" if self.mongodb is None else self.mongodb.uri

    @property
    def users(self) -> Users:
        return Users(self.location)
