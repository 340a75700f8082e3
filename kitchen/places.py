"""Where things are: areas, kitchens, dining points, buildings.

One operator per installation; inside it everything is scoped
area → kitchen → point → round. A centre may run stations (中心带站) and
unstaffed rural points (中心带点): `DiningPoint.centre`, `DiningPoint.staffed`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import BigInt, Boolean, Date, ForeignKey, Integer, Text
from piccolo.table import Table

from kitchen import audit
from kitchen.database import rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.staff import Actor


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
    serves_weekends = Boolean()
    serves_holidays = Boolean()


class MealService(Table, tablename="meal_service"):
    """One kitchen's meal: its price, cut-off and clock. Minutes after midnight."""

    kitchen = ForeignKey(Kitchen, null=False)
    meal = Text()
    list_price_fen = BigInt()
    cut_off_days_before = Integer()
    cut_off_minutes = Integer()
    cooked_by_minutes = Integer()
    depart_minutes = Integer()
    serve_from_minutes = Integer()
    serve_to_minutes = Integer()
    active = Boolean()


class DiningPoint(Table, tablename="dining_point"):
    """助餐点. Unstaffed ones report by telephone or paper, entered in a batch."""

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
    serves_weekends: bool
    serves_holidays: bool


@dataclass(frozen=True)
class ServiceFacts:
    """One meal of a kitchen. Minutes after local midnight."""

    meal: str
    list_price_fen: int
    cut_off_days_before: int
    cut_off_minutes: int
    cooked_by_minutes: int
    depart_minutes: int
    serve_from_minutes: int
    serve_to_minutes: int


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


AREA_LEVELS = ("city", "district", "street", "community")


async def areas() -> list[AreaFacts]:
    """The whole tree, parents before children."""
    found = await rows("SELECT id, name, level, parent FROM area ORDER BY id")
    by_id = {row["id"]: row for row in found}

    def path(row: dict[str, Any]) -> str:
        parent = by_id.get(row["parent"])
        return f"{path(parent)} / {row['name']}" if parent else str(row["name"])

    facts = [
        AreaFacts(row["id"], row["name"], row["level"], row["parent"], path(row))
        for row in found
    ]
    return sorted(facts, key=lambda area: area.path)


async def area_and_below(area_id: int) -> set[int]:
    """The area and everything inside it: what a clerk of that area may see."""
    children: dict[int | None, list[int]] = {}
    for area in await areas():
        children.setdefault(area.parent_id, []).append(area.id)
    inside, open_ends = set[int](), [area_id]
    while open_ends:
        current = open_ends.pop()
        inside.add(current)
        open_ends += children.get(current, [])
    return inside


async def kitchens() -> list[KitchenFacts]:
    """All kitchens, oldest first."""
    return [_kitchen(row) for row in await rows("SELECT * FROM kitchen ORDER BY id")]


async def kitchen_by_id(kitchen_id: int) -> KitchenFacts:
    """One kitchen; refuses `kitchen_unknown`."""
    found = await rows("SELECT * FROM kitchen WHERE id = {}", kitchen_id)
    if not found:
        raise Refusal("kitchen_unknown", kitchen=kitchen_id)
    return _kitchen(found[0])


def _kitchen(row: dict[str, Any]) -> KitchenFacts:
    values = {**row, "area_id": row["area"]}
    return KitchenFacts(**{name: values[name] for name in KitchenFacts.__annotations__})


async def services_for(kitchen_id: int) -> dict[str, ServiceFacts]:
    """The meals this kitchen serves, by name."""
    found = await rows(
        "SELECT * FROM meal_service WHERE kitchen = {} AND active ORDER BY id",
        kitchen_id,
    )
    return {
        row["meal"]: ServiceFacts(
            **{name: row[name] for name in ServiceFacts.__annotations__}
        )
        for row in found
    }


