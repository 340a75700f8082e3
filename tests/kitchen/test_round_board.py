"""The board: prices before a change, steps back, offers beside the rounds, habits,
and a driver who is missing. Nobody is ever lost.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kitchen import (
    driver_absences,
    drivers,
    headcounts,
    registry,
    round_changes,
    round_insertion,
    round_mending,
    round_proposals,
    round_publishing,
)
from kitchen.database import rows, writing
from kitchen.errors import Refusal
from kitchen.registry import NewAddress, NewElder
from kitchen.round_habits import from_habit, habit_for, start_rounds
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, latest_plan
from kitchen.round_prices import best_places, change_of, price_at, prices_in, totals_of
from kitchen.round_proposals import compared, renumbered, shape_from, with_round
from kitchen.round_reasons import what_would_help, why_here
from kitchen.round_steps import Shape, last_step, read_shape, shape_of, shape_text
from kitchen.round_thinking import settled, think
from kitchen.rounds import timetable
from kitchen.stops import Key
from kitchen.timetables import Order, Proposal
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_rounds import a_morning, days, newest, upside_down

BY = {"by": CHEN, "now": MORNING}


async def a_street(bikes: int = 3) -> tuple[Cast, Inputs, Plan]:
    """The cast's morning with six more doors in two buildings, on rounds."""
    cast = await a_morning(bikes=bikes)
    for floor in (2, 3, 4, 5, 6, 1):
        number = "7号楼" if floor < 5 else "8号楼"
        elder = await registry.enrol(
            NewElder(
                name=f"吴{'一二三四五六'[floor - 1]}",
                sex="male",
                birth_date=TODAY.replace(year=1940),
                address=NewAddress(
                    cast.community, "朝阳里", number, "1单元", floor, f"{floor}01"
                ),
                delivered="illness",
            ),
            kitchen_id=cast.kitchen,
            **BY,
        )
        await headcounts.add_late(
            elder,
            TODAY,
            "lunch",
            way="deliver",
            point_id=None,
            reason="刚出院",
            source="telephone",
            **BY,
        )
    inputs = await inputs_for(cast.kitchen, TODAY, "lunch")
    van, *riders = (driver.id for driver in inputs.drivers)
    points = tuple(d.key for d in inputs.drops if d.is_point)
    doors = [d.key for d in inputs.drops if d.is_placed and not d.is_point]
    shares = [tuple(doors[n :: len(riders)]) for n in range(len(riders))]
    pairs = zip(riders, shares, strict=True)
    proposal = Proposal(
        (
            Order(1, van, points),
            *(Order(n, d, s) for n, (d, s) in enumerate(pairs, 2)),
        ),
        {d.key: "no_place" for d in inputs.drops if not d.is_placed},
        "hand",
    )
    await round_publishing.save_plan(inputs, proposal, **BY)
    return cast, inputs, await newest(cast)


# Prices -------------------------------------------------------------------------


@settings(max_examples=60)
@given(days(), st.data())
def test_the_price_is_what_the_board_shows_afterwards(
    inputs: Inputs, data: st.DataObject
) -> None:
    keys = [drop.key for drop in inputs.drops if drop.is_placed]
    cut = data.draw(st.integers(0, len(keys)))
    drivers = [None, *(driver.id for driver in inputs.drivers)]
    orders = [
        Order(1, data.draw(st.sampled_from(drivers)), tuple(keys[:cut])),
        Order(2, data.draw(st.sampled_from(drivers)), tuple(keys[cut:])),
        Order(3, data.draw(st.sampled_from(drivers)), ()),
    ]
    if not keys:
        return
    key = data.draw(st.sampled_from(keys))
    number = data.draw(st.sampled_from([1, 2, 3, None]))
    position = data.draw(st.integers(1, len(keys) + 1))
    price = price_at(inputs, orders, key, number, position)
    after = [put(order, key, number, position) for order in orders]
    assume(not upside_down(inputs, [*orders, *after]))
    before_times, after_times = timetable(inputs, orders), timetable(inputs, after)
    for name in ("late", "seconds"):
        then = sum(getattr(t, name) for t in after_times.rounds.values())
        was = sum(getattr(t, name) for t in before_times.rounds.values())
        assert getattr(price.change, name) == then - was
    over = [
        sum(f.size for t in times.rounds.values() for f in t.faults if f.code == "load")
        for times in (before_times, after_times)
    ]
    assert price.change.over == over[1] - over[0]
    assert totals_of(inputs, after) - totals_of(inputs, orders) == price.change


