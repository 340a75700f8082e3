"""Finding people by anything that names them, inside what the reader may see.

Five thousand people on one machine: a filter narrows the ids, and only the page
that is shown is read in full.
"""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from kitchen.addresses import unplaced_on
from kitchen.database import rows
from kitchen.elders import elder_of, elders_by_id, states_on
from kitchen.names import search_pattern
from kitchen.people_facts import ElderFacts
from kitchen.sealing import keyring

DIETS = ("soft", "semi_liquid", "pureed")
LIMITS = ("low_salt", "sugar_control", "halal")
EVERYBODY = 1_000_000


@dataclass(frozen=True)
class Scope:
    """Whose people a reader may see; None = no limit of that kind."""

    kitchen_id: int | None = None
    point_id: int | None = None
    area_ids: frozenset[int] | None = None


@dataclass(frozen=True)
class Filters:
    """What a list of people is narrowed to; "" and None = not narrowed."""

    text: str = ""
    point_id: int | None = None  # 0 = without a point
    way: str = ""
    state: str = ""  # active | paused | ended | deceased
    category: str = ""
    diet: str = ""  # a texture, a limit, "vegetarian" or "allergy"
    unplaced: bool = False


@dataclass(frozen=True)
class Found:
    """One page of a list, and how many there are."""

    people: tuple[ElderFacts, ...]
    total: int
    states: dict[int, str]  # whoever of the page is not simply active
    counts: Counter[str]  # of everybody in scope, by state


async def search(
    text: str, *, kitchen_id: int | None = None, limit: int = 20
) -> list[ElderFacts]:
    """Find people by member or card number, ID tail, phone tail, name, spelling or
    initials in any reading, or building. Best first: exact numbers before names.
    """
    return await search_within(Scope(kitchen_id), text, limit=limit)


async def search_within(
    scope: Scope, text: str, *, limit: int = 20
) -> list[ElderFacts]:
    """`search` among the people a reader may see."""
    found = await _matching("e.*", scope, text, limit)
    return [elder_of(row) for row in found]


async def people_list(
    scope: Scope, filters: Filters, day: date, *, limit: int = 50, offset: int = 0
) -> Found:
    """A page of the people in scope that fit the filters, by name, as of a day."""
    within = await ids_within(scope)
    away = await _away(scope, day)
    counts = Counter(away.get(elder, "active") for elder in within)
    wanted = await _narrowed(within, scope, filters, away, day)
    shown = wanted[offset : offset + limit]
    people = await elders_by_id(shown)
    return Found(
        tuple(people[elder] for elder in shown),
        len(wanted),
        {elder: away[elder] for elder in shown if elder in away},
        counts,
    )


async def sees(scope: Scope, elder_id: int) -> bool:
    """Whether a person is within a reader's scope."""
    where, values = _within(scope)
    return bool(
        await rows(
            f"SELECT e.id FROM elder e WHERE e.id = {{}}{where}",  # noqa: S608 - our own words
            elder_id,
            *values,
        )
    )


async def ids_within(scope: Scope) -> list[int]:
    """Everybody in scope, by name."""
    where, values = _within(scope)
    found = await rows(
        f"SELECT e.id AS id FROM elder e WHERE 1 = 1{where} ORDER BY e.name, e.id",  # noqa: S608 - our own words
        *values,
    )
    return [row["id"] for row in found]


def _within(scope: Scope) -> tuple[str, list[Any]]:
    """The scope as conditions on `elder e`; the words are ours, values are bound."""
    where, values = "", list[Any]()
    if scope.kitchen_id is not None:
        where += " AND e.kitchen = {}"
        values.append(scope.kitchen_id)
    if scope.point_id is not None:
        where += (
            " AND (e.point = {} OR e.id IN (SELECT p.elder FROM meal_plan p"
            " WHERE p.point = {} AND p.to_day IS NULL))"
        )
        values += [scope.point_id, scope.point_id]
    if scope.area_ids is not None:
        areas = sorted(scope.area_ids)
        where += " AND (e.residence_area IN {} OR e.hukou_area IN {})"
        values += [areas, areas]
    return where, values


