"""The solver beside the rounds that are there: it searches in short stretches, tells
after each what it has found in minutes, late doors and changed faces, and keeps the
best as an offer. Stopping it, or a restart of the machine, loses nothing found.
"""

import asyncio
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app import jobs
from app.days import day_url
from app.solving import (
    NO_SERVERS,
    SOLVER,
    Tell,
    learn_roads,
    plan_rounds,
    searching,
    solve_in_child,
    telling,
)
from app.words.proposals import found_words
from kitchen.errors import Refusal
from kitchen.off_loop import off_loop
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_jobs import Groups
from kitchen.round_plans import latest_plan
from kitchen.round_proposals import Comparison, compared, offer, shape_from
from kitchen.round_scopes import Task, alone, task_for
from kitchen.round_steps import Shape
from kitchen.rounds import problem_of, proposal_of, starting_rounds
from kitchen.staff import Actor
from kitchen.timetables import Proposal
from routing import Round, Solution, schedule

JOB = "solve_rounds"
PATIENCE_SECONDS = 45.0
"""For an answer beside the time of the search. The child gives way to everybody, so on
a busy machine it is long in starting; the rounds are there, nobody waits for it."""

STRETCHES = (0.15, 0.25, 0.3, 0.3)
"""Shares of the time: the first answer comes early, the later ones dig deeper."""


@dataclass(frozen=True)
class Wish:
    """What is asked of the solver. `number`: the round, for scope `round`."""

    scope: str = "unlocked"
    number: int | None = None
    seconds: float = 20.0
    seed: int = 1


async def propose(
    kitchen_id: int,
    day: dt.date,
    meal: str,
    wish: Wish,
    *,
    by: Actor,
    now: dt.datetime,
    tell: Tell | None = None,
    command: Sequence[str] = SOLVER,
    roads: Mapping[str, str] = NO_SERVERS,
) -> Comparison | None:
    """Search beside the day's rounds, `wish.seconds` in all; the best found is kept as
    an offer.

    Returns the comparison offered, None when the rounds were found to be as good.
    Refuses `plan_unknown`, `round_without_driver`, `no_drivers`, and `solver_silent`
    when the solver gave no usable answer at all.
    """
    await learn_roads(kitchen_id, day, meal, roads, by=by, now=now, tell=tell)
    clock = asyncio.get_running_loop().time
    end = clock() + wish.seconds
    inputs = await inputs_for(kitchen_id, day, meal)
    plan = await latest_plan(kitchen_id, day, meal)
    if plan is None:
        raise Refusal("plan_unknown")
    task = task_for(inputs, plan, wish.scope, wish.number)
    problem, groups = await off_loop(
        problem_of, task.inputs, task.locked, task.pinned, task.beside
    )
    if problem is None:
        raise Refusal("no_drivers")
    start: Sequence[Round] = ()
    if wish.scope != "all":
        start = starting_rounds(groups, plan.orders, task.beside)
    standing = await off_loop(schedule, problem, list(start))
    closed = {trip.jobs for trip in start if trip.locked}
    run, answered = uuid.uuid4().hex, False
    best: Comparison | None = None
    for part, share in enumerate(STRETCHES):
        if answered and clock() >= end:  # a slow machine: what was found has to do
            break
        done = wish.seconds - max(0.0, end - clock())
        async with telling(tell, wish.seconds, done, found_words(best)):
            solved = await solve_in_child(
                problem,
                searching((wish.seconds - done) * share / sum(STRETCHES[part:])),
                wish.seed + part,
                start=start,
                command=command,
                grace_seconds=PATIENCE_SECONDS,
                floor=standing,
            )
        answered |= solved.trouble in ("", "worse_than_floor")
        if solved.fallback:  # what is there is better
            continue
        start = [
            replace(trip, locked=trip.jobs in closed) for trip in solved.solution.rounds
        ]
        proposal, shape, comparison = await off_loop(
            _weighed, inputs, task, wish, solved.solution, groups
        )
        if not comparison.is_better or (best and comparison.worth >= best.worth):
            if solved.solution.has_settled:  # nothing better is to be expected
                break
            continue
        best = comparison
        await offer(
            inputs,
            task.base,
            shape,
            scope=wish.scope,
            number=wish.number,
            run=run,
            seconds=round(wish.seconds - (end - clock())),
            proposal=proposal,
            by=by,
            now=now,
        )
    if not answered:
        raise Refusal("solver_silent")
    return best


def _weighed(
    inputs: Inputs, task: Task, wish: Wish, solution: Solution, groups: Groups
) -> tuple[Proposal, Shape, Comparison]:
    """What was found as rounds of the day, and beside those that are there."""
    proposal = proposal_of(
        task.inputs, solution, groups, task.locked, pinned=task.pinned
    )
    found = proposal
    if wish.number is not None:
        found = alone(proposal, task, wish.number)
    shape = shape_from(found, task.base, wish.number)
    return proposal, shape, compared(inputs, task.base, shape)


@jobs.kind(JOB)
async def solve_rounds(arguments: jobs.Arguments, tell: jobs.Tell) -> jobs.Result:
    """The board's button: the first plan of a day, or an offer beside it."""
    day, meal = dt.date.fromisoformat(arguments["day"]), arguments["meal"]
    by = Actor(arguments["staff_id"], arguments["name"], arguments["role"])
    now = dt.datetime.fromisoformat(arguments["at"])
    kitchen_id, seconds = arguments["kitchen_id"], arguments["seconds"]
    how: dict[str, Any] = {
        "by": by,
        "now": now,
        "tell": tell,
        "roads": arguments.get("roads", {}),
    }
    here = {"location": day_url("rounds", day, meal)}
    if await latest_plan(kitchen_id, day, meal) is None or arguments.get("direct"):
        await plan_rounds(kitchen_id, day, meal, seconds=seconds, **how)
        return here
    wish = Wish(arguments.get("scope", "unlocked"), arguments.get("number"), seconds)
    found = await propose(kitchen_id, day, meal, wish, **how)
    return {**here, "better": found is not None, "note": found_words(found)}
