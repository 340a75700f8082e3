"""What funders paid of the months that are closed, and how old the rest is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import BigInt, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit, ledger, settlement
from kitchen.audit import LOCAL_ZONE
from kitchen.corrections import CorrectionLine, funder_of
from kitchen.database import lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.ledger import Entry
from kitchen.places import Kitchen
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched

BUCKETS = ((0, 30), (31, 60), (61, 90), (91, None))
"""Days since the month was closed; the last one has no end."""


class ClaimPayment(Table, tablename="claim_payment"):
    """Money a funder paid for a month; a mistake is a row that takes it back."""

    kitchen = ForeignKey(Kitchen, null=False)
    month = Text()
    payer = Text()  # the funder: funder:district
    fen = BigInt()
    paid_on = Date()
    reference = Text()
    entry = ForeignKey(Entry, null=False)
    reverses: "ForeignKey[Any]" = ForeignKey("self", null=True)
    at = Timestamptz()
    by = Text()


# Facts ------------------------------------------------------------------------


@dataclass(frozen=True)
class PaymentFacts:
    """One payment. `undone`: a later row took it back."""

    id: int
    month: str
    payer: str
    fen: int
    paid_on: date
    reference: str
    at: datetime
    by: str
    undone: bool


@dataclass(frozen=True)
class OpenClaim:
    """A month's claim on a funder, and what is left of it on a day."""

    month: str
    payer: str
    claimed_fen: int
    paid_fen: int
    closed_on: date
    age_days: int

    @property
    def open_fen(self) -> int:
        return self.claimed_fen - self.paid_fen

    @property
    def bucket(self) -> int:
        return bucket_of(self.age_days)


# Pure rules -------------------------------------------------------------------


def bucket_of(age_days: int) -> int:
    """Index in `BUCKETS`: 30 days are the first, 31 the second."""
    for index, (_first, last) in enumerate(BUCKETS):
        if last is None or age_days <= last:
            return index
    raise AssertionError("the last bucket has no end")


def ageing(claims: Iterable[OpenClaim]) -> dict[str, list[int]]:
    """Funder → what it still owes in each bucket."""
    table: dict[str, list[int]] = {}
    for claim in claims:
        if claim.open_fen:
            row = table.setdefault(claim.payer, [0] * len(BUCKETS))
            row[claim.bucket] += claim.open_fen
    return dict(sorted(table.items()))


# Readers ----------------------------------------------------------------------


async def payments_for(kitchen_id: int) -> list[PaymentFacts]:
    """What was paid and not taken back, and what was; the newest first."""
    found = await rows(
        "SELECT p.id AS id, p.month AS month, p.payer AS payer, p.fen AS fen,"
        " p.paid_on AS paid_on, p.reference AS reference, p.at AS at, p.by AS by,"
        " r.id AS undone FROM claim_payment p LEFT JOIN claim_payment r"
        " ON r.reverses = p.id WHERE p.kitchen = {} AND p.reverses IS NULL"
        " ORDER BY p.id DESC",
        kitchen_id,
    )
    return [PaymentFacts(**{**row, "undone": bool(row["undone"])}) for row in found]


async def open_claims(kitchen_id: int, today: date) -> list[OpenClaim]:
    """Every closed month's claim on every funder with its age, the oldest first, those
    paid in full as well."""
    paid = {
        (row["month"], row["payer"]): int(row["fen"])
        for row in await rows(
            "SELECT month, payer, SUM(fen) AS fen FROM claim_payment"
            " WHERE kitchen = {} GROUP BY month, payer",
            kitchen_id,
        )
    }
    found = []
    for row in await rows(
        "SELECT month, at, report FROM month_close WHERE kitchen = {} ORDER BY month",
        kitchen_id,
    ):
        closed_on = row["at"].astimezone(LOCAL_ZONE).date()
        report = settlement.Month.from_text(row["report"])
        for payer, fen in sorted(_claimed(report).items()):
            found.append(
                OpenClaim(
                    row["month"],
                    payer,
                    fen,
                    paid.get((row["month"], payer), 0),
                    closed_on,
                    (today - closed_on).days,
                )
            )
    return found


