"""Tablets by the key their browser made: who signed in on which, and which was lost.

A lost tablet is blocked: its sessions end, it gets no more day packs and wipes the one
it holds as soon as it speaks with the server. What it recorded before is not lost; it
waits for the manager's look, since a finder may have tapped as well.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, lock_for, one, rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.place_tables import Kitchen
from kitchen.staff import Actor

SHOWN_FOR = timedelta(days=30)
"""Whatever nobody signed in on for so long is a key that its browser has forgotten."""


class TabletBlock(Table, tablename="tablet_block"):
    """A tablet was lost; `lifted_at`: it was found."""

    kitchen = ForeignKey(Kitchen, null=False)
    tablet = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()
    lifted_at = Timestamptz(null=True, default=None)
    lifted_by = Text(default="")


@dataclass(frozen=True)
class TabletFacts:
    """One tablet; `reason` "" unless it is blocked, `open`: sessions not ended."""

    key: str
    seen_at: datetime
    staff: str
    point: str
    device: str
    open: int
    reason: str
    blocked_at: datetime | None


# Readers ----------------------------------------------------------------------


async def tablets_of(kitchen_id: int, now: datetime) -> list[TabletFacts]:
    """The tablets that this kitchen's people signed in on lately, and the blocked."""
    found = await rows(
        "SELECT s.tablet AS key, s.seen_at AS seen_at, p.name AS staff,"
        " COALESCE(q.name, '') AS point, s.device AS device, s.ended_at AS ended_at,"
        " COALESCE(b.reason, '') AS reason, b.at AS blocked_at FROM session s"
        " JOIN staff p ON p.id = s.staff LEFT JOIN dining_point q ON q.id = p.point_id"
        " LEFT JOIN tablet_block b ON b.tablet = s.tablet AND b.lifted_at IS NULL"
        " WHERE s.tablet <> '' AND COALESCE(p.kitchen_id, q.kitchen, {}) = {}"
        " AND (s.seen_at >= {} OR b.id IS NOT NULL) ORDER BY s.seen_at DESC, s.id DESC",
        *(kitchen_id, kitchen_id, now - SHOWN_FOR),
    )
    latest: dict[str, TabletFacts] = {}
    for row in found:
        opened = int(row["ended_at"] is None)
        values = {
            name: row[name] for name in TabletFacts.__annotations__ if name in row
        }
        known = latest.get(row["key"]) or TabletFacts(**values, open=0)
        latest[row["key"]] = replace(known, open=known.open + opened)
    return list(latest.values())


async def is_blocked(key: str) -> bool:
    """Whether that tablet is lost."""
    asked = "SELECT id FROM tablet_block WHERE tablet = {} AND lifted_at IS NULL"
    return bool(key) and await one(asked, key) is not None


async def refuse_blocked(key: str) -> None:
    """Refuses `tablet_blocked`."""
    if await is_blocked(key):
        raise Refusal("tablet_blocked")


# Verbs ------------------------------------------------------------------------


async def block(
    kitchen_id: int, key: str, reason: str, *, by: Actor, now: datetime
) -> None:
    """It is lost: its sessions end here and now. Twice is harmless. Refuses
    `reason_missing`, `tablet_unknown`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    if key not in {tablet.key for tablet in await tablets_of(kitchen_id, now)}:
        raise Refusal("tablet_unknown")
    async with writing():
        await lock_for("tablet", key)
        if await is_blocked(key):
            return
        await insert(
            TabletBlock,
            kitchen=kitchen_id,
            tablet=key,
            reason=reason.strip(),
            at=now,
            by=by.name,
            lifted_at=None,
            lifted_by="",
        )
        ending = (
            "UPDATE session SET ended_at = {} WHERE tablet = {} AND ended_at IS NULL"
        )
        await rows(ending, now, key)
        await _trace("tablet.block", key, reason.strip(), by=by, now=now)


async def lift(
    kitchen_id: int, key: str, reason: str, *, by: Actor, now: datetime
) -> None:
    """It was found. Twice is harmless. Refuses `reason_missing`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        await lock_for("tablet", key)
        row = await one(
            "SELECT id FROM tablet_block WHERE tablet = {} AND kitchen = {}"
            " AND lifted_at IS NULL",
            *(key, kitchen_id),
        )
        if row is None:
            return
        found = {"lifted_at": now, "lifted_by": by.name}
        await update_row(TabletBlock, row["id"], found)
        await _trace("tablet.lift", key, reason.strip(), by=by, now=now)


async def _trace(
    action: str, key: str, reason: str, *, by: Actor, now: datetime
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="tablet",
        object_id=key[:8],
        reason=reason,
    )
