"""Reading people: by id, by kitchen, with their dated facts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from kitchen.at_hand import FactsAtHand
from kitchen.calendar import age_on, births_celebrated_on
from kitchen.database import Asked, facts_of, one, rows
from kitchen.diets import Diet, Texture, Vegetarian
from kitchen.errors import Refusal
from kitchen.people_facts import (
    CardFacts,
    CategoryFacts,
    ContactFacts,
    ElderFacts,
    EntitlementFacts,
    StateFacts,
    words_of,
)

PEOPLE = FactsAtHand("people", 60_000)
"""What is known of people, and nothing sealed: a kitchen of five thousand asks for some
thirty thousand such facts in a morning."""


async def elders_by_id(ids: Iterable[int]) -> dict[int, ElderFacts]:
    """Those elders."""

    async def read(wanted: list[int]) -> dict[int, ElderFacts]:
        found = await _in_parts(elders_asked, wanted)
        return {person.id: person for person in await facts_of(found, elder_of)}

    return await PEOPLE.of("elder", ids, read)


async def _in_parts(
    asked: Callable[[list[int]], Asked], ids: list[int]
) -> list[dict[str, Any]]:
    """The rows of any number of people: neither database takes too many at once."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(ids), 10_000):
        found += await rows(*asked(ids[start : start + 10_000]))
    return found


def elders_asked(ids: list[int]) -> Asked:
    """The rows of those elders; ids sorted, each once, as `states_asked` and
    `categories_asked` want them too."""
    return (_ELDERS + " WHERE id IN {}", ids)


@dataclass(frozen=True)
class Patron:
    """What a kitchen has to know of somebody who eats."""

    id: int
    number: str
    name: str
    point_id: int | None
    diet: Diet


async def patrons_by_id(ids: Iterable[int]) -> dict[int, Patron]:
    """Those elders as patrons: a count of thousands reads a third of their columns."""

    async def read(wanted: list[int]) -> dict[int, Patron]:
        found = await _in_parts(_patrons_asked, wanted)
        return {patron.id: patron for patron in await facts_of(found, _patron)}

    return await PEOPLE.of("patron", ids, read)


def _patrons_asked(ids: list[int]) -> Asked:
    columns = ", ".join(("id", "number", "name", "point", *NEEDS))
    return (f"SELECT {columns} FROM elder WHERE id IN {{}}", ids)  # noqa: S608 - of our own words


def _patron(row: dict[str, Any]) -> Patron:
    diet = _diet(*_needs(row))
    return Patron(row["id"], row["number"], row["name"], row["point"], diet)


async def sex_and_age(ids: Iterable[int], day: date) -> dict[int, tuple[str, int]]:
    """Elder → sex and age on a day."""
    found = await rows(
        "SELECT id, sex, birth_date FROM elder WHERE id IN {}", sorted(set(ids))
    )
    return {row["id"]: (row["sex"], age_on(row["birth_date"], day)) for row in found}


async def elders_of(kitchen_id: int) -> list[ElderFacts]:
    """Everyone registered with a kitchen, by name."""
    found = await rows(_ELDERS + " WHERE kitchen = {} ORDER BY name, id", kitchen_id)
    return await facts_of(found, elder_of)


async def elder_by_id(elder_id: int) -> ElderFacts:
    """One person; refuses `elder_unknown`."""
    row = await one(_ELDERS + " WHERE id = {}", elder_id)
    if row is None:
        raise Refusal("elder_unknown", elder=elder_id)
    return elder_of(row)


async def states_for(elder_ids: Iterable[int]) -> dict[int, list[StateFacts]]:
    """All dated states of those people, oldest first."""
    wanted = sorted(set(elder_ids))
    found = await rows(*states_asked(wanted))
    states: dict[int, list[StateFacts]] = {elder: [] for elder in wanted}
    for row in found:
        states[row["elder"]].append(_state(row))
    return states


def states_asked(ids: list[int]) -> Asked:
    """The dated states of those elders."""
    return ("SELECT * FROM elder_state WHERE elder IN {} ORDER BY id", ids)


