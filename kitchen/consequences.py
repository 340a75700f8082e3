"""What a day's menu does before it is published: whom it hurts, what repeats, what is
missing, how it nourishes, what it costs, whether the pots suffice. Pure, on the menu
and the orders expected for it.
"""

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from kitchen.blocks import Block, Decisions, Order, blocks_for, set_of
from kitchen.clash_groups import OpenDish, OpenGroup, open_dishes
from kitchen.clashes import HARD, clash
from kitchen.diets import Diet
from kitchen.equipment import Load, load_of
from kitchen.food import DishFacts
from kitchen.menu_rules import MenuRules, usual_rules
from kitchen.menus import DayMenu, monday_of
from kitchen.nutrition import (
    Distance,
    Nutrition,
    Reference,
    distances,
    mean_of,
    nutrition_of_set,
    reference_for,
)
from kitchen.prices import Cost, Prices, cost_of_set
from kitchen.scaling import PLAIN, Scaling
from kitchen.variety import (
    Repeat,
    Variety,
    Windows,
    out_of_season,
    repeats_in,
    variety_of,
)

NEEDED = ("main", "vegetable", "staple")
"""Categories without which a lunch set is unfinished."""
WOMAN_OF_80 = reference_for("female", 80)
"""The usual guest: the narrowest sodium limit and the smallest energy need."""


@dataclass(frozen=True)
class Band:
    """The people of one sex and age band who get a set, and how it meets their
    needs."""

    reference: Reference
    people: int
    distances: tuple[Distance, ...]


@dataclass(frozen=True)
class SetNutrition:
    """One set of a day beside the meal's share of the reference: of the usual guest,
    and of those who get it by sex and age."""

    choice: str
    nutrition: Nutrition
    distances: tuple[Distance, ...]
    bands: tuple[Band, ...] = ()
    cost: Cost = Cost()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class Bony:
    """A dish with bones, and the people with soft food who need them taken out."""

    dish: DishFacts
    people: tuple[Order, ...]


@dataclass(frozen=True)
class Grounds:
    """What a menu is judged by: the kitchen's rules, prices of the day and own yields,
    sex and age of the people by elder id, pots and clock."""

    rules: MenuRules
    prices: Prices = field(default_factory=dict)
    scaling: Scaling = PLAIN
    people: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    pot_portions: int = 60
    cooked_by_minutes: int = 10 * 60 + 15


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
    out_of_season: tuple[DishFacts, ...]
    bony: tuple[Bony, ...]
    driven: tuple[Order, ...]  # the people on rounds
    variety: Variety
    loads: tuple[Load, ...]
    budget_fen: int

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
        found = (
            *(self.missing, self.repeats, self.without_recipe, self.open_dishes),
            *(self.out_of_season, self.over_budget, self.overloads),
        )
        return sum(len(things) for things in found)

    @property
    def overloads(self) -> tuple[Load, ...]:
        return tuple(load for load in self.loads if load.is_too_much)

    @property
    def over_budget(self) -> tuple[SetNutrition, ...]:
        """Sets whose known costs alone are above the budget."""
        limit = self.budget_fen
        return tuple(one for one in self.sets if limit and one.cost.fen > limit)


def consequences_of(
    menu: DayMenu,
    around: Mapping[date, DayMenu],
    orders: Collection[Order],
    decisions: Decisions,
    dishes: Mapping[int, DishFacts],
    grounds: Grounds | None = None,
    reference: Reference = WOMAN_OF_80,
) -> Consequences:
    """The consequences of a menu for these orders; `around` holds the menus of the
    week before and of its own week, `dishes` the substitutes named in decisions."""
    grounds = grounds or Grounds(usual_rules(menu.meal))
    rules = grounds.rules
    driven = tuple(order for order in orders if order.way == "deliver")
    delivered = sum(order.portions for order in driven)
    categories = {dish.category for dish in menu.sets["A"]}
    blocks = blocks_for(orders, menu.sets, decisions, dishes)
    windows = Windows(
        rules.dish_days, rules.ingredient_days, rules.method_days, rules.colour_days
    )
    return Consequences(
        menu=menu,
        portions=sum(order.portions for order in orders),
        delivered=delivered,
        clashes=tuple(block for block in blocks if block.is_clash),
        repeats=tuple(repeats_in(menu, around, windows)),
        sets=tuple(
            _set_nutrition(choice, menu, orders, grounds, reference)
            for choice in menu.choices
            if menu.lines
        ),
        week=_week_mean(menu, around, reference, rules.share_percent / 100),
        missing=tuple(name for name in NEEDED if name not in categories)
        if menu.lines
        else (),
        not_hot=tuple(d for d in menu.dishes if not d.hot_hold_ok and delivered),
        without_recipe=tuple(dish for dish in menu.dishes if not dish.recipe),
        out_of_season=out_of_season(menu),
        bony=tuple(_bony(menu.dishes, blocks)),
        driven=driven,
        variety=variety_of(menu, around),
        loads=load_of(
            _normal_portions(blocks),
            rules,
            grounds.pot_portions,
            grounds.cooked_by_minutes,
        ),
        budget_fen=rules.budget_fen,
    )


def _set_nutrition(
    choice: str,
    menu: DayMenu,
    orders: Iterable[Order],
    grounds: Grounds,
    reference: Reference,
) -> SetNutrition:
    total = nutrition_of_set(menu.sets[choice])
    share = grounds.rules.share_percent / 100
    counts: dict[Reference, int] = {}
    for order in orders:
        chosen = order.choice if order.choice in menu.choices else "A"
        person = grounds.people.get(order.elder_id or 0)
        if person and chosen == choice and person[0] in ("male", "female"):
            band = reference_for(*person, grounds.rules.edition)
            counts[band] = counts.get(band, 0) + 1
    bands = sorted(counts.items(), key=lambda item: (item[0].age_from, item[0].sex))
    return SetNutrition(
        choice,
        total,
        distances(total, reference, share),
        tuple(Band(b, n, distances(total, b, share)) for b, n in bands),
        cost_of_set(menu.sets[choice], grounds.prices, grounds.scaling),
    )


def _bony(dishes: Iterable[DishFacts], blocks: Iterable[Block]) -> Iterator[Bony]:
    for dish in dishes:
        people = [
            order
            for block in blocks
            if block.dish == dish and any(r.kind == "bones" for r in block.reasons)
            for order in block.people
        ]
        if people:
            yield Bony(dish, tuple(people))


def _normal_portions(blocks: Iterable[Block]) -> dict[DishFacts, int]:
    """Portions of normal size by dish, rounded up; the open ones count, because in the
    end somebody cooks them something."""
    percent: dict[DishFacts, int] = {}
    for block in blocks:
        percent[block.dish] = percent.get(block.dish, 0) + block.weighted_percent
    return {dish: -(-total // 100) for dish, total in percent.items()}


def _week_mean(
    menu: DayMenu,
    around: Mapping[date, DayMenu],
    reference: Reference,
    share: float,
) -> tuple[Distance, ...]:
    monday = monday_of(menu.day)
    planned = [
        nutrition_of_set(each.sets["A"])
        for day, each in around.items()
        if each.lines and monday_of(day) == monday
    ]
    return distances(mean_of(planned), reference, share) if planned else ()


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
