"""What is locked stays as it is, whatever engine works around it."""

from dataclasses import replace

import pytest

from routing import Round, TimeWindow, check, schedule, solve
from routing.locks import Locks
from tests.routing.cases import district, problem

ENGINES = ["auto", "sisr", "ortools", "floor"]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("engine", ENGINES)
def test_locked_stops_keep_their_round_and_order(seed: int, engine: str) -> None:
    question = district(seed)
    usual = solve(question, engine="floor").rounds
    locked = [job for r in usual for job in r.jobs][::2]
    found = solve(question, engine=engine, steps=150, start=usual, locked=locked)
    assert check(question, found) == []
    assert Locks.of(usual, locked).broken_by(found.rounds) == ()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_joins_leaves_or_turns_round_a_locked_round(
    seed: int, engine: str
) -> None:
    question = district(seed, doors=10)
    usual = solve(question, engine="floor").rounds
    backwards = tuple(
        replace(r, locked=True) for r in usual[:1] if schedule(question, [r])
    )
    start = (*backwards, *usual[1:])
    found = solve(question, engine=engine, steps=150, start=start)
    assert check(question, found) == []
    assert Round(usual[0].vehicle, usual[0].jobs) in found.rounds


@pytest.mark.parametrize("engine", ENGINES)
def test_a_locked_detour_is_driven_and_everybody_else_goes_the_short_way(
    engine: str,
) -> None:
    question = problem("three_doors_on_a_line")
    start = [Round(question.vehicles[0].id, (3, 1))]
    found = solve(question, engine=engine, steps=200, start=start, locked=(1, 3))
    order = found.routes[0].jobs
    assert order.index(3) < order.index(1)
    assert found.unassigned == ()
    free = solve(question, engine=engine, steps=200, start=start)
    assert engine == "floor" or free.summary.cost == found.summary.cost


@pytest.mark.parametrize("engine", ENGINES)
def test_a_driver_is_locked_by_allowing_no_other(engine: str) -> None:
    question = district(4)
    free = solve(question, engine=engine, steps=100)
    job = free.routes[0].jobs[0]
    other = next(v.id for v in question.vehicles if v.id != free.routes[0].vehicle)
    only = replace(
        question,
        jobs=tuple(
            replace(
                j,
                allowed_vehicles=frozenset({other}),
                forbidden_vehicles=frozenset(),
                windows=(),
                max_age=None,
                delivery=(1, 0),
                priority=100,  # nobody is worth leaving it out for
            )
            if j.id == job
            else j
            for j in question.jobs
        ),
    )
    found = solve(only, engine=engine, steps=100)
    assert check(only, found) == []
    served = {j: r.vehicle for r in found.rounds for j in r.jobs}
    assert served[job] == other


@pytest.mark.parametrize("engine", ENGINES)
def test_a_lock_that_breaks_a_rule_is_released(engine: str) -> None:
    question = district(3, doors=8)
    late = replace(question.jobs[0], windows=(TimeWindow(0, 1),))
    broken = replace(question, jobs=(late, *question.jobs[1:]))
    start = [Round(broken.vehicles[0].id, (0,))]
    found = solve(broken, engine=engine, steps=50, start=start, locked=(0,))
    assert check(broken, found) == []
    assert "window_missed" in {u.reason for u in found.unassigned if u.job == 0}


def test_what_a_lock_holds_is_read_from_the_rounds() -> None:
    locks = Locks.of([Round("a", (1, 2, 3)), Round("b", (4, 5), True)], locked=(1, 3))
    assert locks.rounds == (Round("a", (1, 3)), Round("b", (4, 5), True))
    assert locks.broken_by([Round("a", (1, 9, 3)), Round("b", (4, 5))]) == ()
    turned = [Round("a", (3, 1)), Round("b", (4, 9, 5))]
    assert locks.broken_by(turned) == locks.rounds
    assert locks.held_in([Round("a", (3,)), Round("c", (1, 4, 5))]).rounds == (
        Round("a", (3,)),
    )
