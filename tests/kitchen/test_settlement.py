"""The month: by payer and point, closed once, replayed to the same bytes."""

from dataclasses import replace
from datetime import date

import pytest

from kitchen import (
    day_close,
    findings,
    headcounts,
    ledger,
    meals,
    places,
    settlement,
)
from kitchen.database import rows, writing
from kitchen.errors import Refusal
from kitchen.places import ServiceFacts
from tests.kitchen.cast import CHEN, MORNING, QIAN, SUN, TODAY, Cast, enter
from tests.kitchen.signed import sign_days
from tests.kitchen.test_meal_prices import (
    ONCE_A_DAY,
    brought_to,
    rule_by,
    shipped,
)
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
    await sign_days(cast.kitchen, "2026-11", now=MORNING)
    for _ in range(2):  # twice is harmless
        await settlement.close_month(
            cast.kitchen, "2026-11", today=DECEMBER, by=QIAN, now=MORNING
        )
    assert len(await rows("SELECT id FROM month_close")) == 1
    assert await settlement.replay(cast.kitchen, "2026-11")
    with pytest.raises(Refusal, match="month_closed"):
        await hand_over(replace(lunch_for(cast, cast.zhou), day=date(2026, 11, 23)))
    (eaten,) = await rows("SELECT id FROM meal WHERE elder = {}", cast.li)
    with pytest.raises(Refusal, match="day_closed"):
        await meals.void_meal(eaten["id"], "按错人", by=SUN, now=MORNING)
    async with writing():
        await rows("UPDATE elder SET name = {} WHERE id = {}", "李改名", cast.li)
        await rows("UPDATE dining_point SET name = {}", "改名点")
    dearer = ServiceFacts("lunch", 1500, 0, 540, 615, 630, 660, 750)
    await places.set_service(cast.kitchen, dearer, by=CHEN, now=MORNING)
    await rule_by(cast, ONCE_A_DAY)
    assert await settlement.replay(cast.kitchen, "2026-11")


async def test_a_payment_of_a_settled_month_is_mirrored_today(database: object) -> None:
    cast = await november()
    paid = {"kitchen_id": cast.kitchen, "point_id": None, "by": QIAN, "now": MORNING}
    first = await ledger.top_up(cast.li, 10_000, day=TODAY, **paid)
    second = await ledger.top_up(cast.zhou, 500, day=TODAY, **paid)
    when = {"today": DECEMBER, "by": QIAN, "now": MORNING}
    await ledger.take_back(second, cast.zhou, "多收", **when)  # its month is open
    await sign_days(cast.kitchen, "2026-11", now=MORNING)
    await settlement.close_month(
        cast.kitchen, "2026-11", today=DECEMBER, by=QIAN, now=MORNING
    )
    await ledger.take_back(first, cast.li, "多打了一个零", **when)
    days = await rows("SELECT day FROM entry WHERE kind = 'reversal' ORDER BY id DESC")
    assert [row["day"] for row in days][:2] == [DECEMBER, TODAY]
    assert await ledger.credit_of(cast.li) == 0
    assert await settlement.replay(cast.kitchen, "2026-11")


async def test_a_day_of_guests_alone_is_counted_and_closed_before_its_month(
    database: object,
) -> None:
    cast = await enter()
    saturday = (cast.kitchen, date(2026, 11, 21), "lunch")
    count = {"by": CHEN, "now": MORNING}
    with pytest.raises(Refusal, match="nobody_eats"):
        await headcounts.close_headcount(*saturday, **count)
    guest = replace(lunch_for(cast, None), tariff="full", day=saturday[1])
    await hand_over(guest)
    closing = {"today": DECEMBER, "by": QIAN, "now": MORNING}
    with pytest.raises(Refusal, match="days_open"):
        await settlement.close_month(cast.kitchen, "2026-11", **closing)
    with pytest.raises(Refusal, match="headcount_open"):
        await day_close.close_day(*saturday, **count)
    await headcounts.close_headcount(*saturday, **count)
    balance = await day_close.balance_for(*saturday)
    assert balance.total("handed_over") == 1
    for one in balance.differences:
        await day_close.note_difference(*saturday, one.key, "散客", **count)
    await day_close.close_day(*saturday, **count)
    await settlement.close_month(cast.kitchen, "2026-11", **closing)


async def test_a_second_meal_is_a_finding(database: object) -> None:
    cast = await november()
    await hand_over(replace(lunch_for(cast, cast.li), tariff="full"))
    found = await findings.findings(cast.kitchen, "2026-11")
    assert [(f.kind, f.what) for f in found] == [
        ("day_open", "lunch"),
        ("second_meal", "李德福 × 2"),
    ]


@pytest.mark.parametrize("month", ["2026-13", "11-2026", "", "十一月"])
async def test_an_unreadable_month_is_refused(database: object, month: str) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="month_unreadable"):
        await settlement.close_month(
            cast.kitchen, month, today=DECEMBER, by=CHEN, now=MORNING
        )


async def test_the_month_equals_a_recount_from_the_books(database: object) -> None:
    """The settlement reads meals; this reads postings, and shares no code with it."""
    cast = await november()
    await shipped(cast, "by_meal")  # another scheme in the middle of the month
    await hand_over(lunch_for(cast, cast.zhou))
    await hand_over(brought_to(cast, cast.wang))
    guest = replace(lunch_for(cast, None), tariff="full")
    voided = await hand_over(guest)
    await hand_over(guest)
    await meals.void_meal(voided.meal_id, "按错", by=SUN, now=MORNING)
    books = {
        row["code"]: int(row["fen"])
        for row in await rows(
            "SELECT a.code AS code, SUM(p.fen) AS fen FROM posting p"
            " JOIN entry e ON e.id = p.entry JOIN account a ON a.id = p.account"
            " WHERE e.kitchen = {} AND e.day >= {} AND e.day <= {}"
            " GROUP BY a.code",
            cast.kitchen,
            date(2026, 11, 1),
            date(2026, 11, 30),
        )
    }
    month = await settlement.recompute(cast.kitchen, "2026-11")
    assert month.list_price_fen == -books[f"kitchen:{cast.kitchen}"] == 4 * 1300
    owed: dict[str, int] = {}
    for share in month.shares:
        owed[share.payer] = owed.get(share.payer, 0) + share.fen
    delivered = owed["delivery:self:later"]
    assert delivered == -books[f"delivery:{cast.kitchen}"] == 300
    assert owed["funder:district"] == books["funder:district"]
    cash = sum(fen for code, fen in books.items() if code.startswith("cash:"))
    assert owed["self:cash"] == cash
    assert owed["self:later"] + delivered == books[f"elder:{cast.wang}"]
    claims = await settlement.claims(cast.kitchen, "2026-11")
    assert {one.community_id for one in claims} == {cast.community}
    assert sum(one.fen for one in claims) == books["funder:district"]


async def test_a_claim_keeps_the_community_of_its_day(database: object) -> None:
    cast = await november()
    before = await settlement.claims(cast.kitchen, "2026-11")
    async with writing():
        await rows("UPDATE elder SET hukou_area = {}", cast.street)
    assert await settlement.claims(cast.kitchen, "2026-11") == before
    assert [(one.payer, one.meals, one.fen) for one in before] == [
        ("funder:district", 1, 800)
    ]
