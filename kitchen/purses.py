"""Vouchers in a household's purse: granted month by month, pooled until the window
ends, spent with a meal, and gone afterwards.

A purse is an account of the ledger: `purse:h5` for a household, `purse:e12` for who has
none. A grant credits it against `issued:<kitchen>`; a meal spends it, and only then the
funder owes (`grant:district`). What a purse holds on a day are the postings of that
day's window, so that nothing of an old quarter can be spent even before it is written
off.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from piccolo.columns import BigInt, Date, ForeignKey, Text
from piccolo.table import Table

from kitchen import audit, ledger
from kitchen.database import lock_for, rows
from kitchen.ledger import Entry
from kitchen.places import Kitchen
from kitchen.registry import Elder, ElderFacts
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched

POOLS = ("quarter", "month")


class PurseGrant(Table, tablename="purse_grant"):
    """One person's month was granted, into that purse. Once, by unique index."""

    kitchen = ForeignKey(Kitchen, null=False)
    elder = ForeignKey(Elder, null=False)
    month = Text()  # 2026-11
    purse = Text()
    fen = BigInt()  # 0 for the second of a household: two elders, one purse
    entry = ForeignKey(Entry, null=True)


class PurseExpiry(Table, tablename="purse_expiry"):
    """What a purse still held when its window ended was written off."""

    kitchen = ForeignKey(Kitchen, null=False)
    purse = Text()
    last_day = Date()  # of the window
    fen = BigInt()
    entry = ForeignKey(Entry, null=False)


# Pure rules -------------------------------------------------------------------


def purse_of(person: ElderFacts) -> str:
    """The account that holds this person's vouchers."""
    if person.household_id is not None:
        return f"purse:h{person.household_id}"
    return f"purse:e{person.id}"


def window_of(day: date, pool: str) -> tuple[date, date]:
    """First and last day of the quarter or month in which a grant may be spent. The
    source plan settles by quarter and clears at its end; whether a later month's grant
    may be spent earlier it leaves open: here it may not, grants come month by month."""
    months = 3 if pool == "quarter" else 1
    first_month = day.month - (day.month - 1) % months
    first = date(day.year, first_month, 1)
    last_month = first_month + months - 1
    return first, date(day.year, last_month, monthrange(day.year, last_month)[1])


# Readers ----------------------------------------------------------------------


async def held(codes: Iterable[str], first: date, last: date) -> dict[str, int]:
    """Fen that those purses hold of what was granted in a window."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    found = await rows(
        "SELECT a.code AS code, SUM(p.fen) AS fen FROM posting p"
        " JOIN account a ON a.id = p.account JOIN entry e ON e.id = p.entry"
        " WHERE a.code IN {} AND e.day >= {} AND e.day <= {}"
        " AND e.kind <> 'expiry' GROUP BY a.code",
        wanted,
        first,
        last,
    )
    return dict.fromkeys(wanted, 0) | {row["code"]: -int(row["fen"]) for row in found}


async def pool_of(kitchen_id: int, day: date) -> str:
    """How the programme of that day pools its grants."""
    found = await rows(
        "SELECT pool FROM purse_programme WHERE kitchen = {} AND valid_from <= {}"
        " AND approved_at IS NOT NULL ORDER BY valid_from DESC, id DESC LIMIT 1",
        kitchen_id,
        day,
    )
    return str(found[0]["pool"]) if found else "quarter"


async def purses_on(
    people: Mapping[int, ElderFacts], kitchen_id: int, day: date
) -> dict[int, int]:
    """What each of those people may spend from the purse on a day, in fen."""
    codes = {elder: purse_of(person) for elder, person in people.items()}
    window = window_of(day, await pool_of(kitchen_id, day))
    known = await held(codes.values(), *window)
    return {elder: known[code] for elder, code in codes.items()}


# Verbs ------------------------------------------------------------------------


async def grant(
    person: ElderFacts, month: str, fen: int, day: date, *, by: Actor, now: datetime
) -> bool:
    """One person's month, inside the caller's `writing()`; False when it was granted
    before. The first of a household brings the money, the others share it."""
    purse = purse_of(person)
    await lock_for("purse", purse)
    granted = await rows(
        "SELECT elder FROM purse_grant WHERE month = {} AND (purse = {} OR elder = {})",
        month,
        purse,
        person.id,
    )
    if person.id in {row["elder"] for row in granted}:
        return False
    fen = 0 if granted else fen
    entry = None
    if fen:
        entry = await ledger.post(
            kitchen_id=person.kitchen_id,
            kind="grant",
            day=day,
            movements={f"issued:{person.kitchen_id}": fen, purse: -fen},
            by=by,
            now=now,
            note=month,
        )
    await insert_vouched(
        PurseGrant,
        kitchen=person.kitchen_id,
        elder=person.id,
        month=month,
        purse=purse,
        fen=fen,
        entry=entry,
    )
    await _trace("purse.grant", person.id, {"month": month, "fen": fen}, by, now)
    return True


async def expire(
    kitchen_id: int, first: date, last: date, *, by: Actor, now: datetime
) -> int:
    """Write off what the purses still hold of a window that is over, inside the
    caller's `writing()`; how many. The entries are of the day after, so that a closed
    quarter stays as it was signed."""
    found = await rows(
        "SELECT DISTINCT purse FROM purse_grant WHERE kitchen = {} AND month >= {}"
        " AND month <= {} AND purse NOT IN (SELECT purse FROM purse_expiry"
        " WHERE last_day = {}) ORDER BY purse",
        kitchen_id,
        f"{first:%Y-%m}",
        f"{last:%Y-%m}",
        last,
    )
    for row in found:
        await lock_for("purse", row["purse"])
    left = await held((row["purse"] for row in found), first, last)
    for purse, fen in left.items():
        if fen > 0:
            await _write_off(kitchen_id, purse, fen, last, by=by, now=now)
    return sum(fen > 0 for fen in left.values())


async def _write_off(
    kitchen_id: int, purse: str, fen: int, last: date, *, by: Actor, now: datetime
) -> None:
    entry = await ledger.post(
        kitchen_id=kitchen_id,
        kind="expiry",
        day=last + timedelta(days=1),
        movements={purse: fen, f"issued:{kitchen_id}": -fen},
        by=by,
        now=now,
    )
    facts = {"purse": purse, "last_day": last, "fen": fen}
    await insert_vouched(PurseExpiry, kitchen=kitchen_id, entry=entry, **facts)
    await _trace("purse.expire", purse, facts, by, now)


async def _trace(
    action: str,
    object_id: object,
    after: Mapping[str, object],
    by: Actor,
    now: datetime,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="purse",
        object_id=object_id,
        after=after,
    )
