"""Who came: one row for each place – a dining point, or all the doors together –,
day and meal – written when a day is closed, or
brought in from a list (`kitchen.attendance_lists`). Rows are never changed. What they
lead one to expect is `kitchen.forecasts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.calendar import Kind, Overrides, day_kind, is_service_day
from kitchen.database import insert, one, rows, writing
from kitchen.errors import Refusal
from kitchen.forecasts import (
    Attendance,
    Expected,
    KindOf,
    Suggestion,
    expected_at,
    kinds_beside,
    suggested,
)
from kitchen.places import (
    DiningPoint,
    Kitchen,
    KitchenFacts,
    kitchen_by_id,
    overrides_for,
)
from kitchen.plans import closure_on
from kitchen.staff import Actor

LOOKS_BACK_DAYS = 420
DOORS = 0
"""Stands where a point's id does, for all the doors of a kitchen together."""
# House estimates until the kitchen says otherwise: a meal bought elsewhere for someone
# who got none, against the ingredients and the work of one thrown away.
SHORT_FEN, WASTED_FEN = 2_000, 800


class AttendanceRun(Table, tablename="attendance_run"):
    """One list that was brought in."""

    kitchen = ForeignKey(Kitchen, null=False)
    file_name = Text()
    digest = Text()
    rows_good = Integer()
    rows_bad = Integer()
    at = Timestamptz()
    by = Text()


class AttendanceUndo(Table, tablename="attendance_undo"):
    """That list is taken back: its rows no longer count."""

    run = ForeignKey(AttendanceRun, null=False)
    at = Timestamptz()
    by = Text()


class AttendanceRow(Table, tablename="attendance"):
    """One meal at one place on one day. `run` None = counted by the product itself."""

    kitchen = ForeignKey(Kitchen, null=False)
    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    booked = Integer(null=True)  # at the close of the count; None = the list is silent
    came = Integer()  # of those booked here
    walk_ins = Integer()
    run = ForeignKey(AttendanceRun, null=True)


class DoorAttendanceRow(Table, tablename="door_attendance"):
    """One meal sent to doors on one day. `came` of those booked to a door, `walk_ins`
    were sent one without having booked it: entered late, or moved to their door."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    booked = Integer(null=True)
    came = Integer()
    walk_ins = Integer()
    run = ForeignKey(AttendanceRun, null=True)


class SpareCost(Table, tablename="spare_cost"):
    """What one portion short and one wasted cost, from a moment on."""

    kitchen = ForeignKey(Kitchen, null=False)
    meal = Text()
    short_fen = Integer()
    wasted_fen = Integer()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Costs:
    """One portion short against one wasted, in fen."""

    short_fen: int = SHORT_FEN
    wasted_fen: int = WASTED_FEN

    @property
    def enough_percent(self) -> int:
        """The share of days on which the portions should be enough."""
        return round(100 * self.short_fen / (self.short_fen + self.wasted_fen))


# Readers ------------------------------------------------------------------------

_PAST = (
    "SELECT {point} AS point, a.day AS day, a.booked AS booked, a.came AS came,"
    " a.walk_ins AS walk_ins, a.run AS run FROM {table} a WHERE a.kitchen = {{}}"
    " AND a.meal = {{}} AND a.day >= {{}} AND a.day < {{}} AND (a.run IS NULL"
    " OR a.run NOT IN (SELECT run FROM attendance_undo)) ORDER BY a.id"
)
_AT_POINTS = _PAST.format(point="a.point", table="attendance")
_AT_DOORS = _PAST.format(point=DOORS, table="door_attendance")


async def past_of(
    kitchen_id: int, meal: str, before: date
) -> dict[int, list[Attendance]]:
    """Point (or `DOORS`) → its days before a day, oldest first; the product's own count
    of a day counts instead of a list's."""
    when = kitchen_id, meal, before - timedelta(days=LOOKS_BACK_DAYS), before
    found = [*await rows(_AT_POINTS, *when), *await rows(_AT_DOORS, *when)]
    best: dict[tuple[int, date], dict[str, Any]] = {}
    for row in found:
        key = row["point"], row["day"]
        if key not in best or row["run"] is None:
            best[key] = row
    past: dict[int, list[Attendance]] = {}
    for (point, day), row in sorted(best.items()):
        one_day = Attendance(day, row["booked"], row["came"], row["walk_ins"])
        past.setdefault(point, []).append(one_day)
    return past


