"""Two levels: vehicles that give out what another vehicle brings to their start.

A van takes crates from the kitchen to points; walkers and bikes go from the points to
the doors. The crate is a job, the walker is `supplied_by` it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from routing.problem import Id, Problem, Vehicle
from routing.solution import Route, Violation

NOT_BROUGHT = "nobody brings it"


@dataclass(frozen=True, slots=True)
class Supply:
    """When the supplying round left, and when the supply has been handed over."""

    left: int
    ready: int


def by_level(problem: Problem) -> list[Vehicle]:
    """Suppliers before those they supply, otherwise as given."""
    return sorted(problem.vehicles, key=lambda v: v.supplied_by is not None)


def supplies_of(problem: Problem, routes: Sequence[Route]) -> dict[Id, Supply]:
    """What the rounds bring to the starts of other vehicles."""
    wanted = problem.supplying
    return {
        step.id: Supply(route.departs, step.departure)
        for route in routes
        for step in route.steps
        if step.type == "job" and step.id in wanted
    }


def not_supplied(route: Route) -> Violation:
    return Violation(
        cause="supply",
        size=1,
        vehicle=route.vehicle,
        round=route.round,
        detail=NOT_BROUGHT,
    )


def with_stock_limits(problem: Problem, routes: dict[Id, list[Route]]) -> None:
    """Mark the last round of those who together give out more than was brought."""
    for crate, over in over_stock(problem, routes).items():
        mine = [v.id for v in problem.vehicles if v.supplied_by == crate]
        last = next(vehicle for vehicle in reversed(mine) if routes[vehicle])
        found = [
            Violation(
                cause="supply",
                size=size,
                vehicle=last,
                job=crate,
                detail=f"kind {kind}",
            )
            for kind, size in enumerate(over)
            if size > 0
        ]
        route = routes[last][-1]
        routes[last][-1] = replace(route, violations=(*route.violations, *found))


def over_stock(
    problem: Problem, routes: dict[Id, list[Route]]
) -> dict[Id, tuple[int, ...]]:
    """For each supply given out too often, by how much in each kind."""
    found: dict[Id, tuple[int, ...]] = {}
    supplying = problem.supplying
    for job in problem.jobs:
        if job.id not in supplying or not job.delivery:
            continue
        taken = [
            route.load
            for vehicle in problem.vehicles
            if vehicle.supplied_by == job.id
            for route in routes.get(vehicle.id, ())
        ]
        over = tuple(
            sum(load[kind] for load in taken) - amount
            for kind, amount in enumerate(job.delivery)
        )
        if max(over) > 0:
            found[job.id] = over
    return found
