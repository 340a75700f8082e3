"""Why is this door here, and why is that one nowhere: the figures behind a plan.

Nothing is said that was not computed for this plan: what the next best place would
cost, and which single change would make room, each tried before it is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import routing
from kitchen.round_inputs import Inputs
from kitchen.round_jobs import problem_with
from kitchen.round_levels import locked_with
from kitchen.round_prices import Price, price_at
from kitchen.rounds import free_vehicles
from kitchen.stops import Drop, Key, climbs
from kitchen.timetables import Order


@dataclass(frozen=True, kw_only=True)
class WhyHere:
    """What speaks for the round a door is on. `elsewhere`: the best place in another
    round, `saved` what taking the door out would save."""

    number: int
    same_stairwell: int  # other doors of that stairwell on the round
    same_compound: int
    wish: str  # why this driver is preferred, see round_preferences; "" = is not
    elsewhere: Price | None
    saved_seconds: int


@dataclass(frozen=True)
class Help:
    """One change that would make room for a door without one.

    change: `delay` (the meal ends `size` seconds later, at `until`), `age` (hot limit
    longer), `load` (room for `size` more), `shift`, `work_time`, `max_travel_time`
    (seconds more), `max_rounds`, `vehicle_forbidden`, `skills` or `another_vehicle`
    (leaving at `until`), `missing_break` (a rest may begin `size` seconds later).
    `also`: what has to give besides, where one change is not enough.
    """

    change: str
    driver_id: int | None
    size: int
    until: datetime | None = None
    also: tuple["Help", ...] = ()


MOST_HELPS = 3


def why_here(
    inputs: Inputs, orders: Sequence[Order], key: Key, best: Sequence[Price]
) -> WhyHere | None:
    """For a door that is on a round; None for one that is not. `best`: where else it
    could go, the best first, as `best_places` finds them."""
    order = next((order for order in orders if key in order.keys), None)
    drops = inputs.by_key()
    if order is None or key not in drops:
        return None
    drop = drops[key]
    others = [drops[k] for k in order.keys if k in drops and k != key]
    return WhyHere(
        number=order.number,
        same_stairwell=sum(other.stairwell == drop.stairwell for other in others),
        same_compound=sum(
            bool(drop.compound) and other.compound == drop.compound for other in others
        ),
        wish=inputs.wishes.get(key, "usual")
        if order.driver_id is not None and inputs.usual.get(key) == order.driver_id
        else "",
        elsewhere=best[0] if best else None,
        saved_seconds=-price_at(inputs, orders, key, None, 1).change.seconds,
    )


def what_would_help(
    inputs: Inputs, orders: Sequence[Order], drop: Drop
) -> tuple[Help, ...]:
    """Proved changes that let a waiting door into the rounds as they are, smallest
    first, or the few that are enough together; nothing when nobody knows the place."""
    if not drop.is_placed or not inputs.drivers:
        return ()
    problem, rounds, name = _with_waiting(inputs, orders, drop)
    plan = routing.schedule(problem, rounds)
    found = routing.explain(problem, plan)[name]
    helps = [_help(inputs, remedy) for remedy in found]
    return tuple(helps[:MOST_HELPS])


def _with_waiting(
    inputs: Inputs, orders: Sequence[Order], drop: Drop
) -> tuple[routing.Problem, list[routing.Round], routing.Id]:
    """The rounds nobody locked as the library's, and the waiting door as a job."""
    locked = locked_with(inputs, orders)
    vehicles = free_vehicles(inputs, locked)
    known = {vehicle.id for vehicle in vehicles}
    drops = inputs.served(orders)
    riding = [
        (order.driver_id or 0, climbs([drops[k] for k in order.keys if k in drops]))
        for order in orders
        if order not in locked and order.driver_id in known
    ]
    every = [group for _, mine in riding for group in mine]
    problem, jobs = problem_with(inputs, [*every, (drop,)], vehicles)
    names = {group: name for name, group in jobs.items()}
    rounds = [
        routing.Round(driver, tuple(names[group] for group in mine))
        for driver, mine in riding
    ]
    return problem, rounds, names[drop,]


def _help(inputs: Inputs, remedy: routing.Remedy) -> Help:
    driver = remedy.vehicle if isinstance(remedy.vehicle, int) else None
    until = None
    if remedy.change in ("shift", "another_vehicle"):
        until = inputs.at(remedy.value)
    elif remedy.change == "delay":
        until = inputs.at(inputs.service.serve_to_minutes * 60 + remedy.size)
    also = tuple(_help(inputs, step) for step in remedy.also)
    return Help(remedy.change, driver, remedy.size, until, also)
