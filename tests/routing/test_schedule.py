"""Times of a fixed order, worked out by hand."""

import subprocess
import sys
from typing import Any

import pytest

from routing import (
    Break,
    InvalidInput,
    Job,
    Location,
    Matrix,
    Problem,
    Round,
    TimeWindow,
    Vehicle,
    check,
    schedule,
)
from tests.routing.cases import problem

LINE = Matrix(tuple(tuple(abs(a - b) * 100 for b in range(4)) for a in range(4)))


def line(*jobs: Job, **vehicle: Any) -> Problem:
    """Places 0 to 3 on a line, 100 seconds apart; the kitchen at 0."""
    kitchen = Location(index=0)
    driver = Vehicle(id="a", profile="ebike", start=kitchen, end=kitchen, **vehicle)
    return Problem(jobs=jobs, vehicles=(driver,), matrices={"ebike": LINE})


def door(at: int, opens: int = 0, closes: int = 9_000, **more: Any) -> Job:
    return Job(
        id=at,
        location=Location(index=at),
        windows=(TimeWindow(opens, closes),),
        **more,
    )


def test_the_clock_of_a_round_adds_up() -> None:
    question = line(door(1, service=30), door(2, service=40, setup=10))
    route = schedule(question, [Round("a", (1, 2))]).routes[0]
    assert [step.arrival for step in route.steps] == [0, 100, 230, 480]
    assert [step.begin for step in route.steps] == [0, 100, 240, 480]
    assert (route.travel, route.service, route.setup, route.max_age) == (
        400,
        70,
        10,
        240,
    )


def test_waiting_happens_in_the_kitchen_not_on_the_road() -> None:
    question = line(door(1, opens=1000), door(2))
    route = schedule(question, [Round("a", (1, 2))]).routes[0]
    assert route.departs == 900
    assert route.waiting == 0


def test_an_early_door_that_closes_keeps_the_departure_early() -> None:
    question = line(door(1, closes=300), door(2, opens=1000))
    route = schedule(question, [Round("a", (1, 2))]).routes[0]
    assert route.departs == 200
    assert route.waiting == 600


def test_nobody_is_made_late_to_save_waiting() -> None:
    question = line(door(1, closes=50), door(2, opens=1000))
    solution = schedule(question, [Round("a", (1, 2))])
    assert solution.routes[0].departs == 0
    assert [(v.cause, v.size) for v in solution.violations] == [("delay", 50)]


def test_all_broken_rules_are_listed_not_only_the_first() -> None:
    question = line(
        door(1, closes=50, max_age=60, delivery=(3,)),
        door(3, delivery=(2,)),
        capacity=(4,),
        max_jobs=1,
        max_travel=500,
        max_work=400,
        shift=TimeWindow(0, 450),
    )
    found = schedule(question, [Round("a", (1, 3))]).violations
    assert {(v.cause, v.size) for v in found} == {
        ("delay", 50),
        ("age", 40),
        ("load", 1),
        ("max_tasks", 1),
        ("max_travel_time", 100),
        ("work_time", 200),
        ("shift", 150),
    }


def test_a_second_round_leaves_after_the_reload() -> None:
    question = problem("second_round_after_reload")
    first, second = schedule(question, [Round("a", (1, 2)), Round("a", (3, 4))]).routes
    assert (first.ends, second.departs) == (400, 700)


def test_a_break_is_taken_where_it_hurts_nobody() -> None:
    rest = Break(id=1, windows=(TimeWindow(0, 500),), service=200)
    question = line(door(1), door(2, max_age=200), breaks=(rest,))
    solution = schedule(question, [Round("a", (1, 2))])
    assert solution.is_feasible
    assert [step.type for step in solution.routes[0].steps] == [
        "start",
        "job",
        "job",
        "end",
        "break",
    ]
    assert check(question, solution) == []


def test_a_break_that_fits_nowhere_is_a_violation() -> None:
    rest = Break(id=1, windows=(TimeWindow(0, 0),), service=200)
    question = line(door(1, closes=150), breaks=(rest,))
    causes = {v.cause for v in schedule(question, [Round("a", (1,))]).violations}
    assert causes & {"missing_break", "delay"}


def test_jobs_in_no_round_are_not_planned() -> None:
    solution = schedule(line(door(1), door(2)), [Round("a", (2,))])
    assert [(u.job, u.reason) for u in solution.unassigned] == [(1, "not_planned")]


def test_names_that_do_not_exist_are_refused_all_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        schedule(line(door(1)), [Round("b", (1,)), Round("a", (7, 8))])
    assert refused.value.faults == (
        "rounds[0].vehicle: no vehicle 'b'",
        "rounds[1].jobs[0]: no job 7",
        "rounds[1].jobs[1]: no job 8",
    )


def test_importing_routing_loads_no_solver() -> None:
    code = (
        "import sys, routing; "
        "sys.exit(bool({'ortools', 'numba', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
