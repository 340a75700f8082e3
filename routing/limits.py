"""The rules a timed round can break, each giving a violation with its size."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from routing.problem import Break, Id, Job, Problem
from routing.solution import Route, Violation
from routing.supply import NOT_BROUGHT, Supply
from routing.timing import Timed
from routing.trips import Trip


def left_kitchen(trip: Trip, supply: Supply | None) -> int:
    """When what the round gives out left the kitchen."""
    return trip.departs if supply is None else supply.left


def broken_at(
    problem: Problem, trip: Trip, timed: Timed, since: int
) -> tuple[Violation, ...]:
    """What a visit violates, its food on the way since then."""
    task = timed.visit.task
    if isinstance(task, Break):
        return _broken_by_rest(trip, task, timed.late)
    return _broken_at_door(problem, trip, task, timed.late, timed.begin - since)


def _broken_at_door(
    problem: Problem, trip: Trip, job: Job, late: int, age: int
) -> tuple[Violation, ...]:
    vehicle = trip.vehicle
    may_serve = problem.may_serve(vehicle, job)
    if may_serve and not late and (job.max_age is None or age <= job.max_age):
        return ()
    found: list[tuple[str, int]] = []
    if late:
        found.append(("delay", late))
    if job.max_age is not None and age > job.max_age:
        found.append(("age", age - job.max_age))
    if not job.skills <= vehicle.skills:
        found.append(("skills", len(job.skills - vehicle.skills)))
    elif not may_serve:
        found.append(("vehicle_forbidden", 1))
    return tuple(
        Violation(
            cause=cause, size=size, job=job.id, vehicle=vehicle.id, round=trip.number
        )
        for cause, size in found
    )


def _broken_by_rest(trip: Trip, rest: Break, late: int) -> tuple[Violation, ...]:
    """Beginning after its last window counts as a missing break."""
    if not late:
        return ()
    missing = Violation(
        cause="missing_break",
        size=late,
        vehicle=trip.vehicle.id,
        round=trip.number,
        detail=f"break {rest.id}",
    )
    return (missing,)


def broken_by_trip(trip: Trip, supply: Supply | None) -> list[Violation]:
    """What the round as a whole violates: load, limits, shift, number of rounds, and
    nobody bringing what it gives out."""
    vehicle = trip.vehicle
    sizes = [
        ("load", load - most, f"kind {kind}")
        for kind, (load, most) in enumerate(
            zip(trip.load, vehicle.capacity, strict=True)
        )
    ]
    if vehicle.max_jobs is not None:
        sizes.append(("max_tasks", len(trip.jobs) - vehicle.max_jobs, ""))
    if vehicle.max_travel is not None:
        sizes.append(("max_travel_time", trip.travel - vehicle.max_travel, ""))
    sizes.append(("shift", trip.ends - vehicle.shift.closes, ""))
    sizes.append(("max_rounds", trip.number - vehicle.max_rounds, ""))
    if vehicle.supplied_by is not None and supply is None:
        sizes.append(("supply", 1, NOT_BROUGHT))
    return [
        Violation(
            cause=cause, size=over, vehicle=vehicle.id, round=trip.number, detail=detail
        )
        for cause, over, detail in sizes
        if over > 0
    ]


def too_much_work(trips: Sequence[Trip]) -> list[Violation]:
    """Work beyond the vehicle's limit, summed over the rounds, put on the last."""
    if not trips:
        return []
    last = trips[-1]
    vehicle = last.vehicle
    if vehicle.max_work is None:
        return []
    worked = sum(trip.ends - trip.departs for trip in trips)
    over = worked + vehicle.reload * (len(trips) - 1) - vehicle.max_work
    if over <= 0:
        return []
    return [
        Violation(cause="work_time", size=over, vehicle=vehicle.id, round=last.number)
    ]


def broken_in(
    problem: Problem, trips: Sequence[Trip], supply: Supply | None
) -> list[Violation]:
    """Everything a vehicle's rounds violate, for each round stops first."""
    found: list[Violation] = []
    for trip in trips:
        since = left_kitchen(trip, supply)
        if trip.late or not trip.is_allowed or since < trip.young_from:
            for timed in chain(trip.before, trip.timed, trip.after):
                found += broken_at(problem, trip, timed, since)
        found += broken_by_trip(trip, supply)
    return found + too_much_work(trips)


def out_of_time(trips: Sequence[Trip], supply: Supply | None) -> int:
    """Seconds beyond any limit that the clock decides, by which two clocks of the same
    rounds are compared."""
    found = sum(broken.size for broken in too_much_work(trips))
    for trip in trips:
        since = left_kitchen(trip, supply)
        found += trip.late + max(0, trip.ends - trip.vehicle.shift.closes)
        found += sum(young - since for young in trip.young if young > since)
    return found


def with_violations(route: Route, found: Sequence[Violation]) -> Route:
    return replace(route, violations=(*route.violations, *found)) if found else route


def mark_twice(route: Route, planned: Mapping[Id, int]) -> Route:
    """Mark every visit to a job that is planned more than once."""
    found = [
        Violation(cause="twice", size=planned[job] - 1, job=job, vehicle=route.vehicle)
        for job in route.jobs
        if planned[job] > 1
    ]
    return with_violations(route, found)
