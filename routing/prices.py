"""What a single change to given rounds costs and breaks, at once.

Re-times only the vehicles touched, so any insertion, removal, move or swap is priced
in well under a millisecond at hundreds of stops, exactly as `schedule` would time it.
Pure Python: it answers inside a web request.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from routing.distances import Travel
from routing.problem import Id, Location, Problem, Vehicle
from routing.schedule import Scheduler
from routing.solution import Round, Violation
from routing.trips import is_changed, total_load

Orders = tuple[tuple[Id, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the plan: before the `position`-th job of a vehicle's round.

    Rounds count from 1; one beyond the last opens a new round.
    """

    vehicle: Id
    round: int
    position: int


@dataclass(frozen=True, slots=True)
class Price:
    """Cost of a change in travel seconds, and the violations of the vehicles after."""

    cost: int
    violations: tuple[Violation, ...] = ()

    @property
    def is_feasible(self) -> bool:
        return not self.violations


class Prices:
    """Prices of single changes to one plan; the plan itself is never altered."""

    def __init__(
        self, problem: Problem, rounds: Sequence[Round], travel: Travel | None = None
    ) -> None:
        self.problem = problem
        self.travel = travel or Travel(problem)
        self._scheduler = Scheduler(problem, self.travel)
        self._vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
        self._orders: dict[Id, Orders] = {
            vehicle.id: tuple(
                r.jobs for r in rounds if r.vehicle == vehicle.id and r.jobs
            )
            for vehicle in problem.vehicles
        }
        self._closed = {(r.vehicle, r.jobs) for r in rounds if r.locked}
        self._costs: dict[Id, int] = {}
        self._whole: int | None = None  # cost of the plan, known once asked
        self._loads: dict[tuple[Id, ...], tuple[int, ...]] = {}
        self._places = {
            job: Place(vehicle, number, position)
            for vehicle, orders in self._orders.items()
            for number, order in enumerate(orders, start=1)
            for position, job in enumerate(order)
        }

    def place_of(self, job: Id) -> Place | None:
        return self._places.get(job)

    def rounds(self, changed: dict[Id, Orders] | None = None) -> tuple[Round, ...]:
        """The plan's rounds, with some vehicles' orders replaced; locks stay."""
        orders = self._orders | (changed or {})
        return tuple(
            Round(vehicle, order, (vehicle, order) in self._closed)
            for vehicle, mine in orders.items()
            for order in mine
            if order
        )

    def insertion(self, job: Id, place: Place) -> Price:
        """Price of putting a job that is in no round at a place."""
        return self._price(self.inserted(job, place))

    def inserted(self, job: Id, place: Place) -> dict[Id, Orders]:
        return {
            place.vehicle: _put(
                self._orders[place.vehicle], place.round, place.position, job
            )
        }

    def removal(self, job: Id) -> Price:
        """Price (negative: saving) of taking a job out, its own penalty not counted."""
        return self._price(self._without(job))

    def move(self, job: Id, place: Place) -> Price:
        """Price of moving a job; `place` counts positions after taking it out."""
        changed = self._without(job)
        orders = changed.get(place.vehicle, self._orders[place.vehicle])
        changed[place.vehicle] = _put(orders, place.round, place.position, job)
        return self._price(changed)

    def swap(self, one: Id, other: Id) -> Price:
        """Price of two jobs taking each other's places."""
        names = {one: other, other: one}
        vehicles = {self._places[one].vehicle, self._places[other].vehicle}
        return self._price(
            {
                vehicle: tuple(
                    tuple(names.get(job, job) for job in order)
                    for order in self._orders[vehicle]
                )
                for vehicle in vehicles
            }
        )

    def best_insertion(
        self, job: Id, elsewhere_than: Id | None = None
    ) -> tuple[Place, Price] | None:
        """The cheapest place that breaks nothing, or None; in no locked round, and not
        in the vehicle named."""
        for _, place in sorted(self._detours(job), key=lambda found: found[0]):
            if place.vehicle == elsewhere_than or not self._has_room(job, place):
                continue
            price = self.insertion(job, place)
            if price.is_feasible:
                return place, price
        return None

    def _has_room(self, job: Id, place: Place) -> bool:
        """Whether boxes and number of stops allow it, told before any clock is run."""
        vehicle, orders = self._vehicles[place.vehicle], self._orders[place.vehicle]
        order = orders[place.round - 1] if place.round <= len(orders) else ()
        if vehicle.max_jobs is not None and len(order) >= vehicle.max_jobs:
            return False
        jobs = self._scheduler.jobs
        if order not in self._loads:
            self._loads[order] = total_load(vehicle, [jobs[j] for j in order])
        more = total_load(vehicle, [jobs[job]])
        return all(
            boxes + added <= most
            for boxes, added, most in zip(
                self._loads[order], more, vehicle.capacity, strict=True
            )
        )

    def _detours(self, job: Id) -> Iterator[tuple[int, Place]]:
        """Every open place with what the job would cost there, feasible or not."""
        asked = self._scheduler.jobs[job]
        for vehicle in self.problem.vehicles:
            if not self.problem.may_serve(vehicle, asked):
                continue
            orders = self._orders[vehicle.id]
            extra = is_changed(asked, vehicle) * self.problem.weights.changed_vehicle
            for number, order in enumerate(orders, start=1):
                if (vehicle.id, order) in self._closed:
                    continue
                stops = self._stops(vehicle, order, number == len(orders))
                for position, (a, b) in enumerate(pairwise(stops)):
                    cost = self._detour(vehicle, a, asked.location, b)
                    yield cost + extra, Place(vehicle.id, number, position)
            if len(orders) < vehicle.max_rounds:
                first = self.problem.vehicle_cost(vehicle) if not orders else 0
                there = self.travel.seconds(vehicle, vehicle.start, asked.location)
                back = self.travel.seconds(vehicle, asked.location, vehicle.end)
                home = self._return_home(vehicle, orders[-1][-1]) if orders else 0
                place = Place(vehicle.id, len(orders) + 1, 0)
                yield there + back + first + home + extra, place

    def _return_home(self, vehicle: Vehicle, last: Id) -> int:
        """What the round that is no longer the last costs more by coming back."""
        door = self._scheduler.jobs[last].location
        to_start = self.travel.seconds(vehicle, door, vehicle.start)
        return to_start - self.travel.seconds(vehicle, door, vehicle.end)

    def _stops(
        self, vehicle: Vehicle, order: Sequence[Id], last: bool
    ) -> list[Location | None]:
        doors = [self._scheduler.jobs[job].location for job in order]
        return [vehicle.start, *doors, vehicle.end if last else vehicle.start]

    def _detour(
        self, vehicle: Vehicle, a: Location | None, x: Location, b: Location | None
    ) -> int:
        seconds = self.travel.seconds
        return seconds(vehicle, a, x) + seconds(vehicle, x, b) - seconds(vehicle, a, b)

    def _without(self, job: Id) -> dict[Id, Orders]:
        vehicle = self._places[job].vehicle
        return {
            vehicle: tuple(
                tuple(j for j in order if j != job) for order in self._orders[vehicle]
            )
        }

    def _price(self, changed: dict[Id, Orders]) -> Price:
        if self.problem.supplying:
            return self._price_of_all(changed)
        cost = 0
        violations: list[Violation] = []
        for identifier, orders in changed.items():
            vehicle = self._vehicles[identifier]
            day = self._scheduler.day(vehicle, [o for o in orders if o])
            cost += day.cost - self._cost(vehicle)
            violations += self._scheduler.broken(day)
        return Price(cost, tuple(violations))

    def _price_of_all(self, changed: dict[Id, Orders]) -> Price:
        """With two levels a change of one round moves those it supplies."""
        if self._whole is None:
            before = self._scheduler.all_days(self.rounds())
            self._whole = sum(day.cost for day in before.values())
        after = self._scheduler.all_days(self.rounds(changed))
        cost = sum(day.cost for day in after.values()) - self._whole
        return Price(cost, tuple(self._scheduler.broken_in_all(after)))

    def _cost(self, vehicle: Vehicle) -> int:
        if vehicle.id not in self._costs:
            day = self._scheduler.day(vehicle, self._orders[vehicle.id])
            self._costs[vehicle.id] = day.cost
        return self._costs[vehicle.id]


def _put(orders: Orders, number: int, position: int, job: Id) -> Orders:
    if number > len(orders):
        return (*orders, (job,))
    order = orders[number - 1]
    longer = (*order[:position], job, *order[position:])
    return (*orders[: number - 1], longer, *orders[number:])
