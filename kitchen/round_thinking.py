"""Heavy arithmetic on a day's rounds, done before the transaction and off the event
loop, so that no till waits for it. Inside, the result counts only if the rounds and
everything they are made of are still what it was computed from; else it is computed
again there, which is rare and always right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from kitchen.off_loop import off_loop
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, latest_plan
from kitchen.round_steps import Shape, shape_of

_T = TypeVar("_T")

Work = Callable[[Inputs, Shape], _T]
"""From what a day is made of and its rounds as they are to what is wanted: other
rounds, or their clocks. Pure."""


@dataclass(frozen=True)
class Thought(Generic[_T]):
    """A result, and what it was computed from."""

    inputs: Inputs
    before: Shape
    after: _T


async def think(
    kitchen_id: int, day: date, meal: str, work: Work[_T]
) -> Thought[_T] | None:
    """Do the work on the newest rounds, outside any transaction; None without rounds.
    Refuses as `inputs_for` does."""
    plan = await latest_plan(kitchen_id, day, meal)
    if plan is None:
        return None
    inputs = await inputs_for(kitchen_id, day, meal)
    before = shape_of(plan)
    after = await off_loop(work, inputs, before)
    return Thought(inputs, before, after)


async def settled(
    thought: Thought[_T] | None, plan: Plan, work: Work[_T]
) -> tuple[Inputs, _T]:
    """Inside the transaction that holds the plan: the inputs of now, and the result
    for them."""
    facts = plan.facts
    inputs = await inputs_for(facts.kitchen_id, facts.day, facts.meal)
    now = shape_of(plan)
    if thought is not None and (thought.before, thought.inputs) == (now, inputs):
        return inputs, thought.after
    return inputs, work(inputs, now)
