"""What was wrong in a closed month, named in a later one: the past never changes."""

from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import BigInt, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit, ledger
from kitchen.database import rows
from kitchen.errors import Refusal
from kitchen.ledger import Entry
from kitchen.place_tables import Area
from kitchen.places import Kitchen
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched


class Correction(Table, tablename="correction"):
    """More or less owed for a closed month, as a line of a later one."""

    kitchen = ForeignKey(Kitchen, null=False)
    month = Text()  # the month it stands in
    of_month = Text()  # the closed month it corrects
    payer = Text()
    place = Text()
    community = ForeignKey(Area, null=True)
    meals = Integer()
    fen = BigInt()
    reason = Text()
    entry = ForeignKey(Entry, null=False)
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class CorrectionLine:
    """One line; `meals` and `fen` may be below zero."""

    number: int
    of_month: str
    payer: str
    place: str
    community_id: int | None
    meals: int
    fen: int
    reason: str


BESIDE = ("delivery", "operator")


def funder_of(payer: str) -> str:
    """`funder:district` of `delivery:funder:district`: whose account is debited."""
    kind, _colon, rest = payer.partition(":")
    return rest if kind in BESIDE else payer


async def corrections_for(kitchen_id: int, month: str) -> list[CorrectionLine]:
    """The lines that stand in a month, oldest first."""
    return await _lines("c.kitchen = {} AND c.month = {}", kitchen_id, month)


async def corrections_of(kitchen_id: int, of_month: str) -> list[CorrectionLine]:
    """What was said later about a closed month, oldest first."""
    return await _lines("c.kitchen = {} AND c.of_month = {}", kitchen_id, of_month)


async def _lines(where: str, *values: object) -> list[CorrectionLine]:
    found = await rows(
        "SELECT c.id AS id, c.of_month AS of_month, c.payer AS payer,"  # noqa: S608 - ours
        " c.place AS place, c.community AS community, c.meals AS meals, c.fen AS fen,"
        f" c.reason AS reason FROM correction c WHERE {where} ORDER BY c.id",
        *values,
    )
    return [CorrectionLine(*row.values()) for row in found]


async def add_in_transaction(
    line: CorrectionLine,
    *,
    kitchen_id: int,
    today: date,
    act: str,
    by: Actor,
    now: datetime,
) -> None:
    """Post and keep one line in the month of `today`, inside the caller's `writing()`;
    `line.number` is not looked at. Sent twice with one `act` key it is one line.
    Refuses `month_closed` when today's month is closed already."""
    kind = line.payer.partition(":")[0]
    income = f"{kind if kind in BESIDE else 'kitchen'}:{kitchen_id}"
    facts = {
        "of_month": line.of_month,
        "payer": line.payer,
        "place": line.place,
        "community": line.community_id,
        "meals": line.meals,
        "fen": line.fen,
    }

    async def add() -> acts.Answer:
        entry = await ledger.post(
            kitchen_id=kitchen_id,
            kind="correction",
            day=today,
            movements={funder_of(line.payer): line.fen, income: -line.fen},
            by=by,
            now=now,
            note=line.reason,
        )
        number = await insert_vouched(
            Correction,
            kitchen=kitchen_id,
            month=f"{today:%Y-%m}",
            **facts,
            reason=line.reason,
            entry=entry,
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="month.correct",
            object_kind="kitchen",
            object_id=kitchen_id,
            after=facts,
            reason=line.reason,
        )
        return {"correction": number}

    if not line.reason.strip():
        raise Refusal("reason_missing")
    if line.fen == 0:
        raise Refusal("correction_of_nothing")
    await acts.once_if(act, by.name, now, {**facts, "kitchen": kitchen_id}, add)
