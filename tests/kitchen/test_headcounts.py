"""The count: expectation, close, and what may still happen after it."""

import pytest

from kitchen import headcounts, plans, registry
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from tests.kitchen.cast import CHEN, MORNING, TODAY, enter


async def close(kitchen: int, *spares: SpareFacts) -> None:
    await headcounts.close_headcount(
        kitchen, TODAY, "lunch", spares=spares, by=CHEN, now=MORNING
    )


async def test_everyone_with_a_plan_is_expected(database: object) -> None:
    cast = await enter()
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    assert {eater.elder_id for eater in eaters} == {
        cast.wang,
        cast.li,
        cast.zhao,
        cast.zhou,
    }


async def test_a_paused_elder_is_not_expected_and_returns_by_herself(
    database: object,
) -> None:
    cast = await enter()
    await registry.set_state(
        cast.wang, "paused", TODAY, TODAY, "住院", by=CHEN, now=MORNING
    )
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    assert cast.wang not in {eater.elder_id for eater in eaters}
    tomorrow = TODAY.replace(day=25)
    eaters = await headcounts.eaters_for(cast.kitchen, tomorrow, "lunch")
    assert cast.wang in {eater.elder_id for eater in eaters}


async def test_closing_freezes_what_later_plan_changes_cannot_touch(
    database: object,
) -> None:
    cast = await enter()
    await close(cast.kitchen)
    with pytest.raises(Refusal, match="headcount_closed"):
        await plans.add_exception(
            elder_id=cast.li,
            meal="lunch",
            kind="skip",
            from_day=TODAY,
            to_day=TODAY,
            reason="女儿来接",
            by=CHEN,
            now=MORNING,
        )
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    assert len(eaters) == 4
    assert all(eater.diner_id for eater in eaters)


async def test_closing_twice_is_harmless(database: object) -> None:
    cast = await enter()
    await close(cast.kitchen)
    first = await headcounts.closed(cast.kitchen, TODAY, "lunch")
    await close(cast.kitchen)
    assert await headcounts.closed(cast.kitchen, TODAY, "lunch") == first


async def test_a_late_cancellation_stays_visible_as_cooked_for(
    database: object,
) -> None:
    cast = await enter()
    await close(cast.kitchen)
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    li = next(eater for eater in eaters if eater.elder_id == cast.li)
    await headcounts.cancel_late(
        li.diner_id, reason="女儿来接", source="telephone", by=CHEN, now=MORNING
    )
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    assert cast.li not in {eater.elder_id for eater in eaters}
    gone = await headcounts.cancelled_for(cast.kitchen, TODAY, "lunch")
    assert [eater.elder_id for eater in gone] == [cast.li]


async def test_a_cancelled_elder_can_be_added_again(database: object) -> None:
    cast = await enter()
    await close(cast.kitchen)
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    li = next(eater for eater in eaters if eater.elder_id == cast.li)
    for _ in range(2):
        await headcounts.cancel_late(
            li.diner_id, reason="不来", source="telephone", by=CHEN, now=MORNING
        )
    await headcounts.add_late(
        cast.li,
        TODAY,
        "lunch",
        way="dine_in",
        point_id=cast.chaoyang,
        reason="又来了",
        source="telephone",
        by=CHEN,
        now=MORNING,
    )
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    assert [e.change for e in eaters if e.elder_id == cast.li] == ["added"]


async def test_a_double_booking_is_refused_and_explained(database: object) -> None:
    cast = await enter()
    with pytest.raises(Refusal) as no:
        await plans.add_exception(
            elder_id=cast.li,
            meal="lunch",
            kind="book",
            from_day=TODAY,
            to_day=TODAY,
            way="dine_in",
            reason="",
            by=CHEN,
            now=MORNING,
        )
    assert no.value.code == "already_booked"
    assert no.value.facts["name"] == "李德福"


async def test_spares_stay_named(database: object) -> None:
    cast = await enter()
    await close(cast.kitchen, SpareFacts(0, cast.chaoyang, "walk_in", "regular", 3))
    spares = await headcounts.spares_for(cast.kitchen, TODAY, "lunch")
    assert [(s.point_id, s.kind, s.portions) for s in spares] == [
        (cast.chaoyang, "walk_in", 3)
    ]
