"""A sample of every dish, long enough, and cleared when its time is over."""

from datetime import UTC, datetime, timedelta

import pytest

from kitchen import places, production, samples
from kitchen.errors import Refusal
from kitchen.production_records import voids_between
from kitchen.samples import in_the_fridge, samples_for, take_out, without_sample
from tests.kitchen.cast import CHEN, TODAY, Cast, enter
from tests.kitchen.test_production import NOON, batch, cooking

DUE = NOON + timedelta(hours=48)


async def kept(cast: Cast, dish: int, **given: object) -> int:
    values: dict[str, object] = {"fridge": "1 号", "put_in_at": NOON, **given}
    return await production.record_sample(
        *(cast.kitchen, TODAY, "lunch", dish, 130), by=CHEN, now=NOON, **values
    )


async def test_a_sample_has_a_label_a_fridge_and_a_time(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    await kept(cast, ids["白米饭"])
    await kept(cast, ids["清炒菠菜"], put_in_at=None)
    first, second = await samples_for(cast.kitchen, TODAY, "lunch")
    assert (first.label, second.label) == ("1124-L-01", "1124-L-02")
    assert (first.fridge, first.in_at, first.keep_until) == ("1 号", NOON, DUE)
    assert second.in_at == NOON


async def test_a_dish_without_enough_of_a_sample_is_named(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    for name in ("白米饭", "清炒菠菜"):
        await batch(cast, ids[name])
    await kept(cast, ids["白米饭"])
    place = (cast.kitchen, TODAY, "lunch")
    cooked = await production.cooked_for(*place)
    assert without_sample(cooked, await samples_for(*place), 125) == ["清炒菠菜"]
    assert without_sample(cooked, await samples_for(*place), 131) == [
        "白米饭",
        "清炒菠菜",
    ]


async def test_a_sample_stays_until_its_time_is_over(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    rice = await kept(cast, ids["白米饭"])
    early = DUE - timedelta(minutes=1)
    with pytest.raises(Refusal, match="sample_too_young"):
        await take_out(cast.kitchen, [rice], early, by=CHEN, now=early)
    (standing,) = await in_the_fridge(cast.kitchen)
    assert standing.is_due(DUE)
    assert not standing.is_overdue(DUE)
    assert standing.is_overdue(DUE + timedelta(hours=24))
    assert await take_out(cast.kitchen, [rice], DUE, by=CHEN, now=DUE) == 1
    assert await take_out(cast.kitchen, [rice], DUE, by=CHEN, now=DUE) == 0
    assert await in_the_fridge(cast.kitchen) == []
    (gone,) = await samples_for(cast.kitchen, TODAY, "lunch")
    assert (gone.out_at, gone.out_by, gone.fate) == (DUE, "陈经理", "discarded")


async def test_an_inspector_may_take_a_sample_at_any_time(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    rice = await kept(cast, ids["白米饭"])
    await take_out(cast.kitchen, [rice], NOON, "handed_over", by=CHEN, now=NOON)
    assert await in_the_fridge(cast.kitchen) == []


@pytest.mark.parametrize("wrong", [[], [99_999]])
async def test_unknown_samples_are_refused(database: object, wrong: list[int]) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="sample_unknown"):
        await take_out(cast.kitchen, wrong, DUE, by=CHEN, now=DUE)


async def test_a_neighbours_sample_is_not_there(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    rice = await kept(cast, ids["白米饭"])
    other = await places.add_kitchen(
        name="西山厨房", area_id=cast.street, by=CHEN, now=NOON
    )
    with pytest.raises(Refusal, match="sample_unknown"):
        await take_out(other, [rice], DUE, by=CHEN, now=DUE)


async def test_a_sample_entered_later_says_so(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    await samples.record_sample(
        *(cast.kitchen, TODAY, "lunch", ids["白米饭"], 130),
        put_in_at=NOON,
        by=CHEN,
        now=NOON + timedelta(hours=1),
    )
    (late,) = await samples_for(cast.kitchen, TODAY, "lunch")
    assert late.is_late


async def test_what_was_taken_back_is_in_the_records(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    rice = await kept(cast, ids["白米饭"])
    await production.void_production("sample", rice, "称错了", by=CHEN, now=NOON)
    (void,) = await voids_between(cast.kitchen, TODAY, TODAY)
    assert (void.kind, void.row_id, void.reason) == ("sample", rice, "称错了")
    assert await voids_between(cast.kitchen + 1, TODAY, TODAY) == []
    assert await voids_between(cast.kitchen, TODAY + timedelta(days=1), TODAY) == []


LATER = datetime(2026, 11, 24, 2, 6, tzinfo=UTC)


async def test_a_time_still_to_come_is_refused(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    with pytest.raises(Refusal, match="cooked_in_future"):
        await kept(cast, ids["白米饭"], put_in_at=LATER)
