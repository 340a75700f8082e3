"""Why a job is left out or late, and the cheapest changes that would help.

Every remedy is proved before it is offered: the change is applied to the problem, the
job put at its place, and everything re-timed without a violation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from routing.distances import Travel
from routing.prices import Place, Prices
from routing.problem import Id, Job, Problem, Vehicle
from routing.remedy import Remedy, remedied_rounds, with_remedy
from routing.schedule import Scheduler, schedule
from routing.solution import (
    Round,
    Route,
    Solution,
    Unassigned,
    Violation,
    all_violations,
)
from routing.supply import NOT_BROUGHT

_REASON = {
    "load": "too_big",
    "age": "too_far_to_stay_hot",
    "delay": "window_missed",
    "supply": "not_supplied",
    "missing_break": "no_time_to_rest",
    "vehicle_forbidden": "no_vehicle_allowed",
    "skills": "no_vehicle_allowed",
}

# Where no single rule is enough, so many kinds of ways out are tried in steps, of so
# many steps each.
MOST_WAYS, MOST_STEPS = 3, 6


def reasons(
    problem: Problem, solution: Solution, travel: Travel
) -> tuple[Unassigned, ...]:
    """The unassigned jobs of the solution, each with its binding reasons."""
    jobs = {job.id: job for job in problem.jobs}
    scheduler = Scheduler(problem, travel).knowing(solution.rounds)
    alike: dict[object, int] = {}
    kinds = [alike.setdefault(v.features, len(alike)) for v in problem.vehicles]
    found = [_reasons(scheduler, kinds, jobs[left.job]) for left in solution.unassigned]
    return tuple(
        replace(left, reason=mine[0], reasons=mine)
        for left, mine in zip(solution.unassigned, found, strict=True)
    )


def _reasons(scheduler: Scheduler, kinds: Sequence[int], job: Job) -> tuple[str, ...]:
    """All that stops the job even alone in the empty vehicle that comes nearest, else
    `no_room`; `kinds` are equal numbers for vehicles alike, of which one is asked."""
    problem = scheduler.problem
    every = list(zip(kinds, problem.vehicles, strict=True))
    able = {kind: v for kind, v in every if problem.may_serve(v, job)}
    broken = []
    for vehicle in (able or dict(every)).values():
        found = all_violations([_alone(scheduler, vehicle, job)])
        if not found:
            return ("no_room",)
        broken.append(found)
    easiest = min(broken, key=lambda found: (len(found), sum(v.size for v in found)))
    names = [_REASON.get(v.cause, "outside_shift") for v in easiest]
    names.sort(key=lambda name: name != "no_vehicle_allowed")
    return tuple(dict.fromkeys(names))


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
    have its faults already; for a late stop also a place where nothing has to give.
    Where no single rule is enough, the fewest steps that together are."""
    best: dict[str, Remedy] = {}
    for found in [
        *_single_rules(problem, rounds, job, travel, is_late),
        *_another_vehicle(problem, rounds, job, travel),
    ]:
        known = best.get(found.change)
        if known is None or found.size < known.size:
            best[found.change] = found
    proved = [r for r in best.values() if _holds(problem, rounds, r)]
    proved = proved or _several_rules(problem, rounds, job, travel)
    return sorted(proved, key=lambda remedy: (remedy.size, remedy.change))


def _single_rules(
    problem: Problem,
    rounds: Sequence[Round],
    job: Job,
    travel: Travel,
    is_late: bool,
) -> Iterator[Remedy]:
    """Every place where exactly one rule would have to give way, and by how much."""
    for vehicle, place, broken, cost in _places(problem, rounds, job, travel):
        if broken and len({violation.cause for violation in broken}) == 1:
            if broken[0].detail != NOT_BROUGHT:
                yield _remedy(problem, job, vehicle, place, broken)
        elif is_late and not broken:
            yield Remedy("free_place", job.id, vehicle.id, cost, 0, (), place)


