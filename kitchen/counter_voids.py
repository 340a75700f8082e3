"""A wrong count at a counter taken back: the row stays, a row of its own voids it.

Every reader of receipts, transfers and leftovers leaves the voided ones out.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.closed_days import refuse_closed_day
from kitchen.counters import trace
from kitchen.database import insert, lock_for, rows, writing
from kitchen.errors import Refusal
from kitchen.staff import Actor


class CounterVoid(Table, tablename="counter_void"):
    """kind: receipt | transfer | leftover, and the row of that table."""

    kind = Text()
    row_id = Integer()
    reason = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Counted:
    """One line counted at a point, with what it says; `voided` names why it does not
    count any more, "" while it does. `words`: who signed, or why."""

    kind: str
    id: int
    diet_key: str
    portions: int
    words: str
    at: datetime
    by: str
    voided: str


_COUNTED = (
    "SELECT t.id AS id, t.diet_key AS diet_key, t.portions AS portions, t.at AS at,"
    " t.by AS by, COALESCE(v.reason, '') AS voided"
)
_LINES = {
    "receipt": _COUNTED + ", t.signed_by AS words FROM receipt t"
    " LEFT JOIN counter_void v ON v.kind = 'receipt' AND v.row_id = t.id"
    " WHERE t.point = {} AND t.day = {} AND t.meal = {} ORDER BY t.id",
    "transfer": _COUNTED + ", t.reason AS words FROM transfer t"
    " LEFT JOIN counter_void v ON v.kind = 'transfer' AND v.row_id = t.id"
    " WHERE t.from_point = {} AND t.day = {} AND t.meal = {} ORDER BY t.id",
    "leftover": _COUNTED + ", t.reason AS words FROM leftover t"
    " LEFT JOIN counter_void v ON v.kind = 'leftover' AND v.row_id = t.id"
    " WHERE t.point = {} AND t.day = {} AND t.meal = {} ORDER BY t.id",
}
_ROWS = {
    "receipt": "SELECT d.kitchen AS kitchen, t.point AS point, t.day AS day,"
    " t.meal AS meal, t.portions AS portions FROM receipt t"
    " JOIN dining_point d ON d.id = t.point WHERE t.id = {}",
    "transfer": "SELECT kitchen, from_point AS point, day, meal, portions"
    " FROM transfer WHERE id = {}",
    "leftover": "SELECT kitchen, point, day, meal, portions FROM leftover"
    " WHERE id = {}",
}


async def counted_at(point_id: int, day: date, meal: str) -> list[Counted]:
    """Everything counted at a point, receipts first, voided ones marked."""
    return [
        Counted(kind=kind, **row)
        for kind, sql in _LINES.items()
        for row in await rows(sql, point_id, day, meal)
    ]


async def void_counted(
    kind: str, row_id: int, reason: str, *, by: Actor, now: datetime
) -> None:
    """Take a wrong count back (`kind`: receipt, transfer, leftover). Twice is harmless.

    Refuses `reason_missing`, `counted_row_unknown` (another kitchen's too),
    `not_your_point`, `day_closed`.
    """
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        row = await _row(kind, row_id, by)
        await refuse_closed_day(row["kitchen"], row["day"], row["meal"])
        await lock_for("counter_void", f"{kind}|{row_id}")
        if await rows(
            "SELECT id FROM counter_void WHERE kind = {} AND row_id = {}", kind, row_id
        ):
            return
        await insert(
            CounterVoid,
            kind=kind,
            row_id=row_id,
            reason=reason.strip(),
            at=now,
            by=by.name,
        )
        before = {"kind": kind, "row": row_id, "portions": row["portions"]}
        await trace(
            "dining.void",
            row["point"] or 0,
            before,
            by=by,
            now=now,
            reason=reason.strip(),
        )


async def _row(kind: str, row_id: int, by: Actor) -> dict[str, Any]:
    found = await rows(_ROWS[kind], row_id) if kind in _ROWS else []
    if not found or not by.sees_kitchen(found[0]["kitchen"]):
        raise Refusal("counted_row_unknown")
    if by.point_id is not None and found[0]["point"] != by.point_id:
        raise Refusal("not_your_point")
    return found[0]
