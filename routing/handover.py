"""When a round that supplies others leaves: as late as they let it.

Food grows old from when the supplying round leaves, so a van that goes early lets it
grow old in crates. Timed first with every crate at its earliest, a round then leaves
later by what is waited for anyway: on its own way, or before those it supplies leave.
Nobody's round ends later for that. Only where food would still be too old, doors may
be served later too, inside their windows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.problem import Id, Job, Problem
from routing.supply import Supply
from routing.timing import Timed
from routing.trips import Trip, VehicleDay

FAR = 1 << 40
NOTHING: Mapping[Id, int] = {}
Supplies = Mapping[Id, Supply]
Departures = dict[Id, dict[int, int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """All vehicles' rounds on the clock, and what they bring to others' starts."""

    problem: Problem
    days: Mapping[Id, VehicleDay]
    supplies: Supplies


@dataclass(frozen=True, slots=True)
class Room:
    """Seconds by which a round can leave later: with every window and the shift kept,
    without ending later, and without making the vehicle's next round leave later."""

    windows: int
    own: int
    until_next: int


def late_departures(plan: Plan) -> Departures:
    """When supplying rounds can leave so that no round ends later for it, by vehicle
    and number of the round; rounds that serve only others may end later themselves."""
    spare = {crate: _idle(plan, crate) for crate in plan.supplies}
    found: Departures = {}
    for mine in _supplying(plan):
        trip, room = mine[0], _room(mine, spare)
        serves_none = len(trip.crates) == len(trip.jobs)
        by = min(room.windows, room.until_next if serves_none else room.own)
        if by > 0:
            found.setdefault(trip.vehicle.id, {})[trip.number] = trip.departs + by
    return found


def needed_departures(plan: Plan) -> Departures:
    """Departures later still, where what is brought would be too old at a door."""
    spare: dict[Id, int] = {}
    found: Departures = {}
    for mine in _supplying(plan):
        trip = mine[0]
        needed = _too_old(plan, trip)
        if needed <= 0:
            continue
        spare = spare or {crate: _give(plan, crate) for crate in plan.supplies}
        by = min(_room(mine, spare).windows, needed)
        if by > 0:
            found.setdefault(trip.vehicle.id, {})[trip.number] = trip.departs + by
    return found


def _supplying(plan: Plan) -> list[Sequence[Trip]]:
    """The rounds that supply others, each with those after it of its vehicle."""
    return [
        mine[number:]
        for vehicle in plan.problem.vehicles
        for mine in (plan.days[vehicle.id].trips,)
        for number, trip in enumerate(mine)
        if trip.crates
    ]


def _supplied(plan: Plan, crate: Id) -> list[VehicleDay]:
    """The days of the vehicles that give out what comes with the crate."""
    return [
        plan.days[vehicle.id]
        for vehicle in plan.problem.vehicles
        if vehicle.supplied_by == crate and plan.days[vehicle.id].trips
    ]


def _idle(plan: Plan, crate: Id) -> int:
    """Seconds the crate may come later before anybody waiting for it begins later."""
    begins = [day.trips[0].begins for day in _supplied(plan, crate)]
    return min(begins) - plan.supplies[crate].ready if begins else 0


def _give(plan: Plan, crate: Id) -> int:
    """Seconds the crate may come later before anybody's window or shift is missed."""
    ready = plan.supplies[crate].ready
    found = [
        day.trips[0].begins - ready + _room_of(day) for day in _supplied(plan, crate)
    ]
    return min(found, default=0)


def _room_of(day: VehicleDay) -> int:
    """Seconds by which the whole day can be put off; a rest before leaving holds its
    place."""
    if day.room is None:
        held = day.trips[0].before
        day.room = 0 if held else max(0, _room(day.trips).windows)
    return day.room


def _too_old(plan: Plan, trip: Trip) -> int:
    """By how much the oldest food that left with the round is too old at a door."""
    young_from = trip.young_from
    for crate in trip.crates:
        for day in _supplied(plan, crate.visit.task.id):
            young_from = max(young_from, *(after.young_from for after in day.trips))
    return young_from - trip.departs


def _room(trips: Sequence[Trip], spare: Mapping[Id, int] = NOTHING) -> Room:
    """How much later the first of these rounds can leave, the others following."""
    vehicle = trips[0].vehicle
    waited, least, own, until_next = 0, FAR, 0, FAR
    for trip in trips:
        if trip is not trips[0]:  # whose rests are over when it may leave later
            idle = 0 if trip.before else trip.departs - trip.ready
            until_next = min(until_next, waited + idle)
            waited, least = _later(trip.before, waited, least, spare)
            waited += trip.departs - trip.ready
        waited, least = _later(trip.timed, waited, least, spare)
        own = waited if trip is trips[0] else own
        waited, least = _later(trip.after, waited, least, spare)
    shut = waited + vehicle.shift.closes - trips[-1].ends
    return Room(min(least, shut), own, min(until_next, shut))


def _later(
    visits: Sequence[Timed], waited: int, least: int, spare: Mapping[Id, int]
) -> tuple[int, int]:
    """What is waited for up to the last of them, and the least room of all."""
    for timed in visits:
        waited += timed.waiting
        least = min(least, waited + timed.slack)
        task = timed.visit.task
        if spare and isinstance(task, Job) and task.id in spare:
            least = min(least, waited + spare[task.id])
    return waited, least
