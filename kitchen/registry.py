"""The elder's record: who, where, what they eat, whom to call, what they are
entitled to. Facts carry dates, so any past day can be read as it was.

ID numbers, phones, doors and evidence are sealed (`kitchen.sealing`); the name and
the building stay readable, because people search by them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.calendar import age_on
from kitchen.database import insert, insert_many, one, rows, update_row, writing
from kitchen.diets import Diet, Texture, Vegetarian
from kitchen.errors import Refusal
from kitchen.names import phone_tail, search_keys, search_pattern, tidy
from kitchen.places import (
    Area,
    Building,
    DiningPoint,
    Kitchen,
    building_named,
)
from kitchen.sealing import keyring
from kitchen.staff import Actor


class Household(Table, tablename="household"):
    """People who share a purse and usually a door."""

    name = Text()


class ImportRun(Table, tablename="import_run"):
    """One spreadsheet brought in, so that the whole of it can be taken back."""

    kitchen = ForeignKey(Kitchen, null=False)
    file_name = Text()
    digest = Text()
    rows_good = Integer()
    rows_bad = Integer()
    at = Timestamptz()
    by = Text()
    undone_at = Timestamptz(null=True)
    undone_by = Text()


class Elder(Table, tablename="elder"):
    """One person. `number` is the member number (digits only, printed on the card)."""

    kitchen = ForeignKey(Kitchen, null=False)
    number = Text()
    name = Text()
    search = Text()  # initials and spellings of every reading, see kitchen.names
    sex = Text()  # female | male
    birth_date = Date()
    id_sealed = Text()
    id_index = Text()
    id_tail = Text()
    id_note = Text()  # why there is no verified number
    phone_sealed = Text()
    phone_index = Text()
    phone_tail = Text()
    household = ForeignKey(Household, null=True)
    point = ForeignKey(DiningPoint, null=True)  # the usual dining point
    hukou_area = ForeignKey(Area, null=True)  # registered here
    residence_area = ForeignKey(Area, null=True)
    residence_since = Date(null=True)
    self_care = Text()  # able | partly | unable
    lives_alone = Boolean()
    slow_door = Boolean()  # deaf or slow: knock for ten minutes
    texture = Text()
    low_salt = Boolean()
    sugar_control = Boolean()
    halal = Boolean()
    vegetarian = Text()
    allergies = Text()  # codes and words, separated by ";"
    dislikes = Text()
    enrolled_on = Date()
    import_run = ForeignKey(ImportRun, null=True)
    version = Integer()


class ElderState(Table, tablename="elder_state"):
    """A dated life state; the newest row that covers a day decides it."""

    elder = ForeignKey(Elder, null=False)
    state = Text()  # active | paused | ended | deceased
    from_day = Date()
    to_day = Date(null=True)  # the last day of it; None = for good
    reason = Text()
    at = Timestamptz()
    by = Text()


class Card(Table, tablename="card"):
    """Any card that names the elder at the till: ours, a bus card, an old canteen's."""

    elder = ForeignKey(Elder, null=False)
    number = Text()
    kind = Text()  # member | alias
    at = Timestamptz()
    by = Text()
    blocked_at = Timestamptz(null=True)
    blocked_reason = Text()


class Category(Table, tablename="category"):
    """A dated entitlement fact (低保, 特困, 独居…) with its sealed evidence."""

    elder = ForeignKey(Elder, null=False)
    code = Text()
    valid_from = Date()
    valid_to = Date(null=True)
    evidence_sealed = Text()
    at = Timestamptz()
    by = Text()
    withdrawn_at = Timestamptz(null=True)


class Contact(Table, tablename="contact"):
    """Whom to ring when the door stays closed, in order of `rank`."""

    elder = ForeignKey(Elder, null=False)
    rank = Integer()
    kind = Text()  # family | neighbour | clerk
    name = Text()
    relation = Text()
    phone_sealed = Text()
    phone_tail = Text()
    agreement_on = Date(null=True)  # the neighbour's signed watch agreement
    removed_at = Timestamptz(null=True)


