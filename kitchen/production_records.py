"""What all records of production share: made once, never on a closed day, traced, and
taken back by a row of their own.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from piccolo.columns import Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit
from kitchen.audit import LOCAL_ZONE
from kitchen.calendar import service_day_of
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.staff import Actor

CLOCKS_DIFFER = timedelta(minutes=5)
SOURCES = {
    "batch": "SELECT id, kitchen, day, meal FROM batch",
    "sample": "SELECT id, kitchen, day, meal FROM sample",
    "packed": "SELECT id, kitchen, day, meal FROM packed",
    "trip": "SELECT id, kitchen, day, meal FROM trip_temperature",
    "waste": "SELECT id, kitchen, day, meal FROM waste",
    "place": "SELECT p.id AS id, b.kitchen AS kitchen, b.day AS day, b.meal AS meal"
    " FROM batch_place p JOIN batch b ON b.id = p.batch",
}
"""What can be taken back, and where its kitchen, day and meal stand."""


class ProductionVoid(Table, tablename="production_void"):
    """A mistaken row, taken back by its own row."""

    kind = Text()  # one of SOURCES
    row_id = Integer()
    reason = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class VoidFacts:
    """A record that was taken back, and why."""

    kind: str
    row_id: int
    day: date
    meal: str
    reason: str
    at: datetime
    by: str


def refuse_odd_times(day: date, happened_at: datetime, now: datetime) -> None:
    """Refuses `cooked_in_future` and `cooked_other_day`."""
    local = happened_at.astimezone(LOCAL_ZONE)
    if happened_at > now + CLOCKS_DIFFER:
        raise Refusal("cooked_in_future", at=f"{local:%H:%M}")
    if service_day_of(happened_at, LOCAL_ZONE) != day:
        raise Refusal("cooked_other_day", at=f"{local:%m-%d %H:%M}", day=day)


async def voids_between(kitchen_id: int, first: date, last: date) -> list[VoidFacts]:
    """The records of these days that were taken back, in the order of taking back."""
    found: list[VoidFacts] = []
    for kind, source in SOURCES.items():
        taken = await rows(
            "SELECT v.row_id AS row_id, w.day AS day, w.meal AS meal,"  # noqa: S608 - ours
            f" v.reason AS reason, v.at AS at, v.by AS by FROM ({source}) w"
            " JOIN production_void v ON v.row_id = w.id AND v.kind = {}"
            " WHERE w.kitchen = {} AND w.day >= {} AND w.day <= {}",
            *(kind, kitchen_id, first, last),
        )
        found += [VoidFacts(kind=kind, **row) for row in taken]
    return sorted(found, key=lambda void: void.at)


async def record_once(
    kind: str,
    kitchen_id: int,
    day: date,
    meal: str,
    body: Mapping[str, object],
    do: Callable[[], Awaitable[dict[str, Any]]],
    act: uuid.UUID | None,
    by: Actor,
    now: datetime,
) -> int:
    """Insert once, however often the form is sent, with its line in the audit."""
    told = {"day": day, "meal": meal, **body}

    async def record() -> dict[str, Any]:
        await refuse_closed_day(kitchen_id, day, meal)
        answer = await do()
        await trace(kind, kitchen_id, told, by, now)
        return answer

    key = "" if act is None else str(act)
    async with writing():
        answer, _repeated = await acts.once_if(key, by.name, now, told, record)
    return int(answer["id"])


async def void_production(
    kind: str, row_id: int, reason: str, *, by: Actor, now: datetime
) -> None:
    """Take a mistaken row back; twice is harmless. Refuses `reason_missing`,
    `production_row_unknown`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    if kind not in SOURCES:
        raise Refusal("production_row_unknown", row=row_id)
    async with writing():
        await lock_for("production", f"{kind}{row_id}")
        row = await one(f"SELECT * FROM ({SOURCES[kind]}) w WHERE w.id = {{}}", row_id)  # noqa: S608 - ours
        if row is None:
            raise Refusal("production_row_unknown", row=row_id)
        voided = await one(
            "SELECT id FROM production_void WHERE kind = {} AND row_id = {}",
            *(kind, row_id),
        )
        if voided is not None:
            return
        await refuse_closed_day(row["kitchen"], row["day"], row["meal"])
        await insert(
            ProductionVoid,
            kind=kind,
            row_id=row_id,
            reason=reason.strip(),
            at=now,
            by=by.name,
        )
        after = {"kind": kind, "row": row_id}
        await trace("void", row["kitchen"], after, by, now, reason.strip())


async def trace(
    what: str,
    kitchen_id: int,
    after: Mapping[str, object],
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """A line in the audit, inside the caller's `writing()`."""
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=f"production.{what}",
        object_kind="kitchen",
        object_id=kitchen_id,
        after=after,
        reason=reason,
    )
