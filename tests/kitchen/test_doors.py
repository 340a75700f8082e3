"""A walk through a delivery day at random: whatever people do, in whatever order,
nothing becomes delivered without a person who said so, and nobody is forgotten.
"""

import random
from collections import Counter

import pytest

from kitchen import round_changes, round_publishing
from kitchen.database import rows
from kitchen.deliveries import outcomes_for, report_exception, void_report
from kitchen.door_steps import Step, take_step
from kitchen.doors import cases_for, open_cases, unfinished
from kitchen.errors import Refusal
from kitchen.meals import meals_for
from kitchen.outcomes import DOOR_OUTCOMES, HANDED_OVER, Report
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import latest_plan, published_plan
from kitchen.sheet_returns import SheetBack, close_rest
from tests.kitchen.cast import CHEN, TODAY, Cast
from tests.kitchen.test_deliveries import NOON, out_in_the_streets

ACTS = 40
NAMES = ("钱师傅", "赵师傅", "", "  ")
STEP_NAMES = ("", "孙主任", "儿子王强")


class Walk:
    """A clumsy morning: each act may be refused, none may lie."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.chance = random.Random(seed)
        self.refused = Counter[str]()

    async def act(self) -> None:
        act = self.chance.choice(
            [self.report, self.report, self.void, self.close, self.climb, self.replan]
        )
        try:
            await act()
        except Refusal as refusal:
            self.refused[refusal.code] += 1

    async def report(self) -> None:
        plan = await published_plan(self.cast.kitchen, TODAY, "lunch")
        assert plan is not None
        said = Report(
            outcome=self.chance.choice([*DOOR_OUTCOMES, "point", "delivered"]),
            reported_by=self.chance.choice(NAMES),
            received_by=self.chance.choice(["", "王强"]),
            note=self.chance.choice(["", "放在门卫"]),
            portions=self.chance.choice([None, 1]),
            decidegrees=self.chance.choice([None, 640]),
        )
        stop = self.chance.choice(plan.stops)
        await report_exception(stop.id, said, by=CHEN, now=NOON)

    async def void(self) -> None:
        found = await rows("SELECT id FROM delivery ORDER BY id")
        if found:
            wrong = self.chance.choice(found)["id"]
            reason = self.chance.choice(["", "看错了"])
            await void_report(wrong, reason, by=CHEN, now=NOON)

    async def close(self) -> None:
        plan = await published_plan(self.cast.kitchen, TODAY, "lunch")
        assert plan is not None
        back = SheetBack(reported_by=self.chance.choice(NAMES))
        row = self.chance.choice(plan.rounds)
        await close_rest(row.id, back, by=CHEN, now=NOON)

    async def climb(self) -> None:
        cases = await cases_for(self.cast.kitchen, TODAY, "lunch")
        if cases:
            kind = self.chance.choice(
                ["called", "second_visit", "reached", "handed_over", "forgotten"]
            )
            who = self.chance.choice(STEP_NAMES)
            office = self.chance.choice(["", "朝阳社区"])
            case = self.chance.choice(cases)
            rung = self.chance.choice(["", *(rung.key for rung in case.ladder)])
            step = Step(kind=kind, who=who, office=office, rung=rung)
            await take_step(case.id, step, by=CHEN, now=NOON)

    async def replan(self) -> None:
        plan = await latest_plan(self.cast.kitchen, TODAY, "lunch")
        assert plan is not None
        stop, target = self.chance.choice(plan.stops), self.chance.choice(plan.rounds)
        draft = await round_changes.move_stop(stop.id, target.id, 1, by=CHEN, now=NOON)
        await round_publishing.publish(draft, "改路", by=CHEN, now=NOON)


async def nothing_is_delivered_that_nobody_said(cast: Cast) -> None:
    nameless = await rows("SELECT id FROM delivery WHERE TRIM(reported_by) = ''")
    assert nameless == []
    outcomes = await outcomes_for(cast.kitchen, TODAY, "lunch")
    slots = await rows("SELECT COUNT(*) AS n FROM delivery_slot")
    assert slots[0]["n"] == len(outcomes), "one outcome that counts for each door"
    handed = Counter(m.diner_id for m in await meals_for(cast.kitchen, TODAY, "lunch"))
    for drop in (await inputs_for(cast.kitchen, TODAY, "lunch")).drops:
        known = outcomes.get(drop.key)
        was_given = known is not None and known.outcome in HANDED_OVER
        assert handed[drop.diner_id] == (drop.portions if was_given else 0)


async def nobody_is_forgotten(cast: Cast) -> None:
    left = {
        (one.code, one.name) for one in await unfinished(cast.kitchen, TODAY, "lunch")
    }
    outcomes = await outcomes_for(cast.kitchen, TODAY, "lunch")
    for drop in (await inputs_for(cast.kitchen, TODAY, "lunch")).drops:
        assert (drop.key in outcomes) != (("unreported", drop.name) in left)
    settled = await rows(
        "SELECT door_case, kind, who FROM case_step"
        " WHERE kind IN ('reached', 'handed_over', 'found_at_fault')"
    )
    ended = {row["door_case"] for row in settled}
    for case in await cases_for(cast.kitchen, TODAY, "lunch"):
        assert case.is_open == (case.id not in ended)
        assert not case.is_open or ("case_open", case.name) in left
    assert all(row["who"] for row in settled if row["kind"] != "found_at_fault")
    silent = {key for key, known in outcomes.items() if known.outcome == "no_answer"}
    still_open = {
        ("diner", case.diner_id)
        for case in await open_cases(cast.kitchen, TODAY, "lunch")
    }
    assert still_open <= silent


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_people_do_nothing_is_delivered_by_itself(
    database: object, seed: int
) -> None:
    cast, _plan = await out_in_the_streets()
    walk = Walk(cast, seed)
    for _ in range(ACTS):
        await walk.act()
        await nothing_is_delivered_that_nobody_said(cast)
        await nobody_is_forgotten(cast)
    assert walk.refused, "a walk that is never refused tests nothing"
