"""The portfolio: several workers, whole plans, progress, the authority's word."""

import subprocess
import sys
import threading
from typing import Any

import pytest

from benchmarks.routing_districts import SHAPES
from benchmarks.routing_districts import district as blocks
from routing import (
    Job,
    Location,
    Matrix,
    Problem,
    Round,
    Vehicle,
    check,
    schedule,
    solve,
)
from routing.kernel_state import DICE
from routing.search import Worker
from routing.solver import confirm
from tests.routing.cases import district


@pytest.mark.parametrize("seed", range(4))
def test_two_workers_find_a_sound_plan(seed: int) -> None:
    question = district(seed, doors=16)
    found = solve(question, engine="sisr", seconds=0.3, workers=2, seed=seed)
    assert check(question, found) == []


def test_each_worker_searches_on_its_own_and_the_best_plan_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question, dice, done = district(1, doors=30), set(), []
    work = Worker.work

    def noted(worker: Worker, run: Any, steps: int | None = None) -> None:
        dice.add((int(worker.state.total[DICE]), threading.get_ident()))
        work(worker, run, steps)
        done.append(worker.cost)

    monkeypatch.setattr(Worker, "work", noted)
    found = solve(question, engine="sisr", seconds=0.3, workers=3)
    assert check(question, found) == []
    assert len(done) == 3
    assert len({seed for seed, _ in dice}) == 3
    assert len({thread for _, thread in dice}) == 3


@pytest.mark.parametrize("shape", SHAPES)
def test_everybody_is_served_where_a_plan_that_serves_them_was_planted(
    shape: str,
) -> None:
    made = blocks(shape, 60, per_elder_limit=True)
    assert schedule(made.problem, made.planted).is_feasible
    for engine in ("sisr", "auto"):
        found = solve(made.problem, engine=engine, seconds=20, steps=3000)
        assert found.unassigned == ()
        assert check(made.problem, found) == []


def test_progress_only_ever_gets_better() -> None:
    costs: list[int] = []
    solve(
        district(3, doors=30),
        engine="sisr",
        seconds=0.5,
        on_progress=lambda event: costs.append(int(str(event["cost"]))),
    )
    assert costs
    assert costs == sorted(costs, reverse=True)


def test_a_search_told_to_stop_ends_with_what_it_has() -> None:
    stop = threading.Event()
    stop.set()
    question = district(2)
    found = solve(question, engine="sisr", seconds=60, stop=stop)
    assert check(question, found) == []
    assert found.routes


@pytest.mark.parametrize("seed", range(12))
def test_the_authority_confirms_what_the_kernel_found(seed: int) -> None:
    question = district(seed)
    found = solve(question, engine="sisr", steps=300)
    assert confirm(question, found.rounds)


@pytest.mark.parametrize("seed", range(4))
def test_many_doors_are_grouped_searched_and_expanded_soundly(seed: int) -> None:
    question = district(seed, doors=120, drivers=9)
    found = solve(question, engine="sisr", steps=400)
    assert check(question, found) == []
    assert len(found.unassigned) < 60


def test_yesterdays_order_holds_where_another_saves_little() -> None:
    # Four doors around the kitchen; the other way round takes 37 s instead of 43.
    ways = ((0, 6, 9, 9, 6), (10, 0, 9, 9, 9), (9, 7, 0, 9, 9), (9, 9, 7, 0, 9))
    rows = (*ways, (10, 9, 9, 7, 0))
    kitchen = Location(index=0)
    question = Problem(
        jobs=tuple(Job(id=k, location=Location(index=k)) for k in range(1, 5)),
        vehicles=(Vehicle(id="Sun", start=kitchen, end=kitchen),),
        matrices={"car": Matrix(rows)},
    )
    usual = Round("Sun", (1, 2, 3, 4))
    fresh = solve(question, engine="sisr", steps=300)
    steady = solve(question, engine="sisr", steps=300, start=[usual])
    assert fresh.rounds[0].jobs == (4, 3, 2, 1)
    assert steady.rounds == (usual,)


def test_without_numba_the_kernel_answers_alike_and_ortools_does_all() -> None:
    program = (
        "import sys; sys.modules['numba'] = None\n"
        "from routing import check, solve\n"
        "from routing.search import is_compiled\n"
        "from tests.routing.cases import district\n"
        "assert not is_compiled()\n"
        "print(solve(district(3), engine='sisr', steps=60).rounds)\n"
        "for seconds in (1, 4):\n"  # with CP-SAT too
        "    plan = solve(district(3), engine='ortools', seconds=seconds, steps=40)\n"
        "    assert plan.engine == 'ortools' and not plan.unassigned\n"
        "    assert check(district(3), plan) == []\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    compiled = solve(district(3), engine="sisr", steps=60)
    assert child.stdout.strip() == str(compiled.rounds)


def test_a_search_cut_short_leaves_nobody_out_whom_sectors_serve() -> None:
    question = blocks("blocks", 600).problem
    found = solve(question, engine="sisr", seconds=0.0)
    assert found.unassigned == ()
    assert check(question, found) == []


def test_no_steps_give_the_rounds_that_were_given() -> None:
    question = district(3)
    given = solve(question, engine="sisr", steps=100)
    again = solve(question, engine="sisr", steps=0, start=given.rounds)
    assert check(question, again) == []
    assert again.summary.cost <= given.summary.cost
