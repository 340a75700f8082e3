"""After a change: exactly the papers out there that are no longer true are void, and
whoever holds one gets a slip with what is different; the kitchen too.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.desk import Desk
from app.morning import MAKERS
from app.papers import ChangeSlip, Difference, Paper
from app.print_acts import Made, change_slip, print_papers, void_dissolved
from app.print_desk import print_now
from app.print_papers import papers_for
from kitchen import prints
from kitchen.prints import PrintFacts
from kitchen.staff import Actor

SLIPPED = ("production", "packing", "sheet", "unplaced", "roster")
"""Papers that are read during the morning. Labels and crate cards are stuck on: a
changed one is printed anew, a slip would not help."""


@dataclass(frozen=True)
class Overtaken:
    """A paper in somebody's hands, and what it would say now; None: it is no more."""

    old: PrintFacts
    paper: Paper | None


def overtaken(
    papers: Sequence[Paper], found: Collection[PrintFacts]
) -> list[Overtaken]:
    """The papers out there that say something else than would be printed now, in the
    order of the morning; those of rounds that are gone come last."""
    out = []
    for paper in papers:
        latest = prints.latest_of(found, paper.kind, paper.subject)
        if latest and not latest.is_void and latest.digest != paper.digest:
            out.append(Overtaken(latest, paper))
    current = {(paper.kind, paper.subject) for paper in papers}
    out += [
        Overtaken(facts, None)
        for facts in found
        if not facts.is_void and facts.kind in MAKERS and facts.about not in current
    ]
    return out


async def overtaken_now(
    desk: Desk, kitchen_id: int, day: date, meal: str
) -> list[Overtaken]:
    """The same for the papers of a meal as they are now."""
    papers = await papers_for(desk, kitchen_id, day, meal, MAKERS)
    return overtaken(papers, await prints.prints_for(kitchen_id, day, meal))


async def print_slips(
    desk: Desk,
    kitchen_id: int,
    day: date,
    meal: str,
    *,
    by: Actor,
    now: datetime,
) -> list[Made]:
    """Print every overtaken paper anew, which voids it, and a slip for each holder.

    Returns the slips; nothing when every paper out there is true. The same again
    prints nothing.
    """
    found = await overtaken_now(desk, kitchen_id, day, meal)
    if not found:
        return []
    every = await papers_for(desk, kitchen_id, day, meal, MAKERS)
    gone = [
        await _taken_back(every[0], one.old) for one in found if every and not one.paper
    ]
    pairs = [(one.paper, one.old) for one in found if one.paper]
    made = await print_now(
        desk, kitchen_id, [paper for paper, _ in pairs], by=by, now=now
    )
    await void_dissolved(kitchen_id, day, meal, every, by=by, now=now)
    slips: list[Paper] = [
        await change_slip(paper, old, new.facts)
        for (paper, old), new in zip(pairs, made, strict=True)
        if paper.kind in SLIPPED
    ]
    slips += [slip for slip in gone if slip.of_kind in SLIPPED]
    return await print_papers(
        kitchen_id, slips, store=desk.store, zone=desk.office.zone, by=by, now=now
    )


async def _taken_back(like: Paper, old: PrintFacts) -> ChangeSlip:
    """The slip for a paper that is no more: hand it back."""
    lines = await prints.lines_of(old)
    return ChangeSlip(
        kitchen=like.kitchen,
        phone=like.phone,
        day=like.day,
        meal=like.meal,
        operator=like.operator,
        subject=f"{old.kind}:{old.subject}",
        holder=old.holder,
        of_kind=old.kind,
        of_number=old.number,
        from_version=old.version,
        to_version=0,
        differences=tuple(Difference("removed", line, "") for line in lines.values()),
    )
