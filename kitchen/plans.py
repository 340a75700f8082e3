"""Who should eat, what way, which days: standing plans and their exceptions.

The plan says what is usual (per person, meal and weekday); exceptions say what is
different on some days. `expected_diners` puts the two together; nothing is stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, insert_many, one, rows, update_row, writing
from kitchen.diets import Diet
from kitchen.errors import Refusal
from kitchen.places import DiningPoint, Kitchen
from kitchen.registry import (
    Elder,
    ElderFacts,
    addresses_on,
    elder_by_id,
    elders_by_id,
    states_on,
)
from kitchen.staff import Actor


class MealPlan(Table, tablename="meal_plan"):
    """One elder's usual meal on one weekday."""

    elder = ForeignKey(Elder, null=False)
    meal = Text()
    weekday = Integer()  # ISO: 1 = Monday
    way = Text()  # dine_in | collect | deliver
    point = ForeignKey(DiningPoint, null=True)
    portions = Integer()
    size = Text()  # small | normal | large
    choice = Text()  # set A or B; "" = A
    from_day = Date()
    to_day = Date(null=True)
    at = Timestamptz()
    by = Text()


class PlanException(Table, tablename="plan_exception"):
    """What is different for one elder and meal from a day to a day.

    kind: skip (不吃) | extra (加份) | change (改地点/方式) | book (临时加订)
    """

    elder = ForeignKey(Elder, null=False)
    meal = Text()
    kind = Text()
    from_day = Date()
    to_day = Date()
    way = Text()
    point = ForeignKey(DiningPoint, null=True)
    portions = Integer()
    choice = Text()
    reason = Text()
    source = Text()  # office | telephone | door | till | paper
    late = Boolean()
    at = Timestamptz()
    by = Text()
    withdrawn_at = Timestamptz(null=True)
    withdrawn_by = Text()


class Closure(Table, tablename="closure"):
    """The kitchen cannot cook a meal: everyone is called, or everyone gets something
    else. Each person ends on the call list, ticked off by name (`ClosureCall`)."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    kind = Text()  # cancelled | substituted
    substitute = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()


class ClosureCall(Table, tablename="closure_call"):
    """One person told."""

    closure = ForeignKey(Closure, null=False)
    elder = ForeignKey(Elder, null=False)
    outcome = Text()  # told | not_reached
    note = Text()
    at = Timestamptz()
    by = Text()


# Facts ------------------------------------------------------------------------

SIZE_PERCENT = {"small": 70, "normal": 100, "large": 130}
"""Portion sizes in percent of a normal one (小份 0.7, 加量 1.3)."""


@dataclass(frozen=True)
class Eater:
    """One person's meal on one day. `diner_id` is 0 until the count is closed.

    `change` says what happened after the close: "" | added | moved | portions.
    """

    diner_id: int
    elder_id: int
    number: str
    name: str
    way: str
    point_id: int | None
    address_id: int | None
    portions: int
    size: str
    choice: str
    diet: Diet
    change: str = ""


@dataclass(frozen=True)
class PlanFacts:
    """One elder's usual meal on one weekday."""

    elder_id: int
    way: str
    point_id: int | None
    portions: int
    size: str
    choice: str


@dataclass(frozen=True)
class ExceptionFacts:
    """One dated difference."""

    id: int
    elder_id: int
    meal: str
    kind: str
    from_day: date
    to_day: date
    way: str
    point_id: int | None
    portions: int
    choice: str
    reason: str
    source: str
    late: bool
    at: datetime
    by: str


@dataclass(frozen=True)
class ClosureFacts:
    """A meal the kitchen could not cook as planned."""

    id: int
    day: date
    meal: str
    kind: str
    substitute: str
    reason: str
    by: str


# Pure rules -------------------------------------------------------------------