def put(order: Order, key: Key, number: int | None, position: int) -> Order:
    keys = [other for other in order.keys if other != key]
    if order.number == number:
        keys.insert(min(position - 1, len(keys)), key)
    return replace(order, keys=tuple(keys))


async def test_every_place_of_a_round_has_its_price(database: object) -> None:
    _cast, inputs, plan = await a_street()
    order = max(plan.orders, key=lambda order: len(order.keys))
    for key in inputs.by_key():
        found = prices_in(inputs, plan.orders, key, order.number)
        stays = len([other for other in order.keys if other != key])
        assert [price.position for price in found] == list(range(1, stays + 2))
    here = prices_in(inputs, plan.orders, order.keys[0], order.number)[0]
    assert (here.change.seconds, here.change.late, here.breaks) == (0, 0, False)


async def test_the_best_places_are_in_other_open_rounds(database: object) -> None:
    _cast, inputs, plan = await a_street()
    order = next(o for o in plan.orders if len(o.keys) > 1)
    found = best_places(inputs, plan.orders, order.keys[0])
    assert order.number not in {price.number for price in found}
    assert found == sorted(found, key=lambda price: price.rank)
    locked = [replace(o, locked=True) for o in plan.orders]
    assert best_places(inputs, locked, order.keys[0]) == []


async def test_a_door_says_why_it_is_here(database: object) -> None:
    _cast, inputs, plan = await a_street()
    drops = inputs.by_key()
    order = next(o for o in plan.orders if sum(k[0] == "diner" for k in o.keys) > 1)
    key = next(k for k in order.keys if drops[k].compound)
    best = best_places(inputs, plan.orders, key)
    why = why_here(inputs, plan.orders, key, best)
    assert why is not None
    mates = [drops[k] for k in order.keys if k != key]
    assert why.same_stairwell == sum(
        mate.stairwell == drops[key].stairwell for mate in mates
    )
    if why.elsewhere is not None:
        moved = price_at(
            inputs, plan.orders, key, why.elsewhere.number, why.elsewhere.position
        )
        assert moved.change == why.elsewhere.change
    waiting = plan.stops_of(None)[0].key
    assert why_here(inputs, plan.orders, waiting, []) is None


async def test_what_would_help_is_proved(database: object) -> None:
    cast, inputs, plan = await a_street(bikes=1)
    drops = inputs.by_key()
    tight = replace(
        inputs, drivers=tuple(replace(d, capacity=1) for d in inputs.drivers)
    )
    drop = next(d for d in drops.values() if d.is_placed and not d.is_point)
    orders = [
        Order(
            1,
            inputs.drivers[1].id,
            (
                next(
                    k
                    for k, d in drops.items()
                    if d.is_placed and k != drop.key and not d.is_point
                ),
            ),
        )
    ]
    found = what_would_help(tight, orders, drop)
    assert found, cast
    load = [help for help in found if help.change == "load"]
    assert load
    assert load[0].size == drop.portions
    cold = replace(
        tight,
        drivers=tuple(replace(d, capacity=0) for d in inputs.drivers),
        kitchen=replace(tight.kitchen, hot_limit_minutes=1),
    )
    both = what_would_help(cold, orders, drop)
    assert {step.change for step in (both[0], *both[0].also)} >= {"load", "age"}
    lost = next(d for d in drops.values() if not d.is_placed)
    assert what_would_help(inputs, plan.orders, lost) == ()


# Steps back -----------------------------------------------------------------------


