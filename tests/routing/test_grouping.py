"""Grouped doors: the walking order, and everybody still on time when expanded."""

import pytest

from routing import Job, Location, Problem, TimeWindow, Vehicle, check, schedule, solve
from routing.grouping import Door, group, walking_order

KITCHEN = Location(lon=116.40, lat=39.90)
HOUSE = Location(lon=116.405, lat=39.903, compound="east")


def stairwell(doors: int, **more: int) -> Problem:
    jobs = tuple(
        Job(
            id=number,
            location=HOUSE,
            site="east 3",
            setup=60,
            service=100,
            delivery=(1,),
            windows=(TimeWindow(37_800, 46_400),),
            **more,
        )
        for number in range(doors)
    )
    driver = Vehicle(
        id="a",
        profile="ebike",
        capacity=(40,),
        shift=TimeWindow(36_000, 46_800),
        start=KITCHEN,
        end=KITCHEN,
    )
    return Problem(jobs=jobs, vehicles=(driver,))


def test_one_goes_up_once_and_comes_down_floor_by_floor() -> None:
    doors = {k: Door("1", floor) for k, floor in enumerate((3, 18, 9, 1))}
    assert [job.id for job in walking_order(stairwell(4).jobs, doors)] == [1, 2, 0, 3]


def test_entrances_are_counted_not_spelled() -> None:
    names = ("10", "2", "B2", "B10", "东1", "")
    doors = {k: Door(name) for k, name in enumerate(names)}
    order = [names[int(job.id)] for job in walking_order(stairwell(6).jobs, doors)]
    assert order == ["", "B2", "B10", "东1", "2", "10"]


def test_entrances_are_stops_of_their_own() -> None:
    doors = {0: Door("1"), 1: Door("2"), 2: Door("1"), 3: Door("2")}
    grouped = group(stairwell(4), doors)
    assert sorted(grouped.members.values()) == [(0, 2), (1, 3)]


def test_service_and_boxes_add_up_and_the_hot_limit_is_tightened() -> None:
    job = group(stairwell(3, max_age=2000)).problem.jobs[0]
    assert (job.service, job.delivery, job.max_age) == (300, (3,), 1800)
    assert job.windows == (TimeWindow(37_800, 46_200),)


def test_dropping_a_group_costs_as_much_as_dropping_all_its_people() -> None:
    question = stairwell(3)
    job = group(question).problem.jobs[0]
    assert job.unserved_cost == sum(map(question.unserved_cost, question.jobs))


def test_a_group_never_fills_more_than_half_a_vehicle() -> None:
    grouped = group(stairwell(30), most=100)
    assert [len(members) for members in grouped.members.values()] == [20, 10]


@pytest.mark.parametrize("doors", [1, 5, 14])
def test_an_expanded_plan_is_sound_and_costs_the_same(doors: int) -> None:
    question = stairwell(doors, max_age=3000)
    grouped = group(question)
    small = solve(grouped.problem, engine="sisr", steps=200)
    whole = schedule(question, grouped.expand(small.rounds))
    assert check(question, whole) == []
    assert whole.summary.cost == small.summary.cost
    assert grouped.shrink(whole.rounds) == small.rounds
