"""The scheme of the day put to real people: limits, places, fees, transitions."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from kitchen import ledger, meals, places, registry, subsidies
from kitchen.database import one, writing
from kitchen.errors import Refusal
from kitchen.meal_prices import person_facts, price_on
from kitchen.meals import Handed, Serving
from kitchen.places import ServiceFacts
from kitchen.scheme_examples import example
from kitchen.subsidies import Layer, Rule, Rules, When
from tests.kitchen.cast import CHEN, MORNING, QIAN, SUN, TODAY, Cast, enter
from tests.kitchen.test_meals import lunch_for

DISTRICT = (("funder:district", 100),)
ONCE_A_DAY = Rules(
    (Layer(DISTRICT, (Rule("一天八元", fixed_fen=800, day_cap_fen=800),)),)
)
TEN_A_MONTH = Rules(
    (Layer(DISTRICT, (Rule("一月十元", fixed_fen=800, month_cap_fen=1000),)),)
)


async def rule_by(
    cast: Cast,
    rules: Rules,
    valid_from: date = TODAY,
    transition_to: date | None = None,
    number: str = "1",
) -> int:
    version = await subsidies.propose_version(
        kitchen_id=cast.kitchen,
        scheme="新方案",
        number=number,
        rules=rules,
        announced_on=valid_from,
        valid_from=valid_from,
        valid_to=None,
        transition_to=transition_to,
        by=CHEN,
        now=MORNING,
    )
    await subsidies.approve_version(version, by=QIAN, now=MORNING)
    return version


async def shipped(cast: Cast, code: str) -> None:
    found = example(code)
    assert found is not None
    await rule_by(cast, found.rules)


async def serve_dinner_too(cast: Cast) -> None:
    dinner = ServiceFacts("dinner", 1300, 0, 900, 960, 990, 1020, 1110)
    await places.set_service(cast.kitchen, dinner, by=CHEN, now=MORNING)


async def hand_over(serving: Serving) -> Handed:
    """At noon of its own day."""
    noon = datetime.combine(serving.day, time(4), tzinfo=UTC)
    async with writing():
        return (await meals.hand_over_all([serving], by=SUN, now=noon))[0]


def brought_to(cast: Cast, elder: int) -> Serving:
    return replace(
        lunch_for(cast, elder), channel="door", point_id=None, payment="later"
    )


async def test_a_limit_for_the_day_counts_lunch_before_dinner(database: object) -> None:
    cast = await enter()
    await serve_dinner_too(cast)
    await rule_by(cast, ONCE_A_DAY)
    lunch = await hand_over(lunch_for(cast, cast.li))
    assert lunch.self_pay_fen == 500
    dinner = replace(lunch_for(cast, cast.li), meal="dinner")
    assert (await hand_over(dinner)).self_pay_fen == 1300
    await meals.void_meal(lunch.meal_id, "按错人", by=SUN, now=MORNING)
    shown = await price_on([cast.li, cast.zhou], cast.kitchen, TODAY, "dinner")
    assert shown[cast.li].self_pay_fen == 500  # taken back, so not used up
    assert shown[cast.zhou].self_pay_fen == 500  # another person's limit


async def test_both_meals_of_one_act_share_the_limit(database: object) -> None:
    cast = await enter()
    await serve_dinner_too(cast)
    await rule_by(cast, ONCE_A_DAY)
    both = [lunch_for(cast, cast.li), replace(lunch_for(cast, cast.li), meal="dinner")]
    async with writing():
        handed = await meals.hand_over_all(both, by=SUN, now=MORNING)
    assert [one.self_pay_fen for one in handed] == [500, 1300]


async def test_a_limit_for_the_month_begins_again_on_the_first(
    database: object,
) -> None:
    cast = await enter()
    await rule_by(cast, TEN_A_MONTH)
    paid = []
    for day in (TODAY, TODAY + timedelta(days=1), date(2026, 12, 1)):
        paid.append(await hand_over(replace(lunch_for(cast, cast.li), day=day)))
    assert [one.self_pay_fen for one in paid] == [500, 1100, 500]


async def test_a_workday_is_one_of_the_calendar_with_its_make_up_days(
    database: object,
) -> None:
    """句容 pays on workdays: the Saturday worked for a holiday is one, the Thursday of
    the holiday is none."""
    cast = await enter()
    people = await registry.elders_by_id([cast.li])
    for day, workday in (
        (date(2026, 10, 1), False),  # the National Day, a Thursday
        (date(2026, 10, 10), True),  # a Saturday worked for it
        (date(2026, 10, 17), False),  # another Saturday
    ):
        known = await person_facts(people, cast.kitchen, day)
        assert known[cast.li].workday == workday, day
    rules = Rules((Layer(DISTRICT, (Rule("工作日", When(workday=True), 500),)),))
    await rule_by(cast, rules)
    for day, fen in ((TODAY, 500), (date(2026, 11, 28), 1300)):  # a Tuesday, a Saturday
        price = (await price_on([cast.li], cast.kitchen, day, "lunch"))[cast.li]
        assert price.self_pay_fen == fen


async def test_funders_ask_where_it_is_eaten(database: object) -> None:
    """增城: the street pays only in one's own street."""
    cast = await enter()
    city = (await places.areas())[0].id
    other = await places.add_area("西湖街道", "street", city, by=CHEN, now=MORNING)
    away = await places.add_point(
        kitchen_id=cast.kitchen, area_id=other, name="西湖就餐点", by=CHEN, now=MORNING
    )
    await rule_by(
        cast,
        Rules(
            (
                Layer((("funder:city", 100),), (Rule("市补三元", fixed_fen=300),)),
                Layer(
                    (("funder:street", 100),),
                    (
                        Rule(
                            "本街道五元",
                            When(point_shares_hukou="street"),
                            self_pay_fen=500,
                        ),
                    ),
                ),
            )
        ),
    )
    assert (await hand_over(lunch_for(cast, cast.li))).self_pay_fen == 500
    elsewhere = replace(lunch_for(cast, cast.zhou), point_id=away)
    assert (await hand_over(elsewhere)).self_pay_fen == 1000


