"""Every JSON example of the contract page is read, solved and checked."""

import json
import re
from pathlib import Path

import pytest

from routing import check, read_problem, solve

PAGE = Path(__file__).parents[2] / "docs" / "routing.md"
EXAMPLES = re.findall(r"```json problem\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_page_has_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_documented_problem_is_solved_completely(text: str) -> None:
    problem = read_problem(json.loads(text))
    solution = solve(problem, seconds=0.3)
    assert check(problem, solution) == []
    assert solution.unassigned == ()