async def costs_for(kitchen_id: int, meal: str) -> Costs:
    """What holds now."""
    row = await one(
        "SELECT short_fen, wasted_fen FROM spare_cost WHERE kitchen = {} AND meal = {}"
        " ORDER BY id DESC LIMIT 1",
        kitchen_id,
        meal,
    )
    return Costs(row["short_fen"], row["wasted_fen"]) if row else Costs()


async def kinds_for(kitchen_id: int, around: date) -> KindOf:
    """The sorts of days of this kitchen's calendar, around a day."""
    kitchen, overrides = (
        await kitchen_by_id(kitchen_id),
        await overrides_for(kitchen_id),
    )
    first = around - timedelta(days=LOOKS_BACK_DAYS)
    every = [first + timedelta(days=n) for n in range(LOOKS_BACK_DAYS + 30)]
    served = [day for day in every if _serves(kitchen, overrides, day)]
    return kinds_beside(
        served, lambda day: day_kind(day, overrides).kind is Kind.MAKEUP_WORKDAY
    )


def _serves(kitchen: KitchenFacts, overrides: Overrides, day: date) -> bool:
    return is_service_day(
        day,
        overrides,
        serves_weekends=kitchen.serves_weekends,
        serves_holidays=kitchen.serves_holidays,
    )


@dataclass(frozen=True)
class Hint:
    """What is expected at one point, and how many more to cook than are booked."""

    expected: Expected
    suggestion: Suggestion


@dataclass(frozen=True)
class Ground:
    """What a forecast for one day stands on: each point's days before, the calendar,
    the costs."""

    day: date
    past: Mapping[int, Sequence[Attendance]]
    kind_of: KindOf
    costs: Costs


async def ground_for(kitchen_id: int, day: date, meal: str) -> Ground:
    """Read once; what follows from it is `hints`."""
    return Ground(
        day,
        await past_of(kitchen_id, meal, day),
        await kinds_for(kitchen_id, day),
        await costs_for(kitchen_id, meal),
    )


def hints(ground: Ground, booked: Mapping[int, int]) -> dict[int, Hint]:
    """Point (or `DOORS`) → what to expect on the day when so many are booked there,
    with spares by the kitchen's own costs. A point without a past day is not in it.
    Pure; about two milliseconds of a processor for each point."""
    found = {}
    for point, days in ground.past.items():
        expected = expected_at(
            days, ground.day, booked.get(point, 0), kind_of=ground.kind_of
        )
        costs = ground.costs
        spares = suggested(expected, costs.short_fen, costs.wasted_fen)
        found[point] = Hint(expected, spares)
    return found


def proposed(
    hints: Mapping[int, Hint], usual: Mapping[int, int]
) -> list[tuple[int, str, int]]:
    """(point, walk_in | spare, portions) to cook beyond the bookings: the forecast
    where there is one, else the usual number of walk-ins. At `DOORS` all of them are
    spares: they ride along, whoever is to get them."""
    at = {point: hint.suggestion for point, hint in hints.items()}
    doors = at.pop(DOORS, None)
    walk_ins = {**usual, **{point: one.walk_ins for point, one in at.items()}}
    spares = {point: one.spares for point, one in at.items()}
    if doors is not None:
        spares[DOORS] = doors.portions
    return [
        (point, kind, portions)
        for kind, counts in (("walk_in", walk_ins), ("spare", spares))
        for point, portions in counts.items()
        if portions
    ]


# Verbs --------------------------------------------------------------------------

