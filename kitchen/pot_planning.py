"""Sharing a dish out over pots by hand, checked against the sheet."""

from collections.abc import Sequence
from datetime import date, datetime

from kitchen import audit
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, lock_for, writing
from kitchen.errors import Refusal
from kitchen.kitchen_day import kitchen_day
from kitchen.pot_choices import (
    FULL,
    MOST_POTS,
    PotChoice,
    full_first_for,
    pot_choices_for,
)
from kitchen.staff import Actor


async def choose_pots(
    kitchen_id: int,
    day: date,
    meal: str,
    dish_id: int,
    fillings: Sequence[int],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Fill the plain pots of a dish like this; none gives them back to arithmetic. The
    same again changes nothing. Refuses `dish_not_cooked`, `fillings_wrong`,
    `fillings_sum` (they must make the portions and the buffer)."""
    chosen = tuple(fillings)
    if any(filling <= 0 for filling in chosen) or len(chosen) > MOST_POTS:
        raise Refusal("fillings_wrong")
    async with writing():
        await lock_for("pot_choice", f"{kitchen_id}|{day}|{meal}|{dish_id}")
        await refuse_closed_day(kitchen_id, day, meal)
        sheet = (await kitchen_day(kitchen_id, day, meal)).sheet
        mine = next((s for s in sheet.dishes if s.dish.id == dish_id), None)
        if mine is None:
            raise Refusal("dish_not_cooked")
        wanted = sum(sum(pot.batches) for pot in mine.pots if not pot.steps)
        if chosen and sum(chosen) != wanted:
            raise Refusal("fillings_sum", total=sum(chosen), wanted=wanted)
        standing = await pot_choices_for(kitchen_id, day, meal)
        full = dish_id in await full_first_for(kitchen_id, day, meal)
        if standing.get(dish_id, ()) == chosen and not full:
            return
        text = ",".join(str(filling) for filling in chosen)
        values = {"kitchen": kitchen_id, "day": day, "meal": meal, "dish": dish_id}
        await insert(PotChoice, **values, fillings=text, at=now, by=by.name)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="production.pots",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={**values, "fillings": text},
        )


async def fill_pots(
    kitchen_id: int, day: date, meal: str, how: str, *, by: Actor, now: datetime
) -> int:
    """All plain pots of the meal alike ("equal") or full ones first ("full"), on the
    page and on paper; dishes shared out by hand stay. Returns how many changed."""
    if how not in ("equal", FULL):
        raise ValueError(f"no way {how!r} to fill pots")
    async with writing():
        await lock_for("pot_choice", f"{kitchen_id}|{day}|{meal}")
        await refuse_closed_day(kitchen_id, day, meal)
        sheet = (await kitchen_day(kitchen_id, day, meal)).sheet
        standing = await full_first_for(kitchen_id, day, meal)
        by_hand = await pot_choices_for(kitchen_id, day, meal)
        dishes = {line.dish.id for line in sheet.dishes} - set(by_hand)
        new = sorted(dishes - standing if how == FULL else dishes & standing)
        for dish_id in new:
            values = {"kitchen": kitchen_id, "day": day, "meal": meal, "dish": dish_id}
            text = FULL if how == FULL else ""
            await insert(PotChoice, **values, fillings=text, at=now, by=by.name)
        if new:
            await audit.record(
                by=by.name,
                staff_id=by.staff_id,
                at=now,
                action="production.pots",
                object_kind="kitchen",
                object_id=kitchen_id,
                after={"day": day, "meal": meal, "fillings": how, "dishes": new},
            )
    return len(new)
