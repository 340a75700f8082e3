"""Where a new door costs least while nobody else is moved: arithmetic on the nearest
places, answered at once; the solver may improve it later.
"""

from collections.abc import Sequence

from kitchen.round_inputs import Inputs
from kitchen.rounds import timetable
from kitchen.stops import Drop
from kitchen.timetables import Order, Timetable

NEIGHBOURS = 6


def best_place(
    inputs: Inputs, orders: Sequence[Order], drop: Drop
) -> tuple[int, int] | None:
    """The round and position (from 1) where a new drop hurts least, nobody else
    moved; None when it fits nowhere without a hard fault or nobody knows the place.
    """
    if not drop.is_placed:
        return None
    open_orders = [order for order in orders if not order.locked and order.driver_id]
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
        (_apart(drops[key], drop), order.number, place, order)
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


def _apart(one: Drop, other: Drop) -> int:
    if one.stairwell == other.stairwell:
        return -1
    if one.lon_e6 is None or other.lon_e6 is None:
        return 1 << 40
    if one.lat_e6 is None or other.lat_e6 is None:
        return 1 << 40
    return (one.lon_e6 - other.lon_e6) ** 2 + (one.lat_e6 - other.lat_e6) ** 2


def _price_of(
    inputs: Inputs, orders: Sequence[Order], order: Order, drop: Drop, position: int
) -> tuple[int, int] | None:
    """Seconds of new lateness and of longer rounds; None for a hard fault."""
    same = [other for other in orders if other.driver_id == order.driver_id]
    keys = (*order.keys[: position - 1], drop.key, *order.keys[position - 1 :])
    changed = [
        Order(order.number, order.driver_id, keys) if other is order else other
        for other in same
    ]
    before, after = timetable(inputs, same), timetable(inputs, changed)
    if len(after.hard) > len(before.hard):
        return None
    worse = sum(f.size for f in after.soft) - sum(f.size for f in before.soft)
    return worse, _seconds_out(after) - _seconds_out(before)


def _seconds_out(times: Timetable) -> int:
    return sum(
        int((timed.back_at - timed.depart_at).total_seconds())
        for timed in times.rounds.values()
        if timed.back_at is not None and timed.depart_at is not None
    )
