"""Whether the papers in the kitchen are still right: who holds which version, and what
changed for the cook since.
"""

from dataclasses import dataclass

from app.desk import Desk
from app.paper_wall import WALL_MAKERS, wall_of
from app.papers import KINDS
from app.papers.rounds import Difference
from app.policy import may
from app.print_acts import differences
from app.requests import Request
from kitchen import prints
from kitchen.dispatches import Leaving
from kitchen.kitchen_day import KitchenDay
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
    request: Request, today: KitchenDay, leaving: Leaving
) -> list[Held]:
    """The sheet on the wall and the packing grid, once they were printed. Nothing for
    those who may not read papers of the whole kitchen."""
    if not may(request.actor, "prints.read") or request.actor.point_id is not None:
        return []
    found = await prints.prints_for(today.kitchen.id, today.day, today.meal)
    wall = wall_of(today, leaving, Desk.of(request.settings).office)
    held = []
    for kind in ON_THE_WALL:
        latest = prints.latest_of(found, kind, "all")
        if latest is None:
            continue
        for paper in WALL_MAKERS[kind](wall):
            state = prints.state_of(found, kind, "all", paper.digest)
            changes = await differences(paper, latest) if state == "stale" else []
            held.append(Held(KINDS[kind], latest, state, tuple(changes)))
    return held
