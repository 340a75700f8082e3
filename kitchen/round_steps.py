"""What each change of a day's rounds replaced, so that it can be taken back.

A step holds the whole board before an act as ids and numbers, no names. Taking back
is an act of its own: the step stays, a row says that it was taken back.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen.database import insert, rows
from kitchen.places import Kitchen
from kitchen.round_plans import Plan
from kitchen.staff import Actor
from kitchen.stops import Key
from kitchen.timetables import Order

STEPS_KEPT = 20
"""So many acts can be taken back, the newest first."""


class PlanStep(Table, tablename="plan_step"):
    """The rounds of a day before an act. `before`: JSON of `Shape`."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    act = Text()  # stop.move | round.lock | proposal.accept …
    before = Text()
    at = Timestamptz()
    by = Text()


class PlanStepUndo(Table, tablename="plan_step_undo"):
    """This step was taken back."""

    step = ForeignKey(PlanStep, null=False)
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class StepFacts:
    """An act that can be taken back."""

    id: int
    act: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Shape:
    """A day's rounds without row ids: orders by number, who waits and why, and the
    stops that stay with their driver."""

    orders: tuple[Order, ...]
    why: Mapping[Key, str]
    pinned: frozenset[Key] = frozenset()

    @property
    def placed(self) -> dict[Key, int]:
        """Every door on a round, with the round's number."""
        return {key: order.number for order in self.orders for key in order.keys}

    def driver_of(self) -> dict[Key, int | None]:
        return {key: order.driver_id for order in self.orders for key in order.keys}


# Pure rules -------------------------------------------------------------------


def shape_of(plan: Plan) -> Shape:
    """The plan's rounds, detached from its rows."""
    return Shape(
        orders=plan.orders,
        why={stop.key: stop.why for stop in plan.stops_of(None)},
        pinned=frozenset(stop.key for stop in plan.stops if stop.locked),
    )


def shape_text(shape: Shape) -> str:
    """The shape as canonical JSON; equal shapes give equal text."""
    return json.dumps(
        {
            "orders": [
                [o.number, o.driver_id, o.locked, [list(key) for key in o.keys]]
                for o in shape.orders
            ],
            "why": [[*key, why] for key, why in sorted(shape.why.items())],
            "pinned": [list(key) for key in sorted(shape.pinned)],
        },
        separators=(",", ":"),
    )


def read_shape(text: str) -> Shape:
    """What `shape_text` wrote."""
    kept: dict[str, Any] = json.loads(text)
    return Shape(
        orders=tuple(
            Order(number, driver, _keys(keys), locked)
            for number, driver, locked, keys in kept["orders"]
        ),
        why={(kind, number): why for kind, number, why in kept["why"]},
        pinned=frozenset(_keys(kept["pinned"])),
    )


def _keys(pairs: Sequence[Sequence[Any]]) -> tuple[Key, ...]:
    return tuple((str(kind), int(number)) for kind, number in pairs)


# Rows -------------------------------------------------------------------------


async def keep_step(plan: Plan, act: str, *, by: Actor, now: datetime) -> None:
    """Remember the plan as it is before an act; inside the act's transaction."""
    await insert(
        PlanStep,
        kitchen=plan.facts.kitchen_id,
        day=plan.facts.day,
        meal=plan.facts.meal,
        act=act,
        before=shape_text(shape_of(plan)),
        at=now,
        by=by.name,
    )


async def last_step(kitchen_id: int, day: date, meal: str) -> StepFacts | None:
    """The newest act that was not taken back, within the last `STEPS_KEPT`."""
    found = await rows(
        "SELECT s.id AS id, s.act AS act, s.at AS at, s.by AS by, u.id AS undone"
        " FROM plan_step s LEFT JOIN plan_step_undo u ON u.step = s.id"
        " WHERE s.kitchen = {} AND s.day = {} AND s.meal = {}"
        " ORDER BY s.id DESC LIMIT {}",
        kitchen_id,
        day,
        meal,
        STEPS_KEPT,
    )
    for row in found:
        if row["undone"] is None:
            return StepFacts(row["id"], row["act"], row["at"], row["by"])
    return None


async def step_before(step_id: int) -> tuple[Shape, bool] | None:
    """The rounds before a step, and whether it was taken back already."""
    found = await rows(
        "SELECT s.before AS before, u.id AS undone FROM plan_step s"
        " LEFT JOIN plan_step_undo u ON u.step = s.id WHERE s.id = {}",
        step_id,
    )
    if not found:
        return None
    return read_shape(found[0]["before"]), found[0]["undone"] is not None
