"""Kitchen → point → doors in one model, small enough to be followed by eye.

Places on a line, the van a second a step, the walker four: the kitchen at 0, the point
at 300, a door 20 before it and another 20 behind it.
"""

from dataclasses import replace
from typing import Any

import pytest

from routing import (
    InvalidInput,
    Job,
    Location,
    Matrix,
    Problem,
    Round,
    TimeWindow,
    Vehicle,
    Weights,
    check,
    explain,
    read_problem,
    schedule,
    solve,
    write_problem,
)
from routing.prices import Place, Prices
from routing.solver import confirm

PLACES = [0, 300, 280, 320]
KITCHEN, POINT, BEFORE, BEHIND = (Location(index=k) for k in range(4))


def line(slowness: int) -> Matrix:
    return Matrix(tuple(tuple(abs(a - b) * slowness for b in PLACES) for a in PLACES))


def morning(brought: int = 2, max_age: int | None = None, opens: int = 1000) -> Problem:
    walker = Vehicle(
        id="walker",
        profile="walk",
        capacity=(5,),
        shift=TimeWindow(0, 9000),
        start=POINT,
        end=POINT,
        supplied_by="crate",
    )
    van = Vehicle(
        id="van",
        profile="van",
        capacity=(5,),
        shift=TimeWindow(opens, 9000),
        start=KITCHEN,
        end=KITCHEN,
    )
    doors = tuple(
        Job(
            id=name,
            location=place,
            service=10,
            delivery=(1,),
            max_age=max_age,
            allowed_vehicles=frozenset({"walker"}),
        )
        for name, place in (("before", BEFORE), ("behind", BEHIND))
    )
    crate = Job(id="crate", location=POINT, service=30, delivery=(brought,))
    return Problem(
        jobs=(*doors, crate),
        vehicles=(walker, van),
        matrices={"walk": line(4), "van": line(1)},
        weights=Weights(vehicle=100),
    )


ENGINES = ["auto", "ortools", "sisr", "floor"]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_walker_waits_for_the_crate_and_the_meal_ages_in_the_van(
    engine: str,
) -> None:
    question = morning()
    plan = solve(question, engine=engine, seconds=1)
    assert check(question, plan) == []
    assert confirm(question, plan.rounds)
    walk, drive = plan.routes
    assert (drive.departs, walk.departs) == (1000, 1330)
    assert [step.age for step in walk.steps if step.type == "job"] == [410, 580]
    assert plan.summary.cost == 600 + 320 + 200


@pytest.mark.parametrize("engine", ["ortools", "floor"])
@pytest.mark.parametrize(("limit", "left"), [(580, 0), (579, 1), (409, 2)])
def test_the_hot_limit_counts_from_the_kitchen(
    limit: int, left: int, engine: str
) -> None:
    question = morning(max_age=limit)
    plan = solve(question, engine=engine, seconds=1)
    assert check(question, plan) == []
    assert len(plan.unassigned) == left
    if left:
        both = schedule(question, [Round("van", ("crate",)), Round("walker", DOORS)])
        assert {fault.cause for fault in check(question, both)} == {"age"}
        assert not confirm(question, both.rounds)


DOORS = ("before", "behind")


@pytest.mark.parametrize("engine", ["ortools", "floor"])
def test_no_more_is_given_out_than_was_brought(engine: str) -> None:
    question = morning(brought=1)
    plan = solve(question, engine=engine, seconds=1)
    assert check(question, plan) == []
    assert len(plan.unassigned) == 1
    both = schedule(question, [Round("van", ("crate",)), Round("walker", DOORS)])
    assert [(v.cause, v.size) for v in both.violations] == [("supply", 1)]
    assert [(f.cause, f.size) for f in check(question, both)] == [("supply", 1)]
    assert not confirm(question, both.rounds)


def test_without_the_crate_nobody_can_leave_and_the_checker_says_so() -> None:
    question = morning()
    alone = schedule(question, [Round("walker", DOORS)])
    assert {v.cause for v in alone.violations} == {"supply"}
    assert "supply" in {fault.cause for fault in check(question, alone)}
    assert not confirm(question, alone.rounds)


def test_leaving_before_the_crate_is_there_is_found() -> None:
    question = morning()
    plan = solve(question, engine="floor")
    walk = plan.routes[0]
    early = replace(
        walk,
        steps=tuple(
            replace(s, arrival=s.arrival - 60, age=max(0, s.age - 60))
            for s in walk.steps
        ),
    )
    faults = check(question, replace(plan, routes=(early, *plan.routes[1:])))
    assert ("supply", 60) in {(fault.cause, fault.size) for fault in faults}


def test_a_later_van_moves_the_walker_with_it() -> None:
    question = morning(opens=2000)
    plan = solve(question, engine="floor")
    assert plan.routes[0].departs == 2330


def test_a_price_counts_those_who_wait_for_the_moved_round() -> None:
    question = morning(max_age=580)
    more = replace(
        question,
        jobs=(*question.jobs, Job(id="shop", location=BEFORE, service=60)),
    )
    rounds = [Round("van", ("crate",)), Round("walker", DOORS)]
    price = Prices(more, rounds).insertion("shop", Place("van", 1, 0))
    assert {violation.cause for violation in price.violations} == {"age"}


def test_whoever_is_left_behind_learns_what_would_help() -> None:
    question = morning(max_age=579)
    plan = solve(question, engine="floor")
    (left,) = plan.unassigned
    offered = {remedy.change: remedy for remedy in explain(question, plan)[left.job]}
    assert offered["age"].size == 1


def test_it_survives_json_and_a_supply_nobody_knows_is_refused() -> None:
    question = morning()
    document = write_problem(question)
    assert read_problem(document) == question
    document["vehicles"][0]["supplied_by"] = "box"
    with pytest.raises(InvalidInput) as refused:
        read_problem(document)
    assert refused.value.faults == ("vehicles[0].supplied_by: no job 'box'",)


@pytest.mark.parametrize("engine", ENGINES)
def test_two_kitchens_each_serve_their_own_side(engine: str) -> None:
    places = [0, 1000, 10, 990]
    rows = tuple(tuple(abs(a - b) for b in places) for a in places)

    def driver(name: str, kitchen: int) -> Vehicle:
        at: Any = Location(index=kitchen)
        return Vehicle(id=name, profile="van", start=at, end=at)

    question = Problem(
        jobs=tuple(Job(id=k, location=Location(index=k)) for k in (2, 3)),
        vehicles=(driver("west", 0), driver("east", 1)),
        matrices={"van": Matrix(rows)},
        weights=Weights(vehicle=0),
    )
    plan = solve(question, engine=engine, seconds=1, steps=200)
    if engine != "floor":
        assert {r.vehicle: r.jobs for r in plan.routes} == {"west": (2,), "east": (3,)}
    assert check(question, plan) == []
