"""Reading the count: who eats what where, as it was closed and changed since."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from kitchen.at_hand import AtHand
from kitchen.calendar import weekday_median
from kitchen.database import Asked, one, rows
from kitchen.diets import Diet
from kitchen.headcount_facts import (
    ChangeFacts,
    HeadcountFacts,
    SpareFacts,
    after_changes,
)
from kitchen.plans import Eater, Occasion, expected_eaters, expected_over


async def closed(kitchen_id: int, day: date, meal: str) -> HeadcountFacts | None:
    """The closed count of a meal, or None while it is open."""
    row = await one(
        "SELECT * FROM headcount WHERE kitchen = {} AND day = {} AND meal = {}",
        kitchen_id,
        day,
        meal,
    )
    if row is None:
        return None
    return HeadcountFacts(
        row["id"], row["kitchen"], row["day"], row["meal"], row["at"], row["by"]
    )


async def left_open(kitchen_id: int, since: date, until: date) -> list[HeadcountFacts]:
    """Counts closed from a day until before a day whose meal was never closed."""
    found = await rows(
        "SELECT h.* FROM headcount h LEFT JOIN day_close d ON d.kitchen = h.kitchen"
        " AND d.day = h.day AND d.meal = h.meal WHERE h.kitchen = {} AND h.day >= {}"
        " AND h.day < {} AND d.id IS NULL ORDER BY h.day DESC, h.meal",
        kitchen_id,
        since,
        until,
    )
    return [
        HeadcountFacts(r["id"], r["kitchen"], r["day"], r["meal"], r["at"], r["by"])
        for r in found
    ]


async def eaters_for(kitchen_id: int, day: date, meal: str) -> list[Eater]:
    """Who eats what where – the one derivation that the kitchen, the door and the
    claim all see: the closed count with its changes, or the expectation before."""
    return (await eaters_and_cancelled(kitchen_id, day, meal))[0]


async def eaters_over(
    kitchen_id: int, occasions: Iterable[Occasion]
) -> dict[Occasion, list[Eater]]:
    """`eaters_for` of several meals; those still open are read together."""
    found: dict[Occasion, list[Eater]] = {}
    still_open = []
    for when in occasions:
        if await closed(kitchen_id, *when) is None:
            still_open.append(when)
        else:
            found[when] = await eaters_for(kitchen_id, *when)
    return found | await expected_over(kitchen_id, still_open)


async def eaters_among(headcount_id: int, elder_ids: list[int]) -> list[Eater]:
    """The effective rows of a few people, without loading the whole count."""
    found = await rows(
        _DINERS + " WHERE d.headcount = {} AND d.elder IN {}",
        headcount_id,
        elder_ids,
    )
    diners = [_eater(row) for row in found]
    changed = await rows(
        _CHANGES + " WHERE c.headcount = {} AND c.diner IN {} ORDER BY c.id",
        headcount_id,
        [diner.diner_id for diner in diners],
    )
    eaters, _ = after_changes(diners, [_change_facts(row) for row in changed])
    return eaters


async def eaters_counted(
    kitchen_id: int, day: date, meal: str, elder_ids: list[int]
) -> list[Eater]:
    """The effective rows of a few people in the closed count; [] while it is open."""
    diners, changes = counted_asked(kitchen_id, day, meal, elder_ids)
    frozen_rows = [_eater(row) for row in await rows(*diners)]
    changed = [_change_facts(row) for row in await rows(*changes)]
    return after_changes(frozen_rows, changed)[0]


def counted_asked(
    kitchen_id: int, day: date, meal: str, elder_ids: list[int]
) -> tuple[Asked, Asked]:
    """Their frozen rows, and what was changed about them since."""
    values = (kitchen_id, day, meal, elder_ids)
    return (
        (_DINERS + _OF_THESE.format("d.headcount", "d.id"), *values),
        (_CHANGES + _OF_THESE.format("c.headcount", "c.id"), *values),
    )


async def expected_by_point(
    kitchen_id: int, day: date, meal: str, point_ids: list[int]
) -> Counter[int]:
    """Portions expected at each of those points. Once the count is closed whoever is
    unchanged is simply summed: a till asks this at every tap."""
    count = await closed(kitchen_id, day, meal)
    if count is None:
        eaters = await expected_eaters(kitchen_id, day, meal)
        summed = Counter[int]()
    else:
        found = await rows(
            "SELECT point, SUM(portions) AS n FROM diner WHERE headcount = {}"
            " AND point IN {} AND NOT added AND id NOT IN"
            " (SELECT diner FROM diner_change WHERE headcount = {}) GROUP BY point",
            count.id,
            point_ids,
            count.id,
        )
        summed = Counter({row["point"]: int(row["n"]) for row in found})
        eaters = await _eaters_changed(count.id)
    for eater in eaters:
        if eater.point_id is not None:
            summed[eater.point_id] += eater.portions
    return summed


async def _eaters_changed(headcount_id: int) -> list[Eater]:
    """Whoever was added or changed after the close and still eats."""
    found = await rows(
        "SELECT elder FROM diner WHERE id IN"
        " (SELECT diner FROM diner_change WHERE headcount = {})",
        headcount_id,
    )
    if not found:
        return []
    return await eaters_among(headcount_id, [row["elder"] for row in found])


async def eaters_at(
    kitchen_id: int, day: date, meal: str, point_id: int
) -> list[Eater]:
    """Who eats at or collects from one point, without loading the whole kitchen
    once the count is closed: a till asks this at every tap."""
    count = await closed(kitchen_id, day, meal)
    if count is None:
        eaters = await expected_eaters(kitchen_id, day, meal)
    else:
        found = await rows(
            "SELECT d.id AS id, d.elder AS elder FROM diner d WHERE d.headcount = {}"
            " AND (d.point = {} OR d.id IN (SELECT diner FROM diner_change"
            " WHERE headcount = {} AND point = {}))",
            count.id,
            point_id,
            count.id,
            point_id,
        )
        eaters = await eaters_among(count.id, [row["elder"] for row in found])
    return [eater for eater in eaters if eater.point_id == point_id]


async def cancelled_for(kitchen_id: int, day: date, meal: str) -> list[Eater]:
    """Who was cancelled after the close: cooked for, eating nothing."""
    return (await eaters_and_cancelled(kitchen_id, day, meal))[1]


async def eaters_and_cancelled(
    kitchen_id: int, day: date, meal: str
) -> tuple[list[Eater], list[Eater]]:
    """`eaters_for` and `cancelled_for` from one reading of the count."""
    count = await closed(kitchen_id, day, meal)
    if count is None:
        return await expected_eaters(kitchen_id, day, meal), []
    eaters, gone = after_changes(await frozen(count.id), await changes_for(count.id))
    return sorted(eaters, key=lambda eater: (eater.name, eater.elder_id)), gone


async def diet_keys_of(headcount_id: int) -> set[str]:
    """The packing groups of a closed count, without loading its people."""
    found = await rows(
        "SELECT DISTINCT diet FROM diner WHERE headcount = {}", headcount_id
    )
    return {Diet.from_text(row["diet"]).key for row in found}


FROZEN = AtHand("people", 6)
"""Closed counts: their rows are only ever added to."""


async def frozen(headcount_id: int) -> Sequence[Eater]:
    """The rows as they stood at the close, before any change (added rows too, which
    only an `add` change makes count)."""

    async def read() -> tuple[Eater, ...]:
        of_it = (_DINERS + " WHERE d.headcount = {} ORDER BY d.id", headcount_id)
        return tuple(_eater(row) for row in await rows(*of_it))

    (many,) = await rows(
        "SELECT COUNT(*) AS n, MAX(id) AS last FROM diner WHERE headcount = {}",
        headcount_id,
    )
    return await FROZEN.get((headcount_id, many["n"], many["last"]), read)


async def changes_for(headcount_id: int) -> list[ChangeFacts]:
    """All changes after the close, in order, with whose they are."""
    found = await rows(_CHANGES + " WHERE c.headcount = {} ORDER BY c.id", headcount_id)
    return [_change_facts(row) for row in found]


_DINERS = (
    "SELECT d.id AS id, d.elder AS elder, d.way AS way, d.point AS point,"
    " d.address AS address, d.portions AS portions, d.size AS size,"
    " d.choice AS choice, d.diet AS diet, d.added AS added, e.number AS number,"
    " e.name AS name FROM diner d JOIN elder e ON e.id = d.elder"
)
_CHANGES = (
    "SELECT c.*, d.elder AS elder, e.name AS name FROM diner_change c"
    " JOIN diner d ON d.id = c.diner JOIN elder e ON e.id = d.elder"
)
_OF_THESE = (
    " JOIN headcount h ON h.id = {} WHERE h.kitchen = {{}} AND h.day = {{}}"
    " AND h.meal = {{}} AND d.elder IN {{}} ORDER BY {}"
)


def _change_facts(row: dict[str, Any]) -> ChangeFacts:
    return ChangeFacts(
        row["id"],
        row["diner"],
        row["elder"],
        row["name"],
        row["kind"],
        row["way"],
        row["point"],
        row["portions"],
        row["reason"],
        row["source"],
        row["at"],
        row["by"],
    )


async def spares_for(kitchen_id: int, day: date, meal: str) -> list[SpareFacts]:
    """The named spares and expected walk-ins of a closed count; none of a meal that
    the kitchen has cancelled since."""
    found = await rows(
        "SELECT s.* FROM spare s JOIN headcount h ON h.id = s.headcount"
        " LEFT JOIN closure c ON c.kitchen = h.kitchen AND c.day = h.day"
        " AND c.meal = h.meal AND c.kind = 'cancelled' AND c.withdrawn_at IS NULL"
        " WHERE h.kitchen = {} AND h.day = {} AND h.meal = {} AND c.id IS NULL"
        " ORDER BY s.id",
        kitchen_id,
        day,
        meal,
    )
    return [
        SpareFacts(
            row["id"], row["point"], row["kind"], row["diet_key"], row["portions"]
        )
        for row in found
    ]


async def usual_walk_ins(kitchen_id: int, day: date, meal: str) -> dict[int, int]:
    """The median of walk-ins at each point on the last four same weekdays."""
    since = date.fromordinal(day.toordinal() - 28)
    found = await rows(
        "SELECT point, day, COUNT(*) AS served FROM meal WHERE kitchen = {}"
        " AND meal = {} AND diner IS NULL AND point IS NOT NULL AND day >= {}"
        " AND day < {} AND id NOT IN (SELECT served FROM meal_void)"
        " GROUP BY point, day",
        kitchen_id,
        meal,
        since,
        day,
    )
    by_point: dict[int, dict[date, int]] = {}
    for row in found:
        by_point.setdefault(row["point"], {})[row["day"]] = row["served"]
    return {
        point: round(weekday_median(history, day) or 0)
        for point, history in by_point.items()
    }


def _eater(row: dict[str, Any]) -> Eater:
    return Eater(
        diner_id=row["id"],
        elder_id=row["elder"],
        number=row["number"],
        name=row["name"],
        way=row["way"],
        point_id=row["point"],
        address_id=row["address"],
        portions=row["portions"],
        size=row["size"],
        choice=row["choice"],
        diet=Diet.from_text(row["diet"]),
        change="added" if row["added"] else "",
    )


async def served_uncounted(kitchen_id: int, day: date, meal: str) -> int:
    """Portions handed over and not taken back although no count of that meal is
    closed."""
    row = await one(
        "SELECT COUNT(*) AS n FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " LEFT JOIN headcount h ON h.kitchen = m.kitchen AND h.day = m.day"
        " AND h.meal = m.meal WHERE m.kitchen = {} AND m.day = {} AND m.meal = {}"
        " AND v.id IS NULL AND h.id IS NULL",
        *(kitchen_id, day, meal),
    )
    return int(row["n"]) if row else 0
