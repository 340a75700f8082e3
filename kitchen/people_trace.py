"""The audit line of a change to a person, and the sealing of what is private."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kitchen import audit
from kitchen.database import rows
from kitchen.sealing import keyring
from kitchen.staff import Actor


async def trace(
    action: str,
    elder_id: int,
    *,
    by: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="elder",
        object_id=elder_id,
        before=before,
        after=after,
        reason=reason,
    )


def sealed(table: str, column: str, row_key: object, text: str) -> str:
    return keyring().seal(table, column, row_key, text) if text else ""


@dataclass(frozen=True)
class Change:
    """One line of a person's history."""

    at: datetime
    by: str
    action: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


async def history_of(elder_id: int, limit: int = 100) -> list[Change]:
    """What was changed about a person, newest first, from the audit trail."""
    found = await rows(
        "SELECT at, actor, action, before, after, reason FROM audit_line"
        " WHERE object_kind = 'elder' AND object_id = {} ORDER BY id DESC LIMIT {}",
        str(elder_id),
        limit,
    )
    return [
        Change(
            row["at"],
            row["actor"],
            row["action"],
            json.loads(row["before"]),
            json.loads(row["after"]),
            row["reason"],
        )
        for row in found
    ]
