"""Pots planned backwards from the rounds, shared out by arithmetic or by hand."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen import headcounts, places
from kitchen.blocks import Order, blocks_for
from kitchen.dispatches import dispatches_for
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from kitchen.kitchen_day import KitchenDay, kitchen_day
from kitchen.portions import DishSheet, Dispatch, out_of_pot, sheet_for
from kitchen.pot_choices import full_first_for, pot_choices_for
from kitchen.pot_planning import choose_pots, fill_pots
from tests.kitchen import test_rounds as rounds
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.plates import dish, dishes, order
from tests.kitchen.test_production import KITCHEN, LUNCH, orders_of_people, spares
from tests.test_a_day import plan_the_menu

WHEN = (TODAY, "lunch")


def test_a_dish_leaves_the_pot_as_late_as_its_first_round_allows() -> None:
    assert out_of_pot("vegetable", LUNCH, None) == LUNCH.cooked_by_minutes
    assert out_of_pot("staple", LUNCH, None) == LUNCH.cooked_by_minutes - 20
    # a round at 11:00 instead of 10:30: everything half an hour later
    late = Dispatch(LUNCH.depart_minutes + 30, 720)
    assert out_of_pot("vegetable", LUNCH, late) == LUNCH.cooked_by_minutes + 30


@pytest.mark.parametrize(("last", "hot"), [(735, False), (736, True)])
def test_a_last_stop_after_the_short_time_asks_for_holding(
    last: int, hot: bool
) -> None:
    spinach = dish("清炒菠菜")  # out at 10:15, good for two hours
    orders = [order(1)]
    leaves = {spinach.id: Dispatch(LUNCH.depart_minutes, last)}
    sheet = sheet_for(
        orders,
        blocks_for(orders, {"A": [spinach]}, {}, {}),
        KITCHEN,
        LUNCH,
        "equal",
        leaves,
    )
    assert sheet.dishes[0].hold_hot is hot


@settings(max_examples=50, deadline=None)
@given(
    people=st.lists(orders_of_people, max_size=25),
    extra=st.lists(spares, max_size=3),
    codes=st.lists(
        st.sampled_from(sorted(dishes())), min_size=1, max_size=4, unique=True
    ),
    percent=st.integers(0, 20),
    how=st.sampled_from(["equal", "full"]),
)
def test_batches_make_portions_spares_and_buffer_and_weights_the_sample(
    people: list[Order], extra: list[Order], codes: list[str], percent: int, how: str
) -> None:
    """Counted from the orders alone: nothing of the sheet's own sums is trusted."""
    orders = people + extra
    served = [dishes()[code] for code in codes]
    kitchen = replace(KITCHEN, pot_buffer_percent=percent)
    blocks = blocks_for(orders, {"A": served, "B": served}, {}, {})
    sheet = sheet_for(orders, blocks, kitchen, LUNCH, how)
    for line in sheet.dishes:
        mine = [b for b in blocks if b.dish == line.dish]
        named = sum(o.portions for b in mine for o in b.orders if o.elder_id)
        spare = sum(o.portions for b in mine for o in b.orders if not o.elder_id)
        waiting = sum(o.portions for b in mine if b.is_open for o in b.orders)
        potted = sum(sum(pot.batches) for pot in line.pots)
        assert potted == named + spare - waiting + line.buffer_portions
        assert (line.buffer_portions > 0) <= (percent > 0)
        size = {"small": 70, "normal": 100, "large": 130}
        weighted = sum(o.portions * size[o.size] for b in mine for o in b.orders)
        grams = (weighted + line.buffer_portions * 100) * line.dish.cooked_grams / 100
        if mine:
            assert grams + 125 <= line.cooked_grams < grams + 126


def test_a_buffer_is_bought_and_weighed_as_well() -> None:
    orders = [order(n) for n in range(1, 21)]
    sets = {"A": [dish("白米饭")]}

    def rice(percent: int) -> DishSheet:
        kitchen = replace(KITCHEN, pot_buffer_percent=percent)
        return sheet_for(
            orders, blocks_for(orders, sets, {}, {}), kitchen, LUNCH
        ).dishes[0]

    plain, more = rice(0), rice(10)
    assert more.buffer_portions == 2
    extra = more.needs[0].net_grams - plain.needs[0].net_grams
    line = plain.dish.recipe[0]
    assert extra == pytest.approx(2 * line.net_decigrams / 10)


