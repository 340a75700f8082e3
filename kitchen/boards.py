"""The rounds board: every round with its clock, its load and what is wrong with it,
and who is waiting for a place. Everything is shown, nothing is forbidden here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from kitchen.distances import STRAIGHT_LINES, Used
from kitchen.driver_papers import UnfitDriver
from kitchen.driver_scope import Sight
from kitchen.drivers import DriverFacts
from kitchen.headcounts import SpareFacts
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import (
    Beginning,
    Plan,
    PlanFacts,
    RoundRow,
    StopRow,
    beginnings,
    differences,
    latest_plan,
    published_plan,
    stop_code,
    timed,
)
from kitchen.rounds import timetable
from kitchen.stops import Drop, Key
from kitchen.timetables import Fault, Span, TimedRound, Timetable


@dataclass(frozen=True, kw_only=True)
class BoardStop:
    """One door or point on the board. `id` 0: not in the plan yet."""

    id: int
    code: str
    position: int
    key: Key
    drop: Drop
    arrival_at: datetime | None
    faults: tuple[Fault, ...]
    locked: bool
    why: str
    age_seconds: int = 0  # of the food when it reaches the door

    @property
    def late(self) -> bool:
        return any(fault.code == "delay" for fault in self.faults)


@dataclass(frozen=True, kw_only=True)
class BoardRound:
    """One column."""

    id: int
    number: int
    driver: DriverFacts | None
    locked: bool
    depart_at: datetime | None
    last_at: datetime | None
    back_at: datetime | None
    metres: int
    doors: int
    portions: int
    stops: tuple[BoardStop, ...]
    faults: tuple[Fault, ...]
    spans: tuple[Span, ...] = ()
    begins: Beginning | None = None  # at a point, None: at the kitchen

    @property
    def food_left_at(self) -> datetime | None:
        """When its food leaves the kitchen."""
        return self.begins.left_at if self.begins else self.depart_at

    @property
    def oldest_seconds(self) -> int:
        """The food's greatest age at a door."""
        return max((stop.age_seconds for stop in self.stops), default=0)

    @property
    def late(self) -> int:
        """Stops reached too late."""
        return sum(stop.late for stop in self.stops)

    @property
    def too_old(self) -> int:
        """Stops whose food is older than the hot limit."""
        return sum(any(f.code == "age" for f in stop.faults) for stop in self.stops)

    @property
    def over(self) -> int:
        """Portions that do not fit."""
        return sum(fault.size for fault in self.faults if fault.code == "load")

    @property
    def forbidden(self) -> int:
        """Stops this driver must not serve."""
        return sum(
            any(f.code in ("vehicle_forbidden", "skills") for f in stop.faults)
            for stop in self.stops
        )


@dataclass(frozen=True, kw_only=True)
class Board:
    """A day's rounds. `plan` None: nobody has planned yet."""

    kitchen_id: int
    kitchen_name: str
    kitchen_lon_e6: int | None
    kitchen_lat_e6: int | None
    day: date
    meal: str
    plan: PlanFacts | None
    rounds: tuple[BoardRound, ...]
    waiting: tuple[BoardStop, ...]
    added: tuple[Drop, ...]  # in the count, not in the plan
    gone: int  # in the plan, no longer in the count
    drivers: tuple[DriverFacts, ...]
    unfit: tuple[UnfitDriver, ...]
    spares: tuple[SpareFacts, ...]
    hard: tuple[Fault, ...]
    soft: tuple[Fault, ...]
    doors: int
    portions: int
    travel: Used = STRAIGHT_LINES  # what the times shown are made of
    serves: tuple[datetime, datetime] | None = None  # when doors expect their meal
    hot_limit_minutes: int = 0

    @property
    def is_current(self) -> bool:
        """The plan and the count name the same people."""
        return not self.added and not self.gone

    @property
    def without_driver(self) -> tuple[int, ...]:
        return tuple(r.number for r in self.rounds if r.stops and r.driver is None)


async def board(kitchen_id: int, day: date, meal: str) -> Board:
    """The newest plan of a day with live clocks; refuses as `inputs_for` does."""
    inputs = await inputs_for(kitchen_id, day, meal)
    return board_of(inputs, await latest_plan(kitchen_id, day, meal))


