"""Years of attendance brought in from a spreadsheet: each row judged before anything
is written; the whole of a list can be taken back, which is a row of its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kitchen import acts
from kitchen.attendance import (
    DOORS,
    AttendanceRow,
    AttendanceRun,
    AttendanceUndo,
    DoorAttendanceRow,
    record_trace,
)
from kitchen.calendar import parse_date
from kitchen.database import insert, insert_many, one, rows, writing
from kitchen.errors import Refusal
from kitchen.forecasts import Attendance
from kitchen.identity import Fault, plain_text
from kitchen.listings import Cells, Listed, Listing, listing_of, whole_number
from kitchen.people_words import MEAL_WORDS, code_of
from kitchen.places import points_for
from kitchen.sheets import Column, Grid, Row, Table
from kitchen.staff import Actor

MOST_AT_A_POINT = 5_000


@dataclass(frozen=True)
class RunFacts:
    """One list of the past."""

    id: int
    file_name: str
    rows_good: int
    rows_bad: int
    at: datetime
    by: str
    undone_at: datetime | None
    undone_by: str


@dataclass(frozen=True)
class NewAttendance:
    """A row of a list, read."""

    point_id: int
    meal: str
    attendance: Attendance


COLUMNS = (
    Column("date", "日期", ("day", "供餐日期"), width=14),
    Column("point", "就餐点", ("助餐点", "地点", "place"), width=16),
    Column("meal", "餐次", (), choices=("早餐", "午餐", "晚餐")),
    Column("booked", "订餐", ("预订", "订餐数", "预订数"), width=10),
    Column("came", "到场", ("实到", "到场数", "实到数"), width=10),
    Column("walk_ins", "散客", ("临时", "未订到场"), width=10),
)
DOORS_NAME = "送餐到家"
EXAMPLE = {
    "date": "示例 2026-03-02",
    "point": "朝阳就餐点",
    "meal": "午餐",
    "booked": "60",
    "came": "56",
    "walk_ins": "5",
}

Known = Mapping[tuple[int, date, str], bool]
"""(point, day, meal) → True: counted by the product itself; False: from a list."""


def listing(
    grid: Grid, points: Mapping[str, int], known: Known, today: date
) -> Listing[NewAttendance]:
    """What each row of a list would do. `points` by name. Refuses what `table_of`
    refuses."""

    def read(table: Table, row: Row) -> Listed[NewAttendance]:
        return _listed(Cells(table, row), points, known, today)

    def key(value: NewAttendance) -> object:
        return value.point_id, value.attendance.day, value.meal

    return listing_of(grid, COLUMNS, "date", read, key)


def _listed(
    cells: Cells, points: Mapping[str, int], known: Known, today: date
) -> Listed[NewAttendance]:
    def point_called(typed: str) -> int | Fault:
        found = points.get(plain_text(typed))
        choices = "、".join(points)
        fault = Fault("point_unknown", typed, {"choices": choices})
        return fault if found is None else found

    def meal_called(typed: str) -> str | Fault:
        return code_of(typed, MEAL_WORDS)

    number = whole_number(0, MOST_AT_A_POINT)
    day = cells.read("date", lambda typed: _past_day(typed, today))
    point = cells.read("point", point_called)
    meal = cells.read_if_any("meal", meal_called)
    booked = cells.read_if_any("booked", number)
    came = cells.read("came", number)
    walk_ins = cells.read_if_any("walk_ins", number) or 0
    if booked is not None and came is not None and came > booked:
        facts: dict[str, object] = {"booked": booked, "more": came - booked}
        cells.fault("came", Fault("came_above_booked", str(came), facts))
    title = f"{cells.text('date')} {cells.text('point')}"
    if cells.faults or day is None or point is None or came is None:
        return Listed(cells.row, title, None, "refused", tuple(cells.faults))
    value = NewAttendance(
        point, str(meal or "lunch"), Attendance(day, booked, came, walk_ins)
    )
    own = known.get((point, day, value.meal))
    if own is None:
        return Listed(cells.row, title, value, "ok")
    was = "own" if own else "list"
    return Listed(cells.row, title, value, "same", was=was)


def _past_day(typed: str, today: date) -> date | Fault:
    try:
        day = parse_date(typed)
    except ValueError:
        return Fault("date_unreadable", typed)
    return Fault("date_future", typed) if day >= today else day


# Readers ------------------------------------------------------------------------


async def known_days(kitchen_id: int) -> dict[tuple[int, date, str], bool]:
    """Every (point or `DOORS`, day, meal) that has a row: True = the product's own."""
    found = await rows(
        "SELECT point, day, meal, run FROM"
        " (SELECT kitchen, point, day, meal, run FROM attendance UNION ALL"
        " SELECT kitchen, 0, day, meal, run FROM door_attendance) a"
        " WHERE kitchen = {} AND"
        " (run IS NULL OR run NOT IN (SELECT run FROM attendance_undo))",
        kitchen_id,
    )
    known: dict[tuple[int, date, str], bool] = {}
    for row in found:
        key = row["point"], row["day"], row["meal"]
        known[key] = known.get(key, False) or row["run"] is None
    return known


