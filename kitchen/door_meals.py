"""What becomes of the meal that a closed door did not take: kept hot for the second
visit, brought back, thrown away, or replaced by one of the kitchen's spares.
"""

from datetime import date, datetime
from typing import Any

from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, one, writing
from kitchen.door_ladders import meal_in_hand
from kitchen.door_steps import open_case_for_writing, write_step
from kitchen.doors import steps_of
from kitchen.errors import Refusal
from kitchen.leftovers import Leftover
from kitchen.round_inputs import inputs_for
from kitchen.staff import Actor
from kitchen.stops import Drop
from kitchen.transfers import Transfer

FATES = ("kept", "returned", "wasted", "spare")


async def settle_meal(
    case_id: int, fate: str, note: str = "", *, by: Actor, now: datetime
) -> None:
    """kept: it stays on the round for the second visit. returned | wasted: it is no
    longer there, and the balance has its line. spare: one of the kitchen's own spares
    follows the round instead.

    Refuses `fate_unknown`, `case_unknown`, `case_closed`, `meal_not_in_hand`,
    `meal_still_in_hand` (a spare for a meal that is there), `spare_used_up`,
    `door_on_no_round`, `day_closed`.
    """
    if fate not in FATES:
        raise Refusal("fate_unknown", fate=fate)
    async with writing():
        await open_case_for_writing(case_id)
        where = await _where(case_id)
        await refuse_closed_day(where["kitchen"], where["day"], where["meal"])
        in_hand = meal_in_hand((await steps_of([case_id])).get(case_id, []))
        if fate == "spare" and in_hand:
            raise Refusal("meal_still_in_hand")
        if fate != "spare" and not in_hand:
            raise Refusal("meal_not_in_hand")
        drop = await _drop(where)
        if fate in ("returned", "wasted"):
            await _bring_back(where, drop, fate, now, by)
        if fate == "spare":
            await _send_spare(where, drop, now, by)
        await write_step(case_id, f"meal_{fate}", note=note, by=by, now=now)


async def _where(case_id: int) -> dict[str, Any]:
    found = await one(
        "SELECT p.kitchen AS kitchen, p.day AS day, p.meal AS meal, s.round AS round,"
        " s.diner AS diner FROM door_case c JOIN delivery d ON d.id = c.delivery"
        " JOIN stop s ON s.id = d.stop JOIN round_plan p ON p.id = s.plan"
        " WHERE c.id = {}",
        case_id,
    )
    if found is None or found["round"] is None:
        raise Refusal("door_on_no_round")
    return found


async def _drop(where: dict[str, Any]) -> Drop:
    inputs = await inputs_for(where["kitchen"], where["day"], where["meal"])
    return inputs.by_key()["diner", where["diner"]]


async def _bring_back(
    where: dict[str, Any], drop: Drop, fate: str, now: datetime, by: Actor
) -> None:
    for diet_key, portions in drop.by_diet:
        await insert(
            Leftover,
            kitchen=where["kitchen"],
            day=where["day"],
            meal=where["meal"],
            point=None,
            round=where["round"],
            diet_key=diet_key,
            portions=portions,
            fate=fate,
            reason=f"没人应门：{drop.name}",
            at=now,
            by=by.name,
        )


async def _send_spare(
    where: dict[str, Any], drop: Drop, now: datetime, by: Actor
) -> None:
    """From the kitchen's own account to the round, of the same diet."""
    for diet_key, portions in drop.by_diet:
        left = await spares_left(
            where["kitchen"], where["day"], where["meal"], diet_key
        )
        if left < portions:
            raise Refusal("spare_used_up", diet=diet_key, left=left)
        await insert(
            Transfer,
            kitchen=where["kitchen"],
            day=where["day"],
            meal=where["meal"],
            diet_key=diet_key,
            portions=portions,
            from_point=None,
            from_round=None,
            to_point=None,
            to_round=where["round"],
            reason=f"再上门的备份：{drop.name}",
            at=now,
            by=by.name,
        )


async def spares_left(kitchen_id: int, day: date, meal: str, diet_key: str) -> int:
    """The kitchen's own spares of a diet that have not been sent anywhere."""
    inputs = await inputs_for(kitchen_id, day, meal)
    spares = sum(s.portions for s in inputs.spares if s.diet_key == diet_key)
    moved = await one(
        "SELECT COALESCE(SUM(CASE WHEN from_point IS NULL AND from_round IS NULL"
        " THEN portions ELSE -portions END), 0) AS n FROM transfer"
        " WHERE kitchen = {} AND day = {} AND meal = {} AND diet_key = {}"
        " AND ((from_point IS NULL AND from_round IS NULL)"
        " OR (to_point IS NULL AND to_round IS NULL))",
        kitchen_id,
        day,
        meal,
        diet_key,
    )
    return spares - int(moved["n"] if moved else 0)