_OWN = (
    "INSERT INTO attendance (kitchen, point, day, meal, booked, came, walk_ins, run)"
    " SELECT h.kitchen, p.id, h.day, h.meal,"
    " (SELECT COALESCE(SUM(d.portions), 0) FROM diner d WHERE d.headcount = h.id"
    " AND d.point = p.id AND NOT d.added),"
    " (SELECT COUNT(*) FROM meal m JOIN diner d ON d.id = m.diner"
    " WHERE m.kitchen = h.kitchen AND m.day = h.day AND m.meal = h.meal"
    " AND m.point = p.id AND d.point = p.id"
    " AND NOT d.added AND m.id NOT IN (SELECT served FROM meal_void)),"
    " (SELECT COUNT(*) FROM meal m LEFT JOIN diner d ON d.id = m.diner"
    " WHERE m.kitchen = h.kitchen AND m.day = h.day AND m.meal = h.meal"
    " AND m.point = p.id"
    " AND (d.id IS NULL OR d.added OR d.point IS NULL OR d.point <> p.id)"
    " AND m.id NOT IN (SELECT served FROM meal_void)), NULL"
    " FROM headcount h JOIN dining_point p ON p.kitchen = h.kitchen"
    " WHERE h.kitchen = {} AND h.day = {} AND h.meal = {}"
    " AND (EXISTS (SELECT 1 FROM diner d WHERE d.headcount = h.id AND d.point = p.id)"
    " OR EXISTS (SELECT 1 FROM meal m WHERE m.kitchen = h.kitchen AND m.day = h.day"
    " AND m.meal = h.meal AND m.point = p.id))"
)


_OWN_DOORS = (
    "INSERT INTO door_attendance (kitchen, day, meal, booked, came, walk_ins, run)"
    " SELECT h.kitchen, h.day, h.meal,"
    " (SELECT COALESCE(SUM(d.portions), 0) FROM diner d WHERE d.headcount = h.id"
    " AND d.way = 'deliver' AND NOT d.added),"
    " (SELECT COUNT(*) FROM meal m JOIN diner d ON d.id = m.diner"
    " WHERE d.headcount = h.id AND m.channel = 'door' AND d.way = 'deliver'"
    " AND NOT d.added AND m.id NOT IN (SELECT served FROM meal_void)),"
    " (SELECT COUNT(*) FROM meal m JOIN diner d ON d.id = m.diner"
    " WHERE d.headcount = h.id AND m.channel = 'door'"
    " AND (d.added OR d.way <> 'deliver')"
    " AND m.id NOT IN (SELECT served FROM meal_void)), NULL"
    " FROM headcount h WHERE h.kitchen = {} AND h.day = {} AND h.meal = {}"
    " AND EXISTS (SELECT 1 FROM diner d WHERE d.headcount = h.id"
    " AND d.way = 'deliver')"
)


async def count_in_transaction(kitchen_id: int, day: date, meal: str) -> None:
    """The day is closed: what each point's count and till, and the rounds, say. Inside
    the caller's `writing()`, once (the close itself happens once). A meal the kitchen
    cancelled teaches nothing about who stays away."""
    closure = await closure_on(kitchen_id, day, meal)
    if closure is not None and closure.is_stopped:
        return
    await rows(_OWN, kitchen_id, day, meal)
    await rows(_OWN_DOORS, kitchen_id, day, meal)


async def set_costs(
    kitchen_id: int, meal: str, costs: Costs, *, by: Actor, now: datetime
) -> None:
    """From now on these hold; the same again changes nothing. Refuses `spare_costs`
    (both must be above nought)."""
    if min(costs.short_fen, costs.wasted_fen) <= 0:
        raise Refusal("spare_costs")
    async with writing():
        if await costs_for(kitchen_id, meal) == costs:
            return
        values = {"short_fen": costs.short_fen, "wasted_fen": costs.wasted_fen}
        await insert(
            SpareCost, kitchen=kitchen_id, meal=meal, **values, at=now, by=by.name
        )
        after = {"meal": meal, **values}
        await record_trace("attendance.costs", kitchen_id, after, by=by, now=now)


async def record_trace(
    action: str, kitchen_id: int, after: dict[str, Any], *, by: Actor, now: datetime
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="kitchen",
        object_id=kitchen_id,
        after=after,
    )
