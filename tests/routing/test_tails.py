"""Rounds that change their tails: uncrossed, split, and every clock kept."""

from dataclasses import replace

import numpy as np
import pytest

from routing import (
    Job,
    Location,
    Matrix,
    Problem,
    Round,
    TimeWindow,
    Travel,
    Vehicle,
    Weights,
    schedule,
)
from routing.arrays import Layout
from routing.kernel import place_order
from routing.kernel_state import (
    COST,
    GS,
    HB,
    LAST,
    NEXT,
    REGION,
    A,
    B,
    D,
    G,
    P,
    State,
    new_state,
    retime_vehicle,
)
from routing.kernel_tails import change_tails
from routing.layout import layout, named, numbered
from routing.search import Setting, Worker
from tests.routing.cases import district

COLD = 1e-9


def on_a_map(*doors: tuple[int, int], rounds: int = 2, capacity: int = 9) -> Problem:
    """Doors on a street map around the kitchen at (0, 0), vehicles costing nothing."""
    places = [(0, 0), *doors]
    rows = [[abs(ax - bx) + abs(ay - by) for bx, by in places] for ax, ay in places]
    kitchen = Location(index=0)
    return Problem(
        jobs=tuple(
            Job(id=k, location=Location(index=k), delivery=(1,))
            for k in range(1, len(places))
        ),
        vehicles=tuple(
            Vehicle(id=name, capacity=(capacity,), start=kitchen, end=kitchen)
            for name in ("Sun", "Zhao", "Li")[:rounds]
        ),
        matrices={"car": Matrix(tuple(map(tuple, rows)))},
        weights=Weights(vehicle=0),
    )


def improved(problem: Problem, *rounds: tuple[int, ...]) -> set[tuple[int, ...]]:
    """What changing tails alone makes of these rounds, taking only what is shorter."""
    table = layout(problem, Travel(problem))
    state = new_state(table.instance, 1)
    given = [Round(v.id, r) for v, r in zip(problem.vehicles, rounds, strict=False)]
    for slot, order, _ in numbered(table, given):
        place_order(table.instance, state, slot, np.array(order, np.int64))
    for door in range(len(problem.jobs) * 20):
        state.total[REGION] = door % len(problem.jobs)
        change_tails(table.instance, state, COLD, table.instance.likely.shape[1])
    found = rounds_of(table, state)
    plan = schedule(problem, found)
    assert plan.violations == ()
    assert plan.summary.cost == state.total[COST]
    return {r.jobs for r in found}  # type: ignore[misc]


def rounds_of(table: Layout, state: State) -> tuple[Round, ...]:
    jobs, orders = len(table.problem.jobs), []
    for slot in range(len(state.slots)):
        order, here = [], int(state.nodes[jobs + 2 * slot, NEXT])
        while here < jobs:
            assert state.nodes[state.nodes[here, NEXT], LAST] == here
            order.append(here)
            here = int(state.nodes[here, NEXT])
        orders.append(order)
    return named(table, orders)


def test_two_rounds_that_cross_go_on_as_each_other_did() -> None:
    east, west = [(10, 1), (20, 1), (30, 1)], [(-10, 1), (-20, 1), (-30, 1)]
    question = on_a_map(*east, *west, capacity=3)
    assert improved(question, (1, 5, 6), (4, 2, 3)) == {(1, 2, 3), (4, 5, 6)}


def test_a_round_sent_to_and_fro_by_windows_is_split_where_nobody_is_paid() -> None:
    question = on_a_map((10, 0), (-10, 0), (20, 0), (-20, 0))
    moments = (10, 30, 60, 100)
    jobs = tuple(
        replace(job, windows=(TimeWindow(at, at),))
        for job, at in zip(question.jobs, moments, strict=True)
    )
    question = replace(question, jobs=jobs)
    assert improved(question, (1, 2, 3, 4)) == {(1, 3), (2, 4)}


def test_a_tail_that_is_too_much_for_a_vehicle_stays() -> None:
    east, west = [(10, 1), (20, 1)], [(-10, 1), (-20, 1), (-30, 1), (-15, 1)]
    found = improved(on_a_map(*east, *west, capacity=3), (1, 4, 5), (3, 6, 2))
    assert sorted(map(len, found)) == [3, 3]


@pytest.mark.parametrize("seed", range(6))
def test_clocks_and_cost_kept_piece_by_piece_are_those_set_anew(seed: int) -> None:
    question = district(seed, doors=30)
    if seed % 2:  # vehicles much alike
        like = replace(question.vehicles[0], max_rounds=1, max_jobs=None)
        vehicles = tuple(replace(like, id=f"driver {k}") for k in range(6))
        question = replace(question, vehicles=vehicles)
    table = layout(question, Travel(question))
    worker = Worker(table, (), seed, Setting(tails=3))
    for heat in (60.0, 10.0, 1.0):
        worker._run(200, heat, 0.0)
        state = worker.state
        plan = schedule(question, rounds_of(table, state))
        assert plan.violations == ()
        assert plan.summary.cost == state.total[COST]
        before = state.nodes[:, [P, A, G, D, B, HB, GS]].copy()
        for vehicle in range(len(question.vehicles)):
            assert retime_vehicle(state, vehicle)
        assert (state.nodes[:, [P, A, G, D, B, HB, GS]] == before).all()
