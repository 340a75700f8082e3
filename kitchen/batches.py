"""Batches: what was really cooked, how warm it was kept, where it went, and until when
it may be eaten.

A batch is dish × kitchen × meal × cook-off time. Rows are only added; a late entry
carries the time it was made beside the time it speaks of.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.audit import LOCAL_ZONE
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.food import Dish, dish_by_id
from kitchen.names import pattern_within
from kitchen.places import DiningPoint, Kitchen, KitchenFacts, kitchen_by_id
from kitchen.production_records import (
    CLOCKS_DIFFER,
    record_once,
    refuse_odd_times,
    trace,
)
from kitchen.staff import Actor
from kitchen.use_by import BatchFacts, HoldingFacts, Place, life_of

READINGS = ("hold", "chilled", "reheated")
HEAVIEST_GRAMS = 500_000


class Batch(Table, tablename="batch"):
    """Cooked: the clock of use-by starts at the cook-off."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    dish = ForeignKey(Dish, null=False)
    number = Integer()
    portions = Integer()
    cooked_off_at = Timestamptz()
    core_decidegrees = Integer(null=True)  # °C × 10
    at = Timestamptz()
    by = Text()
    grams = Integer(null=True)  # the food alone; null: nobody weighed it


class Holding(Table, tablename="holding"):
    """A temperature of a batch after cooking: held, chilled down, or reheated to."""

    batch = ForeignKey(Batch, null=False)
    decidegrees = Integer()
    measured_at = Timestamptz()
    at = Timestamptz()
    by = Text()
    kind = Text()  # hold | chilled | reheated


class BatchPlace(Table, tablename="batch_place"):
    """Some of this batch went onto that round or to that point."""

    batch = ForeignKey(Batch, null=False)
    round_number = Integer(null=True)
    point = ForeignKey(DiningPoint, null=True)
    at = Timestamptz()
    by = Text()


# Readers ----------------------------------------------------------------------

_BATCHES = (
    "SELECT b.*, d.name AS dish_name FROM batch b JOIN dish d ON d.id = b.dish"
    " WHERE b.id NOT IN (SELECT row_id FROM production_void WHERE kind = 'batch')"
)


async def cooked_for(kitchen_id: int, day: date, meal: str) -> list[BatchFacts]:
    """What was cooked for a meal, batches taken back left out."""
    found = await rows(
        _BATCHES + " AND b.kitchen = {} AND b.day = {} AND b.meal = {} ORDER BY b.id",
        *(kitchen_id, day, meal),
    )
    return await _batches(kitchen_id, found)


async def cooked_between(kitchen_id: int, first: date, last: date) -> list[BatchFacts]:
    """What was cooked on these days, oldest first."""
    found = await rows(
        _BATCHES + " AND b.kitchen = {} AND b.day >= {} AND b.day <= {} ORDER BY b.id",
        *(kitchen_id, first, last),
    )
    return await _batches(kitchen_id, found)


async def batches_like(kitchen_id: int, text: str, limit: int = 20) -> list[BatchFacts]:
    """Batches of dishes whose name holds the text, newest first."""
    found = await rows(
        _BATCHES + " AND b.kitchen = {} AND LOWER(d.name) LIKE {} ESCAPE '\\'"
        " ORDER BY b.id DESC LIMIT {}",
        *(kitchen_id, pattern_within(text), limit),
    )
    return await _batches(kitchen_id, found)


async def batches_by_id(kitchen_id: int, ids: Iterable[int]) -> list[BatchFacts]:
    """These batches of a kitchen."""
    found = await rows(
        _BATCHES + " AND b.kitchen = {} AND b.id IN {} ORDER BY b.id",
        *(kitchen_id, sorted(set(ids))),
    )
    return await _batches(kitchen_id, found)


