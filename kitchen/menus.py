"""What is cooked on a day: sets A and B of dishes, planned and published.

Set B names only what is different: a row it leaves empty is set A's dish. A menu may
be changed after it was published; the digest of what was published tells.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, insert_many, lock_for, rows, writing
from kitchen.errors import Refusal
from kitchen.food import Dish, DishFacts, dish_by_id, dishes_by_id
from kitchen.places import Kitchen
from kitchen.registry import Elder
from kitchen.staff import Actor

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

    @property
    def choices(self) -> tuple[str, ...]:
        written = {line.choice for line in self.lines}
        return tuple(choice for choice in CHOICES if choice in written or choice == "A")

    @property
    def sets(self) -> dict[str, tuple[DishFacts, ...]]:
        """The dishes of each choice, in the order served."""
        return {choice: self._set(choice) for choice in self.choices}

    def _set(self, choice: str) -> tuple[DishFacts, ...]:
        found = (
            self.dish_at(choice, position) or self.dish_at("A", position)
            for position in ROWS
        )
        return tuple(dict.fromkeys(dish for dish in found if dish is not None))

    @property
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


# Verbs ------------------------------------------------------------------------


async def set_dish(
    kitchen_id: int,
    day: date,
    meal: str,
    choice: str,
    position: int,
    dish_id: int | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Write one cell of the grid; None clears it. Refuses `dish_unknown`,
    `dish_retired`, `dish_twice` (in another row of the same set), `day_closed`."""
    if choice not in CHOICES or position not in ROWS:
        raise Refusal("menu_row_unknown", choice=choice, row=position)
    dish = None if dish_id is None else await dish_by_id(dish_id)
    if dish is not None and not dish.active:
        raise Refusal("dish_retired", name=dish.name)
    async with writing():
        await lock_for("menu", (kitchen_id, day, meal))
        await refuse_closed_day(kitchen_id, day, meal)
        menu = await menu_for(kitchen_id, day, meal)
        before = menu.dish_at(choice, position)
        if before == dish:
            return
        if dish is not None and any(
            line.dish == dish and line.choice == choice for line in menu.lines
        ):
            raise Refusal("dish_twice", name=dish.name, day=day)
        await rows(
            "DELETE FROM menu_dish WHERE kitchen = {} AND day = {} AND meal = {}"
            " AND choice = {} AND position = {}",
            *(kitchen_id, day, meal, choice, position),
        )
        if dish is not None:
            await insert(
                MenuDish,
                kitchen=kitchen_id,
                day=day,
                meal=meal,
                choice=choice,
                position=position,
                dish=dish.id,
            )
        await _trace(
            "menu.set_dish",
            kitchen_id,
            by=by,
            now=now,
            before={"dish": before.code if before else ""},
            after={
                "day": day,
                "meal": meal,
                "cell": f"{choice}{position}",
                "dish": dish.code if dish else "",
            },
        )


async def clear(
    kitchen_id: int, day: date, meal: str, *, by: Actor, now: datetime
) -> None:
    """Take every dish off one day's menu. Refuses `day_closed`."""
    async with writing():
        await refuse_closed_day(kitchen_id, day, meal)
        menu = await menu_for(kitchen_id, day, meal)
        if not menu.lines:
            return
        await rows(
            "DELETE FROM menu_dish WHERE kitchen = {} AND day = {} AND meal = {}",
            *(kitchen_id, day, meal),
        )
        codes = [f"{one.choice}{one.position}{one.dish.code}" for one in menu.lines]
        await _trace(
            "menu.clear",
            kitchen_id,
            by=by,
            now=now,
            before={"day": day, "meal": meal, "dishes": codes},
        )


async def copy_week(
    kitchen_id: int,
    meal: str,
    from_monday: date,
    to_monday: date,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Copy a week's menu into the empty days of another; what is planned there
    stays. Returns how many dishes were written; refuses `menu_week_empty`."""
    async with writing():
        week = timedelta(days=6)
        source = await menus_for(kitchen_id, from_monday, from_monday + week, meal)
        if not any(menu.lines for menu in source.values()):
            raise Refusal("menu_week_empty", day=from_monday)
        target = await menus_for(kitchen_id, to_monday, to_monday + week, meal)
        shift = to_monday - from_monday
        written = [
            {
                "kitchen": kitchen_id,
                "day": day + shift,
                "meal": meal,
                "choice": line.choice,
                "position": line.position,
                "dish": line.dish.id,
            }
            for day, menu in source.items()
            if not target[day + shift].lines
            for line in menu.lines
            if line.dish.active
        ]
        await insert_many(MenuDish, written)
        await _trace(
            "menu.copy_week",
            kitchen_id,
            by=by,
            now=now,
            after={"from": from_monday, "to": to_monday, "dishes": len(written)},
        )
    return len(written)


async def publish(
    kitchen_id: int,
    days: Sequence[date],
    meal: str,
    *,
    by: Actor,
    now: datetime,
) -> list[date]:
    """Publish the menus of these days; days without a menu and days published as
    they are now are passed over. Returns the days published; refuses `menu_empty`
    when none of them has a menu."""
    async with writing():
        menus = await menus_for(kitchen_id, min(days), max(days), meal)
        planned = [menus[day] for day in sorted(set(days)) if menus[day].lines]
        if not planned:
            raise Refusal("menu_empty", day=min(days))
        fresh = [menu for menu in planned if menu.state != "published"]
        await insert_many(
            MenuPublication,
            [
                {
                    "kitchen": kitchen_id,
                    "day": menu.day,
                    "meal": meal,
                    "digest": menu.digest,
                    "at": now,
                    "by": by.name,
                }
                for menu in fresh
            ],
        )
        published = {menu.day.isoformat(): menu.digest for menu in fresh}
        if published:
            await _trace("menu.publish", kitchen_id, by=by, now=now, after=published)
    return [menu.day for menu in fresh]


async def _trace(
    action: str,
    kitchen_id: int,
    *,
    by: Actor,
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="kitchen",
        object_id=kitchen_id,
        before=before,
        after=after,
    )