async def test_acts_are_taken_back_one_by_one(database: object) -> None:
    cast, _inputs, plan = await a_street()
    seen = [shape_of(plan)]
    for number in range(3):
        now = await newest(cast)
        stop = next(s for s in now.stops if s.round_id is not None)
        target = now.rounds[(number + 1) % len(now.rounds)]
        await round_changes.move_stop(stop.id, target.id, 99, **BY)
        now = await newest(cast)
        await round_changes.reverse_round(now.rounds[0].id, **BY)
        await round_changes.lock_stop(
            (await newest(cast)).stops[0].id, number % 2 == 0, **BY
        )
        seen.append(shape_of(await newest(cast)))
    await round_changes.add_round((await newest(cast)).facts.id, **BY)
    await undo_one(cast)
    assert shape_of(await newest(cast)) == seen.pop()
    for _ in range(3):
        await undo_one(cast)
        await undo_one(cast)
        if await last_step(cast.kitchen, TODAY, "lunch") is not None:
            await undo_one(cast)
        if shape_of(await newest(cast)) == seen[-1]:
            seen.pop()
    assert shape_of(await newest(cast)) == shape_of(plan)


async def undo_one(cast: Cast) -> None:
    step = await last_step(cast.kitchen, TODAY, "lunch")
    assert step is not None
    await round_changes.undo((await newest(cast)).facts.id, step.id, **BY)


async def test_taking_back_twice_takes_back_once(database: object) -> None:
    cast, _inputs, plan = await a_street()
    before = shape_of(plan)
    for _ in range(2):
        now = await newest(cast)
        stop = next(s for s in now.stops if s.round_id is not None)
        await round_changes.unassign(stop.id, **BY)
    one_left = shape_of(await newest(cast))
    step = await last_step(cast.kitchen, TODAY, "lunch")
    assert step is not None
    for _ in range(2):
        await round_changes.undo((await newest(cast)).facts.id, step.id, **BY)
    assert shape_of(await newest(cast)) not in (before, one_left)
    with pytest.raises(Refusal, match="round_step_unknown"):
        await round_changes.undo((await newest(cast)).facts.id, 10**6, **BY)


async def test_only_the_last_twenty_acts_can_be_taken_back(database: object) -> None:
    cast, _inputs, plan = await a_street()
    for number in range(24):
        await round_changes.lock_round(
            (await newest(cast)).rounds[0].id, number % 2 == 0, **BY
        )
    for _ in range(20):
        await undo_one(cast)
    assert await last_step(cast.kitchen, TODAY, "lunch") is None
    assert shape_of(await newest(cast)) == shape_of(plan)


async def test_taking_back_leaves_a_published_version_alone(database: object) -> None:
    cast, _inputs, plan = await a_street()
    stop = next(s for s in plan.stops if s.round_id is not None)
    await round_changes.unassign(stop.id, **BY)
    changed = await newest(cast)
    await round_publishing.publish(changed.facts.id, "陈经理", **BY)
    await undo_one(cast)
    after = await newest(cast)
    assert after.facts.version == changed.facts.version + 1
    assert after.facts.is_draft
    assert shape_of(after) == shape_of(plan)


async def test_a_move_to_the_same_place_leaves_no_step(database: object) -> None:
    cast, _inputs, plan = await a_street()
    stop = next(s for s in plan.stops if s.round_id is not None)
    await round_changes.move_stop(stop.id, stop.round_id, stop.position, **BY)
    assert await last_step(cast.kitchen, TODAY, "lunch") is None


@given(days())
@settings(max_examples=30)
def test_a_shape_is_written_and_read_again(inputs: Inputs) -> None:
    keys = tuple(drop.key for drop in inputs.drops)
    shape = Shape(
        (Order(3, None, keys[:2], True), Order(7, 4, keys[2:])),
        {("diner", 99): "no_room"},
        frozenset(keys[:1]),
    )
    assert read_shape(shape_text(shape)) == shape


# Offers ---------------------------------------------------------------------------


async def offered(cast: Cast, inputs: Inputs, plan: Plan) -> tuple[int, Shape]:
    """An offer that drives every round the other way about and swaps two drivers."""
    base = shape_of(plan)
    numbers = [o.number for o in base.orders if o.keys]
    drivers = {o.number: o.driver_id for o in base.orders}
    turned = dict(zip(numbers, [*numbers[1:], numbers[0]], strict=True))
    orders = tuple(
        replace(o, keys=o.keys[::-1], driver_id=drivers[turned[o.number]])
        if o.keys
        else o
        for o in base.orders
    )
    shape = replace(base, orders=orders)
    offer_id = await round_proposals.offer(
        inputs,
        base,
        shape,
        scope="unlocked",
        number=None,
        run="a",
        seconds=5,
        proposal=Proposal(orders, {}, "sisr", distances="straight_line"),
        **BY,
    )
    return offer_id, shape


