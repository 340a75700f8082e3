"""Exhaustive search over every split and order, with its own brute arithmetic.

Shares nothing with the engines but the data types and the travel table: a round is
simulated for each departure that could matter, a partition of the jobs over the
vehicles is found by trying every subset. Up to eight jobs, one round per vehicle.
"""

from collections.abc import Sequence
from itertools import pairwise, permutations

from routing import Job, Problem, Travel, Vehicle


def optimum(problem: Problem) -> int:
    """The least cost any plan can have."""
    travel = Travel(problem)
    everyone = (1 << len(problem.jobs)) - 1
    best = [
        sum(problem.unserved_cost(j) for k, j in enumerate(problem.jobs) if s >> k & 1)
        for s in range(everyone + 1)
    ]
    known: dict[object, list[int | None]] = {}
    for vehicle in problem.vehicles:
        key = _sort_of(problem, vehicle)
        if key not in known:
            known[key] = [
                _cheapest_round(problem, travel, vehicle, subset)
                for subset in range(everyone + 1)
            ]
        best = _with_vehicle(best, known[key])
    return best[everyone]


def _with_vehicle(best: list[int], rounds: list[int | None]) -> list[int]:
    """The cheapest way to share each set between the vehicles so far and this one."""
    shared = list(best)
    for whole in range(len(best)):
        part = whole
        while part:
            cost = rounds[part]
            if cost is not None:
                shared[whole] = min(shared[whole], cost + best[whole ^ part])
            part = (part - 1) & whole
    return shared


def _sort_of(problem: Problem, vehicle: Vehicle) -> object:
    mine = [
        (problem.may_serve(vehicle, job), job.preferred_vehicle == vehicle.id)
        for job in problem.jobs
    ]
    limits = (vehicle.max_jobs, vehicle.max_work, vehicle.max_travel, vehicle.capacity)
    return (vehicle.profile, vehicle.shift, vehicle.end, limits, tuple(mine))


def _cheapest_round(
    problem: Problem, travel: Travel, vehicle: Vehicle, subset: int
) -> int | None:
    jobs = [job for k, job in enumerate(problem.jobs) if subset >> k & 1]
    if not jobs or not _may_take(problem, vehicle, jobs):
        return None
    costs = [
        cost
        for order in permutations(jobs)
        if (cost := _cost(problem, travel, vehicle, order)) is not None
    ]
    return min(costs, default=None)


def holds(problem: Problem, vehicle: Vehicle, order: Sequence[Job]) -> bool:
    """Whether some departure lets the vehicle serve these jobs in this order."""
    return (
        _may_take(problem, vehicle, order)
        and _cost(problem, Travel(problem), vehicle, order) is not None
    )


def _may_take(problem: Problem, vehicle: Vehicle, jobs: Sequence[Job]) -> bool:
    """Whether no rule but the clock's keeps the vehicle from these jobs."""
    if not all(problem.may_serve(vehicle, job) for job in jobs):
        return False
    if vehicle.max_jobs is not None and len(jobs) > vehicle.max_jobs:
        return False
    return all(
        sum(job.delivery[kind] for job in jobs if job.delivery) <= capacity
        for kind, capacity in enumerate(vehicle.capacity)
    )


def _cost(
    problem: Problem, travel: Travel, vehicle: Vehicle, order: Sequence[Job]
) -> int | None:
    places = [vehicle.start, *(job.location for job in order), vehicle.end]
    ways = [travel.seconds(vehicle, a, b) for a, b in pairwise(places)]
    if vehicle.max_travel is not None and sum(ways) > vehicle.max_travel:
        return None
    if not _can_be_on_time(vehicle, order, ways):
        return None
    strangers = sum(job.preferred_vehicle not in (None, vehicle.id) for job in order)
    return (
        sum(ways)
        + strangers * problem.weights.changed_vehicle
        + problem.vehicle_cost(vehicle)
    )


def _can_be_on_time(vehicle: Vehicle, order: Sequence[Job], ways: list[int]) -> bool:
    """Whether some departure keeps every window, hot limit, shift and work limit."""
    clock, departures = 0, {vehicle.shift.opens}
    building: object = None
    for job, way in zip(order, ways, strict=False):
        clock += way + (job.setup if job.building != building else 0)
        building = job.building
        for window in job.windows:
            departures |= {window.opens - clock, window.closes - clock}
        clock += job.service
    departures.add(vehicle.shift.closes - clock - ways[-1])
    return any(
        _is_on_time(vehicle, order, ways, departure)
        for departure in departures
        if departure >= vehicle.shift.opens
    )


def _is_on_time(
    vehicle: Vehicle, order: Sequence[Job], ways: list[int], departure: int
) -> bool:
    clock, building = departure, None
    for job, way in zip(order, ways, strict=False):
        clock += way + (job.setup if job.building != building else 0)
        building = job.building
        if job.windows:
            later = [w for w in job.windows if w.closes >= clock]
            if not later:
                return False
            clock = max(clock, later[0].opens)
        if job.max_age is not None and clock - departure > job.max_age:
            return False
        clock += job.service
    back = clock + ways[-1]
    worked = back - departure
    return back <= vehicle.shift.closes and (
        vehicle.max_work is None or worked <= vehicle.max_work
    )
