"""Exceptions first: each kind is found, then settled by a word or by a case."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from kitchen import findings, ledger, meals, places, recoveries, registry, settlement
from kitchen.database import insert, writing
from kitchen.deliveries import report_exception
from kitchen.errors import Refusal
from kitchen.findings import Finding
from kitchen.loadings import LoadedLine, record_loading
from kitchen.people_tables import Category
from tests.kitchen.cast import CHEN, MORNING, QIAN, SUN, TODAY, Cast, enter
from tests.kitchen.signed import sign_days
from tests.kitchen.test_deliveries import (
    NOON,
    SAID_BY_QIAN,
    out_in_the_streets,
    round_of,
    stop_of,
)
from tests.kitchen.test_meal_prices import brought_to, hand_over
from tests.kitchen.test_meals import lunch_for

MONTH, DECEMBER = "2026-11", date(2026, 12, 1)
EVE = TODAY - timedelta(days=1)


async def found(cast: Cast) -> list[Finding]:
    """Its days are still open, which no word settles: see test_settlement."""
    every = await findings.findings(cast.kitchen, MONTH)
    return [one for one in every if one.kind != "day_open"]


async def second_meal(cast: Cast) -> str:
    await hand_over(lunch_for(cast, cast.li))
    await hand_over(replace(lunch_for(cast, cast.li), tariff="full"))
    return "李德福 × 2"


async def after_leaving(cast: Cast) -> str:
    await hand_over(lunch_for(cast, cast.li))
    await registry.set_state(
        cast.li, "deceased", EVE, None, "家属告知", by=CHEN, now=MORNING
    )
    return "李德福"


async def while_paused(cast: Cast) -> str:
    await hand_over(lunch_for(cast, cast.li))
    await registry.set_state(
        cast.li, "paused", EVE, TODAY, "住院", by=CHEN, now=MORNING
    )
    return "李德福"


async def expired(cast: Cast) -> str:
    await hand_over(lunch_for(cast, cast.li))
    async with writing():
        await insert(
            Category,
            elder=cast.li,
            code="low_income",
            valid_from=date(2026, 1, 1),
            valid_to=EVE,
            evidence_sealed="",
            at=MORNING,
            by="陈经理",
        )
    return "李德福"


async def beyond_booked(cast: Cast) -> str:
    """Nobody booked at 朝阳, five may walk in: six are too many."""
    for _ in range(6):
        await hand_over(replace(lunch_for(cast, None), tariff="full"))
    return "朝阳就餐点 6 > 0 + 5"


async def device_rate(cast: Cast) -> str:
    await places.change_point(cast.chaoyang, {"walk_in_cap": 99}, by=CHEN, now=MORNING)
    async with writing():
        guest = replace(lunch_for(cast, None), tariff="full", device="平板一")
        await meals.hand_over_all([guest] * 26, by=SUN, now=MORNING)
    return "朝阳就餐点 平板一 × 26"


async def counts_alike(cast: Cast) -> str:
    for back in (0, 1, 4):  # Tuesday, Monday, Friday
        day = TODAY - timedelta(days=back)
        await hand_over(replace(lunch_for(cast, cast.li), day=day))
    return "朝阳就餐点 1 × 3"


async def not_served(cast: Cast) -> str:
    """On a Sunday, where nobody cooks."""
    sunday = TODAY - timedelta(days=2)
    await hand_over(replace(lunch_for(cast, cast.li), day=sunday))
    await hand_over(replace(lunch_for(cast, None), day=sunday, tariff="full"))
    return "× 1"


KINDS: list[Callable[[Cast], Awaitable[str]]] = [
    second_meal,
    after_leaving,
    while_paused,
    expired,
    not_served,
    beyond_booked,
    device_rate,
    counts_alike,
]


@pytest.mark.parametrize("make", KINDS, ids=lambda make: str(make.__name__))
async def test_each_kind_is_found_and_stops_the_close_until_settled(
    database: object, make: Callable[[Cast], Awaitable[str]]
) -> None:
    cast = await enter()
    what = await make(cast)
    mine = [one for one in await found(cast) if one.kind == make.__name__]
    assert [one.what for one in mine] == [what]
    assert all(one.kind == make.__name__ for one in await found(cast))
    with pytest.raises(Refusal, match="findings_open"):
        await close(cast)
    with pytest.raises(Refusal, match="reason_missing"):
        await explain(cast, mine[0], " ")
    for _ in range(2):  # the first word stands
        await explain(cast, mine[0], "已核实")
    assert [one.note for one in await found(cast)] == ["已核实"]
    await close(cast)
    assert await settlement.replay(cast.kitchen, MONTH)


async def close(cast: Cast) -> None:
    await sign_days(cast.kitchen, MONTH, now=MORNING)
    await settlement.close_month(
        cast.kitchen, MONTH, today=DECEMBER, by=QIAN, now=MORNING
    )


async def explain(cast: Cast, one: Finding, note: str) -> None:
    await findings.explain(cast.kitchen, MONTH, one.key, note, by=QIAN, now=MORNING)


async def test_a_door_signed_before_its_round_was_loaded_is_found(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    stop = await stop_of(cast, plan, cast.wang)
    load = LoadedLine(None, "soft+low_salt", 1, 700)
    await record_loading(round_of(plan, stop), [load], by=CHEN, now=NOON)
    early = NOON - timedelta(minutes=5)
    await report_exception(stop, SAID_BY_QIAN, by=CHEN, now=early)
    assert [(f.kind, f.what) for f in await found(cast)] == [("signed_early", "王秀英")]
    with pytest.raises(Refusal, match="findings_open"):
        await close(cast)


async def test_an_ordinary_month_has_no_findings(database: object) -> None:
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    assert await found(cast) == []


async def test_tablets_of_one_make_at_two_points_are_two(database: object) -> None:
    """Without scripts a till tells nothing but its browser's name."""
    cast = await enter()
    for point in (cast.chaoyang, cast.xinhua):
        await places.change_point(point, {"walk_in_cap": 99}, by=CHEN, now=MORNING)
        guest = replace(lunch_for(cast, None), tariff="full", device="Mozilla/5.0")
        async with writing():
            here = replace(guest, point_id=point)
            await meals.hand_over_all([here] * 20, by=SUN, now=MORNING)
    assert await found(cast) == []


