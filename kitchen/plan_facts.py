"""Plans and exceptions as plain values, and the rule that puts the two together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kitchen.diets import Diet

SIZE_PERCENT = {"small": 70, "normal": 100, "large": 130}
"""Portion sizes in percent of a normal one (小份 0.7, 加量 1.3)."""


@dataclass(frozen=True)
class Eater:
    """One person's meal on one day. `diner_id` is 0 until the count is closed.

    `change` says what happened after the close: "" | added | moved | portions.
    """

    diner_id: int
    elder_id: int
    number: str
    name: str
    way: str
    point_id: int | None
    address_id: int | None
    portions: int
    size: str
    choice: str
    diet: Diet
    change: str = ""


@dataclass(frozen=True)
class PlanFacts:
    """One elder's usual meal on one weekday."""

    elder_id: int
    way: str
    point_id: int | None
    portions: int
    size: str
    choice: str


@dataclass(frozen=True)
class ExceptionFacts:
    """One dated difference."""

    id: int
    elder_id: int
    meal: str
    kind: str
    from_day: date
    to_day: date
    way: str
    point_id: int | None
    portions: int
    choice: str
    reason: str
    source: str
    late: bool
    at: datetime
    by: str


@dataclass(frozen=True)
class ClosureFacts:
    """A meal the kitchen could not cook as planned."""

    id: int
    day: date
    meal: str
    kind: str
    substitute: str
    reason: str
    by: str
    is_withdrawn: bool = False
    menu_edit: int | None = None

    @property
    def is_stopped(self) -> bool:
        """Nothing is cooked: cancelled, and not taken back."""
        return self.kind == "cancelled" and not self.is_withdrawn

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "ClosureFacts":
        """From a row of `closure`."""
        return cls(
            row["id"],
            row["day"],
            row["meal"],
            row["kind"],
            row["substitute"],
            row["reason"],
            row["by"],
            row["withdrawn_at"] is not None,
            row["menu_edit"],
        )


def meal_of(
    plan: PlanFacts | None, exceptions: Iterable[ExceptionFacts]
) -> PlanFacts | None:
    """What one elder eats on a day: the plan, then its exceptions in the order they
    were made. A skip cancels; a later booking brings the meal back; extra portions
    add up; a change replaces way and place for the day."""
    meal = plan
    for exception in exceptions:
        if exception.kind == "skip":
            meal = None
        elif exception.kind == "book" and meal is None:
            meal = PlanFacts(
                exception.elder_id,
                exception.way,
                exception.point_id,
                max(exception.portions, 1),
                "normal",
                exception.choice or "A",
            )
        elif exception.kind == "extra" and meal is not None:
            meal = replace(meal, portions=meal.portions + exception.portions)
        elif exception.kind == "change" and meal is not None:
            meal = replace(
                meal,
                way=exception.way or meal.way,
                point_id=exception.point_id or meal.point_id,
                choice=exception.choice or meal.choice,
            )
    return meal


def expected(
    plans: Mapping[int, PlanFacts],
    exceptions: Mapping[int, Sequence[ExceptionFacts]],
    away: Mapping[int, str],
) -> dict[int, PlanFacts]:
    """Who eats: everyone with a plan or a booking who is not paused, ended or
    deceased (`away`: elder → state). Nobody else is left out for any reason."""
    meals: dict[int, PlanFacts] = {}
    for elder_id in sorted({*plans, *exceptions}):
        if elder_id in away:
            continue
        meal = plans.get(elder_id)
        if elder_id in exceptions:
            meal = meal_of(meal, exceptions[elder_id])
        if meal is not None:
            meals[elder_id] = meal
    return meals
