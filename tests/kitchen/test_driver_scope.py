"""A driver sees the own rounds of today, and two hours after the return no more."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen import round_changes, round_publishing
from kitchen.driver_scope import (
    EVERYTHING,
    Trip,
    may_see,
    sees_round,
    sees_stop,
    sight_of,
)
from kitchen.drivers import accounts_for, drivers_for, link_account
from kitchen.errors import Refusal
from kitchen.round_plans import Plan, latest_plan
from kitchen.staff import ROLES, Actor, Post, hire
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_deliveries import out_in_the_streets, stop_of

BACK = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)  # 12:30 in Shanghai
OWN = Trip(kitchen_id=1, day=TODAY, staff_id=7, back_at=BACK)
DRIVER = Actor(7, "赵师傅", "driver", kitchen_id=1)

ids = st.one_of(st.none(), st.integers(1, 9))
DAYS = (datetime(2026, 11, 22), datetime(2026, 11, 27))  # noqa: DTZ001 - zone below
instants = st.datetimes(*DAYS, timezones=st.just(UTC))
trips = st.builds(
    Trip,
    kitchen_id=st.integers(1, 3),
    day=st.dates(date(2026, 11, 22), date(2026, 11, 26)),
    staff_id=ids,
    back_at=st.one_of(st.none(), instants),
)
actors = st.builds(
    Actor,
    staff_id=st.integers(1, 9),
    name=st.just("谁"),
    role=st.sampled_from(ROLES),
    kitchen_id=ids,
)


@given(actors, trips, instants)
def test_a_driver_is_shown_nothing_but_the_own_open_rounds_of_today(
    actor: Actor, trip: Trip, now: datetime
) -> None:
    seen = may_see(actor, trip, today=TODAY, now=now)
    if seen:
        assert actor.kitchen_id in (None, trip.kitchen_id)
    if seen and actor.role == "driver":
        assert (trip.day, trip.staff_id) == (TODAY, actor.staff_id)
        assert trip.back_at is not None
        assert now < trip.back_at + timedelta(hours=2)


@given(st.timedeltas(timedelta(days=-1), timedelta(hours=2)))
def test_the_own_round_is_there_until_two_hours_after_the_return(
    since: timedelta,
) -> None:
    seen = may_see(DRIVER, OWN, today=TODAY, now=BACK + since)
    assert seen == (since < timedelta(hours=2))


@given(actors.filter(lambda actor: actor.role != "driver"), trips, instants)
def test_everybody_else_is_limited_by_their_kitchen_alone(
    actor: Actor, trip: Trip, now: datetime
) -> None:
    seen = may_see(actor, trip, today=TODAY, now=now)
    assert seen == actor.sees_kitchen(trip.kitchen_id)


async def linked(cast: Cast, plan: Plan) -> tuple[Actor, int]:
    """An account for whoever brings 王奶奶 her lunch, and the round's id."""
    post = Post("driver", kitchen_id=cast.kitchen)
    staff = await hire(
        login="zhao",
        name="赵师傅",
        post=post,
        password_hash="x",
        by=CHEN,
        now=MORNING,
    )
    stop = await stop_of(cast, plan, cast.wang)
    round_id = next(s.round_id for s in plan.stops if s.id == stop)
    row = next(row for row in plan.rounds if row.id == round_id)
    assert row.driver_id is not None
    await link_account(row.driver_id, staff, by=CHEN, now=MORNING)
    return Actor(staff, "赵师傅", "driver", cast.kitchen), row.id


async def test_the_own_round_is_seen_and_the_others_are_not(database: object) -> None:
    cast, plan = await out_in_the_streets()
    driver, own = await linked(cast, plan)
    when = {"today": TODAY, "now": MORNING}
    seen = [row.id for row in plan.rounds if await sees_round(driver, row.id, **when)]
    drives = {row.id: row.driver_id for row in plan.rounds}
    assert own in seen
    assert {drives[one] for one in seen} == {drives[own]}
    for stop in plan.stops:
        assert await sees_stop(driver, stop.id, **when) == (stop.round_id in seen)
    assert await sees_round(CHEN, plan.rounds[0].id, **when)


async def test_two_hours_after_the_return_nothing_is_seen(database: object) -> None:
    cast, plan = await out_in_the_streets()
    driver, own = await linked(cast, plan)
    back = next(row.back_at for row in plan.rounds if row.id == own)
    assert back is not None
    late = back + timedelta(hours=2, minutes=1)
    where = (driver, cast.kitchen, TODAY, "lunch")
    assert (await sight_of(*where, today=TODAY, now=late)).numbers == frozenset()
    tomorrow = TODAY + timedelta(days=1)
    gone = await sight_of(*where, today=tomorrow, now=MORNING)
    assert gone.numbers == frozenset()
    assert gone.linked


async def test_a_door_that_went_to_another_driver_is_no_longer_seen(
    database: object,
) -> None:
    cast, plan = await out_in_the_streets()
    driver, own = await linked(cast, plan)
    old = await stop_of(cast, plan, cast.wang)
    mine = next(row.driver_id for row in plan.rounds if row.id == own)
    other = next(d.id for d in await drivers_for(cast.kitchen) if d.id != mine)
    await round_changes.add_round(plan.facts.id, by=CHEN, now=MORNING)
    draft = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert draft is not None
    added = draft.rounds[-1].id
    await round_changes.assign_driver(added, other, by=CHEN, now=MORNING)
    hers = await stop_of(cast, draft, cast.wang)
    await round_changes.move_stop(hers, added, 1, by=CHEN, now=MORNING)
    drafted = await sees_stop(driver, old, today=TODAY, now=MORNING)
    assert drafted, "a draft does not count yet"
    await round_publishing.publish(draft.facts.id, "陈经理", by=CHEN, now=MORNING)
    for stop in (old, hers):
        assert not await sees_stop(driver, stop, today=TODAY, now=MORNING)


async def test_an_account_without_a_driver_sees_no_round(database: object) -> None:
    cast, _plan = await out_in_the_streets()
    nobody = Actor(99, "新来的", "driver", cast.kitchen)
    sight = await sight_of(
        nobody, cast.kitchen, TODAY, "lunch", today=TODAY, now=MORNING
    )
    assert (sight.numbers, sight.linked) == (frozenset(), False)
    assert (
        await sight_of(CHEN, cast.kitchen, TODAY, "lunch", today=TODAY, now=MORNING)
        == EVERYTHING
    )


async def test_an_account_is_one_drivers_and_of_this_kitchen(database: object) -> None:
    cast, plan = await out_in_the_streets()
    driver, _own = await linked(cast, plan)
    facts = await drivers_for(cast.kitchen)
    assert [a.id for a in await accounts_for(cast.kitchen)] == [driver.staff_id]
    other = next(one for one in facts if one.staff_id is None)
    with pytest.raises(Refusal, match="driver_account_taken"):
        await link_account(other.id, driver.staff_id, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="driver_account_unfit"):
        await link_account(other.id, 98765, by=CHEN, now=MORNING)
    mine = next(one for one in facts if one.staff_id == driver.staff_id)
    await link_account(mine.id, None, by=CHEN, now=MORNING)
    await link_account(other.id, driver.staff_id, by=CHEN, now=MORNING)
