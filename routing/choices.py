"""Every way to give a whole round to a vehicle, with the clock it would have.

A round leaving at d is back at max(d + P, A), for any departure d between G and D; the
docstring of `kernel_state` derives the four numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from routing.distances import Travel
from routing.locks import Locks
from routing.problem import Break, Id, Job, Location, Problem, TimeWindow, Vehicle
from routing.schedule import Scheduler
from routing.solution import Round
from routing.trips import is_changed

FAR = 1 << 40


@dataclass(frozen=True, slots=True)
class Choice:
    """One round driven by one vehicle: its price, its clock, the rest taken inside.

    `is_final`: it is the vehicle's last and ends at the vehicle's own end.
    """

    round: int
    vehicle: int
    cost: int
    busy: int  # P: seconds from leaving to being back, without waiting
    back: int  # A: earliest moment it can be back
    leaves: tuple[int, int]  # G and D: earliest and latest departure
    is_final: bool
    rest: Id | None = None


def choices_for(
    problem: Problem, travel: Travel, rounds: Sequence[Round], locks: Locks
) -> Iterator[Choice]:
    scheduler = Scheduler(problem, travel)
    for number, planned in enumerate(rounds):
        jobs = [scheduler.jobs[job] for job in planned.jobs]
        stays = planned.locked or not locks.jobs.isdisjoint(planned.jobs)
        for driver, vehicle in enumerate(problem.vehicles):
            if stays and vehicle.id != planned.vehicle:
                continue
            if not all(problem.may_serve(vehicle, job) for job in jobs):
                continue
            yield from _driven_by(scheduler, number, driver, jobs)


def _driven_by(
    scheduler: Scheduler, number: int, driver: int, jobs: Sequence[Job]
) -> Iterator[Choice]:
    vehicle = scheduler.problem.vehicles[driver]
    finals = {True, vehicle.start == vehicle.end or vehicle.max_rounds == 1}
    if vehicle.start != vehicle.end and vehicle.max_rounds > 1:
        finals = {True, False}
    for is_final in finals:
        end = vehicle.end if is_final else vehicle.start
        ways = _ways(scheduler.travel, vehicle, jobs, end)
        if not _within_limits(vehicle, jobs, ways):
            continue
        price = scheduler.problem.weights.changed_vehicle
        cost = sum(ways) + price * sum(is_changed(job, vehicle) for job in jobs)
        for rest, clock in _clocks(scheduler, vehicle, jobs, ways):
            yield Choice(number, driver, cost, *clock, is_final, rest)


def _ways(
    travel: Travel, vehicle: Vehicle, jobs: Sequence[Job], end: Location | None
) -> list[int]:
    places = [vehicle.start, *(job.location for job in jobs), end]
    return [travel.seconds(vehicle, a, b) for a, b in pairwise(places)]


def _within_limits(vehicle: Vehicle, jobs: Sequence[Job], ways: Sequence[int]) -> bool:
    if vehicle.max_jobs is not None and len(jobs) > vehicle.max_jobs:
        return False
    if vehicle.max_travel is not None and sum(ways) > vehicle.max_travel:
        return False
    return all(
        sum(job.delivery[kind] for job in jobs if job.delivery) <= most
        for kind, most in enumerate(vehicle.capacity)
    )


Clock = tuple[int, int, tuple[int, int]]


def _clocks(
    scheduler: Scheduler, vehicle: Vehicle, jobs: Sequence[Job], ways: Sequence[int]
) -> Iterator[tuple[Id | None, Clock]]:
    """The round without a rest, and with each rest where it leaves most freedom."""
    windows = _windows(scheduler, vehicle, jobs)
    plain = _clock(vehicle, jobs, ways, windows)
    if plain is not None:
        yield None, plain
    for rest in vehicle.breaks:
        rested = [
            clock
            for place in range(1, len(jobs))
            for window in rest.windows
            if (clock := _clock(vehicle, jobs, ways, windows, (place, rest, window)))
        ]
        if rested:
            yield rest.id, max(rested, key=lambda clock: clock[2][1] - clock[2][0])


def _windows(
    scheduler: Scheduler, vehicle: Vehicle, jobs: Sequence[Job]
) -> list[TimeWindow | None]:
    """The window of each door that the round, timed alone, makes use of."""
    if all(len(job.windows) < 2 for job in jobs):
        return [job.windows[0] if job.windows else None for job in jobs]
    (route,) = scheduler.vehicle_routes(vehicle, [[job.id for job in jobs]])
    begins = [step.begin for step in route.steps if step.type == "job"]
    return [
        next((w for w in job.windows if begin <= w.closes), None)
        if job.windows
        else None
        for job, begin in zip(jobs, begins, strict=True)
    ]


def _clock(
    vehicle: Vehicle,
    jobs: Sequence[Job],
    ways: Sequence[int],
    windows: Sequence[TimeWindow | None],
    rested: tuple[int, Break, TimeWindow] | None = None,
) -> Clock | None:
    """P, A and the departures possible, or None when no departure is."""
    p, a, g, d = 0, -FAR, vehicle.shift.opens, vehicle.shift.closes
    building: object = None
    for place, (job, window) in enumerate(zip(jobs, windows, strict=True)):
        if rested is not None and rested[0] == place:
            a = max(a, rested[2].opens)
            if a > rested[2].closes:
                return None
            d = min(d, rested[2].closes - p)
            p, a = p + rested[1].service, a + rested[1].service
        seconds = ways[place] + (job.setup if job.building != building else 0)
        building = job.building
        p, a = p + seconds, a + seconds
        if window is not None:
            a = max(a, window.opens)
            if a > window.closes:
                return None
            d = min(d, window.closes - p)
        if job.max_age is not None:
            if p > job.max_age:
                return None
            g = max(g, a - job.max_age)
        p, a = p + job.service, a + job.service
    p, a = p + ways[-1], a + ways[-1]
    d = min(d, vehicle.shift.closes - p)
    return (p, a, (g, d)) if g <= d and a <= vehicle.shift.closes else None
