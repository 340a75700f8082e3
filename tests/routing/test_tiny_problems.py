"""Problems small enough to be solved by eye; every engine must agree with the eye."""

import pytest

from routing import check, solve
from tests.routing.cases import CASES, load, problem


@pytest.mark.parametrize("engine", ["auto", "ortools"])
@pytest.mark.parametrize("name", CASES)
def test_the_engine_finds_what_the_eye_sees(name: str, engine: str) -> None:
    expected = load(name)["expect"]
    question = problem(name)
    solution = solve(question, seconds=1, steps=200, engine=engine)
    assert check(question, solution) == []
    assert solution.summary.cost == expected["cost"]
    unassigned = {str(left.job): left.reason for left in solution.unassigned}
    if "any_unassigned" in expected:
        assert len(unassigned) == expected["any_unassigned"]
    else:
        assert unassigned == expected.get("unassigned", {})
    if "rounds" in expected:
        assert len(solution.routes) == expected["rounds"]
    if "setup" in expected:
        assert solution.summary.setup == expected["setup"]


@pytest.mark.parametrize("name", CASES)
def test_the_floor_breaks_no_rule(name: str) -> None:
    question = problem(name)
    assert check(question, solve(question, engine="floor")) == []
