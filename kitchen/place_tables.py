"""The tables of places and their rows as plain values; `kitchen.places` is the door."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from piccolo.columns import (
    BigInt,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table

AREA_LEVELS = ("city", "district", "street", "community")


class Area(Table, tablename="area"):
    """A node of the administrative tree: city → district → street → community."""

    name = Text()
    level = Text()  # city | district | street | community
    parent: "ForeignKey[Any]" = ForeignKey("self", null=True)


class Kitchen(Table, tablename="kitchen"):
    """A central kitchen: cooks for its points and rounds, owns the day's clock."""

    name = Text()
    area = ForeignKey(Area, null=False)
    address = Text()
    lon_e6 = Integer(null=True)  # WGS-84 degrees × 1,000,000
    lat_e6 = Integer(null=True)
    phone = Text()
    licence = Text()
    hot_limit_minutes = Integer()  # leaving the kitchen → the door
    eat_within_minutes = Integer()  # cook-off → eaten, not held hot: 2 h
    eat_within_held_minutes = Integer()  # … held at ≥ 60 °C: 4 h
    sample_grams = Integer()
    pot_portions = Integer()  # portions of one dish that one pot holds
    case_target_minutes = Integer(default=20)
    incident_target_minutes = Integer(default=20)
    serves_weekends = Boolean()
    serves_holidays = Boolean()
    core_decidegrees = Integer()  # cooked or reheated through, °C × 10
    hot_decidegrees = Integer()  # held hot
    cold_decidegrees = Integer()  # chilled
    chill_within_minutes = Integer()  # cook-off → chilled
    eat_within_chilled_minutes = Integer()  # cook-off → eaten, chilled and reheated
    sample_hours = Integer()  # how long a sample is kept
    pot_buffer_percent = Integer()  # cooked beyond the portions, by name


class MealService(Table, tablename="meal_service"):
    """One kitchen's meal: its cut-off and clock. Minutes after midnight."""

    kitchen = ForeignKey(Kitchen, null=False)
    meal = Text()
    cut_off_days_before = Integer()
    cut_off_minutes = Integer()
    cooked_by_minutes = Integer()
    depart_minutes = Integer()
    serve_from_minutes = Integer()
    serve_to_minutes = Integer()
    active = Boolean()


class ListPrice(Table, tablename="list_price"):
    """What a meal costs before any subsidy, from a day on, until the next row. Never
    updated, never deleted: a meal entered late still costs what it cost on its day."""

    kitchen = ForeignKey(Kitchen, null=False)
    meal = Text()
    price_fen = BigInt()
    announced_on = Date()
    valid_from = Date()
    at = Timestamptz()
    by = Text()


class DiningPoint(Table, tablename="dining_point"):
    """就餐点. Unstaffed ones report by telephone or paper, entered in a batch."""

    kitchen = ForeignKey(Kitchen, null=False)
    area = ForeignKey(Area, null=False)
    name = Text()
    centre: "ForeignKey[Any]" = ForeignKey("self", null=True)
    staffed = Boolean()
    address = Text()
    lon_e6 = Integer(null=True)
    lat_e6 = Integer(null=True)
    phone = Text()
    seats = Integer()
    walk_in_cap = Integer()
    unload_seconds = Integer()
    active = Boolean()


class Building(Table, tablename="building"):
    """A building of a compound (小区), placed once for everyone who lives in it."""

    area = ForeignKey(Area, null=False)  # the community
    compound = Text()
    name = Text()
    lon_e6 = Integer(null=True)
    lat_e6 = Integer(null=True)
    lift = Boolean()


class ServiceOverride(Table, tablename="service_override"):
    """The operator's word on one day: served or not, whatever the calendar says."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    served = Boolean()
    note = Text()


@dataclass(frozen=True)
class AreaFacts:
    """A node of the tree; `path` reads from the top: 市 / 区 / 街道 / 社区."""

    id: int
    name: str
    level: str
    parent_id: int | None
    path: str


@dataclass(frozen=True)
class KitchenFacts:
    """A kitchen and its rules of the clock."""

    id: int
    name: str
    area_id: int
    address: str
    lon_e6: int | None
    lat_e6: int | None
    phone: str
    licence: str
    hot_limit_minutes: int
    eat_within_minutes: int
    eat_within_held_minutes: int
    sample_grams: int
    pot_portions: int
    case_target_minutes: int  # a closed door: until reached or handed over
    incident_target_minutes: int  # the hotline: until dealt with
    serves_weekends: bool
    serves_holidays: bool
    core_decidegrees: int = 700
    hot_decidegrees: int = 600
    cold_decidegrees: int = 80
    chill_within_minutes: int = 120
    eat_within_chilled_minutes: int = 1440
    sample_hours: int = 48
    pot_buffer_percent: int = 0


@dataclass(frozen=True)
class ServiceFacts:
    """One meal of a kitchen; its list price on the day that was asked about, the first
    one before any began. Minutes after local midnight."""

    meal: str
    list_price_fen: int
    cut_off_days_before: int
    cut_off_minutes: int
    cooked_by_minutes: int
    depart_minutes: int
    serve_from_minutes: int
    serve_to_minutes: int


@dataclass(frozen=True)
class ListPriceFacts:
    """What a meal costs from a day on; who announced it when."""

    price_fen: int
    announced_on: date
    valid_from: date
    by: str


@dataclass(frozen=True)
class PointFacts:
    """A dining point."""

    id: int
    kitchen_id: int
    area_id: int
    name: str
    centre_id: int | None
    staffed: bool
    address: str
    lon_e6: int | None
    lat_e6: int | None
    phone: str
    seats: int
    walk_in_cap: int
    unload_seconds: int


@dataclass(frozen=True)
class BuildingFacts:
    """A building; `lon_e6` None = nobody has placed it yet."""

    id: int
    area_id: int
    compound: str
    name: str
    lon_e6: int | None
    lat_e6: int | None
    lift: bool
    residents: int = 0


@dataclass(frozen=True)
class OverrideFacts:
    """The operator's word on one day, with the reason."""

    day: date
    served: bool
    note: str
