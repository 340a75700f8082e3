"""Why a job is in its round: what the best other vehicle would cost more."""

from dataclasses import dataclass

from routing.distances import Travel
from routing.prices import Prices
from routing.problem import Id, Job, Problem
from routing.solution import Solution


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
