"""What the menu planner proposed: a row for each time it was asked, with the best plan
so far, which may be used at any time. Nothing is planned until somebody uses it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, one, rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.food import dishes
from kitchen.menu_questions import Question, Stock, days_to_plan
from kitchen.menu_rules import rules_for
from kitchen.menus import Edit, Place, menus_for, write_cells
from kitchen.places import Kitchen, kitchen_by_id, serves_on, services_for
from kitchen.plans import expected_over
from kitchen.prices import prices_on
from kitchen.scaling import scaling_for
from kitchen.staff import Actor
from planning.plan import Fault

MOST_WEEKS = 4
AROUND = timedelta(days=14)


class MenuProposal(Table, tablename="menu_proposal"):
    """One question and its best answer so far. state: running | done | infeasible |
    failed. JSON: `asked` (Wish, and what the menu `held`), `cells` [day, choice, row,
    dish], `parts` of the sum, `faults` (rules to relax)."""

    kitchen = ForeignKey(Kitchen, null=False)
    meal = Text()
    first = Date()
    weeks = Integer()
    asked = Text()
    job = Integer(null=True)
    state = Text()
    cells = Text()
    total = BigInt()
    bound = BigInt()
    milliseconds = Integer()
    parts = Text()
    faults = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Wish:
    """What somebody asks of the planner beside the kitchen's rules."""

    rows: tuple[int, ...] = (1, 2, 3, 4, 5)
    second_rows: tuple[int, ...] = (1, 2, 4)
    keep_planned: bool = True
    stock: tuple[Stock, ...] = ()
    seconds: int = 30


@dataclass(frozen=True)
class Proposal:
    """A proposal as its page shows it. `held`: the menu when it was asked for. `total`
    and `bound` are points of the stated sum; no plan can have fewer than `bound`."""

    id: int
    kitchen_id: int
    meal: str
    first: date
    weeks: int
    wish: Wish
    held: Mapping[Place, int | None]
    job: int | None
    state: str
    cells: Mapping[Place, int | None]
    total: int
    bound: int
    milliseconds: int
    parts: Mapping[str, int]
    faults: tuple[Fault, ...]
    at: datetime
    by: str

    @property
    def gap_percent(self) -> float:
        if self.total <= 0:
            return 0.0
        return max(0.0, (self.total - self.bound) * 100 / self.total)

    @property
    def is_running(self) -> bool:
        return self.state == "running"


@dataclass(frozen=True)
class Answer:
    """A plan to be kept as the best so far."""

    state: str
    cells: Mapping[Place, int | None]
    total: int = 0
    bound: int = 0
    milliseconds: int = 0
    parts: Mapping[str, int] = field(default_factory=dict)
    faults: Sequence[Fault] = ()


# Readers ----------------------------------------------------------------------


async def proposal_by_id(kitchen_id: int, proposal_id: int) -> Proposal:
    """One proposal of a kitchen; refuses `proposal_unknown`."""
    row = await one(
        "SELECT * FROM menu_proposal WHERE id = {} AND kitchen = {}",
        proposal_id,
        kitchen_id,
    )
    if row is None:
        raise Refusal("proposal_unknown", proposal=proposal_id)
    return _proposal(row)


def _proposal(row: Mapping[str, Any]) -> Proposal:
    asked = json.loads(row["asked"])
    return Proposal(
        id=row["id"],
        kitchen_id=row["kitchen"],
        meal=row["meal"],
        first=row["first"],
        weeks=row["weeks"],
        wish=Wish(
            rows=tuple(asked["rows"]),
            second_rows=tuple(asked["second_rows"]),
            keep_planned=asked["keep_planned"],
            stock=tuple(Stock(n, date.fromisoformat(d)) for n, d in asked["stock"]),
            seconds=asked["seconds"],
        ),
        held=_placed(asked.get("held", ())),
        job=row["job"],
        state=row["state"],
        cells=_placed(json.loads(row["cells"])),
        total=row["total"],
        bound=row["bound"],
        milliseconds=row["milliseconds"],
        parts=json.loads(row["parts"]),
        faults=tuple(Fault(**fault) for fault in json.loads(row["faults"])),
        at=row["at"],
        by=row["by"],
    )


def _placed(listed: Iterable[Any]) -> dict[Place, int | None]:
    return {
        Place(date.fromisoformat(day), choice, position): dish
        for day, choice, position, dish in listed
    }


