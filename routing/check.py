"""An independent judge of a solution: recounts everything from the problem.

It shares nothing with the rest, neither types nor clock nor travel table: it reads the
plain fields of what it is given and does its own arithmetic, so that a mistake of the
search, of the schedule or of the travel table cannot hide from it. It lists every
fault; nothing leaves without it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from routing.ways import Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is wrong with a plan.

    cause: `missing`, `twice`, `unknown`, `delay` (seconds late), `lead_time` (seconds
    early), `age` (seconds too old), `load`, `supply`, `max_tasks`, `max_travel_time`,
    `work_time`, `shift`, `max_rounds`, `skills`, `vehicle_forbidden`, `missing_break`,
    `lock`, `wrong_time`, `wrong_way` (metres), `wrong_load`, `wrong_summary`. `size` is
    in the rule's unit.
    """

    cause: str
    size: int = 0
    job: Any = None
    vehicle: Any = None
    round: int | None = None
    detail: str = ""


def check(
    problem: Any,
    solution: Any,
    start: Iterable[Any] = (),
    locked: Collection[Any] = (),
) -> list[Fault]:
    """Every fault of the solution; an empty list means it may be published.

    Parameters
    ----------
    problem, solution
        A `Problem` and a `Solution`, or anything with the same fields: seconds, metres
        and amounts are whole numbers.
    start, locked
        The rounds and job ids the search was told to keep, to be held against it.
    """
    judge = Judge(problem, solution)
    return [*judge.faults(), *_lock_faults(solution, start, set(locked))]


