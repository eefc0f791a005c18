"""Ordinary requests in a large number: whoever sends them waits, and nobody else does.

One server with sixty streams and a broadcast that goes on is attacked in each way in turn. The table of
what each attack did goes to build/reports/siege.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from weir.recordings import record
from weir.reports import write_report
from weir.server import Server
from weir.siege import Damage, Siege
from weir.waiting import wait_until

from .attacks import ATTACKS

pytestmark = [pytest.mark.alone, pytest.mark.slow]

_SECONDS = 5
# What the viewers' longest gap may be above that of calm moments.
_GAP_S = 0.5
# Another address is served within this, and nobody waits longer for a turn than Limits allow.
_ANSWER_S = 1.0
# What allocators keep of what a crowd once took.
_KEPT_MIB = 48


@pytest.fixture(scope="module")
def siege(lasting_server: Callable[..., AbstractContextManager[Server]]) -> Iterator[Siege]:
    with lasting_server("siege", "--ring-size", "1M", "--grace", "600") as server:
        for number in range(60):
            server.request("POST", f"/other-{number:02}/live", body=record().data[:60_000],
                           headers={"content-type": "video/webm"})
        siege = Siege(server, "besieged")
        try:
            yield siege
            write_report("siege", {"attacks": siege.table()})
        finally:
            siege.stop()


def _is_held(damage: Damage) -> bool:
    """Whether nobody but the attacker noticed. While the machine stood still, nobody could help it; and what
    is counted in time gets a second chance, because processes stand still one by one."""
    return (
        damage.gap_s <= damage.base_gap_s + _GAP_S + damage.standstill_s
        and damage.neighbour_longest_s <= _ANSWER_S + damage.standstill_s
        and damage.long_turns <= damage.turns // 100)


@pytest.mark.parametrize("name", ATTACKS)
def test_nobody_else_notices(siege: Siege, name: str) -> None:
    size, attack = ATTACKS[name]
    for _ in range(2):
        with siege.attack(name, size) as damage:
            damage.cut_off = attack(siege.server, _SECONDS)
        assert damage.are_workers_the_same, damage
        assert damage.are_all_connected, damage
        assert set(damage.neighbour_answers) == {"200"}, damage
        if _is_held(damage):
            break
    assert _is_held(damage), damage
    siege.server.assert_no_unexpected_death()
    wait_until(
        lambda: siege.memory_mib() <= damage.memory_before_mib + _KEPT_MIB, "memory to come back")
