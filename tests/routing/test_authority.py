"""OR-Tools as the authority: its own price and times for rounds others found."""

from dataclasses import replace

import pytest

from routing import Round, Travel, Weights, check, schedule, solve
from routing.authority import Authority, Verdict
from routing.problem import Problem
from tests.routing.cases import district, problem


def judged(question: Problem, rounds: tuple[Round, ...]) -> Verdict:
    return Authority(question, Travel(question)).judge(rounds)


@pytest.mark.parametrize("seed", range(12))
def test_it_accepts_what_the_kernel_found_at_the_same_price(seed: int) -> None:
    question = district(seed)
    found = solve(question, engine="sisr", steps=300)
    verdict = judged(question, found.rounds)
    assert verdict.accepted
    assert verdict.cost == found.summary.cost


@pytest.mark.parametrize("seed", range(8))
def test_its_own_times_need_no_more_of_the_road_than_ours(seed: int) -> None:
    question = district(seed)
    found = solve(question, engine="sisr", steps=300)
    verdict = judged(question, found.rounds)
    for route, departs, ends in zip(
        found.routes, verdict.departs, verdict.ends, strict=True
    ):
        assert ends - departs >= route.ends - route.departs
        assert ends <= next(
            v.shift.closes for v in question.vehicles if v.id == route.vehicle
        )


@pytest.mark.parametrize("seed", range(8))
def test_it_polishes_a_plain_plan_and_breaks_nothing(seed: int) -> None:
    question = district(seed)
    plain = solve(question, engine="floor")
    rounds = Authority(question, Travel(question)).polish(plain.rounds, 5.0)
    assert rounds is not None
    polished = schedule(question, rounds)
    assert check(question, polished) == []
    assert polished.summary.cost < plain.summary.cost


def test_it_polishes_nothing_that_it_does_not_accept() -> None:
    question = problem("hot_limit_too_far")
    authority = Authority(question, Travel(question))
    assert authority.polish([Round("a", (1,))], 1.0) is None


def test_a_crossed_pair_of_doors_is_uncrossed_and_the_answer_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = district(3)
    plain = solve(question, engine="floor")
    monkeypatch.setattr("routing.settling.settle", lambda *_: (plain.rounds, None))
    found = solve(question, seconds=2)
    assert found.notes[-2:] == ("confirmed by OR-Tools", "polished by OR-Tools")
    assert found.summary.cost < plain.summary.cost
    assert check(question, found) == []


def test_too_large_a_problem_is_not_read_into_the_full_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question = district(3)
    assert "confirmed by OR-Tools" in solve(question, steps=20, seconds=60).notes
    monkeypatch.setattr("routing.solver.MOST_FOR_MODEL", len(question.jobs) - 1)
    assert solve(question, steps=20, seconds=60).notes == ()


BROKEN = [
    ("too_big_for_any_vehicle", [Round("a", (1,))]),
    ("hot_limit_too_far", [Round("a", (1,))]),
    ("nobody_may_come", [Round("a", (1,))]),
    ("window_already_closed", [Round("a", (1,))]),
    ("beyond_the_shift", [Round("a", (1,))]),
    ("at_most_two_doors", [Round("a", (1, 2, 3))]),
    ("no_second_round_without_leave", [Round("a", (1, 2)), Round("a", (3, 4))]),
]


@pytest.mark.parametrize(("name", "rounds"), BROKEN)
def test_it_refuses_every_broken_rule(name: str, rounds: list[Round]) -> None:
    assert judged(problem(name), tuple(rounds)) == Verdict(accepted=False)


@pytest.mark.parametrize("rule", ["max_work", "max_travel"])
def test_it_refuses_a_day_longer_than_allowed_and_takes_one_just_as_long(
    rule: str,
) -> None:
    question = problem("second_round_after_reload")
    rounds = (Round("a", (1, 2)), Round("a", (3, 4)))
    routes = schedule(question, rounds).routes
    whole = sum(r.ends - r.departs for r in routes) + question.vehicles[0].reload
    exact = {"max_work": whole, "max_travel": max(r.travel for r in routes)}[rule]
    for limit, fine in ((exact, True), (exact - 1, False)):
        driver = replace(question.vehicles[0], **{rule: limit})
        limited = replace(question, vehicles=(driver,))
        assert judged(limited, rounds).accepted == fine
        assert schedule(limited, rounds).is_feasible == fine


def test_evenness_is_the_price_list_of_the_schedule_alone() -> None:
    question = district(2)
    found = solve(question, engine="sisr", steps=200)
    priced = replace(question, weights=replace(Weights(), uneven=100))
    again = schedule(priced, found.rounds)
    verdict = judged(priced, found.rounds)
    assert verdict.cost == again.summary.cost - again.summary.uneven
