"""Goods that came in before prices had one home: the upgrade takes theirs over."""

import re

from kitchen import database as doors
from kitchen import food, goods
from kitchen.database import rows, writing
from kitchen.goods import NewLot
from kitchen.upgrading import UPGRADES
from tests.kitchen.cast import CHEN, MORNING, TODAY, enter


async def test_the_price_paid_for_an_earlier_lot_is_taken_over(
    database: object,
) -> None:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    spinach = await goods.ingredient_named("菠菜")
    for accepted, reason in ((True, ""), (False, "烂")):
        lot = NewLot(
            *(spinach, "老王", "1", 3000),
            price_fen=2000,
            accepted=accepted,
            reason=reason,
        )
        await goods.receive_lot(cast.kitchen, lot, MORNING, by=CHEN, now=MORNING)
    (told,) = await rows("SELECT * FROM ingredient_price")
    text = next(UPGRADES.glob("*_prices_paid.sql")).read_text("utf-8")
    mine = text.partition("-- postgres:")[2 if doors.is_postgres() else 0]
    statement = re.sub(r"(?m)^--.*$", "", mine).strip().rstrip(";")
    async with writing():
        await rows(statement)
    _typed, taken = await rows("SELECT * FROM ingredient_price ORDER BY id")
    for name in ("kitchen", "ingredient", "supplier", "fen_per_kg", "from_day"):
        assert taken[name] == told[name]
    assert (taken["fen_per_kg"], taken["from_day"]) == (667, TODAY)
