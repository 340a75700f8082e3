"""A changed morning: who moves, who must not, and why."""

from dataclasses import replace
from typing import Any

import pytest

from routing import (
    InvalidInput,
    Job,
    Location,
    Problem,
    Round,
    Solution,
    TimeWindow,
    check,
    schedule,
    solve,
)
from routing.changes import Change
from routing.prices import Place, Prices
from routing.problem import Id
from routing.replan import Replanned, replan
from tests.routing.cases import district, problem

LATE = Job(
    id="late",
    location=Location(lon=116.398, lat=39.899, compound="compound 1"),
    service=60,
    delivery=(1, 0),
    max_age=3000,
)


def morning(seed: int) -> tuple[Problem, Solution]:
    question = district(seed, doors=12)
    return question, solve(question, engine="sisr", steps=500)


def vehicles_of(rounds: tuple[Round, ...]) -> dict[object, object]:
    return {job: r.vehicle for r in rounds for job in r.jobs}


def assert_sound(result: Replanned) -> None:
    assert check(result.problem, result.solution) == []


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_a_late_add_moves_nobody_else(seed: int, seconds: float) -> None:
    question, plan = morning(seed)
    result = replan(question, plan.rounds, Change(added=(LATE,)), seconds=seconds)
    assert_sound(result)
    before, after = vehicles_of(plan.rounds), vehicles_of(result.solution.rounds)
    assert {job: after[job] for job in before} == before
    orders: dict[Id, list[Id]] = {r.vehicle: [] for r in plan.rounds}
    for r in result.solution.rounds:
        orders.setdefault(r.vehicle, []).extend(j for j in r.jobs if j in before)
    for r in plan.rounds:
        mine = [job for job in orders[r.vehicle] if job in r.jobs]
        assert mine == list(r.jobs)
    assert {(m.job, m.why) for m in result.moved} == {("late", "added")}


@pytest.mark.parametrize("engine", [None, "sisr", "ortools"])
@pytest.mark.parametrize("scope", ["new", "round", "unlocked", "all"])
def test_nobody_joins_a_locked_round_nor_leaves_it(
    scope: str, engine: str | None
) -> None:
    question = problem("three_doors_on_a_line")
    other = replace(question.vehicles[0], id="other")
    question = replace(question, vehicles=(*question.vehicles, other))
    first = question.vehicles[0].id
    late = replace(question.jobs[0], id="late")  # next door: it would cost nothing
    locked = Round(first, (2, 1, 3), locked=True)
    for change, stay in [
        (Change(added=(late,)), (2, 1, 3)),
        (Change(added=(late,), cancelled=(3,)), (2, 1)),
    ]:
        result = replan(
            question,
            [locked],
            change,
            scope=scope,
            seconds=0.3 if engine else 0.0,
            engine=engine or "auto",
        )
        kept = replace(locked, jobs=stay)
        assert check(result.problem, result.solution, [kept]) == []
        assert vehicles_of(result.solution.rounds)["late"] == "other"
        assert {m.job for m in result.moved} == {"late"}


@pytest.mark.parametrize("seed", range(10))
def test_a_cancelled_job_leaves_the_others_where_they_are(seed: int) -> None:
    question, plan = morning(seed)
    gone = plan.routes[0].jobs[0]
    result = replan(question, plan.rounds, Change(cancelled=(gone,)))
    assert_sound(result)
    assert gone not in vehicles_of(result.solution.rounds)


def test_only_the_job_that_breaks_its_round_is_taken_out_whatever_its_number() -> None:
    question, plan = morning(0)
    jobs = tuple(
        replace(job, max_age=1) if job.id == 0 else job for job in question.jobs
    )
    # First in its round, so that the last job is not taken out in its place.
    rounds = [
        Round(r.vehicle, tuple(sorted(r.jobs, key=lambda job: job != 0)))
        for r in plan.rounds
    ]
    beside = next(set(r.jobs) for r in rounds if 0 in r.jobs) - {0}
    result = replan(replace(question, jobs=jobs), rounds, Change())
    moved = {one.job for one in result.moved}
    assert 0 in moved
    assert beside
    assert not beside & moved


