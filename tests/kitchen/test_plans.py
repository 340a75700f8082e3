"""Who should eat: weeks, exceptions, days without service, nobody booked twice."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from kitchen import closures, headcounts, places, plans
from kitchen.database import Engine
from kitchen.errors import Refusal
from kitchen.plans import ExceptionFacts, PlanFacts, meal_of
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

SATURDAY = date(2026, 11, 28)
NEW_YEAR = date(2026, 1, 1)


def difference(kind: str, **values: Any) -> ExceptionFacts:
    facts: dict[str, Any] = {
        "id": 1,
        "elder_id": 1,
        "meal": "lunch",
        "kind": kind,
        "from_day": TODAY,
        "to_day": TODAY,
        "way": "",
        "point_id": None,
        "portions": 0,
        "choice": "",
        "reason": "",
        "source": "telephone",
        "late": False,
        "at": MORNING,
        "by": "陈经理",
    }
    return ExceptionFacts(**{**facts, **values})


USUAL = PlanFacts(1, "dine_in", 7, 1, "normal", "A")
BOOKED = PlanFacts(1, "collect", 8, 2, "normal", "B")
BOOKING = difference("book", way="collect", point_id=8, portions=2, choice="B")


@pytest.mark.parametrize(
    ("plan", "differences", "meal"),
    [
        (USUAL, [], USUAL),
        (None, [], None),
        (USUAL, [difference("skip")], None),
        (None, [BOOKING], BOOKED),
        (USUAL, [BOOKING], USUAL),  # refused before; never doubles
        (USUAL, [difference("skip"), BOOKING], BOOKED),
        (USUAL, [BOOKING, difference("skip")], None),
        (
            USUAL,
            [difference("extra", portions=2)],
            PlanFacts(1, "dine_in", 7, 3, "normal", "A"),
        ),
        (
            USUAL,
            [difference("change", way="deliver")],
            PlanFacts(1, "deliver", 7, 1, "normal", "A"),
        ),
        (None, [difference("extra", portions=1), difference("change")], None),
    ],
)
def test_exceptions_apply_in_the_order_they_were_made(
    plan: PlanFacts | None, differences: list[ExceptionFacts], meal: PlanFacts | None
) -> None:
    assert meal_of(plan, differences) == meal


async def names_on(cast: Cast, day: date) -> list[str]:
    eaters = await plans.expected_eaters(cast.kitchen, day, "lunch")
    return [eater.name for eater in eaters]


async def add(elder: int, kind: str, day: date = TODAY, **more: Any) -> int:
    values: dict[str, Any] = {"to_day": day, "reason": "电话", **more}
    return await plans.add_exception(
        elder_id=elder,
        meal="lunch",
        kind=kind,
        from_day=day,
        by=CHEN,
        now=MORNING,
        **values,
    )


async def everyday(cast: Cast) -> None:
    """李 has a plan for every day of the week."""
    plan = PlanFacts(cast.li, "dine_in", cast.chaoyang, 1, "normal", "A")
    week = dict.fromkeys(range(1, 8), plan)
    await plans.set_plan(cast.li, "lunch", week, NEW_YEAR, by=CHEN, now=MORNING)


async def test_nobodys_plan_holds_on_a_day_without_service(database: Engine) -> None:
    cast = await enter()
    await everyday(cast)
    assert await names_on(cast, SATURDAY) == []
    await add(cast.zhou, "book", SATURDAY, way="collect", point_id=cast.xinhua)
    assert await names_on(cast, SATURDAY) == ["周建国"]


async def test_the_kitchens_habit_and_the_operators_word_decide(
    database: Engine,
) -> None:
    cast = await enter()
    await everyday(cast)
    await places.override_day(
        cast.kitchen, SATURDAY, True, "加供", by=CHEN, now=MORNING
    )
    await places.override_day(cast.kitchen, TODAY, False, "停水", by=CHEN, now=MORNING)
    assert await names_on(cast, SATURDAY) == ["李德福"]
    assert await names_on(cast, TODAY) == []
    await places.clear_override(cast.kitchen, TODAY, by=CHEN, now=MORNING)
    assert len(await names_on(cast, TODAY)) == 4
    await places.clear_override(cast.kitchen, SATURDAY, by=CHEN, now=MORNING)
    await places.change_kitchen(
        cast.kitchen, {"serves_weekends": True}, by=CHEN, now=MORNING
    )
    assert await names_on(cast, SATURDAY) == ["李德福"]


@pytest.mark.parametrize(
    ("day", "served"),
    [
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 10), True),  # a Saturday made up for it
        (date(2026, 10, 11), False),  # an ordinary Sunday
    ],
)
async def test_holidays_rest_and_makeup_saturdays_are_served(
    database: Engine, day: date, served: bool
) -> None:
    cast = await enter()
    await everyday(cast)
    assert ("李德福" in await names_on(cast, day)) is served


async def test_an_extra_portion_on_a_day_without_service_changes_nothing(
    database: Engine,
) -> None:
    cast = await enter()
    await everyday(cast)
    with pytest.raises(Refusal, match="nothing_to_change"):
        await add(cast.li, "extra", SATURDAY, portions=1)


@pytest.mark.parametrize("kind", ["skip", "extra", "change"])
async def test_who_ordered_nothing_has_nothing_to_change(
    database: Engine, kind: str
) -> None:
    cast = await enter()
    await add(cast.li, "skip")
    with pytest.raises(Refusal, match="nothing_to_change"):
        await add(cast.li, kind, portions=1, way="collect")


async def test_a_few_people_eat_what_they_eat_among_all(database: Engine) -> None:
    """The till asks for those it found; the day, their exceptions, their states and
    their homes decide just as for everybody."""
    cast = await enter()
    await everyday(cast)
    await add(cast.li, "change", way="deliver")
    await add(cast.zhou, "skip")
    await add(cast.zhou, "book", SATURDAY, way="collect", point_id=cast.xinhua)
    for day in (TODAY, SATURDAY):
        everybody = await plans.expected_eaters(cast.kitchen, day, "lunch")
        for one in (cast.wang, cast.li, cast.zhao, cast.zhou):
            alone = await plans.expected_among(cast.kitchen, day, "lunch", [one])
            assert alone == [e for e in everybody if e.elder_id == one]
    await closures.close_meal(
        cast.kitchen,
        TODAY,
        "lunch",
        kind="cancelled",
        reason="停水",
        by=CHEN,
        now=MORNING,
    )
    assert not await plans.expected_among(cast.kitchen, TODAY, "lunch", [cast.wang])


async def test_a_second_booking_of_one_meal_is_refused(database: Engine) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="already_booked"):
        await add(cast.li, "book", way="collect", point_id=cast.xinhua)
    await add(cast.zhou, "book", SATURDAY, way="collect", point_id=cast.xinhua)
    with pytest.raises(Refusal, match="already_booked"):
        await add(cast.zhou, "book", SATURDAY, way="deliver")


async def test_a_booking_is_for_one_day(database: Engine) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="book_one_day"):
        await add(
            cast.zhou, "book", SATURDAY, to_day=SATURDAY + timedelta(days=1), way="x"
        )


async def test_a_closed_count_takes_no_exception_and_gives_none_back(
    database: Engine,
) -> None:
    cast = await enter()
    skip = await add(cast.li, "skip")
    await headcounts.close_headcount(
        cast.kitchen, TODAY, "lunch", spares=(), by=CHEN, now=MORNING
    )
    with pytest.raises(Refusal, match="headcount_closed") as refused:
        await add(cast.zhou, "skip", to_day=TODAY + timedelta(days=3))
    assert refused.value.facts == {"day": TODAY, "meal": "lunch"}
    with pytest.raises(Refusal, match="headcount_closed"):
        await plans.withdraw(skip, by=CHEN, now=MORNING)


async def test_taking_an_exception_back_lets_the_plan_hold_again(
    database: Engine,
) -> None:
    cast = await enter()
    skip = await add(cast.li, "skip")
    assert "李德福" not in await names_on(cast, TODAY)
    await plans.withdraw(skip, by=CHEN, now=MORNING)
    assert "李德福" in await names_on(cast, TODAY)
    assert await plans.exception_by_id(skip) is None


async def test_a_new_week_ends_every_older_one(database: Engine) -> None:
    """A later week that was planned and then overtaken leaves nothing behind."""
    cast = await enter()
    december = date(2026, 12, 1)
    plan = PlanFacts(cast.li, "collect", cast.xinhua, 1, "normal", "B")
    await plans.set_plan(
        cast.li,
        "lunch",
        dict.fromkeys(range(1, 8), plan),
        december,
        by=CHEN,
        now=MORNING,
    )
    assert await plans.starts_of(cast.li, TODAY) == [("lunch", december)]
    tomorrow = TODAY + timedelta(days=1)
    nothing = dict.fromkeys(range(1, 8))
    await plans.set_plan(cast.li, "lunch", nothing, tomorrow, by=CHEN, now=MORNING)
    assert "李德福" in await names_on(cast, TODAY)
    for day in (tomorrow, TODAY + timedelta(days=2), december):
        assert "李德福" not in await names_on(cast, day)


async def test_the_list_of_exceptions_reaches_from_a_day_to_a_day(
    database: Engine,
) -> None:
    cast = await enter()
    long = await add(cast.wang, "skip", to_day=TODAY + timedelta(days=9))
    await add(cast.li, "skip", TODAY + timedelta(days=2))
    found = await plans.coming_exceptions(
        cast.kitchen, TODAY + timedelta(days=1), TODAY + timedelta(days=1)
    )
    assert [exception.id for exception in found] == [long]


async def test_two_bookings_at_once_make_one_meal(database: Engine) -> None:
    cast = await enter()
    booking = {"way": "collect", "point_id": cast.xinhua}
    answers = await asyncio.gather(
        *(add(cast.li, "book", SATURDAY, **booking) for _ in range(4)),
        return_exceptions=True,
    )
    refused = [a.code for a in answers if isinstance(a, Refusal)]
    assert refused == ["already_booked"] * 3
    assert await names_on(cast, SATURDAY) == ["李德福"]


async def test_an_exception_beside_the_close_is_counted_or_refused(
    database: Engine,
) -> None:
    cast = await enter()
    closing = headcounts.close_headcount(
        cast.kitchen, TODAY, "lunch", spares=(), by=CHEN, now=MORNING
    )
    skipped, closed = await asyncio.gather(
        add(cast.li, "skip"), closing, return_exceptions=True
    )
    assert not isinstance(closed, BaseException)
    counted = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    eats = "李德福" in [eater.name for eater in counted]
    assert eats is isinstance(skipped, Refusal)


async def test_an_extra_portion_sent_twice_is_one_more_not_two(
    database: object,
) -> None:
    cast = await enter()
    extra: dict[str, Any] = {
        "elder_id": cast.li,
        "meal": "lunch",
        "kind": "extra",
        "from_day": TODAY,
        "to_day": TODAY,
        "portions": 1,
        "reason": "女儿来看她",
        "act": "form-1",
        "by": CHEN,
        "now": MORNING,
    }
    first = await plans.add_exception(**extra)
    again = await plans.add_exception(**{**extra, "late": True})
    assert again == first
    eaters = await plans.expected_eaters(cast.kitchen, TODAY, "lunch")
    assert [e.portions for e in eaters if e.elder_id == cast.li] == [2]
