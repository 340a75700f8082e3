"""Double-entry books in integer fen. Entries are sets of postings that sum to zero;
nothing is edited or deleted, a correction is the mirrored entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import BigInt, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit
from kitchen.database import (
    Asked,
    Lock,
    insert_many,
    lock_all,
    lock_for,
    one,
    returned,
    rows,
    writing,
)
from kitchen.errors import Refusal
from kitchen.places import Kitchen
from kitchen.staff import Actor
from kitchen.vouching import POSTINGS, insert_vouched, vouch


class Account(Table, tablename="account"):
    """`elder:12`, `funder:district`, `kitchen:1`, `cash:3`, `voucher:12` …"""

    code = Text()
    kind = Text()
    name = Text()


class Entry(Table, tablename="entry"):
    """One immutable event in the books. `reverses` is unique: undone at most once."""

    kitchen = ForeignKey(Kitchen, null=False)
    kind = Text()  # meal | top_up | refund | reversal …
    day = Date()
    at = Timestamptz()
    by = Text()
    note = Text()
    reverses: "ForeignKey[Any]" = ForeignKey("self", null=True)


class Posting(Table, tablename="posting"):
    """A movement: positive debits the account, negative credits it."""

    entry = ForeignKey(Entry, null=False)
    account = ForeignKey(Account, null=False)
    fen = BigInt()


@dataclass(frozen=True)
class StatementLine:
    """One movement on one account."""

    entry_id: int
    kind: str
    day: date
    at: datetime
    by: str
    note: str
    fen: int


async def post(
    *,
    kitchen_id: int,
    kind: str,
    day: date,
    movements: Mapping[str, int],
    by: Actor,
    now: datetime,
    note: str = "",
    reverses_id: int | None = None,
) -> int:
    """Write one entry inside the caller's `writing()`; its id.

    `movements`: account code → fen, debits positive. They must sum to zero
    (ValueError: a fault of ours, never of the user). Refuses `month_closed`.
    """
    if sum(movements.values()) != 0:
        raise ValueError(f"entry {kind!r} does not balance: {dict(movements)}")
    await refuse_closed_month(kitchen_id, day)
    entry_id = await insert_vouched(
        Entry,
        kitchen=kitchen_id,
        kind=kind,
        day=day,
        at=now,
        by=by.name,
        note=note,
        reverses=reverses_id,
    )
    moved = {code: fen for code, fen in movements.items() if fen}
    vouch(POSTINGS, entry_id, moved)
    accounts = await _accounts(list(movements))
    await insert_many(
        Posting,
        [
            {"entry": entry_id, "account": accounts[code], "fen": fen}
            for code, fen in moved.items()
        ],
    )
    return entry_id


async def reverse(
    entry_id: int,
    *,
    by: Actor,
    now: datetime,
    note: str,
    today: date | None = None,
) -> int:
    """The mirrored entry, inside the caller's `writing()`: on the day of the first, or
    on `today` where one is given and that day's month is settled, since what was
    settled is only ever corrected forward. Refuses `already_reversed`,
    `entry_unknown`, `month_closed`."""
    await lock_for("entry", entry_id)
    entry = await one("SELECT * FROM entry WHERE id = {}", entry_id)
    if entry is None:
        raise Refusal("entry_unknown", entry=entry_id)
    if await rows("SELECT id FROM entry WHERE reverses = {}", entry_id):
        raise Refusal("already_reversed", entry=entry_id)
    found = await rows(
        "SELECT a.code AS code, p.fen AS fen FROM posting p"
        " JOIN account a ON a.id = p.account WHERE p.entry = {} ORDER BY p.id",
        entry_id,
    )
    day = entry["day"]
    if today is not None and await _is_settled(entry["kitchen"], day):
        day = today
    return await post(
        kitchen_id=entry["kitchen"],
        kind="reversal",
        day=day,
        movements={row["code"]: -row["fen"] for row in found},
        by=by,
        now=now,
        note=note,
        reverses_id=entry_id,
    )


async def refuse_closed_month(kitchen_id: int, day: date) -> None:
    """Refuses `month_closed`: a settled month takes no more entries."""
    if await _is_settled(kitchen_id, day):
        raise Refusal("month_closed", month=f"{day:%Y-%m}")


async def _is_settled(kitchen_id: int, day: date) -> bool:
    """Whether that day's month is closed; if not, it cannot be before the caller's
    `writing()` has ended."""
    await lock_all([month_lock(kitchen_id, day)])
    return bool(await rows(*settled_asked(kitchen_id, day)))


def month_lock(kitchen_id: int, day: date) -> Lock:
    """What whoever posts holds: the month is not settled meanwhile."""
    return Lock("month", f"{kitchen_id}|{day:%Y-%m}", shared=True)


def settled_asked(kitchen_id: int, day: date) -> Asked:
    """Whether that day's month was settled."""
    return (
        "SELECT id FROM month_close WHERE kitchen = {} AND month = {}",
        *(kitchen_id, f"{day:%Y-%m}"),
    )


