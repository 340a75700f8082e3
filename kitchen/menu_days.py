"""A day's menu as it is stored and read; `kitchen.menus` is the door."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.database import rows
from kitchen.food import Dish, DishFacts, dishes_by_id
from kitchen.places import Kitchen
from kitchen.registry import Elder

CHOICES = ("A", "B")
ROWS = {
    1: "main",
    2: "half",
    3: "vegetable",
    6: "vegetable",
    4: "soup",
    5: "staple",
}
"""Rows of the week grid, from above: position → the category that belongs there."""


class MenuDish(Table, tablename="menu_dish"):
    """One dish on one day's menu. `choice` is A or B; `position` the order served."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    choice = Text()
    position = Integer()
    dish = ForeignKey(Dish, null=False)


class MenuPublication(Table, tablename="menu_publication"):
    """The menu of a day was published; `digest` tells a later change."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    digest = Text()
    at = Timestamptz()
    by = Text()


class ClashDecision(Table, tablename="clash_decision"):
    """How one person's clash with one dish of the day is answered, by whom and why.

    kind: omit (不放) | substitute (换) | override (照常, named and reasoned).
    `covers` are the reasons known then; a later allergy is not covered.
    """

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    elder = ForeignKey(Elder, null=False)
    dish = ForeignKey(Dish, null=False)
    kind = Text()
    substitute = ForeignKey(Dish, null=True)
    reason = Text()
    covers = Text()  # "allergen:peanut;halal:"
    at = Timestamptz()
    by = Text()


# Facts ------------------------------------------------------------------------


@dataclass(frozen=True)
class MenuLine:
    """One dish in one row of one set."""

    choice: str
    position: int
    dish: DishFacts


@dataclass(frozen=True)
class Publication:
    """When a day's menu was last published, and what it was then."""

    digest: str
    at: datetime
    by: str


@dataclass(frozen=True)
class DayMenu:
    """The menu of one kitchen, day and meal."""

    kitchen_id: int
    day: date
    meal: str
    lines: tuple[MenuLine, ...] = ()
    published: Publication | None = None

    def dish_at(self, choice: str, position: int) -> DishFacts | None:
        """What was written into one cell of the grid."""
        return next(
            (
                line.dish
                for line in self.lines
                if (line.choice, line.position) == (choice, position)
            ),
            None,
        )

    @cached_property
    def choices(self) -> tuple[str, ...]:
        written = {line.choice for line in self.lines}
        return tuple(choice for choice in CHOICES if choice in written or choice == "A")

    @cached_property
    def sets(self) -> dict[str, tuple[DishFacts, ...]]:
        """The dishes of each choice, in the order served."""
        return {choice: self._set(choice) for choice in self.choices}

    def _set(self, choice: str) -> tuple[DishFacts, ...]:
        found = (
            self.dish_at(choice, position) or self.dish_at("A", position)
            for position in ROWS
        )
        return tuple(dict.fromkeys(dish for dish in found if dish is not None))

    @cached_property
    def dishes(self) -> tuple[DishFacts, ...]:
        return tuple(dict.fromkeys(line.dish for line in self.lines))

    @property
    def digest(self) -> str:
        text = ";".join(
            sorted(f"{one.choice}{one.position}{one.dish.code}" for one in self.lines)
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""

    @property
    def state(self) -> str:
        """empty | draft | published | changed (since it was published)."""
        if self.published is None:
            return "draft" if self.lines else "empty"
        return "published" if self.published.digest == self.digest else "changed"


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


# Readers ----------------------------------------------------------------------


async def menus_for(
    kitchen_id: int, first: date, last: date, meal: str
) -> dict[date, DayMenu]:
    """The menus of every day from first to last, empty ones included."""
    found = await rows(
        "SELECT day, choice, position, dish FROM menu_dish WHERE kitchen = {}"
        " AND meal = {} AND day >= {} AND day <= {} ORDER BY day, choice, position",
        *(kitchen_id, meal, first, last),
    )
    published = await rows(
        "SELECT day, digest, at, by FROM menu_publication WHERE kitchen = {}"
        " AND meal = {} AND day >= {} AND day <= {} ORDER BY id",
        *(kitchen_id, meal, first, last),
    )
    dishes = await dishes_by_id({row["dish"] for row in found})
    latest = {r["day"]: Publication(r["digest"], r["at"], r["by"]) for r in published}
    lines: dict[date, list[MenuLine]] = {}
    for row in found:
        line = MenuLine(row["choice"], row["position"], dishes[row["dish"]])
        lines.setdefault(row["day"], []).append(line)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {
        day: DayMenu(kitchen_id, day, meal, tuple(lines.get(day, ())), latest.get(day))
        for day in days
    }


async def menu_for(kitchen_id: int, day: date, meal: str) -> DayMenu:
    """One day's menu; without lines when nothing is planned."""
    return (await menus_for(kitchen_id, day, day, meal))[day]
