"""When food leaves for each place and arrives there: the rounds' clocks."""

from datetime import date, datetime

from kitchen.audit import LOCAL_ZONE
from kitchen.errors import Refusal
from kitchen.portions import Dispatch
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import Plan, latest_plan, published_plan
from kitchen.round_sheets import with_clocks
from kitchen.use_by import Place


async def dispatches_for(
    kitchen_id: int, day: date, meal: str
) -> dict[Place, Dispatch]:
    """Round and point → its departure and its last arrival, by the plan that counts or
    else the draft; nothing while there is none."""
    plan = await published_plan(kitchen_id, day, meal)
    plan = plan or await latest_plan(kitchen_id, day, meal)
    if plan is None:
        return {}
    if plan.facts.is_draft:
        try:
            plan = with_clocks(await inputs_for(kitchen_id, day, meal), plan)
        except Refusal:
            return {}
    return dispatches_of(plan)


def dispatches_of(plan: Plan) -> dict[Place, Dispatch]:
    found: dict[Place, Dispatch] = {}
    for row in plan.rounds:
        arrivals = {s.key: s.arrival_at for s in plan.stops_of(row.id) if s.arrival_at}
        if row.depart_at is None or not arrivals:
            continue
        leaves = _minutes(row.depart_at)
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