async def _accounts(codes: list[str]) -> dict[str, int]:
    found = await rows("SELECT id, code FROM account WHERE code IN {}", codes)
    known = {row["code"]: int(row["id"]) for row in found}
    new = [code for code in codes if code not in known]
    made = await returned(
        "INSERT INTO account (code, kind, name) VALUES ({}, {}, {})"
        " ON CONFLICT (code) DO NOTHING RETURNING id",
        [(code, code.partition(":")[0], "") for code in sorted(new)],
    )
    if len(made) < len(new):  # another till opened one at the same moment
        found = await rows("SELECT id, code FROM account WHERE code IN {}", new)
        return known | {row["code"]: int(row["id"]) for row in found}
    return known | dict(zip(sorted(new), made, strict=True))


async def balance_of(code: str) -> int:
    """Fen on an account: debits minus credits. An elder's credit is negative here
    (we owe them meals); `credit_of` turns it round."""
    row = await one(*balance_asked(code))
    return int(row["fen"]) if row else 0


def balance_asked(code: str) -> Asked:
    """The sum on an account."""
    return (
        "SELECT COALESCE(SUM(p.fen), 0) AS fen FROM posting p"
        " JOIN account a ON a.id = p.account WHERE a.code = {}",
        code,
    )


async def credit_of(elder_id: int) -> int:
    """Fen an elder has paid in and not yet eaten; below zero = owed to the kitchen."""
    return -await balance_of(f"elder:{elder_id}")


async def statement_of(code: str) -> list[StatementLine]:
    """Every movement on an account, oldest first."""
    found = await rows(
        "SELECT e.id AS id, e.kind AS kind, e.day AS day, e.at AS at, e.by AS by,"
        " e.note AS note, p.fen AS fen FROM posting p JOIN entry e ON e.id = p.entry"
        " JOIN account a ON a.id = p.account WHERE a.code = {} ORDER BY p.id",
        code,
    )
    return [
        StatementLine(
            row["id"],
            row["kind"],
            row["day"],
            row["at"],
            row["by"],
            row["note"],
            row["fen"],
        )
        for row in found
    ]


async def unbalanced() -> list[int]:
    """Entries whose postings do not sum to zero: always empty, or the books lie."""
    found = await rows(
        "SELECT entry FROM posting GROUP BY entry HAVING SUM(fen) <> 0 ORDER BY entry"
    )
    return [int(row["entry"]) for row in found]


