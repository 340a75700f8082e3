"""The usual rounds of a weekday, written down: a day begins with them."""

from datetime import timedelta
from typing import Any

import pytest

from kitchen import drivers, headcounts, standing_rounds
from kitchen.database import rows
from kitchen.drivers import DriverFields
from kitchen.errors import Refusal
from kitchen.round_habits import habit_for, start_rounds
from kitchen.round_plans import latest_plan
from kitchen.standing_rounds import (
    HabitRound,
    next_on,
    read_rounds,
    rounds_from,
    rounds_text,
    save_standing,
    standing_of,
    visits_in,
    visits_of,
    weekdays_with,
)
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

ACT: dict[str, Any] = {"by": CHEN, "now": MORNING}
TUESDAY = TODAY.isoweekday()


def test_the_typed_table_becomes_rounds_in_the_order_of_its_places() -> None:
    typed = {
        ("elder", 1): (2, 5),
        ("elder", 2): (1, 1),
        ("point", 9): (2, 1),
        ("elder", 3): (0, 4),  # on no round
        ("elder", 4): (2, 5),  # the same place: as listed
    }
    rounds = rounds_from(typed, {1: 7, 3: 8})
    assert rounds == (
        HabitRound(1, 7, (("elder", 2),)),
        HabitRound(2, None, (("point", 9), ("elder", 1), ("elder", 4))),
    )
    assert read_rounds(rounds_text(rounds)) == rounds


def test_the_next_tuesday_may_be_today() -> None:
    assert next_on(TODAY, TUESDAY) == TODAY
    assert next_on(TODAY, 1) == TODAY + timedelta(days=6)


async def hired(cast: Cast) -> int:
    fields = DriverFields(name="赵师傅", carries_bulk=True)
    return await drivers.add_driver(cast.kitchen, fields, **ACT)


async def test_a_day_begins_with_its_weekdays_rounds_and_can_give_them_back(
    database: object,
) -> None:
    cast = await enter()
    driver = await hired(cast)
    visits = (("point", cast.xinhua), ("elder", cast.wang))
    rounds = [HabitRound(4, driver, visits)]
    for _ in range(2):
        await save_standing(cast.kitchen, "lunch", {TUESDAY, 3}, rounds, **ACT)
    stored = await rows("SELECT id FROM standing_rounds")
    assert len(stored) == 2  # one for each day: said twice is said once
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", spares=[], **ACT)
    await start_rounds(cast.kitchen, TODAY, "lunch", **ACT)
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    assert plan.facts.engine == "standing"
    [order] = plan.orders
    assert (order.number, order.driver_id) == (4, driver)
    [trip] = await visits_in(plan)
    begun = [visit for visit in trip.visits if visit in visits]
    assert begun == list(visits)  # 朝阳 joined without moving anybody
    await save_standing(cast.kitchen, "lunch", {5}, await visits_in(plan), **ACT)
    assert await weekdays_with(cast.kitchen, "lunch") == {TUESDAY, 3, 5}
    await save_standing(cast.kitchen, "lunch", {5}, [], **ACT)
    assert await standing_of(cast.kitchen, "lunch", 5) is None
    assert await habit_for(cast.kitchen, TODAY + timedelta(days=6), "lunch") is None


async def test_the_weekdays_list_has_everybody_who_is_brought_food(
    database: object,
) -> None:
    cast = await enter()
    one = [HabitRound(1, None, (("elder", cast.wang), ("elder", cast.li)))]
    found = await visits_of(cast.kitchen, "lunch", TODAY, one)
    lines = [(v.name, v.place, v.number, v.position, v.planned) for v in found]
    assert lines[:2] == [
        ("王秀英", "朝阳里7号楼", 1, 1, True),
        ("李德福", "", 1, 2, False),  # he eats at the point now
    ]
    assert {line[0] for line in lines[2:]} == {"赵秀兰", "朝阳就餐点", "新华就餐点"}


@pytest.mark.parametrize(
    ("rounds", "code"),
    [
        ([HabitRound(1, None, (("elder", 1), ("elder", 1)))], "standing_twice"),
        (
            [
                HabitRound(1, None, (("elder", 1),)),
                HabitRound(2, None, (("elder", 1),)),
            ],
            "standing_twice",
        ),
        ([HabitRound(1, 99_999, (("elder", 1),))], "driver_unknown"),
    ],
)
async def test_rounds_that_cannot_be_are_not_kept(
    database: object, rounds: list[HabitRound], code: str
) -> None:
    cast = await enter()
    with pytest.raises(Refusal) as refused:
        await standing_rounds.save_standing(cast.kitchen, "lunch", {1}, rounds, **ACT)
    assert refused.value.code == code
