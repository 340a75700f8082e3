"""After the month: claims, corrections in a later month, payments and their age."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kitchen import claims, costs, ledger, settlement
from kitchen.database import rows, writing
from kitchen.errors import Refusal
from tests.kitchen.cast import MORNING, QIAN, Cast, enter
from tests.kitchen.signed import sign_days
from tests.kitchen.test_meal_prices import brought_to, shipped
from tests.kitchen.test_meals import hand_over, lunch_for

DECEMBER = date(2026, 12, 3)
LATER = MORNING + timedelta(days=9)  # 12-03
DISTRICT = "funder:district"


async def closed_november() -> Cast:
    """李爷爷 and 周爷爷 ate; each lunch is 13 yuan, 8 of them the district's."""
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    await hand_over(replace(lunch_for(cast, cast.zhou), point_id=cast.xinhua))
    await close(cast, "2026-11", DECEMBER)
    return cast


async def close(cast: Cast, month: str, today: date) -> None:
    await sign_days(cast.kitchen, month, now=LATER)
    await settlement.close_month(cast.kitchen, month, today=today, by=QIAN, now=LATER)


async def correct(cast: Cast, **other: object) -> None:
    line = {
        "payer": DISTRICT,
        "place": f"point:{cast.chaoyang}",
        "community_id": cast.community,
        "meals": -1,
        "fen": -300,
        "reason": "李德福那餐应补 5 元",
        "today": DECEMBER,
        "by": QIAN,
        "now": LATER,
    }
    await settlement.correct(cast.kitchen, "2026-11", **{**line, **other})


async def pay(cast: Cast, fen: int, **other: object) -> None:
    told = {
        "paid_on": DECEMBER,
        "reference": "国库 001",
        "today": DECEMBER,
        "by": QIAN,
        "now": LATER,
    }
    await claims.record_payment(
        cast.kitchen,
        "2026-11",
        DISTRICT,
        fen,
        **{**told, **other},
    )


async def test_a_claim_adds_up_by_point_and_community(database: object) -> None:
    cast = await closed_november()
    (pack,) = await claims.packs_for(cast.kitchen, "2026-11")
    assert (pack.payer, pack.meals, pack.fen, pack.closed) == (DISTRICT, 2, 1600, True)
    assert {(line.place, line.community_id, line.fen) for line in pack.lines} == {
        (f"point:{cast.chaoyang}", cast.community, 800),
        (f"point:{cast.xinhua}", cast.community, 800),
    }
    assert pack.fen == await ledger.balance_of(DISTRICT)
    stored = await settlement.closed_month(cast.kitchen, "2026-11")
    assert stored is not None
    assert pack.report_digest == stored.digest
    again = await claims.pack_of(cast.kitchen, "2026-11", DISTRICT)
    assert again.digest == pack.digest
    people = await claims.claimants(cast.kitchen, "2026-11", DISTRICT)
    assert [(p.name, p.meals, p.fen) for p in people] == [
        ("李德福", 1, 800),
        ("周建国", 1, 800),
    ]
    with pytest.raises(Refusal, match="claim_unknown"):
        await claims.pack_of(cast.kitchen, "2026-11", "funder:moon")


async def test_each_point_and_each_community_has_a_pack_and_they_add_up(
    database: object,
) -> None:
    cast = await closed_november()
    (whole,) = await claims.packs_for(cast.kitchen, "2026-11")
    community = f"community:{cast.community}"
    points = (f"point:{cast.chaoyang}", f"point:{cast.xinhua}")
    assert whole.parts == (*points, community)
    parts = [
        await claims.pack_of(cast.kitchen, "2026-11", DISTRICT, only) for only in points
    ]
    assert [part.fen for part in parts] == [800, 800]
    assert len({whole.digest, *(part.digest for part in parts)}) == 3
    own = await claims.pack_of(cast.kitchen, "2026-11", DISTRICT, community)
    assert (own.fen, own.meals) == (whole.fen, whole.meals)
    assert own.digest != whole.digest, "the hash says what it is about"
    people = await claims.claimants(cast.kitchen, "2026-11", DISTRICT, points[1])
    assert [one.name for one in people] == ["周建国"]
    with pytest.raises(Refusal, match="claim_unknown"):
        await claims.pack_of(cast.kitchen, "2026-11", DISTRICT, "community:99")


async def test_another_figure_is_another_hash(database: object) -> None:
    cast = await closed_november()
    before = await claims.pack_of(cast.kitchen, "2026-11", DISTRICT)
    async with writing():
        await rows("UPDATE dining_point SET name = {}", "改名点")
    same = await claims.pack_of(cast.kitchen, "2026-11", DISTRICT)
    assert same.digest == before.digest, "a name is not a figure"
    await correct(cast)
    december = await claims.pack_of(cast.kitchen, "2026-12", DISTRICT)
    assert (december.fen, december.meals) == (-300, 0)
    assert december.digest != before.digest