async def test_an_offer_changes_nothing_until_it_is_accepted(
    database: object,
) -> None:
    cast, inputs, plan = await a_street()
    offer_id, shape = await offered(cast, inputs, plan)
    assert shape_of(await newest(cast)) == shape_of(plan)
    found = await round_proposals.open_proposal(cast.kitchen, TODAY, "lunch")
    assert found is not None
    assert found.shape == shape
    for _ in range(2):  # twice is harmless
        await round_proposals.accept(offer_id, **BY)
    after = await newest(cast)
    assert shape_of(after).orders == shape.orders
    assert after.facts.engine == "sisr"
    assert await round_proposals.open_proposal(cast.kitchen, TODAY, "lunch") is None
    await undo_one(cast)
    assert shape_of(await newest(cast)) == shape_of(plan)


async def test_a_discarded_offer_is_gone_and_the_rounds_stay(database: object) -> None:
    cast, inputs, plan = await a_street()
    offer_id, _shape = await offered(cast, inputs, plan)
    await round_proposals.discard(offer_id, **BY)
    assert await round_proposals.open_proposal(cast.kitchen, TODAY, "lunch") is None
    assert shape_of(await newest(cast)) == shape_of(plan)


async def test_one_round_of_an_offer_is_taken_and_nobody_is_lost(
    database: object,
) -> None:
    cast, inputs, plan = await a_street()
    offer_id, shape = await offered(cast, inputs, plan)
    wanted = next(o for o in shape.orders if len(o.keys) > 1)
    await round_proposals.accept_round(offer_id, wanted.number, **BY)
    after = shape_of(await newest(cast))
    taken = next(o for o in after.orders if o.number == wanted.number)
    assert (taken.keys, taken.driver_id) == (wanted.keys, wanted.driver_id)
    assert sorted([*after.placed, *after.why]) == sorted(inputs.by_key())
    found = await round_proposals.open_proposal(cast.kitchen, TODAY, "lunch")
    assert found is not None
    assert found.taken == {wanted.number}


@settings(max_examples=60)
@given(days(), st.data())
def test_taking_a_round_keeps_everybody_once(
    inputs: Inputs, data: st.DataObject
) -> None:
    now, offer = (split(inputs, data) for _ in range(2))
    shape = with_round(inputs, now, offer, 1)
    everybody = sorted([*(k for o in shape.orders for k in o.keys), *shape.why])
    assert everybody == sorted(inputs.by_key())
    taken = next(o for o in shape.orders if o.number == 1)
    assert taken.keys == next(o for o in offer.orders if o.number == 1).keys


def split(inputs: Inputs, data: st.DataObject) -> Shape:
    keys = data.draw(st.permutations([drop.key for drop in inputs.drops]))
    a = data.draw(st.integers(0, len(keys)))
    b = data.draw(st.integers(a, len(keys)))
    drivers = [driver.id for driver in inputs.drivers]
    return Shape(
        (
            Order(1, drivers[0], tuple(keys[:a])),
            Order(2, drivers[-1], tuple(keys[a:b])),
        ),
        dict.fromkeys(keys[b:], "no_room"),
    )


async def test_a_round_that_an_offer_empties_is_no_more(database: object) -> None:
    cast, inputs, plan = await a_street()
    base = shape_of(plan)
    (*others, last) = [order for order in base.orders if order.keys]
    spared = [
        replace(o, keys=())
        if o == last
        else replace(o, keys=(*o.keys, *last.keys))
        if o == others[-1]
        else o
        for o in base.orders
    ]
    offer = {"scope": "unlocked", "number": None, "run": "a", "seconds": 5}
    proposal = Proposal(tuple(spared), {}, "sisr")
    offer_id = await round_proposals.offer(
        inputs,
        base,
        replace(base, orders=tuple(spared)),
        **offer,
        proposal=proposal,
        **BY,
    )
    by_hand = await round_changes.add_round(plan.facts.id, **BY)
    assert by_hand == plan.facts.id
    await round_proposals.accept(offer_id, **BY)
    numbers = [order.number for order in (await newest(cast)).orders]
    assert last.number not in numbers
    await undo_one(cast)
    assert last.number in [order.number for order in (await newest(cast)).orders]


