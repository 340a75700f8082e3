"""Records of food safety are only ever added to, and a late one says so."""

from datetime import timedelta
from typing import Any

import pytest

from kitchen import certificates, goods, hands, production, samples
from kitchen.database import rows, writing
from kitchen.goods import NewLot
from tests.afternoon import afternoon
from tests.kitchen.cast import CHEN, MORNING, TODAY, enter
from tests.kitchen.test_production import NOON, batch, cooking
from tests.remembered import remembered
from tests.test_a_day import WHEN, at

RECORDS = (
    *("batch", "batch_place", "holding", "sample", "sample_out", "packed"),
    *("production_void", "trip_temperature", "loading", "receipt", "waste"),
    *("lot", "lot_use", "recall", "leftover"),
    *("certificate", "certificate_void", "morning_check", "duty", "duty_end"),
)


async def test_no_record_of_food_is_ever_changed_or_deleted(database: object) -> None:
    seen = await remembered(afternoon)
    kitchen = seen.cast.kitchen
    await production.record_places(seen.pot, [("round", 1)], by=CHEN, now=at(4))
    kept = await samples.samples_for(kitchen, *WHEN)
    later = at(51)
    await samples.take_out(kitchen, [kept[0].id], later, by=CHEN, now=later)
    await production.void_production("sample", kept[1].id, "洒了", by=CHEN, now=at(5))
    posted = next(h for h in await hands.hands_for(kitchen, *WHEN) if h.duties)
    doer: Any = {"by": CHEN, "now": at(5)}
    await hands.end_duty(kitchen, posted.duties[0].id, "", **doer)
    paper = posted.certificates[0].id
    await certificates.void_certificate(kitchen, paper, "看错了", **doer)
    for table in RECORDS:
        assert await rows(f"SELECT id FROM {table}"), f"nothing to try in {table}"
        for act in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="append_only"):
                async with writing():
                    await rows(act)


@pytest.mark.parametrize(("minutes", "late"), [(30, False), (31, True)])
async def test_what_is_entered_more_than_half_an_hour_later_says_so(
    sqlite_database: object, minutes: int, late: bool
) -> None:
    cast = await enter()
    ids = await cooking(cast)
    doer: Any = {"by": CHEN, "now": NOON + timedelta(minutes=minutes)}
    rice = await batch(cast, ids["白米饭"], cooked_off_at=NOON, **doer)
    await production.record_holding(rice, 655, NOON, **doer)
    sample = (cast.kitchen, *WHEN, ids["白米饭"], 130)
    await production.record_sample(*sample, put_in_at=NOON, **doer)
    spinach = await goods.ingredient_named("菠菜")
    lot = NewLot(spinach, "老王", "1", 3000)
    await goods.receive_lot(cast.kitchen, lot, NOON, **doer)
    hand = await hands.add_hand(cast.kitchen, "孙师傅", "主厨", by=CHEN, now=MORNING)
    check = (cast.kitchen, hand, TODAY, (), 366, "", NOON)
    await hands.record_check(*check, **doer)
    (pot,) = await production.cooked_for(cast.kitchen, *WHEN)
    (kept,) = await samples.samples_for(cast.kitchen, *WHEN)
    (arrived,) = await goods.lots_between(cast.kitchen, TODAY, TODAY)
    (looked,) = await hands.checks_between(cast.kitchen, TODAY, TODAY)
    for record in (pot, pot.holdings[0], kept, arrived, looked):
        assert record.is_late is late, record
