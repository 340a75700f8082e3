"""Starting the route solver: a child process with a deadline and a memory limit.

Whatever the child does – crash, hang, nonsense, nothing at all – a valid plan comes
out: the floor of the routing library, computed here and marked as a fallback.

`plan_rounds` makes the first plan of a day. `app.proposing` searches beside rounds
that are there already.
"""

import asyncio
import contextlib
import datetime as dt
import json
import math
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import routing
from app.children import MEBIBYTE, Outcome, run_child
from app.i18n import translate as _
from app.roads import bring_roads
from kitchen.errors import Refusal
from kitchen.off_loop import off_loop
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_levels import locked_with
from kitchen.round_plans import Plan, digest_of, latest_plan, plan_by_id
from kitchen.round_publishing import publish, save_plan
from kitchen.rounds import problem_of, proposal_of, stated
from kitchen.staff import Actor
from kitchen.stops import Key
from kitchen.timetables import HARD, Opinion, Order, Proposal

SOLVER = (sys.executable, "-m", "routing")
GRACE_SECONDS = 30.0  # starting, reading and writing beside a busy kitchen
MEMORY_BYTES = 2048 * MEBIBYTE
ANSWERED = (0, 3)  # 3: solved, somebody is left over
ASIDE_SECONDS = 1.5
"""Of the time asked for: starting the child, reading its answer, keeping it."""
CONFIRM_SECONDS = 15.0  # a publisher waits at most so long for the authority's word

NO_SERVERS: Mapping[str, str] = MappingProxyType({})
Tell = Callable[[int, str], Awaitable[None]]


@dataclass(frozen=True)
class Solved:
    """A plan. `trouble` says why it is the fallback; "" when the solver answered."""

    solution: routing.Solution
    trouble: str = ""

    @property
    def fallback(self) -> bool:
        return bool(self.trouble)


async def solve_in_child(
    problem: routing.Problem,
    seconds: float,
    seed: int = 1,
    *,
    start: Sequence[routing.Round] = (),
    command: Sequence[str] = SOLVER,
    grace_seconds: float = GRACE_SECONDS,
    memory_bytes: int = MEMORY_BYTES,
    on_progress: Callable[[dict[str, object]], None] | None = None,
    floor: routing.Solution | None = None,
) -> Solved:
    """A valid plan, at the latest `seconds + grace_seconds` and a moment from now.

    `floor`: what stands in for a child without a usable answer, where the caller has
    a plan already; else one is made.
    """
    if floor is None:
        floor = await off_loop(routing.solve, problem, seconds=0, engine="floor")
    question = await off_loop(_question, problem, start)
    options = ("solve", "--seconds", str(seconds), "--seed", str(seed), "--progress")
    try:
        outcome = await run_child(
            [*command, *options],
            question,
            seconds=seconds + grace_seconds,
            memory_bytes=memory_bytes,
            on_progress=on_progress,
        )
    except OSError:  # the program itself is missing
        return Solved(floor, "not_started")
    return await off_loop(_judged, problem, outcome, floor)


def searching(seconds: float) -> float:
    """How long a child may search so that whoever asked waits `seconds` in all."""
    return max(0.2, seconds / 2, seconds - ASIDE_SECONDS)


def _question(problem: routing.Problem, start: Sequence[routing.Round]) -> bytes:
    return json.dumps(routing.write_problem(problem, start)).encode()


def _judged(
    problem: routing.Problem, outcome: Outcome, floor: routing.Solution
) -> Solved:
    """The child's answer when it can be trusted, else the floor and why."""
    if outcome.exit_code not in ANSWERED:
        return Solved(floor, outcome.ending)
    try:
        solution = routing.read_solution(json.loads(outcome.output))
    except ValueError:
        return Solved(floor, "garbage")
    if any(fault.cause in HARD for fault in routing.check(problem, solution)):
        return Solved(floor, "faulty")
    if len(solution.unassigned) > len(floor.unassigned):
        return Solved(floor, "worse_than_floor")
    return Solved(solution)


async def plan_rounds(
    kitchen_id: int,
    day: dt.date,
    meal: str,
    *,
    by: Actor,
    now: dt.datetime,
    seconds: float,
    seed: int = 1,
    tell: Tell | None = None,
    command: Sequence[str] = SOLVER,
    roads: Mapping[str, str] = NO_SERVERS,
) -> int:
    """Solve a day's rounds and keep them as its draft, `seconds` in all; locked rounds
    stay as they are, locked stops with their driver. `roads`: the servers that are
    asked first for the ways not known yet, see `app.roads`.

    Returns the plan. Refuses `headcount_open`, `meal_not_served`, `no_drivers`.
    """
    await learn_roads(kitchen_id, day, meal, roads, by=by, now=now, tell=tell)
    inputs = await inputs_for(kitchen_id, day, meal)
    if not inputs.drivers:
        raise Refusal("no_drivers")
    plan = await latest_plan(kitchen_id, day, meal)
    locked = locked_with(inputs, plan.orders if plan else ())
    pinned = plan.pinned if plan else {}
    async with telling(tell, seconds):
        proposal, trouble = await _proposal(
            inputs, locked, pinned, searching(seconds), seed, command
        )
    return await save_plan(inputs, proposal, reason=trouble, by=by, now=now)


