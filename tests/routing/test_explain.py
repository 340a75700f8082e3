"""Every reason is true and every remedy, applied, lets the job be served."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from routing import (
    Break,
    Problem,
    Round,
    Solution,
    TimeWindow,
    check,
    explain,
    explain_late,
    schedule,
    solve,
)
from routing.problem import Id
from routing.remedy import remedied_rounds, with_remedy
from routing.why import why
from tests.routing.cases import district, problem
from tests.routing.test_optimum import long_morning, mixed, on_one_way_streets
from tests.routing.test_two_levels import morning, two_levels


def short_morning(seed: int) -> tuple[Problem, Solution]:
    """Too few drivers, so that somebody is left out."""
    question = district(seed, doors=14, drivers=2)
    return question, solve(question, engine="sisr", steps=500)


NAMED = [
    ("hot_limit_too_far", "age", 100, 500),
    ("too_big_for_any_vehicle", "load", 5, 9),
    ("no_second_round_without_leave", "max_rounds", 1, 2),
    ("beyond_the_shift", "shift", 100, 1000),
    ("window_already_closed", "delay", 1050, 1100),
    ("nobody_may_come", "vehicle_forbidden", 1, 1),
]


@pytest.mark.parametrize(("name", "change", "size", "value"), NAMED)
def test_the_remedy_the_eye_sees_is_offered(
    name: str, change: str, size: int, value: int
) -> None:
    question = problem(name)
    solution = solve(question, engine="sisr", steps=200)
    job = solution.unassigned[0].job
    offered = {r.change: r for r in explain(question, solution)[job]}
    assert (offered[change].size, offered[change].value) == (size, value)


@pytest.mark.parametrize("seed", range(15))
def test_every_remedy_applied_and_solved_again_serves_the_job(seed: int) -> None:
    question, solution = short_morning(seed)
    for job, remedies in explain(question, solution).items():
        for remedy in remedies:
            relaxed = with_remedy(question, remedy)
            rounds = remedied_rounds(question, solution.rounds, remedy)
            proof = schedule(relaxed, rounds)
            assert check(relaxed, proof) == []
            before = {unassigned.job for unassigned in solution.unassigned}
            assert {left.job for left in proof.unassigned} == before - {job}
            # Two jobs may give way to one of higher priority: count the price.
            again = solve(relaxed, engine="sisr", steps=20, start=rounds)
            assert check(relaxed, again) == []
            assert again.summary.cost <= proof.summary.cost < solution.summary.cost


def shut(question: Problem) -> Problem:
    """Everybody's windows are over and the hot limits short."""
    over = (TimeWindow(0, 1),)
    jobs = (replace(job, windows=over, max_age=30) for job in question.jobs)
    return replace(question, jobs=tuple(jobs))


LEFT_OUT: dict[str, Callable[[int], Problem]] = {
    "mixed": mixed,
    "one way": on_one_way_streets,
    "rests": long_morning,
    "levels": two_levels,
    "shut": lambda seed: shut(mixed(seed)),
    "shut levels": lambda seed: shut(two_levels(seed)),
    "district": lambda seed: district(seed, doors=14, drivers=2),
}


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_nobody_is_left_without_a_remedy_and_each_serves_them(kind: str) -> None:
    several = asked = 0
    for seed in range(4 if "levels" in kind else 12):
        question = LEFT_OUT[kind](seed)
        solution = solve(question, engine="floor")
        for job, remedies in explain(question, solution).items():
            assert remedies, (kind, seed, job)
            asked += 1
            several += bool(remedies[0].also)
            for remedy in remedies:
                relaxed = with_remedy(question, remedy)
                rounds = remedied_rounds(question, solution.rounds, remedy)
                proof = schedule(relaxed, rounds)
                assert check(relaxed, proof) == []
                assert job not in {left.job for left in proof.unassigned}
                again = solve(relaxed, engine="sisr", steps=20, start=rounds)
                assert check(relaxed, again) == []
                assert again.summary.cost <= proof.summary.cost
    assert asked
    assert several or not kind.startswith("shut")


