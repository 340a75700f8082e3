"""The kitchen cannot cook: nobody is expected, everybody is called, nothing is lost."""

from typing import Any

import pytest

from kitchen import closures, day_close, dining, food, headcounts, menus
from kitchen.closures import close_meal, resume_meal
from kitchen.database import rows
from kitchen.dining import Request
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from kitchen.kitchen_day import kitchen_day
from kitchen.plans import ClosureFacts
from tests.kitchen.cast import CHEN, MORNING, SUN, TODAY, Cast, enter
from tests.test_a_day import (
    at,
    hire_drivers,
    place_the_lane,
    plan_the_menu,
    plan_the_rounds,
    publish,
)

WHEN = (TODAY, "lunch")
BY: dict[str, Any] = {"by": CHEN, "now": at(1)}
STOP: dict[str, Any] = {"kind": "cancelled", "reason": "停气", **BY}


@pytest.fixture
async def cast(database: object) -> Cast:
    cast = await enter()
    await plan_the_menu(cast)
    return cast


async def close_count(cast: Cast) -> None:
    spare = SpareFacts(0, cast.chaoyang, "walk_in", "regular", 1)
    await headcounts.close_headcount(
        cast.kitchen, *WHEN, spares=[spare], by=CHEN, now=MORNING
    )


async def eating(cast: Cast) -> set[str]:
    return {e.name for e in await headcounts.eaters_for(cast.kitchen, *WHEN)}


async def last(cast: Cast) -> ClosureFacts:
    closure = await closures.last_closure(cast.kitchen, *WHEN)
    assert closure is not None
    return closure


async def called(cast: Cast) -> dict[str, bool]:
    calls = await closures.calls_for(cast.kitchen, await last(cast))
    return {call.eater.name: call.is_told for call in calls}


async def undecided(cast: Cast) -> dict[str, int]:
    """Whose dishes nobody has decided about, and how many."""
    today = await kitchen_day(cast.kitchen, *WHEN)
    return {one.eater.name: len(one.dishes) for one in today.waiting if one.dishes}


EVERYBODY = {"王秀英", "李德福", "赵秀兰", "周建国"}


@pytest.mark.parametrize("is_counted", [False, True])
async def test_who_is_not_cooked_for_is_called_and_called_again(
    cast: Cast, is_counted: bool
) -> None:
    if is_counted:
        await close_count(cast)
    closure = await close_meal(cast.kitchen, *WHEN, **STOP)
    assert await eating(cast) == set()
    assert await headcounts.spares_for(cast.kitchen, *WHEN) == []
    assert await called(cast) == dict.fromkeys(EVERYBODY, False)
    for elder, outcome in ((cast.wang, "told"), (cast.li, "not_reached")):
        await closures.record_call(closure, elder, outcome, **BY)
    assert await called(cast) == dict.fromkeys(EVERYBODY, False) | {"王秀英": True}

    await resume_meal(cast.kitchen, *WHEN, **BY)
    assert await eating(cast) == EVERYBODY
    assert len(await headcounts.spares_for(cast.kitchen, *WHEN)) == is_counted
    assert await called(cast) == {"王秀英": False}  # who believes there is no lunch
    await closures.record_call(closure, cast.wang, "told_again", **BY)
    assert await called(cast) == {"王秀英": True}
    await resume_meal(cast.kitchen, *WHEN, **BY)  # twice is harmless
    again = await close_meal(cast.kitchen, *WHEN, **STOP)
    assert (again, await eating(cast)) == ((await last(cast)).id, set())


async def test_who_had_cancelled_before_is_neither_called_nor_brought_back(
    cast: Cast,
) -> None:
    await close_count(cast)
    eaters = await headcounts.eaters_for(cast.kitchen, *WHEN)
    li = next(eater for eater in eaters if eater.elder_id == cast.li)
    await headcounts.cancel_late(
        li.diner_id, reason="女儿来接", source="telephone", **BY
    )
    await close_meal(cast.kitchen, *WHEN, **STOP)
    assert set(await called(cast)) == EVERYBODY - {"李德福"}
    await resume_meal(cast.kitchen, *WHEN, **BY)
    assert await eating(cast) == EVERYBODY - {"李德福"}


async def test_nobody_is_added_to_a_meal_that_is_not_cooked(cast: Cast) -> None:
    await close_count(cast)
    await close_meal(cast.kitchen, *WHEN, **STOP)
    spare = SpareFacts(0, None, "spare", "regular", 1)
    late: dict[str, Any] = {"reason": "来电", "source": "telephone", **BY}
    for act in (
        lambda: headcounts.set_spares(cast.kitchen, *WHEN, [spare], **BY),
        lambda: headcounts.add_late(
            cast.li, *WHEN, way="dine_in", point_id=cast.chaoyang, **late
        ),
        lambda: close_meal(cast.kitchen, *WHEN, **STOP),
    ):
        with pytest.raises(Refusal) as refused:
            await act()
        assert refused.value.code in ("meal_stopped", "meal_already_closed")


