"""Heavy arithmetic on a day's rounds, done before the transaction and off the event
loop, so that no till waits for it. Inside, the result counts only if the rounds and
everything they are made of are still what it was computed from; else it is computed
again there, which is rare and always right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kitchen.off_loop import off_loop
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, latest_plan
from kitchen.round_steps import Shape, shape_of

Work = Callable[[Inputs, Shape], Shape]
"""From what a day is made of and its rounds as they are to the rounds wanted. Pure."""


@dataclass(frozen=True)
class Thought:
    """A result, and what it was computed from."""

    inputs: Inputs
    before: Shape
    after: Shape


async def think(kitchen_id: int, day: date, meal: str, work: Work) -> Thought | None:
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
    thought: Thought | None, plan: Plan, work: Work
) -> tuple[Inputs, Shape]:
    """Inside the transaction that holds the plan: the inputs of now, and the result
    for them."""
    facts = plan.facts
    inputs = await inputs_for(facts.kitchen_id, facts.day, facts.meal)
    now = shape_of(plan)
    if thought is not None and (thought.before, thought.inputs) == (now, inputs):
        return inputs, thought.after
    return inputs, work(inputs, now)