async def test_an_offer_knows_who_came_and_who_left_since(database: object) -> None:
    cast, inputs, plan = await a_street()
    offer_id, shape = await offered(cast, inputs, plan)
    gone = next(k for k in shape.placed if k[0] == "diner")
    await headcounts.cancel_late(gone[1], reason="女儿接走", source="telephone", **BY)
    await round_proposals.accept(offer_id, **BY)
    after = shape_of(await newest(cast))
    now = await inputs_for(cast.kitchen, TODAY, "lunch")
    assert gone not in after.placed
    assert sorted([*after.placed, *after.why]) == sorted(now.by_key())


def test_rounds_keep_the_numbers_their_drivers_have() -> None:
    like = [Order(1, 7, ()), Order(2, 8, ()), Order(5, 7, ())]
    orders = [Order(1, 8, (("diner", 1),)), Order(2, 7, ()), Order(3, 9, ())]
    assert {o.driver_id: o.number for o in renumbered(orders, like)} == {
        7: 1,
        8: 2,
        9: 3,
    }


async def test_a_comparison_counts_what_changes(database: object) -> None:
    _cast, inputs, plan = await a_street()
    base = shape_of(plan)
    same = compared(inputs, base, base)
    assert (same.changes, same.rounds, same.is_better) == ((), (), False)
    key = next(k for o in base.orders for k in o.keys if len(o.keys) > 1)
    number = base.placed[key]
    mine = base.driver_of()[key]
    assert mine is not None
    for friend, better in ((mine, False), (mine + 1, True)):  # a pairing outweighs time
        paired = replace(inputs, usual={key: friend}, wishes={key: "paired"})
        asked = compared(paired, base, base)
        assert asked.parted_before == asked.parted_after == int(better)
        kept = replace(asked, parted_after=0, after=replace(asked.after, seconds=9_999))
        assert kept.is_better == better
    away = Shape(
        tuple(
            replace(o, keys=tuple(k for k in o.keys if k != key)) for o in base.orders
        ),
        {**base.why, key: "by_hand"},
    )
    found = compared(inputs, base, away)
    assert [(c.key, c.before, c.after) for c in found.changes] == [(key, number, 0)]
    assert found.waiting_after == found.waiting_before + 1
    assert not found.is_better


async def test_one_round_alone_is_taken_from_the_solver(database: object) -> None:
    _cast, _inputs, plan = await a_street()
    base = shape_of(plan)
    order = next(o for o in base.orders if len(o.keys) > 1)
    turned = replace(order, keys=order.keys[::-1])
    shape = shape_from(Proposal((turned,), {}, "sisr"), base, order.number)
    assert [o for o in shape.orders if o.number != order.number] == [
        o for o in base.orders if o.number != order.number
    ]
    assert turned in shape.orders


# Habits ---------------------------------------------------------------------------


async def test_a_day_begins_with_the_rounds_of_a_week_ago(database: object) -> None:
    cast, _inputs, plan = await a_street()
    await round_publishing.publish(plan.facts.id, "陈经理", **BY)
    next_week = TODAY + timedelta(days=7)
    now = MORNING + timedelta(days=7)
    await headcounts.close_headcount(cast.kitchen, next_week, "lunch", by=CHEN, now=now)
    plan_id = await start_rounds(cast.kitchen, next_week, "lunch", by=CHEN, now=now)
    again = await start_rounds(cast.kitchen, next_week, "lunch", by=CHEN, now=now)
    assert plan_id == again
    begun = await latest_plan(cast.kitchen, next_week, "lunch")
    assert begun is not None
    assert begun.facts.engine == "habit"
    inputs = await inputs_for(cast.kitchen, next_week, "lunch")
    shape = shape_of(begun)
    assert sorted([*shape.placed, *shape.why]) == sorted(inputs.by_key())
    habit = await habit_for(cast.kitchen, next_week, "lunch")
    assert habit is not None
    assert habit.day == TODAY
    wang = next(d for d in inputs.drops if d.elder_id == cast.wang)
    old = next(t for t in habit.rounds if ("elder", cast.wang) in t.visits)
    assert shape.placed[wang.key] == old.number
    assert shape.driver_of()[wang.key] == old.driver_id


