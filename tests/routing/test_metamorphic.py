"""Changes to a problem whose effect on the answer is known beforehand."""

from dataclasses import replace

import pytest

from routing import (
    Job,
    Location,
    Matrix,
    Problem,
    Round,
    Solution,
    TimeWindow,
    Travel,
    check,
    schedule,
    solve,
)
from tests.routing.cases import district
from tests.routing.test_optimum import long_morning, mixed, on_one_way_streets


def answer(problem: Problem) -> Solution:
    return solve(problem, engine="sisr", steps=2000)


@pytest.mark.parametrize("seed", range(12))
def test_another_driver_never_costs_more(seed: int) -> None:
    question = mixed(seed)
    helper = replace(question.vehicles[0], id="helper")
    more = replace(question, vehicles=(*question.vehicles, helper))
    assert answer(more).summary.cost <= answer(question).summary.cost


@pytest.mark.parametrize("seed", range(12))
def test_shifting_every_time_changes_nothing(seed: int) -> None:
    question = district(seed)
    later = shifted(question, 1800)
    before, after = answer(question), answer(later)
    assert after.rounds == before.rounds
    assert after.summary == before.summary


def test_times_since_1970_are_times_like_others() -> None:
    question = district(1)
    found = solve(question, engine="sisr", steps=300)
    since_1970 = solve(shifted(question, 1_790_000_000), engine="sisr", steps=300)
    assert since_1970.rounds == found.rounds


def shifted(problem: Problem, by: int) -> Problem:
    def moved(window: TimeWindow) -> TimeWindow:
        return TimeWindow(window.opens + by, window.closes + by)

    return replace(
        problem,
        jobs=tuple(
            replace(job, windows=tuple(map(moved, job.windows))) for job in problem.jobs
        ),
        vehicles=tuple(replace(v, shift=moved(v.shift)) for v in problem.vehicles),
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_given_matrix_equal_to_the_computed_one_changes_nothing(seed: int) -> None:
    question = district(seed)
    places = [question.vehicles[0].start, *(job.location for job in question.jobs)]
    travel = Travel(question)
    matrices = {
        vehicle.profile: Matrix(
            tuple(tuple(travel.seconds(vehicle, a, b) for b in places) for a in places)
        )
        for vehicle in question.vehicles
    }
    given = replace(
        question,
        jobs=tuple(
            replace(job, location=replace(job.location, index=k))
            for k, job in enumerate(question.jobs, start=1)
        ),
        vehicles=tuple(
            replace(
                vehicle,
                start=indexed(vehicle.start),
                end=indexed(vehicle.end),
            )
            for vehicle in question.vehicles
        ),
        matrices=matrices,
    )
    assert answer(given).rounds == answer(question).rounds


def indexed(location: Location | None) -> Location | None:
    return None if location is None else replace(location, index=0)


@pytest.mark.parametrize("seed", range(8))
def test_a_second_profile_with_the_same_matrix_changes_nothing(seed: int) -> None:
    question = district(seed)
    twin = {name: question.modes[name] for name in ("walk", "ebike")}
    renamed = replace(
        question,
        modes={f"other {name}": mode for name, mode in twin.items()},
        vehicles=tuple(
            replace(v, profile=f"other {v.profile}") for v in question.vehicles
        ),
    )
    assert answer(renamed).rounds == answer(question).rounds


@pytest.mark.parametrize("seed", range(8))
def test_a_copy_of_a_matrix_under_another_name_changes_nothing(seed: int) -> None:
    question = on_one_way_streets(seed)
    copies = {f"{name} again": m for name, m in question.matrices.items()}
    twice = replace(
        question,
        matrices={**question.matrices, **copies},
        vehicles=tuple(
            replace(v, profile=f"{v.profile} again" if k % 2 == 0 else v.profile)
            for k, v in enumerate(question.vehicles)
        ),
    )
    assert answer(twice).rounds == answer(question).rounds


@pytest.mark.parametrize("seed", range(12))
def test_removing_a_stop_never_breaks_a_round(seed: int) -> None:
    """Straight lines obey the triangle inequality as long as no gate lies between."""
    question = without_gates(district(seed))
    plan = answer(question)
    for route in plan.routes:
        for job in route.jobs:
            fewer = [without(r, job) for r in plan.rounds]
            assert schedule(question, fewer).is_feasible


def without(planned: Round, job: object) -> Round:
    return replace(planned, jobs=tuple(j for j in planned.jobs if j != job))


def without_gates(problem: Problem) -> Problem:
    """Rounding can miss the inequality by a second or two, which service makes up."""

    def plain(job: Job) -> Job:
        return replace(
            job, location=replace(job.location, compound=None), service=job.service + 2
        )

    return replace(problem, jobs=tuple(map(plain, problem.jobs)))


@pytest.mark.parametrize("seed", range(6))
def test_the_same_seed_gives_the_same_answer(seed: int) -> None:
    question = district(seed)
    assert answer(question) == answer(question)


@pytest.mark.parametrize("engine", ["auto", "ortools"])
def test_the_same_seed_gives_the_same_answer_with_ortools_too(engine: str) -> None:
    question = district(2)
    plans = [solve(question, seconds=60, engine=engine, steps=60) for _ in range(2)]
    assert plans[0] == plans[1]


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_given_as_start_is_never_made_worse(seed: int) -> None:
    question = district(seed)
    usual = answer(question)
    again = solve(question, engine="sisr", steps=50, seed=9, start=usual.rounds)
    assert again.summary.cost <= usual.summary.cost


@pytest.mark.parametrize("seed", range(6))
def test_locked_jobs_keep_their_round_and_order(seed: int) -> None:
    question = district(seed)
    usual = solve(question, engine="floor")
    locked = [job for route in usual.routes for job in route.jobs]
    found = solve(question, engine="sisr", steps=500, start=usual.rounds, locked=locked)
    kept = {(r.vehicle, tuple(j for j in r.jobs if j in locked)) for r in found.rounds}
    assert {(r.vehicle, r.jobs) for r in usual.rounds} <= kept


@pytest.mark.parametrize("first", range(1000, 1500, 50))
def test_five_hundred_generated_days_pass_the_checker(first: int) -> None:
    """One in four has second rounds, reload and breaks, one a table for each mode."""
    for seed in range(first, first + 50):
        kinds = (lunch, long_morning, lunch, on_one_way_streets)
        question = kinds[seed % 4](seed)
        assert check(question, solve(question, engine="sisr", steps=40)) == []


def lunch(seed: int) -> Problem:
    return district(seed, doors=8, drivers=2)


@pytest.mark.parametrize("seed", range(6))
def test_nobody_joins_or_leaves_a_locked_round(seed: int) -> None:
    question = district(seed)
    usual = solve(question, engine="floor")
    first = replace(usual.rounds[0], locked=True)
    start = (first, *usual.rounds[1:])
    found = solve(question, engine="sisr", steps=500, start=start)
    assert Round(first.vehicle, first.jobs) in found.rounds
    assert check(question, found) == []
