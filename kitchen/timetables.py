"""The rounds' words: orders of doors, proposals, clocks and what is wrong with them.

Pure values, on both sides of the solver but in the kitchen's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kitchen.stops import Key

HARD = frozenset(
    {
        "missing",
        "twice",
        "unknown",
        "load",
        "vehicle_forbidden",
        "supply",
        "skills",
        "max_rounds",
        "max_tasks",
        "wrong_time",
        "wrong_load",
        "wrong_summary",
    }
)
"""Causes that no override allows. Everything else (late, too old, overtime) needs
somebody's name and reason."""


@dataclass(frozen=True)
class Order:
    """One round as an order of doors. `driver_id` None: nobody yet."""

    number: int
    driver_id: int | None
    keys: tuple[Key, ...]
    locked: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a solver (or the fallback) offers for a day, in the kitchen's words."""

    orders: tuple[Order, ...]
    why: Mapping[Key, str]  # unplaced → reason code
    engine: str
    pinned: frozenset[Key] = frozenset()  # doors that stay with their driver
    fallback: bool = False
    distances: str = "straight_line"


@dataclass(frozen=True)
class Opinion:
    """What the routing authority says of a plan, bound to the order it was asked of.

    `verdict`: confirmed | refused | no_answer; `why` says how an answer got lost.
    """

    verdict: str
    digest: str
    why: str = ""


@dataclass(frozen=True)
class Fault:
    """Something a round breaks. `size`: seconds, portions or rounds by `code`."""

    code: str
    size: int = 0


@dataclass(frozen=True)
class Span:
    """A piece of a driver's time. kind: drive | service | wait"""

    kind: str
    starts_at: datetime
    ends_at: datetime

    @property
    def seconds(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds())


@dataclass(frozen=True)
class TimedStop:
    """When a door is reached, how long the food is on its way by then, and what is
    wrong with that."""

    key: Key
    arrival_at: datetime
    faults: tuple[Fault, ...] = ()
    age_seconds: int = 0


@dataclass(frozen=True)
class TimedRound:
    """A round with its clock."""

    number: int
    depart_at: datetime | None = None
    back_at: datetime | None = None
    metres: int = 0
    portions: int = 0
    stops: tuple[TimedStop, ...] = ()
    faults: tuple[Fault, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def seconds(self) -> int:
        """From leaving the kitchen until back."""
        if self.depart_at is None or self.back_at is None:
            return 0
        return int((self.back_at - self.depart_at).total_seconds())

    @property
    def late(self) -> int:
        """Doors reached after the meal's end."""
        return sum(any(f.code == "delay" for f in s.faults) for s in self.stops)


@dataclass(frozen=True)
class Timetable:
    """All rounds of a day with their clocks, and what the checker says."""

    rounds: Mapping[int, TimedRound]
    faults: tuple[Fault, ...] = field(default=())  # of the checker, whole plan

    @property
    def hard(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.code in HARD)

    @property
    def soft(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.code not in HARD)