def test_whoever_is_too_big_and_too_far_is_told_both_and_what_helps_together() -> None:
    question = problem("too_big_for_any_vehicle")
    far = replace(question.jobs[0], max_age=1)
    question = replace(question, jobs=(far,))
    solution = solve(question, engine="floor")
    (left,) = solution.unassigned
    assert set(left.reasons) == {"too_big", "too_far_to_stay_hot"}
    assert left.reason == left.reasons[0]
    (remedy,) = explain(question, solution)[left.job]
    assert {step.change for step in remedy.steps} == {"load", "age"}
    for fewer in remedy.steps:  # neither alone is enough
        relaxed = with_remedy(question, replace(fewer, also=()))
        assert solve(relaxed, engine="floor").unassigned
    assert not solve(with_remedy(question, remedy), engine="floor").unassigned


def test_a_crate_too_small_and_a_rest_too_early_can_be_mended() -> None:
    question = morning(brought=1)
    solution = solve(question, engine="floor")
    (left,) = solution.unassigned
    remedies = {r.change: r for r in explain(question, solution)[left.job]}
    assert (remedies["supply"].size, remedies["supply"].value) == (1, 2)
    rest = Break(id=1, windows=(TimeWindow(0, 0),), service=200)
    early = widened_morning(shift=TimeWindow(10, 90_000), breaks=(rest,))
    solution = solve(early, engine="floor")
    (left, *_) = solution.unassigned
    assert left.reasons == ("no_time_to_rest",)
    remedies = {r.change: r for r in explain(early, solution)[left.job]}
    assert (remedies["missing_break"].size, remedies["missing_break"].value) == (10, 10)


@pytest.mark.parametrize("seed", range(8))
def test_every_stop_says_why_it_is_in_its_round(seed: int) -> None:
    question = district(seed, doors=10)
    solution = solve(question, engine="sisr", steps=500)
    answers = why(question, solution)
    assert {a.job for a in answers} == {j for r in solution.routes for j in r.jobs}
    for answer in answers:
        if answer.reason == "cheapest":
            assert answer.extra is not None
            assert answer.extra >= 0


@pytest.mark.parametrize("seed", range(6))
def test_why_a_stop_is_in_its_round_is_what_trying_every_other_place_says(
    seed: int,
) -> None:
    question = district(seed, doors=10)
    solution = solve(question, engine="sisr", steps=100)
    rounds = solution.rounds
    known = {job.id: job for job in question.jobs}
    for answer in why(question, solution):
        able = [
            v for v in question.vehicles if question.may_serve(v, known[answer.job])
        ]
        rest = [
            replace(r, jobs=tuple(j for j in r.jobs if j != answer.job)) for r in rounds
        ]
        costs: list[tuple[int, Id]] = []
        for vehicle in able:
            if vehicle.id == answer.vehicle:
                continue
            mine = [k for k, r in enumerate(rest) if r.vehicle == vehicle.id]
            plans = [[*rest, Round(vehicle.id, (answer.job,))]]
            for k in mine:
                for place in range(len(rest[k].jobs) + 1):
                    jobs = rest[k].jobs
                    longer = (*jobs[:place], answer.job, *jobs[place:])
                    plans.append(
                        [*rest[:k], replace(rest[k], jobs=longer), *rest[k + 1 :]]
                    )
            for tried in plans:
                plan = schedule(question, tried)
                if not plan.violations:
                    costs.append(
                        (plan.summary.cost - solution.summary.cost, vehicle.id)
                    )
        if len(able) == 1:
            assert answer.reason == "only_driver"
        elif not costs:
            assert answer.reason == "no_room_elsewhere"
        else:
            best = min(cost for cost, _ in costs)
            assert answer.extra == best
            assert (best, answer.other) in costs
            assert answer.reason == ("cheapest" if best >= 0 else "dearer")


def test_a_stop_only_one_driver_may_serve_says_so() -> None:
    question = problem("banned_driver_stays_away")
    answers = {a.job: a.reason for a in why(question, solve(question, engine="floor"))}
    assert answers == {1: "only_driver", 2: "only_driver"}


