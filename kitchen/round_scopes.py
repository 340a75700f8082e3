"""What of a day may move when somebody asks for better rounds, and what stays: one
round alone, everybody who is not locked, or everybody.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kitchen.errors import Refusal
from kitchen.round_inputs import Inputs
from kitchen.round_levels import locked_with
from kitchen.round_plans import Plan
from kitchen.round_preferences import STRONGER_THAN_HABIT
from kitchen.round_steps import Shape, shape_of
from kitchen.stops import Key
from kitchen.timetables import Order, Proposal


@dataclass(frozen=True)
class Task:
    """What one search works with.

    `locked` rounds are left out with their doors. Those `beside` are searched along,
    each as it is: they wait for what the round in question brings them, so that it
    knows until when they can.
    """

    inputs: Inputs
    base: Shape
    locked: tuple[Order, ...] = ()
    pinned: dict[Key, int] | None = None
    beside: tuple[Order, ...] = ()


def task_for(inputs: Inputs, plan: Plan, scope: str, number: int | None = None) -> Task:
    """The part of the day that may move, and what stays; `number` is the round's, for
    scope `round`. Refuses `round_without_driver`, `round_unknown`."""
    base = shape_of(plan)
    drivers = {k: d for k, d in base.driver_of().items() if d is not None}
    strong = {
        key: inputs.usual[key]
        for key, why in inputs.wishes.items()
        if why in STRONGER_THAN_HABIT
    }
    near = replace(inputs, usual={**inputs.usual, **drivers, **strong})
    if scope == "all":
        return Task(replace(inputs, usual={}), base)
    if scope != "round":
        return Task(near, base, locked_with(inputs, plan.orders), plan.pinned)
    mine = next((o for o in plan.orders if o.number == number), None)
    if mine is None:
        raise Refusal("round_unknown", round=number)
    if inputs.driver(mine.driver_id) is None:
        raise Refusal("round_without_driver", rounds=number)
    others = [o for o in plan.orders if o.keys and o.number != mine.number]
    waiting = tuple(o for o in others if inputs.start_of(o) in mine.keys)
    kept = _before(inputs, mine, [o for o in others if o not in waiting])
    pinned = {k: o.driver_id for o in (mine, *waiting) for k in o.keys if o.driver_id}
    alone = _only(near, (mine, *kept, *waiting))
    return Task(alone, base, kept, pinned if waiting else {}, waiting)


def alone(proposal: Proposal, task: Task, number: int) -> Proposal:
    """Of an answer for one round only its driver's order that was not there before."""
    mine = next(order for order in task.base.orders if order.number == number)
    kept = {order.number for order in task.locked}
    orders = tuple(
        replace(order, number=number)
        for order in proposal.orders
        if order.driver_id == mine.driver_id and order.number not in kept
    )
    return replace(proposal, orders=orders[:1])


def _before(inputs: Inputs, mine: Order, others: Iterable[Order]) -> tuple[Order, ...]:
    """What has to be there before a round can leave: its driver's earlier rounds and
    whoever brings what it begins with. What those bring to others belongs to their
    way."""
    others = list(others)
    kept = [
        o
        for o in others
        if (o.driver_id == mine.driver_id and o.number < mine.number)
        or (o.driver_id != mine.driver_id and inputs.start_of(mine) in o.keys)
    ]
    met = {key for order in kept for key in order.keys}
    kept += [
        o
        for o in others
        if o not in kept and o.driver_id != mine.driver_id and inputs.start_of(o) in met
    ]
    return tuple(kept)


def _only(inputs: Inputs, orders: Iterable[Order]) -> Inputs:
    """The inputs of these rounds alone: their doors, their drivers, no round more."""
    orders = list(orders)
    known = {key for order in orders for key in order.keys}
    rounds = Counter(order.driver_id for order in orders)
    crew = [(inputs.driver(driver), most) for driver, most in rounds.items()]
    return replace(
        inputs,
        drops=tuple(drop for drop in inputs.drops if drop.key in known),
        drivers=tuple(replace(one, max_rounds=most) for one, most in crew if one),
    )
