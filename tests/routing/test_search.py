"""The portfolio: several workers, whole plans, progress, the authority's word."""

import subprocess
import sys
import threading

import pytest

from routing import check, solve
from routing.solver import confirm
from tests.routing.cases import district


@pytest.mark.parametrize("seed", range(4))
def test_two_workers_find_a_sound_plan(seed: int) -> None:
    question = district(seed, doors=16)
    found = solve(question, engine="sisr", seconds=0.3, workers=2, seed=seed)
    assert check(question, found) == []


def test_progress_only_ever_gets_better() -> None:
    costs: list[int] = []
    solve(
        district(3, doors=30),
        engine="sisr",
        seconds=0.5,
        on_progress=lambda event: costs.append(int(str(event["cost"]))),
    )
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


def test_the_kernel_without_numba_gives_the_same_answer() -> None:
    program = (
        "import sys; sys.modules['numba'] = None\n"
        "from routing import solve\n"
        "from routing.search import is_compiled\n"
        "from tests.routing.cases import district\n"
        "assert not is_compiled()\n"
        "print(solve(district(3), engine='sisr', steps=60).rounds)\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    compiled = solve(district(3), engine="sisr", steps=60)
    assert child.stdout.strip() == str(compiled.rounds)
