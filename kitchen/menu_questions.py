"""The menu planner's question in numbers, its answer as cells, and an examination of
the answer by the kitchen's own rules. Pure; the only translator between the kitchen and
`planning`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from kitchen.blocks import Order, set_of
from kitchen.clashes import clash
from kitchen.consequences import MAY_REPLACE, WOMAN_OF_80, hurts
from kitchen.diets import Diet, Texture
from kitchen.equipment import KINDS, kind_of, load_of, minutes_of
from kitchen.food import DishFacts
from kitchen.menu_rules import MenuRules
from kitchen.menus import ROWS, DayMenu, MenuLine, Place
from kitchen.nutrition import nutrition_of, reference_for
from kitchen.plans import SIZE_PERCENT
from kitchen.prices import Prices, cost_of, cost_of_set
from kitchen.scaling import PLAIN, Scaling
from kitchen.variety import SHARED, is_out_of_season
from planning.plan import Cells, Fault
from planning.problem import Equipment, Fixed, Group, Item, Problem, Slot, UseUp

CHEWED = frozenset({"main", "half", "vegetable", "staple"})
SECOND_ROWS = (1, 2, 4)
"""Rows in which set B may offer something else: main, half, soup."""


@dataclass(frozen=True)
class Stock:
    """An ingredient to be used up by a day."""

    name: str
    by_day: date


@dataclass(frozen=True, eq=False, repr=False)
class Question:
    """Everything the planner is asked about: the days to plan with who is booked, what
    is planned around them, the dishes and the rules."""

    days: tuple[date, ...]
    meal: str
    dishes: tuple[DishFacts, ...]
    orders: Mapping[date, Sequence[Order]]
    menus: Mapping[date, DayMenu]  # of these days and of the weeks around
    rules: MenuRules
    prices: Prices
    scaling: Scaling = PLAIN
    pot_portions: int = 60
    cooked_by_minutes: int = 10 * 60 + 15
    rows: tuple[int, ...] = (1, 2, 3, 4, 5)
    second_rows: tuple[int, ...] = SECOND_ROWS
    keep_planned: bool = True
    stock: tuple[Stock, ...] = ()

    @property
    def slots(self) -> list[tuple[str, int]]:
        """(choice, row) in the order of the planner's slots."""
        second = [row for row in self.second_rows if row in self.rows]
        return [("A", row) for row in self.rows] + [("B", row) for row in second]

    @property
    def usable(self) -> list[DishFacts]:
        """Dishes that may be proposed: cooked here, known, in season on all days, fit
        for the road when somebody gets it brought."""
        driven = any(
            o.way == "deliver" for orders in self.orders.values() for o in orders
        )
        return [
            dish
            for dish in self.dishes
            if dish.active and dish.recipe and (dish.hot_hold_ok or not driven)
            if not any(is_out_of_season(dish, day) for day in self.days)
        ]


@dataclass(frozen=True)
class Problems:
    """The question in numbers, and the dish of each of its items."""

    problem: Problem
    items: tuple[DishFacts, ...]


# The question in numbers ------------------------------------------------------


def problem_of(question: Question) -> Problems:
    """The question as the planner's problem."""
    known = {dish.id: dish for dish in question.usable}
    around = {d.id: d for menu in question.menus.values() for d in menu.dishes}
    items = tuple({**around, **known}.values())
    number_of = {dish.id: number for number, dish in enumerate(items)}
    usable = [number_of[dish_id] for dish_id in known]
    reference = reference_for("female", WOMAN_OF_80.age_from, question.rules.edition)
    share = question.rules.share_percent / 100
    rules = question.rules
    return Problems(
        Problem(
            offsets=tuple((day - question.days[0]).days for day in question.days),
            items=tuple(_items(items, question)),
            slots=tuple(
                Slot(
                    choice,
                    row,
                    tuple(n for n in usable if _fits(items[n], choice, row)),
                    optional=choice == "B",
                )
                for choice, row in question.slots
            ),
            portions=tuple(_portions(question.orders[day]) for day in question.days),
            second_portions=tuple(
                _second_portions(question.orders[day], items) for day in question.days
            ),
            na_limit_mg=round(reference.na_limit_mg * share),
            ca_target_mg=round(reference.ca_mg * share),
            budget_fen=rules.budget_fen,
            groups=tuple(_groups(question, items, usable)),
            equipment=tuple(_equipment(question)),
            use_up=tuple(_use_up(question, items)),
            fixed=tuple(_fixed(question, number_of)),
            past=tuple(_past(question, number_of)),
            windows={
                "item": rules.dish_days,
                "ingredient": rules.ingredient_days,
                "method": rules.method_days,
                "colour": rules.colour_days,
            },
            dislikes=tuple(_dislikes(question, items)),
        ),
        items,
    )


def _fits(dish: DishFacts, choice: str, row: int) -> bool:
    """Whether a dish may be proposed for a row. What is puréed for everybody is
    nobody's usual meal; a usual dish is minced or puréed for those who need it."""
    wanted = ROWS[row]
    if wanted in CHEWED and dish.texture not in (Texture.REGULAR, Texture.SOFT):
        return False
    if choice == "A":
        return dish.category == wanted
    return dish.category in MAY_REPLACE.get(wanted, (wanted,))