async def test_a_late_move_waits_for_nobody_at_a_stopped_meal(cast: Cast) -> None:
    """And after the resumption nobody looks like somebody new."""
    await close_count(cast)
    eaters = await headcounts.eaters_for(cast.kitchen, *WHEN)
    li = next(eater for eater in eaters if eater.elder_id == cast.li)
    late: dict[str, Any] = {"reason": "来电", "source": "telephone", **BY}
    await headcounts.move_late(li.diner_id, "collect", cast.xinhua, **late)
    await close_meal(cast.kitchen, *WHEN, **STOP)
    with pytest.raises(Refusal) as moved:
        await headcounts.move_late(li.diner_id, "collect", cast.xinhua, **late)
    with pytest.raises(Refusal) as doubled:
        await headcounts.change_portions(li.diner_id, 2, **late)
    assert {moved.value.code, doubled.value.code} == {"meal_stopped"}
    assert await eating(cast) == set()
    await resume_meal(cast.kitchen, *WHEN, **BY)
    marks = {e.name: e.change for e in await headcounts.eaters_for(cast.kitchen, *WHEN)}
    assert marks == dict.fromkeys(EVERYBODY, "") | {"李德福": "moved"}


async def test_who_has_eaten_already_keeps_their_meal_and_is_not_called(
    cast: Cast,
) -> None:
    await close_count(cast)
    early = Request(cast.chaoyang, *WHEN, cast.li, "subsidised", "cash")
    await dining.serve("early", early, by=SUN, now=at(1))
    await close_meal(cast.kitchen, *WHEN, **STOP)
    assert await eating(cast) == {"李德福"}
    assert set(await called(cast)) == EVERYBODY - {"李德福"}


async def test_a_count_closed_while_nothing_is_cooked_forgets_nobody(
    cast: Cast,
) -> None:
    """A guest had eaten, so the stopped meal was counted with nobody on its list."""
    await close_meal(cast.kitchen, *WHEN, **STOP)
    guest = Request(cast.chaoyang, *WHEN, None, "full", "cash")
    await dining.serve("guest", guest, by=SUN, now=at(1))
    await close_count(cast)
    assert set(await called(cast)) == EVERYBODY
    await resume_meal(cast.kitchen, *WHEN, **BY)
    assert await eating(cast) == EVERYBODY


async def test_the_day_of_a_stopped_meal_closes_with_nothing_cooked(cast: Cast) -> None:
    """Planned, published, and then there is no gas: no door waits for a report, no
    sample is asked for, and the forecast learns nothing from it."""
    await hire_drivers(cast)
    await place_the_lane(cast)
    await close_count(cast)
    await plan_the_rounds(cast.kitchen)
    await publish(cast)
    await close_meal(cast.kitchen, *WHEN, **STOP)
    balance = await day_close.balance_for(cast.kitchen, *WHEN)
    assert balance.differences == ()
    assert {number for _, number in balance.chain} == {0}
    await day_close.close_day(cast.kitchen, *WHEN, by=CHEN, now=at(8))
    assert await rows("SELECT id FROM attendance WHERE run IS NULL") == []
    with pytest.raises(Refusal) as refused:
        await resume_meal(cast.kitchen, *WHEN, **BY)
    assert refused.value.code == "day_closed"


async def test_what_is_brought_instead_is_what_the_kitchen_day_shows(
    cast: Cast,
) -> None:
    """Peanuts among the dishes brought instead: 李德福 waits for a word, as ever."""
    await close_count(cast)
    before = await menus.menu_for(cast.kitchen, *WHEN)
    assert await undecided(cast) == {}
    dishes = list((await food.dishes()).values())
    nuts = next(dish for dish in dishes if "peanut" in dish.allergens)
    soup = next(d for d in dishes if d.category == "soup" and not d.allergens)
    await close_meal(
        cast.kitchen,
        *WHEN,
        kind="substituted",
        dishes=(nuts.id, soup.id),
        reason="停气",
        **BY,
    )
    today = await kitchen_day(cast.kitchen, *WHEN)
    assert {d.dish.id for d in today.sheet.dishes} == {nuts.id, soup.id}
    assert await undecided(cast) == {"李德福": 1}
    assert {nuts.name, soup.name} == set((await last(cast)).substitute.split("、"))
    assert await eating(cast) == EVERYBODY
    assert await menus.last_edit(cast.kitchen, "lunch", TODAY, TODAY, 1) is None
    assert await resume_meal(cast.kitchen, *WHEN, **BY)
    after = await menus.menu_for(cast.kitchen, *WHEN)
    assert [line.dish.id for line in after.lines] == [
        line.dish.id for line in before.lines
    ]


async def test_what_a_colleague_wrote_since_stays_and_is_said(cast: Cast) -> None:
    soup = next(d for d in (await food.dishes()).values() if d.category == "soup")
    instead: dict[str, Any] = {"kind": "substituted", "reason": "停气", **BY}
    await close_meal(cast.kitchen, *WHEN, dishes=(soup.id,), **instead)
    other = next(d for d in (await food.dishes()).values() if d.category == "main")
    await menus.set_dish(cast.kitchen, *WHEN, "A", 1, other.id, **BY)
    assert not await resume_meal(cast.kitchen, *WHEN, **BY)
    menu = await menus.menu_for(cast.kitchen, *WHEN)
    assert {line.dish.id for line in menu.lines} == {soup.id, other.id}
    with pytest.raises(Refusal) as refused:
        await close_meal(cast.kitchen, *WHEN, dishes=(10**6,), **instead)
    assert refused.value.code == "dish_unknown"
