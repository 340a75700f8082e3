"""A meal taken back: its own row, the mirrored entry, the slot free again."""

from datetime import datetime

from kitchen import audit, ledger
from kitchen.closed_days import refuse_closed_day
from kitchen.database import lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.meal_tables import MealRow, MealSlot, MealVoid, meal_row
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched


async def void_meal(meal_id: int, reason: str, *, by: Actor, now: datetime) -> MealRow:
    """Take a meal back: its own row, the mirrored entry, the slot free again. Twice
    is harmless. Refuses `meal_unknown`, `month_closed`, `day_closed`."""
    async with writing():
        return await void_in_transaction(meal_id, reason, by=by, now=now)


async def void_in_transaction(
    meal_id: int, reason: str, *, by: Actor, now: datetime
) -> MealRow:
    """`void_meal` inside the caller's `writing()`."""
    row = await one("SELECT * FROM meal WHERE id = {}", meal_id)
    if row is None:
        raise Refusal("meal_unknown", meal=meal_id)
    await lock_for("meal_void", meal_id)
    if await rows("SELECT id FROM meal_void WHERE served = {}", meal_id):
        return meal_row(row)
    await refuse_closed_day(row["kitchen"], row["day"], row["meal"])
    entry_id = await ledger.reverse(row["entry"], by=by, now=now, note=reason)
    await insert_vouched(
        MealVoid, served=meal_id, entry=entry_id, reason=reason, at=now, by=by.name
    )
    await MealSlot.delete().where(MealSlot.served == meal_id)
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action="meal.void",
        object_kind="meal",
        object_id=meal_id,
        before={"elder": row["elder"], "self_pay_fen": row["self_pay_fen"]},
        reason=reason,
    )
    return meal_row(row)
