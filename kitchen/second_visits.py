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
    """The instant the same driver can be back at the door: after the last other stop as
    it was planned, as late as the driver is by now, and the way from there; `SOONEST`
    after the first knock where no round brings anybody there any more."""
    earliest = opened_at + SOONEST
    order = next((order for order in plan.orders if key in order.keys), None)
    planned = {s.key: s.arrival_at for s in plan.stops if s.arrival_at is not None}
    others = [k for k in (order.keys if order else ()) if k != key and k in planned]
    if order is None or not others or key not in planned:
        return earliest
    again = replace(order, keys=(*others, key))
    there = {
        s.key: s.arrival_at
        for s in timetable(inputs, [again]).rounds[again.number].stops
    }
    if key not in there or others[-1] not in there:
        return earliest
    last = planned[others[-1]]
    if opened_at >= last:  # told after the round: nobody is on the way any more
        return earliest
    late = max(timedelta(), opened_at - planned[key])
    return max(earliest, last + late + (there[key] - there[others[-1]]))
