"""Exhaustive search over two levels: all orders of all vans, all shares of the doors.

Counted by hand throughout. The later a van leaves, the fresher is all its food and the
sooner a window is missed; so for each order the departures that hold are a span, whose
ends are found by halving, and rounds go together when their spans meet. One round per
vehicle, one window per door, up to six jobs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from routing import Job, Problem, Travel, Vehicle
from routing.trips import is_changed

Order = tuple[Job, ...]
Span = tuple[int, int]


def cheapest_levels(problem: Problem) -> int:
    """The least cost any plan of both levels can have."""
    return Levels(problem).cheapest()


@dataclass(frozen=True)
class Begun:
    """When each job of a round begins, and when the round is over."""

    moments: tuple[int, ...]
    over: int


class Levels:
    """One problem, and the rounds of each driver for each set of doors."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.travel = Travel(problem)
        self.vans = [v for v in problem.vehicles if v.supplied_by is None]
        self.drivers = [v for v in problem.vehicles if v.supplied_by is not None]
        self.known: dict[object, list[tuple[int, Span]]] = {}

    def cheapest(self) -> int:
        return min(
            cost + self._best_below(0, left, orders, spans, {})
            for cost, left, orders, spans in self._upper(0, self.problem.jobs, {}, {})
        )

    def _upper(
        self,
        number: int,
        left: Order,
        orders: dict[object, Order],
        spans: dict[object, Span],
    ) -> Iterator[tuple[int, Order, dict[object, Order], dict[object, Span]]]:
        """Cost, jobs left, orders and departures of every feasible plan of the vans."""
        if number == len(self.vans):
            yield 0, left, orders, spans
            return
        van = self.vans[number]
        yield from self._upper(number + 1, left, orders, spans)
        able = [job for job in left if self.problem.may_serve(van, job)]
        for size in range(1, len(able) + 1):
            for order in permutations(able, size):
                span = self._van_span(van, order)
                if span is None:
                    continue
                rest = tuple(job for job in left if job not in order)
                more = {**orders, van.id: order}, {**spans, van.id: span}
                here = self._cost(van, order)
                for cost, none, on, at in self._upper(number + 1, rest, *more):
                    yield cost + here, none, on, at

    def _van_span(self, van: Vehicle, order: Order) -> Span | None:
        if sum(job.delivery[0] for job in order) > van.capacity[0]:
            return None
        whole = (van.shift.opens, van.shift.closes)
        return self._span(van, order, whole, lambda leaves: leaves)

    def _best_below(
        self,
        number: int,
        left: Order,
        orders: dict[object, Order],
        spans: dict[object, Span],
        given: dict[object, int],
    ) -> int:
        if number == len(self.drivers):
            return sum(self.problem.unserved_cost(job) for job in left)
        driver = self.drivers[number]
        best = self._best_below(number + 1, left, orders, spans, given)
        brought = next(
            (
                (van, job)
                for van, order in orders.items()
                for job in order
                if job.id == driver.supplied_by
            ),
            None,
        )
        if brought is None:
            return best
        van, crate = brought
        for size in range(1, len(left) + 1):
            for taken in combinations(left, size):
                boxes = sum(job.delivery[0] for job in taken)
                gone = given.get(crate.id, 0) + boxes
                if boxes > driver.capacity[0] or gone > crate.delivery[0]:
                    continue
                rest = tuple(job for job in left if job not in taken)
                for cost, (low, high) in self._rounds(driver, taken, van, orders[van]):
                    span = max(low, spans[van][0]), min(high, spans[van][1])
                    if span[0] <= span[1] and cost < best:
                        below = self._best_below(
                            number + 1,
                            rest,
                            orders,
                            {**spans, van: span},
                            {**given, crate.id: gone},
                        )
                        best = min(best, cost + below)
        return best

    def _rounds(
        self, driver: Vehicle, doors: Order, van_id: object, van_order: Order
    ) -> list[tuple[int, Span]]:
        """Cost of each order that can hold, and from when to when the van may leave."""
        ids = [tuple(job.id for job in jobs) for jobs in (doors, van_order)]
        key = (driver.id, van_id, *ids)
        if key in self.known:
            return self.known[key]
        van = next(v for v in self.vans if v.id == van_id)
        place = next(
            k for k, job in enumerate(van_order) if job.id == driver.supplied_by
        )
        whole = self._van_span(van, van_order)
        assert whole is not None

        def ready(leaves: int) -> int:
            begun = self._run(van, van_order, leaves)
            return begun.moments[place] + van_order[place].service

        found = []
        if all(self.problem.may_serve(driver, job) for job in doors):
            for order in permutations(doors):
                span = self._span(driver, order, whole, ready)
                if span is not None:
                    found.append((self._cost(driver, order), span))
        self.known[key] = found
        return found

    def _span(
        self,
        vehicle: Vehicle,
        order: Order,
        whole: Span,
        begins: Callable[[int], int],
    ) -> Span | None:
        """The departures from the kitchen with which every rule of the order holds."""

        def in_time(leaves: int) -> bool:
            starts = max(begins(leaves), vehicle.shift.opens)
            begun = self._run(vehicle, order, starts)
            shut = [job.windows[0].closes if job.windows else None for job in order]
            return begun.over <= vehicle.shift.closes and all(
                last is None or moment <= last
                for moment, last in zip(begun.moments, shut, strict=True)
            )

        def fresh(leaves: int) -> bool:
            starts = max(begins(leaves), vehicle.shift.opens)
            begun = self._run(vehicle, order, starts)
            return all(
                job.max_age is None or moment - leaves <= job.max_age
                for job, moment in zip(order, begun.moments, strict=True)
            )

        low, high = whole
        if not in_time(low) or not fresh(high):
            return None
        latest = _last(in_time, low, high)
        earliest = high if not fresh(low) else low
        if earliest == high and low < high:
            earliest = _last(lambda t: not fresh(t), low, high) + 1
        return (earliest, latest) if earliest <= latest else None

    def _run(self, vehicle: Vehicle, order: Sequence[Job], starts: int) -> Begun:
        clock, here, building = starts, vehicle.start, None
        moments = []
        for job in order:
            clock += self.travel.seconds(vehicle, here, job.location)
            clock += 0 if job.building == building else job.setup
            clock = max(clock, job.windows[0].opens if job.windows else 0)
            moments.append(clock)
            clock, here, building = clock + job.service, job.location, job.building
        home = self.travel.seconds(vehicle, here, vehicle.end)
        return Begun(tuple(moments), clock + home)

    def _cost(self, vehicle: Vehicle, order: Sequence[Job]) -> int:
        cost, here = self.problem.vehicle_cost(vehicle), vehicle.start
        for job in order:
            cost += self.travel.seconds(vehicle, here, job.location)
            changed = is_changed(job, vehicle)
            cost += changed * self.problem.weights.changed_vehicle
            here = job.location
        return cost + self.travel.seconds(vehicle, here, vehicle.end)


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The last moment at which it holds; it holds at `low`, and never again after."""
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