async def test_a_correction_stands_in_a_later_month_and_the_past_stays(
    database: object,
) -> None:
    cast = await closed_november()
    for _ in range(2):  # sent twice: one line
        await correct(cast, act="act-1")
    assert await settlement.replay(cast.kitchen, "2026-11")
    december = await settlement.month_for(cast.kitchen, "2026-12")
    (line,) = december.corrections
    assert (line.of_month, line.fen, line.reason) == (
        "2026-11",
        -300,
        "李德福那餐应补 5 元",
    )
    assert december.claimed_fen == -300
    assert await ledger.balance_of(DISTRICT) == 1600 - 300
    await close(cast, "2026-12", date(2027, 1, 2))
    assert await settlement.replay(cast.kitchen, "2026-12")
    stored = await settlement.closed_month(cast.kitchen, "2026-12")
    assert stored is not None
    assert stored.report.corrections == december.corrections


async def test_a_month_without_corrections_keeps_the_bytes_it_had(
    database: object,
) -> None:
    cast = await closed_november()
    month = await settlement.month_for(cast.kitchen, "2026-11")
    assert "corrections" not in month.as_text()
    assert settlement.Month.from_text(month.as_text()) == month


WRONG_CORRECTIONS = [
    ({"fen": 0}, "correction_of_nothing"),
    ({"reason": "  "}, "reason_missing"),
    ({"payer": "funder:moon"}, "correction_line_unknown"),
    ({"payer": "self:cash"}, "correction_line_unknown"),  # nobody claims it
    ({"place": "point:999"}, "correction_line_unknown"),
    ({"community_id": None}, "correction_line_unknown"),
    ({"fen": -801}, "corrected_below_zero"),  # the line was 800
    ({"today": date(2026, 11, 30)}, "month_closed"),  # not into the past itself
]


@pytest.mark.parametrize(("other", "code"), WRONG_CORRECTIONS)
async def test_a_wrong_correction_is_refused(
    database: object, other: dict[str, object], code: str
) -> None:
    cast = await closed_november()
    with pytest.raises(Refusal, match=code):
        await correct(cast, **other)
    assert await rows("SELECT id FROM correction") == []


async def test_an_open_month_is_not_corrected_but_kept_right(database: object) -> None:
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    with pytest.raises(Refusal, match="month_open"):
        await correct(cast)


async def test_a_claim_is_paid_in_parts_and_a_mistake_taken_back(
    database: object,
) -> None:
    cast = await closed_november()
    for _ in range(2):  # one form sent twice
        await pay(cast, 1000, act="act-9")
    (claim,) = await claims.open_claims(cast.kitchen, DECEMBER)
    assert (claim.claimed_fen, claim.paid_fen, claim.open_fen) == (1600, 1000, 600)
    with pytest.raises(Refusal, match="claim_overpaid"):
        await pay(cast, 601)
    (paid,) = await claims.payments_for(cast.kitchen)
    for _ in range(2):
        await claims.undo_payment(
            cast.kitchen, paid.id, "记错月份", today=DECEMBER, by=QIAN, now=LATER
        )
    (claim,) = await claims.open_claims(cast.kitchen, DECEMBER)
    assert claim.open_fen == 1600
    assert await ledger.balance_of(f"bank:{cast.kitchen}") == 0
    assert (await claims.payments_for(cast.kitchen))[0].undone


WRONG_PAYMENTS = [
    (0, {}, "amount_not_positive"),
    (-1, {}, "amount_not_positive"),
    (1601, {}, "claim_overpaid"),
    (100, {"paid_on": date(2026, 12, 4)}, "paid_in_the_future"),
]


@pytest.mark.parametrize(("fen", "other", "code"), WRONG_PAYMENTS)
async def test_a_wrong_payment_is_refused(
    database: object, fen: int, other: dict[str, object], code: str
) -> None:
    cast = await closed_november()
    with pytest.raises(Refusal, match=code):
        await pay(cast, fen, **other)
    with pytest.raises(Refusal, match="payment_unknown"):
        await claims.undo_payment(
            cast.kitchen, 99, "x", today=DECEMBER, by=QIAN, now=LATER
        )


@pytest.mark.parametrize(
    ("days", "bucket"), [(0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3)]
)
async def test_a_claim_grows_old_from_the_day_of_its_closing(
    database: object, days: int, bucket: int
) -> None:
    cast = await closed_november()
    claims_now = await claims.open_claims(cast.kitchen, DECEMBER + timedelta(days=days))
    assert [(one.age_days, one.bucket) for one in claims_now] == [(days, bucket)]
    owed = [0, 0, 0, 0]
    owed[bucket] = 1600
    assert claims.ageing(claims_now) == {DISTRICT: owed}


async def test_cost_per_meal_by_point_and_way_equals_the_meals(
    database: object,
) -> None:
    cast = await enter()
    await shipped(cast, "by_meal")
    await hand_over(lunch_for(cast, cast.li))
    await hand_over(brought_to(cast, cast.wang))
    found = await costs.costs_for(cast.kitchen, "2026-11")
    month = await settlement.month_for(cast.kitchen, "2026-11")
    assert [(one.place, one.channel, one.meals) for one in found] == [
        ("doors", "door", 1),
        (f"point:{cast.chaoyang}", "table", 1),
    ]
    price = sum(one.self_fen + one.subsidy_fen + one.discount_fen for one in found)
    assert price == month.list_price_fen
    assert found[0].delivery_fen == 300
    assert found[0].per_meal(found[0].total_fen) == 1300 + 300
    assert costs.MealCost("doors", "door", 3, 100, 0, 0, 0, 0).per_meal(100) == 33
    assert await costs.goods_for(cast.kitchen, "2026-11") == 0
