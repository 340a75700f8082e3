"""Cases inside other verbs' transactions: opened by a report, ended by one, asked for
by name before a round or a day is closed.
"""

from collections.abc import Iterable
from datetime import date, datetime

from kitchen.database import insert, one, rows
from kitchen.delivery_tables import CaseStep, DoorCase, SecondVisit
from kitchen.outcomes import OutcomeFacts, Report
from kitchen.round_inputs import Inputs
from kitchen.round_plans import Plan
from kitchen.second_visits import slot_for
from kitchen.staff import Actor
from kitchen.stops import Drop, Key

OPEN_CASE = (
    " NOT EXISTS (SELECT 1 FROM case_step t WHERE t.door_case = c.id"
    " AND t.kind IN ('reached', 'handed_over', 'found_at_fault'))"
)


async def open_case(
    inputs: Inputs,
    plan: Plan,
    drop: Drop,
    report: Report,
    delivery_id: int,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Nobody was seen: the clock starts at the door, a second visit gets its slot. A
    report that already says who was reached closes the case in the same act."""
    began = report.happened_at or now
    case_id = await insert(
        DoorCase,
        delivery=delivery_id,
        elder=drop.elder_id,
        opened_at=began,
        opened_by=report.reported_by,
    )
    if report.reached.strip():
        await end_case(delivery_id, "reached", report.reached, report.note, by, now)
        return
    planned_at = slot_for(inputs, plan, drop.key, began)
    await insert(
        SecondVisit, door_case=case_id, planned_at=planned_at, at=now, by=by.name
    )


async def end_case(
    delivery_id: int, kind: str, who: str, note: str, by: Actor, now: datetime
) -> None:
    """The case of that report ends, if it has one that is still open."""
    case = await one(
        f"SELECT c.id AS id FROM door_case c WHERE c.delivery = {{}} AND {OPEN_CASE}",  # noqa: S608 - our own words
        delivery_id,
    )
    if case is not None:
        await insert(
            CaseStep,
            door_case=case["id"],
            kind=kind,
            rung="",
            contact=None,
            office="",
            who=who.strip(),
            note=note,
            at=now,
            by=by.name,
        )


async def reached_by(
    known: OutcomeFacts, report: Report, drop: Drop, by: Actor, now: datetime
) -> None:
    """The second visit found somebody: the case ends with who that was."""
    who = report.received_by or drop.name
    await end_case(known.delivery_id, "reached", who, report.note, by, now)


async def still_open(
    kitchen_id: int, day: date, meal: str, doors: Iterable[Key]
) -> list[str]:
    """Who of those doors was neither reached nor handed over, by name."""
    diners = [number for kind, number in doors if kind == "diner"]
    if not diners:
        return []
    found = await rows(
        "SELECT DISTINCT e.name AS name, c.id AS id FROM door_case c"  # noqa: S608 - our own words
        " JOIN delivery d ON d.id = c.delivery JOIN stop s ON s.id = d.stop"
        " JOIN round_plan p ON p.id = s.plan JOIN elder e ON e.id = c.elder"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} AND s.diner IN {}"
        f" AND {OPEN_CASE} ORDER BY c.id",
        kitchen_id,
        day,
        meal,
        diners,
    )
    return [row["name"] for row in found]
