"""Changes by hand. While editing everything is allowed and shown; only publishing
refuses. A published plan is copied into its next version by the first change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kitchen.database import insert, insert_many, rows, writing
from kitchen.errors import Refusal
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_insertion import best_place
from kitchen.round_plans import (
    Plan,
    RoundRow,
    StopRow,
    differences,
    latest_plan,
    lock_plans,
    plan_by_id,
    record,
    round_plan_of,
    stop_plan_of,
    stop_values,
)
from kitchen.rounds import Round, RoundPlan, Stop
from kitchen.staff import Actor
from kitchen.stops import Key


@dataclass(frozen=True)
class Draft:
    """An editable plan, and where the rows of the plan it was copied from went."""

    plan: Plan
    stop_ids: dict[int, int]
    round_ids: dict[int, int]

    def stop(self, stop_id: int) -> StopRow:
        wanted = self.stop_ids[stop_id]
        return next(stop for stop in self.plan.stops if stop.id == wanted)

    def round(self, round_id: int) -> RoundRow:
        wanted = self.round_ids.get(round_id)
        found = next((row for row in self.plan.rounds if row.id == wanted), None)
        if found is None:
            raise Refusal("round_unknown", round=round_id)
        return found


# Pure rules -------------------------------------------------------------------

Places = dict[int, tuple[int | None, int]]
"""Stop id → round (None: waiting list) and position from 1."""


def moved(plan: Plan, stop: StopRow, round_id: int | None, position: int) -> Places:
    """Every place that changes when a stop moves; its old round closes the gap."""
    there = [s for s in plan.stops_of(round_id) if s.id != stop.id]
    there.insert(max(0, min(position - 1, len(there))), stop)
    places = _numbered(round_id, there)
    if stop.round_id != round_id:
        left = [s for s in plan.stops_of(stop.round_id) if s.id != stop.id]
        places |= _numbered(stop.round_id, left)
    now = {s.id: (s.round_id, s.position) for s in plan.stops}
    return {key: place for key, place in places.items() if now[key] != place}


def _numbered(round_id: int | None, stops: Sequence[StopRow]) -> Places:
    return {stop.id: (round_id, n) for n, stop in enumerate(stops, start=1)}


# Verbs ------------------------------------------------------------------------


async def move_stop(
    stop_id: int,
    round_id: int | None,
    position: int,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Put a stop at a position (from 1) of a round, or on the waiting list
    (`round_id` None). Returns the plan it is in now."""
    async with writing():
        draft = await _draft_of(await stop_plan_of(stop_id), by, now)
        stop = draft.stop(stop_id)
        target = None if round_id is None else draft.round(round_id).id
        await _place(moved(draft.plan, stop, target, position))
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


async def assign_driver(
    round_id: int, driver_id: int | None, *, by: Actor, now: datetime
) -> int:
    """Give a round to a driver of the kitchen, or to nobody yet. Refuses
    `driver_unknown`."""
    async with writing():
        draft = await _draft_of(await round_plan_of(round_id), by, now)
        if driver_id is not None and not await rows(
            "SELECT id FROM driver WHERE id = {} AND kitchen = {}",
            driver_id,
            draft.plan.facts.kitchen_id,
        ):
            raise Refusal("driver_unknown", driver=driver_id)
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


async def lock_round(round_id: int, locked: bool, *, by: Actor, now: datetime) -> int:
    """A locked round is left as it is by the solver."""
    async with writing():
        draft = await _draft_of(await round_plan_of(round_id), by, now)
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


async def lock_stop(stop_id: int, locked: bool, *, by: Actor, now: datetime) -> int:
    """A locked stop stays with its driver when the solver plans again."""
    async with writing():
        draft = await _draft_of(await stop_plan_of(stop_id), by, now)
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
        draft = await _draft_of(plan_id, by, now)
        number = max((row.number for row in draft.plan.rounds), default=0) + 1
        await _insert_round(draft.plan.facts.id, number, None)
        await record("round.add", draft.plan.facts.id, by=by, now=now, round=number)
    return draft.plan.facts.id


