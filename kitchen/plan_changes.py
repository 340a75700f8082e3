"""Changing who eats: the usual week, and what is different on some days."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from kitchen import acts, audit
from kitchen.database import insert, insert_many, lock_for, one, update_row, writing
from kitchen.errors import Refusal
from kitchen.plan_facts import PlanFacts, meal_of
from kitchen.plan_readers import exceptions_on, served_plans_on
from kitchen.plan_tables import MealPlan, PlanException
from kitchen.registry import ElderFacts, elder_by_id, states_on
from kitchen.staff import Actor

CLOSED_AHEAD = timedelta(days=8)
"""No count is closed longer before its day (a cut-off is at most 7 days ahead)."""


async def set_plan(
    elder_id: int,
    meal: str,
    week: Mapping[int, PlanFacts | None],
    from_day: date,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """The usual week from a day on: ISO weekday → plan, or None for no meal on that
    weekday. The old week ends the day before; past days keep it."""
    async with writing():
        person = await elder_by_id(elder_id)
        await set_plan_in_transaction(person.id, meal, week, from_day, by=by, now=now)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="plan.set",
            object_kind="elder",
            object_id=elder_id,
            after={
                "meal": meal,
                "from": from_day,
                "days": {
                    str(weekday): plan.way if plan else ""
                    for weekday, plan in sorted(week.items())
                },
            },
        )


async def set_plan_in_transaction(
    elder_id: int,
    meal: str,
    week: Mapping[int, PlanFacts | None],
    from_day: date,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """`set_plan` inside the caller's `writing()`, for imports."""
    days = sorted(week)
    await MealPlan.delete().where(
        (MealPlan.elder == elder_id)
        & (MealPlan.meal == meal)
        & MealPlan.weekday.is_in(days)
        & (MealPlan.from_day >= from_day)
    )
    # A week that a deleted later one had already cut short must end earlier still.
    await MealPlan.update({"to_day": from_day - timedelta(days=1)}).where(
        (MealPlan.elder == elder_id)
        & (MealPlan.meal == meal)
        & MealPlan.weekday.is_in(days)
        & (MealPlan.to_day.is_null() | (MealPlan.to_day >= from_day))
    )
    await insert_many(
        MealPlan,
        [
            {
                "elder": elder_id,
                "meal": meal,
                "weekday": weekday,
                "way": plan.way,
                "point": plan.point_id,
                "portions": plan.portions,
                "size": plan.size,
                "choice": plan.choice,
                "from_day": from_day,
                "to_day": None,
                "at": now,
                "by": by.name,
            }
            for weekday, plan in sorted(week.items())
            if plan is not None
        ],
    )


async def add_exception(
    *,
    elder_id: int,
    meal: str,
    kind: str,
    from_day: date,
    to_day: date,
    reason: str,
    by: Actor,
    now: datetime,
    way: str = "",
    point_id: int | None = None,
    portions: int = 0,
    choice: str = "",
    source: str = "office",
    late: bool = False,
    act: str = "",
) -> int:
    """Something different from a day to a day; sent twice with one `act` key it is one
    difference, not two portions more. Refuses `dates_reversed`,
    `already_booked` (a second meal for the same person, day and meal),
    `book_one_day`, `nothing_to_change` (nothing is ordered on the only day),
    `not_active`, and `headcount_closed`, because a closed count changes by its own
    reasoned rows only."""
    if to_day < from_day:
        raise Refusal("dates_reversed", first=from_day, last=to_day)
    if kind == "book" and to_day != from_day:
        raise Refusal("book_one_day")
    asked = {
        "elder": elder_id,
        "meal": meal,
        "kind": kind,
        "from_day": from_day,
        "to_day": to_day,
        "way": way,
        "point": point_id,
        "portions": portions,
        "choice": choice,
        "reason": reason,
        "source": source,
    }

    async def add() -> acts.Answer:
        person = await elder_by_id(elder_id)
        await lock_for("orders_of", elder_id)
        await _refuse_frozen_days(person.kitchen_id, meal, from_day, to_day, now)
        if kind == "book":
            await _refuse_double_booking(person, meal, from_day)
        elif from_day == to_day:
            await _refuse_change_of_nothing(person, meal, from_day)
        exception_id = await insert(
            PlanException,
            **asked,
            late=late,
            at=now,
            by=by.name,
            withdrawn_at=None,
            withdrawn_by="",
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action=f"plan.{kind}",
            object_kind="elder",
            object_id=elder_id,
            after={"meal": meal, "from": from_day, "to": to_day, "way": way},
            reason=reason,
        )
        return {"exception": int(exception_id)}

    async with writing():
        answer, _repeated = await acts.once_if(act, by.name, now, asked, add)
        return int(answer["exception"])


async def withdraw(exception_id: int, *, by: Actor, now: datetime) -> None:
    """Take an exception back; the plan holds again."""
    async with writing():
        row = await one("SELECT * FROM plan_exception WHERE id = {}", exception_id)
        if row is None:
            raise Refusal("exception_unknown", exception=exception_id)
        if row["withdrawn_at"] is not None:
            return
        person = await elder_by_id(row["elder"])
        await _refuse_frozen_days(
            person.kitchen_id, row["meal"], row["from_day"], row["to_day"], now
        )
        await update_row(
            PlanException, exception_id, {"withdrawn_at": now, "withdrawn_by": by.name}
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="plan.withdraw",
            object_kind="elder",
            object_id=row["elder"],
            before={"kind": row["kind"], "from": row["from_day"], "to": row["to_day"]},
        )


async def _refuse_frozen_days(
    kitchen_id: int, meal: str, from_day: date, to_day: date, now: datetime
) -> None:
    """Refuses `headcount_closed`, and holds the counts that may be closed meanwhile:
    an exception that comes a moment too late must not be lost without a word."""
    soon = min(to_day, now.date() + CLOSED_AHEAD)
    for offset in range((soon - from_day).days + 1):
        day = from_day + timedelta(days=offset)
        await lock_for("headcount", f"{kitchen_id}|{day}|{meal}", shared=True)
    row = await one(
        'SELECT MIN(day) AS "day [DATE]" FROM headcount WHERE kitchen = {}'
        " AND meal = {} AND day >= {} AND day <= {}",
        kitchen_id,
        meal,
        from_day,
        to_day,
    )
    if row is not None and row["day"] is not None:
        raise Refusal("headcount_closed", day=row["day"], meal=meal)


async def _refuse_double_booking(person: ElderFacts, meal: str, day: date) -> None:
    away = await states_on(person.kitchen_id, day)
    if person.id in away:
        raise Refusal("not_active", name=person.name, state=away[person.id])
    booked = await _ordered(person, meal, day)
    if booked is not None:
        raise Refusal("already_booked", name=person.name, day=day, way=booked.way)


async def _refuse_change_of_nothing(person: ElderFacts, meal: str, day: date) -> None:
    if await _ordered(person, meal, day) is None:
        raise Refusal("nothing_to_change", name=person.name, day=day)


async def _ordered(person: ElderFacts, meal: str, day: date) -> PlanFacts | None:
    """What this person has ordered for a day so far."""
    plans = await served_plans_on(person.kitchen_id, day, meal)
    exceptions = await exceptions_on(person.kitchen_id, day, meal)
    return meal_of(plans.get(person.id), exceptions.get(person.id, ()))
