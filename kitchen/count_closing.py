"""Closing the count, and the portions without a name that are added to it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from kitchen import acts, audit
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, insert_many, lock_for, writing
from kitchen.errors import Refusal
from kitchen.headcount_facts import HeadcountFacts, SpareFacts
from kitchen.headcount_readers import closed, served_uncounted
from kitchen.headcount_tables import Diner, Headcount, Spare
from kitchen.plans import Eater, closure_on, expected_eaters
from kitchen.staff import Actor


async def close_headcount(
    kitchen_id: int,
    day: date,
    meal: str,
    *,
    spares: Iterable[SpareFacts] = (),
    by: Actor,
    now: datetime,
) -> HeadcountFacts:
    """Freeze who eats what where. Twice is harmless: the first close stands.
    Refuses `nobody_eats` (nothing to close): a day on which only guests ate is closed
    with nobody on its list, so that it can be balanced like any other."""
    spares = list(spares)
    async with writing():
        await hold_count(kitchen_id, day, meal)
        already = await closed(kitchen_id, day, meal)
        if already is not None:
            return already
        eaters = await expected_eaters(kitchen_id, day, meal)
        if not eaters and not await served_uncounted(kitchen_id, day, meal):
            raise Refusal("nobody_eats", day=day, meal=meal)
        headcount_id = await insert(
            Headcount, kitchen=kitchen_id, day=day, meal=meal, at=now, by=by.name
        )
        await insert_many(
            Diner,
            [diner_of(eater, headcount_id, day, meal, False) for eater in eaters],
        )
        await insert_many(
            Spare, [_spare(spare, headcount_id, by=by, now=now) for spare in spares]
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="headcount.close",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={
                "day": day,
                "meal": meal,
                "portions": sum(eater.portions for eater in eaters),
                "spares": sum(spare.portions for spare in spares),
            },
        )
        return HeadcountFacts(headcount_id, kitchen_id, day, meal, now, by.name)


async def set_spares(
    kitchen_id: int,
    day: date,
    meal: str,
    spares: Iterable[SpareFacts],
    *,
    act: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """More portions without a name (walk-ins, spares), added to a closed count; sent
    twice with one `act` key they are added once."""
    spares = list(spares)

    async def add() -> acts.Answer:
        count = await open_for_changes(kitchen_id, day, meal)
        await refuse_stopped(kitchen_id, day, meal)
        await insert_many(
            Spare, [_spare(spare, count.id, by=by, now=now) for spare in spares]
        )
        portions = sum(spare.portions for spare in spares)
        await trace("spares", count, by=by, now=now, after={"n": portions})
        return {"portions": portions}

    told = [[s.point_id, s.kind, s.diet_key, s.portions] for s in spares]
    body = {"kitchen": kitchen_id, "day": day, "meal": meal, "spares": told}
    async with writing():
        await acts.once_if(act, by.name, now, body, add)


async def open_for_changes(kitchen_id: int, day: date, meal: str) -> HeadcountFacts:
    """The closed count of a meal whose day is still open, held until the transaction
    ends. Refuses `headcount_open`, `day_closed`."""
    await hold_count(kitchen_id, day, meal)
    count = await closed(kitchen_id, day, meal)
    if count is None:
        raise Refusal("headcount_open", day=day, meal=meal)
    await refuse_closed_day(kitchen_id, day, meal)
    return count


async def refuse_stopped(kitchen_id: int, day: date, meal: str) -> None:
    """Refuses `meal_stopped`: nothing is cooked, whoever asks is told so at once."""
    closure = await closure_on(kitchen_id, day, meal)
    if closure is not None and closure.is_stopped:
        raise Refusal("meal_stopped", day=day, reason=closure.reason)


async def hold_count(kitchen_id: int, day: date, meal: str) -> None:
    """One change of a count after the other: each looks at what the last one left."""
    await lock_for("headcount", f"{kitchen_id}|{day}|{meal}")


def diner_of(
    eater: Eater, headcount_id: int, day: date, meal: str, added: bool
) -> dict[str, Any]:
    """An eater as a row of the count."""
    return {
        "headcount": headcount_id,
        "elder": eater.elder_id,
        "day": day,
        "meal": meal,
        "way": eater.way,
        "point": eater.point_id,
        "address": eater.address_id,
        "portions": eater.portions,
        "size": eater.size,
        "choice": eater.choice,
        "diet": eater.diet.as_text(),
        "added": added,
    }


def _spare(
    spare: SpareFacts, headcount_id: int, *, by: Actor, now: datetime
) -> dict[str, Any]:
    return {
        "headcount": headcount_id,
        "point": spare.point_id,
        "kind": spare.kind,
        "diet_key": spare.diet_key,
        "portions": spare.portions,
        "at": now,
        "by": by.name,
    }


async def trace(
    action: str,
    count: HeadcountFacts,
    *,
    by: Actor,
    now: datetime,
    after: dict[str, Any],
    reason: str = "",
) -> None:
    """The audit line of a change of the count."""
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=f"headcount.{action}",
        object_kind="headcount",
        object_id=count.id,
        after=after,
        reason=reason,
    )