async def board_seen(kitchen_id: int, day: date, meal: str, sight: Sight) -> Board:
    """The board as far as an account sees it: a driver's own rounds of the plan that
    counts, without anybody's waiting list."""
    if sight.numbers is None:
        return await board(kitchen_id, day, meal)
    inputs = await inputs_for(kitchen_id, day, meal)
    whole = board_of(inputs, await published_plan(kitchen_id, day, meal))
    own = tuple(one for one in whole.rounds if sight.sees(one.number))
    return replace(
        whole, rounds=own, waiting=(), added=(), drivers=(), unfit=(), hard=(), soft=()
    )


def board_of(inputs: Inputs, plan: Plan | None) -> Board:
    """The board from loaded rows."""
    drops = inputs.served(plan.orders if plan else ())
    missing, gone = differences(inputs, plan) if plan else (list(drops), [])
    times = timetable(inputs, plan.orders) if plan else Timetable({})
    begins = _beginnings(inputs, plan, times) if plan else {}
    rounds = plan.rounds if plan else ()
    return Board(
        kitchen_id=inputs.kitchen.id,
        kitchen_name=inputs.kitchen.name,
        kitchen_lon_e6=inputs.kitchen.lon_e6,
        kitchen_lat_e6=inputs.kitchen.lat_e6,
        day=inputs.day,
        meal=inputs.meal,
        plan=plan.facts if plan else None,
        rounds=tuple(
            replace(
                _round(inputs, row, plan, times.rounds[row.number], drops),
                begins=begins.get(row.number),
            )
            for row in rounds
            if plan is not None
        ),
        waiting=tuple(_waiting(plan, drops)) if plan else (),
        added=tuple(drops[key] for key in missing),
        gone=len(gone),
        drivers=inputs.drivers,
        unfit=inputs.unfit,
        spares=inputs.spares,
        hard=times.hard,
        soft=times.soft,
        doors=sum(not drop.is_point for drop in inputs.drops),
        portions=sum(drop.portions for drop in inputs.drops),
        serves=(
            inputs.at(inputs.service.depart_minutes * 60),
            inputs.at(inputs.service.serve_to_minutes * 60),
        ),
        travel=inputs.travel,
        hot_limit_minutes=inputs.kitchen.hot_limit_minutes,
    )


def _beginnings(inputs: Inputs, plan: Plan, times: Timetable) -> dict[int, Beginning]:
    return beginnings(inputs.starts, timed(plan, times), inputs.point_names)


def _round(
    inputs: Inputs,
    row: RoundRow,
    plan: Plan,
    times: TimedRound,
    drops: Mapping[Key, Drop],
) -> BoardRound:
    timed = {stop.key: stop for stop in times.stops}
    stops = tuple(
        BoardStop(
            id=stop.id,
            code=stop_code(row.number, stop.position),
            position=stop.position,
            key=stop.key,
            drop=drops[stop.key],
            arrival_at=timed[stop.key].arrival_at,
            faults=timed[stop.key].faults,
            locked=stop.locked,
            why="",
            age_seconds=timed[stop.key].age_seconds,
        )
        for stop in plan.stops_of(row.id)
        if stop.key in drops
    )
    return BoardRound(
        id=row.id,
        number=row.number,
        driver=inputs.driver(row.driver_id),
        locked=row.locked,
        depart_at=times.depart_at,
        last_at=stops[-1].arrival_at if stops else None,
        back_at=times.back_at,
        metres=times.metres,
        doors=sum(not stop.drop.is_point for stop in stops),
        portions=sum(stop.drop.portions for stop in stops),
        stops=stops,
        faults=times.faults,
        spans=times.spans,
    )


def _waiting(plan: Plan, drops: Mapping[Key, Drop]) -> list[BoardStop]:
    """The waiting list, most urgent first, in the documented order."""
    stops: list[StopRow] = [s for s in plan.stops_of(None) if s.key in drops]
    stops.sort(key=lambda stop: (-drops[stop.key].priority, stop.position))
    return [
        BoardStop(
            id=stop.id,
            code="",
            position=stop.position,
            key=stop.key,
            drop=drops[stop.key],
            arrival_at=None,
            faults=(),
            locked=stop.locked,
            why=stop.why,
        )
        for stop in stops
    ]
