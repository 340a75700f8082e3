"""Two levels: somebody brings crates to a point, others begin there and go to the
doors. What is brought, what nobody brings, and what must stay together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import routing
from kitchen.round_inputs import Inputs
from kitchen.stops import Drop, Key
from kitchen.timetables import Order


def locked_with(inputs: Inputs, orders: Iterable[Order]) -> tuple[Order, ...]:
    """The locked rounds, and with them those that bring their boxes to where they
    begin: a crate does not come later because its van is planned afresh."""
    orders = [order for order in orders if order.keys]
    begun = {inputs.start_of(order) for order in orders if order.locked}
    return tuple(o for o in orders if o.locked or not begun.isdisjoint(o.keys))


def unbrought(inputs: Inputs, orders: Sequence[Order]) -> list[Key]:
    """Points where rounds with doors begin and that no round comes to."""
    begun = {inputs.start_of(order) for order in orders if order.keys} - {None}
    found = begun - {key for order in orders for key in order.keys}
    served = inputs.served(orders) if found else {}
    return sorted(key for key in found if key is not None and key in served)


def needed(inputs: Inputs, order: Order, orders: Sequence[Order]) -> Order:
    """The round without points that get nothing: nobody went out from there."""
    served = inputs.served(orders)
    return replace(order, keys=tuple(key for key in order.keys if key in served))


def all_begun(inputs: Inputs) -> Inputs:
    """With something to bring to every point where somebody can begin: who will is not
    known yet, and a van that stays as it is goes there for whoever it will be."""
    begun = {("point", point) for point in inputs.starts.values()}
    if not begun:
        return inputs
    drops = tuple(
        replace(drop, portions=max(1, drop.portions)) if drop.key in begun else drop
        for drop in inputs.drops
    )
    return replace(inputs, drops=drops)


def with_room(
    inputs: Inputs, locked: Sequence[Order], vehicles: Iterable[routing.Vehicle]
) -> list[Drop]:
    """All doors and points; a point where rounds begin gets, besides the boxes of the
    locked ones, as many as the others that may begin there can take at most."""
    served, most = inputs.served(locked), _most(inputs)
    doors = sum(drop.portions for drop in inputs.drops if not drop.is_point)
    room = Counter[Key]()
    for vehicle in vehicles:
        if vehicle.id in inputs.starts:
            point = ("point", inputs.starts[int(vehicle.id)])
            room[point] += vehicle.capacity[0] * vehicle.max_rounds
    found = []
    for drop in inputs.drops:
        drop = served.get(drop.key, drop)
        more = min(room[drop.key], doors, most - drop.portions)
        found.append(replace(drop, portions=drop.portions + max(0, more)))
    return [drop for drop in found if drop.portions]


def within_room(
    inputs: Inputs,
    locked: Sequence[Order],
    vehicles: Sequence[routing.Vehicle],
    drops: Iterable[Drop],
) -> tuple[routing.Vehicle, ...]:
    """Whoever begins at a point takes boxes brought for doors, never the point's own:
    where the vans have less room than the riders, each round there takes a like part,
    and nobody begins there for whom nothing can be brought."""
    served = inputs.served(locked)
    doors = sum(drop.portions for drop in inputs.drops if not drop.is_point)
    room = {
        drop.point_id: drop.portions
        - (served[drop.key].portions if drop.key in served else 0)
        for drop in drops
        if drop.is_point
    }
    brought = {key for order in locked for key in order.keys}
    shares = Counter[int]()
    for vehicle in vehicles:
        if vehicle.id in inputs.starts:
            shares[inputs.starts[int(vehicle.id)]] += vehicle.max_rounds
    kept = []
    for vehicle in vehicles:
        point = inputs.starts.get(int(vehicle.id))
        known = doors if ("point", point) in brought else 0  # there by a locked round
        if point is not None and room.get(point, known) < doors:
            most = room.get(point, known) // shares[point]
            vehicle = replace(vehicle, capacity=(min(vehicle.capacity[0], most),))
        if vehicle.capacity[0] > 0:
            kept.append(vehicle)
    return tuple(kept)


def _most(inputs: Inputs) -> int:
    """The most portions somebody who brings food to points can carry."""
    return max((d.capacity for d in inputs.drivers if d.carries_bulk), default=0)


def supplied(
    inputs: Inputs, vehicle: routing.Vehicle, at: Mapping[Key, routing.Id]
) -> routing.Vehicle:
    """Who begins at a point waits there for what is brought to it."""
    point = inputs.starts.get(vehicle.id) if isinstance(vehicle.id, int) else None
    crate = None if point is None else at.get(("point", point))
    return replace(vehicle, supplied_by=crate)
