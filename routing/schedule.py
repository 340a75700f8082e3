"""Times, loads and violations of rounds whose order is given (VROOM's plan mode).

Pure arithmetic without any solver, so it runs inside a web request: every rule that
the order breaks is listed with its size, never only the first, and nothing is
refused except names that do not exist.
"""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import sub

from routing.distances import Travel
from routing.faults import Faults
from routing.handover import Departures, Plan, late_departures, needed_departures
from routing.limits import (
    broken_at,
    broken_by_trip,
    broken_in,
    left_kitchen,
    mark_twice,
    out_of_time,
    too_much_work,
    with_violations,
)
from routing.problem import Break, Id, Job, Problem, Vehicle
from routing.solution import (
    Round,
    Route,
    Solution,
    Step,
    Summary,
    Unassigned,
    Violation,
    all_violations,
)
from routing.supply import Supply, broken_stock, by_level
from routing.timing import Timed
from routing.trips import NO_LEAVES, Clock, Trip, VehicleDay, is_changed


def schedule(
    problem: Problem, rounds: Sequence[Round], travel: Travel | None = None
) -> Solution:
    """Time the rounds in the order given and collect everything they violate.

    Parameters
    ----------
    rounds
        Rounds of one vehicle follow each other in the order listed; empty ones are
        left out. Jobs in no round come back unassigned as `not_planned`.
    travel
        Reuse across calls on the same problem; made when missing.

    Raises
    ------
    InvalidInput
        Listing every round that names an unknown vehicle or job.
    """
    scheduler = Scheduler(problem, travel or Travel(problem))
    _refuse_unknown_names(scheduler, rounds)
    routes = scheduler.all_routes(rounds)
    planned = Counter(job for route in routes for job in route.jobs)
    routes = [mark_twice(route, planned) for route in routes]
    unassigned = tuple(
        Unassigned(job=job.id, reason="not_planned")
        for job in problem.jobs
        if job.id not in planned
    )
    return Solution(
        routes=tuple(routes),
        unassigned=unassigned,
        summary=summarise(problem, routes, unassigned),
    )


MOST_KNOWN = 4096  # vehicles' days remembered, some tens of megabytes