async def test_a_habit_gives_a_missing_drivers_round_to_nobody(
    database: object,
) -> None:
    cast, inputs, plan = await a_street()
    await round_publishing.publish(plan.facts.id, "陈经理", **BY)
    habit = await habit_for(cast.kitchen, TODAY + timedelta(days=1), "lunch")
    assert habit is not None
    gone = next(t.driver_id for t in habit.rounds)
    there = tuple(d for d in inputs.drivers if d.id != gone)
    proposal = from_habit(replace(inputs, drivers=there), habit)
    assert gone not in {order.driver_id for order in proposal.orders}
    everybody = [*(k for o in proposal.orders for k in o.keys), *proposal.why]
    assert sorted(everybody) == sorted(inputs.by_key())


async def test_without_any_habit_there_is_nothing_to_begin_with(
    database: object,
) -> None:
    cast = await a_morning()
    assert await start_rounds(cast.kitchen, TODAY, "lunch", **BY) is None


async def test_what_was_computed_before_counts_only_while_nothing_changed(
    database: object,
) -> None:
    cast, _inputs, plan = await a_street()
    done: list[Shape] = []

    def work(_inputs: Inputs, now: Shape) -> Shape:
        done.append(now)
        return now

    thought = await think(cast.kitchen, TODAY, "lunch", work)
    async with writing():  # nothing changed: nothing is computed while others wait
        await settled(thought, await newest(cast), work)
    assert len(done) == 1
    stop = next(s for s in plan.stops if s.round_id is not None)
    await round_changes.unassign(stop.id, **BY)
    async with writing():
        _inputs, shape = await settled(thought, await newest(cast), work)
    assert len(done) == 2
    assert shape == shape_of(await newest(cast))  # of now, not of before
    elder = (
        next(d.elder_id for d in thought.inputs.drops if d.elder_id) if thought else 0
    )
    driver = plan.rounds[0].driver_id or 0
    await drivers.ban_driver(driver, elder or 0, "家属要求", **BY)
    thought = replace(thought, before=shape) if thought else None
    async with writing():
        await settled(thought, await newest(cast), work)
    assert len(done) == 3  # the same rounds, but not what they are made of


# A driver is missing ------------------------------------------------------------------


async def test_a_missing_drivers_doors_are_spread_and_nobody_else_moves(
    database: object,
) -> None:
    cast, inputs, plan = await a_street()
    before = shape_of(plan)
    order = max(
        (o for o in before.orders if all(k[0] == "diner" for k in o.keys)),
        key=lambda o: len(o.keys),
        default=None,
    )
    if order is None or not order.keys:  # every door rides with the van
        order = next(o for o in before.orders if o.keys)
    gone = order.driver_id
    assert gone is not None
    for _ in range(2):  # twice is harmless
        await round_mending.driver_missing(
            cast.kitchen, TODAY, "lunch", gone, "电动车坏了", **BY
        )
    after = shape_of(await newest(cast))
    assert gone not in {o.driver_id for o in after.orders}
    assert sorted([*after.placed, *after.why]) == sorted(inputs.by_key())
    moved = {k for k, driver in before.driver_of().items() if driver == gone}
    for other in before.orders:
        if other.driver_id == gone:
            continue
        now = next(o for o in after.orders if o.number == other.number)
        assert now.driver_id == other.driver_id
        assert tuple(k for k in now.keys if k not in moved) == other.keys
    absent = await driver_absences.absences_for(cast.kitchen, TODAY, "lunch")
    assert [(a.driver_id, a.reason) for a in absent] == [(gone, "电动车坏了")]
    assert gone not in {
        d.id for d in (await inputs_for(cast.kitchen, TODAY, "lunch")).drivers
    }
    await driver_absences.end_absence(gone, TODAY, "lunch", **BY)
    await undo_one(cast)
    assert shape_of(await newest(cast)) == before