@pytest.mark.parametrize("seed", range(10))
def test_a_missing_driver_moves_only_the_own_people(seed: int) -> None:
    question, plan = morning(seed)
    gone = plan.routes[0].vehicle
    result = replan(question, plan.rounds, Change(missing=(gone,)))
    assert_sound(result)
    before = vehicles_of(plan.rounds)
    for moved in result.moved:
        assert moved.before in (gone, None) or moved.why == "broken"
        assert moved.after != gone
    homeless = {job for job, vehicle in before.items() if vehicle == gone}
    assert homeless <= {moved.job for moved in result.moved}


@pytest.mark.parametrize("scope", ["new", "round", "unlocked", "all"])
def test_slower_roads_end_in_a_sound_plan_in_every_scope(scope: str) -> None:
    question, plan = morning(4)
    change = Change(slower_percent=150)
    result = replan(question, plan.rounds, change, scope=scope, seconds=0.1)
    assert_sound(result)


def test_the_scope_round_keeps_everybody_with_their_driver() -> None:
    question, plan = morning(2)
    change = Change(added=(LATE,))
    result = replan(question, plan.rounds, change, scope="round", seconds=0.2)
    before, after = vehicles_of(plan.rounds), vehicles_of(result.solution.rounds)
    assert {job: after.get(job) for job in before} == before


def test_a_change_that_names_nobody_known_is_refused() -> None:
    question, plan = morning(1)
    with pytest.raises(InvalidInput) as refused:
        replan(question, plan.rounds, Change(cancelled=(99,), missing=("ghost",)))
    assert refused.value.faults == (
        "cancelled: no job 99",
        "missing: no vehicle 'ghost'",
    )


@pytest.mark.parametrize("seed", range(12))
def test_every_price_equals_the_difference_of_two_schedules(seed: int) -> None:
    question, plan = morning(seed)
    prices = Prices(question, plan.rounds)
    one, other = plan.routes[0].jobs[0], plan.routes[-1].jobs[-1]
    swapped = tuple(
        replace(r, jobs=tuple({one: other, other: one}.get(job, job) for job in r.jobs))
        for r in plan.rounds
    )
    after = schedule(question, swapped)
    swap = prices.swap(one, other)
    unassigned = plan.summary.unassigned
    assert after.summary.unassigned == unassigned
    assert swap.cost == after.summary.cost - plan.summary.cost
    assert swap.is_feasible == after.is_feasible


@pytest.mark.parametrize("seed", range(12))
def test_the_best_insertion_is_the_cheapest_of_all_feasible_ones(seed: int) -> None:
    question, plan = morning(seed)
    more = replace(question, jobs=(*question.jobs, LATE))
    prices = Prices(more, plan.rounds)
    feasible = []
    for vehicle in more.vehicles:
        mine = [r for r in plan.rounds if r.vehicle == vehicle.id]
        places = [
            Place(vehicle.id, number, position)
            for number, r in enumerate(mine, start=1)
            for position in range(len(r.jobs) + 1)
        ]
        if len(mine) < vehicle.max_rounds:
            places.append(Place(vehicle.id, len(mine) + 1, 0))
        feasible += [
            price.cost
            for place in places
            if (price := prices.insertion("late", place)).is_feasible
        ]
    found = prices.best_insertion("late")
    if not feasible:
        assert found is None
    else:
        assert found is not None
        assert found[1].cost == min(feasible)


