"""Kitchen → drop point → doors: a rider begins where the van brings a crate. Every
portion is counted once and ages from the kitchen on; whoever is missing is seen.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import routing
from app.morning import morning_for, papers_of
from app.paper_html import document_for
from app.paper_scene import Office
from app.papers import DriverSheet
from app.printing import render
from kitchen import (
    boards,
    day_close,
    dispatches,
    driver_starts,
    drivers,
    loadings,
    places,
    round_changes,
    round_mending,
    round_publishing,
)
from kitchen.drivers import DriverFields
from kitchen.errors import Refusal
from kitchen.food_clocks import delays_of
from kitchen.loadings import LoadedLine, expected_load, loadings_for
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_levels import locked_with
from kitchen.round_plans import Plan, RoundRow, StopRow, timed
from kitchen.round_prices import price_at
from kitchen.round_proposals import Comparison, compared, shape_from
from kitchen.round_scopes import alone, task_for
from kitchen.round_sheets import sheet_views
from kitchen.round_steps import shape_of
from kitchen.rounds import problem_of, proposal_of, starting_rounds, timetable
from kitchen.stops import Key
from kitchen.timetables import Fault, Order
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.kitchen.test_round_board import a_street
from tests.kitchen.test_rounds import A_PLAN, days, newest, upside_down
from tests.prints.conftest import texts
from tests.prints.samples import STAMP
from tests.test_a_day import hire_drivers, live_through

BY = {"by": CHEN, "now": MORNING}
WHEN = (TODAY, "lunch")
SHANGHAI = ZoneInfo("Asia/Shanghai")


async def hire_on_two_levels(cast: Cast) -> None:
    """The van only goes to points; 赵师傅 begins at 朝阳 and goes to the doors."""
    await hire_drivers(cast)
    van, bike = await drivers.drivers_for(cast.kitchen)
    await driver_starts.start_from(bike.id, cast.chaoyang, TODAY, **BY)
    for elder in (cast.wang, cast.zhao):
        await drivers.ban_driver(van.id, elder, "院子窄", **BY)


async def test_a_day_on_two_levels_from_order_to_claim(database: object) -> None:
    cast = await enter()
    await live_through(cast, hire_on_two_levels)
    balance = await day_close.balance_for(cast.kitchen, *WHEN)
    assert balance.differences == ()
    chain = dict(balance.chain)
    assert (chain["cooked"], chain["loaded"], chain["handed_over"]) == (5, 5, 4)
    [van, rider] = await sheet_views(cast.kitchen, *WHEN)
    doors = next(
        line for line in balance.lines if line.place == f"round:{rider.number}"
    )
    # the boxes are loaded once, by the van, and taken over once, by the rider
    assert (doors.portioned, doors.loaded, doors.received) == (2, 2, 2)
    assert (doors.handed_over, doors.returned) == (1, 1)
    crates = Counter(line.crate for line in van.loading for _ in range(line.portions))
    assert crates[rider.number] == 2

    # its food left with the van
    begins = rider.begins
    assert begins is not None
    assert begins.number == van.number
    assert begins.left_at == van.depart_at
    assert rider.depart_at is not None
    assert begins.at is not None
    assert van.depart_at is not None
    assert van.depart_at < begins.at < rider.depart_at
    leaves = await dispatches.dispatches_for(cast.kitchen, *WHEN)
    local = van.depart_at.astimezone(SHANGHAI)
    by_clock = local.hour * 60 + local.minute
    assert leaves["round", rider.number].depart_minutes == by_clock

    # whichever count is taken back, the page names it
    for lines in (await loadings_for(cast.kitchen, *WHEN)).values():
        for line in lines:
            await loadings.void_loading(line.id, "点错了", **BY)
            torn = await day_close.balance_for(cast.kitchen, *WHEN)
            assert any(d.what or d.expected != d.found for d in torn.differences)
            views = {view.number: view for view in (van, rider)}
            again = LoadedLine(*line.shelf[:2], line.portions, crate=line.crate)
            await loadings.record_loading(
                views[line.round_number].round_id, [again], **BY
            )
    whole = await day_close.balance_for(cast.kitchen, *WHEN)
    assert whole.differences == ()


@given(days(), st.data())
@settings(max_examples=150)
def test_every_portion_leaves_the_kitchen_once(
    inputs: Inputs, data: st.DataObject
) -> None:
    """Whatever order somebody makes: what is on the rounds that begin at the kitchen,
    crates included, is what all doors and points on rounds get, once; and whose crate
    nobody brings is a fault that no override allows."""
    keys = data.draw(st.permutations([drop.key for drop in inputs.drops]))
    cut = data.draw(st.integers(0, len(keys)))
    crew = st.sampled_from([None, *(d.id for d in inputs.drivers)])
    orders = (
        Order(1, data.draw(crew), tuple(keys[:cut])),
        Order(2, data.draw(crew), tuple(keys[cut:])),
    )
    assume(not upside_down(inputs, list(orders)))
    drops, loads = inputs.by_key(), expected_load(inputs, a_plan(orders))
    begun = {o.number: point for o in orders if (point := inputs.start_of(o))}
    on_rounds = {key for order in orders for key in order.keys}
    unbrought = {n for n, point in begun.items() if point not in on_rounds}
    leaving = sum(
        portions
        for number, shelves in loads.items()
        for shelf, portions in shelves.items()
        if number not in begun or shelf.point_id or shelf.crate
    )
    wanted = sum(
        drops[key].portions
        for order in orders
        for key in order.keys
        if order.number not in unbrought or key[0] == "point"
    )
    assert leaving == wanted
    riding = {n for n in unbrought if loads[n]}
    times = timetable(inputs, orders)
    assert riding <= {n for n, t in times.rounds.items() if "supply" in codes(t.faults)}
    assert not riding or "supply" in codes(times.hard)


def codes(faults: Iterable[Fault]) -> set[str]:
    return {fault.code for fault in faults}


def a_plan(orders: Iterable[Order]) -> Plan:
    rounds = tuple(RoundRow(o.number, o.number, o.driver_id, False) for o in orders)
    stops = tuple(
        StopRow(100 * order.number + n, key, order.number, n)
        for order in orders
        for n, key in enumerate(order.keys, start=1)
    )
    return Plan(A_PLAN, rounds, stops)


async def a_street_on_two_levels() -> tuple[Cast, Inputs, Plan]:
    """A street where the van brings the second rider's crate to 新华."""
    cast, inputs, plan = await a_street(bikes=2)
    rider = inputs.drivers[1]
    await driver_starts.start_from(rider.id, cast.xinhua, TODAY, **BY)
    return cast, await inputs_for(cast.kitchen, *WHEN), plan