class Address(Table, tablename="address"):
    """A dated address. Without a point of its own the building's is used, and
    without that the compound's: nobody is dropped for want of a coordinate."""

    elder = ForeignKey(Elder, null=False)
    building = ForeignKey(Building, null=False)
    door_sealed = Text()  # JSON {unit, floor, door, note}
    lon_e6 = Integer(null=True)
    lat_e6 = Integer(null=True)
    coordinate_source = Text()  # as entered: wgs84 | gcj02 | sketch | ""
    valid_from = Date()
    valid_to = Date(null=True)
    at = Timestamptz()
    by = Text()


class DeliveryEntitlement(Table, tablename="delivery_entitlement"):
    """Why this person is brought the meal, and until when."""

    elder = ForeignKey(Elder, null=False)
    reason = Text()  # mobility | illness | weather
    from_day = Date()
    to_day = Date(null=True)
    at = Timestamptz()
    by = Text()
    note = Text()


# Facts ------------------------------------------------------------------------


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

    def age_on(self, day: date) -> int:
        """Full years (周岁) on a day."""
        return age_on(self.birth_date, day)


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
    diet: Diet = field(default_factory=Diet)
    address: NewAddress | None = None
    contacts: tuple[NewContact, ...] = ()
    categories: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    delivered: str = ""  # reason for bringing the meal: mobility | illness | weather


# Pure rules -------------------------------------------------------------------


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


# Readers ----------------------------------------------------------------------


def _elder(row: dict[str, Any]) -> ElderFacts:
    diet = Diet(
        texture=Texture(row["texture"]),
        low_salt=bool(row["low_salt"]),
        sugar_control=bool(row["sugar_control"]),
        halal=bool(row["halal"]),
        vegetarian=Vegetarian(row["vegetarian"]),
        allergies=words_of(row["allergies"]),
        dislikes=words_of(row["dislikes"]),
    )
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
        diet=diet,
        enrolled_on=row["enrolled_on"],
        import_run_id=row["import_run"],
        version=row["version"],
    )


async def elders_by_id(ids: Iterable[int]) -> dict[int, ElderFacts]:
    """Those elders, in one query."""
    wanted = sorted(set(ids))
    found: list[dict[str, Any]] = []
    for start in range(0, len(wanted), 10_000):
        part = wanted[start : start + 10_000]
        found += await rows("SELECT * FROM elder WHERE id IN {}", part)
    return {row["id"]: _elder(row) for row in found}


async def elders_of(kitchen_id: int) -> list[ElderFacts]:
    """Everyone registered with a kitchen, by name."""
    found = await rows(
        "SELECT * FROM elder WHERE kitchen = {} ORDER BY name, id", kitchen_id
    )
    return [_elder(row) for row in found]


async def elder_by_id(elder_id: int) -> ElderFacts:
    """One person; refuses `elder_unknown`."""
    row = await one("SELECT * FROM elder WHERE id = {}", elder_id)
    if row is None:
        raise Refusal("elder_unknown", elder=elder_id)
    return _elder(row)


