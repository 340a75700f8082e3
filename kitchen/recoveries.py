"""Money to be paid back, and who is barred: what a finding may become.

A case names the amount to recover; each repayment is posted; a bar of a person or of
the provider refuses the next subsidy until it is lifted by a row of its own (rule A39
of the source plans: the recipient repays and is barred, the provider repays and loses
the right).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import BigInt, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit, ledger
from kitchen.database import Asked, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.ledger import Entry
from kitchen.places import Kitchen
from kitchen.registry import Elder
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched


class RecoveryCase(Table, tablename="recovery_case"):
    """What somebody owes back. `elder` None = the provider, this kitchen."""

    kitchen = ForeignKey(Kitchen, null=False)
    elder = ForeignKey(Elder, null=True)
    finding = Text()  # the settlement's finding it came from
    amount_fen = BigInt()
    reason = Text()
    at = Timestamptz()
    by = Text()


class Repayment(Table, tablename="repayment"):
    """Paid back, in cash at the kitchen's desk."""

    recovery = ForeignKey(RecoveryCase, null=False)
    fen = BigInt()
    entry = ForeignKey(Entry, null=False)
    at = Timestamptz()
    by = Text()


class Bar(Table, tablename="subsidy_bar"):
    """No subsidy from a day on, for the person or the provider of the case."""

    recovery = ForeignKey(RecoveryCase, null=False)
    kitchen = ForeignKey(Kitchen, null=False)
    elder = ForeignKey(Elder, null=True)
    from_day = Date()
    at = Timestamptz()
    by = Text()


class BarLift(Table, tablename="bar_lift"):
    """The bar ends on this day, for a reason."""

    barred = ForeignKey(Bar, null=False)
    from_day = Date()
    reason = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class CaseFacts:
    """One case; `barred_from` None = nobody is barred by it now."""

    id: int
    elder_id: int | None
    name: str
    finding: str
    amount_fen: int
    repaid_fen: int
    reason: str
    at: datetime
    by: str
    bar_id: int | None
    barred_from: date | None

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.repaid_fen


@dataclass(frozen=True)
class RepaymentFacts:
    """Something paid back; `undone` when it was a mistake."""

    id: int
    case_id: int
    fen: int
    entry_id: int
    at: datetime
    by: str
    undone: bool


# Readers ----------------------------------------------------------------------


async def cases_for(kitchen_id: int) -> list[CaseFacts]:
    """Every case of a kitchen, the newest first."""
    found = await rows(
        "SELECT c.id AS id, c.elder AS elder_id, e.name AS name, c.finding AS finding,"
        " c.amount_fen AS amount_fen, c.reason AS reason, c.at AS at, c.by AS by,"
        " b.id AS bar_id, b.from_day AS barred_from,"
        " (SELECT COALESCE(SUM(r.fen), 0) FROM repayment r WHERE r.recovery = c.id"
        " AND NOT EXISTS (SELECT 1 FROM entry x WHERE x.reverses = r.entry))"
        " AS repaid_fen FROM recovery_case c LEFT JOIN elder e ON e.id = c.elder"
        " LEFT JOIN subsidy_bar b ON b.recovery = c.id AND NOT EXISTS"
        " (SELECT 1 FROM bar_lift l WHERE l.barred = b.id)"
        " WHERE c.kitchen = {} ORDER BY c.id DESC",
        kitchen_id,
    )
    return [
        CaseFacts(
            **{
                **row,
                "name": row["name"] or "",
                "repaid_fen": int(row["repaid_fen"]),
            }
        )
        for row in found
    ]


async def repayments_for(kitchen_id: int) -> list[RepaymentFacts]:
    """Everything paid back, the newest first; what was taken back is marked."""
    found = await rows(
        "SELECT r.id AS id, r.recovery AS case_id, r.fen AS fen, r.entry AS entry_id,"
        " r.at AS at, r.by AS by, x.id AS undone FROM repayment r"
        " JOIN recovery_case c ON c.id = r.recovery"
        " LEFT JOIN entry x ON x.reverses = r.entry"
        " WHERE c.kitchen = {} ORDER BY r.id DESC",
        kitchen_id,
    )
    return [RepaymentFacts(**{**row, "undone": bool(row["undone"])}) for row in found]


async def case_by_id(kitchen_id: int, case_id: int) -> CaseFacts:
    """One case of that kitchen; refuses `recovery_unknown`."""
    for case in await cases_for(kitchen_id):
        if case.id == case_id:
            return case
    raise Refusal("recovery_unknown", case=case_id)


async def refuse_barred(kitchen_id: int, elder_ids: Iterable[int], day: date) -> None:
    """Refuses `subsidy_barred` (the person) and `provider_barred` for a subsidised
    meal of that day."""
    wanted = set(elder_ids)
    for row in await rows(*bars_asked(kitchen_id, day)):
        if row["elder"] is None:
            raise Refusal("provider_barred", since=row["since"], number=row["number"])
        if row["elder"] in wanted:
            raise Refusal(
                "subsidy_barred",
                name=row["name"],
                since=row["since"],
                number=row["number"],
            )


