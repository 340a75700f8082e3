"""The way back from a person: the pots their meals came from and the lots in them.

By the same rows and rules as a recall, so that a person is reached by exactly the
batches and lots that are named here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kitchen.batches import cooked_between
from kitchen.goods import lot_of, lots_in
from kitchen.reached import Reached, Served, reached_in, served_at
from kitchen.use_by import BatchFacts

DAYS_BACK = 14
"""Days asked about at once, far longer than a sample is kept (48 hours)."""


@dataclass(frozen=True)
class Origin:
    """A batch that a person's portion may be from; `lots` went into it and are foods
    that the person was not served without. `got` is that portion."""

    batch: BatchFacts
    got: Reached
    lots: tuple[int, ...]


def origins_in(
    elder_id: int,
    batches: Iterable[BatchFacts],
    served: Served,
    foods: Mapping[int, Mapping[int, str]],
) -> list[Origin]:
    """Of one meal. `foods`: batch → its lots → what they are of."""
    found = []
    for batch in batches:
        got = _portion(elder_id, batch, served)
        if got is None:
            continue
        lots = tuple(
            lot
            for lot, food in foods.get(batch.id, {}).items()
            if _portion(elder_id, batch, served, food)
        )
        found.append(Origin(batch, got, lots))
    return found


def _portion(
    elder_id: int, batch: BatchFacts, served: Served, *without: str
) -> Reached | None:
    every = reached_in([batch], served, without)
    return next((one for one in every if one.elder_id == elder_id), None)


async def origins_of(kitchen_id: int, elder_id: int, until: date) -> list[Origin]:
    """What a person was handed, or may still be, in the two weeks up to a day; the
    newest meal first."""
    first = until - timedelta(days=DAYS_BACK - 1)
    cooked = await cooked_between(kitchen_id, first, until)
    foods = await _foods(kitchen_id, [batch.id for batch in cooked])
    meals = sorted({(b.day, b.meal) for b in cooked if b.day}, reverse=True)
    found: list[Origin] = []
    for day, meal in meals:
        mine = [b for b in cooked if (b.day, b.meal) == (day, meal)]
        served = (await served_at(kitchen_id, day, meal)).of(elder_id)
        found += origins_in(elder_id, mine, served, foods)
    return found


async def _foods(kitchen_id: int, batches: Iterable[int]) -> dict[int, dict[int, str]]:
    into = await lots_in(batches)
    lots = {lot for mine in into.values() for lot in mine}
    names = {lot: (await lot_of(kitchen_id, lot)).ingredient_name for lot in lots}
    return {batch: {lot: names[lot] for lot in mine} for batch, mine in into.items()}
