"""Rounds: nobody dropped, nothing faulty published, changes that move nobody else."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import routing
from kitchen import boards, headcounts, registry, round_changes, round_publishing
from kitchen.database import Conflict, insert, writing
from kitchen.diets import Diet
from kitchen.drivers import (
    DriverFacts,
    DriverFields,
    add_driver,
    ban_driver,
    change_driver,
)
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from kitchen.places import KitchenFacts, ServiceFacts
from kitchen.prints import Content, register_prints, round_subject
from kitchen.registry import NewAddress, NewElder
from kitchen.round_changes import moved
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import (
    Plan,
    PlanFacts,
    RoundRow,
    StopRow,
    latest_plan,
    plan_by_id,
    published_plan,
)
from kitchen.round_sheets import sheet_views, stale_sheets
from kitchen.round_tables import Stop
from kitchen.rounds import problem_for, problem_of, proposal_of, timetable
from kitchen.stops import Drop
from kitchen.timetables import Order
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

A_PLAN = PlanFacts(
    id=1,
    kitchen_id=1,
    day=TODAY,
    meal="lunch",
    version=1,
    engine="hand",
    fallback=False,
    distances="",
    digest="",
    at=MORNING,
    by="",
)


async def a_morning(vans: int = 1, bikes: int = 1) -> Cast:
    """The cast with drivers and a closed count."""
    cast = await enter()
    for number in range(vans):
        van = DriverFields(
            name=f"赵师傅{number}",
            profile="van",
            capacity=200,
            shift_from_minutes=600,
            carries_bulk=True,
        )
        await add_driver(cast.kitchen, van, "13600136000", by=CHEN, now=MORNING)
    for number in range(bikes):
        bike = DriverFields(name=f"钱师傅{number}")
        await add_driver(cast.kitchen, bike, by=CHEN, now=MORNING)
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    return cast


async def solved(cast: Cast) -> tuple[Inputs, Plan]:
    """A plan from the solver's floor, saved as the day's draft."""
    inputs = await inputs_for(cast.kitchen, TODAY, "lunch")
    problem, groups = await problem_for(cast.kitchen, TODAY, "lunch")
    solution = routing.solve(problem, seconds=0, engine="floor")
    proposal = proposal_of(inputs, solution, groups)
    await round_publishing.save_plan(inputs, proposal, by=CHEN, now=MORNING)
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    return inputs, plan


async def test_doors_and_points_become_stops_and_nobody_is_dropped(
    database: object,
) -> None:
    cast = await a_morning()
    inputs, plan = await solved(cast)
    assert {stop.key for stop in plan.stops} == set(inputs.by_key())
    waiting = plan.stops_of(None)
    assert [stop.why for stop in waiting] == ["no_place"]


async def test_a_point_gets_its_portions_and_spares_by_diet(database: object) -> None:
    cast = await enter()
    spare = SpareFacts(0, cast.chaoyang, "walk_in", "regular", 3)
    await headcounts.close_headcount(
        cast.kitchen, TODAY, "lunch", spares=[spare], by=CHEN, now=MORNING
    )
    inputs = await inputs_for(cast.kitchen, TODAY, "lunch")
    chaoyang = inputs.by_key()["point", cast.chaoyang]
    assert chaoyang.containers == (("allergy:peanut", 1), ("regular", 3))
    assert (chaoyang.portions, chaoyang.spares) == (4, 3)


async def test_rounds_wait_for_the_closed_count(database: object) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="headcount_open"):
        await inputs_for(cast.kitchen, TODAY, "lunch")


async def test_an_unplaced_elder_can_be_put_on_a_round_by_hand(
    database: object,
) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    lost, target = plan.stops_of(None)[0], plan.rounds[0]
    await round_changes.move_stop(lost.id, target.id, 1, by=CHEN, now=MORNING)
    plan = await newest(cast)
    assert plan.stops_of(None) == []
    assert plan.stops_of(target.id)[0].key == lost.key
    view = await boards.board(cast.kitchen, TODAY, "lunch")
    assert view.rounds[0].stops[0].drop.placed_by == "none"


async def newest(cast: Cast) -> Plan:
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    return plan


async def test_a_waiting_list_needs_a_name_and_a_reason(database: object) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    with pytest.raises(Refusal) as no:
        await round_publishing.publish(plan.facts.id, by=CHEN, now=MORNING)
    assert no.value.code == "plan_needs_override"
    assert no.value.facts["waiting"] == 1
    await round_publishing.publish(
        plan.facts.id, "陈经理：家属自己来取", by=CHEN, now=MORNING
    )
    published = await published_plan(cast.kitchen, TODAY, "lunch")
    assert published is not None
    assert published.facts.override == "陈经理：家属自己来取"


async def test_a_round_without_a_driver_is_not_published(database: object) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    busy = next(row for row in plan.rounds if plan.stops_of(row.id))
    await round_changes.assign_driver(busy.id, None, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="round_without_driver"):
        await round_publishing.publish(plan.facts.id, "急", by=CHEN, now=MORNING)


async def test_a_forbidden_driver_is_not_published_whatever_is_said(
    database: object,
) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    wang = next(e.diner_id for e in eaters if e.elder_id == cast.wang)
    stop = next(s for s in plan.stops if s.key == ("diner", wang))
    driver = next(row.driver_id for row in plan.rounds if row.id == stop.round_id)
    assert driver is not None
    await ban_driver(driver, cast.wang, "家属要求", by=CHEN, now=MORNING)
    view = await boards.board(cast.kitchen, TODAY, "lunch")
    assert sum(one.forbidden for one in view.rounds) == 1
    with pytest.raises(Refusal, match="plan_faulty_vehicle_forbidden"):
        await round_publishing.publish(plan.facts.id, "急", by=CHEN, now=MORNING)
    problem, groups = await problem_for(cast.kitchen, TODAY, "lunch")
    assert problem is not None
    job = next(n for n, g in groups.items() if g[0].diner_id == wang)
    assert driver in next(j for j in problem.jobs if j.id == job).forbidden_vehicles


async def test_a_bike_cannot_be_published_with_more_than_it_carries(
    database: object,
) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    van = next(
        r for r in plan.rounds if any(s.key[0] == "point" for s in plan.stops_of(r.id))
    )
    bikes = [
        d
        for d in (await inputs_for(cast.kitchen, TODAY, "lunch")).drivers
        if d.profile == "ebike"
    ]
    await round_changes.assign_driver(van.id, bikes[0].id, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="plan_faulty_skills"):
        await round_publishing.publish(plan.facts.id, "急", by=CHEN, now=MORNING)


async def test_more_than_somebody_carries_or_drives_is_shown_and_not_published(
    database: object,
) -> None:
    cast = await a_morning(bikes=2)
    _inputs, plan = await solved(cast)
    van = next(
        r for r in plan.rounds if any(s.key[0] == "point" for s in plan.stops_of(r.id))
    )
    assert van.driver_id is not None
    small = DriverFields(
        name="赵师傅0", profile="van", capacity=1, carries_bulk=True, max_rounds=1
    )
    await change_driver(van.driver_id, small, by=CHEN, now=MORNING)
    view = await boards.board(cast.kitchen, TODAY, "lunch")
    assert {fault.code for one in view.rounds for fault in one.faults} == {"load"}
    with pytest.raises(Refusal, match="plan_faulty_load"):
        await round_publishing.publish(plan.facts.id, "急", by=CHEN, now=MORNING)
    big = replace(small, capacity=200)
    await change_driver(van.driver_id, big, by=CHEN, now=MORNING)
    await round_changes.add_round(plan.facts.id, by=CHEN, now=MORNING)
    other = (await newest(cast)).rounds[-1]
    door = next(s for s in plan.stops if s.round_id and s.key[0] == "diner")
    await round_changes.move_stop(door.id, other.id, 1, by=CHEN, now=MORNING)
    await round_changes.assign_driver(other.id, van.driver_id, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="plan_faulty_max_rounds"):
        await round_publishing.publish(plan.facts.id, "急", by=CHEN, now=MORNING)


async def test_a_person_cannot_be_on_two_rounds(database: object) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    stop = next(s for s in plan.stops if s.key[0] == "diner" and s.round_id)
    twice = {"plan": plan.facts.id, "round": stop.round_id, "diner": stop.key[1]}
    with pytest.raises(Conflict):
        async with writing():
            await insert(Stop, **twice, position=99, locked=False, why="", spares=0)


async def published(cast: Cast) -> Plan:
    _inputs, plan = await solved(cast)
    await round_publishing.publish(plan.facts.id, "陈经理", by=CHEN, now=MORNING)
    return await newest(cast)


async def test_a_published_plan_is_copied_by_the_first_change(
    database: object,
) -> None:
    cast = await a_morning()
    first = await published(cast)
    stop = next(s for s in first.stops if s.round_id is not None)
    await round_changes.unassign(stop.id, by=CHEN, now=MORNING)
    draft = await newest(cast)
    assert (draft.facts.version, draft.facts.is_draft) == (2, True)
    assert (await plan_by_id(first.facts.id)).stops == first.stops
    assert stop.key in {waiting.key for waiting in draft.stops_of(None)}
    with pytest.raises(Refusal, match="plan_superseded"):
        await round_changes.unassign(stop.id, by=CHEN, now=MORNING)


async def test_a_late_add_changes_nobody_else(database: object) -> None:
    cast = await a_morning()
    before = await published(cast)
    late = await registry.enrol(
        NewElder(
            name="吴长顺",
            sex="male",
            birth_date=date(1940, 5, 5),
            address=NewAddress(cast.community, "朝阳里", "7号楼", "1单元", 5, "504"),
            delivered="illness",
        ),
        kitchen_id=cast.kitchen,
        by=CHEN,
        now=MORNING,
    )
    await headcounts.add_late(
        late,
        TODAY,
        "lunch",
        way="deliver",
        point_id=None,
        reason="刚出院",
        source="telephone",
        by=CHEN,
        now=MORNING,
    )
    view = await boards.board(cast.kitchen, TODAY, "lunch")
    assert [drop.name for drop in view.added] == ["吴长顺"]
    draft = await round_changes.add_round(before.facts.id, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="round_person_missing"):
        await round_publishing.publish(draft, "急", by=CHEN, now=MORNING)
    await round_changes.bring_up_to_date(
        cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING
    )
    after = await newest(cast)
    new = {stop.key for stop in after.stops} - {stop.key for stop in before.stops}
    assert len(new) == 1
    assert [
        tuple(key for key in order.keys if key not in new)
        for order in after.orders
        if order.keys
    ] == [order.keys for order in before.orders if order.keys]
    assert any(new & set(order.keys) for order in after.orders)


async def test_a_cancelled_door_leaves_its_round_and_closes_the_gap(
    database: object,
) -> None:
    cast = await a_morning()
    before = await published(cast)
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    wang = next(e.diner_id for e in eaters if e.elder_id == cast.wang)
    await headcounts.cancel_late(
        wang, reason="女儿接走", source="telephone", by=CHEN, now=MORNING
    )
    assert (await boards.board(cast.kitchen, TODAY, "lunch")).gone == 1
    await round_changes.bring_up_to_date(
        cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING
    )
    after = await newest(cast)
    assert ("diner", wang) not in {stop.key for stop in after.stops}
    assert len(after.stops) == len(before.stops) - 1
    for row in after.rounds:
        positions = [stop.position for stop in after.stops_of(row.id)]
        assert positions == list(range(1, len(positions) + 1))


async def test_a_locked_round_survives_the_solver(database: object) -> None:
    cast = await a_morning(bikes=2)
    _inputs, plan = await solved(cast)
    row = next(row for row in plan.rounds if len(plan.stops_of(row.id)) > 1)
    await round_changes.unassign(plan.stops_of(row.id)[-1].id, by=CHEN, now=MORNING)
    await round_changes.lock_round(row.id, True, by=CHEN, now=MORNING)
    kept = next(o for o in (await newest(cast)).orders if o.locked)
    inputs = await inputs_for(cast.kitchen, TODAY, "lunch")
    problem, groups = problem_of(inputs, [kept])
    assert problem is not None
    solution = routing.solve(problem, seconds=0, engine="floor")
    proposal = proposal_of(inputs, solution, groups, [kept])
    assert kept in proposal.orders
    placed = [key for order in proposal.orders for key in order.keys]
    assert sorted([*placed, *proposal.why]) == sorted(inputs.by_key())


async def test_a_locked_stop_stays_with_its_driver(database: object) -> None:
    cast = await a_morning(bikes=3)
    _inputs, plan = await solved(cast)
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    wang = next(e.diner_id for e in eaters if e.elder_id == cast.wang)
    stop = next(s for s in plan.stops if s.key == ("diner", wang))
    row = next(row for row in plan.rounds if row.id == stop.round_id)
    inputs = await inputs_for(cast.kitchen, TODAY, "lunch")
    other = next(d.id for d in inputs.drivers if d.id != row.driver_id)
    await round_changes.add_round(plan.facts.id, by=CHEN, now=MORNING)
    extra = (await newest(cast)).rounds[-1]
    await round_changes.assign_driver(extra.id, other, by=CHEN, now=MORNING)
    await round_changes.move_stop(stop.id, extra.id, 1, by=CHEN, now=MORNING)
    await round_changes.lock_stop(stop.id, True, by=CHEN, now=MORNING)
    pinned = (await newest(cast)).pinned
    assert pinned == {stop.key: other}
    problem, groups = problem_of(inputs, pinned=pinned)
    assert problem is not None
    solution = routing.solve(problem, seconds=0, engine="floor")
    proposal = proposal_of(inputs, solution, groups, pinned=pinned)
    kept = next(order for order in proposal.orders if stop.key in order.keys)
    assert kept.driver_id == other
    await round_publishing.save_plan(inputs, proposal, by=CHEN, now=MORNING)
    assert (await newest(cast)).pinned == pinned


async def test_the_sheet_says_what_the_plan_says(database: object) -> None:
    cast = await a_morning()
    plan = await published(cast)
    views = await sheet_views(cast.kitchen, TODAY, "lunch")
    stops = {stop.code: stop for view in views for stop in view.stops}
    assert set(stops) == set(plan.codes.values())
    wang = next(stop for stop in stops.values() if stop.elder_id == cast.wang)
    assert (wang.name, wang.phone_tail, wang.door) == ("王秀英", "8000", "302")
    assert wang.collect_fen == 500
    assert [contact.initials for contact in wang.contacts] == ["王*", "刘*"]
    for view in views:
        assert sum(line.portions for line in view.loading) == view.portions
        assert view.published


async def test_the_same_round_in_a_new_version_is_the_same_paper(
    database: object,
) -> None:
    cast = await a_morning()
    plan = await published(cast)
    before = {
        v.number: v.digest for v in await sheet_views(cast.kitchen, TODAY, "lunch")
    }
    draft = await round_changes.add_round(plan.facts.id, by=CHEN, now=MORNING)
    await round_publishing.publish(draft, "加一趟", by=CHEN, now=MORNING)
    after = {
        v.number: v.digest for v in await sheet_views(cast.kitchen, TODAY, "lunch")
    }
    assert after == before


async def test_a_sheet_in_somebodys_hand_is_stale_after_a_change(
    database: object,
) -> None:
    cast = await a_morning()
    await published(cast)
    papers = [
        Content("sheet", round_subject(view.number), view.digest, "钱师傅")
        for view in await sheet_views(cast.kitchen, TODAY, "lunch")
    ]
    await register_prints(
        cast.kitchen,
        TODAY,
        "lunch",
        papers,
        pages=[1] * len(papers),
        by=CHEN,
        now=MORNING,
    )
    assert await stale_sheets(cast.kitchen, TODAY, "lunch") == []
    plan = await newest(cast)
    stop = next(s for s in plan.stops if s.round_id is not None)
    await round_changes.unassign(stop.id, by=CHEN, now=MORNING)
    assert await stale_sheets(cast.kitchen, TODAY, "lunch") == []  # still a draft
    draft = await newest(cast)
    await round_publishing.publish(draft.facts.id, "急", by=CHEN, now=MORNING)
    stale = await stale_sheets(cast.kitchen, TODAY, "lunch")
    assert [(paper.version, paper.holder) for paper in stale] == [(1, "钱师傅")]


# Pure: days nobody ever saw ---------------------------------------------------


@st.composite
def days(draw: st.DrawFn) -> Inputs:
    """A day of doors here and there, some impossible, and drivers of all kinds; some
    of them begin at a point."""
    number = st.integers
    drops = [
        Drop(
            diner_id=n,
            elder_id=n,
            name=f"老人{n}",
            building_id=draw(number(1, 6)),
            unit=draw(st.sampled_from(["1单元", "2单元"])),
            compound=draw(st.sampled_from(["朝阳里", "新华苑"])),
            floor=draw(st.none() | number(1, 30)),
            lift=draw(st.booleans()),
            lon_e6=(lon := draw(st.none() | number(120_100_000, 120_200_000))),
            lat_e6=None if lon is None else draw(number(30_250_000, 30_310_000)),
            portions=draw(number(1, 60)),
            diet=Diet(),
            priority=draw(number(0, 87)),
        )
        for n in range(1, draw(number(1, 14)) + 1)
    ]
    crew = [
        DriverFacts(
            id=n,
            kitchen_id=1,
            name=f"师傅{n}",
            phone_tail="",
            active=True,
            profile=draw(st.sampled_from(["walk", "ebike", "van"])),
            capacity=draw(number(1, 60)),
            shift_from_minutes=(start := draw(number(300, 900))),
            shift_to_minutes=start + draw(number(1, 300)),
            max_rounds=draw(number(1, 3)),
            carries_bulk=draw(st.booleans()),
        )
        for n in range(1, draw(number(1, 4)) + 1)
    ]
    points = [
        Drop(
            point_id=n,
            name=f"驿点{n}",
            lon_e6=draw(number(120_140_000, 120_160_000)),
            lat_e6=draw(number(30_270_000, 30_290_000)),
            placed_by="own",
            portions=(portions := draw(number(0, 20))),
            containers=(("regular", portions),) if portions else (),
            unload_seconds=draw(number(0, 600)),
            priority=100,
        )
        for n in range(1, draw(number(0, 2)) + 1)
    ]
    starts = {
        one.id: draw(st.sampled_from(points)).point_id or 0
        for one in (crew if points else ())
        if not one.carries_bulk and draw(st.booleans())
    }
    drops += [p for p in points if p.portions or p.point_id in starts.values()]
    banned = draw(
        st.dictionaries(number(1, 14), st.frozensets(number(1, 4), max_size=2))
    )
    kitchen = KitchenFacts(
        1,
        "厨房",
        1,
        "",
        120_150_000,
        30_280_000,
        "",
        "",
        75,
        120,
        240,
        125,
        60,
        15,
        20,
        True,
        True,
    )
    return Inputs(
        kitchen=kitchen,
        service=ServiceFacts("lunch", 1300, 0, 540, 615, 630, 660, 750),
        day=TODAY,
        meal="lunch",
        drops=tuple(drops),
        drivers=tuple(crew),
        banned=banned,
        starts=starts,
    )


@given(days())
@settings(max_examples=250, deadline=None)
def test_every_door_is_on_one_round_or_waiting_with_a_reason(inputs: Inputs) -> None:
    problem, groups = problem_of(inputs)
    if problem is None:
        return
    solution = routing.solve(problem, seconds=0, engine="floor")
    proposal = proposal_of(inputs, solution, groups)
    placed = [key for order in proposal.orders for key in order.keys]
    assert sorted([*placed, *proposal.why]) == sorted(inputs.by_key())
    assert all(proposal.why.values())
    times = timetable(inputs, proposal.orders)
    assert times.faults == ()
    assert all(not stop.faults for one in times.rounds.values() for stop in one.stops)


@given(days(), st.data())
@settings(max_examples=250, deadline=None)
def test_any_order_by_hand_can_be_timed_and_its_faults_are_seen(
    inputs: Inputs, data: st.DataObject
) -> None:
    """The board shows what the checker will refuse: no fault is silent."""
    keys = data.draw(st.permutations([drop.key for drop in inputs.drops]))
    cut = data.draw(st.integers(0, len(keys)))
    drivers = st.sampled_from([None, *(d.id for d in inputs.drivers)])
    orders = [
        Order(1, data.draw(drivers), tuple(keys[:cut])),
        Order(2, data.draw(drivers), tuple(keys[cut:])),
    ]
    assume(not upside_down(inputs, orders))
    times = timetable(inputs, orders)
    timed = [stop.key for one in times.rounds.values() for stop in one.stops]
    assert sorted(timed) == sorted(inputs.served(orders))
    shown = {
        fault.code
        for one in times.rounds.values()
        for faults in (one.faults, *(stop.faults for stop in one.stops))
        for fault in faults
    }
    assert {fault.code for fault in times.faults} - {"lead_time"} <= shown


def upside_down(inputs: Inputs, orders: list[Order]) -> bool:
    """Whether somebody who begins at a point is to bring food to one: it is shown that
    they cannot, and when they would means nothing."""
    return any(
        inputs.start_of(order) and key[0] == "point"
        for order in orders
        for key in order.keys
    )


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.data())
def test_a_move_keeps_everybody_once_and_leaves_no_gap(
    homes: list[int], data: st.DataObject
) -> None:
    seats: dict[int | None, int] = {}
    stops = []
    for number, home in enumerate(homes, start=1):
        round_id = home or None
        seats[round_id] = seats.get(round_id, 0) + 1
        stops.append(StopRow(number, ("diner", number), round_id, seats[round_id]))
    plan = Plan(
        A_PLAN, tuple(RoundRow(n, n, None, False) for n in (1, 2, 3)), tuple(stops)
    )
    stop = data.draw(st.sampled_from(stops))
    target = data.draw(st.sampled_from([None, 1, 2, 3]))
    position = data.draw(st.integers(1, 15))
    places: dict[int, tuple[int | None, int]] = {
        s.id: (s.round_id, s.position) for s in stops
    }
    places |= moved(plan, stop, target, position)
    assert places[stop.id][0] == target
    for there in (None, 1, 2, 3):
        positions = sorted(p for where, p in places.values() if where == there)
        assert positions == list(range(1, len(positions) + 1))