@dataclass(slots=True)
class Scheduler:
    """Times the rounds of single vehicles of one problem."""

    problem: Problem
    travel: Travel
    clock: Clock = field(init=False)
    supplies: dict[Id, Supply] = field(default_factory=dict)
    known: OrderedDict[tuple[object, ...], VehicleDay] = field(
        default_factory=OrderedDict
    )

    def __post_init__(self) -> None:
        self.clock = Clock(self.problem, self.travel)

    @property
    def jobs(self) -> dict[Id, Job]:
        return self.clock.jobs

    def all_routes(self, rounds: Sequence[Round]) -> list[Route]:
        """All vehicles' rounds, told in full."""
        days = self.all_days(rounds)
        stock = broken_stock(self.problem, loads_of(days))
        routes = []
        for vehicle in self.problem.vehicles:
            mine = self._told(days[vehicle.id])
            if vehicle.id in stock:
                mine[-1] = with_violations(mine[-1], stock[vehicle.id])
            routes += mine
        return routes

    def all_days(self, rounds: Sequence[Round]) -> dict[Id, VehicleDay]:
        """All vehicles' days on the clock; rounds that supply others leave as late as
        these let them."""
        days = self._by_level(rounds, {})
        if not self.problem.supplying:
            return days
        leaves = late_departures(self._plan(days))
        if leaves:
            days = self._by_level(rounds, leaves)
        if more := needed_departures(self._plan(days)):
            supplies = self.supplies
            again = self._by_level(rounds, _joined(leaves, more))
            if _out_of_time(again) < _out_of_time(days):
                return again
            self.supplies = supplies
        return days

    def broken_in_all(self, days: Mapping[Id, VehicleDay]) -> list[Violation]:
        """Everything these days violate, all vehicles taken together."""
        stock = broken_stock(self.problem, loads_of(days))
        return list(chain(*map(self.broken, days.values()), *stock.values()))

    def broken(self, day: VehicleDay) -> list[Violation]:
        """Everything the day violates, others' left out of account, for each round
        stops first."""
        if day.broken is None:
            day.broken = broken_in(self.problem, day.trips, day.supply)
        return day.broken

    def prompt_supplies(self, rounds: Sequence[Round]) -> dict[Id, Supply]:
        """What the rounds bring, every crate as early as its round can."""
        self._by_level(rounds, {})
        return self.supplies

    def knowing(self, rounds: Sequence[Round]) -> "Scheduler":
        """This scheduler, aware of what these rounds bring to others' starts."""
        if self.problem.supplying:
            self.all_days(rounds)
        return self

    def day(self, vehicle: Vehicle, orders: Sequence[Sequence[Id]]) -> VehicleDay:
        """The vehicle's rounds on the clock, one after the other."""
        supply = self._supply(vehicle)
        return self._day(self.clock.trips(vehicle, orders, supply), supply)

    def vehicle_routes(
        self, vehicle: Vehicle, orders: Sequence[Sequence[Id]]
    ) -> list[Route]:
        """The vehicle's rounds one after the other, told in full."""
        return self._told(self.day(vehicle, orders))

    def _day(self, trips: list[Trip], supply: Supply | None) -> VehicleDay:
        return VehicleDay(trips, supply, sum(map(self._cost, trips)))

    def _cost(self, trip: Trip) -> int:
        cost = trip.travel + trip.changed * self.problem.weights.changed_vehicle
        if trip.number == 1:
            cost += self.problem.vehicle_cost(trip.vehicle)
        return cost

    def _by_level(
        self, rounds: Sequence[Round], leaves: Departures
    ) -> dict[Id, VehicleDay]:
        """Days by vehicle, suppliers timed before whom they supply."""
        orders: dict[Id, list[tuple[Id, ...]]] = {}
        for planned in rounds:
            if planned.jobs:
                orders.setdefault(planned.vehicle, []).append(planned.jobs)
        days: dict[Id, VehicleDay] = {}
        self.supplies = {}
        for vehicle in by_level(self.problem):
            mine = orders.get(vehicle.id, [])
            later = leaves.get(vehicle.id, NO_LEAVES)
            days[vehicle.id] = day = self._remembered(vehicle, mine, later)
            for trip in day.trips:
                if trip.crates:
                    self.supplies |= trip.supplies
        return days

    def _remembered(
        self,
        vehicle: Vehicle,
        orders: Sequence[tuple[Id, ...]],
        leaves: Mapping[int, int],
    ) -> VehicleDay:
        """With two levels all vehicles are asked for and a change moves few of them."""
        if not self.problem.supplying:
            return self.day(vehicle, orders)
        supply = self._supply(vehicle)
        alike = (vehicle.id, tuple(orders), tuple(leaves.items()))
        key = (*alike, supply)
        if key in self.known:
            self.known.move_to_end(key)
            return self.known[key]
        first = self.known.get(alike)
        if first is None or not first.stays(vehicle, supply):
            trips = self.clock.trips(vehicle, orders, supply, leaves)
        else:
            trips = first.trips
        day = self.known[key] = self._day(trips, supply)
        self.known.setdefault(alike, day)
        while len(self.known) > MOST_KNOWN:
            self.known.popitem(last=False)
        return day

    def _plan(self, days: Mapping[Id, VehicleDay]) -> Plan:
        return Plan(self.problem, days, self.supplies)

    def _supply(self, vehicle: Vehicle) -> Supply | None:
        name = vehicle.supplied_by
        return None if name is None else self.supplies.get(name)

    def _told(self, day: VehicleDay) -> list[Route]:
        """Steps, totals and what is broken, of one vehicle's rounds."""
        routes = []
        for trip in day.trips:
            route = self._route(trip, left_kitchen(trip, day.supply))
            routes.append(with_violations(route, broken_by_trip(trip, day.supply)))
        if routes:
            routes[-1] = with_violations(routes[-1], too_much_work(day.trips))
        return routes

    def _route(self, trip: Trip, since: int) -> Route:
        steps = self._steps(trip, since)
        doors = [step for step in steps if step.type == "job"]
        return Route(
            vehicle=trip.vehicle.id,
            round=trip.number,
            steps=tuple(steps),
            cost=self._cost(trip),
            travel=trip.travel,
            service=sum(step.service for step in steps),
            setup=sum(step.setup for step in doors),
            waiting=sum(step.waiting for step in doors),
            distance=sum(step.distance for step in steps),
            max_age=max(0, *(step.age for step in doors)),
            load=trip.load,
        )

    def _steps(self, trip: Trip, since: int) -> list[Step]:
        load = trip.load
        steps = [self._step(trip, rest, since, ()) for rest in trip.before]
        steps.append(Step(type="start", arrival=trip.departs, load=load))
        for timed in trip.timed:
            task = timed.visit.task
            if isinstance(task, Job) and task.delivery:
                load = tuple(map(sub, load, task.delivery))
            steps.append(self._step(trip, timed, since, load))
        seconds, metres = trip.back
        end = Step(type="end", arrival=trip.ends, travel=seconds, distance=metres)
        after = (self._step(trip, rest, since, ()) for rest in trip.after)
        return [*steps, end, *after]

    def _step(
        self, trip: Trip, timed: Timed, since: int, load: tuple[int, ...]
    ) -> Step:
        visit = timed.visit
        is_rest = isinstance(visit.task, Break)
        return Step(
            type="break" if is_rest else "job",
            id=visit.task.id,
            arrival=timed.arrival,
            setup=visit.setup,
            waiting=timed.waiting,
            service=visit.task.service,
            load=load,
            age=0 if is_rest else timed.begin - since,
            travel=visit.travel,
            distance=visit.distance,
            violations=broken_at(self.problem, trip, timed, since),
        )


