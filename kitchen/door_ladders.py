"""Whom to ring when a door stays closed, rung by rung. Pure.

The order is the source documents' (children first, a neighbour who signed a watch
agreement while the children are still being rung) and the field's (the elder's own
telephone before them; community staff, then 120 or 110 by judgement after them).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kitchen.registry import ContactFacts

CLOSING = frozenset({"reached", "handed_over", "found_at_fault"})
GONE = frozenset({"meal_returned", "meal_wasted"})


@dataclass(frozen=True)
class StepFacts:
    """One step that was taken."""

    id: int
    kind: str
    rung: str
    contact_name: str
    office: str
    who: str
    note: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Rung:
    """One person or office to turn to. `key`: elder | contact:7 | clerk | emergency.
    `tried_at` None: nobody has turned to them yet."""

    key: str
    kind: str  # elder | family | neighbour | clerk | emergency
    name: str = ""
    relation: str = ""
    phone_tail: str = ""
    tried_at: datetime | None = None
    tried_by: str = ""

    @property
    def contact_id(self) -> int | None:
        kind, _, number = self.key.partition(":")
        return int(number) if kind == "contact" else None


def ladder_of(
    name: str,
    phone_tail: str,
    contacts: Iterable[ContactFacts],
    steps: Sequence[StepFacts] = (),
) -> tuple[Rung, ...]:
    """The elder, family in order, neighbours who signed, the community's clerk (by
    name where the record has one), emergency. A neighbour who has not signed is not
    asked: the elder agreed to nothing."""
    known = sorted(contacts, key=lambda contact: contact.rank)
    rungs = [
        Rung("elder", "elder", name, "", phone_tail),
        *(_rung(contact) for contact in known if contact.kind == "family"),
        *(
            _rung(contact)
            for contact in known
            if contact.kind == "neighbour" and contact.agreement_on is not None
        ),
    ]
    clerks = [_rung(contact) for contact in known if contact.kind == "clerk"]
    rungs += clerks or [Rung("clerk", "clerk")]
    rungs.append(Rung("emergency", "emergency", phone_tail="120"))
    return tuple(_stamped(rung, steps) for rung in rungs)


def _rung(contact: ContactFacts) -> Rung:
    return Rung(
        f"contact:{contact.id}",
        contact.kind,
        contact.name,
        contact.relation,
        contact.phone_tail,
    )


def _stamped(rung: Rung, steps: Sequence[StepFacts]) -> Rung:
    first = next((step for step in steps if step.rung == rung.key), None)
    if first is None:
        return rung
    return Rung(
        rung.key,
        rung.kind,
        rung.name,
        rung.relation,
        rung.phone_tail,
        first.at,
        first.by,
    )


def next_rung(ladder: Sequence[Rung]) -> Rung | None:
    """Whom to turn to now: the first nobody has turned to. None: everybody was, and
    what remains is the hand-over."""
    return next((rung for rung in ladder if rung.tried_at is None), None)


def meal_in_hand(steps: Sequence[StepFacts]) -> bool:
    """Whether the round still carries a meal for this door: not after it went back or
    away, again after a spare was sent."""
    told = [s.kind for s in steps if s.kind in GONE or s.kind == "meal_spare"]
    return not told or told[-1] == "meal_spare"
