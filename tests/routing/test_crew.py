"""Whole rounds given to drivers: exact, against every assignment tried one by one."""

from dataclasses import replace
from itertools import permutations, product

import pytest

from routing import Break, Problem, Round, TimeWindow, check, schedule, solve
from routing.crew import assign
from routing.locks import Locks
from tests.routing.cases import district


def rounds_of(question: Problem) -> tuple[Round, ...]:
    return solve(question, engine="floor").rounds


def best_by_trying_all(question: Problem, rounds: tuple[Round, ...]) -> int:
    """The least cost over every way to hand the rounds out and to order them."""
    names = [vehicle.id for vehicle in question.vehicles]
    costs = []
    for drivers in product(names, repeat=len(rounds)):
        for order in permutations(range(len(rounds))):
            tried = [Round(drivers[k], rounds[k].jobs) for k in order]
            plan = schedule(question, tried)
            if plan.is_feasible:
                costs.append(plan.summary.cost)
    return min(costs)


def variant(seed: int, kind: str) -> Problem:
    question = district(seed, doors=8, drivers=2)
    vehicles = question.vehicles
    if kind == "uneven":
        weights = replace(question.weights, uneven=150, vehicle=0)
        return replace(question, weights=weights)
    if kind == "rests":
        rest = Break(id="rest", windows=(TimeWindow(39_000, 41_400),), service=600)
        vehicles = tuple(replace(v, breaks=(rest,)) for v in vehicles)
    return replace(question, vehicles=vehicles)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["plain", "uneven", "rests"])
def test_no_other_way_to_hand_out_the_rounds_is_cheaper(seed: int, kind: str) -> None:
    question = variant(seed, kind)
    rounds = rounds_of(question)
    found = assign(question, rounds, seconds=20)
    plan = schedule(question, found)
    assert plan.is_feasible
    assert sorted(r.jobs for r in found) == sorted(r.jobs for r in rounds)
    assert plan.summary.cost == best_by_trying_all(question, rounds)


def test_exchanged_rounds_go_back_to_the_usual_drivers() -> None:
    question = solved = district(1, doors=9)
    rounds = rounds_of(question)
    usual = {job: r.vehicle for r in rounds for job in r.jobs}
    solved = replace(
        question,
        jobs=tuple(
            replace(
                job,
                preferred_vehicle=usual.get(job.id),
                forbidden_vehicles=frozenset(),
            )
            for job in question.jobs
        ),
        vehicles=tuple(
            replace(question.vehicles[0], id=v.id) for v in question.vehicles
        ),
    )
    names = [v.id for v in question.vehicles]
    exchanged = [Round(names[names.index(r.vehicle) - 1], r.jobs) for r in rounds]
    found = assign(solved, exchanged, seconds=20)
    assert schedule(solved, found).summary.changed_vehicle == 0


def test_a_round_with_a_locked_stop_keeps_its_driver() -> None:
    question = variant(2, "plain")
    rounds = rounds_of(question)
    locks = Locks.of(rounds, [r.jobs[0] for r in rounds])
    assert assign(question, rounds, seconds=5, locks=locks) == rounds


@pytest.mark.parametrize("engine", ["auto", "ortools"])
def test_both_engines_ask_for_the_drivers_last(engine: str) -> None:
    question = variant(3, "plain")
    found = solve(question, engine=engine, seconds=4)
    assert check(question, found) == []
    assert assign(question, found.rounds, seconds=5) == found.rounds