async def question_for(
    kitchen_id: int, meal: str, first: date, weeks: int, wish: Wish
) -> Question:
    """Who is booked on the kitchen's days of these weeks, what is planned around them,
    and the rules. Refuses `meal_not_served`, `nothing_to_plan` (no day is served)."""
    kitchen = await kitchen_by_id(kitchen_id)
    service = (await services_for(kitchen_id, first)).get(meal)
    if service is None:
        raise Refusal("meal_not_served", meal=meal)
    last = first + timedelta(days=7 * weeks - 1)
    open_days = await _open_days(kitchen_id, meal, first, last)
    days = days_to_plan(first, weeks, open_days)
    if not days:
        raise Refusal("nothing_to_plan", day=first)
    eaters = await expected_over(kitchen_id, [(day, meal) for day in days])
    return Question(
        days=days,
        meal=meal,
        dishes=tuple((await dishes()).values()),
        orders={day: eaters[day, meal] for day in days},
        menus=await menus_for(kitchen_id, first - AROUND, last + AROUND, meal),
        rules=await rules_for(kitchen_id, meal),
        prices=await prices_on(kitchen_id, first),
        scaling=await scaling_for(kitchen_id),
        pot_portions=kitchen.pot_portions,
        cooked_by_minutes=service.cooked_by_minutes,
        rows=wish.rows,
        second_rows=wish.second_rows,
        keep_planned=wish.keep_planned,
        stock=wish.stock,
    )


async def _open_days(kitchen_id: int, meal: str, first: date, last: date) -> set[date]:
    """Days on which the kitchen cooks, and which nobody has closed."""
    closed = await rows(
        "SELECT day FROM day_close WHERE kitchen = {} AND meal = {}"
        " AND day >= {} AND day <= {}",
        *(kitchen_id, meal, first, last),
    )
    shut = {row["day"] for row in closed}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {d for d in days if d not in shut and await serves_on(kitchen_id, d)}


# Verbs ------------------------------------------------------------------------


async def ask(
    kitchen_id: int,
    meal: str,
    first: date,
    weeks: int,
    wish: Wish,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """A new question, to be answered by the planner's job. Refuses `plan_weeks` (one to
    four), `plan_rows` (none, or one that the menu has not)."""
    if not 1 <= weeks <= MOST_WEEKS:
        raise Refusal("plan_weeks", weeks=weeks)
    if not wish.rows:
        raise Refusal("plan_rows")
    last = first + timedelta(days=7 * weeks - 1)
    menus = await menus_for(kitchen_id, first, last, meal)
    asked = {
        "rows": wish.rows,
        "second_rows": wish.second_rows,
        "keep_planned": wish.keep_planned,
        "stock": [[one.name, one.by_day.isoformat()] for one in wish.stock],
        "seconds": wish.seconds,
    }
    held = [
        [day.isoformat(), line.choice, line.position, line.dish.id]
        for day, menu in menus.items()
        for line in menu.lines
    ]
    async with writing():
        proposal_id: int = await insert(
            MenuProposal,
            kitchen=kitchen_id,
            meal=meal,
            first=first,
            weeks=weeks,
            asked=json.dumps(asked | {"held": held}, ensure_ascii=False),
            job=None,
            state="running",
            cells="[]",
            total=0,
            bound=0,
            milliseconds=0,
            parts="{}",
            faults="[]",
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="menu.propose",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={"proposal": proposal_id, "meal": meal, "first": first, **asked},
        )
    return proposal_id


async def runs_as(proposal_id: int, job_id: int) -> None:
    """The job that answers it."""
    async with writing():
        await update_row(MenuProposal, proposal_id, {"job": job_id})


async def keep(proposal_id: int, answer: Answer) -> None:
    """Keep a better answer, or the last one. A search, not a record: the row holds the
    newest."""
    listed = [
        [p.day.isoformat(), p.choice, p.position, dish]
        for p, dish in sorted(answer.cells.items())
    ]
    async with writing():
        await update_row(
            MenuProposal,
            proposal_id,
            {
                "state": answer.state,
                "cells": json.dumps(listed),
                "total": answer.total,
                "bound": answer.bound,
                "milliseconds": answer.milliseconds,
                "parts": json.dumps(dict(answer.parts)),
                "faults": json.dumps([vars(fault) for fault in answer.faults]),
            },
        )


async def end(proposal_id: int, state: str) -> None:
    """The search ended without a better answer than the one that is kept."""
    async with writing():
        await update_row(MenuProposal, proposal_id, {"state": state})


async def use(kitchen_id: int, proposal_id: int, *, by: Actor, now: datetime) -> Edit:
    """Write the best plan so far into the menu, as one edit that can be undone; a cell
    that somebody has changed since it was asked for is left and told in `refused`.
    Refuses `proposal_unknown`, `proposal_empty`, `day_closed`."""
    proposal = await proposal_by_id(kitchen_id, proposal_id)
    if not proposal.cells:
        raise Refusal("proposal_empty")
    return await write_cells(
        kitchen_id,
        proposal.meal,
        proposal.cells,
        "plan",
        by=by,
        now=now,
        note={"proposal": proposal_id},
        seen={place: proposal.held.get(place) for place in proposal.cells},
    )