async def _matching(
    columns: str, scope: Scope, text: str, limit: int
) -> list[dict[str, Any]]:
    typed = "".join(c for c in text if c.isprintable()).strip()
    if not typed:
        return []
    digits = typed.replace(" ", "").upper()
    tries: list[tuple[str, list[Any]]] = []
    if digits.rstrip("X").isdigit():
        tries.append(
            (
                # Each number through its own index: joined by OR, the list's order by
                # name would have everybody walked through for one card.
                "e.id IN (SELECT id FROM elder WHERE number = {}"
                " UNION SELECT id FROM elder WHERE id_tail = {}"
                " UNION SELECT id FROM elder WHERE phone_tail = {}"
                " UNION SELECT id FROM elder WHERE id_index = {}"
                " UNION SELECT id FROM elder WHERE phone_index = {}"
                " UNION SELECT elder FROM card WHERE number = {}"
                " AND blocked_at IS NULL)",
                [
                    *(digits, digits, digits),
                    keyring().fingerprint("id_number", digits),
                    keyring().fingerprint("phone", digits),
                    digits,
                ],
            )
        )
    tries.append(("e.search LIKE {} ESCAPE '\\'", [search_pattern(typed)]))
    like = "%" + re.sub(r"([\\%_])", r"\\\1", typed.replace(" ", "")) + "%"
    tries.append(
        (
            "e.id IN (SELECT a.elder FROM address a JOIN building b"
            " ON b.id = a.building WHERE b.compound || b.name LIKE {} ESCAPE '\\'"
            " AND a.valid_to IS NULL)",
            [like],
        )
    )
    within, scoped = _within(scope)
    for condition, values in tries:
        found = await rows(
            f"SELECT {columns} FROM elder e WHERE {condition}{within}"  # noqa: S608 - our own words
            " ORDER BY e.name, e.id LIMIT {}",
            *values,
            *scoped,
            limit,
        )
        if found:
            return found
    return []


async def _away(scope: Scope, day: date) -> dict[int, str]:
    if scope.kitchen_id is None:
        return {}
    return await states_on(scope.kitchen_id, day)


async def _narrowed(
    within: list[int], scope: Scope, filters: Filters, away: dict[int, str], day: date
) -> list[int]:
    """The ids that fit every filter, in the order given."""
    kept: list[Collection[int]] = []
    if filters.text.strip():
        matching = await _matching("e.id", scope, filters.text, EVERYBODY)
        kept.append({row["id"] for row in matching})
    if filters.point_id is not None or filters.diet:
        kept.append(await _by_columns(filters))
    if filters.way:
        kept.append(await _by_way(filters.way, day))
    if filters.category:
        kept.append(await _by_category(filters.category, day))
    if filters.unplaced and scope.kitchen_id is not None:
        kept.append(await unplaced_on(scope.kitchen_id, day))
    return [
        elder
        for elder in within
        if all(elder in ids for ids in kept)
        and (not filters.state or away.get(elder, "active") == filters.state)
    ]


async def _by_columns(filters: Filters) -> set[int]:
    where, values = "1 = 1", list[Any]()
    if filters.point_id == 0:
        where += " AND point IS NULL"
    elif filters.point_id is not None:
        where += " AND point = {}"
        values.append(filters.point_id)
    if filters.diet in DIETS:
        where += " AND texture = {}"
        values.append(filters.diet)
    elif filters.diet in LIMITS:
        where += f" AND {filters.diet}"
    elif filters.diet == "vegetarian":
        where += " AND vegetarian <> 'no'"
    elif filters.diet == "allergy":
        where += " AND allergies <> ''"
    found = await rows(f"SELECT id FROM elder WHERE {where}", *values)  # noqa: S608 - our own words
    return {row["id"] for row in found}


async def _by_way(way: str, day: date) -> set[int]:
    found = await rows(
        "SELECT DISTINCT elder FROM meal_plan WHERE way = {} AND from_day <= {}"
        " AND (to_day IS NULL OR to_day >= {})",
        way,
        day,
        day,
    )
    return {row["elder"] for row in found}


async def _by_category(code: str, day: date) -> set[int]:
    found = await rows(
        "SELECT elder FROM category WHERE code = {} AND withdrawn_at IS NULL"
        " AND valid_from <= {} AND (valid_to IS NULL OR valid_to >= {})",
        code,
        day,
        day,
    )
    return {row["elder"] for row in found}
