"""Why a job is left out, and the cheapest change that would let it in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from routing.distances import Travel
from routing.problem import Id, Job, Problem, Vehicle
from routing.schedule import Scheduler
from routing.solution import Route, Solution, Unassigned, all_violations

_REASON = {
    "load": "too_big",
    "age": "too_far_to_stay_hot",
    "delay": "window_missed",
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that would let the job be served; `size` in the change's own unit."""

    change: str
    job: Id
    vehicle: Id | None
    size: int
    detail: str


def reasons(
    problem: Problem, solution: Solution, travel: Travel
) -> tuple[Unassigned, ...]:
    """The unassigned jobs of the solution, each with its first binding reason."""
    jobs = {job.id: job for job in problem.jobs}
    scheduler = Scheduler(problem, travel)
    return tuple(
        replace(left, reason=_reason(scheduler, jobs[left.job]))
        for left in solution.unassigned
    )


def _reason(scheduler: Scheduler, job: Job) -> str:
    """What stops the job even alone in an empty vehicle, else `no_room`."""
    problem = scheduler.problem
    able = [v for v in problem.vehicles if problem.may_serve(v, job)]
    if not able:
        return "no_vehicle_allowed"
    trips = [_alone(scheduler, vehicle, job) for vehicle in able]
    broken = [all_violations([trip]) for trip in trips]
    if not all(broken):
        return "no_room"
    easiest = min(broken, key=lambda found: (len(found), sum(v.size for v in found)))
    return _REASON.get(easiest[0].cause, "outside_shift")


def _alone(scheduler: Scheduler, vehicle: Vehicle, job: Job) -> Route:
    return scheduler.vehicle_routes(vehicle, [[job.id]])[0]


def explain(
    problem: Problem, solution: Solution, travel: Travel | None = None
) -> dict[Id, Sequence[Remedy]]:
    """For each unassigned job, remedies, cheapest first in the order listed.

    Every remedy is computed on the plan as it stands: the single rule that would
    have to give way, and by how much, if the job were put in its best place.
    """
    travel = travel or Travel(problem)
    scheduler = Scheduler(problem, travel)
    jobs = {job.id: job for job in problem.jobs}
    return {
        left.job: _remedies(scheduler, solution, jobs[left.job])
        for left in solution.unassigned
    }


def _remedies(scheduler: Scheduler, solution: Solution, job: Job) -> list[Remedy]:
    """The smallest excess for each single rule, over every place in every round."""
    best: dict[str, Remedy] = {}
    for vehicle in scheduler.problem.vehicles:
        orders = [list(r.jobs) for r in solution.routes if r.vehicle == vehicle.id]
        for tried in insertions(orders, job.id):
            broken = all_violations(scheduler.vehicle_routes(vehicle, tried))
            causes = {violation.cause for violation in broken}
            if len(causes) != 1:
                continue
            size = max(violation.size for violation in broken)
            cause = causes.pop()
            if cause not in best or size < best[cause].size:
                names = ", ".join(sorted(str(v.job) for v in broken if v.job))
                best[cause] = Remedy(cause, job.id, vehicle.id, size, names)
    return sorted(best.values(), key=lambda remedy: remedy.size)


def insertions(orders: Sequence[Sequence[Id]], job: Id) -> list[list[list[Id]]]:
    """The vehicle's rounds with the job at every place, or as a round of its own."""
    tried = [[*map(list, orders), [job]]]
    for number, order in enumerate(orders):
        for place in range(len(order) + 1):
            longer = [*order[:place], job, *order[place:]]
            tried.append(
                [*map(list, orders[:number]), longer, *map(list, orders[number + 1 :])]
            )
    return tried
