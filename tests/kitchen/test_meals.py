"""A meal handed over: once, priced by the scheme of its day, posted to the fen."""

from dataclasses import replace

import pytest

from kitchen import ledger, meal_prices, meals, registry, subsidies
from kitchen.database import rows, writing
from kitchen.errors import Refusal
from kitchen.meals import Handed, Serving
from kitchen.subsidies import Layer, Rule, Rules, When
from tests.kitchen.cast import CHEN, MORNING, QIAN, SUN, TODAY, Cast, enter


def lunch_for(cast: Cast, elder: int | None) -> Serving:
    return Serving(
        kitchen_id=cast.kitchen,
        day=TODAY,
        meal="lunch",
        elder_id=elder,
        diner_id=None,
        portion=1,
        channel="table",
        point_id=cast.chaoyang,
        stop_id=None,
        tariff="subsidised",
        payment="cash",
        served_at=MORNING,
        source="till",
    )


async def hand_over(serving: Serving) -> Handed:
    async with writing():
        return (await meals.hand_over_all([serving], by=SUN, now=MORNING))[0]


async def test_an_elder_pays_five_yuan_and_the_district_the_rest(
    database: object,
) -> None:
    cast = await enter()
    handed = await hand_over(lunch_for(cast, cast.li))
    assert (handed.list_price_fen, handed.self_pay_fen) == (1300, 500)
    assert [(line.payer, line.fen) for line in handed.lines] == [
        ("funder:district", 800)
    ]
    assert await ledger.balance_of(f"cash:{cast.chaoyang}") == 500
    assert await ledger.balance_of("funder:district") == 800
    assert await ledger.balance_of(f"kitchen:{cast.kitchen}") == -1300
    assert await ledger.unbalanced() == []


async def test_a_second_lunch_on_the_same_day_is_refused_with_where_and_when(
    database: object,
) -> None:
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    with pytest.raises(Refusal) as no:
        await hand_over(replace(lunch_for(cast, cast.li), point_id=cast.xinhua))
    assert no.value.code == "already_served"
    assert no.value.facts["where"] == "朝阳就餐点"
    assert no.value.facts["at"] == MORNING
    assert no.value.facts["by"] == "孙阿姨"


async def test_a_second_meal_at_full_price_is_allowed(database: object) -> None:
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    second = replace(lunch_for(cast, cast.li), tariff="full")
    assert (await hand_over(second)).self_pay_fen == 1300


async def test_a_guest_pays_the_list_price(database: object) -> None:
    cast = await enter()
    handed = await hand_over(replace(lunch_for(cast, None), tariff="full"))
    assert handed.self_pay_fen == 1300
    assert handed.lines == ()


async def test_a_void_frees_the_slot_and_mirrors_the_entry(database: object) -> None:
    cast = await enter()
    handed = await hand_over(lunch_for(cast, cast.li))
    for _ in range(2):  # twice is harmless
        await meals.void_meal(handed.meal_id, "按错人", by=SUN, now=MORNING)
    assert await ledger.balance_of(f"cash:{cast.chaoyang}") == 0
    assert await meals.meals_for(cast.kitchen, TODAY, "lunch") == []
    await hand_over(lunch_for(cast, cast.li))
    assert len(await meals.meals_for(cast.kitchen, TODAY, "lunch")) == 1


async def test_nobody_eats_after_death(database: object) -> None:
    cast = await enter()
    await registry.set_state(
        cast.li, "deceased", TODAY, None, "家属告知", by=CHEN, now=MORNING
    )
    with pytest.raises(Refusal, match="not_active"):
        await hand_over(lunch_for(cast, cast.li))


async def test_an_empty_account_cannot_pay(database: object) -> None:
    cast = await enter()
    on_account = replace(lunch_for(cast, cast.li), payment="account")
    with pytest.raises(Refusal, match="balance_too_low"):
        await hand_over(on_account)
    await ledger.top_up(
        cast.li,
        2000,
        kitchen_id=cast.kitchen,
        point_id=cast.chaoyang,
        day=TODAY,
        by=SUN,
        now=MORNING,
    )
    await hand_over(on_account)
    assert await ledger.credit_of(cast.li) == 1500


@pytest.mark.parametrize("table", ["meal", "entry", "posting", "audit_line"])
async def test_records_can_be_neither_changed_nor_deleted(
    database: object, table: str
) -> None:
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="append_only"):
            async with writing():
                await rows(statement)


DOORS_CHEAPER = Rules(
    (
        Layer(
            (("funder:district", 100),),
            (
                Rule("到就餐点", When(min_age=60), self_pay_fen=500),
                Rule(
                    "送餐到家", When(min_age=60, ways=frozenset({"deliver"})),
                    self_pay_fen=300,
                ),
            ),
        ),
    )
)  # fmt: skip


async def test_the_way_a_meal_is_handed_over_decides_the_price_as_printed(
    database: object,
) -> None:
    """The sheet says what a door pays; the books must say the same."""
    cast = await enter()
    version = await subsidies.propose_version(
        kitchen_id=cast.kitchen,
        scheme="送餐三元",
        number="1",
        rules=DOORS_CHEAPER,
        announced_on=TODAY,
        valid_from=TODAY,
        valid_to=None,
        by=CHEN,
        now=MORNING,
    )
    await subsidies.approve_version(version, by=QIAN, now=MORNING)
    when = (cast.kitchen, TODAY, "lunch", "deliver")
    shown = await meal_prices.price_on([cast.wang], *when)
    door = replace(
        lunch_for(cast, cast.wang), channel="door", point_id=None, payment="later"
    )
    assert (await hand_over(door)).self_pay_fen == shown[cast.wang].self_pay_fen == 300
    assert (await hand_over(lunch_for(cast, cast.li))).self_pay_fen == 500
