"""A change that would let a job be served, and the problem once it is made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from routing.prices import Place, Prices
from routing.problem import Break, Id, Job, Problem, TimeWindow, Vehicle
from routing.solution import Round


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that lets a job be served.

    change: the rule that gives way (`delay` a later end of the windows of `jobs`,
    `age` a longer hot limit for them, `load`, `shift`, `max_tasks`, `max_rounds`,
    `max_travel_time`, `work_time`, `missing_break` of the vehicle, `supply` more in
    the crates in `jobs` or, at its `place`, the crate itself, `vehicle_forbidden` or
    `skills` lifted), `another_vehicle`, a copy of `vehicle`, or `free_place` for a
    late stop that would be in time there. `size` is how much the rule gives in its
    unit, for the last two the cost in seconds; `value` its new limit: for `delay` and
    `shift` a time, for `another_vehicle` the time it has to leave. `also` are the
    further steps where one rule is not enough.
    """

    change: str
    job: Id
    vehicle: Id | None
    size: int
    value: int
    jobs: tuple[Id, ...] = ()
    place: Place | None = None
    detail: str = ""
    also: "tuple[Remedy, ...]" = ()

    @property
    def steps(self) -> "tuple[Remedy, ...]":
        return (self, *self.also)


def with_remedy(problem: Problem, remedy: Remedy) -> Problem:
    """The problem with the remedy applied, all its steps."""
    for step in remedy.steps:
        problem = _with_step(problem, step)
    return problem


def _with_step(problem: Problem, remedy: Remedy) -> Problem:
    if remedy.change == "another_vehicle":
        copy = next(v for v in problem.vehicles if v.id == remedy.vehicle)
        helper = replace(copy, id=helper_id(problem))
        return replace(problem, vehicles=(*problem.vehicles, helper))
    if remedy.change in ("delay", "age", "vehicle_forbidden", "skills", "supply"):
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
    if remedy.change == "supply":
        return replace(job, delivery=_more(job.delivery, remedy))
    if remedy.change == "age":
        return replace(job, max_age=(job.max_age or 0) + remedy.size)
    last = job.windows[-1]
    longer = TimeWindow(last.opens, last.closes + remedy.size)
    return replace(job, windows=(*job.windows[:-1], longer))


def _more(amounts: tuple[int, ...], remedy: Remedy) -> tuple[int, ...]:
    """More of the kinds that the remedy names, "kind 0, kind 2"."""
    named = remedy.detail.split(", ")
    return tuple(
        amount + remedy.size * (f"kind {kind}" in named)
        for kind, amount in enumerate(amounts)
    )


def _relaxed_vehicle(vehicle: Vehicle, remedy: Remedy) -> Vehicle:
    by = remedy.size
    if remedy.change == "load":
        return replace(vehicle, capacity=tuple(have + by for have in vehicle.capacity))
    if remedy.change == "missing_break":
        named = remedy.detail.split(", ")
        rests = (
            _longer(r, by) if f"break {r.id}" in named else r for r in vehicle.breaks
        )
        return replace(vehicle, breaks=tuple(rests))
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


def _longer(rest: Break, by: int) -> Break:
    *others, last = rest.windows
    return replace(rest, windows=(*others, TimeWindow(last.opens, last.closes + by)))


def remedied_rounds(
    problem: Problem, rounds: Sequence[Round], remedy: Remedy
) -> tuple[Round, ...]:
    """The given rounds with the job at the place the remedy opens, and before it the
    crates that its other steps bring."""
    for step in remedy.also:
        if step.job != remedy.job:
            rounds = remedied_rounds(problem, rounds, replace(step, also=()))
    if remedy.place is None:
        return (*rounds, Round(helper_id(problem), (remedy.job,)))
    prices = Prices(problem, rounds)
    return prices.rounds(prices.inserted(remedy.job, remedy.place))
