"""The planner as a library: small questions whose best answer is known, impossible ones
whose cheapest relaxation is known, and answers reckoned again without the solver."""

import itertools
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.plan import Cells, faults, parts, plan_of, total
from planning.problem import (
    Equipment,
    Fixed,
    Group,
    Item,
    Problem,
    Slot,
    UseUp,
    Weights,
    as_json,
    read,
)
from planning.solver import solve

ROOT = Path(__file__).resolve().parents[2]


def item(number: int, cost: int = 100, **facts: object) -> Item:
    values = {"na_mg": 0, "ca_mg": 100, "traits": {"item": (str(number),)}, **facts}
    return Item(id=number, cost_fen=cost, **values)


def problem(**facts: object) -> Problem:
    """Two days, one row with a set B, three items."""
    values = {
        "offsets": (0, 1),
        "items": (item(0, 100), item(1, 120), item(2, 300)),
        "slots": (Slot("A", 1, (0, 1, 2)), Slot("B", 1, (0, 1, 2), optional=True)),
        "portions": (10, 10),
        "second_portions": (2, 2),
        "na_limit_mg": 500,
        "ca_target_mg": 100,
        "windows": {"item": 7},
        **facts,
    }
    return Problem(**values)


def every_answer(asked: Problem) -> list[Cells]:
    """All ways to fill the slots: the oracle of small questions."""
    places = [
        (day, number, [*slot.items, *([None] if slot.optional else [])])
        for day in range(len(asked.offsets))
        for number, slot in enumerate(asked.slots)
    ]
    return [
        {
            (day, number): chosen
            for (day, number, _items), chosen in zip(places, choice, strict=True)
            if chosen is not None
        }
        for choice in itertools.product(*(items for _d, _n, items in places))
    ]


def best(asked: Problem) -> int | None:
    sums = [
        total(asked, cells) for cells in every_answer(asked) if not faults(asked, cells)
    ]
    return min(sums, default=None)


def test_the_cheapest_two_days_do_not_repeat() -> None:
    plan = solve(problem(), 5)
    assert sorted(plan.cells.values()) == [0, 1]  # repeating costs 600 more
    assert (plan.status, plan.total, plan.bound) == ("optimal", 220, 220)


@st.composite
def questions(draw: st.DrawFn) -> Problem:
    numbers = st.integers(0, 300)
    words = st.sampled_from(("steamed", "fried"))
    items = tuple(
        Item(
            n,
            draw(numbers),
            draw(numbers),
            draw(numbers),
            draw(st.sampled_from(("pot", "oven", ""))),
            draw(st.integers(0, 40)),
            {"item": (str(n),), "method": (draw(words),)},
        )
        for n in range(4)
    )
    some = st.lists(st.integers(0, 3), max_size=4, unique=True).map(tuple)
    return Problem(
        offsets=(0, draw(st.integers(1, 3))),
        items=items,
        slots=(
            Slot("A", 1, (0, 1, 2)),
            Slot("A", 2, (2, 3)),
            Slot("B", 1, (1, 2, 3), optional=True),
        ),
        portions=(20, 30),
        second_portions=(5, 5),
        na_limit_mg=draw(numbers),
        ca_target_mg=draw(numbers),
        budget_fen=draw(st.sampled_from((0, 200, 350, 600))),
        groups=tuple(
            Group(day, draw(st.integers(1, 5)), "halal", {1: draw(some)})
            for day in draw(st.lists(st.integers(0, 1), max_size=2))
        ),
        equipment=(Equipment("pot", 10, draw(st.integers(0, 200))),),
        use_up=tuple(
            UseUp("gourd", draw(some), draw(st.integers(0, 1)))
            for _ in range(draw(st.integers(0, 1)))
        ),
        fixed=tuple(
            Fixed(0, 0, draw(st.integers(0, 2))) for _ in range(draw(st.integers(0, 1)))
        ),
        past=tuple((-1, n) for n in draw(some)),
        windows={"item": draw(st.integers(0, 3)), "method": draw(st.integers(0, 1))},
        dislikes=((0, draw(st.integers(0, 3)), 3),),
    )


