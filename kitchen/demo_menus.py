"""The demo's menus: two weeks that suit its people, with a handful of decisions left
to be made on every day – as after a planner's afternoon.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from kitchen import decisions, food, menu_rules, menus, prices, registry
from kitchen.clashes import HARD, clash
from kitchen.diets import Diet
from kitchen.food import DishFacts
from kitchen.prices import NewPrice
from kitchen.staff import Actor

ROWS = ("main", "half", "vegetable", "soup", "staple")
LEFT_OPEN = 6
"""People of a day for whom nobody has decided yet; one or two may not eat that day."""
LOW_SALT = Diet(low_salt=True)

SUPPLIER = "演示供应商"
FEN_PER_KG = {
    "畜肉类": 3600, "禽肉类": 2200, "鱼虾蟹贝类": 3200, "蛋类及制品": 1100,
    "乳类及制品": 1000, "干豆类及制品": 800, "菌藻类": 1600, "蔬菜类": 520,
    "薯类淀粉及制品": 600, "谷类及制品": 560, "坚果种子类": 2400, "水果类": 1800,
    "油脂类": 1200, "糖类": 900, "调味品": 1200, "其他": 1500,
}  # fmt: skip
"""Made-up prices by food group, fen per kilogram: for the demo only."""
BUDGET_FEN = 900

Eaters = Mapping[Diet, Sequence[int]]
"""Elder ids by what they can eat."""


async def write(
    kitchen: int, first: date, today: date, *, by: Actor, now: datetime
) -> None:
    """From a Monday to the end of next week, lunch and dinner: written, decided,
    published. What is past was decided for everybody."""
    await _prices(kitchen, first, by, now)
    eaters: dict[Diet, list[int]] = {}
    for person in await registry.elders_of(kitchen):
        eaters.setdefault(person.diet, []).append(person.id)
    by_kind = suitable((await food.dishes()).values())
    monday = menus.monday_of(today)
    days = [first + timedelta(days=n) for n in range((monday - first).days + 14)]
    for day in days:
        dishes = chosen(by_kind, (day - monday).days, eaters)
        for meal in ("lunch", "dinner"):
            cells = {
                menus.Place(day, "A", position): dish.id
                for position, dish in enumerate(dishes, start=1)
            }
            await menus.write_cells(kitchen, meal, cells, "set_dish", by=by, now=now)
        left = set(waiting(dishes, eaters)[:LEFT_OPEN]) if day >= today else set()
        await _decide(kitchen, day, dishes, by_kind, eaters, left, by, now)
    for meal in ("lunch", "dinner"):
        await menus.publish(kitchen, days, meal, by=by, now=now)


async def _prices(kitchen: int, first: date, by: Actor, now: datetime) -> None:
    """What the demo's ingredients cost, and what a lunch may cost."""
    told = [
        NewPrice(one.id, SUPPLIER, FEN_PER_KG[one.food_group], first)
        for one in await food.ingredients_in_use()
        if one.is_bought
    ]
    await prices.set_prices(kitchen, told, by=by, now=now)
    rules = replace(menu_rules.usual_rules("lunch"), budget_fen=BUDGET_FEN)
    await menu_rules.set_rules(kitchen, "lunch", rules, by=by, now=now)


def suitable(dishes: Iterable[DishFacts]) -> dict[str, list[DishFacts]]:
    """By category, what stays hot in a box and can be cooked with less salt."""
    by_kind: dict[str, list[DishFacts]] = {}
    for dish in dishes:
        if dish.hot_hold_ok and not hurts(LOW_SALT, dish):
            by_kind.setdefault(dish.category, []).append(dish)
    return by_kind


def hurts(diet: Diet, dish: DishFacts) -> bool:
    """Whether somebody has to decide about this dish for this diet."""
    return any(reason.kind in HARD for reason in clash(diet, dish))


def waiting(dishes: Iterable[DishFacts], eaters: Eaters) -> list[int]:
    """Who waits for a decision about any of these dishes, oldest record first."""
    hurt = {diet for dish in dishes for diet in eaters if hurts(diet, dish)}
    return sorted(elder for diet in hurt for elder in eaters[diet])


def chosen(
    by_kind: Mapping[str, Sequence[DishFacts]], number: int, eaters: Eaters
) -> list[DishFacts]:
    """A day's five dishes: the next of each kind, rice every day. The main one moves
    on until the day leaves somebody to decide for."""
    sides = [
        by_kind[kind][(number * 5 + place) % len(by_kind[kind]) if place < 5 else 0]
        for place, kind in enumerate(ROWS[1:], start=2)
    ]
    mains = by_kind["main"]
    turns = [mains[(number * 5 + 1 + n) % len(mains)] for n in range(len(mains))]
    enough = (m for m in turns if len(waiting([m, *sides], eaters)) >= LEFT_OPEN)
    return [next(enough, turns[0]), *sides]


async def _decide(
    kitchen: int,
    day: date,
    dishes: Sequence[DishFacts],
    by_kind: Mapping[str, Sequence[DishFacts]],
    eaters: Eaters,
    left: set[int],
    by: Actor,
    now: datetime,
) -> None:
    """Lunch: other dishes for everybody but those `left` to decide for."""
    for dish in dishes:
        others = [*by_kind[dish.category], *by_kind["vegetable"]]
        instead: dict[int, list[int]] = {}
        for diet, elders in eaters.items():
            helped = [elder for elder in elders if elder not in left]
            if helped and hurts(diet, dish):
                good = (o for o in others if o not in dishes and not hurts(diet, o))
                instead.setdefault(next(good).id, []).extend(helped)
        for substitute, helped in instead.items():
            await decisions.decide_clash(
                kitchen,
                day,
                "lunch",
                helped,
                dish.id,
                "substitute",
                substitute_id=substitute,
                by=by,
                now=now,
            )
