"""The week grid as it is drawn: cells, what was typed wrong, the day's consequences."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from litestar.response import Response

from app.days import day_words
from app.food_names import food_name
from app.forms import Form
from app.i18n import translate as _
from app.rendering import fragment, page, yuan
from app.requests import Request
from app.scope import kitchen_of
from app.words import diets as words
from app.words import menus as menu_words
from app.words.diets import key_words
from kitchen import (
    decisions,
    food,
    menu_cycles,
    menu_rules,
    menus,
    places,
    plans,
    prices,
    registry,
    scaling,
)
from kitchen.clash_groups import OpenDish, decided_groups
from kitchen.consequences import Consequences, Grounds, choices_for, consequences_of
from kitchen.food import DishFacts
from kitchen.menus import CHOICES, ROWS, DayMenu, LastEdit, Place, monday_of
from kitchen.nutrition import SCANT_PERCENT, SODIUM_ALARM_PERCENT
from kitchen.off_loop import off_loop
from kitchen.places import KitchenFacts
from kitchen.variety import Repeat
from planning.plan import Fault

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Cell:
    """One cell of the grid as it is drawn; `typed` is what could not be read, `was`
    the dish that whoever types has seen in it, `told` the one they had seen before they
    were told that it holds another."""

    day: dt.date
    choice: str
    row: int
    dish: DishFacts | None
    typed: str = ""
    error: str = ""
    was: str = ""
    told: str | None = None

    @property
    def name(self) -> str:
        """The name of its field in the form of the week."""
        return f"cell.{self.day.isoformat()}.{self.choice}.{self.row}"

    @property
    def place(self) -> Place:
        return Place(self.day, self.choice, self.row)

    @property
    def value(self) -> str:
        return self.typed or (words.dish_name(self.dish) if self.dish else "")


@dataclass(frozen=True)
class Week:
    """The grid: days across, rows of each set down."""

    monday: dt.date
    menus: Mapping[dt.date, DayMenu]
    choices: tuple[str, ...]
    errors: Mapping[str, str]
    typed: Mapping[str, str]
    last_edit: LastEdit | None = None

    @property
    def days(self) -> list[DayMenu]:
        return [self.menus[self.monday + dt.timedelta(days=n)] for n in range(7)]

    @property
    def planned(self) -> bool:
        return any(menu.lines for menu in self.days)

    @property
    def cells(self) -> list[Cell]:
        """Every cell of the grid, in reading order."""
        return [
            self.cell(menu, choice, row)
            for choice in self.choices
            for row in ROWS
            for menu in self.days
        ]

    def cell(self, menu: DayMenu, choice: str, row: int) -> Cell:
        dish = menu.dish_at(choice, row)
        was = str(dish.id) if dish else ""
        cell = Cell(menu.day, choice, row, dish, was=was)
        if cell.name in self.errors:
            typed, error = self.typed.get(cell.name, ""), self.errors[cell.name]
            was = self.typed.get(f"was.{cell.name}", was)
            told = self.typed.get(f"told.{cell.name}")
            kept = dish if told is not None else None
            return Cell(menu.day, choice, row, kept, typed, error, was, told)
        return cell


def words_for_templates() -> dict[str, Any]:
    """Names the menu's templates use for words."""
    return {
        "w": words,
        "mw": menu_words,
        "repeat_words": repeat_words,
        "ROWS": ROWS,
        "week_step": WEEK,
        "SODIUM_ALARM_PERCENT": SODIUM_ALARM_PERCENT,
        "SCANT_PERCENT": SCANT_PERCENT,
    }


def repeat_words(found: Repeat, day: dt.date) -> str:
    """What a dish repeats, and since when."""
    word = menu_words.COLOUR_WORDS.get(found.word, found.word)
    return _(
        menu_words.REPEAT_WORDS[found.kind],
        dish=words.dish_name(found.dish),
        word=food_name(_(word)),
        day=_("今天") if found.last == day else day_words(found.last),
    )


def fault_words(fault: Fault, days: Sequence[dt.date]) -> str:
    """What has to give, as a sentence."""
    row, _bar, key = (
        fault.name.rpartition("|") if fault.kind == "diet" else ("", "", "")
    )
    number = row or fault.name[1:]
    people = (
        "、".join(key_words(each) for each in key.split("/"))
        if key
        else food_name(fault.name)
    )
    return _(
        menu_words.FAULT_WORDS[fault.kind],
        day=day_words(days[fault.day]) if 0 <= fault.day < len(days) else "",
        row=_(words.ROW_WORDS[int(number)]) if number.isdigit() else "",
        who=people,
        what=_(menu_words.EQUIPMENT_WORDS.get(fault.name, fault.name)),
        n=fault.amount,
        yuan=yuan(fault.amount),
    )