# On the database ----------------------------------------------------------------


async def a_count() -> tuple[Cast, int]:
    """The cast with a menu and some spares; the staple's id."""
    cast = await rounds.a_morning()
    await plan_the_menu(cast)
    return cast, (await staple(cast)).dish.id


async def staple(cast: Cast, leaving: bool = False) -> DishSheet:
    given = await dispatches_for(cast.kitchen, *WHEN) if leaving else None
    today: KitchenDay = await kitchen_day(cast.kitchen, *WHEN, leaving=given)
    return next(s for s in today.sheet.dishes if s.dish.category == "staple")


async def test_the_sheet_follows_the_departure_of_the_rounds(database: object) -> None:
    cast, _rice = await a_count()
    plan = await rounds.published(cast)
    leaving = await dispatches_for(cast.kitchen, *WHEN)
    assert {place[0] for place in leaving} == {"round", "point"}
    first = min(each.depart_minutes for each in leaving.values())
    before, after = await staple(cast), await staple(cast, leaving=True)
    moved = after.out_of_pot_minutes - before.out_of_pot_minutes
    assert moved == first - LUNCH.depart_minutes
    assert plan.rounds


async def test_pots_by_hand_stand_until_the_count_changes(database: object) -> None:
    cast, rice = await a_count()
    place = (cast.kitchen, *WHEN, rice)
    for _ in range(2):  # twice is the same
        await choose_pots(*place, [3, 1], by=CHEN, now=MORNING)
    assert (await staple(cast)).pots[0].batches == (3, 1)
    await headcounts.set_spares(
        cast.kitchen,
        *WHEN,
        [SpareFacts(0, None, "spare", "regular", 2)],
        by=CHEN,
        now=MORNING,
    )
    stale = await staple(cast)
    assert stale.fillings_stale
    assert stale.pots[0].batches == (6,)
    await choose_pots(*place, [], by=CHEN, now=MORNING)
    assert await pot_choices_for(cast.kitchen, *WHEN) == {}


async def test_full_pots_first_outlive_a_late_change_and_leave_those_by_hand(
    database: object,
) -> None:
    cast, rice = await a_count()
    when = (cast.kitchen, *WHEN)
    await choose_pots(*when, rice, [3, 1], by=CHEN, now=MORNING)
    few = {"pot_portions": 3}
    await places.change_kitchen(cast.kitchen, few, by=CHEN, now=MORNING)
    changed = await fill_pots(*when, "full", by=CHEN, now=MORNING)
    assert changed == 2  # all but the rice
    assert await fill_pots(*when, "full", by=CHEN, now=MORNING) == 0
    spares = [SpareFacts(0, None, "spare", "regular", 1)]
    await headcounts.set_spares(*when, spares, by=CHEN, now=MORNING)
    sheets = (await kitchen_day(*when)).sheet.dishes
    plain = {
        s.dish.category: pot.batches for s in sheets for pot in s.pots if not pot.steps
    }
    assert plain["staple"] == (3, 2)  # by hand no more: alike
    assert all(max(b) == min(sum(b), 3) for k, b in plain.items() if k != "staple")
    await choose_pots(*when, sheets[0].dish.id, [], by=CHEN, now=MORNING)
    assert await fill_pots(*when, "equal", by=CHEN, now=MORNING) <= 2
    assert await full_first_for(*when) == set()


@pytest.mark.parametrize(
    ("fillings", "code"),
    [
        ([3, 2], "fillings_sum"),
        ([4, 0], "fillings_wrong"),
        ([1] * 41, "fillings_wrong"),
    ],
)
async def test_pots_that_do_not_add_up_are_refused(
    database: object, fillings: list[int], code: str
) -> None:
    cast, rice = await a_count()
    with pytest.raises(Refusal, match=code):
        await choose_pots(cast.kitchen, *WHEN, rice, fillings, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="dish_not_cooked"):
        await choose_pots(cast.kitchen, *WHEN, 99_999, [], by=CHEN, now=MORNING)
