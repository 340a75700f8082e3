"""The steps about a closed door, each stamped: rung up the ladder, visited again,
reached, or handed over by name of office and person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kitchen.database import insert, lock_for, one, writing
from kitchen.deliveries import record
from kitchen.delivery_tables import CaseStep, SecondVisit
from kitchen.door_ladders import CLOSING, Rung, ladder_of
from kitchen.doors import steps_of
from kitchen.errors import Refusal
from kitchen.registry import contacts_for, elders_by_id
from kitchen.staff import Actor

STEPS = ("called", "second_visit", "reached", "handed_over")


@dataclass(frozen=True, kw_only=True)
class Step:
    """What somebody did about a closed door. `rung`: whom they turned to, by its key
    on the ladder. kind: called | second_visit | reached | handed_over."""

    kind: str
    rung: str = ""
    who: str = ""
    office: str = ""
    note: str = ""


async def take_step(case_id: int, step: Step, *, by: Actor, now: datetime) -> None:
    """One step, stamped. Reaching names who was reached (the rung's own person unless
    another is given), handing over names the office and its person.

    Refuses `step_unknown`, `case_unknown`, `case_closed`, `rung_unknown`,
    `called_needs_rung`, `reached_needs_name`, `handed_over_needs_office`,
    `handed_over_needs_person`.
    """
    if step.kind not in STEPS:
        raise Refusal("step_unknown", kind=step.kind)
    async with writing():
        _case, ladder = await open_case_for_writing(case_id)
        rung = _rung_of(step.rung, ladder)
        if step.kind == "called" and rung is None:
            raise Refusal("called_needs_rung")
        who = step.who.strip() or (rung.name if rung and step.kind == "reached" else "")
        _refuse_nameless(step, who)
        await write_step(
            case_id,
            step.kind,
            rung,
            who=who,
            office=step.office,
            note=step.note,
            by=by,
            now=now,
        )


def _refuse_nameless(step: Step, who: str) -> None:
    if step.kind == "reached" and not who:
        raise Refusal("reached_needs_name")
    if step.kind == "handed_over" and not step.office.strip():
        raise Refusal("handed_over_needs_office")
    if step.kind == "handed_over" and not who:
        raise Refusal("handed_over_needs_person")


def _rung_of(key: str, ladder: Sequence[Rung]) -> Rung | None:
    if not key:
        return None
    for rung in ladder:
        if rung.key == key:
            return rung
    raise Refusal("rung_unknown", rung=key)


async def open_case_for_writing(
    case_id: int,
) -> tuple[dict[str, Any], tuple[Rung, ...]]:
    """The case and its ladder, held until commit; refuses `case_unknown`,
    `case_closed`."""
    await lock_for("door_case", case_id)
    case = await one("SELECT * FROM door_case WHERE id = {}", case_id)
    if case is None:
        raise Refusal("case_unknown", case=case_id)
    taken = (await steps_of([case_id])).get(case_id, [])
    ended = next((step for step in taken if step.kind in CLOSING), None)
    if ended is not None:
        raise Refusal("case_closed", at=ended.at, by=ended.by)
    contacts = (await contacts_for([case["elder"]])).get(case["elder"], [])
    elder = (await elders_by_id([case["elder"]]))[case["elder"]]
    return case, ladder_of(elder.name, elder.phone_tail, contacts, taken)


async def write_step(
    case_id: int,
    kind: str,
    rung: Rung | None = None,
    *,
    who: str = "",
    office: str = "",
    note: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """The row and the audit line of one step, inside the caller's `writing()`."""
    await insert(
        CaseStep,
        door_case=case_id,
        kind=kind,
        rung=rung.key if rung else "",
        contact=rung.contact_id if rung else None,
        office=office.strip(),
        who=who,
        note=note.strip(),
        at=now,
        by=by.name,
    )
    facts = {"rung": rung.key if rung else "", "office": office, "who": who}
    await record(f"door_case.{kind}", case_id, by, now, note=note, **facts)


async def plan_second_visit(
    case_id: int, planned_at: datetime, *, by: Actor, now: datetime
) -> None:
    """The door is tried again at another time. Refuses `case_unknown`, `case_closed`,
    `second_visit_past`."""
    if planned_at <= now:
        raise Refusal("second_visit_past", at=planned_at)
    async with writing():
        await open_case_for_writing(case_id)
        await insert(
            SecondVisit, door_case=case_id, planned_at=planned_at, at=now, by=by.name
        )
        await record("door_case.second_visit_planned", case_id, by, now, at=planned_at)
