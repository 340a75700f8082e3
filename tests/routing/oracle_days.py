"""Exhaustive search over whole days: several rounds with reload, and breaks.

Every order, every way to cut it into rounds, every gap for each break, every departure
that could matter; its own arithmetic throughout. For up to five doors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import (
    combinations,
    combinations_with_replacement,
    pairwise,
    permutations,
)

from routing import Break, Job, Problem, Travel, Vehicle

Task = Job | Break
Gap = tuple[int, int]


def cheapest_day(problem: Problem) -> int:
    """The least cost any plan can have."""
    travel = Travel(problem)
    everyone = range(len(problem.jobs))
    known = {
        (vehicle.id, subset): _cheapest(problem, travel, vehicle, subset)
        for vehicle in problem.vehicles
        for size in range(1, len(problem.jobs) + 1)
        for subset in combinations(everyone, size)
    }

    def best(left: tuple[int, ...], vehicles: Sequence[Vehicle]) -> int:
        if not vehicles:
            return sum(problem.unserved_cost(problem.jobs[k]) for k in left)
        found = best(left, vehicles[1:])
        for size in range(1, len(left) + 1):
            for mine in combinations(left, size):
                cost = known[vehicles[0].id, mine]
                if cost is not None:
                    rest = tuple(k for k in left if k not in mine)
                    found = min(found, cost + best(rest, vehicles[1:]))
        return found

    return best(tuple(everyone), problem.vehicles)


def _cheapest(
    problem: Problem, travel: Travel, vehicle: Vehicle, subset: tuple[int, ...]
) -> int | None:
    jobs = [problem.jobs[k] for k in subset]
    if not all(problem.may_serve(vehicle, job) for job in jobs):
        return None
    costs = [
        cost
        for order in permutations(jobs)
        for rounds in _cuts(order, vehicle.max_rounds)
        if (cost := _cost(problem, travel, vehicle, rounds)) is not None
    ]
    return min(costs, default=None)


def _cuts(order: tuple[Job, ...], most: int) -> Iterator[list[tuple[Job, ...]]]:
    for count in range(min(most, len(order))):
        for marks in combinations(range(1, len(order)), count):
            bounds = [0, *marks, len(order)]
            yield [order[a:b] for a, b in pairwise(bounds)]


def _cost(
    problem: Problem, travel: Travel, vehicle: Vehicle, rounds: list[tuple[Job, ...]]
) -> int | None:
    ways = []
    for number, jobs in enumerate(rounds, start=1):
        if vehicle.max_jobs is not None and len(jobs) > vehicle.max_jobs:
            return None
        for kind, most in enumerate(vehicle.capacity):
            if sum(job.delivery[kind] for job in jobs if job.delivery) > most:
                return None
        end = vehicle.end if number == len(rounds) else vehicle.start
        places = [vehicle.start, *(job.location for job in jobs), end]
        ways.append([travel.seconds(vehicle, a, b) for a, b in pairwise(places)])
        if vehicle.max_travel is not None and sum(ways[-1]) > vehicle.max_travel:
            return None
    if not _fits_the_day(vehicle, rounds, ways):
        return None
    strangers = sum(
        job.preferred_vehicle not in (None, vehicle.id)
        for jobs in rounds
        for job in jobs
    )
    return (
        sum(map(sum, ways))
        + strangers * problem.weights.changed_vehicle
        + problem.vehicle_cost(vehicle)
    )


def _fits_the_day(
    vehicle: Vehicle, rounds: list[tuple[Job, ...]], ways: list[list[int]]
) -> bool:
    """Whether all breaks fit somewhere: (round, before which job) for each, in the
    order they are taken; place 0 of a round is the time before it."""
    gaps = [
        (number, place)
        for number, jobs in enumerate(rounds)
        for place in range(len(jobs))
    ]
    gaps.append((len(rounds), 0))
    return any(
        _runs(vehicle, rounds, ways, list(zip(chosen, rests, strict=True)))
        for rests in permutations(vehicle.breaks)
        for chosen in combinations_with_replacement(gaps, len(rests))
    )


@dataclass
class Clock:
    """When the vehicle is free to rest, and free to leave."""

    idle: int
    free: int


def _runs(
    vehicle: Vehicle,
    rounds: list[tuple[Job, ...]],
    ways: list[list[int]],
    rested: list[tuple[Gap, Break]],
) -> bool:
    clock = Clock(vehicle.shift.opens, vehicle.shift.opens)
    worked = -vehicle.reload
    for number, jobs in enumerate(rounds):
        if not _rested(rested, number, clock):
            return False
        inside = [(gap[1], rest) for gap, rest in rested if gap[0] == number]
        found = _round(vehicle, jobs, ways[number], clock.free, inside)
        if found is None:
            return False
        leaves, back = found
        worked += back - leaves + vehicle.reload
        clock = Clock(back, back + vehicle.reload)
    if not _rested(rested, len(rounds), clock):
        return False
    return vehicle.max_work is None or worked <= vehicle.max_work


def _rested(rested: list[tuple[Gap, Break]], number: int, clock: Clock) -> bool:
    """Take the rests before this round, where they hold."""
    for gap, rest in rested:
        if gap != (number, 0):
            continue
        later = [w for w in rest.windows if w.closes >= clock.idle]
        if not later:
            return False
        clock.idle = max(clock.idle, later[0].opens) + rest.service
        clock.free = max(clock.free, clock.idle)
    return True


def _round(
    vehicle: Vehicle,
    jobs: tuple[Job, ...],
    ways: list[int],
    free: int,
    inside: list[tuple[int, Break]],
) -> tuple[int, int] | None:
    """The departure that is back first, the latest of these; None if none is."""
    tasks: list[tuple[Task, int]] = []
    building: object = None
    for number, (job, way) in enumerate(zip(jobs, ways, strict=False)):
        tasks += [(rest, 0) for place, rest in inside if place == number > 0]
        tasks.append((job, way + (job.setup if job.building != building else 0)))
        building = job.building
    passed, tried = 0, {free}
    for task, seconds in tasks:
        passed += seconds
        for window in task.windows:
            tried |= {window.opens - passed, window.closes - passed}
        passed += task.service
    tried.add(vehicle.shift.closes - passed - ways[-1])
    found = [
        (back, -leaves)
        for leaves in tried
        if leaves >= free
        and (back := _back(tasks, leaves, ways[-1])) is not None
        and back <= vehicle.shift.closes
    ]
    if not found:
        return None
    back, leaves = min(found)
    return -leaves, back


def _back(tasks: list[tuple[Task, int]], leaves: int, home: int) -> int | None:
    clock = leaves
    for task, seconds in tasks:
        clock += seconds
        if task.windows:
            later = [w for w in task.windows if w.closes >= clock]
            if not later:
                return None
            clock = max(clock, later[0].opens)
        limit = task.max_age if isinstance(task, Job) else None
        if limit is not None and clock - leaves > limit:
            return None
        clock += task.service
    return clock + home
