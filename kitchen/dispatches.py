"""The rounds as the kitchen sees them: who takes what along, when the food leaves for
each place and arrives there. No door is opened for it.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from kitchen.audit import LOCAL_ZONE
from kitchen.driver_starts import starts_on
from kitchen.drivers import drivers_for
from kitchen.errors import Refusal
from kitchen.headcounts import eaters_for
from kitchen.kitchen_day import KitchenDay, kitchen_day
from kitchen.plans import Eater
from kitchen.portions import Dispatch
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, StopRow, beginnings, plan_that_counts
from kitchen.round_sheets import with_clocks
from kitchen.stops import Key
from kitchen.use_by import Place


@dataclass(frozen=True)
class Carrier:
    """Who brings the food to a place, and when it leaves the kitchen."""

    driver_name: str
    food_left_at: datetime | None


@dataclass(frozen=True)
class Leaving:
    """What leaves the kitchen for one meal, by round and by point."""

    codes: Mapping[Key, str] = field(default_factory=dict)  # "3-04" of every stop
    round_of: Mapping[int, int] = field(default_factory=dict)  # diner → round number
    dispatches: Mapping[Place, Dispatch] = field(default_factory=dict)
    carriers: Mapping[Place, Carrier] = field(default_factory=dict)


async def leaving_for(
    kitchen_id: int, day: date, meal: str, eaters: Sequence[Eater] | None = None
) -> Leaving:
    """By the plan that counts or else the draft; nothing while there is none.
    `eaters`: who eats, where the caller has loaded them."""
    plan = await plan_that_counts(kitchen_id, day, meal)
    if plan is None:
        return Leaving()
    inputs = None
    if plan.facts.is_draft:
        with contextlib.suppress(Refusal):  # it has no clocks then
            inputs = await inputs_for(kitchen_id, day, meal, eaters)
    return await leaving_by(plan, inputs)


async def leaving_by(plan: Plan, inputs: Inputs | None) -> Leaving:
    """By this plan; a draft gets its clocks from `inputs`."""
    kitchen_id, day = plan.facts.kitchen_id, plan.facts.day
    if inputs is not None:
        plan = with_clocks(inputs, plan)
    starts = await starts_on(kitchen_id, day)
    drivers = await drivers_for(kitchen_id, retired=True)
    return leaving_of(plan, starts, {one.id: one.name for one in drivers})


async def dispatches_for(
    kitchen_id: int, day: date, meal: str
) -> Mapping[Place, Dispatch]:
    """Round and point → its departure from the kitchen and its last arrival."""
    return (await leaving_for(kitchen_id, day, meal)).dispatches


async def day_leaving(
    kitchen_id: int, day: date, meal: str, batching: str = ""
) -> tuple[KitchenDay, Leaving]:
    """The kitchen's day with the rounds that exist by now, and what leaves on them."""
    eaters = await eaters_for(kitchen_id, day, meal)
    leaving = await leaving_for(kitchen_id, day, meal, eaters)
    rounds, times = leaving.round_of, leaving.dispatches
    seen = await kitchen_day(kitchen_id, day, meal, rounds, batching, eaters, times)
    return seen, leaving


def leaving_of(
    plan: Plan, starts: Mapping[int, int], names: Mapping[int, str]
) -> Leaving:
    """`starts`: driver → point; food that changes hands there left with the van.
    `names`: of the drivers."""
    round_of: dict[int, int] = {}
    dispatches: dict[Place, Dispatch] = {}
    carriers: dict[Place, Carrier] = {}
    begins, stops = beginnings(starts, plan), plan.by_round()
    for row in plan.rounds:
        mine = stops.get(row.id, [])
        brought = begins.get(row.number)
        left_at = brought.left_at if brought else row.depart_at
        carrier = Carrier(names.get(row.driver_id or 0, ""), left_at)
        carriers["round", row.number] = carrier
        carriers |= {stop.key: carrier for stop in mine if stop.key[0] == "point"}
        round_of |= {s.key[1]: row.number for s in mine if s.key[0] == "diner"}
        dispatches |= _dispatches(row.number, left_at, mine)
    return Leaving(plan.codes, round_of, dispatches, carriers)


def _dispatches(
    number: int, left_at: datetime | None, stops: Iterable[StopRow]
) -> dict[Place, Dispatch]:
    """Of one round's doors together and of each point it serves."""
    arrivals = {stop.key: stop.arrival_at for stop in stops if stop.arrival_at}
    if left_at is None or not arrivals:
        return {}
    leaves = _minutes(left_at)
    found: dict[Place, Dispatch] = {
        key: Dispatch(leaves, _minutes(at))
        for key, at in arrivals.items()
        if key[0] == "point"
    }
    doors = [at for key, at in arrivals.items() if key[0] == "diner"]
    if doors:
        found["round", number] = Dispatch(leaves, _minutes(max(doors)))
    return found


def _minutes(at: datetime) -> int:
    local = at.astimezone(LOCAL_ZONE)
    return local.hour * 60 + local.minute