async def test_the_board_says_where_a_round_begins_and_ages_food_from_the_kitchen(
    database: object,
) -> None:
    cast, inputs, plan = await a_street_on_two_levels()
    view = await boards.board(cast.kitchen, *WHEN)
    van, rider, other = view.rounds
    assert rider.begins is not None
    assert (rider.begins.name, rider.begins.number) == ("新华就餐点", van.number)
    assert other.begins is None
    assert other.food_left_at == other.depart_at
    assert rider.food_left_at == van.depart_at
    assert van.depart_at is not None
    for stop in rider.stops:
        assert stop.arrival_at is not None
        age = int((stop.arrival_at - van.depart_at).total_seconds())
        assert stop.age_seconds == age
    at_point = next(s for s in van.stops if s.key == ("point", cast.xinhua))
    [crate] = at_point.drop.crates
    assert (crate.number, crate.portions) == (rider.number, rider.portions)
    assert view.portions == sum(drop.portions for drop in inputs.drops)  # once each

    # taking the point off the van is priced as what it is: nobody brings the crate
    price = price_at(inputs, plan.orders, ("point", cast.xinhua), None, 1)
    assert price.change.hard > 0
    # a round that stays as it is keeps the van that brings its boxes
    locked = [replace(o, locked=o.number == rider.number) for o in plan.orders]
    assert {o.number for o in locked_with(inputs, locked)} == {1, rider.number}


def searched_alone(
    inputs: Inputs, plan: Plan, number: int
) -> tuple[Comparison, tuple[Key, ...]]:
    """What the search makes of one round, and its order then."""
    task = task_for(inputs, plan, "round", number)
    problem, groups = problem_of(task.inputs, task.locked, task.pinned, task.beside)
    assert problem is not None
    start = starting_rounds(groups, plan.orders, task.beside)
    found = routing.solve(problem, steps=1000, start=start)
    proposal = proposal_of(task.inputs, found, groups, task.locked)
    shape = shape_from(alone(proposal, task, number), task.base, number)
    after = next(o for o in shape.orders if o.number == number)
    return compared(inputs, task.base, shape), after.keys


