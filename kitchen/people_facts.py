"""What is known about a person, as plain values, and the rules that need no more."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from kitchen.calendar import age_on
from kitchen.diets import Diet


@dataclass(frozen=True)
class ElderFacts:
    """One person as every list needs them; nothing sealed in it."""

    id: int
    kitchen_id: int
    number: str
    name: str
    search: str
    sex: str
    birth_date: date
    id_tail: str
    id_note: str
    phone_tail: str
    household_id: int | None
    point_id: int | None
    hukou_area_id: int | None
    residence_area_id: int | None
    residence_since: date | None
    self_care: str
    lives_alone: bool
    slow_door: bool
    diet: Diet
    enrolled_on: date
    import_run_id: int | None
    version: int
    language: str = ""  # the only one understood; "" = Mandarin

    def age_on(self, day: date) -> int:
        """Full years (周岁) on a day."""
        return age_on(self.birth_date, day)


@dataclass(frozen=True)
class House:
    """A building as it is called."""

    compound: str
    building: str


@dataclass(frozen=True)
class Door:
    """Where to go. `placed_by` says whose point this is: the address's own, the
    building's, the compound's middle, or nobody's yet."""

    address_id: int
    elder_id: int
    building_id: int
    area_id: int
    compound: str
    building: str
    unit: str
    floor: int | None
    door: str
    note: str
    lift: bool
    lon_e6: int | None
    lat_e6: int | None
    placed_by: str  # own | building | compound | none

    @property
    def line(self) -> str:
        """朝阳里7号楼 2单元 302"""
        below = " ".join(part for part in (self.unit, self.door) if part)
        return f"{self.compound}{self.building} {below}".strip()


@dataclass(frozen=True)
class ContactFacts:
    """One rung of the ladder when a door stays closed."""

    id: int
    elder_id: int
    rank: int
    kind: str
    name: str
    relation: str
    phone_tail: str
    agreement_on: date | None


@dataclass(frozen=True)
class StateFacts:
    """A dated life state."""

    id: int
    elder_id: int
    state: str
    from_day: date
    to_day: date | None
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True)
class CardFacts:
    """A card that names (or, once blocked, named) somebody."""

    id: int
    number: str
    kind: str  # member | alias
    at: datetime
    by: str
    blocked_at: datetime | None
    blocked_reason: str


AGREED_PLACE = "agreed_place"
CONSENTS = frozenset({AGREED_PLACE})
"""Dated facts whose evidence is what the person signed: here, that the meal may be left
at an agreed place."""


@dataclass(frozen=True)
class CategoryFacts:
    """A dated entitlement fact; the evidence itself stays sealed."""

    id: int
    code: str
    valid_from: date
    valid_to: date | None
    has_evidence: bool
    at: datetime
    by: str
    withdrawn: bool

    def holds_on(self, day: date) -> bool:
        """Whether it counts on a day."""
        return (
            not self.withdrawn
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True)
class EntitlementFacts:
    """Why meals are brought to somebody, and until when."""

    id: int
    reason: str
    from_day: date
    to_day: date | None
    note: str
    at: datetime
    by: str


@dataclass(frozen=True)
class AddressFacts:
    """One dated address of a person; `valid_to` None = until further notice."""

    id: int
    valid_from: date
    valid_to: date | None
    coordinate_source: str


@dataclass(frozen=True)
class NewAddress:
    """An address as typed. Coordinates WGS-84 degrees × 1,000,000, or None."""

    area_id: int
    compound: str
    building: str
    unit: str = ""
    floor: int | None = None
    door: str = ""
    note: str = ""
    lift: bool = False
    lon_e6: int | None = None
    lat_e6: int | None = None
    coordinate_source: str = ""


@dataclass(frozen=True)
class NewContact:
    """A person to ring, with the number as typed (already checked)."""

    kind: str
    name: str
    relation: str
    phone: str
    agreement_on: date | None = None


@dataclass(frozen=True)
class NewElder:
    """A person to enrol. ID number and phones are checked values in clear; they
    are sealed on the way to the database."""

    name: str
    sex: str
    birth_date: date
    id_number: str = ""
    id_note: str = ""
    phone: str = ""
    number: str = ""  # "" = the next free member number
    point_id: int | None = None
    hukou_area_id: int | None = None
    residence_area_id: int | None = None
    residence_since: date | None = None
    self_care: str = "able"
    lives_alone: bool = False
    slow_door: bool = False
    language: str = ""
    diet: Diet = field(default_factory=Diet)
    address: NewAddress | None = None
    contacts: tuple[NewContact, ...] = ()
    categories: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    delivered: str = ""  # reason for bringing the meal: mobility | illness | weather


@dataclass(frozen=True)
class Eligibility:
    """Whether the public scheme may pay for this person, and why (or why not)."""

    eligible: bool
    reason: str


def eligibility(
    birth_date: date, registered_here: bool, residence_since: date | None, day: date
) -> Eligibility:
    """60 or older, and registered here or living here for two years or more
    (rule A11 of the source plans)."""
    if age_on(birth_date, day) < 60:
        return Eligibility(False, "younger_than_60")
    if registered_here:
        return Eligibility(True, "registered_here")
    if residence_since is not None and age_on(residence_since, day) >= 2:
        return Eligibility(True, "resident_two_years")
    return Eligibility(False, "not_resident_two_years")


def state_on(states: Sequence[StateFacts], day: date) -> StateFacts | None:
    """The state that holds on a day: the newest row that covers it."""
    covering = [
        state
        for state in states
        if state.from_day <= day and (state.to_day is None or day <= state.to_day)
    ]
    return max(covering, key=lambda state: state.id, default=None)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a ";" list, in order, without blanks."""
    return tuple(word for word in (part.strip() for part in text.split(";")) if word)