def loads_of(days: Mapping[Id, VehicleDay]) -> dict[Id, list[tuple[int, ...]]]:
    return {vehicle: [t.load for t in day.trips] for vehicle, day in days.items()}


def _out_of_time(days: Mapping[Id, VehicleDay]) -> int:
    return sum(out_of_time(day.trips, day.supply) for day in days.values())


def _joined(leaves: Departures, more: Departures) -> Departures:
    vehicles = leaves.keys() | more.keys()
    return {v: leaves.get(v, {}) | more.get(v, {}) for v in vehicles}


def _refuse_unknown_names(scheduler: Scheduler, rounds: Sequence[Round]) -> None:
    faults = Faults()
    vehicles = {vehicle.id for vehicle in scheduler.problem.vehicles}
    for number, planned in enumerate(rounds):
        if planned.vehicle not in vehicles:
            faults.add(f"rounds[{number}].vehicle", f"no vehicle {planned.vehicle!r}")
        for place, job in enumerate(planned.jobs):
            if job not in scheduler.jobs:
                faults.add(f"rounds[{number}].jobs[{place}]", f"no job {job!r}")
    faults.raise_if_any()


def summarise(
    problem: Problem, routes: Sequence[Route], unassigned: Sequence[Unassigned]
) -> Summary:
    """Totals and the cost by the problem's weights."""
    jobs = {job.id: job for job in problem.jobs}
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    uneven = unevenness(routes)
    return Summary(
        cost=sum(route.cost for route in routes)
        + sum(problem.unserved_cost(jobs[left.job]) for left in unassigned)
        + uneven * problem.weights.uneven // 100,
        routes=len(routes),
        vehicles=len({route.vehicle for route in routes}),
        unassigned=len(unassigned),
        travel=sum(route.travel for route in routes),
        service=sum(route.service for route in routes),
        setup=sum(route.setup for route in routes),
        waiting=sum(route.waiting for route in routes),
        distance=sum(route.distance for route in routes),
        max_age=max((route.max_age for route in routes), default=0),
        changed_vehicle=sum(
            is_changed(jobs[job], vehicles[route.vehicle])
            for route in routes
            for job in route.jobs
        ),
        uneven=uneven,
        violations=len(all_violations(routes)),
    )


def unevenness(routes: Sequence[Route]) -> int:
    """Seconds by which the longest working vehicle exceeds the mean."""
    worked: Counter[Id] = Counter()
    for route in routes:
        worked[route.vehicle] += route.ends - route.departs
    if not worked:
        return 0
    return max(worked.values()) - sum(worked.values()) // len(worked)