async def bring_up_to_date(
    kitchen_id: int, day: date, meal: str, *, by: Actor, now: datetime
) -> int | None:
    """Late adds and cancellations into the plan with the least change: a new door goes
    where it costs least, nobody else is moved, a cancelled one is taken out.

    Returns the plan that has them, None when there is no plan at all.
    """
    async with writing():
        await lock_plans(kitchen_id, day, meal)
        plan = await latest_plan(kitchen_id, day, meal)
        if plan is None:
            return None
        inputs = await inputs_for(kitchen_id, day, meal)
        missing, gone = differences(inputs, plan)
        if not missing and not gone:
            return plan.facts.id
        draft = await _draft_of(plan.facts.id, by, now)
        plan_id = draft.plan.facts.id
        for key in gone:
            await _take_out(plan_id, key)
        for key in missing:
            await _put_in(inputs, plan_id, key)
        await record(
            "round_plan.update",
            plan_id,
            by=by,
            now=now,
            added=[list(key) for key in missing],
            removed=[list(key) for key in gone],
        )
    return plan_id


# Rows -------------------------------------------------------------------------


async def _take_out(plan_id: int, key: Key) -> None:
    plan = await plan_by_id(plan_id)
    stop = next(stop for stop in plan.stops if stop.key == key)
    left = [s for s in plan.stops_of(stop.round_id) if s.id != stop.id]
    await rows("DELETE FROM stop WHERE id = {}", stop.id)
    await _place(_numbered(stop.round_id, left))


async def _put_in(inputs: Inputs, plan_id: int, key: Key) -> None:
    plan, drop = await plan_by_id(plan_id), inputs.by_key()[key]
    found = best_place(inputs, plan.orders, drop)
    values = stop_values(plan_id, key, None, len(plan.stops_of(None)) + 1)
    values["why"] = "" if found else "no_room" if drop.is_placed else "no_place"
    stop_id = await insert(Stop, **{**values, "spares": drop.spares})
    if found is None:
        return
    number, position = found
    round_id = next(row.id for row in plan.rounds if row.number == number)
    plan = await plan_by_id(plan_id)
    stop = next(stop for stop in plan.stops if stop.id == stop_id)
    await _place(moved(plan, stop, round_id, position))


async def _place(places: Places) -> None:
    for stop_id, (round_id, position) in places.items():
        await rows(
            "UPDATE stop SET round = {}, position = {}, arrival_at = NULL"
            " WHERE id = {}",
            round_id,
            position,
            stop_id,
        )


async def _draft_of(plan_id: int, by: Actor, now: datetime) -> Draft:
    """The plan itself while it is a draft, else its copy as the next version.

    Refuses `plan_superseded`: somebody else changed the rounds meanwhile.
    """
    plan = await plan_by_id(plan_id)
    facts = plan.facts
    await lock_plans(facts.kitchen_id, facts.day, facts.meal)
    latest = await latest_plan(facts.kitchen_id, facts.day, facts.meal)
    if latest is None or latest.facts.id != plan_id:
        raise Refusal("plan_superseded", version=latest.facts.version if latest else 0)
    if facts.is_draft:
        same_stops = {stop.id: stop.id for stop in plan.stops}
        return Draft(plan, same_stops, {row.id: row.id for row in plan.rounds})
    return await _copied(plan, by, now)


async def _copied(plan: Plan, by: Actor, now: datetime) -> Draft:
    facts = plan.facts
    plan_id = await insert(
        RoundPlan,
        kitchen=facts.kitchen_id,
        day=facts.day,
        meal=facts.meal,
        version=facts.version + 1,
        engine=facts.engine,
        fallback=facts.fallback,
        distances=facts.distances,
        digest="",
        at=now,
        by=by.name,
    )
    round_ids = {
        row.id: await _insert_round(plan_id, row.number, row) for row in plan.rounds
    }
    values = [
        {
            **stop_values(
                plan_id,
                stop.key,
                None if stop.round_id is None else round_ids[stop.round_id],
                stop.position,
            ),
            "arrival_at": stop.arrival_at,
            "locked": stop.locked,
            "why": stop.why,
            "spares": stop.spares,
        }
        for stop in plan.stops
    ]
    new_ids = await insert_many(Stop, values)
    stop_ids = {old.id: new for old, new in zip(plan.stops, new_ids, strict=True)}
    return Draft(await plan_by_id(plan_id), stop_ids, round_ids)


async def _insert_round(plan_id: int, number: int, like: RoundRow | None) -> int:
    round_id: int = await insert(
        Round,
        plan=plan_id,
        number=number,
        driver=like.driver_id if like else None,
        depart_at=like.depart_at if like else None,
        back_at=like.back_at if like else None,
        metres=like.metres if like else 0,
        locked=like.locked if like else False,
    )
    return round_id
