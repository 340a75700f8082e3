"""How the clashes of a meal are answered, by whom and why.

Nobody is served an allergen without an override row that names who decided it and the
reason; an override covers only what was known when it was made.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from kitchen import audit
from kitchen.clashes import HARD, NEVER, Decision, Reason, clash, offending
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert_many, lock_for, rows, writing
from kitchen.errors import Refusal
from kitchen.food import DishFacts, dish_by_id, dishes_by_id
from kitchen.menus import ClashDecision
from kitchen.registry import ElderFacts, elders_by_id
from kitchen.staff import Actor

KINDS = ("omit", "substitute", "override")

# Readers ----------------------------------------------------------------------


async def decisions_for(
    kitchen_id: int, day: date, meal: str
) -> dict[tuple[int, int], Decision]:
    """(elder_id, dish_id) → what was decided for the meal."""
    found = await rows(
        "SELECT * FROM clash_decision WHERE kitchen = {} AND day = {} AND meal = {}",
        *(kitchen_id, day, meal),
    )
    return {(row["elder"], row["dish"]): _decision(row) for row in found}


def _decision(row: dict[str, Any]) -> Decision:
    covers = (text.partition(":") for text in row["covers"].split(";") if text)
    return Decision(
        kind=row["kind"],
        substitute_id=row["substitute"],
        reason=row["reason"],
        covers=frozenset(Reason(kind, word) for kind, _, word in covers),
        by=row["by"],
        at=row["at"],
    )


async def substitutes_of(
    decisions: Iterable[Decision], menu: Iterable[DishFacts] = ()
) -> dict[int, DishFacts]:
    """The dishes that stand in for others: decided, or always for those of a menu."""
    decided = {one.substitute_id for one in decisions}
    always = {v.substitute_id for dish in menu for v in dish.variants}
    return await dishes_by_id({one for one in decided | always if one is not None})


# Verbs ------------------------------------------------------------------------


async def decide_clash(
    kitchen_id: int,
    day: date,
    meal: str,
    elder_ids: Collection[int],
    dish_id: int,
    kind: str,
    *,
    substitute_id: int | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Answer the clash of these people with one dish: omit | substitute | override.

    Deciding again replaces the answer; the audit keeps both. Refuses
    `override_needs_reason`, `substitute_missing`, `substitute_clashes` (it would
    hurt one of them too), `omit_impossible` (nothing to leave out would help),
    `day_closed`.
    """
    if kind not in KINDS:
        raise Refusal("decision_unknown", kind=kind)
    dish = await dish_by_id(dish_id)
    people = await elders_by_id(elder_ids)
    for elder_id in elder_ids:
        if elder_id not in people or people[elder_id].kitchen_id != kitchen_id:
            raise Refusal("elder_unknown", elder=elder_id)
    substitute = None
    if kind == "substitute":
        if substitute_id is None or substitute_id == dish_id:
            raise Refusal("substitute_missing", dish=dish.name)
        substitute = await dish_by_id(substitute_id)
    if kind == "override" and not reason.strip():
        raise Refusal("override_needs_reason", dish=dish.name)
    for person in people.values():
        _refuse_what_hurts(person, dish, kind, substitute)
    known = {person.id: clash(person.diet, dish) for person in people.values()}
    async with writing():
        await _forget(kitchen_id, day, meal, elder_ids, dish_id)
        await insert_many(
            ClashDecision,
            [
                {
                    "kitchen": kitchen_id,
                    "day": day,
                    "meal": meal,
                    "elder": elder_id,
                    "dish": dish_id,
                    "kind": kind,
                    "substitute": substitute.id if substitute else None,
                    "reason": reason.strip(),
                    "covers": ";".join(f"{r.kind}:{r.word}" for r in reasons),
                    "at": now,
                    "by": by.name,
                }
                for elder_id, reasons in known.items()
            ],
        )
        never = any(r.kind in NEVER for reasons in known.values() for r in reasons)
        await _trace(
            "menu.override_allergy" if kind == "override" and never else "menu.decide",
            kitchen_id,
            by=by,
            now=now,
            after={
                "day": day,
                "meal": meal,
                "dish": dish.code,
                "kind": kind,
                "substitute": substitute.code if substitute else "",
                "elders": sorted(elder_ids),
            },
            reason=reason.strip(),
        )


def _refuse_what_hurts(
    person: ElderFacts, dish: DishFacts, kind: str, substitute: DishFacts | None
) -> None:
    if substitute is not None:
        fresh = clash(person.diet, substitute)
        if any(found.kind in HARD for found in fresh):
            facts = {"dish": substitute.name, "name": person.name}
            raise Refusal("substitute_clashes", **facts)
    hard = [found for found in clash(person.diet, dish) if found.kind in HARD]
    if kind == "omit" and any(not offending(found, dish) for found in hard):
        raise Refusal("omit_impossible", dish=dish.name, name=person.name)


async def undecide_clash(
    kitchen_id: int,
    day: date,
    meal: str,
    elder_ids: Collection[int],
    dish_id: int,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Take a decision back: these people are open again."""
    async with writing():
        await _forget(kitchen_id, day, meal, elder_ids, dish_id)
        await _trace(
            "menu.undecide",
            kitchen_id,
            by=by,
            now=now,
            after={
                "day": day,
                "meal": meal,
                "dish": dish_id,
                "elders": sorted(elder_ids),
            },
        )


async def _forget(
    kitchen_id: int, day: date, meal: str, elder_ids: Collection[int], dish_id: int
) -> None:
    await lock_for("clash", (kitchen_id, day, meal))
    await refuse_closed_day(kitchen_id, day, meal)
    await rows(
        "DELETE FROM clash_decision WHERE kitchen = {} AND day = {} AND meal = {}"
        " AND dish = {} AND elder IN {}",
        *(kitchen_id, day, meal, dish_id, sorted(elder_ids)),
    )


async def _trace(
    action: str,
    kitchen_id: int,
    *,
    by: Actor,
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="kitchen",
        object_id=kitchen_id,
        before=before,
        after=after,
        reason=reason,
    )
