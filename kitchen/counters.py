"""What every act at a counter begins with: a point that is there, that is one's own,
and whose meal is still open.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kitchen import audit, closed_days
from kitchen.closed_days import refuse_closed_day
from kitchen.database import Asked, Lock, lock_all, one, rows
from kitchen.errors import Refusal
from kitchen.staff import Actor

AT_POINT = (
    " WHERE m.kitchen = (SELECT kitchen FROM dining_point WHERE id = {})"
    " AND m.point = {} AND m.day = {} AND m.meal = {}"
)
"""Meals `m` of one counter; its kitchen is named since meals are indexed by it, and a
till must not read the history of years at each tap."""


def at_point(point_id: int, day: date, meal: str) -> tuple[int, int, date, str]:
    """What `AT_POINT` is asked with."""
    return (point_id, point_id, day, meal)


async def point_by_id(point_id: int) -> dict[str, Any]:
    """The point's row; refuses `dining_point_unknown`."""
    row = await one(*point_asked(point_id))
    if row is None:
        raise Refusal("dining_point_unknown", id=point_id)
    return row


def point_asked(point_id: int) -> Asked:
    """The point's row."""
    return ("SELECT * FROM dining_point WHERE id = {}", point_id)


async def hold_point(
    point_id: int, day: date, meal: str, *, shared: bool = False
) -> dict[str, Any]:
    """The point's row: its meal is still open, and its cash and portions are not being
    counted; with `shared` others may serve there at the same time."""
    point = await point_by_id(point_id)
    await lock_all(point_locks(point["kitchen"], point_id, day, meal, shared=shared))
    await refuse_closed_day(point["kitchen"], day, meal)
    return point


def point_locks(
    kitchen_id: int, point_id: int, day: date, meal: str, *, shared: bool = False
) -> list[Lock]:
    """What an act at a counter holds: the open day, then the counter."""
    counter = Lock("point", f"{point_id}|{day}|{meal}", shared)
    return [closed_days.lock_of(kitchen_id, day, meal), counter]


def refuse_foreign_point(point_id: int, by: Actor) -> None:
    """Staff of one point act at their own; refuses `not_your_point`."""
    if not by.sees_point(point_id):
        raise Refusal("not_your_point")


async def refuse_point_of_other_kitchen(kitchen_id: int, point_id: int | None) -> None:
    """Refuses `dining_point_unknown` for another kitchen\'s point; None passes."""
    if point_id is not None and (await point_by_id(point_id))["kitchen"] != kitchen_id:
        raise Refusal("dining_point_unknown", id=point_id)


async def refuse_round_of_other_meal(
    kitchen_id: int, day: date, meal: str, round_id: int | None
) -> None:
    """Refuses `round_unknown` for a round of another kitchen or meal; None passes."""
    if round_id is not None and not await rows(
        "SELECT r.id FROM round r JOIN round_plan p ON p.id = r.plan"
        " WHERE r.id = {} AND p.kitchen = {} AND p.day = {} AND p.meal = {}",
        round_id,
        kitchen_id,
        day,
        meal,
    ):
        raise Refusal("round_unknown", round=round_id)


async def trace(
    action: str,
    object_id: int,
    after: Mapping[str, object],
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """The audit line of an act at a point."""
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="dining_point",
        object_id=object_id,
        after=after,
        reason=reason,
    )
