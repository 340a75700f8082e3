"""An independent judge of a solution: recounts everything from the problem.

Shares only the data types and the travel table with the rest; it neither schedules
nor searches. It reads the times the solution states and lists every fault, so that
nothing wrong is published whatever made it.
"""

from collections import Counter
from collections.abc import Iterator

from routing.distances import Travel
from routing.problem import Break, Id, Job, Problem, Vehicle
from routing.solution import Route, Solution, Step, Violation


def check(
    problem: Problem, solution: Solution, travel: Travel | None = None
) -> list[Violation]:
    """Every fault of the solution; an empty list means it may be published."""
    return list(_faults(problem, solution, travel or Travel(problem)))


def _faults(
    problem: Problem, solution: Solution, travel: Travel
) -> Iterator[Violation]:
    yield from _presence(problem, solution)
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    for vehicle_id, routes in _by_vehicle(solution).items():
        vehicle = vehicles.get(vehicle_id)
        if vehicle is None:
            yield Violation(cause="unknown", vehicle=vehicle_id, detail="vehicle")
            continue
        yield from _vehicle_faults(problem, vehicle, routes, travel)
    yield from _summary_faults(solution)


def _presence(problem: Problem, solution: Solution) -> Iterator[Violation]:
    """Each job exactly once: in one round or among the unassigned."""
    named: Counter[Id] = Counter(
        step.id
        for route in solution.routes
        for step in route.steps
        if step.type == "job" and step.id is not None
    )
    named.update(left.job for left in solution.unassigned)
    known = {job.id for job in problem.jobs}
    for job in problem.jobs:
        if named[job.id] == 0:
            yield Violation(cause="missing", job=job.id)
        elif named[job.id] > 1:
            yield Violation(cause="twice", job=job.id, size=named[job.id] - 1)
    for unknown in named.keys() - known:
        yield Violation(cause="unknown", job=unknown, detail="job")


def _by_vehicle(solution: Solution) -> dict[Id, list[Route]]:
    routes: dict[Id, list[Route]] = {}
    for route in solution.routes:
        routes.setdefault(route.vehicle, []).append(route)
    return routes


def _vehicle_faults(
    problem: Problem, vehicle: Vehicle, routes: list[Route], travel: Travel
) -> Iterator[Violation]:
    jobs = {job.id: job for job in problem.jobs}
    free, worked = vehicle.shift.opens, 0
    for number, route in enumerate(routes, start=1):
        kinds = [step.type for step in route.steps]
        if kinds.count("start") != 1 or kinds.count("end") != 1:
            yield _fault("wrong_time", route, detail="needs one start and one end")
            return
        if route.round != number:
            yield _fault("wrong_time", route, detail=f"is round {number}")
        visits = [
            (step, jobs[step.id])
            for step in route.steps
            if step.type == "job" and step.id in jobs
        ]
        yield from _clock_faults(vehicle, route, free)
        yield from _way_faults(vehicle, route, jobs, travel, number == len(routes))
        yield from _load_faults(vehicle, route, visits)
        for step, job in visits:
            yield from _door_faults(vehicle, route, step, job)
        yield from _limit_faults(vehicle, route, len(visits))
        worked += route.ends - route.departs + (vehicle.reload if number > 1 else 0)
        free = max(route.ends + vehicle.reload, route.steps[-1].departure)
    if len(routes) > vehicle.max_rounds:
        over = len(routes) - vehicle.max_rounds
        yield _fault("max_rounds", routes[-1], size=over)
    if vehicle.max_work is not None and worked > vehicle.max_work:
        yield _fault("work_time", routes[-1], size=worked - vehicle.max_work)
    yield from _break_faults(vehicle, routes)


def _clock_faults(vehicle: Vehicle, route: Route, free: int) -> Iterator[Violation]:
    """Nothing starts before the vehicle is free, nor ends after the shift."""
    if min(step.arrival for step in route.steps) < free:
        first = min(step.arrival for step in route.steps)
        cause = "shift" if route.round == 1 else "wrong_time"
        yield _fault(cause, route, size=free - first, detail="leaves too early")
    if route.ends > vehicle.shift.closes:
        yield _fault("shift", route, size=route.ends - vehicle.shift.closes)


