"""Two levels: vehicles that give out what another vehicle brings to their start.

A van takes crates from the kitchen to points; walkers and bikes go from the points to
the doors. The crate is a job, the walker is `supplied_by` it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from routing.problem import Id, Problem, Vehicle
from routing.solution import Violation

NOT_BROUGHT = "nobody brings it"
Loads = Mapping[Id, Sequence[tuple[int, ...]]]


class Supply(NamedTuple):
    """When the supplying round left, and when the supply has been handed over."""

    left: int
    ready: int


def by_level(problem: Problem) -> list[Vehicle]:
    """Suppliers before those they supply, otherwise as given."""
    return sorted(problem.vehicles, key=lambda v: v.supplied_by is not None)


def broken_stock(problem: Problem, loads: Loads) -> dict[Id, list[Violation]]:
    """By vehicle, the last of those who together give out more than was brought."""
    found: dict[Id, list[Violation]] = {}
    for crate, over in over_stock(problem, loads).items():
        mine = [v.id for v in problem.vehicles if v.supplied_by == crate]
        last = next(vehicle for vehicle in reversed(mine) if loads[vehicle])
        found.setdefault(last, []).extend(
            Violation(
                cause="supply",
                size=size,
                vehicle=last,
                job=crate,
                detail=f"kind {kind}",
            )
            for kind, size in enumerate(over)
            if size > 0
        )
    return found


def over_stock(problem: Problem, loads: Loads) -> dict[Id, tuple[int, ...]]:
    """For each supply given out too often, by how much in each kind; `loads` are those
    of every round, by vehicle."""
    given: dict[Id, list[tuple[int, ...]]] = {}
    for vehicle in problem.vehicles:
        if vehicle.supplied_by is not None:
            given.setdefault(vehicle.supplied_by, []).extend(loads.get(vehicle.id, ()))
    found: dict[Id, tuple[int, ...]] = {}
    for job in problem.crates:
        taken = given.get(job.id)
        if not taken or not job.delivery:
            continue
        over = tuple(
            sum(load[kind] for load in taken) - amount
            for kind, amount in enumerate(job.delivery)
        )
        if max(over) > 0:
            found[job.id] = over
    return found
