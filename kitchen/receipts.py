"""Portions that arrived at a dining point, signed for."""

from collections.abc import Mapping
from datetime import date, datetime

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts
from kitchen.counters import hold_point, refuse_foreign_point, trace
from kitchen.database import insert_many, rows, writing
from kitchen.errors import Refusal
from kitchen.places import DiningPoint
from kitchen.staff import Actor


class Receipt(Table, tablename="receipt"):
    """Portions received at a point, by diet group."""

    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    diet_key = Text()
    portions = Integer()
    decidegrees = Integer(null=True)
    signed_by = Text()
    at = Timestamptz()
    by = Text()


async def received_at(point_id: int, day: date, meal: str) -> dict[str, int]:
    """Portions received at a point by diet group."""
    found = await rows(
        "SELECT diet_key, SUM(portions) AS n FROM receipt WHERE point = {}"
        " AND day = {} AND meal = {} AND id NOT IN"
        " (SELECT row_id FROM counter_void WHERE kind = 'receipt')"
        " GROUP BY diet_key ORDER BY diet_key",
        point_id,
        day,
        meal,
    )
    return {row["diet_key"]: int(row["n"]) for row in found}


async def receive(
    point_id: int,
    day: date,
    meal: str,
    portions: Mapping[str, int],
    *,
    decidegrees: int | None,
    signed_by: str,
    act: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Portions that arrived at the point, by diet group, with the temperature (°C ×
    10) and who signed; sent twice with one `act` key they arrived once. Refuses
    `nothing_received`, `signature_missing`, `day_closed`."""
    refuse_foreign_point(point_id, by)
    counted = {key: count for key, count in portions.items() if count > 0}
    if not counted:
        raise Refusal("nothing_received")
    if not signed_by.strip():
        raise Refusal("signature_missing")

    async def sign() -> acts.Answer:
        await hold_point(point_id, day, meal)
        await insert_many(
            Receipt,
            [
                {
                    "point": point_id,
                    "day": day,
                    "meal": meal,
                    "diet_key": key,
                    "portions": count,
                    "decidegrees": decidegrees,
                    "signed_by": signed_by,
                    "at": now,
                    "by": by.name,
                }
                for key, count in sorted(counted.items())
            ],
        )
        await trace("dining.receive", point_id, {"portions": counted}, by=by, now=now)
        return {}

    body = {
        "point": point_id,
        "day": day,
        "meal": meal,
        "portions": counted,
        "decidegrees": decidegrees,
        "signed_by": signed_by,
    }
    async with writing():
        await acts.once_if(act, by.name, now, body, sign)
