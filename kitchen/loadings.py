"""Loaded: what was counted onto each round before it left, by diet group – boxes for
the doors, containers for the points. A wrong entry is taken back by its own row.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from kitchen.database import insert, one, rows, writing
from kitchen.deliveries import record, round_that_counts
from kitchen.errors import Refusal
from kitchen.round_inputs import Inputs
from kitchen.round_plans import Plan
from kitchen.round_tables import Loading, LoadingVoid
from kitchen.staff import Actor


class Shelf(NamedTuple):
    """A point's containers, the crate of another round that begins at a point
    (`crate`: its number), or, neither, the boxes for the round's own doors."""

    point_id: int | None
    diet_key: str
    crate: int | None = None


@dataclass(frozen=True)
class LoadedLine:
    """Counted onto a round, or by whoever begins at a point out of their crate.
    `decidegrees`: °C × 10 in the middle of the box."""

    point_id: int | None
    diet_key: str
    portions: int
    decidegrees: int | None = None
    crate: int | None = None

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.point_id, self.diet_key, self.crate)


@dataclass(frozen=True)
class LoadingFacts:
    """A loading as it stands."""

    id: int
    round_number: int
    point_id: int | None
    diet_key: str
    portions: int
    decidegrees: int | None
    at: datetime
    by: str
    crate: int | None = None

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.point_id, self.diet_key, self.crate)


def expected_load(inputs: Inputs, plan: Plan) -> dict[int, Counter[Shelf]]:
    """What the plan puts on each round, by round number; what is taken out of a crate
    counts again, by whoever takes it."""
    drops = inputs.served(plan.orders)
    expected: dict[int, Counter[Shelf]] = {}
    for order in plan.orders:
        shelves = expected.setdefault(order.number, Counter())
        for key in order.keys:
            if key in drops:
                for diet_key, portions in drops[key].by_diet:
                    shelves[Shelf(drops[key].point_id, diet_key)] += portions
                for crate in drops[key].crates:
                    for diet_key, portions in crate.diets:
                        shelves[Shelf(None, diet_key, crate.number)] += portions
    return expected


async def loadings_for(
    kitchen_id: int, day: date, meal: str
) -> dict[int, list[LoadingFacts]]:
    """Loadings that stand, by round number, over all versions of the plan."""
    found = await rows(
        "SELECT l.id AS id, r.number AS round_number, l.point AS point_id,"
        " l.diet_key AS diet_key, l.portions AS portions, l.crate AS crate,"
        " l.decidegrees AS decidegrees, l.at AS at, l.by AS by FROM loading l"
        " JOIN round r ON r.id = l.round JOIN round_plan p ON p.id = r.plan"
        " LEFT JOIN loading_void v ON v.loading = l.id"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} AND v.id IS NULL"
        " ORDER BY l.id",
        kitchen_id,
        day,
        meal,
    )
    by_round: dict[int, list[LoadingFacts]] = {}
    for row in found:
        by_round.setdefault(row["round_number"], []).append(LoadingFacts(**row))
    return by_round


async def round_of_loading(loading_id: int) -> int:
    """The round something was loaded on; refuses `loading_unknown`."""
    found = await one("SELECT round FROM loading WHERE id = {}", loading_id)
    if found is None:
        raise Refusal("loading_unknown")
    return int(found["round"])


async def record_loading(
    round_id: int, lines: Sequence[LoadedLine], *, by: Actor, now: datetime
) -> int:
    """Count a round's load in. Returns how many lines were new.

    A line that stands already with the same count is passed over; with another it
    refuses `already_loaded`. Refuses `portions_not_positive`, `loading_empty`.
    """
    lines = [line for line in lines if line.portions]
    if not lines:
        raise Refusal("loading_empty")
    if any(line.portions < 0 for line in lines):
        raise Refusal("portions_not_positive")
    async with writing():
        plan, inputs, number = await round_that_counts(round_id)
        row = next(row for row in plan.rounds if row.number == number)
        loaded = await loadings_for(inputs.kitchen.id, inputs.day, inputs.meal)
        standing = {known.shelf: known for known in loaded.get(number, [])}
        new = [line for line in lines if _is_new(line, standing)]
        for line in new:
            await insert(
                Loading,
                round=row.id,
                point=line.point_id,
                crate=line.crate,
                diet_key=line.diet_key,
                portions=line.portions,
                decidegrees=line.decidegrees,
                at=now,
                by=by.name,
            )
        if new:
            portions = sum(line.portions for line in new)
            await record("round.load", row.id, by, now, round=number, portions=portions)
    return len(new)


async def void_loading(
    loading_id: int, reason: str, *, by: Actor, now: datetime
) -> None:
    """Take back a wrong count. Refuses `reason_missing`, `loading_unknown`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        # also refuses a closed day
        await round_that_counts(await round_of_loading(loading_id))
        if await rows("SELECT id FROM loading_void WHERE loading = {}", loading_id):
            return
        await insert(LoadingVoid, loading=loading_id, reason=reason, at=now, by=by.name)
        await record("round.unload", loading_id, by, now, reason=reason)


def _is_new(line: LoadedLine, standing: dict[Shelf, LoadingFacts]) -> bool:
    known = standing.get(line.shelf)
    if known is None:
        return True
    if known.portions != line.portions:
        raise Refusal(
            "already_loaded", portions=known.portions, at=known.at, by=known.by
        )
    return False