async def week_of(
    request: Request, kitchen: KitchenFacts, day: dt.date, meal: str, form: Form
) -> Week:
    """The grid of the week around a day, with what this form got wrong in it."""
    monday = monday_of(day)
    sunday = monday + dt.timedelta(days=6)
    found = await menus.menus_for(kitchen.id, monday - WEEK, monday + WEEK, meal)
    has_b = any("B" in menu.choices for menu in found.values() if menu.day >= monday)
    asked = request.query_params.get("sets") == "AB" or form.raw("sets") == "AB"
    typed = {name: form.raw(name) for name in form.typed if "cell." in name}
    return Week(
        monday,
        found,
        CHOICES if has_b or asked else ("A",),
        form.errors,
        typed,
        await menus.last_edit(kitchen.id, meal, monday, sunday, request.actor.staff_id),
    )


async def consequences_on(
    kitchen: KitchenFacts,
    day: dt.date,
    meal: str,
    near: Mapping[dt.date, DayMenu] | None = None,
) -> Consequences:
    """What the menu does to the people expected that day. `near`: the menus of its
    week and the one before, where the caller has them."""
    monday = monday_of(day)
    sunday = monday + dt.timedelta(days=6)
    if near is None:
        near = await menus.menus_for(kitchen.id, monday - WEEK, sunday, meal)
    around = {each: menu for each, menu in near.items() if each <= sunday}
    decided = await decisions.decisions_for(kitchen.id, day, meal)
    eaters = await plans.expected_eaters(kitchen.id, day, meal)
    substitutes = await decisions.substitutes_of(decided.values(), around[day].dishes)
    grounds = await grounds_on(kitchen, day, meal, [each.elder_id for each in eaters])

    def put_together() -> Consequences:
        return consequences_of(
            *(around[day], around, eaters, decided, substitutes, grounds)
        )

    return await off_loop(put_together)  # a till may be waiting


async def grounds_on(
    kitchen: KitchenFacts, day: dt.date, meal: str, elder_ids: Sequence[int]
) -> Grounds:
    """What the menu is judged by: rules, prices, people's sex and age, the clock."""
    service = (await places.services_for(kitchen.id, day)).get(meal)
    grounds = Grounds(
        rules=await menu_rules.rules_for(kitchen.id, meal),
        prices=await prices.prices_on(kitchen.id, day),
        scaling=await scaling.scaling_for(kitchen.id),
        people=await registry.sex_and_age(elder_ids, day),
        pot_portions=kitchen.pot_portions,
    )
    if service is None:
        return grounds
    return replace(grounds, cooked_by_minutes=service.cooked_by_minutes)


async def panel(
    kitchen: KitchenFacts,
    day: dt.date,
    meal: str,
    catalogue: Mapping[int, DishFacts],
    week: Week,
) -> dict[str, Any]:
    """Everything the consequences of one day are drawn from."""
    seen = await consequences_on(kitchen, day, meal, week.menus)
    waiting = seen.open_dishes
    instead = choices_for(waiting, seen.menu, list(catalogue.values()))
    return {
        "seen": seen,
        "open_dishes": waiting,
        "decided": decided_groups(seen.clashes),
        "instead": instead,
        "day": day,
        "meal": meal,
        "back": "menus",
        "share_percent": (await menu_rules.rules_for(kitchen.id, meal)).share_percent,
    }


async def show_week(
    request: Request, day: dt.date, meal: str, form: Form
) -> Response[Any]:
    """The whole page; for htmx the grid alone with what changed around it."""
    kitchen = await kitchen_of(request)
    catalogue = await food.dishes()
    week = await week_of(request, kitchen, day, meal, form)
    status = 200 if form.ok else 422
    context = {
        "kitchen": kitchen,
        "week": week,
        "form": form,
        **await panel(kitchen, day, meal, catalogue, week),
        **words_for_templates(),
    }
    if request.is_fragment:
        return fragment(request, "menus/_rewritten.html", **context)
    return page(
        request,
        "menus/index.html",
        status_code=status,
        dishes=[dish for dish in catalogue.values() if dish.active],
        cycles=await menu_cycles.cycles_of(kitchen.id, meal),
        **context,
    )


async def still_open(
    kitchen: KitchenFacts, days: Sequence[dt.date], meal: str
) -> list[tuple[dt.date, list[OpenDish]]]:
    """The days not published yet on which somebody cannot eat a dish and nobody has
    decided what they get, with those dishes."""
    first, last = min(days) - WEEK, max(days) + WEEK
    near = await menus.menus_for(kitchen.id, first, last, meal)
    found = []
    for day in days:
        if not near[day].lines or near[day].state == "published":
            continue
        seen = await consequences_on(kitchen, day, meal, near)
        if seen.open_dishes:
            found.append((day, seen.open_dishes))
    return found
