"""A day's rounds kept at hand while somebody moves them about: loaded once for as
long as nothing is recorded, so that a price is answered at once.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from kitchen import database
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, latest_plan

DAYS_KEPT = 4


@dataclass(frozen=True)
class RoundDesk:
    """What lies on the dispatcher's desk."""

    inputs: Inputs
    plan: Plan | None


_kept: OrderedDict[tuple[Hashable, ...], RoundDesk] = OrderedDict()


async def desk_for(kitchen_id: int, day: dt.date, meal: str) -> RoundDesk:
    """The newest plan and everything it is made of; refuses as `inputs_for` does.

    Each act leaves a line in the audit, so its last line stands for the state of
    everything.
    """
    last = await database.one("SELECT MAX(id) AS id FROM audit_line")
    line = int(last["id"] or 0) if last else 0
    key = (database.current(), line, kitchen_id, day, meal)
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    inputs = await inputs_for(kitchen_id, day, meal)
    desk = RoundDesk(inputs, await latest_plan(kitchen_id, day, meal))
    _kept[key] = desk
    while len(_kept) > DAYS_KEPT:
        _kept.popitem(last=False)
    return desk