def _items(dishes: Sequence[DishFacts], question: Question) -> Iterator[Item]:
    """The dishes in numbers. What is unknown is never zero: a dish with a price or a
    sodium value missing counts as the dearest or saltiest one known; of calcium counts
    what is surely there."""
    costs = [cost_of(dish.recipe, question.prices, question.scaling) for dish in dishes]
    contents = [nutrition_of(dish.recipe) for dish in dishes]
    dearest = max((cost.fen for cost in costs if not cost.unpriced), default=0.0)
    saltiest = max(
        (each.amount("na_mg") for each in contents if "na_mg" not in each.incomplete),
        default=0.0,
    )
    for dish, cost, each in zip(dishes, costs, contents, strict=True):
        fen = max(cost.fen, dearest) if cost.unpriced else cost.fen
        na_mg = each.amount("na_mg")
        if "na_mg" in each.incomplete:
            na_mg = max(na_mg, saltiest)
        yield Item(
            id=dish.id,
            cost_fen=-int(-fen // 1),
            na_mg=round(na_mg),
            ca_mg=round(each.amount("ca_mg")),
            equipment=kind_of(dish),
            batch_minutes=minutes_of(dish),
            traits=_traits(dish),
        )


def _traits(dish: DishFacts) -> dict[str, tuple[str, ...]]:
    traits = {
        kind: tuple(sorted(words(dish)))
        for kind, (categories, words) in SHARED.items()
        if dish.category in categories
    }
    if dish.category != "staple":
        traits["item"] = (dish.code,)
    return traits


def _portions(orders: Iterable[Order]) -> int:
    percent = sum(order.portions * SIZE_PERCENT[order.size] for order in orders)
    return -(-percent // 100)


@cache
def _hurts(diet: Diet, dish: DishFacts) -> bool:
    return hurts(diet, dish)


def _second_portions(orders: Sequence[Order], items: Collection[DishFacts]) -> int:
    """At most so many of a dish of set B: whoever chose it, and whoever some dish would
    hurt."""
    diets = {order.diet for order in orders}
    hurt = {diet for diet in diets if any(_hurts(diet, dish) for dish in items)}
    return _portions(o for o in orders if o.choice == "B" or o.diet in hurt)


def _groups(
    question: Question, items: Sequence[DishFacts], usable: Sequence[int]
) -> Iterator[Group]:
    """People by what harms them; those whom nothing harms are in no group."""
    fitting = {
        row: [n for n in usable if _fits(items[n], "B", row)] for row in question.rows
    }
    for number, day in enumerate(question.days):
        booked = Counter(order.diet for order in question.orders[day])
        people: dict[Signature, list[Diet]] = {}
        for diet in booked:
            signature = tuple(
                (row, good)
                for row, numbers in fitting.items()
                for good in [tuple(n for n in numbers if not _hurts(diet, items[n]))]
                if len(good) < len(numbers)
            )
            if signature:
                people.setdefault(signature, []).append(diet)
        for signature, diets in people.items():
            keys = "/".join(sorted({diet.key for diet in diets}))
            count = sum(booked[diet] for diet in diets)
            yield Group(number, count, keys, dict(signature))


Signature = tuple[tuple[int, tuple[int, ...]], ...]
"""For each row the items that do no harm."""


def _equipment(question: Question) -> Iterator[Equipment]:
    """Minutes of all units together. The longest filling is left out for every unit but
    one: then the fillings always find room, whatever their order."""
    rules = question.rules
    window = max(question.cooked_by_minutes - rules.starts_minutes, 0)
    holds = {
        "pot": (rules.pots, question.pot_portions),
        "steamer": (rules.steamers, rules.steamer_portions),
        "oven": (rules.ovens, rules.oven_portions),
    }
    for kind in KINDS:
        units, portions = holds[kind]
        longest = max(
            (minutes_of(d) for d in question.usable if kind_of(d) == kind), default=0
        )
        minutes = units * window - max(units - 1, 0) * longest
        yield Equipment(kind, portions, max(minutes, 0))


def _use_up(question: Question, items: Sequence[DishFacts]) -> Iterator[UseUp]:
    for stock in question.stock:
        days = [n for n, day in enumerate(question.days) if day <= stock.by_day]
        users = tuple(
            number
            for number, dish in enumerate(items)
            if any(line.ingredient.is_called(stock.name) for line in dish.recipe)
        )
        yield UseUp(stock.name, users, days[-1] if days else -1)


def _fixed(question: Question, number_of: Mapping[int, int]) -> Iterator[Fixed]:
    """Cells that are planned already stay."""
    if not question.keep_planned:
        return
    for number, day in enumerate(question.days):
        for slot, (choice, row) in enumerate(question.slots):
            dish = question.menus[day].dish_at(choice, row)
            if dish is not None:
                yield Fixed(number, slot, number_of[dish.id])


def _past(
    question: Question, number_of: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """What is served around the days to plan: set A of the weeks before and after."""
    for day, menu in sorted(question.menus.items()):
        if day not in question.days:
            for dish in menu.sets["A"]:
                yield (day - question.days[0]).days, number_of[dish.id]


def _dislikes(
    question: Question, items: Sequence[DishFacts]
) -> Iterator[tuple[int, int, int]]:
    for number, day in enumerate(question.days):
        picky = [order for order in question.orders[day] if order.diet.dislikes]
        for item, dish in enumerate(items):
            people = sum(
                any(reason.kind == "dislike" for reason in clash(order.diet, dish))
                for order in picky
            )
            if people:
                yield number, item, people


# The answer -------------------------------------------------------------------


def cells_of(
    question: Question, items: Sequence[DishFacts], cells: Cells
) -> dict[Place, int | None]:
    """The planner's cells as cells of the grid; rows it was not asked about stay."""
    found: dict[Place, int | None] = {}
    for number, day in enumerate(question.days):
        for slot, (choice, row) in enumerate(question.slots):
            item = cells.get((number, slot))
            place = Place(day, choice, row)
            if item is not None:
                found[place] = items[item].id
            elif question.menus[day].dish_at(choice, row) is not None:
                found[place] = None
    return found


def proposed(
    question: Question, cells: Mapping[Place, int | None]
) -> dict[date, DayMenu]:
    """The menus that these cells would make."""
    by_id = {dish.id: dish for dish in question.dishes}
    by_id |= {d.id: d for menu in question.menus.values() for d in menu.dishes}
    made = {}
    for day in question.days:
        old = question.menus[day]
        held = {(one.choice, one.position): one.dish for one in old.lines}
        for place, dish_id in cells.items():
            if place.day == day:
                held.pop((place.choice, place.position), None)
                if dish_id is not None:
                    held[place.choice, place.position] = by_id[dish_id]
        lines = tuple(MenuLine(c, p, dish) for (c, p), dish in sorted(held.items()))
        made[day] = DayMenu(old.kitchen_id, day, old.meal, lines, old.published)
    return made


def examined(question: Question, cells: Mapping[Place, int | None]) -> list[Fault]:
    """Every hard rule that a proposal breaks, by the kitchen's own rules and not the
    planner's: people without a harmless dish, budget, equipment, stock, locked
    cells."""
    menus = proposed(question, cells)
    found = list[Fault]()
    for number, (day, menu) in enumerate(sorted(menus.items())):
        found += _unfed(question, menu, number)
        found += _too_dear(question, menu, number)
        found += _too_much(question, menu, number)
        for row in question.rows:
            if menu.dish_at("A", row) is None:
                found.append(Fault("empty", number, f"A{row}"))
        if question.keep_planned:
            found += [
                Fault("locked", number, f"{old.choice}{old.position}")
                for old in question.menus[day].lines
                if menu.dish_at(old.choice, old.position) != old.dish
            ]
    return [*found, *_unused(question, menus)]


def _unfed(question: Question, menu: DayMenu, number: int) -> Iterator[Fault]:
    """Each person needs a harmless dish in each row, from set A or B."""
    for row in question.rows:
        served = [
            dish
            for choice in ("A", "B")
            if (dish := menu.dish_at(choice, row)) is not None
        ]
        without: dict[str, int] = {}
        for order in question.orders[menu.day]:
            if all(_hurts(order.diet, dish) for dish in served):
                without[order.diet.key] = without.get(order.diet.key, 0) + 1
        for key, people in sorted(without.items()):
            yield Fault("diet", number, f"{row}|{key}", people)


def _too_dear(question: Question, menu: DayMenu, number: int) -> Iterator[Fault]:
    limit = question.rules.budget_fen
    for choice in menu.choices if limit else ():
        served = set_of(menu.sets, choice)
        cost = cost_of_set(served, question.prices, question.scaling)
        over = cost.fen - limit
        if over > 0.5:
            yield Fault("budget", number, choice, round(over))


def _too_much(question: Question, menu: DayMenu, number: int) -> Iterator[Fault]:
    orders = question.orders[menu.day]
    usual = _portions(orders)
    second = _second_portions(orders, question.usable)
    portions = {line.dish: usual for line in menu.lines if line.choice == "A"}
    for line in menu.lines:
        if line.choice == "B":
            portions[line.dish] = portions.get(line.dish, 0) + second
    loads = load_of(
        portions, question.rules, question.pot_portions, question.cooked_by_minutes
    )
    for load in loads:
        if load.is_too_much:
            yield Fault("equipment", number, load.kind, load.late_minutes)


def _unused(question: Question, menus: Mapping[date, DayMenu]) -> Iterator[Fault]:
    for stock in question.stock:
        used = any(
            line.ingredient.is_called(stock.name)
            for day, menu in menus.items()
            if day <= stock.by_day
            for dish in menu.dishes
            for line in dish.recipe
        )
        if not used:
            yield Fault("use_up", -1, stock.name)


def days_to_plan(first: date, weeks: int, served: Collection[date]) -> tuple[date, ...]:
    """The days of these weeks on which the kitchen cooks."""
    days = (first + timedelta(days=n) for n in range(weeks * 7))
    return tuple(day for day in days if day in served)
