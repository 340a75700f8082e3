"""A round that is late names the stops whose food is too old; where each pot went
decides whose clock it is."""

from datetime import timedelta

import pytest

from kitchen import batches, loadings, production, trip_temperatures
from kitchen.batches import cooked_for
from kitchen.errors import Refusal
from kitchen.food_clocks import clocks_for, stops_at_risk
from kitchen.kitchen_day import kitchen_day
from kitchen.loadings import LoadedLine
from kitchen.round_sheets import sheet_views
from kitchen.trip_temperatures import trip_readings
from tests.kitchen import test_rounds as rounds
from tests.kitchen.cast import CHEN, TODAY, Cast
from tests.kitchen.test_rounds import published
from tests.test_a_day import at, plan_the_menu

WHEN = (TODAY, "lunch")
EARLY = at(0, 40)  # 08:45, nothing is late yet


async def a_morning() -> Cast:
    """A closed count, drivers and a menu."""
    cast = await rounds.a_morning()
    await plan_the_menu(cast)
    return cast


async def cook_all(cast: Cast, done_minutes: int, portions: int | None = None) -> None:
    today = await kitchen_day(cast.kitchen, *WHEN)
    done = at(0, done_minutes)
    for sheet in today.sheet.dishes:
        count = portions or sheet.portions
        place = (cast.kitchen, *WHEN, sheet.dish.id, count, done, 780)
        await production.record_batch(*place, by=CHEN, now=done)


async def risks(cast: Cast, now_minutes: int = 60) -> list[str]:
    found = await stops_at_risk(cast.kitchen, *WHEN, at(0, now_minutes))
    return sorted(clock.name for clock in found)


async def test_before_cooking_the_planned_times_are_the_clock(
    database: object,
) -> None:
    cast = await a_morning()
    await published(cast)
    clocks = await clocks_for(cast.kitchen, *WHEN, EARLY)
    assert {clock.cooked for clock in clocks} == {False}
    assert {clock.key[0] for clock in clocks} == {"diner", "point"}
    assert await risks(cast) == []


async def test_food_cooked_too_early_puts_every_stop_at_risk(
    database: object,
) -> None:
    cast = await a_morning()
    await published(cast)
    await cook_all(cast, 25)  # off the fire at 08:30, good until 10:30
    everyone = await clocks_for(cast.kitchen, *WHEN, EARLY)
    late = [clock for clock in everyone if clock.arrival_at > at(2, 25)]
    assert late
    found = await stops_at_risk(cast.kitchen, *WHEN, EARLY)
    assert {clock.code for clock in found} == {clock.code for clock in late}
    assert all(clock.over_minutes >= 0 for clock in found)

    # one hot reading in time, and everything lasts until half past twelve
    for batch in await cooked_for(cast.kitchen, *WHEN):
        await production.record_holding(batch.id, 650, at(1), by=CHEN, now=at(1))
    assert await risks(cast) == []


async def test_a_round_that_does_not_leave_moves_its_stops(database: object) -> None:
    cast = await a_morning()
    await published(cast)
    await cook_all(cast, 90)  # 09:35, good until 11:35
    assert await risks(cast, 95) == []
    # at 12:05 nothing is loaded yet: whatever leaves now is too old
    stuck = await risks(cast, 240)
    assert len(stuck) == len(await clocks_for(cast.kitchen, *WHEN, EARLY))
    # loaded in time, the clock of the wall says nothing any more
    for view in await sheet_views(cast.kitchen, *WHEN):
        lines = [LoadedLine(x.point_id, x.diet_key, x.portions) for x in view.loading]
        await loadings.record_loading(view.round_id, lines, by=CHEN, now=at(2))
    assert await risks(cast, 240) == []


async def test_only_the_stops_of_the_old_pot_are_named(database: object) -> None:
    cast = await a_morning()
    await published(cast)
    views = await sheet_views(cast.kitchen, *WHEN)
    places = {("round", v.number) for v in views} | {
        ("point", s.point_id) for v in views for s in v.stops if s.point_id
    }
    old_place = ("point", cast.chaoyang)
    await cook_all(cast, -30, 1)  # 07:35
    await cook_all(cast, 110, 3)  # 09:55
    for batch in await cooked_for(cast.kitchen, *WHEN):
        where = [old_place] if batch.number == 1 else sorted(places - {old_place})
        await production.record_places(batch.id, where, by=CHEN, now=at(2))
    assert await risks(cast, 110) == ["朝阳就餐点"]


async def test_where_a_pot_went_is_written_once_and_can_be_corrected(
    database: object,
) -> None:
    cast = await a_morning()
    await cook_all(cast, 60)
    pot = (await cooked_for(cast.kitchen, *WHEN))[0].id
    for new in (2, 0):
        places = [("round", 1), ("point", cast.chaoyang)]
        assert await production.record_places(pot, places, by=CHEN, now=at(2)) == new
    await production.forget_places(pot, "写错了", by=CHEN, now=at(2))
    (seen,) = await batches.batches_by_id(cast.kitchen, [pot])
    assert seen.places == ()
    assert await production.record_places(pot, [("round", 2)], by=CHEN, now=at(2)) == 1
    with pytest.raises(Refusal, match="places_missing"):
        await production.record_places(pot, [], by=CHEN, now=at(2))
    with pytest.raises(Refusal, match="batch_unknown"):
        await production.record_places(99_999, [("round", 1)], by=CHEN, now=at(2))


async def test_temperatures_on_the_way_come_from_wherever_they_were_taken(
    database: object,
) -> None:
    cast = await a_morning()
    await published(cast)
    view = (await sheet_views(cast.kitchen, *WHEN))[0]
    line = view.loading[0]
    loaded = LoadedLine(line.point_id, line.diet_key, line.portions, 702)
    await loadings.record_loading(view.round_id, [loaded], by=CHEN, now=at(2))
    place = (cast.kitchen, *WHEN, view.number, "last_stop", 640, at(3))
    await trip_temperatures.record_trip(*place, by=CHEN, now=at(4))
    found = await trip_readings(cast.kitchen, TODAY, TODAY)
    assert [(r.stage, r.decidegrees, r.is_late) for r in found] == [
        ("leaving", 702, False),
        ("last_stop", 640, True),
    ]
    await production.void_production("trip", found[1].id or 0, "错", by=CHEN, now=at(4))
    assert len(await trip_readings(cast.kitchen, TODAY, TODAY)) == 1
    assert await trip_readings(cast.kitchen, TODAY + timedelta(days=1), TODAY) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"round_number": 99}, "round_unknown"),
        ({"measured_at": at(3, 6)}, "cooked_in_future"),
        ({"measured_at": at(-24)}, "cooked_other_day"),
    ],
)
async def test_an_impossible_temperature_is_refused(
    database: object, given: dict[str, object], code: str
) -> None:
    cast = await a_morning()
    await published(cast)
    values = {"round_number": 1, "measured_at": at(3), **given}
    with pytest.raises(Refusal, match=code):
        await trip_temperatures.record_trip(
            cast.kitchen, *WHEN, stage="leaving", decidegrees=650, by=CHEN, now=at(3),
            **values,
        )  # fmt: skip  # type: ignore[arg-type]  # a table of keyword arguments