def meal_of(
    plan: PlanFacts | None, exceptions: Iterable[ExceptionFacts]
) -> PlanFacts | None:
    """What one elder eats on a day: the plan, then its exceptions in the order they
    were made. A skip cancels; a later booking brings the meal back; extra portions
    add up; a change replaces way and place for the day."""
    meal = plan
    for exception in exceptions:
        if exception.kind == "skip":
            meal = None
        elif exception.kind == "book" and meal is None:
            meal = PlanFacts(
                exception.elder_id,
                exception.way,
                exception.point_id,
                max(exception.portions, 1),
                "normal",
                exception.choice or "A",
            )
        elif exception.kind == "extra" and meal is not None:
            meal = replace(meal, portions=meal.portions + exception.portions)
        elif exception.kind == "change" and meal is not None:
            meal = replace(
                meal,
                way=exception.way or meal.way,
                point_id=exception.point_id or meal.point_id,
                choice=exception.choice or meal.choice,
            )
    return meal


def expected(
    plans: Mapping[int, PlanFacts],
    exceptions: Mapping[int, Sequence[ExceptionFacts]],
    away: Mapping[int, str],
) -> dict[int, PlanFacts]:
    """Who eats: everyone with a plan or a booking who is not paused, ended or
    deceased (`away`: elder → state). Nobody else is left out for any reason."""
    meals: dict[int, PlanFacts] = {}
    for elder_id in sorted({*plans, *exceptions}):
        if elder_id in away:
            continue
        meal = meal_of(plans.get(elder_id), exceptions.get(elder_id, ()))
        if meal is not None:
            meals[elder_id] = meal
    return meals


# Readers ----------------------------------------------------------------------


async def expected_eaters(kitchen_id: int, day: date, meal: str) -> list[Eater]:
    """Everyone who should eat on a day, by name: standing plans, exceptions and
    life states put together, nothing stored."""
    closure = await closure_on(kitchen_id, day, meal)
    if closure is not None and closure.kind == "cancelled":
        return []
    return await to_call(kitchen_id, day, meal)


async def to_call(kitchen_id: int, day: date, meal: str) -> list[Eater]:
    """Who would have eaten, whether or not the kitchen cooks: the call list."""
    plans = await plans_on(kitchen_id, day, meal)
    exceptions = await exceptions_on(kitchen_id, day, meal)
    away = await states_on(kitchen_id, day)
    meals = expected(plans, exceptions, away)
    people = await elders_by_id(meals)
    addresses = await addresses_on(kitchen_id, day)
    eaters = [
        eater_of(people[elder_id], meal_facts, addresses.get(elder_id))
        for elder_id, meal_facts in meals.items()
    ]
    return sorted(eaters, key=lambda eater: (eater.name, eater.elder_id))


def eater_of(person: ElderFacts, meal: PlanFacts, address_id: int | None) -> Eater:
    """A person and their meal as one line. Who eats at a point without one of
    their own has the plan's; who has neither is shown as without a point."""
    return Eater(
        diner_id=0,
        elder_id=person.id,
        number=person.number,
        name=person.name,
        way=meal.way,
        point_id=None if meal.way == "deliver" else meal.point_id or person.point_id,
        address_id=address_id if meal.way == "deliver" else None,
        portions=meal.portions,
        size=meal.size,
        choice=meal.choice or "A",
        diet=person.diet,
    )


async def plans_on(kitchen_id: int, day: date, meal: str) -> dict[int, PlanFacts]:
    """The standing plans that hold on a day; the newest row of a person decides."""
    found = await rows(
        "SELECT p.* FROM meal_plan p JOIN elder e ON e.id = p.elder"
        " WHERE e.kitchen = {} AND p.meal = {} AND p.weekday = {}"
        " AND p.from_day <= {} AND (p.to_day IS NULL OR p.to_day >= {})"
        " ORDER BY p.id",
        kitchen_id,
        meal,
        day.isoweekday(),
        day,
        day,
    )
    return {row["elder"]: _plan(row) for row in found}


async def plans_of(elder_id: int, day: date) -> dict[tuple[str, int], PlanFacts]:
    """One person's week as it stands on a day: (meal, weekday) → plan."""
    found = await rows(
        "SELECT * FROM meal_plan WHERE elder = {}"
        " AND (to_day IS NULL OR to_day >= {}) ORDER BY id",
        elder_id,
        day,
    )
    return {(row["meal"], row["weekday"]): _plan(row) for row in found}