async def search(
    text: str, *, kitchen_id: int | None = None, limit: int = 20
) -> list[ElderFacts]:
    """Find people by member or card number, ID tail, phone tail, name, spelling or
    initials in any reading, or building. Best first: exact numbers before names.
    """
    typed = text.strip()
    if not typed:
        return []
    kitchen = kitchen_id or 0
    if typed.replace(" ", "").upper().rstrip("X").isdigit():
        digits = typed.replace(" ", "").upper()
        found = await rows(
            "SELECT e.* FROM elder e WHERE (e.kitchen = {} OR {} = 0)"
            " AND (e.number = {}"
            " OR e.id_tail = {} OR e.phone_tail = {} OR e.id_index = {}"
            " OR e.phone_index = {} OR e.id IN (SELECT elder FROM card"
            " WHERE number = {} AND blocked_at IS NULL)) ORDER BY e.name, e.id"
            " LIMIT {}",
            kitchen,
            kitchen,
            digits,
            digits[-4:] if len(digits) == 4 else digits,
            digits,
            keyring().fingerprint("id_number", digits),
            keyring().fingerprint("phone", digits),
            digits,
            limit,
        )
        if found:
            return [_elder(row) for row in found]
    found = await rows(
        "SELECT e.* FROM elder e WHERE (e.kitchen = {} OR {} = 0)"
        " AND e.search LIKE {} ESCAPE '\\'"
        " ORDER BY e.name, e.id LIMIT {}",
        kitchen,
        kitchen,
        search_pattern(typed),
        limit,
    )
    if not found:
        like = "%" + typed.replace("%", "").replace("_", "") + "%"
        found = await rows(
            "SELECT e.* FROM elder e WHERE (e.kitchen = {} OR {} = 0)"
            " AND e.id IN (SELECT a.elder"
            " FROM address a JOIN building b ON b.id = a.building"
            " WHERE b.compound || b.name LIKE {}) ORDER BY e.name, e.id LIMIT {}",
            kitchen,
            kitchen,
            like,
            limit,
        )
    return [_elder(row) for row in found]


async def states_for(elder_ids: Iterable[int]) -> dict[int, list[StateFacts]]:
    """All dated states of those people, oldest first."""
    wanted = sorted(set(elder_ids))
    found = await rows(
        "SELECT * FROM elder_state WHERE elder IN {} ORDER BY id", wanted
    )
    states: dict[int, list[StateFacts]] = {elder: [] for elder in wanted}
    for row in found:
        states[row["elder"]].append(_state(row))
    return states


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


async def addresses_on(kitchen_id: int, day: date) -> dict[int, int]:
    """Each elder's address on a day: elder → address id (the newest that covers)."""
    found = await rows(
        "SELECT a.id, a.elder FROM address a JOIN elder e ON e.id = a.elder"
        " WHERE e.kitchen = {} AND a.valid_from <= {}"
        " AND (a.valid_to IS NULL OR a.valid_to >= {}) ORDER BY a.id",
        kitchen_id,
        day,
        day,
    )
    return {row["elder"]: row["id"] for row in found}


async def doors_for(address_ids: Iterable[int]) -> dict[int, Door]:
    """Those addresses, opened, each with the best point known for it."""
    wanted = sorted(set(address_ids))
    if not wanted:
        return {}
    found = await rows(
        "SELECT a.*, b.area AS area, b.compound AS compound, b.name AS building_name,"
        " b.lift AS lift, b.lon_e6 AS building_lon, b.lat_e6 AS building_lat"
        " FROM address a JOIN building b ON b.id = a.building WHERE a.id IN {}",
        wanted,
    )
    middles = await _compound_middles()
    return {row["id"]: _door(row, middles) for row in found}


async def _compound_middles() -> dict[tuple[int, str], tuple[int, int]]:
    """The middle of each compound's placed buildings: where its others must be."""
    found = await rows(
        "SELECT area, compound, lon_e6, lat_e6 FROM building WHERE lon_e6 IS NOT NULL"
        " ORDER BY id"
    )
    points: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for row in found:
        place = (row["area"], row["compound"])
        points.setdefault(place, []).append((row["lon_e6"], row["lat_e6"]))
    return {
        place: (
            sum(lon for lon, _ in known) // len(known),
            sum(lat for _, lat in known) // len(known),
        )
        for place, known in points.items()
    }


def _door(row: dict[str, Any], middles: dict[tuple[int, str], tuple[int, int]]) -> Door:
    below = json.loads(
        keyring().unseal("address", "door", row["elder"], row["door_sealed"])
    )
    middle = middles.get((row["area"], row["compound"]))
    if row["lon_e6"] is not None:
        lon, lat, placed_by = row["lon_e6"], row["lat_e6"], "own"
    elif row["building_lon"] is not None:
        lon, lat, placed_by = row["building_lon"], row["building_lat"], "building"
    elif middle is not None:
        lon, lat, placed_by = *middle, "compound"
    else:
        lon, lat, placed_by = None, None, "none"
    return Door(
        address_id=row["id"],
        elder_id=row["elder"],
        building_id=row["building"],
        area_id=row["area"],
        compound=row["compound"],
        building=row["building_name"],
        unit=below["unit"],
        floor=below["floor"],
        door=below["door"],
        note=below["note"],
        lift=bool(row["lift"]),
        lon_e6=lon,
        lat_e6=lat,
        placed_by=placed_by,
    )