async def _batches(
    kitchen_id: int, found: Sequence[Mapping[str, Any]]
) -> list[BatchFacts]:
    kitchen = await kitchen_by_id(kitchen_id)
    ids = [row["id"] for row in found]
    holdings: dict[int, list[HoldingFacts]] = {}
    for row in await rows(
        "SELECT * FROM holding WHERE batch IN {} ORDER BY measured_at, id", ids
    ):
        facts = HoldingFacts(
            row["decidegrees"], row["measured_at"], row["by"], row["kind"], row["at"]
        )
        holdings.setdefault(row["batch"], []).append(facts)
    places: dict[int, list[Place]] = {}
    for row in await rows(
        "SELECT * FROM batch_place WHERE batch IN {} AND id NOT IN"
        " (SELECT row_id FROM production_void WHERE kind = 'place') ORDER BY id",
        ids,
    ):
        where = ("point", row["point"]) if row["point"] else None
        places.setdefault(row["batch"], []).append(
            where or ("round", row["round_number"])
        )
    return [
        _batch(
            row,
            tuple(holdings.get(row["id"], ())),
            tuple(dict.fromkeys(places.get(row["id"], ()))),
            kitchen,
        )
        for row in found
    ]


def _batch(
    row: Mapping[str, Any],
    holdings: tuple[HoldingFacts, ...],
    places: tuple[Place, ...],
    kitchen: KitchenFacts,
) -> BatchFacts:
    life = life_of(row["cooked_off_at"], holdings, kitchen)
    return BatchFacts(
        id=row["id"],
        dish_id=row["dish"],
        dish_name=row["dish_name"],
        number=row["number"],
        portions=row["portions"],
        cooked_off_at=row["cooked_off_at"],
        core_decidegrees=row["core_decidegrees"],
        holdings=holdings,
        use_by=life.use_by,
        at=row["at"],
        by=row["by"],
        rule=life.rule,
        places=places,
        day=row["day"],
        meal=row["meal"],
        grams=row["grams"],
    )


# Verbs ------------------------------------------------------------------------


