"""What really happened at the doors. Nothing is delivered by default: every stop
has an outcome that a named person reported, and an unanswered door stays open
until a person is reached or handed over by name (`kitchen.doors`).

An outcome belongs to the person's meal, whichever version of the plan it was
reported on: a new version of the rounds does not ask for it again.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from kitchen import acts, audit, meals
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.delivery_tables import Delivery, DeliverySlot, DeliveryVoid
from kitchen.door_cases import end_case, open_case, reached_by
from kitchen.errors import Refusal
from kitchen.outcomes import (
    HANDED_OVER,
    OutcomeFacts,
    Report,
    check_report,
    opens_case,
    servings_of,
)
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, plan_by_id, published_plan, round_plan_of
from kitchen.staff import Actor
from kitchen.stops import Drop, Key

# Readers ----------------------------------------------------------------------


async def outcomes_for(
    kitchen_id: int, day: date, meal: str
) -> dict[Key, OutcomeFacts]:
    """The outcome that counts, by door or point, over all versions of the plan."""
    found = await rows(
        "SELECT d.*, s.diner AS diner, s.point AS point FROM delivery_slot x"
        " JOIN delivery d ON d.id = x.delivery JOIN stop s ON s.id = x.stop"
        " JOIN round_plan p ON p.id = s.plan"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} ORDER BY d.id",
        kitchen_id,
        day,
        meal,
    )
    outcomes = (_outcome(row) for row in found)
    return {outcome.key: outcome for outcome in outcomes}


async def stop_of_delivery(delivery_id: int) -> int:
    """The stop a report is about; refuses `delivery_unknown`."""
    found = await one("SELECT stop FROM delivery WHERE id = {}", delivery_id)
    if found is None:
        raise Refusal("delivery_unknown", delivery=delivery_id)
    return int(found["stop"])


def _outcome(row: Mapping[str, Any]) -> OutcomeFacts:
    is_point = row["point"] is not None
    return OutcomeFacts(
        delivery_id=row["id"],
        stop_id=row["stop"],
        key=("point", row["point"]) if is_point else ("diner", row["diner"]),
        outcome=row["outcome"],
        received_by=row["received_by"],
        condition=row["condition"],
        last_meal=row["last_meal"],
        note=row["note"],
        source=row["source"],
        reported_by=row["reported_by"],
        happened_at=row["happened_at"],
        portions=row["portions"],
        decidegrees=row["decidegrees"],
        at=row["at"],
        by=row["by"],
    )


# Verbs ------------------------------------------------------------------------


async def report_exception(
    stop_id: int, report: Report, *, act: str = "", by: Actor, now: datetime
) -> int:
    """One stop's outcome, as a named person reported it. Returns the delivery.

    A meal handed over becomes meals; an unanswered door opens a case, and a second
    visit that finds somebody closes it. Saying the same again changes nothing; sent
    twice with one `act` key it was said once, whatever happened between.
    Refuses `already_reported` (another outcome), `stop_not_planned`,
    `plan_not_published`, `day_closed` and what `check_report` and
    `meals.hand_over_all` refuse.
    """

    async def say() -> acts.Answer:
        return {"delivery": await _say(stop_id, report, by=by, now=now)}

    body = {"stop": stop_id, **asdict(report)}
    async with writing():
        answer, _again = await acts.once_if(act, by.name, now, body, say)
    return int(answer["delivery"])


async def _say(stop_id: int, report: Report, *, by: Actor, now: datetime) -> int:
    plan, inputs, key = await _current(stop_id)
    drop = inputs.served(plan.orders)[key]
    check_report(report, drop)
    known = await outcomes_for(inputs.kitchen.id, inputs.day, inputs.meal)
    if key in known:
        if known[key].outcome == report.outcome:
            return known[key].delivery_id
        if known[key].outcome != "no_answer" or report.outcome not in HANDED_OVER:
            raise _already(known[key], drop)
        await _opened_after_all(known[key], report, drop, by, now)
    stop = next(stop for stop in plan.stops if stop.key == key)
    delivery_id = await write_outcome(stop.id, report, None, by=by, now=now)
    await _follow_up(inputs, drop, report, stop.id, by, now)
    if opens_case(report):
        await open_case(inputs, plan, drop, report, delivery_id, by=by, now=now)
    await record(
        "delivery.report", delivery_id, by, now, stop=stop.id, what=report.outcome
    )
    return delivery_id


async def void_report(
    delivery_id: int, reason: str, *, act: str = "", by: Actor, now: datetime
) -> None:
    """The report was wrong: the stop is unreported again, its meals are voided, its
    case is closed as our own mistake; once for one `act` key. Refuses
    `reason_missing`, `already_voided`."""
    if not reason.strip():
        raise Refusal("reason_missing")

    async def void() -> acts.Answer:
        await _void(delivery_id, reason, by=by, now=now)
        return {}

    async with writing():
        await acts.once_if(act, by.name, now, {"reason": reason}, void)


async def _void(delivery_id: int, reason: str, *, by: Actor, now: datetime) -> None:
    slot = await one("SELECT * FROM delivery_slot WHERE delivery = {}", delivery_id)
    if slot is None:
        raise Refusal("already_voided")
    await _current(slot["stop"])  # refuses a closed day, waits for other reports
    if not await rows(
        "DELETE FROM delivery_slot WHERE id = {} RETURNING id", slot["id"]
    ):
        raise Refusal("already_voided")
    await insert(DeliveryVoid, delivery=delivery_id, reason=reason, at=now, by=by.name)
    for meal_id in await _meals_at(slot["stop"]):
        await meals.void_in_transaction(meal_id, reason, by=by, now=now)
    await end_case(delivery_id, "found_at_fault", "", reason, by, now)
    await record("delivery.void", delivery_id, by, now, reason=reason)


async def _opened_after_all(
    known: OutcomeFacts, report: Report, drop: Drop, by: Actor, now: datetime
) -> None:
    """The second visit found somebody: the first outcome makes way, the case ends
    with who was reached."""
    await rows("DELETE FROM delivery_slot WHERE delivery = {}", known.delivery_id)
    await insert(
        DeliveryVoid,
        delivery=known.delivery_id,
        reason="second_visit",
        at=now,
        by=by.name,
    )
    await reached_by(known, report, drop, by, now)


async def _current(stop_id: int) -> tuple[Plan, Inputs, Key]:
    """The plan that counts, its day, and whose stop this is, also when the stop is
    named by an older version's id."""
    found = await one("SELECT plan FROM stop WHERE id = {}", stop_id)
    if found is None:
        raise Refusal("stop_unknown", stop=stop_id)
    named = await plan_by_id(found["plan"])
    key = next(stop.key for stop in named.stops if stop.id == stop_id)
    plan, inputs = await plan_that_counts(named)
    if key not in {stop.key for stop in plan.stops} or key not in inputs.served(
        plan.orders
    ):
        raise Refusal("stop_not_planned")
    return plan, inputs, key


