"""Money's rows are vouched for by the audit chain, whose key is not in the database.

The line that records an act carries a digest of every row of money the act wrote: what
was paid, what it was priced by, and who closed, settled or signed it. So a row that is
altered, deleted or slipped in is named, also while its day and month are still open,
and cutting lines off the chain leaves rows behind that nobody vouches for.
"""

import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from piccolo.table import Table

from kitchen import audit, database
from kitchen.database import insert, one, rows, writing

DIGITS = 24
LINES_AT_ONCE = 1000
ROWS_AT_ONCE = 5000
OLDER_AT_ONCE = 200  # rows that one line vouches for afterwards
POSTINGS = "postings"
TABLES = (
    *("entry", "meal", "meal_void", "claim_payment", "repayment", "correction"),
    *("purse_grant", "purse_expiry", "recovery_case", "subsidy_bar", "bar_lift"),
    *("month_close", "finding_settled", "quarter_statement", "statement_signature"),
    *("shift_close", "till_report", "till_decision"),
    *("list_price", "approved_price", "scheme_version", "purse_programme"),
)
"""Tables whose rows are vouched for one by one; an entry's postings stand together
under the entry's number."""
APPROVED = ("scheme_version", "purse_programme")
"""Nothing is priced by a proposal: vouched for when the second person approves it."""
OLDER = (
    "这些账目写下的时候还没有指纹：今天按它们现在的样子补上，"
    "以后改了看得出来；以前有没有改过，这一行不能作证"
)
"""What the line says that vouches for older rows."""


@dataclass(frozen=True)
class Unvouched:
    """The first row that the chain does not vouch for as it stands. `what`: altered |
    missing | added."""

    kind: str
    row_id: int
    what: str


def digest_of(values: Mapping[str, object]) -> str:
    """24 hexadecimal digits for a row's values. Its number and what is empty are left
    out, so that a column added later alters no old row's digest."""
    told = {name: x for name, x in values.items() if name != "id" and x is not None}
    return hashlib.sha256(audit.canonical(told).encode()).hexdigest()[:DIGITS]


async def insert_vouched(table: type[Table], **values: Any) -> int:
    """Insert a row that the transaction's next audit line vouches for; its number."""
    row_id = int(await insert(table, **values))
    vouch(table._meta.tablename, row_id, values)
    return row_id


def vouch(kind: str, row_id: int, values: Mapping[str, object]) -> None:
    """Let the transaction's next audit line carry the digest of those values."""
    database.vouched()[f"{kind} {row_id}"] = digest_of(values)


async def vouch_as_it_stands(kind: str, row_id: int) -> None:
    """The same for a row of `APPROVED` that was just approved."""
    row = await one(f"SELECT * FROM {kind} WHERE id = {{}}", row_id)  # noqa: S608 - a name of ours
    vouch(kind, row_id, row or {})


async def verify() -> tuple[int, Unvouched | None]:
    """How many rows the chain vouches for, and the first that is not as it says.

    The chain itself is `audit.verify`'s. Rows older than the first that was ever
    vouched for are not asked about: `look` counts them.
    """
    count, bad, _older = await look()
    return count, bad


async def look() -> tuple[int, Unvouched | None, int]:
    """`verify`, and how many rows nobody vouches for because they were there before;
    one walk through the chain for both. None are counted where one is bad."""
    seen: Counter[str] = Counter()
    first: dict[str, int] = {}
    async for told in _told():
        for kind, said in _by_kind(told).items():
            if bad := await _differing(kind, said):
                return seen.total(), bad, 0
            seen[kind] += len(said)
            first[kind] = min(first.get(kind, min(said)), *said)
    for kind, since in sorted(first.items()):
        if bad := await _added(kind, since, seen[kind]):
            return seen.total(), bad, 0
    if bad := await _slipped_below(first):
        return seen.total(), bad, 0
    return seen.total(), None, await _count_older(first)


async def _slipped_below(first: Mapping[str, int]) -> Unvouched | None:
    """A row with a number below all others, after older rows had been vouched for: by
    then there were none left."""
    for kind in sorted(await _done()):
        if ids := await _older_ids(kind, first.get(kind, _NONE)):
            return Unvouched(kind, ids[-1], "added")
    return None


async def _done() -> set[str]:
    """Kinds of which no older row was left when older rows were vouched for."""
    lines = await rows(
        "SELECT after FROM audit_line WHERE action = 'books.vouch_older'"
        " AND object_id = 'all' ORDER BY id DESC LIMIT 1"
    )
    return set(json.loads(lines[0]["after"])["done"]) if lines else set()


async def _count_older(first: Mapping[str, int]) -> int:
    count = 0
    for kind in (*TABLES, POSTINGS):
        found = await one(_older_sql(kind, "COUNT(*) AS n"), first.get(kind, _NONE))
        count += int(found["n"]) if found else 0
    return count