@pytest.mark.parametrize("eats_there", [True, False])
async def test_a_van_planned_alone_knows_until_when_its_riders_can_wait(
    database: object, eats_there: bool
) -> None:
    """Unloading at the other point first costs the van nothing and makes the rider
    late; the van is offered the order that is best for everybody. So too where nobody
    eats and there is only a crate to bring."""
    cast, inputs, plan = await a_street_on_two_levels()
    van, rider = plan.orders[:2]
    far = ("point", cast.chaoyang)
    crate = ("point", cast.xinhua)
    slow = replace(inputs.by_key()[far], unload_seconds=30 * 60)
    drops = [slow if d.key == far else d for d in inputs.drops]
    if not eats_there:
        drops = [
            replace(d, portions=0, containers=()) if d.key == crate else d
            for d in drops
        ]
    early = replace(inputs.service, serve_to_minutes=11 * 60 + 5)
    inputs = replace(inputs, drops=tuple(drops), service=early)
    plan = a_plan(
        [
            replace(order, keys=(far, crate)) if order == van else order
            for order in plan.orders
        ]
    )
    base = shape_of(plan)
    worth = {
        keys: compared(
            inputs,
            base,
            replace(base, orders=(replace(van, keys=keys), *base.orders[1:])),
        ).worth
        for keys in ((far, crate), (crate, far))
    }
    assert worth[crate, far] < worth[far, crate]
    now = timetable(inputs, base.orders).rounds
    assert now[rider.number].late
    assert not now[van.number].late
    found, keys = searched_alone(inputs, plan, van.number)
    assert keys == (crate, far)
    assert found.worth == worth[crate, far]
    assert found.is_better
    good = a_plan([replace(van, keys=keys), *plan.orders[1:]])
    again = timetable(inputs, good.orders).rounds
    assert again[van.number].seconds >= now[van.number].seconds, "and yet it stays so"
    found, keys = searched_alone(inputs, good, van.number)
    assert keys == (crate, far)
    assert found.rounds == ()


async def test_nobody_begins_where_nobody_eats_and_nothing_can_be_brought(
    database: object,
) -> None:
    """Without a van that day a rider's crate comes to no point, whoever eats there."""
    cast, inputs, plan = await a_street_on_two_levels()
    riders = tuple(one for one in inputs.drivers if not one.carries_bulk)
    crate = ("point", cast.xinhua)
    for eats_there in (True, False):
        drops = tuple(
            d if d.key != crate or eats_there else replace(d, portions=0, containers=())
            for d in inputs.drops
        )
        alone = replace(inputs, drops=drops, drivers=riders)
        problem, groups = problem_of(alone)
        assert problem is not None
        assert inputs.starts.keys().isdisjoint(v.id for v in problem.vehicles)
        found = routing.solve(problem, seconds=0, engine="floor")
        orders = proposal_of(alone, found, groups).orders
        assert "supply" not in codes(timetable(alone, orders).faults)
    # a van that stays as it is brings something to whoever begins there
    [van] = [order for order in plan.orders if crate in order.keys]
    problem, _groups = problem_of(replace(inputs, drops=drops), [van])
    assert problem is not None
    assert inputs.starts.keys() <= {v.id for v in problem.vehicles}


async def test_a_point_that_a_missing_driver_goes_to_for_nothing_is_not_lost(
    database: object,
) -> None:
    cast, inputs, plan = await a_street_on_two_levels()
    crate = ("point", cast.xinhua)
    drops = tuple(
        replace(d, portions=0, containers=()) if d.key == crate else d
        for d in inputs.drops
    )
    van, rider, other = plan.orders
    shape = shape_of(plan)
    idle = replace(rider, keys=())  # nobody begins there yet
    full = replace(other, keys=(*rider.keys, *other.keys))
    shape = replace(shape, orders=(van, idle, full))
    left = replace(inputs, drops=drops, drivers=inputs.drivers[1:])
    after = round_mending.without_driver(left, shape, inputs.drivers[0].id)
    assert crate in after.why
    everybody = [*(k for o in after.orders for k in o.keys), *after.why]
    assert sorted(everybody) == sorted(left.by_key())


async def test_a_rider_planned_alone_waits_for_the_crate_that_is_only_theirs(
    database: object,
) -> None:
    """A van that stays as it is goes to the point where nobody eats, too."""
    cast, inputs, plan = await a_street_on_two_levels()
    crate = ("point", cast.xinhua)
    inputs = replace(
        inputs,
        drops=tuple(
            replace(d, portions=0, containers=()) if d.key == crate else d
            for d in inputs.drops
        ),
    )
    van, rider = plan.orders[:2]
    assert crate in van.keys
    task = task_for(inputs, plan, "round", rider.number)
    assert [order.number for order in task.locked] == [van.number]
    problem, _groups = problem_of(task.inputs, task.locked, task.pinned, task.beside)
    assert problem is not None
    [free] = problem.vehicles
    there = next(
        stop.arrival_at
        for stop in timetable(inputs, plan.orders).rounds[van.number].stops
        if stop.key == crate
    )
    handed_over = inputs.by_key()[crate].unload_seconds
    seconds = int((there - inputs.midnight).total_seconds()) + handed_over
    assert free.shift.opens >= seconds