async def runs_for(kitchen_id: int) -> list[RunFacts]:
    """The lists of a kitchen, newest first."""
    found = await rows(
        "SELECT r.*, u.at AS undone_at, u.by AS undone_by FROM attendance_run r"
        " LEFT JOIN attendance_undo u ON u.run = r.id WHERE r.kitchen = {}"
        " ORDER BY r.id DESC",
        kitchen_id,
    )
    names = RunFacts.__annotations__
    return [
        RunFacts(**{**{n: row[n] for n in names}, "undone_by": row["undone_by"] or ""})
        for row in found
    ]


async def preview(grid: Grid, kitchen_id: int, today: date) -> Listing[NewAttendance]:
    """What a list would do; nothing is written."""
    points = {plain_text(p.name): p.id for p in await points_for(kitchen_id)}
    points = {DOORS_NAME: DOORS, **points}
    return listing(grid, points, await known_days(kitchen_id), today)


# Verbs --------------------------------------------------------------------------


async def bring_in(
    grid: Grid,
    kitchen_id: int,
    *,
    file_name: str,
    digest: str,
    act: UUID,
    today: date,
    by: Actor,
    now: datetime,
) -> int:
    """Enter the good rows of a list, all or none; the number entered. `act` sent twice
    enters nothing twice, and days that have a row are passed over. Refuses
    `nothing_to_import`."""
    body = {"kitchen": kitchen_id, "digest": digest}

    async def enter() -> dict[str, Any]:
        read = await preview(grid, kitchen_id, today)
        if not read.good:
            raise Refusal("nothing_to_import")
        run_id = await insert(
            AttendanceRun,
            kitchen=kitchen_id,
            file_name=file_name[:200],
            digest=digest,
            rows_good=len(read.good),
            rows_bad=len(read.rows) - len(read.good),
            at=now,
            by=by.name,
        )
        at_points = [one for one in read.values if one.point_id != DOORS]
        at_doors = [one for one in read.values if one.point_id == DOORS]
        await insert_many(
            AttendanceRow,
            [
                {"point": one.point_id, **_stored(one, kitchen_id, run_id)}
                for one in at_points
            ],
        )
        await insert_many(
            DoorAttendanceRow, [_stored(one, kitchen_id, run_id) for one in at_doors]
        )
        after = {"file": file_name[:200], "rows": len(read.good)}
        await record_trace("attendance.import", kitchen_id, after, by=by, now=now)
        return {"rows": len(read.good)}

    async with writing():
        answer, _ = await acts.once(str(act), by.name, now, body, enter)
    return int(answer["rows"])


def _stored(one: NewAttendance, kitchen_id: int, run_id: int) -> dict[str, Any]:
    return {
        "kitchen": kitchen_id,
        "day": one.attendance.day,
        "meal": one.meal,
        "booked": one.attendance.booked,
        "came": one.attendance.came,
        "walk_ins": one.attendance.walk_ins,
        "run": run_id,
    }


async def take_back(
    run_id: int, *, kitchen_ids: Collection[int], by: Actor, now: datetime
) -> None:
    """A list no longer counts; twice is harmless. Refuses `import_unknown`, for a list
    of none of those kitchens too."""
    async with writing():
        run = await one(
            "SELECT r.kitchen AS kitchen, u.id AS undone FROM attendance_run r"
            " LEFT JOIN attendance_undo u ON u.run = r.id WHERE r.id = {}",
            run_id,
        )
        if run is None or run["kitchen"] not in kitchen_ids:
            raise Refusal("import_unknown", run=run_id)
        if run["undone"] is not None:
            return
        await insert(AttendanceUndo, run=run_id, at=now, by=by.name)
        await record_trace(
            "attendance.undo", run["kitchen"], {"run": run_id}, by=by, now=now
        )
