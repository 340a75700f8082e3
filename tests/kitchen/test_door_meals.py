"""The meal a closed door did not take, and when somebody goes there again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from kitchen.database import rows
from kitchen.deliveries import report_exception, void_report
from kitchen.door_meals import settle_meal, spares_left
from kitchen.doors import CaseFacts, cases_for, open_cases
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts, set_spares
from kitchen.meals import meals_for
from kitchen.round_plans import Plan
from kitchen.second_visits import SOONEST
from kitchen.stops import HAND_OVER_SECONDS
from kitchen.transfers import transfers_for
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_deliveries import (
    NOON,
    SAID_BY_QIAN,
    out_in_the_streets,
    round_of,
    stop_of,
)

LUNCH = (TODAY, "lunch")
HERS = "soft+low_salt"


async def closed_at(cast: Cast, plan: Plan, when: datetime = NOON) -> CaseFacts:
    """王奶奶's door stays closed at that moment."""
    stop = await stop_of(cast, plan, cast.wang)
    silent = replace(SAID_BY_QIAN, outcome="no_answer")
    await report_exception(stop, silent, by=CHEN, now=when)
    [case] = await open_cases(cast.kitchen, *LUNCH)
    return case


async def test_somebody_goes_there_again_after_the_rounds_last_other_door(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    mine = next(s for s in plan.stops if s.id == stop)
    assert mine.arrival_at is not None
    others = [
        s.arrival_at
        for s in plan.stops_of(round_of(plan, stop))
        if s.id != stop and s.arrival_at is not None
    ]
    assert others
    case = await closed_at(cast, plan, mine.arrival_at)
    assert case.second_visit_at is not None
    last = max(others) + timedelta(seconds=HAND_OVER_SECONDS)
    assert last > case.opened_at + SOONEST
    way_back = case.second_visit_at - last
    assert timedelta() < way_back < timedelta(minutes=15), "on the same round"

    # who is late already comes back as much later
    await void_report(case.delivery_id, "再报一次", by=CHEN, now=NOON)
    behind = timedelta(minutes=12)
    again = await closed_at(cast, plan, mine.arrival_at + behind)
    assert again.second_visit_at == case.second_visit_at + behind


async def test_when_the_round_is_long_over_it_is_soon_and_not_in_the_past(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    late = NOON + timedelta(hours=2)
    case = await closed_at(cast, plan, late)
    assert case.second_visit_at == late + SOONEST


async def test_a_spare_of_her_diet_follows_the_round_once(database: object) -> None:
    cast, plan = await out_in_the_streets()
    trip = round_of(plan, await stop_of(cast, plan, cast.wang))
    number = next(row.number for row in plan.rounds if row.id == trip)
    act: dict[str, Any] = {"by": CHEN, "now": NOON}
    spares = [SpareFacts(0, None, "spare", diet, 1) for diet in (HERS, "regular")]
    await set_spares(cast.kitchen, *LUNCH, spares, by=CHEN, now=MORNING)
    case = await closed_at(cast, plan)
    with pytest.raises(Refusal, match="meal_still_in_hand"):
        await settle_meal(case.id, "spare", **act)
    await settle_meal(case.id, "wasted", "凉了", **act)
    [case] = await open_cases(cast.kitchen, *LUNCH)
    assert not case.meal_in_hand
    await settle_meal(case.id, "spare", **act)
    [move] = await transfers_for(cast.kitchen, *LUNCH)
    assert (move.source, move.target) == ("kitchen", f"round:{number}")
    assert (move.diet_key, move.portions) == (HERS, 1)
    assert await spares_left(cast.kitchen, *LUNCH, HERS) == 0
    assert await spares_left(cast.kitchen, *LUNCH, "regular") == 1
    [case] = await open_cases(cast.kitchen, *LUNCH)
    assert case.meal_in_hand, "there is a meal for her again"
    await settle_meal(case.id, "returned", **act)
    with pytest.raises(Refusal, match="spare_used_up"):
        await settle_meal(case.id, "spare", **act)
    left = await rows("SELECT fate, diet_key, portions FROM leftover ORDER BY id")
    assert [tuple(one.values()) for one in left] == [
        ("wasted", HERS, 1),
        ("returned", HERS, 1),
    ]


async def test_the_spare_that_finds_her_is_her_meal(database: object) -> None:
    cast, plan = await out_in_the_streets()
    spare = SpareFacts(0, None, "spare", HERS, 1)
    await set_spares(cast.kitchen, *LUNCH, [spare], by=CHEN, now=MORNING)
    case = await closed_at(cast, plan)
    for fate in ("wasted", "spare"):
        await settle_meal(case.id, fate, by=CHEN, now=NOON)
    stop = await stop_of(cast, plan, cast.wang)
    await report_exception(
        stop, SAID_BY_QIAN, by=CHEN, now=NOON + timedelta(minutes=25)
    )
    assert await open_cases(cast.kitchen, *LUNCH) == []
    [case] = await cases_for(cast.kitchen, *LUNCH)
    assert [step.kind for step in case.steps] == [
        "meal_wasted",
        "meal_spare",
        "reached",
    ]
    assert [m.elder_id for m in await meals_for(cast.kitchen, *LUNCH)] == [cast.wang]
