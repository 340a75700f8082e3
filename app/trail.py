"""The audit chain read back for its page; `kitchen.audit` writes and verifies it."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from kitchen import database


@dataclass(frozen=True)
class Asked:
    """What the reader looks for; an empty part asks for everything."""

    actor: str = ""
    kind: str = ""
    day: dt.date | None = None
    kitchen_id: int | None = None  # of the person who acted; None: everybody's


@dataclass(frozen=True)
class LineFacts:
    """One line; sealed values in `before` and `after` stay sealed."""

    id: int
    at: dt.datetime
    actor: str
    action: str
    object_kind: str
    object_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


async def latest(
    asked: Asked, *, before_id: int | None, limit: int, zone: ZoneInfo
) -> list[LineFacts]:
    """Lines of what was asked for, the newest first, older than `before_id`."""
    clauses: list[str] = ["1 = 1"]
    values: list[object] = []
    if before_id is not None:
        clauses.append("id < {}")
        values.append(before_id)
    if asked.actor:
        clauses.append("actor = {}")
        values.append(asked.actor)
    if asked.kitchen_id is not None:
        clauses.append("staff_id IN (SELECT id FROM staff WHERE kitchen_id = {})")
        values.append(asked.kitchen_id)
    if asked.kind:
        clauses.append("object_kind = {}")
        values.append(asked.kind)
    if asked.day:
        begin = dt.datetime.combine(asked.day, dt.time(), tzinfo=zone)
        clauses.append("at >= {} AND at < {}")
        values += [
            begin.astimezone(dt.UTC),
            (begin + dt.timedelta(days=1)).astimezone(dt.UTC),
        ]
    where = " AND ".join(clauses)
    found = await database.rows(
        f"SELECT * FROM audit_line WHERE {where} ORDER BY id DESC LIMIT {{}}",  # noqa: S608 - clauses of ours, values apart
        *values,
        limit,
    )
    return [_line(row) for row in found]


def _line(row: dict[str, Any]) -> LineFacts:
    return LineFacts(
        row["id"],
        row["at"],
        row["actor"],
        row["action"],
        row["object_kind"],
        row["object_id"],
        json.loads(row["before"] or "{}"),
        json.loads(row["after"] or "{}"),
        row["reason"],
    )