async def test_a_missing_driver_needs_a_reason_and_a_name(database: object) -> None:
    cast, _inputs, _plan = await a_street()
    with pytest.raises(Refusal, match="driver_without_reason"):
        await round_mending.driver_missing(cast.kitchen, TODAY, "lunch", 1, " ", **BY)
    with pytest.raises(Refusal, match="driver_unknown"):
        await round_mending.driver_missing(
            cast.kitchen, TODAY, "lunch", 10**6, "病了", **BY
        )


@settings(max_examples=60)
@given(days(), st.data())
def test_whoever_is_missing_nobody_is_lost(inputs: Inputs, data: st.DataObject) -> None:
    shape = split(inputs, data)
    gone = data.draw(st.sampled_from([driver.id for driver in inputs.drivers]))
    left = replace(inputs, drivers=tuple(d for d in inputs.drivers if d.id != gone))
    after = round_mending.without_driver(left, shape, gone)
    everybody = sorted([*(k for o in after.orders for k in o.keys), *after.why])
    assert everybody == sorted(inputs.by_key())


async def test_all_rounds_of_a_driver_are_locked_at_once(database: object) -> None:
    cast, _inputs, plan = await a_street()
    driver = next(o.driver_id for o in plan.orders if o.keys)
    assert driver is not None
    await round_changes.lock_driver(plan.facts.id, driver, True, **BY)
    for order in (await newest(cast)).orders:
        assert order.locked == (order.driver_id == driver)


async def test_waiting_doors_are_tried_again_but_those_put_there_by_hand(
    database: object,
) -> None:
    cast, _inputs, plan = await a_street()
    stops = [s for s in plan.stops if s.round_id is not None and s.key[0] == "diner"]
    await round_changes.unassign(stops[0].id, **BY)
    now = await newest(cast)
    again = next(s for s in now.stops if s.key == stops[1].key)
    await round_changes.unassign(again.id, **BY)
    async with writing():
        await rows("UPDATE stop SET why = 'no_room' WHERE id = {}", again.id)
    await round_changes.bring_up_to_date(
        cast.kitchen, TODAY, "lunch", waiting=True, **BY
    )
    after = shape_of(await newest(cast))
    assert after.why.get(stops[0].key) == "by_hand"
    assert stops[1].key in after.placed


async def test_no_till_waits_for_the_arithmetic_of_publishing_and_of_late_adds(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, _inputs, plan = await a_street()
    where: list[str] = []

    def noting(work: Callable[..., object]) -> Callable[..., object]:
        def noted(*args: object, **kwargs: object) -> object:
            where.append(threading.current_thread().name)
            return work(*args, **kwargs)

        return noted

    for module, name in (
        (round_publishing, "timetable"),
        (round_insertion, "price_at"),
    ):
        monkeypatch.setattr(module, name, noting(getattr(module, name)))
    await round_publishing.publish(plan.facts.id, "陈经理", **BY)
    assert not (await newest(cast)).facts.is_draft
    published = len(where)
    assert published
    stop = next(s for s in plan.stops if s.round_id and s.key[0] == "diner")
    draft = await round_changes.unassign(stop.id, **BY)
    async with writing():
        await rows("DELETE FROM stop WHERE plan = {} AND round IS NULL", draft)
    await round_changes.bring_up_to_date(cast.kitchen, TODAY, "lunch", **BY)
    assert stop.key in shape_of(await newest(cast)).placed
    assert len(where) > published
    assert {name.split("_")[0] for name in where} == {"arithmetic"}
    again = await round_changes.bring_up_to_date(cast.kitchen, TODAY, "lunch", **BY)
    assert again == draft  # and what is up to date is left alone


def test_nothing_changed_costs_nothing() -> None:
    orders = [Order(1, None, ())]
    inputs = None
    assert change_of(inputs, orders, orders).seconds == 0
