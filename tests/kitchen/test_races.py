"""Two at once: what one reads before it writes, nobody changes in between.

On SQLite there is one writer; on PostgreSQL these fail without their locks.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kitchen import dining, headcounts, ledger, meals, settlement, subsidies
from kitchen.balance import DayClose
from kitchen.closed_days import hold_day
from kitchen.database import insert, rows, writing
from kitchen.dining import Request
from kitchen.errors import Refusal
from kitchen.meals import Serving
from tests.kitchen.cast import (
    CHEN,
    FIVE_YUAN,
    MORNING,
    QIAN,
    SUN,
    TODAY,
    Cast,
    enter,
)

WHEN = (TODAY, "lunch")


async def at_once(*acts: Awaitable[object]) -> Counter[str]:
    """How often each code was refused; "done" for those that went through. Anything
    else that was raised fails the test."""
    answers = await asyncio.gather(*acts, return_exceptions=True)
    codes: Counter[str] = Counter()
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Refusal):
            raise answer
        codes[answer.code if isinstance(answer, Refusal) else "done"] += 1
    return codes


def portion(cast: Cast, **changes: Any) -> Serving:
    full = Serving(
        kitchen_id=cast.kitchen,
        day=TODAY,
        meal="lunch",
        elder_id=cast.li,
        diner_id=None,
        portion=1,
        channel="table",
        point_id=cast.chaoyang,
        stop_id=None,
        tariff="full",
        payment="account",
        served_at=MORNING,
        source="till",
    )
    return replace(full, **changes)


async def hand_over(*servings: Serving) -> None:
    async with writing():
        await meals.hand_over_all(servings, by=SUN, now=MORNING)


async def counted() -> Cast:
    cast = await enter()
    await headcounts.close_headcount(cast.kitchen, *WHEN, by=CHEN, now=MORNING)
    return cast


async def test_of_twenty_spends_on_a_purse_worth_seven_seven_go_through(
    database: object,
) -> None:
    cast = await enter()
    await ledger.top_up(
        cast.li, 7 * 1300, kitchen_id=cast.kitchen, point_id=None, day=TODAY,
        by=SUN, now=MORNING,
    )  # fmt: skip
    codes = await at_once(*(hand_over(portion(cast)) for _ in range(20)))
    assert codes == {"done": 7, "balance_too_low": 13}
    assert await ledger.credit_of(cast.li) == 0
    assert await ledger.unbalanced() == []


async def test_one_portion_is_handed_over_once(database: object) -> None:
    cast = await counted()
    [eater] = await headcounts.eaters_at(cast.kitchen, *WHEN, cast.chaoyang)
    second = portion(cast, diner_id=eater.diner_id, portion=2, payment="cash")
    codes = await at_once(*(hand_over(second) for _ in range(5)))
    assert codes == {"done": 1, "portion_already_served": 4}


async def test_one_subsidised_lunch_at_two_counters(database: object) -> None:
    cast = await counted()
    asked = [
        Request(point, *WHEN, cast.li, "subsidised", "cash")
        for point in (cast.chaoyang, cast.xinhua) * 3
    ]
    codes = await at_once(
        *(dining.serve(f"tap-{n}", a, by=SUN, now=MORNING) for n, a in enumerate(asked))
    )
    assert codes == {"done": 1, "already_served": 5}


async def test_two_sheets_with_the_same_people_wait_and_never_deadlock(
    database: object,
) -> None:
    cast = await enter()
    people = [cast.wang, cast.li, cast.zhao, cast.zhou]
    all_of = [
        portion(cast, elder_id=elder, tariff="subsidised", payment="cash")
        for elder in people
    ]
    codes = await at_once(
        *(hand_over(*order) for order in (all_of, all_of[::-1]) for _ in range(3))
    )
    assert codes == {"done": 1, "already_served": 5}


async def test_a_count_is_closed_once(database: object) -> None:
    cast = await enter()
    codes = await at_once(
        *(
            headcounts.close_headcount(cast.kitchen, *WHEN, by=CHEN, now=MORNING)
            for _ in range(4)
        )
    )
    assert codes == {"done": 4}
    assert len(await rows("SELECT id FROM headcount")) == 1
    assert len(await rows("SELECT id FROM diner")) == 4


async def test_one_person_is_added_once(database: object) -> None:
    cast = await counted()
    await headcounts.cancel_late(
        (await headcounts.eaters_at(cast.kitchen, *WHEN, cast.chaoyang))[0].diner_id,
        reason="不来", source="telephone", by=CHEN, now=MORNING,
    )  # fmt: skip
    codes = await at_once(
        *(
            headcounts.add_late(
                cast.li, *WHEN, way="dine_in", point_id=cast.chaoyang,
                reason="又来了", source="telephone", by=CHEN, now=MORNING,
            )
            for _ in range(3)
        )
    )  # fmt: skip
    assert codes == {"done": 1, "already_booked": 2}


async def test_a_meal_is_taken_back_once(database: object) -> None:
    cast = await enter()
    await hand_over(portion(cast, payment="cash"))
    [meal] = await meals.meals_for(cast.kitchen, *WHEN)
    codes = await at_once(
        *(meals.void_meal(meal.id, "按错", by=SUN, now=MORNING) for _ in range(4))
    )
    assert codes == {"done": 4}
    assert len(await rows("SELECT id FROM meal_void")) == 1
    assert await ledger.balance_of(f"cash:{cast.chaoyang}") == 0


async def test_a_shift_is_opened_and_closed_once(database: object) -> None:
    cast = await counted()
    point = cast.chaoyang
    opened = await at_once(
        *(dining.open_shift(point, *WHEN, by=SUN, now=MORNING) for _ in range(4))
    )
    closed = await at_once(
        *(dining.close_shift(point, *WHEN, 0, "", by=SUN, now=MORNING) for _ in "1234")
    )
    assert (opened, closed) == ({"done": 4}, {"done": 4})
    assert len(await rows("SELECT id FROM shift_close")) == 1


async def test_a_month_is_closed_once(database: object) -> None:
    cast = await enter()
    later = date(2026, 12, 1)
    codes = await at_once(
        *(
            settlement.close_month(
                cast.kitchen, "2026-11", today=later, by=CHEN, now=MORNING
            )
            for _ in range(3)
        )
    )
    assert codes == {"done": 3}
    assert len(await rows("SELECT id FROM month_close")) == 1


async def test_a_meal_waits_for_a_close_that_has_begun(database: object) -> None:
    cast = await counted()
    guest = Request(cast.chaoyang, *WHEN, None, "full", "cash")
    closing, seen = asyncio.Event(), asyncio.Event()

    async def close() -> None:
        async with writing():
            await hold_day(cast.kitchen, *WHEN)
            closing.set()
            await asyncio.wait([asyncio.create_task(seen.wait())], timeout=0.3)
            await insert(
                DayClose, kitchen=cast.kitchen, day=TODAY, meal="lunch", summary="{}",
                seal="", at=MORNING, by="陈经理",
            )  # fmt: skip

    async def serve() -> None:
        await closing.wait()
        await dining.serve("tap", guest, by=SUN, now=MORNING)
        seen.set()

    assert await at_once(close(), serve()) == {"done": 1, "day_closed": 1}
    assert await meals.meals_for(cast.kitchen, *WHEN) == []


async def test_a_proposer_under_a_new_name_is_still_the_proposer(
    database: object,
) -> None:
    cast = await enter()
    version = await subsidies.propose_version(
        kitchen_id=cast.kitchen, scheme="三元午餐", number="1", rules=FIVE_YUAN,
        announced_on=TODAY, valid_from=TODAY, valid_to=None, by=CHEN, now=MORNING,
    )  # fmt: skip
    renamed = replace(CHEN, name="陈主任")
    with pytest.raises(Refusal, match="own_proposal"):
        await subsidies.approve_version(version, by=renamed, now=MORNING)
    codes = await at_once(
        *(subsidies.approve_version(version, by=QIAN, now=MORNING) for _ in range(3))
    )
    assert codes == {"done": 3}