def bars_asked(kitchen_id: int, day: date) -> Asked:
    """Who is barred on a day, the kitchen itself as nobody."""
    return (
        "SELECT b.elder AS elder, b.from_day AS since, b.recovery AS number,"
        " e.name AS name FROM subsidy_bar b LEFT JOIN elder e ON e.id = b.elder"
        " LEFT JOIN bar_lift l ON l.barred = b.id AND l.from_day <= {}"
        " WHERE b.kitchen = {} AND b.from_day <= {} AND l.id IS NULL ORDER BY b.id",
        *(day, kitchen_id, day),
    )


# Verbs ------------------------------------------------------------------------


async def open_in_transaction(
    *,
    kitchen_id: int,
    elder_id: int | None,
    finding: str,
    amount_fen: int,
    reason: str,
    barred_from: date | None,
    by: Actor,
    now: datetime,
) -> int:
    """A case, and a bar when a day is given, inside the caller's `writing()`. Refuses
    `reason_missing`, `amount_not_positive`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    if amount_fen <= 0:
        raise Refusal("amount_not_positive", fen=amount_fen)
    case_id = await insert_vouched(
        RecoveryCase,
        kitchen=kitchen_id,
        elder=elder_id,
        finding=finding,
        amount_fen=amount_fen,
        reason=reason,
        at=now,
        by=by.name,
    )
    if barred_from is not None:
        await insert_vouched(
            Bar,
            recovery=case_id,
            kitchen=kitchen_id,
            elder=elder_id,
            from_day=barred_from,
            at=now,
            by=by.name,
        )
    facts = {"elder": elder_id, "amount_fen": amount_fen, "barred": barred_from}
    await _trace("recovery.open", case_id, facts, reason, by=by, now=now)
    return case_id


async def repay(
    case_id: int,
    fen: int,
    *,
    kitchen_id: int,
    day: date,
    by: Actor,
    now: datetime,
    act: str = "",
) -> None:
    """Something paid back; sent twice with one `act` key it is one payment. Refuses
    `recovery_unknown`, `amount_not_positive`, `more_than_owed`, `month_closed`."""

    async def pay() -> acts.Answer:
        await lock_for("recovery_case", case_id)
        case = await case_by_id(kitchen_id, case_id)
        if fen <= 0:
            raise Refusal("amount_not_positive", fen=fen)
        if fen > case.open_fen:
            raise Refusal("more_than_owed", open_fen=case.open_fen, paid_fen=fen)
        entry = await ledger.post(
            kitchen_id=kitchen_id,
            kind="repayment",
            day=day,
            movements={f"cash:kitchen-{kitchen_id}": fen, f"recovery:{case_id}": -fen},
            by=by,
            now=now,
        )
        await insert_vouched(
            Repayment, recovery=case_id, fen=fen, entry=entry, at=now, by=by.name
        )
        await _trace("recovery.repay", case_id, {"fen": fen}, "", by=by, now=now)
        return {"entry": entry}

    async with writing():
        body = {"case": case_id, "fen": fen}
        await acts.once_if(act, by.name, now, body, pay)


async def undo_repayment(
    repayment_id: int,
    reason: str,
    *,
    kitchen_id: int,
    today: date,
    by: Actor,
    now: datetime,
) -> None:
    """A repayment was a mistake: its mirrored entry, on `today` where its month is
    settled; what is owed is owed again. Twice is harmless. Refuses `reason_missing`,
    `payment_unknown`, `month_closed`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        await lock_for("repayment", repayment_id)
        found = await repayments_for(kitchen_id)
        paid = next((one for one in found if one.id == repayment_id), None)
        if paid is None:
            raise Refusal("payment_unknown")
        if paid.undone:
            return
        await ledger.reverse(
            paid.entry_id, by=by, now=now, note=reason.strip(), today=today
        )
        facts = {"fen": paid.fen}
        await _trace("recovery.undo", paid.case_id, facts, reason, by=by, now=now)


async def lift_bar(
    bar_id: int,
    reason: str,
    *,
    kitchen_id: int,
    day: date,
    by: Actor,
    now: datetime,
) -> None:
    """Subsidies again from a day on. Twice is harmless. Refuses `reason_missing`,
    `recovery_unknown`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        await lock_for("subsidy_bar", bar_id)
        row = await one(
            "SELECT recovery FROM subsidy_bar WHERE id = {} AND kitchen = {}",
            bar_id,
            kitchen_id,
        )
        if row is None:
            raise Refusal("recovery_unknown", case=bar_id)
        if await rows("SELECT id FROM bar_lift WHERE barred = {}", bar_id):
            return
        await insert_vouched(
            BarLift, barred=bar_id, from_day=day, reason=reason, at=now, by=by.name
        )
        facts = {"from": day}
        await _trace("recovery.lift", row["recovery"], facts, reason, by=by, now=now)


async def _trace(
    action: str,
    case_id: int,
    after: Mapping[str, object],
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="recovery",
        object_id=case_id,
        after=after,
        reason=reason,
    )
