"""Variety of a menu: what comes back too soon, how many foods, fish, the season. Pure.

Twelve foods a day and twenty-five a week, fish twice a week: 中国老年人膳食指南 2022.
Oil, seasoning, sugar and water are not counted as foods.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from kitchen import food_files
from kitchen.food import DishFacts
from kitchen.menus import DayMenu, monday_of

FOODS_OF_DAY = 12
FOODS_OF_WEEK = 25
FISH_OF_WEEK = 2
NO_FOOD_GROUPS = frozenset({"调味品", "油脂类", "糖类", "其他"})
FISH = frozenset({"fish", "crustacean", "mollusc"})
SEASONS = {3: "春", 4: "春", 5: "春", 6: "夏", 7: "夏", 8: "夏"} | {
    9: "秋", 10: "秋", 11: "秋", 12: "冬", 1: "冬", 2: "冬"
}  # fmt: skip
BROWNING = frozenset({"烧", "卤", "炖"})
BROWNING_SAUCE_DECIGRAMS = 30  # soy sauce of a serving that colours the dish


@dataclass(frozen=True)
class Repeat:
    """What a dish shares with one that was there lately. `kind`: dish | ingredient |
    method | colour; `word` names the ingredient, method or colour."""

    dish: DishFacts
    last: date
    word: str = ""
    kind: str = "dish"


@dataclass(frozen=True)
class Windows:
    """Within how many days each kind of repetition is noted; 0 = on the same day."""

    dish: int = 7
    ingredient: int = 1
    method: int = 1
    colour: int = 1


@dataclass(frozen=True)
class Variety:
    """Foods of one meal and of the week's planned meals, days with fish so far."""

    foods: tuple[str, ...]
    week_foods: int
    fish_days: int
    planned_days: int

    @property
    def wants_fish(self) -> bool:
        """A week that is nearly planned has too little fish."""
        return self.planned_days >= 5 and self.fish_days < FISH_OF_WEEK

    @property
    def wants_foods(self) -> bool:
        return self.planned_days >= 5 and self.week_foods < FOODS_OF_WEEK


# What a dish is like ----------------------------------------------------------


@cache
def _colours() -> Mapping[str, str]:
    return {row["name"]: row["colour"] for row in food_files.read("food_colours.csv")}


def colour_of(dish: DishFacts) -> str:
    """The colour it is seen in: green | red | yellow | white | brown | dark; "" when
    nothing in it has one. Braising in soy sauce makes everything brown."""
    weights: dict[str, int] = {}
    sauce = 0
    for line in dish.recipe:
        if "酱油" in line.ingredient.name or "老抽" in line.ingredient.name:
            sauce += line.net_decigrams
        colour = _colours().get(line.ingredient.name)
        if colour and line.role == "main":
            weights[colour] = weights.get(colour, 0) + line.net_decigrams
    if dish.cook_method in BROWNING and sauce >= BROWNING_SAUCE_DECIGRAMS:
        return "brown"
    return max(sorted(weights), key=lambda colour: weights[colour], default="")


def has_fish(dish: DishFacts) -> bool:
    """Whether fish or shellfish is one of its main ingredients."""
    return any(line.ingredient.origin in FISH for line in dish.essentials)


def foods_of(dishes: Iterable[DishFacts]) -> frozenset[str]:
    """The different foods on a plate."""
    return frozenset(
        line.ingredient.name
        for dish in dishes
        for line in dish.recipe
        if line.ingredient.food_group not in NO_FOOD_GROUPS
    )


def is_out_of_season(dish: DishFacts, day: date) -> bool:
    return dish.season != "四季" and SEASONS[day.month] not in dish.season


def out_of_season(menu: DayMenu) -> tuple[DishFacts, ...]:
    return tuple(dish for dish in menu.dishes if is_out_of_season(dish, menu.day))


# What comes back --------------------------------------------------------------

Words = Callable[[DishFacts], frozenset[str]]


def _ingredients(dish: DishFacts) -> frozenset[str]:
    return frozenset(line.ingredient.name for line in dish.essentials)


def _method(dish: DishFacts) -> frozenset[str]:
    return frozenset({dish.cook_method} - {""})


def _colour(dish: DishFacts) -> frozenset[str]:
    return frozenset({colour_of(dish)} - {""})


SHARED: dict[str, tuple[frozenset[str], Words]] = {
    "ingredient": (frozenset({"main", "half"}), _ingredients),
    "method": (frozenset({"main"}), _method),
    "colour": (frozenset({"main"}), _colour),
}
"""Kind → between which categories it is noted, and what is compared."""


def repeats_in(
    menu: DayMenu,
    earlier: Mapping[date, DayMenu],
    windows: Windows = Windows(),
) -> list[Repeat]:
    """What comes back too soon, staples apart. A dish that is itself a repetition is
    named once."""
    past = sorted(
        ((day, then) for day, then in earlier.items() if day < menu.day), reverse=True
    )
    found = []
    for dish in menu.dishes:
        if dish.category == "staple":
            continue
        last = _last(dish, menu.day, past, windows.dish)
        if last is not None:
            found.append(Repeat(dish, last))
        else:
            found += _shared(dish, menu, past, windows)
    return found


Past = Collection[tuple[date, DayMenu]]


def _last(dish: DishFacts, day: date, past: Past, days: int) -> date | None:
    for then, menu in past:
        if (day - then).days <= days and dish in menu.dishes:
            return then
    return None


def _shared(
    dish: DishFacts, menu: DayMenu, past: Past, windows: Windows
) -> Iterable[Repeat]:
    """The first kind of likeness with a dish above it, or of days ago."""
    above = menu.dishes[: menu.dishes.index(dish)]
    for kind, (categories, words) in SHARED.items():
        if dish.category not in categories:
            continue
        nearest = [(menu.day, other) for other in above]
        nearest += [
            (then, other)
            for then, old in past
            if (menu.day - then).days <= getattr(windows, kind)
            for other in old.dishes
        ]
        for then, other in nearest:
            same = words(dish) & words(other)
            if other.category in categories and same:
                yield Repeat(dish, then, min(same), kind)
                return


def variety_of(menu: DayMenu, around: Mapping[date, DayMenu]) -> Variety:
    """The variety of set A, over its calendar week as far as it is planned."""
    week = {
        day: each.sets["A"]
        for day, each in {**around, menu.day: menu}.items()
        if each.lines and monday_of(day) == monday_of(menu.day)
    }
    return Variety(
        foods=tuple(sorted(foods_of(menu.sets["A"]))),
        week_foods=len(foods_of(dish for plate in week.values() for dish in plate)),
        fish_days=sum(any(map(has_fish, plate)) for plate in week.values()),
        planned_days=len(week),
    )
