"""When a closed door is tried again: a slot at the end of the same driver's round.
Pure arithmetic on the published order; nothing is searched.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from kitchen.round_inputs import Inputs
from kitchen.round_plans import Plan
from kitchen.rounds import timetable
from kitchen.stops import Key

SOONEST = timedelta(minutes=10)
"""Not before this after the first knock: a slow or deaf person takes up to ten
minutes to the door, and the first calls need as long."""


def slot_for(inputs: Inputs, plan: Plan, key: Key, opened_at: datetime) -> datetime:
    """The instant the same driver can be back at the door after the last other stop;
    `SOONEST` after the first knock where no round brings anybody there any more."""
    earliest = opened_at + SOONEST
    order = next((order for order in plan.orders if key in order.keys), None)
    if order is None:
        return earliest
    last = (*(other for other in order.keys if other != key), key)
    times = timetable(inputs, [replace(order, keys=last)]).rounds[order.number]
    again = [stop.arrival_at for stop in times.stops if stop.key == key]
    return max(earliest, *again) if again else earliest
