"""Exhaustive search over every split and order, with its own brute arithmetic.

Shares nothing with the engines but the data types and the travel table: a round is
simulated for each departure that could matter, a partition of the jobs over the
vehicles is found by trying every subset. Up to eight jobs, one round per vehicle.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations
from types import MappingProxyType

from routing import Job, Problem, Travel, Vehicle
from routing.problem import Id

NOTHING: Mapping[Id, Sequence[Id]] = MappingProxyType({})
UNTHINKABLE = 10**9


def optimum(problem: Problem, kept: Mapping[Id, Sequence[Id]] = NOTHING) -> int:
    """The least cost any plan can have in which the vehicles keep these jobs, in this
    order and with whom else it pays to serve between them."""
    travel = Travel(problem)
    everyone = (1 << len(problem.jobs)) - 1
    best = [
        sum(problem.unserved_cost(j) for k, j in enumerate(problem.jobs) if s >> k & 1)
        for s in range(everyone + 1)
    ]
    known: dict[object, list[int | None]] = {}
    for vehicle in problem.vehicles:
        key = (*_sort_of(problem, vehicle), kept.get(vehicle.id))
        if key not in known:
            known[key] = [
                _cheapest_round(problem, travel, vehicle, subset, kept)
                for subset in range(everyone + 1)
            ]
        if vehicle.id in kept:  # it cannot stay at home
            best = _with_vehicle(
                [UNTHINKABLE + cost for cost in best], best, known[key]
            )
        else:
            best = _with_vehicle(best, best, known[key])
    return best[everyone]


def _with_vehicle(
    idle: list[int], best: list[int], rounds: list[int | None]
) -> list[int]:
    """The cheapest way to share each set between the vehicles so far and this one."""
    shared = list(idle)
    for whole in range(len(best)):
        part = whole
        while part:
            cost = rounds[part]
            if cost is not None:
                shared[whole] = min(shared[whole], cost + best[whole ^ part])
            part = (part - 1) & whole
    return shared


def even_optimum(problem: Problem) -> int:
    """The least cost with unevenness at its price, for jobs without windows, whose work
    is the same at any hour. Dear: every share of the jobs in every order of each."""
    travel, best = Travel(problem), [UNTHINKABLE]
    sets = range(1 << len(problem.jobs))
    kept = [[_works(problem, travel, v, s) for s in sets] for v in problem.vehicles]

    def share(number: int, left: int, cost: int, works: tuple[int, ...]) -> None:
        if cost >= best[0]:
            return
        if number == len(kept):
            out = [j for k, j in enumerate(problem.jobs) if left >> k & 1]
            cost += sum(map(problem.unserved_cost, out))
            if works:
                over = max(works) - sum(works) // len(works)
                cost += over * problem.weights.uneven // 100
            best[0] = min(best[0], cost)
            return
        share(number + 1, left, cost, works)
        part = left
        while part:
            for price, work in kept[number][part]:
                share(number + 1, left ^ part, cost + price, (*works, work))
            part = (part - 1) & left

    share(0, sets[-1], 0, ())
    return best[0]


def _works(
    problem: Problem, travel: Travel, vehicle: Vehicle, subset: int
) -> set[tuple[int, int]]:
    """Cost and work of every order that holds."""
    jobs = [job for k, job in enumerate(problem.jobs) if subset >> k & 1]
    found = set()
    for order in permutations(jobs) if _may_take(problem, vehicle, jobs) else ():
        cost = _cost(problem, travel, vehicle, order)
        if cost is not None:
            places = [vehicle.start, *(job.location for job in order), vehicle.end]
            doors = [None, *(job.building for job in order)]
            setups = [
                job.setup
                for job, (before, here) in zip(order, pairwise(doors), strict=True)
                if before != here
            ]
            work = sum(travel.seconds(vehicle, a, b) for a, b in pairwise(places))
            work += sum(job.service for job in order) + sum(setups)
            found.add((cost, work))
    return found


def _sort_of(problem: Problem, vehicle: Vehicle) -> tuple[object, ...]:
    mine = [
        (problem.may_serve(vehicle, job), job.preferred_vehicle == vehicle.id)
        for job in problem.jobs
    ]
    limits = (vehicle.max_jobs, vehicle.max_work, vehicle.max_travel, vehicle.capacity)
    ends = (vehicle.start, vehicle.end)
    return (vehicle.profile, vehicle.shift, ends, limits, tuple(mine))


def _cheapest_round(
    problem: Problem,
    travel: Travel,
    vehicle: Vehicle,
    subset: int,
    kept: Mapping[Id, Sequence[Id]],
) -> int | None:
    jobs = [job for k, job in enumerate(problem.jobs) if subset >> k & 1]
    if not jobs or not _may_take(problem, vehicle, jobs):
        return None
    bound = {job for order in kept.values() for job in order}
    mine = list(kept.get(vehicle.id, ()))
    costs = [
        cost
        for order in permutations(jobs)
        if [job.id for job in order if job.id in bound] == mine
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
