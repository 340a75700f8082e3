"""When food leaves for each place and arrives there: the rounds' clocks."""

from collections.abc import Mapping
from datetime import date, datetime

from kitchen.audit import LOCAL_ZONE
from kitchen.driver_starts import starts_on
from kitchen.errors import Refusal
from kitchen.portions import Dispatch
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import Plan, beginnings, latest_plan, published_plan
from kitchen.round_sheets import with_clocks
from kitchen.use_by import Place


async def dispatches_for(
    kitchen_id: int, day: date, meal: str
) -> dict[Place, Dispatch]:
    """Round and point → its departure from the kitchen and its last arrival, by the
    plan that counts or else the draft; nothing while there is none."""
    plan = await published_plan(kitchen_id, day, meal)
    plan = plan or await latest_plan(kitchen_id, day, meal)
    if plan is None:
        return {}
    if plan.facts.is_draft:
        try:
            plan = with_clocks(await inputs_for(kitchen_id, day, meal), plan)
        except Refusal:
            return {}
    return dispatches_of(plan, await starts_on(kitchen_id, day))


def dispatches_of(plan: Plan, starts: Mapping[int, int]) -> dict[Place, Dispatch]:
    """`starts`: driver → point; food that changes hands there left with the van."""
    found: dict[Place, Dispatch] = {}
    begins = beginnings(starts, plan)
    for row in plan.rounds:
        arrivals = {s.key: s.arrival_at for s in plan.stops_of(row.id) if s.arrival_at}
        brought = begins.get(row.number)
        left_at = brought.left_at if brought else row.depart_at
        if left_at is None or not arrivals:
            continue
        leaves = _minutes(left_at)
        doors = [at for key, at in arrivals.items() if key[0] == "diner"]
        if doors:
            found["round", row.number] = Dispatch(leaves, _minutes(max(doors)))
        for key, at in arrivals.items():
            if key[0] == "point":
                found[key] = Dispatch(leaves, _minutes(at))
    return found


def _minutes(at: datetime) -> int:
    local = at.astimezone(LOCAL_ZONE)
    return local.hour * 60 + local.minute