async def test_a_late_van_makes_those_late_who_wait_for_it(database: object) -> None:
    _cast, inputs, plan = await a_street_on_two_levels()
    plan = timed(plan, timetable(inputs, plan.orders))
    van, rider, other = plan.rounds
    assert van.depart_at is not None
    now = van.depart_at + timedelta(minutes=20)  # and nothing is loaded
    delays = delays_of(plan, {}, now, inputs.starts)
    assert delays[van.number] == delays[rider.number] == timedelta(minutes=20)
    assert delays[other.number] < delays[van.number]


async def test_a_crate_that_nobody_brings_is_not_published(database: object) -> None:
    cast, _inputs, plan = await a_street_on_two_levels()
    point = next(s for s in plan.stops if s.key == ("point", cast.xinhua))
    await round_changes.unassign(point.id, **BY)
    now = await newest(cast)
    with pytest.raises(Refusal, match="plan_faulty_supply"):
        await round_publishing.publish(now.facts.id, "急", **BY)
    view = await boards.board(cast.kitchen, *WHEN)
    assert ("point", cast.xinhua) in {stop.key for stop in view.waiting}


@pytest.mark.parametrize("missing", ["van", "rider"])
async def test_whoever_is_missing_on_two_levels_nobody_is_lost(
    database: object, missing: str
) -> None:
    cast, inputs, plan = await a_street_on_two_levels()
    spare = DriverFields(name="后备车", profile="van", capacity=200, carries_bulk=True)
    await drivers.add_driver(cast.kitchen, spare, **BY)
    gone = inputs.drivers[0 if missing == "van" else 1].id
    await round_mending.driver_missing(cast.kitchen, *WHEN, gone, "病了", **BY)
    after = await newest(cast)
    now = await inputs_for(cast.kitchen, *WHEN)
    assert {stop.key for stop in after.stops} == set(now.by_key())
    assert gone not in {order.driver_id for order in after.orders if order.keys}
    times = timetable(now, after.orders)
    assert "supply" not in codes(times.faults)
    doors = [k for o in after.orders for k in o.keys if k[0] == "diner"]
    before = [k for o in plan.orders for k in o.keys if k[0] == "diner"]
    assert sorted(doors) == sorted(before)


async def test_the_papers_say_what_is_handed_over_where(database: object) -> None:
    cast, _inputs, _plan = await a_street_on_two_levels()
    morning = await morning_for(cast.kitchen, *WHEN, Office(SHANGHAI))
    sheets = [p for p in papers_of(morning, ["sheet"]) if isinstance(p, DriverSheet)]
    van, rider = sheets[:2]
    printed = await render([document_for(sheet, STAMP) for sheet in (van, rider)])
    [for_van, for_rider] = ["".join(texts(one.pdf)) for one in printed]
    assert f"转交第{rider.number}趟{rider.portions}份" in for_van
    at = next(v.time for v in van.visits if v.name == "新华就餐点")
    assert f"从新华就餐点出发，饭随第{van.number}趟{at}到" in for_rider


@pytest.mark.parametrize(
    ("point", "bulk", "code"),
    [
        (10**6, False, "dining_point_unknown"),
        ("unplaced", False, "start_without_place"),  # nobody knows the way there
        ("chaoyang", True, "start_with_bulk"),  # would wait for a crate of their own
    ],
)
async def test_where_a_round_cannot_begin(
    database: object, point: int | str, bulk: bool, code: str
) -> None:
    cast = await enter()
    fields = DriverFields(name="赵师傅", carries_bulk=bulk)
    driver = await drivers.add_driver(cast.kitchen, fields, **BY)
    nowhere = await places.add_point(
        kitchen_id=cast.kitchen, area_id=cast.community, name="新驿点", **BY
    )
    named = {"unplaced": nowhere, "chaoyang": cast.chaoyang}
    with pytest.raises(Refusal, match=code):
        await driver_starts.start_from(
            driver, named.get(str(point), 10**6), TODAY, **BY
        )


async def test_a_start_holds_from_its_day_on(database: object) -> None:
    cast = await enter()
    driver = await drivers.add_driver(cast.kitchen, DriverFields(name="赵师傅"), **BY)
    day = timedelta(days=1)
    for point, since in ((cast.chaoyang, TODAY), (None, TODAY + 7 * day)):
        for _twice in range(2):
            await driver_starts.start_from(driver, point, since, **BY)
    assert len(await driver_starts.starts_for(cast.kitchen)) == 2
    for later, begins in ((-1, {}), (0, {driver: cast.chaoyang}), (7, {})):
        found = await driver_starts.starts_on(cast.kitchen, TODAY + later * day)
        assert found == begins
