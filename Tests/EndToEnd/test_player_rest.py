"""When the player may let go of the network, how old it says its picture is, when its page is loaded
again; see test_player_logic.py."""

from __future__ import annotations


import pytest

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page_modules import Modules, modules_of

modules = modules_of("watch")


SEEN = {"isHidden": False, "isInSmallWindow": False, "isSilent": False, "isPaused": False}
HIDDEN = SEEN | {"isHidden": True}


def slumber(modules: Modules, *course: tuple[int, dict[str, bool]]) -> list[bool]:
    """Whether it sleeps after each of these situations, which begin at that second."""
    return modules(
        """const { Slumber } = await load('slumber');
           const slumber = new Slumber();
           return argument.map((situation) => slumber.decide(situation));""",
        [{"nowMs": second * 1000, **situation} for second, situation in course])


@pytest.mark.parametrize(("situation", "after_s"), [
    (HIDDEN | {"isSilent": True}, 10),
    (HIDDEN | {"isPaused": True}, 10),
    (SEEN | {"isPaused": True}, 60),
    (HIDDEN | {"isInSmallWindow": True, "isPaused": True}, 60),
])
def test_it_sleeps_when_nobody_sees_or_hears_it(
    modules: Modules, situation: dict[str, bool], after_s: int
) -> None:
    assert slumber(
        modules, (100, situation), (100 + after_s - 1, situation), (100 + after_s, situation),
        (100 + after_s + 1, SEEN),
    ) == [False, False, True, False]


@pytest.mark.parametrize("situation", [
    SEEN,
    SEEN | {"isSilent": True},
    HIDDEN,
    HIDDEN | {"isSilent": True, "isInSmallWindow": True},
])
def test_it_stays_awake_for_whoever_sees_or_hears_it(
    modules: Modules, situation: dict[str, bool]
) -> None:
    assert slumber(modules, (0, situation), (3600, situation)) == [False, False]


def test_a_short_look_at_the_page_begins_the_wait_anew(modules: Modules) -> None:
    silent = SEEN | {"isSilent": True}
    unseen = HIDDEN | {"isSilent": True}
    assert slumber(modules, (0, unseen), (9, silent), (10, unseen), (19, unseen), (20, unseen)) == [
        False, False, False, False, True]


def test_a_paused_player_sleeps_on_when_its_page_is_seen_again(modules: Modules) -> None:
    paused = SEEN | {"isPaused": True}
    unseen = HIDDEN | {"isPaused": True}
    assert slumber(modules, (0, unseen), (10, unseen), (11, paused), (12, SEEN)) == [
        False, True, True, False]


def test_the_age_of_the_picture_grows_while_nothing_arrives(modules: Modules) -> None:
    seen = modules(
        """const { EdgeClock } = await load('edge-clock');
           const clock = new EdgeClock();
           const look = (nowMs, positionS) => [
             clock.ageS(nowMs, positionS), clock.isQuiet(nowMs)];
           const looks = [look(0, 0)];
           for (let nowMs = 0; nowMs <= 2_000; nowMs += 250) {
             clock.noteArrival(nowMs, 10 + nowMs / 1000);
           }
           looks.push(look(2_000, 11.5), look(3_500, 12), look(9_000, 12));
           clock.forgetArrivals();
           looks.push(look(10_000, 12));
           clock.reset();
           looks.push(look(11_000, 12));
           return looks;""", None)
    assert seen == [
        [None, False], [0.5, False], [1.5, True], [7, True], [8, False], [None, False]]


def test_media_that_comes_in_large_pieces_is_not_late_between_them(modules: Modules) -> None:
    assert modules(
        """const { EdgeClock } = await load('edge-clock');
           const clock = new EdgeClock();
           for (let nowMs = 0; nowMs <= 8_000; nowMs += 2_000) {
             clock.noteArrival(nowMs, nowMs / 1000);
           }
           return [clock.isQuiet(10_500), clock.isQuiet(11_500)];""", None) == [False, True]


@pytest.mark.parametrize(("renewed_at", "now_ms", "is_due"), [
    (None, 5, True),
    ("1000", 1_000, False),
    ("1000", 60_999, False),
    ("1000", 61_000, True),
    # The computer's clock was set back, a little and far.
    ("61000", 1_001, False),
    ("100000", 1_000, True),
    ("a word", 1_000, True),
])
def test_a_page_that_cannot_go_on_is_loaded_again_at_most_once_a_minute(
    modules: Modules, renewed_at: str | None, now_ms: int, is_due: bool
) -> None:
    assert modules("return (await load('../common/renew-page')).isDue(...argument);",
                   [renewed_at, now_ms]) is is_due
