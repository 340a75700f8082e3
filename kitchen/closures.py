"""The kitchen cannot cook: a whole meal cancelled or substituted, with its calls."""

from datetime import date, datetime

from kitchen import audit
from kitchen.database import insert, lock_for, writing
from kitchen.errors import Refusal
from kitchen.plan_readers import closure_on
from kitchen.plan_tables import Closure, ClosureCall
from kitchen.staff import Actor


async def close_meal(
    kitchen_id: int,
    day: date,
    meal: str,
    *,
    kind: str,
    substitute: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> int:
    """The kitchen cannot cook: cancel the whole meal or bring something else. Who
    was expected stays on the call list until each is ticked off by name."""
    if not reason.strip():
        raise Refusal("reason_missing")
    if kind == "substituted" and not substitute.strip():
        raise Refusal("other_meal_missing")
    async with writing():
        await lock_for("closure", f"{kitchen_id}|{day}|{meal}")
        if await closure_on(kitchen_id, day, meal) is not None:
            raise Refusal("meal_already_closed", day=day)
        closure_id = await insert(
            Closure,
            kitchen=kitchen_id,
            day=day,
            meal=meal,
            kind=kind,
            substitute=substitute,
            reason=reason,
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action=f"meal.{kind}",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={"day": day, "meal": meal, "substitute": substitute},
            reason=reason,
        )
        return int(closure_id)


async def record_call(
    closure_id: int,
    elder_id: int,
    outcome: str,
    note: str = "",
    *,
    by: Actor,
    now: datetime,
) -> None:
    """One person on the call list was told, or not reached."""
    async with writing():
        await insert(
            ClosureCall,
            closure=closure_id,
            elder=elder_id,
            outcome=outcome,
            note=note,
            at=now,
            by=by.name,
        )
