"""When pages fetch stills, and when the studio sends one: pure modules, run in a real browser's engine."""

from __future__ import annotations

from browser.fixtures import *  # noqa: F403  (fixtures have to be names of this module)
from browser.page_modules import Modules, modules_of

modules = modules_of("common", words_of="home")

ROUNDS = """
const { StillRounds } = await load('still-rounds');
const EVERY_MS = 10_000;
const rounds = new StillRounds();
const add = (count, isInView = true) => {
  for (let key = 0; key < count; key += 1) {
    rounds.add(key, 0);
    rounds.see(key, isInView);
  }
};
"""


def test_few_are_fetched_at_a_time_and_each_gets_its_turn(modules: Modules) -> None:
    seen = modules(ROUNDS + """
        add(20);
        const taken = [];
        let most = 0;
        for (let ms = 0; taken.length < 20; ms += 100) {
          const now = rounds.take(ms);
          most = Math.max(most, now.length + rounds.take(ms).length);
          taken.push(...now);
          now.forEach((key) => rounds.done(key, ms + 50));
        }
        return { most, isEach: new Set(taken).size === 20 };""")
    assert seen == {"most": 6, "isEach": True}


def test_what_is_on_its_way_takes_a_place(modules: Modules) -> None:
    assert modules(ROUNDS + """
        add(10);
        const first = rounds.take(0);
        const none = rounds.take(0);
        rounds.done(first[0], 10);
        return [first.length, none.length, rounds.take(20), rounds.take(20)];""") == [6, 0, [6], []]


def test_only_what_is_in_view_is_fetched_and_again_after_a_while(modules: Modules) -> None:
    assert modules(ROUNDS + """
        add(2, false);
        const steps = [rounds.take(0)];
        rounds.see(1, true);
        steps.push(rounds.take(10));
        rounds.done(1, 20);
        steps.push(rounds.take(EVERY_MS), rounds.take(EVERY_MS + 20));
        rounds.done(1, EVERY_MS + 30);
        rounds.see(1, false);
        steps.push(rounds.take(10 * EVERY_MS));
        return steps;""") == [[], [1], [], [1], []]


def test_what_was_removed_is_not_fetched_and_a_late_answer_does_no_harm(modules: Modules) -> None:
    assert modules(ROUNDS + """
        add(1);
        const first = rounds.take(0);
        rounds.remove(0);
        rounds.done(0, 5);
        rounds.see(0, true);
        return [first, rounds.take(1_000_000)];""") == [[0], []]


PLAN = """
const { StillPlan, smallEnough, stillSize } = await load('../live/still-plan');
"""


def test_one_is_sent_soon_and_then_every_fifteen_seconds_while_all_is_well(modules: Modules) -> None:
    assert modules(PLAN + """
        const plan = new StillPlan();
        const well = { isOnAir: true, isHealthy: true, isShown: true };
        const sent = [];
        for (let ms = 0; ms <= 40_000; ms += 250) if (plan.isDue(well, ms)) sent.push(ms);
        return sent;""") == [1_000, 16_000, 31_000]


def test_none_is_sent_while_media_waits_or_the_page_is_hidden_but_at_once_afterwards(
    modules: Modules,
) -> None:
    assert modules(PLAN + """
        const plan = new StillPlan();
        const sent = [];
        for (let ms = 0; ms <= 60_000; ms += 250) {
          const isHealthy = ms < 5_000 || ms > 30_000;
          const isShown = ms < 40_000 || ms > 50_000;
          if (plan.isDue({ isOnAir: true, isHealthy, isShown }, ms)) sent.push(ms);
        }
        return sent;""") == [1_000, 30_250, 50_250]


def test_the_next_broadcast_begins_anew(modules: Modules) -> None:
    assert modules(PLAN + """
        const plan = new StillPlan();
        const on = { isOnAir: true, isHealthy: true, isShown: true };
        const off = { ...on, isOnAir: false };
        return [plan.isDue(on, 0), plan.isDue(on, 1_000), plan.isDue(off, 2_000),
          plan.isDue(on, 3_000), plan.isDue(on, 4_000)];""") == [False, True, False, False, True]


def test_it_is_no_larger_than_a_card(modules: Modules) -> None:
    sizes = [[1280, 720], [720, 1280], [640, 360], [320, 240], [16, 16], [0, 0], [4000, 20], [15, 400]]
    assert modules(PLAN + """
        return argument.map(([width, height]) => stillSize(width, height))
          .map((size) => size && [size.width, size.height]);""", sizes) == [
        [640, 360], [360, 640], [640, 360], [320, 240], [16, 16], None, None, None]


def test_the_best_quality_that_is_small_enough_is_sent_or_none(modules: Modules) -> None:
    assert modules(PLAN + """
        const encoder = (bytes) => async (quality) => new Blob([new Uint8Array(bytes * quality)]);
        const sizes = [];
        for (const bytes of [70_000, 100_000, 300_000, 1_000_000]) {
          const blob = await smallEnough(encoder(bytes));
          sizes.push(blob && blob.size);
        }
        return [sizes, await smallEnough(async () => null)];""") == [
        [56_000, 50_000, 45_000, None], None]
