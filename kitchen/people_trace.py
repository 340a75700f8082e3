"""The audit line of a change to a person, and the sealing of what is private."""

from datetime import datetime
from typing import Any

from kitchen import audit
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