class Judge:
    """One problem and one solution, field by field."""

    def __init__(self, problem: Any, solution: Any) -> None:
        self.problem, self.solution = problem, solution
        self.ways = Ways(problem)
        self.jobs = {job.id: job for job in problem.jobs}
        self.vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
        self.routes: dict[Any, list[Any]] = {}
        for route in solution.routes:
            self.routes.setdefault(route.vehicle, []).append(route)
        self.supplies = dict(self._supplies())

    def faults(self) -> Iterator[Fault]:
        yield from self._presence()
        for vehicle_id, routes in self.routes.items():
            vehicle = self.vehicles.get(vehicle_id)
            if vehicle is None:
                yield Fault(cause="unknown", vehicle=vehicle_id, detail="vehicle")
            else:
                yield from self._vehicle_faults(vehicle, routes)
        yield from self._stock_faults()
        yield from self._total_faults()
        yield from self._summary_faults()

    def _supplies(self) -> Iterator[tuple[Any, tuple[int, int]]]:
        """For each job served: when its round left, and when the visit is over."""
        for route in self.solution.routes:
            left = _departs(route)
            for step in route.steps:
                if step.type == "job":
                    yield step.id, (left, _begin(step) + step.service)

    def _presence(self) -> Iterator[Fault]:
        """Each job exactly once: in one round or among the unassigned."""
        named: Counter[Any] = Counter(
            step.id
            for route in self.solution.routes
            for step in route.steps
            if step.type == "job"
        )
        named.update(left.job for left in self.solution.unassigned)
        for job in self.jobs:
            if named[job] == 0:
                yield Fault(cause="missing", job=job)
            elif named[job] > 1:
                yield Fault(cause="twice", job=job, size=named[job] - 1)
        for unknown in named.keys() - self.jobs.keys():
            yield Fault(cause="unknown", job=unknown, detail="job")

    def _vehicle_faults(self, vehicle: Any, routes: list[Any]) -> Iterator[Fault]:
        free, worked = vehicle.shift.opens, 0
        for number, route in enumerate(routes, start=1):
            kinds = [step.type for step in route.steps]
            if kinds.count("start") != 1 or kinds.count("end") != 1:
                yield _fault("wrong_time", route, detail="needs one start and one end")
                return
            if route.round != number:
                yield _fault("wrong_time", route, detail=f"is round {number}")
            visits = [
                (step, self.jobs[step.id])
                for step in route.steps
                if step.type == "job" and step.id in self.jobs
            ]
            left, over = _departs(route), _ends(route)
            yield from _clock_faults(vehicle, route, free)
            yield from self._supply_faults(vehicle, route, left)
            yield from self._way_faults(vehicle, route, number == len(routes))
            yield from _load_faults(vehicle, route, visits)
            since = self.supplies.get(vehicle.supplied_by, (left, 0))[0]
            for step, job in visits:
                yield from _door_faults(vehicle, route, step, job, since)
            yield from _limit_faults(vehicle, route, len(visits))
            worked += over - left + (vehicle.reload if number > 1 else 0)
            last = route.steps[-1]
            free = max(over + vehicle.reload, _begin(last) + last.service)
        if len(routes) > vehicle.max_rounds:
            yield _fault(
                "max_rounds", routes[-1], size=len(routes) - vehicle.max_rounds
            )
        if vehicle.max_work is not None and worked > vehicle.max_work:
            yield _fault("work_time", routes[-1], size=worked - vehicle.max_work)
        yield from _break_faults(vehicle, routes)

    def _supply_faults(self, vehicle: Any, route: Any, left: int) -> Iterator[Fault]:
        """A supplied vehicle leaves only once its supply has been handed over."""
        if vehicle.supplied_by is None:
            return
        supply = self.supplies.get(vehicle.supplied_by)
        if supply is None:
            yield _fault("supply", route, size=1, detail="nobody brings it")
        elif left < supply[1]:
            yield _fault("supply", route, size=supply[1] - left, detail="not there yet")

    def _stock_faults(self) -> Iterator[Fault]:
        """What a supply brings is not given out twice."""
        for crate in {v.supplied_by for v in self.problem.vehicles} - {None}:
            brought = self.jobs[crate].delivery
            taken = [
                self.jobs[step.id].delivery
                for vehicle in self.problem.vehicles
                if vehicle.supplied_by == crate
                for route in self.routes.get(vehicle.id, [])
                for step in route.steps
                if step.type == "job" and step.id in self.jobs
            ]
            for kind, amount in enumerate(brought):
                over = sum(given[kind] for given in taken if given) - amount
                if over > 0:
                    yield Fault(
                        cause="supply", size=over, job=crate, detail=f"kind {kind}"
                    )

    def _way_faults(self, vehicle: Any, route: Any, last: bool) -> Iterator[Fault]:
        """Each step arrives when the one before and the way between them say."""
        place, building, clock = vehicle.start, None, None
        for step in route.steps:
            way, metres, setup = 0, 0, 0
            job = self.jobs.get(step.id) if step.type == "job" else None
            if job is not None:
                way = self.ways.seconds(vehicle, place, job.location)
                metres = self.ways.metres(vehicle, place, job.location)
                setup = 0 if _building(job) == building else job.setup
                place, building = job.location, _building(job)
                if step.service != job.service:
                    yield _fault("wrong_time", route, step, detail="service")
            elif step.type == "end":
                home = vehicle.end if last else vehicle.start
                way = self.ways.seconds(vehicle, place, home)
                metres = self.ways.metres(vehicle, place, home)
            elif step.type == "start" and clock is not None and step.arrival >= clock:
                clock = step.arrival  # leaving later than ready is fine
            if clock is not None and step.arrival != clock + way:
                off = abs(step.arrival - clock - way)
                yield _fault("wrong_time", route, step, size=off)
            if step.setup != setup or step.waiting < 0:
                yield _fault("wrong_time", route, step, detail="setup or waiting")
            idle = 0 if step.type == "break" else step.service + step.waiting
            if step.type != "job" and (idle or step.age):
                yield _fault("wrong_time", route, step, detail=f"at the {step.type}")
            if step.travel != way:
                yield _fault("wrong_time", route, step, detail="travel")
            if step.distance != metres:
                yield _fault("wrong_way", route, step, size=abs(step.distance - metres))
            clock = _begin(step) + step.service

    def _total_faults(self) -> Iterator[Fault]:
        """What each round says of itself equals what its steps say."""
        for route in self.solution.routes:
            for name, value in self._totals(route).items():
                if getattr(route, name) != value:
                    yield _fault("wrong_summary", route, detail=f"{name} is {value}")

    def _totals(self, route: Any) -> dict[str, Any]:
        vehicle = self.vehicles.get(route.vehicle)
        visits = [step for step in route.steps if step.type == "job"]
        jobs = [self.jobs[step.id] for step in visits if step.id in self.jobs]
        travel, loads = sum(s.travel for s in route.steps), [j.delivery for j in jobs]
        cost = travel + self._changed(route) * self.problem.weights.changed_vehicle
        if vehicle is not None and route.round == 1:
            fixed = vehicle.fixed_cost
            cost += self.problem.weights.vehicle if fixed is None else fixed
        kinds = range(0 if vehicle is None else len(vehicle.capacity))
        return {
            "cost": cost,
            "travel": travel,
            "service": sum(step.service for step in route.steps),
            "setup": sum(step.setup for step in visits),
            "waiting": sum(step.waiting for step in visits),
            "distance": sum(step.distance for step in route.steps),
            "max_age": max((step.age for step in visits), default=0),
            "load": tuple(sum(load[k] for load in loads if load) for k in kinds),
        }

    def _changed(self, route: Any) -> int:
        """How many in this round have another vehicle than their usual one."""
        jobs = [self.jobs.get(s.id) for s in route.steps if s.type == "job"]
        usual = [job.preferred_vehicle for job in jobs if job is not None]
        return sum(name not in (None, route.vehicle) for name in usual)

    def _summary_faults(self) -> Iterator[Fault]:
        """The totals a reader believes equal what the rounds say."""
        summary, routes = self.solution.summary, self.solution.routes
        steps = [step for route in routes for step in route.steps]
        told = [*(step.violations for step in steps), *(r.violations for r in routes)]
        counted = {
            "routes": len(routes),
            "vehicles": len({route.vehicle for route in routes}),
            "unassigned": len(self.solution.unassigned),
            "travel": sum(step.travel for step in steps),
            "distance": sum(step.distance for step in steps),
            "setup": sum(step.setup for step in steps),
            "service": sum(step.service for step in steps),
            "max_age": max((step.age for step in steps), default=0),
            "waiting": sum(step.waiting for step in steps if step.type == "job"),
            "changed_vehicle": sum(self._changed(route) for route in routes),
            "uneven": self._uneven(),
            "violations": sum(len(some) for some in told),
            "cost": self._cost(),
        }
        for name, value in counted.items():
            if getattr(summary, name) != value:
                yield Fault(cause="wrong_summary", detail=f"{name} is {value}")

    def _cost(self) -> int:
        """The price of the plan by the problem's price list."""
        weights, cost, used = self.problem.weights, 0, set()
        for route in self.solution.routes:
            vehicle = self.vehicles.get(route.vehicle)
            if vehicle is not None and route.vehicle not in used:
                fixed = vehicle.fixed_cost
                cost += weights.vehicle if fixed is None else fixed
            used.add(route.vehicle)
            cost += sum(step.travel for step in route.steps)
            cost += weights.changed_vehicle * self._changed(route)
        for left in self.solution.unassigned:
            job = self.jobs.get(left.job)
            if job is not None:
                own = job.unserved_cost
                cost += weights.unserved * (1 + job.priority) if own is None else own
        return cost + self._uneven() * int(weights.uneven) // 100

    def _uneven(self) -> int:
        """Seconds by which the longest working vehicle exceeds the mean."""
        worked: Counter[Any] = Counter()
        for route in self.solution.routes:
            worked[route.vehicle] += _ends(route) - _departs(route)
        if not worked:
            return 0
        return max(worked.values()) - sum(worked.values()) // len(worked)


