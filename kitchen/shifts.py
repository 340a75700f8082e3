"""One point's service of one meal: opened, its portions and cash counted, closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import headcounts
from kitchen.counters import (
    AT_POINT,
    at_point,
    hold_point,
    point_by_id,
    refuse_foreign_point,
    trace,
)
from kitchen.database import Asked, insert, one, rows, writing
from kitchen.errors import Refusal
from kitchen.places import DiningPoint
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched


class Shift(Table, tablename="shift"):
    """One point's service of one meal."""

    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    opened_at = Timestamptz()
    opened_by = Text()


class ShiftClose(Table, tablename="shift_close"):
    """Cash counted against the rows; a difference has words."""

    shift = ForeignKey(Shift, null=False)
    expected_cash_fen = BigInt()
    counted_cash_fen = BigInt()
    note = Text()
    at = Timestamptz()
    by = Text()


class ShiftUnsent(Table, tablename="shift_unsent"):
    """Acts a tablet still held when its shift was closed, and why it was closed."""

    shift = ForeignKey(Shift, null=False)
    acts = Integer()
    reason = Text()
    device = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Unsent:
    """What the tablet that closes a shift still holds: acts not sent, and why the
    shift is closed all the same."""

    acts: int = 0
    reason: str = ""
    device: str = ""


NOTHING = Unsent()


@dataclass(frozen=True)
class ShiftFacts:
    """One point's service and, once closed, its count."""

    id: int
    point_id: int
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    counted_cash_fen: int | None
    expected_cash_fen: int | None
    note: str


@dataclass(frozen=True)
class PointTotals:
    """A point's portions so far: received + in − out = served + left + in hand."""

    expected: int
    received: int
    moved_in: int
    moved_out: int
    served: int
    walk_ins: int
    left: int
    cash_fen: int
    by_payment: Mapping[str, tuple[int, int]]  # payment → (portions, fen)

    @property
    def in_hand(self) -> int:
        return self.received + self.moved_in - self.moved_out - self.served - self.left

    @property
    def served_beyond_received(self) -> int:
        """Portions served that never arrived by the books: to be named."""
        return max(0, -self.in_hand)


async def shift_of(point_id: int, day: date, meal: str) -> ShiftFacts | None:
    """The shift, or None before it is opened."""
    row = await one(*shift_asked(point_id, day, meal))
    if row is None:
        return None
    return ShiftFacts(
        row["id"],
        row["point"],
        row["opened_at"],
        row["opened_by"],
        row["closed_at"],
        row["counted_cash_fen"],
        row["expected_cash_fen"],
        row["note"] or "",
    )


def shift_asked(point_id: int, day: date, meal: str) -> Asked:
    """The shift with its close."""
    return (
        "SELECT s.*, c.at AS closed_at, c.counted_cash_fen AS counted_cash_fen,"
        " c.expected_cash_fen AS expected_cash_fen, c.note AS note FROM shift s"
        " LEFT JOIN shift_close c ON c.shift = s.id"
        " WHERE s.point = {} AND s.day = {} AND s.meal = {}",
        *(point_id, day, meal),
    )


async def totals_of(
    point_id: int,
    day: date,
    meal: str,
    expected: Mapping[int, int] | None = None,
) -> PointTotals:
    """Every figure of a point, each from the rows of its own act. `expected`:
    portions by point, where the caller has loaded them for all points at once."""
    point = await point_by_id(point_id)
    if expected is None:
        expected = await headcounts.expected_by_point(
            point["kitchen"], day, meal, [point_id]
        )
    when = (point_id, day, meal)
    served = await rows(
        "SELECT m.payment AS payment, COUNT(*) AS n, SUM(m.self_pay_fen) AS fen,"  # noqa: S608 - a constant
        " SUM(CASE WHEN m.diner IS NULL THEN 1 ELSE 0 END) AS walk_ins FROM meal m"
        " LEFT JOIN meal_void v ON v.served = m.id"
        + AT_POINT
        + " AND v.id IS NULL GROUP BY m.payment ORDER BY m.payment",
        *at_point(*when),
    )
    by_payment = {row["payment"]: (int(row["n"]), int(row["fen"])) for row in served}
    return PointTotals(
        expected=expected.get(point_id, 0),
        served=sum(portions for portions, _fen in by_payment.values()),
        walk_ins=sum(int(row["walk_ins"]) for row in served),
        cash_fen=by_payment.get("cash", (0, 0))[1],
        by_payment=by_payment,
        **await _moved(when),
    )