def test_one_more_driver_is_offered_with_the_time_to_leave() -> None:
    question = problem("no_second_round_without_leave")
    solution = solve(question, engine="sisr", steps=200)
    job = solution.unassigned[0].job
    helper = next(
        r for r in explain(question, solution)[job] if r.change == "another_vehicle"
    )
    more = with_remedy(question, helper)
    assert [v.id for v in more.vehicles] == ["a", "helper 1"]
    assert helper.value == 0


def test_a_remedy_leaves_the_given_problem_alone() -> None:
    question = problem("hot_limit_too_far")
    before = replace(question)
    solution = solve(question, engine="floor")
    explain(question, solution)
    assert question == before


def widened_morning(**driver: Any) -> Problem:
    """Three doors, all of them too much for one driver in just one respect."""
    question = problem("three_doors_on_a_line")
    vehicle = replace(question.vehicles[0], **driver)
    return replace(question, vehicles=(vehicle,))


ONE_RULE: list[tuple[str, Problem]] = [
    ("max_tasks", widened_morning(max_jobs=2)),
    ("max_travel_time", widened_morning(max_travel=500)),
    ("work_time", widened_morning(max_work=500)),
    ("shift", widened_morning(shift=TimeWindow(0, 500))),
    ("load", problem("too_big_for_any_vehicle")),
    ("age", problem("hot_limit_too_far")),
    ("delay", problem("window_already_closed")),
    ("max_rounds", problem("no_second_round_without_leave")),
    ("vehicle_forbidden", problem("nobody_may_come")),
    (
        "skills",
        replace(
            problem("three_doors_on_a_line"),
            jobs=tuple(
                replace(job, skills=frozenset({7}))
                for job in problem("three_doors_on_a_line").jobs
            ),
        ),
    ),
]


@pytest.mark.parametrize(("change", "question"), ONE_RULE, ids=[n for n, _ in ONE_RULE])
def test_every_kind_of_remedy_serves_one_more_when_solved_again_from_nothing(
    change: str, question: Problem
) -> None:
    before = solve(question, engine="sisr", steps=200)
    assert before.unassigned
    for job, remedies in explain(question, before).items():
        remedy = next(r for r in remedies if r.change == change)
        relaxed = with_remedy(question, remedy)
        again = solve(relaxed, engine="sisr", steps=200)
        assert check(relaxed, again) == []
        assert len(again.unassigned) < len(before.unassigned), job


@pytest.mark.parametrize(("change", "question"), ONE_RULE, ids=[n for n, _ in ONE_RULE])
def test_no_smaller_remedy_of_the_same_kind_would_do(
    change: str, question: Problem
) -> None:
    before = solve(question, engine="sisr", steps=200)
    (found, *_) = explain(question, before).values()
    remedy = next(r for r in found if r.change == change)
    if change in ("skills", "vehicle_forbidden", "max_rounds"):
        assert remedy.size == 1
        return
    less = with_remedy(question, replace(remedy, size=remedy.size - 1))
    rounds = remedied_rounds(question, before.rounds, remedy)
    assert not schedule(less, rounds).is_feasible


@pytest.mark.parametrize("seed", range(6))
def test_every_late_stop_has_a_remedy_and_each_makes_it_good(seed: int) -> None:
    """One driver more than there is time for: nothing was left out, much is late."""
    question, _ = short_morning(seed)
    everybody = [job.id for job in question.jobs]
    driver = question.vehicles[0].id
    plan = schedule(question, [Round(driver, tuple(everybody))])
    late = {v.job: v.size for v in plan.violations if v.job is not None}
    found = explain_late(question, plan)
    assert found.keys() == late.keys()
    assert any(r.change == "free_place" for some in found.values() for r in some)
    for job, remedies in found.items():
        assert remedies
        without = [
            replace(r, jobs=tuple(j for j in r.jobs if j != job)) for r in plan.rounds
        ]
        before = {v.job for v in schedule(question, without).violations}
        for remedy in remedies:
            relaxed = with_remedy(question, remedy)
            mended = schedule(relaxed, remedied_rounds(question, without, remedy))
            assert mended.unassigned == ()
            assert {v.job for v in mended.violations} <= before
            again = solve(relaxed, engine="floor", start=mended.rounds)
            assert check(relaxed, again) == []
