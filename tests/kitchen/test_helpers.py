"""Drivers and volunteers: whom they prefer, when they are there, where they end, what
they signed and what they really did."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

import routing
from kitchen import (
    certificates,
    driver_bonds,
    drivers,
    headcounts,
    round_publishing,
)
from kitchen.certificates import CertificateFacts
from kitchen.driver_papers import forbidding, notes_on
from kitchen.driver_work import Work, work_between, work_of
from kitchen.drivers import DriverFacts, DriverFields, words_of
from kitchen.errors import Refusal
from kitchen.round_habits import Habit, from_habit
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_jobs import vehicle_of
from kitchen.round_mending import without_driver
from kitchen.round_preferences import Wish, wished
from kitchen.round_steps import Shape
from kitchen.rounds import problem_of, proposal_of
from kitchen.standing_rounds import HabitRound
from kitchen.stops import Drop
from kitchen.timetables import Order
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.remembered import remembered
from tests.test_a_day import lived_day

ACT: dict[str, Any] = {"by": CHEN, "now": MORNING}


def driver(number: int, **facts: Any) -> DriverFacts:
    base = DriverFacts(
        name=f"司机{number}", id=number, kitchen_id=1, phone_tail="", active=True
    )
    return replace(base, **facts)


DOOR = Drop(diner_id=1, elder_id=7, name="王秀英", portions=1, compound="朝阳里")


@pytest.mark.parametrize(
    ("drop", "usual", "paired", "wish"),
    [
        (DOOR, None, {}, Wish(3, "likes")),  # nobody came yet: who likes the compound
        (DOOR, 1, {}, Wish(1, "usual")),
        (DOOR, 1, {7: 2}, Wish(2, "paired")),
        (DOOR, 1, {7: 9}, Wish(1, "usual")),  # the paired one is not there
        (replace(DOOR, language="温州话"), 1, {}, Wish(2, "language")),
        (replace(DOOR, language="粤语"), 1, {}, Wish(1, "usual")),  # nobody speaks it
        (replace(DOOR, language="温州话"), 1, {7: 1}, Wish(1, "paired")),
        (replace(DOOR, compound=""), None, {}, None),
    ],
)
def test_the_paired_come_first_then_language_then_habit(
    drop: Drop, usual: int | None, paired: dict[int, int], wish: Wish | None
) -> None:
    crew = [
        driver(1),
        driver(2, languages="粤北话、温州话"),
        driver(3, prefers="朝阳里"),
    ]
    found = wished([drop], crew, {drop.key: usual} if usual else {}, paired)
    assert found.get(drop.key) == wish


def test_words_are_parted_by_whatever_people_type() -> None:
    assert words_of("温州话、 粤语,闽南话；") == ("温州话", "粤语", "闽南话")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weekdays": ""}, "driver_never_there"),
        ({"weekdays": "18"}, "driver_never_there"),  # no eighth day
        ({"ends_at": "place"}, "driver_without_end"),
        ({"substitute": 99_999}, "driver_substitute_unfit"),
    ],
)
async def test_a_driver_that_cannot_be_planned_is_refused(
    database: object, changes: dict[str, Any], code: str
) -> None:
    cast = await enter()
    with pytest.raises(Refusal) as refused:
        await drivers.add_driver(
            cast.kitchen, DriverFields(name="周师傅", **changes), **ACT
        )
    assert refused.value.code == code


async def counted(cast: Cast) -> Inputs:
    """The day's inputs after the story's count is closed."""
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", spares=[], **ACT)
    return await inputs_for(cast.kitchen, TODAY, "lunch")


async def hired(cast: Cast, name: str, **facts: Any) -> int:
    return await drivers.add_driver(
        cast.kitchen, DriverFields(name=name, **facts), **ACT
    )


async def test_pairing_language_end_and_weekday_reach_the_routing_problem(
    database: object,
) -> None:
    cast = await enter()
    home = {"ends_at": "place", "end_lon_e6": 120_160_000, "end_lat_e6": 30_290_000}
    first = await hired(cast, "赵师傅", ends_at="last_door")
    second = await hired(cast, "小何", **home)
    away = await hired(cast, "老顾", weekdays="1", substitute=second)  # today: Tuesday
    await driver_bonds.pair(second, cast.wang, "邻居", **ACT)
    inputs = await counted(cast)
    assert [one.id for one in inputs.drivers] == [first, second]
    assert inputs.stand_ins == {away: second}
    problem, groups = problem_of(inputs)
    assert problem is not None
    wang = next(job for job, group in groups.items() if group[0].elder_id == cast.wang)
    job = next(one for one in problem.jobs if one.id == wang)
    assert job.preferred_vehicle == second
    ends = {vehicle.id: vehicle.end for vehicle in problem.vehicles}
    assert ends[first] is None
    end = ends[second]
    assert end is not None
    assert (end.lon, end.lat) == (120.16, 30.29)
    at_kitchen = vehicle_of(
        inputs, replace(inputs.drivers[0], ends_at="kitchen"), rounds=1
    )
    assert at_kitchen.end == at_kitchen.start


async def test_the_substitute_takes_over_the_habit_and_a_missing_drivers_round(
    database: object,
) -> None:
    cast = await enter()
    instead = await hired(cast, "小何")
    away = await hired(cast, "老顾", weekdays="1", substitute=instead)
    inputs = await counted(cast)
    habit = Habit(TODAY, (HabitRound(1, away, (("elder", cast.wang),)),))
    orders = from_habit(inputs, habit).orders
    assert [order.driver_id for order in orders] == [instead]
    key = next(drop.key for drop in inputs.drops if drop.elder_id == cast.wang)
    shape = Shape((Order(1, away, (key,)),), {}, frozenset())
    assert without_driver(inputs, shape, away).orders == (Order(1, instead, (key,)),)
    crowded = replace(shape, orders=(*shape.orders, Order(2, instead, ())))
    taken = {
        o.driver_id for o in without_driver(inputs, crowded, away).orders if o.keys
    }
    assert taken == {instead}  # by doors, since the substitute has a round already


async def test_pledges_pairings_and_papers_are_kept_and_ended(database: object) -> None:
    cast = await enter()
    one, other = await hired(cast, "小何"), await hired(cast, "老顾")
    year = timedelta(days=365)
    await driver_bonds.record_pledge(one, TODAY - year, TODAY, **ACT)
    await driver_bonds.record_pledge(one, TODAY - year, TODAY, **ACT)  # said twice
    pledge = (await driver_bonds.pledges_for(cast.kitchen))[one]
    assert pledge.is_valid_on(TODAY)
    assert not pledge.is_valid_on(TODAY + timedelta(1))
    await driver_bonds.pair(one, cast.wang, "", **ACT)
    await driver_bonds.pair(one, cast.wang, "", **ACT)
    assert await code_of(driver_bonds.pair(other, cast.wang, "", **ACT)) == (
        "already_paired"
    )
    pairing = (await driver_bonds.pairings_for(cast.kitchen))[0]
    for _ in range(2):
        await driver_bonds.end_pairing(pairing.id, **ACT)
    assert await driver_bonds.pairings_for(cast.kitchen) == []
    await drivers.ban_driver(other, cast.wang, "家属要求", **ACT)
    assert await code_of(driver_bonds.pair(other, cast.wang, "", **ACT)) == (
        "paired_but_banned"
    )
    await certificates.record_certificate(
        cast.kitchen, "driver", one, "health", "A1", TODAY - year, TODAY, **ACT
    )
    held = await certificates.certificates_of("driver", [one, other])
    assert certificates.gaps(held[one], TODAY, ["health"]) == []
    assert [g.code for g in certificates.gaps(held[other], TODAY, ["health"])] == [
        "health_certificate_missing"
    ]


async def code_of(act: Any) -> str:
    with pytest.raises(Refusal) as refused:
        await act
    return refused.value.code


@pytest.mark.parametrize(
    ("signed", "until", "code"),
    [
        (TODAY, TODAY - timedelta(days=1), "pledge_backwards"),
        (TODAY + timedelta(days=1), None, "pledge_future"),
    ],
)
async def test_a_pledge_that_cannot_be_is_refused(
    database: object, signed: date, until: date | None, code: str
) -> None:
    cast = await enter()
    one = await hired(cast, "小何")
    assert await code_of(driver_bonds.record_pledge(one, signed, until, **ACT)) == code


def test_a_round_counts_once_and_only_what_was_handed_over() -> None:
    stop = {
        "round": 5,
        "driver": 1,
        "depart_at": MORNING,
        "back_at": MORNING + timedelta(minutes=50),
        "metres": 4200,
        "outcome": "elder",
        "portions": 2,
    }
    told = [stop, {**stop, "outcome": "no_answer"}, {**stop, "outcome": "family"}]
    assert work_of(told) == {1: Work(rounds=1, seconds=3000, metres=4200, meals=4)}


async def test_hours_meals_and_metres_come_from_the_rounds_really_driven(
    database: object,
) -> None:
    cast = await remembered(lived_day)
    done = await work_between(cast.kitchen, TODAY, TODAY)
    assert sum(work.rounds for work in done.values()) >= 1
    assert all(work.seconds > 0 and work.meals > 0 for work in done.values())
    before = TODAY - timedelta(days=1)
    assert await work_between(cast.kitchen, before, before) == {}


def paper(kind: str, ends: date | None, issued: date = date(2025, 1, 1)) -> Any:
    return CertificateFacts(1, "driver", 1, kind, "", issued, ends, MORNING, "陈")


YESTERDAY = TODAY - timedelta(days=1)
LATER = TODAY + timedelta(days=200)


@pytest.mark.parametrize(
    ("profile", "held", "notes", "forbids"),
    [
        ("ebike", [], ["health missing"], False),  # asked for, nobody stopped
        ("ebike", [paper("health", LATER)], [], False),
        ("ebike", [paper("health", TODAY)], ["health ending"], False),  # the last day
        ("ebike", [paper("health", YESTERDAY)], ["health expired"], True),
        # renewed: the newer one counts
        ("ebike", [paper("health", YESTERDAY), paper("health", LATER)], [], False),
        # an e-bike's insurance is reminded of, and stops nobody
        (
            "ebike",
            [paper("health", LATER), paper("insurance", YESTERDAY)],
            ["insurance expired"],
            False,
        ),
        (
            "van",
            [paper("health", LATER), paper("licence", None)],
            ["insurance missing"],
            False,
        ),
        (
            "van",
            [paper(k, e) for k, e in (("health", LATER), ("licence", YESTERDAY))],
            ["licence expired", "insurance missing"],
            True,
        ),
    ],
)
def test_a_paper_that_ran_out_forbids_and_one_never_shown_is_asked_for(
    profile: str, held: list[Any], notes: list[str], forbids: bool
) -> None:
    found = notes_on(profile, held, TODAY)
    assert [f"{note.kind} {note.state}" for note in found] == notes
    assert (forbidding(profile, held, TODAY) is not None) == forbids


async def test_nobody_is_planned_or_published_with_a_licence_that_ran_out(
    database: object,
) -> None:
    cast = await enter()
    van = await hired(cast, "马师傅", profile="van", capacity=200, carries_bulk=True)
    bike = await hired(cast, "赵师傅")
    inputs = await counted(cast)
    problem, groups = problem_of(inputs)
    assert problem is not None
    solution = routing.solve(problem, seconds=0, engine="floor")
    proposal = proposal_of(inputs, solution, groups)
    plan = await round_publishing.save_plan(inputs, proposal, **ACT)

    async def shown(kind: str, ends: date) -> int:
        given = ("driver", van, kind, "1", date(2025, 1, 1), ends)
        return await certificates.record_certificate(cast.kitchen, *given, **ACT)

    with pytest.raises(ValueError, match="licence"):  # cooks need none
        await certificates.record_certificate(
            *(cast.kitchen, "hand", 1, "licence", "1", TODAY, None), **ACT
        )
    entry = await shown("licence", YESTERDAY)
    now = await inputs_for(cast.kitchen, TODAY, "lunch")
    assert [one.id for one in now.drivers] == [bike]
    assert [(one.driver.id, one.code) for one in now.unfit] == [
        (van, "driver_licence_expired")
    ]
    with pytest.raises(Refusal) as refused:
        await round_publishing.publish(plan, "陈经理：照发", **ACT)
    assert refused.value.code == "driver_licence_expired"
    await certificates.void_certificate(cast.kitchen, entry, "看错了年份", **ACT)
    await round_publishing.publish(plan, "陈经理：照发", **ACT)
