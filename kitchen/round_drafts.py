"""Drafts: the editable version of a day's rounds, and how its rows are rearranged.

A published plan is never edited: the first change copies it into the next version.
Every act leaves a step behind that can be taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kitchen.database import insert, insert_many, rows
from kitchen.errors import Refusal
from kitchen.round_plans import (
    Plan,
    RoundRow,
    StopRow,
    latest_plan,
    lock_plans,
    plan_by_id,
    stop_values,
)
from kitchen.round_steps import Shape, keep_step
from kitchen.round_tables import Round, RoundPlan, Stop
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
    places = numbered(round_id, there)
    if stop.round_id != round_id:
        left = [s for s in plan.stops_of(stop.round_id) if s.id != stop.id]
        places |= numbered(stop.round_id, left)
    now = {s.id: (s.round_id, s.position) for s in plan.stops}
    return {key: place for key, place in places.items() if now[key] != place}


def numbered(round_id: int | None, stops: Sequence[StopRow]) -> Places:
    return {stop.id: (round_id, n) for n, stop in enumerate(stops, start=1)}


# Beginning to change ------------------------------------------------------------


async def newest_plan(plan_id: int) -> Plan:
    """The plan, with the day's rounds held for this transaction.

    Refuses `plan_superseded`: somebody else changed the rounds meanwhile.
    """
    plan = await plan_by_id(plan_id)
    facts = plan.facts
    await lock_plans(facts.kitchen_id, facts.day, facts.meal)
    latest = await latest_plan(facts.kitchen_id, facts.day, facts.meal)
    if latest is None or latest.facts.id != plan_id:
        raise Refusal("plan_superseded", version=latest.facts.version if latest else 0)
    return latest


async def draft_of(plan: Plan, act: str, *, by: Actor, now: datetime) -> Draft:
    """The plan itself while it is a draft, else its copy as the next version. The act
    can be taken back afterwards, unless it has no name because it takes one back."""
    if act:
        await keep_step(plan, act, by=by, now=now)
    if plan.facts.is_draft:
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
        pairs=facts.pairs,
        pairs_straight=facts.pairs_straight,
        digest="",
        at=now,
        by=by.name,
    )
    round_ids = {
        row.id: await insert_round(plan_id, row.number, row) for row in plan.rounds
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


# Rows -------------------------------------------------------------------------


async def insert_round(plan_id: int, number: int, like: RoundRow | None) -> int:
    """One more round of a draft, empty; with the facts of another when given."""
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


async def put(places: Places) -> None:
    """Write the places of stops; their clocks are to be computed again."""
    for stop_id, (round_id, position) in places.items():
        await rows(
            "UPDATE stop SET round = {}, position = {}, arrival_at = NULL"
            " WHERE id = {}",
            round_id,
            position,
            stop_id,
        )


async def reshape(plan: Plan, shape: Shape, spares: Mapping[Key, int]) -> None:
    """Make a draft's rows say exactly what the shape says. `spares`: portions without
    a name of stops that have to be entered again."""
    round_ids = await _rounds_like(plan, shape)
    wanted: dict[Key, tuple[int | None, int, str]] = {
        key: (round_ids[order.number], position, "")
        for order in shape.orders
        for position, key in enumerate(order.keys, start=1)
    }
    for position, (key, why) in enumerate(sorted(shape.why.items()), start=1):
        wanted[key] = (None, position, why)
    await _stops_like(plan, wanted, shape.pinned, spares)
    numbers = {order.number for order in shape.orders}
    for row in plan.rounds:
        if row.number not in numbers:
            await rows("DELETE FROM round WHERE id = {}", row.id)


async def _rounds_like(plan: Plan, shape: Shape) -> dict[int, int]:
    """Round number → row id, rows made and changed where needed."""
    known = {row.number: row for row in plan.rounds}
    ids = {row.number: row.id for row in plan.rounds}
    for order in shape.orders:
        row = known.get(order.number)
        if row is None:
            ids[order.number] = await insert_round(plan.facts.id, order.number, None)
        if row is None or (row.driver_id, row.locked) != (
            order.driver_id,
            order.locked,
        ):
            await rows(
                "UPDATE round SET driver = {}, locked = {} WHERE id = {}",
                order.driver_id,
                order.locked,
                ids[order.number],
            )
    return ids


async def _stops_like(
    plan: Plan,
    wanted: Mapping[Key, tuple[int | None, int, str]],
    pinned: frozenset[Key],
    spares: Mapping[Key, int],
) -> None:
    known = {stop.key: stop for stop in plan.stops}
    for stop in plan.stops:
        if stop.key not in wanted:
            await rows("DELETE FROM stop WHERE id = {}", stop.id)
    for key, (round_id, position, why) in wanted.items():
        stop_row, locked = known.get(key), key in pinned
        if stop_row is None:
            values = stop_values(plan.facts.id, key, round_id, position)
            values |= {"why": why, "locked": locked, "spares": spares.get(key, 0)}
            await insert(Stop, **values)
            continue
        now = (stop_row.round_id, stop_row.position, stop_row.why, stop_row.locked)
        if now != (round_id, position, why, locked):
            await rows(
                "UPDATE stop SET round = {}, position = {}, why = {}, locked = {},"
                " arrival_at = NULL WHERE id = {}",
                round_id,
                position,
                why,
                locked,
                stop_row.id,
            )
