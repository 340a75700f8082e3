"""A small problem is not searched for all of its time: when that is enough, and that
nothing is lost by it."""

import threading
import time
from dataclasses import replace

import pytest

from benchmarks.routing_districts import district as blocks
from routing import Problem, Solution, Weights, check, solve
from routing.search import is_compiled
from routing.settling import FEW, may_settle, patience
from tests.routing.cases import district
from tests.routing.oracle import optimum
from tests.routing.test_optimum import mixed

HOUR = 3600.0


def settled(question: Problem, engine: str = "sisr", seed: int = 1) -> Solution:
    found = solve(question, engine=engine, seconds=HOUR, seed=seed)
    assert check(question, found) == []
    assert found.has_settled
    return found


@pytest.mark.parametrize("engine", ["sisr", "auto"])
def test_twelve_doors_are_planned_long_before_the_time_is_up(engine: str) -> None:
    began = time.process_time()
    found = settled(district(1), engine)
    assert time.process_time() - began < 60
    (note,) = [note for note in found.notes if note.startswith("settled")]
    assert note.endswith(f"the last {patience(12)} brought nothing better")


@pytest.mark.parametrize("seed", range(60, 72))
def test_a_settled_search_reaches_the_proved_optimum(seed: int) -> None:
    question = mixed(seed)
    assert settled(question).summary.cost == optimum(question)


@pytest.mark.parametrize("seed", [1000, 1018, 1039, 1051])
def test_a_settled_search_reaches_the_optimum_of_eight_doors(seed: int) -> None:
    question = mixed(seed, most=8)
    assert settled(question).summary.cost == optimum(question)


@pytest.mark.parametrize("seed", range(2))
def test_a_settled_search_is_not_dearer_than_a_long_one(seed: int) -> None:
    question = district(seed)
    long = solve(question, engine="sisr", steps=100_000)
    assert settled(question).summary.cost <= long.summary.cost


def test_a_settled_search_of_given_rounds_is_not_kept_by_them() -> None:
    question = district(2)
    best = settled(question)
    poor = solve(question, engine="floor")
    assert poor.summary.cost > best.summary.cost
    again = solve(question, engine="sisr", seconds=HOUR, start=poor.rounds)
    assert again.has_settled
    assert again.summary.cost <= best.summary.cost


def test_a_settled_search_says_the_same_whatever_the_time_and_the_workers() -> None:
    question = district(3, doors=9)
    plans = [
        solve(question, engine="sisr", seconds=seconds, workers=workers)
        for seconds, workers in ((60, 1), (HOUR, 1), (HOUR, 2))
    ]
    assert plans[0].has_settled
    assert plans[1:] == plans[:1] * 2


def test_who_may_settle_is_few_and_has_plenty_of_time() -> None:
    assert is_compiled()
    assert may_settle(FEW - 1, 20)
    assert may_settle(4, 1)
    assert not may_settle(FEW, HOUR)
    assert not may_settle(FEW - 1, 0.5)


def test_a_search_that_its_time_or_somebody_ended_does_not_say_it_has_settled() -> None:
    stop = threading.Event()
    stop.set()
    stopped = solve(district(1), engine="sisr", seconds=HOUR, stop=stop)
    short = solve(district(1), engine="sisr", seconds=0.2)
    counted = solve(district(1), engine="sisr", steps=100, seconds=HOUR)
    many = solve(blocks("blocks", FEW).problem, engine="sisr", seconds=0.3)
    for found in (stopped, short, counted, many):
        assert not found.has_settled
        assert found.routes


def test_uneven_work_with_a_price_is_searched_for_all_of_the_time() -> None:
    question = replace(district(1), weights=Weights(uneven=50))
    assert not solve(question, engine="sisr", seconds=2).has_settled
