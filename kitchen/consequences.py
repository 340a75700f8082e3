"""What a day's menu does before it is published: whom it hurts, what repeats, what
is missing, how it nourishes. Pure, on the menu and the orders expected for it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from kitchen.blocks import Block, Decisions, Order, clashes_for, set_of
from kitchen.clash_groups import OpenDish, OpenGroup, open_dishes
from kitchen.clashes import HARD, clash
from kitchen.diets import Diet
from kitchen.food import DishFacts
from kitchen.menus import DayMenu, monday_of
from kitchen.nutrition import (
    SHARE_OF_DAY,
    Distance,
    Nutrition,
    Reference,
    distances,
    mean_of,
    nutrition_of_set,
    reference_for,
)

REPEAT_DAYS = 7
"""A dish within this many days is noted."""
INGREDIENT_DAYS = 1
"""A main ingredient of yesterday's meat dishes is noted."""
NEEDED = ("main", "vegetable", "staple")
"""Categories without which a lunch set is unfinished."""
WOMAN_OF_80 = reference_for("female", 80)
"""The usual guest: the narrowest sodium limit and the smallest energy need."""


@dataclass(frozen=True)
class Repeat:
    """A dish, or its main ingredient, that was there lately. `word` names the
    ingredient; empty for the dish itself."""

    dish: DishFacts
    last: date
    word: str = ""


@dataclass(frozen=True)
class SetNutrition:
    """One set of a day beside the meal's share of the reference."""

    choice: str
    nutrition: Nutrition
    distances: tuple[Distance, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Consequences:
    """Everything worth knowing about one day's menu before it is published."""

    menu: DayMenu
    portions: int
    delivered: int
    clashes: tuple[Block, ...]
    repeats: tuple[Repeat, ...]
    sets: tuple[SetNutrition, ...]
    week: tuple[Distance, ...]  # the mean of set A over the week's planned days
    missing: tuple[str, ...]  # categories
    not_hot: tuple[DishFacts, ...]  # do not travel well, and are on rounds
    without_recipe: tuple[DishFacts, ...]

    @property
    def open_dishes(self) -> list[OpenDish]:
        """The decisions somebody has to make."""
        return open_dishes(self.clashes)

    @property
    def open_people(self) -> int:
        return len({o.elder_id for dish in self.open_dishes for o in dish.people})

    @property
    def warnings(self) -> int:
        """How many things wait for a look; zero is a calm cell in the week."""
        found = (self.missing, self.repeats, self.without_recipe, self.open_dishes)
        return sum(len(things) for things in found)


def consequences_of(
    menu: DayMenu,
    around: Mapping[date, DayMenu],
    orders: Collection[Order],
    decisions: Decisions,
    dishes: Mapping[int, DishFacts],
    reference: Reference = WOMAN_OF_80,
) -> Consequences:
    """The consequences of a menu for these orders; `around` holds the menus of the
    week before and of its own week, `dishes` the substitutes named in decisions."""
    delivered = sum(order.portions for order in orders if order.way == "deliver")
    categories = {dish.category for dish in menu.sets["A"]}
    return Consequences(
        menu=menu,
        portions=sum(order.portions for order in orders),
        delivered=delivered,
        clashes=tuple(clashes_for(orders, menu.sets, decisions, dishes)),
        repeats=tuple(repeats_in(menu, around)),
        sets=tuple(
            _nutrition(choice, menu, reference) for choice in menu.choices if menu.lines
        ),
        week=_week_mean(menu, around, reference),
        missing=tuple(name for name in NEEDED if name not in categories)
        if menu.lines
        else (),
        not_hot=tuple(d for d in menu.dishes if not d.hot_hold_ok and delivered),
        without_recipe=tuple(dish for dish in menu.dishes if not dish.recipe),
    )


def _nutrition(choice: str, menu: DayMenu, reference: Reference) -> SetNutrition:
    total = nutrition_of_set(menu.sets[choice])
    share = SHARE_OF_DAY[menu.meal]
    return SetNutrition(choice, total, distances(total, reference, share))


def _week_mean(
    menu: DayMenu, around: Mapping[date, DayMenu], reference: Reference
) -> tuple[Distance, ...]:
    monday = monday_of(menu.day)
    planned = [
        nutrition_of_set(each.sets["A"])
        for day, each in around.items()
        if each.lines and monday_of(day) == monday
    ]
    share = SHARE_OF_DAY[menu.meal]
    return distances(mean_of(planned), reference, share) if planned else ()


def repeats_in(menu: DayMenu, earlier: Mapping[date, DayMenu]) -> list[Repeat]:
    """Dishes that were there within a week, staples apart, and meat dishes with
    yesterday's main ingredient."""
    past = [
        (day, then)
        for day, then in sorted(earlier.items(), reverse=True)
        if 0 < (menu.day - day).days <= REPEAT_DAYS
    ]
    found = []
    for dish in menu.dishes:
        if dish.category == "staple":
            continue
        last = next((day for day, then in past if dish in then.dishes), None)
        if last is not None:
            found.append(Repeat(dish, last))
        elif dish.category in ("main", "half"):
            found += _same_ingredient(dish, menu.day, past)
    return found


def _same_ingredient(
    dish: DishFacts, day: date, past: Iterable[tuple[date, DayMenu]]
) -> list[Repeat]:
    mine = {line.ingredient.name for line in dish.essentials}
    for then, menu in past:
        if (day - then).days > INGREDIENT_DAYS:
            continue
        for other in menu.dishes:
            theirs = {line.ingredient.name for line in other.essentials}
            if other.category in ("main", "half") and mine & theirs:
                return [Repeat(dish, then, min(mine & theirs))]
    return []


def hurts(diet: Diet, dish: DishFacts) -> bool:
    """Whether a dish would leave someone with this diet open."""
    return any(reason.kind in HARD for reason in clash(diet, dish))


# A person without meat has no main dish to change to: a vegetable dish has to do.
MAY_REPLACE = {
    "main": ("main", "half", "vegetable"),
    "half": ("half", "main", "vegetable"),
}


def suitable_instead(
    group: OpenGroup,
    menu: DayMenu,
    dishes: Iterable[DishFacts],
    hurts: Callable[[Diet, DishFacts], bool] = hurts,
) -> list[DishFacts]:
    """Dishes that could stand in for a group's dish: harmless to everyone in it and
    not on their plate already; cooked that day for others first, then its own
    category."""
    diets = {order.diet for order in group.orders}
    plates = {d for o in group.orders for d in set_of(menu.sets, o.choice)}
    categories = MAY_REPLACE.get(group.dish.category, (group.dish.category,))
    fitting = [
        dish
        for dish in dishes
        if dish.active and dish.category in categories and dish not in plates
        if not any(hurts(diet, dish) for diet in diets)
    ]

    def rank(dish: DishFacts) -> tuple[bool, int, str]:
        return (
            dish not in menu.dishes,
            categories.index(dish.category),
            dish.code,
        )

    return sorted(fitting, key=rank)[:MOST_SUGGESTIONS]


MOST_SUGGESTIONS = 20


Instead = Mapping[OpenGroup, Sequence[DishFacts]]
"""Open group → dishes that suit everyone in it."""


def choices_for(
    found: Iterable[OpenDish], menu: DayMenu, dishes: Collection[DishFacts]
) -> Instead:
    """What could stand in, for everyone open for a dish and for each group of them."""
    known = cache(hurts)  # many groups ask about the same diets
    return {
        group: suitable_instead(group, menu, dishes, known)
        for dish in found
        for group in (dish, *dish.groups)
    }
