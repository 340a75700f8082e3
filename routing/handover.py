"""When a round that supplies others leaves: as late as they let it.

Food grows old from when the supplying round leaves, so a van that goes early lets it
grow old in crates. Timed first with every crate at its earliest, a round then leaves
later by what is waited for anyway: on its own way, or before those it supplies leave.
Nobody's round ends later for that. Only where food would still be too old, doors may
be served later too, inside their windows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.problem import Break, Id, Job, Problem, TimeWindow, Vehicle
from routing.solution import Route, Step

FAR = 1 << 40
Routes = Mapping[Id, Sequence[Route]]
Departures = dict[tuple[Id, int], int]


@dataclass(frozen=True, slots=True)
class Room:
    """Seconds by which a round can leave later: with every window and the shift kept,
    without ending later, and without making the vehicle's next round leave later."""

    windows: int
    own: int
    until_next: int


def late_departures(problem: Problem, routes: Routes) -> Departures:
    """When supplying rounds can leave so that no round ends later for it, by vehicle
    and number of the round; rounds that serve only others may end later themselves."""
    spare = {crate: _idle(problem, routes, crate) for crate in problem.supplying}
    found: Departures = {}
    for vehicle, number, route in _supplying(problem, routes):
        room = _room(problem, vehicle, routes[vehicle.id][number:], spare)
        serves_none = problem.supplying.issuperset(route.jobs)
        by = min(room.windows, room.until_next if serves_none else room.own)
        if by > 0:
            found[vehicle.id, route.round] = route.departs + by
    return found


# What is told of a vehicle's rounds, with the rounds themselves, so that they live on.
Gives = dict[tuple[int, ...], tuple[Sequence[Route], int]]


def needed_departures(problem: Problem, routes: Routes, gives: Gives) -> Departures:
    """Departures later still, where what is brought would be too old at a door;
    `gives` keeps what the same rounds are asked for over and over."""
    spare: dict[Id, int] = {}
    found: Departures = {}
    for vehicle, number, route in _supplying(problem, routes):
        crates = problem.supplying.intersection(route.jobs)
        users = (u for crate in crates for u in _supplied(problem, routes, crate))
        needed = _too_old([route, *(r for user in users for r in routes[user.id])])
        if not needed:
            continue
        spare = spare or {
            c: _give(problem, routes, c, gives) for c in problem.supplying
        }
        room = _room(problem, vehicle, routes[vehicle.id][number:], spare)
        by = min(room.windows, needed)
        if by > 0:
            found[vehicle.id, route.round] = route.departs + by
    return found


def _supplying(problem: Problem, routes: Routes) -> list[tuple[Vehicle, int, Route]]:
    wanted = problem.supplying
    return [
        (vehicle, number, route)
        for vehicle in problem.vehicles
        for number, route in enumerate(routes[vehicle.id])
        if not wanted.isdisjoint(route.jobs)
    ]


def _supplied(problem: Problem, routes: Routes, crate: Id) -> list[Vehicle]:
    return [v for v in problem.vehicles if v.supplied_by == crate and routes[v.id]]


def _idle(problem: Problem, routes: Routes, crate: Id) -> int:
    """Seconds the crate may come later before anybody waiting for it begins later."""
    users = _supplied(problem, routes, crate)
    ready = _ready(routes, crate)
    if not users or ready is None:
        return 0
    return min(routes[user.id][0].steps[0].begin for user in users) - ready


def _give(problem: Problem, routes: Routes, crate: Id, gives: Gives) -> int:
    """Seconds the crate may come later before anybody's window or shift is missed."""
    users = _supplied(problem, routes, crate)
    ready = _ready(routes, crate)
    if not users or ready is None:
        return 0
    found = []
    for user in users:
        mine = routes[user.id]
        first = mine[0].steps[0]
        more = 0
        if first.type == "start":
            key = tuple(map(id, mine))
            if key not in gives:
                gives[key] = mine, max(0, _room(problem, user, mine, {}).windows)
            more = gives[key][1]
        found.append(first.begin - ready + more)
    return min(found)


def _ready(routes: Routes, crate: Id) -> int | None:
    for mine in routes.values():
        for route in mine:
            for step in route.steps:
                if step.type == "job" and step.id == crate:
                    return step.departure
    return None


def _too_old(routes: Sequence[Route]) -> int:
    """By how much the oldest food is too old at a door of these rounds."""
    sizes = [
        broken.size
        for route in routes
        for step in route.steps
        for broken in step.violations
        if broken.cause == "age"
    ]
    return max(sizes, default=0)


def _room(
    problem: Problem, vehicle: Vehicle, routes: Sequence[Route], spare: Mapping[Id, int]
) -> Room:
    """How much later the first of these rounds can leave, the others following."""
    tasks = _tasks(problem, vehicle)
    waited, least, own, until_next = 0, FAR, 0, FAR
    free: int | None = None
    for route in routes:
        if free is not None:
            waited += route.steps[0].arrival - free
            until_next = min(until_next, waited)
        clock, begun = free, free is not None
        for step in route.steps:
            begun = begun or step.type == "start"
            if not begun:
                continue
            if clock is not None and step is not route.steps[0]:
                waited += step.arrival - step.travel - clock
            waited += step.waiting
            least = min(least, waited + _slack(tasks, step))
            if step.type == "job" and step.id in problem.supplying:
                least = min(least, waited + spare.get(step.id, 0))
            if step.type == "end" and route is routes[0]:
                own = waited
            clock = step.departure
        free = max(route.ends + vehicle.reload, route.steps[-1].departure)
    shut = waited + vehicle.shift.closes - routes[-1].ends
    return Room(min(least, shut), own, min(until_next, shut))


def _tasks(
    problem: Problem, vehicle: Vehicle
) -> Mapping[tuple[str, Id | None], Job | Break]:
    jobs = {("job", job.id): job for job in problem.jobs}
    return jobs | {("break", rest.id): rest for rest in vehicle.breaks}


def _slack(tasks: Mapping[tuple[str, Id | None], Job | Break], step: Step) -> int:
    """Seconds until the window shuts in which the step begins."""
    task = tasks.get((step.type, step.id))
    windows: tuple[TimeWindow, ...] = () if task is None else task.windows
    if not windows:
        return FAR
    shuts = (w.closes for w in windows if w.opens <= step.begin <= w.closes)
    return next(shuts, step.begin) - step.begin
