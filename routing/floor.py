"""Rounds that are always available: curve-order sectors, then cheapest insertion.

Doors close to each other lie close on a space-filling curve (Bartholdi, Platzman and
others planned Atlanta's meals on wheels with one in 1983), so cutting the curve into
rounds gives a sound plan in milliseconds. It is the floor no engine may fall below
and the start the others improve.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.distances import Travel
from routing.problem import Id, Job, Problem, Vehicle
from routing.schedule import Scheduler
from routing.solution import Round, all_violations


def floor_rounds(
    problem: Problem, travel: Travel, seconds: float = 5.0
) -> tuple[Round, ...]:
    """Feasible rounds for as many jobs as fit; never violates a rule.

    `seconds` bounds the late insertions of jobs the sectors left over.
    """
    draft = Draft(problem, Scheduler(problem, travel), time.monotonic() + seconds)
    left = curve_order(problem, travel)
    for vehicle in problem.vehicles:
        for _ in range(vehicle.max_rounds):
            left = draft.fill_round(vehicle, left)
    for job in sorted(left, key=lambda job: -problem.unserved_cost(job)):
        draft.insert(job)
    return draft.rounds()


def complete(
    problem: Problem, travel: Travel, rounds: Sequence[Round], seconds: float = 5.0
) -> tuple[Round, ...]:
    """Given rounds, cleaned of what breaks a rule, and the rest put in cheaply."""
    draft = Draft(problem, Scheduler(problem, travel), time.monotonic() + seconds)
    taken: set[Id] = set()
    for planned in rounds:
        vehicle = draft.vehicle(planned.vehicle)
        if vehicle is None or len(draft.orders[vehicle.id]) >= vehicle.max_rounds:
            continue
        known = [
            j for j in planned.jobs if j in draft.scheduler.jobs and j not in taken
        ]
        kept = draft.open_round(vehicle, known)
        taken.update(kept)
    left = [job for job in curve_order(problem, travel) if job.id not in taken]
    for job in sorted(left, key=lambda job: -problem.unserved_cost(job)):
        draft.insert(job)
    return draft.rounds()


@dataclass(slots=True)
class Draft:
    """Rounds under construction, feasible after every step."""

    problem: Problem
    scheduler: Scheduler
    deadline: float
    orders: dict[Id, list[list[Id]]] = field(init=False)

    def __post_init__(self) -> None:
        self.orders = {vehicle.id: [] for vehicle in self.problem.vehicles}

    def vehicle(self, identifier: Id) -> Vehicle | None:
        return next((v for v in self.problem.vehicles if v.id == identifier), None)

    def rounds(self) -> tuple[Round, ...]:
        return tuple(
            Round(vehicle, tuple(order))
            for vehicle, orders in self.orders.items()
            for order in orders
            if order
        )

    def fill_round(self, vehicle: Vehicle, waiting: list[Job]) -> list[Job]:
        """Take jobs in order until several in a row do not fit; return the rest."""
        order: list[Id] = []
        left: list[Job] = []
        misses = 0
        for number, job in enumerate(waiting):
            if misses >= 5:
                left.extend(waiting[number:])
                break
            longer = self._cheapest(vehicle, order, job)
            if longer is None:
                left.append(job)
                misses += bool(order)
            else:
                order, misses = longer, 0
        if order:
            self.orders[vehicle.id].append(order)
        return left

    def open_round(self, vehicle: Vehicle, jobs: Sequence[Id]) -> list[Id]:
        """As much of the given order as stays feasible, the order kept."""
        orders = self.orders[vehicle.id]
        if jobs and self._cost(vehicle, [*orders, list(jobs)]) is not None:
            orders.append(list(jobs))
            return list(jobs)
        kept: list[Id] = []
        for job in jobs:
            if self._cost(vehicle, [*orders, [*kept, job]]) is not None:
                kept.append(job)
        if kept:
            orders.append(kept)
        return kept

    def insert(self, job: Job) -> bool:
        """Put the job where it costs least, if anywhere."""
        best: tuple[int, Id, list[list[Id]]] | None = None
        for vehicle in self.problem.vehicles:
            if time.monotonic() > self.deadline:
                break
            orders = self.orders[vehicle.id]
            before = self._cost(vehicle, orders) or 0
            for tried in _insertions(orders, job.id, vehicle.max_rounds):
                cost = self._cost(vehicle, tried)
                if cost is not None and (best is None or cost - before < best[0]):
                    best = cost - before, vehicle.id, tried
        if best is not None:
            self.orders[best[1]] = best[2]
        return best is not None

    def _cheapest(self, vehicle: Vehicle, order: list[Id], job: Job) -> list[Id] | None:
        """The order with the job at its best place, or None if it fits nowhere."""
        if not self.problem.may_serve(vehicle, job):
            return None
        done = self.orders[vehicle.id]
        best: tuple[int, list[Id]] | None = None
        for place in range(len(order), max(-1, len(order) - 8), -1):
            tried = [*order[:place], job.id, *order[place:]]
            cost = self._cost(vehicle, [*done, tried])
            if cost is not None and (best is None or cost < best[0]):
                best = cost, tried
        return best[1] if best else None

    def _cost(self, vehicle: Vehicle, orders: Sequence[Sequence[Id]]) -> int | None:
        """Cost of the vehicle's rounds, or None when they break a rule."""
        routes = self.scheduler.vehicle_routes(vehicle, orders)
        if all_violations(routes):
            return None
        return sum(route.cost for route in routes)


def _insertions(orders: list[list[Id]], job: Id, most: int) -> list[list[list[Id]]]:
    tried = []
    for number, order in enumerate(orders):
        for place in range(len(order) + 1):
            longer = [*order[:place], job, *order[place:]]
            tried.append([*orders[:number], longer, *orders[number + 1 :]])
    if len(orders) < most:
        tried.append([*orders, [job]])
    return tried


def curve_order(problem: Problem, travel: Travel) -> list[Job]:
    """Jobs along a Hilbert curve; without coordinates, nearest next."""
    jobs = list(problem.jobs)
    if not all(job.location.is_placed or job.location.compound for job in jobs):
        return _nearest_next(problem, travel)
    points = {job.id: travel.plane(job.location) for job in jobs}
    if not points:
        return []
    left = min(x for x, _ in points.values())
    bottom = min(y for _, y in points.values())
    span = max(max(x - left, y - bottom) for x, y in points.values()) or 1.0
    grid = (1 << 15) - 1

    def place(job: Job) -> tuple[int, str]:
        x, y = points[job.id]
        cell = int((x - left) / span * grid), int((y - bottom) / span * grid)
        return hilbert(*cell), str(job.building)

    return sorted(jobs, key=place)


def hilbert(x: int, y: int, bits: int = 15) -> int:
    """Position of a grid cell along the Hilbert curve."""
    position = 0
    side = 1 << (bits - 1)
    while side:
        right, up = int(bool(x & side)), int(bool(y & side))
        position += side * side * ((3 * right) ^ up)
        if not up:
            if right:
                x, y = (1 << bits) - 1 - x, (1 << bits) - 1 - y
            x, y = y, x
        side >>= 1
    return position


def _nearest_next(problem: Problem, travel: Travel) -> list[Job]:
    """Greedy chain through the matrix, opening windows first come first."""
    vehicle = problem.vehicles[0]
    place = vehicle.start or vehicle.end
    left = list(problem.jobs)
    order: list[Job] = []
    while left:
        following = min(
            left, key=lambda job: travel.seconds(vehicle, place, job.location)
        )
        left.remove(following)
        order.append(following)
        place = following.location
    return order