async def points_for(kitchen_id: int) -> list[PointFacts]:
    """Active dining points of a kitchen, in the order they were set up."""
    found = await rows(
        "SELECT *, kitchen AS kitchen_id, area AS area_id, centre AS centre_id"
        " FROM dining_point WHERE kitchen = {} AND active ORDER BY id",
        kitchen_id,
    )
    return [
        PointFacts(**{name: row[name] for name in PointFacts.__annotations__})
        for row in found
    ]


async def buildings_for(kitchen_id: int | None = None) -> list[BuildingFacts]:
    """The building register with how many elders live in each, compound by
    compound; narrowed to a kitchen's elders' buildings when one is given."""
    found = await rows(
        "SELECT b.id AS id, b.area AS area_id, b.compound AS compound,"
        " b.name AS name, b.lon_e6 AS lon_e6, b.lat_e6 AS lat_e6, b.lift AS lift,"
        " COUNT(DISTINCT e.id) AS residents FROM building b"
        " LEFT JOIN address a ON a.building = b.id AND a.valid_to IS NULL"
        " LEFT JOIN elder e ON e.id = a.elder AND (e.kitchen = {} OR {} = 0)"
        " GROUP BY b.id, b.area, b.compound, b.name, b.lon_e6, b.lat_e6, b.lift"
        " ORDER BY b.compound, b.name",
        kitchen_id or 0,
        kitchen_id or 0,
    )
    return [
        BuildingFacts(**{**row, "lift": bool(row["lift"])})
        for row in found
        if row["residents"] or not kitchen_id
    ]


async def overrides_for(kitchen_id: int) -> dict[date, bool]:
    """The operator's own word on single days: served or not."""
    found = await rows(
        "SELECT day, served FROM service_override WHERE kitchen = {}", kitchen_id
    )
    return {row["day"]: bool(row["served"]) for row in found}


# Verbs -----------------------------------------------------------------------


async def add_area(
    name: str, level: str, parent_id: int | None, *, by: Actor, now: datetime
) -> int:
    """A new node of the tree. Refuses `area_level_unknown`."""
    if level not in AREA_LEVELS:
        raise Refusal("area_level_unknown", level=level)
    return await _add(Area(name=name, level=level, parent=parent_id), by=by, now=now)


async def add_kitchen(
    *,
    name: str,
    area_id: int,
    by: Actor,
    now: datetime,
    address: str = "",
    lon_e6: int | None = None,
    lat_e6: int | None = None,
    phone: str = "",
    licence: str = "",
) -> int:
    """A kitchen with the field's usual clocks (editable defaults): hot food 75
    minutes to the door, eaten 2 h after cook-off or 4 h when held at 60 °C
    (GB 31654-2021 practice), samples of 125 g, pots of 60 portions."""
    kitchen = Kitchen(
        name=name,
        area=area_id,
        address=address,
        lon_e6=lon_e6,
        lat_e6=lat_e6,
        phone=phone,
        licence=licence,
        hot_limit_minutes=75,
        eat_within_minutes=120,
        eat_within_held_minutes=240,
        sample_grams=125,
        pot_portions=60,
        serves_weekends=False,
        serves_holidays=False,
    )
    return await _add(kitchen, by=by, now=now)


async def change_kitchen(
    kitchen_id: int, changes: dict[str, Any], *, by: Actor, now: datetime
) -> None:
    """Change a kitchen's facts; `changes` maps column names to values."""
    await _change(Kitchen, "kitchen", kitchen_id, changes, by=by, now=now)


async def set_service(
    kitchen_id: int, service: ServiceFacts, *, by: Actor, now: datetime
) -> None:
    """Serve this meal with these clocks and this list price from now on."""
    values = {name: getattr(service, name) for name in ServiceFacts.__annotations__}
    async with writing():
        found = await rows(
            "SELECT id FROM meal_service WHERE kitchen = {} AND meal = {}",
            kitchen_id,
            service.meal,
        )
        if found:
            await update_row(MealService, found[0]["id"], {**values, "active": True})
        else:
            await MealService(kitchen=kitchen_id, active=True, **values).save()
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="meal_service.set",
            object_kind="kitchen",
            object_id=kitchen_id,
            after=values,
        )