async def test_a_late_entry_carries_its_reason_already(database: object) -> None:
    cast = await enter()
    late = replace(lunch_for(cast, cast.li), source="paper", reason="断网")
    await hand_over(late)
    assert [(one.kind, one.note) for one in await found(cast)] == [
        ("late_entry", "断网")
    ]
    await close(cast)


async def test_a_sheet_back_from_the_doors_is_no_late_entry(database: object) -> None:
    cast = await enter()
    await hand_over(replace(brought_to(cast, cast.wang), source="paper"))
    assert await found(cast) == []


async def test_a_late_entry_without_a_reason_must_be_settled(database: object) -> None:
    cast = await enter()
    await hand_over(replace(lunch_for(cast, cast.li), source="paper"))
    with pytest.raises(Refusal, match="findings_open"):
        await close(cast)


async def test_a_case_recovers_money_and_bars_the_next_subsidy(
    database: object,
) -> None:
    cast = await enter()
    await second_meal(cast)
    one = (await found(cast))[0]
    case_id = await findings.make_case(
        cast.kitchen,
        MONTH,
        one.key,
        amount_fen=800,
        reason="代领",
        barred_from=TODAY,
        by=QIAN,
        now=MORNING,
    )
    await close(cast)  # a finding that became a case is settled
    next_day = replace(lunch_for(cast, cast.li), day=DECEMBER)
    with pytest.raises(Refusal) as no:
        await hand_over(next_day)
    assert no.value.code == "subsidy_barred"
    assert no.value.facts["number"] == case_id
    full = await hand_over(replace(next_day, tariff="full"))
    assert full.self_pay_fen == 1300
    await hand_over(replace(lunch_for(cast, cast.zhou), day=DECEMBER))
    noon = datetime.combine(DECEMBER, time(4), tzinfo=UTC)
    paying = {"kitchen_id": cast.kitchen, "day": DECEMBER, "by": QIAN, "now": noon}
    for _ in range(2):  # sent twice it is one payment
        await recoveries.repay(case_id, 300, act="repay-1", **paying)
    with pytest.raises(Refusal, match="more_than_owed"):
        await recoveries.repay(case_id, 501, **paying)
    (paid,) = await recoveries.repayments_for(cast.kitchen)
    back = {"kitchen_id": cast.kitchen, "today": DECEMBER, "by": QIAN, "now": noon}
    for _ in range(2):  # a mistake is mirrored once, and owed again
        await recoveries.undo_repayment(paid.id, "记错人", **back)
    assert (await recoveries.case_by_id(cast.kitchen, case_id)).open_fen == 800
    with pytest.raises(Refusal, match="payment_unknown"):
        await recoveries.undo_repayment(paid.id + 1, "记错人", **back)
    with pytest.raises(Refusal, match="reason_missing"):
        await recoveries.undo_repayment(paid.id, " ", **back)
    await recoveries.repay(case_id, 300, **paying)
    await recoveries.repay(case_id, 500, **paying)
    case = await recoveries.case_by_id(cast.kitchen, case_id)
    assert (case.repaid_fen, case.open_fen) == (800, 0)
    assert await ledger.unbalanced() == []
    assert case.bar_id is not None
    for _ in range(2):
        await recoveries.lift_bar(case.bar_id, "已还清", **paying)
    assert (await hand_over(next_day)).self_pay_fen == 500


async def test_a_barred_provider_gets_no_subsidy_for_anybody(database: object) -> None:
    cast = await enter()
    await beyond_booked(cast)
    one = (await found(cast))[0]
    case = {
        "amount_fen": 800,
        "reason": "虚报",
        "barred_from": TODAY,
        "by": QIAN,
        "now": MORNING,
    }
    with pytest.raises(Refusal, match="finding_names_nobody"):
        await findings.make_case(cast.kitchen, MONTH, one.key, **case)
    await findings.make_case(cast.kitchen, MONTH, one.key, provider=True, **case)
    with pytest.raises(Refusal, match="provider_barred"):
        await hand_over(lunch_for(cast, cast.li))


@pytest.mark.parametrize("key", ["", "second_meal|2026-11-24|99", "'; DROP TABLE meal"])
async def test_a_finding_that_is_not_there_cannot_be_settled(
    database: object, key: str
) -> None:
    cast = await enter()
    await second_meal(cast)
    with pytest.raises(Refusal, match="finding_unknown"):
        await explain(cast, Finding("second_meal", TODAY, "", key), "好")
