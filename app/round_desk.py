"""A day's rounds kept at hand while somebody moves them about: loaded once for as
long as nothing is recorded, so that a price is answered at once.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kitchen.at_hand import AtHand
from kitchen.plans import Eater
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, latest_plan
from kitchen.round_sheets import StaleSheet, stale_sheets

DAYS_KEPT = 4


@dataclass(frozen=True)
class RoundDesk:
    """What lies on the dispatcher's desk."""

    inputs: Inputs
    plan: Plan | None


_desks = AtHand("plan", DAYS_KEPT)
_stale = AtHand("papers", DAYS_KEPT)


async def desk_for(
    kitchen_id: int, day: dt.date, meal: str, eaters: Sequence[Eater] | None = None
) -> RoundDesk:
    """The newest plan and everything it is made of; refuses as `inputs_for` does."""

    async def loaded() -> RoundDesk:
        inputs = await inputs_for(kitchen_id, day, meal, eaters)
        return RoundDesk(inputs, await latest_plan(kitchen_id, day, meal))

    return await _desks.get((kitchen_id, day, meal), loaded)


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

    return await _stale.get((kitchen_id, day, meal), found)
