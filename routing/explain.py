"""Why a job is left out or where it is, and the cheapest changes that would help.

Every remedy is proved before it is offered: the change is applied to the problem, the
job put at its place, and everything re-timed without a violation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from routing.distances import Travel
from routing.prices import Place, Prices
from routing.problem import Id, Job, Problem, TimeWindow, Vehicle
from routing.schedule import Scheduler, schedule
from routing.solution import (
    Round,
    Route,
    Solution,
    Unassigned,
    Violation,
    all_violations,
)

_REASON = {
    "load": "too_big",
    "age": "too_far_to_stay_hot",
    "delay": "window_missed",
    "supply": "not_supplied",
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that lets a job be served.

    change: the rule that gives way (`delay` a later end of the windows of `jobs`,
    `age` a longer hot limit for them, `load`, `shift`, `max_tasks`, `max_rounds`,
    `max_travel_time`, `work_time` of the vehicle, `vehicle_forbidden` or `skills`
    lifted), `another_vehicle`, a copy of `vehicle`, or `free_place` for a late stop
    that would be in time there. `size` is how much the rule gives in its unit, for the
    last two the cost in seconds; `value` its new limit: for `delay` and `shift` a time,
    for `another_vehicle` the time it has to leave.
    """

    change: str
    job: Id
    vehicle: Id | None
    size: int
    value: int
    jobs: tuple[Id, ...] = ()
    place: Place | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a job is in its round: `only_driver`, `cheapest`, `no_room_elsewhere`, or
    `dearer` when moving it alone would save `-extra` seconds.

    `extra` is what the best other vehicle would cost more, `other` that vehicle.
    """

    job: Id
    vehicle: Id
    reason: str
    other: Id | None = None
    extra: int | None = None


def reasons(
    problem: Problem, solution: Solution, travel: Travel
) -> tuple[Unassigned, ...]:
    """The unassigned jobs of the solution, each with its first binding reason."""
    jobs = {job.id: job for job in problem.jobs}
    scheduler = Scheduler(problem, travel).knowing(solution.rounds)
    alike: dict[object, int] = {}
    kinds = [alike.setdefault(v.features, len(alike)) for v in problem.vehicles]
    return tuple(
        replace(left, reason=_reason(scheduler, kinds, jobs[left.job]))
        for left in solution.unassigned
    )


def _reason(scheduler: Scheduler, kinds: Sequence[int], job: Job) -> str:
    """What stops the job even alone in an empty vehicle, else `no_room`; `kinds` are
    equal numbers for vehicles alike, of which one is asked."""
    problem = scheduler.problem
    able = {
        kind: vehicle
        for kind, vehicle in zip(kinds, problem.vehicles, strict=True)
        if problem.may_serve(vehicle, job)
    }
    if not able:
        return "no_vehicle_allowed"
    broken = []
    for vehicle in able.values():
        found = all_violations([_alone(scheduler, vehicle, job)])
        if not found:
            return "no_room"
        broken.append(found)
    easiest = min(broken, key=lambda found: (len(found), sum(v.size for v in found)))
    return _REASON.get(easiest[0].cause, "outside_shift")


def _alone(scheduler: Scheduler, vehicle: Vehicle, job: Job) -> Route:
    return scheduler.vehicle_routes(vehicle, [[job.id]])[0]


def explain(
    problem: Problem, solution: Solution, travel: Travel | None = None
) -> dict[Id, Sequence[Remedy]]:
    """For each unassigned job, proved remedies, one of each kind, smallest first."""
    travel = travel or Travel(problem)
    jobs = {job.id: job for job in problem.jobs}
    return {
        left.job: remedies(problem, solution.rounds, jobs[left.job], travel)
        for left in solution.unassigned
    }


def explain_late(
    problem: Problem, solution: Solution, travel: Travel | None = None
) -> dict[Id, Sequence[Remedy]]:
    """For each stop of given rounds where a rule of the door is broken, what would
    help it there or elsewhere; who is late besides stays as late."""
    travel = travel or Travel(problem)
    jobs = {job.id: job for job in problem.jobs}
    late = [
        step.id
        for route in solution.routes
        for step in route.steps
        if step.type == "job" and step.id is not None and step.violations
    ]
    return {
        name: remedies(
            problem,
            [
                replace(r, jobs=tuple(job for job in r.jobs if job != name))
                for r in solution.rounds
            ],
            jobs[name],
            travel,
            is_late=True,
        )
        for name in late
    }


def remedies(
    problem: Problem,
    rounds: Sequence[Round],
    job: Job,
    travel: Travel,
    is_late: bool = False,
) -> list[Remedy]:
    """The smallest give of each single rule that lets the job into the plan, which may
    have its faults already; for a late stop also a place where nothing has to give."""
    best: dict[str, Remedy] = {}
    for found in [
        *_single_rules(problem, rounds, job, travel, is_late),
        *_another_vehicle(problem, rounds, job, travel),
    ]:
        known = best.get(found.change)
        if known is None or found.size < known.size:
            best[found.change] = found
    proved = [r for r in best.values() if _holds(problem, rounds, r)]
    return sorted(proved, key=lambda remedy: (remedy.size, remedy.change))


def _single_rules(
    problem: Problem,
    rounds: Sequence[Round],
    job: Job,
    travel: Travel,
    is_late: bool,
) -> Iterator[Remedy]:
    """Every place where exactly one rule would have to give way, and by how much."""
    prices = Prices(problem, rounds, travel)
    before = schedule(problem, rounds, travel).violations
    for vehicle in problem.vehicles:
        mine = [r.jobs for r in rounds if r.vehicle == vehicle.id and r.jobs]
        places = [
            Place(vehicle.id, number, position)
            for number, order in enumerate(mine, start=1)
            for position in range(len(order) + 1)
        ]
        for place in [*places, Place(vehicle.id, len(mine) + 1, 0)]:
            price = prices.insertion(job.id, place)
            broken = _worse(price.violations, before)
            if broken and len({violation.cause for violation in broken}) == 1:
                yield _remedy(problem, job, vehicle, place, broken)
            elif is_late and not broken:
                yield Remedy("free_place", job.id, vehicle.id, price.cost, 0, (), place)


def _worse(after: Sequence[Violation], before: Sequence[Violation]) -> list[Violation]:
    """What is violated that was not, or not so much."""
    known = {replace(broken, size=0): broken.size for broken in before}
    return [v for v in after if v.size > known.get(replace(v, size=0), 0)]


def _remedy(
    problem: Problem,
    job: Job,
    vehicle: Vehicle,
    place: Place,
    broken: Sequence[Violation],
) -> Remedy:
    cause = broken[0].cause
    size = max(violation.size for violation in broken)
    named = tuple(v.job for v in broken if v.job is not None)
    limits = {
        "load": vehicle.capacity[_kind(broken[0])] if cause == "load" else 0,
        "shift": vehicle.shift.closes,
        "max_tasks": vehicle.max_jobs or 0,
        "max_travel_time": vehicle.max_travel or 0,
        "work_time": vehicle.max_work or 0,
        "max_rounds": vehicle.max_rounds,
    }
    value = limits.get(cause, 0) + size
    if cause in ("delay", "age"):
        first = next(j for j in problem.jobs if j.id == named[0])
        closes = first.windows[-1].closes if first.windows else 0
        value = size + (closes if cause == "delay" else first.max_age or 0)
    detail = ", ".join(sorted({v.detail for v in broken if v.detail}))
    return Remedy(cause, job.id, vehicle.id, size, value, named, place, detail)


def _kind(violation: Violation) -> int:
    """Which kind of box a load violation is about: its detail is "kind 0"."""
    return int(violation.detail.rpartition(" ")[2])


def _another_vehicle(
    problem: Problem, rounds: Sequence[Round], job: Job, travel: Travel
) -> Iterator[Remedy]:
    """One more vehicle like an existing one, with the time it has to leave."""
    scheduler = Scheduler(problem, travel).knowing(rounds)
    for vehicle in problem.vehicles:
        if not problem.may_serve(vehicle, job):
            continue
        trip = _alone(scheduler, vehicle, job)
        if not all_violations([trip]):
            cost = trip.travel + problem.vehicle_cost(vehicle)
            yield Remedy("another_vehicle", job.id, vehicle.id, cost, trip.departs)


def with_remedy(problem: Problem, remedy: Remedy) -> Problem:
    """The problem with the remedy applied."""
    if remedy.change == "another_vehicle":
        copy = next(v for v in problem.vehicles if v.id == remedy.vehicle)
        helper = replace(copy, id=helper_id(problem))
        return replace(problem, vehicles=(*problem.vehicles, helper))
    if remedy.change in ("delay", "age", "vehicle_forbidden", "skills"):
        jobs = tuple(_relaxed_job(job, remedy) for job in problem.jobs)
        return replace(problem, jobs=jobs)
    vehicles = tuple(
        _relaxed_vehicle(v, remedy) if v.id == remedy.vehicle else v
        for v in problem.vehicles
    )
    return replace(problem, vehicles=vehicles)


def helper_id(problem: Problem) -> str:
    """The name of the vehicle that `another_vehicle` adds."""
    taken = {vehicle.id for vehicle in problem.vehicles}
    return next(
        name
        for number in range(1, len(taken) + 2)
        if (name := f"helper {number}") not in taken
    )


def _relaxed_job(job: Job, remedy: Remedy) -> Job:
    if remedy.change in ("vehicle_forbidden", "skills"):
        if job.id != remedy.job:
            return job
        allowed = job.allowed_vehicles
        mine = frozenset({remedy.vehicle} if remedy.vehicle is not None else ())
        return replace(
            job,
            forbidden_vehicles=job.forbidden_vehicles - mine,
            allowed_vehicles=None if allowed is None else allowed | mine,
            skills=frozenset() if remedy.change == "skills" else job.skills,
        )
    if job.id not in remedy.jobs:
        return job
    if remedy.change == "age":
        return replace(job, max_age=(job.max_age or 0) + remedy.size)
    last = job.windows[-1]
    longer = TimeWindow(last.opens, last.closes + remedy.size)
    return replace(job, windows=(*job.windows[:-1], longer))


def _relaxed_vehicle(vehicle: Vehicle, remedy: Remedy) -> Vehicle:
    by = remedy.size
    if remedy.change == "load":
        return replace(vehicle, capacity=tuple(have + by for have in vehicle.capacity))
    if remedy.change == "shift":
        shift = TimeWindow(vehicle.shift.opens, vehicle.shift.closes + by)
        return replace(vehicle, shift=shift)
    if remedy.change == "max_tasks":
        return replace(vehicle, max_jobs=(vehicle.max_jobs or 0) + by)
    if remedy.change == "max_travel_time":
        return replace(vehicle, max_travel=(vehicle.max_travel or 0) + by)
    if remedy.change == "work_time":
        return replace(vehicle, max_work=(vehicle.max_work or 0) + by)
    if remedy.change == "max_rounds":
        return replace(vehicle, max_rounds=vehicle.max_rounds + by)
    return vehicle


def remedied_rounds(
    problem: Problem, rounds: Sequence[Round], remedy: Remedy
) -> tuple[Round, ...]:
    """The given rounds with the job at the place the remedy opens."""
    if remedy.place is None:
        return (*rounds, Round(helper_id(problem), (remedy.job,)))
    prices = Prices(problem, rounds)
    return prices.rounds(prices.inserted(remedy.job, remedy.place))


def _holds(problem: Problem, rounds: Sequence[Round], remedy: Remedy) -> bool:
    """Whether the plan with the job in it breaks no rule of the relaxed problem that
    it did not break without."""
    relaxed = with_remedy(problem, remedy)
    plan = schedule(relaxed, remedied_rounds(problem, rounds, remedy))
    return not _worse(plan.violations, schedule(problem, rounds).violations)


def why(
    problem: Problem, solution: Solution, travel: Travel | None = None
) -> tuple[Why, ...]:
    """For each served job the reason for its round, against the best other vehicle."""
    prices = Prices(problem, solution.rounds, travel)
    jobs = {job.id: job for job in problem.jobs}
    return tuple(
        _why_here(prices, route.vehicle, jobs[job])
        for route in solution.routes
        for job in route.jobs
    )


def _why_here(prices: Prices, vehicle: Id, job: Job) -> Why:
    problem = prices.problem
    if sum(problem.may_serve(other, job) for other in problem.vehicles) == 1:
        return Why(job.id, vehicle, "only_driver")
    found = prices.best_insertion(job.id, elsewhere_than=vehicle)
    if found is None:
        return Why(job.id, vehicle, "no_room_elsewhere")
    place, price = found
    extra = price.cost + prices.removal(job.id).cost
    reason = "cheapest" if extra >= 0 else "dearer"
    return Why(job.id, vehicle, reason, place.vehicle, extra)
