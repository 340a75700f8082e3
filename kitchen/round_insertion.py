"""Where a new door costs least while nobody else is moved: arithmetic on the nearest
places, answered at once; the solver may improve it later.
"""

from collections.abc import Sequence

from kitchen.round_inputs import Inputs
from kitchen.round_prices import price_at
from kitchen.stops import Drop
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
