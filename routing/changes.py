"""What can happen to a planned morning, as a change of the problem."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from routing.faults import InvalidInput
from routing.problem import Id, Job, Problem, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Jobs added late, jobs cancelled, vehicles missing, roads slower.

    `slower_percent` is the time all travel takes, in percent of before: 130 means a
    third more.
    """

    added: tuple[Job, ...] = ()
    cancelled: tuple[Id, ...] = ()
    missing: tuple[Id, ...] = ()
    slower_percent: int = 100

    def __post_init__(self) -> None:
        if self.slower_percent < 1:
            raise InvalidInput(
                [f"slower_percent: must be at least 1, got {self.slower_percent}"]
            )


def changed(problem: Problem, change: Change) -> Problem:
    """The problem after the change.

    Raises
    ------
    InvalidInput
        When the change names jobs or vehicles that do not exist, or leaves none.
    """
    _refuse_unknown(problem, change)
    vehicles = tuple(
        _slowed(vehicle, change.slower_percent)
        for vehicle in problem.vehicles
        if vehicle.id not in change.missing
    )
    jobs = (*problem.jobs, *change.added)
    return replace(
        problem,
        jobs=tuple(
            without_vehicles(job, change.missing)
            for job in jobs
            if job.id not in change.cancelled
        ),
        vehicles=vehicles,
    )


def without_vehicles(job: Job, missing: Collection[Id]) -> Job:
    """The job without mention of vehicles that are not there."""
    gone = frozenset(missing)
    preferred = None if job.preferred_vehicle in gone else job.preferred_vehicle
    allowed = job.allowed_vehicles
    return replace(
        job,
        allowed_vehicles=None if allowed is None else allowed - gone,
        forbidden_vehicles=job.forbidden_vehicles - gone,
        preferred_vehicle=preferred,
    )


def _slowed(vehicle: Vehicle, percent: int) -> Vehicle:
    if percent == 100:
        return vehicle
    return replace(
        vehicle, speed_percent=max(1, vehicle.speed_percent * 100 // percent)
    )


def _refuse_unknown(problem: Problem, change: Change) -> None:
    jobs = {job.id for job in problem.jobs}
    vehicles = {vehicle.id for vehicle in problem.vehicles}
    faults = [
        f"cancelled: no job {job!r}" for job in change.cancelled if job not in jobs
    ]
    faults += [
        f"missing: no vehicle {vehicle!r}"
        for vehicle in change.missing
        if vehicle not in vehicles
    ]
    if faults:
        raise InvalidInput(faults)