def test_each_who_moves_is_told_the_true_reason() -> None:
    question = problem("three_doors_on_a_line")
    other = replace(question.vehicles[0], id="other")
    question = replace(question, vehicles=(*question.vehicles, other))
    late = replace(question.jobs[0], id="late")

    def told(
        change: Change, asked: Problem = question, **how: Any
    ) -> set[tuple[object, ...]]:
        rounds = [Round("a", (1, 2)), Round("other", (3,))]
        return {
            (m.job, m.before, m.after, m.why)
            for m in replan(asked, rounds, change, **how).moved
        }

    assert told(Change(added=(late,))) == {("late", None, "a", "added")}
    assert told(Change(missing=("other",))) == {(3, "other", "a", "vehicle_missing")}
    only = frozenset({"other"})
    tied = replace(question.jobs[2], allowed_vehicles=only)
    tied_problem = replace(question, jobs=(*question.jobs[:2], tied))
    gone = told(Change(missing=("other",)), tied_problem)
    assert gone == {(3, "other", None, "vehicle_missing")}
    short = replace(question.jobs[1], max_age=250)
    slower = told(
        Change(slower_percent=200),
        replace(question, jobs=(question.jobs[0], short, question.jobs[2])),
    )
    assert slower == {(2, "a", None, "dropped")}
    early = replace(question.jobs[1], windows=(TimeWindow(0, 250),))
    first = replace(question, jobs=(question.jobs[0], early, question.jobs[2]))
    first = replace(first, jobs=(replace(first.jobs[0], service=100), *first.jobs[1:]))
    assert told(Change(), first) == {(2, "a", "other", "broken")}
    cheaper = told(Change(), scope="all", seconds=0.3, engine="sisr")
    assert {move[3] for move in cheaper} == {"cheaper"}


CHANGES = ["added", "cancelled", "missing", "slower"]


def change_of(kind: str, plan: Solution) -> Change:
    return {
        "added": Change(added=(LATE,)),
        "cancelled": Change(cancelled=(plan.routes[0].jobs[0],)),
        "missing": Change(missing=(plan.routes[0].vehicle,)),
        "slower": Change(slower_percent=140),
    }[kind]


@pytest.mark.parametrize("engine", ["sisr", "ortools"])
@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("scope", ["new", "round", "unlocked", "all"])
def test_every_scope_keeps_its_promise_and_tells_who_moves_and_why(
    scope: str, kind: str, engine: str
) -> None:
    question, plan = morning(6)
    change = change_of(kind, plan)
    locked = [job for route in plan.routes for job in route.jobs[:2]]
    result = replan(
        question,
        plan.rounds,
        change,
        scope=scope,
        seconds=0.3,
        locked=locked,
        engine=engine,
    )
    assert_sound(result)
    before, after = vehicles_of(plan.rounds), vehicles_of(result.solution.rounds)
    broken = {m.job for m in result.moved if m.why in ("broken", "vehicle_missing")}
    dropped = {m.job for m in result.moved if m.why == "dropped"}
    stay = set(before) - set(change.cancelled) - broken - dropped
    if scope in ("new", "round"):
        assert {job: after[job] for job in stay} == {job: before[job] for job in stay}
    if scope == "unlocked":
        kept = stay & set(locked)
        assert {job: after[job] for job in kept} == {job: before[job] for job in kept}
    if scope == "new":
        orders = [[j for j in r.jobs if j in stay] for r in result.solution.rounds]
        for r in plan.rounds:
            given = [job for job in r.jobs if job in stay]
            assert given == [] or any(
                [job for job in order if job in given] == given for order in orders
            )
    told: dict[object, object] = {m.job: (m.before, m.after) for m in result.moved}
    moved = {j for j in before if j not in change.cancelled}
    for job in moved:
        if before[job] != after.get(job):
            assert told[job] == (before[job], after.get(job))
        else:
            assert job not in told or job in broken
    assert {m.why for m in result.moved} <= {
        "added",
        "vehicle_missing",
        "broken",
        "dropped",
        "cheaper",
    }


def test_scopes_differ_only_in_how_much_they_may_save() -> None:
    question, plan = morning(2)
    change = Change(added=(LATE,))
    cost = {
        scope: replan(question, plan.rounds, change, scope=scope).solution.summary.cost
        for scope in ("new", "round", "unlocked", "all")
    }
    assert len(set(cost.values())) == 1  # at once, all are the same insertion
