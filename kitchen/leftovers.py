"""Portions nobody got, and what became of them."""

from datetime import date, datetime

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts
from kitchen.closed_days import refuse_closed_day
from kitchen.counters import (
    refuse_point_of_other_kitchen,
    refuse_round_of_other_meal,
    trace,
)
from kitchen.database import insert, rows, writing
from kitchen.errors import Refusal
from kitchen.places import DiningPoint, Kitchen
from kitchen.round_tables import Round
from kitchen.staff import Actor


class Leftover(Table, tablename="leftover"):
    """Portions nobody got. fate: returned | wasted"""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    point = ForeignKey(DiningPoint, null=True)
    round = ForeignKey(Round, null=True)
    diet_key = Text()
    portions = Integer()
    fate = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()


async def leftovers_for(
    kitchen_id: int, day: date, meal: str
) -> dict[tuple[str, str, str], int]:
    """(reason, place, fate) → portions that nobody got, rows taken back left out;
    places as in the balance: point:5, round:3, kitchen."""
    found = await rows(
        "SELECT l.reason AS reason, l.point AS point, r.number AS number,"
        " l.fate AS fate, l.portions AS portions FROM leftover l"
        " LEFT JOIN round r ON r.id = l.round"
        " WHERE l.kitchen = {} AND l.day = {} AND l.meal = {} AND l.id NOT IN"
        " (SELECT row_id FROM counter_void WHERE kind = 'leftover') ORDER BY l.id",
        *(kitchen_id, day, meal),
    )
    counts: dict[tuple[str, str, str], int] = {}
    for row in found:
        place = f"round:{row['number']}" if row["number"] else "kitchen"
        place = f"point:{row['point']}" if row["point"] else place
        key = (row["reason"], place, row["fate"])
        counts[key] = counts.get(key, 0) + row["portions"]
    return counts


async def record_leftover(
    *,
    kitchen_id: int,
    day: date,
    meal: str,
    diet_key: str,
    portions: int,
    fate: str,
    reason: str,
    act: str = "",
    by: Actor,
    now: datetime,
    point_id: int | None = None,
    round_id: int | None = None,
) -> None:
    """Portions nobody got, where they were and what became of them: returned to the
    kitchen or thrown away; sent twice with one `act` key they were left once. Refuses
    `portions_not_positive`, `reason_missing`, `dining_point_unknown`,
    `round_unknown`, `day_closed`."""
    if portions <= 0:
        raise Refusal("portions_not_positive", portions=portions)
    if not reason.strip():
        raise Refusal("reason_missing")
    body = {
        "kitchen": kitchen_id,
        "day": day,
        "meal": meal,
        "point": point_id,
        "round": round_id,
        "diet_key": diet_key,
        "portions": portions,
        "fate": fate,
        "reason": reason,
    }

    async def leave() -> acts.Answer:
        await refuse_closed_day(kitchen_id, day, meal)
        await refuse_point_of_other_kitchen(kitchen_id, point_id)
        await refuse_round_of_other_meal(kitchen_id, day, meal, round_id)
        await insert(Leftover, **body, at=now, by=by.name)
        facts = {"portions": portions, "fate": fate, "round": round_id}
        await trace("dining.leftover", point_id or 0, facts, by=by, now=now)
        return {}

    async with writing():
        await acts.once_if(act, by.name, now, body, leave)
