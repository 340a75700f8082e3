"""Money's rows are vouched for by the audit chain, whose key is not in the database.

The line that records an act carries a digest of every row of money the act wrote. So a
row that is altered, deleted or slipped in is named, also while its day and month are
still open, and cutting lines off the chain leaves rows behind that nobody vouches for.
"""

import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from piccolo.table import Table

from kitchen import audit, database
from kitchen.database import insert, rows

DIGITS = 24
LINES_AT_ONCE = 1000
POSTINGS = "postings"
TABLES = (
    *("entry", "meal", "meal_void", "claim_payment", "repayment", "correction"),
    *("purse_grant", "purse_expiry", "recovery_case", "subsidy_bar", "bar_lift"),
)
"""Tables whose rows are vouched for one by one; an entry's postings stand together
under the entry's number."""


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


async def verify() -> tuple[int, Unvouched | None]:
    """How many rows the chain vouches for, and the first that is not as it says.

    The chain itself is `audit.verify`'s. Rows older than the first that was ever
    vouched for are not asked about.
    """
    seen: Counter[str] = Counter()
    first: dict[str, int] = {}
    async for told in _told():
        for kind in {key.partition(" ")[0] for key in told}:
            said = {
                int(key.partition(" ")[2]): digest
                for key, digest in told.items()
                if key.partition(" ")[0] == kind
            }
            if bad := await _differing(kind, said):
                return seen.total(), bad
            seen[kind] += len(said)
            first[kind] = min(first.get(kind, min(said)), *said)
    for kind, since in sorted(first.items()):
        if bad := await _added(kind, since, seen[kind]):
            return seen.total(), bad
    return seen.total(), None


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
    held = await _digests(kind, sorted(said))
    for row_id, digest in sorted(said.items()):
        if row_id not in held:
            return Unvouched(kind, row_id, "missing")
        if held[row_id] != digest:
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
        f" ORDER BY {number}",
        since,
    )
    if len(found) <= vouched:
        return None
    told = {key async for part in _told() for key in part}
    for row in found:
        if f"{kind} {row['id']}" not in told:
            return Unvouched(kind, row["id"], "added")
    return None
