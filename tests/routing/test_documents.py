"""Every JSON example of the contract page is read, solved and checked."""

import json
import re
from pathlib import Path

import pytest

from routing import check, read_problem, solve, write_solution
from tests.routing.test_command_line import call

PAGE = (Path(__file__).parents[2] / "docs" / "routing.md").read_text()


def examples(kind: str) -> list[str]:
    return re.findall(rf"```json {kind}\n(.*?)```", PAGE, re.DOTALL)


def test_no_example_of_the_page_is_left_out() -> None:
    count = {kind: len(examples(kind)) for kind in ("problem", "solution", "replan")}
    assert all(count.values())
    assert sum(count.values()) == PAGE.count("```") // 2


@pytest.mark.parametrize("text", examples("problem"))
def test_a_documented_problem_is_solved_completely(text: str) -> None:
    problem = read_problem(json.loads(text))
    solution = solve(problem, seconds=0.3)
    assert check(problem, solution) == []
    assert solution.unassigned == ()


def test_the_documented_solution_is_the_one_of_the_problem_above_it() -> None:
    place = PAGE.index("```json solution")
    above = [text for text in examples("problem") if PAGE.index(text) < place][-1]
    problem = read_problem(json.loads(above))
    found = solve(problem, engine="sisr", steps=50)
    (documented,) = examples("solution")
    assert json.loads(documented) == write_solution(found, problem)


@pytest.mark.parametrize("text", examples("replan"))
def test_a_documented_change_is_replanned(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answer, _ = call(monkeypatch, capsys, text, "replan", "--seconds", "0")
    assert code == 0
    assert [(m["job"], m["why"]) for m in answer["moved"]] == [(3, "added")]


def test_the_documented_imports_work() -> None:
    lines = [line[4:] for line in PAGE.splitlines() if line.startswith("    from rou")]
    assert lines
    exec("\n".join(lines))  # noqa: S102 - the page's own lines
