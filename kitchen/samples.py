"""Retained samples (留样): label, fridge, in and out, by whom; missing and overdue.

Source of the defaults: GB 31654-2021 – at least 125 g of every dish of every meal, at
least 48 h in a fridge of their own; both are settings of the kitchen, as some areas
ask for 200 g.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.food import Dish, dish_by_id
from kitchen.lateness import is_late
from kitchen.places import Kitchen, KitchenFacts, kitchen_by_id
from kitchen.production_records import (
    CLOCKS_DIFFER,
    record_once,
    refuse_odd_times,
    trace,
)
from kitchen.staff import Actor
from kitchen.use_by import BatchFacts

MEAL_LETTERS = {"breakfast": "B", "lunch": "L", "dinner": "D"}
CLEAR_WITHIN = timedelta(hours=24)
"""How long after its time a sample may stand before it is called overdue (ours)."""


class Sample(Table, tablename="sample"):
    """Retained sample (留样) of one dish."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    dish = ForeignKey(Dish, null=False)
    grams = Integer()
    at = Timestamptz()
    by = Text()
    label = Text()  # what stands on the box
    fridge = Text()
    put_in_at = Timestamptz(null=True)  # None: when it was recorded


class SampleOut(Table, tablename="sample_out"):
    """Taken out of the fridge, after its time."""

    sample = ForeignKey(Sample, null=False)
    taken_out_at = Timestamptz()
    fate = Text()  # discarded | handed_over (to an inspector)
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class SampleFacts:
    """One retained sample. `keep_until`: not taken out before."""

    id: int
    dish_id: int
    dish_name: str
    grams: int
    at: datetime
    by: str
    label: str = ""
    fridge: str = ""
    put_in_at: datetime | None = None
    keep_until: datetime | None = None
    out_at: datetime | None = None
    out_by: str = ""
    fate: str = ""
    day: date | None = None
    meal: str = ""

    @property
    def in_at(self) -> datetime:
        return self.put_in_at or self.at

    @property
    def is_late(self) -> bool:
        return is_late(self.in_at, self.at)

    def is_due(self, now: datetime) -> bool:
        """Its time is over and it still stands in the fridge."""
        return self.out_at is None and now >= (self.keep_until or self.at)

    def is_overdue(self, now: datetime) -> bool:
        """… and nobody cleared it for a day: the fridge fills up."""
        return self.is_due(now - CLEAR_WITHIN)


def without_sample(
    batches: Iterable[BatchFacts], samples: Iterable[SampleFacts], least_grams: int
) -> list[str]:
    """Names of dishes that were cooked and of which less than the least was kept."""
    kept: dict[int, int] = {}
    for sample in samples:
        kept[sample.dish_id] = kept.get(sample.dish_id, 0) + sample.grams
    names = {batch.dish_id: batch.dish_name for batch in batches}
    return [name for dish, name in names.items() if kept.get(dish, 0) < least_grams]


# Readers ----------------------------------------------------------------------

_SAMPLES = (
    "SELECT s.*, d.name AS dish_name, o.taken_out_at AS out_at, o.by AS out_by,"
    " o.fate AS fate FROM sample s JOIN dish d ON d.id = s.dish"
    " LEFT JOIN sample_out o ON o.sample = s.id WHERE s.id NOT IN"
    " (SELECT row_id FROM production_void WHERE kind = 'sample')"
)


async def samples_for(kitchen_id: int, day: date, meal: str) -> list[SampleFacts]:
    """The samples kept of a meal."""
    found = await rows(
        _SAMPLES + " AND s.kitchen = {} AND s.day = {} AND s.meal = {} ORDER BY s.id",
        *(kitchen_id, day, meal),
    )
    kitchen = await kitchen_by_id(kitchen_id)
    return [_facts(row, kitchen) for row in found]


async def samples_between(
    kitchen_id: int, first: date, last: date
) -> list[SampleFacts]:
    """The samples kept of these days, oldest first."""
    found = await rows(
        _SAMPLES + " AND s.kitchen = {} AND s.day >= {} AND s.day <= {} ORDER BY s.id",
        *(kitchen_id, first, last),
    )
    kitchen = await kitchen_by_id(kitchen_id)
    return [_facts(row, kitchen) for row in found]