async def top_up(
    elder_id: int,
    fen: int,
    *,
    kitchen_id: int,
    point_id: int | None,
    day: date,
    by: Actor,
    now: datetime,
    act: str = "",
) -> int:
    """Money paid in ahead, in cash at a point or the kitchen's desk. Sent twice with
    one `act` key it is one payment. Refuses `amount_not_positive`, `month_closed`."""
    if fen <= 0:
        raise Refusal("amount_not_positive", fen=fen)
    cash = f"cash:{point_id}" if point_id else f"cash:kitchen-{kitchen_id}"

    async def pay_in() -> acts.Answer:
        entry_id = await post(
            kitchen_id=kitchen_id,
            kind="top_up",
            day=day,
            movements={cash: fen, f"elder:{elder_id}": -fen},
            by=by,
            now=now,
        )
        await _trace("ledger.top_up", elder_id, by=by, now=now, fen=fen)
        return {"entry": entry_id}

    async with writing():
        if not act:
            return int((await pay_in())["entry"])
        body = {"elder": elder_id, "fen": fen, "cash": cash}
        answer, _repeated = await acts.once(act, by.name, now, body, pay_in)
        return int(answer["entry"])


async def refund(
    elder_id: int,
    reason: str,
    *,
    kitchen_id: int,
    point_id: int | None,
    day: date,
    by: Actor,
    now: datetime,
    act: str = "",
) -> int:
    """Everything still on the account paid back in cash, down to zero, when somebody
    leaves; fen paid. Sent twice with one `act` key it is one refund. Refuses
    `reason_missing`, `nothing_to_refund`, `month_closed`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    account = f"elder:{elder_id}"
    cash = f"cash:{point_id}" if point_id else f"cash:kitchen-{kitchen_id}"

    async def pay_back() -> acts.Answer:
        await lock_for("account", account)
        credit = await credit_of(elder_id)
        if credit <= 0:
            raise Refusal("nothing_to_refund", fen=credit)
        await post(
            kitchen_id=kitchen_id,
            kind="refund",
            day=day,
            movements={account: credit, cash: -credit},
            by=by,
            now=now,
            note=reason,
        )
        await _trace(
            "ledger.refund", elder_id, by=by, now=now, reason=reason, fen=credit
        )
        return {"fen": credit}

    async with writing():
        body = {"elder": elder_id, "reason": reason, "cash": cash}
        answer, _repeated = await acts.once_if(act, by.name, now, body, pay_back)
        return int(answer["fen"])


async def take_back(
    entry_id: int, elder_id: int, reason: str, *, today: date, by: Actor, now: datetime
) -> int:
    """A payment entered wrongly, as the mirrored entry, on `today` where its month is
    settled. A meal is taken back where it was served instead. Refuses
    `reason_missing`, `entry_unknown` (not this elder's, or not a payment),
    `already_reversed`, `month_closed`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        await lock_for("entry", entry_id)
        mine = await rows(
            "SELECT e.id FROM entry e JOIN posting p ON p.entry = e.id"
            " JOIN account a ON a.id = p.account"
            " WHERE e.id = {} AND e.kind = 'top_up' AND a.code = {}",
            entry_id,
            f"elder:{elder_id}",
        )
        if not mine:
            raise Refusal("entry_unknown", entry=entry_id)
        mirrored = await reverse(entry_id, by=by, now=now, note=reason, today=today)
        await _trace(
            "ledger.reverse", elder_id, by=by, now=now, reason=reason, entry=entry_id
        )
        return mirrored


async def credits(kitchen_id: int) -> dict[int, int]:
    """Elder → fen paid in and not yet eaten, for everyone whose account has moved."""
    found = await rows(
        "SELECT e.id AS elder, SUM(p.fen) AS fen FROM elder e JOIN account a"
        " ON a.code = 'elder:' || CAST(e.id AS TEXT) JOIN posting p ON p.account = a.id"
        " WHERE e.kitchen = {} GROUP BY e.id, e.name ORDER BY e.name, e.id",
        kitchen_id,
    )
    return {row["elder"]: -int(row["fen"]) for row in found}


async def _trace(
    action: str,
    elder_id: int,
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
    **after: object,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="elder",
        object_id=elder_id,
        after=after,
        reason=reason,
    )