async def test_the_delivery_fee_is_paid_with_the_meal_and_credited_apart(
    database: object,
) -> None:
    cast = await enter()
    await shipped(cast, "by_class")  # 句容: 75–84 five yuan off, two yuan for bringing
    handed: Handed = await hand_over(brought_to(cast, cast.wang))
    assert handed.self_pay_fen == 800
    assert await ledger.balance_of(f"elder:{cast.wang}") == 1000
    assert await ledger.balance_of(f"delivery:{cast.kitchen}") == -200
    assert await ledger.balance_of(f"kitchen:{cast.kitchen}") == -1300
    assert await ledger.unbalanced() == []
    await meals.void_meal(handed.meal_id, "没送到", by=SUN, now=MORNING)
    assert await ledger.balance_of(f"delivery:{cast.kitchen}") == 0


async def test_the_operators_subsidy_is_no_part_of_the_meal(database: object) -> None:
    cast = await enter()
    await shipped(cast, "up_to")
    assert (await hand_over(lunch_for(cast, cast.li))).self_pay_fen == 800
    assert await ledger.balance_of("funder:district") == 500 + 200
    assert await ledger.balance_of(f"operator:{cast.kitchen}") == -200


async def test_what_the_operator_concedes_is_claimed_from_nobody(
    database: object,
) -> None:
    cast = await enter()
    await shipped(cast, "discount")
    handed = await hand_over(lunch_for(cast, cast.li))  # 78: 13.00 × 0.9, below 15
    assert handed.self_pay_fen == 1170
    assert await ledger.balance_of(f"discount:{cast.kitchen}") == 130
    kept = await one("SELECT tariff FROM meal WHERE id = {}", handed.meal_id)
    assert kept == {"tariff": "full"}


async def test_a_benefit_that_ends_fades_out(database: object) -> None:
    """Who was enrolled before keeps five yuan until the transition ends."""
    cast = await enter()
    nothing = Rules((Layer(DISTRICT, (Rule("补一元", fixed_fen=100),)),))
    first = date(2026, 12, 1)
    await rule_by(cast, nothing, first, date(2027, 2, 28))
    lunches = [
        replace(lunch_for(cast, cast.li), day=day)
        for day in (date(2026, 11, 30), first, date(2027, 2, 26), date(2027, 3, 1))
    ]
    paid = [(await hand_over(lunch)) for lunch in lunches]
    assert [one.self_pay_fen for one in paid] == [500, 500, 500, 1200]
    assert "五元午餐 v1" in paid[1].lines[0].why
    assert "新方案 v1" in paid[3].lines[0].why