def _begin(step: Any) -> int:
    return int(step.arrival + step.setup + step.waiting)


def _departs(route: Any) -> int:
    return next((_begin(s) for s in route.steps if s.type == "start"), 0)


def _ends(route: Any) -> int:
    return next((int(s.arrival) for s in route.steps if s.type == "end"), 0)


def _building(job: Any) -> object:
    """What consecutive jobs must share for setup to be paid once."""
    place = job.location
    if job.site is not None:
        return job.site
    return place.index if place.index is not None else (place.lon, place.lat)


def _clock_faults(vehicle: Any, route: Any, free: int) -> Iterator[Fault]:
    """Nothing starts before the vehicle is free, nor ends after the shift."""
    first = min(step.arrival for step in route.steps)
    if first < free:
        cause = "shift" if route.round == 1 else "wrong_time"
        yield _fault(cause, route, size=free - first, detail="leaves too early")
    if _ends(route) > vehicle.shift.closes:
        yield _fault("shift", route, size=_ends(route) - vehicle.shift.closes)


def _door_faults(
    vehicle: Any, route: Any, step: Any, job: Any, since: int
) -> Iterator[Fault]:
    """Window, hot limit since leaving the kitchen, and whether this vehicle may."""
    begin, windows = _begin(step), job.windows
    if windows and not any(w.opens <= begin <= w.closes for w in windows):
        missed = min(max(w.opens - begin, begin - w.closes) for w in windows)
        cause = "delay" if begin > windows[-1].closes else "lead_time"
        yield _fault(cause, route, step, size=missed)
    age = begin - since
    if step.age != age:
        yield _fault("wrong_time", route, step, detail="age")
    if job.max_age is not None and age > job.max_age:
        yield _fault("age", route, step, size=age - job.max_age)
    lacking = set(job.skills) - set(vehicle.skills)
    if lacking:
        yield _fault("skills", route, step, size=len(lacking))
    allowed = job.allowed_vehicles
    if vehicle.id in job.forbidden_vehicles or (
        allowed is not None and vehicle.id not in allowed
    ):
        yield _fault("vehicle_forbidden", route, step, size=1)


