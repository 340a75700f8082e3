"""Starting the menu planner: a child process with a deadline. Each better plan is
examined by the kitchen's rules and kept, to be used while the search goes on.
"""

import asyncio
import contextlib
import datetime as dt
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app import jobs
from app.children import MEBIBYTE, Outcome, run_child
from app.i18n import translate as _
from kitchen import menu_proposals
from kitchen.menu_proposals import Answer, Wish, question_for
from kitchen.menu_questions import Problems, Question, cells_of, examined, problem_of
from planning.plan import Plan, parts, plan_of
from planning.problem import as_json

JOB = "plan_menus"
PLANNER = (sys.executable, "-m", "planning")
GRACE_SECONDS = 25.0  # reading, relaxing an impossible question, a busy kitchen
MEMORY_BYTES = 3072 * MEBIBYTE
ANSWERED = (0, 3)


@dataclass
class Search:
    """One question with what its child has told so far."""

    question: Question
    problems: Problems
    told: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, line: dict[str, Any]) -> None:
        self.told.append(line)

    def newest(self) -> Plan | None:
        """The best plan heard of since the last time it was asked for."""
        if not self.told:
            return None
        line = self.told[-1]
        self.told.clear()
        return plan_of({"status": "running", "faults": [], **line})

    def answer(self, plan: Plan, state: str) -> Answer | None:
        """The plan as an answer; None when the kitchen's rules find a fault in it that
        the planner did not tell."""
        cells = cells_of(self.question, self.problems.items, plan.cells)
        if state != "infeasible" and examined(self.question, cells):
            return None
        return Answer(
            state,
            cells,
            plan.total,
            plan.bound,
            round(plan.seconds * 1000),
            parts(self.problems.problem, plan.cells) if plan.cells else {},
            plan.faults,
        )


async def plan_menus(
    proposal_id: int,
    question: Question,
    seconds: float,
    *,
    tell: jobs.Tell | None = None,
    command: Sequence[str] = PLANNER,
    grace_seconds: float = GRACE_SECONDS,
) -> str:
    """Search, keep every better plan, return how it ended: done | infeasible | failed.
    Whatever the child does, the best plan heard of stays."""
    problems = await asyncio.to_thread(problem_of, question)
    search = Search(question, problems)
    keeping = asyncio.create_task(_keep_better(proposal_id, search, seconds, tell))
    try:
        outcome = await run_child(
            [*command, "--seconds", str(seconds)],
            json.dumps(as_json(problems.problem)).encode(),
            seconds=seconds + grace_seconds,
            memory_bytes=MEMORY_BYTES,
            on_progress=search.hear,
            niceness=5,
        )
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
    state, answer = await asyncio.to_thread(_judged, search, outcome)
    if answer is not None:
        await menu_proposals.keep(proposal_id, answer)
    else:
        await menu_proposals.end(proposal_id, state)
    return state


def _judged(search: Search, outcome: Outcome) -> tuple[str, Answer | None]:
    """The child's last word when it can be trusted; else the best plan heard of."""
    plan = None
    if outcome.exit_code in ANSWERED:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            plan = plan_of(json.loads(outcome.output))
    if plan is not None:
        state = "infeasible" if plan.status == "infeasible" else "done"
        answer = search.answer(plan, state)
        if answer is not None:
            return state, answer
    heard = search.newest()
    last = search.answer(heard, "done") if heard else None
    return ("done", last) if last else ("failed", None)


async def _keep_better(
    proposal_id: int, search: Search, seconds: float, tell: jobs.Tell | None
) -> None:
    """Once a second: keep the newest plan, say how far the time has run."""
    done = 0
    while True:
        await asyncio.sleep(1)
        done += 1
        plan = search.newest()
        answer = (
            await asyncio.to_thread(search.answer, plan, "running") if plan else None
        )
        if answer is not None:
            await menu_proposals.keep(proposal_id, answer)
        if tell is not None:
            note = _("正在排菜：{done} / {seconds} 秒", done=done, seconds=int(seconds))
            await tell(min(95, int(95 * done / max(1, seconds))), note)


@jobs.kind(JOB)
async def plan_menus_job(arguments: jobs.Arguments, tell: jobs.Tell) -> jobs.Result:
    """The menu's button: ask, search, lead to the proposal."""
    kitchen_id, proposal_id = arguments["kitchen_id"], arguments["proposal_id"]
    proposal = await menu_proposals.proposal_by_id(kitchen_id, proposal_id)
    wish: Wish = proposal.wish
    first: dt.date = proposal.first
    try:
        question = await question_for(
            kitchen_id, proposal.meal, first, proposal.weeks, wish
        )
        await plan_menus(proposal_id, question, wish.seconds, tell=tell)
    except BaseException:  # refused, stopped or crashed: what is kept stays usable
        await menu_proposals.end(proposal_id, "failed")
        raise
    return {"location": f"/menus/proposals/{proposal_id}"}
