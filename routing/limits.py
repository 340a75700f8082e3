"""The rules a timed round can break, each giving a violation with its size."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from routing.problem import Id, Job, Problem, Vehicle
from routing.solution import Route, Step, Violation
from routing.timing import Timed


def broken_at_door(
    problem: Problem, vehicle: Vehicle, number: int, job: Job, late: int, age: int
) -> tuple[Violation, ...]:
    """What serving this job then, from this vehicle, violates."""
    may_serve = problem.may_serve(vehicle, job)
    if may_serve and not late and (job.max_age is None or age <= job.max_age):
        return ()
    found: list[tuple[str, int]] = []
    if late:
        found.append(("delay", late))
    if job.max_age is not None and age > job.max_age:
        found.append(("age", age - job.max_age))
    if not job.skills <= vehicle.skills:
        found.append(("skills", len(job.skills - vehicle.skills)))
    elif not may_serve:
        found.append(("vehicle_forbidden", 1))
    return tuple(
        Violation(cause=cause, size=size, job=job.id, vehicle=vehicle.id, round=number)
        for cause, size in found
    )


def broken_by_round(vehicle: Vehicle, route: Route, jobs: int) -> list[Violation]:
    """What the round as a whole violates: load, limits, shift, number of rounds."""
    sizes = [
        ("load", load - most, f"kind {kind}")
        for kind, (load, most) in enumerate(
            zip(route.load, vehicle.capacity, strict=True)
        )
    ]
    if vehicle.max_jobs is not None:
        sizes.append(("max_tasks", jobs - vehicle.max_jobs, ""))
    if vehicle.max_travel is not None:
        sizes.append(("max_travel_time", route.travel - vehicle.max_travel, ""))
    sizes.append(("shift", route.ends - vehicle.shift.closes, ""))
    sizes.append(("max_rounds", route.round - vehicle.max_rounds, ""))
    return [
        Violation(
            cause=cause, size=over, vehicle=vehicle.id, round=route.round, detail=detail
        )
        for cause, over, detail in sizes
        if over > 0
    ]


def with_work_limit(vehicle: Vehicle, routes: list[Route]) -> list[Route]:
    """Put work beyond the limit, summed over the rounds, on the last of them."""
    if vehicle.max_work is None:
        return routes
    worked = sum(route.ends - route.departs for route in routes)
    over = worked + vehicle.reload * (len(routes) - 1) - vehicle.max_work
    if over <= 0:
        return routes
    last = routes[-1]
    broken = Violation(
        cause="work_time", size=over, vehicle=vehicle.id, round=last.round
    )
    return [*routes[:-1], with_violations(last, [broken])]


def with_violations(route: Route, found: Sequence[Violation]) -> Route:
    return replace(route, violations=(*route.violations, *found))


def mark_twice(route: Route, planned: Counter[Id]) -> Route:
    """Mark every visit to a job that is planned more than once."""
    found = [
        Violation(cause="twice", size=planned[job] - 1, job=job, vehicle=route.vehicle)
        for job in route.jobs
        if planned[job] > 1
    ]
    return with_violations(route, found) if found else route


def break_step(
    vehicle: Vehicle, number: int, timed: Timed, load: tuple[int, ...] = ()
) -> Step:
    """A rest; beginning after its last window counts as a missing break."""
    rest = timed.visit.task
    late = Violation(
        cause="missing_break",
        size=timed.late,
        vehicle=vehicle.id,
        round=number,
        detail=f"break {rest.id}",
    )
    return Step(
        type="break",
        id=rest.id,
        arrival=timed.arrival,
        waiting=timed.waiting,
        service=rest.service,
        load=load,
        violations=(late,) if timed.late else (),
    )
