"""The full model in OR-Tools: every rule of a problem, built once for one search.

Rounds of one vehicle are linked copies: copy k must be back, plus reload, before copy
k + 1 leaves; the last copy is used first, so that it alone carries the vehicle's cost
and its own end. Clocks are counted at the door: setup is folded into the way there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from ortools.constraint_solver import pywrapcp

from routing.distances import Travel
from routing.locks import Locks
from routing.problem import Id, Job, Location, Problem, Vehicle

HORIZON = 2_000_000_000
NO_LOCKS = Locks()


@dataclass(frozen=True, slots=True)
class Copy:
    """One possible round of a vehicle."""

    vehicle: Vehicle
    number: int
    is_last: bool

    @property
    def end(self) -> Location | None:
        return self.vehicle.end if self.is_last else self.vehicle.start


class FullModel:
    """The routing model of one problem, with the locks that must hold."""

    def __init__(
        self, problem: Problem, travel: Travel, locks: Locks = NO_LOCKS
    ) -> None:
        self.problem = problem
        self.travel = travel
        self.copies = [
            Copy(vehicle, number, number == rounds - 1)
            for vehicle in problem.vehicles
            for rounds in [min(vehicle.max_rounds, max(1, len(problem.jobs)))]
            for number in range(rounds)
        ]
        self.places = _places(self.copies)
        jobs = len(problem.jobs)
        node = {place: jobs + number for number, place in enumerate(self.places)}
        self.manager = pywrapcp.RoutingIndexManager(
            jobs + len(self.places),
            len(self.copies),
            [node[copy.vehicle.start] for copy in self.copies],
            [node[copy.end] for copy in self.copies],
        )
        self.model = pywrapcp.RoutingModel(self.manager)
        self._rows: dict[tuple[str, int], tuple[list[list[int]], list[list[int]]]] = {}
        self._add_costs()
        self._add_loads()
        self._add_clock()
        self._add_jobs()
        if self.problem.supplying:
            self._add_supplies()
        if locks.rounds:
            self._add_locks(locks)

    def _matrices(self, vehicle: Vehicle) -> tuple[list[list[int]], list[list[int]]]:
        """Travel seconds, and clock seconds (service, travel and setup) by node."""
        key = (vehicle.profile, vehicle.speed_percent)
        if key not in self._rows:
            self._rows[key] = self._fill(vehicle)
        return self._rows[key]

    def _fill(self, vehicle: Vehicle) -> tuple[list[list[int]], list[list[int]]]:
        jobs, places = self.problem.jobs, len(self.places)
        spots = [*(job.location for job in jobs), *self.places]
        travel = self.travel.table(vehicle, spots).astype(np.int64)
        service = np.array([*(job.service for job in jobs), *[0] * places], np.int64)
        setup = np.array([*(job.setup for job in jobs), *[0] * places], np.int64)
        sites: dict[object, int] = {}
        numbers = [sites.setdefault(job.building, len(sites)) for job in jobs]
        site = np.array([*numbers, *(-1 - place for place in range(places))])
        enters = site[:, None] != site[None, :]
        clock = travel + service[:, None] + enters * setup[None, :]
        return travel.tolist(), clock.tolist()

    def _add_costs(self) -> None:
        evaluators: dict[object, int] = {}
        preferred = {job.preferred_vehicle for job in self.problem.jobs} - {None}
        for number, copy in enumerate(self.copies):
            vehicle = copy.vehicle
            usual = vehicle.id if vehicle.id in preferred else None
            key = (vehicle.profile, vehicle.speed_percent, usual)
            if key not in evaluators:
                rows = self._with_changes(self._matrices(vehicle)[0], vehicle)
                evaluators[key] = self.model.RegisterTransitMatrix(rows)
            self.model.SetArcCostEvaluatorOfVehicle(evaluators[key], number)
            if copy.is_last:
                cost = self.problem.vehicle_cost(vehicle)
                self.model.SetFixedCostOfVehicle(cost, number)

    def _with_changes(self, rows: list[list[int]], vehicle: Vehicle) -> list[list[int]]:
        price = self.problem.weights.changed_vehicle
        extra = [
            price if job.preferred_vehicle not in (None, vehicle.id) else 0
            for job in self.problem.jobs
        ] + [0] * len(self.places)
        if not any(extra):
            return rows
        return [[a + b for a, b in zip(row, extra, strict=True)] for row in rows]

    def _add_loads(self) -> None:
        kinds = len(self.problem.vehicles[0].capacity)
        places = [0] * len(self.places)
        for kind in range(kinds):
            amounts = [j.delivery[kind] if j.delivery else 0 for j in self.problem.jobs]
            self._add_counter(
                f"load {kind}",
                amounts + places,
                [copy.vehicle.capacity[kind] for copy in self.copies],
            )
        if any(vehicle.max_jobs is not None for vehicle in self.problem.vehicles):
            count = len(self.problem.jobs)
            limits = [copy.vehicle.max_jobs for copy in self.copies]
            self._add_counter(
                "jobs",
                [1] * count + places,
                [count if limit is None else limit for limit in limits],
            )

    def _add_counter(self, name: str, amounts: list[int], limits: list[int]) -> None:
        callback = self.model.RegisterUnaryTransitVector(amounts)
        self.model.AddDimensionWithVehicleCapacity(callback, 0, limits, True, name)

    def _add_clock(self) -> None:
        clocks = []
        registered: dict[tuple[str, int], int] = {}
        for copy in self.copies:
            key = (copy.vehicle.profile, copy.vehicle.speed_percent)
            if key not in registered:
                rows = self._matrices(copy.vehicle)[1]
                registered[key] = self.model.RegisterTransitMatrix(rows)
            clocks.append(registered[key])
        self.model.AddDimensionWithVehicleTransits(
            clocks, HORIZON, HORIZON, False, "time"
        )
        self.clock = self.model.GetDimensionOrDie("time")
        if any(job.max_age is not None for job in self.problem.jobs):
            is_free = bool(self.problem.supplying)
            self.model.AddDimensionWithVehicleTransits(
                clocks, HORIZON, HORIZON, not is_free, "age"
            )
        self._add_travel_limits()
        for number in range(len(self.copies)):
            self._add_shift(number)
        self._link_rounds()
        self._add_breaks()

    def _add_travel_limits(self) -> None:
        limits = [copy.vehicle.max_travel for copy in self.copies]
        if all(limit is None for limit in limits):
            return
        evaluators = [
            self.model.RegisterTransitMatrix(self._matrices(copy.vehicle)[0])
            for copy in self.copies
        ]
        self.model.AddDimensionWithVehicleTransitAndCapacity(
            evaluators,
            0,
            [HORIZON if limit is None else limit for limit in limits],
            True,
            "travel",
        )

    def _add_shift(self, number: int) -> None:
        shift = self.copies[number].vehicle.shift
        closes = min(shift.closes, HORIZON)
        begin = self.clock.CumulVar(self.model.Start(number))
        end = self.clock.CumulVar(self.model.End(number))
        begin.SetRange(shift.opens, closes)
        end.SetRange(shift.opens, closes)
        self.model.AddVariableMaximizedByFinalizer(begin)
        self.model.AddVariableMinimizedByFinalizer(end)

    def _link_rounds(self) -> None:
        solver = self.model.solver()
        for vehicle in self.problem.vehicles:
            mine = [n for n, copy in enumerate(self.copies) if copy.vehicle is vehicle]
            active = [self.model.ActiveVehicleVar(number) for number in mine]
            begins = [self.clock.CumulVar(self.model.Start(n)) for n in mine]
            ends = [self.clock.CumulVar(self.model.End(n)) for n in mine]
            for k in range(len(mine) - 1):
                reload = vehicle.reload * active[k]
                solver.Add(begins[k + 1] >= ends[k] + reload)
                solver.Add(active[k + 1] >= active[k])
            if vehicle.max_work is not None:
                spans = [end - begin for begin, end in zip(begins, ends, strict=True)]
                reloads = [vehicle.reload * flag for flag in active[:-1]]
                solver.Add(solver.Sum([*spans, *reloads]) <= vehicle.max_work)

    def _add_breaks(self) -> None:
        """The same rest keeps all rounds of its vehicle free."""
        solver = self.model.solver()
        nodes = [self.manager.IndexToNode(i) for i in range(self.model.Size())]
        jobs = self.problem.jobs
        visits = [jobs[node].service if node < len(jobs) else 0 for node in nodes]
        for vehicle in self.problem.vehicles:
            rests = []
            for rest in vehicle.breaks:
                opens, closes = rest.windows[0].opens, rest.windows[-1].closes
                interval = solver.FixedDurationIntervalVar(
                    opens, min(closes, HORIZON), rest.service, False, f"rest {rest.id}"
                )
                for a, b in pairwise(rest.windows):
                    interval.StartExpr().Var().RemoveInterval(a.closes + 1, b.opens - 1)
                rests.append(interval)
            for number, copy in enumerate(self.copies):
                if rests and copy.vehicle is vehicle:
                    self.clock.SetBreakIntervalsOfVehicle(rests, number, visits)

    def _add_jobs(self) -> None:
        has_age = any(job.max_age is not None for job in self.problem.jobs)
        age = self.model.GetDimensionOrDie("age") if has_age else None
        for number, job in enumerate(self.problem.jobs):
            index = self.manager.NodeToIndex(number)
            self.model.AddDisjunction([index], self.problem.unserved_cost(job))
            self._add_windows(index, job)
            # Cumuls are counted at the door: setup is folded into the way there.
            if age is not None:
                solver = self.model.solver()
                solver.Add(age.SlackVar(index) == self.clock.SlackVar(index))
                if job.max_age is not None:
                    age.CumulVar(index).SetMax(job.max_age)
            able = [
                k
                for k, copy in enumerate(self.copies)
                if self.problem.may_serve(copy.vehicle, job)
            ]
            if len(able) < len(self.copies):
                # SetAllowedVehiclesForIndex raises TypeError in 9.15.
                self.model.VehicleVar(index).SetValues([-1, *able])
        if age is not None:
            for number in range(len(self.copies)):
                begin = self.model.Start(number)
                self.model.solver().Add(age.SlackVar(begin) == 0)
                self.model.solver().Add(self.clock.SlackVar(begin) == 0)

    def _add_windows(self, index: int, job: Job) -> None:
        if not job.windows:
            return
        door = self.clock.CumulVar(index)
        door.SetRange(job.windows[0].opens, min(job.windows[-1].closes, HORIZON))
        for before, after in pairwise(job.windows):
            if before.closes + 1 <= after.opens - 1:
                door.RemoveInterval(before.closes + 1, after.opens - 1)

    def _add_supplies(self) -> None:
        """Supplied vehicles leave after their supply, older by its way."""
        solver = self.model.solver()
        has_age = any(job.max_age is not None for job in self.problem.jobs)
        age = self.model.GetDimensionOrDie("age") if has_age else None
        number = {job.id: k for k, job in enumerate(self.problem.jobs)}
        for copy, made in enumerate(self.copies):
            begin, supply = self.model.Start(copy), made.vehicle.supplied_by
            if supply is None:
                if age is not None:
                    age.CumulVar(begin).SetValue(0)
                continue
            crate = self.manager.NodeToIndex(number[supply])
            active = self.model.ActiveVehicleVar(copy)
            solver.Add(active <= self.model.ActiveVar(crate))
            idle = HORIZON * (1 - active)
            over = (
                self.clock.CumulVar(crate) + self.problem.jobs[number[supply]].service
            )
            leaves = self.clock.CumulVar(begin)
            solver.Add(leaves >= over - idle)
            if age is not None:
                since = self.clock.CumulVar(crate) - age.CumulVar(crate)
                solver.Add(age.CumulVar(begin) >= leaves - since - idle)
        for supply in self.problem.supplying:
            self._limit_stock(supply, self.problem.jobs[number[supply]].delivery)

    def _limit_stock(self, supply: Id, brought: Sequence[int]) -> None:
        """What all vehicles supplied so carry is no more than was brought."""
        mine = [n for n, c in enumerate(self.copies) if c.vehicle.supplied_by == supply]
        for kind, amount in enumerate(brought):
            load = self.model.GetDimensionOrDie(f"load {kind}")
            carried = [load.CumulVar(self.model.End(n)) for n in mine]
            self.model.solver().Add(self.model.solver().Sum(carried) <= amount)

    def _add_locks(self, locks: Locks) -> None:
        """Locked stops keep round and order; locked rounds keep exactly their jobs."""
        solver = self.model.solver()
        number = {job.id: k for k, job in enumerate(self.problem.jobs)}
        every = self.model.RegisterUnaryTransitVector(
            [1] * self.manager.GetNumberOfNodes()
        )
        self.model.AddDimension(every, 0, len(self.problem.jobs) + 1, True, "position")
        place = self.model.GetDimensionOrDie("position")
        last: dict[Id, int] = {}
        for lock in locks.rounds:
            stops = [self.manager.NodeToIndex(number[job]) for job in lock.jobs]
            mine = [
                n for n, c in enumerate(self.copies) if c.vehicle.id == lock.vehicle
            ]
            for stop in stops:
                self.model.VehicleVar(stop).SetValues(mine)
            for a, b in pairwise(stops):
                solver.Add(self.model.VehicleVar(a) == self.model.VehicleVar(b))
                solver.Add(place.CumulVar(a) < place.CumulVar(b))
            if lock.locked:
                self._close(stops, mine)
            if lock.vehicle in last:
                before = self.model.VehicleVar(last[lock.vehicle])
                solver.Add(before < self.model.VehicleVar(stops[0]))
            last[lock.vehicle] = stops[0]

    def _close(self, stops: Sequence[int], copies: Sequence[int]) -> None:
        """The stops fill a round of their own: nobody before, between or after."""
        for a, b in pairwise(stops):
            self.model.NextVar(a).SetValue(b)
        self.model.NextVar(stops[-1]).SetValues([self.model.End(n) for n in copies])
        for index in range(self.model.Size()):
            if not self.model.IsStart(index):
                self.model.NextVar(index).RemoveValue(stops[0])


def _places(copies: Sequence[Copy]) -> list[Location | None]:
    """Distinct starts and ends; None is nowhere, free to reach."""
    places: dict[Location | None, None] = {}
    for copy in copies:
        places[copy.vehicle.start] = None
        places[copy.end] = None
    return list(places)