def _claimed(report: settlement.Month) -> dict[str, int]:
    """Funder → fen of a stored month, corrections in it included."""
    fen = Counter[str]()
    lines: Sequence[settlement.Share | CorrectionLine] = (
        *report.shares,
        *report.corrections,
    )
    for line in lines:
        if settlement.is_claimed(line.payer):
            fen[funder_of(line.payer)] += line.fen
    return dict(fen)


# Verbs ------------------------------------------------------------------------


async def record_payment(
    kitchen_id: int,
    month: str,
    payer: str,
    fen: int,
    *,
    paid_on: date,
    reference: str,
    today: date,
    by: Actor,
    now: datetime,
    act: str = "",
) -> None:
    """A funder paid for a closed month. Booked under today, since the month is shut;
    sent twice with one `act` key it is one payment. Refuses `month_open`,
    `claim_unknown`, `amount_not_positive`, `paid_in_the_future`, `claim_overpaid`,
    `month_closed`."""

    async def pay() -> acts.Answer:
        await lock_for("claim", f"{kitchen_id}|{month}|{payer}")
        claim = await _claim(kitchen_id, month, payer, today)
        if fen <= 0:
            raise Refusal("amount_not_positive", fen=fen)
        if paid_on > today:
            raise Refusal("paid_in_the_future", day=paid_on)
        if fen > claim.open_fen:
            raise Refusal("claim_overpaid", open_fen=claim.open_fen, paid_fen=fen)
        return await _book(
            kitchen_id, month, payer, fen, paid_on, reference, today, None, by, now
        )

    async with writing():
        body = {"month": month, "payer": payer, "fen": fen, "paid_on": paid_on}
        await acts.once_if(act, by.name, now, {**body, "kitchen": kitchen_id}, pay)


async def undo_payment(
    kitchen_id: int,
    payment_id: int,
    reason: str,
    *,
    today: date,
    by: Actor,
    now: datetime,
) -> None:
    """A payment was a mistake: a mirrored row. Twice is harmless. Refuses
    `reason_missing`, `payment_unknown`, `month_closed`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        await lock_for("claim_payment", payment_id)
        row = await one(
            "SELECT p.*, r.id AS undone FROM claim_payment p LEFT JOIN claim_payment r"
            " ON r.reverses = p.id WHERE p.id = {} AND p.kitchen = {}"
            " AND p.reverses IS NULL",
            payment_id,
            kitchen_id,
        )
        if row is None:
            raise Refusal("payment_unknown")
        if row["undone"]:
            return
        await _book(
            kitchen_id,
            row["month"],
            row["payer"],
            -row["fen"],
            row["paid_on"],
            reason.strip(),
            today,
            payment_id,
            by,
            now,
        )


async def _claim(kitchen_id: int, month: str, payer: str, today: date) -> OpenClaim:
    claims = [c for c in await open_claims(kitchen_id, today) if c.month == month]
    if not claims:
        raise Refusal("month_open", month=month)
    for claim in claims:
        if claim.payer == payer:
            return claim
    raise Refusal("claim_unknown", month=month)


async def _book(
    kitchen_id: int,
    month: str,
    payer: str,
    fen: int,
    paid_on: date,
    reference: str,
    today: date,
    reverses: int | None,
    by: Actor,
    now: datetime,
) -> acts.Answer:
    entry = await ledger.post(
        kitchen_id=kitchen_id,
        kind="claim_payment",
        day=today,
        movements={f"bank:{kitchen_id}": fen, payer: -fen},
        by=by,
        now=now,
        note=reference,
    )
    facts = {"month": month, "payer": payer, "fen": fen, "paid_on": paid_on}
    payment = await insert_vouched(
        ClaimPayment,
        kitchen=kitchen_id,
        **facts,
        reference=reference,
        entry=entry,
        reverses=reverses,
        at=now,
        by=by.name,
    )
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action="claim.undo_payment" if reverses else "claim.pay",
        object_kind="claim_payment",
        object_id=payment,
        after=facts,
        reason=reference,
    )
    return {"payment": payment}
