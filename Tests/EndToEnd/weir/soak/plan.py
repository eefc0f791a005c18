"""The whole of a soak: phases of coming and going, rests between them, and what has to be equal then.

    python -m weir.soak.plan --minutes 15

1. A storm: clients of all kinds, with reloads every few seconds, upgrades, and workers that are killed.
2. Reloads only, twice for equally long: the supervisor is the same before and after the second.
3. Clients only, twice: the workers are the same before and after the second.
4. Everybody has gone, and a minute later every ring.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import crowd as players
from ..admin import ask
from ..certificate import make_certificate
from ..handovers import all_workers, supervisors
from ..limits import limit, limit_s
from ..server import Server
from ..waiting import PATIENCE_S, wait_until
from . import ledger
from .actor import Actor, Tally
from .crowd import NAMES, Broadcaster, Listener, Member, Players, Viewer, Visitor
from .ledger import Holding, Ledger
from .operator import Operator
from .rough import Rough
from .watcher import Watcher

#: What a server is started with: all clients come from one address, and nobody waits for long.
ARGUMENTS = ("--exempt-network", "127.0.0.0/8", "--ring-size", "16M", "--grace", "2", "--drain-timeout", "20")
_SHARES = {"storm": 0.4, "reloads": 0.15, "clients": 0.15}
_SAY_EVERY_S = 10.0
_MOST_PATIENCE = 4
_MIB = 1024 * 1024
# Two equal phases differ by what the allocator keeps in store: some hundreds of kilobytes were seen. A
# connection takes 30 KiB, and hundreds come in the shortest phase, thousands in a long one.
_GROWTH = 4 * _MIB


@dataclass
class SoakReport:
    done: Counter[str]
    faults: list[str]
    #: Of processes, MiB: the supervisor, and each worker, before and after the phases that are compared.
    memory: dict[str, tuple[float, float]]


class Soak:
    """One server's. `say` gets a line now and then. The storm goes on until all that is `wanted` was done: a
    machine that is very busy does less of everything."""

    def __init__(
        self, server: Server, folder: Path, seconds: float, say: Callable[[str], None],
        wanted: Sequence[str] = (),
    ) -> None:
        self._wanted = wanted
        self._server, self._seconds, self._say = server, seconds, say
        self._tally = Tally()
        self._began_s = time.monotonic()
        tool = players.build(folder)
        self._operator = Operator(server, self._tally, 1)
        self._clients: list[Actor] = [
            *(Broadcaster(server, self._tally, 100 + n, name) for n, name in enumerate(NAMES)),
            *(Viewer(server, self._tally, 200 + n) for n in range(8)),
            *(Visitor(server, self._tally, 300 + n) for n in range(2)),
            *(Rough(server, self._tally, 400 + n) for n in range(2)),
            Listener(server, self._tally, 500), Players(server, self._tally, 600, tool),
            Member(server, self._tally, 700),
        ]
        self._watcher = Watcher(server, self._tally, 800)
        self._memory: dict[str, tuple[float, float]] = {}

    def run(self) -> SoakReport:
        try:
            return self._run()
        finally:
            for actor in (*self._clients, self._operator, self._watcher):
                actor.is_over.set()

    def _run(self) -> SoakReport:
        wait_until(lambda: ask(self._server, "/readyz").status == 200, "all workers to serve")
        fresh = ledger.read(self._server)
        fresh_slots = ledger.slots(self._server)
        self._watcher.begin()
        self._phase("storm", self._operator)
        self._operator.only_reloads = True
        self._phase("reloads", self._operator)
        before = ledger.read(self._server)
        self._phase("reloads", self._operator)
        self._compare("the supervisor", before.supervisor, ledger.read(self._server).supervisor)
        self._phase("clients")
        before = ledger.read(self._server)
        self._phase("clients")
        after = ledger.read(self._server)
        for slot, worker in before.workers.items():
            self._compare(f"worker {slot}", worker, after.workers[slot])
        self._wait_for_rings()
        self._watcher.rest()
        self._judge_end(fresh, fresh_slots)
        self._judge_log()
        return SoakReport(self._tally.done, self._faults(), self._memory)

    def _phase(self, what: str, *more: Actor) -> None:
        actors = [*self._clients, *more]
        for actor in actors:
            actor.begin()
        end_s = time.monotonic() + self._seconds * _SHARES[what]
        latest_s = end_s + PATIENCE_S * _MOST_PATIENCE
        while (now := time.monotonic()) < end_s or (what == "storm" and now < latest_s and self._missing):
            time.sleep(min(_SAY_EVERY_S, max(end_s - now, 1)))
            self._progress(what)
        for actor in actors:
            actor.is_over.set()
        for actor in actors:
            actor.rest()
        wait_until(
            lambda: len(supervisors(self._server)) == 1
            and len(all_workers(self._server)) == self._server.worker_count
            and ledger.is_deserted(self._server),
            f"everybody to be gone after {what}", PATIENCE_S * 2, 0.2)

    @property
    def _missing(self) -> list[str]:
        return [what for what in self._wanted if not self._tally.done[what]]

    def _progress(self, what: str) -> None:
        done = ", ".join(f"{count} x {name}" for name, count in sorted(self._tally.done.items()))
        pids = (*supervisors(self._server), *all_workers(self._server))
        memory = sum(map(ledger.anonymous, pids)) / _MIB
        faults = f"; FAULTS: {dict(self._tally.faults)}" if self._tally.faults else ""
        self._say(f"{time.monotonic() - self._began_s:5.0f} s, {what}: {memory:.0f} MiB; {done}{faults}")

    # What has to be so

    def _compare(self, who: str, before: Holding, after: Holding) -> None:
        """Before and after two equal phases of the same process. What rings take is looked at in the end."""
        if before.pid != after.pid:
            return self._tally.fault(f"{who} was replaced, and nobody had killed it")
        self._memory[who] = (before.anonymous / _MIB, after.anonymous / _MIB)
        if after.anonymous > before.anonymous + _GROWTH:
            self._tally.fault(f"{who} has grown from {before.anonymous} to {after.anonymous} bytes")
        self._expect_equal(f"threads of {who}", before.threads, after.threads)

    def _wait_for_rings(self) -> None:
        wait_until(
            lambda: not ledger.stored(self._server) and ledger.is_empty(self._server)
            and not ledger.removed(self._server),
            "all rings to be gone", limit_s("endedRetentionMs") + PATIENCE_S, 0.5)

    def _judge_end(self, fresh: Ledger, fresh_slots: Counter[str]) -> None:
        now = ledger.read(self._server)
        self._expect_equal("slots", fresh_slots, ledger.slots(self._server))
        model = next(iter(fresh.workers.values()))
        for who, was, holds in (
            ("the supervisor", fresh.supervisor, now.supervisor),
            *((f"worker {slot}", model, worker) for slot, worker in now.workers.items()),
        ):
            for what, before, after in (
                ("descriptors", was.descriptors, holds.descriptors),
                ("mappings", was.mappings, holds.mappings),
            ):
                self._expect_equal(f"{what} of {who}", *map(ledger.without_accounts, (before, after)))
                self._expect_few_of_accounts(f"{what} of {who}", after)
            self._expect_equal(f"threads of {who}", was.threads, holds.threads)

    def _expect_few_of_accounts(self, what: str, held: Counter[str]) -> None:
        """A worker keeps as many connections to the store as it has needed at once, within a bound."""
        most = limit("accountThreads") + limit("passwordThreads")
        for kind, count in (held - ledger.without_accounts(held)).items():
            if count > most:
                self._tally.fault(f"{what}: {count} of {kind}")

    def _expect_equal(self, what: str, was: object, now: object) -> None:
        if was == now:
            return
        if isinstance(was, Counter) and isinstance(now, Counter):
            was, now = dict(was - now), dict(now - was)
        self._tally.fault(f"{what}: {was} before, {now} now")

    def _judge_log(self) -> None:
        bad = Counter(
            str(record.get("event")) for record in self._server.log_records()
            if record.get("level") in ("error", "critical"))
        if bad.pop("worker-died", 0) > self._operator.kills:
            self._tally.fault("more workers died than were killed")
        for event, count in bad.items():
            self._tally.fault(f"{event} is {count} times in the log")

    def _faults(self) -> list[str]:
        return [f"{count} x {what}" for what, count in sorted(self._tally.faults.items())]


def main() -> int:
    parser = argparse.ArgumentParser(description="Everybody comes and goes; then all is where it was.")
    parser.add_argument("--minutes", type=float, default=15)
    minutes: float = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="weir-soak-") as scratch:
        folder = Path(scratch)
        server = Server(folder, make_certificate(folder), arguments=ARGUMENTS)
        try:
            seen = Soak(server.start(), folder, minutes * 60, lambda line: print(line, flush=True)).run()
            server.stop()
        finally:
            server.destroy()
    for who, (before, after) in seen.memory.items():
        print(f"{who}: {before:.1f} MiB, and after as long again {after:.1f} MiB")
    for fault in seen.faults:
        print(f"FAULT: {fault}")
    print("Something is not where it was." if seen.faults else "Everything is where it was.")
    return 1 if seen.faults else 0


if __name__ == "__main__":
    sys.exit(main())
