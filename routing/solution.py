"""The answer: rounds with times, what was left out and why, what is violated.

Seconds, metres and amounts are whole numbers on the problem's clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from routing.problem import Id


@dataclass(frozen=True, slots=True)
class Round:
    """An order of jobs for a vehicle; its rounds follow each other as listed.

    A locked round stays as it is when a search begins from it: nobody leaves, nobody
    joins.
    """

    vehicle: Id
    jobs: tuple[Id, ...]
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A broken rule with its size.

    cause: `delay` (seconds late), `age` (seconds too old), `load` (amount over),
    `supply` (seconds too early, or amount over), `max_tasks`, `max_travel_time`,
    `work_time`, `shift` (seconds outside),
    `vehicle_forbidden`, `skills`, `missing_break`, and from the checker also
    `missing`, `twice`, `unknown`, `max_rounds`, `wrong_time`, `wrong_way`,
    `wrong_load`, `wrong_summary`.
    """

    cause: str
    size: int = 0
    job: Id | None = None
    vehicle: Id | None = None
    round: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a round: `start`, `job`, `break` or `end`.

    The clock runs arrival + setup + waiting = begin, begin + service = departure.
    `load` is what is aboard after the step; `age` is begin minus leaving the kitchen.
    """

    type: str
    id: Id | None = None
    arrival: int = 0
    setup: int = 0
    waiting: int = 0
    service: int = 0
    load: tuple[int, ...] = ()
    age: int = 0
    travel: int = 0
    distance: int = 0
    violations: tuple[Violation, ...] = ()

    @property
    def begin(self) -> int:
        return self.arrival + self.setup + self.waiting

    @property
    def departure(self) -> int:
        return self.begin + self.service


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One round of one vehicle; `round` counts from 1."""

    vehicle: Id
    round: int
    steps: tuple[Step, ...]
    cost: int = 0
    travel: int = 0
    service: int = 0
    setup: int = 0
    waiting: int = 0
    distance: int = 0
    max_age: int = 0
    load: tuple[int, ...] = ()
    violations: tuple[Violation, ...] = ()

    @property
    def jobs(self) -> tuple[Id, ...]:
        return tuple(
            step.id for step in self.steps if step.type == "job" and step.id is not None
        )

    @property
    def departs(self) -> int:
        """When the round leaves its start."""
        return next(step for step in self.steps if step.type == "start").departure

    @property
    def ends(self) -> int:
        """When the round is back, or done with its last door."""
        return next(step for step in self.steps if step.type == "end").arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A job nobody visits, with the first binding reason and all of them.

    reason, reasons: `no_vehicle_allowed`, `too_big`, `too_far_to_stay_hot`,
    `window_missed`, `outside_shift`, `no_time_to_rest` (no place is left for a break),
    `not_supplied`, `no_room` (possible alone, but not beside the others) or
    `not_planned` (the given rounds do not name it).
    """

    job: Id
    reason: str
    detail: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Totals over all rounds; cost is in travel seconds by the problem's weights."""

    cost: int = 0
    routes: int = 0
    vehicles: int = 0
    unassigned: int = 0
    travel: int = 0
    service: int = 0
    setup: int = 0
    waiting: int = 0
    distance: int = 0
    max_age: int = 0
    changed_vehicle: int = 0
    uneven: int = 0
    violations: int = 0


# How the note begins of a search that ended before its time.
SETTLED = "settled: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Rounds, the unassigned, totals and how they were found."""

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...] = ()
    summary: Summary = Summary()
    engine: str = "schedule"
    notes: tuple[str, ...] = ()

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The bare orders, ready to be edited and scheduled again."""
        return tuple(Round(route.vehicle, route.jobs) for route in self.routes)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Everything violated, stops first within each round."""
        return all_violations(self.routes)

    @property
    def is_feasible(self) -> bool:
        return not self.violations

    @property
    def has_settled(self) -> bool:
        """Whether the search ended early, because nothing better came any more."""
        return any(note.startswith(SETTLED) for note in self.notes)

    def found_by(self, engine: str, *notes: str) -> "Solution":
        return replace(self, engine=engine, notes=self.notes + notes)


def all_violations(routes: Iterable[Route]) -> tuple[Violation, ...]:
    """Everything violated, stops before rounds."""
    found: list[Violation] = []
    for route in routes:
        for step in route.steps:
            found.extend(step.violations)
        found.extend(route.violations)
    return tuple(found)