async def learn_roads(
    kitchen_id: int,
    day: dt.date,
    meal: str,
    servers: Mapping[str, str],
    *,
    by: Actor,
    now: dt.datetime,
    tell: Tell | None = None,
) -> None:
    """`bring_roads`, told to whoever waits. Its time is not the search's."""
    if tell and servers:
        await tell(2, _("正在查道路时间"))
    await bring_roads(kitchen_id, day, meal, servers, by=by, now=now)


async def _proposal(
    inputs: Inputs,
    locked: tuple[Order, ...],
    pinned: Mapping[Key, int],
    seconds: float,
    seed: int,
    command: Sequence[str],
) -> tuple[Proposal, str]:
    problem, groups = await off_loop(problem_of, inputs, locked, pinned)
    if problem is None:  # every driver's rounds are locked, or no door is placed
        nothing = routing.Solution(routes=(), engine="hand")
        return proposal_of(inputs, nothing, {}, locked), ""
    solved = await solve_in_child(problem, seconds, seed, command=command)
    proposal = await off_loop(
        proposal_of,
        inputs,
        solved.solution,
        groups,
        locked,
        pinned=pinned,
        fallback=solved.fallback,
    )
    return proposal, solved.trouble


async def publish_rounds(
    plan_id: int,
    override: str = "",
    *,
    by: Actor,
    now: dt.datetime,
    command: Sequence[str] = SOLVER,
    seconds: float = CONFIRM_SECONDS,
) -> None:
    """Ask the routing authority about a draft, then publish it with what it said.

    Refuses what `round_publishing.publish` refuses.
    """
    plan = await plan_by_id(plan_id)
    opinion = None
    if plan.facts.is_draft:
        opinion = await opinion_of(plan, command=command, seconds=seconds)
    await publish(plan_id, override, opinion=opinion, by=by, now=now)


async def opinion_of(
    plan: Plan, *, command: Sequence[str] = SOLVER, seconds: float = CONFIRM_SECONDS
) -> Opinion:
    """What OR-Tools' full model says of the rounds as they stand, faults that somebody
    may answer for excepted; `no_answer` however the child ends otherwise."""
    facts, digest = plan.facts, digest_of(plan)
    inputs = await inputs_for(facts.kitchen_id, facts.day, facts.meal)
    asked = await off_loop(_asked, inputs, plan.orders)
    if asked is None:
        return Opinion("confirmed", digest)
    try:
        outcome = await run_child(
            [*command, "check", "--engine", "ortools"],
            asked,
            seconds=seconds,
            memory_bytes=MEMORY_BYTES,
        )
    except OSError:  # the program itself is missing
        return Opinion("no_answer", digest, "not_started")
    return _heard(outcome, digest)


def _asked(inputs: Inputs, orders: Sequence[Order]) -> bytes | None:
    found = stated(inputs, orders)
    if found is None:
        return None
    problem, solution = found
    question = {
        "problem": routing.write_problem(problem),
        "solution": routing.write_solution(solution),
    }
    return json.dumps(question).encode()


def _heard(outcome: Outcome, digest: str) -> Opinion:
    if outcome.exit_code not in ANSWERED:
        return Opinion("no_answer", digest, outcome.ending)
    try:
        confirmed = json.loads(outcome.output)["confirmed"]
    except (ValueError, KeyError, TypeError):
        confirmed = None
    if not isinstance(confirmed, bool):
        return Opinion("no_answer", digest, "garbage")
    return Opinion("confirmed" if confirmed else "refused", digest)


@contextlib.asynccontextmanager
async def telling(
    tell: Tell | None, seconds: float, before: float = 0.0, found: str = ""
) -> AsyncIterator[None]:
    """Say how far the time has run, once a second, while the block runs. `before`:
    seconds used already; `found`: what to say about the best so far."""
    if tell is None:
        yield
        return

    async def count() -> None:
        whole = max(1, math.ceil(seconds))
        for done in range(int(before), whole):
            note = _("已用 {done} 秒，共 {seconds} 秒", done=done, seconds=whole)
            await tell(5 + 85 * done // whole, " · ".join(filter(None, (note, found))))
            await asyncio.sleep(1)

    task = asyncio.create_task(count(), name="telling the solver's progress")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
