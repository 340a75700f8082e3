"""Doors of one stairwell as one stop, in the order a person walks them.

Jobs at the same building with the same windows and restrictions become one job; its
hot limit and windows are tightened so that everybody behind the first door is still on
time. The walking order is by entrance, then from the highest floor down, by lift or by
stairs: up once with everything, lighter with each floor down. Solutions are expanded
again job by job.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from routing.problem import Id, Job, Problem, TimeWindow
from routing.solution import Round


@dataclass(frozen=True, slots=True)
class Door:
    """Where inside the building a job's door is."""

    entrance: str = ""
    floor: int = 1


@dataclass(frozen=True, slots=True)
class Grouped:
    """The smaller problem, and for each of its jobs the original ones in order."""

    problem: Problem
    members: Mapping[Id, tuple[Id, ...]] = field(default_factory=dict)

    def expand(self, rounds: Iterable[Round]) -> tuple[Round, ...]:
        """Rounds of the grouped problem as rounds of the original one."""
        return tuple(
            Round(r.vehicle, tuple(m for job in r.jobs for m in self.members[job]))
            for r in rounds
        )

    def shrink(self, rounds: Iterable[Round]) -> tuple[Round, ...]:
        """Rounds of the original problem as rounds of the grouped one.

        A group whose members are spread goes where its first member is.
        """
        leader = {m: job for job, group in self.members.items() for m in group}
        seen: set[Id] = set()
        shrunk = []
        for r in rounds:
            order: list[Id] = []
            for job in r.jobs:
                group = leader.get(job)
                if group is not None and group not in seen:
                    seen.add(group)
                    order.append(group)
            shrunk.append(Round(r.vehicle, tuple(order)))
        return tuple(shrunk)


def group(
    problem: Problem,
    doors: Mapping[Id, Door] | None = None,
    most: int = 6,
    apart: Iterable[Id] = (),
) -> Grouped:
    """The problem with doors grouped, at most `most` together.

    No group is formed where a vehicle counts its stops, nor larger than half of the
    smallest capacity; jobs in `apart` stay alone. A group carries the id of its first
    member.
    """
    doors = doors or {}
    alone = set(apart)
    counts = any(vehicle.max_jobs is not None for vehicle in problem.vehicles)
    buckets: dict[object, list[Job]] = {}
    for job in problem.jobs:
        key = ("alone", job.id) if counts or job.id in alone else _alike(job, doors)
        buckets.setdefault(key, []).append(job)
    jobs: list[Job] = []
    members: dict[Id, tuple[Id, ...]] = {}
    for bucket in buckets.values():
        ordered = walking_order(bucket, doors)
        for part in _parts(problem, ordered, most):
            jobs.append(_merged(problem, part))
            members[part[0].id] = tuple(job.id for job in part)
    return Grouped(replace(problem, jobs=tuple(jobs)), members)


def walking_order(jobs: Sequence[Job], doors: Mapping[Id, Door]) -> list[Job]:
    """Entrance by entrance, 2 before 10, in each from the highest floor down."""

    def place(job: Job) -> tuple[list[tuple[bool, int, str]], int]:
        door = doors.get(job.id, Door())
        parts = re.findall(r"[0-9]+|[^0-9]+", door.entrance)
        counted = [(p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in parts]
        return counted, -door.floor

    return sorted(jobs, key=place)


def _alike(job: Job, doors: Mapping[Id, Door]) -> object:
    """What jobs must share to be visited as one stop."""
    return (
        job.building,
        job.location,
        doors.get(job.id, Door()).entrance,
        job.setup,
        job.windows if len(job.windows) < 2 else job.id,
        job.skills,
        job.allowed_vehicles,
        job.forbidden_vehicles,
        job.preferred_vehicle,
    )


def _parts(problem: Problem, jobs: Sequence[Job], most: int) -> list[list[Job]]:
    """Cut a stairwell into groups that any vehicle can take and that stay hot."""
    parts: list[list[Job]] = []
    for job in jobs:
        if parts and len(parts[-1]) < most and _fits(problem, [*parts[-1], job]):
            parts[-1].append(job)
        else:
            parts.append([job])
    return parts


def _fits(problem: Problem, part: Sequence[Job]) -> bool:
    kinds = len(problem.vehicles[0].capacity)
    for kind in range(kinds):
        least = min(vehicle.capacity[kind] for vehicle in problem.vehicles)
        if 2 * sum(job.delivery[kind] for job in part if job.delivery) > least:
            return False
    age, window = _limits(part)
    if age is not None and age < (part[0].max_age or age) // 2:
        return False
    opens_late = (
        window is not None
        and window.closes - window.opens
        < (part[0].windows[0].closes - part[0].windows[0].opens) // 2
    )
    return not opens_late


def _limits(part: Sequence[Job]) -> tuple[int | None, TimeWindow | None]:
    """Hot limit and window of the first door that keep everybody behind it in time."""
    age: int | None = None
    closes: int | None = None
    passed = 0
    for job in part:
        if job.max_age is not None:
            mine = job.max_age - passed
            age = mine if age is None else min(age, mine)
        if job.windows:
            mine = job.windows[0].closes - passed
            closes = mine if closes is None else min(closes, mine)
        passed += job.service
    if closes is None:
        return age, None
    opens = part[0].windows[0].opens
    return age, TimeWindow(opens, max(opens, closes))


def _merged(problem: Problem, part: Sequence[Job]) -> Job:
    first = part[0]
    if len(part) == 1:
        return first
    age, window = _limits(part)
    return replace(
        first,
        service=sum(job.service for job in part),
        delivery=_total(part),
        windows=first.windows if window is None else (window,),
        max_age=age,
        priority=max(job.priority for job in part),
        unserved_cost=sum(problem.unserved_cost(job) for job in part),
    )


def _total(part: Sequence[Job]) -> tuple[int, ...]:
    kinds = max(len(job.delivery) for job in part)
    return tuple(
        sum(job.delivery[kind] for job in part if job.delivery) for kind in range(kinds)
    )