async def plan_that_counts(named: Plan) -> tuple[Plan, Inputs]:
    """The published plan of the same meal, locked for reports; refuses
    `plan_not_published`."""
    facts = named.facts
    when = (facts.kitchen_id, facts.day, facts.meal)
    await lock_for("delivery", "/".join(str(part) for part in when))
    plan = await published_plan(*when)
    if plan is None:
        raise Refusal("plan_not_published")
    await refuse_closed_day(*when)
    return plan, await inputs_for(*when)


async def round_that_counts(round_id: int) -> tuple[Plan, Inputs, int]:
    """The plan that counts and this round's number in it; refuses `round_unknown`."""
    named = await plan_by_id(await round_plan_of(round_id))
    number = next(row.number for row in named.rounds if row.id == round_id)
    plan, inputs = await plan_that_counts(named)
    if number not in {row.number for row in plan.rounds}:
        raise Refusal("round_unknown", round=number)
    return plan, inputs, number


def _already(known: OutcomeFacts, drop: Drop) -> Refusal:
    return Refusal(
        "already_reported",
        name=drop.name,
        outcome=known.outcome,
        reporter=known.reported_by,
        at=known.at,
    )


async def write_outcome(
    stop_id: int,
    report: Report,
    sheet_return_id: int | None,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """The rows of one outcome, inside the caller's `writing()`."""
    delivery_id: int = await insert(
        Delivery,
        stop=stop_id,
        outcome=report.outcome,
        received_by=report.received_by,
        condition=report.condition,
        last_meal=report.last_meal,
        note=report.note,
        source=report.source,
        reported_by=report.reported_by,
        happened_at=report.happened_at,
        sheet_return=sheet_return_id,
        portions=report.portions,
        decidegrees=report.decidegrees,
        at=now,
        by=by.name,
    )
    await insert(DeliverySlot, stop=stop_id, delivery=delivery_id)
    return delivery_id


async def _follow_up(
    inputs: Inputs,
    drop: Drop,
    report: Report,
    stop_id: int,
    by: Actor,
    now: datetime,
) -> None:
    """Handed over: the meals."""
    if report.outcome in HANDED_OVER:
        servings = servings_of(drop, report, inputs, stop_id, now)
        await meals.hand_over_all(servings, by=by, now=now)


async def _meals_at(stop_id: int) -> list[int]:
    found = await rows(
        "SELECT m.id AS id FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.stop_id = {} AND v.id IS NULL ORDER BY m.id",
        stop_id,
    )
    return [row["id"] for row in found]


async def record(
    action: str,
    object_id: int,
    by: Actor,
    now: datetime,
    reason: str = "",
    **after: object,
) -> None:
    """The audit line of an act at the doors."""
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="delivery",
        object_id=object_id,
        after=after,
        reason=reason,
    )