async def add_point(
    *,
    kitchen_id: int,
    area_id: int,
    name: str,
    by: Actor,
    now: datetime,
    centre_id: int | None = None,
    staffed: bool = True,
    address: str = "",
    lon_e6: int | None = None,
    lat_e6: int | None = None,
    phone: str = "",
    seats: int = 0,
    walk_in_cap: int = 5,
    unload_seconds: int = 300,
) -> int:
    """A dining point; unstaffed ones (`staffed=False`) are entered in batches."""
    point = DiningPoint(
        kitchen=kitchen_id,
        area=area_id,
        name=name,
        centre=centre_id,
        staffed=staffed,
        address=address,
        lon_e6=lon_e6,
        lat_e6=lat_e6,
        phone=phone,
        seats=seats,
        walk_in_cap=walk_in_cap,
        unload_seconds=unload_seconds,
        active=True,
    )
    return await _add(point, by=by, now=now)


async def change_point(
    point_id: int, changes: dict[str, Any], *, by: Actor, now: datetime
) -> None:
    """Change a dining point's facts."""
    await _change(DiningPoint, "dining_point", point_id, changes, by=by, now=now)


async def building_named(
    area_id: int,
    compound: str,
    name: str,
    *,
    lift: bool = False,
    by: Actor,
    now: datetime,
) -> int:
    """The building of that name, entered into the register when it is new.
    Call inside `writing()`: registering an elder and the building is one act."""
    found = await rows(
        "SELECT id FROM building WHERE area = {} AND compound = {} AND name = {}",
        area_id,
        compound,
        name,
    )
    if found:
        return int(found[0]["id"])
    building = Building(
        area=area_id, compound=compound, name=name, lon_e6=None, lat_e6=None, lift=lift
    )
    return await _save(building, by=by, now=now)


async def place_building(
    building_id: int, lon_e6: int, lat_e6: int, *, by: Actor, now: datetime
) -> None:
    """Put the building on the map, once for everyone who lives there."""
    changes = {"lon_e6": lon_e6, "lat_e6": lat_e6}
    await _change(Building, "building", building_id, changes, by=by, now=now)


async def override_day(
    kitchen_id: int, day: date, served: bool, note: str, *, by: Actor, now: datetime
) -> None:
    """Say that a day is served or not, whatever the calendar thinks."""
    async with writing():
        await ServiceOverride.delete().where(
            (ServiceOverride.kitchen == kitchen_id) & (ServiceOverride.day == day)
        )
        await _save(
            ServiceOverride(kitchen=kitchen_id, day=day, served=served, note=note),
            by=by,
            now=now,
        )


async def _add(row: Table, *, by: Actor, now: datetime) -> int:
    async with writing():
        return await _save(row, by=by, now=now)


async def _save(row: Table, *, by: Actor, now: datetime) -> int:
    await row.save()
    row_id = int(row["id"])
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=f"{row._meta.tablename}.add",
        object_kind=row._meta.tablename,
        object_id=row_id,
        after={"name": row.to_dict().get("name", "")},
    )
    return row_id


async def _change(
    table: type[Table],
    kind: str,
    row_id: int,
    changes: dict[str, Any],
    *,
    by: Actor,
    now: datetime,
) -> None:
    async with writing():
        found = await rows(f"SELECT * FROM {kind} WHERE id = {{}}", row_id)  # noqa: S608 - kind is a table name of ours
        if not found:
            raise Refusal(f"{kind}_unknown", id=row_id)
        before = {name: found[0][name] for name in changes}
        await update_row(table, row_id, changes)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action=f"{kind}.change",
            object_kind=kind,
            object_id=row_id,
            before=before,
            after=changes,
        )