async def states_on(kitchen_id: int, day: date) -> dict[int, str]:
    """Who of a kitchen is not simply active on a day: elder → state."""
    found = await rows(
        "SELECT s.* FROM elder_state s JOIN elder e ON e.id = s.elder"
        " WHERE e.kitchen = {} AND s.from_day <= {}"
        " AND (s.to_day IS NULL OR s.to_day >= {}) ORDER BY s.id",
        kitchen_id,
        day,
        day,
    )
    newest = {row["elder"]: str(row["state"]) for row in found}
    return {elder: state for elder, state in newest.items() if state != "active"}


async def birthdays_on(kitchen_id: int, days: Iterable[date]) -> dict[date, list[str]]:
    """Day → the names of whoever has a birthday then and is simply active."""
    born = {birth: day for day in days for birth in births_celebrated_on(day)}
    found = await rows(
        "SELECT id, name, birth_date FROM elder WHERE kitchen = {}"
        " AND birth_date IN {} ORDER BY name, id",
        kitchen_id,
        sorted(born),
    )
    people: dict[date, list[str]] = {}
    for day in sorted({born[row["birth_date"]] for row in found}):
        away = await states_on(kitchen_id, day)
        people[day] = [
            row["name"]
            for row in found
            if born[row["birth_date"]] == day and row["id"] not in away
        ]
    return {day: names for day, names in people.items() if names}


async def contacts_for(elder_ids: Iterable[int]) -> dict[int, Sequence[ContactFacts]]:
    """The ladder of each of those people, first to ring first."""
    return await PEOPLE.of("contacts", elder_ids, _contacts)


async def _contacts(wanted: list[int]) -> dict[int, tuple[ContactFacts, ...]]:
    found = await rows(
        "SELECT id, elder, rank, kind, name, relation, phone_tail, agreement_on"
        " FROM contact WHERE elder IN {} AND removed_at IS NULL"
        " ORDER BY elder, rank, id",
        wanted,
    )
    ladders: dict[int, list[ContactFacts]] = {elder: [] for elder in wanted}
    for row in found:
        ladders[row["elder"]].append(
            ContactFacts(
                row["id"],
                row["elder"],
                row["rank"],
                row["kind"],
                row["name"],
                row["relation"],
                row["phone_tail"],
                row["agreement_on"],
            )
        )
    return {elder: tuple(ladder) for elder, ladder in ladders.items()}


async def categories_on(
    elder_ids: Iterable[int], day: date
) -> dict[int, frozenset[str]]:
    """The entitlement categories of those people that hold on a day."""

    async def read(wanted: list[int]) -> dict[int, frozenset[str]]:
        codes: dict[int, set[str]] = {elder: set() for elder in wanted}
        for row in await rows(*categories_asked(wanted, day)):
            codes[row["elder"]].add(row["code"])
        return {elder: frozenset(held) for elder, held in codes.items()}

    return await PEOPLE.of(("categories", day), elder_ids, read)


def categories_asked(ids: list[int], day: date) -> Asked:
    """Which categories of those elders hold on a day."""
    return (
        "SELECT elder, code FROM category WHERE elder IN {} AND withdrawn_at IS NULL"
        " AND valid_from <= {} AND (valid_to IS NULL OR valid_to >= {})",
        *(ids, day, day),
    )


async def delivery_entitled_on(kitchen_id: int, day: date) -> set[int]:
    """Whose meal may be brought on a day."""
    found = await rows(
        "SELECT d.elder FROM delivery_entitlement d JOIN elder e ON e.id = d.elder"
        " WHERE e.kitchen = {} AND d.from_day <= {}"
        " AND (d.to_day IS NULL OR d.to_day >= {})",
        kitchen_id,
        day,
        day,
    )
    return {row["elder"] for row in found}


async def delivery_ends(kitchen_id: int, until: date) -> dict[int, date]:
    """Whose reason for having meals brought ends (or has ended) before a day, with its
    last day: elder → day. Who never had one is not among them."""
    found = await rows(
        'SELECT d.elder AS elder, MAX(d.to_day) AS "last [DATE]"'
        " FROM delivery_entitlement d"
        " JOIN elder e ON e.id = d.elder WHERE e.kitchen = {}"
        " AND d.elder NOT IN (SELECT elder FROM delivery_entitlement"
        " WHERE to_day IS NULL) GROUP BY d.elder HAVING MAX(d.to_day) < {}",
        kitchen_id,
        until,
    )
    return {row["elder"]: row["last"] for row in found}


