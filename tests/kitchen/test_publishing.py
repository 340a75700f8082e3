"""What keeps a draft from counting: each gate by itself, the draft otherwise sound."""

from collections.abc import Awaitable, Callable
from dataclasses import fields, replace

import pytest

from kitchen import headcounts, places, round_publishing
from kitchen.database import rows, writing
from kitchen.drivers import DriverFields, change_driver, driver_by_id
from kitchen.errors import Refusal
from kitchen.round_plans import Plan, published_plan
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_rounds import a_morning, newest, solved

Trouble = Callable[[Cast, Plan], Awaitable[object]]
AGREED = "陈经理已同意"


async def cancel_a_door(cast: Cast, _plan: Plan) -> None:
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    wang = next(e.diner_id for e in eaters if e.elder_id == cast.wang)
    await headcounts.cancel_late(
        wang, reason="住院", source="telephone", by=CHEN, now=MORNING
    )


async def forget_a_door(cast: Cast, plan: Plan) -> None:
    await to_the_rows("DELETE FROM stop WHERE id = {}", plan.stops_of(None)[0].id)


async def bring_a_point_its_food_twice(cast: Cast, plan: Plan) -> None:
    stop = next(stop for stop in plan.stops if stop.key[0] == "point")
    await to_the_rows(
        "INSERT INTO stop (plan, round, position, point, why, locked, spares)"
        " SELECT plan, round, 99, point, why, locked, spares FROM stop"
        " WHERE id = {}",
        stop.id,
    )


async def to_the_rows(sql: str, *values: object) -> None:
    """What no verb does: an import gone wrong, a hand in the database."""
    async with writing():
        await rows(sql, *values)


async def make_every_vehicle_small(_cast: Cast, plan: Plan) -> None:
    for row in plan.rounds:
        if row.driver_id is not None and plan.stops_of(row.id):
            now = await driver_by_id(row.driver_id)
            known = {field.name: getattr(now, field.name) for field in FIELDS}
            small = replace(DriverFields(**known), capacity=1)
            await change_driver(row.driver_id, small, by=CHEN, now=MORNING)


FIELDS = [
    f for f in fields(DriverFields) if f.name in ("name", "profile", "carries_bulk")
]


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (forget_a_door, "round_person_missing"),
        (cancel_a_door, "round_person_gone"),
        (bring_a_point_its_food_twice, "round_person_twice"),
        (make_every_vehicle_small, "plan_faulty_load"),
    ],
)
async def test_nobody_may_publish_this_whatever_is_said(
    database: object, trouble: Trouble, code: str
) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    await trouble(cast, plan)
    with pytest.raises(Refusal) as refused:
        await round_publishing.publish(plan.facts.id, AGREED, by=CHEN, now=MORNING)
    assert refused.value.code == code
    assert await published_plan(cast.kitchen, TODAY, "lunch") is None


async def test_food_too_old_at_the_door_needs_a_name_and_a_reason(
    database: object,
) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    await forget_nobody(cast, plan)
    await places.change_kitchen(
        cast.kitchen, {"hot_limit_minutes": 5}, by=CHEN, now=MORNING
    )
    with pytest.raises(Refusal) as refused:
        await round_publishing.publish(plan.facts.id, by=CHEN, now=MORNING)
    assert refused.value.code == "plan_needs_override"
    assert refused.value.facts["n"]
    await round_publishing.publish(plan.facts.id, AGREED, by=CHEN, now=MORNING)
    published = await published_plan(cast.kitchen, TODAY, "lunch")
    assert published is not None
    assert published.facts.override == AGREED


async def forget_nobody(cast: Cast, plan: Plan) -> None:
    """Nobody waits any more: the food's age alone is the question."""
    async with writing():
        await rows(
            "UPDATE stop SET round = {}, position = 98, why = '' WHERE id = {}",
            plan.rounds[0].id,
            plan.stops_of(None)[0].id,
        )
    assert (await newest(cast)).stops_of(None) == []