async def vouch_for_older(*, by: str, staff_id: int | None, now: datetime) -> int:
    """Let the chain vouch, from now on, for the rows that are older than its vouching,
    as they stand today; how many. Its lines say that they prove nothing of the time
    before. Broken off, it goes on where it was; done, there is nothing left to do."""
    count = 0
    first = await _first_vouched()
    for kind in (*TABLES, POSTINGS):
        before = first.get(kind, _NONE)
        while ids := await _older_ids(kind, before):
            told = {"first": ids[-1], "last": ids[0], "rows": len(ids)}
            async with writing():
                for row_id, digest in (await _digests(kind, ids)).items():
                    database.vouched()[f"{kind} {row_id}"] = digest
                await _trace_older(kind, told, by, staff_id, now)
            before, count = ids[-1], count + len(ids)
    kinds = sorted((*TABLES, POSTINGS))
    if await _done() != set(kinds):
        async with writing():
            await _trace_older("all", {"done": kinds}, by, staff_id, now)
    return count


async def _trace_older(
    what: str,
    after: Mapping[str, object],
    by: str,
    staff_id: int | None,
    now: datetime,
) -> None:
    await audit.record(
        by=by,
        staff_id=staff_id,
        at=now,
        action="books.vouch_older",
        object_kind="books",
        object_id=what,
        after=after,
        reason=OLDER,
    )


_NONE = 2**31 - 1  # no row is vouched for: all are older


async def _first_vouched() -> dict[str, int]:
    first: dict[str, int] = {}
    async for told in _told():
        for kind, said in _by_kind(told).items():
            first[kind] = min(first.get(kind, _NONE), *said)
    return first


def _older_sql(kind: str, what: str) -> str:
    table = "entry" if kind == POSTINGS else kind
    return f"SELECT {what} FROM {table} WHERE id < {{}}{_counted(kind)}"  # noqa: S608 - names of ours


async def _older_ids(kind: str, before: int) -> list[int]:
    """The next numbers below, the highest first."""
    sql = f"{_older_sql(kind, 'id')} ORDER BY id DESC LIMIT {{}}"
    return [row["id"] for row in await rows(sql, before, OLDER_AT_ONCE)]


def _counted(kind: str) -> str:
    return " AND approved_at IS NOT NULL" if kind in APPROVED else ""


def _by_kind(told: Mapping[str, str]) -> dict[str, dict[int, str]]:
    """kind → row → digest"""
    found: dict[str, dict[int, str]] = {}
    for key, digest in told.items():
        kind, _space, row_id = key.partition(" ")
        found.setdefault(kind, {})[int(row_id)] = digest
    return found


async def _told() -> AsyncIterator[dict[str, str]]:
    """What the lines vouch for, a thousand lines at once, in the order of the chain."""
    after = 0
    while lines := await rows(
        "SELECT id, after FROM audit_line WHERE id > {} AND after LIKE {}"
        " ORDER BY id LIMIT {}",
        after,
        '%"vouched":{%',
        LINES_AT_ONCE,
    ):
        after = lines[-1]["id"]
        told: dict[str, str] = {}
        for line in lines:
            told |= json.loads(line["after"]).get("vouched", {})
        yield told


async def _differing(kind: str, said: Mapping[int, str]) -> Unvouched | None:
    ids = sorted(said)
    for begin in range(0, len(ids), ROWS_AT_ONCE):
        part = ids[begin : begin + ROWS_AT_ONCE]
        held = await _digests(kind, part)
        for row_id in part:
            if row_id not in held:
                return Unvouched(kind, row_id, "missing")
            if held[row_id] != said[row_id]:
                return Unvouched(kind, row_id, "altered")
    return None


async def _digests(kind: str, ids: list[int]) -> dict[int, str]:
    if kind == POSTINGS:
        found = await rows(
            "SELECT p.entry AS id, a.code AS code, p.fen AS fen FROM posting p"
            " JOIN account a ON a.id = p.account WHERE p.entry IN {} ORDER BY p.id",
            ids,
        )
        moved: dict[int, dict[str, int]] = {one: {} for one in ids}
        for row in found:
            held = moved[row["id"]]
            held[row["code"]] = held.get(row["code"], 0) + row["fen"]
        return {one: digest_of(movements) for one, movements in moved.items()}
    if kind not in TABLES:
        return {}
    found = await rows(f"SELECT * FROM {kind} WHERE id IN {{}}", ids)  # noqa: S608 - a name of ours
    return {row["id"]: digest_of(row) for row in found}


async def _added(kind: str, since: int, vouched: int) -> Unvouched | None:
    """A row that no line speaks of, looked for only where there are more than told."""
    table, number = ("posting", "entry") if kind == POSTINGS else (kind, "id")
    found = await rows(
        f"SELECT DISTINCT {number} AS id FROM {table} WHERE {number} >= {{}}"  # noqa: S608 - names of ours
        f"{_counted(kind)} ORDER BY {number}",
        since,
    )
    if len(found) <= vouched:
        return None
    told = {key async for part in _told() for key in part}
    for row in found:
        if f"{kind} {row['id']}" not in told:
            return Unvouched(kind, row["id"], "added")
    return None
