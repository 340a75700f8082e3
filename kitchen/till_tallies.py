"""At a shift's end tablet and server count together: which of the acts a tablet holds
are in the books, under a mark that both can work out. It is printed on the day's sheet.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kitchen.counters import refuse_foreign_point, trace
from kitchen.database import insert, lock_for, rows, writing
from kitchen.day_packs import read_token
from kitchen.staff import Actor
from kitchen.till_tables import TillTally


@dataclass(frozen=True)
class TallyFacts:
    """The last word of one tablet: how many acts it holds, how many of them the server
    holds, and the mark of these."""

    point: str
    device: str
    acts: int
    held: int
    mark: str

    @property
    def missing(self) -> int:
        return self.acts - self.held


def check_of(keys: Sequence[str]) -> str:
    """Eight digits and letters that agree on both sides when the acts do."""
    joined = "\n".join(sorted(keys))
    return hashlib.sha256(joined.encode()).hexdigest()[:8].upper()


async def acts_held(keys: Sequence[str]) -> list[str]:
    """Those of a tablet's act keys that the books hold, in order; also an act whose
    answer was lost on the way, which needed no report."""
    found = await rows(
        "SELECT key FROM act WHERE key IN {} ORDER BY key", list(keys) or [""]
    )
    return [row["key"] for row in found]


async def tallies_for(kitchen_id: int, day: date, meal: str) -> list[TallyFacts]:
    """The last tally of each tablet of a meal, by point."""
    found = await rows(
        "SELECT p.name AS point, t.device AS device, t.acts AS acts, t.held AS held,"
        " t.mark AS mark FROM till_tally t JOIN dining_point p ON p.id = t.point"
        " WHERE t.day = {} AND t.meal = {} AND p.kitchen = {} AND NOT EXISTS"
        " (SELECT 1 FROM till_tally n WHERE n.point = t.point AND n.day = t.day"
        " AND n.meal = t.meal AND n.device = t.device AND n.id > t.id)"
        " ORDER BY p.id, t.device",
        day,
        meal,
        kitchen_id,
    )
    return [TallyFacts(**row) for row in found]


async def tally(
    pack: str, keys: Sequence[str], device: str, *, by: Actor, now: datetime
) -> list[str]:
    """Keep what a tablet holds of the pack's meal beside what the books hold; the keys
    held. Told again with the same figures it is one row. Refuses `pack_unreadable`,
    `not_your_point`."""
    told = read_token(pack)
    refuse_foreign_point(told.point_id, by)
    when = {"point": told.point_id, "day": told.day, "meal": told.meal}
    async with writing():
        await lock_for("till_tally", f"{device}|{told.point_id}")
        held = await acts_held(keys)
        facts = {"acts": len(set(keys)), "held": len(held), "mark": check_of(held)}
        if await _last_of(when, device) != facts:
            await insert(TillTally, **when, device=device, **facts, at=now, by=by.name)
            await trace("dining.tally", told.point_id, facts, by=by, now=now)
    return held


async def _last_of(when: dict[str, object], device: str) -> dict[str, object] | None:
    found = await rows(
        "SELECT acts, held, mark FROM till_tally WHERE point = {} AND day = {}"
        " AND meal = {} AND device = {} ORDER BY id DESC LIMIT 1",
        *when.values(),
        device,
    )
    return found[0] if found else None