async def record_batch(
    kitchen_id: int,
    day: date,
    meal: str,
    dish_id: int,
    portions: int,
    cooked_off_at: datetime,
    core_decidegrees: int | None,
    *,
    grams: int | None = None,
    act: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """One pot filling came off the fire; temperature in °C × 10, None for cold food;
    its weight without the pot where it was weighed. Refuses `core_too_low`,
    `batch_weight`, `cooked_in_future`, `cooked_other_day`."""
    dish, kitchen = await dish_by_id(dish_id), await kitchen_by_id(kitchen_id)
    if grams is not None and not 0 < grams <= HEAVIEST_GRAMS:
        raise Refusal("batch_weight", dish=dish.name, grams=grams)
    _refuse_low_core(core_decidegrees, dish.name, kitchen)
    refuse_odd_times(day, cooked_off_at, now)

    async def do() -> dict[str, Any]:
        await lock_for("batch", (kitchen_id, day, meal))
        last = await one(
            "SELECT MAX(number) AS number FROM batch WHERE kitchen = {} AND day = {}"
            " AND meal = {} AND dish = {}",
            *(kitchen_id, day, meal, dish_id),
        )
        return {
            "id": await insert(
                Batch,
                kitchen=kitchen_id,
                day=day,
                meal=meal,
                dish=dish_id,
                number=((last or {}).get("number") or 0) + 1,
                portions=portions,
                cooked_off_at=cooked_off_at,
                core_decidegrees=core_decidegrees,
                grams=grams,
                at=now,
                by=by.name,
            )
        }

    body = {
        "dish": dish.code,
        "portions": portions,
        "cooked_off_at": cooked_off_at,
        "core_decidegrees": core_decidegrees,
        "grams": grams,
    }
    return await record_once("batch", kitchen_id, day, meal, body, do, act, by, now)


def _refuse_low_core(decidegrees: int | None, name: str, kitchen: KitchenFacts) -> None:
    if decidegrees is not None and decidegrees < kitchen.core_decidegrees:
        raise Refusal(
            "core_too_low",
            dish=name,
            degrees=f"{decidegrees / 10:g}",
            least=f"{kitchen.core_decidegrees / 10:g}",
        )


async def record_holding(
    batch_id: int,
    decidegrees: int,
    measured_at: datetime,
    kind: str = "hold",
    *,
    by: Actor,
    now: datetime,
) -> None:
    """A temperature of a batch after cooking, °C × 10; any is recorded, what follows
    from it is in `life_of`. Refuses `batch_unknown`, `held_before_cooked`,
    `cooked_in_future`, and `core_too_low` of a reheating."""
    if kind not in READINGS:
        raise ValueError(f"no reading {kind!r}")
    async with writing():
        batch = await one(
            "SELECT b.*, d.name AS dish_name FROM batch b JOIN dish d"
            " ON d.id = b.dish WHERE b.id = {}",
            batch_id,
        )
        if batch is None:
            raise Refusal("batch_unknown", batch=batch_id)
        if measured_at < batch["cooked_off_at"]:
            raise Refusal("held_before_cooked")
        if measured_at > now + CLOCKS_DIFFER:
            local = measured_at.astimezone(LOCAL_ZONE)
            raise Refusal("cooked_in_future", at=f"{local:%H:%M}")
        if kind == "reheated":
            kitchen = await kitchen_by_id(batch["kitchen"])
            _refuse_low_core(decidegrees, batch["dish_name"], kitchen)
        await refuse_closed_day(batch["kitchen"], batch["day"], batch["meal"])
        await insert(
            Holding,
            batch=batch_id,
            decidegrees=decidegrees,
            measured_at=measured_at,
            at=now,
            by=by.name,
            kind=kind,
        )
        after = {"batch": batch_id, "decidegrees": decidegrees, "at": measured_at}
        await trace("holding", batch["kitchen"], {**after, "kind": kind}, by, now)


async def record_places(
    batch_id: int, places: Sequence[Place], *, by: Actor, now: datetime
) -> int:
    """Where a batch went; places known already are passed over. Returns how many
    were new. Refuses `batch_unknown`, `places_missing`."""
    if not places:
        raise Refusal("places_missing")
    async with writing():
        await lock_for("batch_place", batch_id)
        batch = await one("SELECT * FROM batch WHERE id = {}", batch_id)
        if batch is None:
            raise Refusal("batch_unknown", batch=batch_id)
        await refuse_closed_day(batch["kitchen"], batch["day"], batch["meal"])
        (facts,) = await _batches(batch["kitchen"], [{**batch, "dish_name": ""}])
        new = [place for place in dict.fromkeys(places) if place not in facts.places]
        await insert_many(
            BatchPlace,
            [
                {
                    "batch": batch_id,
                    "round_number": number if kind == "round" else None,
                    "point": number if kind == "point" else None,
                    "at": now,
                    "by": by.name,
                }
                for kind, number in new
            ],
        )
        if new:
            after = {"batch": batch_id, "places": [list(place) for place in new]}
            await trace("place", batch["kitchen"], after, by, now)
    return len(new)


async def forget_places(
    batch_id: int, reason: str, *, by: Actor, now: datetime
) -> None:
    """What was written about where a batch went was wrong: all of it is taken back.
    Refuses `reason_missing`, `batch_unknown`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        await lock_for("batch_place", batch_id)
        batch = await one("SELECT * FROM batch WHERE id = {}", batch_id)
        if batch is None:
            raise Refusal("batch_unknown", batch=batch_id)
        await refuse_closed_day(batch["kitchen"], batch["day"], batch["meal"])
        await rows(
            "INSERT INTO production_void (kind, row_id, reason, at, by)"
            " SELECT 'place', id, {}, {}, {} FROM batch_place WHERE batch = {}"
            " AND id NOT IN (SELECT row_id FROM production_void WHERE kind = 'place')",
            *(reason.strip(), now, by.name, batch_id),
        )
        after = {"batch": batch_id, "places": []}
        await trace("place", batch["kitchen"], after, by, now, reason.strip())
