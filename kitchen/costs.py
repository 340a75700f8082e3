"""What a meal costs, by point and way of eating, and who carries it."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from kitchen.audit import LOCAL_ZONE
from kitchen.calendar import days_of
from kitchen.database import one, rows
from kitchen.tariffs import DISCOUNT


@dataclass(frozen=True)
class MealCost:
    """The meals of one place eaten in one way: table | collect | door. `delivery_fen`
    and `operator_fen` stand beside the price and come on top of it."""

    place: str
    channel: str
    meals: int
    self_fen: int
    subsidy_fen: int
    discount_fen: int
    delivery_fen: int
    operator_fen: int

    @property
    def total_fen(self) -> int:
        """Everything somebody pays or gives up for these meals."""
        return sum(fen for _name, fen in self.parts)

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        names = ("self", "subsidy", "discount", "delivery", "operator")
        return tuple((name, getattr(self, f"{name}_fen")) for name in names)

    def per_meal(self, fen: int) -> int:
        """Rounded half up to a whole fen."""
        return (2 * fen + self.meals) // (2 * self.meals)


def costs_of(meals: Iterable[dict[str, Any]]) -> list[MealCost]:
    """Costs by place and way; `n`: how many meals are alike."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for meal in meals:
        place = f"point:{meal['point']}" if meal["point"] else "doors"
        found = sums.setdefault((place, meal["channel"]), Counter())
        found["meals"] += meal["n"]
        found["self"] += meal["self_pay_fen"] * meal["n"]
        for payer, fen, _why in json.loads(meal["lines"]):
            found["discount" if payer == DISCOUNT else "subsidy"] += fen * meal["n"]
        for kind, _payer, fen, _why in json.loads(meal["extras"]):
            found[kind] += fen * meal["n"]
    names = ("meals", "self", "subsidy", "discount", "delivery", "operator")
    return [
        MealCost(*key, *(sums[key][name] for name in names)) for key in sorted(sums)
    ]


async def costs_for(kitchen_id: int, month: str) -> list[MealCost]:
    """A month's costs; refuses `month_unreadable`."""
    found = await rows(
        "SELECT m.point AS point, m.channel AS channel, m.self_pay_fen AS self_pay_fen,"
        " m.lines AS lines, m.extras AS extras, COUNT(*) AS n FROM meal m"
        " LEFT JOIN meal_void v ON v.served = m.id WHERE m.kitchen = {}"
        " AND m.day >= {} AND m.day <= {} AND v.id IS NULL"
        " GROUP BY m.point, m.channel, m.self_pay_fen, m.lines, m.extras",
        kitchen_id,
        *days_of(month),
    )
    return costs_of(found)


async def goods_for(kitchen_id: int, month: str) -> int:
    """What the goods accepted in a month cost, in fen; lots whose price nobody told
    are not in it."""
    first, last = days_of(month)
    row = await one(
        "SELECT SUM(price_fen) AS fen FROM lot WHERE kitchen = {} AND accepted"
        " AND received_at >= {} AND received_at < {}",
        kitchen_id,
        _instant(first),
        _instant(last + timedelta(days=1)),
    )
    return int(row["fen"] or 0) if row else 0


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LOCAL_ZONE).astimezone(UTC)
