"""Whether the papers in the kitchen are still right: who holds which version, and what
changed for the cook since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.desk import Desk
from app.papers import KINDS
from app.papers.rounds import Difference
from app.policy import may
from app.print_acts import differences
from app.print_papers import papers_for
from app.requests import Request
from kitchen import prints
from kitchen.prints import PrintFacts, State

ON_THE_WALL = ("production", "packing")


@dataclass(frozen=True)
class Held:
    """One paper somebody in the kitchen holds. `changes`: line by line, against what
    would be printed now."""

    title: str
    facts: PrintFacts
    state: State
    changes: tuple[Difference, ...]


async def held_papers(
    request: Request, kitchen_id: int, day: date, meal: str
) -> list[Held]:
    """The sheet on the wall and the packing grid, once they were printed. Nothing for
    those who may not read papers of the whole kitchen."""
    if not may(request.actor, "prints.read") or request.actor.point_id is not None:
        return []
    found = await prints.prints_for(kitchen_id, day, meal)
    latest = [
        facts
        for kind in ON_THE_WALL
        if (facts := prints.latest_of(found, kind, "all")) is not None
    ]
    if not latest:
        return []
    return await _compared(request, kitchen_id, day, meal, found, latest)


async def _compared(
    request: Request,
    kitchen_id: int,
    day: date,
    meal: str,
    found: Sequence[PrintFacts],
    latest: Sequence[PrintFacts],
) -> list[Held]:
    desk = Desk.of(request.settings)
    papers = {
        paper.kind: paper
        for paper in await papers_for(desk, kitchen_id, day, meal, ON_THE_WALL)
    }
    held = []
    for facts in latest:
        paper = papers.get(facts.kind)
        if paper is None:
            continue
        state = prints.state_of(found, facts.kind, "all", paper.digest)
        changes = await differences(paper, facts) if state == "stale" else []
        held.append(Held(KINDS[facts.kind], facts, state, tuple(changes)))
    return held
