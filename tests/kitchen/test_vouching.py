"""Rows of money that the chain vouches for: which, and that nothing is left over."""

from typing import Any

import pytest

from kitchen import ledger, meals, vouching
from kitchen.database import is_postgres, rows, savepoint, vouched, writing
from kitchen.errors import Refusal
from kitchen.schema import TABLES
from kitchen.vouching import Unvouched
from tests.kitchen.cast import CHEN, MORNING, SUN, TODAY, enter
from tests.kitchen.test_meals import hand_over, lunch_for


def test_every_table_of_money_is_vouched_for() -> None:
    """Whatever points at an entry of the books says something about money."""
    of_money = {
        table._meta.tablename
        for table in TABLES
        if any(column._meta.name == "entry" for column in table._meta.columns)
    }
    assert of_money - {"posting"} <= set(vouching.TABLES)


async def test_an_altered_row_is_named_on_both_engines(database: object) -> None:
    """All other ways to tamper, and the words: tests/commands/test_checking.py."""
    cast = await enter()
    wrong = await hand_over(lunch_for(cast, cast.zhou))
    await meals.void_meal(wrong.meal_id, "按错", by=SUN, now=MORNING)
    await hand_over(lunch_for(cast, cast.li))
    assert await vouching.verify() == (3 * 2 + 2 + 1, None)
    assert await altered("served_at = at") is None  # a morning's act: as it was
    assert await altered("point = NULL") == Unvouched("meal", wrong.meal_id, "altered")


async def altered(change: str) -> Unvouched | None:
    """What is found once all meals were changed so, past the triggers."""
    names = ("append_only",) if is_postgres() else ("no_update",)
    async with writing():
        for name in names:
            on = " ON meal" if is_postgres() else ""
            await rows(f"DROP TRIGGER IF EXISTS meal_{name}{on}")
        await rows(f"UPDATE meal SET {change}")
    return (await vouching.verify())[1]


async def test_what_a_savepoint_undid_is_not_vouched_for(database: object) -> None:
    cast = await enter()
    half = {"kitchen_id": cast.kitchen, "kind": "top_up", "day": TODAY}
    async with writing():
        with pytest.raises(Refusal):
            await posted_and_failed(half)
        assert vouched() == {}


async def posted_and_failed(entry: dict[str, Any]) -> None:
    async with savepoint():
        moved = {"cash:1": 5, "elder:1": -5}
        await ledger.post(**entry, movements=moved, by=CHEN, now=MORNING)
        raise Refusal("price_changed")