async def exceptions_on(
    kitchen_id: int, day: date, meal: str
) -> dict[int, list[ExceptionFacts]]:
    """The exceptions that hold on a day, in the order they were made."""
    found = await rows(
        "SELECT x.* FROM plan_exception x JOIN elder e ON e.id = x.elder"
        " WHERE e.kitchen = {} AND x.meal = {} AND x.from_day <= {}"
        " AND x.to_day >= {} AND x.withdrawn_at IS NULL ORDER BY x.id",
        kitchen_id,
        meal,
        day,
        day,
    )
    by_elder: dict[int, list[ExceptionFacts]] = {}
    for row in found:
        by_elder.setdefault(row["elder"], []).append(_exception(row))
    return by_elder


async def exceptions_of(elder_id: int, since: date) -> list[ExceptionFacts]:
    """One person's exceptions that end on or after a day."""
    found = await rows(
        "SELECT * FROM plan_exception WHERE elder = {} AND to_day >= {}"
        " AND withdrawn_at IS NULL ORDER BY from_day, id",
        elder_id,
        since,
    )
    return [_exception(row) for row in found]


async def closure_on(kitchen_id: int, day: date, meal: str) -> ClosureFacts | None:
    """Whether the meal was cancelled or substituted as a whole."""
    row = await one(
        "SELECT * FROM closure WHERE kitchen = {} AND day = {} AND meal = {}",
        kitchen_id,
        day,
        meal,
    )
    if row is None:
        return None
    return ClosureFacts(
        row["id"],
        row["day"],
        row["meal"],
        row["kind"],
        row["substitute"],
        row["reason"],
        row["by"],
    )


async def told_of(closure_id: int) -> dict[int, str]:
    """Who has been called about a closure: elder → outcome."""
    found = await rows(
        "SELECT elder, outcome FROM closure_call WHERE closure = {} ORDER BY id",
        closure_id,
    )
    return {row["elder"]: row["outcome"] for row in found}


def _plan(row: dict[str, Any]) -> PlanFacts:
    return PlanFacts(
        row["elder"],
        row["way"],
        row["point"],
        row["portions"],
        row["size"],
        row["choice"],
    )


def _exception(row: dict[str, Any]) -> ExceptionFacts:
    return ExceptionFacts(
        row["id"],
        row["elder"],
        row["meal"],
        row["kind"],
        row["from_day"],
        row["to_day"],
        row["way"],
        row["point"],
        row["portions"],
        row["choice"],
        row["reason"],
        row["source"],
        bool(row["late"]),
        row["at"],
        row["by"],
    )


# Verbs ------------------------------------------------------------------------


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
    await MealPlan.update({"to_day": date.fromordinal(from_day.toordinal() - 1)}).where(
        (MealPlan.elder == elder_id)
        & (MealPlan.meal == meal)
        & MealPlan.weekday.is_in(days)
        & MealPlan.to_day.is_null()
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
) -> int:
    """Something different from a day to a day. Refuses `dates_reversed`,
    `already_booked` (a second meal for the same person, day and meal),
    `nothing_to_change`, `not_active`, and `headcount_closed`, because a closed
    count changes by its own reasoned rows only."""
    if to_day < from_day:
        raise Refusal("dates_reversed", first=from_day, last=to_day)
    async with writing():
        person = await elder_by_id(elder_id)
        await _refuse_frozen_days(person.kitchen_id, meal, from_day, to_day)
        if kind == "book":
            await _refuse_double_booking(person, meal, from_day)
        exception_id = await insert(
            PlanException,
            elder=elder_id,
            meal=meal,
            kind=kind,
            from_day=from_day,
            to_day=to_day,
            way=way,
            point=point_id,
            portions=portions,
            choice=choice,
            reason=reason,
            source=source,
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
        return int(exception_id)


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
            person.kitchen_id, row["meal"], row["from_day"], row["to_day"]
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


async def _refuse_frozen_days(
    kitchen_id: int, meal: str, from_day: date, to_day: date
) -> None:
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
    plans = await plans_on(person.kitchen_id, day, meal)
    exceptions = await exceptions_on(person.kitchen_id, day, meal)
    booked = meal_of(plans.get(person.id), exceptions.get(person.id, ()))
    if booked is not None:
        raise Refusal("already_booked", name=person.name, day=day, way=booked.way)
