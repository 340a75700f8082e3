"""Rounds that are always available: curve-order sectors, then cheapest insertion.

Doors close to each other lie close on a space-filling curve (Bartholdi, Platzman and
others planned Atlanta's meals on wheels with one in 1983), so cutting the curve into
rounds gives a sound plan in milliseconds. It is the floor no engine may fall below
and the start the others improve.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from routing.curve import curve_order
from routing.distances import Travel
from routing.locks import Locks
from routing.problem import Id, Job, Problem, Vehicle
from routing.schedule import Scheduler
from routing.solution import Round
from routing.supply import over_stock
from routing.trips import Trip, is_changed, total_load

NONE = Locks()


def floor_rounds(
    problem: Problem, travel: Travel, seconds: float = 5.0
) -> tuple[Round, ...]:
    """Feasible rounds for as many jobs as fit; never violates a rule.

    Stops that are hard to place get the first places; dearer jobs may push out cheaper
    ones at the end.
    `seconds` bounds what is done beyond the sectors.
    """
    draft = Draft(problem, Scheduler(problem, travel), time.monotonic() + seconds)
    left = curve_order(problem, travel)
    for job in _hard_to_place(problem):
        if draft.insert(job):
            left.remove(job)
    draft.fix_supplies()
    for vehicle in problem.vehicles:
        for number in range(min(vehicle.max_rounds, max(1, len(problem.jobs)))):
            left = draft.fill_round(vehicle, number, left)
    draft.insert_all(left)
    return draft.rounds()


def complete(
    problem: Problem,
    travel: Travel,
    rounds: Sequence[Round],
    seconds: float = 5.0,
    locks: Locks = NONE,
) -> tuple[Round, ...]:
    """Given rounds, cleaned of what breaks a rule, and the rest put in cheaply.

    The order given is kept, and with it every lock that breaks no rule.
    """
    draft = Draft(problem, Scheduler(problem, travel), time.monotonic() + seconds)
    draft.pinned = locks.jobs
    taken: set[Id] = set()
    level = {
        vehicle.id: vehicle.supplied_by is not None for vehicle in problem.vehicles
    }
    for planned in sorted(rounds, key=lambda r: level.get(r.vehicle, False)):
        if level.get(planned.vehicle) and not draft.scheduler.supplies:
            taken.update(draft.bring_supplies(taken))
        vehicle = draft.vehicle(planned.vehicle)
        if vehicle is None or len(draft.orders[vehicle.id]) >= vehicle.max_rounds:
            continue
        known = [
            j for j in planned.jobs if j in draft.scheduler.jobs and j not in taken
        ]
        taken.update(draft.open_round(vehicle, known, planned.locked))
    taken.update(draft.bring_supplies(taken))
    draft.insert_all([j for j in curve_order(problem, travel) if j.id not in taken])
    return draft.rounds()


def _hard_to_place(problem: Problem) -> list[Job]:
    """What finds no room once the rounds are full of small stops that anybody may
    bring: crates for other drivers, then the bulky and the choosy, the most important
    and biggest first."""
    hard = [*_bulky(problem), *_choosy(problem), *_of_suppliers(problem)]
    hard.sort(key=lambda job: (-problem.unserved_cost(job), -max(job.delivery or (0,))))
    return list({job.id: job for job in (*problem.crates, *hard)}.values())


def _bulky(problem: Problem) -> Iterator[Job]:
    """Stops far above the usual amount."""
    for kind in range(len(problem.vehicles[0].capacity)):
        amounts = [job.delivery[kind] if job.delivery else 0 for job in problem.jobs]
        most = max(vehicle.capacity[kind] for vehicle in problem.vehicles)
        usual = 3 * sum(amounts) / max(1, len(amounts))
        for job, amount in zip(problem.jobs, amounts, strict=True):
            if amount >= usual and 8 * amount >= most and amount:
                yield job


def _choosy(problem: Problem) -> Iterator[Job]:
    """Stops that most of the vehicles may not come to."""
    for job in problem.jobs:
        if job.skills or job.allowed_vehicles is not None or job.forbidden_vehicles:
            able = sum(problem.may_serve(vehicle, job) for vehicle in problem.vehicles)
            if 2 * able < len(problem.vehicles):
                yield job


def _of_suppliers(problem: Problem) -> Iterator[Job]:
    """Stops that nobody who is supplied may come to: rounds that supply others are
    closed once their crates are on them."""
    supplied = [v for v in problem.vehicles if v.supplied_by is not None]
    for job in problem.jobs if supplied else ():
        if not any(problem.may_serve(vehicle, job) for vehicle in supplied):
            yield job


@dataclass(slots=True)
class Draft:
    """Rounds under construction, feasible after every step."""

    problem: Problem
    scheduler: Scheduler
    deadline: float
    orders: dict[Id, list[list[Id]]] = field(init=False)
    closed: set[Id] = field(default_factory=set)  # jobs of rounds nobody may join
    pinned: frozenset[Id] = frozenset()
    is_tight: bool = False  # somebody's food is hot only as its supply leaves later

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

    def fill_round(
        self, vehicle: Vehicle, number: int, waiting: list[Job]
    ) -> list[Job]:
        """Take jobs in order until several in a row do not fit; return the rest.

        A round that holds a bulky stop already is filled from its neighbours on.
        """
        orders = self.orders[vehicle.id]
        order = orders[number] if number < len(orders) else []
        if order and order[0] in self.closed:
            return waiting
        taken: set[Id] = set()
        misses = 0
        for job in self._from_here(order, waiting):
            if misses >= 5:
                break
            longer = self._cheapest(vehicle, number, order, job)
            if longer is None:
                misses += bool(order)
            else:
                order, misses = longer, 0
                taken.add(job.id)
        if order:
            orders[number : number + 1] = [order]
        return [job for job in waiting if job.id not in taken]

    def _from_here(self, order: list[Id], waiting: list[Job]) -> list[Job]:
        if not order or not waiting:
            return waiting
        place, vehicle = (
            self.scheduler.jobs[order[0]].location,
            self.problem.vehicles[0],
        )
        seconds = self.scheduler.travel.seconds
        near = min(
            range(len(waiting)),
            key=lambda k: seconds(vehicle, place, waiting[k].location),
        )
        return waiting[near:] + waiting[:near]

    def bring_supplies(self, taken: Collection[Id]) -> set[Id]:
        """Insert what others wait for, and let nothing delay it from now on."""
        crates = [job for job in self.problem.crates if job.id not in taken]
        brought = {job.id for job in crates if self.insert(job)}
        self.fix_supplies()
        return brought

    def fix_supplies(self) -> None:
        """From here on the rounds that supply others stay as they are."""
        if self.problem.supplying:
            self.scheduler.knowing(self.rounds())
            for order in (o for orders in self.orders.values() for o in orders):
                if not self.problem.supplying.isdisjoint(order):
                    self.closed.update(order)

    def open_round(
        self, vehicle: Vehicle, jobs: Sequence[Id], closed: bool = False
    ) -> list[Id]:
        """As much of the given order as stays feasible, the locked first."""
        orders = self.orders[vehicle.id]
        kept: list[Id] = []
        if jobs and self._holds(vehicle, [*orders, list(jobs)]):
            kept = list(jobs)
        else:
            rank = {job: number for number, job in enumerate(jobs)}
            for job in sorted(jobs, key=lambda job: job not in self.pinned):
                tried = sorted([*kept, job], key=rank.__getitem__)
                if self._holds(vehicle, [*orders, tried]):
                    kept = tried
        if kept:
            orders.append(kept)
            self.closed.update(kept if closed else ())
        return kept

    def insert_all(self, left: Sequence[Job]) -> None:
        """Everybody left, the dearest first; they may push out who is cheaper."""
        for job in sorted(left, key=lambda job: -self.problem.unserved_cost(job)):
            if time.monotonic() > self.deadline:
                return
            if not self.insert(job):
                self.displace(job)

    def insert(self, job: Job) -> bool:
        """Put the job where it costs least, if anywhere."""
        found = [
            (extra, str(vehicle.id), vehicle, number, place)
            for vehicle in self.problem.vehicles
            if self.problem.may_serve(vehicle, job)
            for extra, number, place in self._places(vehicle, job)
        ]
        for _, _, vehicle, number, place in sorted(found, key=lambda way: way[:2]):
            if time.monotonic() > self.deadline:
                break
            tried = _put(self.orders[vehicle.id], number, place, job.id)
            if self._holds(vehicle, tried):
                self.orders[vehicle.id] = tried
                return True
        return False

    def displace(self, job: Job) -> None:
        """Let the job push out others, together cheaper than it, where that is
        cheapest of all; they try their luck elsewhere."""
        jobs, price = self.scheduler.jobs, self.problem.unserved_cost
        found = [
            way
            for vehicle in self.problem.vehicles
            if self.problem.may_serve(vehicle, job)
            and (way := self._pushed_out(vehicle, job)) is not None
        ]
        if not found:
            return
        _, vehicle_id, out, orders = min(found, key=lambda way: way[0])
        self.orders[vehicle_id] = orders
        for pushed in sorted(out, key=lambda j: -price(jobs[j])):
            self.insert(jobs[pushed])

    def _pushed_out(
        self, vehicle: Vehicle, job: Job
    ) -> tuple[int, Id, list[Id], list[list[Id]]] | None:
        """Price, vehicle, who leaves and the orders, for the cheapest few to leave."""
        jobs, price = self.scheduler.jobs, self.problem.unserved_cost
        orders = self.orders[vehicle.id]
        open_to = {j for order in orders for j in order} - self.pinned - self.closed
        out: list[Id] = []
        for other in sorted(open_to, key=lambda j: price(jobs[j]))[:4]:
            out.append(other)
            paid = sum(price(jobs[j]) for j in out)
            if paid >= price(job) or time.monotonic() > self.deadline:
                return None
            left = [[j for j in order if j not in out] for order in orders]
            fewer = [order for order in left if order]
            for _, number, place in sorted(self._places(vehicle, job, fewer)):
                tried = _put(fewer, number, place, job.id)
                if self._holds(vehicle, tried):
                    return paid, vehicle.id, out, tried
        return None

    def _cheapest(
        self, vehicle: Vehicle, number: int, order: list[Id], job: Job
    ) -> list[Id] | None:
        """The order with the job at its best place, or None if it fits nowhere."""
        if not self.problem.may_serve(vehicle, job):
            return None
        if not self._has_room(vehicle, order, job.id):
            return None
        before = self.orders[vehicle.id][:number]
        after = self.orders[vehicle.id][number + 1 :]
        detours = self._detours(vehicle, order, job, is_last=not after)
        last = len(order) - 8
        for _, place in sorted((d, k) for k, d in enumerate(detours) if k > last):
            tried = [*order[:place], job.id, *order[place:]]
            if self._holds(vehicle, [*before, tried, *after]):
                return tried
        return None

    def _holds(self, vehicle: Vehicle, orders: Sequence[Sequence[Id]]) -> bool:
        """Whether the vehicle's rounds break no rule."""
        if vehicle.supplied_by is not None and self.is_tight:
            return self._holds_in_all(vehicle, orders)
        day = self.scheduler.day(vehicle, orders)
        broken = self.scheduler.broken(day)
        if not broken:
            return self._in_stock(vehicle, day.trips)
        if vehicle.supplied_by is None or {found.cause for found in broken} != {"age"}:
            return False
        self.is_tight = self._holds_in_all(vehicle, orders)
        return self.is_tight

    def _holds_in_all(self, vehicle: Vehicle, orders: Sequence[Sequence[Id]]) -> bool:
        """Whether the food stays hot when what supplies it leaves later."""
        others = [r for r in self.rounds() if r.vehicle != vehicle.id]
        mine = [Round(vehicle.id, tuple(order)) for order in orders]
        whole = Scheduler(self.problem, self.scheduler.travel)
        whole.clock, whole.known = self.scheduler.clock, self.scheduler.known
        return not whole.broken_in_all(whole.all_days([*others, *mine]))

    def _in_stock(self, vehicle: Vehicle, trips: list[Trip]) -> bool:
        """Whether what these rounds give out has been brought to their start."""
        if vehicle.supplied_by is None:
            return True
        jobs = self.scheduler.jobs
        others = {
            v.id: [
                total_load(v, [jobs[j] for j in order]) for order in self.orders[v.id]
            ]
            for v in self.problem.vehicles
            if v.supplied_by == vehicle.supplied_by and v.id != vehicle.id
        }
        mine = [trip.load for trip in trips]
        return not over_stock(self.problem, {**others, vehicle.id: mine})

    def _places(
        self, vehicle: Vehicle, job: Job, orders: list[list[Id]] | None = None
    ) -> Iterator[tuple[int, int, int]]:
        """What the job would cost more, round and position, in open rounds and one
        new round; whether it holds there is not asked."""
        orders = self.orders[vehicle.id] if orders is None else orders
        changed = is_changed(job, vehicle) * self.problem.weights.changed_vehicle
        for number, order in enumerate(orders):
            if order[0] in self.closed or not self._has_room(vehicle, order, job.id):
                continue
            is_last = number == len(orders) - 1
            for place, extra in enumerate(self._detours(vehicle, order, job, is_last)):
                yield extra + changed, number, place
        if len(orders) < vehicle.max_rounds:
            (trip,) = self._detours(vehicle, [], job, True)
            first = 0 if orders else self.problem.vehicle_cost(vehicle)
            yield trip + changed + first, len(orders), 0

    def _detours(
        self, vehicle: Vehicle, order: Sequence[Id], job: Job, is_last: bool
    ) -> list[int]:
        """Extra seconds of travel with the job before each stop, and at the end."""
        way, door = self.scheduler.travel.seconds, job.location
        doors = [self.scheduler.jobs[j].location for j in order]
        stops = [vehicle.start, *doors, vehicle.end if is_last else vehicle.start]
        return [
            way(vehicle, a, door)
            + way(vehicle, door, b)
            - (way(vehicle, a, b) if order else 0)
            for a, b in pairwise(stops)
        ]

    def _has_room(self, vehicle: Vehicle, order: Sequence[Id], job: Id) -> bool:
        """Whether the boxes fit, told before any clock is run."""
        amounts = [self.scheduler.jobs[j].delivery for j in (*order, job)]
        return all(
            sum(amount[kind] for amount in amounts if amount) <= most
            for kind, most in enumerate(vehicle.capacity)
        )


def _put(orders: list[list[Id]], number: int, place: int, job: Id) -> list[list[Id]]:
    """The orders with the job at a place; one beyond the last opens a round."""
    order = orders[number] if number < len(orders) else []
    longer = [*order[:place], job, *order[place:]]
    return [*orders[:number], longer, *orders[number + 1 :]]
