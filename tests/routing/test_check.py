"""The checker finds each planted fault, and nothing in a sound plan."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

import routing
from routing import (
    Break,
    Fault,
    Matrix,
    Problem,
    Solution,
    Step,
    TimeWindow,
    Travel,
    check,
    schedule,
    solve,
)
from routing.judged import Refused
from routing.problem import ALWAYS, Mode
from routing.solution import Round, Route
from routing.ways import Ways
from tests.routing.cases import district, problem


def sound_plan() -> tuple[Problem, Solution]:
    question = district(seed=3)
    return question, solve(question, engine="floor")


def with_step(solution: Solution, change: Callable[[Step], Step]) -> Solution:
    """The plan with its first job step changed."""
    route = solution.routes[0]
    place = next(n for n, step in enumerate(route.steps) if step.type == "job")
    steps = list(route.steps)
    steps[place] = change(steps[place])
    return replace(
        solution, routes=(replace(route, steps=tuple(steps)), *solution.routes[1:])
    )


def causes(question: Problem, solution: Solution) -> set[str]:
    return {fault.cause for fault in check(question, solution)}


def test_a_sound_plan_has_no_fault() -> None:
    question, solution = sound_plan()
    assert check(question, solution) == []


PLANTED: list[tuple[str, Callable[[Step], Step]]] = [
    ("wrong_time", lambda step: replace(step, arrival=step.arrival - 60)),
    ("wrong_time", lambda step: replace(step, service=step.service + 1)),
    ("wrong_time", lambda step: replace(step, setup=step.setup + 1)),
    ("wrong_time", lambda step: replace(step, age=step.age - 1)),
    ("wrong_time", lambda step: replace(step, waiting=-1)),
    ("wrong_time", lambda step: replace(step, travel=0, distance=0)),
    ("wrong_load", lambda step: replace(step, load=tuple(x + 1 for x in step.load))),
    ("wrong_way", lambda step: replace(step, distance=step.distance + 1)),
    ("unknown", lambda step: replace(step, id=999)),
    ("missing", lambda step: replace(step, id=999)),
]


@pytest.mark.parametrize(("cause", "change"), PLANTED)
def test_a_falsified_step_is_found(cause: str, change: Callable[[Step], Step]) -> None:
    question, solution = sound_plan()
    assert cause in causes(question, with_step(solution, change))


def test_a_job_left_out_silently_is_missing() -> None:
    question, solution = sound_plan()
    assert "missing" in causes(question, replace(solution, routes=solution.routes[1:]))


def test_a_job_visited_twice_is_found() -> None:
    question, solution = sound_plan()
    doubled = schedule(question, [*solution.rounds, solution.rounds[0]])
    assert "twice" in causes(question, doubled)


def test_a_vehicle_nobody_has_is_found() -> None:
    question, solution = sound_plan()
    strange = replace(solution.routes[0], vehicle="ghost")
    routes = (strange, *solution.routes[1:])
    assert "unknown" in causes(question, replace(solution, routes=routes))


def test_a_false_total_is_found() -> None:
    question, solution = sound_plan()
    summary = replace(solution.summary, travel=1)
    assert "wrong_summary" in causes(question, replace(solution, summary=summary))


def test_leaving_before_the_shift_is_found() -> None:
    question, solution = sound_plan()
    early: Route = solution.routes[0]
    steps = tuple(replace(s, arrival=s.arrival - 20_000) for s in early.steps)
    routes = (replace(early, steps=steps), *solution.routes[1:])
    assert "shift" in causes(question, replace(solution, routes=routes))


def test_two_rounds_at_the_same_time_are_found() -> None:
    question = problem("second_round_after_reload")
    both = schedule(question, [Round("a", (1, 2)), Round("a", (3, 4))])
    steps = tuple(replace(s, arrival=s.arrival - 700) for s in both.routes[1].steps)
    routes = (both.routes[0], replace(both.routes[1], steps=steps))
    assert causes(question, replace(both, routes=routes)) == {"wrong_time"}


BROKEN = [
    ("too_big_for_any_vehicle", [Round("a", (1,))], "load"),
    ("hot_limit_too_far", [Round("a", (1,))], "age"),
    ("nobody_may_come", [Round("a", (1,))], "vehicle_forbidden"),
    ("banned_driver_stays_away", [Round("b", (2, 1))], "vehicle_forbidden"),
    ("window_already_closed", [Round("a", (1,))], "delay"),
    ("beyond_the_shift", [Round("a", (1,))], "shift"),
    ("at_most_two_doors", [Round("a", (1, 2, 3))], "max_tasks"),
    (
        "no_second_round_without_leave",
        [Round("a", (1, 2)), Round("a", (3, 4))],
        "max_rounds",
    ),
]


@pytest.mark.parametrize(("name", "rounds", "cause"), BROKEN)
def test_schedule_and_checker_name_the_same_broken_rule(
    name: str, rounds: list[Round], cause: str
) -> None:
    question = problem(name)
    solution = schedule(question, rounds)
    assert cause in {violation.cause for violation in solution.violations}
    assert cause in causes(question, solution)


@pytest.mark.parametrize("seed", range(40))
def test_generated_days_pass_the_checker(seed: int) -> None:
    question = district(seed, doors=14)
    assert check(question, solve(question, engine="floor")) == []


@pytest.mark.parametrize("seed", range(8))
def test_searched_days_pass_the_checker_and_are_no_dearer(seed: int) -> None:
    question = district(seed, doors=10)
    floor = solve(question, engine="floor")
    found = solve(question, seconds=1, steps=200, engine="ortools")
    assert check(question, found) == []
    assert found.summary.cost <= floor.summary.cost


LIMITED: list[tuple[str, dict[str, object]]] = [
    ("work_time", {"max_work": 1}),
    ("max_travel_time", {"max_travel": 1}),
    ("max_tasks", {"max_jobs": 0}),
    ("shift", {"shift": TimeWindow(37_200, 37_201)}),
    ("load", {"capacity": (0, 0)}),
    ("missing_break", {"breaks": (Break(id=1, windows=(ALWAYS,), service=60),)}),
]


@pytest.mark.parametrize(("cause", "rule"), LIMITED)
def test_a_rule_of_the_vehicle_made_tighter_afterwards_is_found(
    cause: str, rule: dict[str, object]
) -> None:
    question, solution = sound_plan()
    tight = replace(
        question, vehicles=tuple(replace(v, **rule) for v in question.vehicles)
    )
    assert cause in causes(tight, solution)


AT_THE_DOOR: list[tuple[str, dict[str, object]]] = [
    ("delay", {"windows": (TimeWindow(0, 1),)}),
    ("lead_time", {"windows": (TimeWindow(90_000, 90_001),)}),
    ("age", {"max_age": 1}),
    ("skills", {"skills": frozenset({9})}),
    ("vehicle_forbidden", {"allowed_vehicles": frozenset()}),
]


@pytest.mark.parametrize(("cause", "rule"), AT_THE_DOOR)
def test_a_rule_of_a_door_made_tighter_afterwards_is_found(
    cause: str, rule: dict[str, object]
) -> None:
    question, solution = sound_plan()
    tight = replace(question, jobs=tuple(replace(j, **rule) for j in question.jobs))
    assert cause in causes(tight, solution)


def test_a_rest_taken_twice_or_too_short_is_missing() -> None:
    question, _ = sound_plan()
    rest = Break(id=1, windows=(TimeWindow(37_200, 45_000),), service=600)
    rested = replace(
        question, vehicles=tuple(replace(v, breaks=(rest,)) for v in question.vehicles)
    )
    solution = solve(rested, engine="floor")
    assert check(rested, solution) == []
    longer = replace(rest, service=601)
    tight = replace(
        rested, vehicles=tuple(replace(v, breaks=(longer,)) for v in rested.vehicles)
    )
    assert "missing_break" in causes(tight, solution)


def test_a_broken_lock_is_found() -> None:
    question, solution = sound_plan()
    (first, *_) = solution.rounds
    turned = replace(first, jobs=tuple(reversed(first.jobs)))
    assert check(question, solution, [first], first.jobs) == []
    assert check(question, solution, [replace(first, locked=True)]) == []
    assert [f.cause for f in check(question, solution, [turned], first.jobs)] == [
        "lock"
    ]
    fewer = replace(first, jobs=first.jobs[:-1], locked=True)
    assert [f.cause for f in check(question, solution, [fewer])] == ["lock"]


def figures(told: object) -> list[str]:
    return [f.name for f in fields(told) if type(getattr(told, f.name)) is int]


def test_each_figure_of_the_plan_is_counted_again() -> None:
    """One more of any number in the summary, in a round, in any step of it."""
    question, solution = sound_plan()
    summary, route = solution.summary, solution.routes[0]
    assert len(figures(summary)) == len(fields(summary))
    for name in figures(summary):
        more = replace(summary, **{name: getattr(summary, name) + 1})
        faults = check(question, replace(solution, summary=more))
        assert [fault.cause for fault in faults] == ["wrong_summary"], name
        assert faults[0].detail.startswith(name)
    for name in figures(route):
        more_route = replace(route, **{name: getattr(route, name) + 1})
        routes = (more_route, *solution.routes[1:])
        assert check(question, replace(solution, routes=routes)), name
    more_aboard = replace(
        route.steps[0], load=tuple(x + 1 for x in route.steps[0].load)
    )
    for wrong in (
        replace(route, load=tuple(amount + 1 for amount in route.load)),
        replace(route, steps=(more_aboard, *route.steps[1:])),
    ):
        routes = (wrong, *solution.routes[1:])
        assert check(question, replace(solution, routes=routes))
    for place, step in enumerate(route.steps):
        for name in set(figures(step)) - {"id"}:
            steps = list(route.steps)
            steps[place] = replace(step, **{name: getattr(step, name) + 1})
            routes = (replace(route, steps=tuple(steps)), *solution.routes[1:])
            faults = check(question, replace(solution, routes=routes))
            told = {fault.cause for fault in faults}
            assert told & {"wrong_time", "wrong_way"}, (step.type, name)


def test_a_way_is_as_long_as_the_matrix_says() -> None:
    question = problem("three_doors_on_a_line")
    (durations,) = (matrix.durations for matrix in question.matrices.values())
    metres = tuple(tuple(3 * way for way in row) for row in durations)
    matrices = {"ebike": Matrix(durations, metres)}
    measured = replace(question, matrices=matrices)
    plan = solve(measured, engine="floor")
    assert plan.summary.distance == 1800
    assert check(measured, plan) == []
    assert "wrong_way" in causes(question, plan)


def test_every_cause_the_checker_names_is_planted_in_some_test() -> None:
    named = set(re.findall(r"`(\w+)`", (Fault.__doc__ or "").split("cause:")[1]))
    here = Path(__file__)
    tests = here.read_text() + here.with_name("test_two_levels.py").read_text()
    assert {cause for cause in named - {"size"} if f'"{cause}"' not in tests} == set()


def test_a_wrong_travel_table_cannot_hide_from_the_checker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question, _ = sound_plan()
    true = Travel.seconds
    monkeypatch.setattr(Travel, "seconds", lambda *way: true(*way) * 9 // 10)
    with pytest.raises(Refused) as refused:
        solve(question, engine="floor")
    assert "wrong_time" in {fault.cause for fault in refused.value.faults}


def test_the_checker_shares_no_code_with_what_it_checks() -> None:
    for module in ("check", "ways"):
        text = (Path(routing.__file__).parent / f"{module}.py").read_text()
        used = set(re.findall(r"^(?:from|import) (routing[\w.]*)", text, re.M))
        assert used <= {"routing.ways"}


@pytest.mark.parametrize("seed", range(20))
def test_its_ways_equal_those_of_the_travel_table(seed: int) -> None:
    question = district(seed)
    # One who is faster further out, which a car is between towns.
    hasty = Mode(metres_per_hour=15_001, near_metres=700, far_metres_per_hour=40_003)
    question = replace(question, modes={**question.modes, "hasty": hasty})
    last = replace(question.vehicles[0], id="last", profile="hasty")
    travel, ways = Travel(question), Ways(question)
    places = [job.location for job in question.jobs] + [question.vehicles[0].start]
    for vehicle in (*question.vehicles, last):
        table = travel.table(vehicle, places)
        for row, a in enumerate(places):
            for column, b in enumerate(places):
                way = ways.seconds(vehicle, a, b)
                assert way == travel.seconds(vehicle, a, b) == table[row, column]