async def test_a_version_ends_with_its_last_day(database: object) -> None:
    """The day after, nobody pays by it, and the one it followed does not come back; a
    scheme of its own that still lasts does."""
    cast = await enter()
    last = date(2026, 12, 31)
    for scheme, number, rules, first, until in (
        ("五元午餐", "2", TEN_A_MONTH, date(2026, 12, 1), last),
        ("春节", "1", ONCE_A_DAY, date(2027, 2, 1), date(2027, 2, 7)),
    ):
        version = await subsidies.propose_version(
            kitchen_id=cast.kitchen,
            scheme=scheme,
            number=number,
            rules=rules,
            announced_on=TODAY,
            valid_from=first,
            valid_to=until,
            by=CHEN,
            now=MORNING,
        )
        await subsidies.approve_version(version, by=QIAN, now=MORNING)
    for day, title in (
        (date(2026, 11, 30), "五元午餐 v1"),
        (last, "五元午餐 v2"),
        (last + timedelta(days=1), ""),
        (date(2027, 2, 7), "春节 v1"),
        (date(2027, 2, 8), ""),
    ):
        price = (await price_on([cast.li], cast.kitchen, day, "lunch"))[cast.li]
        assert (price.self_pay_fen == 1300) == (title == ""), day
        assert all(title in line.why for line in price.lines)
        if title:
            assert price.lines


async def test_a_price_is_never_changed_for_a_day_that_is_over(
    database: object,
) -> None:
    """List price and scheme: the day of announcement at the earliest; what is entered
    late, and a replay, still gives what held on the day."""
    cast = await enter()
    eve = TODAY - timedelta(days=1)
    lunch = ServiceFacts("lunch", 1500, 0, 540, 615, 630, 660, 750)
    with pytest.raises(Refusal, match="valid_before_announced"):
        await places.set_service(
            cast.kitchen, lunch, price_from=eve, by=CHEN, now=MORNING
        )
    with pytest.raises(Refusal, match="begins_in_past"):
        await rule_by(cast, ONCE_A_DAY, eve)
    before = {
        day: (await price_on([cast.li], cast.kitchen, day, "lunch"))[cast.li]
        for day in (eve, TODAY)
    }
    assert before[eve].list_price_fen == 1300
    later = MORNING + timedelta(days=1)
    await places.set_service(cast.kitchen, lunch, by=CHEN, now=later)
    next_week = TODAY + timedelta(days=7)
    await places.set_service(
        cast.kitchen,
        replace(lunch, list_price_fen=1600),
        price_from=next_week,
        by=CHEN,
        now=later,
    )
    proposed = await subsidies.propose_version(
        kitchen_id=cast.kitchen,
        scheme="新方案",
        number="1",
        rules=ONCE_A_DAY,
        announced_on=TODAY,
        valid_from=TODAY,
        valid_to=None,
        by=CHEN,
        now=MORNING,
    )
    with pytest.raises(Refusal, match="begins_in_past"):  # approved a day too late
        await subsidies.approve_version(proposed, by=QIAN, now=later)
    for day, price in before.items():
        again = (await price_on([cast.li], cast.kitchen, day, "lunch"))[cast.li]
        assert again == price
    late = replace(lunch_for(cast, cast.li), source="paper", reason="断网")
    assert (await hand_over(late)).list_price_fen == 1300
    asked = {
        day: (await places.services_for(cast.kitchen, day))["lunch"].list_price_fen
        for day in (TODAY, TODAY + timedelta(days=1), next_week)
    }
    assert list(asked.values()) == [1300, 1500, 1600]


async def test_a_transition_is_three_months_at_most(database: object) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="transition_too_long") as no:
        await rule_by(cast, ONCE_A_DAY, date(2026, 12, 1), date(2027, 3, 1))
    assert no.value.facts["latest"] == date(2027, 2, 28)


async def test_age_is_counted_on_the_day_of_the_meal(database: object) -> None:
    """The source plans: one programme to 14 June, the next from 15 June."""
    cast = await enter()
    by_age = Rules(
        (
            Layer(
                DISTRICT,
                (
                    Rule("75–79 岁", When(75, 79), self_pay_fen=500),
                    Rule("80 岁以上", When(min_age=80), self_pay_fen=300),
                ),
            ),
        )
    )
    await rule_by(cast, by_age)  # 周建国 was born on 15 June 1953
    eve, birthday = date(2033, 6, 14), date(2033, 6, 15)
    for day, fen in ((eve, 500), (birthday, 300)):
        found = await price_on([cast.zhou], cast.kitchen, day, "lunch")
        assert found[cast.zhou].self_pay_fen == fen
