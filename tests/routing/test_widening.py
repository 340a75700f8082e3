"""A plan with named exceptions holds in the problem widened by exactly those."""

from dataclasses import replace

import pytest

from routing import Round, check, schedule
from routing.solver import confirm
from routing.widening import WIDENABLE, widened
from tests.routing.cases import district, problem

BROKEN = [
    ("too_big_for_any_vehicle", [Round("a", (1,))]),
    ("hot_limit_too_far", [Round("a", (1,))]),
    ("window_already_closed", [Round("a", (1,))]),
    ("beyond_the_shift", [Round("a", (1,))]),
    ("at_most_two_doors", [Round("a", (1, 2, 3))]),
    ("no_second_round_without_leave", [Round("a", (1, 2)), Round("a", (3, 4))]),
]


@pytest.mark.parametrize(("name", "rounds"), BROKEN)
def test_the_full_model_takes_a_plan_apart_from_what_was_allowed(
    name: str, rounds: list[Round]
) -> None:
    question = problem(name)
    plan = schedule(question, rounds)
    faults = [f for f in check(question, plan) if f.cause in WIDENABLE]
    assert faults
    assert not confirm(question, rounds)
    assert confirm(widened(question, faults), rounds)
    less = [replace(fault, size=fault.size - 1) for fault in faults]
    assert not confirm(widened(question, less), rounds)


def test_what_no_number_can_widen_stays_a_fault() -> None:
    question = problem("nobody_may_come")
    rounds = [Round("a", (1,))]
    faults = check(question, schedule(question, rounds))
    assert not confirm(widened(question, faults), rounds)


@pytest.mark.parametrize("seed", range(6))
def test_a_morning_with_everything_late_is_confirmed_apart_from_it(seed: int) -> None:
    question = district(seed, doors=8, drivers=1)
    free = replace(
        question,
        jobs=tuple(replace(j, forbidden_vehicles=frozenset()) for j in question.jobs),
    )
    rounds = [Round("driver 0", tuple(job.id for job in free.jobs))]
    faults = check(free, schedule(free, rounds))
    assert confirm(widened(free, faults), rounds)
