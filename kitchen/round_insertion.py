"""Where a new door costs least while nobody else is moved: arithmetic on the nearest
places, answered at once; the solver may improve it later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kitchen.round_inputs import Inputs
from kitchen.round_prices import price_at
from kitchen.round_steps import Shape
from kitchen.stops import Drop, Key
from kitchen.timetables import Order

NEIGHBOURS = 6


def best_place(
    inputs: Inputs,
    orders: Sequence[Order],
    drop: Drop,
    among: Sequence[Order] | None = None,
) -> tuple[int, int] | None:
    """The round and position (from 1) where a new drop hurts least, nobody else
    moved; None when it fits nowhere without a hard fault or nobody knows the place.
    `among`: the rounds to choose from, else all that are not locked and have a driver.
    """
    if not drop.is_placed:
        return None
    chosen = orders if among is None else among
    open_orders = [order for order in chosen if not order.locked and order.driver_id]
    tried = {
        (order.number, position): _price_of(inputs, orders, order, drop, position)
        for order, position in _near(inputs, open_orders, drop)
    }
    priced = {place: price for place, price in tried.items() if price is not None}
    return min(priced, key=lambda place: (priced[place], place), default=None)


def up_to_date(inputs: Inputs, shape: Shape, *, waiting: bool = False) -> Shape:
    """The rounds for the people of now, nobody else moved: who came since goes where
    it costs least, who left is left out. `waiting`: doors without a round are tried
    again too, the most urgent first, but those put there by hand."""
    known = inputs.by_key()
    planned = {*shape.placed, *shape.why}
    gone = planned - set(known)
    again = _waiting(inputs, shape) if waiting else []
    left = replace(
        shape,
        orders=tuple(without(order, gone) for order in shape.orders),
        why={key: why for key, why in shape.why.items() if key in known},
        pinned=shape.pinned - gone,
    )
    return housed(inputs, left, [*sorted(set(known) - planned), *again])


def housed(
    inputs: Inputs,
    shape: Shape,
    homeless: Iterable[Key],
    *,
    there: Mapping[Key, int] | None = None,
    full: int | None = None,
) -> Shape:
    """Everybody homeless in the round they have `there`, else where it costs least;
    `full` is a round that takes nobody. Who fits nowhere waits."""
    drops = inputs.by_key()
    for key in homeless:
        drop = drops.get(key)
        if drop is None:
            continue
        wanted = [o for o in shape.orders if o.number == (there or {}).get(key)]
        free = wanted or [o for o in shape.orders if o.number != full]
        place = best_place(inputs, shape.orders, drop, free)
        if place is None:
            why = "no_room" if drop.is_placed else "no_place"
            shape = replace(shape, why={key: why, **shape.why})
        else:
            shape = _with(shape, key, *place)
    return shape


def without(order: Order, keys: set[Key]) -> Order:
    """The round with its gaps closed where these doors were."""
    return replace(order, keys=tuple(key for key in order.keys if key not in keys))


def _with(shape: Shape, key: Key, number: int, position: int) -> Shape:
    orders = tuple(
        replace(o, keys=(*o.keys[: position - 1], key, *o.keys[position - 1 :]))
        if o.number == number
        else o
        for o in shape.orders
    )
    why = {other: said for other, said in shape.why.items() if other != key}
    return replace(shape, orders=orders, why=why)


def _waiting(inputs: Inputs, shape: Shape) -> list[Key]:
    """Doors on no round whose place is known, most urgent first."""
    drops = inputs.by_key()
    keys = [
        key
        for key, why in shape.why.items()
        if why != "by_hand" and key in drops and drops[key].is_placed
    ]
    return sorted(keys, key=lambda key: (-drops[key].priority, key))


def _near(
    inputs: Inputs, orders: Sequence[Order], drop: Drop
) -> list[tuple[Order, int]]:
    """Before and after the nearest doors, and the empty rounds."""
    drops = inputs.by_key()
    beside = [
        (drops[key].apart(drop), order.number, place, order)
        for order in orders
        for place, key in enumerate(order.keys, start=1)
        if key in drops and key != drop.key
    ]
    beside.sort(key=lambda found: found[:3])
    places = [
        (order, place + after)
        for _, _, place, order in beside[:NEIGHBOURS]
        for after in (0, 1)
    ]
    return [*places, *((order, 1) for order in orders if not order.keys)]


def _price_of(
    inputs: Inputs, orders: Sequence[Order], order: Order, drop: Drop, position: int
) -> tuple[int, int] | None:
    """Seconds of new lateness and of longer rounds; None for a hard fault."""
    change = price_at(inputs, orders, drop.key, order.number, position).change
    return None if change.hard > 0 else (change.soft_seconds, change.seconds)