def _load_faults(
    vehicle: Any, route: Any, visits: list[tuple[Any, Any]]
) -> Iterator[Fault]:
    """What is aboard never exceeds capacity and shrinks by what is delivered."""
    for kind, capacity in enumerate(vehicle.capacity):
        aboard = sum(job.delivery[kind] for _, job in visits if job.delivery)
        if aboard > capacity:
            yield _fault("load", route, size=aboard - capacity, detail=f"kind {kind}")
        starts = (
            step.load[kind : kind + 1] for step in route.steps if step.type == "start"
        )
        if next(starts, (aboard,)) != (aboard,):
            yield _fault("wrong_load", route, detail=f"kind {kind} at the start")
        for step, job in visits:
            aboard -= job.delivery[kind] if job.delivery else 0
            if len(step.load) <= kind or step.load[kind] != aboard:
                yield _fault("wrong_load", route, step, detail=f"kind {kind}")


def _limit_faults(vehicle: Any, route: Any, jobs: int) -> Iterator[Fault]:
    if vehicle.max_jobs is not None and jobs > vehicle.max_jobs:
        yield _fault("max_tasks", route, size=jobs - vehicle.max_jobs)
    travel = sum(step.travel for step in route.steps)
    if vehicle.max_travel is not None and travel > vehicle.max_travel:
        yield _fault("max_travel_time", route, size=travel - vehicle.max_travel)


def _break_faults(vehicle: Any, routes: list[Any]) -> Iterator[Fault]:
    """Each rest once, long enough, begun inside one of its windows."""
    taken = [s for route in routes for s in route.steps if s.type == "break"]
    for rest in vehicle.breaks:
        mine = [step for step in taken if step.id == rest.id]
        fine = [
            step
            for step in mine
            if step.service >= rest.service
            and any(w.opens <= _begin(step) <= w.closes for w in rest.windows)
        ]
        if len(mine) != 1 or not fine:
            yield _fault("missing_break", routes[-1], detail=f"break {rest.id}")


def _lock_faults(
    solution: Any, start: Iterable[Any], locked: set[Any]
) -> Iterator[Fault]:
    """Locked jobs in another round or order, locked rounds not as they were."""
    orders = [
        (route.vehicle, [s.id for s in route.steps if s.type == "job"])
        for route in solution.routes
    ]
    for given in start:
        kept = [job for job in given.jobs if given.locked or job in locked]
        mine = [order for vehicle, order in orders if vehicle == given.vehicle]
        if given.locked:
            fine = list(given.jobs) in mine
        else:
            fine = any([job for job in order if job in kept] == kept for order in mine)
        if kept and not fine:
            yield Fault(cause="lock", job=kept[0], vehicle=given.vehicle)


def _fault(
    cause: str, route: Any, step: Any = None, size: int = 0, detail: str = ""
) -> Fault:
    return Fault(
        cause=cause,
        size=size,
        job=step.id if step is not None and step.type == "job" else None,
        vehicle=route.vehicle,
        round=route.round,
        detail=detail,
    )
