"""Household purses: the source plans' own examples, the quarter's end, and races."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from kitchen import ledger, meals, programmes, registry
from kitchen.database import one, rows, writing
from kitchen.errors import Refusal
from kitchen.meal_prices import price_on
from kitchen.meals import Handed
from kitchen.programmes import GrantClass, best_class, run_night
from kitchen.purses import purse_of, purses_on, window_of
from kitchen.registry import NewElder
from kitchen.scheme_examples import example
from kitchen.subsidies import When
from kitchen.tariffs import MealFacts
from tests.kitchen.cast import CHEN, MORNING, QIAN, SUN, TODAY, Cast, enter
from tests.kitchen.test_meal_prices import rule_by
from tests.kitchen.test_meals import lunch_for

HUNDRED = (GrantClass("75 岁以上家庭", When(min_age=75), 10_000),)
SHENZHEN = (
    GrantClass(
        "低保且不能自理",
        When(all_categories=frozenset({"low_income"}), self_care=frozenset({"unable"})),
        50_000,
    ),
    GrantClass("不能自理", When(self_care=frozenset({"unable"})), 30_000),
    GrantClass(
        "三无、低保、优抚",
        When(any_category=frozenset({"destitute", "low_income", "veteran"})),
        30_000,
    ),
)
JANUARY = date(2027, 1, 4)


def someone(age: int, self_care: str, *categories: str) -> MealFacts:
    return MealFacts(
        JANUARY, "", age, 0, categories=frozenset(categories), self_care=self_care
    )


@pytest.mark.parametrize(
    ("facts", "fen", "matched"),
    [
        (someone(60, "unable", "low_income", "veteran"), 50_000, 3),  # never the sum
        (someone(62, "able", "destitute"), 30_000, 1),
        (someone(70, "unable"), 30_000, 1),
        (someone(70, "able"), 0, 0),
    ],
)
def test_the_highest_class_is_granted_and_never_the_sum(
    facts: MealFacts, fen: int, matched: int
) -> None:
    best, count = best_class(SHENZHEN, facts)
    assert (best.monthly_fen if best else 0, count) == (fen, matched)


@pytest.mark.parametrize(
    ("day", "pool", "first", "last"),
    [
        (date(2027, 1, 1), "quarter", date(2027, 1, 1), date(2027, 3, 31)),
        (date(2027, 6, 30), "quarter", date(2027, 4, 1), date(2027, 6, 30)),
        (date(2026, 12, 31), "quarter", date(2026, 10, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), "month", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_window_ends_with_its_quarter_or_month(
    day: date, pool: str, first: date, last: date
) -> None:
    assert window_of(day, pool) == (first, last)


async def couple(pool: str = "quarter") -> tuple[Cast, int, int]:
    """Two elders of one household, 78 and 76, in a programme of 100 yuan a month that
    pays for a list price of 5 yuan."""
    cast = await enter()
    purse = example("purse")
    assert purse is not None
    await rule_by(cast, purse.rules)
    await price(500)
    wife = await registry.enrol(
        NewElder(
            name="李周氏",
            sex="female",
            birth_date=date(1950, 5, 1),
            hukou_area_id=cast.community,
        ),
        kitchen_id=cast.kitchen,
        by=CHEN,
        now=MORNING,
    )
    await registry.share_household(cast.li, wife, by=CHEN, now=MORNING)
    programme = await programmes.propose_programme(
        kitchen_id=cast.kitchen,
        name="家庭券",
        classes=HUNDRED,
        pool=pool,
        valid_from=date(2027, 1, 1),
        by=CHEN,
        now=MORNING,
    )
    await programmes.approve_programme(programme, by=QIAN, now=MORNING)
    await night(cast, date(2027, 1, 1))
    waiting = await programmes.proposals_for(cast.kitchen)
    await programmes.decide(
        [one.id for one in waiting], True, kitchen_id=cast.kitchen, by=CHEN, now=MORNING
    )
    await night(cast, date(2027, 1, 1))
    return cast, cast.li, wife


async def night(cast: Cast, day: date) -> None:
    await run_night(cast.kitchen, day, by=CHEN, now=at_noon(day))


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(4), tzinfo=UTC)


async def eat(cast: Cast, elder: int, day: date, meal: str = "lunch") -> Handed:
    serving = replace(lunch_for(cast, elder), day=day, meal=meal)
    async with writing():
        return (await meals.hand_over_all([serving], by=SUN, now=at_noon(day)))[0]


async def purse_on(cast: Cast, elder: int, day: date) -> int:
    people = await registry.elders_by_id([elder])
    return (await purses_on(people, cast.kitchen, day))[elder]


async def test_two_elders_have_one_purse_and_pay_the_rest_themselves(
    database: object,
) -> None:
    """5 yuan × 2 persons × 22 days = 220 in January: 100 from the purse, 120 own."""
    cast, husband, wife = await couple()
    assert await purse_on(cast, husband, JANUARY) == 10_000
    assert await purse_on(cast, wife, JANUARY) == 10_000
    granted = own = 0
    for day in range(1, 23):
        for elder in (husband, wife):
            handed = await eat(cast, elder, date(2027, 1, day))
            own += handed.self_pay_fen
            granted += sum(line.fen for line in handed.lines)
    assert (granted, own) == (10_000, 12_000)
    assert await ledger.balance_of("grant:district") == 10_000
    assert await ledger.unbalanced() == []


async def test_what_is_left_is_carried_inside_the_quarter_and_no_further(
    database: object,
) -> None:
    """60 spent in February, 150 wanted in March: 100 + 40 carried, 10 own; 1 April
    a fresh 100, never more."""
    cast, husband, _wife = await couple()
    await price(10_000)
    assert (await eat(cast, husband, date(2027, 1, 29))).self_pay_fen == 0
    await night(cast, date(2027, 2, 1))
    await price(6_000)
    await eat(cast, husband, date(2027, 2, 1))
    await night(cast, date(2027, 3, 1))
    assert await purse_on(cast, husband, date(2027, 3, 1)) == 14_000
    await price(15_000)
    handed = await eat(cast, husband, date(2027, 3, 1))
    assert handed.self_pay_fen == 1_000
    await meals.void_meal(handed.meal_id, "按错", by=SUN, now=at_noon(date(2027, 3, 1)))
    assert await purse_on(cast, husband, date(2027, 3, 31)) == 14_000
    assert await purse_on(cast, husband, date(2027, 4, 1)) == 0  # before any night
    for _ in range(2):  # twice is harmless
        await night(cast, date(2027, 4, 1))
    assert await purse_on(cast, husband, date(2027, 4, 1)) == 10_000
    purse = purse_of((await registry.elders_by_id([husband]))[husband])
    written_off = await one("SELECT fen FROM purse_expiry WHERE purse = {}", purse)
    assert written_off == {"fen": 14_000}
    assert -await ledger.balance_of(purse) == 10_000
    assert await ledger.unbalanced() == []


async def price(fen: int) -> None:
    """The list price from now on, in a test that walks through the months."""
    async with writing():
        await rows(
            "INSERT INTO list_price (kitchen, meal, price_fen, announced_on,"
            " valid_from, at, by) SELECT kitchen, meal, {}, {}, {}, {}, '陈经理'"
            " FROM meal_service",
            *(fen, TODAY, TODAY, MORNING),
        )


async def test_a_monthly_pool_carries_nothing(database: object) -> None:
    cast, husband, _wife = await couple("month")
    await night(cast, date(2027, 2, 1))
    assert await purse_on(cast, husband, date(2027, 2, 1)) == 10_000


async def test_a_purse_cannot_be_overspent_by_a_race(database: object) -> None:
    """Twenty meals at once from a purse worth seven."""
    cast, husband, wife = await couple()
    await price(1_400)  # 100 yuan: seven meals and two yuan
    days = [date(2027, 1, day) for day in range(1, 11)]
    handed = await asyncio.gather(
        *(eat(cast, elder, day) for day in days for elder in (husband, wife))
    )
    spent = sorted(sum(line.fen for line in one.lines) for one in handed)
    assert spent == [0] * 12 + [200] + [1_400] * 7
    assert await purse_on(cast, husband, JANUARY) == 0


async def test_a_couple_at_one_door_shares_the_last_of_the_purse(
    database: object,
) -> None:
    cast, husband, wife = await couple()
    await price(6_000)
    both = [replace(lunch_for(cast, elder), day=JANUARY) for elder in (husband, wife)]
    async with writing():
        handed = await meals.hand_over_all(both, by=SUN, now=at_noon(JANUARY))
    assert [one.self_pay_fen for one in handed] == [0, 2_000]


async def test_birthdays_are_proposed_and_a_person_confirms(database: object) -> None:
    cast, _husband, _wife = await couple()
    day = date(2028, 6, 14)  # 周建国 turns 75 on the 15th
    await night(cast, day)
    await night(cast, day)
    proposed = await programmes.proposals_for(cast.kitchen)
    assert [(one.elder_id, one.kind, one.day) for one in proposed] == [
        (cast.zhou, "enters", date(2028, 6, 15))
    ]
    assert await purse_on(cast, cast.zhou, date(2028, 6, 15)) == 0
    ids = [one.id for one in proposed]
    for _ in range(2):  # the second word changes nothing
        await programmes.decide(
            ids, True, kitchen_id=cast.kitchen, by=CHEN, now=MORNING
        )
    await night(cast, date(2028, 6, 14))
    assert await purse_on(cast, cast.zhou, date(2028, 6, 15)) == 0
    await night(cast, date(2028, 6, 15))
    assert await purse_on(cast, cast.zhou, date(2028, 6, 15)) == 10_000


async def test_who_turns_eighty_leaves_a_programme_that_ends_at_seventy_nine(
    database: object,
) -> None:
    """75 to 79 until 14 June, not from 15 June on: the night says both beforehand."""
    cast = await enter()
    until_79 = (GrantClass("75–79 岁", When(min_age=75, max_age=79), 10_000),)
    eve = date(2033, 6, 14)  # 周建国 turns 80 on the 15th
    programme = await programmes.propose_programme(
        kitchen_id=cast.kitchen,
        name="券",
        classes=until_79,
        pool="quarter",
        valid_from=eve,
        by=CHEN,
        now=MORNING,
    )
    await programmes.approve_programme(programme, by=QIAN, now=MORNING)
    await night(cast, eve)
    proposed = await programmes.proposals_for(cast.kitchen)
    assert [(p.kind, p.day) for p in proposed if p.elder_id == cast.zhou] == [
        ("enters", eve),
        ("leaves", date(2033, 6, 15)),
    ]


async def test_who_died_leaves_the_programme_by_proposal(database: object) -> None:
    cast, husband, _wife = await couple()
    await registry.set_state(
        husband, "deceased", JANUARY, None, "家属告知", by=CHEN, now=MORNING
    )
    await night(cast, JANUARY)
    proposed = await programmes.proposals_for(cast.kitchen)
    assert [(one.elder_id, one.kind) for one in proposed] == [(husband, "leaves")]


async def test_a_programme_needs_a_second_person(database: object) -> None:
    cast = await enter()
    wanted = {"kitchen_id": cast.kitchen, "name": "券", "valid_from": JANUARY}
    mine = await programmes.propose_programme(
        **wanted, classes=HUNDRED, pool="quarter", by=CHEN, now=MORNING
    )
    with pytest.raises(Refusal, match="own_proposal"):
        await programmes.approve_programme(mine, by=CHEN, now=MORNING)
    for classes, pool, code in (((), "quarter", "no_class"), (HUNDRED, "year", "pool")):
        with pytest.raises(Refusal, match=code):
            await programmes.propose_programme(
                **wanted, classes=classes, pool=pool, by=CHEN, now=MORNING
            )


async def test_the_price_shown_knows_the_purse(database: object) -> None:
    cast, husband, _wife = await couple()
    shown = await price_on([husband], cast.kitchen, JANUARY, "lunch")
    assert [line.payer for line in shown[husband].lines] == ["grant:district"]
    assert "家庭消费券" in shown[husband].lines[0].why
