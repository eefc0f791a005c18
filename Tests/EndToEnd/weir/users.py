"""`weir user`, as an operator runs it: in a process of its own, beside the server or without."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from pathlib import Path
from typing import Any

from .places import binaries
from .waiting import PATIENCE_S

Done = subprocess.CompletedProcess[str]


class Users:
    """The accounts in one store."""

    def __init__(self, accounts: str | None = None, *, data: Path | None = None) -> None:
        """`accounts` is what `--accounts` takes; it goes by the environment, where URIs belong."""
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("WEIR_")
        }
        if accounts is not None:
            self.environment["WEIR_ACCOUNTS"] = accounts
        if data is not None:
            self.environment["WEIR_DATA"] = str(data)

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [str(binaries() / "weir"), "user", *arguments]

    def run(self, *arguments: str, stdin: str = "", **options: Any) -> Done:
        """Run one command with this text as its standard input."""
        return subprocess.run(
            self.command(*arguments), input=stdin, env=self.environment, capture_output=True,
            text=True, timeout=2 * PATIENCE_S, **options,
        )

    def do(self, *arguments: str, stdin: str = "") -> str:
        """Run one command that has to succeed. Returns what it printed."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add(self, name: str, password: str | None = None) -> str:
        """Add an account. Returns its password."""
        password = password or secrets.token_urlsafe(12)
        self.do("add", name, stdin=password + "\n")
        return password

    def key(self, name: str) -> str:
        """Make or replace the user's stream key."""
        return self.do("key", name).strip()

    def list(self) -> dict[str, dict[str, Any]]:
        """All accounts by name."""
        lines = self.do("list", "--json").splitlines()
        return {user["username"]: user for user in map(json.loads, lines)}
