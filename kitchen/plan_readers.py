"""Reading who should eat: nothing is stored, each day is put together anew."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from kitchen.database import one, only, rows
from kitchen.elders import Patron, patrons_by_id
from kitchen.places import serves_on
from kitchen.plan_facts import (
    ClosureFacts,
    Eater,
    ExceptionFacts,
    PlanFacts,
    expected,
)
from kitchen.registry import addresses_over, states_on

Occasion = tuple[date, str]
"""A day and one of its meals."""


async def expected_eaters(kitchen_id: int, day: date, meal: str) -> list[Eater]:
    """Everyone who should eat on a day, by name: standing plans, exceptions and
    life states put together, nothing stored. On a day the kitchen does not serve
    (weekend, holiday, the operator's word) only one-off bookings eat."""
    return (await expected_over(kitchen_id, [(day, meal)]))[day, meal]


async def expected_among(
    kitchen_id: int, day: date, meal: str, elder_ids: Sequence[int]
) -> list[Eater]:
    """`expected_eaters` among a few people, without reading the whole kitchen."""
    return (await expected_over(kitchen_id, [(day, meal)], elder_ids))[day, meal]


async def expected_over(
    kitchen_id: int,
    occasions: Iterable[Occasion],
    among: Sequence[int] | None = None,
) -> dict[Occasion, list[Eater]]:
    """`expected_eaters` of several meals, whose people are read once."""
    cooked = {}
    for day, meal in occasions:
        closure = await closure_on(kitchen_id, day, meal)
        cooked[day, meal] = closure is None or closure.kind != "cancelled"
    eaters = await _planned(kitchen_id, [w for w in cooked if cooked[w]], among)
    return {when: eaters.get(when, []) for when in cooked}


async def planned_eaters(kitchen_id: int, day: date, meal: str) -> list[Eater]:
    """`expected_eaters` as if the kitchen cooked, whether or not it does."""
    return (await _planned(kitchen_id, [(day, meal)]))[day, meal]


async def _planned(
    kitchen_id: int,
    occasions: Sequence[Occasion],
    among: Sequence[int] | None = None,
) -> dict[Occasion, list[Eater]]:
    meals = {when: await _meals_on(kitchen_id, *when, among) for when in occasions}
    people = await patrons_by_id({elder for found in meals.values() for elder in found})
    by_name = sorted(people.values(), key=lambda person: (person.name, person.id))
    days = {day for day, _meal in occasions}
    homes = await addresses_over(kitchen_id, days, among)
    alike: dict[tuple[int, int | None], Eater] = {}

    def eater(person: Patron, plan: PlanFacts, home: int | None) -> Eater:
        """One for all meals that somebody eats in the same way: that is most. By
        identity, as `_plan` makes them: hashing thousands costs more than the rest."""
        key = (id(plan), home)
        if (found := alike.get(key)) is None:
            found = alike[key] = eater_of(person, plan, home)
        return found

    return {
        when: [
            eater(person, found[person.id], homes[when[0]].get(person.id))
            for person in by_name
            if person.id in found
        ]
        for when, found in meals.items()
    }


async def _meals_on(
    kitchen_id: int, day: date, meal: str, among: Sequence[int] | None
) -> dict[int, PlanFacts]:
    plans = await served_plans_on(kitchen_id, day, meal, among)
    exceptions = await exceptions_on(kitchen_id, day, meal, among)
    return expected(plans, exceptions, await states_on(kitchen_id, day))


def eater_of(person: Patron, meal: PlanFacts, address_id: int | None) -> Eater:
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


async def plans_on(
    kitchen_id: int, day: date, meal: str, among: Sequence[int] | None = None
) -> dict[int, PlanFacts]:
    """The standing plans that hold on a day, of everybody or of a few; the newest row
    of a person decides."""
    of_these, ids = only("p.elder", among)
    found = await rows(
        "SELECT p.elder, p.way, p.point, p.portions, p.size, p.choice"  # noqa: S608 - our own words
        " FROM meal_plan p JOIN elder e ON e.id = p.elder"
        " WHERE e.kitchen = {} AND p.meal = {} AND p.weekday = {}"
        " AND p.from_day <= {} AND (p.to_day IS NULL OR p.to_day >= {})"
        f"{of_these} ORDER BY p.id",
        kitchen_id,
        meal,
        day.isoweekday(),
        day,
        day,
        *ids,
    )
    return {row["elder"]: _plan(row) for row in found}


async def served_plans_on(
    kitchen_id: int, day: date, meal: str, among: Sequence[int] | None = None
) -> dict[int, PlanFacts]:
    """`plans_on`, but nobody's on a day the kitchen does not serve."""
    if not await serves_on(kitchen_id, day):
        return {}
    return await plans_on(kitchen_id, day, meal, among)


async def plans_of(elder_id: int, day: date) -> dict[tuple[str, int], PlanFacts]:
    """One person's week as it stands on a day: (meal, weekday) → plan."""
    found = await rows(
        "SELECT * FROM meal_plan WHERE elder = {} AND from_day <= {}"
        " AND (to_day IS NULL OR to_day >= {}) ORDER BY id",
        elder_id,
        day,
        day,
    )
    return {(row["meal"], row["weekday"]): _plan(row) for row in found}


async def ways_of(elder_ids: Iterable[int], day: date) -> dict[int, tuple[str, ...]]:
    """How those people usually eat, as planned on a day: elder → ways."""
    found = await rows(
        "SELECT DISTINCT elder, way FROM meal_plan WHERE elder IN {}"
        " AND from_day <= {} AND (to_day IS NULL OR to_day >= {}) ORDER BY elder, way",
        sorted(set(elder_ids)),
        day,
        day,
    )
    ways: dict[int, tuple[str, ...]] = {}
    for row in found:
        ways[row["elder"]] = (*ways.get(row["elder"], ()), row["way"])
    return ways


async def starts_of(elder_id: int, after: date) -> list[tuple[str, date]]:
    """Weeks that begin later than a day: (meal, first day), soonest first."""
    found = await rows(
        "SELECT DISTINCT meal, from_day FROM meal_plan WHERE elder = {}"
        " AND from_day > {} ORDER BY from_day, meal",
        elder_id,
        after,
    )
    return [(row["meal"], row["from_day"]) for row in found]


async def exceptions_on(
    kitchen_id: int, day: date, meal: str, among: Sequence[int] | None = None
) -> dict[int, list[ExceptionFacts]]:
    """The exceptions that hold on a day, of everybody or of a few, in the order they
    were made."""
    of_these, ids = only("x.elder", among)
    found = await rows(
        "SELECT x.* FROM plan_exception x JOIN elder e ON e.id = x.elder"  # noqa: S608 - our own words
        " WHERE e.kitchen = {} AND x.meal = {} AND x.from_day <= {}"
        f" AND x.to_day >= {{}} AND x.withdrawn_at IS NULL{of_these} ORDER BY x.id",
        kitchen_id,
        meal,
        day,
        day,
        *ids,
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


async def coming_exceptions(
    kitchen_id: int, since: date, until: date
) -> list[ExceptionFacts]:
    """Everybody's exceptions that touch the days from `since` to `until`, soonest
    first; those taken back are left out."""
    found = await rows(
        "SELECT x.* FROM plan_exception x JOIN elder e ON e.id = x.elder"
        " WHERE e.kitchen = {} AND x.to_day >= {} AND x.from_day <= {}"
        " AND x.withdrawn_at IS NULL ORDER BY x.from_day, x.id",
        kitchen_id,
        since,
        until,
    )
    return [_exception(row) for row in found]


async def exception_by_id(exception_id: int) -> ExceptionFacts | None:
    """One exception, unless it was taken back."""
    row = await one(
        "SELECT * FROM plan_exception WHERE id = {} AND withdrawn_at IS NULL",
        exception_id,
    )
    return _exception(row) if row else None


async def closure_on(kitchen_id: int, day: date, meal: str) -> ClosureFacts | None:
    """Whether the meal is cancelled or substituted as a whole."""
    row = await one(
        "SELECT * FROM closure WHERE kitchen = {} AND day = {} AND meal = {}"
        " AND withdrawn_at IS NULL",
        kitchen_id,
        day,
        meal,
    )
    return ClosureFacts.of(row) if row else None


_plan_of = lru_cache(maxsize=16_384)(PlanFacts)  # most people's days are alike


def _plan(row: dict[str, Any]) -> PlanFacts:
    return _plan_of(
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
