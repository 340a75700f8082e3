"""A day's rounds kept at hand while somebody moves them about: loaded once for as
long as nothing is recorded, so that a price is answered at once.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from kitchen import audit, database
from kitchen.plans import Eater
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, latest_plan
from kitchen.round_sheets import StaleSheet, stale_sheets

DAYS_KEPT = 8  # a day's desk and its stale papers count each


@dataclass(frozen=True)
class RoundDesk:
    """What lies on the dispatcher's desk."""

    inputs: Inputs
    plan: Plan | None


_kept: OrderedDict[tuple[Hashable, ...], Any] = OrderedDict()


async def desk_for(
    kitchen_id: int, day: dt.date, meal: str, eaters: Sequence[Eater] | None = None
) -> RoundDesk:
    """The newest plan and everything it is made of; refuses as `inputs_for` does."""

    async def loaded() -> RoundDesk:
        inputs = await inputs_for(kitchen_id, day, meal, eaters)
        return RoundDesk(inputs, await latest_plan(kitchen_id, day, meal))

    line = await audit.last_change()
    desk: RoundDesk = await _once(line, "desk", (kitchen_id, day, meal), loaded)
    return desk


async def inputs_at_hand(
    kitchen_id: int, day: dt.date, meal: str, eaters: Sequence[Eater] | None = None
) -> Inputs:
    """What the rounds are made of, as `inputs_for` reads it, from the desk."""
    return (await desk_for(kitchen_id, day, meal, eaters)).inputs


async def stale_for(kitchen_id: int, day: dt.date, meal: str) -> list[StaleSheet]:
    """The printed sheets that no longer say what the plan says."""

    async def found() -> list[StaleSheet]:
        inputs = await inputs_at_hand(kitchen_id, day, meal)
        return await stale_sheets(kitchen_id, day, meal, inputs)

    line = await audit.last_change(prints=True)
    when = (kitchen_id, day, meal)
    stale: list[StaleSheet] = await _once(line, "stale", when, found)
    return stale


async def _once(
    line: int, what: str, day: tuple[Hashable, ...], make: Callable[[], Awaitable[Any]]
) -> Any:
    """What `make` finds, kept until there is a later line than this in the audit."""
    key = (database.current(), line, what, *day)
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    made = _kept[key] = await make()
    while len(_kept) > DAYS_KEPT:
        _kept.popitem(last=False)
    return made
