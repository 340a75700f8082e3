"""How warm the food was when it left, when it arrived, and at the last stop.

Leaving and arriving are mostly measured where portions are counted (`loading`,
`receipt`); what was measured apart from that, and at a round's last stop, is here.
One reader gives them all.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.database import insert, rows
from kitchen.errors import Refusal
from kitchen.lateness import is_late
from kitchen.places import Kitchen
from kitchen.production_records import record_once, refuse_odd_times
from kitchen.staff import Actor

STAGES = ("leaving", "last_stop")


class TripTemperature(Table, tablename="trip_temperature"):
    """°C × 10 of a round's food. stage: leaving | last_stop"""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    round_number = Integer()
    stage = Text()
    decidegrees = Integer()
    measured_at = Timestamptz()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class TripReading:
    """A temperature on the way. stage: leaving | arriving | last_stop; `point` names
    the dining point of an arrival. `id` None: recorded with a count of portions."""

    day: date
    meal: str
    stage: str
    round_number: int | None
    point: str
    decidegrees: int
    measured_at: datetime
    at: datetime
    by: str
    id: int | None = None

    @property
    def is_late(self) -> bool:
        return is_late(self.measured_at, self.at)


async def trip_readings(kitchen_id: int, first: date, last: date) -> list[TripReading]:
    """All of them over these days: by day, round and time."""
    when = (kitchen_id, first, last)
    measured = await rows(
        "SELECT id, day, meal, stage, round_number, '' AS point, decidegrees,"
        " measured_at, at, by FROM trip_temperature WHERE kitchen = {} AND day >= {}"
        " AND day <= {} AND id NOT IN"
        " (SELECT row_id FROM production_void WHERE kind = 'trip')",
        *when,
    )
    left = await rows(
        "SELECT p.day AS day, p.meal AS meal, r.number AS round_number,"
        " MIN(l.decidegrees) AS decidegrees, l.at AS at, l.by AS by FROM loading l"
        " JOIN round r ON r.id = l.round JOIN round_plan p ON p.id = r.plan"
        " LEFT JOIN loading_void v ON v.loading = l.id WHERE p.kitchen = {}"
        " AND p.day >= {} AND p.day <= {} AND v.id IS NULL"
        " AND l.decidegrees IS NOT NULL GROUP BY p.day, p.meal, r.number, l.at, l.by",
        *when,
    )
    arrived = await rows(
        "SELECT r.day AS day, r.meal AS meal, d.name AS point,"
        " MIN(r.decidegrees) AS decidegrees, r.at AS at, r.by AS by FROM receipt r"
        " JOIN dining_point d ON d.id = r.point WHERE d.kitchen = {} AND r.day >= {}"
        " AND r.day <= {} AND r.decidegrees IS NOT NULL AND r.id NOT IN"
        " (SELECT row_id FROM counter_void WHERE kind = 'receipt')"
        " GROUP BY r.day, r.meal, d.name, r.at, r.by",
        *when,
    )
    readings = [
        *(_reading(row, row["stage"]) for row in measured),
        *(_reading(row, "leaving") for row in left),
        *(_reading(row, "arriving") for row in arrived),
    ]
    return sorted(readings, key=lambda r: (r.day, r.meal, r.measured_at, r.stage))


def _reading(row: Mapping[str, Any], stage: str) -> TripReading:
    return TripReading(
        day=row["day"],
        meal=row["meal"],
        stage=stage,
        round_number=row.get("round_number"),
        point=row.get("point") or "",
        decidegrees=row["decidegrees"],
        measured_at=row.get("measured_at") or row["at"],
        at=row["at"],
        by=row["by"],
        id=row.get("id"),
    )


async def record_trip(
    kitchen_id: int,
    day: date,
    meal: str,
    round_number: int,
    stage: str,
    decidegrees: int,
    measured_at: datetime,
    *,
    act: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """A temperature of a round, °C × 10; any is recorded. Refuses `round_unknown`,
    `cooked_in_future`, `cooked_other_day`."""
    if stage not in STAGES:
        raise ValueError(f"no stage {stage!r}")
    refuse_odd_times(day, measured_at, now)
    known = await rows(
        "SELECT r.id FROM round r JOIN round_plan p ON p.id = r.plan"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} AND r.number = {}",
        *(kitchen_id, day, meal, round_number),
    )
    if not known:
        raise Refusal("round_unknown", round=round_number)
    values = {
        "round_number": round_number,
        "stage": stage,
        "decidegrees": decidegrees,
        "measured_at": measured_at,
    }

    async def do() -> dict[str, Any]:
        where = {"kitchen": kitchen_id, "day": day, "meal": meal}
        key = await insert(TripTemperature, **where, **values, at=now, by=by.name)
        return {"id": key}

    return await record_once("trip", kitchen_id, day, meal, values, do, act, by, now)