async def in_the_fridge(kitchen_id: int) -> list[SampleFacts]:
    """Samples nobody has taken out, oldest first."""
    found = await rows(
        _SAMPLES + " AND s.kitchen = {} AND o.id IS NULL ORDER BY s.id", kitchen_id
    )
    kitchen = await kitchen_by_id(kitchen_id)
    return [_facts(row, kitchen) for row in found]


def _facts(row: Mapping[str, Any], kitchen: KitchenFacts) -> SampleFacts:
    started = row["put_in_at"] or row["at"]
    return SampleFacts(
        id=row["id"],
        dish_id=row["dish"],
        dish_name=row["dish_name"],
        grams=row["grams"],
        at=row["at"],
        by=row["by"],
        label=row["label"],
        fridge=row["fridge"],
        put_in_at=row["put_in_at"],
        keep_until=started + timedelta(hours=kitchen.sample_hours),
        out_at=row["out_at"],
        out_by=row["out_by"] or "",
        fate=row["fate"] or "",
        day=row["day"],
        meal=row["meal"],
    )


# Verbs ------------------------------------------------------------------------


async def record_sample(
    kitchen_id: int,
    day: date,
    meal: str,
    dish_id: int,
    grams: int,
    *,
    fridge: str = "",
    put_in_at: datetime | None = None,
    act: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """A sample of a dish was sealed, labelled and put away; the label is made here:
    `1124-L-03`, day, meal, number. Refuses `sample_too_small`, `cooked_in_future`,
    `cooked_other_day`."""
    kitchen = await kitchen_by_id(kitchen_id)
    dish = await dish_by_id(dish_id)
    if grams < kitchen.sample_grams:
        least = kitchen.sample_grams
        raise Refusal("sample_too_small", dish=dish.name, grams=grams, least=least)
    if put_in_at is not None:
        refuse_odd_times(day, put_in_at, now)

    async def do() -> dict[str, Any]:
        await lock_for("sample", (kitchen_id, day, meal))
        row = await one(
            "SELECT COUNT(*) AS n FROM sample WHERE kitchen = {} AND day = {}"
            " AND meal = {}",
            *(kitchen_id, day, meal),
        )
        number = int(row["n"] if row else 0) + 1
        key = await insert(
            Sample,
            kitchen=kitchen_id,
            day=day,
            meal=meal,
            dish=dish_id,
            grams=grams,
            at=now,
            by=by.name,
            label=f"{day:%m%d}-{MEAL_LETTERS.get(meal, 'X')}-{number:02d}",
            fridge=fridge.strip(),
            put_in_at=put_in_at,
        )
        return {"id": key}

    body = {"dish": dish.code, "grams": grams, "fridge": fridge, "put_in": put_in_at}
    return await record_once("sample", kitchen_id, day, meal, body, do, act, by, now)


async def take_out(
    kitchen_id: int,
    sample_ids: Collection[int],
    taken_out_at: datetime,
    fate: str = "discarded",
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Samples leave the fridge; those that left before are passed over. Returns how
    many were new. Refuses `sample_unknown`, `cooked_in_future`, and `sample_too_young`
    unless they are handed over to an inspector."""
    if taken_out_at > now + CLOCKS_DIFFER:
        raise Refusal("cooked_in_future", at=taken_out_at)
    async with writing():
        await lock_for("sample_out", kitchen_id)
        standing = {each.id: each for each in await in_the_fridge(kitchen_id)}
        known = await rows(
            "SELECT id FROM sample WHERE kitchen = {} AND id IN {}",
            *(kitchen_id, sorted(set(sample_ids))),
        )
        if len(known) < len(set(sample_ids)) or not sample_ids:
            raise Refusal("sample_unknown")
        leaving = [standing[key] for key in sorted(set(sample_ids)) if key in standing]
        for sample in leaving:
            if fate == "discarded" and not sample.is_due(taken_out_at):
                raise Refusal(
                    "sample_too_young", label=sample.label, until=sample.keep_until
                )
            await insert(
                SampleOut,
                sample=sample.id,
                taken_out_at=taken_out_at,
                fate=fate,
                at=now,
                by=by.name,
            )
        if leaving:
            after = {"samples": [each.label for each in leaving], "fate": fate}
            await trace("sample_out", kitchen_id, after, by, now)
    return len(leaving)
