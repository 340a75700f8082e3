"""The demo's goods: what came in for a lunch, which pots it went into, and what was
weighed after service.
"""

from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from kitchen import goods, wastes
from kitchen.demo_menus import FEN_PER_KG, SUPPLIER
from kitchen.goods import NewLot, draws_for
from kitchen.portions import DishSheet, ProductionSheet, purchases_for

Scales = list[tuple[DishSheet, tuple[str, int, int | None]]]

if TYPE_CHECKING:
    from kitchen.demo_history import Past

LOTS = 8
KEEPS_DAYS = (2, 5, 9, 21)
COLD = frozenset({"畜肉类", "禽肉类", "鱼虾蟹贝类", "蛋类及制品", "乳类及制品"})


async def receive(past: "Past", sheet: ProductionSheet) -> None:
    """The heaviest things of the purchase list, in whole kilograms and one more."""
    at = past.at(6, 40)
    heaviest = sorted(purchases_for([sheet]), key=lambda one: -one.gross_grams)[:LOTS]
    for number, one in enumerate(heaviest, start=1):
        grams = (ceil(one.gross_grams / 1000) + 1) * 1000
        food = one.ingredient
        fen = FEN_PER_KG.get(food.food_group, 1000) * grams // 1000
        lot = NewLot(
            food.id,
            SUPPLIER,
            f"{past.day:%m%d}-{number:02}",
            grams,
            past.day + timedelta(days=KEEPS_DAYS[number % len(KEEPS_DAYS)]),
            decidegrees=35 if food.food_group in COLD else None,
            certificate=f"检{past.day:%Y%m%d}{number:02}",
            price_fen=fen,
        )
        await goods.receive_lot(past.kitchen, lot, at, by=past.by, now=at)


async def draw(past: "Past", pot: int, row: DishSheet) -> None:
    """What a pot takes, the first to expire first."""
    needs = {need.ingredient.id: ceil(need.gross_grams) for need in row.needs}
    stock = await goods.stock_for(past.kitchen)
    draws, _missing = draws_for(needs, stock, past.day)
    if draws:
        now = past.at(10, 5)
        await goods.use_lots(past.kitchen, pot, draws, by=past.by, now=now)


SCALES = (("left", 1200, None), ("plates", 760, 20), ("spilt", 350, None))
"""What nobody wanted, the plates of twenty, what was spilt: of the three dishes with
the most portions."""


def _weighed_after(sheet: ProductionSheet) -> Scales:
    most = sorted(sheet.dishes, key=lambda row: -row.portions)
    return list(zip(most, SCALES, strict=False))


def off_the_fire(sheet: ProductionSheet) -> dict[int, int]:
    """Dish → grams in its pots: what is served, the sample, and what is left later."""
    pots = {row.dish.id: row.cooked_grams for row in sheet.dishes}
    for row, (why, grams, _plates) in _weighed_after(sheet):
        pots[row.dish.id] += grams if why != "plates" else 0
    return pots


async def weigh(past: "Past", sheet: ProductionSheet) -> None:
    """What is thrown away after service."""
    now = past.at(13, 30)
    for row, (why, grams, plates) in _weighed_after(sheet):
        await wastes.record_waste(
            *(*past.when, row.dish.id, why, grams, plates), by=past.by, now=now
        )