_MOVED = " UNION ALL ".join(
    f"SELECT '{name}' AS name, SUM(portions) AS n FROM {table}"  # noqa: S608 - our own words
    f" WHERE {column} = {{}} AND day = {{}} AND meal = {{}} AND id NOT IN"
    f" (SELECT row_id FROM counter_void WHERE kind = '{table}')"
    for name, table, column in (
        ("received", "receipt", "point"),
        ("moved_in", "transfer", "to_point"),
        ("moved_out", "transfer", "from_point"),
        ("left", "leftover", "point"),
    )
)


async def _moved(when: tuple[int, date, str]) -> dict[str, int]:
    """Portions received, moved in and out and left over, voided rows left out."""
    return {row["name"]: int(row["n"] or 0) for row in await rows(_MOVED, *when * 4)}


async def open_shift(
    point_id: int, day: date, meal: str, *, by: Actor, now: datetime
) -> None:
    """Start serving. Twice is harmless. Refuses `day_closed`."""
    refuse_foreign_point(point_id, by)
    async with writing():
        await hold_point(point_id, day, meal)
        if await shift_of(point_id, day, meal) is None:
            await insert(
                Shift,
                point=point_id,
                day=day,
                meal=meal,
                opened_at=now,
                opened_by=by.name,
            )
            facts = {"day": day, "meal": meal}
            await trace("dining.open_shift", point_id, facts, by=by, now=now)


async def close_shift(
    point_id: int,
    day: date,
    meal: str,
    counted_cash_fen: int,
    note: str,
    *,
    unsent: Unsent = NOTHING,
    by: Actor,
    now: datetime,
) -> ShiftFacts:
    """End the service: cash counted against the rows. A difference, or more served
    than received, needs words; so do acts that the tablet still holds. Refuses
    `shift_not_open`, `till_cash_differs`, `served_more_than_received`, `till_unsent`,
    `amount_not_positive`, `day_closed`."""
    refuse_foreign_point(point_id, by)
    if counted_cash_fen < 0:
        raise Refusal("amount_not_positive", fen=counted_cash_fen)
    async with writing():
        await hold_point(point_id, day, meal)
        shift = await shift_of(point_id, day, meal)
        if shift is None:
            raise Refusal("shift_not_open")
        if shift.closed_at is not None:
            return shift
        if unsent.acts and not unsent.reason.strip():
            raise Refusal("till_unsent", count=unsent.acts)
        totals = await totals_of(point_id, day, meal)
        if not note.strip() and counted_cash_fen != totals.cash_fen:
            raise Refusal(
                "till_cash_differs",
                counted_fen=counted_cash_fen,
                rows_fen=totals.cash_fen,
            )
        if not note.strip() and totals.served_beyond_received:
            raise Refusal(
                "served_more_than_received", portions=totals.served_beyond_received
            )
        await insert_vouched(
            ShiftClose,
            shift=shift.id,
            expected_cash_fen=totals.cash_fen,
            counted_cash_fen=counted_cash_fen,
            note=note,
            at=now,
            by=by.name,
        )
        if unsent.acts:
            await insert(
                ShiftUnsent,
                shift=shift.id,
                acts=unsent.acts,
                reason=unsent.reason.strip(),
                device=unsent.device,
                at=now,
                by=by.name,
            )
        facts = {
            "counted_fen": counted_cash_fen,
            "rows_fen": totals.cash_fen,
            "unsent": unsent.acts,
        }
        await trace("dining.close_shift", point_id, facts, by=by, now=now, reason=note)
        closed = await shift_of(point_id, day, meal)
        return closed or shift
