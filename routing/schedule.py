"""Times, loads and violations of rounds whose order is given (VROOM's plan mode).

Pure arithmetic without any solver, so it runs inside a web request: every rule that
the order breaks is listed with its size, never only the first, and nothing is
refused except names that do not exist.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import sub

from routing.distances import Travel
from routing.faults import Faults
from routing.handover import Departures, Gives, late_departures, needed_departures
from routing.limits import (
    break_step,
    broken_at_door,
    broken_by_round,
    mark_twice,
    with_violations,
    with_work_limit,
)
from routing.problem import Break, Id, Job, Problem, Vehicle
from routing.rests import Day, stop_of, with_rests
from routing.solution import (
    Round,
    Route,
    Solution,
    Step,
    Summary,
    Unassigned,
    all_violations,
)
from routing.supply import (
    Supply,
    by_level,
    not_supplied,
    supplies_of,
    with_stock_limits,
)
from routing.timing import Timed, Visit, departure, run


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
    jobs: dict[Id, Job] = field(init=False)
    supplying: frozenset[Id] = field(init=False)
    supplies: dict[Id, Supply] = field(default_factory=dict)
    visits: dict[tuple[object, ...], Visit] = field(default_factory=dict)
    leaves: Departures = field(default_factory=dict)
    known: dict[tuple[object, ...], list[Route]] = field(default_factory=dict)
    gives: Gives = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jobs = {job.id: job for job in self.problem.jobs}
        self.supplying = self.problem.supplying

    def all_routes(self, rounds: Sequence[Round]) -> list[Route]:
        """All vehicles' rounds; those that supply others leave as late as these let
        them."""
        found = self._by_level(rounds)
        if self.supplying:
            found = self._leaving_late(found, rounds)
        with_stock_limits(self.problem, found)
        return [route for v in self.problem.vehicles for route in found[v.id]]

    def prompt_supplies(self, rounds: Sequence[Round]) -> dict[Id, Supply]:
        """What the rounds bring, every crate as early as its round can."""
        self._by_level(rounds)
        return self.supplies

    def _by_level(self, rounds: Sequence[Round]) -> dict[Id, list[Route]]:
        """The rounds by vehicle, suppliers timed before whom they supply."""
        found: dict[Id, list[Route]] = {}
        self.supplies = {}
        for vehicle in by_level(self.problem):
            orders = [r.jobs for r in rounds if r.vehicle == vehicle.id and r.jobs]
            found[vehicle.id] = self._remembered(vehicle, orders)
            if self.supplying:
                self.supplies |= supplies_of(self.problem, found[vehicle.id])
        return found

    def _remembered(
        self, vehicle: Vehicle, orders: Sequence[tuple[Id, ...]]
    ) -> list[Route]:
        """With two levels all vehicles are asked for and a change moves few of them."""
        if not self.supplying:
            return self.vehicle_routes(vehicle, orders)
        leaves = tuple(
            self.leaves.get((vehicle.id, k)) for k in range(1, len(orders) + 1)
        )
        key = (vehicle.id, tuple(orders), self._supply(vehicle), leaves)
        if len(self.known) > MOST_KNOWN:
            self.known.clear()
            self.gives.clear()
        if key not in self.known:
            self.known[key] = self.vehicle_routes(vehicle, orders)
        return list(self.known[key])

    def _leaving_late(
        self, found: dict[Id, list[Route]], rounds: Sequence[Round]
    ) -> dict[Id, list[Route]]:
        self.leaves = late_departures(self.problem, found)
        if self.leaves:
            found = self._by_level(rounds)
        if more := needed_departures(self.problem, found, self.gives):
            supplies = self.supplies
            self.leaves = self.leaves | more
            again = self._by_level(rounds)
            if _broken(again) < _broken(found):
                found = again
            else:
                self.supplies = supplies
        self.leaves = {}
        return found

    def knowing(self, rounds: Sequence[Round]) -> "Scheduler":
        """This scheduler, aware of what these rounds bring to others' starts."""
        if self.problem.supplying:
            self.all_routes(rounds)
        return self

    def _supply(self, vehicle: Vehicle) -> Supply | None:
        name = vehicle.supplied_by
        return None if name is None else self.supplies.get(name)

    def vehicle_routes(
        self, vehicle: Vehicle, orders: Sequence[Sequence[Id]]
    ) -> list[Route]:
        """The vehicle's rounds one after the other, breaks placed where they fit."""
        plan: list[list[Job | Break]] = [[self.jobs[j] for j in o] for o in orders]
        if not plan:
            return []
        if vehicle.breaks:
            plan = self._with_breaks(vehicle, plan)
        return self._timed(vehicle, plan)

    def _with_breaks(
        self, vehicle: Vehicle, plan: list[list[Job | Break]]
    ) -> list[list[Job | Break]]:
        """All rests where they harm least."""
        supply = self._supply(vehicle)
        visits = [self._visits(vehicle, order) for order in plan]
        leaves = {
            number: when
            for (name, number), when in self.leaves.items()
            if name == vehicle.id
        }
        day = Day(
            vehicle=vehicle,
            free=self._free(vehicle, supply),
            backs=[self._back(vehicle, o, o is plan[-1])[0] for o in plan],
            since=None if supply is None else supply.left,
            prompt=self.supplying,
            leaves=leaves,
        )
        stops = [[stop_of(visit, self.supplying) for visit in o] for o in visits]
        rested = with_rests(day, stops, vehicle.breaks)
        return [[stop.task for stop in order] for order in rested]

    def _free(self, vehicle: Vehicle, supply: Supply | None) -> int:
        opens = vehicle.shift.opens
        return opens if supply is None else max(opens, supply.ready)

    def _back(
        self, vehicle: Vehicle, tasks: Sequence[Job | Break], last: bool
    ) -> tuple[int, int]:
        """The way to the end of a round, which is the start before another."""
        end = vehicle.end if last else vehicle.start
        place = tasks[-1].location if isinstance(tasks[-1], Job) else vehicle.start
        return self.travel.leg(vehicle, place, end)

    def _timed(self, vehicle: Vehicle, plan: list[list[Job | Break]]) -> list[Route]:
        supply = self._supply(vehicle)
        free, routes = self._free(vehicle, supply), []
        for number, tasks in enumerate(plan, start=1):
            last = number == len(plan)
            route = self._round(vehicle, number, tasks, free, last)
            if vehicle.supplied_by is not None and supply is None:
                route = with_violations(route, [not_supplied(route)])
            free = max(route.ends + vehicle.reload, route.steps[-1].departure)
            routes.append(route)
        return with_work_limit(vehicle, routes)

    def _round(
        self,
        vehicle: Vehicle,
        number: int,
        tasks: list[Job | Break],
        free: int,
        last: bool,
    ) -> Route:
        before, inside, after = _split_breaks(tasks)
        rested = run([Visit(rest, 0, 0, 0) for rest in before], free)
        if rested:
            free = rested[-1].departure
        visits = self._visits(vehicle, inside)
        departs = departure(visits, free, self.supplying)
        if self.leaves:
            departs = max(departs, self.leaves.get((vehicle.id, number), 0))
        timed = run(visits, departs)
        back, back_metres = self._back(vehicle, inside, last)
        ends = timed[-1].departure + back
        resting = run([Visit(rest, 0, 0, 0) for rest in after], ends)
        steps = self._steps(vehicle, number, timed, departs)
        steps.append(Step(type="end", arrival=ends, travel=back, distance=back_metres))
        steps = [
            *(break_step(vehicle, number, rest) for rest in rested),
            *steps,
            *(break_step(vehicle, number, rest) for rest in resting),
        ]
        return self._route(vehicle, number, steps)

    def _visits(self, vehicle: Vehicle, tasks: list[Job | Break]) -> list[Visit]:
        visits: list[Visit] = []
        before: Job | None = None
        for task in tasks:
            if isinstance(task, Break):
                visits.append(Visit(task, 0, 0, 0))
                continue
            visits.append(self._visit(vehicle, before, task))
            before = task
        return visits

    def _visit(self, vehicle: Vehicle, before: Job | None, job: Job) -> Visit:
        """Remembered from door to door, since prices time them over and over."""
        if before is None:
            seconds, metres = self.travel.leg(vehicle, vehicle.start, job.location)
            return Visit(job, seconds, metres, job.setup)
        key = (vehicle.profile, vehicle.speed_percent, before.id, job.id)
        known = self.visits.get(key)
        if known is None:
            seconds, metres = self.travel.leg(vehicle, before.location, job.location)
            setup = 0 if job.building == before.building else job.setup
            known = self.visits[key] = Visit(job, seconds, metres, setup)
        return known

    def _steps(
        self, vehicle: Vehicle, number: int, timed: list[Timed], departs: int
    ) -> list[Step]:
        jobs = [t.visit.task for t in timed if isinstance(t.visit.task, Job)]
        load = total_load(vehicle, jobs)
        supply = self._supply(vehicle)
        since = departs if supply is None else supply.left
        steps = [Step(type="start", arrival=departs, load=load)]
        problem = self.problem
        for moment in timed:
            visit = moment.visit
            task = visit.task
            if isinstance(task, Break):
                steps.append(break_step(vehicle, number, moment, load))
                continue
            if task.delivery:
                load = tuple(map(sub, load, task.delivery))
            age, late = moment.begin - since, moment.late
            steps.append(
                Step(
                    type="job",
                    id=task.id,
                    arrival=moment.arrival,
                    setup=visit.setup,
                    waiting=moment.begin - moment.arrival - visit.setup,
                    service=task.service,
                    load=load,
                    age=age,
                    travel=visit.travel,
                    distance=visit.distance,
                    violations=broken_at_door(
                        problem, vehicle, number, task, late, age
                    ),
                )
            )
        return steps

    def _route(self, vehicle: Vehicle, number: int, steps: list[Step]) -> Route:
        jobs = []
        travel = service = setup = waiting = distance = max_age = changed = 0
        for step in steps:  # once through them all: prices do this over and over
            travel += step.travel
            service += step.service
            distance += step.distance
            if step.type == "job" and step.id is not None:
                job = self.jobs[step.id]
                jobs.append(job)
                setup += step.setup
                waiting += step.waiting
                max_age = max(max_age, step.age)
                changed += is_changed(job, vehicle)
        cost = travel + changed * self.problem.weights.changed_vehicle
        if number == 1:
            cost += self.problem.vehicle_cost(vehicle)
        route = Route(
            vehicle=vehicle.id,
            round=number,
            steps=tuple(steps),
            cost=cost,
            travel=travel,
            service=service,
            setup=setup,
            waiting=waiting,
            distance=distance,
            max_age=max_age,
            load=total_load(vehicle, jobs),
        )
        broken = broken_by_round(vehicle, route, len(jobs))
        return with_violations(route, broken) if broken else route


def _broken(routes: Mapping[Id, Sequence[Route]]) -> int:
    return sum(v.size for mine in routes.values() for v in all_violations(mine))


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


def _split_breaks(
    tasks: list[Job | Break],
) -> tuple[list[Break], list[Job | Break], list[Break]]:
    """Breaks before leaving, the round itself, breaks after coming back."""
    jobs = [place for place, task in enumerate(tasks) if isinstance(task, Job)]
    first, last = jobs[0], jobs[-1]
    before = [task for task in tasks[:first] if isinstance(task, Break)]
    after = [task for task in tasks[last + 1 :] if isinstance(task, Break)]
    return before, tasks[first : last + 1], after


def total_load(vehicle: Vehicle, jobs: Sequence[Job]) -> tuple[int, ...]:
    amounts = [job.delivery for job in jobs if job.delivery]
    if not amounts:
        return (0,) * len(vehicle.capacity)
    return tuple(map(sum, zip(*amounts, strict=True)))


def is_changed(job: Job, vehicle: Vehicle) -> bool:
    return job.preferred_vehicle not in (None, vehicle.id)


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
