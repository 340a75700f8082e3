"""A day's balance told outside the page: on the command line and on paper."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.days import MEALS
from app.i18n import translate as _
from app.words.balance import STEPS, place_name, words_of
from kitchen import day_close, headcounts, places
from kitchen.balance import KEPT, UNPLACED, Balance


@dataclass(frozen=True)
class MealBalance:
    """One kitchen's meal: the one number along the day, and every difference."""

    kitchen: str
    day: dt.date
    meal: str
    balance: Balance
    names: dict[str, str]
    is_closed: bool

    @property
    def title(self) -> str:
        return f"{self.day} {_(MEALS[self.meal])} {self.kitchen}"

    @property
    def chain(self) -> str:
        """订餐 4 · 备餐 5 · 做好 5 …"""
        return " · ".join(f"{_(STEPS[key])} {n}" for key, n in self.balance.chain)

    @property
    def lines(self) -> list[tuple[bool, str, str, str]]:
        """Each difference: whether it has its words, where, what, the words."""
        return [
            (bool(one.note), place_name(self.names, one.place), words_of(one), one.note)
            for one in self.balance.differences
        ]

    def as_facts(self) -> dict[str, Any]:
        return {
            "kitchen": self.kitchen,
            "day": self.day,
            "meal": self.meal,
            "closed": self.is_closed,
            "chain": dict(self.balance.chain),
            "differences": [
                {**vars(one), "words": words_of(one)}
                for one in self.balance.differences
            ],
            "open": len(self.balance.open),
        }


async def names_of_places(kitchen_id: int) -> dict[str, str]:
    """Names of the places a balance speaks of; rounds are numbered."""
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen_id)}
    return {**names, KEPT: _("厨房"), UNPLACED: _("未排上")}


async def balances_on(day: dt.date, meals: Sequence[str]) -> list[MealBalance]:
    """Every meal of that day whose count is closed, kitchen by kitchen."""
    found = []
    for kitchen in await places.kitchens():
        names = await names_of_places(kitchen.id)
        for meal in meals:
            when = (kitchen.id, day, meal)
            if await headcounts.closed(*when) is None:
                continue
            balance = await day_close.balance_for(*when)
            closed = await day_close.closed_day(*when) is not None
            found.append(MealBalance(kitchen.name, day, meal, balance, names, closed))
    return found
