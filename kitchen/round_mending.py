"""When a driver is missing: the doors of that driver go where they fit, in the other
rounds or in one more round of somebody who has time; nobody else changes driver,
round or order. Answered at once, by arithmetic on the library's prices.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import routing
from kitchen.database import writing
from kitchen.driver_absences import mark_absent
from kitchen.errors import Refusal
from kitchen.round_drafts import draft_of, newest_plan, reshape
from kitchen.round_inputs import Inputs
from kitchen.round_insertion import best_place, without
from kitchen.round_jobs import problem_with
from kitchen.round_levels import locked_with
from kitchen.round_plans import latest_plan, record
from kitchen.round_prices import change_of
from kitchen.round_steps import Shape, shape_of
from kitchen.round_thinking import settled, think
from kitchen.rounds import free_vehicles
from kitchen.staff import Actor
from kitchen.stops import Drop, Key, climbs
from kitchen.timetables import Order


def without_driver(inputs: Inputs, shape: Shape, driver_id: int) -> Shape:
    """The rounds without a driver: whole to the substitute where that breaks nothing
    hard and the substitute has no round yet, else their doors are spread; rounds left
    empty go.

    `inputs` no longer has the driver. Who fits nowhere in time is put where it is
    least late; who does not fit at all waits with the reason.
    """
    if taken := _taken_over(inputs, shape, driver_id):
        return _served(inputs, shape, taken)
    lost = [order for order in shape.orders if order.driver_id == driver_id]
    kept = [order for order in shape.orders if order.driver_id != driver_id]
    drops = inputs.served(shape.orders)
    homeless = [drops[key] for order in lost for key in order.keys if key in drops]
    groups = sorted(climbs(homeless), key=lambda group: -_worth(group))
    orders, left = _spread(inputs, kept, groups)
    why = dict(shape.why)
    for drop in left:
        place = best_place(inputs, orders, drop)
        if place is None:
            why[drop.key] = "no_room" if drop.is_placed else "no_place"
        else:
            orders = _put(orders, drop.key, *place)
    gone = {drop.key for drop in homeless}
    after = Shape(tuple(orders), why, shape.pinned - gone)
    return _served(inputs, shape, after)


def _served(inputs: Inputs, before: Shape, shape: Shape) -> Shape:
    """Without the points where nobody eats and, with the driver gone, nobody begins;
    one where somebody might begin, and nothing is brought now, waits."""
    known = inputs.by_key()
    nowhere = {key for key in (*shape.placed, *shape.why) if key not in known}
    orders = tuple(without(order, nowhere) for order in shape.orders)
    why = {key: said for key, said in shape.why.items() if key in known}
    left = known.keys() & {*before.placed, *before.why}
    idle = left - {*shape.placed, *shape.why}
    why |= dict.fromkeys(sorted(idle), "not_planned")
    return Shape(orders, why, shape.pinned - nowhere)


def _taken_over(inputs: Inputs, shape: Shape, driver_id: int) -> Shape | None:
    """The same rounds by the substitute, or None."""
    instead = inputs.stand_ins.get(driver_id)
    if instead is None or instead in {order.driver_id for order in shape.orders}:
        return None
    orders = tuple(
        replace(order, driver_id=instead) if order.driver_id == driver_id else order
        for order in shape.orders
    )
    if change_of(inputs, shape.orders, orders).hard > 0:
        return None
    return replace(shape, orders=orders)


def _worth(group: Sequence[Drop]) -> int:
    return sum(1 + drop.priority for drop in group)


def _spread(
    inputs: Inputs, kept: Sequence[Order], groups: Sequence[Sequence[Drop]]
) -> tuple[list[Order], list[Drop]]:
    """Each climb at its cheapest place that breaks nothing, most important first."""
    locked = locked_with(inputs, kept)
    vehicles = free_vehicles(inputs, locked)
    unlocked = [
        o for o in kept if o not in locked and o.driver_id is not None and o.keys
    ]
    if not vehicles:
        return list(kept), [drop for group in groups for drop in group]
    drops = inputs.served(kept)
    riding = [
        (order, climbs([drops[key] for key in order.keys if key in drops]))
        for order in unlocked
    ]
    every = [group for _, mine in riding for group in mine] + list(groups)
    problem, jobs = problem_with(inputs, every, vehicles)
    names = {group: name for name, group in jobs.items()}
    rounds = tuple(
        routing.Round(order.driver_id or 0, tuple(names[group] for group in mine))
        for order, mine in riding
    )
    left: list[Drop] = []
    for group in groups:
        prices = routing.Prices(problem, rounds)
        found = prices.best_insertion(names[tuple(group)])
        if found is None:
            left += group
        else:
            changed = prices.inserted(names[tuple(group)], found[0])
            rounds = prices.rounds(changed)
    return _as_orders(kept, unlocked, rounds, jobs), left


def _as_orders(
    kept: Sequence[Order],
    unlocked: Sequence[Order],
    rounds: Sequence[routing.Round],
    jobs: dict[routing.Id, tuple[Drop, ...]],
) -> list[Order]:
    """The rounds under the numbers they had; a further round of a driver is new."""
    numbers: dict[routing.Id, list[int]] = {}
    for order in unlocked:
        numbers.setdefault(order.driver_id or 0, []).append(order.number)
    next_number = max((order.number for order in kept), default=0) + 1
    changed: dict[int, Order] = {}
    for trip in rounds:
        mine = numbers.get(trip.vehicle, [])
        number = mine.pop(0) if mine else next_number
        next_number += number == next_number
        keys = tuple(drop.key for job in trip.jobs for drop in jobs[job])
        changed[number] = Order(number, int(trip.vehicle), keys)
    orders = {order.number: order for order in kept} | changed
    return [orders[number] for number in sorted(orders)]


def _put(orders: Sequence[Order], key: Key, number: int, position: int) -> list[Order]:
    return [
        replace(
            order, keys=(*order.keys[: position - 1], key, *order.keys[position - 1 :])
        )
        if order.number == number
        else order
        for order in orders
    ]


async def driver_missing(
    kitchen_id: int,
    day: date,
    meal: str,
    driver_id: int,
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> int | None:
    """One act at 10:20: the driver is not there, and their doors are spread.

    Returns the plan, None when there is none yet. Twice is harmless. Refuses
    `driver_unknown`, `driver_without_reason`.
    """
    if not reason.strip():
        raise Refusal("driver_without_reason")
    async with writing():
        await mark_absent(driver_id, day, meal, reason, by=by, now=now)

    def work(inputs: Inputs, now: Shape) -> Shape:
        return without_driver(inputs, now, driver_id)

    # Between the two: a repeat of a half-done act finds the driver absent and mends.
    thought = await think(kitchen_id, day, meal, work)
    async with writing():
        plan = await latest_plan(kitchen_id, day, meal)
        if plan is None:
            return None
        plan = await newest_plan(plan.facts.id)
        shape = shape_of(plan)
        if driver_id not in {order.driver_id for order in shape.orders}:
            return plan.facts.id
        inputs, mended = await settled(thought, plan, work)
        draft = await draft_of(plan, "driver.missing", by=by, now=now)
        await reshape(draft.plan, mended, {d.key: d.spares for d in inputs.drops})
        moved = [key for key, one in shape.driver_of().items() if one == driver_id]
        await record(
            "round_plan.mend",
            draft.plan.facts.id,
            by=by,
            now=now,
            reason=reason,
            driver=driver_id,
            moved=len(moved),
            waiting=len(mended.why) - len(shape.why),
        )
        return draft.plan.facts.id