async def contacts_for(elder_ids: Iterable[int]) -> dict[int, list[ContactFacts]]:
    """The ladder of each of those people, first to ring first."""
    wanted = sorted(set(elder_ids))
    found = await rows(
        "SELECT * FROM contact WHERE elder IN {} AND removed_at IS NULL"
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
    return ladders


async def categories_on(elder_ids: Iterable[int], day: date) -> dict[int, set[str]]:
    """The entitlement categories of those people that hold on a day."""
    wanted = sorted(set(elder_ids))
    found = await rows(
        "SELECT elder, code FROM category WHERE elder IN {} AND withdrawn_at IS NULL"
        " AND valid_from <= {} AND (valid_to IS NULL OR valid_to >= {})",
        wanted,
        day,
        day,
    )
    codes: dict[int, set[str]] = {elder: set() for elder in wanted}
    for row in found:
        codes[row["elder"]].add(row["code"])
    return codes


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


# Verbs ------------------------------------------------------------------------


async def enrol(person: NewElder, *, kitchen_id: int, by: Actor, now: datetime) -> int:
    """Register one person with address, ladder, cards and entitlements.

    Refuses `id_number_registered` (with the name already under it),
    `card_in_use`, `member_number_in_use`.
    """
    async with writing():
        return await enrol_one(person, kitchen_id=kitchen_id, by=by, now=now)


async def enrol_one(
    person: NewElder,
    *,
    kitchen_id: int,
    by: Actor,
    now: datetime,
    import_run_id: int | None = None,
) -> int:
    """`enrol` inside the caller's `writing()`, for imports of many."""
    await _refuse_a_twin(person)
    number = person.number or await _next_number(kitchen_id)
    elder_id = int(
        await insert(
            Elder,
            **_columns(person, number),
            kitchen=kitchen_id,
            number=number,
            enrolled_on=_day(now),
            import_run=import_run_id,
            version=1,
        )
    )
    await _own_card(elder_id, number, person.cards, by=by, now=now)
    if person.address is not None:
        await _address(elder_id, person.address, _day(now), by=by, now=now)
    await _contacts(elder_id, person.contacts)
    await insert_many(
        Category,
        [
            {
                "elder": elder_id,
                "code": code,
                "valid_from": _day(now),
                "valid_to": None,
                "evidence_sealed": "",
                "at": now,
                "by": by.name,
            }
            for code in person.categories
        ],
    )
    if person.delivered:
        await insert(
            DeliveryEntitlement,
            elder=elder_id,
            reason=person.delivered,
            from_day=_day(now),
            to_day=None,
            at=now,
            by=by.name,
            note="",
        )
    await _trace("elder.enrol", elder_id, by=by, now=now, after={"name": person.name})
    return elder_id


async def change_elder(
    elder_id: int, person: NewElder, *, version: int, by: Actor, now: datetime
) -> None:
    """Correct a record. Refuses `changed_meanwhile` when somebody else saved first:
    nothing typed is lost, the form comes back with both."""
    async with writing():
        before = await elder_by_id(elder_id)
        if before.version != version:
            raise Refusal("changed_meanwhile", name=before.name)
        await _refuse_a_twin(person, but=elder_id)
        columns = _columns(person, before.number)
        if not person.id_number:
            columns = {k: v for k, v in columns.items() if not k.startswith("id_")}
            columns["id_note"] = person.id_note or before.id_note
        if not person.phone:
            columns = {k: v for k, v in columns.items() if not k.startswith("phone_")}
        await update_row(Elder, elder_id, {**columns, "version": version + 1})
        after = await elder_by_id(elder_id)
        await _trace(
            "elder.change",
            elder_id,
            by=by,
            now=now,
            before=_changed(before, after),
            after=_changed(after, before),
        )


async def set_state(
    elder_id: int,
    state: str,
    from_day: date,
    to_day: date | None,
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Pause, resume, end or record a death, from a day on. A pause has a last day
    after which the meals resume by themselves. Refuses `dates_reversed`,
    `pause_needs_reason`."""
    if to_day is not None and to_day < from_day:
        raise Refusal("dates_reversed", first=from_day, last=to_day)
    if state != "active" and not reason.strip():
        raise Refusal("pause_needs_reason")
    async with writing():
        person = await elder_by_id(elder_id)
        await insert(
            ElderState,
            elder=elder_id,
            state=state,
            from_day=from_day,
            to_day=to_day,
            reason=reason,
            at=now,
            by=by.name,
        )
        await _trace(
            f"elder.{state}",
            person.id,
            by=by,
            now=now,
            after={"from": from_day, "to": to_day},
            reason=reason,
        )


async def move_to(
    elder_id: int, address: NewAddress, from_day: date, *, by: Actor, now: datetime
) -> int:
    """A new address from a day on; the old one ends the day before, and past days
    keep it."""
    async with writing():
        person = await elder_by_id(elder_id)
        address_id = await _address(elder_id, address, from_day, by=by, now=now)
        await _trace(
            "elder.move",
            person.id,
            by=by,
            now=now,
            after={"compound": address.compound, "building": address.building},
        )
        return address_id


async def place_door(
    address_id: int,
    lon_e6: int,
    lat_e6: int,
    source: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Give one address its own point (WGS-84 × 1,000,000)."""
    async with writing():
        row = await one("SELECT elder FROM address WHERE id = {}", address_id)
        if row is None:
            raise Refusal("address_unknown", address=address_id)
        await update_row(
            Address,
            address_id,
            {"lon_e6": lon_e6, "lat_e6": lat_e6, "coordinate_source": source},
        )
        await _trace(
            "address.place",
            row["elder"],
            by=by,
            now=now,
            after={"lon_e6": lon_e6, "lat_e6": lat_e6},
        )


async def set_contacts(
    elder_id: int, contacts: Sequence[NewContact], *, by: Actor, now: datetime
) -> None:
    """Replace the ladder; an entry without a phone keeps the number it had under
    the same name. The old entries stay on record as removed."""
    async with writing():
        person = await elder_by_id(elder_id)
        old = await rows(
            "SELECT name, phone_sealed FROM contact WHERE elder = {}"
            " AND removed_at IS NULL",
            elder_id,
        )
        known = {
            row["name"]: keyring().unseal(
                "contact", "phone", elder_id, row["phone_sealed"]
            )
            for row in old
            if row["phone_sealed"]
        }
        await Contact.update({"removed_at": now}).where(
            (Contact.elder == elder_id) & Contact.removed_at.is_null()
        )
        kept = tuple(
            contact
            if contact.phone
            else NewContact(
                contact.kind,
                contact.name,
                contact.relation,
                known.get(contact.name, ""),
                contact.agreement_on,
            )
            for contact in contacts
        )
        await _contacts(elder_id, kept)
        await _trace(
            "elder.contacts", person.id, by=by, now=now, after={"count": len(kept)}
        )


async def bind_card(elder_id: int, number: str, *, by: Actor, now: datetime) -> None:
    """Let any card name this person from now on. Refuses `card_in_use`."""
    async with writing():
        person = await elder_by_id(elder_id)
        await _card(elder_id, number, "alias", by=by, now=now)
        await _trace(
            "card.bind", person.id, by=by, now=now, after={"tail": number[-4:]}
        )


async def block_card(card_id: int, reason: str, *, by: Actor, now: datetime) -> None:
    """挂失: the card names nobody any more."""
    async with writing():
        row = await one("SELECT elder FROM card WHERE id = {}", card_id)
        if row is None:
            raise Refusal("card_unknown", card=card_id)
        await update_row(Card, card_id, {"blocked_at": now, "blocked_reason": reason})
        await _trace("card.block", row["elder"], by=by, now=now, reason=reason)


async def set_category(
    elder_id: int,
    code: str,
    valid_from: date,
    valid_to: date | None,
    evidence: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Record an entitlement fact with its dates and sealed evidence."""
    if valid_to is not None and valid_to < valid_from:
        raise Refusal("dates_reversed", first=valid_from, last=valid_to)
    async with writing():
        person = await elder_by_id(elder_id)
        await insert(
            Category,
            elder=elder_id,
            code=code,
            valid_from=valid_from,
            valid_to=valid_to,
            evidence_sealed=_sealed("category", "evidence", elder_id, evidence),
            at=now,
            by=by.name,
        )
        await _trace(
            "category.set",
            person.id,
            by=by,
            now=now,
            after={"code": code, "from": valid_from, "to": valid_to},
        )


async def entitle_delivery(
    elder_id: int,
    reason: str,
    from_day: date,
    to_day: date | None,
    note: str = "",
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Bring the meal to this person's door, with the reason and its last day."""
    if to_day is not None and to_day < from_day:
        raise Refusal("dates_reversed", first=from_day, last=to_day)
    async with writing():
        person = await elder_by_id(elder_id)
        await insert(
            DeliveryEntitlement,
            elder=elder_id,
            reason=reason,
            from_day=from_day,
            to_day=to_day,
            at=now,
            by=by.name,
            note=note,
        )
        await _trace(
            "delivery.entitle",
            person.id,
            by=by,
            now=now,
            after={"from": from_day, "to": to_day},
            reason=reason,
        )


async def reveal(
    elder_id: int, field_name: str, reason: str, *, by: Actor, now: datetime
) -> str:
    """The full phone or ID number, logged with who looked and why."""
    if field_name not in ("phone", "id"):
        raise Refusal("field_unknown", field=field_name)
    async with writing():
        row = await one("SELECT * FROM elder WHERE id = {}", elder_id)
        if row is None:
            raise Refusal("elder_unknown", elder=elder_id)
        await _trace(f"reveal.{field_name}", elder_id, by=by, now=now, reason=reason)
        sealed = row[f"{field_name}_sealed"]
        return (
            keyring().unseal("elder", field_name, row["number"], sealed)
            if sealed
            else ""
        )


async def reveal_contact(
    contact_id: int, reason: str, *, by: Actor, now: datetime
) -> str:
    """A contact's full phone, logged."""
    async with writing():
        row = await one("SELECT * FROM contact WHERE id = {}", contact_id)
        if row is None:
            raise Refusal("contact_unknown", contact=contact_id)
        await _trace("reveal.contact", row["elder"], by=by, now=now, reason=reason)
        return (
            keyring().unseal("contact", "phone", row["elder"], row["phone_sealed"])
            if row["phone_sealed"]
            else ""
        )


# What the verbs share ---------------------------------------------------------


def _day(now: datetime) -> date:
    """The UTC day is good enough for validity dates; it never runs ahead."""
    return now.date()


def _sealed(table: str, column: str, row_key: object, text: str) -> str:
    return keyring().seal(table, column, row_key, text) if text else ""


def _columns(person: NewElder, number: str) -> dict[str, Any]:
    name = tidy(person.name)
    ring = keyring()
    return {
        "name": name,
        "search": search_keys(name),
        "sex": person.sex,
        "birth_date": person.birth_date,
        "id_sealed": _sealed("elder", "id", number, person.id_number),
        "id_index": ring.fingerprint("id_number", person.id_number)
        if person.id_number
        else "",
        "id_tail": person.id_number[-4:],
        "id_note": person.id_note,
        "phone_sealed": _sealed("elder", "phone", number, person.phone),
        "phone_index": ring.fingerprint("phone", person.phone) if person.phone else "",
        "phone_tail": phone_tail(person.phone),
        "household": None,
        "point": person.point_id,
        "hukou_area": person.hukou_area_id,
        "residence_area": person.residence_area_id,
        "residence_since": person.residence_since,
        "self_care": person.self_care,
        "lives_alone": person.lives_alone,
        "slow_door": person.slow_door,
        "texture": person.diet.texture,
        "low_salt": person.diet.low_salt,
        "sugar_control": person.diet.sugar_control,
        "halal": person.diet.halal,
        "vegetarian": person.diet.vegetarian,
        "allergies": ";".join(person.diet.allergies),
        "dislikes": ";".join(person.diet.dislikes),
    }


async def _refuse_a_twin(person: NewElder, but: int = 0) -> None:
    if not person.id_number:
        return
    found = await rows(
        "SELECT id, name, number FROM elder WHERE id_index = {} AND id <> {}",
        keyring().fingerprint("id_number", person.id_number),
        but,
    )
    if found:
        raise Refusal(
            "id_number_registered", name=found[0]["name"], number=found[0]["number"]
        )


async def _next_number(kitchen_id: int) -> str:
    """Digits only: kitchen (2) and a running number (5), so that a scanner's
    keyboard and a Chinese input method cannot disagree about it."""
    prefix = f"{kitchen_id % 100:02d}"
    row = await one(
        "SELECT MAX(number) AS last FROM elder WHERE kitchen = {} AND number LIKE {}",
        kitchen_id,
        prefix + "_____",
    )
    last = int(str(row["last"])[2:]) if row and row["last"] else 0
    return f"{prefix}{last + 1:05d}"


async def _own_card(
    elder_id: int, number: str, aliases: Sequence[str], *, by: Actor, now: datetime
) -> None:
    await _card(elder_id, number, "member", by=by, now=now)
    for alias in aliases:
        await _card(elder_id, alias, "alias", by=by, now=now)


async def _card(
    elder_id: int, number: str, kind: str, *, by: Actor, now: datetime
) -> None:
    taken = await one(
        "SELECT e.name FROM card c JOIN elder e ON e.id = c.elder"
        " WHERE c.number = {} AND c.blocked_at IS NULL",
        number,
    )
    if taken is not None:
        raise Refusal("card_in_use", number=number, name=taken["name"])
    await insert(
        Card,
        elder=elder_id,
        number=number,
        kind=kind,
        at=now,
        by=by.name,
        blocked_at=None,
        blocked_reason="",
    )


async def _address(
    elder_id: int, address: NewAddress, from_day: date, *, by: Actor, now: datetime
) -> int:
    building_id = await building_named(
        address.area_id,
        address.compound,
        address.building,
        lift=address.lift,
        by=by,
        now=now,
    )
    below = json.dumps(
        {
            "unit": address.unit,
            "floor": address.floor,
            "door": address.door,
            "note": address.note,
        },
        ensure_ascii=False,
    )
    return int(
        await insert(
            Address,
            elder=elder_id,
            building=building_id,
            door_sealed=keyring().seal("address", "door", elder_id, below),
            lon_e6=address.lon_e6,
            lat_e6=address.lat_e6,
            coordinate_source=address.coordinate_source,
            valid_from=from_day,
            valid_to=None,
            at=now,
            by=by.name,
        )
    )


async def _contacts(elder_id: int, contacts: Sequence[NewContact]) -> None:
    await insert_many(
        Contact,
        [
            {
                "elder": elder_id,
                "rank": rank,
                "kind": contact.kind,
                "name": contact.name,
                "relation": contact.relation,
                "phone_sealed": _sealed("contact", "phone", elder_id, contact.phone),
                "phone_tail": phone_tail(contact.phone),
                "agreement_on": contact.agreement_on,
                "removed_at": None,
            }
            for rank, contact in enumerate(contacts, start=1)
        ],
    )


def _changed(one_side: ElderFacts, other: ElderFacts) -> dict[str, Any]:
    return {
        name: str(getattr(one_side, name))
        for name in ElderFacts.__annotations__
        if getattr(one_side, name) != getattr(other, name) and name != "search"
    }


async def _trace(
    action: str,
    elder_id: int,
    *,
    by: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="elder",
        object_id=elder_id,
        before=before,
        after=after,
        reason=reason,
    )
