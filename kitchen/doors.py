"""Doors that stayed closed. A case leaves the open list only when the person was
reached, or was handed over to a named office; every step up the ladder is stamped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.deliveries import CaseStep, outcomes_for, record
from kitchen.errors import Refusal
from kitchen.headcounts import closed
from kitchen.outcomes import OutcomeFacts
from kitchen.registry import ContactFacts, contacts_for, elders_by_id
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, published_plan
from kitchen.staff import Actor
from kitchen.stops import Key

STEPS = ("called", "second_visit", "reached", "handed_over")
CLOSING = frozenset({"reached", "handed_over", "found_at_fault"})
TARGET_MINUTES = 20


@dataclass(frozen=True)
class StepFacts:
    """One step that was taken."""

    id: int
    kind: str
    contact_id: int | None
    contact_name: str
    who: str
    note: str
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """One closed door, with the ladder to climb and the steps taken."""

    id: int
    delivery_id: int
    elder_id: int
    diner_id: int
    name: str
    phone_tail: str
    place: str
    slow_door: bool
    code: str
    opened_at: datetime
    opened_by: str
    contacts: tuple[ContactFacts, ...]
    steps: tuple[StepFacts, ...]

    @property
    def is_open(self) -> bool:
        return not any(step.kind in CLOSING for step in self.steps)

    @property
    def called(self) -> frozenset[int]:
        """Contacts somebody has rung."""
        return frozenset(s.contact_id for s in self.steps if s.contact_id is not None)

    @property
    def next_contact(self) -> int | None:
        """Whom to ring now: the first on the ladder nobody has rung."""
        waiting = (c.id for c in self.contacts if c.id not in self.called)
        return next(waiting, None)

    def minutes_open(self, now: datetime) -> int:
        """Whole minutes until it was closed, or until now."""
        ends = [step.at for step in self.steps if step.kind in CLOSING]
        until = min(ends) if ends else now
        return max(0, int((until - self.opened_at).total_seconds() // 60))


@dataclass(frozen=True)
class Unfinished:
    """Why a day cannot be closed yet. `code`: not_planned | not_published |
    unreported | case_open"""

    code: str
    name: str
    place: str  # "3-04", or where the person lives


# Readers ----------------------------------------------------------------------


async def cases_for(kitchen_id: int, day: date, meal: str) -> list[CaseFacts]:
    """Every closed door of a meal, open ones first, oldest first."""
    found = await rows(
        "SELECT c.id AS id, c.delivery AS delivery_id, c.elder AS elder_id,"
        " s.diner AS diner_id, c.opened_at AS opened_at, c.opened_by AS opened_by"
        " FROM door_case c JOIN delivery d ON d.id = c.delivery"
        " JOIN stop s ON s.id = d.stop JOIN round_plan p ON p.id = s.plan"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} ORDER BY c.id",
        kitchen_id,
        day,
        meal,
    )
    if not found:
        return []
    inputs = await inputs_for(kitchen_id, day, meal)
    plan = await published_plan(kitchen_id, day, meal)
    codes = plan.codes if plan else {}
    drops = {drop.elder_id: drop for drop in inputs.drops}
    ladders = await contacts_for(row["elder_id"] for row in found)
    elders = await elders_by_id(row["elder_id"] for row in found)
    steps = await _steps([row["id"] for row in found])
    cases = []
    for row in found:
        elder, drop = elders[row["elder_id"]], drops.get(row["elder_id"])
        cases.append(
            CaseFacts(
                **row,
                name=elder.name,
                phone_tail=elder.phone_tail,
                place=drop.place if drop else "",
                slow_door=elder.slow_door,
                code=codes.get(("diner", row["diner_id"]), ""),
                contacts=tuple(ladders.get(elder.id, ())),
                steps=tuple(steps.get(row["id"], ())),
            )
        )
    return sorted(cases, key=lambda case: (not case.is_open, case.id))


async def stop_of_case(case_id: int) -> int:
    """The stop whose door stayed closed; refuses `case_unknown`."""
    found = await one(
        "SELECT d.stop AS stop FROM door_case c JOIN delivery d ON d.id = c.delivery"
        " WHERE c.id = {}",
        case_id,
    )
    if found is None:
        raise Refusal("case_unknown", case=case_id)
    return int(found["stop"])


async def open_cases(kitchen_id: int, day: date, meal: str) -> list[CaseFacts]:
    """Who has not been reached and not been handed over."""
    return [case for case in await cases_for(kitchen_id, day, meal) if case.is_open]


async def unfinished(kitchen_id: int, day: date, meal: str) -> list[Unfinished]:
    """Everything at the doors that keeps the day open, each with its person."""
    when = (kitchen_id, day, meal)
    if await closed(*when) is None:
        return []
    return unfinished_of(
        await inputs_for(*when),
        await published_plan(*when),
        await outcomes_for(*when),
        await cases_for(*when),
    )


def unfinished_of(
    inputs: Inputs,
    plan: Plan | None,
    outcomes: Mapping[Key, OutcomeFacts],
    cases: Sequence[CaseFacts],
) -> list[Unfinished]:
    """`unfinished` from loaded rows."""
    if not inputs.drops:
        return []
    if plan is None:
        return [Unfinished("not_published", "", "")]
    codes, planned = plan.codes, {stop.key for stop in plan.stops}
    found = []
    for drop in inputs.drops:
        if drop.key not in planned:
            found.append(Unfinished("not_planned", drop.name, drop.place))
        elif drop.key not in outcomes:
            place = codes.get(drop.key, drop.place)
            found.append(Unfinished("unreported", drop.name, place))
    for case in cases:
        if case.is_open:
            found.append(Unfinished("case_open", case.name, case.code or case.place))
    return found


async def _steps(case_ids: Sequence[int]) -> dict[int, list[StepFacts]]:
    found = await rows(
        "SELECT s.*, k.name AS contact_name FROM case_step s"
        " LEFT JOIN contact k ON k.id = s.contact WHERE s.door_case IN {}"
        " ORDER BY s.id",
        list(case_ids),
    )
    steps: dict[int, list[StepFacts]] = {}
    for row in found:
        steps.setdefault(row["door_case"], []).append(_step(row))
    return steps


def _step(row: Mapping[str, Any]) -> StepFacts:
    return StepFacts(
        id=row["id"],
        kind=row["kind"],
        contact_id=row["contact"],
        contact_name=row["contact_name"] or "",
        who=row["who"],
        note=row["note"],
        at=row["at"],
        by=row["by"],
    )


# Verbs ------------------------------------------------------------------------


async def take_step(
    case_id: int,
    kind: str,
    *,
    contact_id: int | None = None,
    who: str = "",
    note: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """One step: called | second_visit | reached | handed_over.

    Reaching names who was reached, handing over names the office and its person.
    Refuses `step_unknown`, `case_unknown`, `case_closed`, `reached_needs_name`,
    `handed_over_needs_office`, `contact_of_other_elder`.
    """
    if kind not in STEPS:
        raise Refusal("step_unknown", kind=kind)
    if kind == "reached" and not who.strip():
        raise Refusal("reached_needs_name")
    if kind == "handed_over" and not who.strip():
        raise Refusal("handed_over_needs_office")
    async with writing():
        await lock_for("door_case", case_id)
        case = await one("SELECT * FROM door_case WHERE id = {}", case_id)
        if case is None:
            raise Refusal("case_unknown", case=case_id)
        taken = (await _steps([case_id])).get(case_id, [])
        if any(step.kind in CLOSING for step in taken):
            raise Refusal("case_closed", at=taken[-1].at, by=taken[-1].by)
        ladder = (await contacts_for([case["elder"]])).get(case["elder"], [])
        if contact_id is not None and contact_id not in {c.id for c in ladder}:
            raise Refusal("contact_of_other_elder")
        await insert(
            CaseStep,
            door_case=case_id,
            kind=kind,
            contact=contact_id,
            who=who.strip(),
            note=note,
            at=now,
            by=by.name,
        )
        await record(f"door_case.{kind}", case_id, by, now, who=who, note=note)
