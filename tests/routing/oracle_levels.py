"""Exhaustive search over two levels: all orders of all vans, all shares of the doors.

The vans' own rounds are timed by `schedule`, which says when a crate leaves and is
handed over; what the supplied drivers then can do is counted here by hand. One round
per vehicle, one window per door, up to six jobs.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from routing import Job, Problem, Round, Travel, Vehicle, schedule
from routing.schedule import is_changed
from routing.supply import Supply, supplies_of


def cheapest_levels(problem: Problem) -> int:
    """The least cost any plan of both levels can have."""
    return Levels(problem).cheapest()


class Levels:
    """One problem, and the cheapest round of each driver for each set of doors."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.travel = Travel(problem)
        self.vans = [v for v in problem.vehicles if v.supplied_by is None]
        self.drivers = [v for v in problem.vehicles if v.supplied_by is not None]
        self.known: dict[object, int | None] = {}

    def cheapest(self) -> int:
        return min(
            cost + self._best_below(0, left, supplies, {})
            for cost, left, supplies in self._upper(0, self.problem.jobs, [])
        )

    def _upper(
        self, number: int, left: tuple[Job, ...], rounds: list[Round]
    ) -> Iterator[tuple[int, tuple[Job, ...], dict[object, Supply]]]:
        """Cost, jobs left and supplies of every feasible plan of the vans."""
        if number == len(self.vans):
            plan = schedule(self.problem, rounds, self.travel)
            if plan.is_feasible:
                cost = sum(route.cost for route in plan.routes)
                yield cost, left, dict(supplies_of(self.problem, plan.routes))
            return
        van = self.vans[number]
        able = [job for job in left if self.problem.may_serve(van, job)]
        for size in range(len(able) + 1):
            for order in permutations(able, size):
                rest = tuple(job for job in left if job not in order)
                added = [Round(van.id, tuple(j.id for j in order))] if order else []
                yield from self._upper(number + 1, rest, [*rounds, *added])

    def _best_below(
        self,
        number: int,
        left: tuple[Job, ...],
        supplies: dict[object, Supply],
        given: dict[object, int],
    ) -> int:
        if number == len(self.drivers):
            return sum(self.problem.unserved_cost(job) for job in left)
        driver = self.drivers[number]
        best = self._best_below(number + 1, left, supplies, given)
        supply = supplies.get(driver.supplied_by)
        if supply is None:
            return best
        crate = next(j for j in self.problem.jobs if j.id == driver.supplied_by)
        for size in range(1, len(left) + 1):
            for taken in combinations(left, size):
                boxes = sum(job.delivery[0] for job in taken)
                gone = given.get(crate.id, 0) + boxes
                if boxes > driver.capacity[0] or gone > crate.delivery[0]:
                    continue
                cost = self._round(driver, taken, supply)
                if cost is not None:
                    rest = tuple(job for job in left if job not in taken)
                    more = {**given, crate.id: gone}
                    below = self._best_below(number + 1, rest, supplies, more)
                    best = min(best, cost + below)
        return best

    def _round(
        self, driver: Vehicle, doors: tuple[Job, ...], supply: Supply
    ) -> int | None:
        key = (driver.id, tuple(job.id for job in doors), supply.left, supply.ready)
        if key not in self.known:
            costs = [self._cost(driver, o, supply) for o in permutations(doors)]
            held = [cost for cost in costs if cost is not None]
            self.known[key] = min(held, default=None)
        return self.known[key]

    def _cost(
        self, driver: Vehicle, order: Sequence[Job], supply: Supply
    ) -> int | None:
        if not all(self.problem.may_serve(driver, job) for job in order):
            return None
        clock, here, building = (
            max(driver.shift.opens, supply.ready),
            driver.start,
            None,
        )
        cost = self.problem.vehicle_cost(driver)
        for job in order:
            way = self.travel.seconds(driver, here, job.location)
            clock += way + (0 if job.building == building else job.setup)
            for window in job.windows:
                clock = max(clock, window.opens)
                if clock > window.closes:
                    return None
            if job.max_age is not None and clock - supply.left > job.max_age:
                return None
            clock, here, building = clock + job.service, job.location, job.building
            cost += way + is_changed(job, driver) * self.problem.weights.changed_vehicle
        home = self.travel.seconds(driver, here, driver.end)
        return cost + home if clock + home <= driver.shift.closes else None
