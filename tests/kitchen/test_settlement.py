"""The month: by payer and point, closed once, replayed to the same bytes."""

from dataclasses import replace
from datetime import date

import pytest

from kitchen import findings, ledger, meals, settlement
from kitchen.database import rows, writing
from kitchen.errors import Refusal
from tests.kitchen.cast import CHEN, MORNING, QIAN, SUN, TODAY, Cast, enter
from tests.kitchen.test_meals import hand_over, lunch_for

DECEMBER = date(2026, 12, 1)


async def november() -> Cast:
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    wrong = await hand_over(lunch_for(cast, cast.zhou))
    await meals.void_meal(wrong.meal_id, "按错人", by=SUN, now=MORNING)
    return cast


async def test_the_settlement_names_every_payer_and_equals_its_meals(
    database: object,
) -> None:
    cast = await november()
    month = await settlement.month_for(cast.kitchen, "2026-11")
    assert (month.meals, month.list_price_fen, month.self_pay_fen) == (1, 1300, 500)
    assert [(s.place, s.payer, s.fen) for s in month.shares] == [
        (f"point:{cast.chaoyang}", "funder:district", 800),
        (f"point:{cast.chaoyang}", "self:cash", 500),
    ]
    owed = await ledger.balance_of("funder:district")
    assert owed == month.subsidy_fen


async def test_a_month_is_closed_only_when_it_is_over(database: object) -> None:
    cast = await november()
    with pytest.raises(Refusal, match="month_not_over"):
        await settlement.close_month(
            cast.kitchen, "2026-11", today=TODAY, by=QIAN, now=MORNING
        )


async def test_a_closed_month_takes_no_meal_and_replays_to_the_same_bytes(
    database: object,
) -> None:
    cast = await november()
    for _ in range(2):  # twice is harmless
        await settlement.close_month(
            cast.kitchen, "2026-11", today=DECEMBER, by=QIAN, now=MORNING
        )
    assert len(await rows("SELECT id FROM month_close")) == 1
    assert await settlement.replay(cast.kitchen, "2026-11")
    with pytest.raises(Refusal, match="month_closed"):
        await hand_over(lunch_for(cast, cast.zhou))
    async with writing():
        await rows("UPDATE elder SET name = {} WHERE id = {}", "李改名", cast.li)
        await rows("UPDATE dining_point SET name = {}", "改名点")
    assert await settlement.replay(cast.kitchen, "2026-11")


async def test_a_second_meal_is_a_finding(database: object) -> None:
    cast = await november()
    await hand_over(replace(lunch_for(cast, cast.li), tariff="full"))
    found = await findings.findings(cast.kitchen, "2026-11")
    assert [(f.kind, f.what) for f in found] == [("second_meal", "李德福 × 2")]


@pytest.mark.parametrize("month", ["2026-13", "11-2026", "", "十一月"])
async def test_an_unreadable_month_is_refused(database: object, month: str) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="month_unreadable"):
        await settlement.close_month(
            cast.kitchen, month, today=DECEMBER, by=CHEN, now=MORNING
        )