async def cards_of(elder_id: int) -> list[CardFacts]:
    """A person's cards, the blocked ones as well, oldest first."""
    found = await rows("SELECT * FROM card WHERE elder = {} ORDER BY id", elder_id)
    return [
        CardFacts(**{name: row[name] for name in CardFacts.__annotations__})
        for row in found
    ]


async def categories_of(elder_id: int) -> list[CategoryFacts]:
    """Every entitlement fact ever recorded of a person, newest first."""
    found = await rows(
        "SELECT * FROM category WHERE elder = {} ORDER BY id DESC", elder_id
    )
    return [
        CategoryFacts(
            row["id"],
            row["code"],
            row["valid_from"],
            row["valid_to"],
            bool(row["evidence_sealed"]),
            row["at"],
            row["by"],
            row["withdrawn_at"] is not None,
        )
        for row in found
    ]


async def entitlements_of(elder_id: int) -> list[EntitlementFacts]:
    """Every reason ever given for bringing this person's meal, newest first."""
    found = await rows(
        "SELECT * FROM delivery_entitlement WHERE elder = {} ORDER BY id DESC",
        elder_id,
    )
    return [
        EntitlementFacts(
            **{name: row[name] for name in EntitlementFacts.__annotations__}
        )
        for row in found
    ]


async def household_of(person: ElderFacts) -> list[ElderFacts]:
    """The others who share this person's household."""
    if person.household_id is None:
        return []
    found = await rows(
        "SELECT * FROM elder WHERE household = {} AND id <> {} ORDER BY name, id",
        person.household_id,
        person.id,
    )
    return [elder_of(row) for row in found]


def elder_of(row: dict[str, Any]) -> ElderFacts:
    """A row of `elder` as a plain value."""
    return ElderFacts(
        id=row["id"],
        kitchen_id=row["kitchen"],
        number=row["number"],
        name=row["name"],
        search=row["search"],
        sex=row["sex"],
        birth_date=row["birth_date"],
        id_tail=row["id_tail"],
        id_note=row["id_note"],
        phone_tail=row["phone_tail"],
        household_id=row["household"],
        point_id=row["point"],
        hukou_area_id=row["hukou_area"],
        residence_area_id=row["residence_area"],
        residence_since=row["residence_since"],
        self_care=row["self_care"],
        lives_alone=bool(row["lives_alone"]),
        slow_door=bool(row["slow_door"]),
        diet=_diet(*_needs(row)),
        enrolled_on=row["enrolled_on"],
        import_run_id=row["import_run"],
        version=row["version"],
        language=row["language"],
    )


NEEDS = (
    "texture",
    "low_salt",
    "sugar_control",
    "halal",
    "vegetarian",
    "allergies",
    "dislikes",
)
_needs = itemgetter(*NEEDS)

# All but what is sealed and what it is found by: most of the bytes of a row.
_COLUMNS = ", ".join(
    (
        *("id", "kitchen", "number", "name", "search", "sex", "birth_date"),
        *("id_tail", "id_note", "phone_tail", "household", "point"),
        *("hukou_area", "residence_area", "residence_since", "self_care"),
        *("lives_alone", "slow_door", "language", *NEEDS),
        *("enrolled_on", "import_run", "version"),
    )
)
_ELDERS = f"SELECT {_COLUMNS} FROM elder"  # noqa: S608 - our own words


@lru_cache(maxsize=4096)  # thousands of people have a few dozen diets
def _diet(
    texture: str,
    low_salt: bool,
    sugar_control: bool,
    halal: bool,
    vegetarian: str,
    allergies: str,
    dislikes: str,
) -> Diet:
    return Diet(
        texture=Texture(texture),
        low_salt=bool(low_salt),
        sugar_control=bool(sugar_control),
        halal=bool(halal),
        vegetarian=Vegetarian(vegetarian),
        allergies=words_of(allergies),
        dislikes=words_of(dislikes),
    )


def _state(row: dict[str, Any]) -> StateFacts:
    return StateFacts(
        row["id"],
        row["elder"],
        row["state"],
        row["from_day"],
        row["to_day"],
        row["reason"],
        row["at"],
        row["by"],
    )
