"""Recall: supplier lot → dish batches → points and rounds → persons.

Whom it reached is read live by `reached`; the way back is `origins`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from piccolo.columns import ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.batches import batches_by_id
from kitchen.database import insert, rows, writing
from kitchen.errors import Refusal
from kitchen.goods import batches_with, lot_of
from kitchen.places import Kitchen
from kitchen.reached import Reached, reached_in, served_at
from kitchen.registry import elders_by_id
from kitchen.staff import Actor
from kitchen.use_by import BatchFacts


class Recall(Table, tablename="recall"):
    """Somebody called food back. kind: lot | batch"""

    kitchen = ForeignKey(Kitchen, null=False)
    kind = Text()
    row_id = Integer()
    reason = Text()
    at = Timestamptz()
    by = Text()


# Facts and rules --------------------------------------------------------------


@dataclass(frozen=True)
class Called:
    """What is called back: the dish batches, and ingredients (by batch) that somebody
    may have been served without."""

    kind: str
    row_id: int
    words: str
    name: str  # of the food or the dish, as it stands in the words
    batches: tuple[BatchFacts, ...]
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RecallFacts:
    """A recall on record."""

    id: int
    kind: str
    row_id: int
    reason: str
    at: datetime
    by: str


# Readers ----------------------------------------------------------------------


async def called(kitchen_id: int, kind: str, row_id: int) -> Called:
    """What a lot or a batch stands for. Refuses `lot_unknown`, `batch_unknown`."""
    if kind == "lot":
        lot = await lot_of(kitchen_id, row_id)
        found = await batches_by_id(kitchen_id, await batches_with(row_id))
        name = lot.ingredient_name
        words = f"{name} · {lot.supplier} · {lot.number}"
        return Called(kind, row_id, words, name, tuple(found), frozenset({name}))
    found = await batches_by_id(kitchen_id, [row_id])
    if not found:
        raise Refusal("batch_unknown", batch=row_id)
    name = found[0].dish_name
    words = f"{name} #{found[0].number}"
    return Called(kind, row_id, words, name, tuple(found))


async def reached_by(kitchen_id: int, what: Called) -> list[Reached]:
    """Everybody whose portion may hold it, meal by meal and place by place."""
    meals = sorted({(b.day, b.meal) for b in what.batches if b.day})
    found: list[Reached] = []
    for day, meal in meals:
        mine = [b for b in what.batches if (b.day, b.meal) == (day, meal)]
        found += await _of_meal(kitchen_id, day, meal, mine, what.without)
    return found


async def _of_meal(
    kitchen_id: int,
    day: date,
    meal: str,
    mine: list[BatchFacts],
    without: frozenset[str],
) -> list[Reached]:
    every = reached_in(mine, await served_at(kitchen_id, day, meal), without)
    names = await elders_by_id({one.elder_id for one in every if one.elder_id})
    named = [
        replace(one, name=names[one.elder_id].name, number=names[one.elder_id].number)
        if one.elder_id in names
        else one
        for one in every
    ]
    return sorted(named, key=lambda r: (r.place, r.code, r.number, r.name))


async def recalls_for(kitchen_id: int) -> list[RecallFacts]:
    """What was called back, newest first."""
    found = await rows(
        "SELECT id, kind, row_id, reason, at, by FROM recall WHERE kitchen = {}"
        " ORDER BY id DESC",
        kitchen_id,
    )
    return [RecallFacts(**row) for row in found]


# Verbs ------------------------------------------------------------------------


async def call_back(
    kitchen_id: int, kind: str, row_id: int, reason: str, *, by: Actor, now: datetime
) -> int:
    """Call a lot or a batch back; whom that reaches is read live. Refuses
    `reason_missing`, `lot_unknown`, `batch_unknown`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        what = await called(kitchen_id, kind, row_id)
        key: int = await insert(
            Recall,
            kitchen=kitchen_id,
            kind=kind,
            row_id=row_id,
            reason=reason.strip(),
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="goods.recall",
            object_kind="goods",
            object_id=key,
            after={"what": what.words, "batches": [b.id for b in what.batches]},
            reason=reason.strip(),
        )
    return key