def _places(
    problem: Problem, rounds: Sequence[Round], job: Job, travel: Travel
) -> Iterator[tuple[Vehicle, Place, list[Violation], int]]:
    """Every place, what it costs and what it breaks that is not broken already."""
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
            yield vehicle, place, _worse(price.violations, before), price.cost


def _several_rules(
    problem: Problem, rounds: Sequence[Round], job: Job, travel: Travel
) -> list[Remedy]:
    """For each set of rules that are broken together, fewest first, the place that
    breaks least and the steps that make it good."""
    least: dict[frozenset[str], tuple[int, Vehicle, Place]] = {}
    for vehicle, place, broken, _ in _places(problem, rounds, job, travel):
        causes, size = frozenset(v.cause for v in broken), sum(v.size for v in broken)
        if causes not in least or size < least[causes][0]:
            least[causes] = size, vehicle, place
    ordered = sorted(least.items(), key=lambda found: (len(found[0]), found[1][0]))
    made = [
        _in_steps(problem, rounds, job, vehicle, place, travel)
        for _, (_, vehicle, place) in ordered[:MOST_WAYS]
    ]
    return [r for r in made if r is not None and _holds(problem, rounds, r)]


def _in_steps(
    problem: Problem,
    rounds: Sequence[Round],
    job: Job,
    vehicle: Vehicle,
    place: Place,
    travel: Travel,
) -> Remedy | None:
    """One rule after the other gives way until the job is served at the place."""
    before, relaxed = schedule(problem, rounds).violations, problem
    steps: list[Remedy] = []
    while len(steps) < MOST_STEPS:
        there = Prices(relaxed, rounds)
        plan = schedule(relaxed, there.rounds(there.inserted(job.id, place)))
        broken = _worse(plan.violations, before)
        if not broken:
            break
        step = None
        if broken[0].detail != NOT_BROUGHT:
            mine = next(v for v in relaxed.vehicles if v.id == vehicle.id)
            alike = [v for v in broken if v.cause == broken[0].cause]
            step = _remedy(relaxed, job, mine, place, alike)
        elif vehicle.supplied_by not in {j for r in rounds for j in r.jobs}:
            step = _brought(relaxed, rounds, vehicle, travel)
        if step is None:
            return None
        if step.job != job.id:
            rounds = remedied_rounds(relaxed, rounds, step)
        relaxed = with_remedy(relaxed, step)
        steps.append(step)
    own = [step for step in steps if step.job == job.id]
    others = [step for step in steps if step.job != job.id]
    if not own and others:  # all it needs is the crate
        size, crates = others[0].size, (others[0].job,)
        own = [Remedy("supply", job.id, vehicle.id, size, 0, crates, place)]
    return replace(own[0], also=(*own[1:], *others)) if own else None


def _brought(
    problem: Problem, rounds: Sequence[Round], vehicle: Vehicle, travel: Travel
) -> Remedy | None:
    """How the crate that this vehicle waits for can be brought."""
    crate = next(job for job in problem.jobs if job.id == vehicle.supplied_by)
    found = Prices(problem, rounds).best_insertion(crate.id)
    if found is not None:
        place, price = found
        return Remedy("supply", crate.id, place.vehicle, price.cost, 0, (), place)
    return next(iter(remedies(problem, rounds, crate, travel)), None)


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
    if cause == "missing_break":
        rests = [r for r in vehicle.breaks if f"break {r.id}" == broken[0].detail]
        value += rests[0].windows[-1].closes
    if cause == "supply":
        crate = next(j for j in problem.jobs if j.id == named[0])
        value += crate.delivery[_kind(broken[0])]
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


def _holds(problem: Problem, rounds: Sequence[Round], remedy: Remedy) -> bool:
    """Whether the plan with the job in it breaks no rule of the relaxed problem that
    it did not break without."""
    relaxed = with_remedy(problem, remedy)
    plan = schedule(relaxed, remedied_rounds(problem, rounds, remedy))
    return not _worse(plan.violations, schedule(problem, rounds).violations)
