"""Portions that change places during service, between points and rounds."""

from dataclasses import dataclass
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


class Transfer(Table, tablename="transfer"):
    """Portions moved during service between points and rounds."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    diet_key = Text()
    portions = Integer()
    from_point = ForeignKey(DiningPoint, null=True)
    from_round = ForeignKey(Round, null=True)
    to_point = ForeignKey(DiningPoint, null=True)
    to_round = ForeignKey(Round, null=True)
    reason = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True, kw_only=True)
class TransferFacts:
    """Portions that changed places; `source` and `target` are point:5, round:3 or
    kitchen, where the spares are kept."""

    source: str
    target: str
    diet_key: str
    portions: int
    reason: str
    at: datetime
    by: str


async def transfers_for(kitchen_id: int, day: date, meal: str) -> list[TransferFacts]:
    """Portions that changed places during a meal, in the order they did."""
    found = await rows(
        "SELECT t.diet_key AS diet_key, t.portions AS portions, t.reason AS reason,"
        " t.at AS at, t.by AS by, t.from_point AS from_point, t.to_point AS to_point,"
        " a.number AS from_round, b.number AS to_round FROM transfer t"
        " LEFT JOIN round a ON a.id = t.from_round"
        " LEFT JOIN round b ON b.id = t.to_round"
        " WHERE t.kitchen = {} AND t.day = {} AND t.meal = {} AND t.id NOT IN"
        " (SELECT row_id FROM counter_void WHERE kind = 'transfer') ORDER BY t.id",
        kitchen_id,
        day,
        meal,
    )
    return [
        TransferFacts(
            source=_place(row["from_point"], row["from_round"]),
            target=_place(row["to_point"], row["to_round"]),
            diet_key=row["diet_key"],
            portions=row["portions"],
            reason=row["reason"],
            at=row["at"],
            by=row["by"],
        )
        for row in found
    ]


def _place(point_id: int | None, number: int | None) -> str:
    if number is not None:
        return f"round:{number}"
    return "kitchen" if point_id is None else f"point:{point_id}"


async def transfer(
    *,
    kitchen_id: int,
    day: date,
    meal: str,
    diet_key: str,
    portions: int,
    reason: str,
    act: str = "",
    by: Actor,
    now: datetime,
    from_point_id: int | None = None,
    from_round_id: int | None = None,
    to_point_id: int | None = None,
    to_round_id: int | None = None,
) -> None:
    """Portions moved during service from one place of the kitchen to another; sent
    twice with one `act` key they moved once. Refuses `transfer_needs_two_places`,
    `portions_not_positive`, `reason_missing`, `dining_point_unknown`,
    `round_unknown` (another kitchen's too), `day_closed`."""
    places = [from_point_id, from_round_id], [to_point_id, to_round_id]
    if any(sum(p is not None for p in side) != 1 for side in places):
        raise Refusal("transfer_needs_two_places")
    if places[0] == places[1]:
        raise Refusal("transfer_needs_two_places")
    if portions <= 0:
        raise Refusal("portions_not_positive", portions=portions)
    if not reason.strip():
        raise Refusal("reason_missing")
    body = {
        "kitchen": kitchen_id,
        "day": day,
        "meal": meal,
        "diet_key": diet_key,
        "portions": portions,
        "from_point": from_point_id,
        "from_round": from_round_id,
        "to_point": to_point_id,
        "to_round": to_round_id,
        "reason": reason,
    }

    async def move() -> acts.Answer:
        await refuse_closed_day(kitchen_id, day, meal)
        for point_id in (from_point_id, to_point_id):
            await refuse_point_of_other_kitchen(kitchen_id, point_id)
        for round_id in (from_round_id, to_round_id):
            await refuse_round_of_other_meal(kitchen_id, day, meal, round_id)
        await insert(Transfer, **body, at=now, by=by.name)
        facts = {"portions": portions, "diet": diet_key}
        await trace("dining.transfer", kitchen_id, facts, by=by, now=now)
        return {}

    async with writing():
        await acts.once_if(act, by.name, now, body, move)
