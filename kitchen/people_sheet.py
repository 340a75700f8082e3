"""One row of a people spreadsheet → a person to enrol, or what is wrong with it.

Pure: everything the kitchen knows already is passed in as `Surroundings`. A row is
refused only for what must not be guessed; what merely deserves a look is a warning,
and an address nobody has placed yet is no fault at all.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from kitchen.calendar import Meal, Way, age_on, parse_date
from kitchen.coordinates import Datum, Point, PointFault, checked_point, to_wgs84
from kitchen.coordinates import distance_metres as metres_between
from kitchen.diets import Diet
from kitchen.identity import (
    Fault,
    IdNumber,
    Sex,
    id_disagreements,
    plain_text,
    read_birth,
    read_card_number,
    read_id_number,
    read_phone,
    read_sex,
)
from kitchen.names import tidy
from kitchen.people_words import (
    DELIVERY_REASONS,
    SELF_CARE,
    SIZES,
    WAYS,
    Words,
    categories_in,
    code_of,
    diet_in,
    floor_in,
    meals_in,
    weekdays_in,
    yes_or_no,
)
from kitchen.places import AreaFacts, BuildingFacts, PointFacts
from kitchen.registry import NewAddress, NewContact, NewElder
from kitchen.sheets import Row, Table, has_lost_digits

LONGEST_NAME = 30
LONGEST_CELL = 200
FAR_METRES = 300
"""Further than this from its building, a point was probably typed in GCJ-02."""
SCHEME_AGE = 60
DATUMS: Words = {
    Datum.WGS84: ("wgs-84", "wgs84", "cgcs2000", "天地图", "gps"),
    Datum.GCJ02: ("gcj-02", "gcj02", "高德", "腾讯", "火星"),
}
CONTACT_KINDS = {
    "邻居": "neighbour",
    "邻里": "neighbour",
    "社区": "clerk",
    "网格员": "clerk",
    "社工": "clerk",
}
BUILDING_ENDINGS = ("号楼", "栋", "号", "幢", "楼")
DOUBLE_CODES = frozenset({"registered_already", "row_repeated"})
HERE = frozenset({"本地", "本市", "本区", "本街道", "本社区", "是"})
ELSEWHERE = frozenset({"外地", "外省", "外市", "非本地", "否"})

T = TypeVar("T")


@dataclass(frozen=True)
class Surroundings:
    """What the kitchen knows before the file is read."""

    area_id: int
    """The kitchen's own area: where 本地 is, and where an unnamed address lies."""
    areas: tuple[AreaFacts, ...]
    points: tuple[PointFacts, ...] = ()
    buildings: tuple[BuildingFacts, ...] = ()
    area_code: str = ""
    """The telephone area code of local numbers."""
    allowed_area_ids: frozenset[int] | None = None
    """Where this clerk may register people; None = everywhere."""

    @cached_property
    def areas_by_word(self) -> dict[str, list[AreaFacts]]:
        found: dict[str, list[AreaFacts]] = {}
        for area in self.areas:
            short = area.name.removesuffix("社区").removesuffix("村")
            for word in {area.name, short, plain_text(area.path)}:
                found.setdefault(word, []).append(area)
        return found

    @cached_property
    def registered(self) -> dict[str, list[BuildingFacts]]:
        """The building register by compound."""
        found: dict[str, list[BuildingFacts]] = {}
        for building in self.buildings:
            found.setdefault(building.compound, []).append(building)
        return found

    def building_called(self, compound: str, text: str) -> BuildingFacts | None:
        """The registered building a cell means: 7 is 7号楼 where there is one."""
        register = self.registered.get(compound, [])
        for spelling in (text, *(f"{text}{ending}" for ending in BUILDING_ENDINGS)):
            named = [building for building in register if building.name == spelling]
            if len(named) == 1:
                return named[0]
        return None

    def area_of(self, compound: str) -> int | None:
        """The community a registered compound lies in, when it is one only."""
        areas = {building.area_id for building in self.registered.get(compound, [])}
        return areas.pop() if len(areas) == 1 else None


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell: refused, or only worth a look."""

    column: str
    fault: Fault
    refuses: bool


@dataclass(frozen=True)
class Week:
    """The standing plan a row asks for."""

    way: Way
    meals: tuple[Meal, ...]
    weekdays: tuple[int, ...]
    point_id: int | None
    size: str


@dataclass(frozen=True)
class PersonRow:
    """One row, read. `person` is None when the row is refused."""

    row: Row
    name: str
    person: NewElder | None
    week: Week | None
    problems: tuple[Problem, ...] = ()

    @property
    def verdict(self) -> str:
        """ok | warning | refused | double; a double needs no correction."""
        if any(p.refuses and p.fault.code in DOUBLE_CODES for p in self.problems):
            return "double"
        if any(problem.refuses for problem in self.problems):
            return "refused"
        return "warning" if self.problems else "ok"

    @property
    def told(self) -> tuple[Problem, ...]:
        """The problems as they are shown: what refuses the row first."""
        return tuple(sorted(self.problems, key=lambda problem: not problem.refuses))


def read_person(
    table: Table, row: Row, known: Surroundings, *, today: date
) -> PersonRow:
    """The person of a row with everything worth saying about it."""
    return _Reader(table, row, known, today).person_row()


@dataclass
class _Reader:
    """Reads the cells of one row and keeps what was wrong with them."""

    table: Table
    row: Row
    known: Surroundings
    today: date
    problems: list[Problem] = field(default_factory=list)

    def person_row(self) -> PersonRow:
        name, identity = self._name(), self._id_number()
        birth, sex = self._birth(identity), self._sex(identity)
        address, week = self._address(), self._week()
        values: dict[str, Any] = {
            "name": name,
            "id_number": identity.number if identity else "",
            "id_note": self._id_note(identity),
            "phone": self._phone("phone"),
            "cards": self._cards(),
            "point_id": self._point(),
            "hukou_area_id": self._hukou(),
            "residence_area_id": self._area("residence"),
            "residence_since": self._past_day("residence_since"),
            "self_care": self._code("self_care", SELF_CARE) or "able",
            "diet": self._diet(),
            "address": address,
            "contacts": self._contacts(),
            "delivered": self._delivery_reason(week),
            **self._categories(),
        }
        if week is not None and week.way is Way.DELIVER and address is None:
            self._warn("compound", Fault("address_missing", ""))
        if birth is not None and age_on(birth, self.today) < SCHEME_AGE:
            facts: dict[str, object] = {"age": age_on(birth, self.today)}
            self._warn("birth", Fault("younger_than_scheme", "", facts))
        person = None
        if birth is not None and sex is not None and not self._is_refused:
            person = NewElder(sex=sex.value, birth_date=birth, **values)
        return PersonRow(self.row, name, person, week, tuple(self.problems))

    # who

    def _name(self) -> str:
        name = tidy(self._text("name"))
        if not name:
            self._refuse("name", Fault("name_missing", ""))
        elif len(name) > LONGEST_NAME:
            facts: dict[str, object] = {"length": len(name), "most": LONGEST_NAME}
            self._refuse("name", Fault("name_too_long", name[:LONGEST_NAME], facts))
        elif not name[0].isalpha() or not name.isprintable():
            self._refuse("name", Fault("name_unreadable", name))
        return name[:LONGEST_NAME]

    def _id_number(self) -> IdNumber | None:
        text = self._text("id_number")
        if not text:
            if not self._text("id_note"):
                self._warn("id_number", Fault("id_missing", ""))
            return None
        if has_lost_digits(text):
            self._refuse("id_number", Fault("id_as_number", text))
            return None
        found = self._kept("id_number", read_id_number(text, today=self.today))
        if found is not None and not found.is_verified:
            self._warn("id_number", Fault("id_unverified", text))
        return found

    def _id_note(self, identity: IdNumber | None) -> str:
        typed = self._text("id_note")
        return typed or ("" if identity is None or identity.is_verified else "15")

    def _birth(self, identity: IdNumber | None) -> date | None:
        """The ID number's date where there is one: claims are checked against it."""
        typed = self._date("birth")
        if typed is not None:
            typed = self._kept("birth", read_birth(typed, today=self.today))
        if identity is not None:
            for fault in id_disagreements(identity, typed, None):
                self._warn("birth", fault)
            return identity.birth
        if typed is None and not self._text("birth"):
            self._refuse("birth", Fault("birth_missing", ""))
        return typed

    def _sex(self, identity: IdNumber | None) -> Sex | None:
        text = self._text("sex")
        typed = self._kept("sex", read_sex(text)) if text else None
        if identity is not None:
            for fault in id_disagreements(identity, None, typed):
                self._warn("sex", fault)
            return identity.sex
        if not text:
            self._refuse("sex", Fault("sex_missing", ""))
        return typed

    def _categories(self) -> dict[str, Any]:
        """Categories, and living alone whether ticked or written among them."""
        codes = self._kept("categories", categories_in(self._text("categories"))) or ()
        alone = self._yes("lives_alone") or "living_alone" in codes
        return {"categories": codes, "lives_alone": alone}

    def _cards(self) -> tuple[str, ...]:
        text = self._text("card")
        if not text:
            return ()
        if has_lost_digits(text):
            self._refuse("card", Fault("card_as_number", text))
            return ()
        card = self._kept("card", read_card_number(text))
        return (card,) if card else ()

    def _diet(self) -> Diet:
        texts = (self._text(key) for key in ("diet", "allergies", "dislikes"))
        return self._kept("diet", diet_in(*texts)) or Diet()

    def _contacts(self) -> tuple[NewContact, ...]:
        contacts = []
        for key in ("contact", "contact2"):
            name = tidy(self._text(f"{key}_name"))
            relation = self._text(f"{key}_relation")
            phone = self._phone(f"{key}_phone")
            if not name and not phone:
                continue
            kind = CONTACT_KINDS.get(relation, "family")
            contacts.append(NewContact(kind, name or relation, relation, phone))
        return tuple(contacts)

    # where

    def _hukou(self) -> int | None:
        text = plain_text(self._text("hukou"))
        if not text or text in ELSEWHERE:
            return None
        return self.known.area_id if text in HERE else self._area("hukou")

    def _area(self, key: str) -> int | None:
        text = plain_text(self._text(key))
        if not text:
            return None
        found = self.known.areas_by_word.get(text, [])
        if len(found) != 1:
            code = "area_ambiguous" if found else "area_unknown"
            choices = "、".join(area.path for area in found or self.known.areas[:20])
            self._refuse(key, Fault(code, text, {"choices": choices}))
            return None
        return found[0].id

    def _point(self) -> int | None:
        text = plain_text(self._text("point"))
        if not text:
            return None
        for point in self.known.points:
            if plain_text(point.name) == text:
                return point.id
        choices = "、".join(point.name for point in self.known.points)
        self._refuse("point", Fault("point_unknown", text, {"choices": choices}))
        return None

    def _address(self) -> NewAddress | None:
        """The address, unplaced when neither the row nor the register has a point."""
        compound = plain_text(self._text("compound"))
        typed = plain_text(self._text("building"))
        building = self.known.building_called(compound, typed)
        door, unit, note = (self._text(key) for key in ("door", "unit", "door_note"))
        floor = self._kept("floor", floor_in(self._text("floor")))
        lift, (point, datum) = self._yes("lift"), self._coordinates(building)
        area_id = self._address_area(compound)
        if not compound and not typed:
            if door or unit or point:
                self._refuse("compound", Fault("compound_missing", ""))
            return None
        return NewAddress(
            area_id=area_id,
            compound=compound,
            building=building.name if building else typed,
            unit=unit,
            floor=floor,
            door=door,
            note=note,
            lift=lift,
            lon_e6=round(point.lon * 1e6) if point else None,
            lat_e6=round(point.lat * 1e6) if point else None,
            coordinate_source=datum.value if point else "",
        )

    def _address_area(self, compound: str) -> int:
        """The community typed, else the compound's, else the kitchen's own."""
        area_id = (
            self._found_area("residence")
            or self.known.area_of(compound)
            or self.known.area_id
        )
        allowed = self.known.allowed_area_ids
        if allowed is not None and area_id not in allowed:
            fault = Fault("area_not_yours", self._text("residence"))
            self._refuse("residence", fault)
        return area_id

    def _found_area(self, key: str) -> int | None:
        found = self.known.areas_by_word.get(plain_text(self._text(key)), [])
        return found[0].id if len(found) == 1 else None

    def _coordinates(
        self, building: BuildingFacts | None
    ) -> tuple[Point | None, Datum]:
        lon, lat = self._text("lon"), self._text("lat")
        datum = Datum(self._code("datum", DATUMS) or Datum.WGS84)
        if not lon and not lat:
            return None, datum
        try:
            point = to_wgs84(*checked_point(lon, lat), datum)
        except PointFault as fault:
            self._refuse("lon", Fault(fault.code, fault.value))
            return None, datum
        known = _point_of(building)
        if known is not None and metres_between(point, known) > FAR_METRES:
            metres = round(metres_between(point, known))
            facts: dict[str, object] = {"metres": metres, "most": FAR_METRES}
            self._warn("lon", Fault("point_far", f"{lon},{lat}", facts))
        return point, datum

    # how and when

    def _week(self) -> Week | None:
        """The standing plan; without a way of eating there is none yet."""
        way = self._code("way", WAYS)
        weekdays = self._kept("weekdays", weekdays_in(self._text("weekdays")))
        meals = self._kept("meals", meals_in(self._text("meals")))
        size = self._code("size", SIZES) or "normal"
        if not way:
            if self._text("weekdays") or self._text("meals"):
                self._warn("way", Fault("way_missing", ""))
            return None
        if not weekdays or not meals:
            return None
        point_id = None if way == Way.DELIVER else self._found_point()
        if way != Way.DELIVER and not self._text("point"):
            self._warn("point", Fault("point_missing", ""))
        return Week(Way(way), meals, weekdays, point_id, size)

    def _found_point(self) -> int | None:
        text = plain_text(self._text("point"))
        named = (p.id for p in self.known.points if plain_text(p.name) == text)
        return next(named, None)

    def _delivery_reason(self, week: Week | None) -> str:
        reason = self._code("delivery", DELIVERY_REASONS)
        if reason or week is None or week.way is not Way.DELIVER:
            return reason
        self._warn("delivery", Fault("delivery_reason_missing", ""))
        return "mobility"

    # cells

    def _text(self, key: str) -> str:
        text = self.table.value(self.row, key)
        if len(text) > LONGEST_CELL and key != "name":
            facts: dict[str, object] = {"length": len(text), "most": LONGEST_CELL}
            self._refuse(key, Fault("cell_too_long", text[:20], facts))
            return ""
        return text

    def _code(self, key: str, words: Words) -> str:
        text = self._text(key)
        return (self._kept(key, code_of(text, words)) or "") if text else ""

    def _yes(self, key: str) -> bool:
        return bool(self._kept(key, yes_or_no(self._text(key))))

    def _phone(self, key: str) -> str:
        text = self._text(key)
        if not text:
            return ""
        phone = self._kept(key, read_phone(text, self.known.area_code))
        return phone.number if phone else ""

    def _date(self, key: str) -> date | None:
        text = self._text(key)
        if not text:
            return None
        try:
            return parse_date(text.removesuffix(" 00:00"))
        except ValueError:
            self._refuse(key, Fault("date_unreadable", text))
            return None

    def _past_day(self, key: str) -> date | None:
        day = self._date(key)
        if day is not None and day > self.today:
            self._refuse(key, Fault("date_future", day.isoformat()))
        return day

    def _kept(self, key: str, value: T | Fault) -> T | None:
        """The value, or None with its fault noted."""
        if isinstance(value, Fault):
            self._refuse(key, value)
            return None
        return value

    @property
    def _is_refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)

    def _refuse(self, key: str, fault: Fault) -> None:
        self._note(Problem(key, fault, refuses=True))

    def _warn(self, key: str, fault: Fault) -> None:
        self._note(Problem(key, fault, refuses=False))

    def _note(self, problem: Problem) -> None:
        if problem not in self.problems:  # a cell may be looked at twice
            self.problems.append(problem)


def _point_of(building: BuildingFacts | None) -> Point | None:
    if building is None or building.lon_e6 is None or building.lat_e6 is None:
        return None
    return Point(building.lon_e6 / 1e6, building.lat_e6 / 1e6)
