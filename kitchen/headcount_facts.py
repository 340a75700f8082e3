"""The closed count as values, and what its changes make of it. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from kitchen.plans import Eater

KITCHEN = "kitchen"
"""The source of a change that the kitchen made for everybody, by cancelling the whole
meal or cooking it after all."""


@dataclass(frozen=True)
class HeadcountFacts:
    """A closed count: by whom, when."""

    id: int
    kitchen_id: int
    day: date
    meal: str
    at: datetime
    by: str


@dataclass(frozen=True)
class SpareFacts:
    """Portions cooked for nobody by name."""

    id: int
    point_id: int | None
    kind: str  # walk_in | spare
    diet_key: str
    portions: int


@dataclass(frozen=True)
class ChangeFacts:
    """What happened to the count after it was closed."""

    id: int
    diner_id: int
    elder_id: int
    name: str
    kind: str
    way: str
    point_id: int | None
    portions: int
    reason: str
    source: str
    at: datetime
    by: str


def after_changes(
    diners: Iterable[Eater], changes: Iterable[ChangeFacts]
) -> tuple[list[Eater], list[Eater]]:
    """The frozen diners with their reasoned changes applied in order.

    Returns who eats, and who was cancelled after the close: their portions are in
    the pots already, so they stay visible. Frozen rows are not touched.
    """
    current = {diner.diner_id: diner for diner in diners}
    gone: dict[int, Eater] = {}
    for change in changes:
        diner = current.get(change.diner_id) or gone.get(change.diner_id)
        if diner is None:
            continue
        if change.kind == "cancel":
            gone[diner.diner_id] = current.pop(diner.diner_id, diner)
        elif change.kind == "add":
            gone.pop(diner.diner_id, None)
            mark = diner.change if change.source == KITCHEN else "added"
            current[diner.diner_id] = replace(diner, change=mark)
        elif change.kind == "move":
            current[diner.diner_id] = replace(
                diner,
                way=change.way,
                point_id=change.point_id,
                change=diner.change or "moved",
            )
        elif change.kind == "portions":
            current[diner.diner_id] = replace(
                diner, portions=change.portions, change=diner.change or "portions"
            )
    return list(current.values()), list(gone.values())


def totals_by_place(eaters: Iterable[Eater]) -> Counter[tuple[str, int | None]]:
    """Portions by (way, point): the rows of the count page."""
    totals: Counter[tuple[str, int | None]] = Counter()
    for eater in eaters:
        totals[eater.way, eater.point_id] += eater.portions
    return totals
