"""What was really cooked, sampled and portioned: the door to `batches`, `samples` and
`production_records`, and the portioned containers themselves.

What should be cooked is in `kitchen.portions` and `kitchen.kitchen_day`.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.batches import (
    cooked_for,
    forget_places,
    record_batch,
    record_holding,
    record_places,
)
from kitchen.database import insert, rows
from kitchen.lateness import is_late
from kitchen.places import DiningPoint, Kitchen
from kitchen.production_records import record_once, void_production
from kitchen.samples import SampleFacts, record_sample, samples_for, take_out
from kitchen.staff import Actor
from kitchen.use_by import (
    BatchFacts,
    HoldingFacts,
    Life,
    batches_at,
    life_of,
    made_and_use_by,
    use_by,
)

__all__ = [
    "BatchFacts",
    "HoldingFacts",
    "Life",
    "Packed",
    "PackedFacts",
    "SampleFacts",
    "batches_at",
    "cooked_for",
    "forget_places",
    "is_late",
    "life_of",
    "made_and_use_by",
    "packed_for",
    "record_batch",
    "record_holding",
    "record_packed",
    "record_places",
    "record_sample",
    "samples_for",
    "take_out",
    "use_by",
    "void_production",
]


class Packed(Table, tablename="packed"):
    """Portioned for a dining point by diet group (bulk food has no labels)."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    point = ForeignKey(DiningPoint, null=False)
    diet_key = Text()
    portions = Integer()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class PackedFacts:
    """Portions put into the containers of a dining point."""

    id: int
    point_id: int
    diet_key: str
    portions: int
    at: datetime
    by: str


# Readers ----------------------------------------------------------------------


async def packed_for(kitchen_id: int, day: date, meal: str) -> list[PackedFacts]:
    """What was portioned for the dining points, by diet."""
    found = await rows(
        "SELECT * FROM packed WHERE kitchen = {} AND day = {} AND meal = {} AND id"
        " NOT IN (SELECT row_id FROM production_void WHERE kind = 'packed')"
        " ORDER BY id",
        *(kitchen_id, day, meal),
    )
    return [
        PackedFacts(r["id"], r["point"], r["diet_key"], r["portions"], r["at"], r["by"])
        for r in found
    ]


# Verbs ------------------------------------------------------------------------


async def record_packed(
    kitchen_id: int,
    day: date,
    meal: str,
    point_id: int,
    diet_key: str,
    portions: int,
    *,
    act: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Portions of one diet went into the containers of a dining point."""

    async def do() -> dict[str, Any]:
        values = {"kitchen": kitchen_id, "day": day, "meal": meal, "point": point_id}
        key = await insert(
            Packed,
            **values,
            diet_key=diet_key,
            portions=portions,
            at=now,
            by=by.name,
        )
        return {"id": key}

    body = {"point": point_id, "diet": diet_key, "portions": portions}
    return await record_once("packed", kitchen_id, day, meal, body, do, act, by, now)