@given(questions())
@settings(max_examples=40, deadline=None)
def test_no_answer_is_better_than_the_planners_and_none_is_missed(
    asked: Problem,
) -> None:
    known = best(asked)
    plan = solve(asked, 10)
    if known is None:
        assert plan.status == "infeasible"
        assert plan.faults  # and what to relax is named
    else:
        assert faults(asked, plan.cells) == []
        assert plan.total == total(asked, plan.cells)
        assert plan.bound <= known <= plan.total <= known * 1.01 + 1


def test_the_sum_is_stated_part_by_part() -> None:
    asked = problem(
        items=(item(0, 100, na_mg=700, ca_mg=0), item(1), item(2)),
        dislikes=((0, 0, 4),),
        past=((-1, 0),),
        weights=Weights(),
    )
    found = parts(asked, {(0, 0): 0, (1, 0): 1, (1, 1): 2})
    weights = asked.weights
    assert found == {
        "cost": 200,
        "sodium": weights.sodium_mg * 200,
        "calcium": weights.calcium_mg * 100,
        "dislike": weights.dislike * 4,
        "extra": weights.extra_item,
        "item": weights.repeats["item"],  # it was there the day before
        "ingredient": 0,
        "method": 0,
        "colour": 0,
    }


IMPOSSIBLE = {
    "a budget below the cheapest item": (
        {"budget_fen": 90},
        [("budget", 0, 10), ("budget", 1, 10)],  # ten fen, not the dear item's 210
    ),
    "three people whom nothing suits": (
        {"groups": (Group(1, 3, "vegan", {1: ()}),)},
        [("diet", 1, 3)],
    ),
    "pots for one filling only": (
        {
            "items": tuple(
                item(n, equipment="pot", batch_minutes=30) for n in range(3)
            ),
            "equipment": (Equipment("pot", 5, 40),),
        },
        [("equipment", 0, 20), ("equipment", 1, 20)],
    ),
    "stock that no item uses": (
        {"use_up": (UseUp("冬瓜", (), 1),)},
        [("use_up", 1, 1)],
    ),
    "a locked item that hurts, with set B closed": (
        {
            "slots": (Slot("A", 1, (0, 1, 2)),),
            "fixed": (Fixed(0, 0, 2),),
            "groups": (Group(0, 1, "fish", {1: (0, 1)}),),
        },
        [("locked", 0, 1)],
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_impossible_question_names_the_cheapest_relaxation(case: str) -> None:
    facts, expected = IMPOSSIBLE[case]
    plan = solve(problem(**facts), 5)
    assert plan.status == "infeasible"
    assert [(f.kind, f.day, f.amount) for f in plan.faults] == expected
    assert len(plan.cells) >= 2  # and the plan that it would allow


def test_a_locked_cell_stays_although_it_is_dear() -> None:
    plan = solve(problem(fixed=(Fixed(0, 0, 2), Fixed(1, 1, None))), 5)
    assert plan.cells[0, 0] == 2
    assert (1, 1) not in plan.cells


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"offsets": ()}, "offsets"),
        ({"offsets": (1, 0)}, "offsets"),
        ({"portions": (1,)}, "portions"),
        ({"slots": (Slot("A", 1, (7,)),)}, "item"),
        ({"fixed": (Fixed(5, 0, 0),)}, "fixed"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    facts: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        problem(**facts)


@given(questions())
@settings(max_examples=20, deadline=None)
def test_a_question_survives_json(asked: Problem) -> None:
    assert read(json.loads(json.dumps(as_json(asked)))) == asked


@pytest.mark.parametrize(
    ("typed", "code"),
    [("{", 2), ("{}", 2), ("[]", 2)],
)
def test_the_program_refuses_nonsense(typed: str, code: int) -> None:
    assert run(typed).returncode == code


def test_the_program_answers_on_standard_output_and_tells_its_progress() -> None:
    answer = run(json.dumps(as_json(problem())))
    assert answer.returncode == 0
    plan = plan_of(json.loads(answer.stdout))
    assert plan.total == 220
    told = [json.loads(line) for line in answer.stderr.splitlines()]
    assert told[-1]["total"] == 220
    assert told[-1]["bound"] <= 220
    impossible = replace(problem(), budget_fen=90)
    assert run(json.dumps(as_json(impossible))).returncode == 3


def run(typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "planning", "--seconds", "5"],
        input=typed,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
