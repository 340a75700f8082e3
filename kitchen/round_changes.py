"""Changes by hand. While editing everything is allowed and shown; only publishing
refuses. A published plan is copied into its next version by the first change.
"""

from datetime import date, datetime

from kitchen.database import insert, rows, writing
from kitchen.errors import Refusal
from kitchen.round_drafts import (
    Draft,
    draft_of,
    insert_round,
    moved,
    newest_plan,
    numbered,
    put,
    reshape,
)
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_insertion import up_to_date
from kitchen.round_plans import (
    Plan,
    differences,
    latest_plan,
    lock_plans,
    record,
    round_plan_of,
    stop_plan_of,
)
from kitchen.round_steps import PlanStepUndo, Shape, shape_of, step_before
from kitchen.round_thinking import settled, think
from kitchen.staff import Actor
from kitchen.stops import Key

__all__ = [
    "add_round",
    "assign_driver",
    "bring_up_to_date",
    "lock_driver",
    "lock_round",
    "lock_stop",
    "move_stop",
    "moved",
    "reverse_round",
    "unassign",
    "undo",
]


async def move_stop(
    stop_id: int,
    round_id: int | None,
    position: int,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Put a stop at a position (from 1) of a round, or on the waiting list
    (`round_id` None). Returns the plan it is in now; where it stands already, nothing
    changes."""
    async with writing():
        plan = await newest_plan(await stop_plan_of(stop_id))
        stop = next(stop for stop in plan.stops if stop.id == stop_id)
        if round_id is not None and round_id not in {row.id for row in plan.rounds}:
            raise Refusal("round_unknown", round=round_id)
        if not moved(plan, stop, round_id, position):
            return plan.facts.id
        draft = await draft_of(plan, "stop.move", by=by, now=now)
        stop = draft.stop(stop_id)
        target = None if round_id is None else draft.round(round_id).id
        await put(moved(draft.plan, stop, target, position))
        why = "" if target is not None else "by_hand"
        await rows("UPDATE stop SET why = {} WHERE id = {}", why, stop.id)
        number = next((r.number for r in draft.plan.rounds if r.id == target), None)
        await record(
            "stop.move",
            draft.plan.facts.id,
            by=by,
            now=now,
            stop=list(stop.key),
            round=number,
            position=position,
        )
    return draft.plan.facts.id


async def unassign(stop_id: int, *, by: Actor, now: datetime) -> int:
    """Take a stop off its round; it waits, it is not gone."""
    return await move_stop(stop_id, None, 1_000_000, by=by, now=now)


async def reverse_round(round_id: int, *, by: Actor, now: datetime) -> int:
    """Drive a round the other way about."""
    async with writing():
        draft = await _begun(await round_plan_of(round_id), "round.reverse", by, now)
        row = draft.round(round_id)
        await put(numbered(row.id, draft.plan.stops_of(row.id)[::-1]))
        await record(
            "round.reverse", draft.plan.facts.id, by=by, now=now, round=row.number
        )
    return draft.plan.facts.id


async def assign_driver(
    round_id: int, driver_id: int | None, *, by: Actor, now: datetime
) -> int:
    """Give a round to a driver of the kitchen, or to nobody yet. Refuses
    `driver_unknown`."""
    async with writing():
        plan = await newest_plan(await round_plan_of(round_id))
        await _refuse_unknown_driver(plan, driver_id)
        draft = await draft_of(plan, "round.assign_driver", by=by, now=now)
        row = draft.round(round_id)
        await rows("UPDATE round SET driver = {} WHERE id = {}", driver_id, row.id)
        await record(
            "round.assign_driver",
            draft.plan.facts.id,
            by=by,
            now=now,
            round=row.number,
            driver=driver_id,
        )
    return draft.plan.facts.id


async def _refuse_unknown_driver(plan: Plan, driver_id: int | None) -> None:
    if driver_id is not None and not await rows(
        "SELECT id FROM driver WHERE id = {} AND kitchen = {}",
        driver_id,
        plan.facts.kitchen_id,
    ):
        raise Refusal("driver_unknown", driver=driver_id)


async def lock_round(round_id: int, locked: bool, *, by: Actor, now: datetime) -> int:
    """A locked round is left as it is by the solver."""
    async with writing():
        draft = await _begun(await round_plan_of(round_id), "round.lock", by, now)
        row = draft.round(round_id)
        await rows("UPDATE round SET locked = {} WHERE id = {}", locked, row.id)
        await record(
            "round.lock",
            draft.plan.facts.id,
            by=by,
            now=now,
            round=row.number,
            locked=locked,
        )
    return draft.plan.facts.id


async def lock_driver(
    plan_id: int, driver_id: int, locked: bool, *, by: Actor, now: datetime
) -> int:
    """All rounds of a driver are left as they are by the solver, or no longer."""
    async with writing():
        plan = await newest_plan(plan_id)
        await _refuse_unknown_driver(plan, driver_id)
        draft = await draft_of(plan, "driver.lock", by=by, now=now)
        mine = [row for row in draft.plan.rounds if row.driver_id == driver_id]
        for row in mine:
            await rows("UPDATE round SET locked = {} WHERE id = {}", locked, row.id)
        await record(
            "round.lock",
            draft.plan.facts.id,
            by=by,
            now=now,
            driver=driver_id,
            rounds=[row.number for row in mine],
            locked=locked,
        )
    return draft.plan.facts.id


async def lock_stop(stop_id: int, locked: bool, *, by: Actor, now: datetime) -> int:
    """A locked stop stays with its driver when the solver plans again."""
    async with writing():
        draft = await _begun(await stop_plan_of(stop_id), "stop.lock", by, now)
        stop = draft.stop(stop_id)
        await rows("UPDATE stop SET locked = {} WHERE id = {}", locked, stop.id)
        await record(
            "stop.lock",
            draft.plan.facts.id,
            by=by,
            now=now,
            stop=list(stop.key),
            locked=locked,
        )
    return draft.plan.facts.id


async def add_round(plan_id: int, *, by: Actor, now: datetime) -> int:
    """One more round, empty and without a driver."""
    async with writing():
        draft = await _begun(plan_id, "round.add", by, now)
        number = max((row.number for row in draft.plan.rounds), default=0) + 1
        await insert_round(draft.plan.facts.id, number, None)
        await record("round.add", draft.plan.facts.id, by=by, now=now, round=number)
    return draft.plan.facts.id


async def undo(plan_id: int, step_id: int, *, by: Actor, now: datetime) -> int:
    """Take an act back: the rounds are as they were before it. Twice is harmless.

    A published plan stays; the older rounds become its next version. Refuses
    `round_step_unknown`.
    """
    async with writing():
        plan = await newest_plan(plan_id)
        found = await step_before(step_id)
        if found is None:
            raise Refusal("round_step_unknown", step=step_id)
        shape, undone = found
        if undone:
            return plan_id
        draft = await draft_of(plan, "", by=by, now=now)
        facts = draft.plan.facts
        inputs = await inputs_for(facts.kitchen_id, facts.day, facts.meal)
        await reshape(draft.plan, shape, _spares(inputs))
        await insert(PlanStepUndo, step=step_id, at=now, by=by.name)
        await record("round_plan.undo", facts.id, by=by, now=now, step=step_id)
    return facts.id


async def bring_up_to_date(
    kitchen_id: int,
    day: date,
    meal: str,
    *,
    waiting: bool = False,
    by: Actor,
    now: datetime,
) -> int | None:
    """Late adds and cancellations into the plan with the least change: a new door goes
    where it costs least, nobody else is moved, a cancelled one is taken out.
    `waiting`: doors without a round are tried again too, but those put there by hand.

    Returns the plan that has them, None when there is no plan at all.
    """

    def work(inputs: Inputs, now: Shape) -> Shape:
        return up_to_date(inputs, now, waiting=waiting)

    thought = await think(kitchen_id, day, meal, work)
    async with writing():
        await lock_plans(kitchen_id, day, meal)
        plan = await latest_plan(kitchen_id, day, meal)
        if plan is None:
            return None
        inputs, shape = await settled(thought, plan, work)
        if shape == shape_of(plan):
            return plan.facts.id
        draft = await draft_of(plan, "round_plan.update", by=by, now=now)
        await reshape(draft.plan, shape, _spares(inputs))
        missing, gone = differences(inputs, plan)
        await record(
            "round_plan.update",
            draft.plan.facts.id,
            by=by,
            now=now,
            added=[list(key) for key in missing],
            removed=[list(key) for key in gone],
        )
    return draft.plan.facts.id


async def _begun(plan_id: int, act: str, by: Actor, now: datetime) -> Draft:
    return await draft_of(await newest_plan(plan_id), act, by=by, now=now)


def _spares(inputs: Inputs) -> dict[Key, int]:
    return {drop.key: drop.spares for drop in inputs.drops}
