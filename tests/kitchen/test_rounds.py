"""Rounds: nobody dropped, nothing faulty published, changes that move nobody else."""

import pytest
import routing

from kitchen import headcounts, registry, round_changes, round_publishing
from kitchen.drivers import DriverFields, add_driver
from kitchen.errors import Refusal
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, latest_plan, published_plan
from kitchen.rounds import problem_for, proposal_of
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter


async def a_morning(vans: int = 1, bikes: int = 1) -> Cast:
    """The cast with drivers and a closed count."""
    cast = await enter()
    for number in range(vans):
        van = DriverFields(
            name=f"赵师傅{number}",
            profile="van",
            capacity=200,
            shift_from_minutes=600,
            carries_bulk=True,
        )
        await add_driver(cast.kitchen, van, "13600136000", by=CHEN, now=MORNING)
    for number in range(bikes):
        bike = DriverFields(name=f"钱师傅{number}")
        await add_driver(cast.kitchen, bike, by=CHEN, now=MORNING)
    await headcounts.close_headcount(
        cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING
    )
    return cast


async def solved(cast: Cast) -> tuple[Inputs, Plan]:
    """A plan from the solver's floor, saved as the day's draft."""
    inputs = await inputs_for(cast.kitchen, TODAY, "lunch")
    problem, groups = await problem_for(cast.kitchen, TODAY, "lunch")
    solution = routing.solve(problem, seconds=0, engine="floor")
    proposal = proposal_of(inputs, solution, groups)
    await round_publishing.save_plan(inputs, proposal, by=CHEN, now=MORNING)
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    return inputs, plan


async def test_doors_and_points_become_stops_and_nobody_is_dropped(
    database: object,
) -> None:
    cast = await a_morning()
    inputs, plan = await solved(cast)
    assert {stop.key for stop in plan.stops} == set(inputs.by_key())
    waiting = plan.stops_of(None)
    assert [stop.why for stop in waiting] == ["no_place"]