def _way_faults(
    vehicle: Vehicle, route: Route, jobs: dict[Id, Job], travel: Travel, last: bool
) -> Iterator[Violation]:
    """Each step arrives when the one before and the way between them say."""
    place = vehicle.start
    building: object = None
    clock: int | None = None
    for step in route.steps:
        way, setup = 0, 0
        job = jobs.get(step.id) if step.type == "job" and step.id is not None else None
        if job is not None:
            way = travel.seconds(vehicle, place, job.location)
            setup = 0 if job.building == building else job.setup
            place, building = job.location, job.building
            if step.service != job.service:
                yield _fault("wrong_time", route, step, detail="service")
        elif step.type == "end":
            way = travel.seconds(vehicle, place, vehicle.end if last else vehicle.start)
        elif step.type == "start" and clock is not None and step.arrival >= clock:
            clock = step.arrival  # free departure: leaving later than ready is fine
        if clock is not None and step.arrival != clock + way:
            yield _fault(
                "wrong_time", route, step, size=abs(step.arrival - clock - way)
            )
        if step.setup != setup or step.waiting < 0:
            yield _fault("wrong_time", route, step, detail="setup or waiting")
        if step.travel != way:
            yield _fault("wrong_time", route, step, detail="travel")
        clock = step.arrival + step.setup + step.waiting + step.service


def _door_faults(
    vehicle: Vehicle, route: Route, step: Step, job: Job
) -> Iterator[Violation]:
    begin = step.arrival + step.setup + step.waiting
    windows = job.windows
    if windows and not any(w.opens <= begin <= w.closes for w in windows):
        missed = min(
            max(window.opens - begin, begin - window.closes) for window in windows
        )
        cause = "delay" if begin > windows[-1].closes else "lead_time"
        yield _fault(cause, route, step, size=missed)
    age = begin - route.departs
    if step.age != age:
        yield _fault("wrong_time", route, step, detail="age")
    if job.max_age is not None and age > job.max_age:
        yield _fault("age", route, step, size=age - job.max_age)
    if not job.skills <= vehicle.skills:
        yield _fault("skills", route, step, size=len(job.skills - vehicle.skills))
    allowed = job.allowed_vehicles
    if vehicle.id in job.forbidden_vehicles or (
        allowed is not None and vehicle.id not in allowed
    ):
        yield _fault("vehicle_forbidden", route, step, size=1)


def _load_faults(
    vehicle: Vehicle, route: Route, visits: list[tuple[Step, Job]]
) -> Iterator[Violation]:
    """What is aboard never exceeds capacity and shrinks by what is delivered."""
    for kind, capacity in enumerate(vehicle.capacity):
        aboard = sum(job.delivery[kind] for _, job in visits if job.delivery)
        if aboard > capacity:
            yield _fault("load", route, size=aboard - capacity, detail=f"kind {kind}")
        for step, job in visits:
            aboard -= job.delivery[kind] if job.delivery else 0
            if len(step.load) <= kind or step.load[kind] != aboard:
                yield _fault("wrong_load", route, step, detail=f"kind {kind}")


def _limit_faults(vehicle: Vehicle, route: Route, jobs: int) -> Iterator[Violation]:
    if vehicle.max_jobs is not None and jobs > vehicle.max_jobs:
        yield _fault("max_tasks", route, size=jobs - vehicle.max_jobs)
    travel = sum(step.travel for step in route.steps)
    if vehicle.max_travel is not None and travel > vehicle.max_travel:
        yield _fault("max_travel_time", route, size=travel - vehicle.max_travel)


def _break_faults(vehicle: Vehicle, routes: list[Route]) -> Iterator[Violation]:
    taken = {
        step.id: step
        for route in routes
        for step in route.steps
        if step.type == "break"
    }
    for rest in vehicle.breaks:
        step = taken.get(rest.id)
        if step is None or not _is_rest(step, rest):
            yield _fault("missing_break", routes[-1], detail=f"break {rest.id}")


def _is_rest(step: Step, rest: Break) -> bool:
    begin = step.arrival + step.waiting
    return step.service >= rest.service and any(
        window.opens <= begin <= window.closes for window in rest.windows
    )


def _summary_faults(solution: Solution) -> Iterator[Violation]:
    """The totals a reader believes equal what the rounds say."""
    summary = solution.summary
    counted = {
        "routes": len(solution.routes),
        "unassigned": len(solution.unassigned),
        "travel": sum(s.travel for r in solution.routes for s in r.steps),
        "max_age": max((s.age for r in solution.routes for s in r.steps), default=0),
    }
    for name, value in counted.items():
        if getattr(summary, name) != value:
            yield Violation(cause="wrong_summary", detail=f"{name} is {value}")


def _fault(
    cause: str, route: Route, step: Step | None = None, size: int = 0, detail: str = ""
) -> Violation:
    job = step.id if step is not None and step.type == "job" else None
    return Violation(
        cause=cause,
        size=size,
        job=job,
        vehicle=route.vehicle,
        round=route.round,
        detail=detail,
    )
