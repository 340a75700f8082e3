"""Saving what a solver proposes, and publishing – which nothing faulty passes."""

from collections import Counter
from datetime import datetime
from typing import Any

from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, insert_many, rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.off_loop import off_loop
from kitchen.round_inputs import Inputs
from kitchen.round_plans import (
    Plan,
    differences,
    digest_of,
    key_of,
    latest_plan,
    lock_plans,
    plan_by_id,
    record,
    stop_values,
    travel_values,
)
from kitchen.round_steps import Shape, keep_step
from kitchen.round_tables import (
    PlanOpinion,
    PlanPublication,
    Round,
    RoundPlan,
    Stop,
)
from kitchen.round_thinking import settled, think
from kitchen.rounds import timetable
from kitchen.staff import Actor
from kitchen.timetables import Opinion, Proposal, Timetable

PLAIN_FAULTS = ("load", "vehicle_forbidden", "skills", "max_rounds", "supply")
"""Hard faults that have a sentence of their own: `plan_faulty_load` …"""


async def save_plan(
    inputs: Inputs,
    proposal: Proposal,
    *,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """Keep a proposal as the day's draft; an earlier draft makes way for it, a
    published plan stays and this becomes the next version. `reason`: why it is a
    fallback, kept in the audit line."""
    # Before the transaction and off the loop: nobody waits for the arithmetic.
    times = await off_loop(timetable, inputs, proposal.orders)
    async with writing():
        return await write_plan(inputs, proposal, times, reason=reason, by=by, now=now)


async def write_plan(
    inputs: Inputs,
    proposal: Proposal,
    times: Timetable,
    *,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """`save_plan` inside the caller's transaction, its clocks computed before."""
    await lock_plans(inputs.kitchen.id, inputs.day, inputs.meal)
    plan_id = await _fresh_draft(inputs, proposal, by, now)
    drops = inputs.by_key()
    stops: list[dict[str, Any]] = []
    for order in proposal.orders:
        timed = times.rounds[order.number]
        round_id = await insert(
            Round,
            plan=plan_id,
            number=order.number,
            driver=order.driver_id,
            depart_at=timed.depart_at,
            back_at=timed.back_at,
            metres=timed.metres,
            locked=order.locked,
        )
        arrivals = {stop.key: stop.arrival_at for stop in timed.stops}
        for position, key in enumerate(order.keys, start=1):
            stop = stop_values(plan_id, key, round_id, position)
            stop["arrival_at"] = arrivals.get(key)
            stop["locked"] = key in proposal.pinned
            stops.append(stop)
    for position, (key, why) in enumerate(sorted(proposal.why.items()), start=1):
        stops.append({**stop_values(plan_id, key, None, position), "why": why})
    for stop in stops:
        drop = drops.get(key_of(stop))
        stop["spares"] = drop.spares if drop else 0
    await insert_many(Stop, stops)
    await record(
        "round_plan.save",
        plan_id,
        by=by,
        now=now,
        reason=reason,
        engine=proposal.engine,
        fallback=proposal.fallback,
        rounds=len(proposal.orders),
        unplaced=len(proposal.why),
    )
    return plan_id


async def _fresh_draft(
    inputs: Inputs, proposal: Proposal, by: Actor, now: datetime
) -> int:
    latest = await latest_plan(inputs.kitchen.id, inputs.day, inputs.meal)
    if latest is not None:
        await keep_step(latest, "round_plan.save", by=by, now=now)
    if latest is not None and latest.facts.is_draft:
        await rows("DELETE FROM stop WHERE plan = {}", latest.facts.id)
        await rows("DELETE FROM round WHERE plan = {}", latest.facts.id)
        await rows("DELETE FROM round_plan WHERE id = {}", latest.facts.id)
        version = latest.facts.version
    else:
        version = latest.facts.version + 1 if latest else 1
    plan_id: int = await insert(
        RoundPlan,
        kitchen=inputs.kitchen.id,
        day=inputs.day,
        meal=inputs.meal,
        version=version,
        engine=proposal.engine,
        fallback=proposal.fallback,
        **travel_values(inputs),
        digest="",
        at=now,
        by=by.name,
    )
    return plan_id


async def publish(
    plan_id: int,
    override: str = "",
    *,
    opinion: Opinion | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Make a draft count. Twice is harmless.

    `opinion`: the routing authority's, kept with the plan. The checker here is the
    gate; an authority that does not answer stops nobody, one that says no does so
    without a reason given (`plan_not_confirmed`).

    Refuses `day_closed`, `round_person_missing`, `round_person_gone`,
    `round_without_driver`, `driver_licence_expired` (… health, insurance) and
    `plan_faulty` (capacity, forbidden driver …) whatever is said; lateness, food too
    old, overtime and a waiting list refuse `plan_needs_override` without a reason.
    """
    plan = await plan_by_id(plan_id)
    facts = plan.facts
    if not facts.is_draft:
        return
    thought = await think(facts.kitchen_id, facts.day, facts.meal, _clocks)
    async with writing():
        await lock_plans(facts.kitchen_id, facts.day, facts.meal)
        await refuse_closed_day(facts.kitchen_id, facts.day, facts.meal)
        plan = await plan_by_id(plan_id)
        if not plan.facts.is_draft:  # somebody was quicker
            return
        inputs, times = await settled(thought, plan, _clocks)
        refuse_hard_faults(inputs, plan, times)
        refuse_unnamed_override(inputs, plan, times, override)
        opinion = _of_this_order(opinion, plan)
        refuse_unconfirmed(opinion, override)
        await keep_times(plan, times)
        timed_by = travel_values(inputs)
        await update_row(RoundPlan, plan_id, {"digest": digest_of(plan), **timed_by})
        await insert(
            PlanPublication, plan=plan_id, override=override, at=now, by=by.name
        )
        if opinion is not None:
            said = {"verdict": opinion.verdict, "why": opinion.why}
            await insert(PlanOpinion, plan=plan_id, at=now, **said)
        await record(
            "round_plan.publish",
            plan_id,
            by=by,
            now=now,
            reason=override,
            version=facts.version,
            digest=digest_of(plan),
            authority=opinion.verdict if opinion else "",
            **timed_by,
        )


def _clocks(inputs: Inputs, shape: Shape) -> Timetable:
    return timetable(inputs, shape.orders)


def _of_this_order(opinion: Opinion | None, plan: Plan) -> Opinion | None:
    """An opinion on another order of the doors is none."""
    if opinion is None or opinion.digest == digest_of(plan):
        return opinion
    return Opinion("no_answer", digest_of(plan), "changed")


def refuse_unconfirmed(opinion: Opinion | None, override: str) -> None:
    """Two judges that disagree are a reason to look; somebody may answer for it."""
    if opinion is not None and opinion.verdict == "refused" and not override.strip():
        raise Refusal("plan_not_confirmed")


def refuse_hard_faults(inputs: Inputs, plan: Plan, times: Timetable) -> None:
    """What nobody may override."""
    drops = inputs.by_key()
    missing, gone = differences(inputs, plan)
    if missing:
        names = "、".join(drops[key].name for key in missing[:5])
        raise Refusal("round_person_missing", n=len(missing), names=names)
    if gone:
        raise Refusal("round_person_gone", n=len(gone))
    twice = [key for key, n in Counter(s.key for s in plan.stops).items() if n > 1]
    if twice:
        raise Refusal("round_person_twice", names=drops[twice[0]].name)
    nobody = [
        row.number
        for row in plan.rounds
        if inputs.driver(row.driver_id) is None and plan.stops_of(row.id)
    ]
    if nobody:
        numbers = "、".join(str(number) for number in nobody)
        raise Refusal("round_without_driver", rounds=numbers)
    driving = {row.driver_id for row in plan.rounds if plan.stops_of(row.id)}
    for one in inputs.unfit:
        if one.driver.id in driving:
            raise Refusal(one.code, name=one.driver.name, on=one.paper.on)
    if times.hard:
        named = [fault for fault in times.hard if fault.code in PLAIN_FAULTS]
        code = f"plan_faulty_{named[0].code}" if named else "plan_faulty"
        raise Refusal(code, n=len(named) or len(times.hard))


def refuse_unnamed_override(
    inputs: Inputs, plan: Plan, times: Timetable, override: str
) -> None:
    """What somebody must answer for by name."""
    served = inputs.served(plan.orders)
    waiting = sum(stop.key in served for stop in plan.stops_of(None))
    if override.strip() or not (times.soft or waiting):
        return
    late = sum(timed.late for timed in times.rounds.values())
    raise Refusal("plan_needs_override", n=len(times.soft), late=late, waiting=waiting)


async def keep_times(plan: Plan, times: Timetable) -> None:
    """Write the clocks of a timetable onto the plan's rows."""
    arrivals = {
        stop.key: stop.arrival_at
        for timed in times.rounds.values()
        for stop in timed.stops
    }
    for row in plan.rounds:
        timed = times.rounds[row.number]
        if (row.depart_at, row.back_at) != (timed.depart_at, timed.back_at):
            await rows(
                "UPDATE round SET depart_at = {}, back_at = {}, metres = {}"
                " WHERE id = {}",
                timed.depart_at,
                timed.back_at,
                timed.metres,
                row.id,
            )
    for stop in plan.stops:
        if stop.arrival_at != arrivals.get(stop.key):
            await rows(
                "UPDATE stop SET arrival_at = {} WHERE id = {}",
                arrivals.get(stop.key),
                stop.id,
            )
