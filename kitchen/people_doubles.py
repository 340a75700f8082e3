"""Is this person on the register already, or twice in one file?

Pure, but for the keyed index that lets sealed ID numbers be compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from kitchen.identity import Fault
from kitchen.names import search_keys
from kitchen.people_sheet import PersonRow, Problem
from kitchen.registry import NewElder
from kitchen.sealing import fingerprint

NEAR_NAME_RATIO = 60
"""Two of three characters alike; below it, Chinese names are simply different."""


@dataclass(frozen=True)
class Registered:
    """Someone on the register already, as far as duplicates are concerned."""

    name: str
    number: str
    birth_date: date
    id_index: str
    phone_index: str
    home: tuple[str, str]  # compound and building


def with_duplicates(
    people: Sequence[PersonRow],
    registered: Sequence[Registered],
    cards_in_use: dict[str, str],
) -> list[PersonRow]:
    """The rows, each told of its double on the register or earlier in the file.

    The same ID number, or the same name, birth date and building, is the same
    person and refused; two different ID numbers are two people, and that, like a
    near name, is only worth a look. `cards_in_use`: card number → its holder.
    """
    seen = _Seen(dict(cards_in_use))
    for person in registered:
        seen.add(person, 0)
    judged = []
    for row in people:
        if row.person is None:
            judged.append(row)
            continue
        own, cards = _as_registered(row.person), row.person.cards
        told = replace(row, problems=(*row.problems, *seen.problems_of(own, cards)))
        if told.verdict in ("ok", "warning"):
            seen.add(own, row.row.number)
            seen.cards |= dict.fromkeys(cards, own.name)
        judged.append(told)
    return judged


@dataclass
class _Seen:
    """Everybody seen so far: the register, then the rows above. Row 0 = register."""

    cards: dict[str, str]
    ids: dict[str, tuple[Registered, int]] = field(default_factory=dict)
    births: dict[date, list[tuple[Registered, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, person: Registered, row: int) -> None:
        if person.id_index:
            self.ids[person.id_index] = (person, row)
        self.births[person.birth_date].append((person, row))

    def problems_of(self, own: Registered, cards: Iterable[str]) -> list[Problem]:
        problems = [
            Problem(
                "card", Fault("card_in_use", card, {"name": self.cards[card]}), True
            )
            for card in cards
            if card in self.cards
        ]
        if own.id_index in self.ids:
            return [*problems, _double("id_number", *self.ids[own.id_index])]
        for other, row in self.births[own.birth_date]:
            if (own.name, own.home) == (other.name, other.home):
                both_known = bool(own.id_index and other.id_index)
                double = _double("name", other, row)
                if not both_known:
                    return [*problems, double]
                problems.append(replace(double, refuses=False))
            elif _is_near(own, other):
                facts = {"name": other.name, "number": other.number, "row": row}
                problems.append(
                    Problem("name", Fault("name_near", own.name, facts), False)
                )
        return problems


def _double(column: str, other: Registered, row: int) -> Problem:
    facts: dict[str, object] = {"name": other.name, "number": other.number, "row": row}
    code = "row_repeated" if row else "registered_already"
    return Problem(column, Fault(code, other.name, facts), refuses=True)


def _is_near(own: Registered, other: Registered) -> bool:
    """Born the same day, and a name that sounds or looks alike at the same address
    or on the same telephone."""
    if own.home != other.home and (
        not own.phone_index or own.phone_index != other.phone_index
    ):
        return False
    # Imported here: only an import compares names.
    from rapidfuzz.fuzz import ratio

    if ratio(own.name, other.name) >= NEAR_NAME_RATIO:
        return True
    sounds = set(search_keys(own.name).split()) & set(search_keys(other.name).split())
    return any(len(key) > len(own.name) for key in sounds)


def _as_registered(person: NewElder) -> Registered:
    address = person.address
    return Registered(
        name=person.name,
        number="",
        birth_date=person.birth_date,
        id_index=_index("id_number", person.id_number),
        phone_index=_index("phone", person.phone),
        home=(address.compound, address.building) if address else ("", ""),
    )


def _index(kind: str, text: str) -> str:
    return fingerprint(kind, text) if text else ""
