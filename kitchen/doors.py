"""Doors that stayed closed. A case leaves the open list only when the person was
reached, or was handed over to a named office; `kitchen.door_steps` takes the steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kitchen.database import one, rows
from kitchen.deliveries import outcomes_for
from kitchen.door_ladders import (
    CLOSING,
    Rung,
    StepFacts,
    ladder_of,
    meal_in_hand,
    next_rung,
)
from kitchen.driver_starts import starts_on
from kitchen.errors import Refusal
from kitchen.headcounts import closed, eaters_for, spares_for
from kitchen.outcomes import OutcomeFacts
from kitchen.places import kitchen_by_id
from kitchen.plans import Eater
from kitchen.registry import contacts_for, elders_by_id
from kitchen.round_inputs import doors_of, points_of
from kitchen.round_plans import Plan, begun_at, published_plan
from kitchen.stops import Drop, Key


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
    round_id: int | None  # of the version it was reported on
    opened_at: datetime
    opened_by: str
    outcome: str  # no_answer, or what the alarm came with
    alarm: bool  # the container of the meal before still stands outside
    target_minutes: int
    ladder: tuple[Rung, ...]
    steps: tuple[StepFacts, ...]
    second_visit_at: datetime | None

    @property
    def ended(self) -> StepFacts | None:
        """The step that closed it."""
        return next((step for step in self.steps if step.kind in CLOSING), None)

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def next_rung(self) -> Rung | None:
        """Whom to turn to now; None: everybody was, it is time to hand over."""
        return next_rung(self.ladder)

    @property
    def meal_in_hand(self) -> bool:
        return meal_in_hand(self.steps)

    @property
    def visited_again(self) -> bool:
        return any(step.kind == "second_visit" for step in self.steps)

    @property
    def due_at(self) -> datetime:
        """By when somebody must be reached or the office must have it: at once with
        an alarm."""
        minutes = 0 if self.alarm else self.target_minutes
        return self.opened_at + timedelta(minutes=minutes)

    def is_overdue(self, now: datetime) -> bool:
        return self.minutes_open(now) > (0 if self.alarm else self.target_minutes)

    def minutes_open(self, now: datetime) -> int:
        """Whole minutes until it was closed, or until now."""
        until = self.ended.at if self.ended else now
        return max(0, int((until - self.opened_at).total_seconds() // 60))


@dataclass(frozen=True)
class Unfinished:
    """Why a day cannot be closed yet. `code`: not_planned | not_published |
    unreported | case_open"""

    code: str
    name: str
    place: str  # "3-04", or where the person lives
    stop_id: int | None = None  # where it is reported


# Readers ----------------------------------------------------------------------


async def cases_for(kitchen_id: int, day: date, meal: str) -> list[CaseFacts]:
    """Every closed door of a meal: open ones first, of these alarms first, then the
    oldest."""
    found = await rows(
        "SELECT c.id AS id, c.delivery AS delivery_id, c.elder AS elder_id,"
        " s.diner AS diner_id, s.round AS round_id, c.opened_at AS opened_at,"
        " c.opened_by AS opened_by, d.outcome AS outcome, d.last_meal AS last_meal"
        " FROM door_case c JOIN delivery d ON d.id = c.delivery"
        " JOIN stop s ON s.id = d.stop JOIN round_plan p ON p.id = s.plan"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} ORDER BY c.id",
        kitchen_id,
        day,
        meal,
    )
    if not found:
        return []
    kitchen = await kitchen_by_id(kitchen_id)
    plan = await published_plan(kitchen_id, day, meal)
    codes = plan.codes if plan else {}
    behind = {row["diner_id"] for row in found}
    eaters = await eaters_for(kitchen_id, day, meal)
    doors = await doors_of([e for e in eaters if e.diner_id in behind], day)
    drops = {drop.elder_id: drop for drop in doors}
    contacts = await contacts_for(row["elder_id"] for row in found)
    elders = await elders_by_id(row["elder_id"] for row in found)
    case_ids = [row["id"] for row in found]
    steps, visits = await steps_of(case_ids), await _second_visits(case_ids)
    cases = []
    for row in found:
        alarm = row.pop("last_meal") == "outside"
        elder, drop = elders[row["elder_id"]], drops.get(row["elder_id"])
        taken = tuple(steps.get(row["id"], ()))
        ring = contacts.get(elder.id, ())
        cases.append(
            CaseFacts(
                **row,
                name=elder.name,
                phone_tail=elder.phone_tail,
                place=drop.place if drop else "",
                slow_door=elder.slow_door,
                code=codes.get(("diner", row["diner_id"]), ""),
                alarm=alarm,
                target_minutes=kitchen.case_target_minutes,
                ladder=ladder_of(elder.name, elder.phone_tail, ring, taken),
                steps=taken,
                second_visit_at=visits.get(row["id"]),
            )
        )
    return sorted(cases, key=lambda case: (not case.is_open, not case.alarm, case.id))


async def last_case_before(kitchen_id: int, day: date) -> tuple[date, str] | None:
    """The newest earlier day and meal with a closed door; None when there was none."""
    found = await one(
        "SELECT p.day AS day, p.meal AS meal FROM door_case c"
        " JOIN delivery d ON d.id = c.delivery JOIN stop s ON s.id = d.stop"
        " JOIN round_plan p ON p.id = s.plan WHERE p.kitchen = {} AND p.day < {}"
        " ORDER BY p.day DESC, c.id DESC LIMIT 1",
        kitchen_id,
        day,
    )
    return (found["day"], found["meal"]) if found else None


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


async def unfinished(
    kitchen_id: int, day: date, meal: str, eaters: Sequence[Eater] | None = None
) -> list[Unfinished]:
    """Everything at the doors that keeps the day open, each with its person. `eaters`:
    who eats, where the caller has loaded them."""
    when = (kitchen_id, day, meal)
    if await closed(*when) is None:
        return []
    plan = await published_plan(*when)
    if eaters is None:
        eaters = await eaters_for(*when)
    return unfinished_of(
        await _drops(when, plan, eaters),
        plan,
        await outcomes_for(*when),
        await cases_for(*when),
    )


async def _drops(
    when: tuple[int, date, str], plan: Plan | None, eaters: Sequence[Eater]
) -> list[Drop]:
    """Who and what gets food. Where somebody lives is read only of those on no round:
    the code on the sheet says it of the others."""
    kitchen_id, day, _meal = when
    at_doors = [eater for eater in eaters if eater.way == "deliver"]
    on_rounds = {stop.key for stop in plan.stops} if plan else set()
    begun = begun_at(await starts_on(kitchen_id, day), plan) if plan else ()
    aside = [e for e in at_doors if ("diner", e.diner_id) not in on_rounds]
    homes = {drop.key: drop for drop in await doors_of(aside, day)}
    bare = [
        Drop(diner_id=e.diner_id, name=e.name, portions=e.portions) for e in at_doors
    ]
    return [
        *await points_of(kitchen_id, eaters, await spares_for(*when), begun),
        *(homes.get(drop.key, drop) for drop in bare),
    ]


def unfinished_of(
    drops: Sequence[Drop],
    plan: Plan | None,
    outcomes: Mapping[Key, OutcomeFacts],
    cases: Sequence[CaseFacts],
) -> list[Unfinished]:
    """`unfinished` from loaded rows."""
    if not drops:
        return []
    if plan is None:
        return [Unfinished("not_published", "", "")]
    # In the order of the sheets, as somebody with a pile of them looks down the list.
    codes, planned = plan.codes, {stop.key: n for n, stop in enumerate(plan.stops)}
    stop_ids = {stop.key: stop.id for stop in plan.stops}
    found = []
    for drop in sorted(drops, key=lambda drop: planned.get(drop.key, -1)):
        if drop.key not in planned:
            found.append(Unfinished("not_planned", drop.name, drop.place))
        elif drop.key not in outcomes:
            place = codes.get(drop.key, drop.place)
            found.append(Unfinished("unreported", drop.name, place, stop_ids[drop.key]))
    for case in cases:
        if case.is_open:
            found.append(Unfinished("case_open", case.name, case.code or case.place))
    return found


async def steps_of(case_ids: Sequence[int]) -> dict[int, list[StepFacts]]:
    """The steps taken, by case, in order."""
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
        rung=row["rung"],
        contact_name=row["contact_name"] or "",
        office=row["office"],
        who=row["who"],
        note=row["note"],
        at=row["at"],
        by=row["by"],
    )


async def _second_visits(case_ids: Sequence[int]) -> dict[int, datetime]:
    found = await rows(
        "SELECT door_case, planned_at FROM second_visit WHERE door_case IN {}"
        " ORDER BY id",
        list(case_ids),
    )
    return {row["door_case"]: row["planned_at"] for row in found}
